"""What is wrong with a line of an event file, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from service.wire import Reason
from service.wire.files import BROKEN_FILE

_INSTANT: Final = "2026-10-01T09:00:00+08:00"

_CONTRACT: Final = "write it as docs/contracts/README.md says for this type"
_OBJECT: Final = (
    "write one JSON object, without what docs/contracts/README.md lists under `What else is checked`"
)

_ADVICE: Final[Mapping[str, str]] = MappingProxyType(
    {
        Reason.NOT_JSON: "write one JSON object a line, in UTF-8",
        Reason.MISSING_ATTRIBUTE: "add it",
        Reason.BAD_ATTRIBUTE: "write a text of 1 to 255 characters, at most 512 bytes, without control characters",
        Reason.NAIVE_TIME: f"write the offset from UTC with it, as in {_INSTANT}",
        Reason.BAD_TIME: f"write date, time and offset, as in {_INSTANT}",
        Reason.TIME_OUT_OF_RANGE: "look at the year, and at the unit of the number that it was made of",
        Reason.AHEAD_OF_RECORD: "publish what has happened; look at the offset and at the clock of the system",
        Reason.UNKNOWN_TYPE: "write slaclock.ticket.<name>.v1, the name in small letters",
        Reason.UNKNOWN_VERSION: "write v1",
        Reason.TOO_LARGE: "leave out what no target asks for, such as free text and files",
        Reason.BAD_DATA: _CONTRACT,
        Reason.UNKNOWN_POLICY: "correct the tenant, or give the policy of that tenant",
        Reason.ID_REUSED: "give every fact its own id; to correct one, publish `voided` for it and the right one anew",
        Reason.TOO_MANY_EVENTS: "look for a loop that publishes; no ticket has so many",
        BROKEN_FILE: "copy or compress the file again",
    }
)

#: Where the reason alone does not tell what to do: (field, is in the plain shape).
_OF_FIELD: Final[Mapping[tuple[str, bool], str]] = MappingProxyType(
    {
        ("specversion", False): 'write "1.0"',
        ("datacontenttype", False): "write application/json, or leave it out",
        ("data_base64", False): "give the data as a JSON object under `data`",
        ("type", True): "write the name in small letters, as in opened",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one line, or about the whole file when `line` is None.

    `kind` is a `Reason`, BROKEN_FILE, or what a notice is called; `advice` says what to do.
    """

    line: int | None
    kind: str
    field: str
    detail: str
    advice: str
    is_refusal: bool = False

    def __str__(self) -> str:
        where = "" if self.line is None else f"line {self.line}: "
        field = "" if not self.field or self.detail.startswith(self.field) else f"{self.field}: "
        return f"{where}{self.kind}: {field}{self.detail}: {self.advice}"


def refusal(line: int, reason: str, field: str, detail: str, *, is_plain: bool = False) -> Finding:
    """Why the service would not apply the line."""
    advice = _OF_FIELD.get((field, is_plain)) or _ADVICE.get(reason, _CONTRACT)
    if reason == Reason.UNKNOWN_TYPE and " is none of " in detail:
        advice = "write one of these"
    if reason == Reason.BAD_DATA and not field:
        advice = _OBJECT
    return Finding(line, str(reason), field, detail, advice, is_refusal=True)
