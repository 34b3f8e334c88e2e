"""One line of a worked history: an event, or what has to be said; `docs/worked-histories.md` is the grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from service.rules.tree import Unreadable, compose
from service.sla.events import Json
from service.sla.instants import EARLIEST, LATEST, Instant, instant_of
from service.sla.statements import Kind, State
from service.wire import times

#: The words of the verdicts, as statements have them for their outcome.
VERDICTS: Final = (
    State.MET,
    State.LATE,
    State.DEEMED,
    State.CANCELLED,
    State.SUPERSEDED,
    State.EXPIRED,
    State.INDETERMINATE,
)
#: The words of the rungs, which are followed by a name.
RUNGS: Final = (Kind.WARNING, Kind.ESCALATION)
_WORDS: Final = (*VERDICTS, Kind.BREACH, *RUNGS, State.OPEN)

_WALL: Final = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})?(?![\d:.+])"
_INSTANT: Final = re.compile(_WALL, re.ASCII)
_ID: Final = re.compile(r"#(\S+)\s+")
_TYPE: Final = re.compile(r"([a-z][a-z0-9_]*)(?=\s|\{|$)")
_NAMED: Final = re.compile(
    r"""(?P<target>\S+)\s+(?P<word>[a-z]+)(?:\s+(?P<quote>["'])(?P<rung>.+?)(?P=quote))?"""
)
_REMARKS: Final = re.compile(r"\[([^\[\]]*)\]")
_EXAMPLE: Final = "2026-03-02 09:00"


class Amiss(Exception):  # noqa: N818 - said of a line, not of the program
    """Something wrong in a line, `offset` characters from its beginning."""

    def __init__(self, offset: int, message: str) -> None:
        """Keep where and what."""
        super().__init__(message)
        self.offset = offset
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event as its line tells it; `id` is empty when the line gives none."""

    at: Instant
    id: str
    type: str
    type_at: int  # characters from the beginning of the line
    attributes: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What is said of a promise of `target`: a verdict, `breach`, a rung by its name, or `open`.

    Expected: `due` counts when `due_told`, and `begun` and `remarks` when they are not None. Found: all of them do.
    A due that is not known is None; `at` is None for `open`.
    """

    target: str
    word: str
    rung: str = ""
    at: Instant | None = None
    due: Instant | None = None
    due_told: bool = True
    begun: Instant | None = None
    remarks: tuple[str, ...] | None = None


def instant(text: str, zone: ZoneInfo) -> Instant:
    """An instant, as wall time of `zone` unless it carries an offset; ValueError with a sentence when it is none."""
    if not _INSTANT.fullmatch(text):
        raise ValueError(f"`{text}` is no instant: write `{_EXAMPLE}`, with or without seconds and offset")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`{text}` does not exist: look at month, day, hour and offset") from None
    if moment.tzinfo is None:
        first, second = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        if first.utcoffset() != second.utcoffset():
            told = f"`{text}` is skipped in {zone.key}, or comes twice"
            raise ValueError(f"{told}: add the offset that is meant, such as `{first.isoformat()}`")
        moment = first
    found = instant_of(moment)
    if not EARLIEST <= found < LATEST:
        raise ValueError(f"`{text}` lies outside 1970 to 2199")
    return found


def happening(line: str, zone: ZoneInfo) -> Happening:
    """The event in `line`; `Amiss` when there is none."""
    at, place = _instant(line, 0, zone, "an event begins with its instant")
    named = _ID.match(line, place)
    place = named.end() if named else place
    word = _TYPE.match(line, place)
    if word is None:
        raise Amiss(place, "the type of the event is missing here, small letters, such as `opened`")
    rest = word.end() + len(line[word.end() :]) - len(line[word.end() :].lstrip())
    return Happening(
        at=at,
        id=named[1] if named else "",
        type=word[1],
        type_at=place,
        attributes=_attributes(line, rest, zone),
    )


def _attributes(line: str, place: int, zone: ZoneInfo) -> Mapping[str, Json]:
    written = line[place:]
    if not written:
        return {}
    if not (written.startswith("{") and written.endswith("}")):
        raise Amiss(
            place, "attributes stand in braces, `{kind: fault, severity: ordinary}`, and nothing else follows"
        )
    try:
        document = compose(written, "list of attributes")
    except Unreadable as unreadable:
        raise Amiss(place + unreadable.error.column - 1, unreadable.error.message) from None
    for error in document.errors:
        raise Amiss(place + error.column - 1, error.message)
    data = document.data if isinstance(document.data, dict) else {}
    found: dict[str, Json] = {}
    for name, value in data.items():
        texts = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str) for each in texts):
            raise Amiss(place, f"`{name}` is no text and no list of texts")
        read = [_value(str(each), place, zone) for each in texts]
        found[name] = [*read] if isinstance(value, list) else read[0]
    return found


