"""Who works where, who heads what and whose an area is: facts about the organisation, each in force from an instant on.

A `Directory` is folded once from the events about the organisation and shared by all tickets. Every lookup is *as of*
an instant: the fact in force at it. A fact learnt long afterwards does not bear on what lies further back than a horizon
(`heard_for`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from types import MappingProxyType
from typing import Final, Generic, TypeAlias, TypeVar

from service.sla.events import Event, EventKey, Json, as_instant, as_text, key_of, named_by, once, voids
from service.sla.instants import EARLIEST, NEVER, Duration, Instant


@dataclass(frozen=True, slots=True)
class Person:
    """Where somebody works; a greater `rank` is more."""

    unit: str = ""
    rank: int = 0
    active: bool = True


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of the organisation: `kind` is a word, `parent` a unit, `head` a staff number; "" for none."""

    kind: str = ""
    parent: str = ""
    head: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """Whose an area is: `owner` is a staff number. `households` it has, `per_owner` are meant for one; None: not said."""

    owner: str = ""
    unit: str = ""
    households: int | None = None
    per_owner: int | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """`person` acts as head of a unit up to `to`."""

    person: str
    to: Instant


@dataclass(frozen=True, slots=True)
class Head:
    """Who stands at the head of a unit, and whom for when it is a deputy; "" for nobody."""

    person: str = ""
    acting_for: str = ""


Said = TypeVar("Said", Person, Unit, Area, Duty)


@dataclass(frozen=True, slots=True)
class Fact(Generic[Said]):
    """What is so from `since` on; it was heard of at `heard` and taken out of the books at `dropped`."""

    since: Instant
    said: Said
    heard: Instant = EARLIEST
    dropped: Instant | None = None

    def counts(self, known: Instant) -> bool:
        """Whether it was in the books by what had been heard at `known`."""
        return self.heard <= known and (self.dropped is None or known < self.dropped)


_SINCE: Final = attrgetter("since")


@dataclass(frozen=True, slots=True)
class _Entry:
    """An event about the organisation, and when it was in the books."""

    event: Event
    heard: Instant
    dropped: Instant | None


Attributes: TypeAlias = Mapping[str, Json]

