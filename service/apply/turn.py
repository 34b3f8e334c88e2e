"""What a turn of the clock has to do."""

from __future__ import annotations

from dataclasses import dataclass

from service.apply.work import Work
from service.sla.instants import Instant
from service.store import Tx, areas, directory, hotline_events, parked, progress, rechecks, tickets, waits
from service.store.keys import TicketKey
from service.store.parked import Place
from service.store.progress import Watermark
from service.store.tickets import Due


@dataclass(frozen=True, slots=True)
class Turn:
    """What else a turn has to do: records to be released, of tickets and shared ones; tickets to be made due because of
    areas, or as was ordered; an override to be ended, because the proof has passed it.
    """

    places: list[Place]
    shared: list[Place]
    is_pending: bool
    is_ordered: bool
    is_passed: bool


async def turn_of(work: Work, stands: Watermark, limit: int) -> Turn:
    """What there is to do with W as it `stands`, up to `limit` records of each kind."""
    ahead: list[Place] = []
    if stands.reason == progress.SHARED_PARKED and stands.probed_at is not None:
        # By the time of the latest probe and not by W, which such a record holds.
        ahead = await parked.shared_ahead(work.tx, stands.probed_at, limit)
    if stands.at is not None:
        ahead += await directory.ahead(work.tx, stands.at, limit)
        ahead += await hotline_events.ahead(work.tx, stands.at, limit)
    return Turn(
        [] if stands.at is None else await parked.releasable(work.tx, stands.at, limit),
        ahead,
        await areas.pending(work.tx) is not None,
        await rechecks.pending(work.tx),
        stands.override is not None and stands.at == stands.proved,
    )


async def claimed_by(tx: Tx, watermark: Instant, limit: int) -> list[Due]:
    """Tickets that are due, under lock, each once: by W alone first, then those that wait for sources as well."""
    due = await tickets.claim_due(tx, watermark, limit)
    if len(due) < limit:
        due += await waits.claim(tx, watermark, limit - len(due))
    first: dict[TicketKey, Due] = {}
    for each in due:
        first.setdefault(each.key, each)
    return list(first.values())
