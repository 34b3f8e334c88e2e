"""Parts of sentences about promises: amounts, events, preconditions, reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from service.cli.moments import length
from service.sla.events import Event, EventKey
from service.sla.instants import HOUR, Duration
from service.sla.policy import Match, Target, Unit


def amount(target: Target, number: int) -> str:
    """So much of the target's unit: `8h30m`, `1 calendar day`, `5 working days`."""
    if target.unit is Unit.TIME:
        return hours(number)
    kind = "calendar" if target.unit is Unit.CALENDAR_DAYS else "working"
    return f"{number} {kind} {'day' if number == 1 else 'days'}"


def hours(duration: Duration) -> str:
    """As policy files write it: hours, never days."""
    whole, rest = divmod(duration, HOUR)
    return "".join((f"{whole}h" if whole else "", length(rest) if rest else "")) or "0s"


def event_text(events: Mapping[EventKey, tuple[Event, str]], key: EventKey) -> str:
    """An event as it was published, with the policy's word for it: `created` (event 17, here `opened`)."""
    if key not in events:
        return f"event {key[1]}"
    event, word = events[key]
    means = "" if event.type == word else f", here `{word}`"
    return f"`{event.type}` (event {event.id}{means})"


def gate_text(gate: Iterable[Sequence[Match]]) -> str:
    """Preconditions: `documents_complete` and (`paid` or `waived`)."""
    told = [" or ".join(f"`{match.type}`" for match in alternatives) for alternatives in gate]
    return " and ".join(f"({each})" if " or " in each and len(told) > 1 else each for each in told)


def reasons(reason: str) -> str:
    """The reason of a hold or exclusion."""
    return reason or "no reason given"


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)
