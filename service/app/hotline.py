"""How the hotline stands, worked out from its facts anew each time: facts that came late are in it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from service.hotline import (
    Call,
    Listening,
    Mode,
    Rings,
    Roster,
    Watch,
    Yardstick,
    fold_calls,
    watch,
)
from service.hotline.standing import Asked, Standing, standing
from service.settings import Settings, listed
from service.sla.events import Event, key_of
from service.sla.instants import HOUR, MINUTE, SECOND, Duration, Instant
from service.store import Database, hotline_events
from service.wire.hotline_facts import Queues, agents_told, calls_told, roster_told
from service.wire.hotline_roster import roster_in

#: How far before the window facts of calls are looked for: a call that began earlier is not known to go on.
LONGEST_CALL: Final = 4 * HOUR

#: Facts dropped in one transaction.
_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Look:
    """How every queue stands at `at`. `heard`: when the last known fact happened, None: nothing is known.

    `calls` are all that were looked at. `trouble` says why the file of the roster could not be read.
    """

    at: Instant
    standings: tuple[Standing, ...]
    calls: tuple[Call, ...]
    watch: Watch
    roster: Roster
    heard: Instant | None
    trouble: str = ""

    @property
    def is_silent(self) -> bool:
        """Whether a source of facts about agents is silent."""
        return any(start < self.at <= end for start, end in self.watch.silent[-1:])

    @property
    def has_roster(self) -> bool:
        return bool(self.roster.requirements or self.roster.shifts)


def asked_of(settings: Settings) -> Asked:
    """What the settings ask for."""
    cycle = settings.hotline_ring_seconds
    rings = Rings(number=settings.hotline_rings)
    if cycle:
        rings = Rings(number=settings.hotline_rings, cycle=_micros(cycle), assumed=False)
    return Asked(
        window=round(settings.hotline_window_minutes * MINUTE),
        ahead=round(settings.hotline_ahead_hours * HOUR),
        yardstick=Yardstick(
            answer=_micros(settings.hotline_answer_seconds),
            short=_micros(settings.hotline_short_seconds),
            pickup=rings,
        ),
        listening=Listening(
            silence=_micros(settings.hotline_silence_seconds),
            shift=round(settings.hotline_shift_hours * HOUR),
            sources=listed(settings.hotline_sources),
            wrap_up=frozenset(listed(settings.hotline_wrap_up)),
        ),
        mode=Mode(settings.hotline_mode),
    )


def queues_of(settings: Settings) -> Queues:
    """The queues that are told of apart."""
    return Queues(listed(settings.hotline_queues))


async def look(db: Database, settings: Settings, at: Instant, back_to: Instant | None = None) -> Look:
    """How the hotline of the tenant of the settings stands at `at`. Raises what the database raises.

    Facts reach back so far that coverage is right for the window, and from `back_to` on.
    """
    asked, tenant = asked_of(settings), settings.tenant
    since = at - asked.window
    covered = since if back_to is None else min(since, back_to)
    async with db.transaction() as tx:
        calls = await hotline_events.told(tx, tenant, "call", since=since - LONGEST_CALL, upto=at)
        agents = await hotline_events.agents_told(
            tx,
            tenant,
            since=covered - asked.listening.shift,
            alive=covered,
            upto=at,
        )
        # All that is kept: a roster that has run out is one.
        roster = await hotline_events.told(tx, tenant, "roster", since=0, upto=at)
        heard = await hotline_events.latest(tx, tenant, at)
    # Beside the loop: a day of a large hotline is more than an instant of work.
    return await asyncio.to_thread(_worked_out, settings, asked, at, (calls, agents, roster), heard)


def _worked_out(
    settings: Settings,
    asked: Asked,
    at: Instant,
    told: tuple[Sequence[Event], Sequence[Event], Sequence[Event]],
    heard: Instant | None,
) -> Look:
    queues = queues_of(settings)
    calls = fold_calls(calls_told(told[0], queues), at)
    seen = watch(agents_told(told[1], queues), at, asked.listening)
    filed, trouble = _filed(settings)
    known = {key_of(event) for event in told[2]}
    planned = [*told[2], *(event for event in filed if key_of(event) not in known)]
    roster = roster_told(planned, queues, settings.hotline_least_agents)
    standings = tuple(standing(queue, calls, seen, roster, asked) for queue in queues.all)
    return Look(at, standings, calls, seen, roster, heard, trouble)


def _filed(settings: Settings) -> tuple[list[Event], str]:
    """The roster in the file that the settings name, or why it cannot be read."""
    if not settings.hotline_roster_file:
        return [], ""
    try:
        return roster_in(Path(settings.hotline_roster_file).read_bytes(), settings.tenant), ""
    except (OSError, ValueError) as error:
        return [], f"{settings.hotline_roster_file}: {error}"


async def forget(db: Database, settings: Settings, at: Instant) -> bool:
    """Drop facts that nothing looks back on; whether there may be more to do."""
    before = at - round(settings.hotline_retention_hours * HOUR)
    async with db.transaction() as tx:
        return await hotline_events.purge(tx, before, _AT_ONCE) == _AT_ONCE


def seconds(length: Duration) -> float:
    """As metrics have them."""
    return length / SECOND


def _micros(length: float) -> Duration:
    return round(length * SECOND)
