"""Plain data with the place of every value, and what is done with them: find, report, cut out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from service.rules.errors import Path, PolicyError, field_of

#: What a file holds; None stands where something wrong was cut out, a file itself gives none.
Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"
#: (line, column) from 1.
Mark: TypeAlias = tuple[int, int]

#: Lists and mappings inside one another.
MAX_DEPTH: Final = 20
#: The place of everything that is not from a file.
_NOWHERE: Final[Mark] = (1, 1)


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data with the places of its values (`marks`) and keys (`keys`), and what was refused on the way."""

    data: Plain
    marks: dict[Path, Mark]
    keys: dict[Path, Mark]
    errors: tuple[PolicyError, ...]

    def real(self, path: Path) -> Path:
        """`path` without the steps that the file leaves out: a word for a mapping, one value for a list of one."""
        place: Path = ()
        for step in path:
            if (*place, step) in self.marks:
                place = (*place, step)
        return place

    def at_value(self, path: Path, message: str) -> PolicyError:
        """An error at the value of `path`."""
        real = self.real(path)
        return PolicyError(*self.marks[real], field_of(real), message)

    def at_key(self, path: Path, message: str) -> PolicyError:
        """An error at the key that `path` ends with."""
        real = self.real(path)
        return PolicyError(*self.keys.get(real, self.marks[real]), field_of(real), message)

    def missing(self, path: Path, message: str) -> PolicyError:
        """An error at the mapping in which the last key of `path` is missing."""
        parent = self.real(path[:-1])
        return PolicyError(*self.marks[parent], field_of((*parent, path[-1])), message)

    def cut(self, path: Path) -> None:
        """Put None where `path` leads, so that the rest can be read; a key that leads nowhere is added."""
        parent, last = self.real(path[:-1]), path[-1]
        holder = _at(self.data, parent)
        match holder, last:
            case dict(), str():
                holder[last] = None
            case list(), int():
                holder[last] = None
            case _ if parent:
                self.cut(parent)

    def drop(self, path: Path) -> None:
        """Take the key that `path` ends with out of its mapping, and a mapping that is empty then altogether."""
        holder = _at(self.data, self.real(path[:-1]))
        if isinstance(holder, dict):
            holder.pop(str(path[-1]), None)
            if not holder and len(path) > 1:
                self.cut(path[:-1])


def of_json(data: Mapping[str, object]) -> Document:
    """`data` as a file would hold it: texts stay, null is left out, all else but lists and objects is refused."""
    marks: dict[Path, Mark] = {(): _NOWHERE}
    errors: list[PolicyError] = []

    def plain(value: object, path: Path) -> Plain:
        marks[path] = _NOWHERE
        match value:
            case str():
                return value
            case _ if len(path) > MAX_DEPTH:
                errors.append(PolicyError(*_NOWHERE, field_of(path), "is nested too deeply to be a calendar"))
                return None
            case list():
                return [plain(each, (*path, number)) for number, each in enumerate(value)]
            case Mapping():
                given = {str(key): each for key, each in value.items() if each is not None}
                return {key: plain(each, (*path, key)) for key, each in given.items()}
        errors.append(PolicyError(*_NOWHERE, field_of(path), f"{value!r} is no text: put it in quotes"))
        return None

    found = plain(data, ())
    return Document(found, marks, dict(marks), tuple(errors))


def _at(data: Plain, path: Path) -> Plain:
    for step in path:
        match data, step:
            case dict(), str():
                data = data[step]
            case list(), int():
                data = data[step]
    return data
