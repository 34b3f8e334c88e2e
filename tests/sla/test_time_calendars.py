"""Versions of a calendar by hand: what governs which dates, what was known when, and where knowledge ends.

Spring Festival 2020 in the PRC: first announced as 24 to 30 January off, with Sunday 19 January and Saturday 1 February
worked; on 26 January extended to Sunday 2 February, work again from Monday 3 February (State Council of the PRC). Wall
times of these rows are those of Shanghai. The other rows: UTC, knowledge ends with Tuesday 31 December 2024.
"""

from service.sla.policy import Boundary, DayEnd, Target
from service.sla.statements import Judgement, State
from tests.sla.telling import (
    END,
    OFFICE_DAY,
    SHANGHAI,
    UTC,
    clock,
    due,
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
    version,
    versions,
    warn,
)

ANNOUNCED = version(
    OFFICE_DAY,
    until="2020-12-31",
    **{f"d2020_01_{day}": "" for day in range(24, 31)},
    d2020_01_19=OFFICE_DAY,
    d2020_02_01=OFFICE_DAY,
)
EXTENDED = version(
    OFFICE_DAY,
    since="2020-01-26",
    until="2020-12-31",
    **{f"d2020_01_{day}": "" for day in range(24, 32)},
    d2020_01_19=OFFICE_DAY,
    d2020_02_01="",
    d2020_02_02="",
)
FIRST = versions(SHANGHAI, ANNOUNCED)
BOTH = versions(SHANGHAI, ANNOUNCED, EXTENDED)


@table(
    "budget, day_end, opened, as_announced, as_extended",
    [
        # Monday 20: 21 22 23, then 31 and 1 February; or 3 and 4 February.
        ("five working days, midnight", "5 working days", DayEnd.MIDNIGHT, "01-20 10:00", "02-02 00:00", "02-05 00:00"),
        ("five working days, closing", "5 working days", DayEnd.CLOSING, "01-20 10:00", "02-01 18:00", "02-04 18:00"),
        ("five working days, same time", "5 working days", DayEnd.SAME_TIME, "01-20 10:00", "02-01 10:00", "02-04 10:00"),
        ("three working days before the holiday", "3 working days", DayEnd.MIDNIGHT, "01-20 10:00", "01-24 00:00", "01-24 00:00"),
        ("the make-up Sunday", "1 working days", DayEnd.MIDNIGHT, "01-17 10:00", "01-20 00:00", "01-20 00:00"),
        ("from within the holiday", "1 working days", DayEnd.CLOSING, "01-27 10:00", "01-31 18:00", "02-03 18:00"),
        ("from the last day off as announced", "1 working days", DayEnd.SAME_TIME, "01-30 10:00", "01-31 10:00", "02-03 10:00"),
        ("from the Friday", "1 working days", DayEnd.MIDNIGHT, "01-31 10:00", "02-02 00:00", "02-04 00:00"),
        ("hours over the holiday", "8h", DayEnd.MIDNIGHT, "01-23 17:00", "01-31 17:00", "02-03 17:00"),  # 1 h + 7 h
        ("hours on the make-up Saturday", "8h", DayEnd.MIDNIGHT, "02-01 09:00", "02-01 18:00", "02-03 18:00"),
        ("hours from the Friday", "10h", DayEnd.MIDNIGHT, "01-31 09:00", "02-01 11:00", "02-04 11:00"),
        ("calendar days", "3 days", DayEnd.MIDNIGHT, "01-30 10:00", "02-02 10:00", "02-02 10:00"),
    ],
)  # fmt: skip
def test_the_extension_of_2020(
    budget: str, day_end: DayEnd, opened: str, as_announced: str, as_extended: str
):
    told = history(f"2020-{opened} opened", zone=SHANGHAI)
    dues = [
        missed(judged(told, target(budget, calendar=published, day_end=day_end)), SHANGHAI)[0]
        for published in (FIRST, BOTH)
    ]

    assert dues == [f"2020-{as_announced}", f"2020-{as_extended}"]


def test_the_account_over_the_extension():
    told = history("2020-01-23 17:00 opened", zone=SHANGHAI)

    # To Friday 31 January 17:00 are 192 h, to Monday 3 February 264 h.
    assert missed(judged(told, target("8h", calendar=FIRST)))[1] == "outside 184h, counted 8h"
    assert missed(judged(told, target("8h", calendar=BOTH)))[1] == "outside 256h, counted 8h"


