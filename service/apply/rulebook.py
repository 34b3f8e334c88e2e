"""The rules of each tenant, as registered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from service import rules
from service.sla.calendars import Calendar
from service.sla.policy import Rules
from service.store import Tx, calendars, policies, registry

#: From a tenant's versions, and the calendars that they may refer to, to its rules.
Read: TypeAlias = Callable[[str, Sequence[policies.Version], Sequence[calendars.Registered]], Rules]


def read_rules(
    _: str, versions: Iterable[policies.Version], registered: Iterable[calendars.Registered]
) -> Rules:
    """The rules of a tenant from its registered files. Raises PolicyErrors."""
    return rules_of(versions, {each.name: read_calendar(each) for each in registered})


def rules_of(versions: Iterable[policies.Version], known: Mapping[str, Calendar]) -> Rules:
    """The rules in `versions`, which refer to calendars in `known` by name. Raises PolicyErrors."""
    return Rules(
        tuple(
            rules.read(version.document, name=f"{version.id} version {version.version}", calendars=known)
            for version in versions
        )
    )


def read_calendar(registered: calendars.Registered) -> Calendar:
    """The calendar in a registered file. Raises PolicyErrors."""
    return rules.read_calendar(registered.document, name=f"calendar {registered.name}")


class Rulebook:
    """Rules by tenant, read again only after a registration."""

    def __init__(self, read: Read = read_rules) -> None:
        self._read = read
        self._revision = -1
        self._rules: dict[str, Rules | None] = {}

    async def __call__(self, tx: Tx, tenant: str) -> Rules | None:
        """The rules of `tenant` as of `tx`; None when it has no version."""
        revision = await registry.revision(tx)
        if revision != self._revision:
            self._revision, self._rules = revision, {}
        known = self._rules
        if tenant not in known:
            known[tenant] = await self._registered(tx, tenant)
        return known[tenant]

    async def _registered(self, tx: Tx, tenant: str) -> Rules | None:
        versions = await policies.versions(tx, tenant)
        return self._read(tenant, versions, await calendars.latest(tx, tenant)) if versions else None
