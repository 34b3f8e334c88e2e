"""The door: records, wake-ups and decisions about parked records become effects, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace as with_
from functools import partial

from service.apply import capping, decisions, hotline, overriding, rechecking, rejudging, slices
from service.apply.areas import AREAS
from service.apply.book import Book
from service.apply.directory import DIRECTORY
from service.apply.hearing import Heard
from service.apply.judging import Diff, Judge
from service.apply.organisation import Organisation
from service.apply.outages import Outages
from service.apply.outcome import Applied, Limits, Released, Slice, Topics, WallClock, Woken
from service.apply.rejudging import Order, Rejudged
from service.apply.shared import Chronicle
from service.apply.sources import SOURCES
from service.apply.sweep import Sweep
from service.apply.tools import Decode, RulesOf, Tools
from service.apply.turn import Turn, claimed_by, turn_of
from service.apply.work import nothing_fresh, transaction
from service.sla.diff import diff as core_diff
from service.sla.instants import Instant
from service.sla.judge import judge as core_judge
from service.store import (
    Database,
    areas,
    directory,
    progress,
    sources,
    tickets,
)
from service.store.keys import TicketKey
from service.store.progress import Watermark
from service.store.sources import SourceKey
from service.wire.incoming import decode as wire_decode
from service.wire.incoming import decode_area as wire_decode_area
from service.wire.incoming import decode_directory as wire_decode_directory
from service.wire.incoming import decode_hotline as wire_decode_hotline
from service.wire.incoming import decode_source as wire_decode_source


def _nothing(step: str) -> None:
    """What is done after a step unless somebody wants to know."""


class Door:
    """The only way in which anything becomes true.

    Every method is one transaction, or several of which each is complete. `Unavailable` means: try again. When it
    came out of a commit the effects may be there all the same; repeating is harmless, because a partition advances by
    compare-and-set (`Fenced` then: read `progress.position` and go on from there), an event counts once and a parked
    record is decided once.
    """

    def __init__(
        self,
        db: Database,
        rules_of: RulesOf,
        *,
        clock: WallClock,
        limits: Limits | None = None,
        topics: Topics | None = None,
        judge: Judge = core_judge,
        diff: Diff = core_diff,
        decode: Decode = wire_decode,
        decode_area: Decode = wire_decode_area,
        decode_source: Decode = wire_decode_source,
        decode_directory: Decode = wire_decode_directory,
        decode_hotline: Decode = wire_decode_hotline,
        after_step: Callable[[str], None] = _nothing,
    ) -> None:
        limits = limits or Limits()
        self._tools = Tools(
            db=db,
            rules_of=rules_of,
            clock=clock,
            limits=limits,
            topics=topics or Topics(),
            judge=judge,
            diff=diff,
            decode=decode,
            decode_area=decode_area,
            decode_source=decode_source,
            decode_directory=decode_directory,
            decode_hotline=decode_hotline,
            areas=Book(areas.told, Chronicle),
            outages=Book(sources.told, Outages),
            organisations=Book(directory.told, partial(Organisation, horizon=limits.horizon)),
            heard=Heard(),
            after_step=after_step,
        )
        self._sweep = Sweep(self._tools)

    async def apply(self, piece: Slice) -> Applied:
        """Apply the records of `piece` and advance its partition, all or nothing.

        Raises `Fenced` when the partition has another owner or position. No record can fail it: what cannot be read,
        judged or stored is parked.
        """
        return await slices.apply(self._tools, piece)

    async def apply_areas(self, piece: Slice) -> Applied:
        """As `apply`, for a topic of areas, of which no record is about one ticket.

        Judging waits for it. Which tickets are to be judged again is found out by the next calls of `wake`. While a
        record of it stands parked W stands still.
        """
        return await AREAS.apply(self._tools, piece)

    async def apply_sources(self, piece: Slice) -> Applied:
        """As `apply_areas`, for a topic of sources."""
        return await SOURCES.apply(self._tools, piece)

    async def cap(self) -> dict[SourceKey, Instant]:
        """Work out how far sources are complete at W; all their caps."""
        return await capping.cap(self._tools)

    async def apply_directory(self, piece: Slice) -> Applied:
        """As `apply_areas`, for the topic of the organisation: makes due at once whom it bears on, and W does not wait for it."""
        return await DIRECTORY.apply(self._tools, piece)

    async def apply_hotline(self, piece: Slice) -> Applied:
        """As `apply`, for the topic of the hotline: facts are kept, and judged where a policy promises something of calls."""
        return await hotline.apply(self._tools, piece)

    async def wake(self, limit: int) -> Woken:
        """Judge again up to `limit` tickets whose wake-up W has passed, and release records whose reason has gone.

        Then make some tickets due for which something has changed that many share. There may be more to do when `claimed`
        or `released` is `limit`, when any were `marked`, and when it says so.
        """
        woken, turn = await self._wake(limit)
        released = await decisions.release_due(self._tools, turn.places) if turn.places else 0
        released += await decisions.release_shared(self._tools, turn.shared)
        marked = await self._sweep.step() if turn.is_pending else 0
        if turn.is_passed:
            await overriding.pass_by(self._tools)
        again, more = await rechecking.step(self._tools) if turn.is_ordered else (0, turn.is_passed)
        return with_(woken, released=released, marked=marked + again, more=more)

    async def judge_again(self, keys: Iterable[TicketKey]) -> int:
        """Judge the tickets `keys` with what is stored of them; how many have something new to be said.

        For tickets that could not be judged (`tickets.unjudged`) once the program has been corrected.
        """
        async with transaction(self._tools) as work:
            await work.begin()
            await work.lock(keys)
            return len((await work.settle({}, nothing_fresh)).changed)

    async def release(
        self, topic: str, part: int, offset: int, *, by: str, reason: str, replace: bool = False
    ) -> Released:
        """Apply a parked record at its own instant, forgiving its size and that it was ahead; judge its ticket again.

        One about areas frees W, and `wake` finds out whom it bears on. A record whose id is in use is applied with `replace` only, which voids the event that has it. Raises
        `NotParked`, and `StillUnfit` when it still cannot be applied. `by` and `reason` are kept.
        """
        _check_audit(by, reason)
        return await decisions.release(self._tools, (topic, part, offset), by=by, why=reason, replace=replace)

    async def drop(self, topic: str, part: int, offset: int, *, by: str, reason: str) -> Released:
        """Declare a parked record to be of no consequence; judge its ticket again. Raises `NotParked`."""
        _check_audit(by, reason)
        return await decisions.drop(self._tools, (topic, part, offset), by=by, why=reason)

    async def rejudge(self, keys: Iterable[TicketKey], order: Order) -> Rejudged:
        """Put the tickets `keys`, which exist, under another version of the policy, and judge them again.

        An event is recorded for each, as if it had come from a topic. The same order again changes nothing. Raises
        UnknownVersion when the version is not registered.
        """
        _check_audit(order.by, order.reason)
        return await rejudging.rejudge(self._tools, keys, order)

    async def override(self, upto: Instant, *, by: str, reason: str) -> Watermark:
        """Take W to be at `upto`, not later than now, until it is proved to be there or somebody ends it.

        What rests on absence and is decided beyond the proof is `unproven` until the proof has passed it. `by` and
        `reason` are kept. Raises OverrideRefused.
        """
        _check_audit(by, reason)
        return await overriding.begin(self._tools, upto, by=by, reason=reason)

    async def end_override(self, *, by: str, reason: str) -> Watermark:
        """Take W to be where it is proved: what was decided beyond is taken back. Raises OverrideRefused."""
        _check_audit(by, reason)
        return await overriding.end(self._tools, by=by, reason=reason)

    async def _wake(self, limit: int) -> tuple[Woken, Turn]:
        tools = self._tools
        async with transaction(tools) as work:
            stands = await progress.watermark(work.tx)
            turn = await turn_of(work, stands, limit)
            if stands.at is None:
                return Woken(), turn
            await work.begin()
            claimed = await claimed_by(work.tx, stands.at, limit)
            tools.after_step("locked")
            await work.learn(due.key[0] for due in claimed)
            await work.look({due.key: due.shared_upto for due in claimed})
            effects = await work.settle({}, nothing_fresh)
            now = work.now
        waits = {due.key: now - due.wake_at for due in claimed if due.wake_at != tickets.DUE_NOW}
        return Woken(
            claimed=len(claimed),
            changed=len(effects.changed),
            for_nothing=len(waits.keys() - effects.changed),
            said=effects.said,
            unfilled=effects.unfilled,
            decided=effects.decided,
            delays=tuple(waits[key] for key in effects.changed if key in waits),
            unjudged=len(effects.unjudged),
        ), turn


def _check_audit(by: str, reason: str) -> None:
    if not by.strip() or not reason.strip():
        raise ValueError("a decision needs a name and a reason")
