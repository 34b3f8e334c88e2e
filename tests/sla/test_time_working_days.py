"""Working days by hand, for each of the three places where a day ends: midnight, closing, same time.

Most rows: Monday to Friday 09:00-12:00 and 13:00-18:00; 1 March 2024 is a Friday. Dues of days on which clocks change are
told in UTC.
"""

from zoneinfo import ZoneInfo

import pytest

from service.sla.calendars import Calendar
from service.sla.history import History
from service.sla.policy import Boundary, DayEnd
from service.sla.statements import Judgement
from service.sla.ticks import latest_before
from tests.sla.telling import (
    CAIRO,
    LORD_HOWE,
    NEW_YORK,
    SHANGHAI,
    UTC,
    account,
    at,
    calendar,
    clock,
    due,
    history,
    judged,
    missed,
    office,
    sayings,
    spring_festival_2026,
    table,
    target,
)

APIA = ZoneInfo("Pacific/Apia")


def by(day_end: DayEnd, days: int, told: History, hours: Calendar | None = None) -> Judgement:
    """What is said of a ticket with so many working days."""
    return judged(
        told,
        target(f"{days} working days", day_end=day_end, calendar=hours or office(), accepts=("customer",)),
    )


def dues(days: int, told: History, hours: Calendar | None = None, *, utc: bool = False) -> tuple[str, ...]:
    """The dues at midnight, closing and the same time, on the clocks of the calendar."""
    zone = UTC if hours is None or utc else hours.zone
    return tuple(due(by(day_end, days, told, hours), zone) for day_end in DayEnd)


def test_the_three_ends_of_a_day():
    assert tuple(DayEnd) == (DayEnd.MIDNIGHT, DayEnd.CLOSING, DayEnd.SAME_TIME)


@table(
    "days, opened, midnight, closing, same_time",
    [
        ("start inside", 1, "03-04 10:00", "03-06 00:00", "03-05 18:00", "03-05 10:00"),
        ("start in the break", 1, "03-04 12:30", "03-06 00:00", "03-05 18:00", "03-05 12:30"),
        ("start before opening is not moved", 1, "03-04 07:00", "03-06 00:00", "03-05 18:00", "03-05 07:00"),
        ("start after closing is not moved", 1, "03-04 20:00", "03-06 00:00", "03-05 18:00", "03-05 20:00"),
        ("start at midnight belongs to the date that begins", 1, "03-04 00:00", "03-06 00:00", "03-05 18:00", "03-05 00:00"),
        ("over a weekend", 1, "03-01 10:00", "03-05 00:00", "03-04 18:00", "03-04 10:00"),
        ("from a Saturday", 1, "03-02 11:00", "03-05 00:00", "03-04 18:00", "03-04 11:00"),
        ("from the last microsecond of a Sunday", 1, "03-03 23:59:59.999999", "03-05 00:00", "03-04 18:00", "03-04 23:59:59.999999"),
        ("seconds and microseconds are kept", 1, "03-01 10:00:59.000001", "03-05 00:00", "03-04 18:00", "03-04 10:00:59.000001"),
        ("the leap day", 1, "02-28 10:00", "03-01 00:00", "02-29 18:00", "02-29 10:00"),
        ("five from a Friday", 5, "03-01 10:00", "03-09 00:00", "03-08 18:00", "03-08 10:00"),  # 4 5 6 7 8
        ("five from a Monday", 5, "03-04 10:00", "03-12 00:00", "03-11 18:00", "03-11 10:00"),  # 5 6 7 8 11
        ("five from a Saturday", 5, "03-02 11:00", "03-09 00:00", "03-08 18:00", "03-08 11:00"),
        ("over the end of a year", 3, "12-30 10:00", "2025-01-03 00:00", "2025-01-02 18:00", "2025-01-02 10:00"),  # 31 1 2
        ("two hundred and sixty-two", 262, "2023-12-29 10:00", "2025-01-01 00:00", "12-31 18:00", "12-31 10:00"),  # the weekdays of 2024
    ],
)  # fmt: skip
def test_day_one_is_the_first_working_date_after_the_start(
    days: int, opened: str, midnight: str, closing: str, same_time: str
):
    assert dues(days, history(f"{opened} opened")) == (midnight, closing, same_time)


