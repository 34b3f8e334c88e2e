"""A policy file that is held against another: as it stands, and what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.rules import build
from service.rules.document import Document, Plain
from service.rules.errors import Path, PolicyErrors
from service.rules.reading import read_policy
from service.rules.shapes import PolicyShape
from service.rules.tree import compose
from service.sla.calendars import Calendar
from service.sla.policy import Policy, Target


@dataclass(frozen=True, slots=True)
class Said:
    """What stands in one of the files: its text on one line, and the line, from 1."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Side:
    """A policy file without errors: as it stands, its shape, the policy in it and its calendars."""

    document: Document
    shape: PolicyShape
    policy: Policy
    calendars: Mapping[str, Calendar]

    def said(self, path: Path) -> Said | None:
        """What stands at `path`."""
        data: Plain = self.document.data
        for step in path:
            if isinstance(data, dict) and step in data:
                data = data[str(step)]
            elif isinstance(data, list) and isinstance(step, int):
                data = data[step]
            else:
                return None
        return Said(flow(data), self.line(path))

    def line(self, path: Path) -> int:
        """The line of the key that `path` ends with, of a value in a list where that begins."""
        return self.document.keys.get(path, self.document.marks.get(path, (1, 1)))[0]

    def target(self, name: str) -> Target | None:
        """The core target of this name; None for one that is off."""
        return next((target for target in self.policy.targets if target.id == name), None)


def side(text: str, *, name: str, calendars: Mapping[str, Calendar]) -> Side:
    """One side of a comparison; PolicyErrors as `service.rules.read`."""
    found = read_policy(text, calendars)
    if found.errors or found.shape is None:
        raise PolicyErrors(name, found.errors)
    shape = found.shape
    return Side(
        compose(text, "policy"), shape, build.build(shape, calendars), build.calendars_of(shape, calendars)
    )


def flow(data: Plain) -> str:
    """`data` on one line, as YAML writes lists and mappings in brackets."""
    match data:
        case dict():
            return f"{{{', '.join(f'{key}: {flow(value)}' for key, value in data.items())}}}"
        case list():
            return f"[{', '.join(map(flow, data))}]"
    return " ".join((data or "").split())
