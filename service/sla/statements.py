"""What we say about a promise, and what a judgement holds.

A *statement* has an id that does not change while anything about it does; what was said of an id is a row of
revisions (`Said`), each in force or withdrawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from service.sla.instants import Duration, Instant


class Kind(StrEnum):
    """The four things that can be said about a promise."""

    WARNING = "warning"
    BREACH = "breach"
    ESCALATION = "escalation"
    VERDICT = "verdict"


class State(StrEnum):
    """Where a promise stands. All but `ABSENT` and `OPEN` are verdicts or lead to one."""

    ABSENT = "absent"  # its target does not apply, and has not so far
    OPEN = "open"  # running, held, or waiting for its gate
    MET = "met"
    EARLY = "early"  # met before its clock started; a later stop by the due may replace that
    DEEMED = "deemed"  # met without a stop, because the customer made it impossible; a stop by the due may replace that
    SETTLED = "settled"  # deemed met, and past the due
    BREACHED = "breached"  # past its due, no stop yet
    LATE = "late"  # stopped after its due
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"  # re-classified away; comes back when the target applies again
    REPLACED = "replaced"  # superseded for good: the ticket ended while the target did not apply
    EXPIRED = "expired"  # a deadline of the customer's own that passed
    NEVER = "never"  # the ticket ended before the target ever applied
    INDETERMINATE = "indeterminate"  # a record that may matter could not be read


#: Names in a statement id that no rung may take.
RESERVED_NAMES: Final = frozenset({"breach", "verdict"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The wall time of a span by what became of it, in microseconds; the parts add up to the span.

    Where several would claim one moment the first of this order has it: gated, outside hours, excluded, held,
    counted. `days` is the number of days counted, for budgets in days; it is not part of the sum.
    """

    gated: Duration = 0
    outside: Duration = 0
    excluded: Duration = 0
    held: Duration = 0
    counted: Duration = 0
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing said about one promise.

    The content is a function of events and rules up to `at`, the statement's own instant: the due for a breach,
    the instant of the deciding event for a verdict, the rung's instant for a warning or escalation. `started_by`
    and `event` are (source, event id). `due` is as folded from what was known up to `at`; None while a hold is
    open. `account` covers [start, at).
    """

    id: str
    kind: Kind
    tenant: str
    ticket: str
    target: str
    name: str
    started_by: tuple[str, str]
    at: Instant
    policy: str
    version: str
    clause: str
    regime: str
    start: Instant
    due: Instant | None
    account: Account
    outcome: str = ""  # of a verdict: the `State` reached
    reason: str = ""  # of an indeterminate verdict: what could not be read
    event: tuple[str, str] | None = None  # of a verdict: the event that decided
    role: str = ""  # of a rung: who is addressed
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The newest revision of one statement as it was put into the ledger; `rev` counts from 1."""

    statement: Statement
    rev: int
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A target on a ticket, begun by one event, as it stands at the instant of judging.

    `due` is None while it cannot be known: the gate is closed, or a hold or exclusion is open at the end of what is
    known. `stopped_by` and `stop` name the event that ended it in `state`, when one did.
    """

    target: str
    started_by: tuple[str, str]
    start: Instant
    due: Instant | None
    state: State
    stop: Instant | None = None
    stopped_by: tuple[str, str] | None = None
    held: bool = False  # a hold or exclusion is open at the end of what is known
    gated: bool = False  # a precondition has not happened
    provisional: bool = False  # the due lies beyond what its calendar knows
    in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Everything that is true of one ticket at `upto`.

    `statements` are those in force, at most one an id, ordered by (at, target, id). `wake_at` is the earliest
    instant w such that a judgement at some `upto` > w can differ with the same history and rules; None when none
    can. `waits` are such instants of promises that require sources, by these: there `upto` has to be passed by the caps
    of the sources too. `policy` is the (id, version) that governs the ticket last; None for an orphan (no `opened` known) and for a
    ticket opened before the first version. Statements before `adopt_from` are not to be announced.
    """

    promises: tuple[Promise, ...] = ()
    statements: tuple[Statement, ...] = ()
    wake_at: Instant | None = None
    waits: Mapping[tuple[str, ...], Instant] = field(default_factory=lambda: MappingProxyType({}))
    policy: tuple[str, str] | None = None
    adopt_from: Instant | None = None
    orphan: bool = False
