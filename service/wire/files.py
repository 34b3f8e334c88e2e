"""Event files: JSON lines, one event a line, as CloudEvents or in the plain shape of the examples; gzip or not.

A line is about a ticket, or about areas or the organisation: then it is of one of their types and names no ticket.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from service.sla.events import SHARED, Event, Json
from service.wire.areas import OF_AREAS, area_event_of, area_fact
from service.wire.directory import OF_DIRECTORY, SUBJECT, directory_event_of, directory_fact
from service.wire.envelope import unpacked
from service.wire.facts import event_of, fact, type_name
from service.wire.records import Reason
from service.wire.strict import LEVELS, parse
from service.wire.unfit import Unfit
from service.wire.values import identifier, moment

#: Bytes that a line may have.
LONGEST_LINE: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"
_BOM: Final = b"\xef\xbb\xbf"

#: What a line of the plain shape has to have; one about areas or the organisation names no ticket.
PLAIN: Final = ("event_id", "ticket_id", "type", "occurred_at")

#: A compressed file that ends in the middle or does not unpack; not a `Reason`, since no record is like that.
BROKEN_FILE: Final = "broken_file"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line without an event. `reason` is a `Reason` or `BROKEN_FILE`, `detail` a sentence; lines count from 1."""

    number: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class AreaEvent:
    """What was said on behalf of areas; the `ticket` of the event is the name of the exclusion."""

    event: Event


@dataclass(frozen=True, slots=True)
class DirectoryEvent:
    """What was said of the organisation; the `ticket` of the event is whom or what it is about."""

    event: Event


#: What a line without a fault holds.
Told: TypeAlias = "Event | AreaEvent | DirectoryEvent"

#: What a line holds.
Item: TypeAlias = "Told | BadLine"


def read_events(file: Path | str | BinaryIO, *, tenant: str, source: str) -> Iterator[Item]:
    """The events of `file` in its order, a line at a time, with what is wrong with the lines that have none.

    `tenant` and `source` are taken where a line gives none. Gzip is told by its first bytes, blank lines are passed
    over. After `BROKEN_FILE` nothing follows. OSError when the file cannot be opened or read.
    """
    for number, line in numbered(file):
        yield line if isinstance(line, BadLine) else _read(number, line, tenant, source)


def numbered(file: Path | str | BinaryIO) -> Iterator[tuple[int, bytes | BadLine]]:
    """The lines of `file` that are not blank, with their numbers; a longer one is cut after `LONGEST_LINE` bytes and one.

    Otherwise as `read_events`.
    """
    number = 0
    with _unpacked(file) as lines:
        try:
            for number, line in enumerate(_lines(lines), 1):
                if line.strip():
                    yield number, line
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            told = f"the compressed file breaks off here: {error}"
            yield number + 1, BadLine(number + 1, BROKEN_FILE, told)


def event_in(line: bytes, *, tenant: str, source: str) -> Told:
    """What one line says, as `read_events`; `Unfit` when that is nothing."""
    return _event(line, tenant, source)


@contextmanager
def _unpacked(file: Path | str | BinaryIO) -> Iterator[io.BufferedIOBase]:
    if isinstance(file, Path | str):
        with Path(file).open("rb") as opened, _unpacked(opened) as lines:
            yield lines
        return
    beginning = file.read(len(_GZIP))
    while 0 < len(beginning) < len(_GZIP) and (more := file.read(1)):
        beginning += more
    buffered = io.BufferedReader(_Rest(beginning, file))
    if beginning != _GZIP:
        yield buffered
        return
    with gzip.GzipFile(fileobj=buffered, mode="rb") as unzipped:
        yield unzipped


class _Rest(io.RawIOBase):
    """A file whose beginning was read already. The file itself is the caller's and stays open."""

    def __init__(self, beginning: bytes, file: BinaryIO) -> None:
        self._beginning = beginning
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        # What is there already is handed on: a line that comes through a pipe is read before the next one is written.
        read = getattr(self._file, "read1", self._file.read)
        found = self._beginning or read(len(buffer))
        self._beginning = b""
        buffer[: len(found)] = found
        return len(found)


