"""An exclusion declared for an area with many open tickets, while ingest goes on. On Postgres with fsync, without a broker.

    .venv/bin/python -m benchmarks.areas [--tickets 100000] [--before 10]

Three processes, as a deployment would have them: one applies the events of other tickets all the time, one is the clock,
this one declares and measures. Told are the seconds from the declaration until every ticket of the area has been judged
again, the rate of ingest before and meanwhile, and the longest that a slice took. Withdrawn again, every promise and every
statement in force has to be what it was, by id and content.
"""

import argparse
import asyncio
import json
import multiprocessing
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.synchronize import Event as Flag
from typing import Any

from sqlalchemy import text

from benchmarks.door import START, TOPIC, Wall, records, rules_of, slices
from benchmarks.line import database
from service.apply import Door, Limits, Rulebook, Slice
from service.sla.instants import HOUR, MINUTE
from service.sla.policy import Rules
from service.store import Database, Unavailable, areas, policies, progress, statements, tickets
from service.store.migrations import upgrade
from service.wire import times
from service.wire.records import Record

AREAS = "areas.events.v1"
SLICE = 500
W = START + 100 * MINUTE


def rules(tenant: str, versions: Any, calendars: Any) -> Rules:
    """As in `benchmarks.door`, and what is excluded for the weather does not count."""
    found = rules_of(tenant, versions, calendars)
    return Rules(
        tuple(
            replace(v, targets=tuple(replace(t, exclusions=frozenset({"weather"})) for t in v.targets))
            for v in found.versions
        )
    )


def door(db: Database) -> Door:
    return Door(db, Rulebook(rules), clock=Wall(), limits=Limits(tenant="bench"))


def headers(type_: str, id_: str, subject: str, at: int) -> tuple[tuple[str, bytes], ...]:
    context = {
        "specversion": "1.0", "id": id_, "source": "desk", "type": f"slaclock.{type_}.v1", "time": times.write(at),
        "subject": subject, "tenant": "bench",
    }  # fmt: skip
    return tuple((f"ce_{name}", value.encode()) for name, value in context.items())


def opened(count: int) -> Iterator[Slice]:
    """Tickets of the north, opened within the first eighty minutes: by W about half of them are breached."""
    log = []
    for number in range(count):
        at, ticket = START + 80 * MINUTE * number // count, f"N{number:07}"
        value = json.dumps({"attributes": {"area": "north", "priority": "3"}}).encode()
        log.append(
            Record(
                TOPIC,
                0,
                number,
                at,
                ticket.encode(),
                value,
                headers("ticket.opened", f"{ticket}-0", ticket, at),
            )
        )
    return iter(slices(log, 2_000, 1))


def said(offset: int, type_: str, id_: str, **attributes: object) -> Slice:
    value = json.dumps({"attributes": attributes}).encode()
    one = Record(AREAS, 0, offset, W, b"storm", value, headers(f"area.{type_}", id_, "storm", W))
    return Slice(topic=AREAS, part=0, epoch=1, first=offset, next=offset + 1, records=(one,))


# --- beside each other ----------------------------------------------------------------------------


def ingest(url: str, applied: Any, longest: Any, stop: Flag) -> None:
    """Apply slices of partition 1, tickets of the south, until told to stop."""

    async def work() -> None:
        db = Database.open(url, pool_size=2)
        mine, first = door(db), 0
        log = [
            replace(one, value=(one.value or b"").replace(b'"priority"', b'"area": "south", "priority"'))
            for one in records(1, 60_000, 2_000, 7)
        ]
        while not stop.is_set() and first < len(log):
            piece = tuple(log[first : first + SLICE])
            begun = time.perf_counter()
            try:
                await mine.apply(
                    Slice(topic=TOPIC, part=1, epoch=1, first=first, next=first + len(piece), records=piece)
                )
            except Unavailable:
                continue  # as the service does
            longest.value = max(longest.value, time.perf_counter() - begun)
            first += len(piece)
            applied.value = first
        await db.close()

    asyncio.run(work())


def clock(url: str, batch: int, stop: Flag) -> None:
    """Take turns at waking until told to stop."""

    async def work() -> None:
        db = Database.open(url, pool_size=2)
        mine = door(db)
        while not stop.is_set():
            try:
                woken = await mine.wake(batch)
            except Unavailable:
                continue  # as the service does
            if not (woken.claimed or woken.marked or woken.more):
                await asyncio.sleep(0.05)
        await db.close()

    asyncio.run(work())


# --- measuring ------------------------------------------------------------------------------------


