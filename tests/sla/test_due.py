"""Dues by hand: units, holds, boundaries. Every target here begins with `opened`."""

import pytest

from service.sla.policy import Boundary
from service.sla.statements import Judgement
from tests.sla.telling import NEW_YORK, SHANGHAI, at, clock, history, judged, office, saying, span, target

NEXT = Boundary.NEXT_OPEN
BY_OFFICE = {"calendar": office()}


def due(judgement: Judgement) -> str:
    return clock(judgement.promises[0].due)


@pytest.mark.parametrize(
    ("budget", "opened", "expected"),
    [
        ("24h", "03-01 10:00", "03-02 10:00"),
        ("24h", "03-01 10:00:00.000001", "03-02 10:00:00.000001"),
        ("72h", "02-28 10:00", "03-02 10:00"),
        ("3 days", "02-27 10:15", "03-01 10:15"),
        ("1 days", "12-31 23:59", "2025-01-01 23:59"),
    ],
)
def test_round_the_clock(budget: str, opened: str, expected: str):
    assert due(judged(history(f"{opened} opened"), target(budget))) == expected


@pytest.mark.parametrize(
    ("opened", "at_closing_time", "at_next_opening"),
    [
        ("03-01 09:00", "03-01 18:00", "03-04 09:00"),
        ("03-01 10:00", "03-04 10:00", "03-04 10:00"),
        ("03-01 12:30", "03-04 12:00", "03-04 13:00"),
        ("03-02 11:00", "03-04 18:00", "03-05 09:00"),
        ("03-01 08:00", "03-01 18:00", "03-04 09:00"),
        ("03-01 18:00", "03-04 18:00", "03-05 09:00"),
        ("03-01 17:59:59.999999", "03-04 17:59:59.999999", "03-04 17:59:59.999999"),
    ],
)
def test_eight_business_hours(opened: str, at_closing_time: str, at_next_opening: str):
    told = history(f"{opened} opened")

    assert due(judged(told, target("8h", calendar=office()))) == at_closing_time
    assert due(judged(told, target("8h", calendar=office(), boundary=NEXT))) == at_next_opening


@pytest.mark.parametrize(
    ("budget", "opened", "expected"),
    [
        ("24h", "03-09 12:00", "03-10 17:00"),  # elapsed time does not care
        ("1 days", "03-09 12:00", "03-10 16:00"),  # the same wall time, 23 h later
        ("1 days", "03-09 02:30", "03-10 07:30"),  # skipped: 03:30 EDT
        ("2 days", "03-09 02:30", "03-11 06:30"),
        ("24h", "11-02 12:00", "11-03 16:00"),
        ("1 days", "11-02 12:00", "11-03 17:00"),
        ("1 days", "11-02 01:30", "11-03 05:30"),  # the first of the two
    ],
)
def test_clocks_change_in_new_york(budget: str, opened: str, expected: str):
    told = history(f"{opened} opened", zone=NEW_YORK)

    assert due(judged(told, target(budget, zone=NEW_YORK))) == expected


def test_in_shanghai_a_day_is_a_day():
    told = history("03-09 23:30 opened", zone=SHANGHAI)

    assert due(judged(told, target("2 days", zone=SHANGHAI))) == "03-11 15:30"


