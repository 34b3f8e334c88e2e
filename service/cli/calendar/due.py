"""`slaclock calendar due`: when a budget is used up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from service.cli.calendar.asked import INPUT, Given, clocking, refusals
from service.cli.calendar.choice import Choice, choosing
from service.cli.moments import Written, away, told
from service.cli.output import show, show_json
from service.cli.stretches import show_rows
from service.cli.wall import now

if TYPE_CHECKING:
    from service.cli.calendar.question import Due
    from service.rules.lengths import Length


@click.command()
@choosing
@clocking
@click.option("--budget", metavar="LENGTH", help="Such as 24h, 8h30m, 3 calendar_days, 5 working_days.")
@click.option(
    "--boundary",
    type=click.Choice(["close", "next_open"]),
    help="Where a budget of hours used up at closing time is due; close by default.",
)
@click.option(
    "--day-end",
    type=click.Choice(["midnight", "closing", "same_time"]),
    help="Where working days end; midnight by default.",
)
@click.option("--backwards", is_flag=True, help="The latest instant from which the budget lies before START.")
@INPUT
def due(
    choice: Choice,
    start: Written | None,
    gate: Written | None,
    holds: Sequence[tuple[Written, Written | None]],
    exclusions: Sequence[tuple[Written, Written | None]],
    stretches: bool,
    as_json: bool,
    budget: str | None,
    boundary: str | None,
    day_end: str | None,
    backwards: bool,
    source: str | None,
) -> int:
    """Tell when a budget is used up that begins to run at START."""
    given = Given(start, gate, holds, exclusions)
    if source is not None:
        from service.cli.calendar.bulk import answer_all
        from service.cli.calendar.lines import due_question

        if not given.is_empty or any((stretches, budget, boundary, day_end, backwards)):
            raise click.UsageError("--input reads what is asked from the lines: leave the options for it out")
        return answer_all(source, choice, due_question)
    answer = _answer(choice, given, budget, boundary, day_end, backwards=backwards, stretches=stretches)
    if as_json:
        from service.cli.calendar.question import due_line

        show_json(due_line(answer))
    else:
        _show(choice, answer)
    return 0


def _answer(
    choice: Choice,
    given: Given,
    budget: str | None,
    boundary: str | None,
    day_end: str | None,
    *,
    backwards: bool,
    stretches: bool,
) -> Due:
    from service.cli.calendar import question
    from service.sla.policy import Boundary, DayEnd

    with refusals():
        return question.due(
            given.clock(choice),
            _length(budget),
            boundary=Boundary(boundary) if boundary else None,
            day_end=DayEnd(day_end) if day_end else None,
            backwards=backwards,
            stretches=stretches,
        )


def _length(text: str | None) -> Length:
    from service.rules.lengths import length

    if text is None:
        raise click.UsageError("--budget is missing: such as 24h or 5 working_days")
    try:
        return length(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _show(choice: Choice, answer: Due) -> None:
    from service.cli.calendar.days import known_until

    if answer.rows is not None:
        show_rows(answer.rows, choice.shown[0])
        show()
    if answer.due is None:
        show(f"none: {answer.why}")
        return
    for zone in choice.shown:
        show(f"{told(answer.due, zone)}  {zone.key}")
    if answer.provisional:
        show(f"provisional: {choice.calendar.name} is known until {known_until(choice.calendar)} only")
    show(away(answer.due, now()))
