"""Starts, kills, stops and watches workers."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.worker import NOTE_BYTES

_PORT = re.compile(r'"http_port": (\d+)')


class Nursery:
    """The process that forks workers; it and they end when this process does, however it does."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            text=True,
            bufsize=1,
        )
        self._news = threading.Condition()
        self._started: list[int] = []
        self._ended: dict[int, int] = {}
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            words = json.loads(line)
            with self._news:
                if "started" in words:
                    self._started.append(words["started"])
                    self._ended.pop(words["started"], None)
                else:
                    self._ended[words["ended"]] = words["status"]
                self._news.notify_all()

    def bear(self, environment: Mapping[str, str], log: Path) -> int:
        """Start a worker; its process id."""
        assert self._process.stdin is not None
        with self._news:
            self._process.stdin.write(json.dumps({"environment": dict(environment), "log": str(log)}) + "\n")
            self._process.stdin.flush()
            assert self._news.wait_for(lambda: bool(self._started), 30), "the nursery does not answer"
            return self._started.pop()

    def status(self, pid: int) -> int | None:
        with self._news:
            return self._ended.get(pid)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self._process.kill()
        self._process.wait(5)
        self._ear.join(5)
        assert self._process.stdout is not None
        self._process.stdout.close()


@dataclass
class Worker:
    """One process of the service."""

    pid: int
    log: Path
    note: Path
    nursery: Nursery = field(repr=False)

    @property
    def status(self) -> int | None:
        """None while it lives; minus the signal that ended it."""
        return self.nursery.status(self.pid)

    @property
    def alive(self) -> bool:
        return self.status is None

    @property
    def step(self) -> str:
        """The last step that it passed; empty before the first."""
        return self.note.read_bytes().rstrip(b" \0").decode()

    @property
    def stopped(self) -> bool:
        """Whether SIGSTOP holds it."""
        with suppress(OSError):
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
        return False

    def send(self, number: signal.Signals) -> None:
        if self.alive:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def ended(self, seconds: float = 40.0) -> int:
        """Wait for its end; the status."""
        await until(
            lambda: not self.alive,
            seconds,
            lambda: f"worker {self.pid} lives on at {self.step}: {self.words()}",
        )
        assert self.status is not None
        return self.status

    async def kill(self) -> None:
        self.send(signal.SIGKILL)
        await self.ended()

    async def leave(self) -> int:
        """Ask it to end in order; the status."""
        self.send(signal.SIGTERM)
        self.send(signal.SIGCONT)
        return await self.ended()

    async def metrics(self) -> str:
        """What it says under /metrics."""
        return await self.get("/metrics")

    async def get(self, path: str) -> str:
        def get() -> str:
            port = _PORT.search(self.log.read_text(errors="replace"))
            assert port is not None, f"worker {self.pid} has told no port: {self.words()}"
            with urllib.request.urlopen(f"http://127.0.0.1:{port[1]}{path}", timeout=10) as answer:
                return answer.read().decode()

        return await asyncio.to_thread(get)

    def words(self) -> str:
        """The end of its log."""
        with suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
        return ""


class Crew:
    """The workers of one scene."""

    def __init__(self, nursery: Nursery, folder: Path, environment: Mapping[str, str]) -> None:
        self._nursery = nursery
        self._folder = folder
        self._environment = dict(environment)
        self.all: list[Worker] = []

    @property
    def living(self) -> list[Worker]:
        return [worker for worker in self.all if worker.alive]

    def start(self, *, crash: str = "", chance: str = "", sabotage: str = "", **settings: object) -> Worker:
        """A worker with these traps and settings; the others are those of the scene."""
        number = len(self.all)
        note = self._folder / f"note-{number}"
        note.write_bytes(bytes(NOTE_BYTES))
        given = {f"SLACLOCK_{name.upper()}": str(value) for name, value in settings.items()}
        traps = {"CRASH": crash, "CHANCE": chance, "SABOTAGE": sabotage, "NOTE": str(note)}
        environment = (
            self._environment | given | {f"SLACLOCK_TEST_{name}": value for name, value in traps.items()}
        )
        log = self._folder / f"worker-{number}.log"
        worker = Worker(self._nursery.bear(environment, log), log, note, self._nursery)
        self.all.append(worker)
        return worker

    async def end(self) -> None:
        """Kill whoever is left, by process id."""
        for worker in self.living:
            await worker.kill()

    def words(self) -> str:
        """What the workers that ended by themselves, and those still there, said last."""
        odd = [each for each in self.all if each.status not in {0, -signal.SIGKILL}]
        return "\n".join(
            f"--- worker {each.pid}, status {each.status}, at {each.step!r}\n{each.words()}" for each in odd
        )


async def until(ready, seconds: float, say=lambda: "not ready in time", pause: float = 0.02) -> None:
    """Wait for `ready`; AssertionError with `say()` after `seconds`."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not ready():
        assert loop.time() < end, say()
        await asyncio.sleep(pause)
