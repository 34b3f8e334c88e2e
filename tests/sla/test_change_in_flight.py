"""Changes in flight by hand: re-classified, merged, split, voided, judged by another version.

Most rows: opened at 09:00 on Friday 1 March 2024; `high` has 4 h, `low` 24 h, both round the clock.
"""

import pytest

from service.sla.judge import judge
from service.sla.policy import DayEnd, Meaning, Policy, Rules
from service.sla.statements import Judgement
from tests.sla.telling import (
    END,
    account,
    at,
    clock,
    due,
    escalate,
    history,
    judged,
    office,
    policy,
    rules,
    saying,
    sayings,
    standing,
    table,
    target,
    the,
    warn,
)

OVERDUE = ("overdue_on_arrival",)
OPENED = "03-01 09:00 opened"
OPENED_LOW = f"{OPENED} prio=low"
OPENED_HIGH = f"{OPENED} prio=high"
HIGH = {"name": "high", "applies": ("prio=high",)}
LOW = {"name": "low", "applies": ("prio=low",)}


def named(judgement: Judgement) -> list[str]:
    """`high 03-01 13:00 breach`."""
    return [f"{each.target} {saying(each)}" for each in judgement.statements]


def both(*lines: str) -> Judgement:
    return judged(
        history(lines[0], *(f"03-01 {line}" for line in lines[1:])),
        target("4h", **HIGH),
        target("24h", **LOW),
    )


# --- re-classification --------------------------------------------------------------------------------


@table(
    "lines, expected",
    [
        ("an open promise is superseded", [OPENED_HIGH, "10:00 reclassified prio=none"], ["high 03-01 10:00 verdict superseded by e2"]),
        ("before the other events of that instant", [OPENED_HIGH, "10:00 resolved source=a", "10:00 reclassified prio=low source=z"], ["high 03-01 10:00 verdict superseded by e3", "low 03-01 10:00 verdict met by e2"]),
        ("open: its due not before that instant", [OPENED_HIGH, "13:00 reclassified prio=none"], ["high 03-01 13:00 verdict superseded by e2"]),
        ("a breach before it stands", [OPENED_HIGH, "13:00:00.000001 reclassified prio=none"], ["high 03-01 13:00 breach"]),
        ("a promise kept before it stands", [OPENED_HIGH, "12:00 resolved", "12:30 reclassified prio=none"], ["high 03-01 12:00 verdict met by e2"]),
        ("when it applies again, it is the same promise", [OPENED_HIGH, "10:00 reclassified prio=none", "11:00 reclassified prio=high"], ["high 03-01 13:00 breach"]),
        ("a target that comes to apply, from the original start event", [OPENED, "10:00 reclassified prio=high"], ["high 03-01 13:00 breach"]),
        ("a stop came while it did not apply: it has none", [OPENED, "10:00 resolved", "11:00 reclassified prio=high"], []),
        ("the end of the ticket came while it did not apply", [OPENED, "10:00 cancelled", "11:00 reclassified prio=high"], []),
        ("a superseded one stays so for good", [OPENED_HIGH, "10:00 reclassified prio=none", "11:00 resolved", "12:00 reclassified prio=high"], ["high 03-01 10:00 verdict superseded by e2"]),
        ("from one target to the other and back", [OPENED_LOW, "10:00 reclassified prio=high", "11:00 reclassified prio=low"], ["high 03-01 11:00 verdict superseded by e3", "low 03-02 09:00 breach"]),
        ("what does not matter to a target does nothing", [OPENED_HIGH, "10:00 reclassified colour=red"], ["high 03-01 13:00 breach"]),
        ("its due is not before the instant of the change", [OPENED_LOW, "14:00 reclassified prio=high", "14:00:00.000001 resolved"], ["low 03-01 14:00 verdict superseded by e2", "high 03-01 14:00 breach", "high 03-01 14:00:00.000001 verdict late by e3"]),
        ("a stop at the instant of the change is in time", [OPENED_LOW, "14:00 reclassified prio=high", "14:00 resolved"], ["low 03-01 14:00 verdict superseded by e2", "high 03-01 14:00 verdict met by e3"]),
    ],
)  # fmt: skip
def test_re_classification(lines: list[str], expected: list[str]):
    assert sorted(named(both(*lines))) == sorted(expected)


