"""What is wrong with the events that a target names, and with conditions on attributes; and their core values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.rules.errors import Finding, Path
from service.rules.shapes import EventShape
from service.rules.vocabulary import Words
from service.sla.policy import Match, Where


def conditions_trouble(conditions: Mapping[str, object] | None, path: Path) -> Iterator[Finding]:
    """Everything wrong with conditions on attributes beyond the shape of single values."""
    if conditions == {}:
        yield path, "holds no condition: leave it out when every ticket or event is meant"
    for attribute, values in (conditions or {}).items():
        if values == []:
            yield (*path, attribute), "holds no value, so that nothing would match: give one, or leave it out"


def event_trouble(event: EventShape | None, words: Words, path: Path) -> Iterator[Finding]:
    """Everything wrong with one event that a target names."""
    if event is None:
        return
    if event.event is not None and (trouble := words.trouble(event.event)):
        yield (*path, "event"), trouble
    yield from conditions_trouble(event.where, (*path, "where"))


def events_trouble(events: list[EventShape | None] | None, words: Words, path: Path) -> Iterator[Finding]:
    """Everything wrong with a list of events of which at least one is needed."""
    if events == []:
        yield path, "names no event: give at least one"
    for position, event in enumerate(events or ()):
        yield from event_trouble(event, words, (*path, position))


def matches(events: list[EventShape | None] | None) -> tuple[Match, ...]:
    """The core values of `events`, which have no findings."""
    return tuple(
        Match(event.event, conditions(event.where))
        for event in events or ()
        if event is not None and event.event is not None
    )


def conditions(told: Mapping[str, list[str | None] | None] | None) -> tuple[Where, ...]:
    """The core values of conditions without findings."""
    return tuple(
        Where(attribute, frozenset(value for value in values or () if value is not None))
        for attribute, values in (told or {}).items()
    )
