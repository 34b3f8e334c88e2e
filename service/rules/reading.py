"""One reading of a file: its document, its shape, and everything that is wrong with it.

What is wrong with single values is cut out of the document, so that what is left can be checked together: one reading
finds every error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from service.rules import calendars, targets, values, vocabulary
from service.rules.document import Document
from service.rules.errors import Finding, Path, PolicyError
from service.rules.hints import NEEDED, unknown
from service.rules.shapes import PolicyShape
from service.rules.tree import Unreadable, compose

#: Cutting can uncover another error; more rounds than a file has levels are never needed.
_ROUNDS: Final = 8

#: The parts of a file whose keys are names, and how those are read.
_NAMED: Final = (
    ("vocabulary", values.event_name),
    ("calendars", values.lower_identifier),
    ("targets", values.lower_identifier),
)


@dataclass
class Reading:
    """What came of a text: the shape of what could be read, and the errors."""

    shape: PolicyShape | None = None
    errors: list[PolicyError] = field(default_factory=list)


def read_shape(text: str) -> Reading:
    """Read `text` and check it; without errors the shape is complete."""
    reading = Reading()
    try:
        document = compose(text)
    except Unreadable as unreadable:
        reading.errors.append(unreadable.error)
        return reading
    reading.errors.extend(document.errors)
    reading.shape = _shape(document, reading.errors)
    if reading.shape is not None:
        policy = reading.shape
        reading.errors.extend(document.at_key(path, message) for path, message in _misnamed(policy))
        for findings in (
            vocabulary.findings(policy),
            calendars.findings(policy.calendars),
            targets.findings(policy),
        ):
            reading.errors.extend(document.at_value(path, message) for path, message in findings)
    reading.errors = sorted(set(reading.errors))
    return reading


def _misnamed(policy: PolicyShape) -> Iterator[Finding]:
    for part, read in _NAMED:
        for name in getattr(policy, part) or {}:
            try:
                read(name)
            except ValueError as error:
                yield (part, name), str(error)


def _shape(document: Document, errors: list[PolicyError]) -> PolicyShape | None:
    for _ in range(_ROUNDS):
        try:
            return PolicyShape.model_validate(document.data)
        except ValidationError as error:
            faults: list[Any] = list(error.errors(include_url=False))
        errors += [_error(document, fault) for fault in faults]
        _cut_out(document, faults)
    return None


def _error(document: Document, fault: Mapping[str, Any]) -> PolicyError:
    path: Path = tuple(fault["loc"])
    if _is_key(path):
        return document.at_key(path[:-1], str(fault["ctx"]["error"]))
    if fault["type"] == "extra_forbidden":
        return document.at_key(path, unknown(path))
    if fault["type"] == "missing":
        return document.missing(path, f"`{path[-1]}` is missing: {NEEDED[str(path[-1])]}")
    return document.at_value(path, _told(fault))


def _cut_out(document: Document, faults: list[Any]) -> None:
    dropped: list[Path] = []
    for fault in faults:
        path: Path = tuple(fault["loc"])
        if _is_key(path):
            dropped.append(path[:-1])
        elif fault["type"] == "extra_forbidden":
            dropped.append(path)
        else:
            document.cut(path)
    for path in dropped:
        document.drop(path)


def _is_key(path: Path) -> bool:
    """Whether pydantic speaks of the key that the path leads to, not of its value."""
    return path[-1:] == ("[key]",)


def _told(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    if not fault["input"]:
        return "is empty: give a value, or leave the key out"
    return "expects `key: value` lines below it"  # all else that a shape asks for is a mapping
