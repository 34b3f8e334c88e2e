"""Ticket events: every portion goes through the door, and is counted."""

from __future__ import annotations

from collections.abc import Callable

from service.apply import Applied, Door, Slice
from service.apply.counting import count_said
from service.consumers.portions import Portions
from service.loop import Backoff, Pulse
from service.metrics import Metrics
from service.sla.instants import SECOND
from service.store import Database


class Tickets(Portions):
    """What the subscription of the tickets topic calls."""

    def __init__(
        self,
        db: Database,
        door: Door,
        metrics: Metrics,
        pulse: Pulse,
        *,
        retry: Callable[[], Backoff],
        give_up_seconds: float,
    ) -> None:
        """As `Portions`."""
        super().__init__(db, metrics, pulse, retry=retry, give_up_seconds=give_up_seconds)
        self._door = door

    async def _apply(self, records: Slice) -> Applied:
        return await self._door.apply(records)

    def _count(self, applied: Applied) -> None:
        events = self._metrics.events
        events.labels("applied").inc(applied.applied)
        events.labels("duplicate").inc(applied.duplicates)
        for reason, count in applied.parked.items():
            events.labels("parked").inc(count)
            self._metrics.parked_by.labels(reason.value).inc(count)
        for late in applied.lateness:
            self._metrics.lateness.observe(late / SECOND)
        count_said(self._metrics, applied)
