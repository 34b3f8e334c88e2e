"""The statutory days of the People's Republic of China, against a second collection of the same notices."""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from service import rules
from service.rules.statutory import statutory, trouble, unknown_year
from service.sla.calendars import Calendar, Edition
from service.sla.instants import HOUR, Instant, at_wall

EXAMPLES = Path(__file__).parents[2] / "examples" / "calendars"

LAST = date(2026, 12, 31)
#: The days that `chinesecalendar` 1.11 records.
RECORDED = (date(2004, 1, 1), LAST)


def dates(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def office() -> Calendar:
    return rules.read_calendar((EXAMPLES / "prc-office.yaml").read_text(), name="prc-office.yaml")


def differences(first: date, last: date) -> list[date]:
    edition = office().latest
    return [day for day in dates(first, last) if edition.is_working(day) != chinese_calendar.is_workday(day)]


def test_both_agree_on_every_day_from_2007_to_2026():
    assert differences(date(2007, 1, 1), LAST) == []


def test_before_2007_they_differ_on_one_day():
    # The notice for 2006 gave off Tuesday 3 January 2006 in exchange for Saturday 31 December 2005. Both have the day off;
    # `chinesecalendar` leaves out the working day, which lies in the year before that of the notice.
    assert differences(RECORDED[0], date(2006, 12, 31)) == [date(2005, 12, 31)]
    assert office().latest.is_working(date(2005, 12, 31))
    assert not chinese_calendar.is_workday(date(2006, 1, 3))


def test_days_off_are_whole_periods():
    """An office open on weekends closes on the weekends within a holiday, as the second collection lists them."""
    ours = {day for day in statutory("CN", LAST).off if RECORDED[0] <= day}
    theirs = {day for day in chinese_calendar.holidays if RECORDED[0] <= day <= LAST}

    assert theirs <= ours
    # Of some years it leaves out weekends that join a day off.
    assert {day.weekday() for day in ours - theirs} == {5, 6}
    assert {day.year for day in ours - theirs} == {*range(2011, 2013), *range(2014, 2019), 2024}


def test_makeup_days_are_weekends():
    days = statutory("CN", LAST)

    assert {day.weekday() for day in days.makeup} == {5, 6}
    assert not days.makeup & days.off
    assert {day for day in days.makeup if day.year == 2026} == {
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    }


def test_what_is_known_is_told():
    assert trouble("CN") is None
    assert unknown_year("CN", LAST) is None
    assert unknown_year("CN", date(2001, 1, 1)) is None
    assert unknown_year("CN", date(2000, 12, 31)) == 2000
    with pytest.raises(ValueError, match="the days of CN are not known up to 2000-12-31"):
        statutory("CN", date(2000, 12, 31))
    with pytest.raises(ValueError, match="the days of XX are not known"):
        statutory("XX", LAST)


def test_the_days_off_of_a_part_of_another_country():
    bavaria = statutory("DE-BY", LAST)

    assert bavaria.makeup == frozenset()
    assert {day for day in bavaria.off if day.year == 2026} == {
        *(date(2026, 1, 1), date(2026, 1, 6), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1)),
        *(date(2026, 5, 14), date(2026, 5, 25), date(2026, 6, 4), date(2026, 10, 3), date(2026, 11, 1)),
        *(date(2026, 12, 25), date(2026, 12, 26)),
    }
    assert date(2026, 1, 6) not in statutory("DE", LAST).off


# --- Spring Festival of 2020 ----------------------------------------------------------------------

#: 18 January to 4 February, a sign a day: worked or not.
ANNOUNCED = ".WWWWW.......WW.WW"
REVISED = ".WWWWW..........WW"


def spring_festival() -> Calendar:
    return rules.read_calendar((EXAMPLES / "prc-2020.yaml").read_text(), name="prc-2020.yaml")


def told(edition: Edition) -> str:
    days = dates(date(2020, 1, 18), date(2020, 2, 4))
    return "".join("W" if edition.is_working(day) else "." for day in days)


def noon(day: date) -> Instant:
    return at_wall(day, 12 * HOUR, spring_festival().zone)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2019, 12, 1), ANNOUNCED),
        (date(2020, 1, 26), ANNOUNCED),  # a date is known on the days after it was published
        (date(2020, 1, 27), REVISED),
        (date(2026, 1, 1), REVISED),
    ],
)
def test_what_was_known_of_the_spring_festival_of_2020(day, expected):
    assert told(spring_festival().known_at(noon(day))) == expected


def test_the_last_word_on_2020_is_that_of_both_collections():
    edition, one = spring_festival().latest, office().latest
    year = dates(date(2020, 1, 1), date(2020, 12, 31))

    assert [edition.of(day) for day in year] == [one.of(day) for day in year]
    assert [edition.is_working(day) for day in year] == [chinese_calendar.is_workday(day) for day in year]


def test_what_was_announced_for_2020_differs_on_two_days():
    calendar = spring_festival()
    before = calendar.known_at(noon(date(2019, 12, 1)))
    year = dates(date(2020, 1, 1), date(2020, 12, 31))

    assert [day for day in year if before.of(day) != calendar.latest.of(day)] == [
        date(2020, 1, 31),
        date(2020, 2, 1),
    ]
