"""Versions are immutable, and none changes what was already judged by another."""

import asyncio

import pytest

from service.store import policies, registry
from service.store.policies import PolicyRefused, Version


def version(number: int, since: int = 0, at: int = 0, document: str = "{}") -> Version:
    return Version("p", str(number), since, document, at)


async def test_versions_are_told_in_the_order_in_which_they_come_into_force(ask):
    assert await ask(policies.versions, "t") == []
    assert await ask(registry.revision) == 0
    one, two = version(1, since=10), version(2, since=20, at=15)
    assert await ask(policies.register, "t", one) is True
    assert await ask(policies.register, "s", one) is True
    assert await ask(policies.register, "t", two) is True

    assert await ask(policies.versions, "t") == [one, two]
    assert await ask(policies.tenants) == ["s", "t"]
    assert await ask(registry.revision) == 3


async def test_the_same_version_again_is_nothing_new(ask):
    await ask(policies.register, "t", version(1))
    assert await ask(policies.register, "t", version(1, at=99)) is False
    assert await ask(registry.revision) == 1


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (version(1, document="{1}"), "registered with other content"),
        (version(1, since=7), "registered with other content"),
        (version(2, since=10, at=5), "must lie after that of version 1"),
        (version(2, since=9, at=5), "must lie after that of version 1"),
        (version(2, since=20, at=20), "must lie after the registration"),
    ],
)
async def test_what_would_change_the_past_is_refused(ask, second, why):
    await ask(policies.register, "t", version(1, since=10))
    with pytest.raises(PolicyRefused, match=why):
        await ask(policies.register, "t", second)
    assert await ask(policies.versions, "t") == [version(1, since=10)]


async def test_of_registrations_at_the_same_time_one_wins(ask):
    told = await asyncio.gather(
        *(ask(policies.register, "t", version(n, since=10)) for n in range(6)), return_exceptions=True
    )
    assert sum(each is True for each in told) == 1
    assert sum(isinstance(each, PolicyRefused) for each in told) == 5
