"""The core and the second implementation say the same of random tickets.

ORACLE_TICKETS says how many (3000 unless given), ORACLE_SEED from which seed on (any unless given; it is printed).
"""

import os
from collections import Counter
from collections.abc import Iterator
from pprint import pformat
from random import SystemRandom
from typing import Any

import pytest

from tests.oracle import second, telling
from tests.oracle.cases import Case, case, reduced
from tests.oracle.kinds import KINDS

TICKETS = int(os.environ.get("ORACLE_TICKETS", "3000"))
FIRST = int(os.environ.get("ORACLE_SEED") or SystemRandom().randrange(2**48))

EVENTS = (
    "opened", "split", "reclassified", "rejudge", "assigned", "documents_requested", "documents_complete", "noted",
    "replied", "resumed", "held", "resolved", "closed", "cancelled", "merged", "reopened", "voided", "excluded",
    "exclusion_withdrawn", "promise_accepted", "change_scheduled", "extension_requested", "extension_approved",
    "extension_refused", "contact_failed", "visit_failed", "report_written", "refuted", "urged", "acknowledged",
)  # fmt: skip
VERDICTS = ("met", "late", "cancelled", "superseded", "indeterminate", "deemed", "expired")
UNITS = ("time", "calendar_days", "working_days midnight", "working_days closing", "working_days same_time")
REMARKS = (
    "stop_before_start", "overdue_on_arrival", "second_request", "max_open", "provisional_due", "replaces",
    "extension_asked_late", "extension_approved_late", "extension_rank", "extension_refused", "extension_too_many",
    "report_missing", "unproven",
)  # fmt: skip
#: What has to have been said anew, or otherwise than plain breaches and stops, at least once.
TURNS = (
    "rung armed anew by extension_approved", "rung armed anew by change_scheduled", "rung armed anew by rejudge",
    "rung said by urging", "deemed by a report", "deemed by a lapse", "begun by its own stop",
    "a set of sources waits", "W alone waits",
)  # fmt: skip

REQUIRED = (
    *(f"event {kind}" for kind in EVENTS),
    *(f"breach in {unit}" for unit in UNITS),
    *(f"verdict {outcome}" for outcome in VERDICTS),
    *(f"statement {kind}" for kind in ("warning", "escalation", "breach", "verdict")),
    *(f"remark {remark}" for remark in REMARKS),
    *(f"target {kind}" for kind in ("plain", *KINDS)),
    *TURNS,
    *(f"time {part}" for part in ("gated", "outside", "excluded", "held", "counted", "days")),
)


@pytest.mark.timeout(0 if TICKETS > 10_000 else 600)
def test_both_say_the_same_of_random_tickets(capsys):
    seen: Counter[str] = Counter()
    with capsys.disabled():
        print(f"\n{TICKETS} random tickets from ORACLE_SEED={FIRST} on")
    for seed in range(FIRST, FIRST + TICKETS):
        made = case(seed, meet=telling.marks)
        ours = telling.answer(made)
        if ours != second.answer(made):
            pytest.fail(_told(seed, reduced(made, _differs)))
        seen.update(set(_seen(made, ours)))
    with capsys.disabled():
        print("\n".join(f"{seen[kind]:8d}  {kind}" for kind in REQUIRED))

    assert TICKETS < 1_000 or [kind for kind in REQUIRED if not seen[kind]] == []


def _differs(made: Case) -> bool:
    return telling.answer(made) != second.answer(made)


def _told(seed: int, small: Case) -> str:
    differences = "\n".join(_differences(telling.answer(small), second.answer(small)))
    return f"seed {seed}\n{pformat(small, width=110, sort_dicts=False)}\nthe core | the second\n{differences}"


def _differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """The paths at which two answers differ, with both values."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in one.keys() | other.keys():
            yield from _differences(one.get(name), other.get(name), f"{path}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            yield from _differences(mine, theirs, f"{path}[{place}]")
    elif one != other:
        yield f"{path}: {one!r} | {other!r}"


def _kinds(target: dict[str, Any]) -> Iterator[str]:
    yield from (kind for kind in ("extension", "deemed", "lapsed", "customers", "requires") if target[kind])
    if target["stated"]:
        yield target["stated"]
    if any(match in target["start"] for match in target["stop"]):
        yield "every"
    if any(rung.get("urges") for rung in target["rungs"]):
        yield "urges"


def _seen(made: Case, answer: dict[str, Any]) -> Iterator[str]:
    words = made["policies"][0]["vocabulary"]
    for event in (*made["events"], *made["shared"]):
        kind = event["type"]
        yield f"event {words[kind]['type'] if kind in words else kind}"
    targets = {
        (policy["version"], target["id"]): target
        for policy in made["policies"]
        for target in policy["targets"]
    }
    for target in targets.values():
        yield from (f"target {kind}" for kind in [*_kinds(target)] or ["plain"])
    types = {(event["source"], event["id"]): event["type"] for event in made["events"]}
    yield from ("a set of sources waits" if sources else "W alone waits" for sources, _ in answer["waits"])
    yield from _turns(made, answer, types)
    for statement in answer["statements"]:
        yield f"statement {statement['kind']}"
        yield from (f"remark {remark}" for remark in statement["remarks"])
        yield from (f"time {part}" for part, amount in statement["account"].items() if amount)
        if statement["kind"] == "verdict":
            yield f"verdict {statement['outcome']}"
        if statement["kind"] == "breach":
            target = targets[statement["version"], statement["target"]]
            unit = target["unit"]
            yield f"breach in {unit} {target['day_end']}" if unit == "working_days" else f"breach in {unit}"


def _turns(made: Case, answer: dict[str, Any], types: dict[tuple[str, str], str]) -> Iterator[str]:
    urged = {event["at"] for event in made["events"] if event["type"] == "urged"}
    ended = {
        tuple(promise["stopped_by"] or ())
        for promise in answer["promises"]
        if promise["state"] in ("met", "late")
    }
    for statement in answer["statements"]:
        for by in statement["name"].split(" @")[1:]:
            yield f"rung armed anew by {types.get(tuple(by.split('/', 1)))}"
        if statement["role"] and statement["at"] in urged:
            yield "rung said by urging"
        if statement["outcome"] == "deemed":
            reported = types[tuple(statement["event"])] == "report_written"
            yield "deemed by a report" if reported else "deemed by a lapse"
        if tuple(statement["started_by"]) in ended:
            yield "begun by its own stop"