@table(
    "others, lines, expected, remarks",
    [
        ("its own gate", {"gate": (("documents_complete",),)}, ["09:30 documents_complete", "12:00 reclassified prio=high"], "03-01 13:30 breach", ()),
        ("its own gate, closed", {"gate": (("documents_complete",),)}, ["12:00 reclassified prio=high"], "", ()),
        ("its own holds", {"accepts": ("customer",)}, ["09:30 held reason=customer", "10:30 resumed", "12:00 reclassified prio=high"], "03-01 14:00 breach", ()),
        ("overdue on arrival", {}, ["14:00 reclassified prio=high"], "03-01 14:00 breach", OVERDUE),
        ("due at the very instant is not overdue", {}, ["13:00 reclassified prio=high"], "03-01 13:00 breach", ()),
        ("due a microsecond before is", {}, ["13:00:00.000001 reclassified prio=high"], "03-01 13:00:00.000001 breach", OVERDUE),
        ("the floor", {"floor": "1h"}, ["14:00 reclassified prio=high"], "03-01 15:00 breach", OVERDUE),
        ("the floor of one not overdue", {"floor": "1h"}, ["12:30 reclassified prio=high"], "03-01 13:30 breach", ()),
        ("the floor ends before the due", {"floor": "1h"}, ["11:00 reclassified prio=high"], "03-01 13:00 breach", ()),
        ("the floor does not run during holds", {"floor": "1h", "accepts": ("customer",)}, ["14:00 reclassified prio=high", "14:30 held reason=customer", "16:30 resumed"], "03-01 17:00 breach", OVERDUE),
        ("the floor runs in the target's hours", {"floor": "1h", "calendar": office()}, ["17:30 reclassified prio=high"], "03-04 09:30 breach", OVERDUE),  # 4 h from 09:00 end at 14:00
    ],
)  # fmt: skip
def test_a_target_that_comes_to_apply(
    others: dict[str, object], lines: list[str], expected: str, remarks: tuple[str, ...]
):
    told = history(OPENED, *(f"03-01 {line}" for line in lines))
    judgement = judged(told, target("4h", **HIGH, **others))  # type: ignore[arg-type]

    assert [saying(each) for each in judgement.statements] == ([expected] if expected else [])
    assert [each.remarks for each in judgement.statements] == ([remarks] if expected else [])
    assert clock(judgement.promises[0].start) == "03-01 09:00"


@table(
    "budget, others, changed, due",
    [
        # Opened on Friday at 09:00; the due before the change is told in the comment.
        ("calendar days: the floor is elapsed time", "1 days", {}, "03-02 12:00", "03-02 14:00"),  # 03-02 09:00
        ("working days: the floor is elapsed time", "1 working days", {"calendar": office(), "day_end": DayEnd.CLOSING}, "03-04 20:00", "03-04 22:00"),  # 03-04 18:00
        ("working days, midnight", "1 working days", {"calendar": office()}, "03-05 08:00", "03-05 10:00"),  # 03-05 00:00
        ("working days: not overdue", "1 working days", {"calendar": office()}, "03-04 12:00", "03-05 00:00"),
    ],
)  # fmt: skip
def test_the_floor_of_days(budget: str, others: dict[str, object], changed: str, due: str):
    told = history(OPENED_LOW, f"{changed} reclassified prio=high")
    judgement = judged(told, target(budget, **HIGH, floor="2h", **others))  # type: ignore[arg-type]

    assert [saying(each) for each in judgement.statements] == [f"{due} breach"]


def test_statements_before_the_change_do_not_know_that_it_was_overdue():
    # In force until 10:00 and from 14:00: the warning of 09:30 was said long before the change. The escalation comes two
    # hours after the due, and the due is 14:00.
    told = history(OPENED_HIGH, "03-01 10:00 reclassified prio=low", "03-01 14:00 reclassified prio=high")
    judgement = judged(told, target("4h", **HIGH, rungs=(warn("30m"), warn("3h", "unsaid"), escalate("6h"))))

    assert [(saying(each), each.remarks) for each in judgement.statements] == [
        ("03-01 09:30 soon", ()),
        ("03-01 14:00 breach", OVERDUE),
        ("03-01 16:00 up", OVERDUE),
    ]


@table(
    "amount, said",
    [
        ("while in force", "30m", True),
        ("at the instant it ceases", "1h", False),
        ("while not in force", "90m", False),
        ("at the instant it applies again", "2h", True),
        ("in force again", "3h", True),
    ],
)
def test_rungs_where_the_promise_was_not_in_force_are_not_said(amount: str, said: bool):
    told = history(OPENED_HIGH, "03-01 10:00 reclassified prio=low", "03-01 11:00 reclassified prio=high")
    judgement = judged(told, target("4h", **HIGH, rungs=(warn(amount),)))

    assert [each.name for each in judgement.statements] == ["soon"] * said + ["breach"]


def test_all_time_counts_as_if_it_had_never_been_away():
    told = history(OPENED_HIGH, "03-01 10:00 reclassified prio=low", "03-01 11:00 reclassified prio=high")
    (away_and_back,) = judged(told, target("4h", **HIGH)).statements
    (never_away,) = judged(history(OPENED_HIGH), target("4h", **HIGH)).statements

    assert away_and_back == never_away
    assert account(away_and_back) == "counted 4h"


