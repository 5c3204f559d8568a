"""Lets schemathesis meet customers that exist, and counts what became of its requests.

Tests/api.sh loads it. Three quarters of what was generated to be valid is about customers, usage,
grants and holds that Tests/api.sh made beforehand, with amounts that are everyday; the rest, and
everything that was generated to be invalid, stays as it is. The figures go to the file that
DRAWDOWN_FIGURES names, when schemathesis ends.
"""
import atexit
import collections
import json
import os
import threading
import uuid

import schemathesis
from hypothesis import strategies
from schemathesis.core.parameters import ParameterLocation

CUSTOMERS = ["cus_aurora_studio", "cus_harbor_films"]
CREDIT_TYPES = ["credits", "gpu_seconds"]
USAGE = [("img_12345", ""), ("img_12346", ""), ("chat_67890", "gateway")]
GRANTS = ["order-1001", "order-1002", "spring-offer"]
HOLDS = ["job-76", "job-77", "job-78"]
ACTIONS = ["image.generate", "chat.request"]

AMOUNTS = strategies.decimals("0.01", "99", places=2, allow_nan=False, allow_infinity=False)
# Of each four, one stays as it was generated.
IS_KNOWN = strategies.sampled_from([True, True, True, False])
# Drawn beside Hypothesis, which likes to draw the same again: what repeats an id that was used is a
# duplicate or a conflict, and proves less.
IDS = strategies.builds(lambda: str(uuid.uuid4()))


def is_valid(case, location):
    """Whether a part was generated to be valid: what was not must stay what it is."""
    component = case.meta.components.get(location) if case.meta else None
    return component is not None and component.mode.is_positive


def know_path(draw, case):
    parameters = dict(case.path_parameters)
    if "customer_id" in parameters:
        parameters["customer_id"] = draw(strategies.sampled_from(CUSTOMERS))
        if "credit_type" in (case.query or {}) and is_valid(case, ParameterLocation.QUERY):
            case.query["credit_type"] = draw(strategies.sampled_from(CREDIT_TYPES))
    if "usage_id" in parameters:
        usage_id, source = draw(strategies.sampled_from(USAGE))
        parameters["usage_id"] = usage_id
        if is_valid(case, ParameterLocation.QUERY):
            case.query = {**(case.query or {}), "source": source}
    case.path_parameters = parameters


def know_body(draw, body):
    """The command with ids that exist, and amounts that an account has."""
    body = {**body, "customer_id": draw(strategies.sampled_from(CUSTOMERS))}
    body["credit_type"] = draw(strategies.sampled_from(CREDIT_TYPES))
    body["command_id"] = draw(IDS)
    for member in ("grant_id", "hold_id"):
        if member in body:
            body[member] = draw(IDS)
    for member, known in (("grant_id", GRANTS), ("hold_id", HOLDS)):
        if body["type"] in ("void", "release") and member in body:
            body[member] = draw(strategies.sampled_from(known))
    if body["type"] == "reverse_usage":
        body["usage_id"], body["source"] = draw(strategies.sampled_from(USAGE))
    if body["type"] == "hold":
        body["action"] = draw(strategies.sampled_from(ACTIONS))
        body.pop("dimensions", None)
    for member in ("credits", "quantity"):
        if body.get(member) is not None:
            body[member] = str(draw(AMOUNTS))
    # Most grants end after they begin, and not before.
    body.pop("expires_at", None)
    if draw(IS_KNOWN):
        body.pop("effective_at", None)
    return body


@schemathesis.hook
def before_generate_case(context, strategy):
    @strategies.composite
    def known(draw):
        case = draw(strategy)
        if is_valid(case, ParameterLocation.PATH) and draw(IS_KNOWN):
            know_path(draw, case)
        if is_valid(case, ParameterLocation.BODY) and isinstance(case.body, dict):
            if draw(IS_KNOWN):
                case.body = know_body(draw, case.body)
                # Whoever hardly waits is told 202, whatever becomes of the command.
                if is_valid(case, ParameterLocation.QUERY) and draw(IS_KNOWN):
                    case.query.pop("wait", None)
                if is_valid(case, ParameterLocation.HEADER):
                    case.headers.pop("Idempotency-Key", None)
        return case

    return known()


class Figures:
    def __init__(self):
        self.lock = threading.Lock()
        self.requests = 0
        self.statuses = collections.Counter()
        self.codes = collections.Counter()
        self.applied = collections.Counter()
        self.examples = collections.Counter()

    def note(self, case, response):
        call = f"{case.operation.method.upper()} {case.operation.path}"
        with self.lock:
            self.requests += 1
            self.statuses[call, response.status_code] += 1
            if case.meta and case.meta.phase.name.value == "examples":
                self.examples[call, response.status_code] += 1
            if call != "POST /v1/commands":
                return
            try:
                answer = response.json()
            except ValueError:
                answer = {}
            self.codes[answer.get("code", "none")] += 1
            if answer.get("outcome") == "applied" and isinstance(case.body, dict):
                self.applied[str(case.body.get("type"))] += 1

    def write(self):
        path = os.environ.get("DRAWDOWN_FIGURES")
        if not path:
            return
        figures = {
            "requests": self.requests,
            "statuses": [[*call, count] for call, count in sorted(self.statuses.items())],
            "examples": [[*call, count] for call, count in sorted(self.examples.items())],
            "codes": self.codes,
            "applied": self.applied,
        }
        with open(path, "w", encoding="utf-8") as file:
            json.dump(figures, file)


FIGURES = Figures()
atexit.register(FIGURES.write)


@schemathesis.hook
def after_call(context, case, response):
    FIGURES.note(case, response)
