"""Breaches are counted against whoever holds the ticket at the due; what is said about the person follows them.

Nine o'clock on 1 March 2024 is the origin of hours; a ticket opened then is due at ten (`one_hour`).
"""

import asyncio
import json

from service.sla.repeats import repeat_id
from service.store import people
from tests.apply.staging import TENANT, area_record, key, record

YEAR = 366 * 24  # hours from 1 March 2024 to 2 March 2025


def opened(ticket: str, hours: float = 0, to: str = "p1", **more):
    return record(ticket, "opened", hours, to=to, **more)


async def counted(stage, person: str = "p1") -> list[str]:
    """What is in force about the person: tickets of the breaches, oldest first."""
    said = await stage.ask(people.said, [(TENANT, person)])
    ids = await breaches(stage)
    return sorted(
        "+".join(ids[each] for each in one.repeat.breaches)
        for one in said[TENANT, person].values()
        if not one.withdrawn
    )


async def breaches(stage) -> dict[str, str]:
    """Tickets by the ids of their breaches, from what went out."""
    told = [json.loads(row.value)["data"] for row in await stage.outgoing()]
    return {each["statement"]: each["ticket"] for each in told if each["kind"] == "breach"}


async def sent(stage, person: str = "p1") -> list[tuple[int, str, int]]:
    """What went out about the person, in order: revision, status, how many breaches."""
    rows = [row for row in await stage.outgoing() if row.key == person.encode()]
    told = [json.loads(row.value)["data"] for row in rows]
    assert all((each["kind"], each["person"]) == ("repeat", person) for each in told)
    return [(each["rev"], each["status"], len(each["breaches"])) for each in told]


async def until(stage, hours: float) -> None:
    await stage.prove(hours)
    await stage.settle()


async def test_the_second_breach_within_twelve_months_is_said_of_the_person(stage):
    await stage.send(
        opened("A"), opened("B", 100), opened("C", 200, to="p2"), record("D", "opened", 200, team="x")
    )
    await until(stage, 300)

    assert await counted(stage) == ["A+B"]
    assert await counted(stage, "p2") == []
    assert await sent(stage) == [(1, "in_force", 2)]
    ((_, one),) = (await stage.ask(people.said, [(TENANT, "p1")]))[TENANT, "p1"].items()
    by_ticket = {ticket: id_ for id_, ticket in (await breaches(stage)).items()}
    assert one.repeat.id == repeat_id(TENANT, "p1", by_ticket["B"])
    assert one.repeat.breaches == (by_ticket["A"], by_ticket["B"])


async def test_more_than_a_year_later_is_another_matter(stage):
    await stage.send(opened("A"), opened("B", YEAR - 25), opened("C", YEAR))
    await until(stage, YEAR + 2)

    assert await counted(stage) == ["A+B", "B+C"]


async def test_it_is_recounted_when_a_breach_is_withdrawn_and_when_it_comes_back(stage):
    await stage.send(opened("A"), opened("B", 100), opened("C", 200))
    await until(stage, 300)
    assert await counted(stage) == ["A+B", "A+B+C"]
    before = await stage.said("C")

    applied = await stage.send(record("A", "resolved", 0.5, recorded=301, id_="late"))
    assert applied.repeats == {True: 1, False: 1}  # A+B is withdrawn, A+B+C revised
    assert await counted(stage) == ["B+C"]
    await stage.send(record("A", "voided", 302, event="late"))
    await until(stage, 303)
    assert await counted(stage) == ["A+B", "A+B+C"]
    assert await sent(stage) == [
        (1, "in_force", 2), (1, "in_force", 3), (2, "withdrawn", 2), (2, "in_force", 2), (3, "in_force", 2), (3, "in_force", 3),
    ]  # fmt: skip
    assert await stage.said("C") == before  # a breach never changes because of another ticket's


async def test_a_breach_that_counts_against_somebody_else_leaves_one_and_joins_the_other(stage):
    await stage.send(opened("A"), opened("B", 100), opened("C", 200, to="p2"))
    await until(stage, 300)
    assert (await counted(stage), await counted(stage, "p2")) == (["A+B"], [])

    await stage.send(record("B", "assigned", 100.5, recorded=301, to="p2"))
    assert (await counted(stage), await counted(stage, "p2")) == ([], ["B+C"])
    assert await sent(stage) == [(1, "in_force", 2), (2, "withdrawn", 2)]
    assert await sent(stage, "p2") == [(1, "in_force", 2)]


async def test_the_cause_is_the_event_that_changed_the_breach(stage):
    await stage.send(opened("A"), opened("B", 100))
    await until(stage, 300)
    await stage.send(record("A", "resolved", 0.5, recorded=301, id_="late"))

    rows = [json.loads(row.value)["data"]["said"] for row in await stage.outgoing() if row.key == b"p1"]
    assert [each["cause"] for each in rows] == [None, {"source": "desk", "id": "late"}]


async def test_breaches_of_two_tickets_at_once_are_both_counted(stage):
    """Two transactions, each with a ticket of its own, for one person: the second waits for the first."""
    await stage.send(*(opened(ticket, hours) for hours, ticket in enumerate("ABCDEFGH")))
    await stage.prove(20)
    await asyncio.gather(*(stage.door.wake(2) for _ in range(6)))
    await stage.settle()

    assert await counted(stage) == [
        "A+B",
        "A+B+C",
        "A+B+C+D",
        "A+B+C+D+E",
        "A+B+C+D+E+F",
        "A+B+C+D+E+F+G",
        "A+B+C+D+E+F+G+H",
    ]
    said = await stage.ask(people.said, [(TENANT, "p1")])
    assert len(said[TENANT, "p1"]) == 7


async def test_nothing_is_said_twice(stage):
    await stage.send(opened("A"), opened("B", 100))
    await stage.prove(300)
    assert (await stage.door.wake(10)).repeats == {False: 1}
    await stage.settle()
    await stage.door.judge_again([key("A"), key("B")])
    await stage.tell(area_record("excluded", 301, span=(400, 401)))
    await stage.settle()

    assert await sent(stage) == [(1, "in_force", 2)]
