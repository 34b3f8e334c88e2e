"""Calls of the command line inside a test."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from service.cli import slaclock

ROOT = Path(__file__).parents[2]
BOSTON = str(ROOT / "examples/policies/boston-311.yaml")
DESK = str(ROOT / "examples/policies/service-desk.yaml")
DESK_EVENTS = str(ROOT / "examples/data/servicenow_uci_shared.events.jsonl.gz")

#: A policy for events in the engine's own words.
POLICY = """
policy: harbour
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: harbour
zone: Asia/Shanghai
calendars:
  office:
    week:
      mon-fri: ["09:00-12:00", "13:00-18:00"]
targets:
  repair:
    clause: 第四条
    applies: {kind: [fault, leak]}
    stop: resolved
    budget: 8h
    hours: office
    accepts: [等待住户]
    warn: 2h before
    ladder:
      - {at: 4h after, role: head}
"""

#: The offices' days around the Spring Festival of 2020. The days off were published in November 2019 (24 to 30 January,
#: work on Sunday 19 January and Saturday 1 February); on 26 January they were made to last until 2 February.
OFFICE = """
calendar: prc-office
zone: Asia/Shanghai
week: {mon-fri: ["09:00-12:00", "13:00-18:00"]}
versions:
  - known_until: 2020-12-31
    closed: [2020-01-01, 2020-01-24 to 2020-01-30]
    open: {2020-01-19: ["09:00-12:00", "13:00-18:00"], 2020-02-01: ["09:00-12:00", "13:00-18:00"]}
  - known_since: 2020-01-26
    known_until: 2020-12-31
    closed: [2020-01-01, 2020-01-24 to 2020-02-02]
    open: {2020-01-19: ["09:00-12:00", "13:00-18:00"]}
"""

HOUR = 3_600_000_000


def call(*arguments: object, stdin: str | bytes | None = None, **environ: str) -> Result:
    """Run `slaclock` with these arguments and variables."""
    return CliRunner().invoke(slaclock, [str(each) for each in arguments], input=stdin, env=environ)


def called(*arguments: object, stdin: str | bytes | None = None, **environ: str) -> str:
    """What it prints, when it ends well and says nothing on stderr."""
    result = call(*arguments, stdin=stdin, **environ)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def asked(*arguments: object, **environ: str) -> Any:
    """The JSON that it prints."""
    return json.loads(called(*arguments, "--json", **environ))


def line(id_: str, type_: str, at: str, ticket: str = "T-1", **attributes: Any) -> str:
    """A line of an event file in the plain shape."""
    event = {"event_id": id_, "ticket_id": ticket, "type": type_, "occurred_at": at, "attributes": attributes}
    return json.dumps(event, ensure_ascii=False)


def written(folder: Path, *lines: str, policy: str = POLICY) -> tuple[str, str]:
    """A policy file and an event file in `folder`."""
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    (folder / "events.jsonl").write_text("".join(f"{each}\n" for each in lines), encoding="utf-8")
    return str(folder / "policy.yaml"), str(folder / "events.jsonl")