@table(
    "days, opened, midnight, closing, same_time",
    [
        ("over the festival", 3, "02-12 10:00", "02-25 00:00", "02-24 18:00", "02-24 10:00"),  # 13 14 24
        ("to the make-up Saturday", 1, "02-13 17:00", "02-15 00:00", "02-14 18:00", "02-14 17:00"),
        ("from the make-up Saturday", 1, "02-14 10:00", "02-25 00:00", "02-24 18:00", "02-24 10:00"),
        ("from within", 1, "02-18 10:00", "02-25 00:00", "02-24 18:00", "02-24 10:00"),
        ("from the Monday off to the second make-up Saturday", 5, "02-23 10:00", "03-01 00:00", "02-28 18:00", "02-28 10:00"),  # 24 25 26 27 28
        ("from the second make-up Saturday", 1, "02-28 10:00", "03-03 00:00", "03-02 18:00", "03-02 10:00"),
    ],
)  # fmt: skip
def test_over_spring_festival_2026(days: int, opened: str, midnight: str, closing: str, same_time: str):
    told = history(f"2026-{opened} opened", zone=SHANGHAI)

    expected = tuple(f"2026-{each}" for each in (midnight, closing, same_time))
    assert dues(days, told, spring_festival_2026()) == expected


NEW_YORK_OFFICE = office(NEW_YORK)
NEW_YORK_DAILY = calendar(NEW_YORK, "09:00-18:00", weekend="09:00-18:00")
CAIRO_DAILY = calendar(CAIRO, "09:00-17:00", weekend="09:00-17:00")
LORD_HOWE_DAILY = calendar(LORD_HOWE, "09:00-17:00", weekend="09:00-17:00")


@table(
    "hours, opened, midnight, closing, same_time",
    [
        # New York is 5 h behind, 4 h from 10 March to 3 November.
        ("a weekend that loses an hour", NEW_YORK_OFFICE, "03-08 10:00", "03-12 04:00", "03-11 22:00", "03-11 14:00"),
        ("a weekend that wins an hour", NEW_YORK_OFFICE, "11-01 10:00", "11-05 05:00", "11-04 23:00", "11-04 15:00"),
        ("02:30 is skipped: 03:30", NEW_YORK_DAILY, "03-09 02:30", "03-11 04:00", "03-10 22:00", "03-10 07:30"),
        ("01:30 comes twice: the first", NEW_YORK_DAILY, "11-02 01:30", "11-04 05:00", "11-03 23:00", "11-03 05:30"),
        ("closing is skipped", calendar(NEW_YORK, "", weekend="00:00-02:30"), "03-09 10:00", "03-11 04:00", "03-10 07:30", "03-10 14:00"),
        ("closing comes twice", calendar(NEW_YORK, "", weekend="00:00-01:30"), "11-02 10:00", "11-04 05:00", "11-03 05:30", "11-03 15:00"),
        # Cairo is 2 h ahead, 3 h from 26 April to 31 October.
        ("the midnight that ends the day is skipped: 01:00", CAIRO_DAILY, "04-24 10:00", "04-25 22:00", "04-25 15:00", "04-25 08:00"),
        ("the hour before midnight comes twice: midnight does not", CAIRO_DAILY, "10-30 10:00", "10-31 22:00", "10-31 14:00", "10-31 07:00"),
        ("from midnight, which is skipped the day after", CAIRO_DAILY, "04-25 00:00", "04-26 21:00", "04-26 14:00", "04-25 22:00"),
        # Lord Howe is 11 h ahead, 10 h 30 m from 7 April to 6 October.
        ("half an hour more: the first 01:45", LORD_HOWE_DAILY, "04-06 01:45", "04-07 13:30", "04-07 06:30", "04-06 14:45"),
        ("half an hour less: 02:15 is skipped: 02:45", LORD_HOWE_DAILY, "10-05 02:15", "10-06 13:00", "10-06 06:00", "10-05 15:45"),
    ],
)  # fmt: skip
def test_days_on_which_clocks_change(
    hours: Calendar, opened: str, midnight: str, closing: str, same_time: str
):
    told = history(f"{opened} opened", zone=hours.zone)

    assert dues(1, told, hours, utc=True) == (midnight, closing, same_time)


