"""Doubt by hand: due 17:00, ten minutes of grace, a warning at 15:00, an escalation at 19:00."""

import pytest

from service.sla.events import Doubt
from service.sla.history import History
from tests.sla.telling import END, at, escalate, history, judged, sayings, standing, target, warn

WATCHED = target("8h", rungs=(warn("6h"), escalate("10h")), grace="10m", accepts=("customer",))
OPENED = "03-01 09:00 opened"
SOON = "03-01 15:00 soon"
BREACH = "03-01 17:00 breach"
UP = "03-01 19:00 up"
UNKNOWN = "03-01 17:00 verdict indeterminate not_json"


@pytest.mark.parametrize(
    ("since", "expected", "state"),
    [
        ("03-01 08:00", [UNKNOWN], "indeterminate"),
        ("03-01 15:10", [UNKNOWN], "indeterminate"),
        ("03-01 15:10:00.000001", [SOON, UNKNOWN], "indeterminate"),
        ("03-01 17:00", [SOON, UNKNOWN], "indeterminate"),
        ("03-01 17:10", [SOON, UNKNOWN], "indeterminate"),
        ("03-01 17:10:00.000001", [SOON, BREACH], "breached"),
        ("03-01 19:10", [SOON, BREACH], "breached"),
        ("03-01 19:10:00.000001", [SOON, BREACH, UP], "breached"),
    ],
)
def test_doubt_silences_what_rests_on_absence(since: str, expected: list[str], state: str):
    judgement = judged(history(OPENED, doubts=[since]), WATCHED)

    assert sayings(judgement) == expected
    assert standing(judgement) == [f"e1 due 03-01 17:00 {state}"]
    assert judgement.promises[0].in_doubt is (state == "indeterminate")


@pytest.mark.parametrize(
    ("upto", "expected", "state"),
    [("03-01 17:10", [], "open"), ("03-01 17:10:00.000001", [UNKNOWN], "indeterminate")],
)
def test_doubt_becomes_a_verdict_only_when_the_breach_would(upto: str, expected: list[str], state: str):
    for lines in ([OPENED], [OPENED, "03-01 17:05 resolved"]):
        judgement = judged(history(*lines, doubts=["03-01 10:00"]), WATCHED, upto=upto)

        assert sayings(judgement) == expected
        assert standing(judgement) == [f"e1 due 03-01 17:00 {state}"]


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("03-01 16:00 resolved", "03-01 16:00 verdict met by e2"),
        ("03-01 17:00 resolved", "03-01 17:00 verdict met by e2"),
        ("03-01 16:00 cancelled", "03-01 16:00 verdict cancelled by e2"),
    ],
)
def test_what_rests_on_a_present_event_is_said_all_the_same(line: str, verdict: str):
    assert sayings(judged(history(OPENED, line, doubts=["03-01 10:00"]), WATCHED)) == [verdict]


def test_a_late_stop_is_no_verdict_while_something_timely_may_be_unread():
    late = [OPENED, "03-01 18:00 resolved"]

    assert sayings(judged(history(*late, doubts=["03-01 10:00"]), WATCHED)) == [UNKNOWN]
    assert sayings(judged(history(*late, doubts=["03-01 17:30"]), WATCHED)) == [
        SOON,
        BREACH,
        "03-01 18:00 verdict late by e2",
    ]


def test_without_its_doubt_the_verdict_takes_the_place_of_the_other():
    doubted = judged(history(OPENED, "03-01 18:00 resolved", doubts=["03-01 10:00"]), WATCHED)
    certain = judged(history(OPENED, "03-01 18:00 resolved"), WATCHED)
    by_name = {statement.name: statement.id for statement in certain.statements}

    assert doubted.statements[0].id == by_name["verdict"]


def test_a_due_that_is_not_known_may_be_in_doubt():
    held = judged(history(OPENED, "03-01 10:00 held reason=customer", doubts=["2029-01-01 00:00"]), WATCHED)

    assert standing(held) == ["e1 due - open"]
    assert held.promises[0].in_doubt


def test_every_reason_that_bears_on_the_due_is_named_once():
    doubts = tuple(
        Doubt(since=at(since), reason=reason)
        for since, reason in [
            ("03-01 10:00", "not_json"),
            ("03-01 11:00", "bad_time"),
            ("03-01 12:00", "not_json"),
            ("03-01 18:00", "too_large"),
        ]
    )
    (unknown,) = judged(History(history(OPENED).events, doubts), WATCHED).statements

    assert unknown.reason == "bad_time,not_json"


def test_a_doubt_may_bear_on_one_promise_and_not_on_the_one_before():
    again = target("8h", reopen=True)
    told = history(OPENED, "03-01 18:00 resolved", "03-01 19:00 reopened", doubts=["03-01 18:30"])

    assert sayings(judged(told, again, upto=END)) == [
        BREACH,
        "03-01 18:00 verdict late by e2",
        "03-02 03:00 verdict indeterminate not_json",
    ]


def test_nobody_is_woken_for_what_doubt_forbids_to_say():
    """Until the due, when the doubt itself becomes a statement."""
    judgement = judged(history(OPENED, doubts=["03-01 10:00"]), WATCHED, upto="03-01 12:00")
    after = judged(history(OPENED, doubts=["03-01 10:00"]), WATCHED, upto="03-01 17:10:00.000001")

    assert judgement.wake_at == at("03-01 17:10")
    assert after.wake_at is None
