"""Notice before a change, by hand: scheduled on Friday 1 March 2024 at 09:00 for Tuesday 5 March, 10:00.

With 24 hours of notice the due is Monday 10:00, and it is decided on Tuesday at 10:00.
"""

from zoneinfo import ZoneInfo

import pytest

from service.sla.calendars import Calendar
from service.sla.history import History
from service.sla.policy import DayEnd
from service.sla.statements import Judgement
from tests.sla.kinds import notice
from tests.sla.telling import (
    END,
    NEW_YORK,
    UTC,
    clock,
    due,
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

SCHEDULED = "03-01 09:00 change_scheduled at=03-05T10:00"
DAY = notice("24h")
BREACH = ["03-04 10:00 breach"]


def changed(*lines: str, zone: ZoneInfo = UTC) -> History:
    """Events e1, e2... of a ticket; told last, that it was opened on Monday before."""
    return history(*lines, "02-26 08:00 opened area=north", zone=zone)


def told(*lines: str, upto: str = END) -> Judgement:
    return judged(changed(SCHEDULED, *lines), DAY, upto=upto)


@table(
    "lines, expected, stands",
    [
        ("long before", ["03-02 12:00 informed"], ["03-02 12:00 verdict met by e2"], "met at 03-02 12:00"),
        ("exactly at the due", ["03-04 10:00 informed"], ["03-04 10:00 verdict met by e2"], "met at 03-04 10:00"),
        ("one microsecond after the due", ["03-04 10:00:00.000001 informed"], [*BREACH, "03-04 10:00:00.000001 verdict late by e2"], "late at 03-04 10:00:00.000001"),
        ("before the instant", ["03-05 09:59 informed"], [*BREACH, "03-05 09:59 verdict late by e2"], "late at 03-05 09:59"),
        ("after the instant", ["03-05 12:00 informed"], [*BREACH, "03-05 12:00 verdict late by e2"], "late at 03-05 12:00"),
        ("never", [], BREACH, "breached"),
        ("cancelled before the due", ["03-04 09:00 cancelled"], ["03-04 09:00 verdict cancelled by e2"], "cancelled at 03-04 09:00"),
        ("cancelled after the due", ["03-04 12:00 cancelled"], BREACH, "breached"),
    ],
)  # fmt: skip
def test_notice(lines: list[str], expected: list[str], stands: str):
    judgement = told(*lines)

    assert sayings(judgement) == expected
    assert standing(judgement) == [f"e1 due 03-04 10:00 {stands}"]


@table(
    "lines, upto, expected",
    [
        ("the due has passed", [], "03-04 10:00:00.000001", []),
        ("at the instant", [], "03-05 10:00", []),
        ("the instant has passed", [], "03-05 10:00:00.000001", BREACH),
        ("late notice does not hurry it", ["03-04 12:00 informed"], "03-05 10:00", []),
        ("late notice, and passed", ["03-04 12:00 informed"], "03-05 10:00:00.000001", [*BREACH, "03-04 12:00 verdict late by e2"]),
        ("notice in time is said at once", ["03-04 09:00 informed"], "03-01 09:00", ["03-04 09:00 verdict met by e2"]),
        ("the instant as last set, later", ["03-04 12:00 change_scheduled at=03-08T10:00"], "03-08 10:00", []),
        ("the instant as last set, later, and passed", ["03-04 12:00 change_scheduled at=03-08T10:00"], "03-08 10:00:00.000001", ["03-07 10:00 breach"]),
        ("the instant as last set, earlier", ["03-02 12:00 change_scheduled at=03-04T10:00"], "03-04 10:00", []),
        ("the instant as last set, earlier, and passed", ["03-02 12:00 change_scheduled at=03-04T10:00"], "03-04 10:00:00.000001", ["03-03 10:00 breach"]),
    ],
)  # fmt: skip
def test_it_is_decided_at_the_instant_as_last_set(lines: list[str], upto: str, expected: list[str]):
    assert sayings(told(*lines, upto=upto)) == expected


@table(
    "lines, upto, wake_at",
    [
        ("before the due", [], "03-02 00:00", "03-05 10:00"),
        ("after the due", [], "03-04 12:00", "03-05 10:00"),
        ("decided", [], "03-05 10:00:00.000001", "-"),
        ("moved", ["03-04 12:00 change_scheduled at=03-08T10:00"], "03-04 12:00", "03-08 10:00"),
    ],
)
def test_when_to_look_again(lines: list[str], upto: str, wake_at: str):
    assert clock(told(*lines, upto=upto).wake_at) == wake_at


@table(
    "lines, expected",
    [
        ("later, before the due", ["03-03 12:00 change_scheduled at=03-08T10:00"], "e1 due 03-07 10:00 breached"),
        ("later, after the due", ["03-04 18:00 change_scheduled at=03-08T10:00"], "e1 due 03-07 10:00 breached"),
        ("later, after the old due, and informed in time", ["03-04 18:00 change_scheduled at=03-08T10:00", "03-05 12:00 informed"], "e1 due 03-07 10:00 met at 03-05 12:00"),
        ("informed after the old due, then moved", ["03-04 12:00 informed", "03-04 18:00 change_scheduled at=03-08T10:00"], "e1 due 03-07 10:00 met at 03-04 12:00"),
        ("one microsecond before the instant", ["03-05 09:59:59.999999 change_scheduled at=03-08T10:00"], "e1 due 03-07 10:00 breached"),
        ("exactly at the instant", ["03-05 10:00 change_scheduled at=03-08T10:00"], "e1 due 03-04 10:00 breached"),
        ("after the instant", ["03-05 12:00 change_scheduled at=03-08T10:00"], "e1 due 03-04 10:00 breached"),
        ("earlier", ["03-02 12:00 change_scheduled at=03-04T10:00"], "e1 due 03-03 10:00 breached"),
        ("earlier, and informed in between", ["03-02 12:00 change_scheduled at=03-04T10:00", "03-03 12:00 informed"], "e1 due 03-03 10:00 late at 03-03 12:00"),
        ("twice", ["03-03 12:00 change_scheduled at=03-08T10:00", "03-07 12:00 change_scheduled at=03-12T10:00"], "e1 due 03-11 10:00 breached"),
        ("twice, the second after the instant as first set", ["03-02 12:00 change_scheduled at=03-08T10:00", "03-06 12:00 change_scheduled at=03-12T10:00"], "e1 due 03-11 10:00 breached"),
        ("twice, the second after the instant as set since", ["03-02 12:00 change_scheduled at=03-04T10:00", "03-04 12:00 change_scheduled at=03-12T10:00"], "e1 due 03-03 10:00 breached"),
        ("unreadable", ["03-03 12:00 change_scheduled at=soon"], "e1 due 03-04 10:00 breached"),
        ("without an instant", ["03-03 12:00 change_scheduled"], "e1 due 03-04 10:00 breached"),
        ("voided", ["03-03 12:00 change_scheduled at=03-08T10:00", "03-03 13:00 voided event=e2"], "e1 due 03-04 10:00 breached"),
        ("cancelled before the new due", ["03-03 12:00 change_scheduled at=03-08T10:00", "03-06 10:00 cancelled"], "e1 due 03-07 10:00 cancelled at 03-06 10:00"),
    ],
)  # fmt: skip
def test_a_later_event_moves_the_instant(lines: list[str], expected: str):
    assert standing(told(*lines)) == [expected]


@pytest.mark.parametrize("line", ["change_scheduled", "change_scheduled at=soon"])
def test_an_unreadable_instant_begins_nothing(line: str):
    assert standing(judged(changed(f"03-01 09:00 {line}"), DAY)) == []


def test_after_the_instant_the_next_change_begins_the_next_promise():
    judgement = told("03-03 10:00 informed", "03-06 12:00 change_scheduled at=03-20T10:00")

    assert standing(judgement) == ["e1 due 03-04 10:00 met at 03-03 10:00", "e3 due 03-19 10:00 breached"]


@table(
    "lines, name, of_the_statement",
    [
        ("never moved", [], "breach", "03-04 10:00 due 03-04 10:00"),
        ("moved before", ["03-03 12:00 change_scheduled at=03-08T10:00"], "breach", "03-07 10:00 due 03-07 10:00"),
        ("met before it is moved", ["03-03 12:00 informed", "03-04 18:00 change_scheduled at=03-08T10:00"], "verdict", "03-03 12:00 due 03-04 10:00"),
        ("met at the instant at which it is moved", ["03-03 12:00 change_scheduled at=03-08T10:00 seq=1", "03-03 12:00 informed seq=2"], "verdict", "03-03 12:00 due 03-07 10:00"),
        ("met after it was moved", ["03-03 12:00 change_scheduled at=03-08T10:00", "03-06 12:00 informed"], "verdict", "03-06 12:00 due 03-07 10:00"),
        # Moved on Monday at 09:00 to Monday noon: there were 24 hours until Sunday noon, when Monday 10:00 was the due.
        ("moved to before its own due", ["03-04 09:00 change_scheduled at=03-04T12:00"], "breach", "03-04 09:00 due 03-03 12:00"),
    ],
)  # fmt: skip
def test_a_statement_tells_the_due_as_set_by_its_instant(lines: list[str], name: str, of_the_statement: str):
    statement = the(told(*lines), name)

    assert f"{clock(statement.at)} due {clock(statement.due)}" == of_the_statement


@table(
    "informed, expected",
    [
        # Scheduled on Monday at 18:00 for Tuesday 10:00: the due was eight hours before.
        ("at once", "03-04 18:00", "e1 due 03-04 10:00 late at 03-04 18:00"),
        ("an hour later", "03-04 19:00", "e1 due 03-04 10:00 late at 03-04 19:00"),
    ],
)
def test_scheduled_too_late_for_notice(informed: str, expected: str):
    told = changed("03-04 18:00 change_scheduled at=03-05T10:00 seq=1", f"{informed} informed seq=2")

    assert standing(judged(told, DAY)) == [expected]


@table(
    "others, lines",
    [
        ("a hold", {"accepts": ("customer",)}, ["03-02 10:00 held reason=customer", "03-03 10:00 resumed"]),
        ("an open hold", {"accepts": ("customer",)}, ["03-02 10:00 held reason=customer"]),
        ("a gate", {"gate": (("documents_complete",),)}, []),
    ],
)
def test_nothing_else_moves_it(others: dict[str, object], lines: list[str]):
    judgement = judged(changed(SCHEDULED, *lines), notice("24h", **others))

    assert sayings(judgement) == BREACH


def test_no_exclusion_moves_it():
    shared = ("03-02 11:00 excluded exclusion=storm area=north reason=weather to=03-03T13:00",)
    told = history(SCHEDULED, "02-26 08:00 opened area=north", shared=shared)

    assert sayings(judged(told, notice("24h", exclusions=("weather",)))) == BREACH


# --- units --------------------------------------------------------------------------------------------


def counted_back(
    budget: str, before: str, day_end: DayEnd = DayEnd.MIDNIGHT, hours: Calendar | None = None
) -> str:
    zone = UTC if hours is None else hours.zone
    told = changed(f"02-26 09:00 change_scheduled at={before.replace(' ', 'T')}", zone=zone)

    return due(judged(told, notice(budget, calendar=hours, day_end=day_end), zone=zone), zone)


@table(
    "budget, before, expected",
    [
        # Tuesday's two hours, Monday's five after the break and one before it.
        ("over a night", "8h", "03-05 11:00", "03-04 11:00"),
        ("over a weekend", "16h", "03-05 11:00", "03-01 11:00"),
        ("within a day", "2h", "03-05 12:00", "03-05 10:00"),
        ("over the break", "2h", "03-05 14:00", "03-05 11:00"),
        ("before a Saturday noon", "8h", "03-09 12:00", "03-08 09:00"),
        ("before an opening", "8h", "03-05 09:00", "03-04 09:00"),
        ("the latest instant: after the break", "5h", "03-05 09:00", "03-04 13:00"),
        ("one microsecond more", "5h 1us", "03-05 09:00", "03-04 11:59:59.999999"),
        ("the latest instant: closing time", "1us", "03-05 09:00", "03-04 17:59:59.999999"),
    ],
)
def test_business_hours(budget: str, before: str, expected: str):
    assert counted_back(budget, before, hours=office()) == expected


@table(
    "budget, before, midnight, closing, same_time",
    [
        ("one, within a week", "1 working days", "03-05 10:00", "03-05 00:00", "03-04 18:00", "03-04 10:00"),
        ("two: Wednesday and Tuesday", "2 working days", "03-07 10:00", "03-06 00:00", "03-05 18:00", "03-05 10:00"),
        ("over a weekend", "1 working days", "03-04 10:00", "03-02 00:00", "03-01 18:00", "03-01 10:00"),
        ("before a Saturday", "1 working days", "03-09 12:00", "03-09 00:00", "03-08 18:00", "03-08 12:00"),
    ],
)  # fmt: skip
def test_working_days(budget: str, before: str, midnight: str, closing: str, same_time: str):
    ends = (DayEnd.MIDNIGHT, DayEnd.CLOSING, DayEnd.SAME_TIME)

    assert [counted_back(budget, before, end, office()) for end in ends] == [midnight, closing, same_time]


@table(
    "budget, before, expected",
    [
        ("three", "3 days", "03-07 10:00", "03-04 10:00"),
        ("over a weekend", "1 days", "03-04 10:00", "03-03 10:00"),
        ("over the leap day", "2 days", "03-02 10:00", "02-29 10:00"),
    ],
)
def test_calendar_days(budget: str, before: str, expected: str):
    assert counted_back(budget, before) == expected


def test_calendar_days_over_a_change_of_clocks():
    told = changed("03-08 09:00 change_scheduled at=03-11T10:00", zone=NEW_YORK)

    assert due(judged(told, notice("2 days", zone=NEW_YORK), zone=NEW_YORK), NEW_YORK) == "03-09 10:00"
    assert due(judged(told, notice("48h", zone=NEW_YORK), zone=NEW_YORK), NEW_YORK) == "03-09 09:00"


@pytest.mark.parametrize(
    ("informed", "expected"),
    [
        ("03-06 00:00", ["03-06 00:00 verdict met by e2"]),
        ("03-06 00:00:00.000001", ["03-06 00:00 breach", "03-06 00:00:00.000001 verdict late by e2"]),
    ],
)
def test_notice_in_working_days(informed: str, expected: list[str]):
    told = changed("03-01 09:00 change_scheduled at=03-07T10:00", f"{informed} informed")

    assert sayings(judged(told, notice("2 working days", calendar=office()))) == expected


def test_notice_in_working_days_that_is_moved():
    # From Thursday to Monday the 11th: Friday and Thursday.
    told = changed(
        "03-01 09:00 change_scheduled at=03-07T10:00", "03-06 12:00 change_scheduled at=03-11T10:00"
    )

    assert due(judged(told, notice("2 working days", calendar=office()))) == "03-08 00:00"


# --- rungs --------------------------------------------------------------------------------------------


@table(
    "upto, expected",
    [
        ("at the warning", "03-04 08:00", []),
        ("warnings wait for their own instants", "03-04 08:00:00.000001", ["03-04 08:00 soon"]),
        ("those from the due on for the decision", "03-05 10:00", ["03-04 08:00 soon"]),
        ("all", "03-05 10:00:00.000001", ["03-04 08:00 soon", "03-04 10:00 breach", "03-04 10:00 now", "03-04 11:00 up"]),
    ],
)  # fmt: skip
def test_rungs_by_what_remains_until_the_due_and_what_has_run_since(upto: str, expected: list[str]):
    rungs = (warn("22h"), escalate("24h", "now"), escalate("25h", "up"))
    judgement = judged(changed(SCHEDULED), notice("24h", rungs=rungs), upto=upto)

    assert sorted(map(saying, judgement.statements)) == expected


def test_rungs_in_business_hours():
    # Due on Monday at 11:00: one hour before is 10:00, one hour after is noon.
    rungs = (warn("7h"), escalate("9h"))
    told = changed("03-01 09:00 change_scheduled at=03-05T11:00")

    assert sayings(judged(told, notice("8h", calendar=office(), rungs=rungs))) == [
        "03-04 10:00 soon",
        "03-04 11:00 breach",
        "03-04 12:00 up",
    ]