@table(
    "opened_in_utc, midnight, closing, same_time",
    [
        # The second 23:30 of 31 October is of that date still: day 1 is 1 November, 2 h ahead.
        (
            "the hour before midnight for the second time",
            "10-31 21:30",
            "11-01 22:00",
            "11-01 15:00",
            "11-01 21:30",
        ),
        # 22:00 UTC is 01:00 on 26 April: day 1 is 27 April, 3 h ahead.
        (
            "the first instant of a date without midnight",
            "04-25 22:00",
            "04-27 21:00",
            "04-27 14:00",
            "04-26 22:00",
        ),
        (
            "the last instant before it",
            "04-25 21:59:59.999999",
            "04-26 21:00",
            "04-26 14:00",
            "04-26 20:59:59.999999",
        ),
    ],
)
def test_dates_about_a_midnight_on_which_clocks_change(
    opened_in_utc: str, midnight: str, closing: str, same_time: str
):
    assert dues(1, history(f"{opened_in_utc} opened"), CAIRO_DAILY, utc=True) == (
        midnight,
        closing,
        same_time,
    )


@table(
    "hours, opened, midnight, closing, same_time",
    [
        ("several segments: the last", office(day="08:00-10:00 10:30-12:00 14:00-17:00"), "03-01 10:00", "03-05 00:00", "03-04 17:00", "03-04 10:00"),
        ("a shift over midnight ends after it", office(day="22:00-30:00"), "03-01 10:00", "03-05 00:00", "03-05 06:00", "03-04 10:00"),
        ("a shift over midnight is of the date on which it begins", office(day="22:00-30:00"), "03-02 03:00", "03-05 00:00", "03-05 06:00", "03-04 03:00"),
        ("a holiday", office(d2024_03_04=""), "03-01 10:00", "03-06 00:00", "03-05 18:00", "03-05 10:00"),
        ("a make-up day", office(d2024_03_02="09:00-12:00"), "03-01 10:00", "03-03 00:00", "03-02 12:00", "03-02 10:00"),
        ("a shortened day", office(d2024_03_04="09:00-12:00"), "03-01 10:00", "03-05 00:00", "03-04 12:00", "03-04 10:00"),
        ("a span of no length is no working time", office(d2024_03_04="09:00-09:00"), "03-01 10:00", "03-06 00:00", "03-05 18:00", "03-05 10:00"),
        ("round the clock every date is a day", calendar(UTC, "00:00-24:00", weekend="00:00-24:00"), "03-01 10:00", "03-03 00:00", "03-03 00:00", "03-02 10:00"),
    ],
)  # fmt: skip
def test_other_hours(hours: Calendar, opened: str, midnight: str, closing: str, same_time: str):
    assert dues(1, history(f"{opened} opened"), hours) == (midnight, closing, same_time)


def test_a_date_that_a_change_of_zone_skipped_is_no_working_date():
    # Samoa went from Thursday 29 December 2011, 10 h behind, to Saturday the 31st, 14 h ahead.
    told = history("2011-12-28 10:00 opened", zone=APIA)

    assert dues(1, told, office(APIA), utc=True) == (
        "2011-12-30 10:00",
        "2011-12-30 04:00",
        "2011-12-29 20:00",
    )
    assert dues(2, told, office(APIA), utc=True) == (
        "2012-01-02 10:00",
        "2012-01-02 04:00",
        "2012-01-01 20:00",
    )


def test_days_know_no_boundary():
    told = history("03-01 10:00 opened")
    later = target("1 working days", calendar=office(), day_end=DayEnd.CLOSING, boundary=Boundary.NEXT_OPEN)

    assert due(judged(told, later)) == "03-04 18:00"


