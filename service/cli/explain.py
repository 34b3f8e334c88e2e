"""`slaclock explain`: why the promises of a ticket stand as they do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from service.cli.case import Case, in_file, stored
from service.cli.database import with_database
from service.cli.files import EVENTS, POLICY, read_rules
from service.cli.moments import UTC, WRITTEN, Written, told
from service.cli.output import show, show_json, table
from service.cli.program import Problem
from service.cli.stretches import show_rows

if TYPE_CHECKING:
    from service.cli.explanation import Explained
    from service.sla.statements import Statement
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
        case = with_database(lambda database, settings: stored(database, settings, ticket, tenant, instant))
    else:
        rules = read_rules(policies)
        if tenant not in (None, rules.versions[0].tenant):
            raise Problem(f"the policy is that of tenant {rules.versions[0].tenant}, not of {tenant}")
        case, status = in_file(events, rules, ticket, source, instant)
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


def _show(case: Case, promises: Sequence[Explained], *, utc: bool) -> None:
    if not promises:
        show(f"Ticket {case.key[1]} has no promise: {_why_none(case)}.")
    for number, each in enumerate(promises):
        zone = UTC if utc else each.target.calendar.zone
        show("" if number else f"Ticket {case.key[1]} of tenant {case.key[0]}. Times are in {zone.key}.")
        if not number:
            show()
        _show_promise(each, zone, has_ledger=bool(case.said))
    if case.is_provisional:
        show()
        show("Provisional: something that was said of the organisation is not read yet; people may change.")
    if case.said:
        _show_ledger(case, UTC if utc or not promises else promises[0].target.calendar.zone)


def _show_promise(this: Explained, zone: ZoneInfo, *, has_ledger: bool) -> None:
    from service.cli.explain_people import people_of
    from service.cli.explain_people_text import show_evidence, show_people, who
    from service.cli.sentences import sentences

    show(f"{this.promise.target}: {this.promise.state.value}")
    for sentence in sentences(this, zone):
        show(f"  {sentence}")
    show()
    show_rows(this.rows, zone)
    people = people_of(this)
    if this.statements and not has_ledger:
        show()
        rows = [_statement(each, zone) for each in this.statements]
        heads = ["at", "what", "name", "to", ""]
        if people.is_known:
            heads.insert(4, "who")
            for row, each in zip(rows, this.statements, strict=True):
                row.insert(4, who(people.told.get(each.id)))
        table(heads, rows)
    if people.is_known:
        show_people(this, people, zone)
    show_evidence(this, zone)


def _show_ledger(case: Case, zone: ZoneInfo) -> None:
    from service.cli.explain_people_text import show_repeats, who

    show()
    heads = ["at", "target", "what", "name", "to", "", "rev", "", "decided"]
    rows = [_entry(entry, zone) for entry in case.said]
    told_to = [who(entry.said.addressed) if entry.said.statement.role else "" for entry in case.said]
    if any(entry.said.addressed and entry.said.addressed.person for entry in case.said):
        heads.insert(5, "who")
        for row, name in zip(rows, told_to, strict=True):
            row.insert(5, name)
    table(heads, rows, right=["rev"])
    if case.repeats:
        show_repeats(case.repeats, frozenset(entry.said.statement.id for entry in case.said), zone)


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
    from service.cli.explain_people import attached_line, repeat_line
    from service.cli.explanation import as_json
    from service.wire import times

    said = [
        {
            **statement_line(entry.said.statement),
            **attached_line(entry.said.statement, entry.said.addressed),
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
        "repeats": [repeat_line(each) for each in case.repeats],
        "organisation_provisional": case.is_provisional,
    }
