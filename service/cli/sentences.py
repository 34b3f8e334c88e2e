"""A promise in plain English: the rule, its clock, the arithmetic of its due, how it stands, and what else could be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from service.cli.explanation import Explained
from service.cli.moments import away, length, told
from service.cli.pleaded import pleaded, pressed, remarked, stated
from service.cli.rule_text import rule
from service.cli.supposing import supposing
from service.cli.verdict_text import state
from service.cli.words import amount, event_text, gate_text, hours, listed, reasons
from service.sla.events import as_text
from service.sla.hours import ALWAYS
from service.sla.instants import NEVER, Duration, Instant
from service.sla.policy import Boundary, LastDay, Stated, Unit
from service.sla.terms import Grant


def sentences(this: Explained, zone: ZoneInfo) -> Iterator[str]:
    """The promise in plain English, times in `zone`."""
    yield from rule(this, zone)
    yield from _rejudged(this, zone)
    yield from _calendar(this)
    yield from _start(this, zone)
    yield from stated(this, zone)
    yield from _uncounted(this, zone)
    yield from pleaded(this, zone)
    yield from _due(this, zone)
    yield state(this, zone)
    yield from pressed(this, zone)
    yield from supposing(this, zone)
    yield from remarked(this)
    if this.promise.in_doubt:
        yield "In doubt: a record of this ticket that may matter could not be read; see `slaclock parked list`."


def _rejudged(this: Explained, zone: ZoneInfo) -> Iterator[str]:
    """Who put the ticket under this version, and why."""
    key = this.course.armed_by
    if key is None:
        return
    by = event_text(this.events, key)
    if key not in this.events:
        yield f"{by} put the ticket under this version."
        return
    event, _ = this.events[key]
    who, why = (as_text(event.attributes.get(name)) for name in ("by", "reason"))
    told_who = f" by {who}" if who else ""
    yield f"{by} put the ticket under this version at {told(event.at, zone)}{told_who}{f': {why}' if why else ''}."


def _calendar(this: Explained) -> Iterator[str]:
    target, calendar = this.target, this.target.calendar
    if target.unit is Unit.CALENDAR_DAYS or calendar.latest.hours is ALWAYS:
        return
    last = calendar.versions[-1]
    version = ""
    if len(calendar.versions) > 1:
        version = (
            f", version {len(calendar.versions)} of {len(calendar.versions)}, published on {last.known_since}"
        )
    known = "" if last.known_until is None else f", known until {last.known_until}"
    yield f"Its calendar is {calendar.name} in {calendar.zone.key}{version}{known}."


def _start(this: Explained, zone: ZoneInfo) -> Iterator[str]:
    begun = f"{event_text(this.events, this.promise.started_by)} at {told(this.course.begun, zone)}"
    clock = this.timeline.clock
    if this.course.start < this.course.begun:
        yield f"The ticket was split off: its start is {told(this.course.start, zone)}, as `split` states."
    if this.target.stated is not None:
        yield f"It began with {begun}."
        return
    if not this.target.gate:
        yield f"The clock started with {begun}."
    elif clock == NEVER:
        missing = gate_text(
            g for g, event in zip(this.target.gate, this.opened, strict=True) if event is None
        )
        yield f"It began with {begun}. The clock has not started: {missing} has not happened."
        return
    else:
        yield f"It began with {begun}. {_opening(this, zone)}"
    if this.target.unit is Unit.TIME:
        opening = this.timeline.edition.hours.reopening(clock)
        if opening not in (None, clock):
            yield f"That is outside hours; they opened at {told(opening, zone)}."


def _opening(this: Explained, zone: ZoneInfo) -> str:
    gate, clock = gate_text(this.target.gate), this.timeline.clock
    if clock == this.promise.start:
        return f"{gate} had happened by then, so that the clock started there."
    last = max((event for event in this.opened if event is not None), key=lambda event: event.at)
    by = event_text(this.events, (last.source, last.id))
    waited = length(clock - this.promise.start)
    return f"The clock started when {gate} had happened, with {by} at {told(clock, zone)}; {waited} before are gated."


def _uncounted(this: Explained, zone: ZoneInfo) -> Iterator[str]:
    """What did not count between the start of the clock and the due."""
    due, clock = this.promise.due, this.timeline.clock
    if due is None or due <= clock or this.target.stated is not None:
        return
    if this.target.unit is not Unit.TIME:
        yield from _days(this, zone)
        return
    lost: dict[str, Duration] = {}
    for stretch in this.timeline.stretches(due):
        if stretch.what not in {"gated", "counted"}:
            by = (
                "outside hours" if stretch.what == "outside" else f"{stretch.what} for {reasons(stretch.why)}"
            )
            lost[by] = lost.get(by, 0) + stretch.end - stretch.start
    if lost:
        parts = listed([f"{hours(span)} {by}" for by, span in lost.items()])
        yield f"From there to the due {hours(due - clock)} pass; of these {parts} do not count."


def _days(this: Explained, zone: ZoneInfo) -> Iterator[str]:
    timeline, target = this.timeline, this.target
    free = replace(timeline, circumstances=replace(timeline.circumstances, pauses=()))
    first, last = timeline.used_up(1), timeline.used_up(target.budget)
    if first is None or last is None:
        return
    days = f"day 1 ends at {told(first, zone)}"
    if target.budget > 1:
        days = f"{days}, day {target.budget} at {told(last, zone)}"
    yield f"The date of the start itself is not counted: {days}."
    lost = [
        (free.used(min(pause.end, last)) - free.used(pause.start), f"{pause.what} for {reasons(pause.why)}")
        for pause in timeline.pauses
        if pause.start < last
    ]
    parts = listed([f"{amount(target, count)} {reason}" for count, reason in lost if count])
    if parts:
        yield f"In between {parts} did not count."


def _due(this: Explained, zone: ZoneInfo) -> Iterator[str]:
    target, due, timeline = this.target, this.promise.due, this.timeline
    if due is None:
        rest = amount(target, max(target.budget - timeline.used(this.upto), 0))
        if timeline.clock == NEVER:
            yield f"There is no due before that; all of the budget, {rest}, is left."
        else:
            yield f"There is no due while time stands still; {rest} of the budget are left."
        return
    yield _arithmetic(this, due, zone)
    if this.promise.provisional:
        until = target.calendar.versions[-1].known_until
        yield f"This is provisional: {target.calendar.name} is known until {until} only."
    if this.known_first is not None:
        yield f"By what the calendar knew when it began, it would have been due at {told(this.known_first, zone)}."


def _arithmetic(this: Explained, due: Instant, zone: ZoneInfo) -> str:
    target, timeline, told_due = this.target, this.timeline, told(due, zone)
    if this.promise.stop is None:
        told_due += f" ({away(due, this.upto)}, as of {told(this.upto, zone)})"
    if target.stated is not None:
        before = f"{amount(target, target.budget)} before that" if target.stated is Stated.BEFORE else "then"
        return f"It is due {before}: {told_due}."
    used_up = timeline.used_up(target.budget)
    if used_up in (due, None):
        return f"The budget is used up, and the promise due, at {told_due}."
    ended = f"The budget is used up at {told(used_up, zone)}"
    if target.last_day is LastDay.WORKING and timeline.due(target.budget) == due:
        return f"{ended}, on a day off, so it is due at the end of the next working day: {told_due}."
    if target.boundary is Boundary.NEXT_OPEN and timeline.due(target.budget) == due:
        return f"{ended}, closing time, so it is due at the next opening: {told_due}."
    moves = this.course.terms.moves
    if moves and isinstance(moves[-1], Grant):
        return f"{ended}; with what was granted it is due at {told_due}."
    arrival = told(moves[-1].at, zone)
    floor = f" and gave {length(target.floor)} from there" if target.floor else ""
    return f"{ended}; a change in flight brought the target at {arrival}{floor}, so it is due at {told_due}."
