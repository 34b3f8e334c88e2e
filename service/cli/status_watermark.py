"""How W stands, and what helps when it does not move."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from service.cli.checks import Check, Level
from service.cli.moments import length
from service.cli.oncall import whole_second
from service.sla.instants import SECOND

if TYPE_CHECKING:
    from service.cli.oncall import View
    from service.cli.status_seen import Seen
    from service.settings import Settings

#: What helps, by the reason why W stands still.
DO: Final = {
    "unproved": "wait; else see whether an ingest process runs: `slaclock doctor`",
    "behind": "wait; else look at ingest, or for a transaction that was left open: `slaclock doctor`",
    "broker_away": "`slaclock doctor` tells whether the broker answers from here",
    "clocks_differ": "set the clocks right (time synchronisation): `slaclock doctor` tells by how much",
    "clock_jumped": "goes when the clock is set right, or after SLACLOCK_CLOCK_SETTLE_SECONDS",
    "topic_missing": "`slaclock doctor` tells which topic; make it, or correct its name in the settings",
    "unknown_partition": "goes by itself with the next probe",
    "topic_recreated": "it does not go by itself: docs/running.md, When the watermark stands still",
    "lost_beginning": "records were deleted unread: who knows that nothing is missing can `slaclock watermark override`",
    "shared_parked": "`slaclock parked show` the record that is named, then release or drop it",
}

#: Reasons that do not go by themselves.
_FOR_PEOPLE: Final = frozenset({"topic_missing", "topic_recreated", "lost_beginning", "shared_parked"})


def watermark_checks(seen: Seen, settings: Settings, view: View) -> Iterator[Check]:
    """W itself, who has moved it on, and partitions that are behind."""
    yield _stands(seen, settings, view)
    if seen.override is not None:
        each = seen.override
        told = f"taken to be at {view.when(each.upto)} by {each.by}, {view.when(each.at)}: {each.reason}"
        do = '`slaclock watermark override --end --reason "..."` takes it back; it ends by itself once proved'
        yield Check("override", Level.WARNING, told, do)
    yield _partitions(seen, settings)


def _stands(seen: Seen, settings: Settings, view: View) -> Check:
    stands, patience = seen.watermark, round(settings.freeze_notice_seconds * SECOND)
    if stands.probed_at is None:
        return Check("watermark", Level.CRITICAL, "nobody has ever proved anything", _NOBODY)
    where = "nothing is proved yet" if stands.proved is None else f"proved to {view.when(stands.proved)}"
    silent = view.now - stands.probed_at
    if silent > patience:
        told = f"{where}; nobody has looked for {_about(silent)}"
        return Check("watermark", Level.CRITICAL, told, _NOBODY)
    age = None if stands.proved is None else view.now - stands.proved
    if stands.frozen:
        since = "" if seen.stands_since is None else f" since {view.when(seen.stands_since)}"
        is_long = stands.reason in _FOR_PEOPLE or age is None or age > patience
        told = f"{where}; stands still{since}: {stands.frozen}"
        level = Level.CRITICAL if is_long else Level.WARNING
        return Check("watermark", level, told, DO.get(stands.reason, ""))
    if age is None or age > settings.behind_seconds * SECOND:
        return Check("watermark", Level.WARNING, f"{where}; moving, but late", DO["behind"])
    return Check("watermark", Level.OK, f"{where}; moving")


_NOBODY: Final = (
    "start a process with the role clock, or see why it proves nothing: its log, `slaclock doctor`"
)


def _partitions(seen: Seen, settings: Settings) -> Check:
    """Those that were not read to the end of a probe lately, held against the latest probe."""
    latest, patience = seen.watermark.probed_at, settings.behind_seconds * SECOND
    late = [
        f"{each.topic}:{each.part}"
        + (
            " never proved"
            if each.wm is None
            else f" by {_about(latest - each.wm)}"
            if latest is not None
            else ""
        )
        for each in seen.partitions
        if each.wm is None or (latest is not None and latest - each.wm > patience)
    ]
    count = len(seen.partitions)
    if not late:
        return Check("partitions", Level.OK, f"{count} read, none behind")
    told = f"{len(late)} of {count} behind: {', '.join(late[:_NAMED])}{', ...' if len(late) > _NAMED else ''}"
    return Check(
        "partitions", Level.WARNING, told, "`slaclock doctor` tells how many records are not applied"
    )


_NAMED: Final = 5


def _about(duration: int) -> str:
    return length(whole_second(duration))
