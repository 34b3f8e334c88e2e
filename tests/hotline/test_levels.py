import pytest

from service.hotline import (
    Counts,
    Mode,
    Ratio,
    abandonment,
    ended_by_agent,
    missed_share,
    rating,
    service_level,
    speed_of_answer,
    within_rings,
)

#: ICMI, "Service Level Calculations", March 2005: 1000 answered, 860 of them in time, 60 abandoned, 20 of them in
#: time and 10 shortly. The percentages are those printed there.
ICMI = Counts(answered=1000, answered_in_time=860, abandoned=60, abandoned_in_time=20, abandoned_short=10)
#: Cisco ICM, "service level event": 70 answered and 10 abandoned in time, 20 have passed the limit and go on waiting.
CISCO = Counts(
    answered=70, answered_in_time=70, abandoned=10, abandoned_in_time=10, waiting=25, waiting_late=20
)


def percent(ratio):
    return round(100 * ratio.value, 1)


@pytest.mark.parametrize(
    ("mode", "part", "whole", "told"),
    [
        (Mode.STRICT, 860, 1060, 81.1),
        (Mode.IGNORE_EARLY, 860, 1040, 82.7),
        (Mode.CREDIT_EARLY, 880, 1060, 83.0),
        (Mode.ANSWERED_ONLY, 860, 1000, 86.0),
        (Mode.IGNORE_SHORT, 860, 1050, 81.9),
    ],
)
def test_the_five_levels_of_icmi(mode, part, whole, told):
    level = service_level(ICMI, mode)

    assert level == Ratio(part, whole)
    assert percent(level) == told


def test_without_a_word_the_level_is_strict():
    assert service_level(ICMI) == service_level(ICMI, Mode.STRICT)


@pytest.mark.parametrize(
    ("mode", "part", "whole"),
    [
        (Mode.STRICT, 70, 100),
        (Mode.IGNORE_EARLY, 70, 90),
        (Mode.CREDIT_EARLY, 80, 100),
        (Mode.ANSWERED_ONLY, 70, 70),
        (Mode.IGNORE_SHORT, 70, 100),
    ],
)
def test_who_waits_beyond_the_limit_counts_now(mode, part, whole):
    assert service_level(CISCO, mode, now=True) == Ratio(part, whole)


def test_who_waits_does_not_count_in_a_period_that_is_over():
    assert service_level(CISCO) == Ratio(70, 80)


@pytest.mark.parametrize(
    ("mode", "whole"),
    [
        (Mode.STRICT, 1100),
        (Mode.IGNORE_EARLY, 1080),
        (Mode.CREDIT_EARLY, 1100),
        (Mode.ANSWERED_ONLY, 1000),
        (Mode.IGNORE_SHORT, 1090),
    ],
)
def test_a_call_that_nobody_took_never_improves_a_level(mode, whole):
    assert service_level(ICMI + Counts(missed=40), mode).whole == whole


def test_abandonment():
    """(60 - 10) / (1000 + 60 - 10), and 40 missed ones in the whole."""
    assert abandonment(ICMI) == Ratio(50, 1050)
    assert abandonment(ICMI + Counts(missed=40)) == Ratio(50, 1090)


def test_missed():
    assert missed_share(ICMI + Counts(missed=40)) == Ratio(40, 1100)


def test_speed_of_answer_is_over_answered_calls_only():
    """Three waited 4 s, 8 s and 18 s: 10 s. Seven who gave up change nothing."""
    assert speed_of_answer(Counts(answered=3, waited=30_000_000, abandoned=7)).value == 10_000_000


def test_shares_of_the_rest():
    counts = Counts(
        picked_up=9, to_pick_up=12, ended_by_agent=1, ended_by_caller=6, ended_by_system=1, rated=4, stars=18
    )

    assert within_rings(counts) == Ratio(9, 12)
    assert ended_by_agent(counts) == Ratio(1, 8)
    assert rating(counts).value == 4.5


def test_of_nothing_there_is_no_share():
    figures = [
        *(service_level(Counts(), mode) for mode in Mode),
        *(figure(Counts()) for figure in (abandonment, missed_share, speed_of_answer, within_rings, rating)),
    ]

    assert [each.value for each in figures] == [None] * 10


def test_a_sum_pools():
    """A quiet half hour with 1 of 2 and a busy one with 98 of 98: 99%, not 75%."""
    quiet, busy = Counts(answered=2, answered_in_time=1), Counts(answered=98, answered_in_time=98)

    assert service_level(quiet + busy) == service_level(quiet) + service_level(busy) == Ratio(99, 100)


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        (
            {"answered": 1, "answered_in_time": 2},
            "answered_in_time is 2 of 1 answered: a part is at most its whole",
        ),
        (
            {"abandoned": 1, "abandoned_short": 2},
            "abandoned_short is 2 of 1 abandoned: a part is at most its whole",
        ),
        ({"abandoned_in_time": 1}, "abandoned_in_time is 1 of 0 abandoned: a part is at most its whole"),
        ({"waiting_late": 1}, "waiting_late is 1 of 0 waiting: a part is at most its whole"),
        ({"picked_up": 1}, "picked_up is 1 of 0 to_pick_up: a part is at most its whole"),
        ({"missed": -1}, "missed is -1: nothing is counted below 0"),
    ],
)
def test_numbers_that_cannot_be(numbers, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        Counts(**numbers)
