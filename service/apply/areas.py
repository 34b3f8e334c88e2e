"""What is said of areas comes in: events that bear on many tickets, applied while nobody judges.

Applying one is short, however many tickets there are: the event is kept, and `Sweep` makes the tickets due afterwards.
Nobody is missed: the transaction that keeps the event holds alone (`registry`), so whoever judged without it has
committed before, and whoever judges later has it in sight.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress

from service.apply.deciding import SERVICE, find, settle
from service.apply.intake import Intake, areas_of_tenant, replaced, take_in
from service.apply.outcome import Applied, NotParked, Released, Slice, StillUnfit
from service.apply.parking import read_again, row_of_misfit, row_of_refused
from service.apply.slices import Readings, apply_as
from service.apply.tools import Tools
from service.apply.work import Work, transaction
from service.store import Tx, areas, parked, registry
from service.store.events import Kept, Past
from service.store.keys import TicketKey
from service.store.parked import Parked, Place, State
from service.wire.records import Accepted, Reason, Refused

_TIME_HAS_COME = "the clock has reached its time"


async def apply(tools: Tools, piece: Slice) -> Applied:
    """Apply a slice of a topic of areas and advance its partition, all or nothing; see `Door.apply_areas`."""
    return await apply_as(tools, piece, tools.decode_area, _take)


async def _take(tools: Tools, work: Work, readings: Readings) -> Applied:
    accepted = [one for one in readings if isinstance(one, Accepted)]
    refused = [one for one in readings if isinstance(one, Refused)]
    await registry.hold_alone(work.tx)
    tools.after_step("held alone")
    intake = take_in(accepted, await _pasts(work.tx, accepted), None, areas_of_tenant)
    rows = [
        *(row_of_refused(one, work.now, tools.decode_area, tools.limits, shared=True) for one in refused),
        *(row_of_misfit(one, work.now, shared=True) for one in intake.misfits),
    ]
    await parked.add(work.tx, rows)
    new = _in_order_of_arrival(intake)
    await areas.append(work.tx, new)
    tools.after_step("appended")
    return Applied(
        applied=len(new),
        duplicates=len(intake.duplicates),
        parked=Counter(row.reason for row in rows),
        lateness=tuple(one.origin.at - one.event.at for one in new if one.origin),
    )


async def release(
    tools: Tools, work: Work, row: Parked, *, by: str, why: str, replace: bool = False
) -> Released:
    """Apply a parked record about areas; see `Door.release`."""
    one = read_again(row.record, tools.decode_area, tools.limits)
    if isinstance(one, Refused):
        raise StillUnfit(one.reason, one.detail)
    await registry.hold_alone(work.tx)
    await settle(work, [row.place], State.RELEASED, by=by, why=why)
    pasts = await _pasts(work.tx, [one])
    intake = take_in([one], pasts, None, areas_of_tenant)
    new = _in_order_of_arrival(intake)
    if intake.misfits:
        misfit = intake.misfits[0]
        if misfit.reason is not Reason.ID_REUSED or not replace:
            raise StillUnfit(misfit.reason, misfit.detail)
        new = replaced(one, pasts[areas_of_tenant(one.event)], by=by, why=why, at=work.now)
    await areas.append(work.tx, new)
    return Released(duplicate=bool(intake.duplicates))


async def drop(work: Work, row: Parked, *, by: str, why: str) -> Released:
    """Declare a parked record about areas to be of no consequence; see `Door.drop`."""
    await registry.hold_alone(work.tx)
    await settle(work, [row.place], State.DROPPED, by=by, why=why)
    return Released()


async def release_due(tools: Tools, places: Iterable[Place]) -> int:
    """Release records about areas that were ahead of their time, which has come; how many went."""
    return sum([await _release_now(tools, place) for place in places])


async def _release_now(tools: Tools, place: Place) -> bool:
    """Whether the record was released; else it has its new reason, and waits for a person."""
    try:
        with suppress(NotParked):
            async with transaction(tools) as work:
                await release(tools, work, await find(work, place), by=SERVICE, why=_TIME_HAS_COME)
            return True
    except StillUnfit as unfit:
        async with transaction(tools) as work:
            await parked.give_reason(work.tx, place, unfit.reason, unfit.detail)
    return False


async def _pasts(tx: Tx, arrivals: Iterable[Accepted]) -> dict[TicketKey, Past]:
    found = await areas.past(tx, {one.event.tenant for one in arrivals})
    return {(tenant, ""): past for tenant, past in found.items()}


def _in_order_of_arrival(intake: Intake) -> list[Kept]:
    """What is new; tenants one after the other, which do not bear on each other."""
    return [kept for new in intake.new.values() for kept in new]
