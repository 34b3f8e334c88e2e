"""What was said of areas in a file, as it bears on one ticket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from service.sla.events import Event, as_text


@dataclass(slots=True)
class Areas:
    """The events of areas of one tenant. What bears on no ticket of an area is not given to its judgement."""

    _events: list[Event] = field(default_factory=list)
    _areas: dict[str, set[str]] = field(default_factory=dict)
    _known: dict[frozenset[str], tuple[Event, ...]] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        """Hear of one."""
        self._events.append(event)
        self._areas.setdefault(event.ticket, set()).update(_areas_of(event.attributes))
        self._known.clear()

    def bearing_on(self, events: Iterable[Event]) -> tuple[Event, ...]:
        """Those about areas that any attribute of a ticket's `events` names: never too few."""
        if not self._events:
            return ()
        every = set().union(*self._areas.values())
        told = (as_text(value) for event in events for value in event.attributes.values())
        named = frozenset(area for area in told if area in every)
        if named not in self._known:
            self._known[named] = tuple(each for each in self._events if self._concerns(each, named))
        return self._known[named]

    def _concerns(self, event: Event, named: frozenset[str]) -> bool:
        return bool(named) and (event.type == "voided" or bool(self._areas[event.ticket] & named))


def _areas_of(attributes: Mapping[str, object]) -> Iterable[str]:
    told = attributes.get("area")
    return (each for each in (told if isinstance(told, list) else [told]) if isinstance(each, str))
