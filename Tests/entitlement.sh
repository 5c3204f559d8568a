#!/usr/bin/env bash
# Measures how long answers about entitlement take beside a worker that is busy: 2,000 questions per
# second over 8 connections that are kept, for 10 seconds, three times over.
#
# usage: Tests/entitlement.sh BIN WORK [EVENTS_PER_SECOND]
#
# Needs wrk (apt install wrk), which counts a stall against every question that it kept waiting. Quote
# the best of the three on a machine that is otherwise quiet: wrk, the broker and the traffic are on it,
# too.
. "$(dirname "$0")/common.sh" entitlement "$1" "$2"
rate=${3:-5000}
rm -rf data

drawdown dev --data data --demo --rate "$rate" --http 0 --for 120 >dev.log 2>&1 &
started+=($!)
until_true 20 test -s data/dev.json
url=$(sed -n 's/.*"http" : "\(.*\)".*/\1/p' data/dev.json)
target="/v1/customers/cus_aurora_studio/entitlement?action=image.generate&quantity=4"
until_true 20 curl -sf -o answer "$url$target"
cat answer && echo

# Each of 8 connections asks every 4 ms; what an answer takes is part of that.
cat >questions.lua <<LUA
function delay() return 3 end
function request() return wrk.format("GET", "$target") end
function done(summary, latency)
    local bad = summary.errors
    io.write(string.format("%.0f questions/s, p50 %.2f ms, p99 %.2f ms, longest %.1f ms, %d failed\n",
        summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
        latency:percentile(99) / 1000, latency.max / 1000,
        bad.connect + bad.read + bad.write + bad.status + bad.timeout))
end
LUA
for _ in 1 2 3; do
    wrk -t1 -c8 -d10s -s questions.lua "$url" | grep 'questions/s'
done
