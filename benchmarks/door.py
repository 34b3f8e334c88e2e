"""Events a second through `Door.apply`, and due tickets a second through `Door.wake`, without a broker.

    .venv/bin/python benchmarks/door.py [--url postgresql://...] [--tickets 10000] [--slice 500] [--doors 1] [--judge simple]

Without --url it starts the embedded Postgres. Each ticket has six events; those of about 2,000 tickets are mixed, as
they would be on a busy partition, so that a slice of 500 touches about 450 tickets with a history.
"""

import argparse
import asyncio
import json
import random
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import asyncpg

from service.apply import Door, Limits, Rulebook, Slice
from service.demo.parts import postgres
from service.sla.calendars import round_the_clock
from service.sla.diff import diff
from service.sla.history import History
from service.sla.instants import HOUR, MINUTE, SECOND
from service.sla.judge import judge
from service.sla.policy import Match, Policy, Rules, Rung, Target, Unit
from service.sla.statements import Account, Judgement, Kind, Promise, State, Statement
from service.store import Database, outbox, policies, progress
from service.store.migrations import upgrade
from service.wire import times
from service.wire.records import Record

TOPIC = "tickets.events.v1"
START = 1_709_283_600 * SECOND
SPACE = UUID(int=1)
STEPS = ("opened", "assigned", "noted", "replied", "noted", "resolved")


class Wall:
    def wall(self) -> int:
        return time.time_ns() // 1000


def simple(history: History, _rules: Rules, upto: int) -> Judgement:
    """One promise of an hour, met or breached: what the prototype's judge did."""
    opened = next((e for e in history.events if e.type == "opened"), None)
    if opened is None:
        return Judgement(orphan=True)
    stop = next((e for e in history.events if e.type == "resolved"), None)
    due, began = opened.at + HOUR, (opened.source, opened.id)
    said = []

    def say(name: str, at: int, outcome: str = "") -> None:
        said.append(Statement(
            id=str(uuid5(SPACE, f"{opened.ticket}{name}")), kind=Kind(name), tenant=opened.tenant,
            ticket=opened.ticket, target="restore", name=name, started_by=began, at=at, policy="p", version="1",
            clause="", regime="", start=opened.at, due=due, account=Account(counted=at - opened.at), outcome=outcome,
            event=None if stop is None else (stop.source, stop.id),
        ))  # fmt: skip

    breached = upto > due and (stop is None or stop.at > due)
    if breached:
        say("breach", due)
    if stop is not None:
        say("verdict", stop.at, "late" if breached else "met")
    state = State.OPEN if stop is None else State.MET
    promise = Promise(target="restore", started_by=began, start=opened.at, due=due, state=state)
    wake = due if stop is None and not breached else None
    return Judgement(promises=(promise,), statements=tuple(said), wake_at=wake, policy=("p", "1"))