def test_an_excluded_weekend_day_does_not_make_a_tick():
    # Held over the Saturday that was to be worked: as announced it costs that day, as extended nothing.
    told = history(
        "2020-01-30 10:00 opened",
        "2020-02-01 17:00 held reason=customer",
        "2020-02-01 19:00 resumed",
        zone=SHANGHAI,
    )
    two = {"day_end": DayEnd.CLOSING, "accepts": ("customer",)}

    # 31 January and 1 February, which is lost: 3 February; or 3 and 4 February.
    assert due(judged(told, target("2 working days", calendar=FIRST, **two)), SHANGHAI) == "2020-02-03 18:00"
    assert due(judged(told, target("2 working days", calendar=BOTH, **two)), SHANGHAI) == "2020-02-04 18:00"


# --- what was known at an instant ---------------------------------------------------------------------


@table(
    "stop, due_told",
    [
        ("before it was published", "01-24 12:00", "02-02 00:00"),
        ("on the date of publication, the first instant", "01-26 00:00", "02-02 00:00"),
        ("on the date of publication, the last instant", "01-26 23:59:59.999999", "02-02 00:00"),
        ("the first instant of the next local date", "01-27 00:00", "02-05 00:00"),
        ("later", "02-04 12:00", "02-05 00:00"),
        ("exactly on the due", "02-05 00:00", "02-05 00:00"),
    ],
)
def test_a_statement_tells_the_due_as_it_was_known(stop: str, due_told: str):
    told = history("2020-01-20 10:00 opened", f"2020-{stop} resolved", zone=SHANGHAI)
    (verdict,) = judged(told, target("5 working days", calendar=BOTH)).statements

    assert saying(verdict, SHANGHAI) == f"2020-{stop} verdict met by e2"
    assert clock(verdict.due, SHANGHAI) == f"2020-{due_told}"


LADDER = (warn("3 days", "third"), warn("4 days", "fourth"), escalate("6 days", "sixth"))


@table(
    "published, expected",
    [
        # The third day ends before the holiday. The fourth: 31 January or 3 February; the sixth: 3 or 5 February.
        (
            "as announced",
            FIRST,
            [
                ("01-24 00:00 third", "02-02 00:00"),
                ("02-01 00:00 fourth", "02-02 00:00"),
                ("02-02 00:00 breach", "02-02 00:00"),
                ("02-04 00:00 sixth", "02-02 00:00"),
            ],
        ),
        (
            "as extended",
            BOTH,
            [
                ("01-24 00:00 third", "02-02 00:00"),
                ("02-04 00:00 fourth", "02-05 00:00"),
                ("02-05 00:00 breach", "02-05 00:00"),
                ("02-06 00:00 sixth", "02-05 00:00"),
            ],
        ),
    ],
)
def test_a_ladder_over_the_extension(published: object, expected: list[tuple[str, str]]):
    told = history("2020-01-20 10:00 opened", zone=SHANGHAI)
    judgement = judged(told, target("5 working days", calendar=published, rungs=LADDER))  # type: ignore[arg-type]

    told_lines = [(saying(each, SHANGHAI), clock(each.due, SHANGHAI)) for each in judgement.statements]
    assert told_lines == [(f"2020-{line}", f"2020-{then}") for line, then in expected]


def test_a_version_published_later_changes_no_statement_made_before():
    told = history("2020-01-20 10:00 opened", zone=SHANGHAI)
    before = judged(told, target("5 working days", calendar=FIRST, rungs=LADDER), upto="2020-01-25 00:00")
    after = judged(told, target("5 working days", calendar=BOTH, rungs=LADDER))

    assert [each.name for each in before.statements] == ["third"]
    assert before.statements[0] in after.statements


def test_a_version_governs_only_the_dates_after_it_was_published():
    # Published on Monday 4 March, this version has no Monday to Wednesday at all.
    first, later = version(OFFICE_DAY), version("", since="2024-03-04", d2024_03_07=OFFICE_DAY)
    told = history("02-29 10:00 opened")
    days = [
        due(
            judged(
                told,
                target(f"{days} working days", calendar=versions(UTC, first, later), day_end=DayEnd.CLOSING),
            )
        )
        for days in (1, 2, 3)
    ]

    assert days == ["03-01 18:00", "03-04 18:00", "03-07 18:00"]


def test_of_three_versions_each_governs_until_the_next():
    published = versions(
        UTC,
        version("09:00-10:00"),
        version("11:00-12:00", since="2024-03-04"),
        version("13:00-14:00", since="2024-03-06"),
    )
    told = history("03-04 00:00 opened")  # Monday: one hour each day from Monday to Thursday
    dues = [due(judged(told, target(f"{hours}h", calendar=published))) for hours in (1, 2, 3, 4)]

    assert dues == ["03-04 10:00", "03-05 12:00", "03-06 12:00", "03-07 14:00"]


