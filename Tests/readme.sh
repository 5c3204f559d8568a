#!/usr/bin/env bash
# Does what the README says, as somebody would who has just cloned the project, and looks at what
# comes out.
#
# usage: Tests/readme.sh BIN WORK
. "$(dirname "$0")/common.sh" readme "$1" "$2"

drawdown dev --demo --http 0 --for 25 >dev.log 2>&1 &
dev=$!
started+=("$dev")
until_true 20 test -s drawdown-data/dev.json
broker=$(sed -n 's/.*"bootstrap_servers" : "\(.*\)".*/\1/p' drawdown-data/dev.json)
[[ -n $broker ]] || fail "no broker in dev.json: $(cat drawdown-data/dev.json)"

ledger_balance() {
    drawdown balance "$1" --json 2>/dev/null | sed -n 's/.*"ledger" *: *"\([^"]*\)".*/\1/p'
}
has_balance() { [[ $(ledger_balance "$1") == "$2" ]]; }

# The README's own event, then a thousand times more, mixed with others.
echo 'cus_1:{"command_id": "order-1", "type": "grant", "credits": 100}' |
    kcat -P -b "$broker" -t credits.commands -K:
until_true 10 has_balance cus_1 100
echo 'cus_1:{"usage_id": "img_12345", "credits": 50}' |
    kcat -P -b "$broker" -t usage.events -K:
until_true 10 has_balance cus_1 50
for ((i = 1; i <= 1000; i++)); do
    echo 'cus_1:{"usage_id": "img_12345", "credits": 50}'
    echo "cus_2:{\"usage_id\": \"other_$i\", \"credits\": 1}"
done | kcat -P -b "$broker" -t usage.events -K:
until_true 20 has_balance cus_2 -1000
has_balance cus_1 50 || fail "expected one debit of 50, got: $(ledger_balance cus_1)"
count=$(drawdown entries cus_1 --json --limit 500 | grep -o '"img_12345"' | wc -l)
[[ $count -eq 1 ]] || fail "expected one entry of img_12345, got: $count"

# Two events of 60 against 100 credits, on different partitions.
echo 'cus_3:{"command_id": "order-3", "type": "grant", "credits": 100}' |
    kcat -P -b "$broker" -t credits.commands -K:
until_true 10 has_balance cus_3 100
echo 'cus_3:{"usage_id": "a", "credits": 60}' | kcat -P -b "$broker" -t usage.events -p 0 -K:
echo 'cus_3:{"usage_id": "b", "credits": 60}' | kcat -P -b "$broker" -t usage.events -p 1 -K:
until_true 10 has_balance cus_3 -20
triggers() {
    kcat -C -b "$broker" -t webhook.triggers -o beginning -e -q 2>/dev/null |
        grep '"customer_id":"cus_3"' | sed -n 's/^{"id":"[^"]*","type":"\([^"]*\)".*/\1/p' | sort | uniq -c |
        sed 's/^ *//' | tr '\n' ';'
}
crossings_are_there() { [[ $(triggers) == *"1 credit_balance.overdrawn"* ]]; }
until_true 10 crossings_are_there
for crossing in low depleted overdrawn; do
    [[ $(triggers) == *"1 credit_balance.$crossing"* ]] ||
        fail "expected credit_balance.$crossing once, got: $(triggers)"
done
drawdown balance cus_1 >/dev/null
drawdown entries cus_1 >/dev/null
drawdown balance nobody 2>/dev/null && fail "expected an unknown customer to be an error"

kill -TERM "$dev"
wait "$dev" || fail "expected SIGTERM to end dev with 0"
trap - EXIT
drawdown verify --data drawdown-data
grep -q 'applied' dev.log || fail "expected dev to show what it does, got: $(cat dev.log)"
echo "README: as it says"
