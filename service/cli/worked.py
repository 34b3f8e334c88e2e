"""`slaclock policy test`: worked histories, judged by the policy that they name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from service.cli.files import content, error_lines, findings, read_outline, read_policy
from service.cli.moments import told
from service.cli.output import say, show, show_json
from service.cli.places import HISTORIES_PLACES
from service.cli.program import PROBLEM, USAGE, Problem

if TYPE_CHECKING:
    from service.rules import PolicyErrors
    from service.rules.histories import Worked
    from service.rules.history_lines import Saying
    from service.rules.trial import Trial


@dataclass(frozen=True)
class Tried:
    """A file whose histories were tried, the policy that they name, and the zone of its wall times."""

    file: Path
    policy: Path
    zone: ZoneInfo
    trials: tuple[tuple[Worked, Trial], ...]

    @property
    def differing(self) -> int:
        """How many histories did not end as expected."""
        return sum(not trial.as_expected for _, trial in self.trials)


@dataclass(frozen=True)
class Unusable:
    """A file that cannot be used; `errors` are its own, without them `why` tells what is wrong with its policy."""

    file: Path
    why: str
    errors: PolicyErrors | None = None


@click.command()
@click.argument("places", metavar="FILE...", nargs=-1, required=True, type=HISTORIES_PLACES)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def test(places: tuple[tuple[Path, ...], ...], as_json: bool) -> int:
    """Judge worked histories by the policy that they name, and tell every difference from what they expect.

    FILE is a file of worked histories, or pack:NAME for all those of a pack. Exit status 1: a history differs; 2: a file cannot be used.
    """
    ended = [_tried(file) for files in places for file in files]
    if as_json:
        show_json([_as_json(each) for each in ended])
    else:
        for each in ended:
            for line in _lines(each):
                show(line)
    unusable = sum(isinstance(each, Unusable) for each in ended)
    if unusable:
        say(f"slaclock: {unusable} of {len(ended)} {'file' if len(ended) == 1 else 'files'} cannot be used")
        return USAGE
    return PROBLEM if any(isinstance(each, Tried) and each.differing for each in ended) else 0


def _tried(file: Path) -> Tried | Unusable:
    from service.rules import PolicyErrors, policy_of_histories, read_histories
    from service.rules.trial import tried

    text, name = content(file), str(file)
    try:
        place = policy_of_histories(text, name=name)
        if place is None:
            read_histories(text, name=name, outline=None)
            return Unusable(file, f"{file}: names no policy")
        policy = file.parent / place
        if not policy.is_file():
            return Unusable(
                file, f"{file}: `policy`: there is no file {policy}: the path leads from this file on"
            )
        outline, rules = read_outline(policy), read_policy(policy)
        worked = read_histories(text, name=name, outline=outline)
    except PolicyErrors as errors:
        return Unusable(file, "", errors)
    except Problem as problem:
        return Unusable(file, f"{file}: {problem.format_message()}")
    return Tried(file, policy, outline.zone, tuple((each, tried(each, rules)) for each in worked))


def _lines(ended: Tried | Unusable) -> Iterator[str]:
    if isinstance(ended, Unusable):
        yield from findings(ended.errors) if ended.errors else ended.why.split("\n")
        return
    number = len(ended.trials)
    yield (
        f"{ended.file}: {number} {'history' if number == 1 else 'histories'}, "
        f"{number - ended.differing} as expected, {ended.differing} {'differs' if ended.differing == 1 else 'differ'}"
    )
    for worked, trial in ended.trials:
        if not trial.as_expected:
            clause = f" ({worked.clause})" if worked.clause else ""
            yield f"  line {worked.line}: {worked.name}{clause}; wall times of {ended.zone.key}"
            yield from (f"    {note}" for note in [trial.note] if note)
            yield from (f"    expected  {_in_words(each, ended.zone)}" for each in trial.missing)
            yield from (f"    found     {_in_words(each, ended.zone)}" for each in trial.found)


def _in_words(saying: Saying, zone: ZoneInfo) -> str:
    """A line as in the file, with weekday and offset."""
    parts = [saying.target, str(saying.word)]
    if saying.rung:
        parts.append(f'"{saying.rung}"')
    if saying.at is not None:
        parts.append(f"at {told(saying.at, zone)}")
    if saying.due_told:
        parts.append("due unknown" if saying.due is None else f"due {told(saying.due, zone)}")
    if saying.begun is not None:
        parts.append(f"begun {told(saying.begun, zone)}")
    if saying.remarks:
        parts.append(f"remarks [{', '.join(saying.remarks)}]")
    return " ".join(parts)


def _as_json(ended: Tried | Unusable) -> dict[str, Any]:
    if isinstance(ended, Unusable):
        errors = error_lines(ended.errors) if ended.errors else []
        return {"file": str(ended.file), "ok": False, "why": ended.why or None, "errors": errors}
    histories = [
        {
            "name": worked.name,
            "clause": worked.clause,
            "line": worked.line,
            "ok": trial.as_expected,
            "note": trial.note or None,
            "expected": [_saying(each, ended.zone) for each in trial.missing],
            "found": [_saying(each, ended.zone) for each in trial.found],
        }
        for worked, trial in ended.trials
    ]
    return {
        "file": str(ended.file),
        "ok": not ended.differing,
        "why": None,
        "errors": [],
        "policy": str(ended.policy),
        "zone": ended.zone.key,
        "histories": histories,
    }


def _saying(saying: Saying, zone: ZoneInfo) -> dict[str, Any]:
    """What was expected or found; `due` stands only where it was told."""
    from service.cli.moments import local
    from service.wire import times

    found: dict[str, Any] = {"target": saying.target, "what": str(saying.word), "rung": saying.rung or None}
    instants = {"at": saying.at, "begun": saying.begun} | ({"due": saying.due} if saying.due_told else {})
    for key, instant in instants.items():
        found[key] = None if instant is None else times.write(instant)
        found[f"{key}_local"] = None if instant is None else local(instant, zone)
    return found | {"remarks": None if saying.remarks is None else list(saying.remarks)}
