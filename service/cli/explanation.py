"""Why a promise is due when it is, and how it stands: in plain sentences and in values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from service.cli.moments import away, length, told
from service.cli.stretches import Row, rows_of, stretch_line
from service.sla.events import Event, EventKey
from service.sla.history import History, key_of, pinned
from service.sla.hours import ALWAYS
from service.sla.instants import HOUR, MINUTE, SECOND, Instant
from service.sla.judge import judge
from service.sla.policy import ANY_REASON, Boundary, Policy, Rules, Target, Unit
from service.sla.statements import Promise, State, Statement
from service.sla.timeline import Timeline, accepted, holds_of


@dataclass(frozen=True, slots=True)
class Explained:
    """One promise at `upto`, with all that its due and its state follow from."""

    upto: Instant
    policy: Policy
    target: Target
    promise: Promise
    timeline: Timeline
    events: Mapping[EventKey, tuple[Event, str]]  # as published, and the policy's word for its type
    rows: tuple[Row, ...]
    statements: tuple[Statement, ...]


def explained(history: History, rules: Rules, upto: Instant) -> tuple[Explained, ...]:
    """Every promise of the ticket; none when no policy version applies to it or no target does."""
    pin = pinned(history, rules)
    if pin is None:
        return ()
    policy, read = pin
    published = {key_of(event): event for event in history.events}
    events = {key_of(event): (published[key_of(event)], event.type) for event in read}
    targets = {target.id: target for target in policy.targets}
    judgement = judge(history, rules, upto)
    found = []
    for promise in judgement.promises:
        target = targets[promise.target]
        timeline = Timeline(target, promise.start, accepted(holds_of(read), target))
        about = (promise.target, promise.started_by)
        found.append(
            Explained(
                upto=upto,
                policy=policy,
                target=target,
                promise=promise,
                timeline=timeline,
                events=events,
                rows=tuple(rows_of(timeline, _end(promise, upto), mark=promise.due)),
                statements=tuple(s for s in judgement.statements if (s.target, s.started_by) == about),
            )
        )
    return tuple(found)


def sentences(this: Explained, zone: ZoneInfo) -> Iterator[str]:
    """The promise in plain English, times in `zone`."""
    yield _rule(this, zone)
    yield _start(this, zone)
    yield _due(this, zone)
    yield _state(this, zone)
    remarks = sorted({remark for statement in this.statements for remark in statement.remarks})
    if remarks:
        yield f"Remarks: {', '.join(remarks)}."
    if this.promise.in_doubt:
        yield "In doubt: a record of this ticket that may matter could not be read; see `slaclock parked list`."


def as_json(this: Explained) -> dict[str, Any]:
    """The same as values; instants in UTC, lengths in microseconds."""
    from service.backtest import promise_line, statement_line

    target = this.target
    unit = "budget_us" if target.unit is Unit.TIME else "budget_days"
    return {
        **promise_line(this.promise),
        "policy": {"id": this.policy.id, "version": this.policy.version},
        "clause": target.clause,
        "regime": target.regime,
        unit: target.budget,
        "boundary": target.boundary.value,
        "accepts": sorted(target.accepts),
        "zone": target.zone.key,
        "because": list(sentences(this, target.zone)),
        "stretches": [stretch_line(row) for row in this.rows],
        "statements": [statement_line(statement) for statement in this.statements],
    }


def _end(promise: Promise, upto: Instant) -> Instant:
    """Where the table ends: at the stop; without one at the due, or at `upto` when that is later."""
    if promise.stop is not None:
        return promise.stop
    return max(promise.start, upto, promise.due or upto)


def _rule(this: Explained, zone: ZoneInfo) -> str:
    policy, target = this.policy, this.target
    clause = f" (clause {target.clause})" if target.clause else ""
    version = f"version {policy.version} of {policy.id}, for tickets opened from {told(policy.effective_from, zone)}"
    return f"The rule is target {target.id}{clause} in {version}. It gives {budget(target)}{_holds(target)}."


def budget(target: Target) -> str:
    """`8h30m of working time`, `24h round the clock`, `5 calendar days`."""
    if target.unit is Unit.CALENDAR_DAYS:
        return f"{target.budget} calendar {'day' if target.budget == 1 else 'days'}"
    amount = _amount(target.budget)
    return f"{amount} round the clock" if target.hours is ALWAYS else f"{amount} of working time"


def _amount(duration: int) -> str:
    """As policy files write it: hours, never days."""
    hours, rest = divmod(duration, HOUR)
    parts = (f"{hours}h" if hours else "", f"{rest // MINUTE}m" if rest // MINUTE else "")
    seconds = f"{rest % MINUTE // SECOND}s" if rest % MINUTE else ""
    return "".join((*parts, seconds)) or "0s"


def _holds(target: Target) -> str:
    if ANY_REASON in target.accepts:
        return "; time on hold does not count, whatever the reason"
    if target.accepts:
        return f"; time on hold for {' or '.join(sorted(target.accepts))} does not count"
    return "; no hold stops the clock"


def _start(this: Explained, zone: ZoneInfo) -> str:
    return (
        f"The clock started with {_event(this, this.promise.started_by)} at {told(this.promise.start, zone)}."
    )


def _event(this: Explained, key: EventKey) -> str:
    if key not in this.events:
        return f"event {key[1]}"
    event, word = this.events[key]
    means = "" if event.type == word else f", here `{word}`"
    return f"`{event.type}` (event {event.id}{means})"


def _due(this: Explained, zone: ZoneInfo) -> str:
    target, due = this.target, this.promise.due
    if due is None:
        left = target.budget - this.timeline.used(this.upto)
        rest = f"{max(left, 0)} days" if target.unit is not Unit.TIME else length(max(left, 0))
        return f"There is no due while the ticket is on hold; {rest} of the budget are left."
    used_up = this.timeline.used_up(target.budget)
    told_due = told(due, zone)
    if this.promise.stop is None:
        told_due += f" ({away(due, this.upto)}, as of {told(this.upto, zone)})"
    if used_up == due or used_up is None:
        return f"The budget is used up, and the promise due, at {told_due}."
    at_opening = this.timeline.due(target.budget)
    if target.boundary is Boundary.NEXT_OPEN and at_opening == due:
        return f"The budget is used up at {told(used_up, zone)}, closing time, so it is due at the next opening: {told_due}."
    return f"The budget is used up at {told(used_up, zone)}; a re-classification left time until {told_due}."


_STATES: Final[Mapping[State, str]] = {
    State.MET: "Kept",
    State.LATE: "Broken, and stopped late",
    State.CANCELLED: "Cancelled",
    State.SUPERSEDED: "Superseded by a re-classification",
}


def _state(this: Explained, zone: ZoneInfo) -> str:
    promise, due = this.promise, this.promise.due
    if promise.state in _STATES and promise.stop is not None and promise.stopped_by is not None:
        margin = "" if due is None else f", {_margin(promise.stop, due)}"
        by = f"by {_event(this, promise.stopped_by)} at {told(promise.stop, zone)}"
        return f"{_STATES[promise.state]}: ended {by}{margin}."
    if promise.state is State.BREACHED:
        return "Broken: nothing stopped it by the due, and nothing has since."
    if promise.state is State.INDETERMINATE:
        return "Indeterminate: a record that may have stopped it could not be read."
    return "Open, and on hold." if promise.held else "Open."


def _margin(stop: Instant, due: Instant) -> str:
    if stop == due:
        return "at the very instant of the due, which is in time"
    return f"{length(due - stop)} before the due" if stop < due else f"{length(stop - due)} after the due"
