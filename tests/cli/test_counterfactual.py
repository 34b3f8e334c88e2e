"""What would have become of a promise had one thing been otherwise; every instant by hand."""

import pytest

from service.cli.explanation import as_json, explained
from service.sla.instants import HOUR, MINUTE
from service.sla.policy import Rules
from tests.sla.telling import END, at, clock, history, office, policy, rules, spring_festival_2026, target

OPENED = "03-01 09:00 opened"
LUNCH = ("03-01 10:00 held reason=lunch", "03-01 12:00 resumed")


def explain(told, *targets, upto=END):
    (found,) = explained(told, rules(*targets), at(upto))
    return found


def ways(told, *targets, upto=END):
    """`hold_accepted lunch due 03-01 19:00 met` for each way to another verdict."""
    return [
        " ".join(filter(None, (each.change, each.reason, "due", clock(each.due), each.state)))
        for each in explain(told, *targets, upto=upto).otherwise
    ]


def margin(told, *targets, upto=END):
    found = explain(told, *targets, upto=upto).margin
    return clock(found.at), found.wall, found.amount


def test_a_hold_for_a_reason_that_is_not_accepted():
    told = history(OPENED, *LUNCH, "03-01 18:00 resolved")

    assert ways(told, target()) == ["hold_accepted lunch due 03-01 19:00 met"]
    (found,) = explain(told, target()).otherwise
    assert found.spans == ((at("03-01 10:00"), at("03-01 12:00")),)


def test_each_reason_alone_and_all_together():
    told = history(
        OPENED, *LUNCH, "03-01 13:00 held reason=tea", "03-01 13:30 resumed", "03-01 19:15 resolved"
    )

    assert ways(told, target()) == [
        "hold_accepted lunch due 03-01 19:00 late",
        "hold_accepted tea due 03-01 17:30 late",
        "all_of_these due 03-01 19:30 met",
    ]


def test_holds_for_one_reason_are_accepted_together():
    told = history(
        OPENED, *LUNCH, "03-01 13:00 held reason=lunch", "03-01 14:00 resumed", "03-01 21:00 resolved"
    )

    assert ways(told, target()) == ["hold_accepted lunch due 03-01 20:00 late"]
    assert len(explain(told, target()).otherwise[0].spans) == 2


def test_a_hold_after_the_due_excuses_nothing():
    told = history(OPENED, "03-01 17:00 held reason=lunch", "03-01 19:00 resumed", "03-01 20:00 resolved")

    assert ways(told, target()) == []


def test_a_hold_before_the_clock_started_excuses_nothing():
    told = history(OPENED, *LUNCH, "03-01 12:00 documents_complete", "03-01 21:00 resolved")

    assert ways(told, target(gate=(("documents_complete",),))) == []


def test_a_hold_that_lasts():
    told = history(OPENED, "03-01 10:00 held reason=lunch")

    assert ways(told, target()) == ["hold_accepted lunch due - open"]


def test_a_limit_of_a_hold():
    told = history(OPENED, "03-01 10:00 held reason=customer", "03-01 14:00 resumed", "03-01 18:30 resolved")
    limited = target(accepts=("customer",), max_open={"customer": "1h"})

    assert ways(told, limited) == ["hold_not_limited customer due 03-01 21:00 met"]
    assert explain(told, limited).otherwise[0].spans == ((at("03-01 11:00"), at("03-01 14:00")),)


def test_a_limit_for_every_reason_is_lifted_for_one():
    told = history(
        OPENED,
        "03-01 10:00 held reason=a",
        "03-01 12:00 held reason=b",
        "03-01 14:00 resumed",
        "03-02 09:00 resolved",
    )

    assert ways(told, target(accepts=("*",), max_open={"*": "1h"})) == [
        "hold_not_limited a due 03-01 20:00 late",
        "hold_not_limited b due 03-01 20:00 late",
        "all_of_these due 03-01 21:00 late",
    ]


def test_an_exclusion_that_is_not_accepted():
    told = history(
        f"{OPENED} area=north",
        "03-01 18:00 resolved",
        shared=["03-01 10:00 excluded exclusion=s area=north reason=storm to=03-01T13:00"],
    )

    assert ways(told, target()) == ["exclusion_accepted storm due 03-01 20:00 met"]
    assert ways(told, target(exclusions=("storm",))) == []


def test_nothing_excuses_an_accepted_hold():
    told = history(OPENED, *LUNCH, "03-01 20:00 resolved")

    assert ways(told, target(accepts=("lunch",))) == []


