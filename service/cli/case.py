"""A ticket to be explained, and everything that bears on it: out of an event file or out of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.cli.deciding import limits
from service.cli.files import Faults, read_events, registered_rules
from service.cli.program import Problem

if TYPE_CHECKING:
    from service.settings import Settings
    from service.sla.events import Event
    from service.sla.history import History
    from service.sla.instants import Instant
    from service.sla.policy import Rules
    from service.sla.repeats import SaidRepeat
    from service.store import Database, Tx
    from service.store.statements import Entry


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket, all that bears on it, and the instant as of which it is explained; `said` is its ledger, if any.

    `repeats` are the newest revisions of what was said of people by its breaches. `is_provisional`: something that was said
    of the organisation before `upto` may be missing.
    """

    key: tuple[str, str]
    history: History
    rules: Rules
    upto: Instant
    said: tuple[Entry, ...] = ()
    repeats: tuple[SaidRepeat, ...] = ()
    is_provisional: bool = False


def in_file(path: str, rules: Rules, ticket: str, source: str, until: Instant | None) -> tuple[Case, int]:
    """The ticket as the file has it up to `until`, and the exit status for what else is in the file."""
    from service.backtest import Fault
    from service.sla.events import Event
    from service.sla.history import key_of
    from service.wire.files import AreaEvent, BadLine, DirectoryEvent

    key = (rules.versions[0].tenant, ticket)
    faults = Faults(path)
    facts: dict[tuple[str, str], Event] = {}
    shared: dict[tuple[str, str], Event] = {}
    organisation: dict[tuple[str, str], Event] = {}
    latest = -1
    for item in read_events(path, tenant=key[0], source=source):
        if isinstance(item, BadLine):
            faults(Fault(item.number, item.reason, item.detail))
            continue
        event = item if isinstance(item, Event) else item.event
        latest = max(latest, event.at)
        if isinstance(item, AreaEvent | DirectoryEvent):
            if event.tenant == key[0]:
                (shared if isinstance(item, AreaEvent) else organisation).setdefault(key_of(event), event)
        elif (event.tenant, event.ticket) == key:
            facts.setdefault(key_of(event), event)
    if not facts:
        raise Problem(f"{path} has no event of ticket {key[1]} of tenant {key[0]}")
    upto = latest if until is None else until
    told = [tuple(each.values()) for each in (facts, shared, organisation)]
    return Case(key, _known(*told, upto=upto), rules, upto), faults.sum_up()


def _known(
    facts: Sequence[Event], shared: Sequence[Event], organisation: Sequence[Event], *, upto: Instant
) -> History:
    """What had happened by `upto`."""
    from service.sla.directory import Directory
    from service.sla.history import History

    told, said, known = (
        tuple(event for event in events if event.at <= upto) for events in (facts, shared, organisation)
    )
    return History(told, shared=said, directory=Directory.of(known))


async def stored(
    database: Database, settings: Settings, ticket: str, tenant: str | None, until: Instant | None
) -> Case:
    """The ticket as the database has it: as of W, or of an earlier instant."""
    from service.apply.outlook import look
    from service.store import calendars, policies, statements

    key = (tenant or settings.tenant, ticket)
    async with database.transaction() as tx:
        versions = await policies.versions(tx, key[0])
        if not versions:
            raise Problem(f"tenant {key[0]} has no policy; `slaclock policy register` adds one")
        rules = registered_rules(versions, await calendars.latest(tx, key[0]))
        said = await statements.ledger(tx, key)
        outlook = await look(tx, key[0], rules, limits(settings))
        history = (await outlook.histories(tx, [key]))[key]
        repeats = await _repeats(tx, key[0], said)
    if not history.events and not history.doubts:
        raise Problem(f"there is no ticket {ticket} of tenant {key[0]}")
    upto = outlook.upto
    if until is not None and until < upto:
        history, upto = outlook.as_of(history, until), until
    return Case(key, history, rules, upto, tuple(said), repeats, outlook.is_provisional)


async def _repeats(tx: Tx, tenant: str, said: Sequence[Entry]) -> tuple[SaidRepeat, ...]:
    """What was said last of everybody against whom a breach in `said` ever counted, where it names one of them."""
    from service.sla.repeats import person_of
    from service.store import people

    breaches = {entry.said.statement.id for entry in said}
    persons = {person_of(entry.said.statement) for entry in said} - {""}
    told = await people.said(tx, [(tenant, person) for person in persons])
    found = [
        each for about in told.values() for each in about.values() if breaches & set(each.repeat.breaches)
    ]
    return tuple(sorted(found, key=lambda each: (each.repeat.at, each.repeat.person, each.repeat.id)))
