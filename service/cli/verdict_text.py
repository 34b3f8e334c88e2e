"""How a promise stands, in plain English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from service.cli.explanation import Explained
from service.cli.moments import length, told
from service.cli.words import amount, event_text
from service.sla.instants import Instant
from service.sla.policy import Stated, Unit
from service.sla.statements import State
from service.sla.ticket import matches

_STATES: Final[Mapping[State, str]] = {
    State.MET: "Kept",
    State.LATE: "Broken, and stopped late",
    State.CANCELLED: "Cancelled",
    State.SUPERSEDED: "Superseded by a change in flight",
    State.DEEMED: "Deemed kept",
}


def state(this: Explained, zone: ZoneInfo) -> str:
    """How it stands, and what brought that."""
    promise = this.promise
    if promise.state is State.EXPIRED:
        return "Expired: the customer's own deadline passed, and nothing had stopped it."
    if promise.state in _STATES and promise.stop is not None and promise.stopped_by is not None:
        return _ended(this, promise.stop, event_text(this.events, promise.stopped_by), zone)
    if promise.state is State.BREACHED:
        return f"Broken: nothing stopped it by the due, and nothing has since: {passed(this)} so far."
    if promise.state is State.INDETERMINATE:
        reason = next((s.reason for s in this.statements if s.reason), "a record could not be read")
        return f"Indeterminate: whether it was stopped by the due cannot be told ({reason})."
    if promise.gated:
        return "Open, and waiting for its preconditions."
    if promise.held:
        return "Open, and on hold."
    return _open(this, zone)


def _ended(this: Explained, stop: Instant, by: str, zone: ZoneInfo) -> str:
    if this.course.is_lapse:
        return f"Deemed kept: what {by} asked for had not come by {told(stop, zone)}{_margin(this, stop)}."
    if is_renewed(this):
        return f"Replaced: {by} at {told(stop, zone)} made a new promise of it."
    return f"{_STATES[this.promise.state]}: ended by {by} at {told(stop, zone)}{_margin(this, stop)}."


def is_renewed(this: Explained) -> bool:
    """Whether a new date, accepted in time, took its place."""
    ended = this.course.ended_by
    is_start = ended is not None and matches(this.target.start, ended)
    return this.promise.state is State.SUPERSEDED and this.target.stated is Stated.PROMISED and is_start


def _open(this: Explained, zone: ZoneInfo) -> str:
    due, decided = this.promise.due, this.course.decide_at
    if due is None or decided is None or decided <= due or this.upto <= due:
        return "Open."
    return f"Open: it is past its due, but not decided before {told(decided, zone)}."


def _margin(this: Explained, stop: Instant) -> str:
    due = this.promise.due
    if due is None or this.promise.state in {State.CANCELLED, State.SUPERSEDED}:
        return ""
    if stop == due:
        return ", at the very instant of the due, which is in time"
    return f", {passed(this)} {'before' if stop < due else 'after'} the due"


def passed(this: Explained) -> str:
    """`30m of working time (15h30m by the clock)`, without sign."""
    wall, counted, unit = abs(this.margin.wall or 0), abs(this.margin.amount), this.target.unit
    if unit is Unit.TIME and counted == wall:
        return length(wall)
    kind = " of working time" if unit is Unit.TIME else ""
    return f"{amount(this.target, counted)}{kind} ({length(wall)} by the clock)"
