"""Calendar days by hand: the same wall time N dates later, in the target's zone.

1 March 2024 is a Friday. Dues of days on which clocks change are told in UTC; the comments tell the wall time.
"""

from zoneinfo import ZoneInfo

from service.sla.policy import Boundary, LastDay
from service.sla.ticks import latest_before
from tests.sla.telling import (
    CAIRO,
    LORD_HOWE,
    NEW_YORK,
    SHANGHAI,
    UTC,
    account,
    at,
    clock,
    due,
    history,
    judged,
    latest,
    missed,
    office,
    sayings,
    spring_festival_2026,
    table,
    target,
    version,
    versions,
)

APIA = ZoneInfo("Pacific/Apia")


@table(
    "days, opened, zone, due, counted",
    [
        ("within a week", 1, "03-05 10:15", UTC, "03-06 10:15", "24h"),
        ("over a weekend", 3, "03-01 10:15", UTC, "03-04 10:15", "72h"),
        ("from a Saturday", 1, "03-02 11:00", UTC, "03-03 11:00", "24h"),
        ("over the leap day", 3, "02-27 10:15", UTC, "03-01 10:15", "72h"),
        ("over the end of a year", 1, "12-31 23:59", UTC, "2025-01-01 23:59", "24h"),
        ("seconds are kept", 1, "03-01 10:00:59", UTC, "03-02 10:00:59", "24h"),
        ("microseconds are kept", 1, "03-01 23:59:59.999999", UTC, "03-02 23:59:59.999999", "24h"),
        ("from midnight", 1, "03-01 00:00", UTC, "03-02 00:00", "24h"),
        ("over Spring Festival", 9, "2026-02-14 14:00", SHANGHAI, "2026-02-23 06:00", "216h"),
        # New York is 5 h behind, 4 h from 10 March to 3 November.
        ("New York, a day of 23 hours", 1, "03-09 12:00", NEW_YORK, "03-10 16:00", "23h"),
        ("New York, 02:30 is skipped: 03:30", 1, "03-09 02:30", NEW_YORK, "03-10 07:30", "24h"),
        ("New York, 02:30 the day after", 2, "03-09 02:30", NEW_YORK, "03-11 06:30", "47h"),
        ("New York, 02:00 is skipped: 03:00", 1, "03-09 02:00", NEW_YORK, "03-10 07:00", "24h"),
        ("New York, a day of 25 hours", 1, "11-02 12:00", NEW_YORK, "11-03 17:00", "25h"),
        ("New York, 01:30 comes twice: the first", 1, "11-02 01:30", NEW_YORK, "11-03 05:30", "24h"),
        # Cairo is 2 h ahead, 3 h from 26 April to 31 October.
        ("Cairo, midnight is skipped: 01:00", 1, "04-25 00:00", CAIRO, "04-25 22:00", "24h"),
        ("Cairo, 00:30 is skipped: 01:30", 1, "04-25 00:30", CAIRO, "04-25 22:30", "24h"),
        ("Cairo, a day of 23 hours", 1, "04-25 12:00", CAIRO, "04-26 09:00", "23h"),
        ("Cairo, 23:30 comes twice: the first", 1, "10-30 23:30", CAIRO, "10-31 20:30", "24h"),
        ("Cairo, a day of 25 hours", 1, "10-31 00:00", CAIRO, "10-31 22:00", "25h"),
        # Lord Howe is 11 h ahead, 10 h 30 m from 7 April to 6 October.
        ("Lord Howe, half an hour more", 1, "04-06 12:00", LORD_HOWE, "04-07 01:30", "24h 30m"),
        ("Lord Howe, 01:45 comes twice: the first", 1, "04-06 01:45", LORD_HOWE, "04-06 14:45", "24h"),
        ("Lord Howe, half an hour less", 1, "10-05 12:00", LORD_HOWE, "10-06 01:00", "23h 30m"),
        ("Lord Howe, 02:15 is skipped: 02:45", 1, "10-05 02:15", LORD_HOWE, "10-05 15:45", "24h"),
    ],
)
def test_the_same_wall_time(days: int, opened: str, zone: ZoneInfo, due: str, counted: str):
    told = history(f"{opened} opened", zone=zone)
    for boundary in Boundary:  # days know no boundary
        judgement = judged(told, target(f"{days} days", zone=zone, boundary=boundary))

        assert missed(judgement) == (due, f"counted {counted}, {days} days")


