"""One reading of a file: its document, its shape, and everything that is wrong with it.

What is wrong with single values is cut out of the document, so that what is left can be checked together: one reading
finds every error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from pydantic import ValidationError

from service.rules import calendars, targets, values, vocabulary
from service.rules.document import Document
from service.rules.errors import Finding, Path, PolicyError
from service.rules.later import LATER
from service.rules.shapes import (
    CalendarShape,
    EscalationShape,
    EventShape,
    MeaningShape,
    PolicyShape,
    RungShape,
    Shape,
    SourceShape,
    TargetShape,
)
from service.rules.tree import Unreadable, compose

#: Cutting can uncover another error; more rounds than a file has levels are never needed.
_ROUNDS: Final = 8

#: What a key that has to be there is for.
_NEEDED: Final[Mapping[str, str]] = {
    "policy": "the name of this policy, such as `service-desk`",
    "version": "which version of the policy this is, such as `2026-1`",
    "effective_from": "from which instant on tickets follow it, such as `2026-01-01T00:00:00+08:00`",
    "tenant": "whose policy it is",
    "zone": "where its dates and wall times are read, such as `Asia/Shanghai`",
    "targets": "what is promised, each target under its name",
    "document": "the title of the document the rules come from",
    "means": "the word of the vocabulary it stands for",
    "week": "the working time of each weekday, such as `mon-fri: [08:30-12:00, 13:30-17:30]`",
    "event": "the type of the event",
    "at": "when it is said: `due`, `2h before`, `4h after` or `75%`",
    "role": "who is addressed, such as `window_head`",
    "stop": "the event that keeps the promise, such as `resolved`",
    "budget": "how much time there is, such as `24h`",
}

#: Keys that people bring along from elsewhere.
_ALSO_CALLED: Final[Mapping[str, str]] = {
    "id": "policy",
    "timezone": "zone",
    "tz": "zone",
    "effective": "effective_from",
    "holidays": "closed",
    "duration": "budget",
    "deadline": "budget",
    "limit": "budget",
    "calendar": "hours",
    "pauses": "accepts",
    "holds": "accepts",
    "warnings": "warn",
    "escalations": "ladder",
    "escalation": "ladder",
    "conditions": "applies",
    "when": "at",
    "to": "role",
}


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
        errors += [_refuse(document, fault["type"], tuple(fault["loc"]), fault) for fault in faults]
    return None


def _refuse(document: Document, kind: str, path: Path, fault: Mapping[str, Any]) -> PolicyError:
    """Cut out what is wrong; the error to report."""
    if path[-1:] == ("[key]",):
        error = document.at_key(path[:-1], str(fault["ctx"]["error"]))
        document.drop(path[:-1])
    elif kind == "extra_forbidden":
        error = document.at_key(path, _unknown(path))
        document.drop(path)
    elif kind == "missing":
        error = document.missing(path, f"`{path[-1]}` is missing: {_NEEDED[str(path[-1])]}")
        document.cut(path)
    else:
        error = document.at_value(path, _told(kind, fault))
        document.cut(path)
    return error


def _told(kind: str, fault: Mapping[str, Any]) -> str:
    if kind == "value_error":
        return str(fault["ctx"]["error"])
    if not fault["input"]:
        return "is empty: give a value, or leave the key out"
    if kind in {"model_type", "dict_type", "model_attributes_type"}:
        return "expects `key: value` lines below it"
    return str(fault["msg"])


def _unknown(path: Path) -> str:
    key, shape = str(path[-1]), _shape_at(path[:-1])
    if sentence := LATER.get(shape, {}).get(key):
        return f"`{key}` ({sentence}) is not built yet: take it out, or the promise would not be what the file says"
    keys = tuple(shape.model_fields)
    meant = _ALSO_CALLED.get(key)
    near = [meant] if meant in keys else get_close_matches(key, keys, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"the keys here are {', '.join(keys)}"
    return f"`{key}` is not a key here: {hint}"


def _shape_at(path: Path) -> type[Shape]:
    match path:
        case ("source",):
            return SourceShape
        case ("vocabulary", _):
            return MeaningShape
        case ("calendars", _):
            return CalendarShape
        case ("targets", _):
            return TargetShape
        case ("targets", _, "warn", _):
            return RungShape
        case ("targets", _, "ladder", _):
            return EscalationShape
        case ("targets", _, "start" | "stop" | "cancel", _):
            return EventShape
        case _:
            return PolicyShape
