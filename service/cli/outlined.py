"""`slaclock policy show`: what a policy promises, in a table and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from service.cli.files import read_outline
from service.cli.output import show, show_json, table
from service.cli.places import POLICY_PLACE

if TYPE_CHECKING:
    from service.rules import Outline
    from service.rules.outline import Entry

_HEADS: Final = ("target", "on", "who", "how much time", "hours", "from -> until", "clause", "assumed")

#: Columns that a cell of the table takes at most; the whole text is in the policy and in the JSON.
_CELL: Final = 44


@click.command(name="show")
@click.argument("file", type=POLICY_PLACE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def outlined(file: Path, as_json: bool) -> None:
    """Show what a policy promises, target by target: to whom, how much time, from what until what, and where it stands.

    Below the table: what a clock waits for (`gated`), every number that is assumed and not the source's, with the
    reason, and every target that is off, with what has to be set. FILE is a policy file, or pack:NAME.
    """
    outline = read_outline(file)
    if as_json:
        show_json(_as_json(file, outline))
        return
    on = sum(entry.on for entry in outline.entries)
    show(f"{outline.policy} version {outline.version} of tenant {outline.tenant}, zone {outline.zone.key}")
    show(
        f"{on} {'target' if on == 1 else 'targets'} on, {len(outline.entries) - on} off"
        + _after(outline.source)
    )
    show()
    table(_HEADS, [[_shortened(cell) for cell in _row(entry)] for entry in outline.entries])
    for line in (*_gates(outline), *_assumptions(outline), *_off(outline)):
        show(line)


def _after(source: str) -> str:
    return f"; after {source}" if source else ""


def _row(entry: Entry) -> tuple[str, ...]:
    gated = " (gated)" if entry.gate else ""
    return (
        f"  /{entry.id.rpartition('/')[2]}" if entry.variant_of else entry.id,
        "on" if entry.on else "off",
        entry.applies,
        entry.budget or "not set",
        entry.hours,
        f"{entry.start}{gated} -> {entry.stop}",
        entry.clause,
        "yes" if entry.assumed else "",
    )


def _shortened(text: str) -> str:
    from rich.cells import cell_len, set_cell_size

    return text if cell_len(text) <= _CELL else f"{set_cell_size(text, _CELL - 1).rstrip()}…"


def _gates(outline: Outline) -> Iterator[str]:
    of_target = {entry.id: entry.gate for entry in outline.entries}
    gated = [entry for entry in outline.entries if entry.gate not in {"", of_target.get(entry.variant_of)}]
    if gated:
        yield ""
        yield "Gated, the clock starts with the last of:"
    for entry in gated:
        yield f"  {entry.id}: {entry.gate}"


def _assumptions(outline: Outline) -> Iterator[str]:
    assumed = [entry for entry in outline.entries if entry.assumed and entry.assumed_here]
    if assumed:
        yield ""
        yield "Assumed, and not taken from the source:"
    for entry in assumed:
        yield f"  {entry.id}: {entry.assumed}"


def _off(outline: Outline) -> Iterator[str]:
    off = [entry for entry in outline.entries if not entry.on and not entry.variant_of]
    if off:
        yield ""
        yield "Off, until it is set:"
    for entry in off:
        yield f"  {entry.id}: {entry.why or 'the file does not say why'}"
        if entry.set:
            yield f"    set: {entry.set}"


def _as_json(file: Path, outline: Outline) -> dict[str, Any]:
    return {
        "file": str(file),
        "tenant": outline.tenant,
        "policy": outline.policy,
        "version": outline.version,
        "source": outline.source,
        "zone": outline.zone.key,
        "targets": [asdict(entry) | {"variant_of": entry.variant_of or None} for entry in outline.entries],
    }
