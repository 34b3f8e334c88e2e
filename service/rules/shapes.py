"""The shape of a policy file: which keys there are, and what one value of each may be.

What depends on more than one value is checked elsewhere. Every value may be None: that is what stands where something
wrong was cut out, so that the rest can still be checked.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

from service.rules import lengths, times, values
from service.rules.event_shapes import Conditions, EventName, Events, Exact, Gate, Shape, Values
from service.rules.values import as_list, as_mapping, choice, key, member, one, one_of
from service.sla.events import VOCABULARY
from service.sla.instants import Duration, Instant
from service.sla.policy import Boundary, DayEnd, LastDay, Period

#: `hours: 24x7`, the name that no calendar may have.
ROUND_THE_CLOCK: Final = "24x7"


class Reopen(StrEnum):
    """What a reopening does for a target."""

    NEW = "new"
    IGNORE = "ignore"


class Owner(StrEnum):
    """Whose deadline a target is."""

    SERVICE = "service"
    CUSTOMER = "customer"


Prose = Annotated[str, one(values.prose)]
Identifier = Annotated[str, one(values.identifier)]
Role = Annotated[
    str, one(values.named(r"[a-z][a-z0-9_]{0,62}", "small letters, digits and `_`, such as `window_head`"))
]
RungName = Annotated[str, one(values.rung_name)]
Country = Annotated[
    str, one(values.named(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", "the letters of a country, such as `CN` or `DE-BY`"))
]
File = Annotated[str, one(values.file)]
Zone = Annotated[ZoneInfo, one(times.zone)]
Moment = Annotated[Instant, one(times.instant)]
Day = Annotated[date, one(times.day)]
Budget = Annotated[lengths.Length, one(lengths.length)]
Limit = Annotated[lengths.Length, one(lengths.limit)]
Span = Annotated[Duration, one(lengths.span)]
Elapsed = Annotated[Duration, one(lengths.elapsed)]
Rank = Annotated[int, one(values.whole(1, 1_000_000))]
Share = Annotated[int, one(values.share)]
Count = Annotated[int, one(values.whole(1, 1000))]
At = Annotated[lengths.Step, one(lengths.step)]
Dates = Annotated[tuple[date, ...], one(times.dates)]
Segment = Annotated[tuple[Duration, Duration], one(times.segment)]
Segments = Annotated[list[Segment | None], BeforeValidator(as_list)]
Week = dict[Annotated[str, key(times.weekdays)], Segments | None]
Names = Annotated[list[Exact | None], BeforeValidator(as_list)]
Reasons = Annotated[list[Annotated[str, one(values.reason)] | None], BeforeValidator(as_list)]


class SourceShape(Shape):
    document: Prose | None
    issued_by: Prose | None = None
    issued_on: Prose | None = None
    address: Prose | None = None
    note: Prose | None = None


class MeaningShape(Shape):
    means: Annotated[str, one(choice(*VOCABULARY)), one_of(*VOCABULARY)] | None
    rename: dict[str, Exact | None] | None = None


class VersionShape(Shape):
    known_since: Day | None = None
    known_until: Day | None = None
    week: Week | None = None
    closed: Annotated[list[Dates | None], BeforeValidator(as_list)] | None = None
    open: dict[Annotated[str, key(times.day)], Segments | None] | None = None
    statutory: Country | None = None
    makeup: Segments | None = None


class OwnCalendarShape(VersionShape):
    """A calendar without `versions` is its own only version."""

    versions: Annotated[list[VersionShape | None], BeforeValidator(as_list)] | None = None


class CalendarShape(OwnCalendarShape):
    """A calendar in a policy."""

    zone: Zone | None = None
    file: File | None = None


class CalendarFileShape(OwnCalendarShape):
    """A calendar in a file of its own."""

    calendar: Annotated[str, one(values.lower_identifier)] | None
    zone: Zone | None


class RungShape(Shape):
    at: At | None = None
    urges: Count | None = None
    role: Role | None = None
    name: RungName | None = None


class EscalationShape(RungShape):
    role: Role | None


Warnings = Annotated[list[Annotated[RungShape, as_mapping("at")] | None], BeforeValidator(as_list)]
Ladder = Annotated[list[Annotated[EscalationShape, as_mapping("at")] | None], BeforeValidator(as_list)]


class ExtensionShape(Shape):
    rank: Rank | None
    within: Elapsed | None
    most: Count | None = None


class DeemedShape(Shape):
    on: Events | None = None
    report: Events | None = None
    within: Elapsed | None


class LapsedShape(Shape):
    on: Events | None = None
    unless: Events | None = None
    after: Elapsed | None


class TermsShape(Shape):
    """What a target says, and a variant of it can say otherwise."""

    clause: Prose | None = None
    regime: Prose | None = None
    gate: Gate | None = None
    budget: Budget | None = None
    every: Budget | None = None
    hours: Exact | None = None
    boundary: Annotated[Boundary, member(Boundary)] | None = None
    day_end: Annotated[DayEnd, member(DayEnd)] | None = None
    last_day: Annotated[LastDay, member(LastDay)] | None = None
    accepts: Reasons | None = None
    max_open: dict[Annotated[str, key(values.reason)], Limit | None] | None = None
    extension: ExtensionShape | None = None
    warn: Warnings | None = None
    ladder: Ladder | None = None
    floor: Span | None = None
    assumed: Prose | None = None


class OverrideShape(TermsShape):
    """What is different about a target for the tickets that `when` is about."""

    name: Annotated[str, one(values.lower_identifier)] | None
    when: Conditions | None


class TargetShape(TermsShape):
    off: Annotated[bool, one(values.flag), one_of(True, False, "true", "false")] | None = None
    why: Prose | None = None
    set: Prose | None = None
    applies: Conditions | None = None
    start: Events | None = None
    stop: Events | None
    cancel: Events | None = None
    promised: Exact | None = None
    before: Exact | None = None
    owner: Annotated[Owner, member(Owner)] | None = None
    zone: Zone | None = None
    exclusions: Reasons | None = None
    requires: Names | None = None
    reopen: Annotated[Reopen, member(Reopen)] | None = None
    deemed: DeemedShape | None = None
    lapsed: LapsedShape | None = None
    overrides: Annotated[list[OverrideShape | None], BeforeValidator(as_list)] | None = None
    grace: Span | None = None


class EventSourceShape(Shape):
    """A system that states events, and how it shows that it has told all of them."""

    source: Exact | None
    alive: Annotated[bool, one(values.flag), one_of(True, False, "true", "false")] | None = None
    silent_after: Elapsed | None = None


class AggregateShape(Shape):
    """What the promises of a target have to come to in a period."""

    target: Exact | None
    period: Annotated[Period, one(lambda value: Period(choice(*Period)(value))), one_of(*Period)] | None
    mean: Budget | None = None
    maximum: Budget | None = None
    share: Share | None = None


class PolicyShape(Shape):
    policy: Identifier | None
    version: Identifier | None
    effective_from: Moment | None
    tenant: Identifier | None
    source: Annotated[SourceShape, as_mapping("document")] | None = None
    zone: Zone | None
    adopt_from: Moment | None = None
    grace: Span | None = None
    vocabulary: dict[str, Annotated[MeaningShape, as_mapping("means")] | None] | None = None
    events: Annotated[list[EventName | None], BeforeValidator(as_list)] | None = None
    exclusions: Reasons | None = None
    sources: dict[str, EventSourceShape | None] | None = None
    requires: Names | None = None
    areas: dict[str, Values | None] | None = None
    calendars: dict[str, CalendarShape | None] | None = None
    targets: dict[str, TargetShape | None] | None
    aggregates: Annotated[list[AggregateShape | None], BeforeValidator(as_list)] | None = None
