"""Who has to be heard: the people that the rules name for a ticket, as of an instant."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

from service.sla.custody import NOBODY, Custody, custody_of, holder_at
from service.sla.directory import Directory, Unit
from service.sla.events import NOTHING, Event, Json, as_text
from service.sla.evidence import Link
from service.sla.instants import Instant
from service.sla.ticket import Ticket

FIRST_ASKED: Final = "first_asked"
HOLDER: Final = "holder"
AREA_OWNER: Final = "area_owner"
DEPARTMENT_HEAD: Final = "department_head"
WINDOW_HEAD: Final = "window_head"
BRANCH_HEAD: Final = "branch_head"
CHIEF: Final = "chief"
REVIEWER: Final = "reviewer"

#: The roles of a chain, in its order.
ROLES: Final = (
    FIRST_ASKED, HOLDER, AREA_OWNER, DEPARTMENT_HEAD, WINDOW_HEAD, BRANCH_HEAD, CHIEF, REVIEWER,
)  # fmt: skip

NO_CONTACT: Final = "no_contact"
NO_HOLDER: Final = "no_holder"
NO_PERSON: Final = "no_person"
NO_AREA: Final = "no_area"
UNKNOWN_AREA: Final = "unknown_area"
NO_OWNER: Final = "no_owner"
UNKNOWN_PERSON: Final = "unknown_person"
NO_UNIT: Final = "no_unit"
NO_HEAD: Final = "no_head"
INACTIVE: Final = "inactive"
UNKNOWN_ROLE: Final = "unknown_role"

#: Events that tell who took the first contact.
CONTACTS: Final = frozenset({"opened", "assigned", "transferred", "guided", "replied", "contacted"})


#: A unit and those above it, with their names.
Units: TypeAlias = tuple[tuple[str, Unit], ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """The first contact: when it was, and who was there, each once, those who took it first."""

    at: Instant
    present: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parties:
    """What of a ticket its chains rest on, at every instant."""

    ticket: Ticket
    custody: tuple[Custody, ...]
    contact: Contact | None
    directory: Directory


def parties_of(ticket: Ticket, directory: Directory) -> Parties:
    """Who held the ticket and who took its first contact."""
    return Parties(ticket, custody_of(ticket.events, directory), contact_of(ticket.events), directory)


def contact_of(events: Sequence[Event]) -> Contact | None:
    """The earliest contact that ordered `events` name somebody for; None when they name nobody."""
    contacts = [event for event in events if event.type in CONTACTS]
    first = next((event for event in contacts if as_text(event.attributes.get("by"))), None)
    if first is None:
        return None
    named = (name for event in contacts if event.at == first.at for name in _named(event))
    return Contact(first.at, tuple(dict.fromkeys(named)))


def chain(parties: Parties, at: Instant) -> tuple[Link, ...]:
    """A link for every role, in the order of `ROLES`, as of `at`.

    It rests on nothing later than `at`. A role that nobody fills is there with the reason.
    """
    return _Day(parties, at).links()


def resolve(role: str, links: Iterable[Link]) -> Link:
    """Who fills `role`; nobody when it is a word of the owner's."""
    return next((link for link in links if link.role == role), Link(role, reason=UNKNOWN_ROLE))


