"""Deadlines of the customer's own, urging and taking on, by hand: eight hours from 1 March 2024, 09:00, due 17:00."""

import pytest

from service.sla.policy import DayEnd
from service.sla.statements import Judgement, Kind
from tests.sla.kinds import grants, urged
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
    target,
    the,
    warn,
)

OPENED = "03-01 09:00 opened"
LADDER = (warn("6h"), escalate("8h", "now"), escalate("10h", "up"))
CUSTOMERS = target("8h", customers=True, rungs=LADDER, grace="10m")
SOON = ["03-01 15:00 soon"]
EXPIRED = ["03-01 17:00 verdict expired"]
AT_DUE = [*SOON, "03-01 17:00 now", *EXPIRED]
ALL = [*AT_DUE, "03-01 19:00 up"]


def told(*lines: str, upto: str = END) -> Judgement:
    return judged(history(OPENED, *(f"03-01 {line}" for line in lines)), CUSTOMERS, upto=upto)


@table(
    "lines, upto, expected",
    [
        ("at the warning and grace", [], "03-01 15:10", []),
        ("the warning", [], "03-01 15:10:00.000001", SOON),
        ("at the due and grace", [], "03-01 17:10", SOON),
        ("expired at the due", [], "03-01 17:10:00.000001", AT_DUE),
        ("rungs after the due", [], END, ALL),
        ("met", ["14:00 resolved"], END, ["03-01 14:00 verdict met by e2"]),
        ("met exactly at the due", ["17:00 resolved"], END, [*SOON, "03-01 17:00 verdict met by e2"]),
        ("one microsecond after the due", ["17:00:00.000001 resolved"], "03-01 17:10:00.000001", AT_DUE),
        ("a late stop does not hurry it", ["17:00:00.000001 resolved"], "03-01 17:10", SOON),
        ("a later stop changes nothing", ["20:00 resolved"], END, ALL),
        ("cancelled before the due", ["12:00 cancelled"], END, ["03-01 12:00 verdict cancelled by e2"]),
        ("cancelled after the due", ["20:00 cancelled"], END, ALL),
    ],
)
def test_a_deadline_of_the_customers_own(lines: list[str], upto: str, expected: list[str]):
    assert sorted(sayings(told(*lines, upto=upto))) == expected


def test_nobody_is_blamed():
    judgement = told("20:00 resolved")
    verdict = the(judgement, "verdict")

    assert Kind.BREACH not in {each.kind for each in judgement.statements}
    assert (clock(verdict.at), clock(verdict.due), verdict.event, account(verdict)) == (
        "03-01 17:00",
        "03-01 17:00",
        None,
        "counted 8h",
    )


def test_a_promise_that_is_past_it_stands_as_expired():
    assert standing(told())[0].split()[:5] == ["e1", "due", "03-01", "17:00", "expired"]


@table(
    "upto, wake_at",
    [
        ("before the warning", "03-01 10:00", "03-01 15:10"),
        ("before the due", "03-01 16:00", "03-01 17:10"),
        ("after the due", "03-01 18:00", "03-01 19:10"),
        ("at last", "03-01 20:00", "-"),
    ],
)
def test_when_to_look_again(upto: str, wake_at: str):
    assert clock(told(upto=upto).wake_at) == wake_at


@table(
    "budget, others, expected",
    [
        ("elapsed", "24h", {}, "03-02 10:00 verdict expired"),
        ("business hours", "8h", {"calendar": office()}, "03-04 10:00 verdict expired"),
        ("calendar days", "3 days", {}, "03-04 10:00 verdict expired"),
        ("working days", "1 working days", {"calendar": office()}, "03-05 00:00 verdict expired"),
        ("working days, closing", "1 working days", {"calendar": office(), "day_end": DayEnd.CLOSING}, "03-04 18:00 verdict expired"),
    ],
)  # fmt: skip
def test_units(budget: str, others: dict[str, object], expected: str):
    judgement = judged(history("03-01 10:00 opened"), target(budget, customers=True, **others))  # type: ignore[arg-type]

    assert sayings(judgement) == [expected]


