"""Working time by hand: segments, closing times, openings, daylight saving."""

from zoneinfo import ZoneInfo

import pytest

from service.sla.calendars import days_later
from service.sla.hours import ALWAYS, CHUNK_DAYS
from service.sla.instants import DAY, EARLIEST, HOUR, LATEST, MINUTE
from tests.sla.telling import NEW_YORK, SHANGHAI, at, calendar, clock, office, span, version

OFFICE = office().latest.hours


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        ("03-01 09:00", "3h", "03-01 12:00"),  # at closing time, not at the next opening
        ("03-01 09:00", "3h 1us", "03-01 13:00:00.000001"),
        ("03-01 09:00", "8h", "03-01 18:00"),
        ("03-01 09:00", "8h 1us", "03-04 09:00:00.000001"),
        ("03-01 12:00", "1us", "03-01 13:00:00.000001"),  # noon is closed: segments are half-open
        ("03-01 12:30", "5h", "03-01 18:00"),
        ("03-01 17:59:59.999999", "1us", "03-01 18:00"),
        ("03-01 18:00", "1h", "03-04 10:00"),
        ("03-02 11:00", "1h", "03-04 10:00"),
        ("03-01 08:59:59.999999", "1us", "03-01 09:00:00.000001"),
        ("03-01 09:00", "40h", "03-07 18:00"),
        ("03-02 11:00", "0h", "03-02 11:00"),
        ("03-02 11:00", "-1h", "03-02 11:00"),
        ("2023-12-29 09:00", "2104h", "2024-12-31 18:00"),  # a Friday and the 262 weekdays of 2024
    ],
)
def test_after(start: str, amount: str, end: str):
    assert clock(OFFICE.after(at(start), span(amount))) == clock(at(end))


@pytest.mark.parametrize(
    ("start", "end", "worked", "closed"),
    [
        ("03-01 09:00", "03-01 12:00", "3h", "0h"),
        ("03-01 09:00", "03-01 13:00", "3h", "1h"),
        ("03-01 12:00", "03-01 13:00", "0h", "1h"),
        ("03-01 11:59:59.999999", "03-01 13:00:00.000001", "2us", "1h"),
        ("03-01 18:00", "03-04 09:00", "0h", "63h"),
        ("03-01 10:30", "03-04 10:00", "7h 30m", "64h"),
        ("03-02 01:00", "03-03 01:00", "0h", "24h"),
        ("03-01 10:00", "03-01 10:00", "0h", "0h"),
        ("03-01 11:00", "03-01 10:00", "0h", "0h"),
    ],
)
def test_worked_and_closed(start: str, end: str, worked: str, closed: str):
    measured = OFFICE.worked(at(start), at(end)), OFFICE.closed(at(start), at(end))

    assert measured == (span(worked), span(closed))


@pytest.mark.parametrize(
    ("instant", "opening"),
    [
        ("03-01 09:00", "03-01 09:00"),
        ("03-01 10:00", "03-01 10:00"),
        ("03-01 11:59:59.999999", "03-01 11:59:59.999999"),
        ("03-01 12:00", "03-01 13:00"),
        ("03-01 18:00", "03-04 09:00"),
        ("03-03 00:00", "03-04 09:00"),
    ],
)
def test_reopening(instant: str, opening: str):
    assert clock(OFFICE.reopening(at(instant))) == opening


def test_segments_are_cut_to_the_span():
    cut = [(clock(a), clock(b)) for a, b in OFFICE.segments(at("03-01 10:00"), at("03-04 09:30"))]

    assert cut == [
        ("03-01 10:00", "03-01 12:00"),
        ("03-01 13:00", "03-01 18:00"),
        ("03-04 09:00", "03-04 09:30"),
    ]


def test_a_holiday_has_no_hours_and_a_make_up_day_has_its_own():
    hours = office(d2024_03_04="", d2024_03_02="09:00-12:00").latest.hours

    assert clock(hours.after(at("03-01 17:00"), span("2h"))) == "03-02 10:00"
    assert clock(hours.after(at("03-01 17:00"), span("5h"))) == "03-05 10:00"


def test_a_shift_runs_over_midnight_from_the_day_on_which_it_begins():
    hours = office(day="22:00-30:00").latest.hours

    assert clock(hours.after(at("03-01 23:00"), span("8h"))) == "03-04 23:00"
    assert hours.worked(at("03-02 00:00"), at("03-02 12:00")) == 6 * HOUR


def test_shifts_that_touch_or_overlap_count_once():
    hours = office(day="09:00-13:00 12:00-15:00 15:00-16:00").latest.hours

    assert hours.worked(at("03-01 00:00"), at("03-02 00:00")) == 7 * HOUR
    assert clock(hours.reopening(at("03-01 15:00"))) == "03-01 15:00"


def test_a_shift_within_another_counts_once():
    hours = office(day="09:00-17:00 10:00-12:00").latest.hours

    assert hours.worked(at("03-01 00:00"), at("03-02 00:00")) == 8 * HOUR
    assert clock(hours.after(at("03-01 09:00"), span("8h"))) == "03-01 17:00"


def test_all_of_a_year():
    # 2024 has 262 weekdays among its 366 dates. Each question is the first to hours that are not laid out yet.
    start, end = at("2024-01-01 00:00"), at("2025-01-01 00:00")

    assert office().latest.hours.worked(start, end) == span("2096h")
    assert office().latest.hours.closed(start, end) == span("6688h")
    assert len(list(office().latest.hours.segments(start, end))) == 2 * 262
    assert clock(office().latest.hours.after(start, span("2096h"))) == "12-31 18:00"
    assert clock(office().latest.hours.before(at("12-31 18:00"), span("2096h"))) == "01-01 09:00"


