"""What a breach attaches besides who held the ticket and who has to be heard: what was going on."""

from dataclasses import replace

import pytest

from service.sla.directory import Directory
from service.sla.events import key_of
from service.sla.evidence import Evidence, HandOvers
from service.sla.history import History
from service.sla.instants import DAY, HOUR, Instant
from service.sla.judge import judge
from service.sla.policy import Target
from service.sla.statements import Kind, Statement
from service.sla.ways import ways
from service.wire.ledger import load_statement, store_statement
from tests.sla.kinds import grants, reported, unsupplied
from tests.sla.telling import (
    END,
    UTC,
    at,
    clock,
    escalate,
    fact,
    history,
    judged,
    office,
    rules,
    table,
    target,
    the,
    version,
    versions,
    warn,
)

OPENED = "03-01 09:00 opened to=anna by=anna area=n1"

#: Due on 1 March at 17:00.
EIGHT = target("8h")


def evidence(
    *lines: str, of: Target = EIGHT, people: tuple[str, ...] = (), shared: tuple[str, ...] = ()
) -> Evidence:
    breach = the(judged(history(*lines, people=people, shared=shared), of), "breach")
    assert breach.evidence is not None
    return breach.evidence


def test_nothing_was_going_on():
    assert evidence(OPENED) == Evidence(calendar="24x7", would_change=ways(EIGHT))


def test_only_breaches_have_it():
    judgement = judged(
        history(OPENED, "03-02 09:00 resolved"), target("8h", rungs=(warn("4h"), escalate("9h")))
    )

    assert {s.name: s.evidence is not None for s in judgement.statements} == {
        "soon": False, "breach": True, "up": False, "verdict": False,
    }  # fmt: skip


# --- calendar and time ------------------------------------------------------------------------------


@table(
    "since, expected",
    [
        ("published before", "2024-02-20", ("made", "2024-02-20")),
        ("published on the day", "2024-03-01", ("made", "")),
        ("published later", "2024-03-02", ("made", "")),
    ],
)
def test_the_calendar_is_the_version_that_was_known(since: str, expected: tuple[str, str]):
    known = versions(UTC, version("08:00-20:00"), version("08:00-20:00", since=since))
    found = evidence(OPENED, of=target("8h", calendar=known))

    assert (found.calendar, found.calendar_since) == expected


def uncounted(*lines: str, of: Target, shared: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{clock(each.start)} to {clock(each.end)} {each.what}: {each.why}"
        for each in evidence(*lines, of=of, shared=shared).uncounted
    ]


def test_what_did_not_count_is_told_with_its_reason():
    of = target(
        "2h", gate=(("documents_complete",),), accepts=("customer",), exclusions=("storm",), calendar=office()
    )
    lines = (
        OPENED,
        "03-01 09:30 held reason=customer",  # until the gate opens it is gated
        "03-01 10:30 documents_complete",
        "03-01 11:00 resumed",
        "03-01 11:30 held reason=parts",  # nobody agreed to that
        "03-01 11:45 held reason=customer",
        "03-01 13:30 resumed",
    )
    storm = ("03-01 13:15 excluded exclusion=storm area=n1 reason=storm from=03-01T13:15 to=03-01T13:45",)

    # Due at 15:00: 45 minutes from 11:00 on, the rest from 13:45 on.
    assert uncounted(*lines, of=of, shared=storm) == [
        "03-01 09:00 to 03-01 10:30 gated: preconditions",
        "03-01 10:30 to 03-01 11:00 held: customer",
        "03-01 11:45 to 03-01 13:15 held: customer",
        "03-01 13:15 to 03-01 13:45 excluded: storm",
    ]


def test_a_hold_that_begins_at_the_due_comes_too_late():
    of = target("2h", accepts=("customer",))

    assert uncounted(OPENED, "03-01 11:00 held reason=customer", of=of) == []
    assert uncounted(OPENED, "03-01 10:59 held reason=customer", "03-01 12:00 resumed", of=of) == [
        "03-01 10:59 to 03-01 12:00 held: customer"
    ]


# --- what was asked ---------------------------------------------------------------------------------


def pleas(*lines: str, of: Target = EIGHT) -> list[str]:
    return [
        f"{each.event[1]} {clock(each.at)}"
        + (f" {each.answer} {clock(each.answered_at)}" if each.answer else "")
        for each in evidence(OPENED, *lines, of=of).pleas
    ]


EXTENDED = target("8h", extension=grants(rank=2, within="4h", most=2))


