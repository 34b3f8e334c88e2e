"""Makes the parts of one process from its settings, and closes them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from service.apply import Door, Limits, Rulebook, Topics
from service.apply.notices import notify
from service.apply.rulebook import read_rules
from service.bus.connection import client_options
from service.bus.ends import Probe
from service.bus.publish import Producer, Row
from service.canary import Canary
from service.clock import Clock
from service.clocks import Clocks, Steadiness
from service.loop import Backoff
from service.metrics import Metrics
from service.relay import Relay
from service.settings import Settings
from service.sla.instants import SECOND, Duration, Instant
from service.store import Database, StoreError

#: Told of each step of a transaction that is done; only tests give one.
AfterStep = Callable[[str], None]

_CLOSE_SECONDS: Final = 3.0


class Parts:
    """Every concrete part, made once it is asked for; `close` closes them all."""

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        clocks: Clocks,
        database_now: Callable[[], Awaitable[Instant]] | None,
        after_step: AfterStep,
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._clocks = clocks
        self._database_now = database_now
        self._after_step = after_step
        self._standing_probe: Probe | None = None
        self._closers: list[Callable[[], Awaitable[None]]] = []

    @property
    def database_url(self) -> str:
        return self._settings.database_url.get_secret_value()

    def wall(self) -> Instant:
        """The time by this process's clock."""
        return self._clocks.wall()

    def backoff(self) -> Backoff:
        return Backoff(self._settings.retry_first_seconds, self._settings.retry_most_seconds)

    def database(self, name: str, pool: int, *, idle_seconds: float | None = None) -> Database:
        """A pool of its own for one kind of work; connects when first used."""
        settings = self._settings
        database = Database.open(
            self.database_url,
            pool_size=pool,
            statement_timeout_s=settings.database_statement_seconds,
            lock_timeout_s=settings.database_lock_seconds,
            idle_timeout_s=idle_seconds or settings.database_idle_seconds,
            connect_timeout_s=settings.database_connect_seconds,
            application=f"slaclock {name}",
        )
        self._closers.append(database.close)
        return database

    def door(self, db: Database) -> Door:
        settings = self._settings
        return Door(
            db,
            Rulebook(read_rules),
            clock=self._clocks,
            limits=limits_of(settings),
            topics=Topics(statements=settings.statements_topic, breaches=settings.breaches_topic),
            after_step=self._after_step,
        )

    def standing_probe(self) -> Probe:
        """The one that looks whether topics exist."""
        if self._standing_probe is None:
            self._standing_probe = self.probe()
        return self._standing_probe

    def probe(self) -> Probe:
        probe = Probe(client_options(self._settings), timeout=self._settings.probe_seconds)
        self._closers.append(probe.close)
        return probe

    def clock(self, db: Database, door: Door) -> Clock:
        settings = self._settings
        return Clock(
            db,
            self.probe(),
            lambda: door.wake(settings.wake_batch),
            self._metrics,
            topics=(settings.tickets_topic,),
            shared=(settings.areas_topic, settings.sources_topic, settings.hotline_topic),
            followed=(settings.directory_topic,),
            steadiness=Steadiness(
                self._clocks,
                tolerance=_micros(settings.clock_tolerance_seconds),
                settle=_micros(settings.clock_settle_seconds),
            ),
            database_now=self._database_now or db.now,
            interval=settings.probe_interval_ms / 1_000,
            behind=_micros(settings.behind_seconds),
            stopped_after=_micros(settings.freeze_notice_seconds),
            notify=partial(
                notify, topic=settings.statements_topic, after=_micros(settings.freeze_notice_seconds)
            ),
            cap=door.cap,
        )

    def canary(self) -> Canary:
        settings = self._settings
        return Canary(
            self.database("canary", 1),
            self._producer(stamp=lambda _: self.wall() // 1_000),
            self._metrics,
            tenant=settings.canary_tenant,
            topic=settings.tickets_topic,
            every=_micros(settings.canary_seconds),
            wall=self.wall,
        )

    def relay(self) -> Relay:
        settings = self._settings
        producer = self._producer()
        # A turn waits for the broker inside its transaction: what it begins to send last has time to be acknowledged.
        idle = settings.database_idle_seconds + 2 * settings.relay_ack_seconds
        return Relay(
            self.database("relay", 1, idle_seconds=idle),
            producer,
            self._metrics,
            shards=settings.relay_shards,
            batch=settings.relay_batch,
            tries=settings.relay_tries,
            hold_seconds=settings.database_idle_seconds,
            after_step=self._after_step,
        )

    def _producer(self, stamp: Callable[[Row], int | None] = lambda _: None) -> Producer:
        settings = self._settings
        producer = Producer(
            client_options(settings),
            idempotent=settings.idempotent_producer,
            batch_bytes=settings.relay_batch_bytes,
            ack_seconds=settings.relay_ack_seconds,
            stamp=stamp,
        )
        self._closers.append(producer.abandon)
        return producer

    async def close(self) -> None:
        """Close everything; an error or a wait in one does not keep the others open."""
        await asyncio.gather(*(_closed(closer) for closer in self._closers))
        self._closers.clear()


def limits_of(settings: Settings) -> Limits:
    """The limits that the settings give to the door."""
    return Limits(
        tenant=settings.tenant,
        ahead=_micros(settings.ahead_tolerance_seconds),
        max_bytes=settings.max_record_bytes,
        max_events=settings.max_events_per_ticket,
        directory=settings.directory_topic,
        horizon=_micros(settings.directory_horizon_days * 86_400),
        backdated_after=_micros(settings.backdated_after_seconds),
        announce_within=_micros(settings.announce_within_hours * 3_600),
    )


async def _closed(closer: Callable[[], Awaitable[None]]) -> None:
    with contextlib.suppress(StoreError, OSError, TimeoutError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await closer()


def _micros(seconds: float) -> Duration:
    return round(seconds * SECOND)
