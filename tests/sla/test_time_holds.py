"""Holds by hand: which reasons, what ends them, how long they may last.

Opened at 09:00 on Friday 1 March 2024 with 8 h round the clock, due 17:00. How a hold moves each unit stands with the unit.
"""

from zoneinfo import ZoneInfo

from service.sla.policy import DayEnd
from service.sla.statements import Judgement
from tests.sla.telling import (
    END,
    LORD_HOWE,
    NEW_YORK,
    UTC,
    account,
    clock,
    due,
    history,
    judged,
    missed,
    office,
    sayings,
    standing,
    table,
    target,
    the,
    warn,
)

OPENED = "03-01 09:00 opened"
MAX_OPEN = ("max_open",)


def answered(*lines: str, upto: str = END, **others: object) -> Judgement:
    """Stopped by `replied`, so that `resolved` only ends holds; the customer's and the supplier's do not count."""
    promise = target("8h", stop=("replied",), cancel=(), accepts=("customer", "supplier"), **others)  # type: ignore[arg-type]
    return judged(history(OPENED, *(f"03-01 {line}" for line in lines)), promise, upto=upto)


@table(
    "lines, due, of_the_span",
    [
        ("only reasons the target accepts", ["10:00 held reason=parts", "12:00 resumed"], "03-01 17:00", "counted 8h"),
        ("without a reason", ["10:00 held", "12:00 resumed"], "03-01 17:00", "counted 8h"),
        ("ended by `resumed`", ["10:00 held reason=customer", "12:00 resumed"], "03-01 19:00", "held 2h, counted 8h"),
        ("ended by `resumed` that names nothing", ["10:00 held reason=customer", "12:00 resumed reason="], "03-01 19:00", "held 2h, counted 8h"),
        ("ended by `resumed` that names it", ["10:00 held reason=customer", "12:00 resumed reason=customer"], "03-01 19:00", "held 2h, counted 8h"),
        ("not ended by `resumed` that names another", ["10:00 held reason=customer", "11:00 resumed reason=supplier", "12:00 resumed"], "03-01 19:00", "held 2h, counted 8h"),
        ("ended by `resolved`", ["10:00 held reason=customer", "12:00 resolved"], "03-01 19:00", "held 2h, counted 8h"),
        ("ended by `closed`", ["10:00 held reason=customer", "12:00 closed"], "03-01 19:00", "held 2h, counted 8h"),
        ("ended by `cancelled`", ["10:00 held reason=customer", "12:00 cancelled"], "03-01 19:00", "held 2h, counted 8h"),
        ("not ended by other events", ["10:00 held reason=customer", "12:00 assigned", "13:00 noted", "14:00 reopened"], "-", ""),
        ("a new pause replaces the reason", ["10:00 held reason=customer", "11:00 held reason=parts", "12:00 resumed"], "03-01 18:00", "held 1h, counted 8h"),
        ("a new pause replaces the reason, both accepted", ["10:00 held reason=customer", "11:00 held reason=supplier", "12:00 resumed"], "03-01 19:00", "held 2h, counted 8h"),
        ("a new pause replaces one that does not count", ["10:00 held reason=parts", "11:00 held reason=customer", "12:00 resumed"], "03-01 18:00", "held 1h, counted 8h"),
        ("`resumed` that names the replaced reason ends nothing", ["10:00 held reason=customer", "11:00 held reason=supplier", "12:00 resumed reason=customer", "13:00 resumed"], "03-01 20:00", "held 3h, counted 8h"),
        ("the same reason again changes nothing", ["10:00 held reason=customer", "11:00 held reason=customer", "12:00 resumed"], "03-01 19:00", "held 2h, counted 8h"),
        ("one at a time: ended once", ["10:00 held reason=customer", "11:00 held reason=customer", "12:00 resumed", "13:00 resumed"], "03-01 19:00", "held 2h, counted 8h"),
        ("told in any order", ["10:00 held reason=customer id=late", "12:00 resumed id=later", "09:30 noted"], "03-01 19:00", "held 2h, counted 8h"),
        ("voided", ["10:00 held reason=customer", "12:00 resumed", "13:00 voided event=e2"], "03-01 17:00", "counted 8h"),
        ("its resumption voided", ["10:00 held reason=customer", "12:00 resumed", "13:00 voided event=e3"], "-", ""),
    ],
)  # fmt: skip
def test_what_begins_and_ends_a_hold(lines: list[str], due: str, of_the_span: str):
    assert missed(answered(*lines)) == (due, of_the_span)