#: Facts about one subject, in the order of `since`; of two from one instant the later event comes last.
Facts: TypeAlias = tuple[Fact[Said], ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """All facts by their subjects, duties by their units; `known` is how far what was heard of them counts."""

    persons: Mapping[str, Facts[Person]] = field(default_factory=lambda: MappingProxyType({}))
    units: Mapping[str, Facts[Unit]] = field(default_factory=lambda: MappingProxyType({}))
    areas: Mapping[str, Facts[Area]] = field(default_factory=lambda: MappingProxyType({}))
    duties: Mapping[str, Facts[Duty]] = field(default_factory=lambda: MappingProxyType({}))
    horizon: Duration = NEVER
    known: Instant = NEVER

    @classmethod
    def of(
        cls,
        events: Iterable[Event],
        recorded: Mapping[EventKey, Instant] = MappingProxyType({}),
        horizon: Duration = NEVER,
    ) -> Directory:
        """What `events` say of the organisation, in any order and any number of times.

        `recorded` is when they were heard of (left out: in time), `horizon` how long after an instant what is heard can
        still bear on it. Total: what names no subject is nothing, and what cannot be read is left out.
        """
        told = once(events)
        dropped: dict[EventKey, Instant] = {}
        for void in voids(told):
            heard = recorded.get(key_of(void), EARLIEST)
            dropped[named_by(void)] = min(heard, dropped.get(named_by(void), NEVER))
        entries = [
            _Entry(event, recorded.get(key_of(event), EARLIEST), dropped.get(key_of(event))) for event in told
        ]
        return cls(
            persons=_by_subject(entries, "person", "person", _person),
            units=_by_subject(entries, "unit", "unit", _unit),
            areas=_by_subject(entries, "area", "area", _area),
            duties=_by_subject(entries, "duty", "unit", _duty),
            horizon=horizon,
        )

    def heard_for(self, instant: Instant) -> Directory:
        """What may bear on `instant`: what was heard up to the horizon after it."""
        return self if self.horizon == NEVER else replace(self, known=instant + self.horizon)

    def person(self, staff: str, at: Instant) -> Person | None:
        """Of the person as of `at`; None when nothing is known."""
        return self._of(self.persons.get(staff, ()), at)

    def unit(self, name: str, at: Instant) -> Unit | None:
        """Of the unit as of `at`; None when nothing is known."""
        return self._of(self.units.get(name, ()), at)

    def area(self, name: str, at: Instant) -> Area | None:
        """Of the area as of `at`; None when nothing is known."""
        return self._of(self.areas.get(name, ()), at)

    def head(self, unit: str, at: Instant) -> Head:
        """Who stands at the head of `unit` as of `at`: the deputy on duty, else the head."""
        known = self.unit(unit, at)
        head = "" if known is None else known.head
        deputy = self._deputy(unit, at)
        return Head(head) if deputy in ("", head) else Head(deputy, head)

    def upwards(self, unit: str, at: Instant) -> Iterator[tuple[str, Unit]]:
        """`unit` and the units above it as of `at`, as far as they are known; a circle ends where it closes."""
        passed: set[str] = set()
        while unit not in passed and (known := self.unit(unit, at)) is not None:
            yield unit, known
            passed.add(unit)
            unit = known.parent

    def _of(self, facts: Facts[Said], at: Instant) -> Said | None:
        """What the latest of `facts` that began by `at` says."""
        place = bisect_right(facts, at, key=_SINCE)
        while place:
            place -= 1
            if facts[place].counts(self.known):
                return facts[place].said
        return None

    def _deputy(self, unit: str, at: Instant) -> str:
        """Of several on duty the one whose duty began last."""
        duties = self.duties.get(unit, ())
        ended: set[str] = set()
        for fact in reversed(duties[: bisect_right(duties, at, key=_SINCE)]):
            duty = fact.said
            if not fact.counts(self.known):
                continue
            if duty.person not in ended and at < duty.to:
                return duty.person
            ended.add(duty.person)
        return ""


#: Below it every reader of JSON tells whole numbers apart.
_WHOLE: Final = 1 << 53

#: An organisation of which nothing is known.
EMPTY: Final = Directory()


def _by_subject(
    entries: Iterable[_Entry], kind: str, subject: str, read: Callable[[Attributes], Said | None]
) -> dict[str, Facts[Said]]:
    """The facts of one kind, by the subject that their attribute `subject` names."""
    found: dict[str, list[Fact[Said]]] = {}
    for entry in entries:
        event = entry.event
        name, said = as_text(event.attributes.get(subject)), read(event.attributes)
        if event.type == kind and name and said is not None:
            since = as_instant(event.attributes.get("from"))
            fact = Fact(event.at if since is None else since, said, entry.heard, entry.dropped)
            found.setdefault(name, []).append(fact)
    return {name: tuple(sorted(facts, key=_SINCE)) for name, facts in found.items()}


def _person(told: Attributes) -> Person:
    is_active = as_text(told.get("active")) != "false"
    return Person(_text(told, "unit"), _number(told, "rank") or 0, is_active)


def _unit(told: Attributes) -> Unit:
    return Unit(_text(told, "kind"), _text(told, "parent"), _text(told, "head"))


def _area(told: Attributes) -> Area:
    return Area(
        _text(told, "owner"), _text(told, "unit"), _number(told, "households"), _number(told, "per_owner")
    )


def _duty(told: Attributes) -> Duty | None:
    person, to = _text(told, "person"), as_instant(told.get("to"))
    return Duty(person, NEVER if to is None else to) if person else None


def _text(told: Attributes, name: str) -> str:
    return as_text(told.get(name)) or ""


def _number(told: Attributes, name: str) -> int | None:
    value = told.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if abs(value) < _WHOLE else None
