#!/usr/bin/env bash
# Puts the built program into the situations that operators meet, and looks at what it says and does.
#
# usage: Tests/faults.sh BIN WORK
. "$(dirname "$0")/common.sh" faults "$1" "$2"
start_broker 200

# configuration FILE STORE GROUP START PORT
configuration() {
    cat >"$1" <<YAML
kafka: { bootstrap.servers: "$broker", group.id: $3 }
start: $4
store: { embedded: { path: ./$2, reserve: 16MiB } }
http: { listen: "127.0.0.1:$5" }
YAML
}
port() { sed -n 's/.*http=http:\/\/127.0.0.1:\([0-9]*\).*/\1/p' "$1" | tail -n 1; }
ask() { curl -s -m 5 "http://127.0.0.1:$(port "$1")$2"; }
answers() { [[ $(ask "$1" "$2" 2>/dev/null) == *"$3"* ]]; }
# worker LOG CONFIGURATION: starts one, and waits until it is ready.
worker() {
    drawdown run --config "$2" --without-group 2>"$1" &
    worker_pid=$!
    started+=("$worker_pid")
    until_true 20 answers "$1" /v1/customers/ready/balance not-found
    until_true 20 answers "$1" /readyz ready
}
# ends_with CODE COMMAND ...: the last line that it says is what the caller looks at.
ends_with() {
    local expected=$1 code=0
    shift
    said=$(timeout 30 "$@" 2>&1 | tail -n 1) || code=$?
    [[ $code -eq $expected ]] || fail "expected $* to exit with $expected, got: $code ($said)"
}
stop() {
    local began=$SECONDS
    kill -TERM "$worker_pid"
    wait "$worker_pid" || fail "expected SIGTERM to end the worker with 0, got: $?"
    ((SECONDS - began <= 10)) || fail "expected SIGTERM to end the worker in 10 s"
}
produce() { kcat -P -b "$broker" -t usage.events -K: -X message.max.bytes=10000000 "$@"; }

# Where reading begins is remembered even if nothing came: usage sent while the worker is down counts.
configuration latest.yaml latest g-latest latest 0
worker latest.log latest.yaml
stop
echo 'late:{"usage_id":"l1","credits":5}' | produce
worker latest.log latest.yaml
until_true 10 answers latest.log /v1/customers/late/balance '"ledger":"-5"'

# A worker that was down while credits expired costs nobody what was used in time.
configuration down.yaml down g-down earliest 0
echo 'expiry: { grace: PT1S }' >>down.yaml
latest_pid=$worker_pid
worker down.log down.yaml
echo 'down:{"command_id":"d1","type":"grant","credits":100,"expires_after":"PT4S"}' |
    kcat -P -b "$broker" -t credits.commands -K:
until_true 10 answers down.log /v1/customers/down/balance '"ledger":"100"'
expired=$(($(date +%s) + 6))
stop
echo 'down:{"usage_id":"d2","credits":30}' | produce
is_past() { (($(date +%s) > $1)); }
until_true 15 is_past "$expired"
worker down.log down.yaml
until_true 10 answers down.log /v1/customers/down/balance '"ledger":"0"'
answers down.log '/v1/customers/down/entries?type=credits_expired' '"amount":"-70"' ||
    fail "expected 70 of 100 credits to expire, got: $(ask down.log /v1/customers/down/entries)"
stop
worker_pid=$latest_pid

# The same store twice, and another store for the same group.
ends_with 75 drawdown run --config latest.yaml --without-group
[[ $said == *locked* ]] || fail "expected the lock to be named, got: $said"
stop
configuration foreign.yaml foreign g-latest earliest 0
ends_with 76 drawdown run --config foreign.yaml --without-group
[[ $said == *"another group.id"* ]] || fail "expected a way out, got: $said"

# A port that is taken, a topic that is missing, a broker that is not there, a disk that is too small.
python3 -c '
import socket, time
taken = socket.socket()
taken.bind(("127.0.0.1", 0))
taken.listen()
print(taken.getsockname()[1], flush=True)
time.sleep(60)' >taken-port &
started+=("$!")
until_true 10 test -s taken-port
configuration taken.yaml taken g-taken earliest "$(cat taken-port)"
ends_with 69 drawdown run --config taken.yaml --without-group
[[ $said == *"in use"* ]] || fail "expected the port to be named, got: $said"
configuration topic.yaml topic g-topic earliest 0
echo 'topics: { usage: [no.such.topic] }' >>topic.yaml
ends_with 69 drawdown run --config topic.yaml --without-group
[[ $said == *no.such.topic* ]] || fail "expected the topic to be named, got: $said"
configuration disk.yaml disk g-disk earliest 0
sed -i 's/16MiB/900GiB/' disk.yaml
ends_with 74 drawdown run --config disk.yaml --without-group

# A message far beyond the limit is one dead letter, and the partition moves on.
configuration large.yaml large g-large earliest 0
python3 -c "print('big:{\"usage_id\":\"b1\",\"x\":\"' + 'y' * 4800000 + '\"}')" >large.txt
produce -l large.txt
echo 'after:{"usage_id":"a1","credits":1}' | produce
worker large.log large.yaml
until_true 20 answers large.log /v1/customers/after/balance '"ledger":"-1"'
letter() {
    kcat -C -b "$broker" -t usage.dead-letters -o beginning -e -q -f '%S %k %h\n' 2>/dev/null |
        grep -c '^48000.* big .*drawdown.error.code=too_large'
}
is_there() { [[ $(letter) -ge 1 ]]; }
until_true 20 is_there

# A broker that says nothing: answers still come, and so does the end.
kill -STOP "$broker_pid"
answers large.log /v1/customers/after/balance '"ledger":"-1"' || fail "expected an answer"
until_true 30 answers large.log /readyz "Kafka does not answer"
stop
kill -CONT "$broker_pid"

# What somebody changed behind the program's back is found, and its commit named.
python3 - <<'PY'
path = "large/data.mdb"
data = bytearray(open(path, "rb").read())
at = data.find(b"after")
assert at > 0
data[at] ^= 1
open(path, "wb").write(data)
PY
ends_with 65 drawdown verify --data large
[[ $said == *commit* ]] || fail "expected the commit to be named, got: $said"
echo "FAULTS: every one is named, and nothing is lost"