@table(
    "lines, expected",
    [
        ("none", [], []),
        ("refused", ["03-01 10:00 extension_requested by=2h", "03-01 11:00 extension_refused extension=e2"],
         ["e2 03-01 10:00 extension_refused 03-01 11:00"]),
        ("the first answer", ["03-01 10:00 extension_requested by=2h extension=x", "03-01 11:00 extension_refused extension=x",
                              "03-01 12:00 extension_approved extension=x rank=9"],
         ["e2 03-01 10:00 extension_refused 03-01 11:00"]),
        ("granted", ["03-01 10:00 extension_requested by=2h", "03-01 11:00 extension_approved extension=e2 rank=2"],
         ["e2 03-01 10:00 extension_approved 03-01 11:00"]),
        ("not answered", ["03-01 10:00 extension_requested by=2h"], ["e2 03-01 10:00"]),
        ("answered after the due", ["03-01 16:00 extension_requested by=2h", "03-01 18:00 extension_refused extension=e2"],
         ["e2 03-01 16:00"]),
        ("asked at the due", ["03-01 17:00 extension_requested by=2h"], ["e2 03-01 17:00"]),
        ("asked after it", ["03-01 17:00:00.000001 extension_requested by=2h"], []),
        ("asked before it began", ["03-01 08:00 extension_requested by=2h"], []),
    ],
)  # fmt: skip
def test_requests_for_more_time_and_their_answers(lines: list[str], expected: list[str]):
    assert pleas(*lines, of=EXTENDED) == expected


def test_requests_are_told_where_none_is_granted():
    assert pleas("03-01 10:00 extension_requested by=2h") == ["e2 03-01 10:00"]


def test_urges_and_second_requests_are_those_by_the_instant():
    found = evidence(
        "03-01 08:59 urged",
        OPENED,
        "03-01 10:00 urged",
        "03-01 10:00 documents_requested",
        "03-01 11:00 documents_requested",
        "03-01 17:00 urged",
        "03-01 17:00 documents_requested",
        "03-01 18:00 urged",
        "03-01 18:00 documents_requested",
    )

    assert list(map(clock, found.urges)) == ["03-01 10:00", "03-01 17:00"]
    assert list(map(clock, found.second_requests)) == ["03-01 11:00", "03-01 17:00"]


# --- the area, the hands, and what people told ------------------------------------------------------

LOAD = "01-01 00:00 area area=n1 owner=olga households=5200 per_owner=4500"


@table(
    "people, expected",
    [
        ("as of the due", (LOAD,), (5200, 4500)),
        ("changed by the due", (LOAD, "03-01 17:00 area area=n1 households=4400"), (4400, None)),
        ("changed after it", (LOAD, "03-01 17:01 area area=n1 households=4400"), (5200, 4500)),
        ("unknown", (), (None, None)),
        ("of another area", (LOAD.replace("n1", "n2"),), (None, None)),
    ],
)
def test_the_load_of_the_area(people: tuple[str, ...], expected: tuple[int | None, int | None]):
    found = evidence(OPENED, people=people)

    assert (found.households, found.per_owner) == expected


def test_a_load_that_is_learnt_later_than_the_horizon_is_not_told():
    load = fact(LOAD)
    for recorded, expected in (("03-11 17:00", 5200), ("03-11 17:00:00.000001", None)):
        known = Directory.of([load], {key_of(load): at(recorded)}, 10 * DAY)
        breach = the(judged(replace(history(OPENED), directory=known), EIGHT), "breach")

        assert breach.evidence is not None
        assert breach.evidence.households == expected


def test_hand_overs_are_those_of_the_whole_ticket_before_the_instant():
    """The promise begins with the second opening of the ticket; what was handed over before it counts."""
    lines = (
        OPENED,
        "03-01 10:00 transferred to=ben",
        "03-01 11:00 resolved",
        "03-02 09:00 reopened",
        "03-02 17:00 escalated to=zoe",
    )
    found = evidence(*lines, of=target("8h", start=("reopened",)))

    assert found.hand_overs == HandOvers(
        made=(("desk", "e2"),), without_reason=(("desk", "e2"),), cold=(("desk", "e2"),)
    )


def test_what_weighs_is_told_whenever_it_came():
    found = evidence(
        "03-01 08:00 mitigated what=apology",
        OPENED,
        "03-02 10:00 aggravated what=reprisal by=inspector",
        "03-03 10:00 aggravated",
        "03-04 10:00 voided event=e4",
    )

    assert [(e.type, e.event[1], clock(e.at), e.what, e.by) for e in found.circumstances] == [
        ("mitigated", "e1", "03-01 08:00", "apology", ""),
        ("aggravated", "e3", "03-02 10:00", "reprisal", "inspector"),
    ]


# --- told late --------------------------------------------------------------------------------------


def recorded(told: History, **late: str) -> History:
    """With the instants at which events were recorded: `e2="03-01 21:00"`."""
    return replace(told, recorded={("desk", name): at(when) for name, when in late.items()})


