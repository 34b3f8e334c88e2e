"""The door: records, wake-ups and decisions about parked records become effects, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace as with_

from service.apply import decisions, rejudging, slices
from service.apply.judging import Diff, Judge
from service.apply.outcome import Applied, Limits, Released, Slice, Topics, WallClock, Woken
from service.apply.rejudging import Order, Rejudged
from service.apply.tools import Decode, RulesOf, Tools
from service.apply.work import nothing_fresh, transaction
from service.sla.diff import diff as core_diff
from service.sla.judge import judge as core_judge
from service.store import Database, parked, progress, tickets
from service.store.keys import TicketKey
from service.store.parked import Place
from service.wire.incoming import decode as wire_decode


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
        after_step: Callable[[str], None] = _nothing,
    ) -> None:
        self._tools = Tools(
            db=db,
            rules_of=rules_of,
            clock=clock,
            limits=limits or Limits(),
            topics=topics or Topics(),
            judge=judge,
            diff=diff,
            decode=decode,
            after_step=after_step,
        )

    async def apply(self, piece: Slice) -> Applied:
        """Apply the records of `piece` and advance its partition, all or nothing.

        Raises `Fenced` when the partition has another owner or position. No record can fail it: what cannot be read,
        judged or stored is parked.
        """
        return await slices.apply(self._tools, piece)

    async def wake(self, limit: int) -> Woken:
        """Judge again up to `limit` tickets whose wake-up W has passed, and release records whose reason has gone.

        There may be more to do when `claimed` or `released` is `limit`.
        """
        woken, places = await self._wake(limit)
        return with_(woken, released=await decisions.release_due(self._tools, places)) if places else woken

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

        A record whose id is in use is applied with `replace` only, which voids the event that has it. Raises
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

    async def _wake(self, limit: int) -> tuple[Woken, list[Place]]:
        tools = self._tools
        async with transaction(tools) as work:
            watermark = (await progress.watermark(work.tx)).at
            if watermark is None:
                return Woken(), []
            places = await parked.releasable(work.tx, watermark, limit)
            await work.begin()
            claimed = await tickets.claim_due(work.tx, watermark, limit)
            tools.after_step("locked")
            keys = [due.key for due in claimed]
            await work.learn(tenant for tenant, _ in keys)
            await work.look(keys)
            effects = await work.settle({}, nothing_fresh)
            now = work.now
        waits = {due.key: now - due.wake_at for due in claimed if due.wake_at != tickets.DUE_NOW}
        return Woken(
            claimed=len(claimed),
            changed=len(effects.changed),
            said=effects.said,
            delays=tuple(waits[key] for key in effects.changed if key in waits),
            unjudged=len(effects.unjudged),
        ), places


def _check_audit(by: str, reason: str) -> None:
    if not by.strip() or not reason.strip():
        raise ValueError("a decision needs a name and a reason")
