#!/usr/bin/env python3
"""Kills a worker while clients send it commands, and holds what they were told against the ledger.

Usage: api-kills.py URL COMMANDS KILLS COMMAND...

COMMAND starts the worker, which must serve URL. 16 clients send COMMANDS grants of 1 credit to 10
customers, each under an Idempotency-Key of its own, and send each again under the same key until
they are told what became of it. Meanwhile the worker is killed KILLS times. Exits 1 unless each
command was applied exactly once, and each client was told so.
"""
import json
import queue
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

CUSTOMERS = 10
CLIENTS = 16


def ask(url, body=None, key=None):
    """The status and the JSON of an answer; 0 where there was none."""
    headers = {"content-type": "application/json"}
    if key:
        headers["idempotency-key"] = key
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=8) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}")
    except (OSError, ValueError):
        return 0, {}


def start(command, url):
    worker = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while ask(url + "/readyz")[0] != 200:
        if time.monotonic() > deadline or worker.poll() is not None:
            sys.exit(f"expected the worker to become ready: {command}")
        time.sleep(0.05)
    return worker


def client(url, work, told):
    while True:
        try:
            number = work.get_nowait()
        except queue.Empty:
            return
        key = f"kill-{number}"
        body = {"type": "grant", "customer_id": f"kill_{number % CUSTOMERS}", "credits": "1"}
        tries = 0
        while True:
            tries += 1
            status, answer = ask(url + "/v1/commands", body, key)
            if status == 200:
                break
            if status not in (0, 202, 503):
                answer = {"outcome": f"status {status}: {answer}", "entries": []}
                break
            time.sleep(0.02)
        told[number] = (answer["outcome"], answer["entries"], tries)


def entries(url, customer):
    cursor = ""
    while cursor is not None:
        path = f"/v1/customers/{customer}/entries?limit=500" + (cursor and f"&cursor={cursor}")
        status, page = ask(url + path)
        if status != 200:
            sys.exit(f"expected the entries of {customer}, got: {status} {page}")
        yield from page["entries"]
        cursor = page["next_cursor"]


def main():
    url, count, kills, command = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    worker = start(command, url)
    work, told = queue.Queue(), {}
    for number in range(count):
        work.put(number)
    clients = [
        threading.Thread(target=client, args=(url, work, told)) for _ in range(CLIENTS)
    ]
    for thread in clients:
        thread.start()
    for kill in range(kills):
        goal = count * (kill + 1) // (kills + 1)
        while len(told) < goal:
            time.sleep(0.002)
        worker.kill()
        worker.wait()
        worker = start(command, url)
    for thread in clients:
        thread.join()
    faults = []
    found = {}
    for customer in range(CUSTOMERS):
        for entry in entries(url, f"kill_{customer}"):
            found.setdefault(entry["command_id"], []).append(entry)
    for number in range(count):
        key = f"kill-{number}"
        outcome, made, _ = told[number]
        if outcome not in ("applied", "duplicate"):
            faults.append(f"{key}: expected to be applied, was told: {outcome}")
        if len(found.get(key, [])) != 1:
            faults.append(f"{key}: expected one entry, got: {len(found.get(key, []))}")
        elif made != found[key]:
            faults.append(f"{key}: was told {made}, the ledger says {found[key]}")
    if len(found) != count:
        faults.append(f"expected {count} commands in the ledger, got: {len(found)}")
    worker.terminate()
    code = worker.wait()
    if code != 0:
        faults.append(f"expected the worker to end with 0, got: {code}")
    again = sum(tries > 1 for _, _, tries in told.values())
    print(f"{count} commands, {kills} kills, {again} sent more than once, {len(faults)} faults")
    for fault in faults[:20]:
        print(fault)
    sys.exit(1 if faults else 0)


main()
