"""`slaclock explain`: why the promises of a ticket stand as they do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from service.cli.database import with_database
from service.cli.files import EVENTS, POLICY, Faults, read_events, read_rules, registered_rules
from service.cli.moments import UTC, WRITTEN, Written, told
from service.cli.output import show, show_json, table
from service.cli.program import Problem
from service.cli.stretches import show_rows

if TYPE_CHECKING:
    from service.cli.explanation import Explained
    from service.settings import Settings
    from service.sla.events import Doubt, Event
    from service.sla.history import History
    from service.sla.instants import Instant
    from service.sla.policy import Rules
    from service.sla.statements import Statement
    from service.store import Database
    from service.store.statements import Entry


@click.command()
@click.argument("ticket")
@click.option(
    "--events", metavar="FILE", type=EVENTS, help="Look in this event file instead of the database."
)
@click.option(
    "--policy",
    "policies",
    metavar="FILE",
    type=POLICY,
    multiple=True,
    help="With --events; once for each version.",
)
@click.option("--target", metavar="ID", help="Only the promises of this target.")
@click.option("--until", metavar="TIME", type=WRITTEN, help="As of this instant instead of the latest known.")
@click.option(
    "--tenant", metavar="NAME", help="Whose ticket it is; the policy's or the settings' by default."
)
@click.option(
    "--source", metavar="NAME", default="file", show_default=True, help="With --events, as in backtest."
)
@click.option("--utc", is_flag=True, help="Show times in UTC.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def explain(
    ticket: str,
    events: str | None,
    policies: tuple[Path, ...],
    target: str | None,
    until: Written | None,
    tenant: str | None,
    source: str,
    utc: bool,
    as_json: bool,
) -> int:
    """Explain every promise of TICKET: why it is due when it is, and each stretch of time that counted or did not."""
    from service.cli.explanation import explained

    if events is None and policies:
        raise click.UsageError("--policy goes with --events; the database has policies of its own")
    if events is not None and not policies:
        raise click.UsageError("--events needs a policy: add --policy FILE")
    status = 0
    instant = None if until is None else until.instant()
    if events is None:
        case = with_database(lambda database, settings: _stored(database, settings, ticket, tenant, instant))
    else:
        rules = read_rules(policies)
        if tenant not in (None, rules.versions[0].tenant):
            raise Problem(f"the policy is that of tenant {rules.versions[0].tenant}, not of {tenant}")
        case, status = _in_file(events, rules, ticket, source, instant)
    promises = [
        each
        for each in explained(case.history, case.rules, case.upto)
        if target in (None, each.promise.target)
    ]
    if target is not None and not promises:
        raise Problem(f"ticket {ticket} has no promise of target {target}")
    if as_json:
        show_json(_as_json(case, promises))
    else:
        _show(case, promises, utc=utc)
    return status


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket, all that bears on it, and the instant as of which it is explained; `said` is its ledger, if any."""

    key: tuple[str, str]
    history: History
    rules: Rules
    upto: Instant
    said: tuple[Entry, ...] = ()


def _in_file(path: str, rules: Rules, ticket: str, source: str, until: Instant | None) -> tuple[Case, int]:
    """The ticket as the file has it up to `until`, and the exit status for what else is in the file."""
    from service.backtest import Fault
    from service.sla.history import key_of
    from service.wire.files import BadLine

    key = (rules.versions[0].tenant, ticket)
    faults = Faults(path)
    facts: dict[tuple[str, str], Event] = {}
    latest = -1
    for item in read_events(path, tenant=key[0], source=source):
        if isinstance(item, BadLine):
            faults(Fault(item.number, item.reason, item.detail))
            continue
        latest = max(latest, item.at)
        if (item.tenant, item.ticket) == key:
            facts.setdefault(key_of(item), item)
    if not facts:
        raise Problem(f"{path} has no event of ticket {key[1]} of tenant {key[0]}")
    upto = latest if until is None else until
    return Case(key, _known(facts.values(), (), upto), rules, upto), faults.sum_up()