EIGHT_HOURS = [
    ("inside", ["10:00 held reason=customer", "12:00 resumed"], "03-01 19:00"),
    ("twice", ["10:00 held reason=customer", "11:00 resumed", "12:00 held reason=customer", "12:30 resumed"], "03-01 18:30"),
    ("not accepted", ["10:00 held reason=parts", "12:00 resumed"], "03-01 17:00"),
    ("without a reason", ["10:00 held", "12:00 resumed"], "03-01 17:00"),
    ("across the start", ["08:00 held reason=customer", "10:00 resumed"], "03-01 18:00"),
    ("before the start", ["07:00 held reason=customer", "08:00 resumed"], "03-01 17:00"),
    ("up to the start", ["07:00 held reason=customer", "09:00 resumed"], "03-01 17:00"),
    ("open", ["10:00 held reason=customer"], "-"),
    ("open from before the start", ["08:00 held reason=customer"], "-"),
    ("open from just before the due", ["16:59:59.999999 held reason=customer"], "-"),
    ("open from the due", ["17:00 held reason=customer"], "03-01 17:00"),
    ("from the due", ["17:00 held reason=customer", "18:00 resumed"], "03-01 17:00"),
    ("across the due", ["16:00 held reason=customer", "18:00 resumed"], "03-01 19:00"),
    ("after the due", ["18:00 held reason=customer"], "03-01 17:00"),
    ("one microsecond", ["10:00 held reason=customer", "10:00:00.000001 resumed"], "03-01 17:00:00.000001"),
    ("of no length", ["10:00 held reason=customer seq=1", "10:00 resumed seq=2"], "03-01 17:00"),
    ("replaced", ["10:00 held reason=customer", "11:00 held reason=parts", "13:00 resumed"], "03-01 18:00"),
    ("replacing", ["10:00 held reason=parts", "11:00 held reason=customer", "12:00 resumed"], "03-01 18:00"),
    ("said again", ["10:00 held reason=customer", "11:00 held reason=customer", "13:00 resumed"], "03-01 20:00"),
    ("another resumed", ["10:00 held reason=customer", "11:00 resumed reason=parts", "12:00 resumed"], "03-01 19:00"),
    ("only another resumed", ["10:00 held reason=customer", "11:00 resumed reason=parts"], "-"),
    ("itself resumed", ["10:00 held reason=customer", "11:00 resumed reason=customer"], "03-01 18:00"),
    ("an empty reason resumes", ["10:00 held reason=customer", "11:00 resumed reason="], "03-01 18:00"),
    ("resumed without hold", ["10:00 resumed", "11:00 held reason=customer", "12:00 resumed"], "03-01 18:00"),
    ("ended by closed", ["10:00 held reason=customer", "12:00 closed"], "03-01 19:00"),
    ("ended by cancelled", ["10:00 held reason=customer", "12:00 cancelled"], "03-01 19:00"),
    ("ended by resolved", ["10:00 held reason=customer", "12:00 resolved"], "03-01 19:00"),
    ("not ended by replied", ["10:00 held reason=customer", "12:00 assigned"], "-"),
    ("not ended by reopened", ["10:00 held reason=customer", "12:00 reopened"], "-"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "expected"), [row[1:] for row in EIGHT_HOURS], ids=[row[0] for row in EIGHT_HOURS]
)
def test_a_hold(lines: list[str], expected: str):
    told = history("03-01 09:00 opened", *(f"03-01 {line}" for line in lines))
    answer = target("8h", stop=("replied",), cancel=(), accepts=("customer",))

    assert due(judged(told, answer)) == expected


def test_all_reasons_accepted():
    told = history(
        "03-01 09:00 opened", "03-01 10:00 held", "03-01 11:00 held reason=any", "03-01 12:00 resumed"
    )

    assert due(judged(told, target(accepts=("*",)))) == "03-01 19:00"


def test_numbers_and_truths_are_reasons_too():
    told = history("03-01 09:00 opened", "03-01 10:00 held", "03-01 11:00 resumed")
    _, held, resumed = told.events
    for value, written in [(7, "7"), (True, "true"), (1.5, "1.5")]:
        held.attributes["reason"] = resumed.attributes["reason"] = value  # type: ignore[index]

        assert due(judged(told, target(accepts=(written,)))) == "03-01 18:00"


def test_a_hold_in_business_hours_counts_only_the_hours_it_takes():
    told = history("03-01 10:00 opened", "03-01 17:00 held reason=customer", "03-04 10:00 resumed")

    assert due(judged(told, target(accepts=("customer",), **BY_OFFICE))) == "03-04 12:00"
    assert due(judged(told, target(accepts=("customer",), boundary=NEXT, **BY_OFFICE))) == "03-04 13:00"


def test_a_hold_outside_hours_takes_nothing():
    told = history("03-01 10:00 opened", "03-01 19:00 held reason=customer", "03-03 12:00 resumed")

    assert due(judged(told, target(accepts=("customer",), **BY_OFFICE))) == "03-04 10:00"


def test_a_hold_from_the_closing_time_at_which_the_budget_ends_moves_nothing():
    told = history("03-01 09:00 opened", "03-01 18:00 held reason=customer", "03-04 12:00 resumed")

    assert due(judged(told, target(accepts=("customer",), **BY_OFFICE))) == "03-01 18:00"
    assert due(judged(told, target(accepts=("customer",), boundary=NEXT, **BY_OFFICE))) == "03-04 09:00"


