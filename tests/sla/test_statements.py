"""Warnings, breaches, escalations and verdicts by hand.

Most rows have eight hours round the clock from 1 March 09:00, due 17:00, with a warning at 15:00, an escalation at
the due and one at 19:00, and ten minutes of grace.
"""

import pytest

from service.sla.judge import explain
from service.sla.statements import Judgement, Kind
from tests.sla.telling import (
    END,
    at,
    clock,
    escalate,
    history,
    judged,
    office,
    rules,
    saying,
    sayings,
    span,
    stand,
    standing,
    target,
    warn,
)

LADDER = (warn("6h"), escalate("8h", "now"), escalate("10h", "up"))
WATCHED = target("8h", rungs=LADDER, grace="10m", accepts=("customer",))
OPENED = "03-01 09:00 opened"


def watched(*lines: str, upto: str = END) -> Judgement:
    """What is said of a ticket opened at 09:00."""
    return judged(history(OPENED, *(f"03-01 {line}" for line in lines)), WATCHED, upto=upto)


def of_the_promise(*lines: str, upto: str = END) -> list[str]:
    """The sayings, those of one instant by name."""
    return sorted(sayings(watched(*lines, upto=upto)))


NOTHING: list[str] = []
BEFORE = ["03-01 15:00 soon"]
AT_DUE = ["03-01 15:00 soon", "03-01 17:00 breach", "03-01 17:00 now"]
ALL = [*AT_DUE, "03-01 19:00 up"]


@pytest.mark.parametrize(
    ("upto", "expected"),
    [
        ("03-01 08:00", NOTHING),
        ("03-01 15:00", NOTHING),
        ("03-01 15:10", NOTHING),  # instant + grace < W
        ("03-01 15:10:00.000001", BEFORE),
        ("03-01 17:00:00.000001", BEFORE),
        ("03-01 17:10", BEFORE),
        ("03-01 17:10:00.000001", AT_DUE),
        ("03-01 19:10", AT_DUE),
        ("03-01 19:10:00.000001", ALL),
        (END, ALL),
    ],
)
def test_what_rests_on_absence_waits_for_the_watermark_and_the_grace(upto: str, expected: list[str]):
    assert of_the_promise(upto=upto) == expected


@pytest.mark.parametrize(
    ("upto", "wake_at"),
    [
        ("03-01 08:00", "03-01 15:10"),
        ("03-01 15:10", "03-01 15:10"),
        ("03-01 15:10:00.000001", "03-01 17:10"),
        ("03-01 17:10:00.000001", "03-01 19:10"),
        ("03-01 19:10:00.000001", "-"),
    ],
)
def test_when_to_look_again(upto: str, wake_at: str):
    assert clock(watched(upto=upto).wake_at) == wake_at


def test_nothing_is_proved_before_there_is_a_watermark():
    from service.sla.judge import judge
    from tests.sla.telling import rules

    judgement = judge(history(OPENED, "03-01 18:00 resolved"), rules(WATCHED), -1)

    assert (judgement.statements, standing(judgement)) == ((), ["e1 due 03-01 17:00 open"])


@pytest.mark.parametrize(
    ("stop", "upto", "expected", "stands"),
    [
        ("14:00", "03-01 08:00", ["03-01 14:00 verdict met by e2"], "met at 03-01 14:00"),  # said at once
        ("15:00", END, ["03-01 15:00 verdict met by e2"], "met at 03-01 15:00"),  # no warning at its instant
        ("15:00:00.000001", END, [*BEFORE, "03-01 15:00:00.000001 verdict met by e2"], "met at 03-01 15:00:00.000001"),
        ("15:05", "03-01 15:10", ["03-01 15:05 verdict met by e2"], "met at 03-01 15:05"),
        ("15:05", "03-01 15:11", [*BEFORE, "03-01 15:05 verdict met by e2"], "met at 03-01 15:05"),
        ("17:00", END, [*BEFORE, "03-01 17:00 verdict met by e2"], "met at 03-01 17:00"),  # exactly at the due
        ("17:00:00.000001", "03-01 17:10", BEFORE, "open"),  # a late stop does not hurry the breach
        (
            "17:00:00.000001",
            "03-01 17:10:00.000001",
            [*AT_DUE, "03-01 17:00:00.000001 verdict late by e2"],
            "late at 03-01 17:00:00.000001",
        ),
        ("19:00", END, [*AT_DUE, "03-01 19:00 verdict late by e2"], "late at 03-01 19:00"),
        ("19:00:00.000001", END, [*ALL, "03-01 19:00:00.000001 verdict late by e2"], "late at 03-01 19:00:00.000001"),
    ],
)  # fmt: skip
def test_a_stop(stop: str, upto: str, expected: list[str], stands: str):
    judgement = watched(f"{stop} resolved", upto=upto)

    assert sorted(sayings(judgement)) == sorted(expected)
    assert standing(judgement) == [f"e1 due 03-01 17:00 {stands}"]


