"""The rules of each tenant, as registered."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from service.sla.policy import Rules
from service.store import Tx, policies


class Rulebook:
    """Rules by tenant, read again only after a registration. `read` turns a tenant's versions into rules."""

    def __init__(self, read: Callable[[str, Sequence[policies.Version]], Rules]) -> None:
        self._read = read
        self._revision = -1
        self._rules: dict[str, Rules | None] = {}

    async def __call__(self, tx: Tx, tenant: str) -> Rules | None:
        """The rules of `tenant` as of `tx`; None when it has no version."""
        revision = await policies.revision(tx)
        if revision != self._revision:
            self._revision, self._rules = revision, {}
        rules = self._rules
        if tenant not in rules:
            versions = await policies.versions(tx, tenant)
            rules[tenant] = self._read(tenant, versions) if versions else None
        return rules[tenant]
