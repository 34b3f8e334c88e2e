"""Proves how far the topics are applied (W), and wakes the tickets that are due by it.

A turn: read the clocks, *then* the partitions and their ends; note which
partitions have been applied up to the ends of which reading; move W to the least of them; judge again what is due.
Any number of processes may take turns: every fact they write is true whoever writes it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Protocol, TypeAlias

import structlog

from service.apply import Woken
from service.apply.counting import count_said
from service.bus.ends import BrokerAwayError, Extent, TopicMissingError
from service.bus.readings import Place, Reading, Readings
from service.clocks import Steadiness
from service.metrics import Metrics
from service.sla.instants import SECOND, Duration, Instant
from service.store import Database, Tx, progress
from service.store.progress import Progress, Watermark
from service.store.sources import SourceKey

Extents: TypeAlias = dict[str, dict[int, Extent]]

log = structlog.stdlib.get_logger("slaclock.clock")


def doubt_of(extents: Extents, known: Mapping[Place, Progress]) -> str:
    """Why a probe proves nothing; "" when it does. `known` was read before the probe."""
    for topic, parts in extents.items():
        for part, extent in parts.items():
            row = known.get((topic, part))
            if row is None:
                return "unknown_partition"
            if extent.end < row.next_offset:
                return progress.RECREATED
            if extent.beginning > row.next_offset:
                return "lost_beginning"
    return ""


class Prober(Protocol):
    """What the clock needs of the bus; see service.bus.ends.Probe."""

    async def extents(self, topics: Iterable[str], may_lack: Collection[str] = ()) -> Extents: ...


async def _tell_nobody(_: Tx) -> None:
    """What a clock does with a freeze unless it is told otherwise."""


async def _no_sources() -> Mapping[SourceKey, Instant]:
    return {}


class Clock:
    """Takes turns: proves W when a probe is due, then wakes one batch."""

    def __init__(
        self,
        db: Database,
        prober: Prober,
        wake: Callable[[], Awaitable[Woken]],
        metrics: Metrics,
        *,
        topics: tuple[str, ...],
        shared: tuple[str, ...] = (),
        followed: tuple[str, ...] = (),
        steadiness: Steadiness,
        database_now: Callable[[], Awaitable[Instant]],
        interval: float = 0.5,
        behind: Duration = 10 * SECOND,
        stopped_after: Duration | None = None,
        notify: Callable[[Tx], Awaitable[None]] = _tell_nobody,
        cap: Callable[[], Awaitable[Mapping[SourceKey, Instant]]] = _no_sources,
    ) -> None:
        """W is proved over `topics`, which have to exist, and over `shared` ones, unless they never did.

        How far `followed` ones are applied is proved beside it; W does not wait for them.

        `interval` in seconds between probes; `behind`: how far back W must be to be called so. That nobody has
        probed for more than `stopped_after` is noted. `notify` is called in the
        transaction that has settled W, before it is committed; then `cap` works out how far sources are complete.
        """
        self._db = db
        self._prober = prober
        self._wake = wake
        self._metrics = metrics
        self._topics = topics
        self._shared = shared
        self._followed = followed
        self._steadiness = steadiness
        self._database_now = database_now
        self._interval = interval
        self._behind = behind
        self._stopped_after = stopped_after
        self._notify = notify
        self._cap = cap
        self._readings = Readings()
        self._next_probe = 0.0
        self._frozen: str | None = None
        self._absent: frozenset[str] = frozenset()

    async def step(self) -> bool:
        """Whether there may be more to wake. Raises what the database raises."""
        if (now := time.monotonic()) >= self._next_probe:
            self._next_probe = now + self._interval
            self._show(await self.prove())
            for (tenant, source), at in (await self._cap()).items():
                self._metrics.complete.labels(tenant, source).set(at / SECOND)
        woken = await self._wake()
        self._count(woken)
        return bool(woken.claimed or woken.released or woken.marked or woken.more)

    @property
    def _required(self) -> tuple[str, ...]:
        return (*self._topics, *self._shared)

    async def prove(self) -> Watermark:
        """Probe once and settle W."""
        async with self._db.transaction() as tx:
            known = await _known(tx)
        tick = await self._steadiness.read(self._database_now)
        # Nobody has said anything on a topic that was never there. One that was, and is gone, held what is lost now.
        may_lack = set(self._shared) - {topic for topic, _ in known}
        try:
            found = await self._prober.extents(
                (*self._required, *self._followed), may_lack | set(self._followed)
            )
            extents = {topic: parts for topic, parts in found.items() if topic not in self._followed}
            beside = {topic: parts for topic, parts in found.items() if topic in self._followed}
            doubt = tick.doubt
            self._show_absent(frozenset(may_lack - extents.keys()))
            self._show_lag(found, known)
        except BrokerAwayError as error:
            log.warning("probe_failed", error=str(error)[:300])
            extents, beside, doubt = {}, {}, "broker_away"
        except TopicMissingError as error:
            log.warning("topic_missing", topics=str(error))
            extents, beside, doubt = {}, {}, "topic_missing"
        doubt = doubt or doubt_of(extents, known)
        if not doubt:
            sound = {topic: parts for topic, parts in beside.items() if not doubt_of({topic: parts}, known)}
            ends = {place: extent.end for place, extent in _places(extents | sound)}
            self._readings.add(Reading(tick.t0, ends))
        elif doubt in {progress.RECREATED, "lost_beginning"}:
            self._readings.clear()  # of a log that is no more
        # A clock that is in doubt cannot tell how long nobody was at work.
        return await self._settle(tick.t0, extents, doubt, None if tick.doubt else self._stopped_after)

    async def _settle(
        self, t0: Instant, extents: Extents, doubt: str, stopped_after: Duration | None
    ) -> Watermark:
        required = {topic: tuple(parts) for topic, parts in extents.items()}
        async with self._db.transaction() as tx:
            if doubt:
                # Told as the latest news even when the clock was set back: it moves nothing.
                t0 = max(t0, (await progress.watermark(tx)).probed_at or t0)
            else:
                await self._prove(tx)
            if doubt == "unknown_partition":
                for topic, parts in extents.items():
                    await progress.register(
                        tx, topic, {part: extent.beginning for part, extent in parts.items()}
                    )
            settled = await progress.settle_watermark(
                tx, required, t0=t0, frozen=doubt, behind=self._behind, stopped_after=stopped_after
            )
            await self._notify(tx)
            return settled

    async def _prove(self, tx: Tx) -> None:
        positions = {place: row.next_offset for place, row in (await _known(tx)).items()}
        for reading in self._readings.reached(positions):
            for topic in (*self._required, *self._followed):
                ends = {part: end for (of, part), end in reading.ends.items() if of == topic}
                await progress.prove(tx, topic, ends, reading.t0)

    def _show(self, watermark: Watermark) -> None:
        self._metrics.watermark.set(0 if watermark.at is None else watermark.at / SECOND)
        self._metrics.override.set(0 if watermark.override is None else watermark.override / SECOND)
        self._metrics.freeze(watermark.reason)
        if watermark.frozen != self._frozen:
            self._frozen = watermark.frozen
            if watermark.frozen:
                log.warning("watermark_frozen", reason=watermark.frozen)
            else:
                log.info("watermark_moves")

    def _show_lag(self, found: Extents, known: Mapping[Place, Progress]) -> None:
        for topic in (*self._required, *self._followed):
            parts = found.get(topic, {})
            ends = {part: (known.get((topic, part)), extent) for part, extent in parts.items()}
            self._metrics.lag.labels(topic).set(
                sum(
                    max(0, extent.end - (extent.beginning if row is None else row.next_offset))
                    for row, extent in ends.values()
                )
            )

    def _show_absent(self, absent: frozenset[str]) -> None:
        for topic in self._shared:
            self._metrics.absent.labels(topic).set(topic in absent)
        for topic in absent - self._absent:
            log.info(
                "topic_absent", topic=topic, means="nothing was ever said on it, so W does not wait for it"
            )
        self._absent = absent

    def _count(self, woken: Woken) -> None:
        self._metrics.wakeups.inc(woken.claimed)
        self._metrics.wakeups_unchanged.inc(woken.for_nothing)
        self._metrics.shared_wakeups.inc(woken.marked)
        count_said(self._metrics, woken)
        for delay in woken.delays:
            self._metrics.fire_delay.observe(delay / SECOND)


async def _known(tx: Tx) -> dict[Place, Progress]:
    return {(row.topic, row.part): row for row in await progress.positions(tx)}


def _places(extents: Extents) -> Iterable[tuple[Place, Extent]]:
    return (((topic, part), extent) for topic, parts in extents.items() for part, extent in parts.items())
