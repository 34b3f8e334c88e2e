"""Where reckoning ends: 1970 and 2200, empty layouts, texts that are no instants."""

from datetime import date, datetime

import pytest

from service.sla.calendars import Calendar, Edition, Version, round_the_clock
from service.sla.events import as_instant
from service.sla.hours import ALWAYS
from service.sla.instants import DAY, EARLIEST, HOUR, LATEST, instant_of
from service.sla.policy import DayEnd, Match, Target, Unit
from service.sla.ticks import latest_before
from tests.sla.telling import UTC, at

NINE_TO_FIVE = ((9 * HOUR, 17 * HOUR),)


def weekly(*days: tuple[tuple[int, int], ...]) -> Edition:
    week = days + ((),) * (7 - len(days))
    return Calendar(name="c", zone=UTC, versions=(Version(week=week),)).latest


OFFICE = weekly(*(NINE_TO_FIVE,) * 5)
NEVER_OPEN = weekly()


@pytest.mark.parametrize(
    ("end", "amount", "expected"),
    [
        ("2024-03-01 12:00", 2 * HOUR, "2024-03-01 10:00"),
        (
            "2024-03-01 12:00",
            3 * HOUR,
            "2024-03-01 09:00",
        ),  # the latest: not the closing time of the day before
        ("2024-03-01 12:00", 4 * HOUR, "2024-02-29 16:00"),
        ("2024-03-04 09:00", 1, "2024-03-01 16:59:59.999999"),  # Monday's opening: Friday's last microsecond
        ("2024-03-03 12:00", 8 * HOUR, "2024-03-01 09:00"),
        ("2024-03-03 12:00", 0, "2024-03-03 12:00"),
    ],
)
def test_the_latest_instant_from_which_so_much_still_lies_before(end: str, amount: int, expected: str):
    assert OFFICE.hours.before(at(end), amount) == at(expected)


def test_round_the_clock_backwards():
    assert ALWAYS.before(at("2024-03-01 12:00"), 36 * HOUR) == at("2024-02-29 00:00")
    assert ALWAYS.before(EARLIEST + HOUR, 2 * HOUR) is None


def test_nothing_is_reckoned_before_1970_or_after_2200():
    last_friday = instant_of(datetime(2199, 12, 27, 12, tzinfo=UTC))

    assert OFFICE.hours.before(EARLIEST + 30 * DAY, 400 * HOUR) is None
    assert OFFICE.hours.after(last_friday, 400 * HOUR) is None
    assert OFFICE.hours.reopening(LATEST - HOUR) is None
    assert ALWAYS.after(LATEST - HOUR, 2 * HOUR) is None


def test_hours_that_never_open():
    assert NEVER_OPEN.hours.after(at("2024-03-01 12:00"), 1) is None
    assert NEVER_OPEN.hours.before(at("2024-03-01 12:00"), 1) is None
    assert NEVER_OPEN.hours.reopening(at("2024-03-01 12:00")) is None
    assert NEVER_OPEN.hours.worked(at("2024-03-01 12:00"), at("2024-04-01 12:00")) == 0
    assert NEVER_OPEN.hours.closed(at("2024-03-01 12:00"), at("2024-03-02 12:00")) == DAY
    assert NEVER_OPEN.working_day(date(2024, 3, 1), 1) is None
    assert NEVER_OPEN.working_day(date(2024, 3, 1), -1) is None
    assert NEVER_OPEN.working_days(date(2024, 3, 1), date(2030, 1, 1)) == 0


def test_hours_that_open_once():
    """All the time there is can be used up; a microsecond more cannot."""
    only = Version(week=((),) * 7, dates={date(2024, 3, 1): NINE_TO_FIVE})
    hours = Calendar(name="c", zone=UTC, versions=(only,)).latest.hours
    opening, closing = at("2024-03-01 09:00"), at("2024-03-01 17:00")

    assert hours.closed(at("2024-02-29 00:00"), at("2024-03-02 00:00")) == 40 * HOUR
    assert list(hours.segments(opening, closing + 1)) == [(opening, closing)]
    assert hours.after(opening, 8 * HOUR) == closing
    assert hours.before(closing, 8 * HOUR) == opening
    assert hours.after(opening, 8 * HOUR + 1) is None
    assert hours.before(closing, 8 * HOUR + 1) is None


def test_hours_without_end_stop_where_reckoning_does():
    hours = weekly(*(((0, DAY),),) * 7).hours

    assert hours.before(at("2024-03-01 12:00"), 10**30) is None
    assert hours.before(EARLIEST + HOUR, HOUR) == EARLIEST
    assert hours.before(EARLIEST + HOUR, HOUR + 1) is None
    assert hours.after(LATEST - HOUR, HOUR - 1) == LATEST - 1
    assert hours.after(LATEST - HOUR, HOUR) is None


def test_hours_from_the_beginning_of_time():
    # 1 January 1970 is a Thursday; 1970 and 1971 have 261 weekdays each.
    forwards, backwards = weekly(*(NINE_TO_FIVE,) * 5).hours, weekly(*(NINE_TO_FIVE,) * 5).hours

    assert forwards.after(EARLIEST, 2 * 261 * 8 * HOUR) == at("1971-12-31 17:00")
    assert backwards.before(at("1971-12-31 17:00"), 2 * 261 * 8 * HOUR) == at("1970-01-01 09:00")


def test_the_layout_grows_both_ways():
    hours = weekly(*(NINE_TO_FIVE,) * 5).hours

    assert hours.worked(at("2024-03-01 00:00"), at("2024-03-02 00:00")) == 8 * HOUR
    assert hours.worked(at("2014-03-03 00:00"), at("2014-03-04 00:00")) == 8 * HOUR
    assert hours.closed(at("2034-03-04 00:00"), at("2034-03-06 00:00")) == 2 * DAY  # a weekend
    assert list(hours.segments(at("2014-03-03 12:00"), at("2014-03-03 13:00"))) == [
        (at("2014-03-03 12:00"), at("2014-03-03 13:00"))
    ]
    assert list(hours.segments(at("2014-03-03 12:00"), at("2014-03-03 12:00"))) == []


def target(unit: Unit, day_end: DayEnd = DayEnd.MIDNIGHT) -> Target:
    calendar = Calendar(name="c", zone=UTC, versions=(Version(week=(NINE_TO_FIVE,) * 7),))
    return Target(
        id="t",
        start=(),
        stop=(),
        cancel=(),
        budget=1,
        unit=unit,
        day_end=day_end,
        calendar=calendar if unit is Unit.WORKING_DAYS else round_the_clock(UTC),
        gate=((Match("paid"),),),
    )


def test_days_before_the_beginning_of_time():
    early = EARLIEST + 2 * DAY

    assert latest_before(target(Unit.CALENDAR_DAYS), early, 3) is None
    assert latest_before(target(Unit.WORKING_DAYS), early, 800) is None
    assert latest_before(target(Unit.TIME), early, 3 * DAY) is None


@pytest.mark.parametrize(
    "value",
    ["2024-03-01T12:00:00", "2024-02-30T12:00:00Z", "noon", "", None, 7, True, [], "1969-12-31T23:59:59Z", "9999-01-01T00:00:00+14:00"],
)  # fmt: skip
def test_what_is_no_instant(value: object):
    assert as_instant(value) is None  # type: ignore[arg-type]


def test_an_instant_in_text():
    assert as_instant("2024-03-01T12:00:00.000001+08:00") == at("2024-03-01 04:00:00.000001")


def test_a_moment_without_its_offset_is_refused():
    with pytest.raises(ValueError, match="has no UTC offset"):
        instant_of(datetime(2024, 3, 1))
