"""Time as integers.

An `Instant` is microseconds since 1970-01-01T00:00:00Z, a `Duration` is microseconds. Python integers do not
round, so that a due can be compared to the microsecond. Every span in the core is half-open: [from, to).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

Instant = int
Duration = int

MICROSECOND: Final[Duration] = 1
SECOND: Final[Duration] = 1_000_000
MINUTE: Final[Duration] = 60 * SECOND
HOUR: Final[Duration] = 60 * MINUTE
DAY: Final[Duration] = 24 * HOUR

#: The core reckons with instants in [EARLIEST, LATEST); the decoder refuses any event outside.
EARLIEST: Final[Instant] = 0
LATEST: Final[Instant] = 7_258_118_400 * SECOND  # 2200-01-01T00:00:00Z

#: Later than every instant: the end of what has not ended.
NEVER: Final[Instant] = 1 << 62

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - wall time, made aware with its zone below


def instant_of(moment: datetime) -> Instant:
    """The instant of an aware `moment`; ValueError when it is naive."""
    if moment.tzinfo is None:
        message = f"{moment.isoformat()} has no UTC offset"
        raise ValueError(message)
    elapsed = moment - _EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * SECOND + elapsed.microseconds


def moment_of(instant: Instant, zone: ZoneInfo | None = None) -> datetime:
    """`instant` as an aware datetime in `zone` (UTC by default)."""
    moment = _EPOCH + timedelta(microseconds=instant)
    return moment if zone is None else moment.astimezone(zone)


def at_wall(day: date, time_of_day: Duration, zone: ZoneInfo) -> Instant:
    """The instant when clocks in `zone` show `time_of_day` after midnight of `day`.

    `time_of_day` may exceed 24 h (a shift over midnight). A wall time that a DST gap skips is read with the
    offset in force before the gap, so it moves forward by the gap; of a wall time that comes twice the first
    is meant (RFC 5545, 3.3.5).
    """
    wall = _NAIVE_EPOCH + timedelta(days=day.toordinal() - 719_163, microseconds=time_of_day)
    return instant_of(wall.replace(tzinfo=zone, fold=0))
