"""`slaclock calendar worked`: how much working time lies between two instants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from service.cli.calendar.asked import INPUT, Given, clocking, refusals
from service.cli.calendar.choice import Choice, choosing
from service.cli.moments import WRITTEN, Written, clockwise, length
from service.cli.output import show, show_json
from service.cli.stretches import show_rows

if TYPE_CHECKING:
    from service.cli.calendar.question import Worked


@click.command()
@choosing
@clocking
@click.option("--end", metavar="TIME", type=WRITTEN, help="Until when, this instant excluded.")
@INPUT
def worked(
    choice: Choice,
    start: Written | None,
    gate: Written | None,
    holds: Sequence[tuple[Written, Written | None]],
    exclusions: Sequence[tuple[Written, Written | None]],
    stretches: bool,
    as_json: bool,
    end: Written | None,
    source: str | None,
) -> int:
    """Tell how much working time lies between START and END."""
    from service.cli.calendar import question

    given = Given(start, gate, holds, exclusions)
    if source is not None:
        from service.cli.calendar.bulk import answer_all
        from service.cli.calendar.lines import worked_question

        if not given.is_empty or stretches or end is not None:
            raise click.UsageError("--input reads what is asked from the lines: leave the options for it out")
        return answer_all(source, choice, worked_question)
    if end is None:
        raise click.UsageError("--end is missing: until when?")
    with refusals():
        answer = question.worked(given.clock(choice), end.instant(choice.calendar.zone), stretches=stretches)
    if as_json:
        show_json(question.worked_line(answer))
    else:
        _show(choice, answer)
    return 0


def _show(choice: Choice, answer: Worked) -> None:
    from service.cli.calendar.days import known_until

    if answer.rows is not None:
        show_rows(answer.rows, choice.shown[0])
        show()
    account = answer.account
    parts = [f"{clockwise(account.counted)}  ({length(account.counted)})"]
    for name, amount, is_told in (
        ("held", account.held, answer.clock.holds),
        ("excluded", account.excluded, answer.clock.exclusions),
        ("gated", account.gated, answer.clock.gate is not None),
        ("outside", account.outside, True),
    ):
        if is_told:
            parts.append(f"{name} {clockwise(amount)}")
    show(", ".join(parts))
    if answer.provisional:
        show(f"provisional: {choice.calendar.name} is known until {known_until(choice.calendar)} only")