def test_a_shift_over_midnight_into_the_dates_of_a_later_version_is_kept():
    published = versions(UTC, version("22:00-30:00"), version("09:00-10:00", since="2024-03-04"))
    told = history("03-04 22:00 opened")  # Monday's shift to Tuesday 06:00, then Tuesday 09:00

    assert due(judged(told, target("8h", calendar=published))) == "03-05 06:00"
    assert due(judged(told, target("9h", calendar=published))) == "03-05 10:00"


# --- the end of knowledge -----------------------------------------------------------------------------

KNOWN = version(OFFICE_DAY, until="2024-12-31")
PROVISIONAL_DUE = ("provisional_due",)


def of_2024(budget: str, **others: object) -> Target:
    return target(budget, calendar=versions(UTC, KNOWN), accepts=("customer",), **others)  # type: ignore[arg-type]


@table(
    "promise, opened, expected, provisional",
    [
        ("hours, within", of_2024("4h"), "12-31 14:00", "12-31 18:00 breach", False),
        ("hours, to the next opening", of_2024("4h", boundary=Boundary.NEXT_OPEN), "12-31 14:00", "2025-01-01 09:00 verdict indeterminate calendar", True),
        ("hours, beyond", of_2024("8h"), "12-31 14:00", "2025-01-01 14:00 verdict indeterminate calendar", True),
        ("hours, beyond by a microsecond", of_2024("4h 1us"), "12-31 14:00", "2025-01-01 09:00:00.000001 verdict indeterminate calendar", True),
        ("midnight, exactly the end of knowledge", of_2024("1 working days"), "12-30 10:00", "2025-01-01 00:00 breach", False),
        ("midnight, beyond", of_2024("2 working days"), "12-30 10:00", "2025-01-02 00:00 verdict indeterminate calendar", True),
        ("closing, within", of_2024("1 working days", day_end=DayEnd.CLOSING), "12-30 10:00", "12-31 18:00 breach", False),
        ("closing, beyond", of_2024("2 working days", day_end=DayEnd.CLOSING), "12-30 10:00", "2025-01-01 18:00 verdict indeterminate calendar", True),
        ("same time, within", of_2024("1 working days", day_end=DayEnd.SAME_TIME), "12-30 10:00", "12-31 10:00 breach", False),
        ("same time, beyond", of_2024("2 working days", day_end=DayEnd.SAME_TIME), "12-30 10:00", "2025-01-01 10:00 verdict indeterminate calendar", True),
        ("opened beyond", of_2024("1h"), "2025-01-06 10:00", "2025-01-06 11:00 verdict indeterminate calendar", True),
        ("elapsed time is never provisional", target("48h"), "12-31 14:00", "2025-01-02 14:00 breach", False),
        ("calendar days are never provisional", of_2024("2 days"), "12-31 14:00", "2025-01-02 14:00 breach", False),
    ],
)  # fmt: skip
def test_a_due_beyond_the_end_of_knowledge(promise: Target, opened: str, expected: str, provisional: bool):
    judgement = judged(history(f"{opened} opened"), promise)
    (stands,) = judgement.promises
    (statement,) = judgement.statements

    assert saying(statement) == expected
    assert statement.remarks == (PROVISIONAL_DUE if provisional else ())
    assert stands.provisional is provisional
    assert stands.state is (State.INDETERMINATE if provisional else State.BREACHED)


BEYOND = of_2024("8h", grace="10m", rungs=(warn("4h"), warn("6h", "later"), escalate("10h")))


def beyond(*lines: str, upto: str = END) -> Judgement:
    """Opened on Tuesday 31 December at 14:00, four hours before the end of what is known; due at 14:00 on 1 January."""
    return judged(history("12-31 14:00 opened", *lines), BEYOND, upto=upto)


SOON = "12-31 18:00 soon"  # the fourth hour ends within what is known


@table(
    "upto, expected, state",
    [
        ("before the first warning", "12-31 18:10", [], "open"),
        ("after the first warning", "12-31 18:10:00.000001", [SOON], "open"),
        ("no warning beyond", "2025-01-01 11:10:00.000001", [SOON], "open"),
        ("until the due and its grace", "2025-01-01 14:10", [SOON], "open"),
        ("once they are past", "2025-01-01 14:10:00.000001", [SOON, "2025-01-01 14:00 verdict indeterminate calendar"], "indeterminate"),
        ("no escalation beyond", END, [SOON, "2025-01-01 14:00 verdict indeterminate calendar"], "indeterminate"),
    ],
)  # fmt: skip
def test_of_instants_beyond_nothing_rests_on_absence(upto: str, expected: list[str], state: str):
    judgement = beyond(upto=upto)

    assert sayings(judgement) == expected
    assert standing(judgement) == [f"e1 due 2025-01-01 14:00 {state}"]
    assert {each.remarks for each in judgement.statements} <= {PROVISIONAL_DUE}


