"""What the registered policies and calendars name now: where the labels of metrics come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import structlog

from service.apply import Rulebook
from service.apply.rulebook import read_rules
from service.metrics import InForce
from service.rules import PolicyErrors
from service.sla.instants import NEVER, SECOND, Instant
from service.sla.policy import Policy, Rules
from service.store import Database, policies, registry

log = structlog.stdlib.get_logger("slaclock.app")


class Reader:
    """Reads it again after a registration, and when another version comes into force."""

    def __init__(self, db: Database, wall: Callable[[], Instant]) -> None:
        self._db = db
        self._wall = wall
        self._rulebook = Rulebook(read_rules)
        #: What owners call `acknowledged`, by tenant.
        self.answers: frozenset[tuple[str, str]] = frozenset()
        self._read: tuple[int, tuple[tuple[str, str, str], ...]] | None = None

    async def read(self) -> InForce | None:
        """What is in force; None when it is what was read before. Raises what the database raises."""
        rules: dict[str, Rules] = {}
        async with self._db.transaction() as tx:
            revision = await registry.revision(tx)
            for tenant in await policies.tenants(tx):
                try:
                    found = await self._rulebook(tx, tenant)
                except PolicyErrors as error:
                    log.warning("policy_unreadable", tenant=tenant, error=str(error)[:300])
                    continue
                if found is not None:
                    rules[tenant] = found
        in_force = tuple(_in_force(rules, self._wall()))
        if (revision, in_force) == self._read:
            return None
        self._read = revision, in_force
        self.answers = frozenset(
            (tenant, name)
            for tenant, each in _policies(rules)
            for name, meaning in each.vocabulary.items()
            if meaning.type == "acknowledged"
        )
        return InForce(
            targets={target.id for _, each in _policies(rules) for target in each.targets},
            sources={(tenant, source) for tenant, each in _policies(rules) for source in each.sources},
            calendars=_calendars(rules),
            policies=in_force,
        )


def _policies(rules: dict[str, Rules]) -> Iterator[tuple[str, Policy]]:
    return ((tenant, each) for tenant, known in rules.items() for each in known.versions)


def _in_force(rules: dict[str, Rules], now: Instant) -> Iterable[tuple[str, str, str]]:
    for tenant, known in sorted(rules.items()):
        begun = [each for each in known.versions if each.effective_from <= now]
        if begun:
            yield tenant, begun[-1].id, begun[-1].version


def _calendars(rules: dict[str, Rules]) -> dict[tuple[str, str], float]:
    """The ends of those that have one, in seconds since 1970."""
    ends = {
        (tenant, target.calendar.name): target.calendar.latest.known_until
        for tenant, each in _policies(rules)
        for target in each.targets
    }
    return {which: end / SECOND for which, end in ends.items() if end != NEVER}
