#!/usr/bin/env bash
# What an operator does to a store that is in use, with the built program and a broker of its own:
# backup, also killed; restore; dead letters; prices; settings.
#
# usage: Tests/keep.sh BIN WORK
. "$(dirname "$0")/common.sh" keep "$1" "$2"
start_broker 300

# configuration FILE RATES
configuration() {
    cat >"$1" <<YAML
kafka: { bootstrap.servers: "$broker", group.id: keep }
start: earliest
store: { embedded: { path: ./data, reserve: 16MiB } }
http: { listen: "127.0.0.1:0" }
rate_cards:
  - version: "1"
    effective_from: 2000-01-01T00:00:00Z
    rates: $2
YAML
}
configuration old.yaml '[{ id: chat, action: chat.request, credits: 1 }]'
configuration new.yaml '[{ id: chat, action: chat.request, credits: 3 },
      { id: video, action: video.generate, credits: 20 }]'
port() { sed -n 's/.*http=http:\/\/127.0.0.1:\([0-9]*\).*/\1/p' "$1" | tail -n 1; }
answers() { [[ $(curl -s -m 5 "$DRAWDOWN_API$1" 2>/dev/null) == *"$2"* ]]; }
# worker LOG CONFIGURATION
worker() {
    drawdown run --config "$2" --without-group 2>"$1" &
    worker_pid=$!
    started+=("$worker_pid")
    until_true 20 grep -qs 'The API listens' "$1"
    export DRAWDOWN_API=http://127.0.0.1:$(port "$1")
    until_true 20 answers /readyz ready
}
stop() {
    kill -TERM "$worker_pid"
    wait "$worker_pid" || fail "expected SIGTERM to end the worker with 0, got: $?"
}
# ends_with CODE COMMAND ...
ends_with() {
    local expected=$1 code=0
    shift
    said=$(timeout 60 "$@" 2>&1 | tail -n 1) || code=$?
    [[ $code -eq $expected ]] || fail "expected $* to exit with $expected, got: $code ($said)"
}
field() { python3 -c 'import json, sys
value = json.load(sys.stdin)
for name in sys.argv[1].split("."): value = value[int(name) if name.isdigit() else name]
print(value)' "$1"; }
ledger() { drawdown balance "$1" --json 2>/dev/null | field balance.ledger; }
has_balance() { [[ $(ledger "$1" 2>/dev/null) == "$2" ]]; }
# usage FIRST LAST: so many events, each of one credit, over ten customers.
usage() {
    local i
    for ((i = $1; i <= $2; i++)); do
        echo "c$((i % 10)):{\"usage_id\": \"u$i\", \"action\": \"chat.request\"}"
    done | kcat -P -b "$broker" -t usage.events -K:
}
balances() { for i in {0..9}; do echo "c$i $(ledger "c$i")"; done; }

worker first.log old.yaml
for i in {0..9}; do
    echo "c$i:{\"command_id\": \"g$i\", \"type\": \"grant\", \"credits\": 10000}"
done | kcat -P -b "$broker" -t credits.commands -K:
until_true 20 has_balance c9 10000
usage 1 2000
until_true 20 has_balance c0 9800

# A backup while usage goes on.
(for i in {2..5}; do usage $((i * 1000 + 1)) $((i * 1000 + 1000)); done) &
feeding=$!
drawdown backup --config old.yaml --to backup --json >backup.json
[[ $(field verified <backup.json) == True ]] || fail "expected it to be verified: $(<backup.json)"
drawdown verify --data backup >/dev/null
ends_with 64 drawdown backup --config old.yaml --to backup
ends_with 75 drawdown run --config old.yaml --without-group
# One that is killed leaves nothing of its name, and nothing that can be restored.
for delay in 0.005 0.02 0.04 0.08 0.12; do
    drawdown backup --config old.yaml --to killed 2>/dev/null >&2 &
    killed=$!
    sleep "$delay"
    kill -KILL "$killed" 2>/dev/null || true
    wait "$killed" 2>/dev/null || true
    if [[ -e killed ]]; then
        drawdown verify --data killed >/dev/null || fail "expected a whole backup or none"
        rm -r killed
    fi
done
drawdown backup --config old.yaml --to killed >/dev/null
[[ ! -e killed.unfinished ]] || fail "expected what was unfinished to be gone"
wait "$feeding"
until_true 30 has_balance c0 9400
balances >before
stop

# An older copy is refused where it is just put in the place; restored, it goes on by itself.
cp -r backup older && rm older/BACKUP
mv data lost
cp -r older data
ends_with 76 drawdown run --config old.yaml --without-group
[[ $said == *"drawdown restore"* ]] || fail "expected a way out, got: $said"
rm -r data
mkdir data && touch data/note
ends_with 64 drawdown restore --from backup --to data
rm -r data
cp -r backup damaged
segment=$(find damaged/ledger damaged/ids damaged/data.mdb -type f | head -n 1)
python3 - "$segment" <<'PY'
import sys
path = sys.argv[1]
data = bytearray(open(path, "rb").read())
data[:] = data[: len(data) // 2]
open(path, "wb").write(data)
PY
ends_with 65 drawdown restore --from damaged --to data
ends_with 65 drawdown restore --from older --to data
[[ ! -e data && ! -e data.unfinished ]] || fail "expected nothing of a damaged backup"
drawdown restore --from backup --to data
worker restored.log old.yaml
grep -q 'reads again' restored.log || fail "expected it to say what it reads again"
until_true 30 has_balance c0 9400
caught_up() { balances >after && cmp -s before after; }
until_true 30 caught_up
stop
drawdown verify --data data >/dev/null
# The one that it replaced may not come back.
mv data restored && mv lost data
ends_with 76 drawdown run --config old.yaml --without-group
mv data lost && mv restored data

# What had no price is sent back once it has one.
worker old.log old.yaml
for i in 1 2 3; do
    echo "c1:{\"usage_id\": \"v$i\", \"action\": \"video.generate\"}"
done | kcat -P -b "$broker" -t usage.events -K: -H trace=abc
echo 'c1:{"usage_id"' | kcat -P -b "$broker" -t usage.events -K:
letters() { drawdown dead-letters list --json | field dead_letters | grep -o "'code': '$1'" | wc -l; }
has_letters() { [[ $(letters "$1") -eq $2 ]]; }
until_true 20 has_letters no_rate 3
until_true 20 has_letters invalid_json 1
stop
worker new.log new.yaml
count() { field "$1" <out.json; }
drawdown dead-letters requeue --config new.yaml --code no_rate --dry-run --json >out.json
[[ $(count sent) == 3 ]] || fail "expected 3 to be sent back, got: $(<out.json)"
has_balance c1 9400 || fail "expected a dry run to change nothing"
place=$(drawdown dead-letters list --code no_rate --json | python3 -c 'import json, sys
letter = json.load(sys.stdin)["dead_letters"][0]
print(letter["topic"], letter["partition"], letter["offset"])')
# shellcheck disable=SC2086
drawdown dead-letters requeue --config new.yaml $place --json >out.json
until_true 20 has_balance c1 9380
drawdown dead-letters requeue --config new.yaml --code no_rate --json >out.json
[[ $(count sent) == 2 ]] || fail "expected the other 2, got: $(<out.json)"
until_true 20 has_balance c1 9340
# shellcheck disable=SC2086
drawdown dead-letters requeue --config new.yaml $place >/dev/null
drawdown dead-letters requeue --config new.yaml --code no_rate --json >out.json
[[ $(count selected) == 0 ]] || fail "expected none that is left, got: $(<out.json)"
drawdown dead-letters discard --config new.yaml --code invalid_json --json >out.json
[[ $(count selected) == 1 ]] || fail "expected 1 to be discarded, got: $(<out.json)"
drawdown dead-letters requeue --config new.yaml --all --json >out.json
[[ $(count selected) == 0 ]] || fail "expected a discarded one to be left out: $(<out.json)"
ends_with 65 drawdown dead-letters discard --config new.yaml usage.events 0 999999

# What the past would have cost: 6000 requests at 1, now at 3, and 3 videos at 20 as they are.
drawdown rates preview --config new.yaml --json >out.json
[[ $(count total.credits_then) == 6060 && $(count total.credits_new) == 18060 ]] ||
    fail "expected 6060 and 18060, got: $(head -c 300 out.json)"
drawdown rates preview --config old.yaml --json >out.json
[[ $(count total.unpriced_events) == 3 && $(count total.difference) == 0 ]] ||
    fail "expected 3 without a price, got: $(head -c 300 out.json)"
drawdown rates preview --config new.yaml --to 2000-01-01 | grep -q 'Nothing was used' ||
    fail "expected no usage in another millennium"
has_balance c1 9340 || fail "expected a preview to change nothing"

# Settings by their names.
drawdown configure c1 --auto-top-up threshold=10,credits=500,max_per.period=P30D,max_per.count=5 \
    --recurring schedule_id=plan,credits=7,every=P1M,rollover.max_percent=50 --json |
    grep -q settings_changed || fail "expected the settings to be changed"
until_true 20 has_balance c1 9347
stop
drawdown verify --config new.yaml >/dev/null
echo "backup, restore, dead letters, prices and settings: as they should be"
