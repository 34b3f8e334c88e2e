"""What was said of areas, as those who judge look it up: by the areas of a ticket, read once a process."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from service.sla.events import Event, EventKey, as_text
from service.sla.history import key_of, named_by
from service.sla.instants import EARLIEST, NEVER, Instant
from service.sla.pauses import exclusions_of
from service.sla.policy import Rules
from service.sla.ticket import DESCRIBES
from service.store.areas import Told
from service.wire.values import is_identifier

#: By type of event the names of the attributes in which it says where a ticket is, in the words of any version.
Words: TypeAlias = Mapping[str, frozenset[str]]

#: The attribute by which exclusions bear on a ticket, in the vocabulary of the core.
_AREA: Final = "area"

#: Answers remembered; there are few different ones, unless every ticket has areas of its own.
_MOST: Final = 10_000


def words_of(rules: Rules) -> Words:
    """Where the versions of a policy look for the area of a ticket."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for policy in rules.versions:
        for word in DESCRIBES - policy.vocabulary.keys():
            found[word].add(_AREA)
        for own, meaning in policy.vocabulary.items():
            if meaning.type in DESCRIBES:
                found[own] |= {name for name, known in meaning.rename.items() if known == _AREA}
                found[own] |= {_AREA} - meaning.rename.keys()
    return {word: frozenset(names) for word, names in found.items()}


def areas_of(events: Iterable[Event], words: Words) -> frozenset[str]:
    """Every area that `events` of one ticket tell of, voided ones included.

    What no exclusion can name is left out: exclusions name areas by identifiers.
    """
    told = {
        as_text(event.attributes.get(name)) for event in events for name in words.get(event.type, frozenset())
    }
    return frozenset(area for area in told if area is not None and is_identifier(area))


@dataclass(frozen=True, slots=True)
class Touched:
    """Tickets that events may bear on: those of `areas` that were not settled before `since`; or all of them."""

    areas: frozenset[str]
    since: Instant
    everywhere: bool = False


@dataclass(slots=True)
class _Named:
    """All that was said of one exclusion; the areas, the first instant and the last end of all its declarations."""

    told: list[Told] = field(default_factory=list)
    areas: set[str] = field(default_factory=set)
    first: Instant = NEVER
    end: Instant = EARLIEST


class Chronicle:
    """Everything that was said of the areas of one tenant, in the order in which it was applied."""

    def __init__(self, told: Sequence[Told] = ()) -> None:
        self._told = tuple(told)
        self._named: defaultdict[str, _Named] = defaultdict(_Named)
        self._voids: defaultdict[EventKey, list[Told]] = defaultdict(list)
        self._events = {key_of(each.event): each.event for each in told}
        self._by_areas: dict[frozenset[str], tuple[list[Instant], list[_Named]]] = {}
        self._answers: dict[tuple[frozenset[str], int], tuple[Told, ...]] = {}
        for each in told:
            if each.event.type == "voided":
                self._voids[named_by(each.event)].append(each)
            else:
                self._note(each)

    def _note(self, each: Told) -> None:
        named = self._named[_name(each.event)]
        named.told.append(each)
        for exclusion in exclusions_of([each.event]):
            named.areas |= exclusion.areas
            named.first = min(named.first, exclusion.start)
            named.end = max(named.end, exclusion.end)

    @property
    def upto(self) -> int:
        """The number of its last event; 0 when there is none."""
        return self._told[-1].nr if self._told else 0

    def and_then(self, told: Sequence[Told]) -> Chronicle:
        """With later events."""
        return Chronicle((*self._told, *told))

    def bearing_on(self, places: frozenset[str], since: Instant) -> tuple[Told, ...]:
        """What may bear on a ticket that was in `places` and has no event before `since`.

        Of each exclusion that was ever declared for one of them, and ever beyond `since`, everything, with all that
        voids it: what is left out could change nothing.
        """
        if not places or not self._told:
            return ()
        if places not in self._by_areas:
            self._forget_some()
            chosen = sorted((n for n in self._named.values() if n.areas & places), key=lambda n: n.end)
            self._by_areas[places] = [named.end for named in chosen], chosen
        ends, chosen = self._by_areas[places]
        first = bisect_right(ends, since)
        if (places, first) not in self._answers:
            self._answers[places, first] = self._with_voids(chosen[first:])
        return self._answers[places, first]

    def _forget_some(self) -> None:
        if len(self._by_areas) >= _MOST:
            self._by_areas.clear()
            self._answers.clear()

    def _with_voids(self, chosen: Iterable[_Named]) -> tuple[Told, ...]:
        found = [each for named in chosen for each in named.told]
        seen = {each.nr for each in found}
        for each in found:  # grows while it is gone through: what voids may be voided itself
            for void in self._voids.get(key_of(each.event), ()):
                if void.nr not in seen:
                    seen.add(void.nr)
                    found.append(void)
        return tuple(sorted(found, key=lambda each: each.nr))

    def touched(self, after: int, upto: int) -> Touched:
        """Whom the events with numbers in (`after`, `upto`] may bear on.

        Everybody, when there was nothing before: a release without areas did not note where tickets are.
        """
        first, end = (bisect_right(self._told, nr, key=lambda each: each.nr) for nr in (after, upto))
        names = {name for each in self._told[first:end] if (name := self._about(each.event)) is not None}
        named = [self._named[name] for name in names]
        return Touched(
            frozenset(area for one in named for area in one.areas),
            min((one.first for one in named), default=NEVER),
            everywhere=first == 0 < end,
        )

    def _about(self, event: Event) -> str | None:
        """The exclusion that `event` tells of, if need be through what it voids; None when that is not known."""
        seen = set()
        while event.type == "voided":
            seen.add(key_of(event))
            voided = self._events.get(named_by(event))
            if voided is None or key_of(voided) in seen:
                return None
            event = voided
        return _name(event)


def _name(event: Event) -> str:
    return as_text(event.attributes.get("exclusion")) or event.id
