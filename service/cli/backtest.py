"""`slaclock backtest`: what a policy would have said about recorded events."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from service.cli.compare import LISTED, Question, compare, of_files, zone_of
from service.cli.files import EVENTS, Faults, Sink, read_events, read_rules
from service.cli.moments import WRITTEN, Written, told
from service.cli.output import show, show_json, table
from service.cli.places import POLICY_PLACE
from service.cli.progress import shown, watched

if TYPE_CHECKING:
    from service.backtest import Backtest, Summary
    from service.wire.files import Item


@click.command()
@click.option(
    "--policy",
    "policies",
    metavar="FILE",
    type=POLICY_PLACE,
    required=True,
    multiple=True,
    help="Policy file; give it once for each version.",
)
@click.option(
    "--compare",
    "others",
    metavar="FILE",
    type=POLICY_PLACE,
    multiple=True,
    help="Tell which verdicts flip under this policy instead; once for each version.",
)
@click.option(
    "--events", metavar="FILE", type=EVENTS, required=True, help="Event file, gzip or not; - for stdin."
)
@click.option(
    "--until", metavar="TIME", type=WRITTEN, help="Judge at this instant instead of the last event's."
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="Write a JSON line for each promise, or flip; compressed when the name ends in .gz.",
)
@click.option(
    "--list",
    "listed",
    metavar="N",
    type=click.IntRange(min=0),
    default=LISTED,
    show_default=True,
    help="With --compare: list so many flips.",
)
@click.option("--tenant", metavar="NAME", help="Whose events those are that do not say; else the policy's.")
@click.option(
    "--source",
    metavar="NAME",
    default="file",
    show_default=True,
    help="Source of the events that do not say. It is part of statement ids.",
)
@click.option("--utc", is_flag=True, help="Show times in UTC.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def backtest(
    policies: tuple[Path, ...],
    others: tuple[Path, ...],
    events: str,
    until: Written | None,
    out: str | None,
    listed: int,
    tenant: str | None,
    source: str,
    utc: bool,
    as_json: bool,
) -> int:
    """Judge every ticket of an event file, as the service would have at one instant.

    Prints how many promises were kept and broken; with --compare, which verdicts another policy would turn, and why.
    Lines that hold no event are told, counted and left out; the exit status is 1 then.
    """
    from service.backtest import Backtest

    rules = read_rules(policies)
    instant = None if until is None else until.instant()
    if others:
        after = read_rules(others)
        zone = zone_of(rules, utc=utc)
        question = Question(rules, after, of_files(others), events, source, tenant, instant, listed, zone)
        return compare(question, out, as_json=as_json)
    faults = Faults(events)
    with shown() as progress, nullcontext() if out is None else Sink(out) as sink:
        test = Backtest(
            rules,
            until=instant,
            progress=lambda done, total: progress.step("judging", done, total),
            fault=faults,
        )
        items = read_events(
            events,
            tenant=tenant or rules.versions[0].tenant,
            source=source,
            watch=lambda file: watched(file, progress),
        )
        _run(test, items, sink)
    if as_json:
        show_json(_as_json(test.summary), err=out == "-")
    else:
        _show(test.summary, zone_of(rules, utc=utc), err=out == "-")
    return faults.sum_up()


def _run(test: Backtest, items: Iterable[Item], sink: Sink | None) -> None:
    import msgspec

    from service.backtest import lines_of

    encode = msgspec.json.Encoder().encode
    for judged in test.judged(items):
        if sink is not None:
            for line in lines_of(judged):
                sink.write(encode(line) + b"\n")


def _show(summary: Summary, zone: ZoneInfo, *, err: bool) -> None:
    show(f"judged at  {told(summary.until, zone)}", err=err)
    left_out = ", ".join(
        f"{count:,} {what}"
        for count, what in (
            (summary.repeated, "repeated"),
            (summary.later, "later than that"),
            (summary.faults.total(), "left out"),
        )
        if count
    )
    show(f"events     {summary.events:,}{f' ({left_out})' if left_out else ''}", err=err)
    orphans = f" ({summary.orphans:,} without `opened`)" if summary.orphans else ""
    show(f"tickets    {summary.tickets:,}{orphans}, {summary.without_promise:,} without a promise", err=err)
    show(f"promises   {summary.promises:,}", err=err)
    said = ", ".join(f"{count:,} {kind}" for kind, count in sorted(summary.statements.items())) or "none"
    show(f"statements {said}", err=err)
    states = sorted({state for _, state in summary.states})
    targets = sorted({target for target, _ in summary.states})
    if targets:
        show(err=err)
        rows = [[target, *(f"{summary.states[target, state]:,}" for state in states)] for target in targets]
        table(["target", *states], rows, right=states, err=err)


def _as_json(summary: Summary) -> dict[str, Any]:
    from service.wire import times

    verdicts: dict[str, dict[str, int]] = {}
    for (target, state), count in sorted(summary.states.items()):
        verdicts.setdefault(target, {})[state] = count
    return {
        "until": None if summary.until is None else times.write(summary.until),
        "events": summary.events,
        "later": summary.later,
        "repeated": summary.repeated,
        "left_out": dict(sorted(summary.faults.items())),
        "tickets": summary.tickets,
        "orphans": summary.orphans,
        "without_promise": summary.without_promise,
        "promises": summary.promises,
        "verdicts": verdicts,
        "statements": dict(sorted(summary.statements.items())),
    }
