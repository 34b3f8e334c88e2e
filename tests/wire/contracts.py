"""The published contracts: schemas, examples and the page, as the tests of several topics need them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from service.sla.instants import Instant
from service.wire.records import Reason, Record
from tests.wire.making import BIGGEST, HEARD

CONTRACTS = Path(__file__).parents[2] / "docs" / "contracts"
SCHEMAS = {
    path.name.removesuffix(".schema.json"): json.loads(path.read_text())
    for path in sorted((CONTRACTS / "schemas").glob("*.json"))
}
EXAMPLES = {
    path.stem: json.loads(path.read_text()) for path in sorted((CONTRACTS / "examples").glob("*.json"))
}
README = (CONTRACTS / "README.md").read_text()

REGISTRY: Registry[Any] = Registry().with_resources(
    (f"{name}.schema.json", Resource(schema, DRAFT202012)) for name, schema in SCHEMAS.items()
)
VALIDATORS = {name: Draft202012Validator(schema, registry=REGISTRY) for name, schema in SCHEMAS.items()}

#: What a decoder refuses and a schema cannot see; `README.md` lists it.
BEYOND_SCHEMAS = {Reason.TIME_OUT_OF_RANGE}
#: A timestamp that no event is ahead of.
FAR_AHEAD = 1 << 60

ODD: list[Any] = [
    None, True, 0, -1, 1.0, 1.5, -0.0, BIGGEST, BIGGEST + 1, -BIGGEST - 1, -BIGGEST - 2, 2.0**63, 1e300, float("inf"),
    "", "x", "x" * 255, "x" * 256, "a\0", "a\nb", "a\n", "\x7f", "\x85", "\u2028", "\ufeff", "\ufffe", [], {}, ["a\0"],
    {"a\0": 1}, {"\x01": 1}, {"x": {"y": [1 << 64]}}, {"event": "e"}, {"event": ""}, {"event": 1}, {"reason": 1},
    {"event": "e", "source": None, "reason": "a\nb", "by": "x"}, {"event": "e", "by": 1}, {"reason": None},
    {"seq": 1.0}, {"seq": None}, {"seq": -1}, {"seq": True}, {"seq": "1"}, {"attributes": None}, {"attributes": []},
    {"start": 1}, {"start": "2026-03-02T09:10:00"}, {"version": ""}, {"version": "1", "replace": 0}, {"version": "1"},
    "24h", "3 days", "90m\n", "1h30m", "0s", "1000000000h", "3  days", "7 d",
    {"attributes": {"event": "e"}}, {"attributes": {"reason": "r"}}, {"attributes": {"reason": 7}},
    "1.0", "0.3", "application/json", "text/json; a=b", "application/x+json ;c", "text/plain", "+json", "json",
    "2026-03-02T09:10:00Z", "2026-03-02T09:10:00", "2026-03-02 09:10:00Z", "2026-03-02t09:10:00.123456789z",
    "2026-03-02T24:00:00Z", "2026-03-02T09:10:00+23:59", "2026-03-02T09:10:00+24:00", "2026-03-02T09:10:00Z\n",
    "2026-03-02T09:10:00z", "2026-03-02t09:10:00Z", "1969-03-02T09:10:00Z", "2200-03-02T09:10:00Z",
    "2026-03-02T09:10:00.5-01:30", "2016-12-31T23:59:60Z", "slaclock.ticket.noted.v1", "slaclock.ticket.voided.v1", "slaclock.ticket.held.v1",
    "slaclock.ticket.resumed.v1", "slaclock.ticket.split.v1", "slaclock.ticket.rejudge.v1", "slaclock.ticket.x.v2", "slaclock.ticket.X.v1", "slaclock.ticket.x.v1\n",
]  # fmt: skip


def record_of(example: Any, timestamp: Instant = HEARD) -> Record:
    headers = tuple((name, text.encode()) for name, text in example["headers"].items())
    return Record(
        "t", 0, 0, timestamp, example["key"].encode(), json.dumps(example["value"]).encode(), headers
    )


def event_in(example: Any) -> Any:
    """The event as the schemas see it, in either mode."""
    context = {
        name.removeprefix("ce_"): text for name, text in example["headers"].items() if name[:3] == "ce_"
    }
    if not context:
        return example["value"]
    return {**context, "datacontenttype": example["headers"]["content-type"], "data": example["value"]}


def validate(value: bytes) -> None:
    """Hold the value of a record that was sent against its schema; `ValidationError` when it does not fit."""
    told = json.loads(value)
    VALIDATORS[told["type"].removeprefix("slaclock.")].validate(told)
