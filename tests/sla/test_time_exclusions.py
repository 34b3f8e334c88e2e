"""Exclusions by hand: time that does not count in an area.

Opened at 09:00 on Friday 1 March 2024 in the north with 8 h round the clock, due 17:00; what is told of areas are x1, x2...
"""

from itertools import permutations

import pytest

from service.sla.diff import diff
from service.sla.history import History
from service.sla.judge import judge
from service.sla.policy import DayEnd, Target
from service.sla.statements import Judgement, Said
from tests.sla.telling import (
    END,
    at,
    history,
    judged,
    missed,
    office,
    rules,
    saying,
    sayings,
    standing,
    table,
    target,
)

OPENED = "03-01 09:00 opened area=north"
EIGHT = target("8h", accepts=("customer",), exclusions=("weather",))

#: From ten to noon in the north.
STORM = "03-01 10:00 excluded exclusion=storm area=north reason=weather from=03-01T10:00 to=03-01T12:00"
COUNTED = ("03-01 17:00", "counted 8h")
TWO_HOURS = ("03-01 19:00", "excluded 2h, counted 8h")


def excluded(*shared: str, lines: tuple[str, ...] = (OPENED,), of: Target = EIGHT) -> Judgement:
    return judged(history(*lines, shared=shared), of)


def storm(
    span: str, told: str = "03-01 10:00", area: str = "north", reason: str = "weather", name: str = "storm"
) -> str:
    """`10:00-12:00` of 1 March, or longer texts for other dates; an empty end is left out."""
    start, end = span.split("-") if span.count("-") == 1 else span.split("--")
    words = [f"{told} excluded exclusion={name} area={area} reason={reason}"]
    words += [
        f"{key}={text if 'T' in text else f'03-01T{text}'}"
        for key, text in (("from", start), ("to", end))
        if text
    ]
    return " ".join(words)


@table(
    "shared, expected",
    [
        ("none", [], COUNTED),
        ("inside", [STORM], TWO_HOURS),
        ("a reason the target does not accept", [storm("10:00-12:00", reason="strike")], COUNTED),
        ("another area", [storm("10:00-12:00", area="south")], COUNTED),
        ("several areas", [storm("10:00-12:00", area="south|north")], TWO_HOURS),
        ("`from` left out: its own instant", [storm("-12:00")], TWO_HOURS),
        ("`to` left out: until further notice", [storm("10:00-")], ("-", "")),
        ("until further notice, from exactly the due", [storm("17:00-")], COUNTED),
        ("across the start", [storm("08:00-10:00")], ("03-01 18:00", "excluded 1h, counted 8h")),
        ("before the start", [storm("07:00-09:00")], COUNTED),
        ("across the due", [storm("16:00-18:00")], ("03-01 19:00", "excluded 2h, counted 8h")),
        ("that begins exactly at the due", [storm("17:00-18:00")], COUNTED),
        ("of the last microsecond", [storm("16:59:59.999999-17:00")], ("03-01 17:00:00.000001", "excluded 1us, counted 8h")),
        ("of no length", [storm("10:00-10:00")], COUNTED),
        ("declared beforehand", [storm("10:00-12:00", told="02-01 10:00")], TWO_HOURS),
        ("declared long afterwards", [storm("10:00-12:00", told="06-01 10:00")], TWO_HOURS),
        ("two that overlap", [storm("10:00-12:00"), storm("11:00-13:00", name="flood")], ("03-01 20:00", "excluded 3h, counted 8h")),
        ("two apart", [storm("10:00-12:00"), storm("13:00-14:00", name="flood")], ("03-01 20:00", "excluded 3h, counted 8h")),
        ("two, one within the other", [storm("10:00-14:00"), storm("11:00-12:00", name="flood")], ("03-01 21:00", "excluded 4h, counted 8h")),
        ("declared again: the last holds", [STORM, storm("10:00-14:00", told="03-02 10:00")], ("03-01 21:00", "excluded 4h, counted 8h")),
        ("declared again: shorter", [STORM, storm("10:00-11:00", told="03-02 10:00")], ("03-01 18:00", "excluded 1h, counted 8h")),
        ("declared again: the last in the order of events", [storm("10:00-11:00", told="03-02 10:00"), STORM], ("03-01 18:00", "excluded 1h, counted 8h")),
        ("declared again: the end of further notice", [storm("10:00-"), storm("10:00-12:00", told="03-01 12:00")], TWO_HOURS),
        ("declared again: elsewhere", [STORM, storm("10:00-12:00", told="03-02 10:00", area="south")], COUNTED),
        ("declared again: for another reason", [STORM, storm("10:00-12:00", told="03-02 10:00", reason="strike")], COUNTED),
        ("withdrawn", [STORM, "03-02 10:00 exclusion_withdrawn exclusion=storm"], COUNTED),
        ("withdrawn while open", [storm("10:00-"), "03-01 11:00 exclusion_withdrawn exclusion=storm"], COUNTED),
        ("another one withdrawn", [STORM, "03-02 10:00 exclusion_withdrawn exclusion=flood"], TWO_HOURS),
        ("withdrawn and declared again", [STORM, "03-02 10:00 exclusion_withdrawn exclusion=storm", storm("10:00-11:00", told="03-02 11:00")], ("03-01 18:00", "excluded 1h, counted 8h")),
        ("its last declaration voided: the one before holds", [STORM, storm("10:00-14:00", told="03-02 10:00"), "03-02 11:00 voided event=x2"], TWO_HOURS),
        ("voided", [STORM, "03-02 11:00 voided event=x1"], COUNTED),
        ("its withdrawal voided", [STORM, "03-02 10:00 exclusion_withdrawn exclusion=storm", "03-02 11:00 voided event=x2"], TWO_HOURS),
    ],
)  # fmt: skip
def test_an_exclusion(shared: list[str], expected: tuple[str, str]):
    assert missed(excluded(*shared)) == expected


