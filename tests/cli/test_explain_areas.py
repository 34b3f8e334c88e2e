"""A stored ticket is explained with what was said of its area."""

import asyncio

import pytest

from service.app.parts import read_rules
from service.apply import Rulebook
from tests.apply.staging import area_record, record, staged
from tests.cli.calling import called

POLICY = """
policy: harbour
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: harbour
zone: UTC
targets:
  restore: {stop: resolved, budget: 1h, exclusions: [weather]}
"""


@pytest.fixture
def stored(database, tmp_path):
    """T-1 of the north, where half an hour did not count; the fact is of eleven o'clock."""
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    settings = {"SLACLOCK_DATABASE_URL": database, "SLACLOCK_TENANT": "harbour"}
    called("policy", "register", tmp_path / "policy.yaml", **settings)

    async def happen() -> None:
        async with staged(database, policy=False, rules_of=Rulebook(read_rules)) as stage:
            await stage.send(record("T-1", "opened", 0, area="north"), record("T-1", "resolved", 1.5))
            await stage.tell(area_record("excluded", 2, span=(0.25, 0.75)))
            await stage.prove(3)
            await stage.settle()

    asyncio.run(happen())
    return settings


def test_the_exclusion_is_in_the_account(stored):
    told = called("explain", "T-1", **stored)

    assert "restore: met" in told
    assert "1h30m pass; of these 30m excluded for weather do not count" in told


def test_before_it_was_declared_it_was_not(stored):
    told = called("explain", "T-1", "--until", "2024-03-01T10:45:00Z", **stored)

    assert "excluded for weather do not count" not in told
    assert "Broken, and stopped late" in told
