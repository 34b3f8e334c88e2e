import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.hotline.spans import Step, highest, overlap, rest, stacked, together, total, union
from tests.hotline.telling import TRIED

SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8)
WINDOWS = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted)


def moments(spans):
    """Every whole moment that they cover."""
    return {at for start, end in spans for at in range(start, end)}


def is_tidy(spans):
    edges = [edge for span in spans for edge in span]
    return edges == sorted(set(edges))


def each(steps):
    return [number for step in steps for number in [step.number] * (step.end - step.start)]


def test_by_hand():
    assert union([(5, 9), (0, 2), (2, 3), (6, 7), (4, 4)]) == ((0, 3), (5, 9))
    assert overlap(((0, 3), (5, 9)), ((2, 6), (8, 20))) == ((2, 3), (5, 6), (8, 9))
    assert overlap(((0, 3), (5, 9)), ((2, 5), (8, 20))) == ((2, 3), (8, 9))
    assert rest(((0, 3), (5, 9)), 1, 12) == ((3, 5), (9, 12))
    assert stacked([(0, 4), (2, 6), (9, 30)], 1, 10) == (
        Step(1, 2, 1),
        Step(2, 4, 2),
        Step(4, 6, 1),
        Step(6, 9, 0),
        Step(9, 10, 1),
    )
    assert highest(1, [((2, 6), 3), ((4, 8), 2), ((0, 9), 0)], 0, 10) == (
        Step(0, 2, 1),
        Step(2, 6, 3),
        Step(6, 8, 2),
        Step(8, 10, 1),
    )


@TRIED
@given(SPANS, SPANS, WINDOWS)
def test_sets_of_moments(one, other, window):
    mine, its = union(one), union(other)

    assert moments(mine) == moments(one)
    assert moments(overlap(mine, its)) == moments(one) & moments(other)
    assert moments(rest(mine, *window)) == moments([window]) - moments(one)
    assert total(mine) == len(moments(one))
    assert is_tidy(mine)
    assert is_tidy(overlap(mine, its))
    assert is_tidy(rest(mine, *window))


@TRIED
@given(SPANS, SPANS, st.integers(0, 2), WINDOWS)
def test_numbers_at_every_moment(one, other, floor, window):
    bounds = [(span, at % 5) for at, span in enumerate(other)]
    heights, tops = stacked(one, *window), highest(floor, bounds, *window)

    assert each(heights) == [sum(start <= at < end for start, end in one) for at in range(*window)]
    assert each(tops) == [
        max([floor, *(number for (start, end), number in bounds if start <= at < end)])
        for at in range(*window)
    ]
    for steps in (heights, tops):
        assert all(
            left.number != right.number and left.end == right.start
            for left, right in itertools.pairwise(steps)
        )
    cut = list(together(heights, tops))
    assert [numbers for (start, end), numbers in cut for _ in range(start, end)] == list(
        zip(each(heights), each(tops), strict=True)
    )


@pytest.mark.parametrize("window", [(3, 3), (4, 3)])
def test_an_empty_window_has_no_steps(window):
    assert stacked([(0, 9)], *window) == ()
    assert highest(1, [((0, 9), 2)], *window) == ()
    assert rest([(0, 9)], *window) == ()
