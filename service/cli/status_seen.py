"""What `slaclock status` looks at, all of it read in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.cli.oncall import rules_by_tenant

if TYPE_CHECKING:
    from service.settings import Settings
    from service.sla.instants import Instant
    from service.sla.policy import Rules
    from service.store import Database, Tx
    from service.store.keys import TicketKey
    from service.store.on_call import Overdue
    from service.store.outbox import Waiting
    from service.store.overrides import Override
    from service.store.parked import Standing
    from service.store.progress import Progress, Watermark
    from service.store.tickets import Trouble


@dataclass(frozen=True, slots=True)
class Source:
    """A source that targets require: complete up to `cap`; `down_since`: an outage lasts from there."""

    tenant: str
    name: str
    cap: Instant | None
    down_since: Instant | None


@dataclass(frozen=True, slots=True)
class Horizon:
    """A calendar that a policy in force reckons by is known up to `known_until`."""

    tenant: str
    calendar: str
    known_until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How everything stands; `stands_since`: W stands still since then. `unjudged` holds one such ticket, with why."""

    watermark: Watermark
    stands_since: Instant | None
    override: Override | None
    partitions: tuple[Progress, ...]
    overdue: Overdue
    trouble: Trouble
    unjudged: Mapping[TicketKey, str]
    parked: tuple[Standing, ...]
    outbox: Waiting
    sources: tuple[Source, ...]
    rules: Mapping[str, Rules]
    unread: Mapping[str, str]


async def look(database: Database, settings: Settings) -> Seen:
    """Read it. Raises what the database raises."""
    from service.store import on_call, outbox, overrides, parked, progress, tickets

    followed = {
        settings.tickets_topic,
        settings.areas_topic,
        settings.sources_topic,
        settings.directory_topic,
    }
    async with database.transaction() as tx:
        rules, unread = await rules_by_tenant(tx)
        made = await overrides.latest(tx, 1)
        return Seen(
            watermark=await progress.watermark(tx),
            stands_since=await on_call.stands_since(tx),
            override=next((each for each in made if each.ended_at is None), None),
            partitions=tuple(each for each in await progress.positions(tx) if each.topic in followed),
            overdue=await on_call.overdue(tx),
            trouble=await tickets.trouble(tx),
            unjudged=await tickets.unjudged(tx, 1),
            parked=tuple(await parked.standing(tx)),
            outbox=await outbox.waiting(tx),
            sources=tuple(await _sources(tx, rules)),
            rules=rules,
            unread=unread,
        )


async def _sources(tx: Tx, rules: Mapping[str, Rules]) -> list[Source]:
    from service.apply.hearing import shown_by
    from service.apply.outages import Outages
    from service.store import sources

    shown = await sources.shown(tx)
    upto = await sources.revision(tx)
    found = []
    for tenant, each in rules.items():
        named = shown_by(each)
        if not named:
            continue
        lasting = Outages(await sources.told(tx, tenant, after=0, upto=upto)).lasting
        for name in sorted(named):
            known = shown.get((tenant, name))
            found.append(Source(tenant, name, known.cap if known else None, lasting.get(name)))
    return found


def horizons(rules: Mapping[str, Rules], now: Instant) -> list[Horizon]:
    """The calendars of the versions in force at `now` and later ones, the one whose knowledge ends first before others."""
    from service.sla.instants import NEVER

    found: dict[tuple[str, str], Instant] = {}
    for tenant, each in rules.items():
        past = [policy for policy in each.versions if policy.effective_from <= now]
        for policy in each.versions[max(len(past) - 1, 0) :]:
            for target in policy.targets:
                name, until = (tenant, target.calendar.name), target.calendar.latest.known_until
                if until != NEVER:
                    found[name] = min(until, found.get(name, until))
    return sorted((Horizon(*name, until) for name, until in found.items()), key=lambda each: each.known_until)
