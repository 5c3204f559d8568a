#!/usr/bin/env bash
# Asks the built program's API what it must answer, and what it must refuse.
#
# usage: Tests/api.sh BIN WORK [SCHEMATHESIS]
#
# With the path of schemathesis, the API is also held against its own description; DRAWDOWN_EXAMPLES
# says with how many generated requests for each call (default 120).
. "$(dirname "$0")/common.sh" api "$1" "$2"
schemathesis=${3:-}
start_broker 3600

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key.pem \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -out certificate.pem 2>/dev/null
hash() { printf %s "$1" | sha256sum | cut -d' ' -f1; }
printf '# who may ask\nread %s grafana\nwrite %s billing\n' "$(hash reader)" "$(hash writer)" >tokens

# configuration FILE STORE HTTP: a worker of its own.
configuration() {
    cat >"$1" <<YAML
kafka: { bootstrap.servers: "$broker", group.id: $2 }
start: earliest
store: { embedded: { path: ./$2, reserve: 16MiB } }
http: $3
rate_cards:
  - version: 2026-11
    effective_from: 2026-11-01T00:00:00Z
    rates:
      - { id: image, action: image.generate, credits: 10 }
      - { id: chat, action: chat.request, credits: 1 }
YAML
}
port() { sed -n 's/.*http=https\?:\/\/[^:]*:\([0-9]*\).*/\1/p' "$1" | tail -n 1; }
# status ARGUMENTS ...: of an answer; 000 where there was none.
status() { curl -s -k -m 20 -o body -w '%{http_code}' "$@" || true; }
# answers CODE ARGUMENTS ...
answers() {
    local code=$1 got
    shift
    got=$(status "$@")
    [[ $got == "$code" ]] || fail "expected $code, got: $got $(head -c 300 body 2>/dev/null): $*"
}
is_ready() { [[ $(status "$1/readyz") == 200 ]]; }

# Without tokens nobody else may ask.
configuration open.yaml open '{ listen: "0.0.0.0:0" }'
code=0
drawdown run --config open.yaml 2>open.log || code=$?
[[ $code == 78 ]] || fail "expected 78 for an open address without tokens, got: $code"
grep -q http.listen open.log || fail "expected http.listen to be named: $(cat open.log)"

# With tokens and TLS.
configuration secret.yaml secret \
    '{ listen: "0.0.0.0:0", tokens_file: tokens, certificate: certificate.pem, key: key.pem }'
drawdown run --config secret.yaml --without-group 2>secret.log &
secret=$!
started+=("$secret")
until_true 20 grep -q 'The API listens' secret.log
url=https://127.0.0.1:$(port secret.log)
until_true 20 is_ready "$url"
answers 401 "$url/v1/customers"
answers 401 -H 'Authorization: Bearer nobody' "$url/v1/customers"
answers 200 -H 'Authorization: Bearer reader' "$url/v1/customers"
answers 200 -u any:reader "$url/"
grant='{"type":"grant","customer_id":"c","credits":"5"}'
send=(-H 'Content-Type: application/json' -H 'Idempotency-Key: k1' -d "$grant")
answers 403 -H 'Authorization: Bearer reader' "${send[@]}" "$url/v1/commands"
answers 401 -u any:writer "${send[@]}" "$url/v1/commands"
answers 200 -H 'Authorization: Bearer writer' "${send[@]}" "$url/v1/commands"
[[ $(status "http://127.0.0.1:$(port secret.log)/healthz") == 000 ]] ||
    fail "expected plain HTTP to get no answer where TLS is spoken"
# The command line knows whom it talks to.
export DRAWDOWN_TOKEN=reader
drawdown balance c --api "$url" --ca certificate.pem --json | grep -q '"ledger":"5"' ||
    fail "expected a balance over TLS"
DRAWDOWN_CA=certificate.pem drawdown balance c --api "${url/127.0.0.1/localhost}" >/dev/null ||
    fail "expected the name to be that of the certificate"
