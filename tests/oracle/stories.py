"""Where and when random cases happen: days near which clocks or offices change, and the calendars kept there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final, TypeVar

_T = TypeVar("_T")

HALF_HOUR: Final = 1_800_000_000
DAY: Final = 48 * HALF_HOUR

Day = list[list[int]]
Calendar = dict[str, Any]


@dataclass(frozen=True)
class Story:
    """Midnight UTC of the first day, the zones it happens in (more often the earlier), and its calendars."""

    beginning: int
    zones: tuple[str, ...]
    calendars: tuple[tuple[str, Calendar], ...]


def pick(dice: Random, choices: Sequence[_T]) -> _T:
    """One of `choices`; twice as fast as `choice`."""
    return choices[int(dice.random() * len(choices))]


#: The first day, the zones whose clocks change soon after it, and other zones.
_TIMES: Final = (
    ("2024-03-08", ("America/New_York",), ("UTC", "Asia/Shanghai")),  # 10 March, forward
    ("2024-11-01", ("America/New_York",), ("UTC", "Asia/Shanghai")),  # 3 November, back
    ("2024-03-29", ("Europe/Berlin",), ("UTC", "Africa/Cairo")),  # 31 March, forward
    ("2024-10-25", ("Europe/Berlin",), ("America/New_York",)),  # 27 October, back
    (
        "2024-10-04",
        ("Australia/Lord_Howe",),
        ("Asia/Shanghai",),
    ),  # 6 October, half an hour forward; 12: made up
    ("2024-04-05", ("Australia/Lord_Howe",), ("UTC",)),  # 7 April, half an hour back
    ("2024-04-24", ("Africa/Cairo",), ("Asia/Shanghai",)),  # 26 April, forward at midnight; 28: made up
    (
        "2024-10-30",
        ("Africa/Cairo",),
        ("Europe/Berlin",),
    ),  # 31 October, back at midnight: an hour of it twice
    ("2011-12-28", ("Pacific/Apia",), ("UTC",)),  # 30 December never was
    ("2024-02-27", ("Asia/Shanghai",), ("UTC", "America/New_York")),  # the end of a leap February
)

_EIGHT_HOURS: Final[Day] = [[9 * 2 * HALF_HOUR, 12 * 2 * HALF_HOUR], [13 * 2 * HALF_HOUR, 18 * 2 * HALF_HOUR]]
_COUNTER: Final[Day] = [[17 * HALF_HOUR, 24 * HALF_HOUR], [27 * HALF_HOUR, 34 * HALF_HOUR]]
_NIGHT: Final[Day] = [[22 * 2 * HALF_HOUR, 30 * 2 * HALF_HOUR]]
_WHOLE: Final[Day] = [[0, DAY]]

#: Half-hours after midnight between which all spans of all days of a calendar lie, less than a day apart, so that no
#: shift over midnight meets the next date's first, whatever date replaces it and whatever version governs it.
_TURNS: Final = (0, 0, 4, 12, 16)
_CALENDARS_A_STORY: Final = 6


def stories() -> tuple[Story, ...]:
    """The same ones in every process."""
    return tuple(_story(Random(1_000 + place), place) for place in range(len(_TIMES)))


def _story(dice: Random, place: int) -> Story:
    first, near, far = _TIMES[place]
    begins = datetime.fromisoformat(first).replace(tzinfo=UTC)
    zones = near * 3 + far
    known = [
        _office(zone, week) for zone, week in ((near[0], _EIGHT_HOURS), (far[0], _COUNTER), (near[0], _NIGHT))
    ]
    drawn = [calendar(dice, pick(dice, zones), begins.date()) for _ in range(_CALENDARS_A_STORY)]
    named = tuple((f"c{place}{number}", made) for number, made in enumerate([*known, *drawn]))
    return Story(int(begins.timestamp()) * 1_000_000, zones, named)


def _office(zone: str, day: Day) -> Calendar:
    """Monday to Friday; all that is known since 1970."""
    version = {"known_since": None, "known_until": None, "week": [day] * 5 + [[]] * 2, "dates": {}}
    return {"zone": zone, "versions": [version]}


def calendar(dice: Random, zone: str, first: date) -> Calendar:
    """One to three versions, published and ending while the story goes on."""
    turn = pick(dice, _TURNS)
    count = pick(dice, (1, 1, 2, 2, 3))
    since = [None, *sorted(dice.sample(range(-1, 10), count - 1))]
    versions: list[dict[str, Any]] = []
    until = 0
    for begins in since:
        # Some know only the days of the story; a later version mostly knows more.
        until = max(until, begins or 0) + pick(dice, (1, 3, 6, 12))
        known = None if dice.random() < 0.55 else _on(first, until)
        week = versions[-1]["week"] if versions and dice.random() < 0.5 else _week(dice, turn)
        dates = {
            _on(first, day): [] if dice.random() < 0.5 else _day(dice, turn)
            for day in sorted(dice.sample(range(-1, 14), pick(dice, (0, 1, 2, 4))))
        }
        versions.append(
            {
                "known_since": None if begins is None else _on(first, begins),
                "known_until": known,
                "week": week,
                "dates": dates,
            }
        )
    return {"zone": zone, "versions": versions}


def _on(first: date, days: int) -> str:
    return (first + timedelta(days=days)).isoformat()


def _week(dice: Random, turn: int) -> list[Day]:
    """With a weekend, on a single weekday, or as it comes; never without any working time."""
    kind = dice.random()
    same = _day(dice, turn)
    if kind < 0.35:
        return [same] * 5 + [[]] * 2
    if kind < 0.5:
        only = dice.randrange(7)
        return [same if weekday == only else [] for weekday in range(7)]
    week = [[] if dice.random() < 0.25 else _day(dice, turn) for _ in range(7)]
    return week if any(week) else [same] * 7


def _day(dice: Random, turn: int) -> Day:
    """One to three spans on half-hours between `turn` and a day later."""
    if dice.random() < 0.3:
        return pick(
            dice, {0: (_WHOLE, _EIGHT_HOURS), 12: (_NIGHT, _EIGHT_HOURS)}.get(turn, (_EIGHT_HOURS, _COUNTER))
        )
    spans = pick(dice, (1, 1, 2, 3))
    marks = sorted(dice.sample(range(turn, turn + 49), 2 * spans))
    return [[a * HALF_HOUR, b * HALF_HOUR] for a, b in zip(marks[::2], marks[1::2], strict=True)]
