"""What was pleaded for a promise, in plain English: more time, failed contacts, demands, dates, and what came of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from service.cli.explanation import Explained
from service.cli.moments import told
from service.cli.words import event_text, hours
from service.sla import course, pleas
from service.sla.events import Event
from service.sla.history import key_of
from service.sla.instants import NEVER, Instant
from service.sla.pleas import Asked
from service.sla.policy import Deemed, Extension, Lapsed, Stated
from service.sla.terms import Grant, Terms, due_of
from service.sla.ticket import matches


def pleaded(this: Explained, zone: ZoneInfo) -> Iterator[str]:
    """Everything that asked for another due or another verdict, in order, and what came of it."""
    asked: set[str] = set()
    for place, event in _about(this):
        target, ticket = this.target, this.subject.ticket
        if target.extension is not None and event.type == "extension_requested":
            plea = pleas.extension(target.extension, target.unit, ticket, place)
            if plea.name not in asked:
                asked.add(plea.name)
                yield _asked(this, target.extension, event, plea, zone)
        if target.deemed is not None and matches(target.deemed.on, event):
            yield _failed(this, target.deemed, place, zone)
        if target.lapsed is not None and matches(target.lapsed.on, event):
            yield _demanded(this, target.lapsed, place, zone)


def stated(this: Explained, zone: ZoneInfo) -> Iterator[str]:
    """The instants that events stated for it."""
    settings = this.course.terms.settings
    for number, setting in enumerate(settings):
        by = event_text(this.events, setting.key)
        instant = told(setting.instant, zone)
        what = f"moved it to {instant}" if number else f"states {instant} in `{this.target.stated_by}`"
        yield f"{by} at {told(setting.at, zone)} {what}."
    if settings and this.target.stated is Stated.BEFORE and settings[-1].instant > this.upto:
        yield "Until then it can be moved again, so that nothing is decided before."


def pressed(this: Explained, zone: ZoneInfo) -> Iterator[str]:
    """How often the customer urged, and who took it on."""
    urges = [at for at in this.course.urges if at <= this.subject.end]
    if urges:
        times = "once" if len(urges) == 1 else f"{len(urges)} times"
        yield f"The customer urged {times}, last at {told(urges[-1], zone)}."
    if this.course.acknowledged != NEVER:
        yield f"It was taken on at {told(this.course.acknowledged, zone)}: no step is said from there on."


def remarked(this: Explained) -> Iterator[str]:
    """What its statements remark, each with what it means."""
    for remark in sorted({remark for statement in this.statements for remark in statement.remarks}):
        name, _, number = remark.partition(" ")
        meaning = _REMARKS.get(name, "")
        times = f", {number} of them" if number else ""
        yield f"Remark `{remark}`{f': {meaning}{times}' if meaning else ''}."


def _about(this: Explained) -> Iterator[tuple[int, Event]]:
    """The events from its start to its end; past its due too, since a plea may come too late."""
    events = this.subject.ticket.events
    first = next(place for place, event in enumerate(events) if key_of(event) == this.promise.started_by)
    stop = this.promise.stop
    for place in range(first, len(events)):
        if stop is not None and events[place].at > stop:
            return
        yield place, events[place]


def _asked(this: Explained, rule: Extension, request: Event, plea: Asked, zone: ZoneInfo) -> str:
    by = f"More time was asked for with {_text(this, request)} at {told(plea.at, zone)}"
    remarks = this.course.remarks
    if (plea.at, course.ASKED_LATE) in remarks:
        return f"{by}, after the due: that moves nothing."
    if (plea.at, course.TOO_MANY) in remarks:
        return f"{by}: it is one more than can be granted, and moves nothing."
    if plea.grant is not None:
        return f"{by}, in time, and granted with {_granted(this, plea.grant, zone)}"
    if plea.remark is not None:
        at, fault = plea.remark
        return f"{by}, in time, and {_FAULTS[fault].format(at=told(at, zone), rank=rule.rank, within=hours(rule.within))}."
    limit = told(plea.settled, zone)
    if this.upto <= plea.settled:
        return f"{by}, in time; an answer counts until {limit}, and nothing is decided before."
    return (
        f"{by}, in time, and nobody answered within {hours(rule.within)}, until {limit}: that moves nothing."
    )


_FAULTS: Final[Mapping[str, str]] = {
    course.REFUSED: "refused at {at}",
    course.APPROVED_LATE: "approved at {at}, later than {within} after the request: that moves nothing",
    course.APPROVED_BELOW: "approved at {at} by a lower rank than {rank}: that moves nothing",
}


def _granted(this: Explained, grant: Grant, zone: ZoneInfo) -> str:
    by = f"{event_text(this.events, grant.key)} at {told(grant.at, zone)}"
    moves = this.course.terms.moves
    if grant not in moves:
        return f"{by}; it was decided already, so that nothing moved."
    place = moves.index(grant)
    settings = this.course.terms.settings
    before, after = (due_of(this.timeline, Terms(moves[:count], settings)) for count in (place, place + 1))
    if after is None:
        return f"{by}."
    if before == after:
        return f"{by}, which is no later than the due."
    return f"{by}: the due moved from {told(before, zone)} to {told(after, zone)}."


def _failed(this: Explained, rule: Deemed, place: int, zone: ZoneInfo) -> str:
    ticket = this.subject.ticket
    failed = ticket.events[place]
    by = f"{_text(this, failed)} at {told(failed.at, zone)}"
    plea = pleas.report(rule, ticket, place)
    if plea is None:
        return f"{by} was refuted, and counts for nothing."
    if not _was_in_time(this, failed.at):
        return f"{by} came after the due, and excuses nothing."
    within = hours(rule.within)
    if plea.report is not None:
        report = ticket.events[plea.report]
        return f"{by}, in time, was reported with {_text(this, report)} at {told(report.at, zone)}, within {within}."
    limit = told(plea.settled, zone)
    if this.upto <= plea.settled:
        return f"{by}, in time, can be reported until {limit}, and nothing is decided before."
    return f"{by}, in time, was not reported within {within}, until {limit}: nothing is deemed."


def _demanded(this: Explained, rule: Lapsed, place: int, zone: ZoneInfo) -> str:
    ticket = this.subject.ticket
    demand = ticket.events[place]
    by = f"{_text(this, demand)} at {told(demand.at, zone)}"
    plea = pleas.lapse(rule, ticket, place)
    if key_of(demand) in ticket.refuted:
        return f"{by} was refuted, and counts for nothing."
    if plea is None:
        return f"What {by} asked for came within {hours(rule.after)}."
    limit = told(plea[0], zone)
    if this.upto <= plea[0]:
        return f"What {by} asked for has time until {limit}; if it does not come by then, it counts as kept."
    return f"What {by} asked for did not come within {hours(rule.after)}, until {limit}."


def _was_in_time(this: Explained, instant: Instant) -> bool:
    due, _ = this.course.known_at(instant)
    return due is None or instant <= due


def _text(this: Explained, event: Event) -> str:
    return event_text(this.events, key_of(event))


_REMARKS: Final[Mapping[str, str]] = {
    course.STOP_BEFORE_START: "the stop came before the clock started",
    course.OVERDUE_ON_ARRIVAL: "its own due was past when a change in flight brought the target",
    course.MAX_OPEN: "a hold lasted longer than it may, and time counts again from there",
    course.SECOND_REQUEST: "documents were asked for again, which moves nothing",
    course.PROVISIONAL_DUE: "the due lies beyond what the calendar knows",
    course.ASKED_LATE: "more time was asked for after the due",
    course.APPROVED_LATE: "more time was approved too late",
    course.APPROVED_BELOW: "more time was approved by too low a rank",
    course.REFUSED: "more time was refused",
    course.TOO_MANY: "more time was asked for more often than it can be granted",
    course.REPORT_MISSING: "a failed contact or visit was not reported in time",
    course.REPLACES: "it takes the place of an earlier promise",
}
