"""Working time against a library that was written by others, wherever it can express the case.

Its days off take away a whole date, also the rest of a shift that began the evening before; dates with hours of their
own it does not know. So: weeks of up to three shifts a day, in every zone, shifts over midnight where no date is off.
"""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from workclock import Holidays, Schedule, WorkDay

from service.sla.calendars import Calendar, DaySegments, Version
from service.sla.instants import DAY, HOUR, MINUTE, Instant, instant_of

CASES = 2_000
QUARTER = 15 * MINUTE
ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo")
BEGINNING = instant_of(datetime(2024, 1, 1, tzinfo=UTC))


def test_working_time_equals_that_of_another_library(seed: int):
    chance = random.Random(seed)
    for number in range(CASES):
        week, off, zone = _week(chance), _days_off(chance), chance.choice(ZONES)
        if off:
            week = tuple(tuple(shift for shift in day if shift[1] <= DAY) for day in week)
        if not any(week):
            continue
        ours, theirs = _ours(week, off, zone), _theirs(week, off, zone)
        start = BEGINNING + chance.randrange(0, 366 * 24 * 60) * MINUTE + chance.choice((0, 0, 1, 999_999))
        amount = chance.randrange(1, 400) * QUARTER
        told = f"case {number} of seed {seed}: {week} off {off} in {zone}, {_moment(start)} + {amount}"

        due = ours.after(start, amount)
        assert due is not None, told
        assert _moment(due) == theirs.add(_moment(start), timedelta(microseconds=amount)), told
        end = start + chance.randrange(0, 60 * DAY)
        assert timedelta(microseconds=ours.worked(start, end)) == theirs.between(
            _moment(start), _moment(end)
        ), told
        assert ours.before(due, amount) is not None, told
        assert ours.worked(ours.before(due, amount) or 0, due) == amount, told


@pytest.fixture
def seed() -> int:
    return 20_260_226


def _week(chance: random.Random) -> tuple[DaySegments, ...]:
    return tuple(_day(chance) if chance.random() < 0.75 else () for _ in range(7))


def _day(chance: random.Random) -> DaySegments:
    marks = sorted(chance.sample(range(24 * 4 + 1), 2 * chance.choice((1, 1, 2, 3))))
    shifts = [(start * QUARTER, to * QUARTER) for start, to in zip(marks[::2], marks[1::2], strict=True)]
    if chance.random() < 0.2:
        shifts[-1] = (shifts[-1][0], DAY + chance.randrange(1, 16) * QUARTER)
    return tuple((start, min(to, start + 23 * HOUR)) for start, to in shifts)


def _days_off(chance: random.Random) -> tuple[date, ...]:
    first = date(2024, 1, 1)
    return tuple(
        sorted(first + timedelta(days=chance.randrange(0, 500)) for _ in range(chance.choice((0, 0, 5, 40))))
    )


def _ours(week: tuple[DaySegments, ...], off: tuple[date, ...], zone: str):
    version = Version(week=week, dates=dict.fromkeys(off, ()))
    return Calendar(name="random", zone=ZoneInfo(zone), versions=(version,)).latest.hours


def _theirs(week: tuple[DaySegments, ...], off: tuple[date, ...], zone: str) -> Schedule:
    shifts = [WorkDay(_time(start), _time(to), days=[day]) for day in range(7) for start, to in week[day]]
    return Schedule([*shifts, *([Holidays(off)] if off else [])], time_zone=zone)


def _time(after_midnight: int) -> time:
    minutes = after_midnight % DAY // MINUTE
    return time(minutes // 60, minutes % 60)


def _moment(instant: Instant) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)
