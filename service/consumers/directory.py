"""Facts about the organisation: every portion goes through the door. One that does not fit leaves chains provisional."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from service.apply import Applied, Door, Slice
from service.consumers.portions import Portions
from service.loop import Backoff, Pulse
from service.metrics import Metrics
from service.store import Database

log = structlog.stdlib.get_logger("slaclock.directory")


class Directory(Portions):
    """What the subscription of the directory's topic calls."""

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
        applied = await self._door.apply_directory(records)
        if applied.parked:
            reasons = {reason.value: count for reason, count in applied.parked.items()}
            log.error("directory_records_parked", topic=records.topic, part=records.part, reasons=reasons)
        return applied

    def _count(self, applied: Applied) -> None:
        events = self._metrics.directory_events
        events.labels("applied").inc(applied.applied)
        events.labels("duplicate").inc(applied.duplicates)
        for reason, count in applied.parked.items():
            events.labels("parked").inc(count)
            self._metrics.parked_by.labels(reason.value).inc(count)