@pytest.mark.parametrize(
    ("lines", "expected", "stands"),
    [
        (["12:00 cancelled"], ["03-01 12:00 verdict cancelled by e2"], "cancelled at 03-01 12:00"),
        (["17:00 cancelled"], [*BEFORE, "03-01 17:00 verdict cancelled by e2"], "cancelled at 03-01 17:00"),
        (["17:00:00.000001 cancelled"], ALL, "breached"),  # after the due the breach is decided as usual
        (["18:00 cancelled", "20:00 resolved"], [*ALL, "03-01 20:00 verdict late by e3"], "late at 03-01 20:00"),
        (["12:00 resolved", "13:00 cancelled"], ["03-01 12:00 verdict met by e2"], "met at 03-01 12:00"),
        (["12:00 cancelled", "13:00 resolved"], ["03-01 12:00 verdict cancelled by e2"], "cancelled at 03-01 12:00"),
    ],
)  # fmt: skip
def test_cancelling(lines: list[str], expected: list[str], stands: str):
    judgement = watched(*lines)

    assert sorted(sayings(judgement)) == sorted(expected)
    assert standing(judgement) == [f"e1 due 03-01 17:00 {stands}"]


@pytest.mark.parametrize(
    ("lines", "expected", "due"),
    [
        (
            ["14:00 held reason=customer", "16:00 resumed"],
            ["03-01 17:00 soon", "03-01 19:00 breach", "03-01 19:00 now", "03-01 21:00 up"],
            "03-01 19:00",
        ),
        (["14:00 held reason=customer"], [], "-"),
        (["15:00 held reason=customer"], ["03-01 15:00 soon"], "-"),
        (["15:30 held reason=customer"], ["03-01 15:00 soon"], "-"),
        (
            ["18:00 held reason=customer", "20:00 resumed"],  # after the due time runs in the same unit
            [*AT_DUE, "03-01 21:00 up"],
            "03-01 17:00",
        ),
        (["18:00 held reason=customer"], AT_DUE, "03-01 17:00"),
        (["17:00 held reason=customer", "18:00 resumed"], [*AT_DUE, "03-01 20:00 up"], "03-01 17:00"),
    ],
)
def test_holds_move_the_ladder(lines: list[str], expected: list[str], due: str):
    judgement = watched(*lines)

    assert sorted(sayings(judgement)) == expected
    assert clock(judgement.promises[0].due) == due


def test_a_rung_before_the_due_knows_the_due_of_its_own_instant():
    (later,) = (s for s in watched("15:30 held reason=customer").statements if s.name == "soon")
    (same,) = (s for s in watched("15:00 held reason=customer").statements if s.name == "soon")
    (moved,) = (
        s
        for s in watched("12:00 held reason=customer", "13:00 resumed", "16:30 held").statements
        if s.name == "soon"
    )

    assert clock(later.due) == "03-01 17:00"
    assert clock(same.due) == "-"
    assert (clock(moved.at), clock(moved.due)) == ("03-01 16:00", "03-01 18:00")


def test_what_a_statement_holds():
    judgement = watched("12:00 held reason=customer", "13:00 resumed", "18:30 resolved")
    by_name = {statement.name: statement for statement in judgement.statements}
    soon, breach, now, verdict = (by_name[name] for name in ("soon", "breach", "now", "verdict"))

    assert [soon.kind, breach.kind, now.kind, verdict.kind] == [
        Kind.WARNING,
        Kind.BREACH,
        Kind.ESCALATION,
        Kind.VERDICT,
    ]
    assert [soon.role, breach.role, now.role, verdict.role] == ["holder", "", "head", ""]
    assert (soon.account.counted, soon.account.held) == (span("6h"), span("1h"))
    assert (breach.account.counted, breach.account.held) == (span("8h"), span("1h"))
    assert (verdict.account.counted, verdict.account.held) == (span("8h 30m"), span("1h"))
    assert (verdict.event, breach.event) == (("desk", "e4"), None)
    assert {(s.policy, s.version, s.start, s.started_by) for s in judgement.statements} == {
        ("p", "1", at("03-01 09:00"), ("desk", "e1"))
    }


