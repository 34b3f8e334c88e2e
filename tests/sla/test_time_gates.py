"""Gates by hand: opened at 09:00 on Friday 1 March 2024 with 8 h round the clock, the gate is `documents_complete`."""

import pytest

from service.sla.policy import DayEnd
from service.sla.statements import Judgement
from tests.sla.telling import (
    END,
    account,
    at,
    clock,
    due,
    history,
    judged,
    missed,
    office,
    saying,
    sayings,
    standing,
    table,
    target,
    the,
    warn,
)

DOCUMENTS = (("documents_complete",),)
GATED = target("8h", gate=DOCUMENTS, accepts=("customer",))
OPENED = "03-01 09:00 opened"
STOP_BEFORE_START = ("stop_before_start",)
SECOND_REQUEST = ("second_request",)


def gated(*lines: str, upto: str = END) -> Judgement:
    return judged(history(OPENED, *(f"03-01 {line}" for line in lines)), GATED, upto=upto)


@table(
    "lines, due, of_the_span",
    [
        ("not met: there is no due", [], "-", ""),
        ("the full budget from the gate", ["11:00 documents_complete"], "03-01 19:00", "gated 2h, counted 8h"),
        ("the later of start event and gate", ["08:00 documents_complete"], "03-01 17:00", "counted 8h"),
        ("at the very start", ["09:00 documents_complete"], "03-01 17:00", "counted 8h"),
        ("seconds and microseconds are kept", ["11:00:00.000001 documents_complete"], "03-01 19:00:00.000001", "gated 2h 1us, counted 8h"),
        ("the first event that matches", ["11:00 documents_complete", "13:00 documents_complete"], "03-01 19:00", "gated 2h, counted 8h"),
        ("the first event that matches, before the start", ["08:00 documents_complete", "13:00 documents_complete"], "03-01 17:00", "counted 8h"),
        ("nothing closes a gate again", ["11:00 documents_complete", "12:00 documents_requested", "13:00 documents_complete"], "03-01 19:00", "gated 2h, counted 8h"),
        ("a request is no gate", ["11:00 documents_requested"], "-", ""),
        ("not a pause: a hold before it is gated", ["09:30 held reason=customer", "10:30 resumed", "11:00 documents_complete"], "03-01 19:00", "gated 2h, counted 8h"),
        ("a hold over it counts from it", ["10:00 held reason=customer", "12:00 resumed", "11:00 documents_complete"], "03-01 20:00", "gated 2h, held 1h, counted 8h"),
        ("a hold after it", ["11:00 documents_complete", "12:00 held reason=customer", "13:00 resumed"], "03-01 20:00", "gated 2h, held 1h, counted 8h"),
        ("a hold open over it", ["10:00 held reason=customer", "11:00 documents_complete"], "-", ""),
        ("voided", ["11:00 documents_complete", "12:00 voided event=e2"], "-", ""),
        ("voided, and met by another", ["11:00 documents_complete", "12:00 voided event=e2", "13:00 documents_complete"], "03-01 21:00", "gated 4h, counted 8h"),
    ],
)  # fmt: skip
def test_the_clock_starts_at_the_gate(lines: list[str], due: str, of_the_span: str):
    assert missed(gated(*lines)) == (due, of_the_span)


def test_the_span_begins_with_the_start_event():
    breach = the(gated("11:00 documents_complete"), "breach")

    assert (clock(breach.start), clock(breach.at)) == ("03-01 09:00", "03-01 19:00")


@table(
    "gate, lines, due, gated_for",
    [
        ("two preconditions: the latest", (("documents_complete",), ("paid",)), ["10:00 paid", "11:00 documents_complete"], "03-01 19:00", "gated 2h, counted 8h"),
        ("two preconditions: the other is the latest", (("documents_complete",), ("paid",)), ["10:00 documents_complete", "12:00 paid"], "03-01 20:00", "gated 3h, counted 8h"),
        ("two preconditions: one is missing", (("documents_complete",), ("paid",)), ["10:00 documents_complete"], "-", ""),
        ("two preconditions: one before the start", (("documents_complete",), ("paid",)), ["08:00 paid", "10:00 documents_complete"], "03-01 18:00", "gated 1h, counted 8h"),
        ("alternatives: the first event of any", (("documents_complete", "noted kind=waived"),), ["10:00 noted kind=waived", "12:00 documents_complete"], "03-01 18:00", "gated 1h, counted 8h"),
        ("alternatives: an event that is none", (("documents_complete", "noted kind=waived"),), ["10:00 noted kind=asked", "12:00 documents_complete"], "03-01 20:00", "gated 3h, counted 8h"),
        ("one event meets two preconditions", (("documents_complete",), ("documents_complete", "paid")), ["10:00 documents_complete"], "03-01 18:00", "gated 1h, counted 8h"),
    ],
)  # fmt: skip
def test_preconditions(gate: tuple[tuple[str, ...], ...], lines: list[str], due: str, gated_for: str):
    told = history(OPENED, *(f"03-01 {line}" for line in lines))

    assert missed(judged(told, target("8h", gate=gate))) == (due, gated_for)