def test_days_that_a_hold_would_have_cost():
    """Due on Friday the 8th at midnight; the hold lies over that of Tuesday the 5th; stopped on the next Monday."""
    told = history(OPENED, "03-05 20:00 held reason=x", "03-06 08:00 resumed", "03-11 12:00 resolved")

    assert ways(told, target("5 working days", calendar=office())) == ["hold_accepted x due 03-12 00:00 met"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["03-01 12:00 cancelled"], "not_cancelled cancelled due 03-01 17:00 breached"),
        (["03-01 12:00 cancelled", "03-01 15:00 resolved"], "not_cancelled cancelled due 03-01 17:00 met"),
        (["03-01 12:00 merged", "03-01 19:00 resolved"], "not_cancelled merged due 03-01 17:00 late"),
        # Cancelling ends the hold all the same.
        (
            ["03-01 10:00 held reason=x", "03-01 12:00 cancelled"],
            "not_cancelled cancelled due 03-01 19:00 breached",
        ),
    ],
)
def test_what_a_cancelled_promise_would_have_become(lines, expected):
    assert ways(history(OPENED, *lines), target(accepts=("x",))) == [expected]


def test_what_a_reclassified_promise_would_have_become():
    told = history(f"{OPENED} prio=high", "03-01 12:00 reclassified prio=low", "03-01 16:00 resolved")

    assert ways(told, target(applies=("prio=high",))) == [
        "applied_throughout reclassified due 03-01 17:00 met"
    ]


def test_as_of_an_instant_it_would_be_open():
    told = history(OPENED, "03-01 12:00 cancelled")

    assert ways(told, target(), upto="03-01 13:00") == ["not_cancelled cancelled due 03-01 17:00 open"]


def test_what_a_rejudged_promise_would_have_become():
    told = history(OPENED, "03-01 12:00 rejudge version=2", "03-01 18:00 resolved")
    both = Rules((policy(target()), policy(target(name="other"), version="2", since="2025-01-01 00:00")))
    found = {each.target.id: each for each in explained(told, both, at(END))}

    assert found["restore"].promise.state == "superseded"
    assert [(each.change, clock(each.due), each.state) for each in found["restore"].otherwise] == [
        ("not_rejudged", "03-01 17:00", "late")
    ]


@pytest.mark.parametrize("lines", [["03-01 16:00 resolved"], []])
def test_what_is_met_or_open_needs_no_excuse(lines):
    assert ways(history(OPENED, *LUNCH, *lines), target(), upto="03-01 16:30") == []


# --- how much was left -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "budget", "expected"),
    [
        # Friday 9 to 18 with a break is the budget; stopped on Friday at 16:30 and on Monday at 09:30.
        (["03-01 16:30 resolved"], "8h", ("03-01 16:30", 90 * MINUTE, 90 * MINUTE)),
        (
            ["03-04 09:30 resolved"],
            "8h",
            ("03-04 09:30", -(2 * 24 * HOUR + 15 * HOUR + 30 * MINUTE), -30 * MINUTE),
        ),
        ([], "8h", ("03-04 12:00", -(2 * 24 * HOUR + 18 * HOUR), -3 * HOUR)),
        # Due at the end of Tuesday the 5th; on Monday at noon no day has passed.
        ([], "2 working days", ("03-04 12:00", 36 * HOUR, 2)),
        (["03-07 12:00 resolved"], "2 working days", ("03-07 12:00", -36 * HOUR, -1)),
        (["03-02 09:00 resolved"], "3 days", ("03-02 09:00", 48 * HOUR, 2)),
    ],
)
def test_how_much_was_left(lines, budget, expected):
    calendar = None if budget.endswith(" days") and "working" not in budget else office()
    upto = END if lines else "03-04 12:00"

    assert margin(history(OPENED, *lines), target(budget, calendar=calendar), upto=upto) == expected


def test_without_a_due_what_is_left_of_the_budget():
    told = history(OPENED, "03-01 10:00 held reason=x")

    assert margin(told, target(accepts=("x",))) == (END, None, 7 * HOUR)


def test_all_of_it_as_json():
    told = history(OPENED, *LUNCH, "03-01 18:00 resolved")
    found = as_json(explain(told, target()))

    assert found["margin"] == {
        "at": "2024-03-01T18:00:00.000000Z",
        "wall_us": -HOUR,
        "left_us": -HOUR,
    }
    assert found["otherwise"] == [
        {
            "if": "hold_accepted",
            "reason": "lunch",
            "spans": [{"from": "2024-03-01T10:00:00.000000Z", "to": "2024-03-01T12:00:00.000000Z"}],
            "due": "2024-03-01T19:00:00.000000Z",
            "verdict": "met",
        }
    ]
    assert found["account"] == {
        "gated_us": 0,
        "outside_us": 0,
        "excluded_us": 0,
        "held_us": 0,
        "counted_us": 9 * HOUR,
    }


def test_days_as_json():
    told = history("2026-02-13 10:00 opened")
    found = as_json(
        explain(told, target("3 working days", calendar=spring_festival_2026()), upto="2026-02-26 00:00")
    )

    # Saturday the 14th, then 24 and 25 February.
    assert found["due"] == "2026-02-25T16:00:00.000000Z"
    assert (found["budget_days"], found["day_end"], found["boundary"]) == (3, "midnight", "close")
    assert (found["margin"]["left_days"], found["account"]["counted_days"]) == (0, 3)
    assert found["calendar"] == {"name": "made", "versions": 1, "known_since": None, "known_until": None}
