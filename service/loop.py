"""Run a step until stopped: again at once while there is work, after a pause when not, backing off when it fails."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import os
import random
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

import structlog

T = TypeVar("T")

#: What the process says when its watchdog ends it (EX_SOFTWARE of sysexits.h).
BLOCKED: Final = 70

log = structlog.stdlib.get_logger("slaclock.loop")


@dataclass(slots=True)
class Backoff:
    """Pauses in seconds that grow from `first` to `most` by doubling, each shortened at random by up to half."""

    first: float
    most: float
    _next: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._next = self.first

    def pause(self) -> float:
        current, self._next = self._next, min(self._next * 2, self.most)
        return current * random.uniform(0.5, 1.0)

    def reset(self) -> None:
        self._next = self.first


def uptime() -> float:
    """Seconds since the machine was started; unlike `time.monotonic` they go on while it is suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Pulse:
    """When one role last took a turn, for /live: a role that fails and tries again is alive."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._at = time.monotonic()

    def beat(self) -> None:
        self._at = time.monotonic()

    def age(self) -> float:
        """Seconds since the last turn."""
        return time.monotonic() - self._at


async def wait(stop: asyncio.Event, seconds: float) -> bool:
    """Pause for `seconds` or until `stop`; True when stopped."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), max(seconds, 0.0))
    return stop.is_set()


async def run(
    step: Callable[[], Awaitable[bool]],
    stop: asyncio.Event,
    *,
    pulse: Pulse,
    idle: float,
    backoff: Backoff,
    failed: Callable[[], object] = lambda: None,
) -> None:
    """Take `step` until `stop`. It tells whether there was work; if not, the next one comes after `idle` seconds.

    A step that raises is logged and tried again after a growing pause. A step under way is not interrupted: it
    has to bound its own waits.
    """
    while not stop.is_set():
        pulse.beat()
        try:
            worked = await step()
        except Exception as error:  # noqa: BLE001 - whatever failed, the role has to go on
            failed()
            log.warning("step_failed", role=pulse.name, error=told(error))
            await _pause(stop, backoff.pause(), pulse)
        else:
            backoff.reset()
            if not worked:
                await _pause(stop, idle, pulse)
            else:
                await asyncio.sleep(0)


async def _pause(stop: asyncio.Event, seconds: float, pulse: Pulse) -> None:
    pulse.beat()
    await wait(stop, seconds)


async def attempt(
    what: str,
    action: Callable[[], Awaitable[T]],
    stop: asyncio.Event,
    *,
    backoff: Backoff,
    pulse: Pulse | None = None,
) -> T | None:
    """The result of `action`, tried until it succeeds, with a line for each failure; None when stopped first."""
    while not stop.is_set():
        if pulse is not None:
            pulse.beat()
        try:
            return await action()
        except Exception as error:  # noqa: BLE001 - a part that is away may fail in any way
            pause = backoff.pause()
            log.warning("not_ready", what=what, error=told(error), again_in=round(pause, 2))
            await wait(stop, pause)
    return None


def told(error: BaseException) -> str:
    """An error in one bounded line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__


class Watchdog:
    """Ends the process when its event loop has not turned for `limit` seconds.

    The thread counts its own wake-ups rather than time, so that a process that was stopped and continued is not
    taken for one whose loop is blocked.
    """

    TICKS: Final = 4

    def __init__(self, limit: float, end: Callable[[int], object] = os._exit) -> None:
        self._tick = limit / self.TICKS
        self._end = end
        self._turned = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to watch the running loop."""
        self._turn(asyncio.get_running_loop())
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        if self._timer is not None:
            self._timer.cancel()

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        self._turned.set()
        self._timer = loop.call_later(self._tick / 4, self._turn, loop)

    def _watch(self) -> None:
        missed = 0
        while not self._done.wait(self._tick):
            missed = 0 if self._turned.is_set() else missed + 1
            self._turned.clear()
            if missed >= self.TICKS:
                # What blocks the loop may be the very pipe of the message: it must not hold up the end.
                threading.Thread(target=_dump, daemon=True).start()
                self._done.wait(1)
                self._end(BLOCKED)
                return


def _dump() -> None:
    with contextlib.suppress(Exception):
        sys.stderr.write("slaclock: the event loop is blocked; the process ends\n")
        faulthandler.dump_traceback(all_threads=True)
