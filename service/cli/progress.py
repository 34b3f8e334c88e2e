"""How far a long command got: a bar on a terminal, a line now and then otherwise; always on stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol, cast

from service.cli.output import say

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

#: Seconds between two lines.
_EVERY: Final = 5.0


class Shown(Protocol):
    """Where progress is shown."""

    def step(self, what: str, done: int, total: int | None) -> None:
        """`done` of `total` of `what` is done; a total of None is not known."""


class Lines:
    """A line every few seconds."""

    def __init__(self) -> None:
        """The first line comes after a while, so that a short run says nothing."""
        self._last = time.monotonic()

    def step(self, what: str, done: int, total: int | None) -> None:
        """Say it when it is time."""
        now = time.monotonic()
        if now - self._last >= _EVERY:
            self._last = now
            say(f"{what}: {done:,}" if total is None else f"{what}: {done * 100 // max(total, 1)} %")


class Bars:
    """A bar for each thing done."""

    def __init__(self, progress: Progress) -> None:
        """Draw on `progress`."""
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def step(self, what: str, done: int, total: int | None) -> None:
        """Move the bar."""
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total)
        self._progress.update(self._tasks[what], completed=done)


@contextmanager
def shown() -> Iterator[Shown]:
    """Bars on a terminal, lines otherwise."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield Bars(progress)


class Watched:
    """A file that tells how much of it was read; enough of a file to read from."""

    def __init__(self, file: BinaryIO, shown: Shown) -> None:
        """Tell `shown`; the size is known when `file` is a regular file."""
        self._file = file
        self._shown = shown
        self._done = 0
        self._total = size_of(file)

    def read(self, size: int = -1) -> bytes:
        """As the file, counted."""
        found = self._file.read(size)
        self._done += len(found)
        self._shown.step("reading", self._done, self._total)
        return found


def watched(file: BinaryIO, shown: Shown) -> BinaryIO:
    """`file`, telling `shown` how much of it was read."""
    return cast("BinaryIO", Watched(file, shown))


def size_of(file: BinaryIO) -> int | None:
    """The bytes of a regular file; None for anything else."""
    try:
        return os.fstat(file.fileno()).st_size or None
    except OSError:
        return None
