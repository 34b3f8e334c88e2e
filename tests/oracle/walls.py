"""Wall times for the oracle. Instants are microseconds since 1970 UTC, dates are ordinals."""

from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

DAY = 86_400_000_000
NEVER = 10**30  # the end of what has none
EPOCH = datetime(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)
LAST_DAY = date(2200, 1, 1).toordinal()  # nothing is looked for beyond
LAST = (datetime(2200, 1, 1) - EPOCH) // MICROSECOND

Span = tuple[int, int]


@cache
def zone_named(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=1_000_000)
def instant_of(zone: str, day: int, micros: int) -> int:
    """A wall time as an instant. `fold=0`: the first of two, and of a skipped one the offset before the gap."""
    wall = datetime.fromordinal(day) + timedelta(microseconds=micros)
    offset = wall.replace(tzinfo=zone_named(zone)).utcoffset()
    assert offset is not None
    return (wall - EPOCH - offset) // MICROSECOND


@lru_cache(maxsize=100_000)
def wall_of(zone: str, instant: int) -> tuple[int, int]:
    """The local date and the microseconds on its wall clock."""
    utc = (EPOCH + timedelta(microseconds=instant)).replace(tzinfo=zone_named("UTC"))
    wall = utc.astimezone(zone_named(zone)).replace(tzinfo=None)
    midnight = datetime(wall.year, wall.month, wall.day)
    return wall.toordinal(), (wall - midnight) // MICROSECOND


def days_later(zone: str, instant: int, days: int) -> int:
    day, micros = wall_of(zone, instant)
    return instant_of(zone, day + days, micros)


@cache
def exists(zone: str, day: int) -> bool:
    """False for a date that a change of clocks skips whole, as 2011-12-30 in Samoa."""
    return wall_of(zone, instant_of(zone, day, 0))[0] == day
