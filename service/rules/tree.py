"""YAML text -> plain data, with the place of every value.

Every scalar stays the text that stands in the file: no sexagesimal 08:30, no country NO that means false, no dates.
What a clerk could trip over is refused instead of guessed: a key given twice, anchors, tags, a second document.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

import yaml

from service.rules.document import MAX_DEPTH, Document, Mark, Plain
from service.rules.errors import Path, PolicyError, field_of

MAX_CHARACTERS: Final = 500_000

_NOTHING: Final = frozenset({"~", "null", "Null", "NULL"})
_HINTS: Final = (
    (
        "cannot start any token",
        "indent with blanks, and put quotes around a text that begins with a special sign",
    ),
    (
        "mapping values are not allowed",
        "put quotes around a text with a `: ` in it, and look at the indentation",
    ),
    ("could not find expected ':'", "write `key: value`, each key on a line of its own"),
    ("expected <block end>", "look at the indentation here and above"),
    ("expected ',' or", "close every bracket, with commas between the values"),
    ("unexpected end of stream", "close every quote and every bracket"),
    ("special characters are not allowed", "take out the control character"),
)


class Unreadable(Exception):  # noqa: N818 - a state of the file
    """No YAML that can be read on; `error` says where and why."""

    def __init__(self, error: PolicyError) -> None:
        """Keep the error that ends the reading."""
        super().__init__(error)
        self.error = error


def compose(text: str, kind: str, first: str = "") -> Document:
    """The one document in `text`; `Unreadable` when it is no YAML, empty, too long, too deep or not a mapping.

    `kind` is what the text describes, `first` how it begins: left out, with its kind as the key, as `policy: its-name`.
    """
    if len(text) > MAX_CHARACTERS:
        raise _unreadable((1, 1), f"is longer than {MAX_CHARACTERS:,} characters: split the file")
    try:
        events = yaml.parse(text, Loader=yaml.SafeLoader)
        return _Composer(events, kind, first or f"{kind}: its-name").document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _unreadable(_mark(mark), _told(error.problem or error.context or "")) from None
    except yaml.reader.ReaderError as error:
        lines = text[: error.position].splitlines() or [""]
        raise _unreadable((len(lines), len(lines[-1]) + 1), _told(error.reason)) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # such as an escape beyond Unicode
        raise _unreadable((1, 1), _told("an escape or directive has no meaning")) from None


class _Composer:
    """One walk over the parser's events."""

    def __init__(self, events: Iterator[yaml.Event], kind: str, first: str) -> None:
        self.events = events
        self.kind = kind
        self.first = first
        self.marks: dict[Path, Mark] = {(): (1, 1)}
        self.keys: dict[Path, Mark] = {}
        self.errors: list[PolicyError] = []

    def document(self) -> Document:
        first = next(
            event for event in self.events if isinstance(event, yaml.NodeEvent | yaml.StreamEndEvent)
        )
        if isinstance(first, yaml.StreamEndEvent):
            raise _unreadable((1, 1), f"the file is empty: a {self.kind} begins with `{self.first}`")
        if not isinstance(first, yaml.MappingStartEvent):
            raise _unreadable(_mark(first.start_mark), f"a {self.kind} is made of `key: value` lines")
        data = self._node(first, ())
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._refuse(event, (), f"a second document begins here: one file holds one {self.kind}")
                break
        return Document(data, self.marks, self.keys, tuple(self.errors))

    def _node(self, event: yaml.Event, path: Path) -> Plain:
        if len(path) > MAX_DEPTH:
            raise _unreadable(_mark(event.start_mark), f"is nested too deeply to be a {self.kind}")
        if path:
            inside = isinstance(event, yaml.ScalarEvent) or path not in self.keys
            self.marks[path] = _mark(event.start_mark) if inside else self.keys[path]
        if isinstance(event, yaml.AliasEvent) or (isinstance(event, yaml.NodeEvent) and event.anchor):
            self._refuse(
                event, path, "`&` and `*` names are not read: write the value out, or put it in quotes"
            )
        elif getattr(event, "tag", None) not in (None, "!"):
            self._refuse(event, path, "`!` tags are not read: write the plain value, or put it in quotes")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        return self._scalar(event, path) if isinstance(event, yaml.ScalarEvent) else None

    def _mapping(self, path: Path) -> dict[str, Plain]:
        found: dict[str, Plain] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse(event, path, "a key is one word, not a list or a mapping")
                self._skip(event, path)
                self._skip(next(self.events), path)
                continue
            key, place = event.value, (*path, event.value)
            if key in found:
                first = self.keys[place][0]
                self._refuse(event, place, f"`{key}` stands already on line {first}: keep one of the two")
                self._skip(next(self.events), path)
                continue
            self.keys[place] = _mark(event.start_mark)
            if event.anchor or not _is_text(key):
                self._refuse(event, path, "a key is one plain word")
            found[key] = self._node(next(self.events), place)
        return found

    def _list(self, path: Path) -> list[Plain]:
        found: list[Plain] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.append(self._node(event, (*path, len(found))))
        return found

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> str | None:
        plain = event.style is None
        if plain and event.value in _NOTHING:
            return ""
        if not _is_text(event.value):
            self._refuse(event, path, "holds a control character: take it out")
            return None
        return str(event.value)

    def _skip(self, event: yaml.Event, path: Path) -> None:
        """Read past a node whose content is not wanted."""
        kept = self.marks, self.keys, self.errors
        self.marks, self.keys, self.errors = {}, {}, []
        self._node(event, (*path, "?"))
        self.marks, self.keys, self.errors = kept

    def _refuse(self, event: yaml.Event, path: Path, message: str) -> None:
        self.errors.append(PolicyError(*_mark(event.start_mark), field_of(path), message))


def _is_text(value: str) -> bool:
    return all(sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cs"} for sign in value)


def _mark(mark: object) -> Mark:
    return (mark.line + 1, mark.column + 1) if isinstance(mark, yaml.Mark) else (1, 1)


def _told(problem: str) -> str:
    hint = next(
        (hint for sign, hint in _HINTS if sign in problem), "look at the indentation, quotes and brackets"
    )
    return f"this is not readable YAML ({' '.join(problem.split())}): {hint}"


def _unreadable(mark: Mark, message: str) -> Unreadable:
    return Unreadable(PolicyError(*mark, "", message))