def test_the_ladder_in_business_hours():
    ladder = (warn("7h"), escalate("8h", "now"), escalate("9h", "up"))
    judgement = judged(history("03-01 10:00 opened"), target("8h", calendar=office(), rungs=ladder))

    # The seventh hour ends on Friday at closing time; the ninth is Monday's second.
    assert sorted(sayings(judgement)) == [
        "03-01 18:00 soon",
        "03-04 10:00 breach",
        "03-04 10:00 now",
        "03-04 11:00 up",
    ]


def test_the_ladder_in_days():
    ladder = (warn("2 days"), escalate("3 days", "now"), escalate("4 days", "up"))
    told = history("03-01 10:00 opened", "03-02 09:00 held reason=customer", "03-02 11:00 resumed")
    judgement = judged(told, target("3 days", rungs=ladder, accepts=("customer",)))

    assert sorted(sayings(judgement)) == [
        "03-04 10:00 soon",
        "03-05 10:00 breach",
        "03-05 10:00 now",
        "03-06 10:00 up",
    ]


def test_a_rung_that_asks_for_more_than_the_budget_speaks_at_the_start():
    judgement = judged(history(OPENED), target("1h", rungs=(warn("-1h"),)), upto="03-01 09:00:00.000001")

    assert sayings(judgement) == ["03-01 09:00 soon"]


@pytest.mark.parametrize("budget", ["8h", "8 days"])
def test_a_rung_that_asks_for_the_whole_budget_speaks_at_the_start_whatever_is_held(budget: str):
    told = history("03-01 08:00 held reason=customer", OPENED, "03-01 10:00 resumed", "03-01 11:00 resolved")
    judgement = judged(told, target(budget, rungs=(warn("0h"),), accepts=("customer",)))

    assert sayings(judgement) == ["03-01 09:00 soon", "03-01 11:00 verdict met by e4"]


# --- explained --------------------------------------------------------------------------------------


def test_an_explanation_by_hand():
    told = history(
        "03-01 16:00 opened area=north",
        "03-01 17:00 documents_complete",
        "03-01 17:30 held reason=customer",
        "03-04 10:00 resumed",
        "03-05 10:30 resolved",
        shared=["03-04 14:00 excluded area=north reason=weather to=03-04T15:00"],
    )
    restore = target(
        calendar=office(),
        gate=(("documents_complete",),),
        accepts=("customer",),
        exclusions=("weather",),
    )
    ((promise, stretches),) = explain(told, rules(restore), at(END))

    assert stand(promise) == "e1 due 03-05 10:30 met at 03-05 10:30"
    assert [(clock(each.start), clock(each.end), each.what, each.why) for each in stretches] == [
        ("03-01 16:00", "03-01 17:00", "gated", "preconditions"),
        ("03-01 17:00", "03-01 17:30", "counted", ""),
        ("03-01 17:30", "03-01 18:00", "held", "customer"),
        ("03-01 18:00", "03-04 09:00", "outside", "outside hours"),
        ("03-04 09:00", "03-04 10:00", "held", "customer"),
        ("03-04 10:00", "03-04 12:00", "counted", ""),
        ("03-04 12:00", "03-04 13:00", "outside", "outside hours"),
        ("03-04 13:00", "03-04 14:00", "counted", ""),
        ("03-04 14:00", "03-04 15:00", "excluded", "weather"),
        ("03-04 15:00", "03-04 18:00", "counted", ""),
        ("03-04 18:00", "03-05 09:00", "outside", "outside hours"),
        ("03-05 09:00", "03-05 10:30", "counted", ""),
    ]


# --- reopening --------------------------------------------------------------------------------------

AGAIN = target("8h", reopen=True)


