"""Extensions by hand: eight hours round the clock from Friday 1 March 2024, 09:00, due 17:00.

More time is granted by rank 2 or higher, within four hours of the request, twice. Rows that do not say otherwise ask as
event e2 and answer as e3.
"""

import pytest

from service.sla.policy import Boundary, DayEnd
from service.sla.statements import Judgement
from tests.sla.kinds import grants
from tests.sla.telling import (
    END,
    NEW_YORK,
    account,
    clock,
    escalate,
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

OPENED = "03-01 09:00 opened"
GRANTING = target("8h", extension=grants(), accepts=("customer",))
APPROVED = "extension_approved extension=e2 rank=2"
REFUSED = "extension_refused extension=e2"
NOT_MOVED = ("03-01 17:00", "counted 8h")


def told(*lines: str) -> Judgement:
    return judged(history(OPENED, *(f"03-01 {line}" for line in lines)), GRANTING)


@table(
    "lines, due, of_the_span",
    [
        ("asked by an amount", ["10:00 extension_requested by=2h", f"10:30 {APPROVED}"], "03-01 19:00", "counted 10h"),
        ("in minutes", ["10:00 extension_requested by=90m", f"10:30 {APPROVED}"], "03-01 18:30", "counted 9h 30m"),
        ("asked until an instant", ["10:00 extension_requested until=03-01T20:00", f"10:30 {APPROVED}"], "03-01 20:00", "counted 11h"),
        ("until one microsecond after the due", ["10:00 extension_requested until=03-01T17:00:00.000001", f"10:30 {APPROVED}"], "03-01 17:00:00.000001", "counted 8h 1us"),
        ("until the due itself", ["10:00 extension_requested until=03-01T17:00", f"10:30 {APPROVED}"], *NOT_MOVED),
        ("until an instant before the due", ["10:00 extension_requested until=03-01T16:00", f"10:30 {APPROVED}"], *NOT_MOVED),
        ("not answered", ["10:00 extension_requested by=2h"], *NOT_MOVED),
        ("refused", ["10:00 extension_requested by=2h", f"10:30 {REFUSED}"], *NOT_MOVED),
        ("by words", ["10:00 extension_requested by=soon", f"10:30 {APPROVED}"], *NOT_MOVED),
        ("by less than nothing", ["10:00 extension_requested by=-2h", f"10:30 {APPROVED}"], *NOT_MOVED),
        ("by days, which are not its unit", ["10:00 extension_requested by=2_days", f"10:30 {APPROVED}"], *NOT_MOVED),
        ("by nothing", ["10:00 extension_requested", f"10:30 {APPROVED}"], *NOT_MOVED),
        ("until words", ["10:00 extension_requested until=soon", f"10:30 {APPROVED}"], *NOT_MOVED),
        ("answered before it is asked", ["10:00 extension_approved extension=more rank=2", "10:30 extension_requested by=2h extension=more"], *NOT_MOVED),
        ("approved without a request", [f"10:30 {APPROVED}"], *NOT_MOVED),
        ("named by the request", ["10:00 extension_requested by=2h extension=more", "10:30 extension_approved extension=more rank=2"], "03-01 19:00", "counted 10h"),
        ("answered by another name", ["10:00 extension_requested by=2h extension=more", f"10:30 {APPROVED}"], *NOT_MOVED),
    ],
)  # fmt: skip
def test_asked_and_answered(lines: list[str], due: str, of_the_span: str):
    assert missed(told(*lines)) == (due, of_the_span)


@table(
    "lines, due, of_the_span",
    [
        ("asked exactly at the due", ["17:00 extension_requested by=2h", f"17:30 {APPROVED}"], "03-01 19:00", "counted 10h"),
        ("asked one microsecond late", ["17:00:00.000001 extension_requested by=2h", f"17:30 {APPROVED}"], *NOT_MOVED),
        ("asked in time, approved after the due", ["16:30 extension_requested by=2h", f"18:00 {APPROVED}"], "03-01 19:00", "counted 10h"),
        ("approved exactly at the limit", ["16:00 extension_requested by=4h", f"20:00 {APPROVED}"], "03-01 21:00", "counted 12h"),
        ("approved one microsecond late", ["16:00 extension_requested by=4h", f"20:00:00.000001 {APPROVED}"], *NOT_MOVED),
        ("approved late, long before the due", ["10:00 extension_requested by=4h", f"14:00:00.000001 {APPROVED}"], *NOT_MOVED),
        ("too low a rank", ["10:00 extension_requested by=2h", "10:30 extension_approved extension=e2 rank=1"], *NOT_MOVED),
        ("no rank", ["10:00 extension_requested by=2h", "10:30 extension_approved extension=e2"], *NOT_MOVED),
        ("a higher rank", ["10:00 extension_requested by=2h", "10:30 extension_approved extension=e2 rank=3"], "03-01 19:00", "counted 10h"),
        ("the first answer counts: too low a rank", ["10:00 extension_requested by=2h", "10:30 extension_approved extension=e2 rank=1", f"11:00 {APPROVED}"], *NOT_MOVED),
        ("the first answer counts: refused", ["10:00 extension_requested by=2h", f"10:30 {REFUSED}", f"11:00 {APPROVED}"], *NOT_MOVED),
        ("the first answer counts: approved", ["10:00 extension_requested by=2h", f"10:30 {APPROVED}", f"11:00 {REFUSED}"], "03-01 19:00", "counted 10h"),
        ("the request is voided", ["10:00 extension_requested by=2h", f"10:30 {APPROVED}", "11:00 voided event=e2"], *NOT_MOVED),
        ("the approval is voided", ["10:00 extension_requested by=2h", f"10:30 {APPROVED}", "11:00 voided event=e3"], *NOT_MOVED),
        ("the refusal is voided, and approved", ["10:00 extension_requested by=2h", f"10:30 {REFUSED}", f"11:00 {APPROVED}", "11:30 voided event=e3"], "03-01 19:00", "counted 10h"),
    ],
)  # fmt: skip
def test_granted_iff_in_time_by_rank_enough(lines: list[str], due: str, of_the_span: str):
    assert missed(told(*lines)) == (due, of_the_span)


def test_a_target_that_grants_nothing():
    lines = (OPENED, "03-01 10:00 extension_requested by=2h", f"03-01 10:30 {APPROVED}")
    judgement = judged(history(*lines), target("8h"))

    assert missed(judgement) == NOT_MOVED
    assert the(judgement, "breach").remarks == ()


MORE = "extension_requested by=2h"


@table(
    "lines, due, of_the_span",
    [
        # Asked at 18:30, after the due of the start and within that of the first extension, 19:00.
        ("a second, within the due of the first", [f"10:00 {MORE}", f"10:30 {APPROVED}", "18:30 extension_requested by=3h", "19:30 extension_approved extension=e4 rank=2"], "03-01 22:00", "counted 13h"),
        ("exactly at the due of the first", [f"10:00 {MORE}", f"10:30 {APPROVED}", "19:00 extension_requested by=3h", "19:30 extension_approved extension=e4 rank=2"], "03-01 22:00", "counted 13h"),
        ("one microsecond after the due of the first", [f"10:00 {MORE}", f"10:30 {APPROVED}", "19:00:00.000001 extension_requested by=3h", "19:30 extension_approved extension=e4 rank=2"], "03-01 19:00", "counted 10h"),
        ("a second, before the first is granted: late", [f"16:30 {MORE}", "18:30 extension_requested by=3h", f"18:45 {APPROVED}", "18:50 extension_approved extension=e3 rank=2"], "03-01 19:00", "counted 10h"),
        ("a second, when the first is granted: in time", [f"16:30 {MORE}", f"18:45 {APPROVED}", "18:50 extension_requested by=3h", "18:55 extension_approved extension=e4 rank=2"], "03-01 22:00", "counted 13h"),
        ("both asked before any answer", [f"10:00 {MORE}", "10:10 extension_requested by=3h", f"10:30 {APPROVED}", "10:40 extension_approved extension=e3 rank=2"], "03-01 22:00", "counted 13h"),
        ("until an instant, then on from there", ["10:00 extension_requested until=03-01T20:00", f"10:30 {APPROVED}", f"11:00 {MORE}", "11:30 extension_approved extension=e4 rank=2"], "03-01 22:00", "counted 13h"),
        ("then until an instant before the due by now", [f"10:00 {MORE}", f"10:30 {APPROVED}", "11:00 extension_requested until=03-01T18:00", "11:30 extension_approved extension=e4 rank=2"], "03-01 19:00", "counted 10h"),
        ("then until an instant after it", [f"10:00 {MORE}", f"10:30 {APPROVED}", "11:00 extension_requested until=03-01T20:00", "11:30 extension_approved extension=e4 rank=2"], "03-01 20:00", "counted 11h"),
        ("a third is one too many", [f"10:00 {MORE}", f"10:30 {APPROVED}", f"11:00 {MORE}", "11:30 extension_approved extension=e4 rank=2", f"12:00 {MORE}", "12:30 extension_approved extension=e6 rank=2"], "03-01 21:00", "counted 12h"),
        ("a refused one is none of them", [f"10:00 {MORE}", f"10:30 {REFUSED}", f"11:00 {MORE}", "11:30 extension_approved extension=e4 rank=2", f"12:00 {MORE}", "12:30 extension_approved extension=e6 rank=2"], "03-01 21:00", "counted 12h"),
    ],
)  # fmt: skip
def test_several(lines: list[str], due: str, of_the_span: str):
    assert missed(told(*lines)) == (due, of_the_span)


@table(
    "lines, due, of_the_span",
    [
        ("a hold before the request", ["11:00 held reason=customer", "12:00 resumed", f"13:00 {MORE}", "13:30 extension_approved extension=e4 rank=2"], "03-01 20:00", "held 1h, counted 10h"),
        ("in time by a hold: the due was 18:00", ["11:00 held reason=customer", "12:00 resumed", f"18:00 {MORE}", "18:30 extension_approved extension=e4 rank=2"], "03-01 20:00", "held 1h, counted 10h"),
        ("a hold within what was granted", [f"10:00 {MORE}", f"10:30 {APPROVED}", "18:00 held reason=customer", "18:30 resumed"], "03-01 19:30", "held 30m, counted 10h"),
        ("while a hold is open no due is known", ["10:00 held reason=customer", f"20:00 {MORE}", "20:30 extension_approved extension=e3 rank=2", "21:00 resumed"], "03-02 06:00", "held 11h, counted 10h"),
        ("until an instant: a hold does not move it", ["10:00 extension_requested until=03-01T20:00", f"10:30 {APPROVED}", "12:00 held reason=customer", "14:00 resumed"], "03-01 20:00", "held 2h, counted 9h"),
        ("until an instant: a hold moves the due beyond it", ["10:00 extension_requested until=03-01T18:00", f"10:30 {APPROVED}", "12:00 held reason=customer", "14:00 resumed"], "03-01 19:00", "held 2h, counted 8h"),
    ],
)  # fmt: skip
def test_on_the_clock_of_the_promise(lines: list[str], due: str, of_the_span: str):
    assert missed(told(*lines)) == (due, of_the_span)


@table(
    "asked, due, of_the_span",
    [
        # Granted while the gate is closed; from 11:00 there are eight hours and what was granted.
        ("by", MORE, "03-01 21:00", "gated 2h, counted 10h"),
        ("until", "extension_requested until=03-01T22:00", "03-01 22:00", "gated 2h, counted 11h"),
        (
            "until before the due",
            "extension_requested until=03-01T18:00",
            "03-01 19:00",
            "gated 2h, counted 8h",
        ),
    ],
)
def test_before_the_gate_opens_every_request_is_in_time(asked: str, due: str, of_the_span: str):
    lines = (OPENED, f"03-01 09:30 {asked}", f"03-01 10:00 {APPROVED}", "03-01 11:00 documents_complete")
    gated = target("8h", gate=(("documents_complete",),), extension=grants())

    assert missed(judged(history(*lines), gated)) == (due, of_the_span)


@table(
    "lines, expected",
    [
        ("a request before the start event", [f"09:30 {MORE}", "10:00 dispatched", f"10:30 {APPROVED}"], ["e3 due 03-01 18:00 breached"]),
        ("a request after it", ["10:00 dispatched", f"10:15 {MORE}", "10:30 extension_approved extension=e3 rank=2"], ["e2 due 03-01 20:00 breached"]),
        ("a request after the stop", ["10:00 dispatched", "11:00 resolved", f"11:15 {MORE}", "11:30 extension_approved extension=e4 rank=2"], ["e2 due 03-01 18:00 met at 03-01 11:00"]),
        ("between two promises, about neither", ["10:00 dispatched", "11:00 resolved", f"11:15 {MORE}", "12:00 dispatched", "12:30 extension_approved extension=e4 rank=2"], ["e2 due 03-01 18:00 met at 03-01 11:00", "e5 due 03-01 20:00 breached"]),
        ("granted to the first, not to the next", ["10:00 dispatched", f"10:15 {MORE}", "10:30 extension_approved extension=e3 rank=2", "11:00 resolved", "12:00 dispatched"], ["e2 due 03-01 20:00 met at 03-01 11:00", "e6 due 03-01 20:00 breached"]),
        ("granted to the next", ["10:00 dispatched", "11:00 resolved", "12:00 dispatched", f"12:15 {MORE}", "12:30 extension_approved extension=e5 rank=2"], ["e2 due 03-01 18:00 met at 03-01 11:00", "e4 due 03-01 22:00 breached"]),
    ],
)  # fmt: skip
def test_from_the_start_event_on_and_before_the_end(lines: list[str], expected: list[str]):
    lines = [OPENED, *(f"03-01 {line}" for line in lines)]

    assert (
        standing(judged(history(*lines), target("8h", start=("dispatched",), extension=grants()))) == expected
    )


# --- every unit ---------------------------------------------------------------------------------------

MIDNIGHT, CLOSING, SAME_TIME = DayEnd.MIDNIGHT, DayEnd.CLOSING, DayEnd.SAME_TIME


@table(
    "budget, asked, due, of_the_span",
    [
        # Opened on Friday at 10:00: seven hours until closing, the eighth is Monday's first.
        ("within a day", "8h", "by=2h", "03-04 12:00", "outside 64h, counted 10h"),
        ("over the break", "8h", "by=3h", "03-04 14:00", "outside 65h, counted 11h"),
        ("24 hours are three days of eight", "8h", "by=24h", "03-07 10:00", "outside 112h, counted 32h"),
        ("until within hours", "8h", "until=03-04T15:00", "03-04 15:00", "outside 65h, counted 12h"),
        # Seven hours on Friday and forty in the week; Saturday noon is 194 h after the start.
        ("until a Saturday", "8h", "until=03-09T12:00", "03-09 12:00", "outside 147h, counted 47h"),
        ("from closing time on", "7h", "by=2h", "03-04 11:00", "outside 64h, counted 9h"),
        ("to closing time", "5h", "by=2h", "03-01 18:00", "outside 1h, counted 7h"),
    ],
)
def test_business_hours(budget: str, asked: str, due: str, of_the_span: str):
    lines = ("03-01 10:00 opened", f"03-01 11:00 extension_requested {asked}", f"03-01 12:00 {APPROVED}")

    assert missed(judged(history(*lines), target(budget, calendar=office(), extension=grants()))) == (
        due,
        of_the_span,
    )


@table(
    "asked, approved, due",
    [
        ("asked exactly at the due", "03-04 10:00", "03-04 11:00", "03-04 12:00"),
        ("asked one microsecond late", "03-04 10:00:00.000001", "03-04 11:00", "03-04 10:00"),
        ("asked on a Saturday", "03-02 12:00", "03-02 16:00", "03-04 12:00"),
        # The four hours for the answer are elapsed time: from Friday 17:00 they end at 21:00.
        ("approved at the limit, outside hours", "03-01 17:00", "03-01 21:00", "03-04 12:00"),
        ("approved on Monday", "03-01 17:00", "03-04 09:30", "03-04 10:00"),
    ],
)
def test_in_time_in_business_hours(asked: str, approved: str, due: str):
    lines = ("03-01 10:00 opened", f"{asked} extension_requested by=2h", f"{approved} {APPROVED}")

    assert missed(judged(history(*lines), target("8h", calendar=office(), extension=grants())))[0] == due


@table(
    "budget, due",
    [
        ("used up at closing time with it", "5h", "03-04 09:00"),
        ("used up at closing time before", "7h", "03-04 11:00"),
    ],
)
def test_a_due_at_the_next_opening(budget: str, due: str):
    lines = ("03-01 10:00 opened", "03-01 11:00 extension_requested by=2h", f"03-01 12:00 {APPROVED}")
    next_open = target(budget, calendar=office(), boundary=Boundary.NEXT_OPEN, extension=grants())

    assert missed(judged(history(*lines), next_open))[0] == due


@table(
    "lines, due, of_the_span",
    [
        ("by days", ["03-02 10:00 extension_requested by=3_days", f"03-02 11:00 {APPROVED}"], "03-07 10:00", "counted 144h, 6 days"),
        ("by one day", ["03-02 10:00 extension_requested by=1_days", f"03-02 11:00 {APPROVED}"], "03-05 10:00", "counted 96h, 4 days"),
        ("by hours, which are not its unit", ["03-02 10:00 extension_requested by=5h", f"03-02 11:00 {APPROVED}"], "03-04 10:00", "counted 72h, 3 days"),
        ("until an instant", ["03-02 10:00 extension_requested until=03-05T12:00", f"03-02 11:00 {APPROVED}"], "03-05 12:00", "counted 98h, 4 days"),
        ("asked exactly at the due", ["03-04 10:00 extension_requested by=1_days", f"03-04 11:00 {APPROVED}"], "03-05 10:00", "counted 96h, 4 days"),
        ("asked one microsecond late", ["03-04 10:00:00.000001 extension_requested by=1_days", f"03-04 11:00 {APPROVED}"], "03-04 10:00", "counted 72h, 3 days"),
        ("a hold costs a granted day", ["03-02 10:00 extension_requested by=1_days", f"03-02 11:00 {APPROVED}", "03-05 09:00 held reason=customer", "03-05 11:00 resumed"], "03-06 10:00", "held 2h, counted 118h, 4 days"),
    ],
)  # fmt: skip
def test_calendar_days(lines: list[str], due: str, of_the_span: str):
    three = target("3 days", extension=grants(), accepts=("customer",))

    assert missed(judged(history("03-01 10:00 opened", *lines), three)) == (due, of_the_span)


def test_calendar_days_over_a_change_of_clocks():
    lines = ("03-08 10:00 opened", "03-08 11:00 extension_requested by=2_days", f"03-08 12:00 {APPROVED}")
    judgement = judged(
        history(*lines, zone=NEW_YORK), target("1 days", extension=grants(), zone=NEW_YORK), zone=NEW_YORK
    )

    # The clocks lose an hour on the 10th.
    assert missed(judgement, NEW_YORK) == ("03-11 10:00", "counted 71h, 3 days")


@table(
    "day_end, lines, due",
    [
        ("midnight", MIDNIGHT, ["03-04 10:00 extension_requested by=2_days", f"03-04 11:00 {APPROVED}"], "03-07 00:00"),
        ("closing", CLOSING, ["03-04 10:00 extension_requested by=2_days", f"03-04 11:00 {APPROVED}"], "03-06 18:00"),
        ("same time", SAME_TIME, ["03-04 10:00 extension_requested by=2_days", f"03-04 11:00 {APPROVED}"], "03-06 10:00"),
        ("over a weekend", CLOSING, ["03-04 10:00 extension_requested by=5_days", f"03-04 11:00 {APPROVED}"], "03-11 18:00"),
        ("midnight: asked exactly at the due", MIDNIGHT, ["03-05 00:00 extension_requested by=1_days", f"03-05 01:00 {APPROVED}"], "03-06 00:00"),
        ("closing: asked one microsecond late", CLOSING, ["03-04 18:00:00.000001 extension_requested by=1_days", f"03-04 19:00 {APPROVED}"], "03-04 18:00"),
        ("until a Saturday", CLOSING, ["03-04 10:00 extension_requested until=03-09T12:00", f"03-04 11:00 {APPROVED}"], "03-09 12:00"),
        ("a hold over a granted tick", CLOSING, ["03-04 10:00 extension_requested by=1_days", f"03-04 11:00 {APPROVED}", "03-05 17:00 held reason=customer", "03-06 10:00 resumed"], "03-06 18:00"),
    ],
)  # fmt: skip
def test_working_days(day_end: DayEnd, lines: list[str], due: str):
    # Opened on Friday; Monday is the first day.
    one = target(
        "1 working days", calendar=office(), day_end=day_end, extension=grants(), accepts=("customer",)
    )

    assert missed(judged(history("03-01 10:00 opened", *lines), one))[0] == due


# --- decided later than due ---------------------------------------------------------------------------

LADDER = (warn("6h"), escalate("8h", "now"), escalate("10h", "up"))
WATCHED = target("8h", extension=grants(), rungs=LADDER)
ASKED = "16:30 extension_requested by=4h"
SOON = ["03-01 15:00 soon"]
AT_DUE = [*SOON, "03-01 17:00 breach", "03-01 17:00 now"]
ALL = [*AT_DUE, "03-01 19:00 up"]


def watched(*lines: str, upto: str = END) -> Judgement:
    return judged(history(OPENED, *(f"03-01 {line}" for line in lines)), WATCHED, upto=upto)


@table(
    "lines, upto, expected",
    [
        ("nothing pending", [], "03-01 17:00:00.000001", AT_DUE),
        ("pending at the due", [ASKED], "03-01 17:00:00.000001", SOON),
        ("pending at the instant of the last rung", [ASKED], "03-01 19:00:00.000001", SOON),
        ("pending at the limit", [ASKED], "03-01 20:30", SOON),
        ("the limit has passed", [ASKED], "03-01 20:30:00.000001", ALL),
        ("refused", [ASKED, f"18:00 {REFUSED}"], "03-01 18:00", SOON),
        ("refused, and passed", [ASKED, f"18:00 {REFUSED}"], "03-01 18:00:00.000001", AT_DUE),
        ("too low a rank", [ASKED, "18:00 extension_approved extension=e2 rank=1"], "03-01 18:00:00.000001", AT_DUE),
        ("refused before the due", [ASKED, f"16:45 {REFUSED}"], "03-01 17:00:00.000001", AT_DUE),
        ("approved too late: the limit decides", [ASKED, f"20:30:00.000001 {APPROVED}"], "03-01 20:30", SOON),
        ("approved too late, and passed", [ASKED, f"20:30:00.000001 {APPROVED}"], "03-01 20:30:00.000001", ALL),
        ("asked late: nothing is pending", ["17:00:00.000001 extension_requested by=4h"], "03-01 17:00:00.000002", AT_DUE),
        ("of two the later limit", [ASKED, "16:45 extension_requested by=1h"], "03-01 20:45", SOON),
        ("of two the later limit, passed", [ASKED, "16:45 extension_requested by=1h"], "03-01 20:45:00.000001", ALL),
        ("a warning before the due does not wait", ["14:30 extension_requested by=4h"], "03-01 15:00:00.000001", SOON),
    ],
)  # fmt: skip
def test_a_breach_waits_for_what_is_pending(lines: list[str], upto: str, expected: list[str]):
    assert sorted(sayings(watched(*lines, upto=upto))) == expected


@table(
    "lines, upto, wake_at",
    [
        ("before the warning", [ASKED], "03-01 14:00", "03-01 15:00"),
        ("pending", [ASKED], "03-01 17:30", "03-01 20:30"),
        ("decided", [ASKED], "03-01 20:30:00.000001", "-"),
        ("refused", [ASKED, f"18:00 {REFUSED}"], "03-01 17:30", "03-01 18:00"),
        ("the rung after it", [ASKED, f"18:00 {REFUSED}"], "03-01 18:30", "03-01 19:00"),
    ],
)
def test_when_to_look_again(lines: list[str], upto: str, wake_at: str):
    assert clock(watched(*lines, upto=upto).wake_at) == wake_at


def test_grace_comes_after_the_limit():
    lines = (OPENED, f"03-01 {ASKED}")
    graced = target("8h", extension=grants(), grace="10m")

    assert sayings(judged(history(*lines), graced, upto="03-01 20:40")) == []
    assert sayings(judged(history(*lines), graced, upto="03-01 20:40:00.000001")) == ["03-01 17:00 breach"]


def test_a_pending_one_beyond_most_delays_nothing():
    once = target("8h", extension=grants(most=1))
    lines = (OPENED, f"03-01 10:00 {MORE}", f"03-01 11:00 {APPROVED}", f"03-01 18:00 {MORE}")

    assert sayings(judged(history(*lines), once, upto="03-01 19:00")) == []
    assert sayings(judged(history(*lines), once, upto="03-01 19:00:00.000001")) == ["03-01 19:00 breach"]


@table(
    "lines, upto, expected",
    [
        ("a stop while it is pending is not late yet", [ASKED, "18:00 resolved"], "03-01 20:30", []),
        ("not answered: it is late", [ASKED, "18:00 resolved"], END, ["03-01 17:00 breach", "03-01 18:00 verdict late by e3"]),
        ("approved after the stop: it was on time", [ASKED, "18:00 resolved", f"19:00 {APPROVED}"], END, ["03-01 18:00 verdict met by e3"]),
        ("on the new due", [ASKED, f"18:00 {APPROVED}", "21:00 resolved"], END, ["03-01 21:00 verdict met by e4"]),
        ("one microsecond after the new due", [ASKED, f"18:00 {APPROVED}", "21:00:00.000001 resolved"], END, ["03-01 21:00 breach", "03-01 21:00:00.000001 verdict late by e4"]),
        ("cancelled before the new due", [ASKED, f"18:00 {APPROVED}", "19:00 cancelled"], END, ["03-01 19:00 verdict cancelled by e4"]),
        ("cancelled while pending, then approved", [ASKED, "18:00 cancelled", f"19:00 {APPROVED}"], END, ["03-01 18:00 verdict cancelled by e3"]),
        ("cancelled while pending, not answered", [ASKED, "18:00 cancelled"], END, ["03-01 17:00 breach"]),
    ],
)  # fmt: skip
def test_how_a_promise_ends(lines: list[str], upto: str, expected: list[str]):
    unwatched = target("8h", extension=grants())

    assert (
        sayings(judged(history(OPENED, *(f"03-01 {line}" for line in lines)), unwatched, upto=upto))
        == expected
    )


# --- evidence -----------------------------------------------------------------------------------------

LATE, APPROVED_LATE, RANK, REFUSAL, TOO_MANY = (
    ("extension_asked_late",),
    ("extension_approved_late",),
    ("extension_rank",),
    ("extension_refused",),
    ("extension_too_many",),
)


@table(
    "lines, soon, breach, up",
    [
        ("none", [], (), (), ()),
        ("not answered", ["10:00 extension_requested by=2h"], (), (), ()),
        ("asked late", ["17:30 extension_requested by=2h"], (), (), LATE),
        ("asked late, at the instant of the rung", ["19:00 extension_requested by=2h"], (), (), LATE),
        ("asked late, after the rung", ["19:00:00.000001 extension_requested by=2h"], (), (), ()),
        ("asked late and approved", ["17:30 extension_requested by=2h", f"18:00 {APPROVED}"], (), (), LATE),
        ("approved late", ["14:00 extension_requested by=2h", f"18:30 {APPROVED}"], (), (), APPROVED_LATE),
        ("approved late, before the warning", ["10:00 extension_requested by=2h", f"14:00:00.000001 {APPROVED}"], APPROVED_LATE, APPROVED_LATE, APPROVED_LATE),
        ("too low a rank", ["14:00 extension_requested by=2h", "16:00 extension_approved extension=e2 rank=1"], (), RANK, RANK),
        ("too low a rank, at the instant of the warning", ["14:00 extension_requested by=2h", "15:00 extension_approved extension=e2 rank=1"], RANK, RANK, RANK),
        ("refused", ["14:00 extension_requested by=2h", f"17:00:00.000001 {REFUSED}"], (), (), REFUSAL),
        ("refused at the due", ["14:00 extension_requested by=2h", f"17:00 {REFUSED}"], (), REFUSAL, REFUSAL),
    ],
)  # fmt: skip
def test_what_moves_nothing_is_evidence(
    lines: list[str], soon: tuple[str, ...], breach: tuple[str, ...], up: tuple[str, ...]
):
    judgement = watched(*lines)

    assert sorted(sayings(judgement)) == ALL
    assert [the(judgement, name).remarks for name in ("soon", "breach", "up")] == [soon, breach, up]


@table(
    "asked, of_the_breach",
    [
        ("one too many, from the request on", "19:00", TOO_MANY),
        ("before it", "19:00:00.000001", LATE),
    ],
)
def test_one_too_many_is_evidence(asked: str, of_the_breach: tuple[str, ...]):
    # The first moves the due to 19:00; `most` is one.
    once = target("8h", extension=grants(most=1), rungs=(warn("6h"),))
    lines = (
        OPENED,
        f"03-01 10:00 {MORE}",
        f"03-01 10:30 {APPROVED}",
        f"03-01 {asked} {MORE}",
        "03-01 20:00 resolved",
    )
    judgement = judged(history(*lines), once)

    assert sorted(sayings(judgement)) == [
        "03-01 17:00 soon @desk/e3",
        "03-01 19:00 breach",
        "03-01 20:00 verdict late by e5",
    ]
    assert the(judgement, "soon @desk/e3").remarks == ()
    assert the(judgement, "breach").remarks == (of_the_breach if of_the_breach is TOO_MANY else ())
    assert the(judgement, "verdict").remarks == of_the_breach


# --- what statements know, and rungs ------------------------------------------------------------------


@table(
    "approved, expected",
    [
        # On by two hours: due 19:00; two hours remain at 17:00.
        ("before all rungs", "14:00", ["03-01 17:00 soon @desk/e3 due 03-01 19:00", "03-01 19:00 breach due 03-01 19:00", "03-01 19:00 now @desk/e3 due 03-01 19:00", "03-01 21:00 up @desk/e3 due 03-01 19:00"]),
        ("at the instant of the warning", "15:00", ["03-01 17:00 soon @desk/e3 due 03-01 19:00", "03-01 19:00 breach due 03-01 19:00", "03-01 19:00 now @desk/e3 due 03-01 19:00", "03-01 21:00 up @desk/e3 due 03-01 19:00"]),
        ("one microsecond after the warning", "15:00:00.000001", ["03-01 15:00 soon due 03-01 17:00", "03-01 17:00 soon @desk/e3 due 03-01 19:00", "03-01 19:00 breach due 03-01 19:00", "03-01 19:00 now @desk/e3 due 03-01 19:00", "03-01 21:00 up @desk/e3 due 03-01 19:00"]),
        ("at the new instant of the warning", "17:00", ["03-01 15:00 soon due 03-01 17:00", "03-01 17:00 soon @desk/e3 due 03-01 19:00", "03-01 19:00 breach due 03-01 19:00", "03-01 19:00 now @desk/e3 due 03-01 19:00", "03-01 21:00 up @desk/e3 due 03-01 19:00"]),
    ],
)  # fmt: skip
def test_a_granted_extension_re_arms_the_rungs(approved: str, expected: list[str]):
    judgement = watched("14:00 extension_requested by=2h", f"{approved} {APPROVED}")

    assert [f"{saying(each)} due {clock(each.due)}" for each in judgement.statements] == expected


def test_rungs_of_the_new_due_that_lie_before_the_approval_are_not_said():
    # 90 minutes more: due 18:30, two hours remain at 16:30, approved at 18:00.
    lines = (OPENED, "03-01 16:15 extension_requested by=90m", f"03-01 18:00 {APPROVED}")
    judgement = judged(history(*lines), target("8h", extension=grants(), rungs=(warn("6h"),)))

    assert sayings(judgement) == ["03-01 15:00 soon", "03-01 18:30 breach"]


@table(
    "asked, expected",
    [
        # Until 20:00 eleven hours are used up.
        ("until", "until=03-01T20:00", ["03-01 18:00 soon @desk/e3", "03-01 20:00 breach", "03-01 20:00 now @desk/e3", "03-01 22:00 up @desk/e3"]),
        ("by", "by=3h", ["03-01 18:00 soon @desk/e3", "03-01 20:00 breach", "03-01 20:00 now @desk/e3", "03-01 22:00 up @desk/e3"]),
    ],
)  # fmt: skip
def test_the_budget_is_what_is_used_up_at_the_new_due(asked: str, expected: list[str]):
    assert sorted(sayings(watched(f"10:00 extension_requested {asked}", f"10:30 {APPROVED}"))) == expected


@table(
    "lines, expected",
    [
        ("the second before the rungs of the first", [f"10:00 {MORE}", f"10:30 {APPROVED}", "11:00 extension_requested by=1h", "11:30 extension_approved extension=e4 rank=2"], ["03-01 18:00 soon @desk/e5", "03-01 20:00 breach"]),
        ("the second after the rung of the first", [f"10:00 {MORE}", f"10:30 {APPROVED}", "17:15 extension_requested by=1h", "17:30 extension_approved extension=e4 rank=2"], ["03-01 17:00 soon @desk/e3", "03-01 18:00 soon @desk/e5", "03-01 20:00 breach"]),
        ("the first after the warning", [f"15:30 {MORE}", f"16:00 {APPROVED}", "17:15 extension_requested by=1h", "17:30 extension_approved extension=e4 rank=2"], ["03-01 15:00 soon", "03-01 17:00 soon @desk/e3", "03-01 18:00 soon @desk/e5", "03-01 20:00 breach"]),
    ],
)  # fmt: skip
def test_rungs_of_two_extensions(lines: list[str], expected: list[str]):
    judgement = judged(
        history(OPENED, *(f"03-01 {line}" for line in lines)),
        target("8h", extension=grants(), rungs=(warn("6h"),)),
    )

    assert sayings(judgement) == expected


def test_rungs_in_business_hours_until_a_saturday():
    # 47 hours are used up on Saturday, all of them by Friday's closing: two remain at Friday 16:00.
    lines = (
        "03-01 10:00 opened",
        "03-01 11:00 extension_requested until=03-09T12:00",
        f"03-01 12:00 {APPROVED}",
    )
    hours = target("8h", calendar=office(), extension=grants(), rungs=(warn("6h"),))

    assert sayings(judged(history(*lines), hours)) == ["03-08 16:00 soon @desk/e3", "03-09 12:00 breach"]


@table(
    "budget, rung, day_end, asked, expected",
    [
        ("calendar days", "3 days", "2 days", MIDNIGHT, "by=2_days", ["03-05 10:00 soon @desk/e3", "03-06 10:00 breach"]),
        # Four days are used up at noon of the fourth.
        ("calendar days until", "3 days", "2 days", MIDNIGHT, "until=03-05T12:00", ["03-04 10:00 soon @desk/e3", "03-05 12:00 breach"]),
        ("working days, closing", "2 working days", "1 days", CLOSING, "by=2_days", ["03-06 18:00 soon @desk/e3", "03-07 18:00 breach"]),
        ("working days, midnight", "2 working days", "1 days", MIDNIGHT, "by=2_days", ["03-07 00:00 soon @desk/e3", "03-08 00:00 breach"]),
    ],
)  # fmt: skip
def test_rungs_in_days(budget: str, rung: str, day_end: DayEnd, asked: str, expected: list[str]):
    lines = ("03-01 10:00 opened", f"03-01 11:00 extension_requested {asked}", f"03-01 12:00 {APPROVED}")
    days = target(budget, calendar=office(), day_end=day_end, extension=grants(), rungs=(warn(rung),))

    assert sayings(judged(history(*lines), days)) == expected


@pytest.mark.parametrize(("resolved", "due"), [("10:29", "03-01 17:00"), ("10:30", "03-01 19:00")])
def test_a_verdict_tells_the_due_with_what_was_approved_by_then(resolved: str, due: str):
    judgement = told(f"10:00 {MORE}", f"10:30 {APPROVED}", f"{resolved} resolved")

    assert clock(the(judgement, "verdict").due) == due


def test_the_account_of_a_breach_runs_to_the_new_due():
    judgement = told(f"10:00 {MORE}", f"10:30 {APPROVED}", "20:00 resolved")

    assert account(the(judgement, "breach")) == "counted 10h"
    assert account(the(judgement, "verdict")) == "counted 11h"
