"""Starts the roles of one process, and stops them in order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import structlog

from service.app.hotline import queues_of
from service.app.parts import AfterStep, Parts
from service.app.roles import Roles, Stops
from service.app.schema import OldSchemaError, check_schema
from service.app.web import server_of
from service.clocks import Clocks, RealClocks
from service.loop import attempt, told
from service.metrics import Metrics
from service.settings import Role, Settings
from service.sla.instants import Instant
from service.wire import Reason

#: What a process ends with: as it should, or because only a new process can go on.
ENDED: Final = 0
FAILED: Final = 1

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
            inputs=[
                settings.tickets_topic,
                settings.areas_topic,
                settings.sources_topic,
                settings.directory_topic,
                settings.hotline_topic,
            ],
            shared=[settings.areas_topic, settings.sources_topic, settings.hotline_topic],
            roles=[role.value for role in Role],
            runs=[role.value for role in settings.roles],
            queues=queues_of(settings).all,
        )
        self.http_port: int | None = None
        self._stops = Stops(asyncio.Event(), asyncio.Event())
        self._parts = Parts(settings, self.metrics, clocks or RealClocks(), database_now, after_step)
        self._status = ENDED

    async def run(self, stop: asyncio.Event) -> int:
        """Run until `stop`, or until a role can only be helped by a new process; the exit status.

        Waits for a database, a broker and topics that are away. Raises OldSchemaError for a schema that is behind.
        """
        roles = Roles(self.settings, self._parts, self.metrics, self._stops)
        server = server_of(self.settings, self._parts, roles, self.metrics)
        self.http_port = await server.start()
        log.info("started", roles=[role.value for role in self.settings.roles], http_port=self.http_port)
        stopping = asyncio.ensure_future(self._stop_with(stop))
        try:
            if await self._database_is_ready(roles):
                await self._run_roles(roles)
            return self._status
        finally:
            stopping.cancel()
            await server.stop()
            await self._parts.close()
            log.info("stopped", status=self._status)

    async def _stop_with(self, stop: asyncio.Event) -> None:
        await stop.wait()
        log.info("stopping")
        self._stops.first.set()

    async def _database_is_ready(self, roles: Roles) -> bool:
        """False when stopped before it was."""

        async def check() -> OldSchemaError | None:
            try:
                await check_schema(self._parts.database_url)
            except OldSchemaError as error:
                return error  # no reason to try again
            return None

        backoff = self._parts.backoff()
        done = asyncio.ensure_future(attempt("database", check, self._stops.first, backoff=backoff))
        while not done.done():
            for pulse in (*roles.pulses.values(), *roles.slices):
                pulse.beat()
            await asyncio.wait({done}, timeout=1)
        if (error := done.result()) is not None:
            raise error
        return not self._stops.first.is_set()

    async def _run_roles(self, roles: Roles) -> None:
        """Until stopped: first what claims and polls ends, then the relay."""
        starts = {
            Role.INGEST: roles.ingest,
            Role.CLOCK: roles.clock,
            Role.RELAY: roles.relay,
            Role.CANARY: roles.canary,
        }
        await roles.know()  # before anything is counted by what policies name
        tasks = {role: self._start(role, starts[role]()) for role in self.settings.roles}
        learning = asyncio.get_running_loop().create_task(roles.go_on_knowing(), name="policies")
        await self._stops.first.wait()
        drain_seconds = self.settings.drain_seconds
        await _ended([task for role, task in tasks.items() if role is not Role.RELAY], drain_seconds + 3)
        self._stops.relay.set()
        await _ended([task for role, task in tasks.items() if role is Role.RELAY], drain_seconds / 2 + 3)
        await _ended([learning], 3)

    def _start(self, role: Role, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=role.value)
        task.add_done_callback(self._watch)
        return task

    def _watch(self, task: asyncio.Task[None]) -> None:
        """A role that ends while the process runs takes the process with it: a new one starts afresh."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("role_failed", role=task.get_name(), error=told(error))
            self._status = FAILED
        self._stops.first.set()


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
