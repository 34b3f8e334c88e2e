"""What the demo shows while it runs: a live table on a terminal, plain lines otherwise. All of it on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from service.metrics import Metrics
from service.sla.instants import HOUR, MINUTE, SECOND, Duration, Instant, moment_of

#: Seconds between two plain lines.
_LINE_EVERY: Final = 5.0


@dataclass(frozen=True, slots=True)
class View:
    """One look at the line. `lag` is how far the watermark is behind the replay's clock."""

    now: Instant
    events: int
    rate: float
    tickets: int
    open_promises: int
    said: dict[str, int]
    withdrawn: int
    lag: Duration | None


def look(metrics: Metrics, *, now: Instant, tickets: int, seconds: float) -> View:
    """What `metrics` say, `seconds` after the start."""
    value = metrics.registry.get_sample_value
    events = sum(
        int(value("sla_events_total", {"result": one}) or 0) for one in ("applied", "duplicate", "parked")
    )
    said: dict[str, int] = {}
    withdrawn = 0
    for kind in ("warning", "breach", "escalation", "verdict"):
        said[kind] = int(value("sla_statements_total", {"kind": kind, "status": "in_force"}) or 0)
        withdrawn += int(value("sla_statements_total", {"kind": kind, "status": "withdrawn"}) or 0)
    open_promises = int(metrics.promises_open.total())
    watermark = round((value("sla_watermark_timestamp_seconds") or 0) * SECOND)
    return View(
        now=now,
        events=events,
        rate=events / seconds if seconds > 0 else 0.0,
        tickets=tickets,
        open_promises=open_promises,
        said=said,
        withdrawn=withdrawn,
        lag=max(0, now - watermark) if watermark else None,
    )


class Screen:
    """Shows what `view` gives, as often as `refresh` is called and it makes sense."""

    def __init__(self, view: Callable[[], View]) -> None:
        self._view = view
        self._console = Console(stderr=True)
        self._live = Live(console=self._console, refresh_per_second=4) if sys.stderr.isatty() else None
        self._next_line = 0.0

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def refresh(self, *, at_once: bool = False) -> None:
        """Show the present view; a plain line only now and then, or `at_once`."""
        if self._live is not None:
            self._live.update(_table(self._view()))
        elif at_once or time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _LINE_EVERY
            self._console.print(_line(self._view()), highlight=False, soft_wrap=True)


def _entries(view: View) -> list[tuple[str, str]]:
    return [
        ("clock", f"{moment_of(view.now):%Y-%m-%d %H:%M} UTC"),
        ("events", f"{view.events:,} ({view.rate:,.0f}/s)"),
        ("tickets", f"{view.tickets:,}"),
        ("promises open", f"{view.open_promises:,}"),
        ("warnings", f"{view.said['warning']:,}"),
        ("breaches", f"{view.said['breach']:,}"),
        ("escalations", f"{view.said['escalation']:,}"),
        ("verdicts", f"{view.said['verdict']:,}"),
        ("withdrawn", f"{view.withdrawn:,}"),
        ("watermark behind", "-" if view.lag is None else _length(view.lag)),
    ]


def _line(view: View) -> str:
    return "  ".join(f"{name} {value}" for name, value in _entries(view))


def _table(view: View) -> Table:
    table = Table(show_header=False, title="slaclock demo: a month of a service desk")
    table.add_column(style="bold")
    table.add_column(justify="right")
    for name, value in _entries(view):
        table.add_row(name, value)
    return table


def _length(duration: Duration) -> str:
    return f"{duration // HOUR}h{duration % HOUR // MINUTE:02}m"