def test_a_statement_of_the_instant_of_a_change_knows_the_due_that_the_change_has_moved():
    told = history(OPENED, "03-01 14:00 reclassified prio=high", "03-01 14:00 resolved")
    (verdict,) = judged(told, target("4h", **HIGH)).statements

    assert (saying(verdict), clock(verdict.due)) == ("03-01 14:00 verdict met by e3", "03-01 14:00")
    assert verdict.remarks == OVERDUE


# --- merged -------------------------------------------------------------------------------------------


@table(
    "lines, expected",
    [
        ("cancels every open promise", ["12:00 merged"], ["high 03-01 12:00 verdict cancelled by e2", "low 03-01 12:00 verdict cancelled by e2"]),
        ("breaches stay", ["14:00 merged"], ["high 03-01 13:00 breach", "low 03-01 14:00 verdict cancelled by e2"]),
        ("at the due", ["13:00 merged"], ["high 03-01 13:00 verdict cancelled by e2", "low 03-01 13:00 verdict cancelled by e2"]),
        ("what was kept stays", ["11:00 resolved", "12:00 merged"], ["high 03-01 11:00 verdict met by e2", "low 03-01 11:00 verdict met by e2"]),
        ("a stop after it changes nothing", ["12:00 merged", "12:30 resolved"], ["high 03-01 12:00 verdict cancelled by e2", "low 03-01 12:00 verdict cancelled by e2"]),
        ("voided", ["12:00 merged", "12:30 voided event=e2", "13:00 resolved"], ["high 03-01 13:00 verdict met by e4", "low 03-01 13:00 verdict met by e4"]),
    ],
)  # fmt: skip
def test_merged(lines: list[str], expected: list[str]):
    told = history(OPENED, *(f"03-01 {line}" for line in lines))
    judgement = judged(told, target("4h", name="high", cancel=()), target("24h", name="low", cancel=()))

    assert sorted(named(judgement)) == sorted(expected)


# --- split --------------------------------------------------------------------------------------------

# The new ticket is opened at noon; the old one was opened at nine.
NEW = "03-01 12:00 opened"
SPLIT = "03-01 12:00 split start=03-01T09:00"


@table(
    "budget, lines, expected, remarks, of_the_span",
    [
        ("inherits a stated start", "8h", [SPLIT], "03-01 17:00 breach", (), "counted 8h"),
        ("without a start it inherits nothing", "8h", ["03-01 12:00 split"], "03-01 20:00 breach", (), "counted 8h"),
        ("no split", "8h", [], "03-01 20:00 breach", (), "counted 8h"),
        ("a start after `opened` is none", "8h", ["03-01 12:00 split start=03-01T13:00"], "03-01 20:00 breach", (), "counted 8h"),
        ("a start at `opened` changes nothing", "8h", ["03-01 12:00 split start=03-01T12:00"], "03-01 20:00 breach", (), "counted 8h"),
        ("told later", "8h", ["03-01 15:00 split start=03-01T09:00"], "03-01 17:00 breach", (), "counted 8h"),
        ("told after the breach", "8h", ["03-02 15:00 split start=03-01T09:00"], "03-01 17:00 breach", (), "counted 8h"),
        ("told before `opened`", "8h", ["03-01 11:00 split start=03-01T09:00"], "03-01 17:00 breach", (), "counted 8h"),
        ("the first holds", "8h", [SPLIT, "03-01 13:00 split start=03-01T08:00"], "03-01 17:00 breach", (), "counted 8h"),
        ("the first holds, whenever it is told", "8h", ["03-01 13:00 split start=03-01T08:00", SPLIT], "03-01 17:00 breach", (), "counted 8h"),
        ("the first is voided", "8h", [SPLIT, "03-01 13:00 split start=03-01T08:00", "03-01 14:00 voided event=e2"], "03-01 16:00 breach", (), "counted 8h"),
        ("due before `opened`: then at it", "2h", [SPLIT], "03-01 12:00 breach", OVERDUE, "counted 3h"),
        ("due exactly at `opened`", "3h", [SPLIT], "03-01 12:00 breach", (), "counted 3h"),
        ("calendar days", "1 days", ["03-01 12:00 split start=02-29T09:30"], "03-01 12:00 breach", OVERDUE, "counted 26h 30m, 1 days"),
        ("calendar days, from the day before", "2 days", ["03-01 12:00 split start=02-29T09:30"], "03-02 09:30 breach", (), "counted 48h, 2 days"),
    ],
)  # fmt: skip
def test_split(budget: str, lines: list[str], expected: str, remarks: tuple[str, ...], of_the_span: str):
    (breach,) = judged(history(NEW, *lines), target(budget)).statements

    assert saying(breach) == expected
    assert breach.remarks == remarks
    assert account(breach) == of_the_span
    assert breach.started_by == ("desk", "e1")


