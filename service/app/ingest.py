"""What ingest does from its start to its end: each input topic is followed by a subscription of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from service.app.parts import Parts
from service.bus.ends import BrokerAwayError, TopicMissingError
from service.bus.stall import StalledError
from service.bus.subscribe import Subscription
from service.consumers.portions import Portions
from service.consumers.shared import Areas, Directory, Hotline, Sources
from service.consumers.tickets import Tickets
from service.loop import Pulse, attempt, run, wait
from service.metrics import Metrics
from service.settings import Settings

_TEND_SECONDS: Final = 0.5

#: How often it is looked whether a topic that may be missing has come.
_LOOK_SECONDS: Final = 1.0

log = structlog.stdlib.get_logger("slaclock.ingest")


@dataclass(frozen=True, slots=True)
class Pulses:
    """Of the role itself, and of what applies the portions of each topic."""

    role: Pulse
    tickets: Pulse
    areas: Pulse
    sources: Pulse
    directory: Pulse
    hotline: Pulse


class Ingest:
    """Follows the topics until stopped."""

    def __init__(
        self, settings: Settings, parts: Parts, metrics: Metrics, stop: asyncio.Event, pulses: Pulses
    ) -> None:
        self._settings = settings
        self._parts = parts
        self._stop = stop
        self._pulses = pulses
        # One connection a slice at once, one to take partitions over, one a shared topic.
        db = parts.database("ingest", settings.slices_at_once + 5)
        # Half of what the group allows between two polls.
        give_up, retry, door = settings.kafka_max_poll_ms / 2_000, parts.backoff, parts.door(db)
        self._tickets = Tickets(db, door, metrics, pulses.tickets, retry=retry, give_up_seconds=give_up)
        self._areas = Areas(db, door, metrics, pulses.areas, retry=retry, give_up_seconds=give_up)
        self._sources = Sources(db, door, metrics, pulses.sources, retry=retry, give_up_seconds=give_up)
        self._directory = Directory(db, door, metrics, pulses.directory, retry=retry, give_up_seconds=give_up)
        self._hotline = Hotline(db, door, metrics, pulses.hotline, retry=retry, give_up_seconds=give_up)

    async def run(self, topics_exist: Callable[[], Awaitable[None]]) -> None:
        """Raises StalledError. `topics_exist` raises while a topic that has to exist is missing."""
        settings = self._settings
        followed = await asyncio.gather(
            self._follow(settings, settings.tickets_topic, self._tickets, self._pulses.tickets, topics_exist),
            self._follow_if_there(settings.areas_topic, "areas", self._areas, self._pulses.areas),
            self._follow_if_there(settings.sources_topic, "sources", self._sources, self._pulses.sources),
            self._follow_if_there(
                settings.directory_topic, "directory", self._directory, self._pulses.directory
            ),
            self._follow_if_there(settings.hotline_topic, "hotline", self._hotline, self._pulses.hotline),
            return_exceptions=True,
        )
        for error in followed:
            if error is not None:
                raise error

    async def _follow_if_there(self, topic: str, group: str, portions: Portions, pulse: Pulse) -> None:
        # A group of its own: in one group a member that joins for one topic takes the partitions of the other away.
        settings = self._settings.model_copy(update={"group": f"{self._settings.group}.{group}"})
        while not await self._is_there(topic):
            pulse.beat()
            if await wait(self._stop, _LOOK_SECONDS):
                return
        log.info("topic_found", topic=topic)

        async def nothing_else() -> None: ...

        await self._follow(settings, topic, portions, pulse, nothing_else)

    async def _is_there(self, topic: str) -> bool:
        try:
            return bool(await self._parts.standing_probe().extents([topic], may_lack={topic}))
        except (BrokerAwayError, TopicMissingError):
            return False

    async def _follow(
        self,
        settings: Settings,
        topic: str,
        portions: Portions,
        pulse: Pulse,
        ready: Callable[[], Awaitable[None]],
    ) -> None:
        """Ends all of ingest when it fails: only a new process can help then."""
        try:
            subscription = await self._joined(settings, topic, portions, pulse, ready)
            if subscription is not None:
                await self._tend(subscription, pulse)
        finally:
            self._stop.set()

    async def _joined(
        self,
        settings: Settings,
        topic: str,
        portions: Portions,
        pulse: Pulse,
        ready: Callable[[], Awaitable[None]],
    ) -> Subscription | None:
        """A subscription that is in its group; None when stopped before."""

        async def join() -> Subscription:
            pulse.beat()
            await ready()
            subscription = Subscription(settings, topic, own=portions.own, take=portions.take)
            await subscription.start()
            return subscription

        backoff = self._parts.backoff()
        return await attempt("broker", join, self._stop, backoff=backoff, pulse=self._pulses.role)

    async def _tend(self, subscription: Subscription, pulse: Pulse) -> None:
        """Until stopped. Raises StalledError."""
        stalled: list[StalledError] = []

        async def tend() -> bool:
            if not subscription.busy:
                pulse.beat()
            try:
                await subscription.tend(time.monotonic())
            except StalledError as error:
                stalled.append(error)
                self._stop.set()
            return False

        backoff = self._parts.backoff()
        try:
            await run(tend, self._stop, pulse=self._pulses.role, idle=_TEND_SECONDS, backoff=backoff)
        finally:
            await subscription.stop()
        if stalled:
            raise stalled[0]
