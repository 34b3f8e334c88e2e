"""A promise in plain English; every instant by hand."""

import pytest

from service.cli.explanation import explained
from service.cli.sentences import sentences
from service.sla.policy import Boundary, DayEnd, LastDay, Rules
from tests.sla.telling import (
    END,
    OFFICE_DAY,
    SHANGHAI,
    UTC,
    at,
    history,
    office,
    policy,
    rules,
    spring_festival_2026,
    target,
    version,
    versions,
)

OPENED = "03-01 09:00 opened"


def told(lines, *targets, upto=END, shared=(), zone=UTC):
    """The sentences about the only promise but the first, which is about the rule."""
    (found,) = explained(history(*lines, shared=shared, zone=zone), rules(*targets), at(upto, zone))
    return list(sentences(found, zone))[1:]


def rule(**more):
    (found,) = explained(history(OPENED), rules(target(**more)), at(END))
    return next(iter(sentences(found, UTC))).partition(" It gives ")[2]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({}, "8h round the clock; no hold stops the clock."),
        (
            {"calendar": office(), "accepts": ("*",)},
            "8h of working time; time on hold does not count, whatever the reason.",
        ),
        (
            {"budget": "1 days", "accepts": ("b", "a"), "exclusions": ("storm",)},
            "1 calendar day; time on hold for a or b does not count; nor does time excluded for storm.",
        ),
        (
            {"budget": "5 working days", "calendar": office(), "exclusions": ("*",)},
            "5 working days, each ending at midnight; no hold stops the clock; nor does time excluded for the area.",
        ),
        (
            {"budget": "5 working days", "calendar": office(), "day_end": DayEnd.CLOSING},
            "5 working days, each ending at closing time; no hold stops the clock.",
        ),
    ],
)
def test_the_rule(more, text):
    assert rule(**more) == text


def test_a_gate_that_opened_later():
    lines = [OPENED, "03-01 11:30 documents_complete", "03-01 20:00 resolved"]

    assert told(lines, target(gate=(("documents_complete",),))) == [
        (
            "It began with `opened` (event e1) at 2024-03-01 Fri 09:00:00 +00:00. The clock started when "
            "`documents_complete` had happened, with `documents_complete` (event e2) at 2024-03-01 Fri 11:30:00 +00:00; "
            "2h30m before are gated."
        ),
        "The budget is used up, and the promise due, at 2024-03-01 Fri 19:30:00 +00:00.",
        "Broken, and stopped late: ended by `resolved` (event e3) at 2024-03-01 Fri 20:00:00 +00:00, 30m after the due.",
        "Nothing else asked for time that would not have counted: only an earlier stop would have kept it.",
    ]


def test_a_gate_that_is_closed():
    lines = [OPENED, "03-01 10:00 noted"]

    assert told(lines, target(gate=(("documents_complete",), ("noted", "replied"), ("paid", "waived")))) == [
        (
            "It began with `opened` (event e1) at 2024-03-01 Fri 09:00:00 +00:00. The clock has not started: "
            "`documents_complete` and (`paid` or `waived`) has not happened."
        ),
        "There is no due before that; all of the budget, 8h, is left.",
        "Open, and waiting for its preconditions.",
    ]


def test_a_gate_that_was_open_before():
    lines = ["02-28 12:00 documents_complete", OPENED, "03-01 10:00 resolved"]

    assert told(lines, target(gate=(("documents_complete",),)))[0] == (
        "It began with `opened` (event e2) at 2024-03-01 Fri 09:00:00 +00:00. `documents_complete` had happened by then, "
        "so that the clock started there."
    )


def test_the_arithmetic_of_hours():
    """Friday 19:00 is outside; Monday 3 h and 5 h without the hour that is held."""
    lines = [
        "03-01 19:00 opened area=n",
        "03-04 10:00 held reason=x",
        "03-04 11:00 resumed",
        "03-05 09:30 resolved",
    ]
    shared = ["03-04 14:00 excluded exclusion=s area=n reason=storm to=03-04T15:00"]
    found = told(lines, target(calendar=office(), accepts=("x",), exclusions=("storm",)), shared=shared)

    assert found == [
        "Its calendar is made in UTC.",
        "The clock started with `opened` (event e1) at 2024-03-01 Fri 19:00:00 +00:00.",
        "That is outside hours; they opened at 2024-03-04 Mon 09:00:00 +00:00.",
        # Due on Tuesday at 11:00: 88 hours, of which 8 count.
        "From there to the due 88h pass; of these 78h outside hours, 1h held for x and 1h excluded for storm do not count.",
        "The budget is used up, and the promise due, at 2024-03-05 Tue 11:00:00 +00:00.",
        "Kept: ended by `resolved` (event e4) at 2024-03-05 Tue 09:30:00 +00:00, 1h30m before the due.",
        "A stop would have been in time until 2024-03-05 Tue 11:00:00 +00:00; left of the budget: 1h30m.",
    ]


def test_closing_time_and_the_next_opening():
    found = told([OPENED], target(calendar=office(), boundary=Boundary.NEXT_OPEN), upto="03-01 10:00")

    assert found[3] == (
        "The budget is used up at 2024-03-01 Fri 18:00:00 +00:00, closing time, so it is due at the next opening: "
        "2024-03-04 Mon 09:00:00 +00:00 (in 2d 23h, as of 2024-03-01 Fri 10:00:00 +00:00)."
    )
    assert found[4:] == [
        "Open.",
        "A stop is in time until 2024-03-04 Mon 09:00:00 +00:00; left of the budget: 7h.",
    ]


