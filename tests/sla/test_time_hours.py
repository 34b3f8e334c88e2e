"""Business hours by hand: dues at both boundaries, and what became of the time up to then.

Most rows: Monday to Friday 09:00-12:00 and 13:00-18:00, a budget of 8 h, 1 March 2024 is a Friday. From Friday's closing to
Monday's opening are 63 h, from one weekday's closing to the next opening 15 h, the break is 1 h.
"""

from zoneinfo import ZoneInfo

from service.sla.calendars import Calendar
from service.sla.policy import Boundary
from tests.sla.telling import (
    CAIRO,
    LORD_HOWE,
    NEW_YORK,
    SHANGHAI,
    UTC,
    account,
    calendar,
    history,
    judged,
    latest,
    missed,
    office,
    sayings,
    spring_festival_2026,
    table,
    target,
)

EIGHT = target("8h", calendar=office(), accepts=("customer",))
EIGHT_TO_NEXT_OPEN = target("8h", calendar=office(), accepts=("customer",), boundary=Boundary.NEXT_OPEN)


@table(
    "opened, at_close, outside, at_next_open, outside_then",
    [
        ("start inside", "03-01 09:00", "03-01 18:00", "1h", "03-04 09:00", "64h"),
        (
            "start inside, over a weekend",
            "03-01 10:30",
            "03-04 10:30",
            "64h",
            "03-04 10:30",
            "64h",
        ),  # 6.5 h + 1.5 h
        (
            "start in the break",
            "03-01 12:30",
            "03-04 12:00",
            "63h 30m",
            "03-04 13:00",
            "64h 30m",
        ),  # 5 h + 3 h
        ("start at the beginning of the break", "03-01 12:00", "03-04 12:00", "64h", "03-04 13:00", "65h"),
        ("start at the end of the break", "03-01 13:00", "03-04 12:00", "63h", "03-04 13:00", "64h"),
        ("start before opening", "03-01 07:00", "03-01 18:00", "3h", "03-04 09:00", "66h"),
        ("start at closing time", "03-01 18:00", "03-04 18:00", "64h", "03-05 09:00", "79h"),
        ("start after closing", "03-01 20:00", "03-04 18:00", "62h", "03-05 09:00", "77h"),
        (
            "start on a Saturday",
            "03-02 11:00",
            "03-04 18:00",
            "47h",
            "03-05 09:00",
            "62h",
        ),  # 13 + 24 + 9, and 1
        ("start on a weekday evening", "03-04 20:00", "03-05 18:00", "14h", "03-06 09:00", "29h"),
        ("seconds are kept", "03-01 16:59:30", "03-04 16:59:30", "64h", "03-04 16:59:30", "64h"),
        (
            "microseconds are kept",
            "03-01 17:59:59.999999",
            "03-04 17:59:59.999999",
            "64h",
            "03-04 17:59:59.999999",
            "64h",
        ),
    ],
)
def test_eight_hours(opened: str, at_close: str, outside: str, at_next_open: str, outside_then: str):
    told = history(f"{opened} opened")

    assert missed(judged(told, EIGHT)) == (at_close, f"outside {outside}, counted 8h")
    assert missed(judged(told, EIGHT_TO_NEXT_OPEN)) == (at_next_open, f"outside {outside_then}, counted 8h")


HOLIDAY = office(d2024_03_04="", d2024_03_02="09:00-12:00")
THREE_SEGMENTS = office(day="08:00-10:00 10:30-12:00 14:00-17:00")
TOUCHING = office(day="09:00-12:00 12:00-18:00")
NIGHT = office(day="22:00-30:00")
NIGHT_BUT_MONDAY = office(day="22:00-30:00", d2024_03_04="")
SHORT_FRIDAY = office(d2024_03_01="09:00-12:00")


