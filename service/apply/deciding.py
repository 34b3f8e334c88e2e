"""A decision about a parked record is taken once, whoever takes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from service.apply.outcome import NotParked
from service.apply.work import Work
from service.store import parked
from service.store.car_park import State
from service.store.parked import Parked, Place

#: Who decides what no person has to.
SERVICE: Final = "slaclock"


async def find(work: Work, place: Place) -> Parked:
    """The record that stands parked at `place`. Raises NotParked."""
    found = await parked.find(work.tx, [place])
    if not found or found[0].state is not State.PARKED:
        raise NotParked(_sentence(place, found[0] if found else None))
    return found[0]


async def settle(work: Work, places: Iterable[Place], state: State, *, by: str, why: str) -> None:
    """Decide about records. Raises NotParked when somebody has decided about one of them meanwhile."""
    wanted = list(places)
    settled = await parked.settle(work.tx, wanted, state, by=by, why=why, at=work.now)
    if missing := [place for place in wanted if place not in settled]:
        raise NotParked(_sentence(missing[0], None))


def _sentence(place: Place, row: Parked | None) -> str:
    topic, part, offset = place
    if row is None:
        return f"no record stands parked at {topic}/{part}/{offset}"
    return f"{topic}/{part}/{offset} was {row.state.value} by {row.decided_by}: {row.decided_why}"
