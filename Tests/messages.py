#!/usr/bin/env python3
"""Sends the built program one of everything, and looks at what it sends back.

Usage: messages.py BIN WORK

A worker runs against a broker of its own. Every trigger type of the contract's §2.5 and every
dead-letter code of §2.6 must come out of Kafka, and every message must agree with its schema in
schemas/. Exits 1 and says what is missing or wrong.

Needs kcat and the packages jsonschema and PyYAML.
"""
import importlib.util
import json
import pathlib
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

TESTS = pathlib.Path(__file__).resolve().parent
USAGE, COMMANDS = "usage.events", "credits.commands"
TRIGGERS, LETTERS = "webhook.triggers", "usage.dead-letters"

CONFIGURATION = """
kafka: {{ bootstrap.servers: "{broker}", group.id: messages }}
start: earliest
store: {{ embedded: {{ path: ./data, reserve: 16MiB }} }}
http: {{ listen: "127.0.0.1:0" }}
triggers: {{ coalesce: PT0.2S }}
expiry: {{ grace: PT1S, notice: [PT2S] }}
events: {{ max_bytes: 64KiB, max_age: P30D }}
rate_cards:
  - version: "1"
    effective_from: 2000-01-01T00:00:00Z
    rates:
      - {{ id: chat, action: chat.request, credits: 1 }}
"""

TRIGGER_TYPES = {
    "credit_balance.changed", "credit_balance.low", "credit_balance.recovered",
    "credit_balance.depleted", "credit_balance.overdrawn",
    "credit_grant.created", "credit_grant.activated", "credit_grant.expiring",
    "credit_grant.expired", "credit_grant.depleted", "credit_grant.voided",
    "usage.rejected", "usage.conflict", "command.rejected", "command.conflict",
    "usage.reversed",
    "credit_hold.created", "credit_hold.captured", "credit_hold.released",
    "credit_hold.expired", "credit_hold.rejected",
    "auto_top_up.requested", "auto_top_up.suspended",
}
CODES = {
    "invalid_json", "invalid_field", "missing_field", "too_large", "unknown_type", "out_of_range",
    "no_rate", "too_old", "too_far_in_future", "insufficient_credits", "usage_id_conflict",
    "command_id_conflict", "unknown_grant", "unknown_usage", "unknown_hold", "already_reversed",
    "exceeds_remaining", "exceeds_debited", "duplicate_grant", "duplicate_hold",
}


def fail(text):
    print(f"MESSAGES: {text}", file=sys.stderr)
    sys.exit(1)


