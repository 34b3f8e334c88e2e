"""One reading of a file: its document, its shape, and everything that is wrong with it.

What is wrong with single values is cut out of the document, so that what is left can be checked together: one reading
finds every error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from pydantic import ValidationError

from service.rules import aggregates, areas, calendars, sources, targets, values, vocabulary
from service.rules.document import Document
from service.rules.errors import Finding, Path, PolicyError
from service.rules.event_shapes import Shape
from service.rules.hints import needed, unknown
from service.rules.shapes import CalendarFileShape, PolicyShape
from service.rules.tree import Unreadable, compose
from service.sla.calendars import Calendar

S = TypeVar("S", bound=Shape)

#: Cutting can uncover another error; more rounds than a file has levels are never needed.
_ROUNDS: Final = 8

#: The parts of a file whose keys are names, and how those are read.
_NAMED: Final = (
    ("vocabulary", values.event_name),
    ("calendars", values.lower_identifier),
    ("sources", values.lower_identifier),
    ("targets", values.lower_identifier),
)


@dataclass(frozen=True)
class Reading(Generic[S]):
    """What came of a text: the shape of what could be read, and the errors; without errors the shape is complete."""

    shape: S | None
    errors: tuple[PolicyError, ...]


def read_policy(text: str, files: Mapping[str, Calendar]) -> Reading[PolicyShape]:
    """Read and check the policy file `text`; `files` are the calendars of other files by name."""
    try:
        document = compose(text, "policy")
    except Unreadable as unreadable:
        return Reading(None, (unreadable.error,))
    shape, errors = shaped(document, PolicyShape)
    if shape is not None:
        shape = areas.expanded(shape)
        errors += [document.at_key(path, told) for path, told in _misnamed(shape)]
        for name, calendar in (shape.calendars or {}).items():
            if calendar is not None:
                errors += _missing(document, calendars.missing(calendar, ("calendars", name)))
        errors += _missing(document, targets.missing(shape))
        for findings in (
            vocabulary.findings(shape),
            areas.findings(shape),
            calendars.findings(shape.calendars, files),
            targets.findings(shape, files),
            aggregates.findings(shape),
            sources.findings(shape),
        ):
            errors += [document.at_value(path, told) for path, told in findings]
    return Reading(shape, tuple(sorted(set(errors))))


def read_calendar(text: str) -> Reading[CalendarFileShape]:
    """Read and check the calendar file `text`."""
    try:
        return of_calendar(compose(text, "calendar"))
    except Unreadable as unreadable:
        return Reading(None, (unreadable.error,))


def of_calendar(document: Document) -> Reading[CalendarFileShape]:
    """Check the `document` of a calendar file."""
    shape, errors = shaped(document, CalendarFileShape)
    if shape is not None:
        errors += _missing(document, calendars.missing(shape, ()))
        errors += [document.at_value(path, told) for path, told in calendars.of_file(shape)]
    return Reading(shape, tuple(sorted(set(errors))))


def _missing(document: Document, findings: Iterator[Finding]) -> list[PolicyError]:
    return [document.missing(path, _is_missing(path, told)) for path, told in findings]


def _is_missing(path: Path, purpose: str) -> str:
    return f"`{path[-1]}` is missing: {purpose}"


def _misnamed(policy: PolicyShape) -> Iterator[Finding]:
    for part, read in _NAMED:
        for name in getattr(policy, part) or {}:
            try:
                read(name)
            except ValueError as error:
                yield (part, name), str(error)


def shaped(document: Document, kind: type[S]) -> tuple[S | None, list[PolicyError]]:
    """The shape of what could be read of `document`, and what is wrong with the rest."""
    errors = list(document.errors)
    for _ in range(_ROUNDS):
        try:
            return kind.model_validate(document.data), errors
        except ValidationError as error:
            faults: list[Any] = list(error.errors(include_url=False))
        errors += [_error(document, fault, kind) for fault in faults]
        _cut_out(document, faults)
    return None, errors


def _error(document: Document, fault: Mapping[str, Any], kind: type[Shape]) -> PolicyError:
    path: Path = tuple(fault["loc"])
    if _is_key(path):
        return document.at_key(path[:-1], str(fault["ctx"]["error"]))
    if fault["type"] == "extra_forbidden":
        return document.at_key(path, unknown(path, kind))
    if fault["type"] == "missing":
        return document.missing(path, _is_missing(path, needed(path, kind)))
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
