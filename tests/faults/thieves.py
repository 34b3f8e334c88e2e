"""Proxies that let a request through and keep the answer: the work is done, and nobody is told."""

from __future__ import annotations

import random
import re
import struct
from collections import Counter

from tests.faults.proxy import Link, Proxy

_APPLICATION = re.compile(rb"application_name\0slaclock (\w+)\0")
_COMMIT = b"COMMIT;\0"
_PRODUCE = 0
_LENGTH = struct.Struct(">i")
_API = struct.Struct(">h")


class CommitThief(Proxy):
    """In front of Postgres: cuts a connection in its COMMIT, with probability `share`, and each way at least once.

    Either the COMMIT is done and the answer is lost, or the COMMIT itself is lost; `cut` counts by
    (whose connection, which of the two). It rests until `steal` is set.
    """

    def __init__(self, to: int, *, share: float, seed: int) -> None:
        super().__init__(to)
        self._share = share
        self._chance = random.Random(seed)
        self.steal = False
        self.cut: Counter[tuple[str, str]] = Counter()

    def passes(self, link: Link, piece: bytes, *, outward: bool) -> bytes | None:
        if outward:
            if found := _APPLICATION.search(piece):
                link.notes["who"] = found[1].decode()
            way = self._way(link.notes.get("who", "?")) if self.steal and _COMMIT in piece else ""
            if way == "lost":
                self.cut[link.notes.get("who", "?"), way] += 1
                return None
            if way == "done":
                link.notes["wanted"] = True
        elif link.notes.pop("wanted", False):
            self.cut[link.notes.get("who", "?"), "done"] += 1
            return None
        return piece

    def _way(self, who: str) -> str:
        """How the next COMMIT of `who` is cut, if at all: busy roles commit often, others only a few times."""
        for way in ("done", "lost"):
            if not self.cut[who, way]:
                return way
        if self._chance.random() >= self._share:
            return ""
        return "lost" if self._chance.random() < 0.3 else "done"


class ReplyThief(Proxy):
    """In front of Kafka: the broker takes a produce request, and its answer never arrives.

    With probability `share` while `steal` is set: the connection breaks, or, if `silent`, stands open for ever
    without a word. `cut` counts.
    """

    def __init__(self, to: int, port: int, *, share: float, seed: int) -> None:
        super().__init__(to, port)
        self.share = share
        self._chance = random.Random(seed)
        self.steal = False
        self.silent = False
        self.cut = 0

    def passes(self, link: Link, piece: bytes, *, outward: bool) -> bytes | None:
        if outward:
            produced = any(api == _PRODUCE for api in _requests(link, piece))
            if produced and self.steal and self._chance.random() < self.share:
                link.notes["wanted"] = True
        elif link.notes.pop("wanted", False):
            self.cut += 1
            link.notes["silent"] = True
            return b"" if self.silent else None
        elif link.notes.get("silent"):
            return b""
        return piece


def _requests(link: Link, piece: bytes) -> list[int]:
    """The API keys of the requests that begin in `piece`."""
    begun: list[int] = []
    rest = link.notes.get("head", b"") + piece
    skip = link.notes.get("skip", 0)
    while True:
        gone = min(skip, len(rest))
        rest, skip = rest[gone:], skip - gone
        if skip or len(rest) < 6:
            break
        (length,) = _LENGTH.unpack_from(rest)
        begun.append(_API.unpack_from(rest, 4)[0])
        skip = 4 + length
    link.notes["head"], link.notes["skip"] = rest, skip
    return begun