def _known(facts: Iterable[Event], doubts: tuple[Doubt, ...], upto: Instant) -> History:
    """What had happened by `upto`."""
    from service.sla.history import History

    return History(tuple(event for event in facts if event.at <= upto), doubts)


async def _stored(
    database: Database, settings: Settings, ticket: str, tenant: str | None, until: Instant | None
) -> Case:
    """The ticket as the database has it: as of W, or of an earlier instant."""
    from service.sla.history import History
    from service.store import events, parked, policies, progress, statements

    key = (tenant or settings.tenant, ticket)
    async with database.transaction() as tx:
        versions = await policies.versions(tx, key[0])
        facts = (await events.history(tx, [key]))[key]
        doubts = (await parked.doubts(tx, [key]))[key]
        said = await statements.ledger(tx, key)
        watermark = (await progress.watermark(tx)).at
    if not versions:
        raise Problem(f"tenant {key[0]} has no policy; `slaclock policy register` adds one")
    if not facts and not doubts:
        raise Problem(f"there is no ticket {ticket} of tenant {key[0]}")
    upto = -1 if watermark is None else watermark
    history = History(facts, doubts)
    if until is not None and until < upto:
        history, upto = _known(facts, doubts, until), until
    return Case(key, history, registered_rules(versions), upto, tuple(said))


def _show(case: Case, promises: Sequence[Explained], *, utc: bool) -> None:
    from service.cli.explanation import sentences

    if not promises:
        show(f"Ticket {case.key[1]} has no promise: {_why_none(case)}.")
    for number, each in enumerate(promises):
        zone = UTC if utc else each.target.zone
        show("" if number else f"Ticket {case.key[1]} of tenant {case.key[0]}. Times are in {zone.key}.")
        if not number:
            show()
        show(f"{each.promise.target}: {each.promise.state.value}")
        for sentence in sentences(each, zone):
            show(f"  {sentence}")
        show()
        show_rows(each.rows, zone)
        if each.statements and not case.said:
            show()
            table(["at", "what", "name", "to", ""], [_statement(s, zone) for s in each.statements])
    if case.said:
        zone = UTC if utc or not promises else promises[0].target.zone
        show()
        heads = ["at", "target", "what", "name", "to", "", "rev", "", "decided"]
        table(heads, [_entry(entry, zone) for entry in case.said], right=["rev"])


def _why_none(case: Case) -> str:
    from service.sla.judge import judge

    judgement = judge(case.history, case.rules, case.upto)
    if judgement.orphan:
        return "nothing says when it was opened"
    if judgement.policy is None:
        return "it was opened before the first version of the policy was in force"
    return f"no target of version {judgement.policy[1]} applies to it"


def _statement(statement: Statement, zone: ZoneInfo) -> list[str]:
    outcome = " ".join(part for part in (statement.outcome, statement.reason) if part)
    name = "" if statement.name == statement.kind.value else statement.name
    return [told(statement.at, zone), statement.kind.value, name, statement.role, outcome]


def _entry(entry: Entry, zone: ZoneInfo) -> list[str]:
    statement = entry.said.statement
    at, *rest = _statement(statement, zone)
    status = "withdrawn" if entry.said.withdrawn else ""
    return [at, statement.target, *rest, str(entry.said.rev), status, told(entry.decided_at, zone)]


def _as_json(case: Case, promises: Sequence[Explained]) -> dict[str, Any]:
    from service.backtest import statement_line
    from service.cli.explanation import as_json
    from service.wire import times

    said = [
        {
            **statement_line(entry.said.statement),
            "target": entry.said.statement.target,
            "rev": entry.said.rev,
            "status": "withdrawn" if entry.said.withdrawn else "in_force",
            "decided_at": times.write(entry.decided_at),
        }
        for entry in case.said
    ]
    return {
        "tenant": case.key[0],
        "ticket": case.key[1],
        "upto": None if case.upto < 0 else times.write(case.upto),
        "why_none": None if promises else _why_none(case),
        "promises": [as_json(each) for each in promises],
        "said": said,
    }
