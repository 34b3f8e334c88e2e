"""`slaclock hotline status`: how the hotline stands, from the facts that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import click

from service.cli.database import with_database
from service.cli.moments import WRITTEN, Written, length, told
from service.cli.output import show, show_json, table
from service.sla.instants import SECOND

if TYPE_CHECKING:
    from service.app.hotline import Look
    from service.hotline import Ratio
    from service.hotline.standing import Asked, Standing
    from service.settings import Settings
    from service.store import Database

_SAY: Final = {
    "covered": "covered",
    "uncovered": "NOT COVERED",
    "unknown": "unknown",
}


@click.command()
@click.option("--at", "moment", metavar="TIME", type=WRITTEN, help="As of this instant; now by default.")
@click.option("--zone", metavar="ZONE", default="UTC", help="Show times there; UTC by default.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(moment: Written | None, zone: str, as_json: bool) -> None:
    """Show how each queue stands.

    Who is on duty and how many have to be, whether that was known and enough, calls and service level of the last
    half hour, and the gaps of the roster in the next hours; windows, limits and queues are settings.
    """
    chosen = _zone(zone)
    given = None if moment is None else moment.instant(chosen)

    async def read(database: Database, settings: Settings) -> tuple[Look, Asked]:
        from service.app.hotline import asked_of, look

        at = await database.now() // SECOND * SECOND if given is None else given
        return await look(database, settings, at), asked_of(settings)

    found, asked = with_database(read)
    if as_json:
        show_json(_as_json(found, asked))
    else:
        _show(found, asked, chosen)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise click.UsageError(f"there is no time zone `{name}`: write for example Asia/Shanghai") from None


def _show(found: Look, asked: Asked, zone: ZoneInfo) -> None:
    heard = (
        "never" if found.heard is None else f"{told(found.heard, zone)}, {length(found.at - found.heard)} ago"
    )
    show(f"as of       {told(found.at, zone)}")
    show(f"last fact   {heard}{'; a source of facts about agents is silent' * found.is_silent}")
    rings = asked.yardstick.pickup
    show(
        f"level       {asked.mode.value}: within {length(asked.yardstick.answer)}, of the last {length(asked.window)}; "
        f"{rings.number} rings are taken for {length(rings.limit)}{', an assumption' * rings.assumed}"
    )
    heads = ("queue", "on duty", "required", "now", "offered", "answered", "level", "ASA", "given up", "busy")
    table(
        heads, [_row(each) + _figures(each, asked) for each in found.standings], right=heads[1:3] + heads[4:]
    )
    for each in found.standings:
        for gap in each.gaps or ():
            show(
                f"gap planned in {each.queue}: {gap.planned} of {gap.required} from {told(gap.start, zone)} "
                f"to {told(gap.end, zone)}"
            )
    if found.trouble:
        show(f"the roster cannot be read: {found.trouble}")
    if not found.has_roster:
        show("no roster is known: gaps of the plan cannot be told")


def _row(each: Standing) -> list[str]:
    maybe = "" if each.now.unsure == 0 else f"+{'?' if each.now.unsure is None else each.now.unsure}"
    return [each.queue, f"{each.now.sure}{maybe}", f"{each.now.required}", _SAY[each.now.answer.value]]


def _figures(each: Standing, asked: Asked) -> list[str]:
    from service.hotline import abandonment, service_level, speed_of_answer

    speed = speed_of_answer(each.counts).value
    return [
        f"{each.counts.offered}",
        f"{each.counts.answered}",
        _percent(service_level(each.counts, asked.mode, now=True)),
        "-" if speed is None else f"{speed / 1_000_000:.1f}s",
        _percent(abandonment(each.counts)),
        _percent(each.occupancy),
    ]


def _percent(ratio: Ratio) -> str:
    """A dash for nothing of nothing, which is neither good nor bad."""
    return "-" if ratio.value is None else f"{100 * ratio.value:.1f}%"


def _as_json(found: Look, asked: Asked) -> dict[str, Any]:
    from dataclasses import asdict

    from service.wire import times

    return {
        "at": times.write(found.at),
        "last_fact": None if found.heard is None else times.write(found.heard),
        "source_silent": found.is_silent,
        "roster_known": found.has_roster,
        "roster_trouble": found.trouble,
        "mode": asked.mode.value,
        "window_us": asked.window,
        "answer_within_us": asked.yardstick.answer,
        "pickup_within_us": asked.yardstick.pickup.limit,
        "pickup_assumed": asked.yardstick.pickup.assumed,
        "queues": [
            {
                "queue": each.queue,
                "on_duty": each.now.sure,
                "maybe_on_duty": each.now.unsure,
                "required": each.now.required,
                "coverage": each.now.answer.value,
                "coverage_us": asdict(each.cover),
                **_ratios(each, asked),
                "counts": asdict(each.counts),
                "gaps": None
                if each.gaps is None
                else [
                    {
                        "from": times.write(gap.start),
                        "to": times.write(gap.end),
                        "required": gap.required,
                        "planned": gap.planned,
                    }
                    for gap in each.gaps
                ],
            }
            for each in found.standings
        ],
    }


def _ratios(each: Standing, asked: Asked) -> dict[str, Any]:
    from service.hotline import abandonment, service_level, speed_of_answer, within_rings

    figures = {
        "level": service_level(each.counts, asked.mode, now=True),
        "abandonment": abandonment(each.counts),
        "speed_of_answer_us": speed_of_answer(each.counts),
        "within_rings": within_rings(each.counts),
        "occupancy_us": each.occupancy,
    }
    return {name: {"part": ratio.part, "whole": ratio.whole} for name, ratio in figures.items()}
