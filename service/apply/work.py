"""One transaction of the door, from the locks to the outbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from service.apply import versions
from service.apply.intake import Intake, Misfit, take_in
from service.apply.judging import UNPROVED, Bench, Case, Finding
from service.apply.tools import Tools
from service.sla.events import Doubt
from service.sla.instants import Instant
from service.sla.policy import Rules
from service.sla.statements import Kind, Said
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
from service.store.events import Kept, Past
from service.store.keys import TicketKey, bucket_of
from service.store.outbox import Message
from service.store.statements import Entry
from service.store.tickets import Standing
from service.wire.outgoing import encode
from service.wire.records import Accepted, Reason


@dataclass(slots=True)
class Effects:
    """What a transaction did; `unjudged` and `rejected` say why judging a ticket failed.

    A `rejected` ticket could be judged without its fresh events, which were not added; an `unjudged` one could not.
    """

    changed: set[TicketKey] = field(default_factory=set)
    said: Counter[tuple[Kind, bool]] = field(default_factory=Counter)
    rejected: dict[TicketKey, str] = field(default_factory=dict)
    unjudged: dict[TicketKey, str] = field(default_factory=dict)


#: Parks the fresh events of rejected tickets; it gets why judging each failed.
Reject: TypeAlias = Callable[[Mapping[TicketKey, str]], Awaitable[None]]


async def nothing_fresh(failures: Mapping[TicketKey, str]) -> None:
    """For `Work.settle` without fresh events, of which none can be rejected."""
    assert not failures


@asynccontextmanager
async def transaction(tools: Tools) -> AsyncIterator[Work]:
    """The work of one transaction, committed when the block ends without an error."""
    async with tools.db.transaction() as tx:
        yield Work(tx, tools)
    tools.after_step("committed")


class Work:
    """Tickets under lock, with W and everything stored of them.

    The order is what makes it right. First the tickets are locked, then W is read, then what is stored, each in a
    statement of its own: so a ticket is never judged at an earlier W than before, and with everything in sight that
    was committed when that W was proved.
    """

    def __init__(self, tx: Tx, tools: Tools) -> None:
        self.tx = tx
        self.now: Instant = tools.clock.wall()
        self.watermark: Instant | None = None
        self.pasts: dict[TicketKey, Past] = {}
        self._tools = tools
        self._rules: dict[str, Rules | None] = {}

    async def begin(self) -> None:
        """Keep what is registered as it is until the transaction ends. Comes before any ticket is locked."""
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
        await tickets.lock(self.tx, chosen)
        self._tools.after_step("locked")
        await self.look(chosen)

    async def look(self, locked: Collection[TicketKey]) -> None:
        """Read W and the past of tickets that are locked."""
        self.watermark = (await progress.watermark(self.tx)).at
        self._tools.after_step("watermark read")
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

    async def settle(self, fresh: Mapping[TicketKey, Collection[Kept]], reject: Reject) -> Effects:
        """Add `fresh` events, judge every locked ticket, and write what is new to the ledger and the outbox."""
        doubts = await parked.doubts(self.tx, self.pasts)
        said = await statements.said(self.tx, self.pasts)
        effects = Effects()
        found: dict[TicketKey, Finding] = {}
        for key, past in self.pasts.items():
            added = fresh.get(key, ())
            case = Case(tuple(past.events), tuple(kept.event for kept in added), doubts[key], said[key])
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
        await tickets.save(
            self.tx,
            [
                self._standing(key, found.get(key), kept.get(key, ()), doubts[key], effects.unjudged.get(key))
                for key in self.pasts
            ],
        )
        return effects

    def _find(self, key: TicketKey, case: Case, failures: dict[TicketKey, str]) -> Finding | None:
        rules = self.rules_of(key[0])
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
            case = Case(tuple(self.pasts[key].events), (), doubts[key], said[key])
            finding = self._find(key, case, effects.unjudged)
            if finding is not None:
                found[key] = finding

    async def _say(self, found: Mapping[TicketKey, Finding], effects: Effects) -> None:
        entries: list[Entry] = []
        messages: list[Message] = []
        for key, finding in found.items():
            for change in finding.changes:
                out = encode(
                    change.said,
                    cause=change.cause,
                    watermark=self.watermark,
                    decided_at=self.now,
                    announce=change.announce,
                )
                entries.append(
                    Entry(
                        said=change.said,
                        cause=change.cause,
                        watermark=self.watermark,
                        decided_at=self.now,
                        event_id=out.event_id,
                    )
                )
                messages.extend(self._messages(bucket_of(*key), change.said, out.key, out.value, out.headers))
                effects.changed.add(key)
                effects.said[change.said.statement.kind, change.said.withdrawn] += 1
        await statements.add(self.tx, entries)
        self._tools.after_step("statements saved")
        await outbox.add(self.tx, messages)
        self._tools.after_step("outbox written")

    def _messages(
        self, bucket: int, said: Said, key: bytes, value: bytes, headers: tuple[tuple[str, bytes], ...]
    ) -> Iterable[Message]:
        topics = self._tools.topics
        yield Message(
            bucket=bucket, topic=topics.statements, key=key, value=value, headers=headers, created_at=self.now
        )
        if said.statement.kind is Kind.BREACH:
            own_key = (
                said.statement.id.encode()
            )  # that topic is compacted to the newest revision of each breach
            yield Message(
                bucket=bucket,
                topic=topics.breaches,
                key=own_key,
                value=value,
                headers=headers,
                created_at=self.now,
            )

    def _standing(
        self,
        key: TicketKey,
        finding: Finding | None,
        added: Collection[Kept],
        doubts: tuple[Doubt, ...],
        unjudged: str | None,
    ) -> Standing:
        instants = [event.at for event in self.pasts[key].events] + [kept.event.at for kept in added]
        latest = max(instants, default=None)
        if finding is None:
            return Standing(
                key=key,
                wake_at=None,
                judged_at=self.watermark,
                latest_at=latest,
                in_doubt=bool(doubts),
                unjudged=unjudged,
            )
        judgement = finding.judgement
        return Standing(
            key=key,
            wake_at=_not_before(judgement.wake_at, self.watermark),
            judged_at=self.watermark,
            latest_at=latest,
            policy=judgement.policy,
            orphan=judgement.orphan,
            in_doubt=bool(doubts),
        )


def _not_before(wake_at: Instant | None, watermark: Instant | None) -> Instant | None:
    """A wake-up that lies in the past would be claimed again at once, for ever: so it waits for W to move."""
    if wake_at is None or watermark is None:
        return wake_at
    return max(wake_at, watermark)
