"""Policy files -> core values.

A policy file is YAML that a clerk writes and reads; `read` turns it into the frozen values that the core judges by, or
raises `PolicyErrors` with everything that is wrong at once. Every key stands in `docs/policy.md`.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.rules import build
from service.rules.errors import PolicyError, PolicyErrors
from service.rules.reading import read_shape
from service.sla.calendars import Calendar
from service.sla.policy import Policy

__all__ = ["PolicyError", "PolicyErrors", "check", "read", "read_calendars"]


def read(text: str | bytes, *, name: str) -> Policy:
    """The policy in `text`; `PolicyErrors` with every error when there is one. Bytes are UTF-8.

    `name` is what messages call the file.
    """
    reading = read_shape(_decoded(text, name))
    if reading.errors or reading.shape is None:
        raise PolicyErrors(name, tuple(reading.errors))
    return build.build(reading.shape)


def check(text: str | bytes, name: str = "policy") -> tuple[PolicyError, ...]:
    """Everything wrong with `text`, in the order of the file; empty when `read` would return a policy."""
    try:
        return tuple(read_shape(_decoded(text, name)).errors)
    except PolicyErrors as wrong:
        return wrong.errors


def read_calendars(text: str | bytes, *, name: str) -> Mapping[str, Calendar]:
    """The calendars of the policy file `text` by name; `PolicyErrors` as `read`."""
    reading = read_shape(_decoded(text, name))
    if reading.errors or reading.shape is None:
        raise PolicyErrors(name, tuple(reading.errors))
    return build.calendars_of(reading.shape)


def _decoded(text: str | bytes, name: str) -> str:
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = text[: error.start].decode("utf-8", errors="replace").split("\n")
        told = "is not UTF-8 from here on: save the file as UTF-8"
        raise PolicyErrors(name, (PolicyError(len(before), len(before[-1]) + 1, "", told),)) from None
