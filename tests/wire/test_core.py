"""What the core says, as it goes out: every kind and outcome fits its schema and is read back as it was."""

from __future__ import annotations

from types import MappingProxyType
from zoneinfo import ZoneInfo

import msgspec

from service.sla.calendars import round_the_clock
from service.sla.events import Doubt, Event
from service.sla.history import History
from service.sla.instants import HOUR, LATEST, MINUTE, Instant
from service.sla.judge import judge
from service.sla.policy import Match, Policy, Rules, Rung, Target, Unit, Where
from service.sla.statements import Kind, Said, Statement
from service.wire.outgoing import decode_output, encode
from tests.wire.making import HEARD, event
from tests.wire.test_contracts import VALIDATORS

TARGET = Target(
    id="resolve",
    start=(Match("opened"),),
    stop=(Match("resolved"),),
    cancel=(Match("cancelled"),),
    budget=4 * HOUR,
    unit=Unit.TIME,
    calendar=round_the_clock(ZoneInfo("UTC")),
    applies=(Where("priority", frozenset({"2"})),),
    accepts=frozenset({"*", "customer"}),
    rungs=(
        Rung(name="soon", kind=Kind.WARNING, amount=3 * HOUR, role="holder"),
        Rung(name="over", kind=Kind.ESCALATION, amount=5 * HOUR, role="head"),
    ),
)
RULES = Rules(
    (
        Policy(
            id="desk",
            version="1",
            tenant="harbour",
            effective_from=0,
            targets=(TARGET,),
            vocabulary=MappingProxyType({}),
        ),
    )
)
START = HEARD
SOON = START + 30 * MINUTE
LATER = START + 9 * HOUR


def after(
    *told: tuple[str, Instant, dict[str, str]], doubts: tuple[Doubt, ...] = ()
) -> tuple[Statement, ...]:
    events: list[Event] = [event(id="e-0", at=START, attributes={"priority": "2"})]
    events += [
        event(id=f"e-{number}", type=name, at=at, attributes=attributes)
        for number, (name, at, attributes) in enumerate(told, 1)
    ]
    return judge(History(tuple(events), doubts), RULES, LATEST - 1).statements


def test_every_kind_and_outcome_fits_its_schema() -> None:
    said = [
        *after(),
        *after(("resolved", SOON, {})),
        *after(("resolved", LATER, {})),
        *after(("cancelled", SOON, {})),
        *after(("reclassified", SOON, {"priority": "1"})),
        *after(("held", SOON, {"reason": "customer"}), ("cancelled", LATER, {})),
        *after(doubts=(Doubt(since=SOON, reason="not_json"),)),
    ]

    assert {statement.kind for statement in said} == set(Kind)
    outcomes = {"", "met", "late", "cancelled", "superseded", "indeterminate"}
    assert {str(statement.outcome) for statement in said} == outcomes
    for statement in said:
        outgoing = encode(
            Said(statement=statement, rev=1), cause=None, watermark=LATEST - 1, decided_at=LATER
        )
        VALIDATORS[f"statement.{statement.kind}.v1"].validate(msgspec.json.decode(outgoing.value))
        assert decode_output(outgoing.value) == (statement, 1, False)