@table(
    "budget, day_end, gate, due, of_the_span",
    [
        # Saturday noon is 27 h after the start; 45 h to Monday's opening, 8 h and the break.
        ("hours: a gate outside them", "8h", DayEnd.MIDNIGHT, "03-02 12:00", "03-04 18:00", "gated 27h, outside 46h, counted 8h"),
        ("hours: a gate inside them", "8h", DayEnd.MIDNIGHT, "03-01 17:00", "03-04 17:00", "gated 8h, outside 64h, counted 8h"),
        ("midnight: day 1 is after the gate's date", "1 working days", DayEnd.MIDNIGHT, "03-04 10:00", "03-06 00:00", "gated 73h, outside 23h, counted 15h, 1 days"),
        ("closing: day 1 is after the gate's date", "1 working days", DayEnd.CLOSING, "03-04 10:00", "03-05 18:00", "gated 73h, outside 17h, counted 15h, 1 days"),
        ("same time: that of the gate", "1 working days", DayEnd.SAME_TIME, "03-04 10:30", "03-05 10:30", "gated 73h 30m, outside 16h, counted 8h, 1 days"),
        ("same time: a gate on a Saturday", "1 working days", DayEnd.SAME_TIME, "03-02 12:00", "03-04 12:00", "gated 27h, outside 45h, counted 3h, 1 days"),
    ],
)  # fmt: skip
def test_gates_in_every_unit(budget: str, day_end: DayEnd, gate: str, due: str, of_the_span: str):
    told = history(OPENED, f"{gate} documents_complete")
    judgement = judged(told, target(budget, gate=DOCUMENTS, calendar=office(), day_end=day_end))

    assert missed(judgement) == (due, of_the_span)


def test_a_gate_before_calendar_days():
    told = history(OPENED, "03-02 12:30 documents_complete")

    assert missed(judged(told, target("2 days", gate=DOCUMENTS))) == (
        "03-04 12:30",
        "gated 27h 30m, counted 48h, 2 days",
    )


def test_while_the_gate_is_closed_nothing_is_said_or_waited_for():
    judgement = judged(history(OPENED), target("8h", gate=DOCUMENTS, rungs=(warn("1h"),)))

    assert standing(judgement) == ["e1 due - open"]
    assert (judgement.statements, judgement.wake_at) == ((), None)


def test_a_promise_says_why_its_due_is_not_known():
    (waiting,) = gated().promises
    (held,) = gated("10:00 held reason=customer", "11:00 documents_complete").promises
    (running,) = gated("11:00 documents_complete").promises

    assert [(each.gated, each.held) for each in (waiting, held, running)] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_rungs_run_from_the_gate():
    told = history(OPENED, "03-01 11:00 documents_complete")
    judgement = judged(told, target("8h", gate=DOCUMENTS, rungs=(warn("6h"),)))

    assert sayings(judgement) == ["03-01 17:00 soon", "03-01 19:00 breach"]
    assert account(the(judgement, "soon")) == "gated 2h, counted 6h"


# --- a second request ---------------------------------------------------------------------------------


