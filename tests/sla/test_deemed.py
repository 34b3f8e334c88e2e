"""Deemed met, by hand: eight hours round the clock from Friday 1 March 2024, 09:00, due 17:00.

The report on a failed contact or visit has four hours, documents that are asked for five.
"""

from dataclasses import replace

import pytest

from service.sla.history import History
from service.sla.policy import DayEnd
from service.sla.statements import Judgement
from tests.sla.kinds import grants, reported, unsupplied
from tests.sla.telling import (
    END,
    account,
    clock,
    escalate,
    event,
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
ABSENT = target("8h", deemed=reported(), accepts=("customer",))
BREACH = ["03-01 17:00 breach"]


def told(*lines: str, upto: str = END) -> Judgement:
    return judged(history(OPENED, *(f"03-01 {line}" for line in lines)), ABSENT, upto=upto)


@table(
    "lines, expected, of_the_span",
    [
        ("a contact that failed, and the report", ["12:00 contact_failed", "13:00 report_written"], ["03-01 13:00 verdict deemed by e3"], "counted 4h"),
        ("a visit that failed", ["12:00 visit_failed", "13:00 report_written"], ["03-01 13:00 verdict deemed by e3"], "counted 4h"),
        ("failed exactly at the due", ["17:00 contact_failed", "18:00 report_written"], ["03-01 18:00 verdict deemed by e3"], "counted 9h"),
        ("failed one microsecond after the due", ["17:00:00.000001 contact_failed", "18:00 report_written"], BREACH, "counted 8h"),
        ("the report exactly at the due", ["16:00 contact_failed", "17:00 report_written"], ["03-01 17:00 verdict deemed by e3"], "counted 8h"),
        ("the report after the due", ["16:00 contact_failed", "17:00:00.000001 report_written"], ["03-01 17:00:00.000001 verdict deemed by e3"], "counted 8h 1us"),
        ("the report exactly at the limit, after the due", ["16:00 contact_failed", "20:00 report_written"], ["03-01 20:00 verdict deemed by e3"], "counted 11h"),
        ("the report one microsecond late, after the due", ["16:00 contact_failed", "20:00:00.000001 report_written"], BREACH, "counted 8h"),
        ("the report exactly at the limit, before the due", ["10:00 contact_failed", "14:00 report_written"], ["03-01 14:00 verdict deemed by e3"], "counted 5h"),
        ("the report one microsecond late, before the due", ["10:00 contact_failed", "14:00:00.000001 report_written"], BREACH, "counted 8h"),
        ("no report", ["12:00 contact_failed"], BREACH, "counted 8h"),
        ("a report on nothing", ["12:00 report_written"], BREACH, "counted 8h"),
        ("a report before the contact", ["11:00 report_written", "12:00 contact_failed"], BREACH, "counted 8h"),
        ("the first report counts", ["12:00 contact_failed", "13:00 report_written", "14:00 report_written"], ["03-01 13:00 verdict deemed by e3"], "counted 4h"),
        ("a second contact, reported in time", ["10:00 contact_failed", "13:00 contact_failed", "16:00 report_written"], ["03-01 16:00 verdict deemed by e4"], "counted 7h"),
        ("two contacts, the second after the due", ["16:00 contact_failed", "17:30 contact_failed", "21:00 report_written"], BREACH, "counted 8h"),
        ("in time by a hold", ["11:00 held reason=customer", "12:00 resumed", "18:00 contact_failed", "19:00 report_written"], ["03-01 19:00 verdict deemed by e5"], "held 1h, counted 9h"),
        ("in time while the due is not known", ["09:30 held reason=customer", "10:00 contact_failed", "13:00 report_written"], ["03-01 13:00 verdict deemed by e4"], "held 3h 30m, counted 30m"),
        ("in time while a hold is open", ["11:00 held reason=customer", "18:00 contact_failed", "19:00 report_written"], ["03-01 19:00 verdict deemed by e4"], "held 8h, counted 2h"),
        ("voided contact", ["12:00 contact_failed", "13:00 report_written", "14:00 voided event=e2"], BREACH, "counted 8h"),
        ("cancelled before the report", ["12:00 contact_failed", "12:30 cancelled", "13:00 report_written"], ["03-01 12:30 verdict cancelled by e3"], "counted 3h 30m"),
        ("cancelled after the report", ["12:00 contact_failed", "13:00 report_written", "14:00 cancelled"], ["03-01 13:00 verdict deemed by e3"], "counted 4h"),
    ],
)  # fmt: skip
def test_unreachable_or_absent(lines: list[str], expected: list[str], of_the_span: str):
    judgement = told(*lines)

    assert sayings(judgement) == expected
    assert account(judgement.statements[0]) == of_the_span


@table(
    "lines, expected",
    [
        ("the contact", ["12:00 contact_failed", "13:00 report_written", "18:00 refuted event=e2"], BREACH),
        ("the report", ["12:00 contact_failed", "13:00 report_written", "18:00 refuted event=e3"], BREACH),
        ("the report, and there is another in time", ["12:00 contact_failed", "13:00 report_written", "14:00 report_written", "18:00 refuted event=e3"], ["03-01 14:00 verdict deemed by e4"]),
        ("the report, and another is late", ["12:00 contact_failed", "13:00 report_written", "16:00:00.000001 report_written", "18:00 refuted event=e3"], BREACH),
        ("the contact, and there is another", ["11:00 contact_failed", "12:00 visit_failed", "13:00 report_written", "18:00 refuted event=e2"], ["03-01 13:00 verdict deemed by e4"]),
        ("before the report", ["12:00 contact_failed", "12:30 refuted event=e2", "13:00 report_written"], BREACH),
        ("what is not there", ["12:00 contact_failed", "13:00 report_written", "18:00 refuted event=e9"], ["03-01 13:00 verdict deemed by e3"]),
        ("voided", ["12:00 contact_failed", "13:00 report_written", "18:00 refuted event=e2", "18:30 voided event=e4"], ["03-01 13:00 verdict deemed by e3"]),
        ("a stop: only a contact, a visit, a report or a notice can be", ["12:00 resolved", "18:00 refuted event=e2"], ["03-01 12:00 verdict met by e2"]),
        ("and stopped late", ["12:00 contact_failed", "13:00 report_written", "18:00 refuted event=e2", "19:00 resolved"], [*BREACH, "03-01 19:00 verdict late by e5"]),
    ],
)  # fmt: skip
def test_refuted(lines: list[str], expected: list[str]):
    assert sayings(told(*lines)) == expected


@pytest.mark.parametrize(
    ("source", "expected"), [("crm", BREACH), ("desk", ["03-01 13:00 verdict deemed by r1"])]
)
def test_refuted_by_source(source: str, expected: list[str]):
    refuted = event("03-01 18:00 refuted event=c1 id=x1")
    refuted = replace(refuted, attributes={**refuted.attributes, "source": source})
    lines = (
        OPENED,
        "03-01 12:00 contact_failed id=c1 source=crm",
        "03-01 13:00 report_written id=r1 source=crm",
    )

    assert sayings(judged(History((*history(*lines).events, refuted), (), ()), ABSENT)) == expected


# --- a stop -------------------------------------------------------------------------------------------


@table(
    "lines, expected",
    [
        ("before the contact", ["11:00 resolved", "12:00 contact_failed", "13:00 report_written"], ["03-01 11:00 verdict met by e2"]),
        ("between contact and report", ["12:00 contact_failed", "12:30 resolved", "13:00 report_written"], ["03-01 12:30 verdict met by e3"]),
        ("after the deeming", ["12:00 contact_failed", "13:00 report_written", "15:00 resolved"], ["03-01 15:00 verdict met by e4"]),
        ("after the deeming, exactly at the due", ["12:00 contact_failed", "13:00 report_written", "17:00 resolved"], ["03-01 17:00 verdict met by e4"]),
        ("after the deeming, one microsecond after the due", ["12:00 contact_failed", "13:00 report_written", "17:00:00.000001 resolved"], ["03-01 13:00 verdict deemed by e3"]),
        ("in time, the report after the due", ["16:00 contact_failed", "16:30 resolved", "18:00 report_written"], ["03-01 16:30 verdict met by e3"]),
        ("after the due, before the report", ["16:00 contact_failed", "18:00 resolved", "19:00 report_written"], ["03-01 19:00 verdict deemed by e4"]),
        ("after the due, after the report", ["16:00 contact_failed", "18:00 report_written", "19:00 resolved"], ["03-01 18:00 verdict deemed by e3"]),
        ("after the due, without a report", ["16:00 contact_failed", "18:00 resolved"], [*BREACH, "03-01 18:00 verdict late by e3"]),
    ],
)  # fmt: skip
def test_a_stop_that_is_not_after_the_due_outranks_it(lines: list[str], expected: list[str]):
    assert sayings(told(*lines)) == expected


AGAIN = target("8h", reopen=True, deemed=reported())


@table(
    "lines, expected",
    [
        ("the next start event begins the next", ["10:00 contact_failed", "11:00 report_written", "12:00 reopened"], ["03-01 11:00 verdict deemed by e3", "03-01 20:00 breach"]),
        ("a stop after it belongs to the next", ["10:00 contact_failed", "11:00 report_written", "12:00 reopened", "13:00 resolved"], ["03-01 11:00 verdict deemed by e3", "03-01 13:00 verdict met by e5"]),
        ("a stop before it to the first", ["10:00 contact_failed", "11:00 report_written", "11:30 resolved", "12:00 reopened"], ["03-01 11:30 verdict met by e4", "03-01 20:00 breach"]),
        ("while only the contact is there it is open, and nothing begins", ["10:00 contact_failed", "10:30 reopened", "11:00 report_written"], ["03-01 11:00 verdict deemed by e4"]),
        ("a contact of the first is none of the next", ["10:00 contact_failed", "11:00 resolved", "12:00 reopened", "13:00 report_written"], ["03-01 11:00 verdict met by e3", "03-01 20:00 breach"]),
        ("deemed after the due", ["16:00 contact_failed", "18:00 report_written", "19:00 reopened"], ["03-01 18:00 verdict deemed by e3", "03-02 03:00 breach"]),
    ],
)  # fmt: skip
def test_it_has_ended(lines: list[str], expected: list[str]):
    assert sayings(judged(history(OPENED, *(f"03-01 {line}" for line in lines)), AGAIN)) == expected


# --- decided later than due, rungs, evidence ----------------------------------------------------------

LADDER = (warn("6h"), escalate("8h", "now"), escalate("10h", "up"))
WATCHED = target("8h", deemed=reported(), rungs=LADDER)
SOON = ["03-01 15:00 soon"]
ALL = [*SOON, "03-01 17:00 breach", "03-01 17:00 now", "03-01 19:00 up"]


@table(
    "lines, upto, expected",
    [
        ("no breach while the report may come", ["16:00 contact_failed"], "03-01 20:00", SOON),
        ("no report: breach after the limit", ["16:00 contact_failed"], "03-01 20:00:00.000001", ALL),
        ("reported too late: breach after the limit", ["16:00 contact_failed", "20:00:00.000001 report_written"], "03-01 20:00:00.000001", ALL),
        ("reported: at once", ["16:00 contact_failed", "18:00 report_written"], "03-01 16:30", [*SOON, "03-01 18:00 verdict deemed by e3"]),
        ("reported: nothing more ever", ["16:00 contact_failed", "20:00 report_written"], END, [*SOON, "03-01 20:00 verdict deemed by e3"]),
        ("deemed before the warning", ["12:00 contact_failed", "13:00 report_written"], END, ["03-01 13:00 verdict deemed by e3"]),
        ("the limit before the due delays nothing", ["12:00 contact_failed"], "03-01 17:00:00.000001", ALL[:3]),
        ("failed after the due: nothing is pending", ["17:00:00.000001 contact_failed"], "03-01 17:00:00.000002", ALL[:3]),
        ("refuted: nothing is pending", ["16:00 contact_failed", "16:30 refuted event=e2"], "03-01 17:00:00.000001", ALL[:3]),
        ("of two the later limit", ["15:30 contact_failed", "16:30 contact_failed"], "03-01 20:30", SOON),
    ],
)  # fmt: skip
def test_a_breach_waits_for_the_report(lines: list[str], upto: str, expected: list[str]):
    told = history(OPENED, *(f"03-01 {line}" for line in lines))

    assert sorted(sayings(judged(told, WATCHED, upto=upto))) == sorted(expected)


def test_when_to_look_again():
    told = history(OPENED, "03-01 16:00 contact_failed")

    assert clock(judged(told, WATCHED, upto="03-01 17:30").wake_at) == "03-01 20:00"
    assert clock(judged(told, WATCHED, upto="03-01 20:00:00.000001").wake_at) == "-"


MISSING = ("report_missing",)


@table(
    "lines, of_the_breach, of_the_verdict",
    [
        ("no contact", [], (), ()),
        ("no report, the limit before the due", ["12:00 contact_failed"], MISSING, MISSING),
        ("no report, the limit after the due", ["15:00 contact_failed"], (), MISSING),
        ("no report, the limit after the stop", ["16:45 contact_failed"], (), ()),
        ("late report", ["12:00 contact_failed", "16:30 report_written"], MISSING, MISSING),
        ("refuted", ["12:00 contact_failed", "13:00 refuted event=e2"], (), ()),
        ("failed after the due", ["17:00:00.000001 contact_failed"], (), ()),
    ],
)
def test_a_missing_report_is_evidence(
    lines: list[str], of_the_breach: tuple[str, ...], of_the_verdict: tuple[str, ...]
):
    judgement = told(*lines, "20:00 resolved")

    assert the(judgement, "breach").remarks == of_the_breach
    assert the(judgement, "verdict").remarks == of_the_verdict


# --- units --------------------------------------------------------------------------------------------

IN_OFFICE = {"calendar": office()}


@table(
    "budget, others, lines, expected, of_the_span",
    [
        # Opened on Friday at 10:00; eight hours are used up on Monday at 10:00. The report has 24 h of elapsed time.
        ("business hours", "8h", IN_OFFICE, ["03-02 12:00 contact_failed", "03-03 12:00 report_written"], ["03-03 12:00 verdict deemed by e3"], "outside 43h, counted 7h"),
        ("business hours: the report late", "8h", IN_OFFICE, ["03-02 12:00 contact_failed", "03-03 12:00:00.000001 report_written"], ["03-04 10:00 breach"], "outside 64h, counted 8h"),
        ("business hours: failed at the due", "8h", IN_OFFICE, ["03-04 10:00 contact_failed", "03-05 10:00 report_written"], ["03-05 10:00 verdict deemed by e3"], "outside 80h, counted 16h"),
        ("calendar days: failed at the due", "3 days", {}, ["03-04 10:00 contact_failed", "03-05 10:00 report_written"], ["03-05 10:00 verdict deemed by e3"], "counted 96h, 4 days"),
        ("calendar days: failed late", "3 days", {}, ["03-04 10:00:00.000001 contact_failed", "03-05 10:00 report_written"], ["03-04 10:00 breach"], "counted 72h, 3 days"),
        ("working days, midnight: failed at the due", "1 working days", IN_OFFICE, ["03-05 00:00 contact_failed", "03-06 00:00 report_written"], ["03-06 00:00 verdict deemed by e3"], "outside 87h, counted 23h, 2 days"),
        ("working days, closing: failed at the due", "1 working days", {**IN_OFFICE, "day_end": DayEnd.CLOSING}, ["03-04 18:00 contact_failed", "03-05 18:00 report_written"], ["03-05 18:00 verdict deemed by e3"], "outside 81h, counted 23h, 2 days"),
        ("working days, closing: failed late", "1 working days", {**IN_OFFICE, "day_end": DayEnd.CLOSING}, ["03-04 18:00:00.000001 contact_failed", "03-05 18:00 report_written"], ["03-04 18:00 breach"], "outside 65h, counted 15h, 1 days"),
    ],
)  # fmt: skip
def test_units(
    budget: str, others: dict[str, object], lines: list[str], expected: list[str], of_the_span: str
):
    judgement = judged(
        history("03-01 10:00 opened", *lines), target(budget, deemed=reported("24h"), **others)
    )  # type: ignore[arg-type]

    assert sayings(judgement) == expected
    assert account(judgement.statements[0]) == of_the_span


@table(
    "approved, failed, expected",
    [
        ("approved before", "16:45", "19:00", "03-01 20:00 verdict deemed by e5"),
        ("one microsecond after the new due", "16:45", "19:00:00.000001", "03-01 19:00 breach"),
        (
            "approved after the old due, and failed after that",
            "18:00",
            "18:30",
            "03-01 20:00 verdict deemed by e5",
        ),
        # At 17:30 the due was 17:00: nothing had been approved.
        ("failed after the old due, and approved after that", "18:00", "17:30", "03-01 19:00 breach"),
    ],
)
def test_in_time_by_an_extension(approved: str, failed: str, expected: str):
    lines = (
        OPENED,
        "03-01 16:30 extension_requested by=2h",
        f"03-01 {approved} extension_approved extension=e2 rank=2",
        f"03-01 {failed} contact_failed",
        "03-01 20:00 report_written",
    )

    assert sayings(judged(history(*lines), target("8h", deemed=reported(), extension=grants()))) == [expected]


# --- documents not supplied ---------------------------------------------------------------------------

WAITING = target("8h", lapsed=unsupplied(), accepts=("customer",))
LAPSED = ["03-01 15:00 verdict deemed by e2"]
ASKED = "10:00 documents_requested"


@table(
    "lines, expected, of_the_span",
    [
        ("not supplied", [ASKED], LAPSED, "counted 6h"),
        ("supplied", [ASKED, "12:00 documents_complete"], BREACH, "counted 8h"),
        ("supplied exactly at the limit", [ASKED, "15:00 documents_complete"], BREACH, "counted 8h"),
        ("supplied one microsecond late", [ASKED, "15:00:00.000001 documents_complete"], LAPSED, "counted 6h"),
        ("supplied before they were asked for", ["09:30 documents_complete", "10:00 documents_requested"], ["03-01 15:00 verdict deemed by e3"], "counted 6h"),
        ("not asked for", [], BREACH, "counted 8h"),
        ("exactly at the due", ["12:00 documents_requested"], ["03-01 17:00 verdict deemed by e2"], "counted 8h"),
        ("one microsecond after the due", ["12:00:00.000001 documents_requested"], BREACH, "counted 8h"),
        ("asked for again: the first counts", [ASKED, "11:00 documents_requested"], LAPSED, "counted 6h"),
        ("supplied, asked for again, and not supplied", [ASKED, "10:30 documents_complete", "11:00 documents_requested"], ["03-01 16:00 verdict deemed by e4"], "counted 7h"),
        ("refuted notice", [ASKED, "18:00 refuted event=e2"], BREACH, "counted 8h"),
        ("refuted notice, asked for again", [ASKED, "11:00 documents_requested", "18:00 refuted event=e2"], ["03-01 16:00 verdict deemed by e3"], "counted 7h"),
        ("a hold is open", [ASKED, "11:00 held reason=customer"], LAPSED, "held 4h, counted 2h"),
        ("a hold moves the due, not the limit", [ASKED, "11:00 held reason=customer", "12:00 resumed"], LAPSED, "held 1h, counted 5h"),
        ("stopped before", [ASKED, "14:00 resolved"], ["03-01 14:00 verdict met by e3"], "counted 5h"),
        ("stopped after it, in time", [ASKED, "16:00 resolved"], ["03-01 16:00 verdict met by e3"], "counted 7h"),
        ("stopped after it, exactly at the due", [ASKED, "17:00 resolved"], ["03-01 17:00 verdict met by e3"], "counted 8h"),
        ("stopped after the due", [ASKED, "17:00:00.000001 resolved"], LAPSED, "counted 6h"),
        ("cancelled before", [ASKED, "14:00 cancelled"], ["03-01 14:00 verdict cancelled by e3"], "counted 5h"),
        ("cancelled after", [ASKED, "16:00 cancelled"], LAPSED, "counted 6h"),
    ],
)  # fmt: skip
def test_documents_not_supplied(lines: list[str], expected: list[str], of_the_span: str):
    judgement = judged(history(OPENED, *(f"03-01 {line}" for line in lines)), WAITING)

    assert sayings(judgement) == expected
    assert account(judgement.statements[0]) == of_the_span


@table(
    "grace, upto, expected",
    [
        ("at the limit", "", "03-01 15:00", []),
        ("the limit has passed", "", "03-01 15:00:00.000001", LAPSED),
        ("at the limit and grace", "10m", "03-01 15:10", []),
        ("limit and grace have passed", "10m", "03-01 15:10:00.000001", LAPSED),
    ],
)
def test_it_rests_on_absence(grace: str, upto: str, expected: list[str]):
    told = history(OPENED, f"03-01 {ASKED}")
    judgement = judged(told, target("8h", lapsed=unsupplied(), grace=grace), upto=upto)

    assert sayings(judgement) == expected


def test_it_is_waited_for():
    told = history(OPENED, f"03-01 {ASKED}")
    judgement = judged(told, target("8h", lapsed=unsupplied(), grace="10m"), upto="03-01 12:00")

    assert clock(judgement.wake_at) == "03-01 15:10"


@table(
    "lines, expected, of_the_span",
    [
        # The gate is open when the documents are complete; until then there is no due.
        ("gated and lapsed", ["03-01 10:00 documents_requested"], ["03-02 10:00 verdict deemed by e2"], "gated 25h"),
        ("the gate opens at the limit", ["03-01 10:00 documents_requested", "03-02 10:00 documents_complete"], ["03-02 18:00 breach"], "gated 25h, counted 8h"),
        ("the gate opens late", ["03-01 10:00 documents_requested", "03-02 10:00:00.000001 documents_complete"], ["03-02 10:00 verdict deemed by e2"], "gated 25h"),
        ("the gate opens before", ["03-01 10:00 documents_requested", "03-01 20:00 documents_complete"], ["03-02 04:00 breach"], "gated 11h, counted 8h"),
        ("gated and not asked for", ["03-01 10:00 held reason=customer"], [], ""),
        ("stopped before", ["03-01 10:00 documents_requested", "03-01 12:00 resolved"], ["03-01 12:00 verdict met by e3"], "gated 3h"),
        ("stopped after: there is no due to be after", ["03-01 10:00 documents_requested", "03-02 12:00 resolved"], ["03-02 12:00 verdict met by e3"], "gated 27h"),
    ],
)  # fmt: skip
def test_gated_and_lapsed(lines: list[str], expected: list[str], of_the_span: str):
    gated = target("8h", gate=(("documents_complete",),), lapsed=unsupplied("24h"))
    judgement = judged(history(OPENED, *lines), gated)

    assert sayings(judgement) == expected
    assert [account(each) for each in judgement.statements[:1]] == [of_the_span] * bool(expected)


@table(
    "budget, others, after, expected",
    [
        # Asked for on Friday at 11:00; the limit is elapsed time.
        ("business hours, on a Sunday", "8h", IN_OFFICE, "48h", ["03-03 11:00 verdict deemed by e2"]),
        ("business hours, at the due", "8h", IN_OFFICE, "71h", ["03-04 10:00 verdict deemed by e2"]),
        ("business hours, after the due", "8h", IN_OFFICE, "72h", ["03-04 10:00 breach"]),
        ("calendar days", "3 days", {}, "48h", ["03-03 11:00 verdict deemed by e2"]),
        ("calendar days, at the due", "3 days", {}, "71h", ["03-04 10:00 verdict deemed by e2"]),
        ("calendar days, after the due", "3 days", {}, "72h", ["03-04 10:00 breach"]),
        ("working days", "1 working days", IN_OFFICE, "72h", ["03-04 11:00 verdict deemed by e2"]),
        ("working days, at the due", "1 working days", IN_OFFICE, "85h", ["03-05 00:00 verdict deemed by e2"]),
        ("working days, after the due", "1 working days", IN_OFFICE, "86h", ["03-05 00:00 breach"]),
    ],
)  # fmt: skip
def test_lapsed_in_every_unit(budget: str, others: dict[str, object], after: str, expected: list[str]):
    told = history("03-01 10:00 opened", "03-01 11:00 documents_requested")

    assert sayings(judged(told, target(budget, lapsed=unsupplied(after), **others))) == expected  # type: ignore[arg-type]


def test_rungs_after_it_are_not_said():
    told = history(OPENED, f"03-01 {ASKED}")
    rungs = (warn("5h"), warn("7h", "sooner"), escalate("8h", "now"), escalate("10h"))

    assert sayings(judged(told, target("8h", lapsed=unsupplied(), rungs=rungs))) == [
        "03-01 14:00 soon",
        *LAPSED,
    ]


@table(
    "lines, expected",
    [
        ("the report is first", ["10:00 documents_requested", "12:00 contact_failed", "14:59 report_written"], ["03-01 14:59 verdict deemed by e4"]),
        ("the lapse is first", ["10:00 documents_requested", "12:00 contact_failed", "15:01 report_written"], LAPSED),
        ("the lapse is first, its notice later", ["09:30 contact_failed", "10:00 documents_requested", "15:01 report_written"], ["03-01 15:00 verdict deemed by e3"]),
    ],
)  # fmt: skip
def test_the_first_to_be_complete_counts(lines: list[str], expected: list[str]):
    both = target("8h", deemed=reported(), lapsed=unsupplied())

    assert sayings(judged(history(OPENED, *(f"03-01 {line}" for line in lines)), both)) == expected


def test_what_a_deeming_says_of_its_due():
    late_report = the(told("16:00 contact_failed", "18:00 report_written"), "verdict")

    assert (saying(late_report), clock(late_report.due)) == (
        "03-01 18:00 verdict deemed by e3",
        "03-01 17:00",
    )


def test_a_reopening_after_a_late_stop_is_owed_a_promise_whatever_report_is_still_to_come():
    again = target("4h", reopen=True, deemed=reported("3h"))
    lines = (
        "03-01 13:00 contact_failed",
        "03-01 15:00 resolved",
        "03-01 15:12 reopened",
        "03-01 15:30 report_written",
    )

    assert standing(judged(history("03-01 10:00 opened", *lines), again)) == [
        "e1 due 03-01 14:00 deemed at 03-01 15:30",
        "e4 due 03-01 19:12 breached",
    ]


def test_documents_lapse_only_while_the_target_applies():
    """Opened at 10:00 with four hours, asked at 13:00, re-classified away from 13:30 to 15:30; the lapse is at 15:00."""
    urgent = target("4h", applies=("prio=high",), lapsed=unsupplied("2h"), floor="2h")
    lines = (
        "03-01 10:00 opened prio=high",
        "03-01 13:00 documents_requested",
        "03-01 13:30 reclassified prio=low",
        "03-01 15:30 reclassified prio=high",
    )

    assert standing(judged(history(*lines), urgent)) == ["e1 due 03-01 17:30 breached"]
