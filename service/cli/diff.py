"""`slaclock policy diff`: where two policy files say something else, and which verdicts that turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from service.cli.calendar.diff import Compared, as_data, compare, show_compared
from service.cli.compare import LISTED, Answer, Question, compared, of_files, show_answer, zone_of
from service.cli.compare import as_data as flips_data
from service.cli.files import EVENTS, calendars_beside, content, readable
from service.cli.output import show, show_json, table
from service.cli.places import POLICY_PLACE
from service.cli.program import BadSettings, Problem
from service.cli.progress import shown

if TYPE_CHECKING:
    from service.rules.difference import Differences, Named
    from service.rules.side import Said, Side

_LEFT_OUT: Final = "-"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two policy files, their differences, and those of the calendars that both have."""

    before: Side
    after: Side
    found: Differences
    calendars: dict[str, Compared]

    @property
    def are_equal(self) -> bool:
        """Whether they say the same."""
        return not any((*self._parts(), self.calendars))

    def _parts(self) -> tuple[object, ...]:
        found = self.found
        return found.keys, found.added, found.removed, found.renamed


@click.command()
@click.argument("before", type=POLICY_PLACE)
@click.argument("after", type=POLICY_PLACE)
@click.option("--events", metavar="FILE", type=EVENTS, help="Tell which verdicts flip in this event file.")
@click.option("--tenant", metavar="NAME", help="Whose events those are that do not say; else the policy's.")
@click.option("--source", metavar="NAME", default="file", show_default=True, help="As in backtest.")
@click.option(
    "--list",
    "listed",
    metavar="N",
    type=click.IntRange(min=0),
    default=LISTED,
    show_default=True,
    help="With --events: list so many flips.",
)
@click.option("--utc", is_flag=True, help="Show times in UTC.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def diff(
    before: Path,
    after: Path,
    events: str | None,
    tenant: str | None,
    source: str,
    listed: int,
    utc: bool,
    as_json: bool,
) -> int:
    """Tell where the policy files BEFORE and AFTER say something else, key by key.

    What is only written otherwise is no difference. Exit status: 0 there is none, 1 there is one, 2 a file cannot be used.
    """
    pair = _pair(before, after)
    answer = None
    if events is not None:
        rules = _rules(pair.before), _rules(pair.after)
        zone = zone_of(rules[0], utc=utc)
        question = Question(*rules, of_files([after]), events, source, tenant, None, listed, zone)
        with shown() as progress:
            answer = compared(question, progress)
    if as_json:
        flips = {} if answer is None else {"flips": flips_data(answer)}
        show_json({**_as_json(pair), **flips})
    else:
        _show(pair, answer)
    return 0 if pair.are_equal and (answer is None or not answer.status) else 1


def _rules(side: Side) -> Any:
    from service.sla.policy import Rules

    return Rules((side.policy,))


def _pair(before: Path, after: Path) -> Pair:
    from service.rules.difference import differences
    from service.rules.fields import same_calendar

    one, other = _side(before), _side(after)
    both = [name for name in other.calendars if name in one.calendars]
    calendars = {
        name: compare(one.calendars[name], other.calendars[name])
        for name in both
        if not same_calendar(one.calendars[name], other.calendars[name])
    }
    changed = {name: each for name, each in calendars.items() if not each.are_equal}
    return Pair(one, other, differences(one, other), changed)


def _side(path: Path) -> Side:
    """As `read_policy`, but trouble is told apart from a difference by the exit status."""
    from service.rules.side import side

    try:
        with readable("policy"):
            text = content(path).decode("utf-8-sig", errors="replace")
            return side(text, name=str(path), calendars=calendars_beside(path))
    except Problem as problem:
        raise BadSettings(problem.message) from None


def _show(pair: Pair, answer: Answer | None) -> None:
    if pair.are_equal:
        show("no difference")
    found = pair.found
    for was, now in found.renamed:
        show(f"target {was.name} (line {was.line}) is called {now.name} (line {now.line})")
    for part in found.added:
        show(f"target {part.name} is new{', and off' if part.off else ''} (line {part.line})")
    for part in found.removed:
        show(f"target {part.name} is gone (line {part.line})")
    if found.keys:
        table(["field", "before", "line", "after", "line"], _rows(found), right=["line"])
    for name, differs in pair.calendars.items():
        show()
        show(f"calendar {name}")
        show_compared(differs)
    if answer is not None:
        show()
        show_answer(answer, as_json=False)


def _rows(found: Differences) -> Iterator[list[str]]:
    for each in found.keys:
        yield [each.field, *_cells(each.before), *_cells(each.after)]


def _cells(said: Said | None) -> list[str]:
    return [_LEFT_OUT, ""] if said is None else [said.text, str(said.line)]


def _as_json(pair: Pair) -> dict[str, Any]:
    found = pair.found
    return {
        "equal": pair.are_equal,
        "keys": [
            {"field": each.field, "before": _said(each.before), "after": _said(each.after)}
            for each in found.keys
        ],
        "added": [_named(each) for each in found.added],
        "removed": [_named(each) for each in found.removed],
        "renamed": [{"before": _named(was), "after": _named(now)} for was, now in found.renamed],
        "calendars": {name: as_data(each) for name, each in pair.calendars.items()},
    }


def _said(said: Said | None) -> dict[str, Any] | None:
    return None if said is None else {"text": said.text, "line": said.line}


def _named(part: Named) -> dict[str, Any]:
    return {"target": part.name, "line": part.line, "off": part.off}
