import pytest

from service.hotline import (
    SIGNED_IN,
    Answer,
    Cover,
    Listening,
    Requirement,
    Roster,
    Shift,
    Shortfall,
    State,
    coverage,
    in_all,
    on_duty,
    watch,
)
from tests.hotline.telling import S, agent

#: Ten minutes without a fact are silence; nobody works 16 h without one.
USUAL = Listening()
ONE = Roster()


def told(*events, upto=600, roster=ONE, queue="q", start=0, end=None, listening=USUAL, **more):
    """(start, end, answer) in seconds, over [start, upto) unless said otherwise."""
    seen = watch(events, upto * S, listening)
    found = coverage(seen, roster, queue, start * S, (upto if end is None else end) * S, **more)
    return [(each.start // S, each.end // S, each.answer.value) for each in found]


def merged(stretches):
    """Neighbours with one answer joined."""
    joined = []
    for start, end, answer in stretches:
        goes_on = bool(joined) and joined[-1][2] == answer
        joined.append((joined.pop()[0] if goes_on else start, end, answer))
    return joined


# --- states of an agent


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([agent("signed_in", 0)], [(0, 600, "uncovered")]),  # here, but takes no calls
        ([agent("signed_in", 0), agent("ready", 10)], [(0, 10, "uncovered"), (10, 600, "covered")]),
        ([agent("ready", 0)], [(0, 600, "covered")]),  # the sign-in was lost
        (
            [agent("ready", 0), agent("not_ready", 10, reason="lunch"), agent("ready", 30)],
            [(0, 10, "covered"), (10, 30, "uncovered"), (30, 600, "covered")],
        ),
        ([agent("ready", 0), agent("not_ready", 10, reason="wrap_up")], [(0, 600, "covered")]),
        (
            [agent("ready", 0), agent("signed_out", 10), agent("not_ready", 11, reason="wrap_up")],
            [(0, 10, "covered"), (10, 600, "uncovered")],
        ),
        ([agent("ready", 0), agent("signed_in", 10)], [(0, 600, "covered")]),
        ([agent("ready", 0), agent("alive", 10)], [(0, 600, "covered")]),
        (  # a change of shift at one instant, one person on both
            [agent("signed_in", 10), agent("signed_out", 10), agent("ready", 0), agent("ready", 10)],
            [(0, 600, "covered")],
        ),
    ],
)
def test_who_is_there(events, expected):
    assert merged(told(*events)) == expected


def test_signed_in_may_be_enough():
    assert told(agent("signed_in", 0), counting=SIGNED_IN) == [(0, 600, "covered")]


def test_queues():
    """An agent serves the queues that were told last; all when a sign-in names none."""
    events = [
        agent("ready", 0, queues=("q",)),
        agent("not_ready", 10, reason="wrap_up"),
        agent("ready", 20, queues=("r", "s")),
        agent("signed_in", 30),
    ]

    assert merged(told(*events)) == [(0, 20, "covered"), (20, 30, "uncovered"), (30, 600, "covered")]
    assert merged(told(*events, queue="r")) == [(0, 20, "uncovered"), (20, 600, "covered")]


def test_more_than_one_is_required():
    events = [agent("ready", 0), agent("ready", 100, "b"), agent("signed_out", 200, "b")]

    assert merged(told(*events, roster=Roster(least=2))) == [
        (0, 100, "uncovered"),
        (100, 200, "covered"),
        (200, 600, "uncovered"),
    ]


def test_where_nobody_is_required_it_is_covered():
    assert told(roster=Roster(least=0), end=9999) == [(0, 9999, "covered")]


# --- silence


def test_nothing_heard_is_unknown_and_never_nobody():
    assert told() == [(0, 600, "unknown")]


def test_before_the_first_fact_nothing_is_known():
    assert told(agent("signed_out", 60)) == [(0, 60, "unknown"), (60, 600, "uncovered")]


def test_a_source_falls_silent_and_speaks_again():
    """Silent from ten minutes after its last fact: 600 to 1000, and from 1600 on."""
    events = [agent("ready", 0), agent("not_ready", 1000)]

    assert merged(told(*events, upto=2000)) == [
        (0, 600, "covered"),
        (600, 1000, "unknown"),
        (1000, 1600, "uncovered"),
        (1600, 2000, "unknown"),
    ]


def test_a_source_that_says_it_is_alive_is_believed():
    events = [agent("ready", 0), *(agent("alive", at, "") for at in range(600, 2000, 600))]

    assert merged(told(*events, upto=2000)) == [(0, 2000, "covered")]


def test_late_facts_fill_the_silence():
    first = [agent("ready", 0), agent("ready", 1800)]
    late = [agent("not_ready", 500), agent("ready", 900), agent("alive", 1400)]

    assert merged(told(*first, upto=2000)) == [
        (0, 600, "covered"),
        (600, 1800, "unknown"),
        (1800, 2000, "covered"),
    ]
    assert merged(told(*first, *late, upto=2000)) == [
        (0, 500, "covered"),
        (500, 900, "uncovered"),
        (900, 2000, "covered"),
    ]


def test_another_source_may_have_enough():
    """While `acd` is silent the one agent of `wfm` covers; two could not be told."""
    events = [agent("ready", 0), *(agent("ready", at, "b", source="wfm") for at in range(0, 2000, 500))]

    assert merged(told(*events, upto=2000)) == [(0, 2000, "covered")]
    assert merged(told(*events, upto=2000, roster=Roster(least=2))) == [
        (0, 600, "covered"),
        (600, 2000, "unknown"),
    ]


