"""The service as a process that the fault tests can time, kill and stop at any step. A composition root for tests.

`python -m tests.faults.worker` is a nursery: it has imported everything and forks a worker for each line on its
standard input (`{"environment": {...}, "log": path}`), so that a start costs what a fork costs. It answers
`{"started": pid}` and, when a worker has ended, `{"ended": pid, "status": status}`. Workers die with their nursery,
the nursery ends with its standard input.

A worker takes, beside its settings: SLACLOCK_TEST_CLOCK, the file of a `SharedClock`; SLACLOCK_TEST_NOTE, a file that
always shows the last step passed; SLACLOCK_TEST_CRASH, `step:nth:signal` entries separated by `;` ("apply:appended:3:KILL");
SLACLOCK_TEST_CHANCE, `p:seed` (SIGKILL with probability p after any step); SLACLOCK_TEST_SABOTAGE, a name in
`tests.faults.sabotage`.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import mmap
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

from service.app import App, process
from service.app.parts import Parts
from service.apply import Applied, Door, Slice
from service.bus.ends import Extent, Probe
from service.clock import Clock
from service.loop import Watchdog
from service.relay import Relay
from service.settings import load
from service.store import Database, progress
from tests.faults import sabotage
from tests.faults.timepiece import SharedClock

NOTE_BYTES = 64

#: Every step after which a worker can be made to die, by role, in the order of a turn.
STEPS = {
    "own": ("owned",),
    "apply": (
        "begun", "locked", "watermark read", "judged", "appended", "statements saved", "outbox written",
        "progress advanced", "committed",
    ),
    "clock": ("known", "read", "probed", "proved", "settled", "committed"),
    "wake": (
        "locked", "watermark read", "judged", "appended", "statements saved", "outbox written", "committed",
    ),
    "relay": ("taken", "sent", "deleted", "committed"),
}  # fmt: skip


# --- crash points ---------------------------------------------------------------------------------


class Trap:
    """Told of every step; notes it down, and sends this process a signal where the plan says so."""

    def __init__(self, *, crash: str, chance: str, note: Path) -> None:
        self._plan: dict[tuple[str, int], signal.Signals] = {}
        for entry in filter(None, crash.split(";")):
            step, nth, name = entry.rsplit(":", 2)
            self._plan[step, int(nth)] = signal.Signals[f"SIG{name}"]
        share, _, seed = chance.partition(":")
        self._share = float(share or 0)
        self._random = random.Random(seed)
        self._passed: Counter[str] = Counter()
        with note.open("r+b") as file:
            self._note = mmap.mmap(file.fileno(), NOTE_BYTES)

    def of(self, role: str) -> Callable[[str], None]:
        return lambda step: self(f"{role}:{step}")

    def __call__(self, step: str) -> None:
        self._note[:] = step.encode().ljust(NOTE_BYTES)
        self._passed[step] += 1
        number = self._plan.get((step, self._passed[step]))
        if number is None and self._share and self._random.random() < self._share:
            number = signal.SIGKILL
        if number is not None:
            os.kill(os.getpid(), number)


class TrappedParts(Parts):
    """The parts of the service, each of which tells the trap of its steps under the name of its role."""

    def __init__(self, app: App, trap: Trap, clock: SharedClock) -> None:
        super().__init__(app.settings, app.metrics, clock, clock.database, lambda _: None)
        self._trap = trap
        self._pools: dict[int, str] = {}

    def database(self, name: str, *arguments: Any, **named: Any) -> Database:
        pool = super().database(name, *arguments, **named)
        self._pools[id(pool)] = name
        return pool

    def door(self, db: Database) -> Door:
        role = {"ingest": "apply", "clock": "wake"}[self._pools[id(db)]]
        self._after_step = self._trap.of(role)
        door = super().door(db)
        apply = door.apply

        async def begun(piece: Slice) -> Applied:
            self._trap("apply:begun")
            return await apply(piece)

        door.apply = begun  # type: ignore[method-assign]
        return door

    def relay(self) -> Relay:
        self._after_step = self._trap.of("relay")
        return super().relay()

    def clock(self, db: Database, door: Door) -> Clock:
        self._database_now = _after(self._trap, "clock:known", self._database_now, before=True)
        clock = super().clock(db, door)
        probe = clock._prober
        assert isinstance(probe, Probe)
        clock._prober = TrappedProbe(probe, self._trap)
        clock.prove = _after(self._trap, "clock:committed", clock.prove)  # type: ignore[method-assign]
        return clock


class TrappedProbe:
    def __init__(self, probe: Probe, trap: Trap) -> None:
        self._probe = probe
        self._trap = trap

    async def extents(self, topics: Iterable[str]) -> dict[str, dict[int, Extent]]:
        self._trap("clock:read")
        extents = await self._probe.extents(topics)
        self._trap("clock:probed")
        return extents


def _after(trap: Trap, step: str, work: Any, *, before: bool = False) -> Any:
    async def trapped(*arguments: Any, **named: Any) -> Any:
        if before:
            trap(step)
            return await work(*arguments, **named)
        done = await work(*arguments, **named)
        trap(step)
        return done

    return trapped


def _trap_store(trap: Trap) -> None:
    """What is done inside the transactions of the clock and of a take-over."""
    progress.prove = _after(trap, "clock:proved", progress.prove)
    progress.settle_watermark = _after(trap, "clock:settled", progress.settle_watermark)
    progress.own = _after(trap, "own:owned", progress.own)


# --- one worker -----------------------------------------------------------------------------------


def work(environment: dict[str, str]) -> int:
    """Run the service until a signal ends it; the exit status. As `service.app.serve`, with traps and a clock."""
    clock = SharedClock(Path(environment.pop("SLACLOCK_TEST_CLOCK")))
    trap = Trap(
        crash=environment.pop("SLACLOCK_TEST_CRASH", ""),
        chance=environment.pop("SLACLOCK_TEST_CHANCE", ""),
        note=Path(environment.pop("SLACLOCK_TEST_NOTE")),
    )
    _trap_store(trap)
    if broken := environment.pop("SLACLOCK_TEST_SABOTAGE", ""):
        sabotage.WAYS[broken](clock)
    settings = load(environment)
    process.logs.configure(
        style=settings.log_format, level=settings.log_level, same_per_minute=settings.log_same_per_minute
    )
    app = App(settings, clocks=clock, database_now=clock.database)
    app._parts = TrappedParts(app, trap, clock)
    with asyncio.Runner(loop_factory=process._loop_factory()) as runner:
        return runner.run(_run(app))


async def _run(app: App) -> int:
    stop = asyncio.Event()
    process._on_signals(stop, app.settings.shutdown_seconds)
    watchdog = Watchdog(app.settings.blocked_loop_seconds)
    watchdog.start()
    try:
        return await app.run(stop)
    finally:
        watchdog.stop()


# --- the nursery ----------------------------------------------------------------------------------


def _say(**words: int) -> None:
    os.write(1, json.dumps(words).encode() + b"\n")


def _bury(*_: object) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _say(ended=pid, status=os.waitstatus_to_exitcode(status))


def _born(order: dict[str, Any], nursery: int) -> NoReturn:
    """The life of a forked child."""
    status = 1
    try:
        os.setsid()
        ctypes.CDLL(None).prctl(1, int(signal.SIGKILL))  # dies with the nursery
        if os.getppid() != nursery:
            os._exit(1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        random.seed()
        status = work(order["environment"])
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status)


def nurse() -> None:
    signal.signal(signal.SIGCHLD, _bury)
    nursery = os.getpid()
    for line in sys.stdin:
        order = json.loads(line)
        signal.pthread_sigmask(
            signal.SIG_BLOCK, {signal.SIGCHLD}
        )  # nobody is buried before his birth is told
        pid = os.fork()
        if not pid:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            _born(order, nursery)
        _say(started=pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})


if __name__ == "__main__":
    nurse()
