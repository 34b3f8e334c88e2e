"""Runs the roles of one process, and stops them in order."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

import structlog

from service.app.gauges import refresh
from service.app.parts import AfterStep, Parts
from service.app.schema import OldSchemaError, check_schema
from service.bus.ends import BrokerAwayError, TopicMissingError
from service.bus.stall import StalledError
from service.bus.subscribe import Subscription
from service.clock import Clocks, RealClocks
from service.consumers.tickets import Tickets
from service.http import Answer, Server, alive, prepared
from service.loop import Pulse, attempt, run, told
from service.metrics import CONTENT_TYPE, Metrics
from service.relay import drain
from service.settings import Role, Settings
from service.sla.instants import Instant
from service.store import StoreError
from service.wire import Reason

#: What a process ends with: as it should, or because only a new process can go on.
ENDED: Final = 0
FAILED: Final = 1

_TEND_SECONDS: Final = 0.5

log = structlog.stdlib.get_logger("slaclock.app")


class App:
    """One process: any of the roles, and HTTP beside them."""

    def __init__(
        self,
        settings: Settings,
        *,
        clocks: Clocks | None = None,
        database_now: Callable[[], Awaitable[Instant]] | None = None,
        after_step: AfterStep = lambda _: None,
    ) -> None:
        """`clocks` and `database_now` replace the real clocks in demos and tests: both or neither."""
        if (clocks is None) != (database_now is None):
            raise ValueError(
                "give both clocks and database_now, or neither: they are compared with each other"
            )
        self.settings = settings
        self.metrics = Metrics(
            reasons=[reason.value for reason in Reason],
            topics=[settings.statements_topic, settings.breaches_topic],
            roles=[role.value for role in Role],
        )
        self.http_port: int | None = None
        self._parts = Parts(settings, self.metrics, clocks or RealClocks(), database_now, after_step)
        self._pulses = {role: Pulse(role.value) for role in settings.roles}
        self._slices = Pulse("slices")
        self._stop = asyncio.Event()  # ingest and clock
        self._stop_relay = asyncio.Event()
        self._status = ENDED

    async def run(self, stop: asyncio.Event) -> int:
        """Run until `stop`, or until a role can only be helped by a new process; the exit status.

        Waits for a database, a broker and topics that are away. Raises OldSchemaError for a schema that is behind.
        """
        server = self._server()
        self.http_port = await server.start()
        log.info("started", roles=[role.value for role in self.settings.roles], http_port=self.http_port)
        stopping = asyncio.ensure_future(self._stop_with(stop))
        try:
            if await self._database_is_ready():
                await self._run_roles()
            return self._status
        finally:
            stopping.cancel()
            await server.stop()
            await self._parts.close()
            log.info("stopped", status=self._status)

    async def _stop_with(self, stop: asyncio.Event) -> None:
        await stop.wait()
        log.info("stopping")
        self._stop.set()

    async def _database_is_ready(self) -> bool:
        """False when stopped before it was."""

        async def check() -> OldSchemaError | None:
            try:
                await check_schema(self._parts.database_url)
            except OldSchemaError as error:
                return error  # no reason to try again
            return None

        done = asyncio.ensure_future(attempt("database", check, self._stop, backoff=self._parts.backoff()))
        while not done.done():
            self._beat()
            await asyncio.wait({done}, timeout=1)
        if (error := done.result()) is not None:
            raise error
        return not self._stop.is_set()

    def _beat(self) -> None:
        for pulse in (*self._pulses.values(), self._slices):
            pulse.beat()

    # --- roles -----------------------------------------------------------------------------------------

    async def _run_roles(self) -> None:
        """Until stopped: first what claims and polls ends, then the relay, which sends what that has decided."""
        starts: dict[Role, Callable[[], Coroutine[Any, Any, None]]] = {
            Role.INGEST: self._ingest,
            Role.CLOCK: self._clock,
        }
        first = [self._start(role, starts[role]) for role in self.settings.roles if role in starts]
        last = [self._start(role, self._relay) for role in self.settings.roles if role is Role.RELAY]
        await self._stop.wait()
        drain_seconds = self.settings.drain_seconds
        await _ended(first, drain_seconds + 3)
        self._stop_relay.set()
        await _ended(last, drain_seconds / 2 + 3)

    def _start(self, role: Role, start: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(start(), name=role.value)
        task.add_done_callback(self._watch)
        return task

    def _watch(self, task: asyncio.Task[None]) -> None:
        """A role that ends while the process runs takes the process with it: a new one starts afresh."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("role_failed", role=task.get_name(), error=told(error))
            self._status = FAILED
        self._stop.set()

    async def _ingest(self) -> None:
        settings, pulse = self.settings, self._pulses[Role.INGEST]
        db = self._parts.database("ingest", settings.slices_at_once + 1)
        tickets = Tickets(
            db,
            self._parts.door(db, Role.INGEST),
            self.metrics,
            self._slices,
            retry=self._parts.backoff,
            give_up_seconds=settings.kafka_max_poll_ms / 2_000,
        )
        subscription = await self._joined(tickets)
        if subscription is None:
            return
        stalled: list[StalledError] = []

        async def tend() -> bool:
            if not subscription.busy:
                self._slices.beat()
            try:
                await subscription.tend(time.monotonic())
            except StalledError as error:
                stalled.append(error)
                self._stop.set()
            return False

        try:
            await run(tend, self._stop, pulse=pulse, idle=_TEND_SECONDS, backoff=self._parts.backoff())
        finally:
            await subscription.stop()
        if stalled:
            raise stalled[0]

    async def _joined(self, tickets: Tickets) -> Subscription | None:
        topic = self.settings.tickets_topic

        async def join() -> Subscription:
            await self._topics_exist(topic)
            subscription = Subscription(self.settings, topic, own=tickets.own, take=tickets.take)
            await subscription.start()
            return subscription

        self._slices.beat()
        pulse = self._pulses[Role.INGEST]
        return await attempt("broker", join, self._stop, backoff=self._parts.backoff(), pulse=pulse)

    async def _clock(self) -> None:
        settings, pulse = self.settings, self._pulses[Role.CLOCK]
        db = self._parts.database("clock", 2)
        clock = self._parts.clock(db, self._parts.door(db, Role.CLOCK))
        counting = self._parts.database("gauges", 1)
        await asyncio.gather(
            run(
                clock.step,
                self._stop,
                pulse=pulse,
                idle=settings.probe_interval_ms / 1_000,
                backoff=self._parts.backoff(),
                failed=self.metrics.failures.labels(Role.CLOCK.value).inc,
            ),
            run(
                lambda: refresh(counting, self.metrics),
                self._stop,
                pulse=Pulse("gauges"),
                idle=settings.gauges_seconds,
                backoff=self._parts.backoff(),
            ),
        )

    async def _relay(self) -> None:
        settings, pulse = self.settings, self._pulses[Role.RELAY]
        topics = (settings.statements_topic, settings.breaches_topic)
        backoff = self._parts.backoff()
        await attempt(
            "topics", lambda: self._topics_exist(*topics), self._stop_relay, backoff=backoff, pulse=pulse
        )
        relay = self._parts.relay()
        await run(
            relay.step,
            self._stop_relay,
            pulse=pulse,
            idle=settings.relay_idle_ms / 1_000,
            backoff=self._parts.backoff(),
            failed=self.metrics.failures.labels(Role.RELAY.value).inc,
        )
        await drain(relay, settings.drain_seconds / 2)

    async def _topics_exist(self, *topics: str) -> None:
        """Raises TopicMissingError with a sentence, BrokerAwayError."""
        missing = await self._parts.standing_probe().missing(topics)
        if missing:
            raise TopicMissingError(f"topics do not exist (slaclock never makes them): {', '.join(missing)}")

    # --- HTTP ------------------------------------------------------------------------------------------

    def _server(self) -> Server:
        async def metrics() -> Answer:
            return Answer(HTTPStatus.OK, self.metrics.render(), CONTENT_TYPE)

        pulses = [*self._pulses.values(), *([self._slices] if Role.INGEST in self._pulses else [])]
        return Server(
            {
                "/live": alive(pulses, self.settings.live_seconds),
                "/ready": prepared({"database": self._database_answers, "broker": self._broker_answers}),
                "/metrics": metrics,
            },
            host=self.settings.http_host,
            port=self.settings.http_port,
        )

    async def _database_answers(self) -> str:
        try:
            async with asyncio.timeout(5):
                await check_schema(self._parts.database_url)
        except (StoreError, OldSchemaError, TimeoutError) as error:
            return str(error) or type(error).__name__
        return ""

    async def _broker_answers(self) -> str:
        topics = {
            Role.INGEST: [self.settings.tickets_topic],
            Role.CLOCK: [self.settings.tickets_topic],
            Role.RELAY: [self.settings.statements_topic, self.settings.breaches_topic],
        }
        try:
            await self._topics_exist(*{topic for role in self.settings.roles for topic in topics[role]})
        except (BrokerAwayError, TopicMissingError) as error:
            return str(error)
        return ""


async def _ended(tasks: list[asyncio.Task[None]], bound: float) -> None:
    """Wait for `tasks`, then cancel what is left; their errors have been told."""
    if not tasks:
        return
    _, left = await asyncio.wait(tasks, timeout=bound)
    for task in left:
        log.warning("role_cut_off", role=task.get_name())
        task.cancel()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(2):
            await asyncio.gather(*tasks, return_exceptions=True)
