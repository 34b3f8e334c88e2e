"""What waits for a source, and what is unproven, by hand: eight hours from 1 March 2024, 09:00, due 17:00, grace 10 m."""

from dataclasses import replace

import pytest

from service.sla.events import Gap
from service.sla.history import History
from service.sla.statements import Judgement
from tests.sla.kinds import reported, unsupplied
from tests.sla.telling import (
    END,
    at,
    clock,
    escalate,
    history,
    judged,
    sayings,
    standing,
    table,
    target,
    the,
    warn,
)

OPENED = "03-01 09:00 opened"
LADDER = (warn("6h"), escalate("8h", "now"))
FREE = target("8h", name="free", rungs=LADDER, grace="10m")
NEEDS = replace(FREE, id="needs", requires=frozenset({"crm", "field"}))
AT_DUE = ["03-01 15:00 soon", "03-01 17:00 breach", "03-01 17:00 now"]


def capped(upto: str = END, *lines: str, **caps: str) -> Judgement:
    told = history(OPENED, *(f"03-01 {line}" for line in lines))
    known = replace(told, caps={source: at(cap) for source, cap in caps.items()})
    return judged(known, NEEDS, upto=upto)


@table(
    "caps, expected",
    [
        ("none", {}, AT_DUE),
        ("far enough", {"crm": "03-01 17:10:00.000001"}, AT_DUE),
        ("up to the due and grace", {"crm": "03-01 17:10"}, AT_DUE[:1]),
        ("the least counts", {"crm": "03-01 18:00", "field": "03-01 16:00"}, AT_DUE[:1]),
        ("before everything", {"field": "03-01 09:00"}, []),
        ("of another source", {"other": "03-01 09:00"}, AT_DUE),
    ],
)
def test_what_requires_a_source_waits_for_it(caps: dict[str, str], expected: list[str]):
    assert sorted(sayings(capped(**caps))) == expected


def test_w_counts_where_it_is_less_than_the_cap():
    assert sayings(capped("03-01 15:10", crm="03-01 20:00")) == []


def test_what_is_there_is_said_at_once():
    assert sayings(capped(END, "12:00 resolved", crm="03-01 09:00")) == ["03-01 12:00 verdict met by e2"]


def test_only_what_requires_the_source_waits():
    told = replace(history(OPENED), caps={"crm": at("03-01 12:00")})
    judgement = judged(told, FREE, NEEDS)

    assert [statement.target for statement in judgement.statements] == ["free"] * 3
    assert standing(judgement) == ["e1 due 03-01 17:00 breached", "e1 due 03-01 17:00 open"]


def test_each_set_of_sources_has_its_own_wake_up():
    alone = replace(NEEDS, id="alone", requires=frozenset({"crm"}), rungs=())
    told = replace(history(OPENED), caps={"crm": at("03-01 12:00")})
    judgement = judged(told, FREE, NEEDS, alone, upto="03-01 16:00")

    assert clock(judgement.wake_at) == "03-01 17:10"
    assert {sources: clock(instant) for sources, instant in judgement.waits.items()} == {
        ("crm", "field"): "03-01 15:10",
        ("crm",): "03-01 17:10",
    }


def test_nothing_waits_for_what_is_said():
    assert (capped().wake_at, dict(capped().waits)) == (None, {})


def gap(start: str, end: str, source: str = "") -> Gap:
    return Gap(start=at(f"03-01 {start}"), end=at(f"03-01 {end}"), source=source)


def with_gaps(*gaps: Gap) -> History:
    return replace(history(OPENED), gaps=gaps)


@table(
    "hole, is_unproven",
    [
        ("within the span", gap("12:00", "13:00"), True),
        ("up to the start", gap("08:00", "09:00"), False),
        ("at the start", gap("08:00", "09:00:00.000001"), True),
        ("from the end of grace on", gap("17:10", "18:00"), True),
        ("after the end of grace", gap("17:10:00.000001", "18:00"), False),
        ("of a source that is required", gap("12:00", "13:00", "crm"), True),
        ("of a source that is not", gap("12:00", "13:00", "shop"), False),
    ],
)
def test_a_breach_over_a_gap_is_unproven(hole: Gap, is_unproven: bool):
    breach = the(judged(with_gaps(hole), NEEDS), "breach")

    assert breach.remarks == (("unproven",) if is_unproven else ())


def test_only_breaches_are_unproven_and_not_rungs_or_what_is_there():
    judgement = judged(with_gaps(gap("12:00", "13:00")), FREE)
    late = judged(
        replace(history(OPENED, "03-01 20:00 resolved"), gaps=(gap("12:00", "13:00"),)),
        FREE,
    )

    assert {each.name: each.remarks for each in judgement.statements} == {
        "soon": (),
        "breach": ("unproven",),
        "now": (),
    }
    assert the(late, "verdict").remarks == ()


def test_a_decision_that_waited_is_unproven_up_to_where_it_was_decided():
    excused = replace(FREE, deemed=reported("4h"), rungs=())
    told = history(OPENED, "03-01 16:00 visit_failed")

    def remarks(hole: Gap) -> tuple[str, ...]:
        return the(judged(replace(told, gaps=(hole,)), excused), "breach").remarks

    assert remarks(gap("20:10", "21:00")) == ("unproven",)  # decided at 20:00, with grace at 20:10
    assert remarks(gap("20:10:00.000001", "21:00")) == ()


@pytest.mark.parametrize(
    ("proved", "is_unproven"),
    [("03-01 17:10", True), ("03-01 17:10:00.000001", False), ("03-01 12:00", True)],
)
def test_what_is_decided_beyond_the_proof_is_unproven(proved: str, is_unproven: bool):
    breach = the(judged(replace(history(OPENED), proved=at(proved)), FREE), "breach")

    assert breach.remarks == (("unproven",) if is_unproven else ())


def test_what_lapses_and_what_expires_rest_on_absence_too():
    lapsing = target("20h", lapsed=unsupplied("5h"), grace="10m")
    asked = history(OPENED, "03-01 10:00 documents_requested")
    own = replace(FREE, customers=True)
    hole = (gap("12:00", "13:00"),)

    assert the(judged(replace(asked, gaps=hole), lapsing), "verdict").remarks == ("unproven",)
    assert (
        the(judged(replace(asked, gaps=(gap("15:10:00.000001", "16:00"),)), lapsing), "verdict").remarks == ()
    )
    assert the(judged(with_gaps(*hole), own), "verdict").remarks == ("unproven",)
