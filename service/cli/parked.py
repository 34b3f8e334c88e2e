"""`slaclock parked`: records that could not be read or applied, and what becomes of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from service.cli.database import with_database
from service.cli.deciding import BY, REASON, user
from service.cli.deciding import door as door_of
from service.cli.oncall import IN_UTC, JSON, View, rules_by_tenant, view_of
from service.cli.output import say, show, show_json, table
from service.cli.parked_record import as_json_of, content_of, line_of, place_of, show_record
from service.cli.program import Problem

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from service.apply import Door
    from service.settings import Settings
    from service.store import Database, Tx
    from service.store.parked import Parked, Place


class PlaceType(click.ParamType["Place"]):
    """`TOPIC:PARTITION:OFFSET`, as `parked list` prints it."""

    name = "topic:partition:offset"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        """Read it."""
        if isinstance(value, tuple):
            return value
        topic, *numbers = value.split(":")
        if not topic or len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
            self.fail(f"`{value}` is no place of a record: write TOPIC:PARTITION:OFFSET", param, ctx)
        return topic, int(numbers[0]), int(numbers[1])


PLACES: Final = click.argument(
    "places", metavar="TOPIC:PARTITION:OFFSET...", type=PlaceType(), nargs=-1, required=True
)


@click.group()
def parked() -> None:
    """Records that could not be read or applied.

    While one stands parked, the ticket that it belongs to is in doubt. Release reads it again and applies it at its
    own instant; drop declares that it is of no consequence. Both judge the ticket again at once and are kept with
    the name and the reason of who decided.
    """


@parked.command(name="list")
@click.option("--all", "every", is_flag=True, help="Also those that were released or dropped.")
@click.option("--ticket", metavar="ID", help="Only those of this ticket.")
@click.option("--tenant", metavar="NAME", help="With --ticket; the settings' by default.")
@click.option(
    "--limit", metavar="N", type=click.IntRange(min=1), default=100, show_default=True, help="At most."
)
@IN_UTC
@JSON
def list_(every: bool, ticket: str | None, tenant: str | None, limit: int, utc: bool, as_json: bool) -> None:
    """List parked records, the longest parked first."""

    async def read(database: Database, settings: Settings) -> tuple[list[Parked], View]:
        from service.store import parked as store
        from service.store.car_park import State

        key = None if ticket is None else (tenant or settings.tenant, ticket)
        async with database.transaction() as tx:
            rows = await store.browse(tx, state=None if every else State.PARKED, key=key, limit=limit)
            return rows, await _view(tx, settings, utc=utc)

    rows, view = with_database(read)
    if as_json:
        show_json([as_json_of(row) for row in rows])
        return
    if not rows:
        show("nothing is parked")
        return
    heads = ["record", "reason", "tenant", "ticket", "recorded at", "state"]
    table(heads, [line_of(row, _zone(view, row)) for row in rows])
    if len(rows) == limit:
        say(f"at most {limit} are listed; --limit lists more")


@parked.command(name="show")
@PLACES
@IN_UTC
@JSON
def show_(places: tuple[Place, ...], utc: bool, as_json: bool) -> None:
    """Show records with their headers and content."""

    async def read(database: Database, settings: Settings) -> tuple[list[Parked], View]:
        from service.store import parked as store

        async with database.transaction() as tx:
            return await store.find(tx, places), await _view(tx, settings, utc=utc)

    rows, view = with_database(read)
    if as_json:
        show_json([{**as_json_of(row), **content_of(row)} for row in rows])
    else:
        for row in rows:
            show_record(row, _zone(view, row))
    if missing := set(places) - {row.place for row in rows}:
        raise Problem("never parked: " + ", ".join(sorted(map(place_of, missing))))


@parked.command()
@PLACES
@REASON
@BY
@click.option("--replace", is_flag=True, help="Of a reused id: void the event that came first.")
@JSON
def release(places: tuple[Place, ...], reason: str, by: str | None, replace: bool, as_json: bool) -> int:
    """Read records again and apply them, each at its own instant."""

    async def decide(door: Door, place: Place) -> dict[str, Any]:
        released = await door.release(*place, by=by or user(), reason=reason, replace=replace)
        return {"duplicate": released.duplicate, "said": sum(released.said.values())}

    return _decide(places, decide, "released", as_json=as_json)


@parked.command()
@PLACES
@REASON
@BY
@JSON
def drop(places: tuple[Place, ...], reason: str, by: str | None, as_json: bool) -> int:
    """Declare that records are of no consequence."""

    async def decide(door: Door, place: Place) -> dict[str, Any]:
        released = await door.drop(*place, by=by or user(), reason=reason)
        return {"said": sum(released.said.values())}

    return _decide(places, decide, "dropped", as_json=as_json)


async def _view(tx: Tx, settings: Settings, *, utc: bool) -> View:
    rules, _ = await rules_by_tenant(tx)
    return view_of(rules, settings.tenant, None, utc=utc)


def _zone(view: View, row: Parked) -> ZoneInfo:
    """Where its tenant is; at home when nobody knows whose it is."""
    return view.home if row.tenant is None else view.zone_of(row.tenant)


def _decide(
    places: Sequence[Place],
    decide: Callable[[Door, Place], Awaitable[dict[str, Any]]],
    done: str,
    *,
    as_json: bool,
) -> int:
    """Decide about each record by itself, tell what came of it; the exit status."""

    async def all_of_them(database: Database, settings: Settings) -> list[dict[str, Any]]:
        door = door_of(database, settings)
        return [await _one(door, place, decide, done) for place in places]

    results = with_database(all_of_them)
    failed = sum(result["result"] != done for result in results)
    if as_json:
        show_json(results)
    else:
        for result in results:
            why = f": {result['why']}" if "why" in result else f", {result['said']} revisions said"
            show(f"{result['record']} {result['result']}{why}")
    if failed:
        say(f"slaclock: {failed} of {len(places)} were not {done}")
    return 1 if failed else 0


async def _one(
    door: Door, place: Place, decide: Callable[[Door, Place], Awaitable[dict[str, Any]]], done: str
) -> dict[str, Any]:
    from service.apply import NotParked, StillUnfit

    try:
        return {"record": place_of(place), "result": done, **await decide(door, place)}
    except NotParked:
        return {"record": place_of(place), "result": "not_parked", "why": "no record stands parked there"}
    except StillUnfit as unfit:
        return {"record": place_of(place), "result": "still_unfit", "why": str(unfit)}