@pytest.mark.parametrize(("upto", "expected"), [("03-01 20:30", []), ("03-01 20:30:00.000001", EXPIRED)])
def test_it_too_waits_for_what_is_pending(upto: str, expected: list[str]):
    lines = (OPENED, "03-01 16:30 extension_requested by=2h")
    judgement = judged(history(*lines), target("8h", customers=True, extension=grants()), upto=upto)

    assert sayings(judgement) == expected


# --- urging -------------------------------------------------------------------------------------------

PRESSED = target("8h", rungs=(urged(2, "10h"),))
BREACH = "03-01 17:00 breach"


@table(
    "lines, expected",
    [
        ("never urged", [], [BREACH, "03-01 19:00 pressed"]),
        ("urged once", ["10:00 urged"], [BREACH, "03-01 19:00 pressed"]),
        ("urged twice", ["10:00 urged", "11:00 urged"], ["03-01 11:00 pressed", BREACH]),
        ("urged three times", ["10:00 urged", "11:00 urged", "12:00 urged"], ["03-01 11:00 pressed", BREACH]),
        ("the second exactly at the due", ["10:00 urged", "17:00 urged"], [BREACH, "03-01 17:00 pressed"]),
        ("the second after the due", ["10:00 urged", "18:00 urged"], [BREACH, "03-01 18:00 pressed"]),
        ("the second at its own instant", ["10:00 urged", "19:00 urged"], [BREACH, "03-01 19:00 pressed"]),
        ("the second after its own instant", ["10:00 urged", "19:30 urged"], [BREACH, "03-01 19:00 pressed"]),
        ("one before the start event", ["08:00 urged", "11:00 urged"], [BREACH, "03-01 19:00 pressed"]),
        ("one before the start event, and two", ["08:00 urged", "11:00 urged", "12:00 urged"], ["03-01 12:00 pressed", BREACH]),
        ("one is voided", ["10:00 urged", "11:00 urged", "11:30 voided event=e2"], [BREACH, "03-01 19:00 pressed"]),
        ("stopped before the second", ["10:00 urged", "10:30 resolved", "11:00 urged"], ["03-01 10:30 verdict met by e3"]),
        ("stopped after the second", ["10:00 urged", "11:00 urged", "11:30 resolved"], ["03-01 11:00 pressed", "03-01 11:30 verdict met by e4"]),
    ],
)  # fmt: skip
def test_urging(lines: list[str], expected: list[str]):
    judgement = judged(history(OPENED, *(f"03-01 {line}" for line in lines)), PRESSED)

    assert sorted(sayings(judgement)) == sorted(expected)


def test_nothing_else_follows_from_urging():
    lines = (OPENED, "03-01 10:00 urged", "03-01 11:00 urged")

    assert sayings(judged(history(*lines), target("8h"))) == [BREACH]


@pytest.mark.parametrize(
    ("upto", "expected"), [("03-01 11:00", []), ("03-01 11:00:00.000001", ["03-01 11:00 pressed"])]
)
def test_it_waits_for_its_instant(upto: str, expected: list[str]):
    assert (
        sayings(judged(history(OPENED, "03-01 10:00 urged", "03-01 11:00 urged"), PRESSED, upto=upto))
        == expected
    )


@table(
    "amount, lines, expected",
    [
        ("its own instant is earlier", "1h", ["10:30 urged", "11:00 urged"], "03-01 10:00 pressed"),
        (
            "its own instant is later, and before the due",
            "4h",
            ["10:00 urged", "11:00 urged"],
            "03-01 11:00 pressed",
        ),
        ("its own instant is the due", "8h", ["10:00 urged", "11:00 urged"], "03-01 11:00 pressed"),
    ],
)
def test_the_earlier_of_the_two(amount: str, lines: list[str], expected: str):
    told = history(OPENED, *(f"03-01 {line}" for line in lines))
    judgement = judged(told, target("8h", rungs=(urged(2, amount),)))

    assert saying(the(judgement, "pressed")) == expected


