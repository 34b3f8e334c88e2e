"""What is in doubt about a random ticket: records that nobody could read, sources that are silent, gaps, a W moved by hand."""

from collections.abc import Sequence
from typing import Any, Final

from tests.oracle.kinds import SOURCES
from tests.oracle.stories import HALF_HOUR, pick
from tests.oracle.tickets import Ticket

Doubt = dict[str, Any]

#: What a source is complete to that has never said so: earlier than all that can happen.
NEVER: Final = 0

#: Later than all that can still happen, with every grace: 2026-01-01.
AT_LAST: Final = 1_767_225_600_000_000


def doubts(ticket: Ticket) -> list[Doubt]:
    """Records of the ticket that nobody could read."""
    count = pick(ticket.dice, (1, 1, 2))
    return [
        {"since": ticket.some_time(), "reason": pick(ticket.dice, ("not_json", "bad_time"))}
        for _ in range(count)
    ]


def caps(ticket: Ticket, marks: Sequence[int]) -> dict[str, int]:
    """How far each source is complete."""
    return {name: _cap(ticket, marks) for name in SOURCES}


def _cap(ticket: Ticket, marks: Sequence[int]) -> int:
    chance = ticket.dice.random()
    if chance < 0.35:
        return AT_LAST if chance < 0.3 else NEVER
    return _beside(ticket, marks)


def gaps(ticket: Ticket, marks: Sequence[int]) -> list[Doubt]:
    """Times about which something is lost: the instant of a record, or the span of an outage."""
    found = []
    for _ in range(pick(ticket.dice, (1, 1, 2))):
        start = _beside(ticket, marks)
        end = start + pick(ticket.dice, (1, 1, HALF_HOUR, 10 * HALF_HOUR, 100 * HALF_HOUR))
        if ticket.dice.random() < 0.3:
            start, end = start - (end - start), start  # which ends there
        found.append({"start": start, "end": end, "source": pick(ticket.dice, ("", *SOURCES))})
    return found


def proved(ticket: Ticket, marks: Sequence[int]) -> int:
    """Where an operator has moved W on from."""
    return _beside(ticket, marks)


def _beside(ticket: Ticket, marks: Sequence[int]) -> int:
    """At, or right beside, what happens or is said, with a grace or without; or some time."""
    dice = ticket.dice
    if not marks or dice.random() < 0.3:
        return ticket.some_time()
    grace = pick(dice, (0, 0, 1, HALF_HOUR, 4 * HALF_HOUR))
    return pick(dice, marks) + grace + pick(dice, (-1, 0, 0, 1, 1, 48 * HALF_HOUR))
