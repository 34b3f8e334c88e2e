"""The table of stretches: what counted and what did not, so that a person can check it with a pencil."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from service.cli.moments import clockwise, told
from service.cli.output import show, table

if TYPE_CHECKING:
    from service.sla.instants import Duration, Instant
    from service.sla.timeline import Stretch, Timeline

#: Rows that are shown; of a longer table the middle is left out.
SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Row:
    """[start, end) and what became of it. `total` is what is used up at its end: microseconds, or days."""

    start: Instant
    end: Instant
    what: str
    why: str
    total: int
    in_days: bool
    note: str = ""

    @property
    def length(self) -> Duration:
        """How long it lasted."""
        return self.end - self.start


def rows_of(timeline: Timeline, until: Instant, *, mark: Instant | None = None) -> list[Row]:
    """The stretches of [start, until) with their running total, cut at `mark`, which is noted as the due."""
    from service.sla.policy import Unit

    in_days = timeline.target.unit is not Unit.TIME
    rows: list[Row] = []
    total = 0
    for stretch in timeline.stretches(until):
        for start, end in _cut(stretch, mark):
            if in_days:
                total = timeline.used(end)
            elif stretch.what == "counted":
                total += end - start
            note = "due" if end == mark else ""
            rows.append(Row(start, end, stretch.what, stretch.why, total, in_days, note))
    return rows


def show_rows(rows: Sequence[Row], zone: ZoneInfo) -> None:
    """Print them as a table; of more than `SHOWN` the middle is left out, and says so."""
    if not rows:
        show("no time has passed")
        return
    half = SHOWN // 2
    left_out = len(rows) - SHOWN
    lines = [_line(row, zone) for row in rows]
    if left_out > 0:
        lines[half:-half] = [["…", f"{left_out} rows are left out; --json has them", "", "", "", "", ""]]
    heads = ["from", "to", "what", "why", "length", "total", ""]
    table(heads, lines, right=["length", "total"])


def stretch_line(row: Row) -> dict[str, Any]:
    """A row as JSON; instants in UTC, lengths in microseconds, the total in the unit of the budget."""
    from service.wire import times

    return {
        "from": times.write(row.start),
        "to": times.write(row.end),
        "what": row.what,
        "why": row.why,
        "length_us": row.length,
        "total_days" if row.in_days else "total_us": row.total,
    }


def _cut(stretch: Stretch, mark: Instant | None) -> Iterator[tuple[Instant, Instant]]:
    if mark is not None and stretch.start < mark < stretch.end:
        yield stretch.start, mark
        yield mark, stretch.end
    else:
        yield stretch.start, stretch.end


def _line(row: Row, zone: ZoneInfo) -> list[str]:
    days = f"{row.total} {'day' if row.total == 1 else 'days'}"
    total = days if row.in_days else clockwise(row.total)
    note = f"< {row.note}" if row.note else ""
    return [told(row.start, zone), told(row.end, zone), row.what, row.why, clockwise(row.length), total, note]
