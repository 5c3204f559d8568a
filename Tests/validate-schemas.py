#!/usr/bin/env python3
"""Validates what the tests wrote against the schemas in schemas/.

Usage: validate-schemas.py FILE

FILE holds one {"schema": NAME, "valid": BOOLEAN, "value": ANY} to a line: the messages that the
program emits, and what it reads together with whether it accepts it. FILE.answers holds one
{"schema": "openapi.yaml#/components/schemas/NAME", "value": ANY} to a line: what the HTTP API
answered. Exits 1 if a schema says otherwise, if a schema is no schema, if one of schemas/*.json or
one that an answer can have has no sample at all, or if a file is missing or empty.

Needs the packages jsonschema and PyYAML.
"""
import json
import pathlib
import sys

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

SUFFIX = ".schema.json"
OPENAPI = "openapi.yaml"
COMPONENTS = OPENAPI + "#/components/schemas/"


def load_schemas(folder):
    """The JSON Schemas by name."""
    schemas = {}
    for path in sorted(folder.glob("*" + SUFFIX)):
        schema = json.loads(path.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        schemas[path.name.removesuffix(SUFFIX)] = schema
    return schemas


def message_validators(folder):
    schemas = load_schemas(folder)
    registry = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas.values()
    )
    validators = {
        name: Draft202012Validator(schema, registry=registry) for name, schema in schemas.items()
    }
    return validators, set(schemas) - {"common"}


def answer_validators(folder):
    document = yaml.safe_load((folder / OPENAPI).read_text(encoding="utf-8"))
    components = document["components"]["schemas"]
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    registry = Registry().with_resource(OPENAPI, resource)
    validators = {}
    for name, schema in components.items():
        Draft202012Validator.check_schema(schema)
        reference = COMPONENTS + name
        validators[reference] = Draft202012Validator({"$ref": reference}, registry=registry)
    return validators, set(json_answers(document))


def json_answers(node):
    """The schemas that the document gives to JSON bodies, wherever they stand in it."""
    if isinstance(node, list):
        for item in node:
            yield from json_answers(item)
    elif isinstance(node, dict):
        for media_type, body in (node.get("content") or {}).items():
            if media_type.endswith("json"):
                yield OPENAPI + body["schema"]["$ref"]
        for item in node.values():
            yield from json_answers(item)


def faults(validators, line):
    """What is wrong with a line, and the name of its schema."""
    sample = json.loads(line)
    name, is_valid = sample["schema"], sample.get("valid", True)
    if name not in validators:
        return name, [f"no schema {name}"]
    errors = list(validators[name].iter_errors(sample["value"]))
    if is_valid:
        return name, [f"{error.json_path}: {error.message}" for error in errors]
    return name, [] if errors else ["expected the schema to refuse it, as the program does"]


def check(path, kind, validators, expected):
    """Validates the lines of a file; says whether all is well."""
    if not path.is_file():
        print(f"expected {path} to be a file of {kind}, got: none", file=sys.stderr)
        return False
    unused = set(expected)
    failed = count = 0
    # Not splitlines: a JSON text may hold U+2028 and other ends of lines as they are.
    for line in path.read_text(encoding="utf-8").split("\n"):
        if not line:
            continue
        name, found = faults(validators, line)
        unused.discard(name)
        count += 1
        if found:
            failed += 1
            print(f"{name}: {line}", *found, sep="\n  ", file=sys.stderr)
    for name in sorted(unused):
        print(f"expected {kind} of schema {name}, got: none", file=sys.stderr)
    print(f"{count - failed} of {count} {kind} agree with {len(validators)} schemas")
    return count > 0 and not failed and not unused


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(__file__).resolve().parent.parent / "schemas"
    messages = check(pathlib.Path(sys.argv[1]), "messages", *message_validators(folder))
    answers = check(
        pathlib.Path(sys.argv[1] + ".answers"), "answers", *answer_validators(folder)
    )
    sys.exit(0 if messages and answers else 1)


if __name__ == "__main__":
    main()
