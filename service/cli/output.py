"""What a command prints: JSON or tables on stdout, messages on stderr."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

import click

#: Characters a line may have. A row is one line, also on a narrow terminal: cells that are folded line by line
#: cannot be read, nor found with grep.
_WIDE: Final = 10_000


def say(message: str) -> None:
    """A message for people, on stderr."""
    click.echo(printable(message, keep="\n"), err=True)


def show(text: str = "", *, err: bool = False) -> None:
    """A line of data for people, on stdout; on stderr where stdout is taken by other data."""
    click.echo(printable(text), err=err)


def show_json(value: Any, *, err: bool = False) -> None:
    """One JSON document, where `show` would put it."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2), err=err)


def printable(text: str, keep: str = "") -> str:
    """`text` without characters that a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each in keep else repr(each)[1:-1] for each in text)


def table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = (), err: bool = False
) -> None:
    """A table whose columns line up, wide (CJK) characters counted as two; those in `right` are aligned there."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, stderr=err, width=_WIDE)
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in heads:
        grid.add_column(Text(head), justify="right" if head in right else "left", no_wrap=True)
    for row in rows:
        grid.add_row(*(Text(printable(cell)) for cell in row))
    with console.capture() as captured:
        console.print(grid)
    for line in captured.get().splitlines():
        click.echo(line.rstrip(), err=err)
