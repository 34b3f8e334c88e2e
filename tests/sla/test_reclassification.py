"""Re-classification by hand: four hours for high, twenty-four for low, both from the original start."""

import pytest

from service.sla.statements import Judgement
from tests.sla.telling import END, at, clock, history, judged, office, saying, sayings, standing, target, warn

HIGH = target("4h", name="high", applies=("prio=high",))
LOW = target("24h", name="low", applies=("prio=low",))
OPENED_LOW = "03-01 09:00 opened prio=low"
OPENED_HIGH = "03-01 09:00 opened prio=high"


def both(*lines: str, upto: str = END) -> Judgement:
    return judged(history(lines[0], *(f"03-01 {line}" for line in lines[1:])), HIGH, LOW, upto=upto)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([OPENED_LOW], ["low e1 due 03-02 09:00 breached"]),
        (
            [OPENED_LOW, "10:00 reclassified prio=high"],
            ["high e1 due 03-01 13:00 breached", "low e1 due 03-02 09:00 superseded at 03-01 10:00"],
        ),
        (  # back again: the same promise, all time counted
            [OPENED_LOW, "10:00 reclassified prio=high", "11:00 reclassified prio=low"],
            ["high e1 due 03-01 13:00 superseded at 03-01 11:00", "low e1 due 03-02 09:00 breached"],
        ),
        (  # overdue on arrival
            [OPENED_LOW, "14:00 reclassified prio=high"],
            ["high e1 due 03-01 14:00 breached", "low e1 due 03-02 09:00 superseded at 03-01 14:00"],
        ),
        (
            [OPENED_LOW, "14:00 reclassified prio=high", "14:00 resolved"],
            ["low e1 due 03-02 09:00 superseded at 03-01 14:00", "high e1 due 03-01 14:00 met at 03-01 14:00"],
        ),
        (  # after the breach it stands
            [OPENED_HIGH, "13:00:00.000001 reclassified prio=low"],
            ["high e1 due 03-01 13:00 breached", "low e1 due 03-02 09:00 breached"],
        ),
        (
            [OPENED_HIGH, "13:00 reclassified prio=low"],
            ["high e1 due 03-01 13:00 superseded at 03-01 13:00", "low e1 due 03-02 09:00 breached"],
        ),
        (
            [OPENED_HIGH, "14:00 reclassified prio=low", "15:00 resolved"],
            ["high e1 due 03-01 13:00 late at 03-01 15:00", "low e1 due 03-02 09:00 met at 03-01 15:00"],
        ),
        ([OPENED_HIGH, "12:00 resolved", "12:30 reclassified prio=low"], ["high e1 due 03-01 13:00 met at 03-01 12:00"]),
        (  # superseded for good
            [OPENED_HIGH, "10:00 reclassified prio=low", "11:00 resolved", "12:00 reclassified prio=high"],
            ["high e1 due 03-01 13:00 superseded at 03-01 10:00", "low e1 due 03-02 09:00 met at 03-01 11:00"],
        ),
        (  # back again, and kept
            [OPENED_HIGH, "10:00 reclassified prio=low", "11:00 reclassified prio=high", "12:00 resolved"],
            ["low e1 due 03-02 09:00 superseded at 03-01 11:00", "high e1 due 03-01 13:00 met at 03-01 12:00"],
        ),
        ([OPENED_HIGH, "10:00 reclassified area=north"], ["high e1 due 03-01 13:00 breached"]),
        ([OPENED_HIGH, "10:00 reclassified prio=high"], ["high e1 due 03-01 13:00 breached"]),
        ([OPENED_HIGH, "10:00 reclassified prio=none"], ["high e1 due 03-01 13:00 superseded at 03-01 10:00"]),
        ([OPENED_HIGH, "10:00 noted prio=low"], ["high e1 due 03-01 13:00 breached"]),  # only a re-classification counts
        ([OPENED_LOW, "09:00 reclassified prio=high"], ["high e1 due 03-01 13:00 breached"]),  # of one instant: as one
        (
            [OPENED_LOW, "10:00 reclassified prio=high seq=1", "10:00 reclassified prio=low seq=2"],
            ["low e1 due 03-02 09:00 breached"],
        ),
        ([OPENED_LOW, "10:00 reclassified prio=high seq=2", "10:00 reclassified prio=low seq=1"],
            ["high e1 due 03-01 13:00 breached", "low e1 due 03-02 09:00 superseded at 03-01 10:00"]),
        (["03-01 09:00 opened"], []),  # no target applies
        (["03-01 09:00 opened", "10:00 reclassified prio=high"], ["high e1 due 03-01 13:00 breached"]),
        (["03-01 09:00 opened", "10:00 resolved", "11:00 reclassified prio=high"], []),
    ],
)  # fmt: skip
def test_promises(lines: list[str], expected: list[str]):
    promises = both(*lines).promises
    lines_of = {f"{promise.target}": [] for promise in promises}
    told = [
        f"{promise.target} {line}" for promise, line in zip(promises, standing(both(*lines)), strict=True)
    ]

    assert len(lines_of) == len(promises)
    assert sorted(told) == sorted(expected)


