"""A report as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from service.cli.moments import told
from service.cli.output import show, table
from service.cli.words import hours
from service.sla.instants import SECOND
from service.sla.policy import Unit

if TYPE_CHECKING:
    from service.backtest.tallies import Group, Kept
    from service.cli.reporting import Report
    from service.sla.tally import Tally

_NOTHING: Final = "-"

#: Columns that are left out where they hold nothing, with the count that each shows.
_SPARSE: Final = (
    ("deemed", "deemed"),
    ("open", "open"),
    ("unknown", "indeterminate"),
    ("called off", "called_off"),
    ("expired", "expired"),
    ("revised", "revised"),
)


def show_report(report: Report) -> None:
    """Print it: the counts, then the aggregates, then what has no due."""
    show(f"as of {told(report.upto, report.zone) if report.upto >= 0 else 'nothing proved yet'}")
    show()
    groups = _groups(report)
    if not groups:
        show("nothing was due")
    else:
        _show_counts(groups)
    kept = list(_kept(report))
    if kept:
        show()
        heads = ["period", "target", "mean", "at most", "maximum", "at most", "kept", "at least", ""]
        table(heads, [_aggregate(each) for each in kept], right=[*heads[2:8]])
    without = _without_due(report)
    if without:
        show()
        show("without a due: " + ", ".join(f"{target} {count:,}" for target, count in without.items()))


def _show_counts(groups: list[tuple[Group, Tally]]) -> None:
    sparse = [(head, name) for head, name in _SPARSE if any(getattr(tally, name) for _, tally in groups)]
    heads = ["month", "target", "owed", "done", "coverage", "met", "late", "breached"]
    more = [head for head, _ in sparse]
    rows = []
    for (month, target, unit), tally in groups:
        others = (getattr(tally, name) for _, name in sparse)
        numbers = [f"{each:,}" for each in (tally.met, tally.late, tally.breached, *others)]
        done = [f"{tally.owed:,}", f"{tally.done:,}", _share(_of(tally.done, tally.owed))]
        took = [_share(tally.share), _amount(tally.mean, unit), _amount(_longest(tally), unit)]
        rows.append([_period(month), target, *done, *numbers, *took])
    table(
        [*heads, *more, "kept", "mean", "longest"], rows, right=[*heads[2:], *more, "kept", "mean", "longest"]
    )


def as_json(report: Report) -> dict[str, Any]:
    """It as JSON."""
    from service.wire import times

    return {
        "tenant": report.tenant,
        "upto": None if report.upto < 0 else times.write(report.upto),
        "promises": [_group_line(group, tally, report) for group, tally in _groups(report)],
        "aggregates": [_kept_line(each) for each in _kept(report)],
        "without_due": _without_due(report),
    }


def _groups(report: Report) -> list[tuple[Group, Tally]]:
    found = report.tallies.groups.items()
    asked = report.asked
    chosen = [(group, tally) for group, tally in found if asked.shows(group[0]) and asked.covers(group[1])]
    return sorted(chosen, key=lambda entry: (entry[0][0] or (0, 0), entry[0][1], entry[0][2]))


def _kept(report: Report) -> Iterator[Kept]:
    for each in report.tallies.kept(report.upto):
        if report.asked.shows(each.period) and report.asked.covers(each.held.aggregate.target):
            yield each


def _without_due(report: Report) -> dict[str, int]:
    found = sorted(report.tallies.without_due.items())
    return {target: count for target, count in found if report.asked.covers(target)}


def _group_line(group: Group, tally: Tally, report: Report) -> dict[str, Any]:
    month, target, unit = group
    line: dict[str, Any] = {"month": None if month is None else _period(month), "target": target}
    for name in ("owed", "done", "decided", "kept", "met", "deemed", "late", "breached", "open"):
        line[name] = getattr(tally, name)
    for name in ("indeterminate", "called_off", "expired"):
        line[name] = getattr(tally, name)
    if report.has_ledger:
        line["revised"] = tally.revised
    return {**line, **_times_line(tally, unit)}


def _times_line(tally: Tally, unit: Unit) -> dict[str, Any]:
    """What was stopped took: exact in whole units, the mean rounded down."""
    suffix = "us" if unit is Unit.TIME else "days"
    mean = tally.mean
    told_mean = None if mean is None else int(mean) if unit is Unit.TIME else float(mean)
    return {
        "measured": tally.measured,
        f"total_{suffix}": tally.total,
        f"mean_{suffix}": told_mean,
        f"longest_{suffix}": _longest(tally),
    }


def _kept_line(kept: Kept) -> dict[str, Any]:
    asked, suffix = kept.held.aggregate, "us" if kept.unit is Unit.TIME else "days"
    return {
        "period": _period(kept.period),
        "target": asked.target,
        f"mean_{suffix}": asked.mean,
        f"maximum_{suffix}": asked.maximum,
        "share_ppm": asked.share,
        "mean_kept": kept.held.mean,
        "maximum_kept": kept.held.maximum,
        "share_kept": kept.held.share,
        "is_kept": kept.held.is_kept,
        "is_final": kept.is_final,
        "decided": kept.tally.decided,
        "kept": kept.tally.kept,
        "found": _times_line(kept.tally, kept.unit),
    }


def _aggregate(kept: Kept) -> list[str]:
    asked, tally, unit = kept.held.aggregate, kept.tally, kept.unit
    verdict = {True: "kept", False: "not kept", None: "nothing to tell by"}[kept.held.is_kept]
    return [
        _period(kept.period),
        asked.target,
        _amount(tally.mean, unit),
        _amount(asked.mean, unit),
        _amount(_longest(tally), unit),
        _amount(asked.maximum, unit),
        _share(tally.share),
        _NOTHING if asked.share is None else _share(Fraction(asked.share, 1_000_000)),
        verdict if kept.is_final else f"{verdict} so far",
    ]


def _period(month: tuple[int, int] | None) -> str:
    if month is None:
        return _NOTHING
    return f"{month[0]}" if month[1] == 0 else f"{month[0]}-{month[1]:02}"


def _of(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _longest(tally: Tally) -> int | None:
    return tally.longest if tally.measured else None


def _share(share: Fraction | None) -> str:
    """`66.66%`, rounded down, so that nothing looks kept that is not."""
    return _NOTHING if share is None else f"{int(share * 10_000) / 100:.2f}%"


def _amount(amount: Fraction | int | None, unit: Unit) -> str:
    """To the second, or to hundredths of a day; a mean is rounded up, so that nothing looks kept that is not."""
    if amount is None:
        return _NOTHING
    if unit is Unit.TIME:
        return hours(-(-amount // SECOND) * SECOND)
    hundredths = -(-amount * 100 // 1)
    return f"{hundredths // 100}d" if hundredths % 100 == 0 else f"{hundredths / 100:.2f}d"