# Two days from Friday 10:00: Monday and Tuesday. Ticks: midnight 03-05 and 03-06 00:00, closing 18:00, same time 10:00.
@table(
    "lines, midnight, closing, same_time",
    [
        ("none", [], "03-06 00:00", "03-05 18:00", "03-05 10:00"),
        ("over Monday 10:00", ["03-04 09:00 held reason=customer", "03-04 11:00 resumed"], "03-06 00:00", "03-05 18:00", "03-06 10:00"),
        ("over Monday's closing", ["03-04 17:00 held reason=customer", "03-04 19:00 resumed"], "03-06 00:00", "03-06 18:00", "03-05 10:00"),
        ("over Monday's midnight", ["03-04 23:00 held reason=customer", "03-05 01:00 resumed"], "03-07 00:00", "03-05 18:00", "03-05 10:00"),
        ("over the weekend costs nothing", ["03-01 12:00 held reason=customer", "03-04 08:00 resumed"], "03-06 00:00", "03-05 18:00", "03-05 10:00"),
        ("over a Saturday's midnight costs nothing", ["03-02 12:00 held reason=customer", "03-03 12:00 resumed"], "03-06 00:00", "03-05 18:00", "03-05 10:00"),
        ("from Friday to Tuesday noon", ["03-01 12:00 held reason=customer", "03-05 12:00 resumed"], "03-07 00:00", "03-06 18:00", "03-07 10:00"),
        ("all of the hours of a day between two ticks", ["03-04 09:00 held reason=customer", "03-04 18:00 resumed"], "03-06 00:00", "03-06 18:00", "03-06 10:00"),
        ("from the tick at midnight", ["03-05 00:00 held reason=customer", "03-05 01:00 resumed"], "03-06 00:00", "03-05 18:00", "03-05 10:00"),
        ("to the tick at midnight", ["03-04 23:00 held reason=customer", "03-05 00:00 resumed"], "03-07 00:00", "03-05 18:00", "03-05 10:00"),
        ("to a microsecond before midnight", ["03-04 23:00 held reason=customer", "03-04 23:59:59.999999 resumed"], "03-06 00:00", "03-05 18:00", "03-05 10:00"),
        ("from the tick at closing", ["03-04 18:00 held reason=customer", "03-05 08:00 resumed"], "03-07 00:00", "03-05 18:00", "03-05 10:00"),
        ("to the tick at closing", ["03-04 17:00 held reason=customer", "03-04 18:00 resumed"], "03-06 00:00", "03-06 18:00", "03-05 10:00"),
        ("from the tick at the same time", ["03-04 10:00 held reason=customer", "03-04 12:00 resumed"], "03-06 00:00", "03-05 18:00", "03-05 10:00"),
        ("to the tick at the same time", ["03-04 09:00 held reason=customer", "03-04 10:00 resumed"], "03-06 00:00", "03-05 18:00", "03-06 10:00"),
        ("across the due", ["03-05 09:00 held reason=customer", "03-07 12:00 resumed"], "03-08 00:00", "03-07 18:00", "03-08 10:00"),
        ("open at the due, or after it", ["03-05 12:00 held reason=customer"], "-", "-", "03-05 10:00"),
        ("open from exactly closing", ["03-05 18:00 held reason=customer"], "-", "03-05 18:00", "03-05 10:00"),
        ("open from exactly midnight", ["03-06 00:00 held reason=customer"], "03-06 00:00", "03-05 18:00", "03-05 10:00"),
        ("not accepted", ["03-04 09:00 held reason=parts", "03-05 01:00 resumed"], "03-06 00:00", "03-05 18:00", "03-05 10:00"),
    ],
)  # fmt: skip
def test_a_hold(lines: list[str], midnight: str, closing: str, same_time: str):
    assert dues(2, history("03-01 10:00 opened", *lines)) == (midnight, closing, same_time)


def test_a_hold_over_the_festival_costs_nothing():
    # The make-up Saturday ends at 00:00 on the 15th; from then to the 23rd nothing ticks.
    told = history(
        "2026-02-13 10:00 opened",
        "2026-02-15 10:00 held reason=customer",
        "2026-02-23 20:00 resumed",
        zone=SHANGHAI,
    )

    assert dues(2, told, spring_festival_2026()) == (
        "2026-02-25 00:00",
        "2026-02-24 18:00",
        "2026-02-24 10:00",
    )


