"""What is wrong with a policy file: every error at once, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

#: The way to a value from the top of a file: keys, and positions in lists from 0.
Path: TypeAlias = tuple[str | int, ...]

#: Something wrong with the value at a path, in a sentence.
Finding: TypeAlias = tuple[Path, str]


@dataclass(frozen=True, slots=True, order=True)
class PolicyError:
    """One thing wrong; `line` and `column` count from 1, `field` is the path of the value, "" for the file itself."""

    line: int
    column: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}, column {self.column}"
        return f"{where}: {self.field}: {self.message}" if self.field else f"{where}: {self.message}"


class PolicyErrors(Exception):  # noqa: N818 - it is the errors, all of them
    """The file `name` cannot be used; `errors` are all that is wrong with it, in the order of the file."""

    def __init__(self, name: str, errors: tuple[PolicyError, ...]) -> None:
        """Keep what is wrong with the file called `name`."""
        super().__init__(name, errors)
        self.name = name
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(f"{self.name}: {error}" for error in self.errors)


def field_of(path: Path) -> str:
    """`path` as people read it: ``targets.repair.warn[0].at``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")
