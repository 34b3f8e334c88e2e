import asyncio
import json

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from service.bus.admin import TopicShape, create_topics
from service.bus.connection import client_options
from service.bus.ends import Extent
from service.bus.inspect import Topic
from service.cli import wall
from service.cli.checks import Level
from service.cli.doctor_broker import positions_checks
from service.cli.doctor_topics import asked_of, topic_checks
from service.settings import load
from service.store.progress import Progress
from tests.cli.calling import call
from tests.cli.night import environment
from tests.parts import unique

NOWHERE = {"SLACLOCK_KAFKA_BOOTSTRAP": "127.0.0.1:1", "SLACLOCK_KAFKA_REQUEST_MS": "500"}
SETTINGS = load(
    {}, tickets_topic="t", areas_topic="a", statements_topic="s", breaches_topic="b", hotline_topic="h"
)
ASKED = {each.name: each for each in asked_of(SETTINGS)}


def found(name, topic):
    return [(each.level, each.told) for each in topic_checks(ASKED[name], topic, SETTINGS)]


WEEK = {"cleanup.policy": "delete", "retention.ms": "604800000", "max.message.bytes": "1048588"}
FOREVER = WEEK | {"retention.ms": "-1"}


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("t", Topic(12, 3, WEEK)),
        ("t", Topic(12, 3, None)),
        ("a", Topic(1, 3, FOREVER)),
        ("a", None),
        ("h", Topic(12, 3, WEEK)),
        ("h", None),
        ("s", Topic(12, 3, WEEK)),
        ("b", Topic(12, 3, WEEK | {"cleanup.policy": "compact"})),
        ("b", Topic(12, 3, WEEK | {"cleanup.policy": "compact,delete"})),
    ],
)
def test_topics_that_are_as_they_should_be(name, topic):
    ((level, _),) = found(name, topic)
    assert level is Level.OK


@pytest.mark.parametrize(
    ("name", "topic", "level", "told"),
    [
        ("t", None, Level.CRITICAL, "does not exist"),
        ("s", None, Level.CRITICAL, "does not exist"),
        ("t", Topic(12, 3, WEEK | {"cleanup.policy": "compact"}), Level.WARNING, "it is compacted"),
        ("a", Topic(1, 3, FOREVER | {"cleanup.policy": "delete,compact"}), Level.WARNING, "it is compacted"),
        ("s", Topic(12, 3, WEEK | {"cleanup.policy": "compact"}), Level.WARNING, "it is compacted"),
        ("b", Topic(12, 3, WEEK), Level.WARNING, "it is not compacted"),
        ("a", Topic(1, 3, WEEK), Level.WARNING, "records are deleted from it"),
        (
            "a",
            Topic(1, 3, FOREVER | {"retention.bytes": "1000"}),
            Level.WARNING,
            "records are deleted from it",
        ),
        ("h", Topic(12, 3, WEEK | {"retention.ms": "86400000"}), Level.WARNING, "kept for 24h only"),
        ("a", Topic(3, 3, FOREVER), Level.WARNING, "has an order"),
        ("t", Topic(12, 3, WEEK | {"retention.ms": "86400000"}), Level.WARNING, "kept for 24h only"),
        (
            "t",
            Topic(12, 3, WEEK | {"max.message.bytes": "9000000"}),
            Level.WARNING,
            "records of 9,000,000 bytes",
        ),
    ],
)
def test_topics_that_are_not(name, topic, level, told):
    ((worst, sentence),) = found(name, topic)
    assert worst is level
    assert told in sentence


@pytest.fixture
def line(kafka, database, tmp_path):
    """Topics as they should be, and two of which one is missing and one is wrong."""
    names = {
        name: unique(name)
        for name in ("tickets", "areas", "sources", "directory", "hotline", "statements", "breaches")
    }
    keep = {"retention.ms": "-1"}
    shapes = {
        names["tickets"]: TopicShape(2, config=keep),
        names["areas"]: TopicShape(1, config={"retention.ms": "1000"}),
        names["hotline"]: TopicShape(2, config=keep),
        names["statements"]: TopicShape(2),
        names["breaches"]: TopicShape(1, config={"cleanup.policy": "compact"}),
    }
    environ = environment(database, tmp_path) | {f"SLACLOCK_{k.upper()}_TOPIC": v for k, v in names.items()}
    environ |= {"SLACLOCK_KAFKA_BOOTSTRAP": kafka.bootstrap, "SLACLOCK_GROUP": unique("group")}
    asyncio.run(create_topics(client_options(load(environ)), shapes))
    return environ, names


