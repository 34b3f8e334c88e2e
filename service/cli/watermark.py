"""`slaclock watermark`: where it stands and why, and moving it on by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click

from service.cli.database import with_database
from service.cli.deciding import BY, REASON, user
from service.cli.deciding import door as door_of
from service.cli.moments import WRITTEN, Written, told
from service.cli.oncall import AT, IN_UTC, JSON, View, rules_by_tenant, view_of, whole_second, written
from service.cli.output import show, show_json
from service.cli.program import Problem

if TYPE_CHECKING:
    from service.apply import Door
    from service.settings import Settings
    from service.store import Database
    from service.store.overrides import Override
    from service.store.progress import Watermark


@click.group()
def watermark() -> None:
    """The instant up to which every record has been applied.

    While it stands still nothing is said that rests on something not having happened. Who knows that nothing is missing
    can vouch for it: what is decided by that is marked as unproven until the proof has passed it.
    """


@watermark.command(name="show")
@AT
@IN_UTC
@JSON
def show_(at: Written | None, utc: bool, as_json: bool) -> None:
    """Show where it stands, why, and who has moved it on."""

    async def read(database: Database, settings: Settings) -> tuple[View, Watermark, list[Override]]:
        from service.store import overrides, progress

        async with database.transaction() as tx:
            view = view_of((await rules_by_tenant(tx))[0], settings.tenant, at, utc=utc)
            return view, await progress.watermark(tx), await overrides.latest(tx)

    view, stands, made = with_database(read)
    if as_json:
        show_json({**_as_json(stands), "overrides": [_override_as_json(each) for each in made]})
        return
    show(_line(stands, view))
    for each in made:
        over = "in force" if each.ended_by is None else f"ended {view.when(each.ended_at)} by {each.ended_by}"
        upto = told(whole_second(each.upto), view.home)
        show(f"override to {upto} by {each.by}, {view.when(each.at)}: {each.reason} ({over})")


@watermark.command()
@click.option("--to", "upto", metavar="TIME", type=WRITTEN, help="Up to where you vouch for everything.")
@click.option(
    "--end", is_flag=True, help="Vouch for nothing any more: what was decided by that is taken back."
)
@REASON
@BY
@JSON
def override(upto: Written | None, end: bool, reason: str, by: str | None, as_json: bool) -> None:
    """Move it on by hand, or end that."""
    if end == (upto is not None):
        raise click.UsageError("give either --to TIME or --end")

    async def act(door: Door) -> Watermark:
        if upto is None:
            return await door.end_override(by=by or user(), reason=reason)
        return await door.override(upto.instant(), by=by or user(), reason=reason)

    view, stands = with_database(_at_the_door(act))
    show_json(_as_json(stands)) if as_json else show(_line(stands, view))


def _at_the_door(
    act: Callable[[Door], Awaitable[Watermark]],
) -> Callable[[Database, Settings], Awaitable[tuple[View, Watermark]]]:
    async def at_the_door(database: Database, settings: Settings) -> tuple[View, Watermark]:
        from service.apply import OverrideRefused

        try:
            stands = await act(door_of(database, settings))
        except OverrideRefused as refused:
            raise Problem(str(refused)) from None
        async with database.transaction() as tx:
            rules, _ = await rules_by_tenant(tx)
        return view_of(rules, settings.tenant, None, utc=False), stands

    return at_the_door


def _line(stands: Watermark, view: View) -> str:
    where = "nothing is proved yet" if stands.proved is None else f"proved to {view.when(stands.proved)}"
    taken = "" if stands.override is None else f"; taken to be at {view.when(stands.at)}"
    return f"{where}{taken}; {f'stands still: {stands.frozen}' if stands.frozen else 'moving'}"


def _as_json(stands: Watermark) -> dict[str, Any]:
    return {
        "watermark": written(stands.at),
        "proved": written(stands.proved),
        "override": written(stands.override),
        "frozen": stands.frozen,
    }


def _override_as_json(each: Override) -> dict[str, Any]:
    return {
        "to": written(each.upto),
        "by": each.by,
        "reason": each.reason,
        "at": written(each.at),
        "ended_by": each.ended_by,
        "ended_why": each.ended_why,
        "ended_at": written(each.ended_at),
    }
