"""What chains cost: the same events with and without a directory. On Postgres without fsync and without a broker, so
that reckoning weighs as much as it can.

    .venv/bin/python -m benchmarks.people [--tickets 1500] [--rounds 2]

Every ticket is handed on, stopped late and so breached while its events are applied; as many are only opened, and become
due. Breaches carry holders, chain and evidence, warnings whom they are told to. Shown is the faster of the rounds.
"""

import argparse
import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from benchmarks.door import START, TOPIC, Wall, fresh, records, rules_of, slices
from service.apply import Door, Limits, Rulebook, Slice
from service.demo.parts import postgres
from service.sla.instants import HOUR
from service.sla.statements import Kind
from service.store import Database, policies, progress
from service.store.migrations import upgrade
from service.wire import times
from service.wire.records import Record

DIRECTORY = "directory.events.v1"
PEOPLE, UNITS, AREAS = 5_000, 300, 2_000
SLOWER = 20
KINDS = ("branch", "department", "window", "team")


def unit(number: int) -> str:
    return f"U{number % UNITS:03}"


def person(number: int) -> str:
    return f"P{number * 7 % PEOPLE:04}"


def facts() -> Iterator[tuple[str, str, dict[str, object]]]:
    """A tree of units with four children each, people in them, and whose the areas are."""
    for number in range(UNITS):
        depth, place = 0, number
        while place:
            depth, place = depth + 1, (place - 1) // 4
        parent = {} if number == 0 else {"parent": unit((number - 1) // 4)}
        yield "unit", unit(number), {"kind": KINDS[min(depth, 3)], "head": person(number), **parent}
    for number in range(PEOPLE):
        yield "person", person(number), {"unit": unit(number), "rank": number % 5}
    for number in range(AREAS):
        owner = {"owner": person(3 * number), "unit": unit(number), "households": 300, "per_owner": 400}
        yield "area", f"A{number:04}", owner


def directory() -> list[Record]:
    found = []
    for number, (kind, subject, told) in enumerate(facts()):
        context = {
            "specversion": "1.0", "id": f"d{number}", "source": "staff", "type": f"slaclock.directory.{kind}.v1",
            "time": times.write(START - HOUR), "subject": subject, "tenant": "bench",
        }  # fmt: skip
        headers = tuple((f"ce_{name}", value.encode()) for name, value in context.items())
        value = json.dumps({"attributes": told}).encode()
        found.append(Record(DIRECTORY, 0, number, START - HOUR, subject.encode(), value, headers))
    return found


def handed(log: Iterable[Record]) -> list[Record]:
    """`log` with people in it: who acts, to whom a ticket goes, and where it is; so slowly that most stops come late."""
    found = []
    for one in log:
        at = START + SLOWER * (one.timestamp - START)
        headers = tuple(
            (name, times.write(at).encode() if name == "ce_time" else value) for name, value in one.headers
        )
        number = int((one.key or b"").rsplit(b"-", 1)[1])
        told = {"by": person(number), "to": person(number + one.offset % 3), "area": f"A{number % AREAS:04}"}
        value = json.dumps({"attributes": told}).encode()
        found.append(replace(one, timestamp=at, headers=headers, value=value))
    return found


async def once(url: str, tickets: int, *, is_known: bool) -> tuple[float, float, int]:
    """Events applied a second, due tickets judged a second, and how many breaches were said."""
    await upgrade(url)
    db = Database.open(url, pool_size=3)
    door = Door(db, Rulebook(rules_of), clock=Wall(), limits=Limits(tenant="bench"))
    async with db.transaction() as tx:
        await policies.register(tx, "bench", policies.Version("p", "1", 0, "{}", 0))
        owned = await progress.own(tx, TOPIC, [0, 1])
        epoch = (await progress.own(tx, DIRECTORY, [0]))[0].epoch
    if is_known:
        for piece in slices(directory(), 500, epoch):
            await door.apply_directory(replace(piece, topic=DIRECTORY))
    log, due = (
        handed(records(part, tickets, 2_000, part, resolve=resolve))
        for part, resolve in ((0, True), (1, False))
    )
    said: Counter[tuple[Kind, bool]] = Counter()
    applied = await _timed(door, slices(log, 500, owned[0].epoch), said)
    await _timed(door, slices(due, 500, owned[1].epoch), said)
    async with db.transaction() as tx:
        w = START + 1000 * HOUR
        await progress.prove(tx, TOPIC, {0: len(log), 1: len(due)}, w)
        await progress.settle_watermark(tx, {TOPIC: [0, 1]}, t0=w)
    begun, claimed = time.perf_counter(), 0
    while (woken := await door.wake(1_000)).claimed:
        claimed += woken.claimed
        said.update(woken.said)
    took = time.perf_counter() - begun
    await db.close()
    return len(log) / applied, claimed / took, said[Kind.BREACH, False]


async def _timed(door: Door, pieces: Iterable[Slice], said: Counter[tuple[Kind, bool]]) -> float:
    begun = time.perf_counter()
    for piece in pieces:
        said.update((await door.apply(piece)).said)
    return time.perf_counter() - begun


async def measure(options: argparse.Namespace, url: str) -> None:
    found: dict[bool, list[tuple[float, float, int]]] = {False: [], True: []}
    for _ in range(options.rounds):
        for is_known, rates in found.items():
            rates.append(await once(await fresh(url), options.tickets, is_known=is_known))
    for is_known, rates in found.items():
        applied, woken, breaches = (max(each) for each in zip(*rates, strict=True))
        what = f"{PEOPLE:,} people, {UNITS} units, {AREAS:,} areas" if is_known else "without a directory"
        print(
            f"{what}: {applied:,.0f} events/s applied, {woken:,.0f} due tickets/s judged; {breaches:,} breaches",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tickets", type=int, default=1_500)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    with postgres() as part:
        asyncio.run(measure(options, part.admin))


if __name__ == "__main__":
    main()
