"""After a stop of the service what is old is said like everything else, and nobody is woken for it."""

import json

from service.apply import Limits
from service.sla.instants import HOUR, SECOND
from tests.apply.staging import TENANT, area_record, garbage, record, staged

#: A promise of one hour from nine: a warning at half past, the breach at ten, the head at twelve.
LIMITS = Limits(tenant=TENANT, ahead=60 * SECOND, announce_within=24 * HOUR)


async def announced(stage) -> dict[tuple[str, str, int], bool]:
    """Of each revision on the topic of statements: whether somebody is to be told."""
    told = [json.loads(row.value)["data"] for row in await stage.outgoing() if "breaches" not in row.topic]
    return {(data["ticket"], data["name"], data["rev"]): data["said"].get("announce", True) for data in told}


async def test_what_became_due_more_than_a_day_before_it_is_said_is_announced_to_nobody(database):
    async with staged(database, limits=LIMITS) as stage:
        await stage.send(record("A", "opened", 0))
        await stage.prove(0.2)
        await stage.prove(26)  # the breach is a day and two hours old, the head's rung 23 hours
        await stage.settle()

        told = await announced(stage)
        assert told == {("A", "half", 1): False, ("A", "breach", 1): False, ("A", "head", 1): True}
        breaches = [row for row in await stage.outgoing() if "breaches" in row.topic]
        assert [json.loads(row.value)["data"]["said"]["announce"] for row in breaches] == [False]


async def test_what_takes_it_back_is_announced(database):
    async with staged(database, limits=LIMITS) as stage:
        await stage.send(record("A", "opened", 0))
        await stage.prove(30)
        await stage.settle()
        await stage.send(record("A", "resolved", 0.9, recorded=31))

        told = await announced(stage)
        assert told["A", "breach", 1] is False
        assert told["A", "breach", 2] is True
        assert told["A", "verdict", 1] is True


async def test_an_event_that_its_publisher_told_late_is_news(database):
    async with staged(database, limits=LIMITS) as stage:
        await stage.prove(100)
        await stage.send(record("A", "opened", 0, recorded=101))
        await stage.settle()

        assert (await announced(stage))["A", "breach", 1] is True


async def test_an_event_that_the_service_read_late_is_not(database):
    async with staged(database, limits=LIMITS) as stage:
        await stage.prove(0.2)
        stage.clock.now += 48 * HOUR
        await stage.send(record("A", "opened", 0), record("A", "resolved", 3))
        await stage.prove(49)
        await stage.settle()

        told = await announced(stage)
        assert {name for _, name, _ in told} == {"half", "breach", "verdict"}
        assert set(told.values()) == {False}


async def test_what_is_said_of_areas_now_about_the_past_is_news(database):
    async with staged(database, limits=LIMITS) as stage:
        await stage.send(record("A", "opened", 0, area="north"))
        await stage.tell(area_record("excluded", 0.1, span=(0.1, 90)))
        await stage.prove(60)
        await stage.settle()
        assert await announced(stage) == {}
        await stage.tell(area_record("exclusion_withdrawn", 60, id_="w"))
        await stage.prove(61)
        await stage.settle()

        assert (await announced(stage))["A", "breach", 1] is True


async def test_what_a_person_decides_about_a_parked_record_is_news(database):
    async with staged(database, limits=LIMITS) as stage:
        await stage.send(record("A", "opened", 0), garbage("A", 0.5))
        await stage.prove(40)
        await stage.settle()
        assert ("A", "breach", 1) not in await announced(stage)
        await stage.door.drop("tickets.events.v1", 0, 1, by="anna", reason="a test")

        assert (await announced(stage))["A", "breach", 1] is True
