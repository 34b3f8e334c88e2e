"""`slaclock watermark`: where it stands and why, and moving it on by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click

from service.cli.database import with_database
from service.cli.deciding import BY, REASON, user
from service.cli.deciding import door as door_of
from service.cli.moments import UTC, WRITTEN, Written, told
from service.cli.output import show, show_json
from service.cli.parked import JSON
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
@JSON
def show_(as_json: bool) -> None:
    """Show where it stands, why, and who has moved it on."""

    async def read(database: Database, _: Settings) -> tuple[Watermark, list[Override]]:
        from service.store import overrides, progress

        async with database.transaction() as tx:
            return await progress.watermark(tx), await overrides.latest(tx)

    stands, made = with_database(read)
    if as_json:
        show_json({**_as_json(stands), "overrides": [_override_as_json(each) for each in made]})
        return
    show(_line(stands))
    for each in made:
        over = "in force" if each.ended_by is None else f"ended {told(each.ended_at, UTC)} by {each.ended_by}"
        show(f"override to {told(each.upto, UTC)} by {each.by}, {told(each.at, UTC)}: {each.reason} ({over})")


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

    stands = with_database(_at_the_door(act))
    show_json(_as_json(stands)) if as_json else show(_line(stands))


def _at_the_door(
    act: Callable[[Door], Awaitable[Watermark]],
) -> Callable[[Database, Settings], Awaitable[Watermark]]:
    async def at_the_door(database: Database, settings: Settings) -> Watermark:
        from service.apply import OverrideRefused

        try:
            return await act(door_of(database, settings))
        except OverrideRefused as refused:
            raise Problem(str(refused)) from None

    return at_the_door


def _line(stands: Watermark) -> str:
    where = "nothing is proved yet" if stands.proved is None else f"proved to {told(stands.proved, UTC)}"
    taken = "" if stands.override is None else f", taken to be at {told(stands.at, UTC)}"
    return f"{where}{taken}, {f'stands still: {stands.frozen}' if stands.frozen else 'moving'}"


def _as_json(stands: Watermark) -> dict[str, Any]:
    return {
        "watermark": _written(stands.at),
        "proved": _written(stands.proved),
        "override": _written(stands.override),
        "frozen": stands.frozen,
    }


def _override_as_json(each: Override) -> dict[str, Any]:
    return {
        "to": _written(each.upto),
        "by": each.by,
        "reason": each.reason,
        "at": _written(each.at),
        "ended_by": each.ended_by,
        "ended_why": each.ended_why,
        "ended_at": _written(each.ended_at),
    }


def _written(instant: int | None) -> str | None:
    from service.wire import times

    return None if instant is None else times.write(instant)