@table(
    "hours, budget, opened, at_close, of_the_span, at_next_open",
    [
        ("several segments a day, all of them", THREE_SEGMENTS, "6h 30m", "03-01 08:00", "03-01 17:00", "outside 2h 30m, counted 6h 30m", "03-04 08:00"),
        ("several segments a day, the first", THREE_SEGMENTS, "2h", "03-01 08:00", "03-01 10:00", "counted 2h", "03-01 10:30"),
        ("several segments a day, the second", THREE_SEGMENTS, "3h 30m", "03-01 08:00", "03-01 12:00", "outside 30m, counted 3h 30m", "03-01 14:00"),
        ("several segments a day, into the third", THREE_SEGMENTS, "4h", "03-01 08:00", "03-01 14:30", "outside 2h 30m, counted 4h", "03-01 14:30"),
        ("touching segments are one", TOUCHING, "3h", "03-01 09:00", "03-01 12:00", "counted 3h", "03-01 12:00"),
        ("over midnight, from inside", NIGHT, "8h", "03-01 23:00", "03-04 23:00", "outside 64h, counted 8h", "03-04 23:00"),  # 7 h, Saturday 06:00 to Monday 22:00, 1 h
        ("over midnight, from after midnight", NIGHT, "3h", "03-02 03:00", "03-02 06:00", "counted 3h", "03-04 22:00"),
        ("over midnight, no shift began on Sunday", NIGHT, "4h", "03-04 03:00", "03-05 02:00", "outside 19h, counted 4h", "03-05 02:00"),
        ("over midnight, replaced date", NIGHT_BUT_MONDAY, "4h", "03-02 03:00", "03-05 23:00", "outside 88h, counted 4h", "03-05 23:00"),  # 3 h, Saturday 06:00 to Tuesday 22:00
        ("over midnight, before a replaced date", office(day="22:00-30:00", d2024_03_02=""), "3h", "03-02 03:00", "03-02 06:00", "counted 3h", "03-04 22:00"),
        ("a holiday and a make-up day", HOLIDAY, "8h", "03-01 17:00", "03-05 14:00", "outside 85h, counted 8h", "03-05 14:00"),  # 1 + 3 + 4 h of 93
        ("a make-up day, used up at its closing", HOLIDAY, "4h", "03-01 17:00", "03-02 12:00", "outside 15h, counted 4h", "03-05 09:00"),
        ("a shortened day", SHORT_FRIDAY, "8h", "03-01 09:00", "03-04 15:00", "outside 70h, counted 8h", "03-04 15:00"),  # 3 + 3 + 2 h of 78
        ("a week", office(), "40h", "03-01 09:00", "03-07 18:00", "outside 113h, counted 40h", "03-08 09:00"),
        ("to a microsecond before closing", office(), "7h 59m 59s 999999us", "03-01 09:00", "03-01 17:59:59.999999", "outside 1h, counted 7h 59m 59s 999999us", "03-01 17:59:59.999999"),
        ("to a microsecond after opening", office(), "8h 1us", "03-01 09:00", "03-04 09:00:00.000001", "outside 64h, counted 8h 1us", "03-04 09:00:00.000001"),
    ],
)  # fmt: skip
def test_other_hours(
    hours: Calendar, budget: str, opened: str, at_close: str, of_the_span: str, at_next_open: str
):
    told = history(f"{opened} opened")

    assert missed(judged(told, target(budget, calendar=hours))) == (at_close, of_the_span)
    later = target(budget, calendar=hours, boundary=Boundary.NEXT_OPEN)
    assert missed(judged(told, later))[0] == at_next_open


@table(
    "opened, due, outside, at_next_open",
    [
        (
            "a Friday and the make-up Saturday",
            "02-13 17:00",
            "02-14 17:00",
            "16h",
            "02-14 17:00",
        ),  # 1 h + 7 h
        (
            "the make-up Saturday and the first day after",
            "02-14 14:00",
            "02-24 14:00",
            "232h",
            "02-24 14:00",
        ),  # of 240
        ("the make-up Saturday alone", "02-14 09:00", "02-14 18:00", "1h", "02-24 09:00"),
        ("from within", "02-18 10:00", "02-24 18:00", "144h", "02-25 09:00"),  # of 152
        ("from the Monday off", "02-23 10:00", "02-24 18:00", "24h", "02-25 09:00"),
        ("the second make-up Saturday", "02-27 17:00", "02-28 17:00", "16h", "02-28 17:00"),
        ("from the second make-up Saturday", "02-28 17:00", "03-02 17:00", "40h", "03-02 17:00"),
    ],
)
def test_over_spring_festival_2026(opened: str, due: str, outside: str, at_next_open: str):
    told = history(f"2026-{opened} opened", zone=SHANGHAI)
    festival = spring_festival_2026()
    later = target("8h", calendar=festival, boundary=Boundary.NEXT_OPEN)

    assert missed(judged(told, target("8h", calendar=festival)), SHANGHAI) == (
        f"2026-{due}",
        f"outside {outside}, counted 8h",
    )
    assert missed(judged(told, later), SHANGHAI)[0] == f"2026-{at_next_open}"