@table(
    "budget, others, opened, start, due",
    [
        ("the floor", "2h", {"floor": "1h"}, "03-01 12:00", "03-01T09:00", "03-01 13:00"),
        ("the floor of one not overdue", "3h 30m", {"floor": "1h"}, "03-01 12:00", "03-01T09:00", "03-01 13:00"),
        ("business hours", "8h", {"calendar": office()}, "03-04 10:00", "03-01T16:00", "03-04 16:00"),  # 2 h + 6 h
        ("working days, midnight", "1 working days", {"calendar": office()}, "03-01 12:00", "02-29T09:00", "03-02 00:00"),
        ("working days, same time", "1 working days", {"calendar": office(), "day_end": DayEnd.SAME_TIME}, "03-01 12:00", "02-29T15:00", "03-01 15:00"),
    ],
)  # fmt: skip
def test_split_in_other_units(budget: str, others: dict[str, object], opened: str, start: str, due: str):
    told = history(f"{opened} opened", f"{opened} split start={start}")
    (breach,) = judged(told, target(budget, **others)).statements  # type: ignore[arg-type]

    assert (saying(breach), breach.start) == (f"{due} breach", at(start.replace("T", " ")))


def test_rungs_before_the_new_ticket_was_opened_are_not_said():
    ladder = (warn("2h", "early"), warn("3h", "at_opening"), warn("5h", "later"))

    assert sayings(judged(history(NEW, SPLIT), target("8h", rungs=ladder))) == [
        "03-01 12:00 at_opening",
        "03-01 14:00 later",
        "03-01 17:00 breach",
    ]


def test_only_what_opened_began_starts_earlier():
    told = history(NEW, SPLIT, "03-01 13:00 dispatched")

    assert sayings(judged(told, target("8h", start=("dispatched",)))) == ["03-01 21:00 breach"]


# --- voided, orphans, the pin -------------------------------------------------------------------------


@table(
    "lines, expected",
    [
        ("an end", ["10:00 resolved", "11:00 voided event=e2"], ["03-01 13:00 breach"]),
        ("told before what it voids", ["10:00 resolved", "09:30 voided event=e2"], ["03-01 13:00 breach"]),
        (
            "a re-classification",
            ["10:00 reclassified prio=low", "11:00 voided event=e2"],
            ["03-01 13:00 breach"],
        ),
        (
            "a void",
            ["10:00 resolved", "11:00 voided event=e2", "12:00 voided event=e3"],
            ["03-01 10:00 verdict met by e2"],
        ),
    ],
)
def test_voided_takes_an_event_out(lines: list[str], expected: list[str]):
    told = history(OPENED_HIGH, *(f"03-01 {line}" for line in lines))

    for arrival in (told.events, told.events[::-1]):
        assert sayings(judge(type(told)(arrival), rules(target("4h", **HIGH)), at(END))) == expected


@table(
    "lines, orphan",
    [
        ("a ticket without `opened`", ["10:00 resolved", "11:00 closed"], True),
        ("whose `opened` is voided", ["09:00 opened", "11:00 voided event=e1"], True),
        ("that no target matches", ["09:00 opened"], False),
    ],
)
def test_an_orphan_has_no_promise(lines: list[str], orphan: bool):
    judgement = judged(history(*(f"03-01 {line}" for line in lines)), target("4h", **HIGH))

    assert (judgement.promises, judgement.statements, judgement.orphan) == ((), (), orphan)


OLD = policy(target("8h"), version="1")
SHORT = policy(target("4h"), version="2", since="2025-01-01 00:00")
LONG = policy(target("16h"), version="2", since="2025-01-01 00:00")


def under(*lines: str, policies: tuple[Policy, ...], upto: str = END) -> Judgement:
    return judge(history(*lines), Rules(policies), at(upto))


def by_version(judgement: Judgement) -> list[str]:
    """`2: 03-01 13:00 breach`."""
    return [f"{each.version}: {saying(each)}" for each in judgement.statements]


