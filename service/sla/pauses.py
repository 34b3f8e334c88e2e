"""Time that does not count: holds of a ticket, and exclusions of its area.

Told three times over: as events, as spans of the ticket (`Hold`, `Exclusion`), and as `Pause`s, the disjoint spans in
which the clock of one promise stands still.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from typing import Final, TypeVar

from service.sla.calendars import days_later
from service.sla.events import Event, Json, as_instant, as_text
from service.sla.instants import NEVER, Instant
from service.sla.policy import ANY_REASON, Target, Unit

EXCLUDED: Final = "excluded"
HELD: Final = "held"

#: Stops that end every hold of the ticket; other stops end none.
ENDS_HOLDS: Final = frozenset({"resolved", "closed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Hold:
    """[start, end) during which the ticket waited for `reason`; `end` is NEVER while it lasts."""

    start: Instant
    end: Instant
    reason: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """[start, end) of a time that was declared not to count in `areas`; `end` is NEVER until further notice."""

    start: Instant
    end: Instant
    reason: str
    areas: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pause:
    """[start, end) in which a clock stands still: `what` is held or excluded, `why` the reason given.

    While it lasts it is taken to end at `limit`; NEVER when nothing limits it.
    """

    start: Instant
    end: Instant
    what: str
    why: str
    limit: Instant = NEVER


Span = TypeVar("Span", Hold, Exclusion)


def holds_of(events: Iterable[Event]) -> tuple[Hold, ...]:
    """The holds of a ticket from its ordered events; one at a time, disjoint and in order.

    `held` with another reason ends the hold before, with the same reason it changes nothing. `resumed` ends the hold
    unless it names another reason.
    """
    holds: list[Hold] = []
    since: Instant | None = None
    reason = ""
    for event in events:
        named = as_text(event.attributes.get("reason")) or ""
        if event.type == "held":
            ends = named != reason
        else:
            ends = event.type in ENDS_HOLDS or (event.type == "resumed" and named in ("", reason))
        if since is not None and ends:
            holds.append(Hold(since, event.at, reason))
            since = None
        if event.type == "held" and since is None:
            since, reason = event.at, named
    if since is not None:
        holds.append(Hold(since, NEVER, reason))
    return tuple(hold for hold in holds if hold.start < hold.end)


def exclusions_of(events: Iterable[Event]) -> tuple[Exclusion, ...]:
    """What the areas' ordered events leave excluded: of each name the last declaration, unless it was withdrawn."""
    declared: dict[str, Event] = {}
    for event in events:
        name = as_text(event.attributes.get("exclusion")) or event.id
        if event.type == "excluded":
            declared[name] = event
        elif event.type == "exclusion_withdrawn":
            declared.pop(name, None)
    found = (_declared(event) for event in declared.values())
    return tuple(sorted((each for each in found if each.start < each.end), key=_by_start))


def _declared(event: Event) -> Exclusion:
    start, end = as_instant(event.attributes.get("from")), as_instant(event.attributes.get("to"))
    area = event.attributes.get("area")
    areas = (as_text(each) for each in (area if isinstance(area, list) else [area]))
    return Exclusion(
        start=event.at if start is None else start,
        end=NEVER if end is None else end,
        reason=as_text(event.attributes.get("reason")) or "",
        areas=frozenset(each for each in areas if each is not None),
    )


def bearing_on(
    exclusions: Sequence[Exclusion], events: Sequence[Event], attributes: Sequence[Mapping[str, Json]]
) -> tuple[Exclusion, ...]:
    """The parts of `exclusions` during which a ticket lay in their areas; `attributes[i]` hold from event i on."""
    if not exclusions:
        return ()
    changes = [
        (event.at, as_text(known.get("area"))) for event, known in zip(events, attributes, strict=True)
    ]
    spans: list[tuple[Instant, Instant, str | None]] = []
    for (at, area), (until, _) in zip(changes, [*changes[1:], (NEVER, None)], strict=True):
        if spans and spans[-1][2] == area:
            spans[-1] = (spans[-1][0], until, area)
        else:
            spans.append((at, until, area))
    parts = (
        replace(each, start=max(each.start, start), end=min(each.end, end))
        for start, end, area in spans
        for each in exclusions
        if area in each.areas
    )
    return tuple(sorted((part for part in parts if part.start < part.end), key=_by_start))


def _by_start(span: Exclusion) -> tuple[Instant, Instant, str]:
    return span.start, span.end, span.reason


def accepted(spans: Sequence[Span], reasons: frozenset[str]) -> tuple[Span, ...]:
    """Those of `spans` whose reason is among `reasons`."""
    if ANY_REASON in reasons:
        return tuple(spans)
    return tuple(span for span in spans if span.reason in reasons)


def known_by(pauses: Sequence[Pause], instant: Instant) -> Sequence[Pause]:
    """`pauses`, disjoint and in order, as they were at `instant`: one that ended later is still open."""
    begun = bisect_right(pauses, instant, key=lambda pause: pause.start)
    if not begun or pauses[begun - 1].end <= instant:
        return pauses[:begun]
    last = pauses[begun - 1]
    return (*pauses[: begun - 1], replace(last, end=last.limit))


def limit_of(hold: Hold, target: Target) -> Instant:
    """When `hold` is over for `target` at the latest; NEVER when nothing limits its reason."""
    limit = target.max_open.get(hold.reason) or target.max_open.get(ANY_REASON)
    if limit is None:
        return NEVER
    if limit.unit is Unit.TIME:
        return hold.start + limit.amount
    return days_later(hold.start, limit.amount, target.calendar.zone)


def pauses_of(holds: Sequence[Hold], exclusions: Sequence[Exclusion], target: Target) -> tuple[Pause, ...]:
    """The moments of either that `target` accepts, disjoint and in order; where both claim one, the exclusion has it."""
    held = [_held(hold, target) for hold in accepted(holds, target.accepts)]
    excluded: list[Pause] = []
    for each in accepted(exclusions, target.exclusions):
        start = max(each.start, excluded[-1].end) if excluded else each.start
        if start < each.end:
            excluded.append(Pause(start, each.end, EXCLUDED, each.reason))
    if not excluded:
        return tuple(held)
    return tuple(merge(excluded, _left(held, excluded), key=lambda pause: pause.start))


def _held(hold: Hold, target: Target) -> Pause:
    limit = limit_of(hold, target)
    return Pause(hold.start, min(hold.end, limit), HELD, hold.reason, limit)


def ran_out(holds: Sequence[Hold], target: Target) -> tuple[Instant, ...]:
    """When holds that `target` accepts lasted beyond their limits, in order."""
    if not target.max_open:
        return ()
    limits = ((limit_of(hold, target), hold.end) for hold in accepted(holds, target.accepts))
    return tuple(sorted(limit for limit, end in limits if limit < end))


def _left(held: Iterable[Pause], taken: Sequence[Pause]) -> Iterator[Pause]:
    """What `taken`, disjoint and in order, leave of `held`."""
    first = 0
    for pause in held:
        start = pause.start
        while first < len(taken) and taken[first].end <= start:
            first += 1
        place = first
        while place < len(taken) and taken[place].start < pause.end:
            if start < taken[place].start:
                yield replace(pause, start=start, end=taken[place].start)
            start = max(start, taken[place].end)
            place += 1
        if start < pause.end:
            yield replace(pause, start=start)
