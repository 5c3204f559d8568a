#!/usr/bin/env python3
"""Validates what the tests wrote against the schemas in schemas/, and schemas/asyncapi.yaml itself.

Usage: validate-schemas.py FILE

FILE holds one {"schema": NAME, "valid": BOOLEAN, "value": ANY} to a line: the messages that the
program emits, and what it reads together with whether it accepts it. FILE.answers holds one
{"schema": "openapi.yaml#/components/schemas/NAME", "value": ANY} to a line: what the HTTP API
answered. Exits 1 if a schema says otherwise, if a schema is no schema, if one of schemas/*.json or
one that an answer can have has no sample at all, or if a file is missing or empty. So it does where
asyncapi.yaml refers to what is not there, lacks a type of trigger or command or names another one,
or has a message that no sample of its type agrees with.

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
ASYNCAPI = "asyncapi.yaml"
COMPONENTS = OPENAPI + "#/components/schemas/"


def load_schemas(folder):
    """The JSON Schemas by name."""
    schemas = {}
    for path in sorted(folder.glob("*" + SUFFIX)):
        schema = json.loads(path.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        schemas[path.name.removesuffix(SUFFIX)] = schema
    return schemas


def registry_of(schemas):
    return Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas.values()
    )


def message_validators(folder):
    schemas = load_schemas(folder)
    registry = registry_of(schemas)
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


def references(node):
    """Every $ref in a document."""
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, dict):
        for key, item in node.items():
            if key == "$ref":
                yield item
            else:
                yield from references(item)


def pointed_to(document, pointer):
    """What a JSON Pointer names in a document; None where that is nothing."""
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        document = document.get(step) if isinstance(document, dict) else None
    return document


def reference_faults(document, folder):
    for reference in references(document):
        file, _, pointer = reference.partition("#")
        path = folder / file
        if file and not path.is_file():
            yield f"expected {reference} to name a file in {folder}"
        elif pointer:
            target = json.loads(path.read_text(encoding="utf-8")) if file else document
            if pointed_to(target, pointer) is None:
                yield f"expected {reference} to name something"


def operation_faults(document):
    """What the worker does with each channel, and that it names all of the channel's messages."""
    expected = {
        "usage": ("usage.events", "receive"),
        "commands": ("credits.commands", "receive"),
        "triggers": ("webhook.triggers", "send"),
        "dead_letters": ("usage.dead-letters", "send"),
    }
    channels = document["channels"]
    found = {
        operation["channel"]["$ref"].rpartition("/")[2]: operation
        for operation in document["operations"].values()
    }
    if set(channels) != set(expected) or set(found) != set(expected):
        yield f"expected the channels and operations of {', '.join(expected)}"
        return
    for name, (address, action) in expected.items():
        if (channels[name]["address"], found[name]["action"]) != (address, action):
            yield f"expected channel {name} to be {address}, to {action}"
        messages = {f"#/channels/{name}/messages/{key}" for key in channels[name]["messages"]}
        if {message["$ref"] for message in found[name]["messages"]} != messages:
            yield f"expected the operation of channel {name} to name each of its messages"
    used = set(references(channels))
    for name in document["components"]["messages"]:
        if f"#/components/messages/{name}" not in used:
            yield f"expected message {name} to be in a channel"


def type_faults(document, schemas):
    for channel, schema in [("triggers", "trigger"), ("commands", "command")]:
        types = set(schemas[schema]["properties"]["type"]["enum"])
        messages = set(document["channels"][channel]["messages"])
        for name in sorted(types ^ messages):
            yield f"expected {name} to be both a type of {schema} and a message of {channel}"


def sample_faults(path, document, schemas):
    """Each sample holds against the message of its type, and each message has one."""
    base = next(iter(schemas.values()))["$id"].rpartition("/")[0] + "/" + ASYNCAPI
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    registry = registry_of(schemas).with_resource(base, resource)
    unused = {
        name for channel in ["triggers", "commands"]
        for name in document["channels"][channel]["messages"]
    }
    for line in path.read_text(encoding="utf-8").split("\n") if path.is_file() else []:
        sample = json.loads(line) if line else {"schema": None}
        if sample["schema"] not in ("trigger", "command") or not sample["valid"]:
            continue
        name = sample["value"]["type"]
        unused.discard(name)
        pointer = f"{base}#/components/messages/{name}/payload/schema"
        for error in Draft202012Validator({"$ref": pointer}, registry=registry).iter_errors(
            sample["value"]
        ):
            yield f"{name}: {error.json_path}: {error.message}"
    for name in sorted(unused):
        yield f"expected a sample of {name}, got: none"


def check_asyncapi(folder, path):
    document = yaml.safe_load((folder / ASYNCAPI).read_text(encoding="utf-8"))
    schemas = load_schemas(folder)
    found = [
        *reference_faults(document, folder), *operation_faults(document),
        *type_faults(document, schemas),
    ]
    # What refers to nothing cannot be validated with.
    found = found or list(sample_faults(path, document, schemas))
    if document["asyncapi"] != "3.0.0":
        found.append(f"expected AsyncAPI 3.0.0, got: {document['asyncapi']}")
    for fault in found:
        print(f"{ASYNCAPI}: {fault}", file=sys.stderr)
    print(f"{ASYNCAPI}: {len(document['components']['messages'])} messages, {len(found)} faults")
    return not found


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(__file__).resolve().parent.parent / "schemas"
    path = pathlib.Path(sys.argv[1])
    messages = check(path, "messages", *message_validators(folder))
    channels = check_asyncapi(folder, path)
    answers = check(
        pathlib.Path(sys.argv[1] + ".answers"), "answers", *answer_validators(folder)
    )
    sys.exit(0 if messages and channels and answers else 1)


if __name__ == "__main__":
    main()