def until(what, condition, seconds=20):
    """Waits for a condition, with a bound, and returns what it found."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            fail(f"expected within {seconds} s: {what}")
        time.sleep(0.05)
    return found


def moment(seconds):
    """So many seconds from now, as RFC 3339."""
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).isoformat()


class World:
    """A broker, a worker, and what passes between them."""

    def __init__(self, binaries, folder):
        self.binaries, self.folder = binaries, folder
        self.processes = []
        self.sent = {}
        self.count = 0

    def start(self):
        topics = [f"{name}:2" for name in (USAGE, COMMANDS, TRIGGERS, LETTERS)]
        options = [option for topic in topics for option in ("--topic", topic)]
        self.run("mock-broker", *options, "--address-file", "broker", "--for", "120")
        address = self.folder / "broker"
        until("the broker's address", lambda: address.exists() and address.read_text().strip())
        self.broker = address.read_text().strip().split("=")[-1]
        (self.folder / "messages.yaml").write_text(CONFIGURATION.format(broker=self.broker))
        log = (self.folder / "worker.log").open("wb")
        self.run("drawdown", "run", "--config", "messages.yaml", "--without-group", stderr=log)
        self.http = until("the worker's address", self.address)
        until("the worker to be ready", lambda: self.get("/readyz"))

    def run(self, name, *arguments, **streams):
        command = [self.binaries / name, *arguments]
        streams.setdefault("stdout", subprocess.DEVNULL)
        self.processes.append(subprocess.Popen(command, cwd=self.folder, **streams))

    def address(self):
        text = (self.folder / "worker.log").read_text(errors="replace")
        found = re.search(r"http=(http://127\.0\.0\.1:\d+)", text)
        return found and found.group(1)

    def stop(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=15)

    def get(self, path):
        try:
            with urllib.request.urlopen(self.http + path, timeout=5) as answer:
                return answer.read()
        except (urllib.error.URLError, TimeoutError):
            return None

    def produce(self, topic, key, value):
        """Sends one record; a value that is no text is sent as JSON."""
        text = value if isinstance(value, str) else json.dumps(value)
        self.sent.setdefault(text, 0)
        self.sent[text] += 1
        subprocess.run(
            ["kcat", "-P", "-b", self.broker, "-t", topic, "-k", key],
            input=text.encode(), check=True, cwd=self.folder,
        )

    def use(self, customer, usage_id, **fields):
        self.produce(USAGE, customer, {"usage_id": usage_id, **fields})

    def command(self, customer, kind, **fields):
        self.count += 1
        fields.setdefault("command_id", f"command-{self.count}")
        self.produce(COMMANDS, customer, {"type": kind, **fields})

    def balance(self, customer, ledger):
        """Waits until a customer has a balance."""
        def has():
            answer = self.get(f"/v1/customers/{customer}/balance")
            return answer and json.loads(answer)["balance"]["ledger"] == ledger
        until(f"{customer} to have {ledger}", has)

    def entries(self, customer, kind):
        """Waits until a customer has an entry of a type."""
        path = f"/v1/customers/{customer}/entries?type={kind}"
        def has():
            answer = self.get(path)
            return answer and json.loads(answer)["entries"]
        until(f"{customer} to have an entry {kind}", has)

    def consume(self, topic):
        """All records of a topic, with their headers, as kcat prints them."""
        lines = subprocess.run(
            ["kcat", "-C", "-b", self.broker, "-t", topic, "-o", "beginning", "-e", "-q", "-J"],
            capture_output=True, check=True,
        ).stdout
        return [json.loads(line) for line in lines.decode().split("\n") if line]


def send_balances(world):
    world.command("low", "grant", credits=100)
    world.balance("low", "100")
    world.use("low", "u1", credits=85)
    world.balance("low", "15")
    world.use("low", "u2", credits=20)
    world.balance("low", "-5")
    world.command("low", "grant", credits=200)
    world.balance("low", "195")


def send_grants(world):
    world.command("soon", "grant", credits=10, effective_at=moment(1.5))
    world.command("short", "grant", credits=10, expires_at=moment(3))
    world.command("spent", "grant", credits=10, grant_id="g1")
    world.command("spent", "grant", credits=10, grant_id="g2", priority=90)
    world.balance("spent", "20")
    world.use("spent", "s1", action="chat.request", quantity=10)
    world.balance("spent", "10")
    world.command("spent", "void", grant_id="g2", reason="refund")
    world.balance("spent", "0")
    world.command("spent", "void", grant_id="g3", reason="error")
    world.command("spent", "void", grant_id="g2", reason="error")
    world.command("spent", "grant", credits=1, grant_id="g1")


def send_holds(world):
    world.command("held", "grant", credits=10)
    world.command("held", "hold", hold_id="h1", credits=1)
    world.command("held", "hold", hold_id="h2", credits=1)
    world.command("held", "hold", hold_id="h3", credits=1, expires_after="PT0.5S")
    world.command("held", "hold", hold_id="h4", credits=1000)
    world.entries("held", "hold_expired")
    world.use("held", "h", credits=1, hold_id="h1")
    world.balance("held", "9")
    world.command("held", "release", hold_id="h2")
    world.entries("held", "hold_released")
    world.command("held", "release", hold_id="h9")
    world.command("held", "hold", hold_id="h1", credits=1)


def send_reversals(world):
    world.command("back", "grant", credits=100)
    world.use("back", "r1", credits=10)
    world.use("back", "r2", credits=10)
    world.balance("back", "80")
    world.command("back", "reverse_usage", usage_id="r1")
    world.balance("back", "90")
    world.command("back", "reverse_usage", usage_id="r1")
    world.command("back", "reverse_usage", usage_id="r2", credits=11)
    world.command("back", "reverse_usage", usage_id="r3")


def send_top_ups(world):
    rule = {"threshold": "10", "credits": "50", "answer_within": "PT0.5S"}
    world.command("topped", "configure", auto_top_up=rule)


def send_refusals(world):
    world.produce(USAGE, "bad", "{not json")
    world.use("bad", "b1", credits="many")
    world.use("bad", "b2")
    world.use("bad", "b3", credits=1, note="x" * 70_000)
    world.command("bad", "explode")
    for part in ("b4", "b5"):
        world.use("bad", part, credits="99999999999999999999999999")
    world.use("bad", "b6", action="no.such.action")
    world.use("bad", "b7", credits=1, occurred_at=moment(-40 * 86400))
    world.use("bad", "b8", credits=1, occurred_at=moment(3600))
    world.command("strict", "configure", overdraft="refuse", command_id="strict")
    world.entries("strict", "settings_changed")
    world.use("strict", "b9", credits=1)
    world.use("strict", "b10", credits=0)
    world.entries("strict", "credits_consumed")
    world.use("strict", "b10", credits=0, action="other")
    world.command("strict", "configure", overdraft="record", command_id="strict")


def validators():
    """Those of the script that validates what the unit tests make."""
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("schemas", TESTS / "validate-schemas.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found, _ = module.message_validators(TESTS.parent / "schemas")
    return found


def headers_of(record):
    names = record.get("headers") or []
    return dict(zip(names[::2], names[1::2]))


def check_trigger(record, schema):
    value = json.loads(record["payload"])
    headers = headers_of(record)
    faults = [error.message for error in schema.iter_errors(value)]
    if headers.get("webhook-id") != value["id"]:
        faults.append(f"expected webhook-id {value['id']}, got: {headers.get('webhook-id')}")
    if abs(int(headers.get("webhook-timestamp", 0)) - time.time()) > 300:
        faults.append("expected webhook-timestamp to be now")
    if headers.get("content-type") != "application/json":
        faults.append("expected content-type application/json")
    if record["key"] != value["customer_id"]:
        faults.append(f"expected the key {value['customer_id']}, got: {record['key']}")
    if len(record["payload"].encode()) > 20_000:
        faults.append("expected at most 20 kB")
    return value["type"], faults


def check_letter(record, schema, sent):
    headers = headers_of(record)
    faults = [error.message for error in schema.iter_errors(headers)]
    if record["payload"] not in sent:
        faults.append(f"expected what was sent, byte for byte, got: {record['payload'][:200]}")
    return headers.get("drawdown.error.code"), faults


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[2], "messages").resolve()
    folder.mkdir()
    schemas = validators()
    world = World(pathlib.Path(sys.argv[1]).resolve(), folder)
    try:
        world.start()
        for send in (
            send_grants, send_top_ups, send_balances, send_holds, send_reversals, send_refusals,
        ):
            send(world)

        def all_triggers():
            found = {json.loads(record["payload"])["type"] for record in world.consume(TRIGGERS)}
            missing.clear()
            missing.update(TRIGGER_TYPES - found)
            return not missing

        def all_letters():
            codes = {
                headers_of(record).get("drawdown.error.code") for record in world.consume(LETTERS)
            }
            missing.clear()
            missing.update(CODES - codes)
            return not missing

        missing = set()
        for condition in (all_triggers, all_letters):
            deadline = time.monotonic() + 20
            while not condition() and time.monotonic() < deadline:
                time.sleep(0.2)
            if missing:
                fail(f"expected messages of {', '.join(sorted(missing))}, got: none")
        triggers, letters = world.consume(TRIGGERS), world.consume(LETTERS)
        wrong = []
        for record in triggers:
            kind, faults = check_trigger(record, schemas["trigger"])
            wrong += [f"{kind}: {fault}" for fault in faults]
        for record in letters:
            code, faults = check_letter(record, schemas["dead_letter_headers"], world.sent)
            wrong += [f"{code}: {fault}" for fault in faults]
        if wrong:
            fail("\n  ".join(wrong))
    finally:
        world.stop()
    print(
        f"MESSAGES: {len(triggers)} triggers of {len(TRIGGER_TYPES)} types and {len(letters)} dead "
        f"letters of {len(CODES)} codes, each as its schema says"
    )


if __name__ == "__main__":
    main()
