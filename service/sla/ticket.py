"""What all promises of one ticket share: its events, its attributes over time, its holds, its exclusions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from service.sla.events import Event, EventKey, Json, as_instant, as_text
from service.sla.history import named_by
from service.sla.instants import EARLIEST, NEVER, Instant
from service.sla.pauses import Exclusion, Hold, bearing_on, holds_of
from service.sla.policy import Match, Target, Where

#: Events whose attributes describe the ticket from their instant on.
DESCRIBES: Final = frozenset({"opened", "reclassified"})


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket in the words of one version of the rules, which governs it in [since, until).

    `attributes[i]` is how `opened` and `reclassified` events up to position i describe the ticket, those of the same
    instant taken together. `inherited` is the start that a split stated. `requests` are the instants of
    `documents_requested`, `urges` and `acknowledged` positions and instants of `urged` and `acknowledged`; `refuted` are
    events that did not happen as told. `armed_by` is the `rejudge` at `since`, `ended_by` the one at `until`.
    """

    events: tuple[Event, ...]
    attributes: tuple[Mapping[str, Json], ...]
    holds: tuple[Hold, ...]
    exclusions: tuple[Exclusion, ...] = ()
    inherited: Instant | None = None
    requests: tuple[Instant, ...] = ()
    urges: tuple[tuple[int, Instant], ...] = ()
    acknowledged: tuple[tuple[int, Instant], ...] = ()
    refuted: frozenset[EventKey] = frozenset()
    since: Instant = EARLIEST
    until: Instant = NEVER
    armed_by: EventKey | None = None
    ended_by: Event | None = None

    def changes_at(self, place: int) -> bool:
        """Whether the event at `place`, not the first, may change which targets apply."""
        before, now = self.events[place - 1].at, self.events[place].at
        return self.attributes[place - 1] is not self.attributes[place] or before < self.since <= now

    def described_by(self, place: int) -> Event:
        """Of the events of one instant, which begin at `place`, the last that describes the ticket."""
        found = self.events[place]
        for event in self.events[place:]:
            if event.at != found.at:
                break
            if event.type in DESCRIBES:
                found = event
        return found


def ticket_of(events: tuple[Event, ...], exclusions: Sequence[Exclusion]) -> Ticket:
    """The ticket that ordered `events` tell of; `exclusions` are those of all areas."""
    attributes = attributes_of(events)
    split = next((event for event in events if event.type == "split"), None)
    return Ticket(
        events=events,
        attributes=attributes,
        holds=holds_of(events),
        exclusions=bearing_on(exclusions, events, attributes),
        inherited=None if split is None else as_instant(split.attributes.get("start")),
        requests=tuple(at for _, at in _places(events, "documents_requested")),
        urges=_places(events, "urged"),
        acknowledged=_places(events, "acknowledged"),
        refuted=frozenset(named_by(event) for event in events if event.type == "refuted"),
    )


def _places(events: Sequence[Event], kind: str) -> tuple[tuple[int, Instant], ...]:
    return tuple((place, event.at) for place, event in enumerate(events) if event.type == kind)


def stated_by(target: Target, event: Event) -> Instant | None:
    """The instant that `event` states for `target`; None when the target asks for none or it cannot be read."""
    return None if target.stated is None else as_instant(event.attributes.get(target.stated_by))


def attributes_of(events: Sequence[Event]) -> tuple[Mapping[str, Json], ...]:
    """For each event, the ticket's attributes from then on; re-classifications of one instant act as one."""
    described: list[Mapping[str, Json]] = []
    known: dict[str, Json] = {}
    for event in events:
        if event.type in DESCRIBES:
            known = {**known, **event.attributes}
        described.append(known)
    for place in range(len(events) - 2, -1, -1):
        if events[place].at == events[place + 1].at:
            described[place] = described[place + 1]
    return tuple(described)


def matches(patterns: Sequence[Match], event: Event) -> bool:
    """Whether one of `patterns` matches `event` by type and attributes."""
    for pattern in patterns:
        if pattern.type == event.type and holds_true(pattern.where, event.attributes):
            return True
    return False


def cancels(target: Target, event: Event) -> bool:
    """Whether `event` ends a promise of `target` without a verdict."""
    return event.type == "merged" or matches(target.cancel, event)


def holds_true(conditions: Sequence[Where], attributes: Mapping[str, Json]) -> bool:
    """Whether `attributes` satisfy all of `conditions`; a missing attribute satisfies none but negated ones."""
    return not conditions or all(_is_true(where, attributes) for where in conditions)


def _is_true(where: Where, attributes: Mapping[str, Json]) -> bool:
    fits = not where.values or as_text(attributes.get(where.attribute)) in where.values
    return (fits and holds_true(where.also, attributes)) is not where.negated