@table(
    "lines, of_the_warning, of_the_breach",
    [
        ("one request", ["10:00 documents_requested"], (), ()),
        ("a second request before the gate", ["10:00 documents_requested", "10:30 documents_requested"], SECOND_REQUEST, SECOND_REQUEST),
        ("a second request after the warning", ["10:00 documents_requested", "12:00:00.000001 documents_requested"], (), SECOND_REQUEST),
        ("a second request at the instant of the warning", ["10:00 documents_requested", "12:00 documents_requested"], SECOND_REQUEST, SECOND_REQUEST),
        ("a second request after the breach", ["10:00 documents_requested", "19:00:00.000001 documents_requested"], (), ()),
        ("a request before the start is the first", ["08:00 documents_requested", "18:00 documents_requested"], (), SECOND_REQUEST),
    ],
)  # fmt: skip
def test_a_second_request_moves_nothing_and_is_a_remark(
    lines: list[str], of_the_warning: tuple[str, ...], of_the_breach: tuple[str, ...]
):
    told = history(OPENED, "03-01 11:00 documents_complete", *(f"03-01 {line}" for line in lines))
    judgement = judged(told, target("8h", gate=DOCUMENTS, rungs=(warn("1h"),)))

    assert sayings(judgement) == ["03-01 12:00 soon", "03-01 19:00 breach"]
    assert the(judgement, "soon").remarks == of_the_warning
    assert the(judgement, "breach").remarks == of_the_breach


def test_a_second_request_is_nothing_to_a_target_without_a_gate():
    told = history(OPENED, "03-01 10:00 documents_requested", "03-01 11:00 documents_requested")

    assert the(judged(told, target("8h")), "breach").remarks == ()


# --- a stop before the clock starts -------------------------------------------------------------------


@table(
    "lines, expected, remarks, of_the_span",
    [
        ("stop before gate", ["10:00 resolved", "11:00 documents_complete"], ["03-01 10:00 verdict met by e2"], STOP_BEFORE_START, "gated 1h"),
        ("stop before a gate that never opens", ["10:00 resolved"], ["03-01 10:00 verdict met by e2"], STOP_BEFORE_START, "gated 1h"),
        ("stop before a gate that opens after a budget's time", ["10:00 resolved", "20:00 documents_complete"], ["03-01 10:00 verdict met by e2"], STOP_BEFORE_START, "gated 1h"),
        ("stop before start and gate: the instant is the start's", ["08:30 resolved", "11:00 documents_complete"], ["03-01 09:00 verdict met by e2"], STOP_BEFORE_START, ""),
        ("of several the last counts", ["10:00 resolved", "10:30 resolved", "11:00 documents_complete"], ["03-01 10:30 verdict met by e3"], STOP_BEFORE_START, "gated 1h 30m"),
        ("of several, before and after the start event, the last counts", ["08:30 resolved", "10:00 resolved"], ["03-01 10:00 verdict met by e3"], STOP_BEFORE_START, "gated 1h"),
        ("while the gate is closed there is no due to be after", ["10:00 resolved", "23:00 resolved"], ["03-01 23:00 verdict met by e3"], STOP_BEFORE_START, "gated 14h"),
        ("a later stop by the due replaces it", ["10:00 resolved", "11:00 documents_complete", "12:00 resolved"], ["03-01 12:00 verdict met by e4"], (), "gated 2h, counted 1h"),
        ("a later stop exactly on the due replaces it", ["10:00 resolved", "11:00 documents_complete", "19:00 resolved"], ["03-01 19:00 verdict met by e4"], (), "gated 2h, counted 8h"),
        ("a later stop one microsecond after the due changes nothing", ["10:00 resolved", "11:00 documents_complete", "19:00:00.000001 resolved"], ["03-01 10:00 verdict met by e2"], STOP_BEFORE_START, "gated 1h"),
        ("a stop at the gate's instant, after it in the order of events", ["11:00 documents_complete", "11:00 resolved"], ["03-01 11:00 verdict met by e3"], (), "gated 2h"),
        ("no stop before the gate", ["11:00 documents_complete", "12:00 resolved"], ["03-01 12:00 verdict met by e3"], (), "gated 2h, counted 1h"),
        ("late after the gate", ["11:00 documents_complete", "20:00 resolved"], ["03-01 19:00 breach", "03-01 20:00 verdict late by e3"], (), "gated 2h, counted 9h"),
    ],
)  # fmt: skip
def test_stop_before_gate(lines: list[str], expected: list[str], remarks: tuple[str, ...], of_the_span: str):
    judgement = gated(*lines)
    verdict = the(judgement, "verdict")

    assert sayings(judgement) == expected
    assert verdict.remarks == remarks
    assert account(verdict) == of_the_span


def test_a_stop_before_the_gate_is_said_at_once_and_without_a_due():
    judgement = gated("10:00 resolved", upto="03-01 10:00")

    assert sayings(judgement) == ["03-01 10:00 verdict met by e2"]
    assert judgement.statements[0].due is None


