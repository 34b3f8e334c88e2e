"""Why a promise is due when it is, and how it stands: everything that follows from, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.cli.counterfactual import Margin, Otherwise, Subject, margin, otherwise
from service.cli.stretches import Row, rows_of, stretch_line
from service.sla.course import Course
from service.sla.events import Event, EventKey
from service.sla.history import History, key_of
from service.sla.instants import NEVER, Instant
from service.sla.judge import judge
from service.sla.policy import Policy, Rules, Target, Unit
from service.sla.statements import Account, Promise, Statement
from service.sla.succession import Tenure, promises, tenures
from service.sla.terms import due_of
from service.sla.ticket import Ticket, matches
from service.sla.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Explained:
    """One promise at `upto`, with all that its due and its state follow from.

    `opened` are the events that opened its gate, one for each precondition in the order of the rule, None for one that is
    missing. `known_first` is the due as the calendar stood when the promise began, where that is another.
    """

    subject: Subject
    events: Mapping[EventKey, tuple[Event, str]]  # as published, and the policy's word for its type
    opened: tuple[Event | None, ...]
    known_first: Instant | None
    rows: tuple[Row, ...]
    statements: tuple[Statement, ...]
    margin: Margin
    otherwise: tuple[Otherwise, ...]

    @property
    def upto(self) -> Instant:
        """The instant as of which it is explained."""
        return self.subject.upto

    @property
    def policy(self) -> Policy:
        """The version that judges it."""
        return self.subject.policy

    @property
    def target(self) -> Target:
        """Its rule."""
        return self.subject.course.target

    @property
    def promise(self) -> Promise:
        """How it stands."""
        return self.subject.promise

    @property
    def course(self) -> Course:
        """How it got there."""
        return self.subject.course

    @property
    def timeline(self) -> Timeline:
        """Its clock."""
        return self.subject.course.timeline

    @property
    def account(self) -> Account:
        """What became of the time that the table shows."""
        return self.timeline.account(_end(self.subject))


def explained(history: History, rules: Rules, upto: Instant) -> tuple[Explained, ...]:
    """Every promise of the ticket; none when no policy version applies to it or no target does."""
    governed = tenures(history, rules)
    judgement = judge(history, rules, upto)
    ruled = [each for each in promises(governed) if not each.passed_on]
    found = []
    for promise, each in zip(judgement.promises, ruled, strict=True):
        ticket = _ticket(governed, each.policy)
        subject = Subject(history, rules, upto, each.policy, ticket, each.course, promise)
        about = (promise.target, promise.started_by)
        statements = tuple(s for s in judgement.statements if (s.target, s.started_by) == about)
        found.append(_explained(subject, statements))
    return tuple(found)


def _ticket(governed: tuple[Tenure, ...], policy: Policy) -> Ticket:
    return next(tenure.ticket for tenure in reversed(governed) if tenure.policy is policy)


def _explained(subject: Subject, statements: tuple[Statement, ...]) -> Explained:
    published = {key_of(event): event for event in subject.history.events}
    read = subject.ticket.events
    return Explained(
        subject=subject,
        events={key_of(event): (published[key_of(event)], event.type) for event in read},
        opened=tuple(
            next((event for event in read if matches(alternatives, event)), None)
            for alternatives in subject.course.target.gate
        ),
        known_first=_known_first(subject.course),
        rows=tuple(rows_of(subject.course.timeline, _end(subject), mark=subject.promise.due)),
        statements=statements,
        margin=margin(subject),
        otherwise=tuple(otherwise(subject)),
    )


def _end(subject: Subject) -> Instant:
    """Where the table ends: at the stop; without one at the due, or at `upto` when that is later."""
    promise, upto = subject.promise, subject.upto
    if promise.stop is not None:
        return promise.stop
    return max(promise.start, upto, promise.due or upto)


def _known_first(course: Course) -> Instant | None:
    edition = course.target.calendar.known_at(course.begun)
    if edition is course.timeline.edition:
        return None
    due = due_of(replace(course.timeline, edition=edition), course.terms)
    return None if due == course.due else due


def as_json(this: Explained) -> dict[str, Any]:
    """The same as values; instants in UTC, lengths in microseconds."""
    from service.backtest import promise_line
    from service.cli.explain_people import people_line
    from service.cli.sentences import sentences
    from service.wire import times

    target, clock = this.target, this.timeline.clock
    return {
        **promise_line(this.promise),
        "clock": None if clock == NEVER else times.write(clock),
        "policy": {"id": this.policy.id, "version": this.policy.version},
        "clause": target.clause,
        "regime": target.regime,
        **_amount("budget", target, target.budget),
        "day_end": target.day_end.value if target.unit is Unit.WORKING_DAYS else None,
        "boundary": target.boundary.value,
        "accepts": sorted(target.accepts),
        "exclusions": sorted(target.exclusions),
        "zone": target.calendar.zone.key,
        "calendar": _calendar_line(target),
        "because": list(sentences(this, target.calendar.zone)),
        "account": _account_line(this),
        "margin": _margin_line(this),
        "otherwise": [_otherwise_line(each) for each in this.otherwise],
        "stretches": [stretch_line(row) for row in this.rows],
        **people_line(this),
    }


def _amount(name: str, target: Target, amount: int) -> dict[str, int]:
    return {f"{name}_us" if target.unit is Unit.TIME else f"{name}_days": amount}


def _calendar_line(target: Target) -> dict[str, Any]:
    versions = target.calendar.versions
    since, until = versions[-1].known_since, versions[-1].known_until
    return {
        "name": target.calendar.name,
        "versions": len(versions),
        "known_since": None if since is None else since.isoformat(),
        "known_until": None if until is None else until.isoformat(),
    }


def _account_line(this: Explained) -> dict[str, int]:
    account = this.account
    line = {
        "gated_us": account.gated,
        "outside_us": account.outside,
        "excluded_us": account.excluded,
        "held_us": account.held,
        "counted_us": account.counted,
    }
    return line if this.target.unit is Unit.TIME else {**line, "counted_days": account.days}


def _margin_line(this: Explained) -> dict[str, Any]:
    from service.wire import times

    found = this.margin
    line = {"at": times.write(found.at), "wall_us": found.wall}
    return {**line, **_amount("left", this.target, found.amount)}


def _otherwise_line(this: Otherwise) -> dict[str, Any]:
    from service.wire import times

    return {
        "if": this.change.value,
        "reason": this.reason,
        "spans": [
            {"from": times.write(start), "to": None if end == NEVER else times.write(end)}
            for start, end in this.spans
        ],
        "due": None if this.due is None else times.write(this.due),
        "verdict": None if this.state is None else this.state.value,
    }
