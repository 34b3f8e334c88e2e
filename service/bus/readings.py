"""What a probe has shown, kept until the partitions have been applied that far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from service.sla.instants import Instant

#: (topic, partition)
Place: TypeAlias = tuple[str, int]

#: Readings kept while partitions lag; beyond that every other one goes, so that W moves in larger steps.
MOST: Final = 240


@dataclass(frozen=True, slots=True)
class Reading:
    """Every record acknowledged before `t0` lies below one of `ends`."""

    t0: Instant
    ends: Mapping[Place, int]


class Readings:
    """Readings that some partition has not reached yet, oldest first.

    Under a steady lag each is reached a while after it was taken, so that W follows at that distance instead of
    standing still.
    """

    def __init__(self) -> None:
        self._kept: list[Reading] = []

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, reading: Reading) -> None:
        self._kept.append(reading)
        if len(self._kept) > MOST:
            self._kept = [*self._kept[:-1:2], self._kept[-1]]

    def clear(self) -> None:
        self._kept.clear()

    def reached(self, positions: Mapping[Place, int]) -> list[Reading]:
        """For each partition the newest reading whose end `positions` has reached, grouped by reading.

        Readings older than all of these are forgotten.
        """
        if not self._kept:
            return []
        missing = set(self._kept[-1].ends)
        found: list[Reading] = []
        for index in range(len(self._kept) - 1, -1, -1):
            reading = self._kept[index]
            ends = {
                place: end
                for place, end in reading.ends.items()
                if place in missing and positions.get(place, -1) >= end
            }
            if ends:
                found.append(Reading(reading.t0, ends))
                missing -= ends.keys()
            if not missing:
                self._kept = self._kept[index:]
                break
        return found