def test_a_last_day_that_is_off():
    """Saturday the 2nd is the only day; Monday the 4th is worked and ends at midnight."""
    only = target("1 days", calendar=office(), last_day=LastDay.WORKING)
    found = told([OPENED], only, upto="03-01 10:00")

    assert found[-3] == (
        "The budget is used up at 2024-03-03 Sun 00:00:00 +00:00, on a day off, so it is due at the end of the next "
        "working day: 2024-03-05 Tue 00:00:00 +00:00 (in 3d 14h, as of 2024-03-01 Fri 10:00:00 +00:00)."
    )


def test_the_arithmetic_of_working_days():
    """From Friday 13 February: Saturday the 14th is worked; 24, 25 February; the tick of the 26th is held over."""
    lines = ["2026-02-13 10:00 opened", "2026-02-26 20:00 held reason=x", "2026-02-27 08:00 resumed"]
    found = told(
        lines,
        target("4 working days", calendar=spring_festival_2026(), accepts=("x",)),
        upto="2026-03-02 12:00",
        zone=SHANGHAI,
    )

    assert found == [
        "Its calendar is made in Asia/Shanghai.",
        "The clock started with `opened` (event e1) at 2026-02-13 Fri 10:00:00 +08:00.",
        (
            "The date of the start itself is not counted: day 1 ends at 2026-02-15 Sun 00:00:00 +08:00, "
            "day 4 at 2026-02-28 Sat 00:00:00 +08:00."
        ),
        "In between 1 working day held for x did not count.",
        (
            "The budget is used up, and the promise due, at 2026-02-28 Sat 00:00:00 +08:00 (2d 12h ago, as of "
            "2026-03-02 Mon 12:00:00 +08:00)."
        ),
        "Broken: nothing stopped it by the due, and nothing has since: 1 working day (2d 12h by the clock) so far.",
        "Nothing else asked for time that would not have counted: only an earlier stop would have kept it.",
    ]


def test_the_state_of_knowledge():
    """Known only up to 31 March; on 15 March it was published that the 18th is closed."""
    calendar = versions(
        UTC,
        version(OFFICE_DAY, until="2024-03-31"),
        version(OFFICE_DAY, since="2024-03-15", until="2024-03-31", d2024_03_18=""),
    )
    found = told(["03-15 17:00 opened"], target("80h", calendar=calendar), upto="03-16 00:00")

    assert found[0] == (
        "Its calendar is made in UTC, version 2 of 2, published on 2024-03-15, known until 2024-03-31."
    )
    # 1 h on Friday the 15th; 19 to 22 and 25 to 28 March 64 h, the 29th 8 h, 7 h on Monday 1 April.
    assert "2024-04-01 Mon 17:00:00 +00:00" in found[3]
    assert found[4:6] == [
        "This is provisional: made is known until 2024-03-31 only.",
        "By what the calendar knew when it began, it would have been due at 2024-03-29 Fri 17:00:00 +00:00.",
    ]


def test_a_change_in_flight():
    lines = [f"{OPENED} prio=low", "03-02 09:00 reclassified prio=high", "03-02 12:00 resolved"]
    found = told(lines, target(applies=("prio=high",), floor="2h"))

    assert found[1] == (
        "The budget is used up at 2024-03-01 Fri 17:00:00 +00:00; a change in flight brought the target at "
        "2024-03-02 Sat 09:00:00 +00:00 and gave 2h from there, so it is due at 2024-03-02 Sat 11:00:00 +00:00."
    )


def test_a_split_and_a_rejudge():
    lines = [
        "03-01 12:00 opened",
        "03-01 12:00 split start=03-01T09:00",
        "03-01 13:00 rejudge version=2 by=Lin reason=agreed",
    ]
    both = Rules((policy(target()), policy(target("10h"), version="2", since="2025-01-01 00:00")))
    (found,) = explained(history(*lines), both, at("03-01 14:00"))
    text = list(sentences(found, UTC))

    assert "in version 2 of p" in text[0]
    assert text[1] == (
        "`rejudge` (event e3) put the ticket under this version at 2024-03-01 Fri 13:00:00 +00:00 by Lin: agreed."
    )
    assert (
        text[2] == "The ticket was split off: its start is 2024-03-01 Fri 09:00:00 +00:00, as `split` states."
    )


def test_what_else_it_could_have_been():
    lines = [OPENED, "03-01 10:00 held reason=lunch", "03-01 12:00 resumed", "03-01 18:00 resolved"]

    assert told(lines, target())[-1] == (
        "Had the rule accepted time on hold for lunch (2h from 2024-03-01 Fri 10:00:00 +00:00), it would instead be due "
        "at 2024-03-01 Fri 19:00:00 +00:00, and be met."
    )


def test_a_hold_without_a_reason_that_lasts():
    found = told([OPENED, "03-01 10:00 held"], target())

    assert found[-1] == (
        "Had the rule accepted time on hold for no reason given (from 2024-03-01 Fri 10:00:00 +00:00 on), there would be "
        "no due yet, and it would be open."
    )


def test_what_was_called_off():
    found = told([OPENED, "03-01 12:00 cancelled"], target())

    assert found[-2:] == [
        "Cancelled: ended by `cancelled` (event e2) at 2024-03-01 Fri 12:00:00 +00:00.",
        "Had it not been cancelled, it would still be due at 2024-03-01 Fri 17:00:00 +00:00, and be breached.",
    ]


def test_what_cannot_be_told():
    calendar = versions(UTC, version(OFFICE_DAY, until="2024-03-05"))
    found = told([OPENED], target("5 working days", calendar=calendar))

    assert found[-2:] == [
        "Indeterminate: whether it was stopped by the due cannot be told (calendar).",
        "Remark `provisional_due`: the due lies beyond what the calendar knows.",
    ]
