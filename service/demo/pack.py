"""The worked histories of a pack as one recording: every history is a ticket, and all happen side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from service import rules
from service.apply.registration import CalendarFile
from service.demo.recording import Recording
from service.rules.histories import Worked
from service.rules.packs import HISTORIES, PACKS
from service.sla.events import Event, Json
from service.sla.instants import DAY, Instant

#: What of an event about areas is a name that another history may use too.
_NAMES: Final = ("exclusion", "event", "area")


def of_pack(name: str) -> Recording:
    """The pack called `name`, which is one of them. Areas and exclusions of one history are none of another's."""
    policy_file = PACKS[name].policy
    document = policy_file.read_text(encoding="utf-8")
    calendars = {key: _calendar(policy_file.parent / place) for key, place in _places(policy_file).items()}
    known = {key: file.calendar for key, file in calendars.items()}
    policy = rules.read(document, name=policy_file.name, calendars=known)
    histories = rules.read_histories(
        policy_file.with_name(HISTORIES).read_bytes(),
        name=HISTORIES,
        outline=rules.outline(document, name=policy_file.name, calendars=known),
    )
    events = [event for number, worked in enumerate(histories, start=1) for event in _told(worked, number)]
    shared = [
        event for number, worked in enumerate(histories, start=1) for event in _of_areas(worked, number)
    ]
    return Recording(
        tuple(events), policy, document, _end(histories), tuple(shared), tuple(calendars.values())
    )


def _places(policy_file: Path) -> Mapping[str, str]:
    return rules.calendar_files(policy_file.read_bytes(), name=policy_file.name)


def _calendar(path: Path) -> CalendarFile:
    document = path.read_text(encoding="utf-8")
    return CalendarFile(document, rules.read_calendar(document, name=path.name))


def _told(worked: Worked, number: int) -> Iterator[Event]:
    ticket = f"{number:03d} {worked.name}"[:100]
    for event in worked.events:
        attributes = _apart(event.attributes, number, ("area",)) if worked.shared else event.attributes
        yield replace(event, ticket=ticket, attributes=attributes)


def _of_areas(worked: Worked, number: int) -> Iterator[Event]:
    for event in worked.shared:
        yield replace(
            event,
            ticket=_numbered(event.ticket, number),
            id=_numbered(event.id, number),
            attributes=_apart(event.attributes, number, _NAMES),
        )


def _apart(attributes: Mapping[str, Json], number: int, names: tuple[str, ...]) -> dict[str, Json]:
    return {name: _renamed(value, number) if name in names else value for name, value in attributes.items()}


def _renamed(value: Json, number: int) -> Json:
    if isinstance(value, list):
        return [_renamed(each, number) for each in value]
    return _numbered(value, number) if isinstance(value, str) else value


def _numbered(name: str, number: int) -> str:
    return f"{name} ({number:03d})"


def _end(histories: tuple[Worked, ...]) -> Instant:
    """A day after everything that happens and everything that is expected."""
    happened = [event.at for worked in histories for event in (*worked.events, *worked.shared)]
    expected = [said.at for worked in histories for said in worked.expected if said.at is not None]
    return max(happened + expected) + DAY