def rules_of(tenant: str, versions: Sequence[policies.Version], _calendars: object) -> Rules:
    target = Target(
        id="restore", start=(Match("opened"),), stop=(Match("resolved"),), cancel=(), budget=HOUR, unit=Unit.TIME,
        calendar=round_the_clock(ZoneInfo("UTC")),
        rungs=(Rung(name="half", kind=Kind.WARNING, amount=HOUR // 2, role="holder"),),
    )  # fmt: skip
    return Rules(tuple(
        Policy(id=v.id, version=v.version, tenant=tenant, effective_from=v.effective_from, targets=(target,))
        for v in versions
    ))  # fmt: skip


def records(part: int, tickets: int, width: int, seed: int, *, resolve: bool = True) -> list[Record]:
    """The events of `tickets` tickets, `width` of which are open at any time."""
    chance = random.Random(seed)
    open_, made, out = [], 0, []
    while made < tickets or open_:
        while len(open_) < width and made < tickets:
            open_.append([f"T{part}-{made:07}", 0])
            made += 1
        chosen = open_[chance.randrange(len(open_))]
        name, step = chosen
        at = START + len(out) * MINUTE // 100
        type_ = STEPS[step]
        context = {
            "specversion": "1.0", "id": f"{name}-{step}", "source": "desk", "type": f"slaclock.ticket.{type_}.v1",
            "time": times.write(at), "subject": name, "tenant": "bench", "datacontenttype": "application/json",
        }  # fmt: skip
        data = {
            "seq": step,
            "attributes": {"priority": "3 - Moderate", "category": "Category 55", "group": "Group 56"},
        }
        headers = tuple((f"ce_{k}", v.encode()) for k, v in context.items())
        out.append(Record(TOPIC, part, len(out), at, name.encode(), json.dumps(data).encode(), headers))
        chosen[1] += 1
        if chosen[1] == (len(STEPS) if resolve else 1):
            open_.remove(chosen)
    return out


def slices(log: list[Record], size: int, epoch: int) -> Iterable[Slice]:
    for first in range(0, len(log), size):
        chunk = tuple(log[first : first + size])
        yield Slice(
            topic=TOPIC, part=chunk[0].part, epoch=epoch, first=first, next=first + len(chunk), records=chunk
        )


async def drain(db: Database) -> int:
    gone = 0
    while True:
        async with db.transaction() as tx:
            rows = await outbox.take(tx, 0, 1, 5_000)
            if not rows:
                return gone
            gone += await outbox.delete(tx, [row.id for row in rows])


async def measure(options: argparse.Namespace, url: str) -> None:
    await upgrade(url)
    db = Database.open(url, pool_size=options.doors + 2)
    spent: dict[str, float] = {}
    last = [time.perf_counter()]

    def clocked(step: str) -> None:
        now = time.perf_counter()
        spent[step] = spent.get(step, 0.0) + now - last[0]
        last[0] = now

    def door() -> Door:
        chosen = simple if options.judge == "simple" else judge
        follow = clocked if options.doors == 1 else str
        return Door(
            db, Rulebook(rules_of), clock=Wall(), limits=Limits(), judge=chosen, diff=diff, after_step=follow
        )

    async with db.transaction() as tx:
        await policies.register(tx, "bench", policies.Version("p", "1", 0, "{}", 0))
        await progress.register(tx, TOPIC, range(options.doors))
        owned = await progress.own(tx, TOPIC, range(options.doors))
    logs = [
        records(p, options.tickets // options.doors, options.width, p, resolve=not options.due)
        for p in range(options.doors)
    ]
    total = sum(map(len, logs))

    async def run(part: int) -> None:
        mine = door()
        for piece in slices(logs[part], options.slice, owned[part].epoch):
            await mine.apply(piece)

    begun = last[0] = time.perf_counter()
    await asyncio.gather(*(run(part) for part in range(options.doors)))
    took = time.perf_counter() - begun
    print(f"apply: {total:,} events in {took:.1f} s = {total / took:,.0f} events/s", flush=True)
    for step, seconds in spent.items():
        print(f"  {seconds / took:6.1%}  until {step}")
    async with db.transaction() as tx:
        ends = {part: len(log) for part, log in enumerate(logs)}
        w = START + 1000 * HOUR
        await progress.prove(tx, TOPIC, ends, w)
        await progress.settle_watermark(tx, {TOPIC: list(ends)}, t0=w)
    spent.clear()
    begun = last[0] = time.perf_counter()
    claimed = statements = 0

    async def sweep() -> None:
        nonlocal claimed, statements
        mine = door()
        while (woken := await mine.wake(options.batch)).claimed:
            claimed += woken.claimed
            statements += sum(woken.said.values())

    await asyncio.gather(*(sweep() for _ in range(options.doors)))
    took = time.perf_counter() - begun
    print(
        f"wake: {claimed:,} due tickets, {statements:,} statements in {took:.1f} s = {claimed / took:,.0f} tickets/s"
    )
    for step, seconds in spent.items():
        print(f"  {seconds / took:6.1%}  until {step}")
    begun = time.perf_counter()
    gone = await drain(db)
    print(f"outbox: {gone:,} rows taken and deleted in {time.perf_counter() - begun:.1f} s")
    await db.close()


async def fresh(url: str) -> str:
    connection = await asyncpg.connect(url)
    name = f"bench_{time.time_ns()}"
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return f"{url.rsplit('/', 1)[0]}/{name}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", help="a Postgres where databases may be made")
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--width", type=int, default=2_000, help="tickets open at a time, a partition")
    parser.add_argument("--slice", type=int, default=500)
    parser.add_argument("--batch", type=int, default=1_000, help="wake-ups a transaction")
    parser.add_argument("--doors", type=int, default=1, help="partitions applied at the same time")
    parser.add_argument("--judge", choices=("simple", "core"), default="simple")
    parser.add_argument(
        "--due", action="store_true", help="tickets are only opened, so all of them become due"
    )
    options = parser.parse_args()
    with ExitStack() as stack:
        url = options.url or stack.enter_context(postgres()).admin
        asyncio.run(measure(options, asyncio.run(fresh(url))))


if __name__ == "__main__":
    main()