def every_day(zone: ZoneInfo, day: str) -> Calendar:
    return calendar(zone, day, weekend=day)


@table(
    "hours, budget, opened, due_in_utc, of_the_span",
    [
        # New York is 5 h behind, 4 h from 10 March to 3 November.
        ("a weekend that loses an hour", office(NEW_YORK), "2h", "03-08 17:00", "03-11 14:00", "outside 62h, counted 2h"),
        ("a weekend that wins an hour", office(NEW_YORK), "2h", "11-01 17:00", "11-04 15:00", "outside 64h, counted 2h"),
        ("a night of seven hours", every_day(NEW_YORK, "22:00-30:00"), "8h", "03-09 22:00", "03-11 03:00", "outside 16h, counted 8h"),
        ("a night of nine hours", every_day(NEW_YORK, "22:00-30:00"), "8h", "11-02 22:00", "11-03 10:00", "counted 8h"),
        ("all of a night of nine hours", every_day(NEW_YORK, "22:00-30:00"), "9h", "11-02 22:00", "11-03 11:00", "counted 9h"),
        ("a segment over the gap", every_day(NEW_YORK, "01:00-04:00"), "3h", "03-10 00:00", "03-11 06:00", "outside 22h, counted 3h"),  # 2 h, 21 h closed
        ("a segment over the fold", every_day(NEW_YORK, "01:00-04:00"), "4h", "11-03 00:00", "11-03 09:00", "outside 1h, counted 4h"),
        ("a segment inside the gap lies behind it", every_day(NEW_YORK, "02:15-02:45"), "30m", "03-10 00:00", "03-10 07:45", "outside 2h 15m, counted 30m"),
        ("a segment that ends in the fold ends at the first", every_day(NEW_YORK, "00:30-01:30"), "1h", "11-03 00:00", "11-03 05:30", "outside 30m, counted 1h"),
        # Cairo is 2 h ahead, 3 h from 26 April to 31 October.
        ("a day that begins in the gap", every_day(CAIRO, "00:00-08:00"), "8h", "04-26 01:00", "04-26 22:00", "outside 16h, counted 8h"),  # 7 h, then 00:00-01:00 on the 27th
        ("from before a day that begins in the gap", every_day(CAIRO, "00:00-08:00"), "8h", "04-25 23:00", "04-26 22:00", "outside 17h, counted 8h"),
        ("a day that ends at a midnight that is skipped", every_day(CAIRO, "16:00-24:00"), "8h", "04-25 16:00", "04-25 22:00", "counted 8h"),
        ("a day whose last hour comes twice", every_day(CAIRO, "16:00-24:00"), "9h", "10-31 16:00", "10-31 22:00", "counted 9h"),
        # Lord Howe is 11 h ahead, 10 h 30 m from 7 April to 6 October.
        ("half an hour more", every_day(LORD_HOWE, "01:00-03:00"), "2h 30m", "04-07 00:00", "04-06 16:30", "outside 1h, counted 2h 30m"),
        ("half an hour less", every_day(LORD_HOWE, "01:00-03:00"), "2h", "10-06 00:00", "10-06 14:30", "outside 23h, counted 2h"),  # 1.5 h, 22 h closed
    ],
)  # fmt: skip
def test_days_on_which_clocks_change(
    hours: Calendar, budget: str, opened: str, due_in_utc: str, of_the_span: str
):
    told = history(f"{opened} opened", zone=hours.zone)

    assert missed(judged(told, target(budget, calendar=hours))) == (due_in_utc, of_the_span)


