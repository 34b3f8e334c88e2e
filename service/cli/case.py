"""A ticket to be explained, and everything that bears on it: out of an event file or out of the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.cli.files import Faults, read_events, registered_rules
from service.cli.program import Problem

if TYPE_CHECKING:
    from service.settings import Settings
    from service.sla.events import Doubt, Event
    from service.sla.history import History
    from service.sla.instants import Instant
    from service.sla.policy import Rules
    from service.store import Database
    from service.store.statements import Entry


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket, all that bears on it, and the instant as of which it is explained; `said` is its ledger, if any."""

    key: tuple[str, str]
    history: History
    rules: Rules
    upto: Instant
    said: tuple[Entry, ...] = ()


def in_file(path: str, rules: Rules, ticket: str, source: str, until: Instant | None) -> tuple[Case, int]:
    """The ticket as the file has it up to `until`, and the exit status for what else is in the file."""
    from service.backtest import Fault
    from service.sla.history import key_of
    from service.wire.files import AreaEvent, BadLine

    key = (rules.versions[0].tenant, ticket)
    faults = Faults(path)
    facts: dict[tuple[str, str], Event] = {}
    shared: dict[tuple[str, str], Event] = {}
    latest = -1
    for item in read_events(path, tenant=key[0], source=source):
        if isinstance(item, BadLine):
            faults(Fault(item.number, item.reason, item.detail))
            continue
        event = item.event if isinstance(item, AreaEvent) else item
        latest = max(latest, event.at)
        if isinstance(item, AreaEvent) and event.tenant == key[0]:
            shared.setdefault(key_of(event), event)
        elif (event.tenant, event.ticket) == key:
            facts.setdefault(key_of(event), event)
    if not facts:
        raise Problem(f"{path} has no event of ticket {key[1]} of tenant {key[0]}")
    upto = latest if until is None else until
    return Case(key, _known(facts.values(), shared.values(), (), upto), rules, upto), faults.sum_up()


def _known(
    facts: Iterable[Event], shared: Iterable[Event], doubts: tuple[Doubt, ...], upto: Instant
) -> History:
    """What had happened by `upto`."""
    from service.sla.history import History

    told, said = (tuple(event for event in events if event.at <= upto) for events in (facts, shared))
    return History(told, doubts, said)


async def stored(
    database: Database, settings: Settings, ticket: str, tenant: str | None, until: Instant | None
) -> Case:
    """The ticket as the database has it: as of W, or of an earlier instant."""
    from service.apply.ground import proof_as_of
    from service.sla.history import History
    from service.store import areas, calendars, events, parked, policies, progress, statements

    key = (tenant or settings.tenant, ticket)
    async with database.transaction() as tx:
        versions = await policies.versions(tx, key[0])
        registered = await calendars.latest(tx, key[0])
        facts = (await events.history(tx, [key]))[key]
        doubts = (await parked.doubts(tx, [key]))[key]
        said = await statements.ledger(tx, key)
        shared = await areas.of_tenant(tx, key[0])
        stands = await progress.watermark(tx)
        if not versions:
            raise Problem(f"tenant {key[0]} has no policy; `slaclock policy register` adds one")
        rules = registered_rules(versions, registered)
        proof = await proof_as_of(tx, key[0], rules, stands)
    if not facts and not doubts:
        raise Problem(f"there is no ticket {ticket} of tenant {key[0]}")
    upto = -1 if stands.at is None else stands.at
    history = History(facts, doubts, shared, proof.caps, proof.gaps, proof.proved)
    if until is not None and until < upto:
        history, upto = _known(facts, shared, doubts, until), until
    return Case(key, history, rules, upto, tuple(said))
