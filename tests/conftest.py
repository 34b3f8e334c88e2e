"""Fixtures for the real parts. Import helpers from tests.parts, never from here.

`kafka` and the two servers live as long as the session (with xdist: one set a worker); a test gets topics
and a database of its own. A test that needs Apache Kafka itself (restarts, transactions, compaction) asks
for `real_kafka`. With CI=true a test that was left out fails the run.
"""

import asyncio
import os
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest

from service.demo.parts import BrokerPart, PostgresPart, postgres
from tests import parts

for _name in [name for name in os.environ if name.startswith("SLACLOCK_")]:
    del os.environ[_name]  # a developer's settings must not reach a test

_skipped: list[str] = []


def _in_a_thread(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end with a loop of its own, also while the test's loop waits."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


# --- brokers --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def kafka() -> Iterator[parts.Kafka | BrokerPart]:
    """A broker: Apache Kafka, or the demo's where Kafka cannot be had (`kind` tells)."""
    with parts.kafka() as part:
        yield part


@pytest.fixture(scope="session")
def real_kafka(kafka) -> parts.Kafka:
    if kafka.kind != "kafka":
        pytest.skip("needs Apache Kafka itself")
    return kafka


@pytest.fixture
def topics(kafka) -> parts.Topics:
    """`await topics.create("tickets", partitions=2)` -> a name no other test has."""
    return parts.Topics(kafka.bootstrap)


# --- databases ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresPart]:
    with postgres() as part:
        yield part


@pytest.fixture(scope="session")
def postgres15_server() -> Iterator[PostgresPart]:
    try:
        programs = parts.debian_postgres()
    except parts.MissingError as missing:
        pytest.skip(str(missing))
    with postgres(programs=programs) as part:
        yield part


@pytest.fixture(scope="session")
def template(postgres_server) -> str:
    return _in_a_thread(_migrated(postgres_server))


@pytest.fixture(scope="session")
def template15(postgres15_server) -> str:
    return _in_a_thread(_migrated(postgres15_server))


@pytest.fixture
def database(postgres_server, template) -> Iterator[str]:
    """The dsn of a migrated database of the test's own, on Postgres 18."""
    with _copy(postgres_server, template) as dsn:
        yield dsn


@pytest.fixture
def database15(postgres15_server, template15) -> Iterator[str]:
    """The same on Postgres 15."""
    with _copy(postgres15_server, template15) as dsn:
        yield dsn


@pytest.fixture
def empty_database(postgres_server) -> Iterator[str]:
    """The dsn of a database of the test's own with nothing in it, on Postgres 18."""
    with _copy(postgres_server, "template1") as dsn:
        yield dsn


async def _migrated(server: PostgresPart) -> str:
    from service.store.migrations import upgrade

    name = parts.unique("template")
    await _say(server, f'CREATE DATABASE "{name}"')
    await upgrade(server.dsn_of(name))
    return name


async def _say(server: PostgresPart, statement: str) -> None:
    connection = await asyncpg.connect(server.admin, timeout=10)
    try:
        await connection.execute(statement, timeout=60)
    finally:
        await connection.close(timeout=5)


@contextmanager
def _copy(server: PostgresPart, template: str) -> Iterator[str]:
    name = parts.unique("test")
    _in_a_thread(_say(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    try:
        yield server.dsn_of(name)
    finally:
        _in_a_thread(_say(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


# --- what was left out ----------------------------------------------------------------------------


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        _skipped.append(report.nodeid)


def _left_out_in_ci() -> bool:
    return os.environ.get("CI") == "true" and bool(_skipped or parts.LEFT_OUT)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _left_out_in_ci() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter) -> None:
    for sentence in parts.LEFT_OUT:
        terminalreporter.write_line(f"left out: {sentence}", yellow=True)
    if _left_out_in_ci():
        terminalreporter.write_line(
            f"{len(_skipped)} left out; with CI=true this is a failure: nothing may go unproved there.",
            red=True,
        )