def test_from_a_wall_time_that_has_come_for_the_second_time():
    told = history(
        "11-03 06:30 opened"
    )  # the second 01:30 in New York; the next one is an hour after 00:30 EST

    assert missed(judged(told, target("1 days", zone=NEW_YORK))) == ("11-04 06:30", "counted 24h, 1 days")


def test_every_date_is_a_day_whatever_the_calendar():
    # Saturday 14 February to Monday 23 February, nine dates, of which no one works.
    told = history("2026-02-14 14:00 opened", zone=SHANGHAI)

    assert (
        due(judged(told, target("9 days", calendar=spring_festival_2026())), SHANGHAI) == "2026-02-23 14:00"
    )


def test_calendar_days_need_no_calendar_and_are_never_provisional():
    known_for_a_day = versions(UTC, version("09:00-18:00", until="2024-03-01"))
    told = history("03-01 10:00 opened")

    assert sayings(judged(told, target("3 days", calendar=known_for_a_day))) == ["03-04 10:00 breach"]


@table(
    "lines, due, of_the_span",
    [
        ("inside a day costs nothing", ["03-01 12:00 held reason=customer", "03-02 08:00 resumed"], "03-04 10:00", "held 20h, counted 52h, 3 days"),
        ("over a tick costs that day whole", ["03-02 09:00 held reason=customer", "03-02 11:00 resumed"], "03-05 10:00", "held 2h, counted 94h, 3 days"),
        ("from the tick: not a < tick", ["03-02 10:00 held reason=customer", "03-02 12:00 resumed"], "03-04 10:00", "held 2h, counted 70h, 3 days"),
        ("to the tick: tick <= b", ["03-02 09:00 held reason=customer", "03-02 10:00 resumed"], "03-05 10:00", "held 1h, counted 95h, 3 days"),
        ("to a microsecond before the tick", ["03-02 09:00 held reason=customer", "03-02 09:59:59.999999 resumed"], "03-04 10:00", "held 59m 59s 999999us, counted 71h 1us, 3 days"),
        ("from a microsecond before the tick", ["03-02 09:59:59.999999 held reason=customer", "03-02 10:00 resumed"], "03-05 10:00", "held 1us, counted 95h 59m 59s 999999us, 3 days"),
        ("over two ticks", ["03-01 12:00 held reason=customer", "03-03 12:00 resumed"], "03-06 10:00", "held 48h, counted 72h, 3 days"),
        ("from tick to tick", ["03-02 10:00 held reason=customer", "03-03 10:00 resumed"], "03-05 10:00", "held 24h, counted 72h, 3 days"),
        ("across the due", ["03-04 09:00 held reason=customer", "03-06 10:00 resumed"], "03-07 10:00", "held 49h, counted 95h, 3 days"),
        ("open at the due", ["03-03 11:00 held reason=customer"], "-", ""),
        ("that begins exactly at the due", ["03-04 10:00 held reason=customer"], "03-04 10:00", "counted 72h, 3 days"),
        ("not accepted", ["03-02 09:00 held reason=parts", "03-02 11:00 resumed"], "03-04 10:00", "counted 72h, 3 days"),
        ("over the start", ["03-01 09:00 held reason=customer", "03-01 11:00 resumed"], "03-04 10:00", "held 1h, counted 71h, 3 days"),
    ],
)  # fmt: skip
def test_a_hold(lines: list[str], due: str, of_the_span: str):
    told = history("03-01 10:00 opened", *lines)

    assert missed(judged(told, target("3 days", accepts=("customer",)))) == (due, of_the_span)


@table(
    "lines, due",
    [
        # From 02:30 EST on 9 March; the first tick is moved to 03:30 EDT, which is 07:30 UTC, the second 06:30 UTC.
        (
            "up to before the moved tick",
            ["03-10 07:00 held reason=customer", "03-10 07:29 resumed"],
            "03-11 06:30",
        ),
        ("up to the moved tick", ["03-10 07:00 held reason=customer", "03-10 07:30 resumed"], "03-12 06:30"),
        ("from the moved tick", ["03-10 07:30 held reason=customer", "03-10 08:00 resumed"], "03-11 06:30"),
    ],
)
def test_a_hold_about_a_tick_that_the_gap_has_moved(lines: list[str], due: str):
    told = history("03-09 07:30 opened", *lines)
    two_days = target("2 days", zone=NEW_YORK, accepts=("customer",))

    assert missed(judged(told, two_days))[0] == due


