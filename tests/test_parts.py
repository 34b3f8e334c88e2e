"""The parts come up, work, survive a kill -9, and leave nothing behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from service.demo import parts as demo
from tests.faults.proxy import Proxy
from tests.parts import Kafka, Topics

pytestmark = [pytest.mark.line, pytest.mark.timeout(180)]


async def produce(bootstrap: str, topic: str, *values: bytes, idempotent: bool = True) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=idempotent)
    await producer.start()
    try:
        for value in values:
            await asyncio.wait_for(producer.send_and_wait(topic, value, partition=0), 20)
    finally:
        await producer.stop()


async def consume(bootstrap: str, topic: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        return [(await asyncio.wait_for(consumer.getone(), 20)).value for _ in range(count)]
    finally:
        await consumer.stop()


async def fetch(dsn: str, question: str) -> object:
    connection = await asyncpg.connect(dsn.replace("+asyncpg", ""), timeout=10)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close(timeout=5)


def test_free_ports_are_different_and_nobody_listens():
    ports = demo.free_ports(5)

    assert len(set(ports)) == 5
    assert not any(map(demo.accepts, ports))


async def test_the_demo_broker_carries_a_record():
    with demo.broker() as part:
        topic = await Topics(part.bootstrap).create(partitions=1)
        await produce(part.bootstrap, topic, b"a", b"b", idempotent=False)

        assert part.kind == "tansu"
        assert await consume(part.bootstrap, topic, 2) == [b"a", b"b"]
    assert not part.child.alive


async def test_kafka_keeps_what_it_acknowledged_over_a_kill(real_kafka: Kafka, topics: Topics):
    topic = await topics.create(partitions=1)
    await produce(real_kafka.bootstrap, topic, b"before")
    await asyncio.to_thread(real_kafka.kill9)
    assert not real_kafka.child.alive
    await asyncio.to_thread(real_kafka.restart)
    await produce(real_kafka.bootstrap, topic, b"after")

    assert await consume(real_kafka.bootstrap, topic, 2) == [b"before", b"after"]


async def test_a_frozen_kafka_answers_after_the_thaw(real_kafka: Kafka, topics: Topics):
    topic = await topics.create(partitions=1)
    real_kafka.freeze()
    sent = asyncio.create_task(produce(real_kafka.bootstrap, topic, b"x"))
    await asyncio.sleep(0.5)
    assert not sent.done()
    real_kafka.thaw()
    await asyncio.wait_for(sent, 20)

    assert await consume(real_kafka.bootstrap, topic, 1) == [b"x"]


async def test_a_client_of_the_proxied_listener_stays_behind_the_proxy(real_kafka: Kafka, topics: Topics):
    topic = await topics.create(partitions=1)
    async with Proxy(to=real_kafka.behind, port=real_kafka.before) as proxy:
        await produce(proxy.address, topic, b"x")

        assert await consume(proxy.address, topic, 1) == [b"x"]
        assert proxy.taken > 2  # bootstrap and leader, producer and consumer


async def test_both_postgres_answer(postgres_server, postgres15_server):
    versions = [
        await fetch(server.dsn, "SHOW server_version") for server in (postgres_server, postgres15_server)
    ]

    assert [str(version).split(".")[0] for version in versions] == ["18", "15"]


async def test_postgres_survives_a_kill():
    with demo.postgres() as part:
        await fetch(part.dsn, "CREATE TABLE kept AS SELECT 1 AS one")
        await fetch(part.dsn, "CHECKPOINT")
        await asyncio.to_thread(part.kill9)
        await asyncio.to_thread(part.restart)

        assert await fetch(part.dsn, "SELECT one FROM kept") == 1


async def test_a_folder_that_is_given_is_found_again():
    with demo.workspace("kept") as folder:
        for _ in range(2):
            with demo.postgres(folder, fsync=True) as part:
                await fetch(part.dsn, "CREATE TABLE IF NOT EXISTS kept (one int)")
                await fetch(part.dsn, "INSERT INTO kept VALUES (1)")
                count = await fetch(part.dsn, "SELECT count(*) FROM kept")

        assert count == 2


async def test_a_database_of_ones_own_is_empty(empty_database):
    assert await fetch(empty_database, "SELECT count(*) FROM pg_stat_user_tables") == 0


def test_a_part_that_cannot_start_says_so_in_one_sentence():
    with (
        demo.workspace("broken") as folder,
        pytest.raises(demo.PartError, match=r"^initdb ended with status \d+ before"),
        demo.postgres(folder, programs=Path("/nowhere")),
    ):
        pass


def test_a_starter_that_is_killed_leaves_no_process_and_the_next_start_sweeps_its_folder():
    code = (
        "from service.demo.parts import broker, postgres\n"
        "with broker() as b, postgres() as p:\n"
        "    print(b.child.pid, p.child.pid, p.data, b.child.log, flush=True)\n"
        "    input()\n"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    with starter:
        *pids, data, log = starter.stdout.readline().split()
        children = [int(pid) for pid in pids]
        family = children + [below for pid in children for below in demo.descendants(pid)]
        assert len(family) > 4
        starter.send_signal(signal.SIGKILL)

    demo.wait_until("The end of the family", lambda: not any(map(alive, family)), 10)
    with demo.workspace("postgres"), demo.workspace("tansu"):
        assert not Path(data).parent.exists()
        assert not Path(log).parent.exists()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"


def test_a_wait_has_an_end():
    begun = time.monotonic()
    with pytest.raises(demo.PartError, match=r"not ready within 0\.1 s"):
        demo.wait_until("It", lambda: False, 0.1)

    assert time.monotonic() - begun < 2