def test_every_reason_can_be_accepted():
    told = history(OPENED, "03-01 10:00 held reason=weather", "03-01 12:00 resumed")

    assert due(judged(told, target("8h", accepts=("*",)))) == "03-01 19:00"


def test_a_stop_that_is_not_an_end_of_the_ticket_ends_no_hold():
    judgement = answered("10:00 held reason=customer", "12:00 replied")

    assert sayings(judgement) == ["03-01 12:00 verdict met by e3"]
    assert account(judgement.statements[0]) == "held 2h, counted 1h"
    assert judgement.statements[0].due is None


# --- a limit ------------------------------------------------------------------------------------------

TWO_HOURS = {"customer": "2h"}


@table(
    "lines, due, of_the_span, remarks",
    [
        ("open: taken to last to its limit", ["10:00 held reason=customer"], "03-01 19:00", "held 2h, counted 8h", MAX_OPEN),
        ("resumed before its limit", ["10:00 held reason=customer", "11:00 resumed"], "03-01 18:00", "held 1h, counted 8h", ()),
        ("resumed after its limit", ["10:00 held reason=customer", "13:00 resumed"], "03-01 19:00", "held 2h, counted 8h", MAX_OPEN),
        ("resumed one microsecond before its limit", ["10:00 held reason=customer", "11:59:59.999999 resumed"], "03-01 18:59:59.999999", "held 1h 59m 59s 999999us, counted 8h", ()),
        ("resumed exactly at its limit: in time", ["10:00 held reason=customer", "12:00 resumed"], "03-01 19:00", "held 2h, counted 8h", ()),
        ("resumed one microsecond after its limit", ["10:00 held reason=customer", "12:00:00.000001 resumed"], "03-01 19:00", "held 2h, counted 8h", MAX_OPEN),
        ("not renewed by the same reason", ["10:00 held reason=customer", "11:30 held reason=customer"], "03-01 19:00", "held 2h, counted 8h", MAX_OPEN),
        ("not begun again by the same reason after its limit", ["10:00 held reason=customer", "13:00 held reason=customer"], "03-01 19:00", "held 2h, counted 8h", MAX_OPEN),
        ("begun again after it was resumed", ["10:00 held reason=customer", "13:00 resumed", "14:00 held reason=customer"], "03-01 21:00", "held 4h, counted 8h", MAX_OPEN),
        ("two within their limits", ["10:00 held reason=customer", "11:30 resumed", "12:00 held reason=customer", "13:30 resumed"], "03-01 20:00", "held 3h, counted 8h", ()),
        ("replaced before its limit by a reason without one", ["10:00 held reason=customer", "11:00 held reason=supplier", "14:00 resumed"], "03-01 21:00", "held 4h, counted 8h", ()),
        ("replaced after its limit by a reason without one", ["10:00 held reason=customer", "13:00 held reason=supplier", "14:00 resumed"], "03-01 20:00", "held 3h, counted 8h", MAX_OPEN),
        ("a reason without one", ["10:00 held reason=supplier"], "-", "", ()),
        ("a reason without one, resumed", ["10:00 held reason=supplier", "14:00 resumed"], "03-01 21:00", "held 4h, counted 8h", ()),
        ("counted from its begin, not from the start", ["08:00 held reason=customer"], "03-01 18:00", "held 1h, counted 8h", MAX_OPEN),
        ("over before the start", ["07:00 held reason=customer"], "03-01 17:00", "counted 8h", ()),
        ("over the due", ["16:00 held reason=customer"], "03-01 19:00", "held 2h, counted 8h", MAX_OPEN),
        ("from exactly the due", ["17:00 held reason=customer"], "03-01 17:00", "counted 8h", ()),
        ("a reason that is not accepted", ["10:00 held reason=parts"], "03-01 17:00", "counted 8h", ()),
    ],
)  # fmt: skip
def test_max_open(lines: list[str], due: str, of_the_span: str, remarks: tuple[str, ...]):
    judgement = answered(*lines, max_open=TWO_HOURS)

    assert missed(judgement) == (due, of_the_span)
    assert [each.remarks for each in judgement.statements] == [remarks] * (due != "-")