@pytest.mark.parametrize(
    ("lines", "ignored", "begun"),
    [
        (["12:00 resolved", "13:00 reopened"], ["e1 due 03-01 17:00 met at 03-01 12:00"], ["e3 due 03-01 21:00 breached"]),
        (["12:00 resolved", "12:00 reopened"], ["e1 due 03-01 17:00 met at 03-01 12:00"], ["e3 due 03-01 20:00 breached"]),
        (
            ["12:00 resolved", "13:00 reopened", "14:00 resolved", "15:00 reopened", "16:00 resolved"],
            ["e1 due 03-01 17:00 met at 03-01 12:00"],
            ["e3 due 03-01 21:00 met at 03-01 14:00", "e5 due 03-01 23:00 met at 03-01 16:00"],
        ),
        (["18:00 resolved", "19:00 reopened"], ["e1 due 03-01 17:00 late at 03-01 18:00"], ["e3 due 03-02 03:00 breached"]),
        (["10:00 cancelled", "11:00 reopened"], ["e1 due 03-01 17:00 cancelled at 03-01 10:00"], ["e3 due 03-01 19:00 breached"]),
        (["10:00 reopened", "12:00 resolved"], ["e1 due 03-01 17:00 met at 03-01 12:00"], []),  # it was running
        (["18:00 reopened"], ["e1 due 03-01 17:00 breached"], []),  # it has not stopped
        (["18:00 cancelled", "19:00 reopened"], ["e1 due 03-01 17:00 breached"], []),
    ],
)  # fmt: skip
def test_reopening(lines: list[str], ignored: list[str], begun: list[str]):
    told = history(OPENED, *(f"03-01 {line}" for line in lines))

    assert standing(judged(told, target("8h"))) == ignored
    assert standing(judged(told, AGAIN)) == ignored + begun


def test_every_promise_has_statements_of_its_own():
    told = history(OPENED, "03-01 18:00 resolved", "03-01 19:00 reopened", "03-01 20:00 resolved")

    assert sayings(judged(told, AGAIN)) == [
        "03-01 17:00 breach",
        "03-01 18:00 verdict late by e2",
        "03-01 20:00 verdict met by e4",
    ]


# --- a stop before the start ------------------------------------------------------------------------

ANSWER = target("8h", stop=("replied",), rungs=(warn("6h"),))
FIRST = ["03-01 09:30 replied", "03-01 10:00 opened"]


@pytest.mark.parametrize(
    ("lines", "expected", "remarks"),
    [
        ([], "03-01 10:00 verdict met by e1", ("stop_before_start",)),
        (["03-01 11:00 replied"], "03-01 11:00 verdict met by e3", ()),
        (["03-01 18:00 replied"], "03-01 18:00 verdict met by e3", ()),
        (["03-01 18:00:00.000001 replied"], "03-01 10:00 verdict met by e1", ("stop_before_start",)),
        (["03-01 11:00 cancelled"], "03-01 10:00 verdict met by e1", ("stop_before_start",)),
        (["03-01 09:45 replied"], "03-01 10:00 verdict met by e3", ("stop_before_start",)),
    ],
)
def test_a_stop_before_the_start_meets_the_promise(lines: list[str], expected: str, remarks: tuple[str, ...]):
    judgement = judged(history(*FIRST, *lines), ANSWER)
    verdict = judgement.statements[-1]

    assert saying(verdict) == expected
    assert verdict.remarks == remarks
    assert [s.name for s in judgement.statements if s.name == "breach"] == []


def test_a_stop_before_the_start_is_said_before_any_watermark_and_spans_nothing():
    judgement = judged(history(*FIRST), ANSWER, upto="1970-01-01 00:00")
    (verdict,) = judgement.statements

    assert standing(judgement) == ["e2 due 03-01 18:00 met at 03-01 10:00"]
    assert (verdict.start, verdict.at, verdict.account.counted) == (at("03-01 10:00"), at("03-01 10:00"), 0)
    assert clock(verdict.due) == "03-01 18:00"
    assert judgement.wake_at is None


def test_a_stop_of_the_same_instant_is_told_by_the_total_order():
    before = history("03-01 10:00 replied seq=1", "03-01 10:00 opened seq=2")
    after = history("03-01 10:00 replied seq=2", "03-01 10:00 opened seq=1")

    assert judged(before, ANSWER).statements[0].remarks == ("stop_before_start",)
    assert judged(after, ANSWER).statements[0].remarks == ()


ANSWERS = target("8h", start=("opened", "assigned"), stop=("replied",))


