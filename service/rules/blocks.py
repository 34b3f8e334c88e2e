"""Blocks of lines in a file: text below a `|`, with the place of each line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from service.rules.document import Document
from service.rules.errors import Path, PolicyError, field_of

#: Where YAML breaks a line, and which of these breaks it keeps in a text.
_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_KEPT: Final = re.compile("[\n\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a block without the blanks around it, and where it begins, from 1."""

    number: int
    column: int
    field: str
    text: str

    def error(self, offset: int, message: str) -> PolicyError:
        """An error `offset` characters from the beginning of the line."""
        return PolicyError(self.number, self.column + offset, self.field, message)


class Blocks:
    """The blocks of one file."""

    def __init__(self, text: str, document: Document) -> None:
        """Those in `text`, of which `document` is what was read."""
        self._lines = _BREAK.split(text)
        self._document = document

    def is_block(self, path: Path) -> bool:
        """Whether the value at `path` begins with `|`, so that every line of it is one of the file."""
        number, column = self._document.marks[path]
        return self._lines[number - 1][column - 1 : column] == "|"

    def lines(self, block: str, path: Path) -> list[Line]:
        """The lines of `block`, the value at `path`, that are neither empty nor begin with `#`."""
        first = self._document.marks[path][0]
        found: list[Line] = []
        for offset, content in enumerate(_KEPT.split(block)):
            text = content.strip()
            if text and not text.startswith("#"):
                source = self._lines[first + offset]
                column = len(source) - len(source.lstrip()) + 1
                found.append(Line(first + offset + 1, column, field_of(path), text))
        return found
