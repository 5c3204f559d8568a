#!/usr/bin/env python3
"""Says how much of the API schemathesis saw, and fails where that proves little.

Usage: api-figures.py FILE

FILE is what schemathesis_hooks.py wrote. Exits 1 unless each request with an example of the
description was answered with 200, at least a tenth of all calls about a customer or a usage met one
that exists, and at least 50 commands were applied, of each type at least one.
"""
import collections
import json
import sys

# Nobody is met where nobody exists. With many examples most calls are refused for a parameter, and
# the share settles at a fifth: 0.198 in 3,091 calls of one kind.
LEAST_SHARE = 0.1
LEAST_COMMANDS = 50
TYPES = {"grant", "void", "adjust", "reverse_usage", "hold", "release", "configure"}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        figures = json.load(file)
    asked, met = collections.Counter(), collections.Counter()
    for call, status, count in figures["statuses"]:
        asked[call] += count
        if status == 200:
            met[call] += count
    about = [call for call in asked if "_id}" in call]
    applied = figures["applied"]
    faults = [
        f"expected examples of {call} to be answered with 200, got: {status}"
        for call, status, _ in figures["examples"] if status != 200
    ]
    for call in about:
        share = met[call] / asked[call]
        if share < LEAST_SHARE:
            faults.append(f"expected {LEAST_SHARE:.0%} of {call} to be 200, got: {share:.1%}")
    if sum(applied.values()) < LEAST_COMMANDS:
        faults.append(f"expected {LEAST_COMMANDS} commands to be applied, got: {applied}")
    if missing := TYPES - set(applied):
        faults.append(f"expected commands of each type to be applied, got none of: {missing}")
    print(f"{figures['requests']} requests; of {sum(asked[call] for call in about)} about a "
          f"customer or a usage {sum(met[call] for call in about)} met one that exists; "
          f"{asked['POST /v1/commands']} commands, {sum(applied.values())} applied: "
          + ", ".join(f"{name} {count}" for name, count in sorted(applied.items())))
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


main()
