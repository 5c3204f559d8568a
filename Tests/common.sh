# What the scripts here share. Source it first: . "$(dirname "$0")/common.sh" NAME BIN WORK
#
# It puts the built programs first in PATH, and goes to a directory of its own, WORK/NAME. Whatever a
# script starts in the background and names in `started` is ended with it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
name=$1
bin=$(cd "$2" && pwd)
cd "$3"
mkdir -p "$name" && cd "$name"
PATH=$bin:$PATH

fail() { echo "${name^^}: $*" >&2; exit 1; }

# until_true SECONDS COMMAND ...: waits for a condition, with a bound.
until_true() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || fail "expected within the time: $*"
        sleep 0.1
    done
}

started=()
# Most of them have ended by then; that is no failure of the script.
end_started() {
    local pid deadline=$((SECONDS + 10))
    for pid in "${started[@]}"; do
        kill -CONT "$pid" 2>/dev/null || true
        kill -TERM "$pid" 2>/dev/null || true
    done
    for pid in "${started[@]}"; do
        while kill -0 "$pid" 2>/dev/null && ((SECONDS < deadline)); do sleep 0.1; done
        kill -KILL "$pid" 2>/dev/null || true
    done
}
trap end_started EXIT

# start_broker SECONDS: a broker of the script's own, for as long at most; it is at $broker.
start_broker() {
    mock-broker --topic usage.events:2 --topic credits.commands:2 --topic webhook.triggers:2 \
        --topic usage.dead-letters:2 --address-file broker --for "$1" >/dev/null &
    broker_pid=$!
    started+=("$broker_pid")
    until_true 20 test -s broker
    broker=$(sed 's/.*=//' broker)
}