@table(
    "lines, expected",
    [
        ("the version in force at `opened`", ["2024-12-31 23:59:59.999999 opened"], "1: 2025-01-01 07:59:59.999999 breach"),
        ("the version that comes into force at `opened`", ["2025-01-01 00:00 opened"], "2: 2025-01-01 04:00 breach"),
        ("it stays pinned when another comes into force", ["2024-12-31 23:00 opened", "2025-01-01 01:00 reclassified prio=low"], "1: 2025-01-01 07:00 breach"),
        ("the earliest `opened`", ["2025-01-01 10:00 opened", "2024-12-31 09:00 opened"], "1: 12-31 17:00 breach"),
        ("the earliest un-voided `opened`", ["2025-01-01 10:00 opened", "2024-12-31 09:00 opened", "2025-01-02 09:00 voided event=e2"], "2: 2025-01-01 14:00 breach"),
    ],
)  # fmt: skip
def test_pinning(lines: list[str], expected: str):
    assert by_version(under(*lines, policies=(OLD, SHORT))) == [expected]


# --- judged by another version ------------------------------------------------------------------------

REPLIED = policy(target("16h", stop=("replied",)), version="2", since="2025-01-01 00:00")
OTHER = policy(target("16h", name="other"), version="2", since="2025-01-01 00:00")
VISITS = policy(
    target("8h"),
    target("2h", name="visit", start=("dispatched",), stop=("arrived",)),
    version="2",
    since="2025-01-01 00:00",
)


@table(
    "new, lines, expected",
    [
        ("an open promise is taken over, from the same start event", SHORT, ["10:00 rejudge version=2"], ["2: 03-01 13:00 breach"]),
        ("a longer budget", LONG, ["16:00 rejudge version=2"], ["2: 03-02 01:00 breach"]),
        ("overdue on arrival", SHORT, ["14:00 rejudge version=2"], ["2: 03-01 14:00 breach"]),
        ("open at its due", LONG, ["17:00 rejudge version=2"], ["2: 03-02 01:00 breach"]),
        ("a breach before it stands", LONG, ["17:00:00.000001 rejudge version=2"], ["1: 03-01 17:00 breach"]),
        ("a breach before it stands, stopped after it", LONG, ["17:00:00.000001 rejudge version=2", "18:00 resolved"], ["1: 03-01 17:00 breach", "1: 03-01 18:00 verdict late by e3"]),
        ("what was kept before it stands", SHORT, ["16:00 resolved", "16:30 rejudge version=2"], ["1: 03-01 16:00 verdict met by e2"]),
        ("what was called off before it stands", SHORT, ["12:00 cancelled", "12:30 rejudge version=2"], ["1: 03-01 12:00 verdict cancelled by e2"]),
        ("kept after it", SHORT, ["10:00 rejudge version=2", "13:00 resolved"], ["2: 03-01 13:00 verdict met by e3"]),
        ("before the other events of its instant", LONG, ["16:00 resolved source=a", "16:00 rejudge version=2 source=z"], ["2: 03-01 16:00 verdict met by e2"]),
        ("no target of that id", OTHER, ["10:00 rejudge version=2", "11:00 resolved"], ["1: 03-01 10:00 verdict superseded by e2", "2: 03-01 11:00 verdict met by e3"]),
        ("the new version's stops decide from then on", REPLIED, ["10:00 rejudge version=2", "11:00 resolved", "12:00 replied"], ["2: 03-01 12:00 verdict met by e4"]),
        ("the old version's stops no longer decide", REPLIED, ["10:00 rejudge version=2", "11:00 resolved"], ["2: 03-02 01:00 breach"]),
        ("the old version's stops decide before", REPLIED, ["10:00 resolved", "11:00 rejudge version=2", "12:00 replied"], ["1: 03-01 10:00 verdict met by e2"]),
        ("a stop in the new sense before it leaves the old one superseded", REPLIED, ["10:00 replied", "11:00 rejudge version=2", "12:00 replied"], ["1: 03-01 11:00 verdict superseded by e3"]),
        ("a stop in the new sense before the start leaves it superseded too", REPLIED, ["08:50 replied", "10:00 rejudge version=2"], ["1: 03-01 10:00 verdict superseded by e3"]),
        ("a target that only the new version has looks at the whole history", VISITS, ["09:30 dispatched", "10:00 rejudge version=2", "10:30 resolved"], ["2: 03-01 10:30 verdict met by e4", "2: 03-01 11:30 breach"]),
        ("whose stop came before", VISITS, ["09:30 dispatched", "09:45 arrived", "10:00 rejudge version=2", "10:30 resolved"], ["2: 03-01 10:30 verdict met by e5"]),
        ("whose due came before", VISITS, ["09:30 dispatched", "12:00 rejudge version=2", "12:30 resolved"], ["2: 03-01 12:00 breach", "2: 03-01 12:30 verdict met by e4"]),
        ("an unknown version", SHORT, ["10:00 rejudge version=9"], ["1: 03-01 17:00 breach"]),
        ("the version that governs already", SHORT, ["10:00 rejudge version=1"], ["1: 03-01 17:00 breach"]),
        ("without a version", SHORT, ["10:00 rejudge"], ["1: 03-01 17:00 breach"]),
        ("voided", SHORT, ["10:00 rejudge version=2", "11:00 voided event=e2"], ["1: 03-01 17:00 breach"]),
        ("of two at one instant the last", SHORT, ["10:00 rejudge version=2 seq=1", "10:00 rejudge version=1 seq=2"], ["1: 03-01 17:00 breach"]),
        ("of two at one instant the last in the order of events", SHORT, ["10:00 rejudge version=1 seq=2", "10:00 rejudge version=2 seq=1"], ["1: 03-01 17:00 breach"]),
        ("of two at one instant an unknown one changes nothing", SHORT, ["10:00 rejudge version=2 seq=1", "10:00 rejudge version=9 seq=2"], ["2: 03-01 13:00 breach"]),
        ("and back", LONG, ["10:00 rejudge version=2", "11:00 rejudge version=1"], ["1: 03-01 17:00 breach"]),
        ("and back, overdue on arrival", LONG, ["10:00 rejudge version=2", "18:00 rejudge version=1"], ["1: 03-01 18:00 breach"]),
        ("replacing: judged by that version from the beginning", LONG, ["18:00 resolved", "20:00 rejudge version=2 replace=true"], ["2: 03-01 18:00 verdict met by e2"]),
        ("replacing: a promise kept is broken", SHORT, ["16:00 resolved", "20:00 rejudge version=2 replace=true"], ["2: 03-01 13:00 breach", "2: 03-01 16:00 verdict late by e2"]),
        ("replacing: the new version's stops", REPLIED, ["10:00 resolved", "11:00 replied", "12:00 rejudge version=2 replace=true"], ["2: 03-01 11:00 verdict met by e3"]),
        ("not replacing when it says false", LONG, ["18:00 resolved", "20:00 rejudge version=2 replace=false"], ["1: 03-01 17:00 breach", "1: 03-01 18:00 verdict late by e2"]),
        ("replacing an unknown version changes nothing", LONG, ["18:00 resolved", "20:00 rejudge version=9 replace=true"], ["1: 03-01 17:00 breach", "1: 03-01 18:00 verdict late by e2"]),
        ("replacing: what came before does not matter", LONG, ["10:00 rejudge version=1", "18:00 resolved", "20:00 rejudge version=2 replace=true"], ["2: 03-01 18:00 verdict met by e3"]),
        ("after replacing, another", LONG, ["16:00 rejudge version=2 replace=true", "18:00 rejudge version=1"], ["1: 03-01 18:00 breach"]),
    ],
)  # fmt: skip
def test_rejudge(new: Policy, lines: list[str], expected: list[str]):
    judgement = under(OPENED, *(f"03-01 {line}" for line in lines), policies=(OLD, new))

    assert by_version(judgement) == expected


