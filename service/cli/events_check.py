"""`slaclock events check`: what the service would make of events, before they are published."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from service.cli.database import settings
from service.cli.files import EVENTS, POLICY
from service.cli.output import show
from service.cli.program import Problem
from service.cli.progress import shown, watched

if TYPE_CHECKING:
    from service.cli.events_check_run import Check, Outcome
    from service.cli.events_check_words import Finding


@click.group()
def events() -> None:
    """Look at events before they are published."""


@events.command()
@click.argument("file", metavar="FILE", type=EVENTS)
@click.option(
    "--policy",
    "policies",
    metavar="FILE",
    type=POLICY,
    multiple=True,
    help="Tell also what this policy would miss; give it once for each version.",
)
@click.option(
    "--tenant",
    metavar="NAME",
    help="Whose events those are that do not say; else the policy's or the settings'.",
)
@click.option(
    "--source",
    metavar="NAME",
    default="file",
    show_default=True,
    help="Source of the events that do not say.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON line for each record, the summary last.")
def check(file: str, policies: tuple[Path, ...], tenant: str | None, source: str, as_json: bool) -> int:
    """Tell which lines of FILE, - for stdin, the service would accept, and why not the others.

    A line is a CloudEvent in structured mode, or an event in the plain shape that `backtest` reads. Each is taken as if
    it were published now. The exit status is 1 when one is refused; what is only worth a look does not change it.
    """
    with _check(policies, tenant, source) as run, _opened(file) as lines:
        for outcome in run.outcomes(lines):
            if as_json:
                _print(_line_of(outcome))
            for finding in outcome.findings:
                _tell(file, finding, as_json=as_json)
        for finding in run.afterwards():
            _tell(file, finding, as_json=as_json)
        if as_json:
            _print({"summary": _summary(run)})
        else:
            _show(run)
    return 1 if run.refused else 0


def _check(policies: tuple[Path, ...], tenant: str | None, source: str) -> Check:
    from service.cli.events_check_lines import Terms
    from service.cli.events_check_policy import Reader
    from service.cli.events_check_run import Check
    from service.sla.instants import SECOND

    chosen = settings()
    reader = Reader(policies) if policies else None
    terms = Terms(
        tenant=tenant or (reader.tenant if reader else chosen.tenant),
        source=source,
        ahead=round(chosen.ahead_tolerance_seconds * SECOND),
        max_bytes=chosen.max_record_bytes,
    )
    return Check(terms, max_events=chosen.max_events_per_ticket, reader=reader)


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    """The file; how far it is read is shown where that does not stand in the way of what is printed."""
    try:
        if path == "-":
            yield sys.stdin.buffer
            return
        with Path(path).open("rb") as file, nullcontext() if sys.stdout.isatty() else shown() as progress:
            yield watched(file, progress) if progress else file
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror or error}") from None


def _print(line: dict[str, Any]) -> None:
    from msgspec.json import encode

    out = sys.stdout.buffer
    out.write(encode(line) + b"\n")
    out.flush()  # an answer is there before the next line is waited for


def _tell(file: str, finding: Finding, *, as_json: bool) -> None:
    if not as_json:
        show(f"{file}: {finding}")
    elif not finding.is_refusal:
        _print({"line": finding.line, "result": "notice", **_words_of(finding)})


def _line_of(outcome: Outcome) -> dict[str, Any]:
    from service.wire import TICKET, times

    line: dict[str, Any] = {"line": outcome.line, "result": outcome.result.value}
    if event := outcome.event:
        line |= {name: getattr(event, name) for name in ("tenant", "ticket", "source", "id", "type")}
        line["time"] = times.write(event.at)
        if outcome.about != TICKET:
            line["about"] = outcome.about
    if outcome.first is not None:
        line["first"] = outcome.first
    for finding in outcome.findings:
        if finding.is_refusal:
            line |= _words_of(finding)
    return line


def _words_of(finding: Finding) -> dict[str, str]:
    return {
        "reason": finding.kind, "field": finding.field, "detail": finding.detail, "advice": finding.advice
    }  # fmt: skip


def _summary(run: Check) -> dict[str, Any]:
    return {
        "records": run.results.total(),
        "accepted": run.results["accepted"] + run.results["repeated"],
        "repeated": run.results["repeated"],
        "refused": dict(sorted(run.refused.items())),
        "notices": dict(sorted(run.notices.items())),
    }


def _show(run: Check) -> None:
    told = _summary(run)
    repeated = f" ({told['repeated']:,} repeated)" if told["repeated"] else ""
    show(f"records  {told['records']:,}")
    show(f"accepted {told['accepted']:,}{repeated}")
    for name in ("refused", "notices"):
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in told[name].items())
        show(f"{name:8} {sum(told[name].values()):,}{f' ({kinds})' if kinds else ''}")
