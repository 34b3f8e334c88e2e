"""Where a policy or worked histories are: a file, or a pack by its name."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from service.rules.packs import Pack

PACK: Final = "pack:"


class PlaceType(click.Path):
    """A file, or `pack:NAME` for the policy of that pack, `pack:NAME/FILE` for another file of it."""

    def __init__(self) -> None:
        """Take files that are there."""
        super().__init__(exists=True, dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; click.UsageError when there is no such file."""
        if not (isinstance(value, str) and value.startswith(PACK)):
            return super().convert(value, param, ctx)
        from service.rules.packs import HERE, PACKS

        name, _, file = value.removeprefix(PACK).partition("/")
        if name not in PACKS:
            near = get_close_matches(name, PACKS, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(PACKS)}"
            self.fail(f"there is no pack `{name}`: {hint}", param, ctx)
        return super().convert(str(HERE / name / file), param, ctx) if file else self.of_pack(PACKS[name])

    def of_pack(self, pack: Pack) -> Any:
        """What the name of a pack alone stands for."""
        return pack.policy


class PlacesType(PlaceType):
    """The same for files of worked histories, of which `pack:NAME` stands for all of that pack."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A tuple of paths; click.UsageError when there is no such file."""
        found = super().convert(value, param, ctx)
        return found if isinstance(found, tuple) else (found,)

    def of_pack(self, pack: Pack) -> tuple[Path, ...]:
        """The files of worked histories."""
        return pack.histories


POLICY_PLACE: Final = PlaceType()
HISTORIES_PLACES: Final = PlacesType()
