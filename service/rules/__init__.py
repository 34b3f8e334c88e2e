"""Policy and calendar files -> core values.

Both are YAML that a clerk writes and reads; `read` and `read_calendar` turn them into the frozen values that the core
judges by, or raise `PolicyErrors` with everything that is wrong at once. Every key stands in `docs/policy.md`.
`read_histories` does the same for the worked histories by which a policy is tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from service.rules import build, calendars, histories, reading
from service.rules.document import of_json
from service.rules.errors import PolicyError, PolicyErrors
from service.rules.event_shapes import Shape
from service.rules.histories import Worked
from service.rules.outline import Outline, outlined
from service.rules.reading import Reading
from service.rules.shapes import CalendarFileShape
from service.rules.tree import compose
from service.sla.calendars import Calendar
from service.sla.policy import Policy

__all__ = [
    "Outline",
    "PolicyError",
    "PolicyErrors",
    "calendar_files",
    "calendar_of",
    "check",
    "located",
    "outline",
    "policy_of_histories",
    "read",
    "read_calendar",
    "read_calendars",
    "read_histories",
    "switched_off",
]

S = TypeVar("S", bound=Shape)

_NO_FILES: Final[Mapping[str, Calendar]] = MappingProxyType({})


def read(text: str | bytes, *, name: str, calendars: Mapping[str, Calendar] = _NO_FILES) -> Policy:
    """The policy in `text`; `PolicyErrors` with every error when there is one. Bytes are UTF-8.

    `name` is what messages call the file. `calendars` are those that the policy takes from other files, by name.
    """
    shape = _sound(reading.read_policy(_decoded(text, name), calendars), name)
    return build.build(shape, calendars)


def check(
    text: str | bytes, name: str = "policy", *, calendars: Mapping[str, Calendar] = _NO_FILES
) -> tuple[PolicyError, ...]:
    """Everything wrong with `text`, in the order of the file; empty when `read` would return a policy."""
    try:
        return reading.read_policy(_decoded(text, name), calendars).errors
    except PolicyErrors as wrong:
        return wrong.errors


def located(text: str | bytes, message: str, *, name: str, field: str) -> PolicyErrors:
    """`message` as what is wrong with the key `field` of the policy file `text`, which is sound in itself."""
    return PolicyErrors(name, (compose(_decoded(text, name), "policy").at_value((field,), message),))


def read_calendars(
    text: str | bytes, *, name: str, calendars: Mapping[str, Calendar] = _NO_FILES
) -> Mapping[str, Calendar]:
    """The calendars of the policy file `text` by name; `PolicyErrors` as `read`."""
    shape = _sound(reading.read_policy(_decoded(text, name), calendars), name)
    return build.calendars_of(shape, calendars)


def outline(text: str | bytes, *, name: str, calendars: Mapping[str, Calendar] = _NO_FILES) -> Outline:
    """What the policy in `text` says in words, targets that are off included; `PolicyErrors` as `read`."""
    return outlined(_sound(reading.read_policy(_decoded(text, name), calendars), name))


def policy_of_histories(text: str | bytes, *, name: str) -> str | None:
    """The policy file that the worked histories `text` name, as a path from their file on; None when they name none.

    What is wrong with the histories is for `read_histories` to say. `PolicyErrors` for bytes that are not UTF-8.
    """
    return histories.read(_decoded(text, name)).policy


def read_histories(text: str | bytes, *, name: str, outline: Outline | None) -> tuple[Worked, ...]:
    """The worked histories in `text` for the policy of `outline`; `PolicyErrors` with every error when there is one.

    Without an outline, when the policy cannot be read, only what does not depend on it is checked.
    """
    found = histories.read(_decoded(text, name), outline)
    if found.errors:
        raise PolicyErrors(name, found.errors)
    return found.histories


def calendar_files(text: str | bytes, *, name: str) -> Mapping[str, str]:
    """The calendars that the policy file `text` takes from other files: name to path, from the policy file on.

    As far as they can be told: what is wrong with the policy is for `read` to say. `PolicyErrors` for bytes that are
    not UTF-8.
    """
    shape = reading.read_policy(_decoded(text, name), _NO_FILES).shape
    told = {} if shape is None else shape.calendars or {}
    return {key: calendar.file for key, calendar in told.items() if calendar is not None and calendar.file}


def switched_off(text: str | bytes, *, name: str) -> Mapping[str, str]:
    """The targets that the policy file `text` switches off, its variants too, and why; as far as they can be told."""
    shape = reading.read_policy(_decoded(text, name), _NO_FILES).shape
    targets = {} if shape is None else shape.targets or {}
    return {
        each: target.why or "no reason given"
        for key, target in targets.items()
        if target is not None and target.off
        for each in (key, *(f"{key}/{other.name}" for other in target.overrides or () if other is not None))
    }


def read_calendar(text: str | bytes, *, name: str) -> Calendar:
    """The calendar in the calendar file `text`; `PolicyErrors` as `read`."""
    return _calendar(_sound(reading.read_calendar(_decoded(text, name)), name))


def calendar_of(data: Mapping[str, object], name: str = "inline") -> Calendar:
    """The calendar that `data` gives with the keys of a calendar file, as JSON; `name` is for one without `calendar`.

    ValueError with everything that is wrong, each with its field.
    """
    if not isinstance(data, Mapping):
        raise ValueError("a calendar is an object with the keys of a calendar file")  # noqa: TRY004 - so promised
    found = reading.of_calendar(of_json({"calendar": name} | dict(data)))
    if found.errors or found.shape is None:
        raise ValueError("; ".join(f"{error.field}: {error.message}" for error in found.errors))
    return _calendar(found.shape)


def _calendar(shape: CalendarFileShape) -> Calendar:
    return calendars.build(build.given(shape.calendar), shape, shape.zone)


def _sound(found: Reading[S], name: str) -> S:
    if found.errors or found.shape is None:
        raise PolicyErrors(name, found.errors)
    return found.shape


def _decoded(text: str | bytes, name: str) -> str:
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = text[: error.start].decode("utf-8", errors="replace").split("\n")
        told = "is not UTF-8 from here on: save the file as UTF-8"
        raise PolicyErrors(name, (PolicyError(len(before), len(before[-1]) + 1, "", told),)) from None
