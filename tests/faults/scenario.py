"""Tickets with random histories, and when each event is published: late, twice, out of order. All from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from service import rules
from service.sla.events import Event
from service.sla.instants import DAY, HOUR, MINUTE, SECOND, Instant
from service.sla.policy import Rules

TENANT: Final = "faults"
SOURCE: Final = "urn:faults:desk"

#: 2024-03-04T00:00:00Z, a Monday.
START: Final[Instant] = 1_709_510_400 * SECOND
OPENING: Final = 6 * DAY
SPAN: Final = 9 * DAY

POLICY: Final = """
policy: faults
version: 1
effective_from: 2024-01-01T00:00:00Z
tenant: faults
zone: Asia/Shanghai
calendars:
  counter:
    week: {mon-fri: [08:30-12:00, 13:30-17:30], sat: 09:00-12:00}
    closed: [2024-03-06]
targets:
  answer:
    clause: "1"
    stop: [assigned, replied, resolved]
    budget: 90m
    warn: 75%
    ladder: [{at: due, role: lead}, {at: 3h after, role: head}]
  restore.high:
    clause: "2"
    applies: {priority: [urgent, high]}
    stop: resolved
    budget: 8h
    accepts: [customer, parts]
    reopen: new
    grace: 2m
    floor: 1h
    warn: [50%, 1h before]
    ladder: [{at: due, role: lead}, {at: 8h after, role: head}, {at: 24h after, role: director}]
  restore.low:
    clause: "3"
    applies: {priority: low}
    stop: [resolved, closed]
    budget: 10h
    hours: counter
    boundary: next_open
    accepts: any
    reopen: new
    warn: 2h before
    ladder: [{at: due, role: lead}, {at: 4h after, role: head}]
  close:
    clause: "4"
    start: resolved
    stop: closed
    cancel: [cancelled, reopened]
    budget: 2 calendar_days
    accepts: any
    warn: 1 calendar_day before
    ladder: [{at: 1 calendar_day after, role: lead}]
"""


def the_rules() -> Rules:
    return Rules((rules.read(POLICY, name="policy"),))


#: (type, weight, attributes to choose from)
_STEPS: Final[tuple[tuple[str, int, tuple[dict[str, Any], ...]], ...]] = (
    ("assigned", 5, ({"to": "ann"}, {"to": "bob"})),
    ("held", 5, ({"reason": "customer"}, {"reason": "parts"}, {"reason": "lunch"}, {})),
    ("resumed", 5, ({}, {}, {"reason": "customer"})),
    ("resolved", 6, ({}, {"by": "ann"})),
    ("reopened", 2, ({},)),
    ("closed", 3, ({},)),
    ("reclassified", 3, ({"priority": "urgent"}, {"priority": "high"}, {"priority": "low"})),
    ("replied", 1, ({},)),
    ("noted", 1, ({"text": "Größe 汉字"},)),
    ("cancelled", 1, ({},)),
    ("voided", 2, ({},)),
)


@dataclass(frozen=True, slots=True)
class Sending:
    """One publication of `event`, at `when` by the publisher's clock."""

    when: Instant
    event: Event


@dataclass(frozen=True)
class Scenario:
    """`sendings` in the order of publication; everything ends at `until`."""

    sendings: tuple[Sending, ...]
    start: Instant
    until: Instant
    seed: int

    @cached_property
    def arrivals(self) -> tuple[Sending, ...]:
        """The first publication of each event, in order."""
        first: dict[tuple[str, str], Sending] = {}
        for sending in self.sendings:
            first.setdefault((sending.event.ticket, sending.event.id), sending)
        return tuple(first.values())

    @cached_property
    def events(self) -> tuple[Event, ...]:
        return tuple(sending.event for sending in self.arrivals)

    def portions(self, count: int) -> list[tuple[Instant, tuple[Sending, ...]]]:
        """Equal spans of time: (the span's end, what is published by then and was not before)."""
        cut: list[tuple[Instant, tuple[Sending, ...]]] = []
        taken = 0
        for number in range(1, count + 1):
            end = self.start + (self.until - self.start) * number // count
            upto = taken
            while upto < len(self.sendings) and self.sendings[upto].when <= end:
                upto += 1
            cut.append((end, self.sendings[taken:upto]))
            taken = upto
        return cut


def scenario(tickets: int, seed: int, *, early: float = 0.0) -> Scenario:
    """`tickets` random histories. A share of the events, `early`, is published before it happened: its clock is wrong."""
    chance = random.Random(seed)
    until = START + SPAN
    events = [event for number in range(tickets) for event in _history(chance, number) if event.at <= until]
    sendings = [sending for event in events for sending in _sendings(chance, event, until, early)]
    sendings.sort(key=lambda sending: sending.when)
    return Scenario(tuple(sendings), START, until, seed)


def fact(ticket: str, number: int | str, type_: str, at: Instant, **attributes: Any) -> Event:
    return Event(
        tenant=TENANT,
        ticket=ticket,
        source=SOURCE,
        id=f"{ticket}-{number}",
        type=type_,
        at=at,
        attributes=attributes,
    )


def _history(chance: random.Random, number: int) -> Iterator[Event]:
    ticket = f"T{number:05}"
    at = START + chance.randrange(0, OPENING, SECOND // 10)
    yield fact(ticket, 0, "opened", at, priority=chance.choice(["urgent", "high", "low", "low"]))
    types, weights, attributes = zip(*_STEPS, strict=True)
    for step in range(1, chance.randint(2, 9)):
        if chance.random() > 0.03:  # else two facts of one instant
            at += round(chance.expovariate(1 / (3 * HOUR)))
        place = chance.choices(range(len(types)), weights)[0]
        told = dict(chance.choice(attributes[place]))
        if types[place] == "voided":
            told = {
                "event": f"{ticket}-{chance.randint(0 if chance.random() < 0.1 else 1, step)}",
                "reason": "typed wrongly",
            }
        yield fact(ticket, step, types[place], at, **told)


def _sendings(chance: random.Random, event: Event, until: Instant, early: float) -> Iterator[Sending]:
    delay = 0
    draw = chance.random()
    if early and chance.random() < early:
        yield Sending(max(START, event.at - chance.randint(2 * MINUTE, 6 * HOUR)), event)
        return
    if draw < 0.15:
        delay = chance.randint(1 * HOUR, 2 * DAY)
    elif draw < 0.30:
        delay = chance.randint(1 * SECOND, 45 * MINUTE)
    when = min(event.at + delay, until)
    yield Sending(when, event)
    if chance.random() < 0.12:
        yield Sending(min(when + chance.randint(0, 12 * HOUR), until), event)


def by_ticket(sendings: Sequence[Sending]) -> dict[str, list[Sending]]:
    found: dict[str, list[Sending]] = {}
    for sending in sendings:
        found.setdefault(sending.event.ticket, []).append(sending)
    return found