def test_superseded_is_a_verdict_until_the_target_comes_back():
    gone = both(OPENED_LOW, "10:00 reclassified prio=high", upto="03-01 11:00")
    back = both(OPENED_LOW, "10:00 reclassified prio=high", "10:30 reclassified prio=low", upto="03-01 11:00")

    assert [(s.target, saying(s)) for s in gone.statements] == [
        ("low", "03-01 10:00 verdict superseded by e2")
    ]
    assert [(s.target, saying(s)) for s in back.statements] == [
        ("high", "03-01 10:30 verdict superseded by e3")
    ]


def test_a_promise_that_comes_back_keeps_its_ids():
    away = judged(history(OPENED_HIGH), HIGH)
    back = judged(
        history(OPENED_HIGH, "03-01 10:00 reclassified prio=low", "03-01 11:00 reclassified prio=high"), HIGH
    )

    assert sayings(away) == sayings(back) == ["03-01 13:00 breach"]
    assert away.statements[0].id == back.statements[0].id


@pytest.mark.parametrize(
    ("changed", "due", "remarks"),
    [
        ("11:00", "03-01 13:00", ()),
        ("12:00", "03-01 13:00", ()),
        ("12:30", "03-01 13:30", ()),  # the floor, though not overdue
        ("13:00", "03-01 14:00", ()),
        ("13:00:00.000001", "03-01 14:00:00.000001", ("overdue_on_arrival",)),
        ("18:00", "03-01 19:00", ("overdue_on_arrival",)),
    ],
)
def test_the_floor(changed: str, due: str, remarks: tuple[str, ...]):
    floored = target("4h", name="high", applies=("prio=high",), floor="1h")
    judgement = judged(history(OPENED_LOW, f"03-01 {changed} reclassified prio=high"), floored)
    (breach,) = judgement.statements

    assert saying(breach) == f"{due} breach"
    assert (clock(breach.start), clock(breach.due)) == ("03-01 09:00", due)
    assert breach.remarks == remarks


def test_the_floor_applies_to_each_change():
    floored = target("4h", name="high", applies=("prio=high",), floor="1h")
    told = history(
        OPENED_HIGH,
        "03-01 12:00 reclassified prio=low",
        "03-01 12:30 reclassified prio=high",  # due 13:30
        "03-01 13:15 reclassified prio=low",
        "03-01 13:20 reclassified prio=high",  # due 14:20
    )

    assert standing(judged(told, floored)) == ["e1 due 03-01 14:20 breached"]


def test_rungs_of_a_time_not_in_force_are_not_said():
    ladder = (warn("30m", "a"), warn("1h", "b"), warn("90m", "c"), warn("2h", "d"))
    told = history(OPENED_HIGH, "03-01 10:00 reclassified prio=low", "03-01 11:00 reclassified prio=high")
    judgement = judged(told, target("4h", applies=("prio=high",), rungs=ladder))

    assert sayings(judgement) == ["03-01 09:30 a", "03-01 11:00 d", "03-01 13:00 breach"]


def test_rungs_after_the_stop_of_a_promise_that_came_back_are_not_said():
    ladder = (warn("30m", "a"), warn("90m", "b"), warn("150m", "c"), warn("210m", "d"))
    told = history(
        OPENED_HIGH,
        "03-01 10:00 reclassified prio=low",
        "03-01 11:00 reclassified prio=high",
        "03-01 12:00 resolved",
    )
    judgement = judged(told, target("4h", applies=("prio=high",), rungs=ladder))

    assert sayings(judgement) == ["03-01 09:30 a", "03-01 11:30 c", "03-01 12:00 verdict met by e4"]


