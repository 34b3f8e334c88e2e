"""A client that has stopped delivering records that are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

P = TypeVar("P")


class StalledError(Exception):
    """Only a new process helps; the message names the partitions."""


class StallWatch(Generic[P]):
    """Looks whether partitions with records waiting move."""

    def __init__(self, limit: float) -> None:
        """`limit` in seconds."""
        self._limit = limit
        self._since: dict[P, tuple[int, float]] = {}

    def check(self, now: float, waiting: Mapping[P, int]) -> None:
        """`waiting`: where each partition stands that has more to deliver and is not being worked on; `now`:
        monotonic, in seconds. Raises StalledError.
        """
        known = self._since
        self._since = {
            part: known[part] if part in known and known[part][0] == stands else (stands, now)
            for part, stands in waiting.items()
        }
        stuck = [part for part, (_, since) in self._since.items() if now - since > self._limit]
        if stuck:
            raise StalledError(
                f"no records for {self._limit:.0f} s though there are more: {sorted(map(str, stuck))}"
            )
