"""`slaclock policy packs`: the policies of real service documents that come with slaclock."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.cli.files import content, read_outline
from service.cli.output import show, show_json, table
from service.cli.program import Problem

if TYPE_CHECKING:
    from service.rules.packs import Pack


@click.command()
@click.argument("name", required=False)
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Copy the files of NAME there.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def packs(name: str | None, folder: Path | None, as_json: bool) -> None:
    """List the packs; with NAME and --to, copy the files of one so that they can be changed.

    A pack is a policy with its calendars and worked histories. No file is overwritten.
    """
    from service.rules.packs import PACKS

    if name is not None and name not in PACKS:
        raise click.UsageError(f"there is no pack `{name}`: there are {', '.join(PACKS)}")
    if folder is not None and name is None:
        raise click.UsageError(f"say which pack is to be copied: {', '.join(PACKS)}")
    if name is not None and folder is None:
        raise click.UsageError("say where the files are to be copied: --to DIR")
    if name is not None and folder is not None:
        _copy(PACKS[name], folder, as_json)
        return
    told = [_as_json(pack) for pack in PACKS.values()]
    if as_json:
        show_json(told)
        return
    rows = [(each["pack"], str(each["on"]), str(each["off"]), each["about"]) for each in told]
    table(("pack", "on", "off", "for"), rows, right=("on", "off"))


def _as_json(pack: Pack) -> dict[str, Any]:
    entries = read_outline(pack.policy).entries
    on = sum(entry.on for entry in entries)
    files = [path.name for path in pack.files]
    return {"pack": pack.name, "about": pack.about, "on": on, "off": len(entries) - on, "files": files}


def _copy(pack: Pack, folder: Path, as_json: bool) -> None:
    """Copy the files of `pack` into `folder`; Problem, and nothing is copied, when one of them is there already."""
    targets = [folder / path.name for path in pack.files]
    if there := [str(target) for target in targets if target.exists()]:
        raise Problem(f"nothing copied, since there is already {', '.join(there)}: name an empty folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, target in zip(pack.files, targets, strict=True):
            with target.open("xb") as file:
                file.write(content(path))
    except OSError as error:
        raise Problem(f"{error.filename} cannot be written: {error.strerror}") from None
    if as_json:
        show_json({"pack": pack.name, "files": [str(target) for target in targets]})
        return
    for target in targets:
        show(str(target))
