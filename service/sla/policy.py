"""Targets and ladders: the rules of one owner, immutable and versioned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from service.sla.hours import Hours
from service.sla.instants import Duration, Instant
from service.sla.statements import Kind

ANY_REASON: Final = "*"


class Unit(StrEnum):
    """What a budget counts."""

    TIME = "time"  # microseconds of the target's hours; elapsed time when the hours are 24x7
    CALENDAR_DAYS = "calendar_days"  # same wall time N days later


class Boundary(StrEnum):
    """Where a budget used up exactly at closing time is due."""

    CLOSE = "close"  # the earliest instant (Civil Code of the PRC, 203)
    NEXT_OPEN = "next_open"


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on one attribute: its value, as text, is one of `values`."""

    attribute: str
    values: frozenset[str]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of the ladder: said when `amount` of the promise's own unit is used up.

    `amount` is the budget less what remains (a warning) or plus what has run since (an escalation), in
    microseconds for `Unit.TIME` and whole days otherwise.
    """

    name: str
    kind: Kind
    amount: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One rule: what begins a promise, what keeps it, and how much time there is.

    `budget` is in microseconds for `Unit.TIME`, whole days for days. `zone` is where days and wall times are read.
    `accepts` holds the reasons whose holds do not count, `ANY_REASON` for all. `reopen` says that a reopening
    begins a new promise. `grace` is how long after an instant the absence of an event becomes a fact.
    `floor` is the least time given from a re-classification that brings the target into force, in microseconds of the
    target's hours and not running during holds; of elapsed time for days.
    """

    id: str
    start: tuple[Match, ...]
    stop: tuple[Match, ...]
    cancel: tuple[Match, ...]
    budget: int
    unit: Unit
    hours: Hours
    zone: ZoneInfo
    applies: tuple[Where, ...] = ()
    boundary: Boundary = Boundary.CLOSE
    accepts: frozenset[str] = frozenset()
    reopen: bool = False
    rungs: tuple[Rung, ...] = ()
    grace: Duration = 0
    floor: Duration = 0
    clause: str = ""
    regime: str = ""
    assumed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of an owner's rules, in force for tickets opened at or after `effective_from`."""

    id: str
    version: str
    tenant: str
    effective_from: Instant
    targets: tuple[Target, ...]
    vocabulary: Mapping[str, Meaning] = field(default_factory=lambda: MappingProxyType({}))
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """All versions of one tenant's policy, oldest first."""

    versions: tuple[Policy, ...]