@table(
    "day_end, lines, due, of_the_span",
    [
        # Friday 7 h, Monday 8 h; Friday 10:00 to Tuesday 00:00 are 86 h.
        ("midnight", DayEnd.MIDNIGHT, [], "03-05 00:00", "outside 71h, counted 15h, 1 days"),
        ("closing", DayEnd.CLOSING, [], "03-04 18:00", "outside 65h, counted 15h, 1 days"),
        ("same time", DayEnd.SAME_TIME, [], "03-04 10:00", "outside 64h, counted 8h, 1 days"),
        (
            "midnight, held where nothing ticks",
            DayEnd.MIDNIGHT,
            ["03-04 09:00 held reason=customer", "03-04 11:00 resumed"],
            "03-05 00:00",
            "outside 71h, held 2h, counted 13h, 1 days",
        ),
        (
            "same time, held over the tick",  # due on Tuesday; Friday 7 h, Monday 8 h less 2 h, Tuesday 1 h of 96 h
            DayEnd.SAME_TIME,
            ["03-04 09:00 held reason=customer", "03-04 11:00 resumed"],
            "03-05 10:00",
            "outside 80h, held 2h, counted 14h, 1 days",
        ),
        (
            "midnight, held over the tick outside hours",  # due on Wednesday; 7 + 8 + 8 h of 110 h
            DayEnd.MIDNIGHT,
            ["03-04 23:00 held reason=customer", "03-05 01:00 resumed"],
            "03-06 00:00",
            "outside 87h, counted 23h, 1 days",
        ),
    ],
)
def test_what_became_of_the_time(day_end: DayEnd, lines: list[str], due: str, of_the_span: str):
    assert missed(by(day_end, 1, history("03-01 10:00 opened", *lines))) == (due, of_the_span)


def test_days_of_two_years_are_counted_together():
    # Monday 30 December 10:00 to Friday 3 January 00:00 are 86 h, of which 7 + 8 + 8 + 8 are worked.
    assert missed(by(DayEnd.MIDNIGHT, 3, history("12-30 10:00 opened"))) == (
        "2025-01-03 00:00",
        "outside 55h, counted 31h, 3 days",
    )


@table(
    "day_end, stop, expected, of_the_span",
    [
        ("midnight, exactly on the due", DayEnd.MIDNIGHT, "03-05 00:00", ["03-05 00:00 verdict met by e2"], "outside 71h, counted 15h, 1 days"),
        (
            "midnight, one microsecond late",
            DayEnd.MIDNIGHT,
            "03-05 00:00:00.000001",
            ["03-05 00:00 breach", "03-05 00:00:00.000001 verdict late by e2"],
            "outside 71h 1us, counted 15h, 1 days",
        ),
        ("midnight, after closing", DayEnd.MIDNIGHT, "03-04 20:00", ["03-04 20:00 verdict met by e2"], "outside 67h, counted 15h"),
        ("closing, exactly on the due", DayEnd.CLOSING, "03-04 18:00", ["03-04 18:00 verdict met by e2"], "outside 65h, counted 15h, 1 days"),
        (
            "closing, one microsecond late",
            DayEnd.CLOSING,
            "03-04 18:00:00.000001",
            ["03-04 18:00 breach", "03-04 18:00:00.000001 verdict late by e2"],
            "outside 65h 1us, counted 15h, 1 days",
        ),
        ("same time, exactly on the due", DayEnd.SAME_TIME, "03-04 10:00", ["03-04 10:00 verdict met by e2"], "outside 64h, counted 8h, 1 days"),
        (
            "same time, one microsecond late",
            DayEnd.SAME_TIME,
            "03-04 10:00:00.000001",
            ["03-04 10:00 breach", "03-04 10:00:00.000001 verdict late by e2"],
            "outside 64h, counted 8h 1us, 1 days",
        ),
        ("on the date of the start", DayEnd.CLOSING, "03-01 18:00", ["03-01 18:00 verdict met by e2"], "outside 1h, counted 7h"),
    ],
)  # fmt: skip
def test_a_stop(day_end: DayEnd, stop: str, expected: list[str], of_the_span: str):
    judgement = by(day_end, 1, history("03-01 10:00 opened", f"{stop} resolved"))

    assert sayings(judgement) == expected
    assert account(judgement.statements[-1]) == of_the_span


@pytest.mark.parametrize("day_end", DayEnd)
def test_a_due_out_of_all_reckoning_is_not_known(day_end: DayEnd):
    assert due(by(day_end, 1_000_000, history("03-01 10:00 opened"))) == "-"


def latest_days(days: int, before: str, hours: Calendar, *, utc: bool = False) -> tuple[str, ...]:
    """The latest instants from which so many days lie before the instant, for each end of a day."""
    zone = hours.zone
    targets = (target("1 working days", day_end=day_end, calendar=hours) for day_end in DayEnd)
    return tuple(clock(latest_before(each, at(before, zone), days), UTC if utc else zone) for each in targets)


