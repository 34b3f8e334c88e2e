"""Verdicts that flip, for people and for machines: what was, what is, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from service.cli.moments import told
from service.cli.output import show, table
from service.cli.target_words import dates_text, said
from service.cli.words import listed

if TYPE_CHECKING:
    from service.backtest.causes import Cause
    from service.backtest.compare import Compared, Turn
    from service.backtest.flips import Flip
    from service.sla.policy import Policy
    from service.sla.statements import Promise

#: Targets that are off in the policy of after, by name: why.
Off = Mapping[str, str]

_NOTHING: Final = "-"


@dataclass(slots=True)
class Listing:
    """The first `most` flips, and how often each came of what."""

    most: int
    zone: ZoneInfo
    off: Off
    rows: list[list[str]] = field(default_factory=list)
    reasons: Counter[tuple[Turn, str]] = field(default_factory=Counter)

    def add(self, ticket: str, flip: Flip) -> None:
        """Count one flip, and keep it for the list while there is room."""
        from service.backtest.compare import turn_of

        self.reasons[turn_of(flip), because(flip, self.off, dates=False)] += 1
        if len(self.rows) < self.most:
            before, after = (_side(promise, self.zone) for promise in (flip.before, flip.after))
            self.rows.append([ticket, flip.target, *before, *after, because(flip, self.off)])

    def show(self, *, err: bool = False) -> None:
        """Print the counts with their reasons, then the list."""
        if not self.reasons:
            show("no verdict flips", err=err)
            return
        counts = [
            [target, before or _NOTHING, after or _NOTHING, f"{count:,}", reason]
            for ((target, before, after), reason), count in sorted(self.reasons.items(), key=_by_target)
        ]
        table(["target", "was", "is", "count", "because"], counts, right=["count"], err=err)
        if not self.rows:
            return
        show(err=err)
        table(["ticket", "target", "was", "due", "is", "due", "because"], self.rows, err=err)
        rest = self.reasons.total() - len(self.rows)
        if rest > 0:
            show(f"{rest:,} more; `backtest --compare` writes all of them with --out", err=err)


def _by_count(entry: tuple[Turn, int]) -> tuple[str, int, str, str]:
    (target, before, after), count = entry
    return target, -count, before or "", after or ""


def _by_target(entry: tuple[tuple[Turn, str], int]) -> tuple[str, int, str, str, str]:
    ((target, before, after), reason), count = entry
    return target, -count, before or "", after or "", reason


def _side(promise: Promise | None, zone: ZoneInfo) -> list[str]:
    return [_NOTHING, _NOTHING] if promise is None else [promise.state.value, told(promise.due, zone)]


def because(flip: Flip, off: Off, *, dates: bool = True) -> str:
    """Why the verdict is another, in words; with the `dates` of a calendar that bear on this very promise."""
    from service.backtest.causes import Change

    cause = flip.cause
    if cause is None:
        return ""
    if cause.change is Change.GONE:
        name = "" if cause.before is None else cause.before.id
        return f"the target is off: {off[name]}" if name in off else "the target is gone"
    if cause.change is Change.NEW:
        return "the target is new"
    if cause.change is Change.UNGOVERNED:
        return _ungoverned(cause)
    if cause.change is Change.VERSION:
        return "another version governs it, from another instant"
    parts = [_key(flip, key, dates=dates) for key in cause.keys]
    return "; ".join(part for part in (_other_name(cause), _joined(parts, together=cause.together)) if part)


def _joined(parts: list[str], *, together: bool) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{listed(parts)} together" if together else f"{', or '.join(parts)}, each alone"


def _ungoverned(cause: Cause) -> str:
    return "no policy governed the ticket" if cause.policies[0] is None else "no policy governs the ticket"


def _other_name(cause: Cause) -> str:
    from service.backtest.causes import Change

    if cause.after is None or cause.change not in {Change.VARIANT, Change.RENAMED}:
        return ""
    return f"{'the variant' if cause.change is Change.VARIANT else 'its name'} is {cause.after.id}"


def _key(flip: Flip, key: str, *, dates: bool) -> str:
    from service.backtest.causes import VOCABULARY

    cause = flip.cause
    if cause is None or cause.before is None or cause.after is None:
        return key
    if key == VOCABULARY:
        return "what the event types mean"
    before, after = said(cause.before, key), said(cause.after, key)
    if before != after:
        return f"{key} {before} -> {after}"
    days = _days(flip, cause) if dates and key == "hours" else ""
    return f"{key} {after}: other dates{f', {days}' if days else ''}"


def _days(flip: Flip, cause: Cause) -> str:
    both = [promise for promise in (flip.before, flip.after) if promise is not None]
    ends = [
        instant
        for promise in both
        for instant in (promise.start, promise.due, promise.stop)
        if instant is not None
    ]
    if cause.before is None or cause.after is None:
        return ""
    return dates_text(cause.before.calendar, cause.after.calendar, min(ends), max(ends))


def flip_line(key: tuple[str, str], flip: Flip, off: Off) -> dict[str, Any]:
    """One flip, or one due that moved, as JSON."""
    from service.wire import times

    found = flip.before or flip.after
    cause = flip.cause
    policies = (None, None) if cause is None else cause.policies
    line: dict[str, Any] = {"tenant": key[0], "ticket": key[1], "target": flip.target, "flip": flip.is_flip}
    if found is not None:
        line["started_by"] = {"source": found.started_by[0], "id": found.started_by[1]}
        line["start"] = times.write(found.start)
    line["before"] = _side_line(flip.before, policies[0])
    line["after"] = _side_line(flip.after, policies[1])
    if cause is not None:
        line["change"] = cause.change.value
        line["keys"] = list(cause.keys)
        line["together"] = cause.together
        line["because"] = because(flip, off)
    return line


def _side_line(promise: Promise | None, policy: Policy | None) -> dict[str, Any] | None:
    from service.wire import times

    if promise is None:
        return None
    line: dict[str, Any] = {
        "target": promise.target,
        "verdict": promise.state.value,
        "due": None if promise.due is None else times.write(promise.due),
        "stop": None if promise.stop is None else times.write(promise.stop),
    }
    return line if policy is None else {**line, "policy": policy.id, "version": policy.version}


def summary_json(summary: Compared, reasons: Counter[tuple[Turn, str]]) -> dict[str, Any]:
    """The counts as JSON."""
    return {
        "tickets": summary.tickets,
        "promises": {"before": summary.promises[0], "after": summary.promises[1]},
        "same": summary.same,
        "moved": dict(sorted(summary.moved.items())),
        "flips": [
            {
                "target": target,
                "before": before,
                "after": after,
                "count": count,
                "because": _told(turn, reasons),
            }
            for turn, count in sorted(summary.flips.items(), key=_by_count)
            for target, before, after in (turn,)
        ],
    }


def _told(turn: Turn, reasons: Counter[tuple[Turn, str]]) -> dict[str, int]:
    found: Iterable[tuple[str, int]] = (
        (why, count) for (which, why), count in reasons.items() if which == turn
    )
    return dict(sorted(found, key=lambda entry: (-entry[1], entry[0])))
