"""What was looked at, how it stands, and what to do: shared by the commands that answer like a monitoring check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import click
from click.exceptions import Exit

from service.cli.output import table
from service.cli.program import UNREACHABLE


class Level(IntEnum):
    """How bad it is, numbered as monitoring checks do. What is unknown is less urgent than a warning: see `worst`."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `told` says how it stands, `do` what helps, empty where nothing is to be done."""

    what: str
    level: Level
    told: str
    do: str = ""


def worst(checks: Iterable[Check]) -> Level:
    """The level of all of them together: critical, then warning, then unknown, then ok."""
    levels = {check.level for check in checks}
    order = (Level.CRITICAL, Level.WARNING, Level.UNKNOWN)
    return next((level for level in order if level in levels), Level.OK)


def counted(count: int, one: str) -> str:
    """`1 record`, `2,000 records`."""
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def show_checks(checks: Sequence[Check]) -> None:
    """A line each, and below one that is not well what to do."""
    rows = []
    for check in checks:
        rows.append((check.level.word, check.what, check.told))
        if check.do:
            rows.append(("", "", f"  -> {check.do}"))
    table(["", "looked at", "found"], rows)


def as_json_of(check: Check) -> dict[str, Any]:
    return {"check": check.what, "level": check.level.word, "told": check.told, "do": check.do}


class MonitoringCheck(click.Command):
    """A command whose exit status 1 means warning and 2 critical: whatever keeps it from looking is 3, unknown."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """As every command; wrong usage ends with 3."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.ClickException as error:
            error.show()
            raise Exit(UNREACHABLE) from None

    def invoke(self, ctx: click.Context) -> Any:
        """As every command; what ends it with a message ends it with 3."""
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            error.show()
            raise Exit(UNREACHABLE) from None
