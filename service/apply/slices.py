"""A slice of a partition becomes events, parked records and what follows from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypeAlias

from service.apply.hearing import hear
from service.apply.intake import Intake
from service.apply.outcome import Applied, Fenced, Slice
from service.apply.parking import misjudged, read, row_of_misfit, row_of_refused
from service.apply.rechecking import SLACK
from service.apply.tools import Decode, Tools
from service.apply.work import Effects, Work, transaction
from service.sla.instants import EARLIEST
from service.store import Unstorable, parked, progress, rechecks
from service.store.keys import TicketKey
from service.store.parked import Parked
from service.wire.records import Accepted, Reason, Refused

Readings: TypeAlias = Sequence[Accepted | Refused]

#: What becomes of readings, within the transaction that advances their partition.
Take: TypeAlias = Callable[[Tools, Work, Readings], Awaitable[Applied]]


async def apply(tools: Tools, piece: Slice) -> Applied:
    """Apply `piece` and advance its partition, all or nothing; see `Door.apply`."""
    return await apply_as(tools, piece, tools.decode, _take)


async def apply_as(tools: Tools, piece: Slice, decode: Decode, take: Take) -> Applied:
    """Read the records of `piece` with `decode`, have them taken, and advance its partition, all or nothing."""
    _check(piece)
    return await _storable(
        tools, piece, [read(record, decode, tools.limits) for record in piece.records], take
    )


async def _storable(tools: Tools, piece: Slice, readings: Readings, take: Take) -> Applied:
    """Apply `readings`; where the database refuses data, halve down to the record to blame and park that one."""
    try:
        return await _transact(tools, piece, readings, take)
    except Unstorable as error:
        if not readings or _is_given_up(readings[0]):
            raise
        middle = len(readings) // 2
        if middle == 0:
            return await _storable(tools, piece, [_given_up(readings[0], str(error))], take)
    cut = readings[middle].record.offset
    first = replace(piece, next=cut, records=piece.records[:middle])
    rest = replace(piece, first=cut, records=piece.records[middle:])
    done = await _storable(tools, first, readings[:middle], take)
    return done + await _storable(tools, rest, readings[middle:], take)


async def _transact(tools: Tools, piece: Slice, readings: Readings, take: Take) -> Applied:
    async with transaction(tools) as work:
        applied = await take(tools, work, readings) if readings else Applied()
        await hear(work.tx, work.heard)
        if not await progress.advance(work.tx, piece.topic, piece.part, piece.first, piece.next, piece.epoch):
            raise Fenced(f"{piece.topic}/{piece.part} is not at {piece.first} with epoch {piece.epoch}")
        tools.after_step("progress advanced")
    tools.heard.noted(work.heard)
    return applied


async def _take(tools: Tools, work: Work, readings: Readings) -> Applied:
    accepted = [one for one in readings if isinstance(one, Accepted)]
    refused = [one for one in readings if isinstance(one, Refused)]
    rows = [row_of_refused(one, work.now, tools.decode, tools.limits) for one in refused]
    await work.begin()
    await work.lock([_key(one) for one in accepted] + [row.attributed for row in rows if row.attributed])
    intake = work.take_in(accepted, tools.limits.max_events)
    rows.extend(row_of_misfit(one, work.now) for one in intake.misfits)
    await parked.add(work.tx, rows)

    async def reject(failures: Mapping[TicketKey, str]) -> None:
        lost = [row_of_misfit(one, work.now) for one in misjudged(accepted, intake, failures)]
        rows.extend(lost)
        await parked.add(work.tx, lost)

    effects = await work.settle(intake.new, reject)
    work.hear(accepted)
    await open_gaps(work, rows)
    return _applied(intake, rows, effects)


async def open_gaps(work: Work, rows: Iterable[Parked]) -> None:
    """What was said over the instant of a record that nobody can attribute is judged again: it came late.

    One from beyond W leaves a gap where nothing was said yet.
    """
    if work.watermark is not None:
        late = [row for row in rows if row.attributed is None and row.record.timestamp < work.watermark]
        for tenant in {row.tenant for row in late}:
            first = min(row.record.timestamp for row in late if row.tenant == tenant)
            await rechecks.order(work.tx, tenant, max(EARLIEST, first - SLACK))


def _applied(intake: Intake, rows: list[Parked], effects: Effects) -> Applied:
    kept = [one for key, new in intake.new.items() if key not in effects.rejected for one in new]
    return Applied(
        applied=len(kept),
        duplicates=len(intake.duplicates),
        parked=Counter(row.reason for row in rows),
        lateness=tuple(one.origin.at - one.event.at for one in kept if one.origin),
        said=effects.said,
        unfilled=effects.unfilled,
        repeats=effects.repeats,
        decided=effects.decided,
        unjudged=len(effects.unjudged),
    )


def _check(piece: Slice) -> None:
    """A slice that is no slice is a fault of the caller's, found before anything is done."""
    offsets = [record.offset for record in piece.records]
    bounds = [piece.first - 1, *offsets, piece.next]
    if any(before >= after for before, after in pairwise(bounds)):
        raise ValueError(
            f"{piece.topic}/{piece.part}: offsets do not ascend within [{piece.first}, {piece.next})"
        )
    if any((record.topic, record.part) != (piece.topic, piece.part) for record in piece.records):
        raise ValueError(f"{piece.topic}/{piece.part}: holds records of another partition")


def _given_up(one: Accepted | Refused, detail: str) -> Refused:
    """`one` to be parked: in doubt of its ticket at first, of nobody when that cannot be stored either."""
    if isinstance(one, Accepted):
        return Refused(one.record, Reason.NOT_JUDGED, detail, one.event.tenant, one.event.ticket)
    return Refused(one.record, one.reason, one.detail, None, None)


def _is_given_up(one: Accepted | Refused) -> bool:
    return isinstance(one, Refused) and one.ticket is None


def _key(one: Accepted) -> TicketKey:
    return one.event.tenant, one.event.ticket
