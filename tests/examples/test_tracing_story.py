"""One story from the events to the case: what the reference consumer shows on the way, and after restarts in the middle."""

import json
import signal

import pytest

from examples.tracing import store
from tests.examples.tracer import RULES, Tracer, until
from tests.running import HOUR, MINUTE, START, Bench, bench, opened, replied, running, told

pytestmark = pytest.mark.line


async def revisions(line: Bench, kind: str, ticket: str = "") -> list[tuple[int, str]]:
    """Revisions of what is said of `kind` on the topic of statements, about `ticket` if one is given."""
    told = [json.loads(value) for value in await line.values()]
    data = [each["data"] for each in told if each["type"] == f"slaclock.statement.{kind}.v1"]
    return [(each["rev"], each["status"]) for each in data if each.get("ticket", "") == ticket]


async def steps(tracer: Tracer, ticket: str) -> list[str]:
    """What happened to the case of `ticket`, from the tables."""
    async with tracer.kept() as tx:
        (case,) = [case for case in await store.cases(tx) if case.latest.ticket == ticket]
        return [f"{step} {breach.rev}" for step, breach in case.steps]


async def came(tracer: Tracer, ticket: str, *expected: str) -> bool:
    async with tracer.kept() as tx:
        if ticket not in {case.latest.ticket for case in await store.cases(tx)}:
            return False
    return await steps(tracer, ticket) == list(expected)


async def repeats_are(tracer: Tracer, number: int) -> bool:
    async with tracer.kept() as tx:
        return len(await store.people(tx)) == number


async def is_said(line: Bench, kind: str, ticket: str, count: int) -> bool:
    return len(await revisions(line, kind, ticket)) == count


async def test_breach_late_proof_withdrawal_hold_and_second_breach(topics, database, tracer_of):
    """An hour for an answer; p1 has both tickets.

    t0 is opened at 00:00 and never answered: its breach of 01:00 stands to the end. t1 is opened at 00:30, and is due at
    01:30. Its second breach is due at 01:50: what had been taken for the answer of 01:20 was nothing but the question
    that put it on hold for 20 minutes.
    """
    line = await bench(topics, database, rules=RULES)
    tracer = tracer_of(line.settings.breaches_topic)
    tracer.statements = line.settings.statements_topic
    tracer.start()
    t1 = START + 30 * MINUTE
    try:
        async with running(line.app()):
            await line.publish([opened("t0", START, to="p1"), opened("t1", t1, to="p1")])
            line.clock.now = START + 2 * HOUR
            await until(lambda: came(tracer, "t1", "opened 1"))
            await until(lambda: repeats_are(tracer, 1))
            first, second = sorted(tracer.listed(), key=lambda line: line.split(" | ")[1])
            assert first.startswith("open | t0 | answer | 4.3 | due 2016-04-01 01:00:00 +0000 | opened ")
            assert second.startswith("open | t1 | answer | 4.3 | due 2016-04-01 01:30:00 +0000 | opened ")
            (said,) = tracer.listed(command="people")
            assert said.startswith("p1 | 2 from 2015-04-01 00:00:00 +0000 to 2016-04-01 01:30:00 +0000 | ")

            # It dies, and the proof comes while it is away: nobody can know of it yet.
            tracer.end()
            proof = replied("t1", START + 80 * MINUTE)
            await line.publish([proof])
            await until(lambda: is_said(line, "breach", "t1", 2))
            await until(lambda: is_said(line, "repeat", "", 2))
            assert [each.split(" | ")[1] for each in tracer.listed()].count("t1") == 1
            assert tracer.listed(command="people") == [said]

            # Back again it learns what it has missed: t1's case is closed, and one breach is no repeat.
            tracer.start()
            await until(lambda: came(tracer, "t1", "opened 1", "closed 2"))
            await until(lambda: repeats_are(tracer, 0))
            assert [each.split(" | ")[:2] for each in tracer.listed()] == [["open", "t0"]]
            assert tracer.listed(command="people") == []

            # The hold is found while the answer still stands, and alone it changes nothing.
            await line.publish([
                told("t1", "held", START + 70 * MINUTE, reason="waiting for customer"),
                told("t1", "resumed", START + 90 * MINUTE),
                told("t1", "voided", START + 2 * HOUR, event=proof.id, reason="a question, no answer"),
            ])  # fmt: skip
            await until(lambda: came(tracer, "t1", "opened 1", "closed 2", "reopened 3"))
            await until(lambda: repeats_are(tracer, 1))
            assert tracer.end(signal.SIGTERM) == 0

        assert await revisions(line, "breach", "t1") == [(1, "in_force"), (2, "withdrawn"), (3, "in_force")]
        assert await revisions(line, "breach", "t0") == [(1, "in_force")]
        assert await revisions(line, "repeat") == [(1, "in_force"), (2, "withdrawn"), (3, "in_force")]
        (again,) = tracer.listed(command="people")
        assert again.startswith("p1 | 2 from 2015-04-01 00:00:00 +0000 to 2016-04-01 01:50:00 +0000 | ")
        assert again.split(" | ")[2] == said.split(" | ")[2]

        # Whoever has lost everything and begins anew, as another group, comes to the same.
        shown = [*tracer.listed("--all"), *tracer.listed(command="people")]
        assert sum("due 2016-04-01 01:50:00" in each for each in shown) == 1
        connection = await tracer.connect()
        await connection.execute("DROP SCHEMA tracing CASCADE")
        await connection.close()
        anew = tracer_of(tracer.topic)
        anew.statements = tracer.statements
        anew.start()
        await until(lambda: came(anew, "t1", "opened 1", "closed 2", "reopened 3"))
        await until(lambda: came(anew, "t0", "opened 1"))
        await until(lambda: repeats_are(anew, 1))
        assert [*anew.listed("--all"), *anew.listed(command="people")] == shown
    finally:
        await line.close()
