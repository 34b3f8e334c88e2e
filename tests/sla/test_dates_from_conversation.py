"""Dates that were agreed upon, by hand: opened on Friday 1 March 2024 at 09:00, promised at 10:00 for 15:00."""

import pytest

from service.sla.statements import Judgement
from tests.sla.kinds import accepted
from tests.sla.telling import (
    END,
    account,
    clock,
    escalate,
    history,
    judged,
    office,
    saying,
    sayings,
    standing,
    table,
    the,
    warn,
)

OPENED = "03-01 09:00 opened"
PROMISED = "03-01 10:00 promise_accepted due=03-01T15:00"
BREACH = ["03-01 15:00 breach"]


def told(*lines: str, upto: str = END) -> Judgement:
    return judged(history(OPENED, PROMISED, *(f"03-01 {line}" for line in lines)), accepted(), upto=upto)


@table(
    "lines, expected, stands",
    [
        ("missed", [], BREACH, "breached"),
        ("met", ["14:00 resolved"], ["03-01 14:00 verdict met by e3"], "met at 03-01 14:00"),
        ("met exactly at the due", ["15:00 resolved"], ["03-01 15:00 verdict met by e3"], "met at 03-01 15:00"),
        ("one microsecond late", ["15:00:00.000001 resolved"], [*BREACH, "03-01 15:00:00.000001 verdict late by e3"], "late at 03-01 15:00:00.000001"),
        ("cancelled", ["12:00 cancelled"], ["03-01 12:00 verdict cancelled by e3"], "cancelled at 03-01 12:00"),
        ("cancelled after the due", ["15:00:00.000001 cancelled"], BREACH, "breached"),
    ],
)  # fmt: skip
def test_a_promised_date(lines: list[str], expected: list[str], stands: str):
    judgement = told(*lines)

    assert sayings(judgement) == expected
    assert standing(judgement) == [f"e2 due 03-01 15:00 {stands}"]


def test_its_span_begins_with_the_acceptance():
    breach = the(told(), "breach")

    assert (clock(breach.start), clock(breach.due), account(breach)) == (
        "03-01 10:00",
        "03-01 15:00",
        "counted 5h",
    )


@pytest.mark.parametrize(("upto", "expected"), [("03-01 15:00", []), ("03-01 15:00:00.000001", BREACH)])
def test_it_is_decided_at_its_due(upto: str, expected: list[str]):
    assert sayings(told(upto=upto)) == expected


def test_it_is_waited_for():
    assert clock(told(upto="03-01 12:00").wake_at) == "03-01 15:00"


# --- another date -------------------------------------------------------------------------------------

REPLACED = "03-01 12:00 verdict superseded by e3"
ONCE, TWICE = ("replaces",), ("replaces 2",)


@table(
    "lines, expected, remarks",
    [
        ("before the due", ["12:00 promise_accepted due=03-01T20:00"], [REPLACED, "03-01 20:00 breach"], [(), ONCE]),
        ("before the due, and met", ["12:00 promise_accepted due=03-01T20:00", "19:00 resolved"], [REPLACED, "03-01 19:00 verdict met by e4"], [(), ONCE]),
        ("before the due, met by the old date too", ["12:00 promise_accepted due=03-01T20:00", "14:00 resolved"], [REPLACED, "03-01 14:00 verdict met by e4"], [(), ONCE]),
        ("before the due, and late", ["12:00 promise_accepted due=03-01T20:00", "21:00 resolved"], [REPLACED, "03-01 20:00 breach", "03-01 21:00 verdict late by e4"], [(), ONCE, ONCE]),
        ("by an earlier date", ["12:00 promise_accepted due=03-01T13:00"], [REPLACED, "03-01 13:00 breach"], [(), ONCE]),
        ("by the same date", ["12:00 promise_accepted due=03-01T15:00"], [REPLACED, "03-01 15:00 breach"], [(), ONCE]),
        ("exactly at the due", ["15:00 promise_accepted due=03-01T20:00"], ["03-01 15:00 verdict superseded by e3", "03-01 20:00 breach"], [(), ONCE]),
        ("twice", ["12:00 promise_accepted due=03-01T20:00", "18:00 promise_accepted due=03-02T20:00"], [REPLACED, "03-01 18:00 verdict superseded by e4", "03-02 20:00 breach"], [(), ONCE, TWICE]),
        ("three times", ["12:00 promise_accepted due=03-01T20:00", "18:00 promise_accepted due=03-02T20:00", "19:00 promise_accepted due=03-03T20:00"], [REPLACED, "03-01 18:00 verdict superseded by e4", "03-01 19:00 verdict superseded by e5", "03-03 20:00 breach"], [(), ONCE, TWICE, ("replaces 3",)]),
        ("after the due: the breach stands", ["15:00:00.000001 promise_accepted due=03-01T20:00"], [*BREACH, "03-01 20:00 breach"], [(), ()]),
        ("after the due: no stop makes the first late any more", ["16:00 promise_accepted due=03-01T20:00", "17:00 resolved"], [*BREACH, "03-01 17:00 verdict met by e4"], [(), ()]),
        ("after the due and the late stop", ["15:30 resolved", "16:00 promise_accepted due=03-01T20:00", "17:00 resolved"], [*BREACH, "03-01 15:30 verdict late by e3", "03-01 17:00 verdict met by e5"], [(), (), ()]),
        ("after the due, and that one before its due", ["16:00 promise_accepted due=03-01T20:00", "17:00 promise_accepted due=03-01T21:00"], [*BREACH, "03-01 17:00 verdict superseded by e4", "03-01 21:00 breach"], [(), (), ONCE]),
        ("before the due, and that one after its due", ["12:00 promise_accepted due=03-01T13:00", "14:00 promise_accepted due=03-01T20:00"], [REPLACED, "03-01 13:00 breach", "03-01 20:00 breach"], [(), ONCE, ()]),
        ("when it was met before", ["11:00 resolved", "12:00 promise_accepted due=03-01T14:00"], ["03-01 11:00 verdict met by e3", "03-01 14:00 breach"], [(), ()]),
        ("when it was cancelled before", ["11:00 cancelled", "12:00 promise_accepted due=03-01T14:00"], ["03-01 11:00 verdict cancelled by e3", "03-01 14:00 breach"], [(), ()]),
        ("voided: the first stands", ["12:00 promise_accepted due=03-01T20:00", "13:00 voided event=e3"], BREACH, [()]),
        ("of three the second is voided", ["12:00 promise_accepted due=03-01T20:00", "13:00 promise_accepted due=03-01T21:00", "13:30 voided event=e3"], ["03-01 13:00 verdict superseded by e4", "03-01 21:00 breach"], [(), ONCE]),
    ],
)  # fmt: skip
def test_another_date(lines: list[str], expected: list[str], remarks: list[tuple[str, ...]]):
    judgement = told(*lines)

    assert sayings(judgement) == expected
    assert [each.remarks for each in judgement.statements] == remarks