def test_a_promise_met_before_its_gate_is_never_warned_about():
    told = history(OPENED, "03-01 10:00 resolved", "03-01 11:00 documents_complete")

    assert sayings(judged(told, target("8h", gate=DOCUMENTS, rungs=(warn("6h"),)))) == [
        "03-01 10:00 verdict met by e2"
    ]


@pytest.mark.parametrize(
    "later", ["10:30 cancelled", "10:30 merged", "10:30 reclassified prio=low", "12:00 cancelled"]
)
def test_nothing_else_acts_on_a_promise_met_before_its_gate(later: str):
    high = target("8h", gate=DOCUMENTS, applies=("prio=high",))
    told = history(
        f"{OPENED} prio=high", "03-01 10:00 resolved", "03-01 11:00 documents_complete", f"03-01 {later}"
    )

    assert sayings(judged(told, high)) == ["03-01 10:00 verdict met by e2"]


AGAIN = target("8h", gate=DOCUMENTS, reopen=True)


@table(
    "lines, expected, remarks",
    [
        (
            "stops after the next start event belong to the next",
            ["10:00 resolved", "10:30 reopened", "11:00 documents_complete", "12:00 resolved"],
            ["03-01 10:00 verdict met by e2", "03-01 12:00 verdict met by e5"],
            [STOP_BEFORE_START, ()],
        ),
        (
            "also those that lie before the gate",
            ["10:00 resolved", "10:30 reopened", "10:45 resolved", "11:00 documents_complete"],
            ["03-01 10:00 verdict met by e2", "03-01 10:45 verdict met by e4"],
            [STOP_BEFORE_START, STOP_BEFORE_START],
        ),
        (
            "the next needs a later stop",  # its clock starts at the gate, 11:00
            ["10:00 resolved", "10:30 reopened", "11:00 documents_complete"],
            ["03-01 10:00 verdict met by e2", "03-01 19:00 breach"],
            [STOP_BEFORE_START, ()],
        ),
        (
            "the gate of a reopened ticket was met before",
            ["09:30 documents_complete", "10:00 resolved", "12:00 reopened"],
            ["03-01 10:00 verdict met by e3", "03-01 20:00 breach"],
            [(), ()],
        ),
    ],
)
def test_a_promise_met_early_is_ended_all_the_same(
    lines: list[str], expected: list[str], remarks: list[tuple[str, ...]]
):
    judgement = judged(history(OPENED, *(f"03-01 {line}" for line in lines)), AGAIN)

    assert sayings(judgement) == expected
    assert [each.remarks for each in judgement.statements] == remarks


@table(
    "lines, expected",
    [
        (
            "between start event and gate",
            ["09:30 dispatched", "10:00 arrived"],
            ["03-01 10:00 verdict met by e3"],
        ),
        ("before a start event that is not `opened`", ["09:15 arrived", "09:30 dispatched"], []),
    ],
)
def test_a_chained_promise_needs_a_stop_after_its_start_event(lines: list[str], expected: list[str]):
    told = history(OPENED, *(f"03-01 {line}" for line in lines))
    visit = target("8h", start=("dispatched",), stop=("arrived",), gate=DOCUMENTS)

    assert sayings(judged(told, visit)) == expected


def test_a_stop_before_start_without_a_gate():
    told = history("03-01 08:30 resolved", OPENED)
    (verdict,) = judged(told, target("8h")).statements

    assert (saying(verdict), account(verdict)) == ("03-01 09:00 verdict met by e1", "")
    assert (verdict.remarks, verdict.start, verdict.at) == (
        STOP_BEFORE_START,
        at("03-01 09:00"),
        at("03-01 09:00"),
    )


@pytest.mark.parametrize("ends", ["cancelled", "merged"])
def test_a_promise_that_waits_for_its_gate_can_be_called_off(ends: str):
    judgement = gated(f"10:00 {ends}", "11:00 documents_complete")

    assert sayings(judgement) == ["03-01 10:00 verdict cancelled by e2"]
    assert account(judgement.statements[0]) == "gated 1h"


def test_a_start_while_the_promise_waits_for_its_gate_begins_nothing():
    told = history(OPENED, "03-01 10:00 opened", "03-01 11:00 documents_complete")

    assert due(judged(told, GATED)) == "03-01 19:00"