@table(
    "max_open, lines, due",
    [
        ("for those without a limit of their own", {"*": "1h"}, ["10:00 held reason=customer"], "03-01 18:00"),
        ("a limit of its own is longer", {"*": "1h", "customer": "2h"}, ["10:00 held reason=customer"], "03-01 19:00"),
        ("a limit of its own is shorter", {"*": "2h", "customer": "1h"}, ["10:00 held reason=customer"], "03-01 18:00"),
        ("a limit of another", {"*": "2h", "customer": "1h"}, ["10:00 held reason=supplier"], "03-01 19:00"),
        ("of several holds each its own", {"*": "2h", "customer": "1h"}, ["10:00 held reason=supplier", "11:00 held reason=customer"], "03-01 19:00"),  # 1 h and 1 h
    ],
)  # fmt: skip
def test_limits_by_reason(max_open: dict[str, str], lines: list[str], due: str):
    assert missed(answered(*lines, max_open=max_open))[0] == due


def test_the_remark_is_made_from_the_limit_on():
    # Held 10:00 to 12:00; an hour is used up at 10:00, two at 13:00.
    ladder = (warn("1h", "first"), warn("2h", "second"))
    judgement = answered("10:00 held reason=customer", max_open=TWO_HOURS, rungs=ladder)
    first, second = the(judgement, "first"), the(judgement, "second")

    assert (clock(first.at), clock(first.due), first.remarks) == ("03-01 10:00", "03-01 19:00", ())
    assert (clock(second.at), clock(second.due), second.remarks) == ("03-01 13:00", "03-01 19:00", MAX_OPEN)


def test_a_limit_is_waited_for():
    judgement = answered("10:00 held reason=customer", max_open=TWO_HOURS, upto="03-01 11:00")

    assert standing(judgement) == ["e1 due 03-01 19:00 open"]
    assert clock(judgement.wake_at) == "03-01 19:00"


@table(
    "lines, expected",
    [
        ("exactly on the due that the limit leaves", ["10:00 held reason=customer", "19:00 replied"], ["03-01 19:00 verdict met by e3"]),
        (
            "one microsecond after it",
            ["10:00 held reason=customer", "19:00:00.000001 replied"],
            ["03-01 19:00 breach", "03-01 19:00:00.000001 verdict late by e3"],
        ),
    ],
)  # fmt: skip
def test_a_stop_after_a_limit(lines: list[str], expected: list[str]):
    judgement = answered(*lines, max_open=TWO_HOURS)

    assert sayings(judgement) == expected
    assert {each.remarks for each in judgement.statements} == {MAX_OPEN}