def test_hours_are_those_of_their_zone():
    hours = office(SHANGHAI).latest.hours

    assert clock(hours.after(at("03-01 09:00", SHANGHAI), span("8h")), SHANGHAI) == "03-01 18:00"
    assert clock(hours.after(at("03-01 00:00"), span("1h"))) == "03-01 02:00"


@pytest.mark.parametrize(
    ("shift", "opens", "shuts"),
    [
        ("00:00-04:00", "03-10 05:00", "03-10 08:00"),  # 00:00 EST to 04:00 EDT: three hours
        ("02:15-02:45", "03-10 07:15", "03-10 07:45"),  # skipped: moves forward by the gap
        ("01:00-02:30", "03-10 06:00", "03-10 07:30"),  # the end moves forward
        ("00:00-24:00", "03-10 05:00", "03-11 04:00"),
        ("00:00-04:00", "11-03 04:00", "11-03 09:00"),  # 00:00 EDT to 04:00 EST: five hours
        ("01:30-02:30", "11-03 05:30", "11-03 07:30"),  # from the first 01:30
        ("00:30-01:30", "11-03 04:30", "11-03 05:30"),  # to the first 01:30
        ("00:00-24:00", "11-03 04:00", "11-04 05:00"),
    ],
)
def test_the_days_on_which_clocks_change(shift: str, opens: str, shuts: str):
    hours = calendar(NEW_YORK, "", weekend=shift).latest.hours
    day = at(f"{opens.split(maxsplit=1)[0]} 00:00", NEW_YORK)
    segments = list(hours.segments(day, day + 36 * HOUR))

    assert [(clock(a), clock(b)) for a, b in segments] == [(opens, shuts)]


def test_a_shift_that_the_gap_turns_round_has_no_time():
    hours = calendar(NEW_YORK, "", weekend="02:30-03:00").latest.hours  # on 10 March from 03:30 to 03:00
    day = at("03-10 00:00", NEW_YORK)

    assert list(hours.segments(day, day + 2 * DAY)) == []
    assert hours.worked(day - DAY, day + 2 * DAY) == 30 * MINUTE  # Saturday's
    assert clock(hours.reopening(day), NEW_YORK) == "03-16 02:30"


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("03-09 02:30", 1, "03-10 07:30"),  # no 02:30 on the 10th: 03:30 EDT
        ("03-09 02:30", 2, "03-11 06:30"),
        ("03-09 12:00", 1, "03-10 16:00"),  # 23 hours later
        ("11-02 01:30", 1, "11-03 05:30"),  # the first 01:30
        ("11-02 12:00", 1, "11-03 17:00"),  # 25 hours later
    ],
)
def test_days_later(start: str, days: int, end: str):
    assert clock(days_later(at(start, NEW_YORK), days, NEW_YORK)) == end


def test_days_later_than_a_wall_time_that_came_for_the_second_time():
    assert clock(days_later(at("11-03 06:30"), 1, NEW_YORK)) == "11-04 06:30"


def test_always():
    start = at("03-01 10:00")

    assert ALWAYS.after(start, span("36h")) == at("03-02 22:00")
    assert ALWAYS.worked(start, at("03-02 22:00")) == span("36h")
    assert ALWAYS.worked(at("03-02 22:00"), start) == 0
    assert ALWAYS.closed(start, at("03-02 22:00")) == 0
    assert ALWAYS.reopening(start) == start
    assert ALWAYS.after(LATEST - MINUTE, MINUTE) is None
    assert ALWAYS.after(LATEST - MINUTE, MINUTE - 1) == LATEST - 1
    assert ALWAYS.before(EARLIEST + MINUTE, MINUTE) == EARLIEST
    assert ALWAYS.before(EARLIEST + MINUTE, MINUTE + 1) is None
    for nothing in (0, -HOUR):
        assert ALWAYS.after(start, nothing) == ALWAYS.before(start, nothing) == start


@pytest.mark.parametrize(
    ("zone", "shift"),  # 14 h ahead, 10 h behind; every moment is in a shift
    [("Pacific/Kiritimati", "00:00-24:00"), ("Pacific/Honolulu", "00:00-24:00"), ("Pacific/Honolulu", "20:00-44:00")],
)  # fmt: skip
def test_a_question_at_the_edge_of_a_layout_needs_the_dates_beyond_it(zone: str, shift: str):
    edge = 50 * CHUNK_DAYS * DAY
    for start in (edge - 2 * HOUR, edge, edge + DAY):
        hours = calendar(ZoneInfo(zone), shift, weekend=shift).latest.hours

        assert hours.worked(start, start + HOUR) == HOUR


def test_past_the_latest_instant_there_is_no_answer():
    start = LATEST - 4 * 24 * HOUR

    assert OFFICE.after(start, 100 * HOUR) is None
    assert OFFICE.after(start, 10**30) is None


def test_a_calendar_without_working_time_is_known():
    assert version("").is_empty
    assert version("09:00-09:00").is_empty
    assert not version("", weekend="10:00-11:00").is_empty


def test_questions_in_any_order_have_the_same_answers():
    first, second = office().latest.hours, office().latest.hours
    far, near = at("2031-05-05 10:00"), at("2001-05-07 10:00")
    answers = [first.after(near, HOUR), first.closed(near, far), first.after(far, HOUR)]

    assert [second.after(far, HOUR), second.closed(near, far), second.after(near, HOUR)] == answers[::-1]


def test_past_the_latest_instant_nothing_opens():
    assert OFFICE.reopening(at("2199-12-31 17:59")) == at("2199-12-31 17:59")
    assert OFFICE.reopening(at("2199-12-31 18:00")) is None
