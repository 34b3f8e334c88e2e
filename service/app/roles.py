"""What each role does from its start to its end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from service.app.gauges import Gauges
from service.app.hotline_board import Board
from service.app.in_force import Reader
from service.app.ingest import Ingest, Pulses
from service.app.parts import Parts
from service.bus.ends import TopicMissingError
from service.loop import Pulse, attempt, run
from service.metrics import Metrics
from service.relay import drain
from service.settings import Role, Settings

#: The topics that have to exist for each role; settings name them.
NEEDS: dict[Role, tuple[str, ...]] = {
    Role.INGEST: ("tickets_topic",),
    Role.CLOCK: ("tickets_topic",),
    Role.RELAY: ("statements_topic", "breaches_topic"),
    Role.CANARY: ("tickets_topic",),
}


@dataclass(frozen=True, slots=True)
class Stops:
    """Two events, because the relay ends last: it sends what the others have decided."""

    first: asyncio.Event
    relay: asyncio.Event


class Roles:
    """The roles of one process; every method runs until its stop."""

    def __init__(self, settings: Settings, parts: Parts, metrics: Metrics, stops: Stops) -> None:
        self._settings = settings
        self._parts = parts
        self._metrics = metrics
        self._stops = stops
        self.pulses = {role: Pulse(role.value) for role in settings.roles}
        self._judges = bool({Role.INGEST, Role.CLOCK} & set(settings.roles))
        self._reader = Reader(parts.database("policies", 1), parts.wall)
        self.slices = tuple(
            Pulse(f"{kind}slices") for kind in ("", "area ", "source ", "directory ", "hotline ")
        )

    async def topics_exist(self, *roles: Role) -> None:
        """Raises TopicMissingError with a sentence, BrokerAwayError."""
        wanted = {str(getattr(self._settings, name)) for role in roles for name in NEEDS[role]}
        missing = await self._parts.standing_probe().missing(wanted)
        if missing:
            raise TopicMissingError(f"topics do not exist (slaclock never makes them): {', '.join(missing)}")

    async def know(self) -> None:
        """Learn what the policies name, for the labels of metrics; tried until it is known."""

        async def learn() -> bool:
            for pulse in (*self.pulses.values(), *self.slices):
                pulse.beat()
            return await self._learn()

        if self._judges:
            await attempt("policies", learn, self._stops.first, backoff=self._parts.backoff())

    async def go_on_knowing(self) -> None:
        """Learn it again now and then, until stopped."""
        if self._judges:
            await run(
                self._learn,
                self._stops.first,
                pulse=Pulse("policies"),
                idle=self._settings.gauges_seconds,
                backoff=self._parts.backoff(),
            )

    async def _learn(self) -> bool:
        if (now := await self._reader.read()) is not None:
            self._metrics.know(now)
        return False

    async def ingest(self) -> None:
        """Raises StalledError."""
        pulses = Pulses(self.pulses[Role.INGEST], *self.slices)
        ingest = Ingest(self._settings, self._parts, self._metrics, self._stops.first, pulses)
        await ingest.run(lambda: self.topics_exist(Role.INGEST))

    async def clock(self) -> None:
        """Prove and wake; and count what only the database knows."""
        settings, stop = self._settings, self._stops.first
        db = self._parts.database("clock", 2)
        clock = self._parts.clock(db, self._parts.door(db))
        counting = self._parts.database("gauges", 2)
        gauges = Gauges(
            counting,
            self._metrics,
            directory_topic=settings.directory_topic,
            wall=self._parts.wall,
            answers=lambda: self._reader.answers,
        )
        board = Board(settings, self._metrics.hotline)
        await asyncio.gather(
            run(
                clock.step,
                stop,
                pulse=self.pulses[Role.CLOCK],
                idle=settings.probe_interval_ms / 1_000,
                backoff=self._parts.backoff(),
                failed=self._metrics.failures.labels(Role.CLOCK.value).inc,
            ),
            run(
                gauges.count,
                stop,
                pulse=Pulse("gauges"),
                idle=settings.gauges_seconds,
                backoff=self._parts.backoff(),
            ),
            run(
                lambda: board.refresh(counting, self._parts.wall()),
                stop,
                pulse=Pulse("hotline"),
                idle=settings.hotline_look_seconds,
                backoff=self._parts.backoff(),
            ),
        )

    async def relay(self) -> None:
        """Send until stopped, then what is left, within a bound."""
        settings, stop, pulse = self._settings, self._stops.relay, self.pulses[Role.RELAY]
        backoff = self._parts.backoff()
        await attempt("topics", lambda: self.topics_exist(Role.RELAY), stop, backoff=backoff, pulse=pulse)
        relay = self._parts.relay()
        await run(
            relay.step,
            stop,
            pulse=pulse,
            idle=settings.relay_idle_ms / 1_000,
            backoff=self._parts.backoff(),
            failed=self._metrics.failures.labels(Role.RELAY.value).inc,
        )
        await drain(relay, settings.drain_seconds / 2)

    async def canary(self) -> None:
        """Open tickets that have to be broken, and see that they are, until stopped."""
        settings, stop, pulse = self._settings, self._stops.first, self.pulses[Role.CANARY]
        backoff = self._parts.backoff()
        await attempt("topics", lambda: self.topics_exist(Role.CANARY), stop, backoff=backoff, pulse=pulse)
        await run(
            self._parts.canary().step,
            stop,
            pulse=pulse,
            idle=min(1.0, settings.canary_seconds / 10),
            backoff=self._parts.backoff(),
            failed=self._metrics.failures.labels(Role.CANARY.value).inc,
        )
