"""What is said of the organisation comes in: facts that chains rest on, applied while nobody judges.

In the same transaction the tickets are made due whose breaches and escalations they may change. Nothing waits for a record
that cannot be read: it is parked, and what names people is provisional until somebody decides.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress

from service.apply.deciding import SERVICE, find, settle
from service.apply.intake import Intake, areas_of_tenant, replaced, take_in
from service.apply.organisation import touched
from service.apply.outcome import Applied, NotParked, Released, Slice, StillUnfit
from service.apply.parking import read_again, row_of_misfit, row_of_refused
from service.apply.slices import Readings, apply_as
from service.apply.tools import Tools
from service.apply.work import Work, transaction
from service.sla.events import Event, EventKey, key_of
from service.sla.instants import NEVER, Instant
from service.store import Tx, directory, parked, registry
from service.store.events import Kept, Past
from service.store.keys import TicketKey
from service.store.parked import Parked, Place, State
from service.wire.records import Accepted, Reason, Refused

_TIME_HAS_COME = "the watermark has passed its time"


async def apply(tools: Tools, piece: Slice) -> Applied:
    """Apply a slice of the directory's topic and advance its partition, all or nothing; see `Door.apply_directory`."""
    return await apply_as(tools, piece, tools.decode_directory, _take)


async def _take(tools: Tools, work: Work, readings: Readings) -> Applied:
    accepted = [one for one in readings if isinstance(one, Accepted)]
    refused = [one for one in readings if isinstance(one, Refused)]
    await registry.hold_alone(work.tx)
    tools.after_step("held alone")
    intake = take_in(accepted, await _pasts(work.tx, accepted), None, areas_of_tenant)
    rows = [
        *(
            row_of_refused(one, work.now, tools.decode_directory, tools.limits, directory=True)
            for one in refused
        ),
        *(row_of_misfit(one, work.now, directory=True) for one in intake.misfits),
    ]
    await parked.add(work.tx, rows)
    new = _in_order_of_arrival(intake)
    await _add(tools, work, new)
    return Applied(
        applied=len(new),
        duplicates=len(intake.duplicates),
        parked=Counter(row.reason for row in rows),
        lateness=tuple(one.origin.at - one.event.at for one in new if one.origin),
    )


async def _add(tools: Tools, work: Work, new: Sequence[Kept]) -> None:
    """Keep facts, and make due whom they may bear on."""
    await directory.append(work.tx, new)
    tools.after_step("appended")
    facts: defaultdict[str, list[tuple[Event, Instant | None]]] = defaultdict(list)
    for kept in new:
        facts[kept.event.tenant].append((kept.event, kept.origin.at if kept.origin else None))
    since = {
        tenant: touched(told, await _known(work.tx, tenant, told), tools.limits.horizon)
        for tenant, told in facts.items()
    }
    await directory.mark(work.tx, {tenant: instant for tenant, instant in since.items() if instant < NEVER})
    tools.after_step("marked")


async def _known(tx: Tx, tenant: str, facts: Iterable[tuple[Event, Instant | None]]) -> dict[EventKey, Event]:
    """What may be voided. Not by the book of those who judge: this transaction may still be rolled back."""
    if not any(event.type == "voided" for event, _ in facts):
        return {}
    told = await directory.told(tx, tenant, after=0, upto=await directory.revision(tx))
    return {key_of(one.event): one.event for one in told}


async def release(
    tools: Tools, work: Work, row: Parked, *, by: str, why: str, replace: bool = False
) -> Released:
    """Apply a parked record about the organisation; see `Door.release`."""
    one = read_again(row.record, tools.decode_directory, tools.limits)
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
    await _add(tools, work, new)
    return Released(duplicate=bool(intake.duplicates))


async def drop(work: Work, row: Parked, *, by: str, why: str) -> Released:
    """Declare a parked record about the organisation to be of no consequence; see `Door.drop`."""
    await registry.hold_alone(work.tx)
    await settle(work, [row.place], State.DROPPED, by=by, why=why)
    return Released()


async def release_due(tools: Tools, places: Iterable[Place]) -> int:
    """Release records that were ahead of their time, which has come; how many went."""
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
    found = await directory.past(tx, {one.event.tenant for one in arrivals})
    return {(tenant, ""): past for tenant, past in found.items()}


def _in_order_of_arrival(intake: Intake) -> list[Kept]:
    return [kept for new in intake.new.values() for kept in new]
