#!/usr/bin/env bash
# Drives the dashboard of a running `dev` in a browser; its pictures are in WORK/dashboard/pictures.
#
# usage: Tests/dashboard.sh BIN WORK
. "$(dirname "$0")/common.sh" dashboard "$1" "$2"
rm -rf data

drawdown dev --data data --demo --http 0 --for 240 >dev.log 2>&1 &
started+=($!)
until_true 20 test -s data/dev.json
url=$(sed -n 's/.*"http" : "\(.*\)".*/\1/p' data/dev.json)
python3 "$here/browser.py" "$url" pictures