@table(
    "lines, shared, expected",
    [
        ("a ticket without an area", ["09:00 opened"], [STORM], COUNTED),
        ("a ticket that leaves the area", [OPENED[6:], "12:00 reclassified area=south"], [storm("10:00-14:00")], TWO_HOURS),
        ("a ticket that comes into the area", ["09:00 opened area=south", "12:00 reclassified area=north"], [storm("10:00-14:00")], TWO_HOURS),
        ("a ticket that leaves and comes back", [OPENED[6:], "11:00 reclassified area=south", "13:00 reclassified area=north"], [storm("10:00-14:00")], TWO_HOURS),
        ("a ticket that moves within the exclusion's areas", [OPENED[6:], "11:00 reclassified area=south"], [storm("10:00-12:00", area="north|south")], TWO_HOURS),
        ("a ticket that leaves before further notice", [OPENED[6:], "12:00 reclassified area=south"], [storm("10:00-")], TWO_HOURS),
        ("a ticket whose other attributes change", [OPENED[6:], "11:00 reclassified prio=high"], [STORM], TWO_HOURS),
        ("before held: an exclusion across a hold", [OPENED[6:], "10:00 held reason=customer", "14:00 resumed"], [storm("12:00-16:00")], ("03-01 23:00", "excluded 4h, held 2h, counted 8h")),
        ("before held: an exclusion in a hold", [OPENED[6:], "10:00 held reason=customer", "14:00 resumed"], [storm("11:00-12:00")], ("03-01 21:00", "excluded 1h, held 3h, counted 8h")),
        ("before held: a hold in an exclusion", [OPENED[6:], "11:00 held reason=customer", "12:00 resumed"], [storm("10:00-14:00")], ("03-01 21:00", "excluded 4h, counted 8h")),
        ("next to a hold", [OPENED[6:], "12:00 held reason=customer", "14:00 resumed"], [STORM], ("03-01 21:00", "excluded 2h, held 2h, counted 8h")),
    ],
)  # fmt: skip
def test_an_exclusion_and_the_ticket(lines: list[str], shared: list[str], expected: tuple[str, str]):
    told = history(*(f"03-01 {line}" for line in lines), shared=shared)

    assert missed(judged(told, EIGHT)) == expected


def test_a_promise_says_that_its_due_is_not_known_until_further_notice():
    judgement = excluded(storm("10:00-"))

    assert standing(judgement) == ["e1 due - open"]
    assert judgement.promises[0].held


def test_a_target_that_accepts_none_counts_all():
    assert missed(excluded(STORM, of=target("8h"))) == COUNTED


def test_gated_comes_before_excluded():
    lines = (OPENED, "03-01 11:00 documents_complete")
    waiting = target("8h", gate=(("documents_complete",),), exclusions=("weather",))

    assert missed(excluded(STORM, lines=lines, of=waiting)) == (
        "03-01 20:00",
        "gated 2h, excluded 1h, counted 8h",
    )


def test_outside_hours_comes_before_excluded():
    # Excluded from Friday 17:00 to Monday 10:00, of which two hours are working time; Friday 6 h, Monday 2 h count.
    lines = ("03-01 10:00 opened area=north",)
    in_office = target("8h", calendar=office(), exclusions=("weather",))

    assert missed(excluded(storm("17:00--03-04T10:00"), lines=lines, of=in_office)) == (
        "03-04 12:00",
        "outside 64h, excluded 2h, counted 8h",
    )


def test_the_order_in_which_it_is_told_does_not_matter():
    shared = [
        STORM,
        "03-02 10:00 exclusion_withdrawn exclusion=storm",
        storm("10:00-11:00", told="03-02 11:00"),
    ]
    told = history(OPENED, shared=shared)
    answers = {
        missed(judge(History(told.events, (), arrival), rules(EIGHT), at(END)))
        for arrival in permutations(told.shared)
    }

    assert answers == {("03-01 18:00", "excluded 1h, counted 8h")}


# --- declared afterwards: a breach is taken back; withdrawn again: it is back -----------------------------

