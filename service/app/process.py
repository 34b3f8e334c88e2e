"""The process around an `App`: event loop, signals, watchdog, and an end that comes for certain."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Final

import structlog

from service.app import logs
from service.app.compose import FAILED, App
from service.app.schema import OldSchemaError
from service.loop import Watchdog
from service.settings import Settings
from service.store import migrations

#: After a second signal, or when the ordered end takes too long.
FORCED: Final = 75

log = structlog.stdlib.get_logger("slaclock.process")


def serve(settings: Settings, *, migrate: bool = False) -> int:
    """Run the roles of `settings` until SIGTERM or SIGINT; the exit status. `migrate` brings the schema to head first."""
    logs.configure(
        style=settings.log_format, level=settings.log_level, same_per_minute=settings.log_same_per_minute
    )
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        try:
            return runner.run(_serve(settings, migrate=migrate))
        except OldSchemaError as error:
            log.error("schema_behind", error=str(error))  # noqa: TRY400 - a sentence, no traceback
            return FAILED


async def _serve(settings: Settings, *, migrate: bool) -> int:
    stop = asyncio.Event()
    _on_signals(stop, settings.shutdown_seconds)
    watchdog = Watchdog(settings.blocked_loop_seconds)
    watchdog.start()
    try:
        if migrate:
            await migrations.upgrade(settings.database_url.get_secret_value())
        return await App(settings).run(stop)
    finally:
        watchdog.stop()


def _on_signals(stop: asyncio.Event, bound: float) -> None:
    """The first signal stops in order, for at most `bound` seconds; a second one ends the process at once."""

    def stop_now() -> None:
        if stop.is_set():
            os._exit(FORCED)
        stop.set()
        # A thread, so that the end comes even when the event loop is blocked.
        last = threading.Timer(bound, _force)
        last.daemon = True
        last.start()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop_now)


def _force() -> None:
    threading.Thread(target=sys.stderr.write, args=("slaclock: forced to end\n",), daemon=True).start()
    os._exit(FORCED)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's where it is installed."""
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