THREE_DAYS = [
    ("around the tick", ["03-02 09:00 held reason=customer", "03-02 11:00 resumed"], "03-05 10:00"),
    ("from the tick", ["03-02 10:00 held reason=customer", "03-02 12:00 resumed"], "03-04 10:00"),
    ("to the tick", ["03-02 09:00 held reason=customer", "03-02 10:00 resumed"], "03-05 10:00"),
    ("to before the tick", ["03-02 09:00 held reason=customer", "03-02 09:59:59.999999 resumed"], "03-04 10:00"),
    ("between ticks", ["03-01 12:00 held reason=customer", "03-02 08:00 resumed"], "03-04 10:00"),
    ("over two ticks", ["03-01 12:00 held reason=customer", "03-03 12:00 resumed"], "03-06 10:00"),
    ("from tick to tick", ["03-02 10:00 held reason=customer", "03-03 10:00 resumed"], "03-05 10:00"),
    ("over the last tick", ["03-04 09:00 held reason=customer", "03-06 10:00 resumed"], "03-07 10:00"),
    ("one after the other", ["03-02 09:00 held reason=parts", "03-02 10:00 held reason=customer", "03-02 11:00 resumed"], "03-04 10:00"),
    ("the other way round", ["03-02 09:00 held reason=customer", "03-02 10:00 held reason=parts", "03-02 11:00 resumed"], "03-05 10:00"),
    ("the start does not tick", ["03-01 09:00 held reason=customer", "03-01 10:00 resumed"], "03-04 10:00"),
    ("open", ["03-03 11:00 held reason=customer"], "-"),
    ("open from the last tick", ["03-04 10:00 held reason=customer"], "03-04 10:00"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "expected"), [row[1:] for row in THREE_DAYS], ids=[row[0] for row in THREE_DAYS]
)
def test_a_hold_in_days(lines: list[str], expected: str):
    told = history("03-01 10:00 opened", *lines)

    assert due(judged(told, target("3 days", accepts=("customer",)))) == expected


def test_a_tick_that_was_moved_by_the_gap_is_held_where_it_is():
    opened = "03-09 07:30 opened"  # 02:30 in New York; the next tick is 07:30 UTC, 03:30 there
    before = history(opened, "03-10 07:00 held reason=customer", "03-10 07:29 resumed")
    around = history(opened, "03-10 07:00 held reason=customer", "03-10 07:30 resumed")
    two_days = target("2 days", zone=NEW_YORK, accepts=("customer",))

    assert due(judged(before, two_days)) == "03-11 06:30"
    assert due(judged(around, two_days)) == "03-12 06:30"


def test_a_due_past_the_latest_instant_is_not_known():
    told = history("2199-12-31 10:00 opened")

    assert due(judged(told, target("24h"))) == "-"
    assert due(judged(told, target("1 days"))) == "-"
    assert due(judged(told, target("1000000 days"))) == "-"
    assert due(judged(told, target("10000000 days"))) == "-"  # beyond the year 9999


def test_the_account_of_a_breach_by_hand():
    told = history("03-01 10:00 opened", "03-01 17:00 held reason=customer", "03-04 10:00 resumed")
    judgement = judged(told, target(accepts=("customer",), **BY_OFFICE))
    (breach,) = judgement.statements

    # Friday 10-12 and 13-17, Monday 10-12; held Friday 17-18 and Monday 9-10; closed at noon and over the weekend.
    assert saying(breach) == "03-04 12:00 breach"
    assert breach.account.counted == span("8h")
    assert breach.account.held == span("2h")
    assert breach.account.outside == span("64h")
    assert breach.account.days == 0
    assert (breach.start, breach.due) == (at("03-01 10:00"), at("03-04 12:00"))


def test_the_account_of_days_by_hand():
    told = history("03-01 10:00 opened", "03-02 09:00 held reason=customer", "03-02 11:00 resumed")
    (breach,) = judged(told, target("3 days", accepts=("customer",))).statements

    assert saying(breach) == "03-05 10:00 breach"
    assert breach.account.days == 3
    assert breach.account.held == span("2h")
    assert breach.account.counted == span("94h")
