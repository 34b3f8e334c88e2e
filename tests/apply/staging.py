"""A door on a real database, with one partition to feed it from and a clock that stands where it is put."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import text

from service.apply import Applied, Door, Limits, Rulebook, Slice
from service.sla.calendars import round_the_clock
from service.sla.instants import HOUR, MINUTE, SECOND, Instant
from service.sla.policy import Match, Policy, Rules, Rung, Target, Unit
from service.sla.statements import Kind, Said
from service.store import Database, Tx, events, outbox, parked, policies, progress, statements
from service.store.keys import TicketKey
from service.wire import times
from service.wire.records import Record
from tests.sla.telling import UTC, at

TOPIC = "tickets.events.v1"
AREAS = "areas.events.v1"
SOURCES = "sources.events.v1"
TENANT = "harbour"

#: Nine o'clock on a Friday; tests tell instants as hours after it.
NINE = at("03-01 09:00")


def after(hours: float) -> Instant:
    """The instant so many hours after nine."""
    return NINE + round(hours * HOUR)


def key(ticket: str, tenant: str = TENANT) -> TicketKey:
    return tenant, ticket


@dataclass
class StandingClock:
    now: Instant = NINE

    def wall(self) -> Instant:
        return self.now


def one_hour(grace: int = 0) -> Target:
    """Resolve within an hour of opening; a warning after half an hour, an escalation two hours after the due.

    What is excluded for the weather does not count.
    """
    return Target(
        id="restore",
        start=(Match("opened"),),
        stop=(Match("resolved"),),
        cancel=(Match("cancelled"),),
        budget=HOUR,
        unit=Unit.TIME,
        calendar=round_the_clock(UTC),
        rungs=(
            Rung(name="half", kind=Kind.WARNING, amount=30 * MINUTE, role="holder"),
            Rung(name="head", kind=Kind.ESCALATION, amount=3 * HOUR, role="head"),
        ),
        exclusions=frozenset({"weather"}),
        grace=grace,
    )


def read_rules(tenant: str, versions: Sequence[policies.Version], _: object) -> Rules:
    """Every registered version holds the one target, whatever its document says."""
    return Rules(tuple(
        Policy(id=v.id, version=v.version, tenant=tenant, effective_from=v.effective_from, targets=(one_hour(),))
        for v in versions
    ))  # fmt: skip


def record(
    ticket: str,
    type_: str,
    hours: float,
    *,
    id_: str | None = None,
    source: str = "desk",
    tenant: str = TENANT,
    recorded: float | None = None,
    part: int = 0,
    **attributes: Any,
) -> Record:
    """A record of what happened to `ticket` so many hours after nine; its offset is given when it is sent.

    The broker got it then too, or `recorded` hours after nine.
    """
    context = {
        "id": id_ or f"{ticket}-{type_}-{hours}",
        "source": source,
        "specversion": "1.0",
        "type": f"slaclock.ticket.{type_}.v1",
        "time": times.write(after(hours)),
        "subject": ticket,
        "tenant": tenant,
    }
    headers = (("content-type", b"application/json"), *((f"ce_{k}", v.encode()) for k, v in context.items()))
    stamp = after(hours if recorded is None else recorded)
    return Record(
        TOPIC, part, -1, stamp, ticket.encode(), json.dumps({"attributes": attributes}).encode(), headers
    )


def area_record(
    type_: str,
    hours: float,
    *,
    name: str = "storm",
    id_: str | None = None,
    source: str = "duty",
    tenant: str = TENANT,
    recorded: float | None = None,
    span: tuple[float | None, float | None] | None = None,
    **attributes: Any,
) -> Record:
    """A record of what was said of areas so many hours after nine; `span`: from and to, likewise; for the weather."""
    context = {
        "id": id_ or f"{name}-{type_}-{hours}",
        "source": source,
        "specversion": "1.0",
        "type": f"slaclock.area.{type_}.v1",
        "time": times.write(after(hours)),
        "subject": name,
        "tenant": tenant,
    }
    if type_ == "excluded":
        attributes = {"area": "north", "reason": "weather"} | attributes
        start, end = span or (None, None)
        attributes |= {"from": None if start is None else times.write(after(start))}
        attributes |= {"to": None if end is None else times.write(after(end))}
    headers = (("content-type", b"application/json"), *((f"ce_{k}", v.encode()) for k, v in context.items()))
    stamp = after(hours if recorded is None else recorded)
    value = json.dumps({"attributes": attributes}).encode()
    return Record(AREAS, 0, -1, stamp, name.encode(), value, headers)


def source_record(
    type_: str,
    hours: float,
    about: str = "desk",
    *,
    id_: str | None = None,
    tenant: str = TENANT,
    recorded: float | None = None,
    **attributes: Any,
) -> Record:
    """A record of what was said about the source `about` so many hours after nine; numbers stand for such hours."""
    context = {
        "id": id_ or f"{about}-{type_}-{hours}",
        "source": "duty",
        "specversion": "1.0",
        "type": f"slaclock.source.{type_}.v1",
        "time": times.write(after(hours)),
        "subject": about,
        "tenant": tenant,
    }
    written = {
        name.rstrip("_"): times.write(after(value)) if type(value) in (int, float) else value
        for name, value in attributes.items()
    }
    headers = (("content-type", b"application/json"), *((f"ce_{k}", v.encode()) for k, v in context.items()))
    stamp = after(hours if recorded is None else recorded)
    value = json.dumps({"attributes": written}).encode()
    return Record(SOURCES, 0, -1, stamp, about.encode(), value, headers)


def garbage(ticket: str, hours: float, value: bytes = b"{", tenant: str = TENANT) -> Record:
    """A record of `ticket` that nobody can read, kept by the broker so many hours after nine."""
    headers = (("content-type", b"application/cloudevents+json"), ("ce_tenant", tenant.encode()))
    if value == b"{":
        value = b'{"tenant": "' + tenant.encode() + b'", '
    return Record(TOPIC, 0, -1, after(hours), ticket.encode(), value, headers)


@dataclass
class Stage:
    """`send` puts records at the end of the partition and applies them; W moves with `prove`."""

    db: Database
    door: Door
    clock: StandingClock
    part: int = 0
    epoch: int = 1
    end: int = 0
    log: list[Record] = field(default_factory=list)
    shared: Counter[str] = field(default_factory=Counter)

    async def tell(self, *records: Record, topic: str = AREAS) -> Applied:
        """Put `records` at the end of the partition of a shared topic and apply them."""
        first = self.shared[topic]
        put = tuple(replace(one, topic=topic, part=0, offset=first + n) for n, one in enumerate(records))
        piece = Slice(topic=topic, part=0, epoch=self.epoch, first=first, next=first + len(put), records=put)
        apply = self.door.apply_areas if topic == AREAS else self.door.apply_sources
        applied = await apply(piece)
        self.shared[topic] += len(put)
        return applied

    async def report(self, *records: Record) -> Applied:
        """The same for what is said of sources."""
        return await self.tell(*records, topic=SOURCES)

    async def settle(self, limit: int = 100) -> int:
        """Wake until nothing is left to do; how many tickets were judged."""
        claimed = 0
        for _ in range(10_000):
            woken = await self.door.wake(limit)
            claimed += woken.claimed
            if not (woken.claimed or woken.released or woken.marked or woken.more):
                return claimed
        raise TimeoutError("there is always more to do")

    def placed(self, *records: Record) -> Slice:
        """The next slice, holding `records`."""
        put = tuple(
            Record(TOPIC, self.part, self.end + n, r.timestamp, r.key, r.value, r.headers)
            for n, r in enumerate(records)
        )
        return Slice(
            topic=TOPIC,
            part=self.part,
            epoch=self.epoch,
            first=self.end,
            next=self.end + len(put),
            records=put,
        )

    async def send(self, *records: Record) -> Applied:
        piece = self.placed(*records)
        applied = await self.door.apply(piece)
        self.end = piece.next
        self.log.extend(piece.records)
        return applied

    async def prove(self, hours: float) -> progress.Watermark:
        """A probe that read the clock so many hours after nine finds everything applied."""
        t0 = after(hours)
        self.clock.now = max(self.clock.now, t0)
        async with self.db.transaction() as tx:
            ends: dict[str, dict[int, int]] = {TOPIC: {}, AREAS: {}, SOURCES: {}}
            for each in await progress.positions(tx):
                if each.topic in ends:  # W does not wait for others
                    ends[each.topic][each.part] = each.next_offset
            for topic, parts in ends.items():
                await progress.prove(tx, topic, parts, t0)
            settled = await progress.settle_watermark(tx, ends, t0=t0)
        await self.door.cap()
        return settled

    async def said(self, ticket: str) -> list[str]:
        """The ledger as lines: `breach 1`, `breach 2 withdrawn`, `verdict 1 met`."""
        async with self.db.transaction() as tx:
            return [_line(entry.said) for entry in await statements.ledger(tx, key(ticket))]

    async def in_force(self, *tickets: str) -> set[str]:
        """What holds of `tickets`: ticket, name, outcome, reason."""
        async with self.db.transaction() as tx:
            newest = await statements.said(tx, map(key, tickets))
        return {
            " ".join(filter(None, (each.statement.ticket, each.statement.name, *_outcome(each))))
            for ticket in newest.values()
            for each in ticket.values()
            if not each.withdrawn
        }

    async def ask(self, question: Any, *arguments: Any, **named: Any) -> Any:
        """`question` of the store in a transaction of its own."""
        async with self.db.transaction() as tx:
            return await question(tx, *arguments, **named)

    async def until_blocked(self, number: int = 1) -> None:
        """So many transactions wait for a lock."""
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        for _ in range(500):
            async with self.db.transaction() as tx:
                if (await tx.run(waiting)).scalar_one() >= number:
                    return
            await asyncio.sleep(0.01)
        raise TimeoutError("nobody waits for a lock")

    async def outgoing(self) -> list[outbox.Row]:
        return await self.ask(outbox.take, 0, 1, 10_000)

    async def parked(self) -> list[tuple[int, str]]:
        """Offset and reason of what stands parked."""
        rows = await self.ask(parked.browse, limit=10_000)
        return [(row.record.offset, row.reason.value) for row in rows]

    async def history(self, ticket: str) -> list[str]:
        """Ids of what is stored, in the order of what happened."""
        found = await self.ask(events.history, [key(ticket)])
        return [e.id for e in sorted(found[key(ticket)], key=lambda e: (e.at, e.id))]


def _line(said: Said) -> str:
    words = [said.statement.name, str(said.rev), *_outcome(said), "withdrawn" if said.withdrawn else ""]
    return " ".join(filter(None, words))


def _outcome(said: Said) -> tuple[str, str]:
    return said.statement.outcome, said.statement.reason


async def register(
    tx: Tx, tenant: str = TENANT, version: str = "1", since: Instant = 0, at_: Instant = 0
) -> bool:
    return await policies.register(tx, tenant, policies.Version("p", version, since, "{}", at_))


@asynccontextmanager
async def staged(dsn: str, *, parts: int = 1, policy: bool = True, **door: Any) -> AsyncIterator[Stage]:
    """A stage on the migrated database `dsn`, owner of partition 0 of `parts`."""
    db = Database.open(dsn, pool_size=8)
    clock = StandingClock()
    door.setdefault("limits", Limits(tenant=TENANT, ahead=60 * SECOND))
    try:
        async with db.transaction() as tx:
            if policy:
                await register(tx)
            await progress.register(tx, TOPIC, range(parts))
            owned = await progress.own(tx, TOPIC, range(parts))
            for topic in (AREAS, SOURCES):
                await progress.own(tx, topic, [0])
        rules_of = door.pop("rules_of", None) or Rulebook(read_rules)
        yield Stage(db, Door(db, rules_of, clock=clock, **door), clock, epoch=owned[0].epoch)
    finally:
        await db.close()