def test_only_the_first_promise_is_met_by_an_earlier_stop():
    told = history(*FIRST, "03-01 12:00 assigned")

    assert standing(judged(told, ANSWERS)) == [
        "e2 due 03-01 18:00 met at 03-01 10:00",
        "e3 due 03-01 20:00 breached",
    ]


def test_only_a_promise_begun_by_opened_is_met_by_an_earlier_stop():
    told = history("03-01 09:00 opened", "03-01 09:30 replied", "03-01 10:00 assigned")

    assert standing(judged(told, target("8h", start=("assigned",), stop=("replied",)))) == [
        "e3 due 03-01 18:00 breached"
    ]


def test_a_stop_after_the_next_promise_began_belongs_to_that_one():
    told = history(*FIRST, "03-01 12:00 assigned", "03-01 13:00 replied")

    assert standing(judged(told, ANSWERS)) == [
        "e2 due 03-01 18:00 met at 03-01 10:00",
        "e3 due 03-01 20:00 met at 03-01 13:00",
    ]


def test_a_promise_begun_by_a_reopening_needs_a_later_stop():
    told = history(OPENED, "03-01 10:00 replied", "03-01 11:00 reopened")
    after_reopening = target("8h", start=(), stop=("replied",), reopen=True)

    assert standing(judged(told, after_reopening)) == ["e3 due 03-01 19:00 breached"]


def test_a_stop_of_the_first_promise_can_begin_the_next():
    chained = target("8h", start=("opened", "replied"), stop=("replied",))
    told = history(OPENED, "03-01 10:00 replied", "03-01 20:00 replied")

    assert standing(judged(told, chained)) == [
        "e1 due 03-01 17:00 met at 03-01 10:00",
        "e2 due 03-01 18:00 late at 03-01 20:00",
        "e3 due 03-02 04:00 breached",
    ]


# --- several targets, events that match by attributes -----------------------------------------------


def test_targets_do_not_know_each_other():
    answer = target("1h", name="answer", stop=("replied", "noted kind=answer|call"))
    told = history(
        OPENED, "03-01 09:30 noted kind=note", "03-01 09:45 noted kind=call", "03-01 18:00 resolved"
    )

    assert sayings(judged(told, answer, target("8h"))) == [
        "03-01 09:45 verdict met by e3",
        "03-01 17:00 breach",
        "03-01 18:00 verdict late by e4",
    ]


def test_an_owners_own_types_begin_and_end_promises():
    visit = target("8h", start=("dispatched",), stop=("arrived",))
    told = history(OPENED, "03-01 10:00 dispatched", "03-01 18:00 arrived")

    assert standing(judged(told, visit)) == ["e2 due 03-01 18:00 met at 03-01 18:00"]


def test_conditions_read_truths_and_numbers_as_a_policy_file_writes_them():
    told = history(OPENED, "03-01 10:00 noted", "03-01 11:00 noted")
    told.events[1].attributes.update(done=False, level=3)  # type: ignore[attr-defined]
    told.events[2].attributes.update(done=True, level=3)  # type: ignore[attr-defined]

    assert standing(judged(told, target("8h", stop=("noted done=true level=3|4",)))) == [
        "e1 due 03-01 17:00 met at 03-01 11:00"
    ]


def test_a_promise_met_before_its_start_was_never_warned_about():
    told = history(*FIRST, "03-01 17:30 replied")

    assert sayings(judged(told, ANSWER)) == ["03-01 17:30 verdict met by e3"]


def test_only_the_first_of_several_openings_is_met_by_an_earlier_stop():
    told = history("03-01 08:00 resolved", OPENED, "03-01 10:00 resolved", "03-01 11:00 opened")

    assert standing(judged(told, target("8h"))) == [
        "e2 due 03-01 17:00 met at 03-01 10:00",
        "e4 due 03-01 19:00 breached",
    ]


def test_a_hold_that_a_stop_ended_has_ended_for_that_stop_whatever_is_held_later():
    patient = target("8h", accepts=("customer",))
    told = history(
        OPENED, "03-01 10:00 held reason=customer", "03-01 12:00 resolved", "03-01 14:00 held reason=customer"
    )
    (verdict,) = judged(told, patient).statements

    assert (saying(verdict), clock(verdict.due)) == ("03-01 12:00 verdict met by e3", "03-01 19:00")