@table(
    "days, before, midnight, closing, same_time",
    [
        ("within a week", 1, "03-05 10:00", "03-05 00:00", "03-04 18:00", "03-04 10:00"),
        ("over a weekend", 1, "03-04 10:00", "03-02 00:00", "03-01 18:00", "03-01 10:00"),
        ("from a Saturday", 1, "03-02 12:00", "03-02 00:00", "03-01 18:00", "03-01 12:00"),
        ("from a Sunday, over the leap day", 3, "03-03 12:00", "02-29 00:00", "02-28 18:00", "02-28 12:00"),  # 1 29 28
        ("five", 5, "03-11 10:00", "03-05 00:00", "03-04 18:00", "03-04 10:00"),  # 8 7 6 5 4
        ("from midnight: its own date is not counted", 1, "03-05 00:00", "03-05 00:00", "03-04 18:00", "03-04 00:00"),
        ("from the last microsecond", 1, "03-05 23:59:59.999999", "03-05 00:00", "03-04 18:00", "03-04 23:59:59.999999"),
        ("over the end of a year", 2, "2025-01-02 10:00", "2025-01-01 00:00", "12-31 18:00", "12-31 10:00"),  # 1 31
    ],
)  # fmt: skip
def test_backwards(days: int, before: str, midnight: str, closing: str, same_time: str):
    assert latest_days(days, before, office()) == (midnight, closing, same_time)


@table(
    "days, before, midnight, closing, same_time",
    [
        ("over the festival", 1, "02-24 10:00", "02-15 00:00", "02-14 18:00", "02-14 10:00"),
        ("from within", 2, "02-18 10:00", "02-14 00:00", "02-13 18:00", "02-13 10:00"),  # 14 13
        (
            "over the second make-up Saturday",
            2,
            "03-02 10:00",
            "02-28 00:00",
            "02-27 18:00",
            "02-27 10:00",
        ),  # 28 27
    ],
)
def test_backwards_over_spring_festival(days: int, before: str, midnight: str, closing: str, same_time: str):
    expected = tuple(f"2026-{each}" for each in (midnight, closing, same_time))

    assert latest_days(days, f"2026-{before}", spring_festival_2026()) == expected


@table(
    "days, before, midnight, closing, same_time",
    [
        # Monday's night shift ends on Tuesday at 06:00; Friday's on Saturday.
        ("while a night shift is on", 1, "03-05 03:00", "03-05 00:00", "03-02 06:00", "03-04 03:00"),
        ("two, while it is on", 2, "03-05 03:00", "03-02 00:00", "03-01 06:00", "03-01 03:00"),
        ("a microsecond before it ends", 1, "03-05 05:59:59.999999", "03-05 00:00", "03-02 06:00", "03-04 05:59:59.999999"),
        ("when it ends", 1, "03-05 06:00", "03-05 00:00", "03-05 06:00", "03-04 06:00"),
    ],
)  # fmt: skip
def test_backwards_a_day_that_has_not_ended_is_not_counted(
    days: int, before: str, midnight: str, closing: str, same_time: str
):
    assert latest_days(days, before, office(day="22:00-30:00")) == (midnight, closing, same_time)


@table(
    "hours, before, midnight, closing, same_time",
    [
        ("02:30 is skipped: 03:30", NEW_YORK_DAILY, "03-11 02:30", "03-11 04:00", "03-10 22:00", "03-10 07:30"),
        ("01:30 comes twice: the first", NEW_YORK_DAILY, "11-04 01:30", "11-04 05:00", "11-03 23:00", "11-03 05:30"),
        ("the midnight that ends the day is skipped: 01:00", CAIRO_DAILY, "04-26 10:00", "04-25 22:00", "04-25 15:00", "04-25 08:00"),
        ("half an hour more: the first 01:45", LORD_HOWE_DAILY, "04-08 01:45", "04-07 13:30", "04-07 06:30", "04-06 14:45"),
        ("a date that was skipped", office(APIA), "2012-01-02 10:00", "2011-12-30 10:00", "2011-12-30 04:00", "2011-12-29 20:00"),
    ],
)  # fmt: skip
def test_backwards_over_days_on_which_clocks_change(
    hours: Calendar, before: str, midnight: str, closing: str, same_time: str
):
    assert latest_days(1, before, hours, utc=True) == (midnight, closing, same_time)


def test_backwards_out_of_all_reckoning():
    assert latest_days(1_000_000, "03-04 10:00", office()) == ("-", "-", "-")
