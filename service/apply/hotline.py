"""What is said of calls, agents and rosters comes in: kept for the figures, and what policies promise about calls judged.

A fact is kept once, for a while (`store.hotline_events`). One about a call, of a type that a policy of its tenant names, goes
the way of an event of a ticket as well, in the same transaction: nothing else makes or breaks a promise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as with_

from service.apply.deciding import settle
from service.apply.intake import Misfit, replaced
from service.apply.outcome import Applied, Released, Slice, StillUnfit
from service.apply.parking import misjudged, read_again, row_of_misfit, row_of_refused
from service.apply.slices import Readings, apply_as, open_gaps
from service.apply.tools import Tools
from service.apply.work import Effects, Work
from service.sla.events import as_instant
from service.sla.policy import Match, Rules, Target
from service.store import Tx, hotline_events, parked
from service.store.car_park import State
from service.store.hotline_events import Fact, FactKey
from service.store.keys import TicketKey
from service.store.parked import Parked, Place
from service.wire.hotline import CALL_TYPES, OF_CALLS, as_ticket, is_call, may_be_a_call
from service.wire.records import Accepted, Reason, Refused


def named_by(rules: Rules) -> frozenset[str]:
    """The types of facts about calls that any version of the rules asks for."""
    words = {word for policy in rules.versions for word in policy.vocabulary}
    words |= {
        match.type for policy in rules.versions for target in policy.targets for match in _matches(target)
    }
    return CALL_TYPES & words


def _matches(target: Target) -> Iterator[Match]:
    yield from (*target.start, *target.stop, *target.cancel)
    for alternatives in target.gate:
        yield from alternatives
    if target.deemed is not None:
        yield from (*target.deemed.on, *target.deemed.report)
    if target.lapsed is not None:
        yield from (*target.lapsed.on, *target.lapsed.unless)


async def apply(tools: Tools, piece: Slice) -> Applied:
    """Apply a slice and advance its partition, all or nothing; see `Door.apply_hotline`."""
    return await apply_as(tools, piece, tools.decode_hotline, _take)


async def _take(tools: Tools, work: Work, readings: Readings) -> Applied:
    accepted = [one for one in readings if isinstance(one, Accepted)]
    refused = [one for one in readings if isinstance(one, Refused)]
    await work.begin()
    await work.learn({one.event.tenant for one in accepted} | {one.tenant for one in refused if one.tenant})
    inbox = await _keep(work.tx, accepted)
    rows = [
        *(
            _row_of_refused(work, tools, row_of_refused(one, work.now, tools.decode_hotline, tools.limits))
            for one in refused
        ),
        *(_row_of_misfit(work, one) for one in inbox.misfits),
    ]
    promised = list(_promised(work, inbox.fitting))
    await work.lock([_key(one) for one in promised] + [row.attributed for row in rows if row.attributed])
    intake = work.take_in(promised, tools.limits.max_events)
    late = [_row(row_of_misfit(one, work.now)) for one in intake.misfits]
    await parked.add(work.tx, [*rows, *late])

    async def reject(failures: Mapping[TicketKey, str]) -> None:
        lost = [_row(row_of_misfit(one, work.now)) for one in misjudged(promised, intake, failures)]
        late.extend(lost)
        await parked.add(work.tx, lost)

    effects = await work.settle(intake.new, reject)
    work.hear(accepted)
    await open_gaps(work, [row for row in rows if not row.hotline])
    return _applied(inbox, rows, late, effects)


def _applied(inbox: _Inbox, rows: Iterable[Parked], late: Sequence[Parked], effects: Effects) -> Applied:
    """What does not fit a call's promises is parked, though the figures count it."""
    unfit = {row.place for row in late}
    kept = [one for one in inbox.fitting if _place(one) not in unfit]
    new = [one for one in inbox.new if _place(one) not in unfit]
    return Applied(
        applied=len(new),
        duplicates=len(kept) - len(new),
        parked=Counter(row.reason for row in (*rows, *late)),
        lateness=tuple(one.record.timestamp - one.event.at for one in new),
        said=effects.said,
        unfilled=effects.unfilled,
        repeats=effects.repeats,
        decided=effects.decided,
        unjudged=len(effects.unjudged),
    )


