"""`slaclock breaches`: promises that were broken, as the ledger has it now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from service.cli.database import with_database
from service.cli.hotline_options import LENGTH
from service.cli.moments import Written
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
from service.sla.instants import DAY

if TYPE_CHECKING:
    from service.settings import Settings
    from service.sla.instants import Duration
    from service.store import Database
    from service.store.on_call import Breach

#: How far back it is looked when nothing else is asked for; what is open is shown however old it is.
_BACK: Final = DAY


@click.command()
@click.option("--open", "only_open", is_flag=True, help="Only of promises that nothing has ended yet.")
@click.option(
    "--since",
    metavar="LENGTH",
    type=LENGTH,
    help="Only what was due within so long: 8h, 24h. By default 24h, and any time with --open.",
)
@TARGET
@TENANT
@LIMIT
@AT
@IN_UTC
@JSON
def breaches(
    only_open: bool,
    since: Duration | None,
    target: str | None,
    tenant: str | None,
    limit: int,
    at: Written | None,
    utc: bool,
    as_json: bool,
) -> None:
    """List breaches in force, the longest overdue first; what was withdrawn is not among them."""

    async def read(database: Database, settings: Settings) -> tuple[View, list[Breach]]:
        from service.store import on_call, policies

        async with database.transaction() as tx:
            view = view_of((await rules_by_tenant(tx))[0], tenant or settings.tenant, at, utc=utc)
            tenants = [tenant] if tenant else await policies.tenants(tx)
            back = since if since is not None or only_open else _BACK
            first = 0 if back is None else view.now - back
            return view, await on_call.breaches(
                tx, tenants, first, only_open=only_open, target=target, limit=limit
            )

    view, found = with_database(read)
    if as_json:
        show_json([_as_json(each, view) for each in found])
        return
    if not found:
        show("no breach is open" if only_open else "no breach is in force")
        return
    rows = [(each.statement.tenant, _row(each, view)) for each in found]
    table(*with_tenant(["due", "", "ticket", "target", "promise", "heard", "remarks"], rows))
    if len(found) == limit:
        say(f"at most {limit} are listed; --limit lists more")


def _row(each: Breach, view: View) -> list[str]:
    said = each.statement
    return [
        *view.cells(said.due, view.zone(said.tenant, said.target)),
        said.ticket,
        said.target,
        "gone" if each.state is None else each.state.value,
        ", ".join(f"{link.role} {link.person or '-'}" for link in said.chain[:2]) or "-",
        ", ".join([*said.remarks, *([f"revision {each.rev}"] if each.rev > 1 else [])]),
    ]


def _as_json(each: Breach, view: View) -> dict[str, Any]:
    said = each.statement
    return {
        "id": said.id,
        "rev": each.rev,
        "tenant": said.tenant,
        "ticket": said.ticket,
        "target": said.target,
        "clause": said.clause,
        "start": written(said.start),
        **view.as_json("due", said.due, view.zone(said.tenant, said.target)),
        "promise": None if each.state is None else each.state.value,
        "chain": [{"role": link.role, "person": link.person, "reason": link.reason} for link in said.chain],
        "remarks": list(said.remarks),
    }