def late(statement: Statement) -> list[str]:
    """`e2 held 03-01 10:00, recorded 03-01 21:00`."""
    if statement.evidence is None:
        return []
    return [
        f"{each.event[1]} {each.type} {clock(each.at)}, recorded {clock(each.recorded)}"
        for each in statement.evidence.told_late
    ]


KINDS = target(
    "8h",
    accepts=("customer",),
    gate=(("paid",),),
    extension=grants(),
    deemed=reported(),
    lapsed=unsupplied("100h"),
    stop=("resolved",),
    cancel=("cancelled",),
)


@pytest.mark.parametrize(
    ("line", "of", "is_told"),
    [
        ("03-01 10:00 held reason=customer", KINDS, True),
        ("03-01 10:00 held reason=parts", KINDS, False),
        ("03-01 10:00 held reason=parts", target("8h", accepts=("*",)), True),
        ("03-01 10:00 extension_requested by=1h", KINDS, True),
        ("03-01 10:00 extension_approved extension=e3", KINDS, True),
        ("03-01 10:00 extension_requested by=1h", EIGHT, False),
        ("03-01 10:00 visit_failed", KINDS, True),
        ("03-01 10:00 report_written", KINDS, True),
        ("03-01 10:00 report_written", EIGHT, False),
        ("03-01 10:00 documents_requested", KINDS, True),
        ("03-01 10:00 paid", KINDS, True),
        ("03-01 10:00 paid", EIGHT, False),
        ("03-01 10:00 noted", KINDS, False),
        ("03-01 08:59 visit_failed", KINDS, False),
    ],
)
def test_what_ends_or_excuses_a_promise_and_was_told_late(line: str, of: Target, is_told: bool):
    told = history(OPENED, "03-01 09:00 paid", line, "03-01 10:30 resumed")
    breach = the(judge(recorded(told, e3="03-02 21:00"), rules(of), at(END)), "breach")
    day, time_of_day, kind, *_ = line.split()

    assert late(breach) == [f"e3 {kind} {day} {time_of_day}, recorded 03-02 21:00"] * is_told


@table(
    "when, after, is_told",
    [
        ("in time", "03-01 10:00", HOUR, False),
        ("an hour later", "03-01 11:00", HOUR, False),
        ("later than an hour", "03-01 11:00:00.000001", HOUR, True),
        ("another limit", "03-01 11:00:00.000001", 2 * HOUR, False),
        ("recorded before it happened", "03-01 09:59", HOUR, False),
    ],
)
def test_late_is_later_than_the_limit(when: str, after: Instant, is_told: bool):
    told = recorded(history(OPENED, "03-01 10:00 held reason=customer", "03-01 10:30 resumed"), e2=when)
    breach = the(
        judge(replace(told, backdated_after=after), rules(target("8h", accepts=("customer",))), at(END)),
        "breach",
    )

    assert bool(late(breach)) is is_told


@table(
    "line, expected",
    [
        ("a stop", "03-01 16:59 resolved", ["e2 resolved 03-01 16:59, recorded 03-01 21:00"]),
        ("a late stop", "03-01 18:00 resolved", ["e2 resolved 03-01 18:00, recorded 03-01 21:00"]),
        ("the end of it all", "03-01 16:00 cancelled", ["e2 cancelled 03-01 16:00, recorded 03-01 21:00"]),
        (
            "the end of it all by another",
            "03-01 16:00 merged",
            ["e2 merged 03-01 16:00, recorded 03-01 21:00"],
        ),
    ],
)
def test_a_verdict_tells_that_its_proof_was_told_late(line: str, expected: list[str]):
    told = history(OPENED, line)
    verdict = the(judge(recorded(told, e2="03-01 21:00"), rules(EIGHT), at(END)), "verdict")

    assert late(verdict) == expected
    assert the(judge(told, rules(EIGHT), at(END)), "verdict").evidence is None


# --- the ledger -------------------------------------------------------------------------------------


def test_what_is_attached_comes_back_from_the_ledger_as_it_went_in():
    told = history(
        OPENED,
        "03-01 10:00 held reason=customer",
        "03-01 11:00 resumed",
        "03-01 11:30 transferred to=ben",
        "03-01 12:00 extension_requested by=1h",
        "03-01 12:30 extension_refused extension=e5",
        "03-01 13:00 urged",
        "03-01 13:00 mitigated what=apology",
        people=(LOAD,),
    )
    of = target("8h", accepts=("customer",), extension=grants(), rungs=(escalate("9h"),))
    said = judge(recorded(told, e2="03-05 00:00"), rules(of), at(END)).statements

    assert {each.kind for each in said} == {Kind.BREACH, Kind.ESCALATION}
    assert [load_statement(store_statement(each)) for each in said] == list(said)
