"""The service as a process that the fault tests can time, kill and stop at any step. A composition root for tests.

`python -m tests.faults.worker` is a nursery: it has imported everything and forks a worker for each line on its
standard input (`{"environment": {...}, "log": path}`), so that a start costs what a fork costs. It answers
`{"started": pid}` and, when a worker has ended, `{"ended": pid, "status": status}`. Workers die with their nursery,
the nursery ends with its standard input.

A worker takes, beside its settings: SLACLOCK_TEST_CLOCK, the file of a `SharedClock`; SLACLOCK_TEST_NOTE, a file that
always shows the last step passed; SLACLOCK_TEST_CRASH, `step:nth:signal` entries separated by `;` ("ingest: appended:3:KILL");
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
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from service.app import App, process
from service.apply import Door
from service.bus.ends import Probe
from service.clock import Clock
from service.loop import Watchdog
from service.settings import load
from service.store import progress
from tests.faults import sabotage
from tests.faults.timepiece import SharedClock

NOTE_BYTES = 64

_JUDGING = ("locked", "watermark read", "judged", "appended", "statements saved", "outbox written")

#: Every step after which a worker can be made to die, in the order of a turn of each role.
STEPS = [
    *(f"ingest: {step}" for step in ("owned", "begun", *_JUDGING, "progress advanced", "committed")),
    *(f"clock: {step}" for step in ("known", "timed", "probed", "proved", "settled", *_JUDGING, "committed")),
    *(f"relay: {step}" for step in ("taken", "sent", "deleted", "committed")),
]


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

    def hear(self, step: str) -> None:
        """A step that the service tells of; whose it is stands on the stack."""
        self(f"{_role()}: {step.rpartition(': ')[2]}")

    def __call__(self, step: str) -> None:
        self._note[:] = step.encode().ljust(NOTE_BYTES)
        self._passed[step] += 1
        number = self._plan.get((step, self._passed[step]))
        if number is None and self._share and self._random.random() < self._share:
            number = signal.SIGKILL
        if number is not None:
            os.kill(os.getpid(), number)


#: By the innermost of these files on the stack: the door applies slices for ingest and does all else for the clock.
_ROLES = {"slices.py": "ingest", "relay.py": "relay", "door.py": "clock", "decisions.py": "clock"}


def _role() -> str:
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if role := _ROLES.get(Path(frame.f_code.co_filename).name):
            return role
        frame = frame.f_back
    return "nobody"


def _told(trap: Trap, work: Any, *, before: str = "", after: str = "") -> Any:
    """`work` that tells the trap; for steps between those that the service itself tells of."""

    async def trapped(*arguments: Any, **named: Any) -> Any:
        if before:
            trap(before)
        done = await work(*arguments, **named)
        if after:
            trap(after)
        return done

    return trapped


# --- one worker -----------------------------------------------------------------------------------


def work(environment: dict[str, str]) -> int:
    """Run the service until a signal ends it; the exit status. As `service.app.serve`, with traps and a clock."""
    clock = SharedClock(Path(environment.pop("SLACLOCK_TEST_CLOCK")))
    trap = Trap(
        crash=environment.pop("SLACLOCK_TEST_CRASH", ""),
        chance=environment.pop("SLACLOCK_TEST_CHANCE", ""),
        note=Path(environment.pop("SLACLOCK_TEST_NOTE")),
    )
    progress.own = _told(trap, progress.own, after="ingest: owned")
    Door.apply = _told(trap, Door.apply, before="ingest: begun")  # type: ignore[method-assign]
    Probe.extents = _told(trap, Probe.extents, before="clock: timed", after="clock: probed")  # type: ignore[method-assign]
    progress.prove = _told(trap, progress.prove, after="clock: proved")
    Clock.prove = _told(trap, Clock.prove, after="clock: settled")  # type: ignore[method-assign]
    if broken := environment.pop("SLACLOCK_TEST_SABOTAGE", ""):
        sabotage.WAYS[broken](clock)
    settings = load(environment)
    process.logs.configure(
        style=settings.log_format, level=settings.log_level, same_per_minute=settings.log_same_per_minute
    )
    database_now = _told(trap, clock.database, before="clock: known")
    app = App(settings, clocks=clock, database_now=database_now, after_step=trap.hear)
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
    except BaseException:  # noqa: BLE001 - a child tells what ended it and must not go on as a nursery
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
