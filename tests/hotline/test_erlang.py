from decimal import Decimal, localcontext
from fractions import Fraction
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.hotline import Goal, Load, outlook, scheduled, staff_needed
from service.hotline.erlang import MOST_ERLANGS
from tests.hotline.telling import TRIED

S = 1_000_000
HALF_HOUR = 1800 * S
#: 100 calls in half an hour of 180 s each: 10 erlangs.
TEN = Load(Fraction(100), 180 * S, HALF_HOUR)


def textbook(erlangs: Fraction, agents: int) -> Decimal:
    """The probability of waiting with sums and factorials as in a textbook, to 60 digits."""
    with localcontext(prec=60):
        a = Decimal(erlangs.numerator) / erlangs.denominator
        term, below = Decimal(1), Decimal(0)
        for k in range(agents):
            below += term
            term = term * a / (k + 1)
        last = term * agents / (agents - a)
        return last / (below + last)


def textbook_late(load: Load, agents: int, within: int) -> Decimal:
    with localcontext(prec=60):
        spare = agents - Decimal(load.erlangs.numerator) / load.erlangs.denominator
        return textbook(load.erlangs, agents) * (-spare * within / load.handling).exp()


@pytest.mark.parametrize(
    ("agents", "level", "speed"),
    [(11, 0.3896, 122.8), (12, 0.6402, 40.4), (13, 0.7956, 17.1), (14, 0.8884, 7.8)],
)
def test_the_usual_table(agents, level, speed):
    """100 calls in 30 min, 180 s each, within 20 s: printed by many calculators."""
    found = outlook(TEN, agents, 20 * S)

    assert round(found.level, 4) == level
    assert round(found.speed / S, 1) == speed
    assert found.occupancy == Fraction(10, agents)


def test_the_figures_that_others_print():
    """For 11 and 14 agents: CRAN package ErlangC 0.1.0 and PyPI pyworkforce 0.1.0, examples in their manuals."""
    fourteen = outlook(TEN, 14, 20 * S)

    assert outlook(TEN, 11, 20 * S).waiting == pytest.approx(0.6821182, abs=5e-8)
    assert fourteen.waiting == pytest.approx(0.1741319335950498, rel=1e-12)
    assert fourteen.level == pytest.approx(0.8883500191794669, rel=1e-12)
    assert fourteen.speed / S == pytest.approx(7.83593701177724, rel=1e-12)
    assert float(fourteen.occupancy) == pytest.approx(0.7142857142857143)


def test_one_agent_waits_as_often_as_he_is_busy():
    """M/M/1: the probability of waiting is the load, the mean wait a H / (1 - a)."""
    found = outlook(Load(Fraction(9), 120 * S, HALF_HOUR), 1, 20 * S)

    assert found.waiting == pytest.approx(0.6)
    assert found.speed / S == pytest.approx(180)


def test_two_agents_by_hand():
    """a = 1, n = 2: (1/2 * 2) / (1 + 1 + 1) = 1/3; the mean wait is H / 3."""
    found = outlook(Load(Fraction(10), 180 * S, HALF_HOUR), 2, 20 * S)

    assert found.waiting == pytest.approx(1 / 3)
    assert found.speed / S == pytest.approx(60)


@pytest.mark.parametrize("agents", [0, 1, 9, 10])
def test_with_too_few_the_queue_grows_without_end(agents):
    found = outlook(TEN, agents, 20 * S)

    assert (found.waiting, found.level, found.speed, found.occupancy) == (1, 0, None, 1)


@pytest.mark.parametrize("agents", [0, 3])
def test_without_calls_nobody_waits(agents):
    found = outlook(Load(Fraction(0), 180 * S, HALF_HOUR), agents, 20 * S)

    assert (found.waiting, found.level, found.speed, found.occupancy) == (0, 1, 0, 0)


@pytest.mark.parametrize(
    ("erlangs", "agents"),
    [
        ("1/1000", 1),
        ("99/10", 10),
        ("999/10", 100),
        ("1000", 1001),
        ("1000", 1020),
        ("4999", 5000),
        ("9999/2", 5000),
        ("5000", 5080),
        ("5000", 6000),
    ],
)
def test_thousands_of_agents_agree_with_the_textbook(erlangs, agents):
    load = Load(Fraction(erlangs) * 10, 180 * S, HALF_HOUR)
    found = outlook(load, agents, 20 * S)

    assert found.waiting == pytest.approx(float(textbook(load.erlangs, agents)), rel=1e-10)
    assert found.late == pytest.approx(float(textbook_late(load, agents, 20 * S)), rel=1e-10)


LOADS = st.builds(
    Load,
    st.fractions(0, 2000, max_denominator=10),
    st.integers(1, 900).map(lambda seconds: seconds * S),
    st.sampled_from([900 * S, HALF_HOUR, 3600 * S]),
)


@TRIED
@given(LOADS, st.integers(0, 120), st.integers(0, 120 * S))
def test_more_agents_are_never_worse(load, agents, within):
    fewer, more = outlook(load, agents, within), outlook(load, agents + 1, within)

    assert more.waiting <= fewer.waiting
    assert more.late <= fewer.late
    assert (more.speed if more.speed is not None else inf) <= (
        fewer.speed if fewer.speed is not None else inf
    )
    assert more.occupancy <= fewer.occupancy


@TRIED
@given(LOADS, st.integers(0, 120), st.integers(0, 120 * S))
def test_every_figure_stays_within_its_bounds(load, agents, within):
    found = outlook(load, agents, within)

    assert 0 <= found.late <= found.waiting <= 1
    assert 0 <= found.occupancy <= 1
    assert (found.speed is None) == (load.calls > 0 and agents <= load.erlangs)


