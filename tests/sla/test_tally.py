"""Counts, sums and shares; every number by hand."""

from fractions import Fraction

import pytest

from service.sla.instants import HOUR
from service.sla.policy import Aggregate, Period
from service.sla.statements import State
from service.sla.tally import Tally, covers, held, month_of, one
from tests.sla.telling import SHANGHAI, UTC, at

#: Three met after 1, 2 and 4 hours, one late after 9, one deemed, one without a stop, one open, one cancelled, one expired.
ALL = (
    (State.MET, HOUR),
    (State.MET, 2 * HOUR),
    (State.MET, 4 * HOUR),
    (State.LATE, 9 * HOUR),
    (State.DEEMED, 5 * HOUR),
    (State.BREACHED, None),
    (State.OPEN, None),
    (State.INDETERMINATE, None),
    (State.CANCELLED, 3 * HOUR),
    (State.SUPERSEDED, 3 * HOUR),
    (State.EXPIRED, None),
)


def tallied(*promises: tuple[State, int | None]) -> Tally:
    return sum((one(*each) for each in promises), Tally())


def test_what_was_owed_and_done():
    tally = tallied(*ALL)

    assert (tally.done, tally.owed) == (5, 8)
    assert (tally.kept, tally.decided, tally.share) == (4, 6, Fraction(2, 3))
    assert (tally.called_off, tally.expired, tally.indeterminate, tally.open) == (2, 1, 1, 1)


def test_time_is_that_of_real_stops():
    """Neither what was deemed met nor what was called off took any time: 1 + 2 + 4 + 9 hours by four."""
    tally = tallied(*ALL)

    assert (tally.measured, tally.total, tally.longest, tally.mean) == (4, 16 * HOUR, 9 * HOUR, 4 * HOUR)


def test_nothing_comes_to_nothing():
    assert (Tally().mean, Tally().share, Tally().owed, Tally().is_final) == (None, None, 0, True)


@pytest.mark.parametrize("state", [State.BREACHED, State.OPEN, State.INDETERMINATE])
def test_what_may_still_change(state):
    assert not tallied((State.MET, 1), (state, None)).is_final


def test_what_cannot_change_any_more():
    assert tallied((State.MET, 1), (State.LATE, 2), (State.CANCELLED, None), (State.EXPIRED, None)).is_final


def test_revised_ones_are_counted():
    assert (one(State.MET, 1, revised=True) + one(State.MET, 1)).revised == 1


def asked(**amounts) -> Aggregate:
    return Aggregate(target="repair", period=Period.MONTH, **amounts)


@pytest.mark.parametrize(
    ("amounts", "kept"),
    [
        ({"mean": 4 * HOUR}, True),
        ({"mean": 4 * HOUR - 1}, False),
        ({"maximum": 9 * HOUR}, True),
        ({"maximum": 9 * HOUR - 1}, False),
        ({"share": 666_666}, True),
        ({"share": 666_667}, False),
        ({"mean": 4 * HOUR, "maximum": 9 * HOUR, "share": 666_666}, True),
        ({"mean": 4 * HOUR, "maximum": 8 * HOUR, "share": 666_666}, False),
    ],
)
def test_aggregates_to_the_last_unit(amounts, kept):
    assert held(asked(**amounts), tallied(*ALL)).is_kept is kept


def test_a_mean_is_not_rounded_into_being_kept():
    """Two and three days are two and a half."""
    days = tallied((State.MET, 2), (State.MET, 3))

    assert (held(asked(mean=2), days).mean, held(asked(mean=3), days).mean) == (False, True)


def test_nothing_is_told_of_nothing():
    told = held(asked(mean=1, maximum=1, share=1), tallied((State.OPEN, None)))

    assert (told.mean, told.maximum, told.share, told.is_kept) == (None, None, None, None)


def test_only_what_is_asked_is_told():
    told = held(asked(share=1), tallied(*ALL))

    assert (told.mean, told.maximum, told.share) == (None, None, True)


@pytest.mark.parametrize(
    ("target", "counts"), [("repair", True), ("repair/gold", True), ("repairs", False), ("re", False)]
)
def test_variants_count_with_their_target(target, counts):
    assert covers(asked(), target) is counts


def test_the_month_is_that_of_local_clocks():
    midnight = at("2026-03-01 00:00", SHANGHAI)

    assert month_of(midnight, SHANGHAI) == (2026, 3)
    assert month_of(midnight - 1, SHANGHAI) == month_of(midnight, UTC) == (2026, 2)
