"""What becomes of parked records: released or dropped by a person, or released because their reason has gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from service.apply import hotline, shared_intake
from service.apply.areas import AREAS
from service.apply.deciding import SERVICE, find, settle
from service.apply.directory import DIRECTORY
from service.apply.intake import Intake, Misfit, replaced
from service.apply.outcome import NotParked, Released, StillUnfit
from service.apply.parking import misjudged, read_again
from service.apply.shared_intake import SharedTopic
from service.apply.sources import SOURCES
from service.apply.tools import Tools
from service.apply.work import Work, nothing_fresh, transaction
from service.store import parked, rechecks
from service.store.car_park import State
from service.store.keys import TicketKey
from service.store.parked import Parked, Place
from service.wire.records import Accepted, Reason, Refused

_TIME_HAS_COME = "the clock has reached its time"

_GONE = {
    Reason.AHEAD_OF_RECORD: "the watermark has passed its time",
    Reason.UNKNOWN_POLICY: "its tenant has a policy now",
}


async def release(tools: Tools, place: Place, *, by: str, why: str, replace: bool) -> Released:
    """Apply a parked record; see `Door.release`."""
    async with transaction(tools, by_hand=by != SERVICE) as work:
        row = await find(work, place)
        if row.shared or row.directory:
            topic = _topic(tools, row)
            return await topic.release(tools, work, row, by=by, why=why, replace=replace)
        if row.hotline:
            return await hotline.release(tools, work, row, by=by, why=why, replace=replace)
        one = _readable(tools, row)
        key = (one.event.tenant, one.event.ticket)
        await work.begin()
        await work.lock([key, *([row.attributed] if row.attributed else [])])
        await settle(work, [place], State.RELEASED, by=by, why=why)
        await _close_gap(work, row)
        intake = work.take_in([one], None)
        if intake.misfits:
            _allow(intake.misfits[0], replace=replace)
            intake.new[key] = replaced(one, work.pasts[key], by=by, why=why, at=work.now)
        effects = await work.settle(intake.new, _fail)
    return Released(duplicate=bool(intake.duplicates), said=effects.said)


async def drop(tools: Tools, place: Place, *, by: str, why: str) -> Released:
    """Declare a parked record to be of no consequence; see `Door.drop`."""
    async with transaction(tools, by_hand=True) as work:
        row = await find(work, place)
        if row.shared or row.directory:
            return await shared_intake.drop(work, row, by=by, why=why)
        await work.begin()
        await work.lock([row.attributed] if row.attributed else [])
        await settle(work, [place], State.DROPPED, by=by, why=why)
        await _close_gap(work, row)
        effects = await work.settle({}, nothing_fresh)
    return Released(said=effects.said)


async def _close_gap(work: Work, row: Parked) -> None:
    """What a record of nobody left unproven is judged again."""
    if row.ticket is None and not row.hotline:
        await rechecks.order(work.tx, row.tenant, None)


async def release_shared(tools: Tools, places: Iterable[Place]) -> int:
    """Release records that many tickets share and that were ahead of their time, which has come; how many went."""
    return sum([await _release_now(tools, place) for place in places])


async def _release_now(tools: Tools, place: Place) -> bool:
    """Whether the record was released; else it has its new reason, and waits for a person."""
    try:
        with suppress(NotParked):
            await release(tools, place, by=SERVICE, why=_TIME_HAS_COME, replace=False)
            return True
    except StillUnfit as unfit:
        async with transaction(tools) as work:
            await parked.give_reason(work.tx, place, unfit.reason, unfit.detail)
    return False


async def release_due(tools: Tools, places: Sequence[Place]) -> int:
    """Release those of `places` that can be applied now and give the others their new reason; how many went.

    A record with a new reason waits for a person. Nothing is done when somebody decides about one of them meanwhile.
    """
    with suppress(NotParked):
        async with transaction(tools) as work:
            return await _release_due(tools, work, places)
    return 0


async def _release_due(tools: Tools, work: Work, places: Sequence[Place]) -> int:
    seen = {row.place: row for row in await parked.find(work.tx, places)}
    readings = {place: read_again(row.record, tools.decode, tools.limits) for place, row in seen.items()}
    await work.begin()
    await work.lock(
        [_key(one) for one in readings.values() if isinstance(one, Accepted)]
        + [row.attributed for row in seen.values() if row.attributed]
    )
    standing = {row.place for row in await parked.find(work.tx, places) if row.state is State.PARKED}
    still = [one for place, one in readings.items() if place in standing]
    intake = work.take_in((one for one in still if isinstance(one, Accepted)), tools.limits.max_events)
    await _keep(work, still, intake)
    unfit = {_place(misfit.accepted) for misfit in intake.misfits}
    going = [one for one in still if isinstance(one, Accepted) and _place(one) not in unfit]
    for reason, why in _GONE.items():
        chosen = [_place(one) for one in going if seen[_place(one)].reason is reason]
        await settle(work, chosen, State.RELEASED, by=SERVICE, why=why)

    async def reject(failures: Mapping[TicketKey, str]) -> None:
        for lost in misjudged(going, intake, failures):
            await parked.give_reason(work.tx, _place(lost.accepted), lost.reason, lost.detail)

    effects = await work.settle(intake.new, reject)
    return sum(_key(one) not in effects.rejected for one in going)


async def _keep(work: Work, readings: Iterable[Accepted | Refused], intake: Intake) -> None:
    """Leave parked, with their new reason, what still cannot be applied."""
    for one in readings:
        if isinstance(one, Refused):
            await parked.give_reason(work.tx, _place(one), one.reason, one.detail)
    for misfit in intake.misfits:
        await parked.give_reason(work.tx, _place(misfit.accepted), misfit.reason, misfit.detail)


def _topic(tools: Tools, row: Parked) -> SharedTopic:
    """Of the kind that the record is of."""
    if row.directory:
        return DIRECTORY
    return SOURCES if SOURCES.is_about(tools, row) else AREAS


def _readable(tools: Tools, row: Parked) -> Accepted:
    one = read_again(row.record, tools.decode, tools.limits)
    if isinstance(one, Refused):
        raise StillUnfit(one.reason, one.detail)
    return one


def _allow(misfit: Misfit, *, replace: bool) -> None:
    if misfit.reason is not Reason.ID_REUSED or not replace:
        raise StillUnfit(misfit.reason, misfit.detail)


async def _fail(failures: Mapping[TicketKey, str]) -> None:
    raise StillUnfit(Reason.NOT_JUDGED, next(iter(failures.values())))


def _place(one: Accepted | Refused) -> Place:
    return one.record.topic, one.record.part, one.record.offset


def _key(one: Accepted) -> TicketKey:
    return one.event.tenant, one.event.ticket
