"""One transaction of the door, from the locks to the outbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from service.apply import versions
from service.apply.ground import Ground, grounds
from service.apply.intake import Intake, Misfit, take_in
from service.apply.judging import UNPROVED, Bench, Case, Finding
from service.apply.outcome import Decided
from service.apply.people import Occasion, recount
from service.apply.proof import complete
from service.apply.saying import Voice, not_before, settled_at
from service.apply.tools import Tools
from service.sla.events import Doubt
from service.sla.instants import NEVER, Duration, Instant
from service.sla.policy import Rules
from service.sla.statements import Kind, Said
from service.sla.view import UNPROVEN
from service.store import (
    Tx,
    events,
    outbox,
    parked,
    progress,
    promises,
    registry,
    statements,
    tickets,
)
from service.store import waits as waits_store
from service.store.events import Kept, Past
from service.store.keys import TicketKey
from service.store.sources import SourceKey
from service.store.tickets import Standing
from service.wire.records import Accepted, Reason


@dataclass(slots=True)
class Effects:
    """What a transaction did; `unjudged` and `rejected` say why judging a ticket failed.

    A `rejected` ticket could be judged without its fresh events, which were not added; an `unjudged` one could not.
    """

    changed: set[TicketKey] = field(default_factory=set)
    said: Counter[tuple[Kind, bool]] = field(default_factory=Counter)
    unfilled: Counter[str] = field(default_factory=Counter)
    repeats: Counter[bool] = field(default_factory=Counter)
    decided: Decided = field(default_factory=Decided)
    rejected: dict[TicketKey, str] = field(default_factory=dict)
    unjudged: dict[TicketKey, str] = field(default_factory=dict)


#: Parks the fresh events of rejected tickets; it gets why judging each failed.
Reject: TypeAlias = Callable[[Mapping[TicketKey, str]], Awaitable[None]]


async def nothing_fresh(failures: Mapping[TicketKey, str]) -> None:
    """For `Work.settle` without fresh events, of which none can be rejected."""
    assert not failures


@asynccontextmanager
async def transaction(tools: Tools, *, by_hand: bool = False) -> AsyncIterator[Work]:
    """The work of one transaction, committed when the block ends without an error.

    What a person decides is news, however old: `by_hand`.
    """
    async with tools.db.transaction() as tx:
        yield Work(tx, tools, NEVER if by_hand else tools.limits.announce_within)
    tools.after_step("committed")


class Work:
    """Tickets under lock, with W and everything stored of them.

    The order is what makes it right. First the tickets are locked, then W is read, then what many tickets share, then
    what is stored, each in a statement of its own: so a ticket is never judged at an earlier W than before, and with
    everything in sight that was committed when that W was proved.
    """

    def __init__(self, tx: Tx, tools: Tools, announce_within: Duration) -> None:
        self.tx = tx
        self.now: Instant = tools.clock.wall()
        self.watermark: Instant | None = None
        self.pasts: dict[TicketKey, Past] = {}
        self._tools = tools
        self._announce_within = announce_within
        self._rules: dict[str, Rules | None] = {}
        self._grounds: dict[str, Ground] = {}
        self.heard: dict[SourceKey, Instant] = {}
        self._heard: Mapping[TicketKey, int] = {}

    async def begin(self) -> None:
        """Keep what many tickets share as it is until the transaction ends. Comes before any ticket is locked."""
        await registry.hold_still(self.tx)

    async def learn(self, tenants: Iterable[str]) -> None:
        """Read the rules of `tenants`."""
        for tenant in sorted(set(tenants)):
            self._rules[tenant] = await self._tools.rules_of(self.tx, tenant)

    def has_policy(self, tenant: str) -> bool:
        return self._rules.get(tenant) is not None

    def rules_of(self, tenant: str) -> Rules:
        """The rules of a tenant that has some."""
        rules = self._rules[tenant]
        assert rules is not None
        return rules

    async def lock(self, keys: Iterable[TicketKey]) -> None:
        """Learn the rules of the tenants of `keys`, lock the tickets of those that have some, and look at them."""
        wanted = set(keys)
        await self.learn(tenant for tenant, _ in wanted)
        chosen = [key for key in wanted if self.has_policy(key[0])]
        heard = await tickets.lock(self.tx, chosen)
        self._tools.after_step("locked")
        await self.look(heard)

    async def look(self, locked: Mapping[TicketKey, int]) -> None:
        """Read W, what many tickets share, and the past of tickets that are locked; `locked` has their `shared_upto`."""
        stands = await progress.watermark(self.tx)
        self.watermark = stands.at
        self._tools.after_step("watermark read")
        self._heard = locked
        rules = {tenant: self.rules_of(tenant) for tenant, _ in locked}
        self._grounds = await grounds(self.tx, self._tools, rules, stands)
        self.pasts = await events.past(self.tx, locked)

    def take_in(self, accepted: Iterable[Accepted], most: int | None) -> Intake:
        """Sort arriving events by what is stored of their tickets; those of tenants without a policy do not fit."""
        arrived = list(accepted)
        intake = take_in((one for one in arrived if self.has_policy(one.event.tenant)), self.pasts, most)
        intake.misfits.extend(
            Misfit(one, Reason.UNKNOWN_POLICY, f"tenant {one.event.tenant} has no policy")
            for one in arrived
            if not self.has_policy(one.event.tenant)
        )
        return intake

    def hear(self, accepted: Iterable[Accepted]) -> None:
        """Find out which sources are heard in these records; noted at the end of the transaction."""
        rules = {tenant: each for tenant, each in self._rules.items() if each is not None}
        self.heard = self._tools.heard.news(accepted, rules)

    async def settle(self, fresh: Mapping[TicketKey, Collection[Kept]], reject: Reject) -> Effects:
        """Add `fresh` events, judge every locked ticket, and write what is new to the ledger and the outbox."""
        doubts = await parked.doubts(self.tx, self.pasts)
        said = await statements.said(self.tx, self.pasts)
        effects = Effects()
        found: dict[TicketKey, Finding] = {}
        for key in self.pasts:
            added = fresh.get(key, ())
            case = self._case(key, added, doubts[key], said[key])
            finding = self._find(key, case, effects.rejected if added else effects.unjudged)
            if finding is not None:
                found[key] = finding
        if effects.rejected:
            await self._judge_without(effects, found, reject, said)
            doubts = await parked.doubts(self.tx, self.pasts)
        self._tools.after_step("judged")
        kept = {key: added for key, added in fresh.items() if key not in effects.rejected}
        await events.append(self.tx, [one for added in kept.values() for one in added])
        await versions.note(self.tx, {key: added for key, added in kept.items() if added}, self.rules_of)
        self._tools.after_step("appended")
        await self._say(found, effects)
        await promises.save(self.tx, {key: one.judgement.promises for key, one in found.items()})
        await self._wait(found)
        await tickets.save(
            self.tx,
            [
                self._standing(key, found.get(key), kept.get(key, ()), doubts[key], effects.unjudged.get(key))
                for key in self.pasts
            ],
        )
        return effects

    def _case(
        self, key: TicketKey, added: Collection[Kept], doubts: tuple[Doubt, ...], said: Mapping[str, Said]
    ) -> Case:
        return self._grounds[key[0]].case(self.pasts[key], added, doubts, said, heard=self._heard[key])

    def _find(self, key: TicketKey, case: Case, failures: dict[TicketKey, str]) -> Finding | None:
        rules = self._grounds[key[0]].rules
        upto = UNPROVED if self.watermark is None else self.watermark
        try:
            return Bench(self._tools.judge, self._tools.diff, rules, upto).find(case)
        except Exception as error:  # noqa: BLE001 - one ticket that cannot be judged must not stop the others
            failures[key] = f"{type(error).__name__}: {error}"[:300]
            return None

    async def _judge_without(
        self,
        effects: Effects,
        found: dict[TicketKey, Finding],
        reject: Reject,
        said: Mapping[TicketKey, dict[str, Said]],
    ) -> None:
        """Park the fresh events of rejected tickets and judge these as they were, now in doubt."""
        await reject(effects.rejected)
        doubts = await parked.doubts(self.tx, effects.rejected)
        for key in effects.rejected:
            finding = self._find(key, self._case(key, (), doubts[key], said[key]), effects.unjudged)
            if finding is not None:
                found[key] = finding

    async def _say(self, found: Mapping[TicketKey, Finding], effects: Effects) -> None:
        is_provisional = any(ground.is_provisional for ground in self._grounds.values())
        voice = Voice(
            self._tools.topics,
            self.watermark,
            self.now,
            is_provisional,
            self._announce_within,
        )
        spoken = list(voice.say(found))
        for key, change, _, _ in spoken:
            effects.changed.add(key)
            effects.said[change.said.statement.kind, change.said.withdrawn] += 1
            effects.decided.note(change.said)
            if not change.said.withdrawn:
                effects.unfilled.update(
                    link.reason for link in change.said.statement.chain if not link.person
                )
        await statements.add(self.tx, [entry for _, _, entry, _ in spoken])
        self._tools.after_step("statements saved")
        await outbox.add(self.tx, [message for *_, messages in spoken for message in messages])
        self._tools.after_step("outbox written")
        occasion = Occasion(self._tools.topics.statements, self.watermark, self.now)
        effects.repeats += await recount(
            self.tx, [(key, change) for key, change, _, _ in spoken], self.rules_of, occasion
        )

    async def _wait(self, found: Mapping[TicketKey, Finding]) -> None:
        """Note when to judge again what waits for sources."""
        upto = UNPROVED if self.watermark is None else self.watermark
        waits = {}
        for key, finding in found.items():
            ground = self._grounds[key[0]]
            if ground.has_sources:
                waits[key] = {
                    each: max(wake_at, complete(each, ground.proof, upto))
                    for each, wake_at in finding.judgement.waits.items()
                }
        await waits_store.save(self.tx, waits)

    def _standing(
        self,
        key: TicketKey,
        finding: Finding | None,
        added: Collection[Kept],
        doubts: tuple[Doubt, ...],
        unjudged: str | None,
    ) -> Standing:
        everything = [*self.pasts[key].events, *(kept.event for kept in added)]
        ground = self._grounds[key[0]]
        stands = Standing(
            key=key,
            wake_at=None,
            judged_at=self.watermark,
            latest_at=max((event.at for event in everything), default=None),
            in_doubt=bool(doubts),
            unjudged=unjudged,
            areas=ground.areas_of(everything),
            shared_upto=self._heard[key],
        )
        if finding is None:
            return stands
        judgement = finding.judgement
        return replace(
            stands,
            wake_at=not_before(judgement.wake_at, self.watermark),
            policy=judgement.policy,
            orphan=judgement.orphan,
            shared_upto=ground.heard,
            settled_at=settled_at(judgement.promises),
            unproven=any(UNPROVEN in statement.remarks for statement in judgement.statements),
        )