def test_a_source_that_has_to_be_heard():
    both = Listening(sources=("acd", "wfm"))

    assert told(agent("signed_out", 0), listening=both) == [(0, 600, "unknown")]
    assert told(agent("ready", 0), listening=both) == [(0, 600, "covered")]


def test_who_reports_without_being_asked_is_not_sure():
    only = Listening(sources=("acd",))
    events = [agent("signed_out", 0), agent("ready", 100, "b", source="wfm")]

    assert told(*events, listening=only) == [(0, 100, "uncovered"), (100, 600, "unknown")]


def test_an_agent_of_whom_nothing_was_heard_for_too_long_is_not_sure():
    """The others go on reporting, so that the source is not silent."""
    shift = Listening(shift=900 * S)
    events = [agent("ready", 0), *(agent("signed_out", at, "b") for at in range(0, 3000, 500))]

    assert merged(told(*events, upto=3000, listening=shift)) == [(0, 900, "covered"), (900, 3000, "unknown")]
    assert merged(told(*events, agent("alive", 2500), upto=3000, listening=shift)) == [
        (0, 900, "covered"),
        (900, 2500, "unknown"),
        (2500, 3000, "covered"),
    ]


def test_of_the_future_nothing_is_known():
    assert told(agent("ready", 0), upto=300, end=900) == [(0, 300, "covered"), (300, 900, "unknown")]


def test_the_fact_of_the_instant_is_known_and_no_later_one():
    events = [agent("ready", 0), agent("signed_out", 300)]

    assert told(*events, upto=300) == [(0, 300, "covered")]
    assert merged(told(*events, upto=299, end=300)) == [(0, 299, "covered"), (299, 300, "unknown")]


# --- sums and plans


def test_the_time_of_each_answer():
    """Half-open, to the microsecond."""
    seen = watch([agent("ready", 0), agent("not_ready", 10), agent("ready", 30)], 700 * S, USUAL)
    found = coverage(seen, ONE, "q", 0, 700 * S + 1)

    assert in_all(found) == Cover(covered=610 * S, uncovered=20 * S, unknown=70 * S + 1)
    assert in_all(found[:2]) + in_all(found[2:]) == in_all(found)


def test_times_of_answers_are_added_up_one_by_one():
    assert Cover(1, 2, 3) + Cover(10, 20, 30) == Cover(11, 22, 33)


def test_the_assumptions():
    """Documented in docs/hotline.md."""
    assert Listening() == Listening(600 * S, 57_600 * S, (), frozenset({"wrap_up"}))
    assert Roster().least == 1


def test_how_it_stands():
    seen = watch([agent("ready", 0), agent("ready", 50, "b"), agent("not_ready", 70, "b")], 90 * S, USUAL)
    now = on_duty(seen, Roster(least=2), "q")

    assert (now.start, now.answer, now.required, now.sure, now.unsure) == (70 * S, Answer.UNCOVERED, 2, 1, 0)
    assert on_duty(seen, ONE, "q", frozenset({State.NOT_READY})).sure == 1
    assert on_duty(watch([], 0, USUAL), ONE, "q") is None


def test_a_silent_source_may_have_any_number_of_agents():
    seen = watch([agent("ready", 0)], 900 * S, USUAL)
    now = on_duty(seen, ONE, "q")

    assert (now.answer, now.sure, now.unsure) == (Answer.UNKNOWN, 0, None)


def test_the_highest_requirement_holds_and_the_least_elsewhere():
    roster = Roster(
        (
            Requirement("q", 100 * S, 300 * S, 2),
            Requirement("q", 200 * S, 400 * S, 3),
            Requirement("r", 0, 900 * S, 9),
        )
    )
    found = [(each.start // S, each.end // S, each.number) for each in roster.required("q", 0, 500 * S)]

    assert found == [(0, 100, 1), (100, 200, 2), (200, 400, 3), (400, 500, 1)]


def test_a_requirement_below_the_least_changes_nothing():
    assert [each.number for each in Roster((Requirement("q", 0, 9, 0),)).required("q", 0, 9)] == [1]


def test_planned_gaps():
    """Li until 08:00 and Wu from 09:00, with Li planned twice; two are wanted from 10:00."""
    hour = 3600 * S
    roster = Roster(
        (Requirement("q", 10 * hour, 12 * hour, 2),),
        (
            Shift("li", 0, 8 * hour),
            Shift("li", 6 * hour, 8 * hour),
            Shift("wu", 9 * hour, 20 * hour, ("q",)),
            Shift("he", 0, 20 * hour, ("r",)),
            Shift("li", 11 * hour, 20 * hour),
        ),
    )

    assert roster.shortfalls("q", 0, 12 * hour) == (
        Shortfall(8 * hour, 9 * hour, 1, 0),
        Shortfall(10 * hour, 11 * hour, 2, 1),
    )
    assert roster.shortfalls("q", 8 * hour + 1, 8 * hour + 2) == (
        Shortfall(8 * hour + 1, 8 * hour + 2, 1, 0),
    )
    assert roster.shortfalls("r", 0, 20 * hour) == ()