def _value(text: str, place: int, zone: ZoneInfo) -> str:
    """A value of an attribute; an instant is written as events carry it."""
    if not _INSTANT.fullmatch(text):
        return text
    try:
        return times.write(instant(text, zone))
    except ValueError as error:
        raise Amiss(place, str(error)) from None


def saying(line: str, zone: ZoneInfo) -> Saying:
    """The expectation in `line`; `Amiss` when there is none."""
    begins = _NAMED.match(line)
    if begins is None or begins["word"] not in _WORDS:
        place = 0 if begins is None else begins.start("word")
        raise Amiss(place, f"write a target, then one of {', '.join(_WORDS)}")
    word, rung = begins["word"], begins["rung"] or ""
    if (word in RUNGS) is not bool(rung):
        told = "needs its name in quotes" if word in RUNGS else "has no name: leave out what is in quotes"
        raise Amiss(begins.start("word"), f'`{word}` {told}, such as `escalation "due window_head"`')
    parts = dict(_parts(line, begins.end(), zone))
    if (word == State.OPEN) is ("at" in parts):
        wrong = (
            "is not said at an instant: leave `at` out"
            if word == State.OPEN
            else "is said at an instant: add `at`"
        )
        raise Amiss(begins.start("word"), f"`{word}` {wrong}")
    if word == State.OPEN and "remarks" in parts:
        raise Amiss(begins.start("word"), "an open promise carries no remarks: leave them out")
    return Saying(
        target=begins["target"],
        word=word,
        rung=rung,
        at=_as_instant(parts.get("at")),
        due=_as_instant(parts.get("due")),
        due_told="due" in parts,
        begun=_as_instant(parts.get("begun")),
        remarks=_as_remarks(parts.get("remarks")),
    )


def _parts(line: str, place: int, zone: ZoneInfo) -> Iterator[tuple[str, Instant | tuple[str, ...] | None]]:
    """What follows the word: each key once, with what it tells."""
    seen: set[str] = set()
    while rest := line[place:].lstrip():
        place = len(line) - len(rest)
        key = rest.split(maxsplit=1)[0]
        if key not in {"at", "due", "begun", "remarks"} or key in seen:
            told = "stands twice" if key in seen else "is not known here"
            raise Amiss(
                place, f"`{key}` {told}: what follows is `at`, `due`, `begun` or `remarks`, each once"
            )
        seen.add(key)
        after = place + len(key) + len(rest[len(key) :]) - len(rest[len(key) :].lstrip())
        if key == "due" and re.match(r"unknown(?=\s|$)", line[after:]):
            yield key, None
            place = after + len("unknown")
        elif key == "remarks":
            match = _REMARKS.match(line, after)
            if match is None:
                raise Amiss(
                    after, "remarks stand in brackets: `remarks [stop_before_start]`, `remarks []` for none"
                )
            yield key, tuple(part for each in match[1].split(",") if (part := each.strip()))
            place = match.end()
        else:
            found, place = _instant(line, after, zone, f"`{key}` is followed by an instant")
            yield key, found


def _instant(line: str, place: int, zone: ZoneInfo, purpose: str) -> tuple[Instant, int]:
    """The instant at `place`, and the place of what comes after it."""
    match = _INSTANT.match(line, place)
    if match is None:
        raise Amiss(place, f"{purpose}, such as `{_EXAMPLE}`")
    try:
        found = instant(match[0], zone)
    except ValueError as error:
        raise Amiss(place, str(error)) from None
    rest = line[match.end() :]
    if rest and not rest[0].isspace():
        raise Amiss(match.end(), "a blank has to follow the instant")
    return found, len(line) - len(rest.lstrip())


def _as_instant(value: Instant | tuple[str, ...] | None) -> Instant | None:
    return value if isinstance(value, int) else None


def _as_remarks(value: Instant | tuple[str, ...] | None) -> tuple[str, ...] | None:
    return value if isinstance(value, tuple) else None
