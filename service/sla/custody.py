"""Who held the ticket when, and what became of a promise's time in their hands."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from service.sla.directory import Directory
from service.sla.events import Event, EventKey, as_text, key_of
from service.sla.evidence import HandOvers, Share
from service.sla.instants import NEVER, Instant
from service.sla.pauses import EXCLUDED, HELD
from service.sla.timeline import Timeline

#: Events that hand the ticket to `to` in `team`.
GIVES: Final = frozenset({"opened", "assigned", "transferred", "guided", "escalated", "reopened"})

#: Events after which nobody holds it.
ENDS: Final = frozenset({"released", "resolved", "closed", "cancelled", "merged"})

#: What is summed up of a holder's stretches.
_COLUMNS: Final = ("spans", "wall", "gated", "outside", "excluded", "held", "counted")

_MOVES: Final = GIVES | ENDS

#: Hand-overs that need a reason.
REASONED: Final = frozenset({"transferred", "guided", "escalated"})


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in a team, a team without a person, or nobody: both empty."""

    person: str = ""
    team: str = ""


NOBODY: Final = Holder()


@dataclass(frozen=True, slots=True)
class Custody:
    """[start, end) in which `holder` held the ticket since the event `by`; `end` is NEVER while it lasts."""

    start: Instant
    end: Instant
    holder: Holder
    by: EventKey


def custody_of(events: Iterable[Event], directory: Directory) -> tuple[Custody, ...]:
    """Who held the ticket that ordered `events` tell of: stretches from the first `opened` on, without gaps.

    Neighbours have different holders. What comes before the first `opened` says only who holds it then.
    """
    turns: list[tuple[Event, Holder]] = []
    holder = latest = NOBODY
    is_opened = False
    for event in events:
        if event.type not in _MOVES:
            continue
        is_opened = is_opened or event.type == "opened"
        holder = _after(event, holder, latest, directory)
        latest = latest if holder == NOBODY else holder
        if not is_opened:
            continue
        if turns and turns[-1][0].at == event.at and turns[-1][1] != holder:
            turns.pop()
        if not turns or turns[-1][1] != holder:
            turns.append((event, holder))
    ends = (*(event.at for event, _ in turns[1:]), NEVER)
    return tuple(
        Custody(event.at, end, holder, key_of(event))
        for (event, holder), end in zip(turns, ends, strict=False)
    )


def _after(event: Event, holder: Holder, latest: Holder, directory: Directory) -> Holder:
    """Who holds the ticket after `event`, one of `_MOVES`, where `latest` is who held it last."""
    if event.type in ENDS:
        return NOBODY
    to, team = as_text(event.attributes.get("to")) or "", as_text(event.attributes.get("team")) or ""
    if to and not team:
        person = directory.heard_for(event.at).person(to, event.at)
        team = "" if person is None else person.unit
    if to or team:
        return Holder(to, team)
    return latest if event.type == "reopened" else holder


def holder_at(custody: Sequence[Custody], at: Instant) -> Holder:
    """Who holds the ticket at `at`; at the very instant of a change whoever held it until then."""
    place = bisect_left(custody, at, key=_start)
    return custody[place - 1].holder if place else NOBODY


def shares(
    timeline: Timeline, custody: Sequence[Custody], start: Instant, until: Instant
) -> tuple[Share, ...]:
    """What became of [start, until) in whose hands, in the order of their first stretches; without time nobody.

    Each stretch is measured for itself, column by column; together they are the timeline's account of the span.
    """
    found: dict[Holder, Share] = {}
    for holder, begin, end in _cut(custody, start, until):
        share = measured(timeline, holder, begin, end)
        found[holder] = _sum(found[holder], share) if holder in found else share
    return tuple(found.values())


def measured(timeline: Timeline, holder: Holder, start: Instant, end: Instant) -> Share:
    """What became of one stretch, not empty, that begins at or after the timeline's start."""
    hours, begin = timeline.edition.hours, max(start, timeline.clock)
    outside, excluded, held, counted = hours.closed(begin, end), 0, 0, 0
    first = bisect_right(timeline.pauses, begin, key=lambda pause: pause.end)
    cursor = begin
    for place in range(first, len(timeline.pauses)):
        pause = timeline.pauses[place]
        if pause.start >= end:
            break
        paused = hours.worked(max(pause.start, begin), min(pause.end, end))
        excluded += paused if pause.what == EXCLUDED else 0
        held += paused if pause.what == HELD else 0
        counted += hours.worked(cursor, pause.start)
        cursor = pause.end
    counted += hours.worked(cursor, end)
    return Share(
        person=holder.person,
        team=holder.team,
        spans=((start, end),),
        wall=end - start,
        gated=max(0, min(timeline.clock, end) - start),
        outside=outside,
        excluded=excluded,
        held=held,
        counted=counted,
    )


def _cut(
    custody: Sequence[Custody], start: Instant, until: Instant
) -> Iterator[tuple[Holder, Instant, Instant]]:
    """[start, until) by holder; nobody's until custody begins."""
    cursor = start
    for place in range(max(0, bisect_right(custody, start, key=_start) - 1), len(custody)):
        stretch = custody[place]
        if max(cursor, stretch.start) >= until:
            break
        if cursor < stretch.start and stretch.holder != NOBODY:
            yield NOBODY, cursor, stretch.start
            cursor = stretch.start
        yield stretch.holder, cursor, min(stretch.end, until)
        cursor = min(stretch.end, until)
    if cursor < until:
        yield NOBODY, cursor, until


def _sum(one: Share, two: Share) -> Share:
    sums = {name: getattr(one, name) + getattr(two, name) for name in _COLUMNS}
    return replace(one, **sums)


def hand_overs(events: Iterable[Event], custody: Sequence[Custody], until: Instant) -> HandOvers:
    """From one person, or team without a person, to another, before `until`; that nobody held it between is no matter.

    Of `events`, in order, only those in `REASONED` are looked at.
    """
    parties: list[Holder] = []
    handed: list[EventKey] = []
    returned: list[EventKey] = []
    for stretch in custody:
        party = replace(stretch.holder, team="") if stretch.holder.person else stretch.holder
        if stretch.start >= until or party == NOBODY or parties[-1:] == [party]:
            continue
        parties.append(party)
        handed += [stretch.by] if len(parties) > 1 else []
        returned += [stretch.by] if parties[-3:-2] == [party] else []
    told = [event for event in events if event.at < until]
    return HandOvers(
        tuple(handed),
        tuple(returned),
        without_reason=tuple(
            key_of(event)
            for event in told
            if event.type in REASONED and not as_text(event.attributes.get("reason"))
        ),
        cold=tuple(key_of(event) for event in told if event.type == "transferred" and not _is_warm(event)),
    )


def _is_warm(event: Event) -> bool:
    told = (event.attributes.get(name) for name in ("receiver_confirmed", "customer_informed"))
    return all(as_text(each) == "true" for each in told)


def _start(stretch: Custody) -> Instant:
    return stretch.start
