"""Questions about working time as JSON objects: what they may say, and their answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from service.cli.calendar import question
from service.cli.calendar.choice import Choice
from service.cli.calendar.days import known_at
from service.cli.calendar.question import Clock, Refused, Span
from service.rules import calendar_of
from service.rules.lengths import Length, length
from service.rules.times import zone
from service.sla.calendars import Calendar
from service.sla.events import Json
from service.sla.instants import NEVER, Instant
from service.sla.policy import Boundary, DayEnd
from service.wire import times
from service.wire.unfit import Unfit, shown

E = TypeVar("E", bound=StrEnum)
Line = Mapping[str, Json]

_CLOCK: Final = ("id", "calendar", "zone", "start", "gate", "holds", "exclusions", "stretches")
_DUE: Final = (*_CLOCK, "budget", "boundary", "day_end", "backwards")
_WORKED: Final = (*_CLOCK, "end")

#: Inline calendars that are kept laid out.
_KEPT: Final = 256


class Calendars:
    """The calendars that lines name or bring along; equal inline ones are read once."""

    def __init__(self, choice: Choice) -> None:
        """Names mean the calendars of `choice`."""
        self._choice = choice
        self._inline = lru_cache(_KEPT)(self._read)

    def of(self, line: Line) -> Calendar:
        """The calendar of `line`; Refused when there is none, or not one only."""
        named, where = line.get("calendar"), _zone(line)
        if isinstance(named, dict):
            own = named if where is None or "zone" in named else {**named, "zone": where.key}
            calendar = self._inline(json.dumps(own, sort_keys=True, ensure_ascii=False))
        elif named is None or isinstance(named, str):
            try:
                calendar = self._choice.named(named, where)
            except ValueError as error:
                raise Refused("calendar", str(error)) from None
        else:
            raise Refused("calendar", "is neither a name nor an object: write `24x7`, a name, or a calendar")
        if where not in (None, calendar.zone):
            raise Refused("zone", f"calendar {calendar.name} is that of {calendar.zone.key}: leave it out")
        return calendar

    def _read(self, text: str) -> Calendar:
        try:
            calendar = calendar_of(json.loads(text))
        except ValueError as error:
            raise Refused("calendar", str(error)) from None
        at = self._choice.as_known_at
        return calendar if at is None else known_at(calendar, at.instant(calendar.zone))


def due_question(line: Line, calendars: Calendars) -> dict[str, Any]:
    """The answer to a line of `calendar due`; Refused when it has none."""
    _known(line, _DUE)
    answer = question.due(
        _clock(line, calendars),
        _budget(line),
        boundary=_one_of(line, "boundary", Boundary),
        day_end=_one_of(line, "day_end", DayEnd),
        backwards=_flag(line, "backwards"),
        stretches=_flag(line, "stretches"),
    )
    return question.due_line(answer)


def worked_question(line: Line, calendars: Calendars) -> dict[str, Any]:
    """The answer to a line of `calendar worked`; Refused when it has none."""
    _known(line, _WORKED)
    end = _instant("end", _needed(line, "end", "the instant until which time is measured"))
    return question.worked_line(
        question.worked(_clock(line, calendars), end, stretches=_flag(line, "stretches"))
    )


def _known(line: Line, keys: Iterable[str]) -> None:
    for key in line:
        if key not in keys:
            near = get_close_matches(key, list(keys), n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"the keys here are {', '.join(keys)}"
            raise Refused(key, f"is no key of this question: {hint}")


def _clock(line: Line, calendars: Calendars) -> Clock:
    calendar = calendars.of(line)
    start = _instant("start", _needed(line, "start", "the instant at which it begins"))
    gate = line.get("gate")
    return Clock(
        calendar=calendar,
        start=start,
        gate=None if gate is None else _instant("gate", gate),
        holds=question.holds(_spans(line, "holds")),
        exclusions=question.spans("exclusions", _spans(line, "exclusions")),
    )


def _needed(line: Line, key: str, told: str) -> Json:
    found = line.get(key)
    if found is None:
        raise Refused(key, f"is missing: {told}")
    return found


def _instant(field: str, value: Json) -> Instant:
    if not isinstance(value, str):
        raise Refused(field, f"{shown(value)} is no text: write for example {_EXAMPLE}")
    try:
        return times.read(value)
    except Unfit as unfit:
        raise Refused(field, f"{unfit.detail}: write for example {_EXAMPLE}") from None


_EXAMPLE: Final = '"2026-10-01T09:00:00+08:00"'


def _spans(line: Line, key: str) -> list[Span]:
    given = line.get(key)
    if given is None:
        return []
    if not isinstance(given, list):
        raise Refused(key, f"is no list: {_SPANS}")
    found = []
    for number, span in enumerate(given):
        field = f"{key}[{number}]"
        if not isinstance(span, list) or len(span) != 2 or span[0] is None:
            raise Refused(field, f"is no span: {_SPANS}")
        end = NEVER if span[1] is None else _instant(f"{field}[1]", span[1])
        found.append((_instant(f"{field}[0]", span[0]), end))
    return found


_SPANS: Final = "write [[from, to], ...], null for `to` while it has not ended"


def _budget(line: Line) -> Length:
    text = _needed(line, "budget", 'how much there is, such as "24h" or "5 working_days"')
    if not isinstance(text, str):
        raise Refused("budget", f'{shown(text)} is no text: write for example "24h" or "5 working_days"')
    try:
        return length(text)
    except ValueError as error:
        raise Refused("budget", str(error)) from None


def _one_of(line: Line, key: str, kind: type[E]) -> E | None:
    value = line.get(key)
    if value is None:
        return None
    if value not in list(kind):
        raise Refused(key, f"{shown(value)} is none of {', '.join(kind)}")
    return kind(value)


def _flag(line: Line, key: str) -> bool:
    value = line.get(key)
    if not isinstance(value, bool | None):
        raise Refused(key, f"{shown(value)} is neither true nor false")
    return bool(value)


def _zone(line: Line) -> ZoneInfo | None:
    value = line.get("zone")
    if value is None:
        return None
    try:
        return zone(value) if isinstance(value, str) else zone(shown(value))
    except ValueError as error:
        raise Refused("zone", str(error)) from None