async def state(db: Database) -> tuple[dict[str, str], set[str]]:
    """What is in force of the north, by id, and its promises."""
    async with db.transaction() as tx:
        names = [
            ("bench", name)
            for name in (await tx.run(text("SELECT ticket FROM ticket WHERE areas && '{north}'"))).scalars()
        ]
        rows = await tx.rows(text("SELECT to_jsonb(p)::text FROM promise p WHERE ticket LIKE 'N%'"))
    in_force: dict[str, str] = {}
    for first in range(0, len(names), 5_000):
        async with db.transaction() as tx:
            found = await statements.said(tx, names[first : first + 5_000])
        in_force |= {
            one.statement.id: str(one.statement)
            for each in found.values()
            for one in each.values()
            if not one.withdrawn
        }
    return in_force, {row[0] for row in rows}


async def judged_again(db: Database) -> None:
    """Wait until everything said of areas has been swept and nobody is due."""
    while True:
        async with db.transaction() as tx:
            if await areas.pending(tx) is None and not (await tickets.backlog(tx)).due:
                return
        await asyncio.sleep(0.05)


async def set_up(db: Database, count: int) -> None:
    async with db.transaction() as tx:
        await policies.register(tx, "bench", policies.Version("p", "1", 0, "{}", 0))
        await progress.own(tx, TOPIC, [0, 1])
        await progress.own(tx, AREAS, [0])
    mine = door(db)
    # The very first word about areas has every ticket judged: let it be said before there are any.
    await mine.apply_areas(said(0, "excluded", "a-0", area="nowhere", reason="weather"))
    await mine.wake(1)
    for piece in opened(count):
        await mine.apply(piece)
    async with db.transaction() as tx:
        await progress.prove(tx, TOPIC, {0: count}, W)
        await progress.settle_watermark(tx, {TOPIC: [0]}, t0=W)
    while (await mine.wake(2_000)).claimed:
        pass
    async with db.transaction() as tx:
        await tx.run(text("ANALYZE"))


class Meter:
    """How fast something counts, between looks."""

    def __init__(self, value: Callable[[], int]) -> None:
        self._value = value
        self._at, self._since = value(), time.perf_counter()

    def rate(self) -> float:
        """A second, since the last look."""
        now, stands = time.perf_counter(), self._value()
        rate = (stands - self._at) / (now - self._since)
        self._at, self._since = stands, now
        return rate


async def measure(options: argparse.Namespace, url: str) -> None:
    await upgrade(url)
    db = Database.open(url, pool_size=3)
    await set_up(db, options.tickets)
    before = await state(db)
    print(
        f"{options.tickets:,} open tickets in the north, {len(before[0]):,} statements in force", flush=True
    )
    context = multiprocessing.get_context("spawn")
    stop, applied, longest = context.Event(), context.Value("q", 0), context.Value("d", 0.0)
    workers = [
        context.Process(target=ingest, args=(url, applied, longest, stop)),
        context.Process(target=clock, args=(url, options.batch, stop)),
    ]
    for worker in workers:
        worker.start()
    while not applied.value:  # noqa: ASYNC110 - looks at another process
        await asyncio.sleep(0.05)
    meter = Meter(lambda: int(applied.value))
    try:
        longest.value = 0
        await asyncio.sleep(options.before)
        print(f"ingest before: {meter.rate():,.0f} events/s, longest slice {longest.value:.2f} s", flush=True)
        await say(
            db, "declared", said(1, "excluded", "a-1", area="north", reason="weather", **SPAN), meter, longest
        )
        during = await state(db)
        await say(db, "withdrawn", said(2, "exclusion_withdrawn", "a-2"), meter, longest)
    finally:
        stop.set()
        for worker in workers:
            worker.join(60)
    after = await state(db)
    print(f"while declared {len(during[0]):,} statements in force; withdrawn {len(after[0]):,}")
    print(f"as before: statements {after[0] == before[0]}, promises {after[1] == before[1]}", flush=True)
    await db.close()


SPAN = {"from": times.write(START), "to": times.write(START + 2 * HOUR)}


async def say(db: Database, what: str, piece: Slice, meter: Meter, longest: Any) -> None:
    mine = door(db)
    longest.value = 0
    meter.rate()
    begun = time.perf_counter()
    await mine.apply_areas(piece)
    kept = time.perf_counter() - begun
    await judged_again(db)
    took = time.perf_counter() - begun
    print(
        f"{what}: kept after {kept:.2f} s, all judged again after {took:.1f} s;"
        f" ingest meanwhile {meter.rate():,.0f} events/s, longest slice {longest.value:.2f} s",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--before", type=float, default=10, help="seconds of ingest alone")
    parser.add_argument("--batch", type=int, default=1_000, help="wake-ups a transaction")
    options = parser.parse_args()
    with database() as url:
        asyncio.run(measure(options, url))


if __name__ == "__main__":
    main()