@table(
    "rejudged, floor, expected, remarks",
    [
        ("before the new due", "10:00", "", "03-01 13:00 breach", ()),
        ("after the new due", "14:00", "", "03-01 14:00 breach", OVERDUE),
        ("after the new due, with a floor", "14:00", "1h", "03-01 15:00 breach", OVERDUE),
        ("before the new due, with a floor", "12:30", "1h", "03-01 13:30 breach", ()),
    ],
)
def test_a_rejudge_is_one_re_classification_of_all_targets(
    rejudged: str, floor: str, expected: str, remarks: tuple[str, ...]
):
    new = policy(target("4h", floor=floor), version="2", since="2025-01-01 00:00")
    (breach,) = under(OPENED, f"03-01 {rejudged} rejudge version=2", policies=(OLD, new)).statements

    assert (saying(breach), breach.remarks) == (expected, remarks)


def test_a_promise_taken_over_keeps_its_ids():
    (before,) = under(OPENED, policies=(OLD, SHORT)).statements
    (after,) = under(OPENED, "03-01 10:00 rejudge version=2", policies=(OLD, SHORT)).statements

    assert (before.version, after.version) == ("1", "2")
    assert before.id == after.id


def test_a_superseded_promise_is_taken_over_too():
    old = policy(target("8h", applies=("prio=high",)), version="1")
    lines = [OPENED_HIGH, "03-01 10:00 reclassified prio=low", "03-01 11:00 rejudge version=2"]

    assert by_version(under(*lines[:2], policies=(old, SHORT))) == ["1: 03-01 10:00 verdict superseded by e2"]
    assert by_version(under(*lines, policies=(old, SHORT))) == ["2: 03-01 13:00 breach"]


def test_a_promise_of_the_new_version_that_no_longer_applies_is_superseded():
    new = policy(target("4h", applies=("prio=high",)), version="2", since="2025-01-01 00:00")
    lines = [OPENED_LOW, "03-01 10:00 rejudge version=2"]

    assert standing(under(*lines, policies=(OLD, new)))[0].endswith("superseded at 03-01 10:00")


