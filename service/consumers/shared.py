"""Events that many tickets share: every portion goes through the door.

A record that does not fit is told at once: it holds W, or leaves chains provisional if it is about the organisation.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

import structlog
from prometheus_client import Counter

from service.apply import Applied, Door, Slice
from service.apply.counting import count_said
from service.consumers.portions import Portions
from service.loop import Backoff, Pulse
from service.metrics import Family, Metrics
from service.store import Database

log = structlog.stdlib.get_logger("slaclock.shared")


class _Shared(Portions):
    """What the subscription of a shared topic calls."""

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

    @property
    @abstractmethod
    def _counter(self) -> Family[Counter]: ...

    @abstractmethod
    async def _apply_shared(self, records: Slice) -> Applied: ...

    async def _apply(self, records: Slice) -> Applied:
        applied = await self._apply_shared(records)
        if applied.parked:
            reasons = {reason.value: count for reason, count in applied.parked.items()}
            log.error("shared_records_parked", topic=records.topic, part=records.part, reasons=reasons)
        return applied

    def _count(self, applied: Applied) -> None:
        self._counter.labels("applied").inc(applied.applied)
        self._counter.labels("duplicate").inc(applied.duplicates)
        for reason, count in applied.parked.items():
            self._counter.labels("parked").inc(count)
            self._metrics.parked_by.labels(reason.value).inc(count)


class Areas(_Shared):
    """What the subscription of the areas topic calls."""

    @property
    def _counter(self) -> Family[Counter]:
        return self._metrics.area_events

    async def _apply_shared(self, records: Slice) -> Applied:
        return await self._door.apply_areas(records)


class Sources(_Shared):
    """What the subscription of the sources topic calls."""

    @property
    def _counter(self) -> Family[Counter]:
        return self._metrics.source_events

    async def _apply_shared(self, records: Slice) -> Applied:
        return await self._door.apply_sources(records)


class Directory(_Shared):
    """What the subscription of the directory's topic calls."""

    @property
    def _counter(self) -> Family[Counter]:
        return self._metrics.directory_events

    async def _apply_shared(self, records: Slice) -> Applied:
        return await self._door.apply_directory(records)


class Hotline(_Shared):
    """What the subscription of the hotline's topic calls."""

    @property
    def _counter(self) -> Family[Counter]:
        return self._metrics.hotline_events

    async def _apply_shared(self, records: Slice) -> Applied:
        return await self._door.apply_hotline(records)

    def _count(self, applied: Applied) -> None:
        super()._count(applied)
        count_said(self._metrics, applied)