class _Day:
    """The organisation, and the ticket in it, as of one instant."""

    def __init__(self, parties: Parties, at: Instant) -> None:
        self._at = at
        self._directory = parties.directory.heard_for(at)
        self._contact = parties.contact
        self._holder = holder_at(parties.custody, at)
        self._attributes = described_at(parties.ticket, at)
        self._area = as_text(self._attributes.get("area")) or ""

    def links(self) -> tuple[Link, ...]:
        """In the order of `ROLES`."""
        first_asked, (start, lost) = self._first_asked(), self._home()
        above = self._above(start)
        return (
            first_asked,
            self._holds(),
            self._area_owner(),
            self._nearest(DEPARTMENT_HEAD, "department", above, lost),
            self._window_head(first_asked),
            *self._branch(above, lost),
            self._reviewer(above, lost),
        )

    def _first_asked(self) -> Link:
        """Of those present at the first contact the one of the highest rank."""
        contact = self._contact
        if contact is None or contact.at > self._at:
            return _nobody(FIRST_ASKED, NO_CONTACT)
        return Link(FIRST_ASKED, max(contact.present, key=lambda staff: self._rank(staff, contact.at)))

    def _rank(self, staff: str, at: Instant) -> int:
        known = self._directory.person(staff, at)
        return 0 if known is None else known.rank

    def _holds(self) -> Link:
        if self._holder == NOBODY:
            return _nobody(HOLDER, NO_HOLDER)
        return Link(HOLDER, self._holder.person, "" if self._holder.person else NO_PERSON)

    def _area_owner(self) -> Link:
        if not self._area:
            return _nobody(AREA_OWNER, NO_AREA)
        known = self._directory.area(self._area, self._at)
        if known is None:
            return _nobody(AREA_OWNER, UNKNOWN_AREA)
        return self._named(AREA_OWNER, known.owner, NO_OWNER)

    def _window_head(self, first_asked: Link) -> Link:
        window = as_text(self._attributes.get("window"))
        if window:
            known = self._directory.unit(window, self._at)
            return self._head(WINDOW_HEAD, window) if known else _nobody(WINDOW_HEAD, NO_UNIT)
        if not first_asked.person:
            return _nobody(WINDOW_HEAD, first_asked.reason)
        start, lost = self._unit_of(first_asked.person)
        return self._nearest(WINDOW_HEAD, "window", self._above(start), lost)

    def _branch(self, above: Units, lost: str) -> tuple[Link, Link]:
        """The head of the branch, and of what is topmost above it."""
        area = self._directory.area(self._area, self._at)
        around = self._above("" if area is None else area.unit)
        has_branch = (units for units in (above, around) if any(unit.kind == "branch" for _, unit in units))
        units = next(has_branch, above or around)
        chief = self._head(CHIEF, units[-1][0]) if units else _nobody(CHIEF, lost or NO_UNIT)
        return self._nearest(BRANCH_HEAD, "branch", units, lost), chief

    def _reviewer(self, above: Units, lost: str) -> Link:
        """The first head above the holder that is somebody else, also not somebody who stands for the holder."""
        for name, _ in above:
            link = self._head(REVIEWER, name)
            if not link.reason and self._holder.person not in {link.person, link.acting_for or link.person}:
                return link
        return _nobody(REVIEWER, NO_HEAD if above else lost or NO_UNIT)

    def _home(self) -> tuple[str, str]:
        """The unit of the holder, or why there is none."""
        if self._holder == NOBODY:
            return "", NO_HOLDER
        return self._unit_of(self._holder.person) if self._holder.person else (self._holder.team, "")

    def _unit_of(self, staff: str) -> tuple[str, str]:
        known = self._directory.person(staff, self._at)
        return ("", UNKNOWN_PERSON) if known is None else (known.unit, "")

    def _above(self, unit: str) -> Units:
        return tuple(self._directory.upwards(unit, self._at))

    def _nearest(self, role: str, kind: str, units: Units, lost: str) -> Link:
        """The head of the first of `units` of a kind; `lost` is why there are none."""
        found = next((name for name, unit in units if unit.kind == kind), "")
        return self._head(role, found) if found else _nobody(role, lost or NO_UNIT)

    def _head(self, role: str, unit: str) -> Link:
        head = self._directory.head(unit, self._at)
        return self._named(role, head.person, NO_HEAD, head.acting_for)

    def _named(self, role: str, staff: str, missing: str, acting_for: str = "") -> Link:
        if not staff:
            return _nobody(role, missing)
        known = self._directory.person(staff, self._at)
        has_left = known is not None and not known.active
        return Link(role, staff, INACTIVE if has_left else "", acting_for)


@cache
def _nobody(role: str, reason: str) -> Link:
    """The role is filled by nobody; one object for each of the few."""
    return Link(role, reason=reason)


def described_at(ticket: Ticket, at: Instant) -> Mapping[str, Json]:
    """The ticket's attributes as of `at`."""
    place = bisect_right(ticket.events, at, key=lambda event: event.at)
    return ticket.attributes[place - 1] if place else NOTHING


def _named(event: Event) -> list[str]:
    """Who was there: who acted first, then the others by their numbers."""
    by, present = as_text(event.attributes.get("by")), event.attributes.get("present")
    others = (as_text(each) for each in (present if isinstance(present, list) else [present]))
    return [each for each in (by, *sorted(other for other in others if other)) if each]
