"""Targets and ladders: the rules of one owner, immutable and versioned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from service.sla.calendars import Calendar
from service.sla.instants import Duration, Instant
from service.sla.statements import Kind

ANY_REASON: Final = "*"


class Unit(StrEnum):
    """What a budget counts."""

    TIME = "time"  # microseconds of the calendar's hours; elapsed time when it is 24x7
    CALENDAR_DAYS = "calendar_days"  # same wall time N days later
    WORKING_DAYS = "working_days"  # the tick of the N-th working date


class DayEnd(StrEnum):
    """Where on its date a working day ends: its tick."""

    MIDNIGHT = "midnight"  # the end of the date (Civil Code of the PRC, 201 and 203)
    CLOSING = "closing"  # the end of the date's last segment
    SAME_TIME = "same_time"  # the wall time of the clock's start


class LastDay(StrEnum):
    """How far the last of a number of calendar days counts."""

    SAME_TIME = "same_time"  # to the wall time of the clock's start
    WHOLE = "whole"  # to its end (Civil Code of the PRC, 201 and 203)
    WORKING = (
        "working"  # to its end, and when it is no working date to the end of the next that is (the same, 203)
    )


class Boundary(StrEnum):
    """Where a budget used up exactly at closing time is due."""

    CLOSE = "close"  # the earliest instant (Civil Code of the PRC, 203)
    NEXT_OPEN = "next_open"


@dataclass(frozen=True, slots=True)
class Where:
    """A condition: the attribute's value, as text, is one of `values`, and all of `also` hold; `negated`: not so.

    A missing attribute has no value, so that it satisfies a negated condition. Without `values` nothing is asked of the
    attribute, and only `also` counts.
    """

    attribute: str
    values: frozenset[str]
    negated: bool = False
    also: tuple[Where, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """Events of one type whose attributes satisfy every condition."""

    type: str
    where: tuple[Where, ...] = ()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an owner's own event type stands for: a type of the vocabulary, with attributes renamed.

    `rename` maps an attribute of the owner to the name under which the policy knows it.
    """

    type: str
    rename: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a hold may last: elapsed microseconds for `Unit.TIME`, or calendar days."""

    amount: int
    unit: Unit


class Stated(StrEnum):
    """What an instant that an event states means for the due."""

    PROMISED = "promised"  # it is the due
    BEFORE = "before"  # the budget has to lie between the stop and it


@dataclass(frozen=True, slots=True)
class Extension:
    """What a target grants: approved by at least `rank`, within `within` of the request, `most` times."""

    rank: int
    within: Duration
    most: int


@dataclass(frozen=True, slots=True)
class Deemed:
    """Met all the same when one of `on` in time is followed by one of `report` within `within`."""

    on: tuple[Match, ...]
    report: tuple[Match, ...]
    within: Duration


@dataclass(frozen=True, slots=True)
class Lapsed:
    """Met all the same when one of `on` is not followed by one of `unless` within `after`."""

    on: tuple[Match, ...]
    unless: tuple[Match, ...]
    after: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of the ladder: said when `amount` of the promise's own unit is used up.

    `amount` is the budget less what remains (a warning) or plus what has run since (an escalation), in
    microseconds for `Unit.TIME` and whole days otherwise; None: it has no instant of its own. With `urges` it is said
    when the customer has urged so often, if that is earlier.
    """

    name: str
    kind: Kind
    amount: int | None
    role: str
    urges: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One rule: what begins a promise, what keeps it, and how much time there is.

    `budget` is in microseconds for `Unit.TIME`, whole days for days; `day_end` is for working days, `last_day` for
    calendar days. `calendar` says when time counts, and its zone where dates and wall times are read. `gate` holds preconditions, each a tuple of alternatives: the clock starts when
    all have happened. `accepts` holds the reasons whose holds do not count, `ANY_REASON` for all, and `max_open` how
    long a hold may last by reason, `ANY_REASON` for those without a limit of their own; `exclusions` the reasons, or
    `ANY_REASON`, whose exclusions do not count. `reopen` says that a reopening begins a new promise. `grace` is how long
    after an instant the absence of an event becomes a fact. `floor` is the least time given from an instant that brings
    the target into force, in microseconds of the target's hours and not running during holds; of elapsed time for days.
    `stated` says that the due comes from `stated_by`, an attribute of the start event. `customers` marks a deadline of
    the customer's own, which expires and is no breach. `requires` are the sources that have to be complete before
    anything is said that rests on absence.
    """

    id: str
    start: tuple[Match, ...]
    stop: tuple[Match, ...]
    cancel: tuple[Match, ...]
    budget: int
    unit: Unit
    calendar: Calendar
    day_end: DayEnd = DayEnd.MIDNIGHT
    last_day: LastDay = LastDay.SAME_TIME
    applies: tuple[Where, ...] = ()
    gate: tuple[tuple[Match, ...], ...] = ()
    boundary: Boundary = Boundary.CLOSE
    accepts: frozenset[str] = frozenset()
    max_open: Mapping[str, Limit] = field(default_factory=lambda: MappingProxyType({}))
    exclusions: frozenset[str] = frozenset()
    reopen: bool = False
    extension: Extension | None = None
    deemed: Deemed | None = None
    lapsed: Lapsed | None = None
    stated: Stated | None = None
    stated_by: str = ""
    customers: bool = False
    requires: frozenset[str] = frozenset()
    rungs: tuple[Rung, ...] = ()
    grace: Duration = 0
    floor: Duration = 0
    clause: str = ""
    regime: str = ""
    assumed: str = ""


class Period(StrEnum):
    """Over what an aggregate is taken: the local month or year of the due."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """What the promises of a target and of its variants have to come to in each period; None: not asked.

    `mean` and `maximum` are of the time counted until the stop, in the target's unit; `share` is how many of those decided
    are kept, in parts per million.
    """

    target: str
    period: Period
    mean: int | None = None
    maximum: int | None = None
    share: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How a source shows that it is complete: it reports so, or it is never silent for longer than `silent_after`."""

    reports: bool = False
    silent_after: Duration = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of an owner's rules, in force for tickets opened at or after `effective_from`.

    `sources` are those that targets require, by their CloudEvents `source`; `source` is where the rules stand.
    Statements whose instant lies before `adopt_from` are kept without announcing them.
    """

    id: str
    version: str
    tenant: str
    effective_from: Instant
    targets: tuple[Target, ...]
    vocabulary: Mapping[str, Meaning] = field(default_factory=lambda: MappingProxyType({}))
    sources: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
    source: str = ""
    adopt_from: Instant | None = None
    aggregates: tuple[Aggregate, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """All versions of one tenant's policy, oldest first."""

    versions: tuple[Policy, ...]
