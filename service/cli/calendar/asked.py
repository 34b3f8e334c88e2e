"""What `due` and `worked` have in common: the options of a clock, and its way from the command line to a question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from service.cli.calendar.choice import Choice
from service.cli.moments import SPAN, WRITTEN, Written

if TYPE_CHECKING:
    from service.cli.calendar.question import Clock, Span

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Given:
    """A clock as the command line gives it."""

    start: Written | None
    gate: Written | None
    holds: Sequence[tuple[Written, Written | None]]
    exclusions: Sequence[tuple[Written, Written | None]]

    @property
    def is_empty(self) -> bool:
        """Whether the command line says nothing about it."""
        return self == Given(None, None, (), ())

    def clock(self, choice: Choice) -> Clock:
        """The clock, wall times read in the zone of the calendar."""
        from service.cli.calendar.question import Clock, holds, spans

        if self.start is None:
            raise click.UsageError(
                "--start is missing: when does it begin? (--input reads questions from a file)"
            )
        zone = choice.calendar.zone
        return Clock(
            calendar=choice.calendar,
            start=self.start.instant(zone),
            gate=None if self.gate is None else self.gate.instant(zone),
            holds=holds(self._read(self.holds, choice)),
            exclusions=spans("exclusions", self._read(self.exclusions, choice)),
        )

    @staticmethod
    def _read(given: Sequence[tuple[Written, Written | None]], choice: Choice) -> list[Span]:
        from service.sla.instants import NEVER

        zone = choice.calendar.zone
        return [(start.instant(zone), NEVER if end is None else end.instant(zone)) for start, end in given]


def clocking(command: F) -> F:
    """Add the options of a clock."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS: Final = (
    click.option("--start", metavar="TIME", type=WRITTEN, help="From when on."),
    click.option("--gate", metavar="TIME", type=WRITTEN, help="The clock starts here when that is later."),
    click.option(
        "--hold", "holds", type=SPAN, multiple=True, help="A hold: time that does not count; may be repeated."
    ),
    click.option(
        "--exclude", "exclusions", type=SPAN, multiple=True, help="An exclusion: the same, counted apart."
    ),
    click.option(
        "--stretches", is_flag=True, help="Show what counts and what does not, with a running total."
    ),
    click.option("--json", "as_json", is_flag=True, help="Print JSON."),
)

INPUT: Final = click.option(
    "--input",
    "source",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=str),
    help="Answer the questions of this file, a JSON object a line; - for stdin.",
)

#: From the fields of a question to the options that give them.
_FLAGS: Final = {"holds": "--hold", "exclusions": "--exclude", "day_end": "--day-end"}


@contextmanager
def refusals() -> Iterator[None]:
    """A question that makes no sense is wrong usage."""
    from service.cli.calendar.question import Refused

    try:
        yield
    except Refused as refused:
        flag = _FLAGS.get(refused.field, f"--{refused.field}")
        raise click.UsageError(f"{flag}: {refused.message}") from None
