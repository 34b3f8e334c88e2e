"""What this process holds of a topic's partitions, and which records of a fetch follow on what was applied."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from service.wire.records import Record


@dataclass(frozen=True, slots=True)
class Position:
    """Where Postgres says a partition stands: everything before `next` is applied; `epoch` fences older owners."""

    epoch: int
    next: int


@dataclass(frozen=True, slots=True)
class Portion:
    """Records of one partition, gap-free from offset `first` (what comes next) up to but excluding `next`.

    Offsets without a record are control records of transactions or were compacted away. `records` may be empty.
    """

    topic: str
    part: int
    epoch: int
    first: int
    next: int
    records: tuple[Record, ...]


class Outcome(Enum):
    """What became of a portion."""

    DONE = "done"  # applied, and the position moved
    FENCED = "fenced"  # somebody else owns the partition
    LATER = "later"  # not applied: hand it out again


@dataclass(slots=True)
class Holding:
    """One partition in our hands. `next` is as in Postgres; `handed` is how far the consumer has given out."""

    epoch: int
    next: int
    handed: int = field(init=False)
    turn: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)  # one portion at a time
    doubted: int | None = None  # the offset from which a gap was seen once
    lost: bool = False  # its beginning was deleted before it was read; only an operator can go on

    def __post_init__(self) -> None:
        self.handed = self.next

    @property
    def busy(self) -> bool:
        """Whether something was given out that is not applied yet."""
        return self.handed > self.next

    def moved(self, to: int) -> None:
        """Everything before `to` is applied."""
        self.next = to
        self.handed = max(self.handed, to)
        self.doubted = None

    def again(self) -> int:
        """Forget what was given out and not applied; the offset to fetch from again."""
        self.handed = self.next
        return self.next

    def confirms_gap(self) -> bool:
        """Whether records missing at `next` were found missing twice in a row.

        Once may be a fetch that was under way when the partition changed hands. After a seek to `next` it cannot.
        """
        if self.doubted == self.next:
            return True
        self.doubted = self.next
        return False


def not_applied(records: Sequence[Record], holding: Holding) -> tuple[Record, ...]:
    """Those of `records` (in order of offset) that are not applied yet."""
    return tuple(record for record in records if record.offset >= holding.next)