@table(
    "stop, expected, of_the_span",
    [
        ("stop exactly on the due", "03-04 10:00", ["03-04 10:00 verdict met by e2"], "counted 72h, 3 days"),
        (
            "one microsecond late",
            "03-04 10:00:00.000001",
            ["03-04 10:00 breach", "03-04 10:00:00.000001 verdict late by e2"],
            "counted 72h 1us, 3 days",
        ),
        (
            "an hour before the second tick",
            "03-03 09:00",
            ["03-03 09:00 verdict met by e2"],
            "counted 47h, 1 days",
        ),
        ("on the second tick", "03-03 10:00", ["03-03 10:00 verdict met by e2"], "counted 48h, 2 days"),
        (
            "a day late",
            "03-05 10:00",
            ["03-04 10:00 breach", "03-05 10:00 verdict late by e2"],
            "counted 96h, 4 days",
        ),
    ],
)
def test_a_stop(stop: str, expected: list[str], of_the_span: str):
    judgement = judged(history("03-01 10:00 opened", f"{stop} resolved"), target("3 days"))

    assert sayings(judgement) == expected
    assert account(judgement.statements[-1]) == of_the_span


def test_a_stop_ends_the_hold_over_the_ticks():
    # Held from 3 March 09:00 until resolved on 6 March 11:00: the ticks of 3 to 6 March do not count; due on 8 March.
    told = history("03-01 10:00 opened", "03-03 09:00 held reason=customer", "03-06 11:00 resolved")
    judgement = judged(told, target("3 days", accepts=("customer",)))

    assert sayings(judgement) == ["03-06 11:00 verdict met by e3"]
    assert account(judgement.statements[0]) == "held 74h, counted 47h, 1 days"
    assert due(judgement) == "03-08 10:00"


def test_the_office_does_not_move_a_start_or_a_due():
    # Saturday 20:00, two dates later, outside the office's hours on both.
    told = history("03-02 20:00 opened")

    assert due(judged(told, target("2 days", calendar=office()))) == "03-04 20:00"


@table(
    "days, before, zone, expected_in_utc",
    [
        ("over a weekend", 3, "03-04 10:15", UTC, "03-01 10:15"),
        ("over the leap day", 2, "03-01 10:15", UTC, "02-28 10:15"),
        ("microseconds are kept", 1, "03-01 00:00:00.000001", UTC, "02-29 00:00:00.000001"),
        ("New York, a day of 23 hours", 1, "03-10 12:00", NEW_YORK, "03-09 17:00"),
        ("New York, 02:30 is skipped: 03:30", 1, "03-11 02:30", NEW_YORK, "03-10 07:30"),
        ("New York, 01:30 comes twice: the first", 1, "11-04 01:30", NEW_YORK, "11-03 05:30"),
        ("Cairo, midnight is skipped: 01:00", 1, "04-27 00:00", CAIRO, "04-25 22:00"),
        ("Lord Howe, half an hour more", 1, "04-07 12:00", LORD_HOWE, "04-06 01:00"),
        ("out of all reckoning", 1, "1970-01-01 10:00", UTC, "-"),
    ],
)
def test_backwards(days: int, before: str, zone: ZoneInfo, expected_in_utc: str):
    assert clock(latest_before(target("3 days", zone=zone), at(before, zone), days)) == expected_in_utc


def test_backwards_from_a_wall_time_that_has_come_for_the_second_time():
    of_new_york = target("1 days", zone=NEW_YORK)

    assert latest(of_new_york, "11-03 06:30", "1 days") == "11-02 05:30"  # 01:30 EST; 01:30 EDT


def test_a_hold_over_a_tick_of_a_date_that_came_twice():
    # At 00:01 of 7 November 2010 clocks in St. John's (2:30 h behind, then 3:30 h) went back to 23:01 of the 6th.
    day_three = "2010-11-07 02:30:30"  # 00:00:30 of the 7th; half an hour later it is 23:30 of the 6th again
    opened = "2010-11-04 02:30:30 opened"
    over = ("2010-11-07 02:30 held reason=customer", "2010-11-07 03:00 resumed")
    after = ("2010-11-07 02:31 held reason=customer", "2010-11-07 03:00 resumed")
    three_days = target("3 days", zone=ZoneInfo("America/St_Johns"), accepts=("customer",))

    assert missed(judged(history(opened), three_days)) == (day_three, "counted 72h, 3 days")
    assert missed(judged(history(opened, *after), three_days)) == (day_three, "counted 72h, 3 days")
    assert missed(judged(history(opened, *over), three_days)) == (
        "2010-11-08 03:30:30",
        "held 30m, counted 96h 30m, 3 days",
    )


