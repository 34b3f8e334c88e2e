"""`slaclock near`: promises that are about to be due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from service.cli.database import with_database
from service.cli.hotline_options import LENGTH
from service.cli.moments import Written, length
from service.cli.oncall import (
    AT,
    IN_UTC,
    JSON,
    LIMIT,
    TARGET,
    TENANT,
    View,
    rules_by_tenant,
    view_of,
    with_tenant,
    written,
)
from service.cli.output import say, show, show_json, table

if TYPE_CHECKING:
    from service.settings import Settings
    from service.sla.instants import Duration
    from service.store import Database
    from service.store.on_call import Near


@click.command()
@click.option(
    "--within",
    metavar="LENGTH",
    type=LENGTH,
    default="1h",
    show_default=True,
    help="How far ahead: 30m, 1h, 48h.",
)
@TARGET
@TENANT
@LIMIT
@AT
@IN_UTC
@JSON
def near(
    within: Duration,
    target: str | None,
    tenant: str | None,
    limit: int,
    at: Written | None,
    utc: bool,
    as_json: bool,
) -> None:
    """List open promises that are due within a while, the earliest first.

    Those that are past their due and not decided yet come first: they wait for the watermark.
    """

    async def read(database: Database, settings: Settings) -> tuple[View, list[Near]]:
        from service.store import on_call, policies

        async with database.transaction() as tx:
            view = view_of((await rules_by_tenant(tx))[0], tenant or settings.tenant, at, utc=utc)
            tenants = [tenant] if tenant else await policies.tenants(tx)
            until = view.now + within
            return view, await on_call.near(tx, tenants, until, target=target, limit=limit)

    view, found = with_database(read)
    if as_json:
        show_json([_as_json(each, view) for each in found])
        return
    if not found:
        show(f"nothing is due within {length(within)}")
        return
    rows = [(each.tenant, _row(each, view)) for each in found]
    table(*with_tenant(["due", "", "ticket", "target", "remarks"], rows))
    if len(found) == limit:
        say(f"at most {limit} are listed; --limit lists more")


def _row(each: Near, view: View) -> list[str]:
    zone = view.zone(each.tenant, each.target)
    return [*view.cells(each.due, zone), each.ticket, each.target, ", ".join(_remarks(each, view))]


def _remarks(each: Near, view: View) -> list[str]:
    told = {
        "past due, not decided": each.due <= view.now,
        "in doubt": each.in_doubt,
        "provisional": each.provisional,
    }
    return [remark for remark, is_so in told.items() if is_so]


def _as_json(each: Near, view: View) -> dict[str, Any]:
    return {
        "tenant": each.tenant,
        "ticket": each.ticket,
        "target": each.target,
        "start": written(each.start),
        **view.as_json("due", each.due, view.zone(each.tenant, each.target)),
        "in_doubt": each.in_doubt,
        "provisional": each.provisional,
    }
