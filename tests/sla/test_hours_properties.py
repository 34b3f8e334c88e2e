"""What holds for all working time, tried on random calendars."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from service.sla.calendars import Calendar, Edition, days_later
from service.sla.hours import ALWAYS, Hours
from service.sla.instants import HOUR, MINUTE, Instant, at_wall, moment_of
from tests.sla.world import (
    BEGINNINGS,
    HALF_HOUR,
    LORD_HOWE,
    SHANGHAI,
    UTC,
    ZONES,
    calendars,
    instants,
    some_hours,
)

TRIED = settings.get_profile("ci")

INSTANTS = st.sampled_from(BEGINNINGS).flatmap(lambda beginning: instants(beginning, 30))
AMOUNTS = st.one_of(st.integers(1, 96).map(lambda halves: halves * HALF_HOUR), st.integers(1, 100 * HOUR))


@TRIED
@given(some_hours(), INSTANTS, AMOUNTS)
def test_after_and_worked_are_inverses_and_after_is_the_earliest(hours: Hours, start: Instant, amount: int):
    end = hours.after(start, amount)

    assert end is not None
    assert hours.worked(start, end) == amount
    assert hours.worked(start, end - 1) == amount - 1


@TRIED
@given(some_hours(), INSTANTS, AMOUNTS, AMOUNTS)
def test_amounts_can_be_used_up_one_after_the_other(hours: Hours, start: Instant, one: int, two: int):
    between = hours.after(start, one)

    assert between is not None
    assert hours.after(between, two) == hours.after(start, one + two)


@TRIED
@given(some_hours(), INSTANTS, INSTANTS)
def test_open_and_closed_time_add_up(hours: Hours, one: Instant, two: Instant):
    start, end = sorted([one, two])
    segments = list(hours.segments(start, end))

    assert hours.worked(start, end) + hours.closed(start, end) == end - start
    assert sum(to - begin for begin, to in segments) == hours.worked(start, end)
    assert all(begin < to for begin, to in segments)
    assert all(to < begin for (_, to), (begin, _) in pairwise(segments))
    assert all(start <= begin and to <= end for begin, to in segments)


@TRIED
@given(some_hours(), st.lists(INSTANTS, min_size=3, max_size=3))
def test_spans_add_up(hours: Hours, bounds: list[Instant]):
    start, middle, end = sorted(bounds)

    assert hours.worked(start, middle) + hours.worked(middle, end) == hours.worked(start, end)
    assert hours.closed(start, middle) + hours.closed(middle, end) == hours.closed(start, end)


@TRIED
@given(some_hours(), INSTANTS)
def test_the_next_opening_is_open_and_nothing_before_it_is(hours: Hours, instant: Instant):
    opening = hours.reopening(instant)

    assert opening is not None
    assert opening >= instant
    assert hours.worked(instant, opening) == 0
    assert hours.worked(opening, opening + 1) == 1


@TRIED
@given(calendars(), st.lists(INSTANTS, min_size=2, max_size=6))
def test_answers_do_not_depend_on_what_was_asked_before(calendar: Calendar, asked: list[Instant]):
    hours = laid_out_anew(calendar)
    for instant in asked:
        assert hours.after(instant, HOUR) == laid_out_anew(calendar).after(instant, HOUR)
        assert hours.closed(asked[0], instant) == laid_out_anew(calendar).closed(asked[0], instant)


def laid_out_anew(calendar: Calendar) -> Hours:
    return Edition(calendar.zone, calendar.versions).hours


@TRIED
@given(calendars(), INSTANTS, st.integers(0, 8 * 24 * 4))
def test_where_clocks_do_not_change_the_quarter_hours_of_the_wall_are_counted(
    calendar: Calendar, start: Instant, quarters: int
):
    """A second way to reckon: look at the clock on the wall every quarter of an hour."""
    zone = UTC if calendar.zone not in {UTC, SHANGHAI} else calendar.zone
    steady = Edition(zone, calendar.versions)
    quarter = 15 * MINUTE
    start -= start % quarter

    counted = sum(quarter for n in range(quarters) if on_the_wall(steady, start + n * quarter))

    assert steady.hours.worked(start, start + quarters * quarter) == counted


def on_the_wall(edition: Edition, instant: Instant) -> bool:
    """Whether a shift of today, or one of yesterday that runs over midnight, is on."""
    local = moment_of(instant, edition.zone)
    today = (local.hour * 60 + local.minute) * MINUTE
    yesterday = local.date().fromordinal(local.toordinal() - 1)
    return any(start <= today < to for start, to in edition.of(local.date())) or any(
        start <= today + 24 * HOUR < to for start, to in edition.of(yesterday)
    )


@TRIED
@given(INSTANTS, st.integers(0, 400), st.sampled_from(ZONES))
def test_days_later_shows_the_same_wall_time_unless_clocks_skip_it(start: Instant, days: int, zone):
    end = days_later(start, days, zone)
    then, now = moment_of(start, zone), moment_of(end, zone)
    skipped = 30 if zone is LORD_HOWE else 60
    moved = (now.hour * 60 + now.minute) - (then.hour * 60 + then.minute)

    assert now.toordinal() - then.toordinal() == days
    assert moved in {0, skipped}
    assert now.fold == 0
    assert at_wall(now.date(), (now.hour * 60 + now.minute) * MINUTE, zone) == end - end % MINUTE


@TRIED
@given(INSTANTS, AMOUNTS)
def test_round_the_clock_time_is_elapsed_time(start: Instant, amount: int):
    assert ALWAYS.after(start, amount) == start + amount
    assert ALWAYS.worked(start, start + amount) == amount
