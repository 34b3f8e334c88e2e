"""The shape of a policy file: which keys there are, and what one value of each may be.

What depends on more than one value is checked elsewhere. Every value may be None: that is what stands where something
wrong was cut out, so that the rest can still be checked.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict

from service.rules import lengths, times, values
from service.rules.values import as_list, as_mapping, choice, key, one, one_of
from service.sla.events import VOCABULARY
from service.sla.instants import Duration, Instant
from service.sla.policy import Boundary, DayEnd, LastDay

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
EventName = Annotated[str, one(values.event_name)]
Role = Annotated[
    str, one(values.named(r"[a-z][a-z0-9_]{0,62}", "small letters, digits and `_`, such as `window_head`"))
]
RungName = Annotated[str, one(values.rung_name)]
Exact = Annotated[str, one(values.exact)]
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
Count = Annotated[int, one(values.whole(1, 1000))]
At = Annotated[lengths.Step, one(lengths.step)]
Dates = Annotated[tuple[date, ...], one(times.dates)]
Segment = Annotated[tuple[Duration, Duration], one(times.segment)]
Segments = Annotated[list[Segment | None], BeforeValidator(as_list)]
Week = dict[Annotated[str, key(times.weekdays)], Segments | None]
Values = Annotated[list[Exact | None], BeforeValidator(as_list)]
Reasons = Annotated[list[Annotated[str, one(values.reason)] | None], BeforeValidator(as_list)]
Conditions = dict[str, Values | None]


class Shape(BaseModel):
    """A mapping with known keys only."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


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


class EventShape(Shape):
    event: EventName | None
    where: Conditions | None = None


class RungShape(Shape):
    at: At | None = None
    urges: Count | None = None
    role: Role | None = None
    name: RungName | None = None


class EscalationShape(RungShape):
    role: Role | None


Events = Annotated[list[Annotated[EventShape, as_mapping("event")] | None], BeforeValidator(as_list)]
Warnings = Annotated[list[Annotated[RungShape, as_mapping("at")] | None], BeforeValidator(as_list)]
Ladder = Annotated[list[Annotated[EscalationShape, as_mapping("at")] | None], BeforeValidator(as_list)]


class PreconditionShape(Shape):
    """One entry of a gate: any of some events."""

    any: Events | None


Gate = Annotated[
    list[Annotated[PreconditionShape, BeforeValidator(values.as_alternatives)] | None],
    BeforeValidator(as_list),
]


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


class OverrideShape(Shape):
    """What is different about a target for the tickets that `when` is about."""

    name: Annotated[str, one(values.lower_identifier)] | None
    when: Conditions | None
    budget: Budget | None = None
    every: Budget | None = None
    warn: Warnings | None = None
    ladder: Ladder | None = None
    floor: Span | None = None
    clause: Prose | None = None
    assumed: Prose | None = None


class TargetShape(Shape):
    off: Annotated[bool, one(values.flag), one_of(True, False, "true", "false")] | None = None
    why: Prose | None = None
    set: Prose | None = None
    clause: Prose | None = None
    regime: Prose | None = None
    applies: Conditions | None = None
    start: Events | None = None
    gate: Gate | None = None
    stop: Events | None
    cancel: Events | None = None
    budget: Budget | None = None
    every: Budget | None = None
    promised: Exact | None = None
    before: Exact | None = None
    owner: Annotated[Owner, one(lambda value: Owner(choice(*Owner)(value))), one_of(*Owner)] | None = None
    hours: Exact | None = None
    zone: Zone | None = None
    boundary: (
        Annotated[Boundary, one(lambda value: Boundary(choice(*Boundary)(value))), one_of(*Boundary)] | None
    ) = None
    day_end: Annotated[DayEnd, one(lambda value: DayEnd(choice(*DayEnd)(value))), one_of(*DayEnd)] | None = (
        None
    )
    last_day: (
        Annotated[LastDay, one(lambda value: LastDay(choice(*LastDay)(value))), one_of(*LastDay)] | None
    ) = None
    accepts: Reasons | None = None
    max_open: dict[Annotated[str, key(values.reason)], Limit | None] | None = None
    exclusions: Reasons | None = None
    reopen: Annotated[Reopen, one(lambda value: Reopen(choice(*Reopen)(value))), one_of(*Reopen)] | None = (
        None
    )
    extension: ExtensionShape | None = None
    deemed: DeemedShape | None = None
    lapsed: LapsedShape | None = None
    warn: Warnings | None = None
    ladder: Ladder | None = None
    overrides: Annotated[list[OverrideShape | None], BeforeValidator(as_list)] | None = None
    grace: Span | None = None
    floor: Span | None = None
    assumed: Prose | None = None


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
    areas: dict[str, Values | None] | None = None
    calendars: dict[str, CalendarShape | None] | None = None
    targets: dict[str, TargetShape | None] | None