@table(
    "opened, lines, at_close, of_the_span, at_next_open",
    [
        (
            "inside",  # Friday 1 + 5 h, Monday 2 h
            "03-01 09:00",
            ["03-01 10:00 held reason=customer", "03-01 12:00 resumed"],
            "03-04 11:00",
            "outside 64h, held 2h, counted 8h",
            "03-04 11:00",
        ),
        (
            "over the break takes only hours",  # 11:30-12:00 and 13:00-13:30
            "03-01 09:00",
            ["03-01 11:30 held reason=customer", "03-01 13:30 resumed"],
            "03-04 10:00",
            "outside 64h, held 1h, counted 8h",
            "03-04 10:00",
        ),
        (
            "over a weekend",  # Friday's last hour, Monday's first; Friday 6 h, Monday 2 h count
            "03-01 10:00",
            ["03-01 17:00 held reason=customer", "03-04 10:00 resumed"],
            "03-04 12:00",
            "outside 64h, held 2h, counted 8h",
            "03-04 13:00",
        ),
        (
            "outside takes nothing",
            "03-01 10:00",
            ["03-01 19:00 held reason=customer", "03-03 12:00 resumed"],
            "03-04 10:00",
            "outside 64h, counted 8h",
            "03-04 10:00",
        ),
        (
            "across the due",  # Friday 7 h; the eighth is Monday's second
            "03-01 09:00",
            ["03-01 17:00 held reason=customer", "03-04 10:00 resumed"],
            "03-04 11:00",
            "outside 64h, held 2h, counted 8h",
            "03-04 11:00",
        ),
        (
            "across the due to the last hour of a day",  # held Friday 1 h, Monday 7 h
            "03-01 09:00",
            ["03-01 17:00 held reason=customer", "03-04 17:00 resumed"],
            "03-04 18:00",
            "outside 65h, held 8h, counted 8h",
            "03-05 09:00",
        ),
        ("open at the due", "03-01 09:00", ["03-01 17:00 held reason=customer"], "-", "", "-"),
        ("open over the weekend before the due", "03-01 10:00", ["03-02 12:00 held reason=customer"], "-", "", "-"),
        (
            "that begins exactly at the due",  # of the next opening it takes nothing either
            "03-01 09:00",
            ["03-01 18:00 held reason=customer", "03-04 12:00 resumed"],
            "03-01 18:00",
            "outside 1h, counted 8h",
            "03-04 09:00",
        ),
        ("open from exactly the due", "03-01 09:00", ["03-01 18:00 held reason=customer"], "03-01 18:00", "outside 1h, counted 8h", "03-04 09:00"),
        (
            "of a microsecond",
            "03-01 09:00",
            ["03-01 10:00 held reason=customer", "03-01 10:00:00.000001 resumed"],
            "03-04 09:00:00.000001",
            "outside 64h, held 1us, counted 8h",
            "03-04 09:00:00.000001",
        ),
        (
            "across the start",  # from 10:00: 2 + 5 h, Monday 1 h
            "03-01 09:00",
            ["03-01 08:00 held reason=customer", "03-01 10:00 resumed"],
            "03-04 10:00",
            "outside 64h, held 1h, counted 8h",
            "03-04 10:00",
        ),
    ],
)  # fmt: skip
def test_a_hold(opened: str, lines: list[str], at_close: str, of_the_span: str, at_next_open: str):
    told = history(f"{opened} opened", *lines)

    assert missed(judged(told, EIGHT)) == (at_close, of_the_span)
    assert missed(judged(told, EIGHT_TO_NEXT_OPEN))[0] == at_next_open


@table(
    "boundary, stop, expected, of_the_span",
    [
        ("exactly at closing", Boundary.CLOSE, "03-01 18:00", ["03-01 18:00 verdict met by e2"], "outside 1h, counted 8h"),
        (
            "one microsecond after closing",
            Boundary.CLOSE,
            "03-01 18:00:00.000001",
            ["03-01 18:00 breach", "03-01 18:00:00.000001 verdict late by e2"],
            "outside 1h 1us, counted 8h",
        ),
        ("over the weekend", Boundary.NEXT_OPEN, "03-02 18:00", ["03-02 18:00 verdict met by e2"], "outside 25h, counted 8h"),
        ("exactly at the next opening", Boundary.NEXT_OPEN, "03-04 09:00", ["03-04 09:00 verdict met by e2"], "outside 64h, counted 8h"),
        (
            "one microsecond after the next opening",
            Boundary.NEXT_OPEN,
            "03-04 09:00:00.000001",
            ["03-04 09:00 breach", "03-04 09:00:00.000001 verdict late by e2"],
            "outside 64h, counted 8h 1us",
        ),
    ],
)  # fmt: skip
def test_a_stop(boundary: Boundary, stop: str, expected: list[str], of_the_span: str):
    told = history("03-01 09:00 opened", f"{stop} resolved")
    judgement = judged(told, target("8h", calendar=office(), boundary=boundary))

    assert sayings(judgement) == expected
    assert account(judgement.statements[-1]) == of_the_span