def _lines(file: io.BufferedIOBase) -> Iterator[bytes]:
    """Lines of at most `LONGEST_LINE` bytes and one; what is longer is cut, so that memory stays bounded."""
    first = True
    while line := file.readline(LONGEST_LINE + 1):
        rest = line
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE + 1)
        yield line.removeprefix(_BOM) if first else line
        first = False


def _read(number: int, line: bytes, tenant: str, source: str) -> Item:
    try:
        return _event(line, tenant, source)
    except Unfit as unfit:
        return BadLine(number, unfit.reason, unfit.detail)


def _event(line: bytes, tenant: str, source: str) -> Told:
    if len(line) > LONGEST_LINE:
        raise Unfit(Reason.TOO_LARGE, f"more than {LONGEST_LINE} bytes")
    document = parse(line, LEVELS + 1)
    if not isinstance(document, dict):
        raise Unfit(Reason.BAD_DATA, "the line is JSON, but no object")
    if "specversion" in document:
        context, data = unpacked(document)
        if str(context.get("type")).startswith(OF_AREAS):
            return AreaEvent(area_event_of(context, data, tenant=tenant))
        if str(context.get("type")).startswith(OF_DIRECTORY):
            return DirectoryEvent(directory_event_of(context, data, tenant=tenant))
        return event_of(context, data, tenant=tenant)
    return _plain(document, {"tenant": tenant, "source": source})


def _plain(line: Mapping[str, Json], defaults: Mapping[str, str]) -> Told:
    subject = _subject(line)
    needed = PLAIN if subject == _TICKET else tuple(name for name in PLAIN if name != "ticket_id")
    missing = [name for name in needed if line.get(name) is None]
    if missing:
        raise Unfit(Reason.MISSING_ATTRIBUTE, ", ".join(missing))
    owner, publisher = (
        default if line.get(name) is None else identifier(name, line[name])
        for name, default in defaults.items()
    )
    attributes, seq = line.get("attributes"), line.get("seq")
    if seq is None and isinstance(attributes, dict):
        attributes = dict(attributes)
        seq = attributes.pop("seq", None)
    id_, type_ = identifier("event_id", line["event_id"]), type_name(line["type"])
    at = moment("occurred_at", line["occurred_at"])
    data: Json = {"seq": seq, "attributes": attributes}
    if subject == _TICKET:
        ticket = identifier("ticket_id", line["ticket_id"])
        return fact(tenant=owner, ticket=ticket, source=publisher, id=id_, type=type_, at=at, data=data)
    told = attributes.get(subject) if isinstance(attributes, dict) and subject else None
    if told is None and type_ in SUBJECT:
        raise Unfit(Reason.MISSING_ATTRIBUTE, f"attributes.{subject}")
    name = id_ if told is None else identifier(subject, told)
    if subject == _EXCLUSION:
        said = area_fact(tenant=owner, name=name, source=publisher, id=id_, type=type_, at=at, data=data)
        return AreaEvent(said)
    return DirectoryEvent(
        directory_fact(tenant=owner, subject=name, source=publisher, id=id_, type=type_, at=at, data=data)
    )


_TICKET: Final = "ticket_id"
_EXCLUSION: Final = "exclusion"


def _subject(line: Mapping[str, Json]) -> str:
    """What a plain line is about: `_TICKET`, or the attribute that names it; "" when it is whatever the id says."""
    type_ = line.get("type")
    if line.get("ticket_id") is not None or not isinstance(type_, str):
        return _TICKET
    if type_ in SUBJECT:
        return SUBJECT[type_]
    if type_ == "voided" and line.get("about") == "directory":
        return ""
    return _EXCLUSION if type_ in SHARED else _TICKET