def test_a_date_that_a_change_of_zone_skipped():
    # Samoa had no 30 December 2011; 10:00 of that date, read 10 h behind as before, is 10:00 of the 31st, 14 h ahead.
    told = history("2011-12-29 10:00 opened", zone=APIA)
    dues = [due(judged(told, target(f"{days} days", zone=APIA))) for days in (1, 2, 3)]

    assert dues == ["2011-12-30 20:00", "2011-12-30 20:00", "2011-12-31 20:00"]


# --- the last day ----------------------------------------------------------------------------------------------------
# Spring Festival 2026: off from 15 to 23 February, Saturdays 14 and 28 February are worked.

FESTIVAL = spring_festival_2026()


@table(
    "days, last_day, opened, due",
    [
        ("whole: to its end", 3, LastDay.WHOLE, "2026-03-02 10:15", "2026-03-06 00:00"),
        ("whole, from the first instant of a day", 1, LastDay.WHOLE, "2026-03-02 00:00", "2026-03-04 00:00"),
        ("whole, on a Sunday", 6, LastDay.WHOLE, "2026-03-02 10:15", "2026-03-09 00:00"),
        ("working, on a working day", 3, LastDay.WORKING, "2026-03-02 10:15", "2026-03-06 00:00"),
        ("working, on a Sunday", 6, LastDay.WORKING, "2026-03-02 10:15", "2026-03-10 00:00"),
        ("working, on a Saturday that is worked", 5, LastDay.WORKING, "2026-02-23 09:00", "2026-03-01 00:00"),
        (
            "working, on the first day of the festival",
            5,
            LastDay.WORKING,
            "2026-02-10 09:00",
            "2026-02-25 00:00",
        ),
        (
            "working, on the last day of the festival",
            13,
            LastDay.WORKING,
            "2026-02-10 09:00",
            "2026-02-25 00:00",
        ),
        ("working, the day after", 14, LastDay.WORKING, "2026-02-10 09:00", "2026-02-25 00:00"),
        ("ninety days, to a Wednesday", 90, LastDay.WORKING, "2026-01-08 15:00", "2026-04-09 00:00"),
    ],
)
def test_the_last_day(days: int, last_day: LastDay, opened: str, due: str):
    """Due at the end of the last day; when that is no working date, at the end of the next that is (Civil Code, 203)."""
    only = target(f"{days} days", calendar=FESTIVAL, last_day=last_day)

    assert missed(judged(history(f"{opened} opened", zone=SHANGHAI), only, zone=SHANGHAI), SHANGHAI)[0] == due


@table(
    "held, resumed, due",
    [
        ("before the last tick", "2026-02-14 20:00", "2026-02-15 08:00", "2026-02-25 00:00"),
        ("over the last tick", "2026-02-15 20:00", "2026-02-16 08:00", "2026-02-25 00:00"),
        ("between the last tick and the due", "2026-02-18 20:00", "2026-02-19 08:00", "2026-02-25 00:00"),
        ("over ticks up to the last day off", "2026-02-15 20:00", "2026-02-24 08:00", "2026-02-25 00:00"),
        ("over one more", "2026-02-15 20:00", "2026-02-25 08:00", "2026-02-26 00:00"),
    ],
)
def test_holds_move_the_last_day_and_not_what_it_moves_on_to(held: str, resumed: str, due: str):
    """Five days from 10 February: the last is the 15th, a day off, so that the 24th counts instead."""
    only = target("5 days", calendar=FESTIVAL, last_day=LastDay.WORKING, accepts=("customer",))
    told = history(
        "2026-02-10 09:00 opened",
        f"{held} held reason=customer",
        f"{resumed} resumed",
        zone=SHANGHAI,
    )

    assert missed(judged(told, only, zone=SHANGHAI), SHANGHAI)[0] == due


def test_a_last_day_beyond_what_the_calendar_knows_is_provisional():
    known = versions(SHANGHAI, version("09:00-18:00", until="2026-12-31"))
    (promise,) = judged(
        history("2026-12-30 09:00 opened", zone=SHANGHAI),
        target("5 days", calendar=known, last_day=LastDay.WORKING),
        upto="2026-12-31 00:00",
        zone=SHANGHAI,
    ).promises

    assert promise.provisional
