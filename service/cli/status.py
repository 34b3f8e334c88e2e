"""`slaclock status`: one screen, and an exit status like that of a monitoring check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from service.cli.checks import Check, Level, MonitoringCheck, as_json_of, show_checks, worst
from service.cli.database import with_database
from service.cli.moments import Written, told
from service.cli.oncall import AT, IN_UTC, JSON, View, view_of, whole_second, written
from service.cli.output import show, show_json
from service.sla.instants import HOUR

if TYPE_CHECKING:
    from service.cli.status_seen import Seen
    from service.settings import Settings
    from service.store import Database
    from service.store.on_call import Busy

#: What counts as near.
_NEAR: Final = HOUR

#: Targets that fit on the screen, those with most to do.
_TARGETS: Final = 12


@click.command(cls=MonitoringCheck)
@AT
@IN_UTC
@JSON
def status(at: Written | None, utc: bool, as_json: bool) -> int:
    """Tell on one screen how the service stands, and what to do where it does not stand well.

    Exit status like that of a monitoring check: 0 ok, 1 warning, 2 critical, 3 unknown (also for wrong usage or
    settings). Broken promises are shown and change nothing about it: they are what the service is there to say.
    """

    async def read(database: Database, settings: Settings) -> tuple[Seen, View, list[Busy], list[Check]]:
        from service.cli.status_checks import checks_of
        from service.cli.status_seen import look
        from service.cli.top import busiest
        from service.store import on_call

        seen = await look(database, settings)
        view = view_of(seen.rules, settings.tenant, at, utc=utc)
        async with database.transaction() as tx:
            found = busiest(await on_call.busy(tx, view.now + _NEAR))
        return seen, view, found, checks_of(seen, settings, view)

    seen, view, found, checks = with_database(read)
    level = worst(checks)
    if as_json:
        show_json(_as_json(seen, view, found, checks))
    else:
        _show(view, found, checks)
    return level.value


def _show(view: View, found: list[Busy], checks: list[Check]) -> None:
    from service.cli.top import show_busy

    level = worst(checks)
    bad = [check.what for check in checks if check.level is not Level.OK]
    open_, broken = sum(each.open for each in found), sum(each.broken for each in found)
    about = f": {', '.join(dict.fromkeys(bad))}" if bad else ""
    show(
        f"{level.word.upper()}{about}; {open_:,} promises open, {broken:,} broken; {told(whole_second(view.now), view.home)}"
    )
    show()
    show_checks(checks)
    if found:
        show()
        show_busy(found[:_TARGETS], view, _NEAR)
    if len(found) > _TARGETS:
        show(f"and {len(found) - _TARGETS} more targets: `slaclock top --limit {len(found)}`")


def _as_json(seen: Seen, view: View, found: list[Busy], checks: list[Check]) -> dict[str, Any]:
    from service.cli.top import busy_as_json

    stands = seen.watermark
    level = worst(checks)
    return {
        "level": level.word,
        "at": written(view.now),
        "checks": [as_json_of(check) for check in checks],
        "watermark": {
            "watermark": written(stands.at),
            "proved": written(stands.proved),
            "override": written(stands.override),
            "frozen": stands.frozen,
            "stands_since": written(seen.stands_since),
            "age_us": None if stands.proved is None else view.now - stands.proved,
        },
        "tickets_due": seen.overdue.count,
        "tickets_in_doubt": seen.trouble.in_doubt,
        "tickets_unjudged": seen.trouble.unjudged,
        "parked": {each.reason.value: each.count for each in seen.parked},
        "outbox": {"records": seen.outbox.count, "oldest": written(seen.outbox.oldest)},
        "targets": [busy_as_json(each, view) for each in found],
    }
