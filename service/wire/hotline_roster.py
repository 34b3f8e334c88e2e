"""A roster in a file: the events of the hotline's topic that it would have come as, one a line."""

from __future__ import annotations

from service.sla.events import Event
from service.wire.envelope import unpacked
from service.wire.hotline import hotline_event_of
from service.wire.strict import LEVELS, parse
from service.wire.unfit import Unfit


class BadRosterError(ValueError):
    """A sentence that names the line and what is wrong with it."""


def roster_in(content: bytes, tenant: str) -> list[Event]:
    """The facts about rosters of `tenant` in a file of structured-mode events, one a line; empty lines count for nothing.

    `tenant` is also whose an event is that names none. Raises BadRosterError.
    """
    found = []
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            event = hotline_event_of(*unpacked(parse(line, LEVELS + 1)), tenant=tenant)
        except Unfit as unfit:
            raise BadRosterError(f"line {number}: {unfit.reason.value}: {unfit.detail}") from None
        if not event.type.startswith("roster."):
            raise BadRosterError(f"line {number}: {event.type} is no fact of a roster")
        if event.tenant == tenant:
            found.append(event)
    return found