# mistrusts CODE ARGUMENTS ...
mistrusts() {
    local expected=$1 code=0
    shift
    drawdown balance c "$@" >/dev/null 2>mistrust.log || code=$?
    [[ $code == "$expected" ]] || fail "expected $expected, got: $code ($(<mistrust.log)): $*"
}
mistrusts 69 --api "$url"
grep -q 'not trusted' mistrust.log || fail "expected distrust, got: $(<mistrust.log)"
mistrusts 69 --api "${url/127.0.0.1/127.0.0.2}" --ca certificate.pem
mistrusts 64 --api "$url" --ca key.pem
unset DRAWDOWN_TOKEN
kill "$secret"
wait "$secret" || fail "expected the worker to end with 0"

# Bad input, while a worker goes on.
free_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
configuration plain.yaml plain "{ listen: \"127.0.0.1:$free_port\" }"
drawdown run --config plain.yaml --without-group 2>plain.log &
plain=$!
started+=("$plain")
url=http://127.0.0.1:$free_port
until_true 20 is_ready "$url"
answers 200 "${send[@]}" "$url/v1/commands"
head -c 10000000 /dev/zero | tr '\0' ' ' >large
answers 413 -H 'Content-Type: application/json' --data-binary @large "$url/v1/commands"
answers 413 -H 'Content-Type: application/json' -H 'Transfer-Encoding: chunked' \
    --data-binary @large "$url/v1/commands"
answers 415 -d "$grant" "$url/v1/commands"
answers 422 "$url/v1/customers?cursor=AAAA"
answers 404 --path-as-is "$url/v1/customers/../../etc/passwd"
answers 404 --path-as-is "$url/assets/../../../etc/passwd"
answers 421 -H 'Host: evil.example' "$url/v1/customers"
python3 - "$free_port" <<'PY' || fail "a connection was answered that must not be"
import socket, sys, time
port = int(sys.argv[1])
def exchange(data):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(data)
        received = b""
        while True:
            try:
                piece = connection.recv(65536)
            except ConnectionError:
                break
            if not piece:
                break
            received += piece
        return received
# A line end inside a header's value ends the header, and what follows is no header.
answer = exchange(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\r\n\tb\x00\r\nbroken\r\n\r\n")
assert not answer.startswith(b"HTTP/1.1 200"), answer[:200]
# A slow client loses its connection; an idle crowd keeps nobody from working.
began = time.monotonic()
crowd = [socket.create_connection(("127.0.0.1", port)) for _ in range(400)]
exchange(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: slow")
assert time.monotonic() - began < 25
PY
answers 200 "$url/readyz"
answers 200 "$url/v1/customers/c/balance"
if [[ -n $schemathesis ]]; then
    # What the description's examples are about, as a shop and a gateway would send it.
    kcat -P -b "$broker" -t credits.commands -K: <"$here/api-examples/commands"
    kcat -P -b "$broker" -t usage.events -K: <"$here/api-examples/usage"
    is_answered() { [[ $(status "$1") == 200 ]]; }
    until_true 20 is_answered "$url/v1/usage/chat_67890?source=gateway"
    until_true 20 is_answered "$url/v1/customers/cus_harbor_films/balance?credit_type=gpu_seconds"
    DRAWDOWN_FIGURES=figures.json SCHEMATHESIS_HOOKS=$here/schemathesis_hooks.py \
        PYTHONDONTWRITEBYTECODE=1 "$schemathesis" --config-file "$here/schemathesis.toml" \
        run "$url/openapi.yaml" --url "$url" --checks all \
        --exclude-checks positive_data_acceptance --max-examples "${DRAWDOWN_EXAMPLES:-120}" \
        --no-color >schemathesis.log 2>&1 ||
        { tail -n 80 schemathesis.log; fail "it is not as described"; }
    grep -E '[0-9]+ generated,' schemathesis.log
    python3 "$here/api-figures.py" figures.json || fail "too little was asked to prove much"
fi
answers 200 "$url/readyz"
kill "$plain"
wait "$plain" || fail "expected the worker to end with 0"

# Killed while it is asked.
python3 "$here/api-kills.py" "$url" "${DRAWDOWN_COMMANDS:-1000}" "${DRAWDOWN_API_KILLS:-5}" \
    drawdown run --config plain.yaml --without-group
drawdown verify --data plain >verify.log || fail "$(cat verify.log)"
echo "The API answers what it must"
