"""`slaclock backtest --compare`: two policies over one event file, and every verdict that flips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from service.cli.files import Faults, Sink, content, read_events
from service.cli.flips import Listing, Off, flip_line, summary_json
from service.cli.moments import UTC, told
from service.cli.output import show, show_json
from service.cli.program import Problem
from service.cli.progress import Shown, shown, watched

if TYPE_CHECKING:
    from service.backtest.compare import Compared, Comparison
    from service.sla.instants import Instant
    from service.sla.policy import Rules
    from service.wire.files import Item

#: Flips that are told one by one when nothing else is asked for.
LISTED: Final = 20


@dataclass(frozen=True, slots=True)
class Question:
    """What is compared: two sets of rules, and the events; `off` are targets that the rules of after switch off."""

    before: Rules
    after: Rules
    off: Off
    events: str
    source: str
    tenant: str | None
    until: Instant | None
    listed: int
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it, and the exit status for what else is in the file."""

    summary: Compared
    listing: Listing
    status: int


def of_files(paths: Sequence[Path]) -> Off:
    """The targets that the last of the policy files switches off, with the reason that it gives."""
    from service.rules import switched_off

    return switched_off(content(paths[-1]), name=str(paths[-1])) if paths else {}


def compare(question: Question, out: str | None, *, as_json: bool) -> int:
    """Tell what flips, each flip as a line in `out` when it is given; the exit status."""
    with shown() as progress, nullcontext() if out is None else Sink(out) as sink:
        answer = compared(question, progress, sink)
    show_answer(answer, as_json=as_json, err=out == "-")
    return answer.status


def compared(question: Question, progress: Shown, sink: Sink | None = None) -> Answer:
    """Judge every ticket under both; each flip and each due that moves goes into `sink`."""
    from service.backtest.compare import Comparison

    _check(question)
    faults = Faults(question.events)
    comparison = Comparison(
        question.before,
        question.after,
        until=question.until,
        progress=lambda done, total: progress.step("judging", done, total),
        fault=faults,
    )
    items = read_events(
        question.events,
        tenant=question.tenant or question.before.versions[0].tenant,
        source=question.source,
        watch=lambda file: watched(file, progress),
    )
    listing = Listing(question.listed, question.zone, question.off)
    _run(comparison, items, listing, sink)
    return Answer(comparison.summary, listing, faults.sum_up())


def _check(question: Question) -> None:
    tenants = [rules.versions[0].tenant for rules in (question.before, question.after)]
    if tenants[0] != tenants[1]:
        raise Problem(f"the policies belong to different tenants: {tenants[0]}, {tenants[1]}")


def _run(comparison: Comparison, items: Iterable[Item], listing: Listing, sink: Sink | None) -> None:
    import msgspec

    encode = msgspec.json.Encoder().encode
    for key, flip in comparison.flips(items):
        if flip.is_flip:
            listing.add(key[1], flip)
        if sink is not None:
            sink.write(encode(flip_line(key, flip, listing.off)) + b"\n")


def show_answer(answer: Answer, *, as_json: bool, err: bool = False) -> None:
    """Print it; on stderr where stdout is taken by the lines."""
    if as_json:
        show_json(as_data(answer), err=err)
    else:
        _show(answer, err=err)


def as_data(answer: Answer) -> dict[str, Any]:
    """The counts as JSON."""
    from service.wire import times

    summary = answer.summary
    return {
        "until": None if summary.until is None else times.write(summary.until),
        "events": summary.events,
        "later": summary.later,
        "repeated": summary.repeated,
        "left_out": dict(sorted(summary.faults.items())),
        **summary_json(summary, answer.listing.reasons),
    }


def _show(answer: Answer, *, err: bool) -> None:
    summary = answer.summary
    before, after = summary.promises
    show(f"judged at  {told(summary.until, answer.listing.zone)}", err=err)
    show(f"tickets    {summary.tickets:,}", err=err)
    show(f"promises   {before:,} before, {after:,} after", err=err)
    show(f"the same   {summary.same:,}", err=err)
    moved = ", ".join(f"{target} {count:,}" for target, count in sorted(summary.moved.items()))
    show(f"other due  {summary.moved.total():,}{f' ({moved})' if moved else ''}", err=err)
    show(f"flips      {summary.flips.total():,}", err=err)
    show(err=err)
    answer.listing.show(err=err)


def zone_of(rules: Rules, *, utc: bool) -> ZoneInfo:
    """Where times are shown: the zone of the last version's first target."""
    targets = rules.versions[-1].targets
    return UTC if utc or not targets else targets[0].calendar.zone
