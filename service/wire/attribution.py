"""Whose promises are in doubt when a record cannot be applied."""

from __future__ import annotations

import re
from typing import Final

from service.sla.events import Json
from service.wire.envelope import CONTENT_TYPE, attribute_of, is_structured, unpacked
from service.wire.records import Record
from service.wire.strict import LEVELS, parse
from service.wire.unfit import Unfit
from service.wire.values import identifier

#: What stands for an attribute that is there and cannot be read: it is not the same as one that is absent.
_UNREADABLE: Final = False

_TENANT: Final = re.compile(rb'"tenant"\s*:\s*("(?:[^"\\\x00-\x1f]|\\.)*"|)')


def attributed(record: Record, tenant: str, max_bytes: int) -> tuple[str | None, str | None]:
    """Tenant and ticket of a refused record; None for what cannot be told.

    The ticket is the subject where that can be read, else the key. The tenant is the one given; `tenant` when none is
    given; None when there is one and it cannot be read.
    """
    told = context_of(record, max_bytes)
    given = told.get("tenant")
    owner = tenant if given is None else _fit(given)
    return owner, _fit(told.get("subject")) or _fit(_decoded(record.key or b""))


def context_of(record: Record, max_bytes: int) -> dict[str, Json]:
    """What can be read of the attributes of a record that was refused."""
    told = _headers(record)
    if record.value is not None and _structured(told):
        told = _document(record.value, max_bytes)
    return told


def _headers(record: Record) -> dict[str, Json]:
    named = ((attribute_of(header), value) for header, value in record.headers)
    told: dict[str, Json] = {}
    for name, value in named:
        if name is not None and value is not None:
            told[name] = _UNREADABLE if name in told else _decoded(value)
    return told


def _structured(told: dict[str, Json]) -> bool:
    content_type = told.get(CONTENT_TYPE)
    try:
        return isinstance(content_type, str) and is_structured(content_type)
    except Unfit:
        return True


def _document(value: bytes, max_bytes: int) -> dict[str, Json]:
    if len(value) <= max_bytes:
        try:
            return dict(unpacked(parse(value, LEVELS + 1))[0])
        except Unfit:
            pass
    return _salvaged(value)


def _salvaged(value: bytes) -> dict[str, Json]:
    """The tenant that stands in a document which cannot be read, when exactly one does."""
    tenants = set(_TENANT.findall(value))
    if not tenants:
        return {}
    written = tenants.pop()
    try:
        return {"tenant": _UNREADABLE if tenants else parse(written)}
    except Unfit:
        return {"tenant": _UNREADABLE}


def _decoded(value: bytes) -> Json:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return _UNREADABLE


def _fit(value: Json) -> str | None:
    try:
        return identifier("", value)
    except Unfit:
        return None