WORKING_DAY = {"calendar": office(), "exclusions": ("weather",)}
MIDNIGHT = target("1 working days", day_end=DayEnd.MIDNIGHT, **WORKING_DAY)
CLOSING = target("1 working days", day_end=DayEnd.CLOSING, **WORKING_DAY)
SAME_TIME = target("1 working days", day_end=DayEnd.SAME_TIME, **WORKING_DAY)

AFTERWARDS = [
    # unit, target, opened, due, excluded, due then, stop between the two
    ("elapsed", EIGHT, "03-01 09:00", "03-01 17:00", "10:00-12:00", "03-01 19:00", "03-01 18:30"),
    ("business hours", target("8h", **WORKING_DAY), "03-01 09:00", "03-01 18:00", "14:00-16:00", "03-04 11:00", "03-04 10:00"),
    ("calendar days", target("3 days", exclusions=("weather",)), "03-01 10:00", "03-04 10:00", "03-02T09:00--03-02T11:00", "03-05 10:00", "03-05 09:00"),
    ("working days, midnight", MIDNIGHT, "03-01 10:00", "03-05 00:00", "03-04T23:00--03-05T01:00", "03-06 00:00", "03-05 12:00"),
    ("working days, closing", CLOSING, "03-01 10:00", "03-04 18:00", "03-04T17:00--03-04T19:00", "03-05 18:00", "03-05 12:00"),
    ("working days, same time", SAME_TIME, "03-01 10:00", "03-04 10:00", "03-04T09:00--03-04T11:00", "03-05 10:00", "03-05 09:30"),
]  # fmt: skip


@table("of, opened, due, span, due_then, stop", AFTERWARDS)
def test_a_breach_is_taken_back_and_is_back(
    of: Target, opened: str, due: str, span: str, due_then: str, stop: str
):
    lines = (f"{opened} opened area=north", f"{stop} resolved")
    declared = storm(span, told="04-01 10:00")
    withdrawn = "04-02 10:00 exclusion_withdrawn exclusion=storm"
    late, met = [f"{due} breach", f"{stop} verdict late by e2"], [f"{stop} verdict met by e2"]

    assert sayings(excluded(lines=lines, of=of)) == late
    assert sayings(excluded(declared, lines=lines, of=of)) == met
    assert sayings(excluded(declared, withdrawn, lines=lines, of=of)) == late


@table("of, opened, due, span, due_then, stop", AFTERWARDS)
def test_a_moved_due_is_decided_as_any_other(
    of: Target, opened: str, due: str, span: str, due_then: str, stop: str
):
    opened_in_the_north = f"{opened} opened area=north"
    declared = storm(span, told="04-01 10:00")

    assert missed(excluded(lines=(opened_in_the_north,), of=of))[0] == due
    assert missed(excluded(declared, lines=(opened_in_the_north,), of=of))[0] == due_then
    for instant, expected in [
        (due_then, [f"{due_then} verdict met by e2"]),
        (f"{due_then}:00.000001", [f"{due_then} breach", f"{due_then}:00.000001 verdict late by e2"]),
    ]:
        told = history(opened_in_the_north, f"{instant} resolved", shared=(declared,))
        assert sayings(judged(told, of)) == expected


def test_what_is_said_when_a_breach_is_taken_back_and_is_back():
    lines = (OPENED, "03-01 18:30 resolved")
    withdrawn = "04-02 10:00 exclusion_withdrawn exclusion=storm"
    said: dict[str, Said] = {}
    told: list[list[str]] = []
    for shared in [(), (STORM,), (STORM, withdrawn)]:
        new = diff(tuple(said.values()), excluded(*shared, lines=lines))
        said.update((each.statement.id, each) for each in new)
        told.append(
            [f"{saying(each.statement)}, rev {each.rev}" + " withdrawn" * each.withdrawn for each in new]
        )

    assert told == [
        ["03-01 17:00 breach, rev 1", "03-01 18:30 verdict late by e2, rev 1"],
        ["03-01 17:00 breach, rev 2 withdrawn", "03-01 18:30 verdict met by e2, rev 2"],
        ["03-01 17:00 breach, rev 3", "03-01 18:30 verdict late by e2, rev 3"],
    ]


@pytest.mark.parametrize(
    ("ends", "shared", "expected"),
    [
        ("18:00 cancelled", [], ["03-01 17:00 breach"]),
        ("18:00 cancelled", [STORM], ["03-01 18:00 verdict cancelled by e2"]),
        ("18:00 merged", [STORM], ["03-01 18:00 verdict cancelled by e2"]),
        ("19:00 cancelled", [STORM], ["03-01 19:00 verdict cancelled by e2"]),
        ("19:00:00.000001 cancelled", [STORM], ["03-01 19:00 breach"]),
    ],
)
def test_what_ends_a_promise_counts_by_the_due_as_finally_folded(
    ends: str, shared: list[str], expected: list[str]
):
    assert sayings(excluded(*shared, lines=(OPENED, f"03-01 {ends}"))) == expected