def looked(environ, *args):
    result = call("doctor", "--at", "2024-03-01T11:00:00Z", "--json", *args, **environ)
    return result.exit_code, {
        each["check"]: (each["level"], each["told"]) for each in json.loads(result.stdout)["checks"]
    }


def test_a_real_broker_and_database(line, real_kafka):
    environ, names = line
    status, found = looked(environ)

    assert status == 1
    assert found["database"][1].startswith("PostgreSQL 18")
    assert found["schema"][0] == found["clocks"][0] == found["broker"][0] == "ok"
    assert found[f"topic {names['tickets']}"] == ("ok", "2 partitions, 1 replica, kept without end")
    assert found[f"topic {names['areas']}"][0] == "warning"
    assert found[f"topic {names['sources']}"] == (
        "ok",
        "does not exist; nothing waits for one that never was",
    )
    assert found[f"topic {names['breaches']}"] == ("ok", "1 partition, 1 replica, compacted")
    assert found[f"group {environ['SLACLOCK_GROUP']}"] == ("warning", f"nobody reads {names['tickets']}")
    assert found[f"topic {names['hotline']}"] == ("ok", "2 partitions, 1 replica, kept without end")
    assert found[f"group {environ['SLACLOCK_GROUP']}.hotline"] == (
        "warning",
        f"nobody reads {names['hotline']}",
    )
    assert found["records"][0] == "warning"
    assert found["policies"] == ("ok", "1 version of harbour")
    read = [
        line for line in call("doctor", **environ).stdout.splitlines() if line.split()[1:2] == ["records"]
    ]
    assert [name for line in read for name in names.values() if name in line] == [
        names["tickets"],
        names["areas"],
        names["hotline"],
    ]
    assert names["sources"] not in _topics(environ), "it made a topic"


@pytest.mark.parametrize(
    ("extent", "applied", "levels", "told"),
    [
        (Extent(0, 10), 7, [Level.OK], "t: 3 not applied"),
        (Extent(4, 10), None, [Level.WARNING], "t: 6 not applied; nobody has begun to read 1 partition"),
        (Extent(0, 5), 7, [Level.CRITICAL, Level.OK], "t:0 ends at 5, and 7 was applied"),
        (Extent(8, 10), 7, [Level.CRITICAL, Level.OK], "t:0 begins at 8, and only 7 was applied"),
    ],
)
def test_how_far_a_log_is_applied(extent, applied, levels, told):
    rows = [] if applied is None else [Progress("t", 0, 1, applied, None)]
    found = list(positions_checks({"t": {0: extent}}, rows))

    assert [each.level for each in found] == levels
    assert found[0].told.startswith(told)


def _topics(environ):
    async def ask():
        client = AIOKafkaAdminClient(bootstrap_servers=environ["SLACLOCK_KAFKA_BOOTSTRAP"])
        await client.start()
        try:
            return await client.list_topics()
        finally:
            await client.close()

    return asyncio.run(ask())


def test_clocks_that_differ(database, monkeypatch, tmp_path):
    real = wall.now()
    monkeypatch.setattr(wall, "now", lambda: real + 60_000_000)
    _, found = looked(environment(database, tmp_path) | NOWHERE)

    assert found["clocks"][0] == "warning"
    assert "behind" in found["clocks"][1]


def test_an_old_schema(empty_database):
    status, found = looked({"SLACLOCK_DATABASE_URL": empty_database} | NOWHERE)

    assert (status, found["schema"][0]) == (3, "critical")
    assert "slaclock migrate" in found["schema"][1]


def test_neither_can_be_reached():
    nowhere = {"SLACLOCK_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"} | NOWHERE
    status, found = looked(nowhere)

    assert status == 3
    assert {name: level for name, (level, _) in found.items()} == {"database": "unknown", "broker": "unknown"}
    result = call("doctor", **nowhere)
    assert "SLACLOCK_DATABASE_URL" in result.stdout


def test_wrong_settings_end_it():
    assert call("doctor", SLACLOCK_TENNANT="x").exit_code == 2
