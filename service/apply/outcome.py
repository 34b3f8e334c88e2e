"""What goes through the door, and what comes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from service.sla.instants import DAY, HOUR, SECOND, Duration, Instant
from service.sla.statements import Kind, State
from service.sla.statements import Said as Revision
from service.wire.records import Reason, Record


class WallClock(Protocol):
    """What tells when something was decided."""

    def wall(self) -> Instant: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`tenant` owns records that name none. An event may be at most `ahead` later than its record's timestamp.

    `max_bytes` of a record's value, `max_events` of one ticket's history. What is said of areas makes `marked_at_once`
    tickets due in one transaction, for whose locks ingest may have to wait. `directory` is the topic of the organisation; a fact
    recorded more than `horizon` after an instant does not bear on it. What was recorded more than `backdated_after` after it
    happened is evidence. What is said more than `announce_within` after it could have been said is announced to nobody.
    """

    tenant: str = "default"
    ahead: Duration = 60 * SECOND
    max_bytes: int = 262_144
    max_events: int = 10_000
    marked_at_once: int = 5_000
    directory: str = "directory.events.v1"
    horizon: Duration = 90 * DAY
    backdated_after: Duration = HOUR
    announce_within: Duration = DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """Where statements are published; breaches go to both."""

    statements: str = "sla.statements.v1"
    breaches: str = "sla.breaches.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Records of one partition in [`first`, `next`), and the right to apply them.

    `first` is the position from which the owner of `epoch` goes on; `next` is the consumer's position after the
    records, which may lie beyond the last one (markers of transactions, compaction).
    """

    topic: str
    part: int
    epoch: int
    first: int
    next: int
    records: tuple[Record, ...]


class Fenced(Exception):  # noqa: N818 - what happened, not that it is an error
    """Another owner has the partition, or these records were applied already. Nothing was applied now."""


class NotParked(Exception):  # noqa: N818
    """No record stands parked at that place: it never did, or somebody has decided already."""


class StillUnfit(Exception):  # noqa: N818
    """A parked record that can still not be applied, for `reason`; it stays parked and nothing has changed."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail


#: How many revisions of each kind were said, and how many of them withdraw: (kind, withdrawn) -> count.
Said = Mapping[tuple[Kind, bool], int]

#: How many roles of the chains of these were filled by nobody, by the reason.
Unfilled = Mapping[str, int]

#: How many revisions about people were said: withdrawn -> count.
Repeats = Mapping[bool, int]


@dataclass(slots=True)
class Decided:
    """What was decided of promises, to be counted: first sayings of breaches and withdrawals by (target, withdrawn), verdicts
    by (target, outcome); of those that came for the first time the share of the wall time that was left, of 1, and by
    how much they were late.
    """

    breaches: Counter[tuple[str, bool]] = field(default_factory=Counter)
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    remaining: list[float] = field(default_factory=list)
    overdue: list[Duration] = field(default_factory=list)

    def note(self, said: Revision) -> None:
        """Take a revision into account."""
        statement, is_first = said.statement, said.rev == 1
        if statement.kind is Kind.BREACH and (is_first or said.withdrawn):
            self.breaches[statement.target, said.withdrawn] += 1
        if statement.kind is not Kind.VERDICT or said.withdrawn:
            return
        self.verdicts[statement.target, statement.outcome] += 1
        if is_first and statement.due is not None:
            if statement.outcome == State.MET and statement.due > statement.start:
                share = (statement.due - statement.at) / (statement.due - statement.start)
                self.remaining.append(min(1.0, share))
            elif statement.outcome == State.LATE:
                self.overdue.append(statement.at - statement.due)

    def __add__(self, other: Decided) -> Decided:
        return Decided(
            self.breaches + other.breaches,
            self.verdicts + other.verdicts,
            self.remaining + other.remaining,
            self.overdue + other.overdue,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of the records of a slice: every one is applied, a duplicate or parked.

    `lateness` holds, for each applied event, by how much its record came after it. `unjudged` tickets are those whose
    judging failed.
    """

    applied: int = 0
    duplicates: int = 0
    parked: Mapping[Reason, int] = field(default_factory=dict)
    lateness: tuple[Duration, ...] = ()
    said: Said = field(default_factory=dict)
    unfilled: Unfilled = field(default_factory=dict)
    repeats: Repeats = field(default_factory=dict)
    decided: Decided = field(default_factory=Decided)
    unjudged: int = 0

    def __add__(self, other: Applied) -> Applied:
        return Applied(
            applied=self.applied + other.applied,
            duplicates=self.duplicates + other.duplicates,
            parked=Counter(self.parked) + Counter(other.parked),
            lateness=self.lateness + other.lateness,
            said=Counter(self.said) + Counter(other.said),
            unfilled=Counter(self.unfilled) + Counter(other.unfilled),
            repeats=Counter(self.repeats) + Counter(other.repeats),
            decided=self.decided + other.decided,
            unjudged=self.unjudged + other.unjudged,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Woken:
    """What a batch of wake-ups did: of the `claimed` tickets `changed` had something new to be said.

    `for_nothing` had asked for an instant at which nothing changed: rare, or `wake_at` is wrong. `delays` holds, for
    each ticket that changed, the time between the instant for which it had asked and the decision. `released` parked
    records were applied because their reason had gone. `marked` tickets were made due because something has changed that
    many share; `more` of them may be.
    """

    claimed: int = 0
    changed: int = 0
    for_nothing: int = 0
    marked: int = 0
    more: bool = False
    released: int = 0
    said: Said = field(default_factory=dict)
    unfilled: Unfilled = field(default_factory=dict)
    repeats: Repeats = field(default_factory=dict)
    decided: Decided = field(default_factory=Decided)
    delays: tuple[Duration, ...] = ()
    unjudged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What a decision about a parked record did. `duplicate`: its event was there already, so nothing was added."""

    duplicate: bool = False
    said: Said = field(default_factory=dict)