def test_an_escalation_beyond_is_not_said_of_a_breach_within():
    up = escalate("5h")  # on 1 January at 10:00

    assert sayings(judged(history("12-31 14:00 opened"), of_2024("4h", rungs=(up,)))) == [
        "12-31 18:00 breach"
    ]


@table(
    "stop, expected",
    [
        ("within", "12-31 15:00 resolved", ["12-31 15:00 verdict met by e2"]),
        ("beyond, before the due", "2025-01-01 10:00 resolved", [SOON, "2025-01-01 10:00 verdict met by e2"]),
        ("exactly on the due", "2025-01-01 14:00 resolved", [SOON, "2025-01-01 14:00 verdict met by e2"]),
        ("one microsecond after it", "2025-01-01 14:00:00.000001 resolved", [SOON, "2025-01-01 14:00 verdict indeterminate calendar"]),
        ("cancelled", "2025-01-01 10:00 cancelled", [SOON, "2025-01-01 10:00 verdict cancelled by e2"]),
    ],
)  # fmt: skip
def test_a_stop_and_a_provisional_due(stop: str, expected: list[str]):
    judgement = beyond(stop)

    assert sayings(judgement) == expected
    assert {each.remarks for each in judgement.statements} == {PROVISIONAL_DUE}


NEXT_YEAR = version(OFFICE_DAY, since="2024-12-25", until="2025-12-31", d2025_01_01="")


@table(
    "lines, expected",
    [
        # Four hours on 31 December, four on 2 January: 09:00 to 12:00 and 13:00 to 14:00.
        ("open", [], ["2025-01-02 14:00 breach"]),
        ("stopped between the two dues", ["2025-01-02 10:00 resolved"], ["2025-01-02 10:00 verdict met by e2"]),
        ("stopped after it", ["2025-01-02 15:00 resolved"], ["2025-01-02 14:00 breach", "2025-01-02 15:00 verdict late by e2"]),
    ],
)  # fmt: skip
def test_a_new_version_settles_what_was_open(lines: list[str], expected: list[str]):
    told = history("12-31 14:00 opened", *lines)
    judgement = judged(told, target("8h", calendar=versions(UTC, KNOWN, NEXT_YEAR)))

    assert sayings(judgement) == expected
    assert {each.remarks for each in judgement.statements} == {()}
    assert not judgement.promises[0].provisional


def test_what_was_provisional_when_it_was_said_stays_so():
    # Ten working days from Friday 20 December: to 2 January; with New Year's Day off, to the 3rd. Eight hours a day.
    ladder = (warn("8h", "first"), warn("32h", "fourth"), warn("40h", "fifth"))
    promise = target("80h", calendar=versions(UTC, KNOWN, NEXT_YEAR), rungs=ladder)
    judgement = judged(history("12-20 09:00 opened"), promise)

    assert [(saying(each), clock(each.due), each.remarks) for each in judgement.statements] == [
        ("12-20 18:00 first", "2025-01-02 18:00", PROVISIONAL_DUE),
        ("12-25 18:00 fourth", "2025-01-02 18:00", PROVISIONAL_DUE),  # published on this date, known after it
        ("12-26 18:00 fifth", "2025-01-03 18:00", ()),
        ("2025-01-03 18:00 breach", "2025-01-03 18:00", ()),
    ]


def test_a_hold_can_push_a_due_beyond_what_is_known():
    told = history("12-31 09:00 opened", "12-31 10:00 held reason=customer", "12-31 17:00 resumed")

    # One hour before the hold, one after it, six on 1 January: 09:00 to 12:00 and 13:00 to 16:00.
    assert sayings(judged(told, of_2024("8h"))) == ["2025-01-01 16:00 verdict indeterminate calendar"]
    assert sayings(judged(told, of_2024("2h"))) == ["12-31 18:00 breach"]


def test_a_calendar_that_knows_all_dates_is_never_provisional():
    (promise,) = judged(history("2098-12-31 14:00 opened"), target("8h", calendar=office())).promises

    assert (clock(promise.due), promise.provisional) == ("2099-01-01 14:00", False)
