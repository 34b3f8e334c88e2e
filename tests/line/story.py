"""A story of the seeds on the line: a pack's rules, an organisation, tickets told line by line as things happen."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from service.apply.registration import register_policy
from service.demo.pack import of_pack
from service.sla.events import Event
from service.sla.instants import Instant
from service.sla.statements import Kind, Statement
from service.store import progress
from service.wire import AREA, DIRECTORY, is_statement, publish_binary, publish_structured
from tests.parts import Topics
from tests.running import Bench, bench, running, until
from tests.sla import telling
from tests.sla.telling import SHANGHAI, clock
from tests.wire.contracts import validate

DESK = "https://desk.example/tickets"


def at(text: str) -> Instant:
    """The instant of `2026-03-02 09:00` in China."""
    return telling.at(text, SHANGHAI)


def told(ticket: str, *lines: str, first: int = 1) -> list[Event]:
    """`2026-03-02 09:00 opened kind=fault to=1017`, a line an event; ids F-1-1, F-1-2..., from `first` on."""
    return [
        replace(telling.event(line, number, SHANGHAI), ticket=ticket, id=f"{ticket}-{number}", source=DESK, seq=number)
        for number, line in enumerate(lines, start=first)
    ]  # fmt: skip


def organisation(*lines: str) -> list[Event]:
    """`person 1017 unit=hall-3 rank=1`, a line a fact, each in force since the beginning of 2026."""
    facts = []
    for number, line in enumerate(lines, start=1):
        kind, subject, *words = line.split()
        fact = telling.fact(" ".join(("2026-01-01 00:00", kind, *words)), number, SHANGHAI)
        facts.append(replace(fact, ticket=subject, source="https://staff.example"))
    return facts


@dataclass
class Story:
    """The line with the rules of a pack; `tell` lets the clock follow what happens."""

    line: Bench
    tenant: str
    sent: int = field(default=0)

    async def tell(self, *events: Event, recorded: str = "") -> None:
        """Publish, in the order of what happens, each when it happens, or all at `recorded`; in both modes by turns."""
        for event in sorted(events, key=lambda each: (each.at, each.seq)):
            self.line.clock.now = max(self.line.clock.now, at(recorded) if recorded else event.at)
            publish = (publish_binary, publish_structured)[self.sent % 2]
            out = publish(replace(event, tenant=self.tenant))
            await self.line._publish(self.line.settings.tickets_topic, [out], None)
            self.sent += 1

    async def declare(self, line: str) -> None:
        """`2026-03-02 20:00 excluded exclusion=typhoon area=east ...`, told of areas when it happens."""
        event = telling.area_event(line, 1, SHANGHAI)
        event = replace(event, tenant=self.tenant, ticket=str(event.attributes["exclusion"]))
        self.line.clock.now = max(self.line.clock.now, event.at)
        await self.line._publish(self.line.settings.areas_topic, [publish_binary(event, AREA)], 0)

    async def staff(self, facts: Iterable[Event]) -> None:
        """Publish facts about the organisation as the clock stands, once, and wait until they are known."""
        outs = [publish_structured(replace(fact, tenant=self.tenant), DIRECTORY) for fact in facts]
        published = await self.line._publish(self.line.settings.directory_topic, outs, 0)
        await until(lambda: self._has_heard(published))

    async def _has_heard(self, facts: int) -> bool:
        async with self.line.database() as db, db.transaction() as tx:
            places = {row.topic: row.next_offset for row in await progress.positions(tx)}
        return places.get(self.line.settings.directory_topic, 0) >= facts

    async def until(self, moment: str) -> None:
        """Let the clock show `moment`, and wait until all that follows by then has been said."""
        self.line.clock.now = max(self.line.clock.now, at(moment))
        await until(self._is_at_rest, seconds=60)

    async def _is_at_rest(self) -> bool:
        proved = (await self.line.watermark()).at or 0
        return proved >= self.line.clock.now and not await self.line.is_busy()

    async def says(self, ticket: str) -> list[str]:
        """What holds of `ticket`, in the order of the instants, as a person reads it; steps with who was addressed."""
        return sorted(_line(statement, data) for statement, data in (await self._newest(ticket)).values())

    async def breach(self, ticket: str, target: str) -> Statement:
        """The only breach of `target` in force."""
        (found,) = [
            statement
            for statement, _ in (await self._newest(ticket)).values()
            if statement.kind is Kind.BREACH and statement.target == target
        ]
        return found

    async def revisions(self, ticket: str, target: str, name: str = "breach") -> list[str]:
        """What became of one statement: `1 in_force`, `2 withdrawn`."""
        return [
            f"{data['rev']} {data['status']}"
            for data in await self._data()
            if (data["ticket"], data["target"], data["name"]) == (ticket, target, name)
        ]

    async def _data(self) -> list[dict[str, Any]]:
        return [json.loads(value)["data"] for value in await self.line.values() if is_statement(value)]

    async def _newest(self, ticket: str) -> dict[str, tuple[Statement, dict[str, Any]]]:
        """Statements in force of `ticket` by id, with their data."""
        data = {(each["statement"], each["rev"]): each for each in await self._data()}
        return {
            id_: (statement, data[id_, max(rev for other, rev in data if other == id_)])
            for id_, statement in (await self.line.in_force()).items()
            if statement.ticket == ticket
        }


def _line(statement: Statement, data: dict[str, Any]) -> str:
    words = [clock(statement.at, SHANGHAI), statement.target, statement.outcome or statement.name]
    if "addressed" in data["said"]:
        addressed = data["said"]["addressed"]
        words += ["to", addressed["person"] or addressed["reason"]]
    return " ".join([*words, *(f"[{remark}]" for remark in statement.remarks)])


@asynccontextmanager
async def story(
    topics: Topics, database: str, pack: str, people: Iterable[Event], begin: str
) -> AsyncIterator[Story]:
    """The service runs inside the block, with `pack` registered and `people` known, from the moment `begin` on.

    At the end every record that it sent is held against its schema.
    """
    shared = {name: await topics.create(name, 1, retention_ms="-1") for name in ("areas", "directory")}
    line = await bench(
        topics, database, areas_topic=shared["areas"], directory_topic=shared["directory"]
    )  # fmt: skip
    rules = of_pack(pack)
    line.clock.now = at(begin)
    try:
        async with line.database() as db, db.transaction() as tx:
            await register_policy(tx, rules.policy, rules.document, rules.calendars, at=at(begin))
        async with running(line.app()):
            made = Story(line, rules.policy.tenant)
            await made.staff(people)
            await made.until(begin)
            yield made
            for value in await line.values():
                validate(value)
    finally:
        await line.close()


def chain_of(statement: Statement) -> dict[str, str]:
    """Who fills each role, or why nobody does."""
    return {link.role: link.person or link.reason for link in statement.chain}


def hands_of(statement: Statement) -> list[tuple[str, str, int]]:
    """Person, team and how long it was in their hands."""
    return [(share.person, share.team, share.wall) for share in statement.holders]