async def release(
    tools: Tools, work: Work, row: Parked, *, by: str, why: str, replace: bool = False
) -> Released:
    """Apply a parked record; see `Door.release`."""
    one = read_again(row.record, tools.decode_hotline, tools.limits)
    if isinstance(one, Refused):
        raise StillUnfit(one.reason, one.detail)
    await work.begin()
    await work.learn([one.event.tenant])
    await settle(work, [row.place], State.RELEASED, by=by, why=why)
    inbox = await _keep(work.tx, [one])
    if inbox.misfits:
        _allow(inbox.misfits[0], replace=replace)
        await hotline_events.replace(work.tx, _fact(one))
    promised = list(_promised(work, [one]))
    await work.lock([_key(each) for each in promised] + ([row.attributed] if row.attributed else []))
    intake = work.take_in(promised, None)
    for misfit in intake.misfits:
        _allow(misfit, replace=replace)
        key = _key(misfit.accepted)
        intake.new[key] = replaced(misfit.accepted, work.pasts[key], by=by, why=why, at=work.now)

    async def fail(failures: Mapping[TicketKey, str]) -> None:
        raise StillUnfit(Reason.NOT_JUDGED, next(iter(failures.values())))

    effects = await work.settle(intake.new, fail)
    is_new = bool(inbox.new or inbox.misfits or intake.new)
    return Released(duplicate=not is_new, said=effects.said)


@dataclass(slots=True)
class _Inbox:
    """What became of facts: `fitting` are `new`, or were there already as they are told again."""

    new: list[Accepted] = field(default_factory=list)
    fitting: list[Accepted] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)


async def _keep(tx: Tx, accepted: Sequence[Accepted]) -> _Inbox:
    """Keep every fact once. One that is told with other content than is kept, or than was just told, does not fit."""
    first: dict[FactKey, Accepted] = {}
    for one in accepted:
        first.setdefault(_fact_key(one), one)
    there = await hotline_events.add(tx, [_fact(one) for one in first.values()])
    inbox = _Inbox()
    for one in accepted:
        key = _fact_key(one)
        if there.get(key, first[key].digest) != one.digest:
            detail = f"event {one.event.id} is known with other content"
            inbox.misfits.append(Misfit(one, Reason.ID_REUSED, detail))
            continue
        inbox.fitting.append(one)
        if first[key] is one and key not in there:
            inbox.new.append(one)
    return inbox


def _fact(one: Accepted) -> Fact:
    end = as_instant(one.event.attributes.get("to")) if one.event.type.startswith("roster.") else None
    return Fact(one.event, one.digest, max(one.event.at, one.event.at if end is None else end))


def _promised(work: Work, accepted: Iterable[Accepted]) -> Iterator[Accepted]:
    """Those about calls that the rules of their tenants ask for, as events of tickets."""
    for one in accepted:
        if is_call(one.event.type):
            seen = as_ticket(one)
            if seen.event.type in _asked(work, one.event.tenant):
                yield seen


def _asked(work: Work, tenant: str) -> frozenset[str]:
    return named_by(work.rules_of(tenant)) if work.has_policy(tenant) else frozenset()


def _row_of_refused(work: Work, tools: Tools, row: Parked) -> Parked:
    """It puts its call in doubt, when calls have promises; nobody's, it may be about any call."""
    if row.reason is Reason.NOT_JUDGED and row.ticket is not None:  # it was read, and could not be stored
        row = with_(row, ticket=OF_CALLS + row.ticket)
    bears = may_be_a_call(row.record, tools.limits.max_bytes)
    bears = bears and (row.tenant is None or bool(_asked(work, row.tenant)))
    return with_(row, ticket=row.ticket if bears else None, hotline=not bears or row.attributed is not None)


def _row_of_misfit(work: Work, misfit: Misfit) -> Parked:
    event = misfit.accepted.event
    bears = is_call(event.type) and bool(_asked(work, event.tenant))
    return _row(with_(row_of_misfit(misfit, work.now), ticket=OF_CALLS + event.ticket if bears else None))


def _row(row: Parked) -> Parked:
    return with_(row, hotline=True)


def _allow(misfit: Misfit, *, replace: bool) -> None:
    if misfit.reason is not Reason.ID_REUSED or not replace:
        raise StillUnfit(misfit.reason, misfit.detail)


def _fact_key(one: Accepted) -> FactKey:
    return one.event.tenant, one.event.source, one.event.id


def _place(one: Accepted) -> Place:
    return one.record.topic, one.record.part, one.record.offset


def _key(one: Accepted) -> TicketKey:
    return one.event.tenant, one.event.ticket