def test_start_events_after_a_rejudge_are_those_of_the_new_version():
    again = policy(target("4h", reopen=True), version="2", since="2025-01-01 00:00")
    lines = [OPENED, "03-01 10:00 resolved", "03-01 11:00 rejudge version=2", "03-01 12:00 reopened"]

    assert by_version(under(*lines, policies=(OLD, again))) == [
        "1: 03-01 10:00 verdict met by e2",
        "2: 03-01 16:00 breach",
    ]


@pytest.mark.parametrize("source", ["a", "z"])
def test_a_start_event_at_the_instant_of_a_rejudge_is_one_of_the_new_version(source: str):
    again = policy(target("4h", reopen=True), version="2", since="2025-01-01 00:00")
    lines = [
        OPENED,
        "03-01 10:00 resolved",
        "03-01 12:00 rejudge version=2",
        f"03-01 12:00 reopened source={source}",
    ]

    assert by_version(under(*lines, policies=(OLD, again))) == [
        "1: 03-01 10:00 verdict met by e2",
        "2: 03-01 16:00 breach",
    ]


def test_start_events_before_a_rejudge_are_those_of_the_old_version():
    again = policy(target("4h", reopen=True), version="2", since="2025-01-01 00:00")
    lines = [OPENED, "03-01 10:00 resolved", "03-01 11:00 reopened", "03-01 12:00 rejudge version=2"]

    assert by_version(under(*lines, policies=(OLD, again))) == ["1: 03-01 10:00 verdict met by e2"]


def test_a_promise_taken_over_starts_where_it_did_whatever_its_start_event_is_called_now():
    old = policy(target("8h"), version="1", vocabulary={"received": Meaning("opened")})
    told = ["03-01 09:00 received", "03-01 09:00 split start=03-01T08:00", "03-01 12:00 rejudge version=2"]

    assert by_version(under(*told[:2], policies=(old, LONG))) == ["1: 03-01 16:00 breach"]
    assert by_version(under(*told, policies=(old, LONG))) == ["2: 03-02 00:00 breach"]


STRUCK = {"struck": Meaning("voided")}


def test_a_rejudge_that_is_voided_in_the_words_of_a_later_version_only_stands():
    second = policy(target("16h"), version="2", since="2025-01-01 00:00", vocabulary=STRUCK)
    third = policy(target("20h"), version="3", since="2025-01-01 00:00")
    told = [OPENED, "03-01 12:00 rejudge version=2", "03-01 14:00 rejudge version=3"]

    assert by_version(under(*told[:2], "03-01 11:00 struck event=e2", policies=(OLD, second, third))) == [
        "2: 03-02 01:00 breach"
    ]
    assert by_version(under(*told, "03-01 11:00 struck event=e3", policies=(OLD, second, third))) == [
        "3: 03-02 05:00 breach"
    ]


def test_a_promise_whose_start_did_not_happen_in_the_words_of_one_version_does_not_come_back_in_the_next():
    second = policy(target("16h"), version="2", since="2025-01-01 00:00", vocabulary=STRUCK)
    third = policy(target("20h"), version="3", since="2025-01-01 00:00")
    lines = [
        OPENED,
        "03-01 11:00 struck event=e1",
        "03-01 12:00 rejudge version=2",
        "03-01 14:00 rejudge version=3",
    ]

    assert by_version(under(*lines, policies=(OLD, second, third))) == [
        "1: 03-01 12:00 verdict superseded by e3"
    ]


def test_a_promise_after_one_whose_stop_the_new_version_knows_nothing_of():
    again = policy(target("4h", reopen=True), version="2", since="2025-01-01 00:00", vocabulary=STRUCK)
    lines = [
        OPENED,
        "03-01 10:00 resolved",
        "03-01 11:00 struck event=e2",
        "03-01 12:00 rejudge version=2",
        "03-01 13:00 reopened",
    ]

    assert by_version(under(*lines, policies=(OLD, again))) == [
        "1: 03-01 10:00 verdict met by e2",
        "2: 03-01 17:00 breach",
    ]


@table(
    "old_rung, new_rung, names",
    [
        ("said before, and again", "2h", "6h", ["soon", "soon @desk/e2", "breach"]),  # 11:00 and 15:00
        ("not said before", "4h", "6h", ["soon", "breach"]),  # 13:00, after the rejudge
        ("said before, and not again", "2h", "1h", ["soon", "breach"]),  # 10:00, before the rejudge
        ("never in force", "4h", "1h", ["breach"]),
    ],
)
def test_a_rung_that_comes_again_is_another_step(old_rung: str, new_rung: str, names: list[str]):
    old = policy(target("8h", rungs=(warn(old_rung),)), version="1")
    new = policy(target("8h", rungs=(warn(new_rung),)), version="2", since="2025-01-01 00:00")
    judgement = under(OPENED, "03-01 12:00 rejudge version=2", policies=(old, new))

    assert [each.name for each in judgement.statements] == names
    assert len({each.id for each in judgement.statements}) == len(names)


