"""Fixtures of the fault tests, and the figures they print at the end of a run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.demo.parts import PostgresPart, postgres
from service.store.migrations import upgrade
from tests.faults.crew import Nursery
from tests.faults.scene import scene

FIGURES: list[str] = []


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    one = Nursery()
    yield one
    one.close()


@pytest.fixture
def stage(nursery, real_kafka, database, tmp_path: Path):
    """`async with stage(scenario, ...) as scene`: on the session's broker and a database of the test's own."""

    def make(scenario, **how):
        return scene(nursery, real_kafka.bootstrap, how.pop("dsn", database), tmp_path, scenario, **how)

    return make


@pytest.fixture
def durable() -> Iterator[PostgresPart]:
    """A server of the test's own that keeps what it has committed, and may be killed; its database is migrated."""
    with postgres(fsync=True) as server:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, upgrade(server.dsn)).result()
        yield server


@pytest.fixture
def figures() -> list[str]:
    """Lines for the end of the run."""
    return FIGURES


def pytest_terminal_summary(terminalreporter) -> None:
    for line in FIGURES:
        terminalreporter.write_line(f"faults: {line}")
