"""The worked histories of the packs through every part: from Kafka through Postgres to Kafka, as the clerks expect."""

import pytest

from service.apply.registration import register_policy
from service.demo.compare import differences
from service.demo.pack import of_pack
from service.demo.recording import backtest
from service.rules.packs import PACKS
from service.sla.instants import SECOND
from tests.running import bench, running, until
from tests.wire.contracts import validate

pytestmark = pytest.mark.line


@pytest.mark.parametrize("name", PACKS)
async def test_the_line_says_of_a_pack_what_its_histories_say(name, topics, database):
    """`tests/rules/test_packs.py` holds the same histories against what a person expects of each.

    Every record that is sent fits its schema.
    """
    pack = of_pack(name)
    # Some histories end with the year, which a broker would take for a mistake.
    any_time = {"retention_ms": "-1", "message_timestamp_after_max_ms": str(2**63 - 1)}
    areas_topic = await topics.create("areas", 1, **any_time)
    tickets_topic = await topics.create("tickets", 3, **any_time)
    line = await bench(topics, database, areas_topic=areas_topic, tickets_topic=tickets_topic)
    try:
        async with line.database() as db, db.transaction() as tx:
            await register_policy(tx, pack.policy, pack.document, pack.calendars, at=pack.start)
        line.clock.now = pack.until
        async with running(line.app()):
            await line.declare(*pack.shared)
            await line.publish(pack.events)
            line.clock.now = pack.until + SECOND

            async def at_rest():
                if ((await line.watermark()).at or 0) < line.clock.now or await line.is_busy():
                    return None
                return await line.in_force()

            found = await until(at_rest, seconds=60)
            for value in await line.values():
                validate(value)
    finally:
        await line.close()

    expected = backtest(pack)
    assert differences(found, expected) == []
    assert len({statement.ticket for statement in found.values()}) > len(pack.events) / 20
