"""What is wrong with the events that a target names, and with conditions on attributes; and their core values."""

from __future__ import annotations

from collections.abc import Iterator

from service.rules.errors import Finding, Path
from service.rules.event_shapes import Condition, Conditions, EventShape, NegatedShape
from service.rules.vocabulary import Words
from service.sla.policy import Match, Where


def conditions_trouble(conditions: Conditions | None, path: Path) -> Iterator[Finding]:
    """Everything wrong with conditions on attributes beyond the shape of single values."""
    if conditions == {}:
        yield path, "holds no condition: leave it out when every ticket or event is meant"
    for attribute, values in (conditions or {}).items():
        if values == []:
            yield (*path, attribute), "holds no value, so that nothing would match: give one, or leave it out"
        elif isinstance(values, NegatedShape) and values.values == []:
            yield (
                (*path, attribute, "not"),
                "holds no value, so that all would match: give one, or leave it out",
            )


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


def conditions(told: Conditions | None) -> tuple[Where, ...]:
    """The core values of conditions without findings."""
    return tuple(
        Where(attribute, frozenset(values_of(condition)), negated=isinstance(condition, NegatedShape))
        for attribute, condition in (told or {}).items()
    )


def values_of(condition: Condition | None) -> list[str]:
    """The values that `condition` asks for, or those that it asks not to be."""
    named = condition.values if isinstance(condition, NegatedShape) else condition
    return [value for value in named or () if value is not None]