@TRIED
@given(
    st.fractions(Fraction(1, 10), 300, max_denominator=10),
    st.integers(1, 900),
    st.integers(0, 90),
    st.integers(0, 99),
    st.integers(30, 100),
)
def test_the_fewest_that_meet_a_goal_are_found(calls, handling, within, level, occupancy):
    """By the textbook: they meet it, and one fewer does not."""
    load = Load(calls, handling * S, HALF_HOUR)
    goal = Goal(Fraction(level, 100), within * S, Fraction(occupancy, 100))
    agents = staff_needed(load, goal).agents

    def is_enough(number: int) -> bool:
        if number <= load.erlangs or load.erlangs / number > goal.occupancy:
            return False
        return textbook_late(load, number, goal.within) <= Decimal(100 - level) / 100

    assert is_enough(agents)
    assert not is_enough(agents - 1)


def test_eighty_in_twenty():
    """13 agents come to 79.56%, 14 to 88.84%; with 30% away 14 / 0.7 = 20 are on the roster (as pyworkforce has it)."""
    found = staff_needed(TEN, Goal(), Fraction(30, 100))

    assert (found.agents, found.scheduled) == (14, 20)


@pytest.mark.parametrize(
    ("goal", "agents"),
    [
        (Goal(Fraction(64, 100)), 12),  # 0.6402 is enough
        (Goal(Fraction(65, 100)), 13),
        (Goal(Fraction(0)), 11),  # more than the load, or the queue never ends
        (Goal(occupancy=Fraction(70, 100)), 15),  # 10 / 14 is 71.4%
        (Goal(occupancy=Fraction(10, 15)), 15),  # exactly
        (Goal(at_least=16), 16),
    ],
)
def test_what_a_goal_asks_for(goal, agents):
    assert staff_needed(TEN, goal).agents == agents


def test_without_calls_only_the_minimum_is_needed():
    quiet = Load(Fraction(0), 180 * S, HALF_HOUR)

    assert staff_needed(quiet, Goal()).agents == 0
    assert staff_needed(quiet, Goal(at_least=1)).agents == 1


@pytest.mark.parametrize(
    ("calls", "minutes", "goal", "agents", "on_the_roster", "level", "waiting"),
    [
        ("1000", 30, Goal(), 107, 153, 0.8238047028828995, 0.38351195753271844),
        ("2.5", 30, Goal(), 2, 3, 0.9771307801270617, 0.02777777777777778),
        ("100", 60, Goal(), 8, 12, 0.8801483107665521, 0.16726650666175663),
        ("100", 30, Goal(within=60 * S), 13, 19, 0.8950548651542107, 0.285270453036493),
        ("100", 30, Goal(Fraction(889, 1000)), 15, 22, 0.9414528428690223, 0.10204236700798798),
        ("100", 30, Goal(occupancy=Fraction(7, 10)), 15, 22, 0.9414528428690223, 0.10204236700798798),
        (
            "1000",
            30,
            Goal(Fraction(9, 10), 60 * S, Fraction(85, 100)),
            118,
            169,
            0.9998721368300889,
            0.05158368436936956,
        ),
    ],
)
def test_what_pyworkforce_comes_to(calls, minutes, goal, agents, on_the_roster, level, waiting):
    """Run with pyworkforce 0.5.0: calls of 3 minutes, 30% away."""
    found = staff_needed(Load(Fraction(calls), 180 * S, minutes * 60 * S), goal, Fraction(30, 100))

    assert (found.agents, found.scheduled) == (agents, on_the_roster)
    assert found.outlook.level == pytest.approx(level, rel=1e-12)
    assert found.outlook.waiting == pytest.approx(waiting, rel=1e-12)


@pytest.mark.parametrize(
    ("agents", "percent", "on_the_roster"),
    [(14, 30, 20), (21, 30, 30), (0, 30, 0), (1, 30, 2), (10, 0, 10), (1, 99, 100), (7, 30, 10)],
)
def test_shrinkage_is_rounded_up_once(agents, percent, on_the_roster):
    """In floating point 21 / 0.7 is a little more than 30, and would make 31."""
    assert scheduled(agents, Fraction(percent, 100)) == on_the_roster


def test_the_largest_load_is_reckoned_with():
    """At 100,000 erlangs about the square root more are needed."""
    found = staff_needed(Load(Fraction(MOST_ERLANGS), HALF_HOUR, HALF_HOUR), Goal())

    assert 0 < found.agents - MOST_ERLANGS < 320
    assert 0.8 <= found.outlook.level < 0.81


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Load(Fraction(-1), S, S), "fewer than no calls"),
        (lambda: Load(Fraction(1), 0, S), "longer than nothing"),
        (lambda: Load(Fraction(1), S, 0), "longer than nothing"),
        (
            lambda: Load(Fraction(MOST_ERLANGS + 1), S, S),
            "100,001 calls at the same time are more than 100,000",
        ),
        (lambda: Goal(Fraction(1)), "below 100%"),
        (lambda: Goal(Fraction(-1)), "below 100%"),
        (lambda: Goal(occupancy=Fraction(0)), "above 0%"),
        (lambda: Goal(occupancy=Fraction(2)), "at most 100%"),
        (lambda: Goal(within=-1), "less than nothing"),
        (lambda: scheduled(1, Fraction(1)), "below 100%"),
        (lambda: scheduled(1, Fraction(-1)), "at least 0%"),
        (lambda: outlook(TEN, -1, 20 * S), "fewer than no agents"),
    ],
)
def test_what_cannot_be_reckoned_with(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()
