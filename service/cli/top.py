"""`slaclock top`: the targets with most to do."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Final

import click

from service.cli.database import with_database
from service.cli.hotline_options import LENGTH
from service.cli.moments import Written, length
from service.cli.oncall import AT, IN_UTC, JSON, View, rules_by_tenant, view_of, with_tenant
from service.cli.output import show, show_json, table
from service.sla.instants import HOUR, MINUTE

if TYPE_CHECKING:
    from service.settings import Settings
    from service.sla.instants import Duration
    from service.store import Database
    from service.store.on_call import Busy

_EVERY_SECONDS: Final = 5.0


@click.command()
@click.option(
    "--within", metavar="LENGTH", type=LENGTH, default="1h", show_default=True, help="What counts as near."
)
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Targets, at most.",
)
@click.option("--watch", is_flag=True, help="Look again every few seconds, until interrupted.")
@click.option(
    "--every",
    metavar="SECONDS",
    type=click.FloatRange(min=0.1, max=3_600),
    default=_EVERY_SECONDS,
    show_default=True,
    help="With --watch: how often.",
)
@click.option(
    "--rounds", metavar="N", type=click.IntRange(min=1), help="With --watch: end after looking so often."
)
@AT
@IN_UTC
@JSON
def top(
    within: Duration,
    limit: int,
    watch: bool,
    every: float,
    rounds: int | None,
    at: Written | None,
    utc: bool,
    as_json: bool,
) -> None:
    """Show the targets with most to do: broken and not stopped yet first, then near their due, then open."""
    left = (rounds or -1) if watch else 1
    while left:
        view, found = _look(within, at, utc=utc)
        if watch and sys.stdout.isatty() and not as_json:
            click.clear()
        _show(found[:limit], view, within, as_json=as_json)
        left -= 1
        if left:
            sys.stdout.flush()
            time.sleep(every)


def _look(within: Duration, at: Written | None, *, utc: bool) -> tuple[View, list[Busy]]:
    async def read(database: Database, settings: Settings) -> tuple[View, list[Busy]]:
        from service.store import on_call

        async with database.transaction() as tx:
            view = view_of((await rules_by_tenant(tx))[0], settings.tenant, at, utc=utc)
            return view, await on_call.busy(tx, view.now + within)

    view, found = with_database(read)
    return view, busiest(found)


def busiest(found: list[Busy]) -> list[Busy]:
    """Broken ones first, then near ones, then open ones."""
    return sorted(found, key=lambda each: (-each.broken, -each.near, -each.open, each.tenant, each.target))


def _show(found: list[Busy], view: View, within: Duration, *, as_json: bool) -> None:
    if as_json:
        show_json([busy_as_json(each, view) for each in found])
    elif not found:
        show("nothing is open")
    else:
        show_busy(found, view, within)


def show_busy(found: list[Busy], view: View, within: Duration) -> None:
    """A line a target."""
    rows = [(each.tenant, _row(each, view)) for each in found]
    near = f"in {_span(within)}"
    heads = ["target", "broken", near, "open", "next due", "longest broken"]
    table(*with_tenant(heads, rows), right=["broken", near, "open"])


def _span(within: Duration) -> str:
    return f"{within // HOUR}h" if within % HOUR == 0 else f"{within // MINUTE}m" if within % MINUTE == 0 else length(within)  # fmt: skip


def _row(each: Busy, view: View) -> list[str]:
    zone = view.zone(each.tenant, each.target)
    return [
        each.target,
        f"{each.broken}",
        f"{each.near}",
        f"{each.open}",
        view.when(each.next_due, zone),
        view.when(each.oldest_due, zone),
    ]


def busy_as_json(each: Busy, view: View) -> dict[str, Any]:
    """A target as programs read it."""
    zone = view.zone(each.tenant, each.target)
    return {
        "tenant": each.tenant,
        "target": each.target,
        "broken": each.broken,
        "near": each.near,
        "open": each.open,
        **view.as_json("next_due", each.next_due, zone),
        **view.as_json("longest_broken", each.oldest_due, zone),
    }
