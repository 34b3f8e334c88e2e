"""What would have to be otherwise for another verdict, in plain English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from service.cli.counterfactual import Change, Otherwise
from service.cli.explanation import Explained
from service.cli.moments import length, told
from service.cli.words import amount, listed, reasons
from service.sla.instants import NEVER
from service.sla.statements import State


def supposing(this: Explained, zone: ZoneInfo) -> Iterator[str]:
    """The way to the other verdict, times in `zone`."""
    state, due = this.promise.state, this.promise.due
    if state is State.MET and due is not None:
        yield f"A stop would have been in time until {told(due, zone)}; left of the budget: {left(this)}."
    if state is State.OPEN and due is not None:
        yield f"A stop is in time until {told(due, zone)}; left of the budget: {left(this)}."
    for each in this.otherwise:
        yield _sentence(this, each, zone)
    if state in {State.LATE, State.BREACHED} and not this.otherwise:
        yield "Nothing else asked for time that would not have counted: only an earlier stop would have kept it."


def left(this: Explained) -> str:
    """How much of the budget was or is left, in its unit."""
    return amount(this.target, max(this.margin.amount, 0))


def _sentence(this: Explained, each: Otherwise, zone: ZoneInfo) -> str:
    subject = _SUPPOSED[each.change].format(reason=reasons(each.reason))
    spans = listed([_span(start, end, zone) for start, end in each.spans])
    if each.state is None:
        return f"{subject}, there would be no such promise."
    about = f" ({spans})" if spans else ""
    if each.due is None:
        return f"{subject}{about}, there would be no due yet, and it would be {each.state.value}."
    moved = "still" if each.due == this.promise.due else "instead"
    verdict = f"still {each.state.value}" if each.state is this.promise.state else each.state.value
    return f"{subject}{about}, it would {moved} be due at {told(each.due, zone)}, and be {verdict}."


def _span(start: int, end: int, zone: ZoneInfo) -> str:
    if end == NEVER:
        return f"from {told(start, zone)} on"
    return f"{length(end - start)} from {told(start, zone)}"


_SUPPOSED: Final[Mapping[Change, str]] = {
    Change.HOLD: "Had the rule accepted time on hold for {reason}",
    Change.LIMIT: "Had holds for {reason} had no limit",
    Change.EXCLUSION: "Had the rule accepted time excluded for {reason}",
    Change.ALL: "With all of these together",
    Change.CANCEL: "Had it not been cancelled",
    Change.LEAVE: "Had its target applied throughout",
    Change.REJUDGE: "Had the ticket stayed under this version",
    Change.GRANT: "Had the time been granted that was asked for ({reason})",
    Change.REPORT: "Had the failed contact or visit (event {reason}) been reported in time",
    Change.REAL: "Had only a real stop counted",
    Change.RENEW: "Had no new date been accepted",
}
