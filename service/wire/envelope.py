"""CloudEvents 1.0 in a Kafka record, in both of its modes.

Binary mode: a header `ce_<name>` an attribute, `content-type` for the data, the data as the value. Structured mode: a
content type that begins with `application/cloudevents`, the whole event as one JSON object in the value.
Source: CloudEvents, Kafka protocol binding 1.0.2, section 3; JSON event format 1.0.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from service.sla.events import Json
from service.wire.records import Reason, Record
from service.wire.strict import LEVELS, parse
from service.wire.unfit import Unfit, shown

#: Context attributes by name, and the data.
Envelope: TypeAlias = tuple[Mapping[str, Json], Json]

STRUCTURED: Final = "application/cloudevents+json"
#: The attribute that the header `content-type` carries.
CONTENT_TYPE: Final = "datacontenttype"
_JSON: Final = "application/json"
_PREFIX: Final = "ce_"


def opened(record: Record) -> Envelope:
    """The envelope of `record` in whichever mode it is; `Unfit` when it is in none."""
    if record.value is None:
        raise Unfit(Reason.NULL_VALUE, "the record has no value")
    attributes: dict[str, str] = {}
    for header, value in record.headers:
        name = attribute_of(header)
        if name is None or value is None:
            continue
        if name in attributes:
            raise Unfit(Reason.BAD_ATTRIBUTE, f"header {shown(header)} is given twice")
        attributes[name] = _text(header, value)
    if not attributes:
        raise Unfit(Reason.MISSING_ATTRIBUTE, f"no header ce_..., and no content-type {STRUCTURED}")
    content_type = attributes.get(CONTENT_TYPE)
    if content_type is not None and is_structured(content_type):
        return unpacked(parse(record.value, LEVELS + 1))
    _check_json(content_type)
    return attributes, parse(record.value)


def unpacked(document: Json) -> Envelope:
    """The envelope in a structured-mode document; `Unfit` when it is no CloudEvent."""
    if not isinstance(document, dict):
        raise Unfit(Reason.BAD_DATA, "the value is JSON, but no object")
    if "data_base64" in document:
        raise Unfit(Reason.BAD_DATA, "data_base64 is not read: give data as JSON")
    _check_json(document.get(CONTENT_TYPE))
    return document, document.get("data")


def attribute_of(header: str) -> str | None:
    """The context attribute that `header` carries; None for a header that is not read."""
    name = header.lower()
    if name.startswith(_PREFIX):
        return name[len(_PREFIX) :]
    return CONTENT_TYPE if name == "content-type" else None


def is_structured(content_type: str) -> bool:
    """Whether the value holds a whole event; `Unfit` when it does, but in a format that is not read."""
    if content_type == _JSON:
        return False
    media = _media_type(content_type)
    if not media.startswith("application/cloudevents"):
        return False
    if media != STRUCTURED:
        raise Unfit(Reason.BAD_ATTRIBUTE, f"content-type {shown(content_type)} is not {STRUCTURED}")
    return True


def _text(header: str, value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise Unfit(Reason.NOT_UTF8_HEADER, f"header {shown(header)} is not UTF-8") from None


def _check_json(content_type: Json) -> None:
    if content_type is None or content_type == _JSON:
        return
    media = _media_type(content_type) if isinstance(content_type, str) else ""
    if media not in {_JSON, "text/json"} and not media.endswith("+json"):
        raise Unfit(Reason.BAD_ATTRIBUTE, f"content type {shown(content_type)} of the data is not JSON")


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