def test_a_rung_before_the_promise_came_back_does_not_know_the_due_that_this_moved():
    floored = target("4h", name="high", applies=("prio=high",), floor="2h", rungs=(warn("30m"),))
    told = history(OPENED_HIGH, "03-01 10:00 reclassified prio=low", "03-01 12:00 reclassified prio=high")
    judgement = judged(told, floored)

    assert [(saying(each), clock(each.due)) for each in judgement.statements] == [
        ("03-01 09:30 soon", "03-01 13:00"),
        ("03-01 14:00 breach", "03-01 14:00"),
    ]


def test_a_change_refolds_its_own_holds():
    patient = target("4h", name="high", applies=("prio=high",), accepts=("customer",))
    told = history(
        OPENED_LOW,
        "03-01 09:30 held reason=customer",
        "03-01 10:30 resumed",
        "03-01 12:00 reclassified prio=high",
    )

    assert standing(judged(told, patient)) == ["e1 due 03-01 14:00 breached"]


def test_a_change_while_held_has_no_due():
    patient = target("4h", name="high", applies=("prio=high",), accepts=("customer",), floor="1h")
    told = history(OPENED_LOW, "03-01 09:30 held reason=customer", "03-01 12:00 reclassified prio=high")

    assert standing(judged(told, patient)) == ["e1 due - open"]


def test_the_verdict_names_the_re_classification_whatever_else_happened_at_that_instant():
    told = history(OPENED_HIGH, "03-01 10:00 noted source=a", "03-01 10:00 reclassified prio=low source=b")
    (verdict,) = judged(told, HIGH).statements

    assert verdict.event == ("b", "e3")


def test_a_promise_met_before_its_start_stays_met_whatever_it_is_called_later():
    called = target("4h", stop=("replied",), applies=("prio=high",))
    told = ["03-01 08:50 replied", OPENED_HIGH]
    away = "03-01 10:00 reclassified prio=low"
    back = "03-01 11:00 reclassified prio=high"
    met = ["03-01 09:00 verdict met by e1"]

    assert sayings(judged(history(*told), called)) == met
    assert sayings(judged(history(*told, away), called)) == met
    assert sayings(judged(history(*told, away, back), called)) == met


def test_a_reopened_ticket_is_judged_by_what_it_is_called_then():
    again = target("4h", name="high", applies=("prio=high",), reopen=True)
    told = history(
        OPENED_LOW, "03-01 10:00 resolved", "03-01 11:00 reopened", "03-01 12:00 reclassified prio=high"
    )
    judgement = judged(told, again)

    assert standing(judgement) == ["e3 due 03-01 15:00 breached"]
    assert judgement.promises[0].start == at("03-01 11:00")


def test_a_ticket_that_ended_before_it_began_owes_nothing_under_another_name():
    """Like a stop between the start and the change: what never applied while the ticket ran is never in force."""
    before = history("03-01 08:59 resolved", OPENED_LOW, "03-01 10:00 reclassified prio=high")
    between = history(OPENED_LOW, "03-01 09:30 resolved", "03-01 10:00 reclassified prio=high")

    assert sayings(judged(before, HIGH, LOW)) == ["03-01 09:00 verdict met by e1"]
    assert sayings(judged(between, HIGH, LOW)) == ["03-01 09:30 verdict met by e2"]


def test_the_floor_runs_as_the_budget_does():
    high = {"name": "high", "applies": ("prio=high",), "floor": "1h"}
    in_office = target("4h", calendar=office(), **high)
    patient = target("4h", accepts=("customer",), **high)
    late_on_friday = history(OPENED_LOW, "03-01 17:30 reclassified prio=high")
    overdue = [OPENED_LOW, "03-01 14:00 reclassified prio=high", "03-01 14:30 held reason=customer"]

    assert standing(judged(late_on_friday, in_office)) == ["e1 due 03-04 09:30 breached"]
    assert standing(judged(history(*overdue), patient)) == ["e1 due - open"]
    assert standing(judged(history(*overdue, "03-01 16:30 resumed"), patient)) == [
        "e1 due 03-01 17:00 breached"
    ]