@table(
    "others, lines, expected",
    [
        ("the gate is closed", {"gate": (("documents_complete",),)}, ["10:00 urged", "11:00 urged"], ["03-01 11:00 pressed"]),
        ("a hold is open", {"accepts": ("customer",)}, ["09:30 held reason=customer", "10:00 urged", "11:00 urged"], ["03-01 11:00 pressed"]),
        ("the gate is closed, urged once", {"gate": (("documents_complete",),)}, ["10:00 urged"], []),
    ],
)  # fmt: skip
def test_a_rung_without_an_instant_of_its_own(
    others: dict[str, object], lines: list[str], expected: list[str]
):
    told = history(OPENED, *(f"03-01 {line}" for line in lines))

    assert sayings(judged(told, target("8h", rungs=(urged(2),), **others))) == expected  # type: ignore[arg-type]


def test_the_third_urge():
    lines = (OPENED, *(f"03-01 {hour}:00 urged" for hour in (10, 11, 12, 13)))
    rungs = (urged(1, name="first"), urged(3, name="third"))

    assert sayings(judged(history(*lines), target("8h", rungs=rungs))) == [
        "03-01 10:00 first",
        "03-01 12:00 third",
        BREACH,
    ]


# --- taking on ----------------------------------------------------------------------------------------

WATCHED = target("8h", rungs=LADDER)
SAID = [*SOON, BREACH, "03-01 17:00 now", "03-01 19:00 up"]


@table(
    "lines, expected",
    [
        ("not acknowledged", [], SAID),
        ("before all rungs", ["14:00 acknowledged"], [BREACH]),
        ("at the instant of the warning", ["15:00 acknowledged"], [BREACH]),
        ("one microsecond after the warning", ["15:00:00.000001 acknowledged"], [*SOON, BREACH]),
        ("after the due", ["18:00 acknowledged"], SAID[:3]),
        ("at the instant of the last rung", ["19:00 acknowledged"], SAID[:3]),
        ("after all rungs", ["19:00:00.000001 acknowledged"], SAID),
        ("before the start event", ["08:00 acknowledged"], SAID),
        ("voided", ["14:00 acknowledged", "14:30 voided event=e2"], SAID),
        (
            "it is no stop",
            ["14:00 acknowledged", "18:00 resolved"],
            [BREACH, "03-01 18:00 verdict late by e3"],
        ),
    ],
)
def test_acknowledged_stops_rungs(lines: list[str], expected: list[str]):
    judgement = judged(history(OPENED, *(f"03-01 {line}" for line in lines)), WATCHED)

    assert sorted(sayings(judgement)) == sorted(expected)


def test_it_stops_those_of_all_promises_of_the_ticket():
    others = target("4h", name="others", rungs=(warn("3h", "early"), escalate("6h", "high")))
    judgement = judged(history(OPENED, "03-01 14:00 acknowledged"), WATCHED, others)

    assert sayings(judgement) == ["03-01 12:00 early", "03-01 13:00 breach", BREACH]


@table(
    "lines, expected",
    [
        ("between the urges", ["10:00 urged", "10:30 acknowledged", "11:00 urged"], [BREACH]),
        ("after them", ["10:00 urged", "11:00 urged", "11:30 acknowledged"], ["03-01 11:00 pressed", BREACH]),
    ],
)
def test_it_stops_urged_rungs_too(lines: list[str], expected: list[str]):
    assert sayings(judged(history(OPENED, *(f"03-01 {line}" for line in lines)), PRESSED)) == expected


def test_it_stops_those_of_a_customers_deadline_too():
    assert sayings(told("16:00 acknowledged")) == [*SOON, *EXPIRED]


def test_a_promise_that_begins_later_has_its_rungs():
    lines = (OPENED, "03-01 10:00 acknowledged", "03-01 11:00 resolved", "03-01 12:00 reopened")
    again = target("8h", reopen=True, rungs=(warn("6h"),))

    assert sayings(judged(history(*lines), again)) == [
        "03-01 11:00 verdict met by e3",
        "03-01 18:00 soon",
        "03-01 20:00 breach",
    ]
