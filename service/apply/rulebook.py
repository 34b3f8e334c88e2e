"""The rules of each tenant, as registered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from service import rules
from service.sla.policy import Rules
from service.store import Tx, calendars, policies, registry

#: From a tenant's versions and the calendars that they may refer to to its rules.
Read: TypeAlias = Callable[[str, Sequence[policies.Version], Sequence[calendars.Registered]], Rules]


def read_rules(
    _: str, versions: Sequence[policies.Version], registered: Sequence[calendars.Registered]
) -> Rules:
    """The rules of a tenant from its registered files. Raises PolicyErrors."""
    known = {each.name: rules.read_calendar(each.document, name=each.name) for each in registered}
    return Rules(
        tuple(
            rules.read(version.document, name=f"{version.id} {version.version}", calendars=known)
            for version in versions
        )
    )


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