def test_a_replaced_one_is_known_at_once():
    assert sayings(told("12:00 promise_accepted due=03-01T20:00", upto="03-01 09:00")) == [REPLACED]


# --- a date that cannot be read -----------------------------------------------------------------------


@table(
    "line, expected",
    [
        ("no date", "promise_accepted", []),
        ("words", "promise_accepted due=soon", []),
        ("a day", "promise_accepted due=2024-03-04", []),
        ("an instant", "promise_accepted due=03-01T15:00", ["e2 due 03-01 15:00 breached"]),
    ],
)
def test_an_unreadable_date_begins_nothing(line: str, expected: list[str]):
    assert standing(judged(history(OPENED, f"03-01 10:00 {line}"), accepted())) == expected


@table(
    "lines, expected",
    [
        ("before the due: nothing is replaced", ["12:00 promise_accepted due=soon"], BREACH),
        ("after the due: nothing is ended", ["16:00 promise_accepted", "17:00 resolved"], [*BREACH, "03-01 17:00 verdict late by e4"]),
        ("and a readable one counts as the first", ["12:00 promise_accepted due=soon", "13:00 promise_accepted due=03-01T16:00"], ["03-01 13:00 verdict superseded by e4", "03-01 16:00 breach"]),
    ],
)  # fmt: skip
def test_an_unreadable_date_changes_nothing(lines: list[str], expected: list[str]):
    assert sayings(told(*lines)) == expected


def test_unreadable_dates_do_not_count_as_replacements():
    judgement = told("12:00 promise_accepted due=soon", "13:00 promise_accepted due=03-01T16:00")

    assert the(judgement, "breach").remarks == ONCE


# --- nothing moves it ---------------------------------------------------------------------------------


@table(
    "others, lines",
    [
        ("a hold", {"accepts": ("customer",)}, ["11:00 held reason=customer", "13:00 resumed"]),
        ("a hold that is open", {"accepts": ("customer",)}, ["11:00 held reason=customer"]),
        ("a gate that opens", {"gate": (("documents_complete",),)}, ["12:00 documents_complete"]),
        ("a gate that does not open", {"gate": (("documents_complete",),)}, []),
    ],
)
def test_no_hold_and_no_gate_moves_it(others: dict[str, object], lines: list[str]):
    told = history(OPENED, PROMISED, *(f"03-01 {line}" for line in lines))
    judgement = judged(told, accepted(**others))

    assert sayings(judgement) == BREACH
    assert clock(judgement.promises[0].due) == "03-01 15:00"
    assert clock(judgement.statements[0].due) == "03-01 15:00"


def test_no_exclusion_moves_it():
    shared = ("03-01 11:00 excluded exclusion=storm area=north reason=weather to=03-01T13:00",)
    told = history(f"{OPENED} area=north", PROMISED, shared=shared)

    assert sayings(judged(told, accepted(exclusions=("weather",)))) == BREACH


def test_a_stop_after_it_is_late_whatever_was_held():
    lines = (OPENED, PROMISED, "03-01 11:00 held reason=customer", "03-01 16:00 resolved")

    assert sayings(judged(history(*lines), accepted(accepts=("customer",)))) == [
        *BREACH,
        "03-01 16:00 verdict late by e4",
    ]


def test_a_date_outside_hours_is_taken_as_it_is():
    told = history(OPENED, "03-01 10:00 promise_accepted due=03-02T12:00")

    assert sayings(judged(told, accepted(calendar=office()))) == ["03-02 12:00 breach"]


def test_rungs_by_what_remains_until_it_and_what_has_run_since():
    # The budget is none: minus two hours of it are two hours before the date.
    rungs = (warn("-2h"), escalate("0h", "now"), escalate("1h", "up"))
    judgement = judged(history(OPENED, PROMISED, "03-01 18:00 resolved"), accepted(rungs=rungs))

    assert sorted(map(saying, judgement.statements)) == [
        "03-01 13:00 soon",
        "03-01 15:00 breach",
        "03-01 15:00 now",
        "03-01 16:00 up",
        "03-01 18:00 verdict late by e3",
    ]
