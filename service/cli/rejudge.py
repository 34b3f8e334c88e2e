"""`slaclock rejudge`: tickets of the database are put under another version of the policy."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from service.cli.compare import LISTED
from service.cli.database import with_database
from service.cli.deciding import BY, REASON, user
from service.cli.files import Sink
from service.cli.moments import WRITTEN, Written, told
from service.cli.orders import Asked, Carried, Tried, carry_out, try_out
from service.cli.output import say, show, show_json
from service.cli.progress import shown

if TYPE_CHECKING:
    from service.settings import Settings
    from service.store import Database


@click.command()
@click.option("--policy", "version", metavar="VERSION", required=True, help="The version, as registered.")
@click.option("--tenant", metavar="NAME", help="Whose tickets; the settings' by default.")
@click.option("--ticket", "tickets", metavar="ID", multiple=True, help="These tickets; may be repeated.")
@click.option("--target", metavar="ID", help="Tickets with a promise of this target.")
@click.option("--opened-from", metavar="TIME", type=WRITTEN, help="Tickets opened then or later.")
@click.option("--opened-to", metavar="TIME", type=WRITTEN, help="Tickets opened before.")
@click.option("--all", "every", is_flag=True, help="All tickets of the tenant.")
@click.option("--replace", is_flag=True, help="Judge all of their history by it, also what is decided.")
@click.option("--dry-run", is_flag=True, help="Tell what would flip, and change nothing.")
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="With --dry-run: a JSON line for each promise that changes.",
)
@click.option(
    "--list",
    "listed",
    metavar="N",
    type=click.IntRange(min=0),
    default=LISTED,
    show_default=True,
    help="With --dry-run: list so many of them.",
)
@REASON
@BY
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rejudge(
    version: str,
    tenant: str | None,
    tickets: tuple[str, ...],
    target: str | None,
    opened_from: Written | None,
    opened_to: Written | None,
    every: bool,
    replace: bool,
    dry_run: bool,
    out: str | None,
    listed: int,
    reason: str,
    by: str | None,
    as_json: bool,
) -> int:
    """Put tickets under another version of the policy, from now on.

    What is open goes on under it; what is decided stands, unless --replace. An event is recorded for each ticket, with
    the reason and the name. Doing it again changes nothing. --target, --opened-from and --opened-to narrow down
    together.
    """
    if out is not None and not dry_run:
        raise click.UsageError("--out goes with --dry-run")
    asked = Asked(
        version, tenant, tickets, target, opened_from, opened_to, every, replace, reason, by or user()
    )
    _check(asked)
    return _try(asked, out, listed, as_json=as_json) if dry_run else _do(asked, as_json=as_json)


def _check(asked: Asked) -> None:
    narrowed = [asked.target, asked.opened_from, asked.opened_to]
    ways = [bool(asked.tickets), any(each is not None for each in narrowed), asked.every]
    if sum(ways) != 1:
        raise click.UsageError(
            "say which tickets: --ticket, or --target, --opened-from and --opened-to, or --all"
        )


def _do(asked: Asked, *, as_json: bool) -> int:
    with shown() as progress:

        async def act(database: Database, settings: Settings) -> Carried:
            return await carry_out(database, settings, asked, progress)

        carried = with_database(act)
    done = carried.done
    line = {
        **_ordered(carried),
        "tickets": carried.looked_at,
        "added": done.added,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "said": {
            kind.value: count for (kind, withdrawn), count in sorted(done.said.items()) if not withdrawn
        },
        "withdrawn": {
            kind.value: count for (kind, withdrawn), count in sorted(done.said.items()) if withdrawn
        },
        "failed": [{"ticket": ticket, "why": why} for (_, ticket), why in sorted(done.failed.items())],
        "missing": list(carried.missing),
    }
    if as_json:
        show_json(line)
    else:
        _show(carried)
    return _status(carried)


def _show(carried: Carried) -> None:
    done = carried.done
    show(f"tickets    {carried.looked_at:,}")
    show(f"added      {done.added:,}, {done.changed:,} of them with something new said")
    show(f"unchanged  {done.unchanged:,}")
    revisions = ", ".join(
        f"{count:,} {kind.value}{' withdrawn' if withdrawn else ''}"
        for (kind, withdrawn), count in sorted(done.said.items())
    )
    show(f"said       {revisions or 'nothing'}")


def _status(carried: Carried) -> int:
    """Tell what could not be done; the exit status."""
    for (_, ticket), why in sorted(carried.done.failed.items()):
        say(f"ticket {ticket} cannot be judged so and was left as it was: {why}")
    for ticket in carried.missing:
        say(f"there is no ticket {ticket}")
    return 1 if carried.done.failed or carried.missing else 0


def _try(asked: Asked, out: str | None, listed: int, *, as_json: bool) -> int:
    with shown() as progress, nullcontext() if out is None else Sink(out) as sink:

        async def act(database: Database, settings: Settings) -> Tried:
            return await try_out(database, settings, asked, progress, listed, sink)

        tried = with_database(act)
    if as_json:
        show_json(_tried_line(tried), err=out == "-")
    else:
        _show_tried(tried, tried.listing.zone, err=out == "-")
    return _status(tried.carried)


def _tried_line(tried: Tried) -> dict[str, Any]:
    from service.cli.flips import summary_json

    counts = summary_json(tried.summary, tried.listing.reasons)
    carried = tried.carried
    return {
        **_ordered(carried),
        **counts,
        "tickets": carried.looked_at,
        "added": carried.done.added,
        "unchanged": carried.done.unchanged,
        "missing": list(carried.missing),
    }


def _ordered(carried: Carried) -> dict[str, Any]:
    from service.wire import times

    asked = carried.asked
    return {
        "tenant": carried.tenant,
        "version": asked.version,
        "replace": asked.replace,
        "at": times.write(carried.at),
        "by": asked.by,
        "reason": asked.reason,
    }


def _show_tried(tried: Tried, zone: ZoneInfo, *, err: bool) -> None:
    carried, summary = tried.carried, tried.summary
    show(f"judged at  {told(summary.until, zone)}", err=err)
    show(
        f"tickets    {carried.looked_at:,}, {carried.done.added:,} to be put under {carried.asked.version}",
        err=err,
    )
    show(f"the same   {summary.same:,}", err=err)
    show(f"other due  {summary.moved.total():,}", err=err)
    show(f"flips      {summary.flips.total():,}", err=err)
    show(err=err)
    tried.listing.show(err=err)
