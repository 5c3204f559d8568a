#!/usr/bin/env python3
"""Validates messages that the tests wrote against the JSON Schemas in schemas/.

Usage: validate-schemas.py FILE

FILE holds one {"schema": NAME, "valid": BOOLEAN, "value": ANY} to a line: what the program emits,
and what it reads together with whether it accepts it. Exits 1 if a schema says otherwise, if a
schema is no schema, or if one has no message at all.
"""
import json
import pathlib
import sys

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

SUFFIX = ".schema.json"


def load_schemas(folder):
    schemas = {}
    for path in sorted(folder.glob("*" + SUFFIX)):
        schema = json.loads(path.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        schemas[path.name.removesuffix(SUFFIX)] = schema
    return schemas


def faults(validators, line):
    sample = json.loads(line)
    name, is_valid = sample["schema"], sample.get("valid", True)
    if name not in validators:
        return name, [f"no schema {name}"]
    errors = list(validators[name].iter_errors(sample["value"]))
    if is_valid:
        return name, [f"{error.json_path}: {error.message}" for error in errors]
    return name, [] if errors else ["expected the schema to refuse it, as the program does"]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    schemas = load_schemas(pathlib.Path(__file__).resolve().parent.parent / "schemas")
    registry = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas.values()
    )
    validators = {
        name: Draft202012Validator(schema, registry=registry) for name, schema in schemas.items()
    }
    unused = {name for name in schemas if name != "common"}
    failed = count = 0
    for line in pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        name, found = faults(validators, line)
        unused.discard(name)
        count += 1
        if found:
            failed += 1
            print(f"{name}: {line}", *found, sep="\n  ", file=sys.stderr)
    for name in sorted(unused):
        print(f"expected a message of schema {name}, got: none", file=sys.stderr)
    print(f"{count - failed} of {count} messages agree with {len(schemas)} schemas")
    sys.exit(1 if failed or unused or not count else 0)


if __name__ == "__main__":
    main()
