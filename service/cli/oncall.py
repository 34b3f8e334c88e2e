"""What the commands for somebody on call share: whose promises, at what time, in which zone, and remaining time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from service.cli import wall
from service.cli.moments import UTC, WRITTEN, Written, away, local, told

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from service.sla.instants import Instant
    from service.sla.policy import Rules
    from service.store import Tx

JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
IN_UTC: Final = click.option("--utc", is_flag=True, help="Show times in UTC.")
AT: Final = click.option(
    "--at", metavar="TIME", type=WRITTEN, help="As if it were that time: for a replay. By default it is now."
)
TENANT: Final = click.option("--tenant", metavar="NAME", help="Only of this tenant; of all by default.")
TARGET: Final = click.option("--target", metavar="ID", help="Only of this target and its variants.")
LIMIT: Final = click.option(
    "--limit", metavar="N", type=click.IntRange(min=1), default=100, show_default=True, help="At most."
)


@dataclass(frozen=True, slots=True)
class View:
    """How instants are shown: as seen from `now`, in the zone of the target, of the tenant, or in UTC."""

    now: Instant
    home: ZoneInfo
    zones: Mapping[tuple[str, str], ZoneInfo]
    homes: Mapping[str, ZoneInfo]

    def zone_of(self, tenant: str) -> ZoneInfo:
        """Where times of the tenant are shown that belong to no target."""
        return self.homes.get(tenant, self.home)

    def zone(self, tenant: str, target: str) -> ZoneInfo:
        """Where times of the target are shown."""
        return self.zones.get((tenant, target), self.home)

    def when(self, instant: Instant | None, zone: ZoneInfo | None = None) -> str:
        """`2024-03-01 Fri 14:05:00 +08:00, in 23m`; a dash for none."""
        if instant is None:
            return "-"
        return f"{told(whole_second(instant), zone or self.home)}, {away(instant, self.now)}"

    def cells(self, instant: Instant | None, zone: ZoneInfo) -> tuple[str, str]:
        """The same as two cells of a table."""
        if instant is None:
            return "-", "-"
        return told(whole_second(instant), zone), away(instant, self.now)

    def as_json(self, name: str, instant: Instant | None, zone: ZoneInfo | None = None) -> dict[str, Any]:
        """`name`, the same with the offset of the zone, and what remains until then, negative when it is past."""
        shown = None if instant is None else local(instant, zone or self.home)
        rest = None if instant is None else instant - self.now
        return {name: written(instant), f"{name}_local": shown, f"{name}_remaining_us": rest}


def view_of(rules: Mapping[str, Rules], tenant: str, at: Written | None, *, utc: bool) -> View:
    """How to show what is asked at `at`, wall time of the home of `tenant`; its home is where its first target is."""
    if utc:
        return View(wall.now() if at is None else at.instant(UTC), UTC, {}, {})
    zones = {
        (name, target.id): target.calendar.zone
        for name, each in rules.items()
        for policy in each.versions
        for target in policy.targets
    }
    homes = {
        name: each.versions[-1].targets[0].calendar.zone
        for name, each in rules.items()
        if each.versions[-1].targets
    }
    home = homes.get(tenant) or next(iter(homes.values()), UTC)
    return View(wall.now() if at is None else at.instant(home), home, zones, homes)


async def rules_by_tenant(tx: Tx) -> tuple[dict[str, Rules], dict[str, str]]:
    """The rules of every tenant; by tenant why this release cannot read those of the others."""
    from service.apply.rulebook import read_rules
    from service.rules import PolicyErrors
    from service.store import calendars, policies

    found: dict[str, Rules] = {}
    unread: dict[str, str] = {}
    for tenant in await policies.tenants(tx):
        versions, registered = await policies.versions(tx, tenant), await calendars.latest(tx, tenant)
        try:
            found[tenant] = read_rules(tenant, versions, registered)
        except PolicyErrors as errors:
            unread[tenant] = f"{errors.name}: {errors.errors[0].message}"
    return found, unread


def with_tenant(
    heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]
) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of a table; each row has its tenant before it, which is shown when there are several."""
    if len({tenant for tenant, _ in rows}) < 2:
        return list(heads), [list(row) for _, row in rows]
    return ["tenant", *heads], [[tenant, *row] for tenant, row in rows]


def whole_second(instant: Instant) -> Instant:
    """Without what nobody reads at night."""
    from service.sla.instants import SECOND

    return instant - instant % SECOND


def written(instant: Instant | None) -> str | None:
    """As JSON has it: UTC, six digits."""
    from service.wire import times

    return None if instant is None else times.write(instant)
