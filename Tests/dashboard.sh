#!/usr/bin/env bash
# Drives the dashboard of a running `dev` in a browser; its pictures are in WORK/pictures.
#
# usage: Tests/dashboard.sh BIN WORK
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1" && pwd)
cd "$2"
rm -rf dashboard

"$bin/drawdown" dev --data dashboard --demo --http 0 --for 240 >dashboard.log 2>&1 &
dev=$!
trap 'kill "$dev" 2>/dev/null || true' EXIT
deadline=$((SECONDS + 20))
until [[ -s dashboard/dev.json ]]; do
    ((SECONDS < deadline)) || { echo "DASHBOARD: dev did not start: $(cat dashboard.log)" >&2; exit 1; }
    sleep 0.1
done
url=$(sed -n 's/.*"http" : "\(.*\)".*/\1/p' dashboard/dev.json)
python3 "$here/browser.py" "$url" pictures
