"""One clock for several processes: eight bytes of a file that all of them map."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from service.sla.instants import Duration, Instant

_HAND = struct.Struct("<q")  # aligned, so that a reader never sees half of a new value


class SharedClock:
    """Wall, monotonic and database time at once: what stands in the file. Only the publisher advances it."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _HAND.size)
        self._read = self.now

    @classmethod
    def made(cls, path: Path, start: Instant) -> SharedClock:
        path.write_bytes(_HAND.pack(start))
        return cls(path)

    @property
    def now(self) -> Instant:
        return _HAND.unpack(self._map)[0]

    def advance(self, instant: Instant) -> None:
        """Move on to `instant`; never back."""
        self._map[:] = _HAND.pack(max(self.now, instant))

    def jump(self, instant: Instant) -> None:
        """Show `instant`, whatever was shown before: a clock that was set wrong."""
        self._map[:] = _HAND.pack(instant)

    def wall(self) -> Instant:
        self._read = self.now
        return self._read

    def monotonic(self) -> Duration:
        """What `wall` showed last: the hand may move between two readings that the service takes as one."""
        return self._read

    async def database(self) -> Instant:
        return self.now
