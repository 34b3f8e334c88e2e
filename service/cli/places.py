"""Where a policy or a file of worked histories is: a file, or a pack by its name."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import click

PACK: Final = "pack:"


class PlaceType(click.Path):
    """A file, or `pack:NAME` for a file of that pack: `default`, unless `pack:NAME/FILE` names another."""

    def __init__(self, default: str) -> None:
        """Take `default` of a pack."""
        super().__init__(exists=True, dir_okay=False, path_type=Path)
        self._default = default

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
        return super().convert(str(HERE / name / (file or self._default)), param, ctx)


POLICY_PLACE: Final = PlaceType("policy.yaml")
HISTORIES_PLACE: Final = PlaceType("histories.yaml")
