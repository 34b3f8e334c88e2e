import pytest

from service.hotline import Counts, Rings, Yardstick, count, fold_calls, handling_time, within_rings
from tests.hotline.telling import S, call

#: Within 20 s; gone by 5 s; three rings of 5 s.
STANDARD = Yardstick()


def one(*events, upto=100, yardstick=STANDARD):
    return count(fold_calls(events), upto * S, yardstick=yardstick)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            call("answered", 15),
            {"answered": 1, "answered_in_time": 1, "waited": 15 * S, "picked_up": 1, "to_pick_up": 1},
        ),
        (call("answered", 16), {"answered": 1, "answered_in_time": 1, "waited": 16 * S, "to_pick_up": 1}),
        (call("answered", 20), {"answered": 1, "answered_in_time": 1, "waited": 20 * S, "to_pick_up": 1}),
        (call("answered", 21), {"answered": 1, "waited": 21 * S, "to_pick_up": 1}),
        (
            call("answered", 40, rang_at=30),
            {"answered": 1, "waited": 40 * S, "picked_up": 1, "to_pick_up": 1},
        ),
        (
            call("abandoned", 5),
            {"abandoned": 1, "abandoned_in_time": 1, "abandoned_short": 1, "ended_by_caller": 1},
        ),
        (call("abandoned", 6), {"abandoned": 1, "abandoned_in_time": 1, "ended_by_caller": 1}),
        (call("abandoned", 15), {"abandoned": 1, "abandoned_in_time": 1, "ended_by_caller": 1}),
        (
            call("abandoned", 20),
            {"abandoned": 1, "abandoned_in_time": 1, "to_pick_up": 1, "ended_by_caller": 1},
        ),
        (call("abandoned", 21), {"abandoned": 1, "to_pick_up": 1, "ended_by_caller": 1}),
        (call("missed", 3), {"missed": 1, "to_pick_up": 1, "ended_by_system": 1}),
        (
            call("missed", 12, agent="li"),
            {"waiting": 1, "waiting_late": 1, "to_pick_up": 1, "rings_missed": 1},
        ),
    ],
)
def test_one_call(event, expected):
    assert one(call("offered", 0), event) == Counts(**expected)


@pytest.mark.parametrize(
    ("upto", "expected"),
    [
        (15, {"waiting": 1}),
        (16, {"waiting": 1, "to_pick_up": 1}),
        (20, {"waiting": 1, "to_pick_up": 1}),
        (21, {"waiting": 1, "waiting_late": 1, "to_pick_up": 1}),
    ],
)
def test_a_call_that_waits(upto, expected):
    assert one(call("offered", 0), upto=upto) == Counts(**expected)


def test_a_call_that_moves_on_is_judged_in_the_next_queue():
    events = [call("offered", 0, queue="faults"), call("offered", 10, queue="bills"), call("answered", 12)]
    calls = fold_calls(events)

    assert count(calls, 100 * S, queue="faults") == Counts(moved=1)
    assert count(calls, 100 * S, queue="bills") == Counts(
        answered=1, answered_in_time=1, waited=2 * S, picked_up=1, to_pick_up=1
    )
    assert count(calls, 100 * S).offered == 2


def test_the_cycle_of_the_telephone_is_configured():
    """Three rings of 6 s: 18 s, that instant included."""
    six = Yardstick(pickup=Rings(cycle=6 * S, assumed=False))

    assert within_rings(one(call("offered", 0), call("answered", 18), yardstick=six)).value == 1
    assert within_rings(one(call("offered", 0), call("answered", 19), yardstick=six)).value == 0


def test_an_own_cycle_is_an_assumption_until_it_is_set():
    assert (Rings().number, Rings().limit, Rings().assumed) == (3, 15 * S, True)


def test_a_call_counts_when_it_was_offered():
    calls = fold_calls([call("offered", 10), call("answered", 40)])

    assert count(calls, 100 * S, start=10 * S, end=11 * S).answered == 1
    assert count(calls, 100 * S, start=0, end=10 * S) == Counts()
    assert count(calls, 100 * S, start=11 * S, end=50 * S) == Counts()


def test_whole_calls_count_with_their_last_leg():
    calls = fold_calls(
        [
            call("offered", 0, queue="faults"),
            call("answered", 5, agent="li"),
            call("transferred", 60, agent="li", queue="bills"),
            call("answered", 70, agent="wu"),
            call("hung_up", 100, by="agent"),
            call("offered", 120),
            call("rated", 130, rating=4),
        ]
    )
    first, last = count(calls, 200 * S, queue="faults"), count(calls, 200 * S, queue="bills")

    assert (first.transfers, first.ended_by_agent, first.rated, first.stars, first.strays) == (0, 0, 0, 0, 0)
    assert (last.transfers, last.ended_by_agent, last.rated, last.stars, last.strays) == (1, 1, 1, 4, 1)


def test_every_outcome_was_offered():
    assert Counts(answered=1, abandoned=2, missed=4, moved=8, waiting=16).offered == 31


def test_handling_from_the_first_instant_on():
    assert (
        handling_time(fold_calls([call("offered", 0), call("answered", 0), call("hung_up", 7)])).value
        == 7 * S
    )


def test_handling_time():
    """li has it for 55 s, wu for 30 s; he still has the other one."""
    calls = fold_calls(
        [
            call("offered", 0, queue="faults"),
            call("answered", 5, agent="li"),
            call("transferred", 60, agent="li", queue="bills"),
            call("answered", 70, agent="wu"),
            call("hung_up", 100, by="agent"),
            call("offered", 0, name="d", queue="bills"),
            call("answered", 9, name="d", agent="he"),
        ]
    )

    assert (handling_time(calls).part, handling_time(calls).whole) == (85 * S, 2)
    assert handling_time(calls, queue="bills").value == 30 * S
    assert handling_time(calls, start=6 * S, end=70 * S).value is None
    assert handling_time(calls, start=5 * S, end=70 * S).value == 55 * S
