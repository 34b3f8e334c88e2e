"""A night on call: a tenant with promises open, near and broken, as the commands for somebody on call see it.

Nine o'clock (UTC) on Friday 1 March 2024 is five in the afternoon in Shanghai.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from service.app.parts import read_rules
from service.apply import Rulebook
from service.store import outbox
from tests.apply.staging import Stage, record, staged
from tests.cli.calling import call, called

POLICY = """
policy: harbour
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: harbour
zone: Asia/Shanghai
sources:
  dispatch: {source: dispatch, silent_after: 15m}
calendars:
  office: {week: {mon-fri: [09:00-12:00, 13:00-18:00]}, closed: [2024-03-05], known_until: 2024-12-31}
targets:
  repair: {stop: resolved, budget: 1h, clause: 第四条, reopen: new}
  answer: {stop: replied, budget: 8h, hours: office}
  visit: {stop: closed, budget: 3h, requires: [dispatch], applies: {kind: leak}}
"""

#: The commands are asked as of eleven o'clock (UTC), which is seven in the evening in Shanghai.
NOW = "2024-03-01T11:00:00Z"


def happens(database: str, *acts: Callable[[Stage], Awaitable[object]]) -> None:
    """Let each of `acts` happen on a stage, one after the other."""

    async def play() -> None:
        async with staged(database, policy=False, rules_of=Rulebook(read_rules)) as stage:
            for act in acts:
                await act(stage)

    asyncio.run(play())


async def evening(stage: Stage) -> None:
    """Four tickets; everything is applied up to eleven o'clock.

    报修-1 was due at ten and is broken; T-2 is due at half past eleven; T-3 was resolved in time; T-4 an hour late.
    """
    await stage.send(
        record("报修-1", "opened", 0, kind="leak"),
        record("T-3", "opened", 0),
        record("T-4", "opened", -1),
        record("T-3", "resolved", 0.5),
        record("T-4", "resolved", 1),
        record("T-2", "opened", 1.5),
    )
    await stage.prove(2)
    await stage.settle()


def environment(database: str, folder: Path) -> dict[str, str]:
    """The settings for the database; the policy is registered, and lies in `folder`."""
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    settings = {"SLACLOCK_DATABASE_URL": database, "SLACLOCK_TENANT": "harbour"}
    called("policy", "register", folder / "policy.yaml", **settings)
    return settings


async def sent(stage):
    """The relay has sent everything; dispatch was heard a moment ago."""
    rows = await stage.outgoing()
    async with stage.db.transaction() as tx:
        await outbox.delete(tx, [row.id for row in rows])
    await stage.send(record("T-9", "noted", 1.99, source="dispatch", id_="d"))
    await stage.prove(2)


def look(stored, *args, at=NOW):
    """The exit status of `status`, and what it says as JSON."""
    result = call("status", *args, "--at", at, "--json", **stored)
    assert result.stderr == ""
    return result.exit_code, json.loads(result.stdout)


def bad(found):
    """What does not stand well in that, with its level."""
    return {each["check"]: each["level"] for each in found["checks"] if each["level"] != "ok"}
