"""What a new state of a calendar changes: instants and dates below were found with a paper calendar.

1 March 2024 is a Friday. China keeps UTC+8 without summer time, so midnight there is 16:00 UTC of the day before.
"""

from datetime import date

import pytest

from service.rules.revision import revision
from service.sla.calendars import Calendar, Version
from service.sla.instants import EARLIEST, HOUR
from tests.sla.telling import NEW_YORK, SHANGHAI, at

NINE_TO_SIX = ((9 * HOUR, 18 * HOUR),)
MORNING = ((9 * HOUR, 12 * HOUR),)
OFF = ()

END_OF_2023, END_OF_2024 = date(2023, 12, 31), date(2024, 12, 31)
FIRST, FOURTH, FIFTH = date(2024, 3, 1), date(2024, 3, 4), date(2024, 3, 5)


def version(dates=None, *, days=NINE_TO_SIX, since=None, until=END_OF_2024) -> Version:
    return Version(week=(days,) * 5 + (OFF,) * 2, dates=dates or {}, known_since=since, known_until=until)


def calendar(*versions: Version, zone=SHANGHAI) -> Calendar:
    return Calendar(name="office", zone=zone, versions=versions)


def test_the_same_days_are_no_change():
    found = revision(calendar(version({FIRST: NINE_TO_SIX})), calendar(version()))

    assert (found.since, found.days, found.zone) == (None, (), None)
    assert not found.corrects(date(2100, 1, 1))


def test_a_day_that_is_declared_off():
    found = revision(calendar(version()), calendar(version({FOURTH: OFF})))

    assert found.since == at("03-03 16:00")
    assert [(day.date, day.before, day.after) for day in found.days] == [(FOURTH, NINE_TO_SIX, OFF)]


@pytest.mark.parametrize(("today", "corrects"), [(date(2024, 3, 3), False), (FOURTH, True), (FIFTH, True)])
def test_today_is_past(today, corrects):
    found = revision(calendar(version()), calendar(version({FOURTH: OFF})))

    assert found.corrects(today) is corrects
    assert [day.date for day in found.past(today)] == ([FOURTH] if corrects else [])


def test_days_that_were_not_known_are_extended_not_corrected():
    """Also when they are past: what was said of them was that nobody knew."""
    found = revision(
        calendar(version(until=END_OF_2023)), calendar(version({date(2024, 1, 1): OFF}, until=END_OF_2024))
    )

    assert found.since == at("2023-12-31 16:00")
    assert found.known_until == (END_OF_2023, END_OF_2024)
    assert not found.corrects(date(2024, 6, 1))
    assert not found.forgets


def test_a_day_beyond_what_either_knows_bears_on_provisional_dues():
    found = revision(calendar(version()), calendar(version({date(2025, 2, 3): OFF})))

    assert (found.since, found.days) == (at("2025-02-02 16:00"), ())


def test_days_that_are_not_known_any_more():
    found = revision(calendar(version()), calendar(version(until=date(2024, 12, 30))))

    assert found.forgets
    assert found.since == at("2024-12-30 16:00")
    assert [(day.date, day.after) for day in found.days] == [(END_OF_2024, None)]


@pytest.mark.parametrize(
    ("before", "after", "forgets"), [(None, END_OF_2024, True), (END_OF_2024, None, False)]
)
def test_knowledge_without_end(before, after, forgets):
    found = revision(calendar(version(until=before)), calendar(version(until=after)))

    assert found.forgets is forgets
    assert found.known_until == (before, after)
    assert found.since == at("2024-12-31 16:00")


def test_another_zone_moves_every_day():
    found = revision(calendar(version()), calendar(version(), zone=NEW_YORK))

    assert (found.since, found.zone) == (EARLIEST, ("Asia/Shanghai", "America/New_York"))
    assert found.corrects(date(1970, 1, 1))


def test_a_later_version_changes_days_from_its_own_next_day_on():
    """Published on Friday the first: Monday is the first working day that it governs."""
    found = revision(calendar(version()), calendar(version(), version(days=MORNING, since=FIRST)))

    assert found.since == at("03-03 16:00")
    assert found.days[0].date == FOURTH
    assert not found.corrects(date(2024, 3, 3))
    assert found.corrects(FOURTH)


def test_a_version_that_was_overridden_is_rewritten():
    """A due that was told before the first of March may have lain on the fifth; the promise may be stored otherwise."""
    second = version({FIFTH: OFF}, since=FIRST)
    found = revision(calendar(version(), second), calendar(version({FIFTH: MORNING}), second))

    assert found.since == EARLIEST
    assert [(day.date, day.before, day.after) for day in found.days] == [(FIFTH, NINE_TO_SIX, MORNING)]


def test_a_middle_version_touches_nothing_decided_before_it_was_published():
    second, third = version({FIFTH: OFF}, since=FIRST), version(since=FOURTH)
    found = revision(calendar(version(), third), calendar(version(), second, third))

    assert found.since == at("03-01 16:00")  # the second of March, the first day on which the second is known
    assert [day.date for day in found.days] == [FIFTH]


def test_a_version_published_earlier_than_was_thought():
    """The same days are known in the end, but what was known on the second and third of March is other."""
    off = {FIFTH: OFF}
    found = revision(
        calendar(version(), version(off, since=FOURTH)), calendar(version(), version(off, since=FIRST))
    )

    assert found.since == at("03-01 16:00")