def test_hours_are_those_of_their_zone():
    told = history("03-01 09:00 opened")  # 17:00 in Shanghai: one hour on Friday, seven on Monday

    assert missed(judged(told, target("8h", calendar=office(SHANGHAI))), SHANGHAI)[0] == "03-04 17:00"
    assert missed(judged(told, target("8h", calendar=office(UTC))), UTC)[0] == "03-01 18:00"


@table(
    "hours, amount, before, expected",
    [
        ("within a segment", office(), "1h", "03-01 11:00", "03-01 10:00"),
        ("over the break", office(), "3h", "03-01 14:00", "03-01 10:00"),
        ("from the break", office(), "3h", "03-01 12:30", "03-01 09:00"),
        ("exactly to the end of the break: the latest", office(), "5h", "03-01 18:00", "03-01 13:00"),
        ("a microsecond more lies before the break", office(), "5h 1us", "03-01 18:00", "03-01 11:59:59.999999"),
        ("from after closing", office(), "1h", "03-01 20:00", "03-01 17:00"),
        ("exactly to the opening", office(), "1h", "03-04 10:00", "03-04 09:00"),
        ("a microsecond more lies before the weekend", office(), "1h 1us", "03-04 10:00", "03-01 17:59:59.999999"),
        ("over a weekend", office(), "2h", "03-04 10:00", "03-01 17:00"),
        ("from a Sunday", office(), "8h", "03-03 12:00", "03-01 09:00"),
        ("from the opening", office(), "8h", "03-04 09:00", "03-01 09:00"),
        ("a shift over midnight", NIGHT, "8h", "03-04 22:30", "03-01 22:30"),  # 30 m, and 7.5 h before Saturday 06:00
        ("a holiday and a make-up day", HOLIDAY, "5h", "03-05 10:00", "03-01 17:00"),  # 1 h, 3 h on Saturday, 1 h
    ],
)  # fmt: skip
def test_backwards(hours: Calendar, amount: str, before: str, expected: str):
    for boundary in Boundary:
        assert latest(target("8h", calendar=hours, boundary=boundary), before, amount) == expected


def test_backwards_over_spring_festival():
    # One hour on Tuesday the 24th, seven on Saturday the 14th: five in the afternoon, 10:00 to 12:00.
    by_festival = target("8h", calendar=spring_festival_2026())

    assert latest(by_festival, "2026-02-24 10:00", "8h", SHANGHAI) == "2026-02-14 10:00"


@table(
    "hours, amount, before_in_utc, expected_in_utc",
    [
        ("a weekend that loses an hour", office(NEW_YORK), "2h", "03-11 14:00", "03-08 22:00"),
        ("a weekend that wins an hour", office(NEW_YORK), "2h", "11-04 15:00", "11-01 21:00"),
        ("a night of seven hours", every_day(NEW_YORK, "22:00-30:00"), "8h", "03-10 10:00", "03-09 10:00"),  # and one of the night before
        ("a night of nine hours", every_day(NEW_YORK, "22:00-30:00"), "8h", "11-03 11:00", "11-03 03:00"),
        ("a midnight that is skipped", every_day(CAIRO, "00:00-08:00"), "8h", "04-26 05:00", "04-25 05:00"),  # 7 h, and 07:00-08:00 the day before
    ],
)  # fmt: skip
def test_backwards_over_days_on_which_clocks_change(
    hours: Calendar, amount: str, before_in_utc: str, expected_in_utc: str
):
    assert latest(target("8h", calendar=hours), before_in_utc, amount) == expected_in_utc


def test_hours_without_a_break_are_open_at_the_due():
    week = {"weekend": "00:00-24:00"}
    for hours in (
        calendar(UTC, "00:00-24:00", **week),
        calendar(UTC, "00:00-24:00", **week, d2024_02_29=""),
        calendar(UTC, "00:00-24:00", **week, d2024_03_05=""),
    ):
        later = target("8h", calendar=hours, boundary=Boundary.NEXT_OPEN)
        assert missed(judged(history("03-01 09:00 opened"), later)) == ("03-01 17:00", "counted 8h")