def test_statements_of_a_time_before_the_policy_was_adopted_are_not_announced():
    adopted = policy(target("8h", rungs=(warn("4h"),)), adopt_from="03-01 16:00")
    judgement = judge(history(OPENED), Rules((adopted,)), at(END))

    assert sayings(judgement) == [
        "03-01 13:00 soon",
        "03-01 17:00 breach",
    ]  # kept, though not to be announced
    assert judgement.adopt_from == at("03-01 16:00")


# --- other beginnings and ends ------------------------------------------------------------------------

CALL_BACK = target(
    "2h", name="call_back", start=("resolved",), stop=("noted kind=call",), cancel=("reopened", "cancelled")
)


@table(
    "lines, expected",
    [
        ("chained: starts at an end", ["10:00 resolved"], ["03-01 12:00 breach"]),
        ("chained: kept", ["10:00 resolved", "11:00 noted kind=call"], ["03-01 11:00 verdict met by e3"]),
        (
            "chained: a call before the end is none",
            ["09:30 noted kind=call", "10:00 resolved"],
            ["03-01 12:00 breach"],
        ),
        (
            "reopening before the call cancels it, the next end begins a new one",
            ["10:00 resolved", "11:00 reopened", "14:00 resolved", "15:00 noted kind=call"],
            ["03-01 11:00 verdict cancelled by e3", "03-01 15:00 verdict met by e5"],
        ),
        (
            "reopening after the breach cancels nothing",
            ["10:00 resolved", "13:00 reopened"],
            ["03-01 12:00 breach"],
        ),
    ],
)
def test_a_promise_that_starts_at_an_end(lines: list[str], expected: list[str]):
    assert sayings(judged(history(OPENED, *(f"03-01 {line}" for line in lines)), CALL_BACK)) == expected


def test_a_start_while_the_promise_is_neither_stopped_nor_ended_begins_nothing():
    told = history(
        OPENED,
        "03-01 10:00 dispatched",
        "03-01 11:00 dispatched",
        "03-01 13:00 resolved",
        "03-01 14:00 dispatched",
    )

    assert standing(judged(told, target("4h", start=("dispatched",)))) == [
        "e2 due 03-01 14:00 met at 03-01 13:00",
        "e5 due 03-01 18:00 breached",
    ]


def test_conflicting_clauses_run_in_parallel():
    told = history(OPENED, "03-01 12:00 dispatched", "03-04 10:00 resolved")
    from_the_call = target("72h", name="from_the_call")
    from_the_visit = target("72h", name="from_the_visit", start=("dispatched",))

    assert named(judged(told, from_the_call, from_the_visit)) == [
        "from_the_call 03-04 09:00 breach",
        "from_the_call 03-04 10:00 verdict late by e3",
        "from_the_visit 03-04 10:00 verdict met by e3",
    ]


@table(
    "lines, due_told",
    [
        ("a cancel by the due as finally folded", ["16:00 held reason=customer", "18:00 resumed", "18:30 cancelled"], ["03-01 18:30 verdict cancelled by e4"]),
        ("a cancel while it is not known", ["16:00 held reason=customer", "20:00 cancelled"], ["03-01 20:00 verdict cancelled by e3"]),
        ("a cancel after it", ["16:00 held reason=customer", "18:00 resumed", "19:00:00.000001 cancelled"], ["03-01 19:00 breach"]),
        ("a merge while it is not known", ["16:00 held reason=customer", "20:00 merged"], ["03-01 20:00 verdict cancelled by e3"]),
    ],
)  # fmt: skip
def test_ends_act_by_the_due_as_finally_folded(lines: list[str], due_told: list[str]):
    told = history(OPENED, *(f"03-01 {line}" for line in lines))

    assert sayings(judged(told, target("8h", accepts=("customer",)))) == due_told


def test_a_promise_superseded_while_its_due_is_not_known():
    told = history(OPENED_HIGH, "03-01 10:00 held reason=customer", "03-02 10:00 reclassified prio=low")
    judgement = judged(told, target("4h", accepts=("customer",), **HIGH))

    assert sayings(judgement) == ["03-02 10:00 verdict superseded by e3"]
    assert account(the(judgement, "verdict")) == "held 24h, counted 1h"
    assert due(judgement) == "-"
