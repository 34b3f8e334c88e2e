"""How a hotline stands, from facts in Postgres to metrics, against numbers worked out by hand (hotline_scene)."""

import pytest

from service.app.hotline import look
from service.hotline import Answer, service_level
from service.metrics.hotline import ANSWERS, OUTCOMES, PARTIES
from service.sla.instants import HOUR, SECOND
from service.store import Database
from tests.app.hotline_board import CHOSEN, Shown, scene
from tests.app.hotline_scene import COUNTS, NOON, fact, keep


@pytest.fixture
async def db(database):
    one = Database.open(database, pool_size=2)
    yield one
    await one.close()


async def test_what_is_counted_and_who_is_there(db):
    await scene(db)
    seen = await look(db, CHOSEN, NOON)
    faults, other = seen.standings

    assert (faults.queue, other.queue) == ("faults", "other")
    assert faults.counts == COUNTS
    assert service_level(faults.counts, now=True).value == 1 / 6
    assert (other.counts.answered, other.counts.answered_in_time) == (1, 1)
    # c0 290 s, c1 100 s, c2 60 s of 1800 s
    assert (faults.occupancy.part, faults.occupancy.whole) == (450 * SECOND, 1800 * SECOND)
    assert (faults.cover.covered, faults.cover.uncovered, faults.cover.unknown) == (
        900 * SECOND,
        900 * SECOND,
        0,
    )
    assert (faults.now.answer, faults.now.sure, faults.now.required) == (Answer.UNCOVERED, 1, 2)
    (gap,) = faults.gaps
    assert (gap.start, gap.end, gap.planned, gap.required) == (NOON + 1800 * SECOND, NOON + HOUR, 1, 2)
    assert (seen.heard, seen.is_silent, seen.has_roster) == (NOON, False, True)


async def test_gauges_show_it(db):
    await scene(db)
    shown = Shown()
    await shown.board.refresh(db, NOON)

    assert [shown("window_calls", outcome=each) for each in (*OUTCOMES, "waiting")] == [2, 2, 1, 0, 1]
    assert [shown("window_calls_in_time", outcome=each) for each in ("answered", "abandoned")] == [1, 1]
    assert (shown("window_calls_short"), shown("window_calls_waiting_late")) == (1, 1)
    assert shown("window_waited_seconds") == 40
    assert (shown("window_pickups", in_time="yes"), shown("window_pickups", in_time="no")) == (1, 4)
    assert (shown("window_handling_seconds"), shown("window_available_seconds")) == (450, 1350)
    assert [shown("window_coverage_seconds", answer=each) for each in ANSWERS] == [900, 900, 0]
    assert [shown("coverage", answer=each) for each in ANSWERS] == [0, 1, 0]
    assert (shown("agents_on_duty"), shown("agents_required")) == (1, 2)
    assert (shown("planned_gap_seconds"), shown("planned_gap_timestamp_seconds")) == (
        1800,
        NOON / SECOND + 1800,
    )
    assert (
        shown("look_timestamp_seconds", None) == shown("last_fact_timestamp_seconds", None) == NOON / SECOND
    )
    assert (shown("source_silent", None), shown("roster_known", None)) == (0, 1)


async def test_counters_count_what_ended_since_the_look_before_and_once(db):
    await scene(db)
    shown = Shown()
    for at in (-700, -450, 0, 0):
        await shown.board.refresh(db, NOON + at * SECOND)

    assert [shown("calls_total", outcome=each) for each in OUTCOMES] == [2, 2, 1, 0]
    assert shown("calls_total", "other", outcome="answered") == 1
    assert [shown("calls_in_time_total", outcome=each) for each in ("answered", "abandoned")] == [1, 1]
    assert shown("calls_short_total") == 1
    assert (shown("pickups_total", in_time="yes"), shown("pickups_total", in_time="no")) == (1, 3)
    assert [shown("calls_ended_total", by=each) for each in PARTIES] == [3, 1, 1]
    assert (shown("ratings_total"), shown("rating_marks_total")) == (1, 5)
    assert (shown("talk_seconds_count"), shown("talk_seconds_sum")) == (2, 160)
    assert (shown("wait_seconds_sum", outcome="answered"), shown("wait_seconds_sum", outcome="missed")) == (
        40,
        60,
    )
    assert [shown("coverage_seconds_total", answer=each) for each in ANSWERS] == [0, 700, 0]


async def test_what_comes_late_is_in_the_window_and_counted_no_second_time(db):
    await scene(db)
    shown = Shown()
    for at in (-700, 0):
        await shown.board.refresh(db, NOON + at * SECOND)
    await keep(db, fact("call.answered", -290, "c4", agent="u-1"))  # it was answered after all
    await shown.board.refresh(db, NOON + SECOND)

    assert (shown("window_calls", outcome="answered"), shown("window_calls", outcome="abandoned")) == (3, 1)
    assert (shown("calls_total", outcome="answered"), shown("calls_total", outcome="abandoned")) == (2, 2)


async def test_who_is_not_heard_is_unknown_and_not_away(db):
    await scene(db)
    shown = Shown()
    await shown.board.refresh(db, NOON + 700 * SECOND)  # ten minutes after the last sign of life and 100 s

    assert [shown("coverage", answer=each) for each in ANSWERS] == [0, 0, 1]
    assert shown("source_silent", None) == 1
    # of [-1100, 700): covered to -900, uncovered to 600
    assert [shown("window_coverage_seconds", answer=each) for each in ANSWERS] == [200, 1500, 100]