@table(
    "limit, held, zone, resumed, due_in_utc",
    [
        # 48 h from noon on the day before; New York is 5 h behind, 4 h from 10 March to 3 November.
        ("hours are elapsed, over the gap", "24h", "03-09 12:00", NEW_YORK, "03-12 00:00", "03-12 17:00"),  # 72 h
        ("a calendar day over the gap has 23", "1 days", "03-09 12:00", NEW_YORK, "03-12 00:00", "03-12 16:00"),  # 71 h
        ("hours are elapsed, over the fold", "24h", "11-02 12:00", NEW_YORK, "11-05 00:00", "11-05 16:00"),  # 72 h
        ("a calendar day over the fold has 25", "1 days", "11-02 12:00", NEW_YORK, "11-05 00:00", "11-05 17:00"),  # 73 h
        # Lord Howe is 11 h ahead, 10 h 30 m from 7 April.
        ("a calendar day of 24 hours and a half", "1 days", "04-06 12:00", LORD_HOWE, "04-09 00:00", "04-09 01:30"),
    ],
)  # fmt: skip
def test_limits_on_days_on_which_clocks_change(
    limit: str, held: str, zone: ZoneInfo, resumed: str, due_in_utc: str
):
    # Opened when the hold begins, so that the due lies 48 h after the limit.
    told = history(f"{held} opened", f"{held} held reason=customer", f"{resumed} resumed", zone=zone)
    patient = target("48h", accepts=("customer",), max_open={"customer": limit}, zone=zone)

    assert due(judged(told, patient), UTC) == due_in_utc


@table(
    "budget, day_end, limit, due",
    [
        # Held from Friday 17:00 on; the limit runs as elapsed time, of which the office is open Friday 17:00-18:00.
        (
            "hours of the office",
            "8h",
            DayEnd.MIDNIGHT,
            "4h",
            "03-04 11:00",
        ),  # 7 h on Friday less 1 h; 2 h on Monday
        (
            "hours of the office, to Monday 10:00",
            "8h",
            DayEnd.MIDNIGHT,
            "65h",
            "03-04 12:00",
        ),  # 3 h on Monday, one held
        # Two working days: Monday and Tuesday. Ticks: 5 March 00:00; 4 March 18:00; 4 March 10:00.
        ("midnight, to the tick", "2 working days", DayEnd.MIDNIGHT, "79h", "03-07 00:00"),
        ("midnight, to an hour before it", "2 working days", DayEnd.MIDNIGHT, "78h", "03-06 00:00"),
        ("closing, to the tick", "2 working days", DayEnd.CLOSING, "73h", "03-06 18:00"),
        ("closing, to an hour before it", "2 working days", DayEnd.CLOSING, "72h", "03-05 18:00"),
        (
            "closing, three calendar days: Monday 17:00",
            "2 working days",
            DayEnd.CLOSING,
            "3 days",
            "03-05 18:00",
        ),
        ("same time, to the tick", "2 working days", DayEnd.SAME_TIME, "65h", "03-06 10:00"),
        ("same time, to an hour before it", "2 working days", DayEnd.SAME_TIME, "64h", "03-05 10:00"),
    ],
)
def test_limits_in_other_units(budget: str, day_end: DayEnd, limit: str, due: str):
    told = history("03-01 10:00 opened", "03-01 17:00 held reason=customer")
    patient = target(
        budget, calendar=office(), day_end=day_end, accepts=("customer",), max_open={"customer": limit}
    )

    assert missed(judged(told, patient))[0] == due


@table(
    "limit, due",
    [
        # Three calendar days from Friday 10:00, held from noon: the first tick is on Saturday at 10:00.
        ("over the tick", "24h", "03-05 10:00"),
        ("to the tick", "22h", "03-05 10:00"),
        ("to a microsecond before the tick", "21h 59m 59s 999999us", "03-04 10:00"),
        ("a calendar day", "1 days", "03-05 10:00"),
        ("two calendar days: two ticks", "2 days", "03-06 10:00"),
    ],
)
def test_limits_in_calendar_days(limit: str, due: str):
    told = history("03-01 10:00 opened", "03-01 12:00 held reason=customer")
    patient = target("3 days", accepts=("customer",), max_open={"customer": limit})

    assert missed(judged(told, patient))[0] == due
