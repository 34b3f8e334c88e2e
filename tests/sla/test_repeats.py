"""Breaches of a person within twelve months: tables by hand, and that no order of events matters."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.sla.directory import Directory
from service.sla.evidence import Link
from service.sla.instants import DAY, HOUR, Instant, instant_of
from service.sla.repeats import (
    Counted,
    Repeat,
    SaidRepeat,
    person_of,
    repeat_id,
    repeats,
    revisions,
    year_before,
)
from service.sla.statements import Kind
from tests.sla.telling import escalate, history, judged, target, the

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> Instant:
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=zone))


def counted(*lines: str) -> list[Counted]:
    """`a 2025-03-02 09:00`: breach a, due then."""
    return [Counted(at(line.partition(" ")[2]), line.partition(" ")[0]) for line in lines]


def told(*lines: str) -> list[str]:
    return ["+".join(each.breaches) for each in repeats("t", "p1", counted(*lines), SHANGHAI)]


@pytest.mark.parametrize(
    ("breaches", "said"),
    [
        ((), []),
        (("a 2025-03-02 09:00",), []),
        (("a 2025-03-02 09:00", "b 2025-03-02 09:00"), ["a+b"]),
        (("a 2025-03-02 00:00", "b 2026-03-02 23:59"), ["a+b"]),  # the whole of the date a year before
        (("a 2025-03-01 23:59:59.999999", "b 2026-03-02 00:00"), []),
        (("a 2025-03-02 00:00", "b 2026-03-02 00:00", "c 2026-03-03 00:00"), ["a+b", "b+c"]),
        (("c 2025-09-01 00:00", "a 2025-03-02 00:00", "b 2026-03-02 00:00"), ["a+c", "a+c+b"]),
        (("a 2023-02-28 00:00", "b 2024-02-29 12:00"), ["a+b"]),
        (("a 2023-02-27 23:59", "b 2024-02-29 12:00"), []),
        (("a 2024-02-29 12:00", "b 2025-03-01 00:00"), []),
        (("a 2024-02-29 12:00", "b 2025-02-28 23:00"), ["a+b"]),
    ],
)
def test_two_or_more_within_twelve_months(breaches: tuple[str, ...], said: list[str]):
    assert told(*breaches) == said


def test_dates_are_those_of_the_zone():
    """Half past midnight on the 2nd in Shanghai is the 1st in UTC."""
    breaches = counted("a 2025-03-01 12:00", "b 2026-03-02 00:30")

    assert repeats("t", "p1", breaches, SHANGHAI) == ()
    (one,) = repeats("t", "p1", breaches, ZoneInfo("UTC"))
    assert (one.since, one.at) == (at("2025-03-01 00:00", ZoneInfo("UTC")), at("2026-03-02 00:30"))


def test_the_first_instant_of_a_date_whose_midnight_is_skipped():
    """Clocks in Santiago went from midnight to one o'clock on 8 September 2024."""
    santiago = ZoneInfo("America/Santiago")

    assert year_before(at("2025-09-08 10:00", santiago), santiago) == at("2024-09-08 01:00", santiago)


def test_an_id_is_of_tenant_person_and_latest_breach():
    (one,) = repeats("t", "p1", counted("a 2025-03-02 09:00", "b 2025-03-03 09:00"), SHANGHAI)

    assert one.id == repeat_id("t", "p1", "b")
    assert (
        len(
            {
                repeat_id(*each)
                for each in [
                    ("t", "p1", "b"),
                    ("t", "p2", "b"),
                    ("u", "p1", "b"),
                    ("t", "p1", "a"),
                    ("t", "p", "1b"),
                ]
            }
        )
        == 5
    )


def test_only_the_person_who_holds_it_counts():
    people = ("05-05 09:00 person person=p1 unit=team",)
    breach = the(
        judged(
            history("03-01 09:00 opened to=p1", "03-01 16:00 assigned to=p2", people=people), target("8h")
        ),
        "breach",
    )
    of_team = the(judged(history("03-01 09:00 opened team=x"), target("8h")), "breach")
    rung = the(judged(history("03-01 09:00 opened to=p1"), target("8h", rungs=(escalate("9h"),))), "up")

    assert person_of(breach) == "p2"
    assert person_of(replace(breach, remarks=("unproven",))) == ""
    assert person_of(of_team) == ""
    assert (rung.kind, person_of(rung)) == (Kind.ESCALATION, "")
    assert person_of(replace(breach, chain=(Link("reviewer", "p9"),))) == ""  # a release that knew no chains
    assert Directory() == Directory.of(())


def test_what_changes_is_revised_or_withdrawn():
    a, b, c = counted("a 2025-03-02 09:00", "b 2025-04-02 09:00", "c 2025-05-02 09:00")
    said = applied({}, [a, b, c])
    assert lines(said.values()) == ["b 1 a+b", "c 1 a+b+c"]

    without_a = applied(said, [b, c])
    assert lines(without_a.values()) == ["b 2 withdrawn", "c 2 b+c"]
    assert revisions(without_a, repeats("t", "p1", [b, c], SHANGHAI)) == ()
    again = applied(without_a, [a, b, c])
    assert lines(again.values()) == ["b 3 a+b", "c 3 a+b+c"]
    assert lines(applied(again, [a, b]).values()) == ["b 3 a+b", "c 4 withdrawn"]


def applied(said: dict[str, SaidRepeat], breaches: Iterable[Counted]) -> dict[str, SaidRepeat]:
    new = revisions(said, repeats("t", "p1", breaches, SHANGHAI))
    return said | {each.repeat.id: each for each in new}


def lines(said: Iterable[SaidRepeat]) -> list[str]:
    ordered = sorted(said, key=lambda each: each.repeat.at)
    return [
        f"{each.repeat.breaches[-1]} {each.rev} {'withdrawn' if each.withdrawn else '+'.join(each.repeat.breaches)}"
        for each in ordered
    ]


BREACHES = st.lists(
    st.builds(Counted, st.integers(0, 60).map(lambda n: at("2024-01-01 00:00") + n * 13 * DAY + n % 3 * HOUR), st.sampled_from("abcdefgh")),
    unique_by=lambda each: each.breach,
    max_size=8,
)  # fmt: skip


@given(BREACHES, st.randoms(use_true_random=False), st.lists(st.integers(0, 7), max_size=6))
def test_any_order_of_breaches_and_withdrawals_ends_in_the_same_statements_in_force(breaches, dice, comings):
    """They come in one order, are taken back and come again in another: what is in force follows from those that stay."""
    said: dict[str, SaidRepeat] = {}
    there: set[Counted] = set()
    steps = [breaches[n] for n in comings if n < len(breaches)]
    for step in steps:
        there ^= {step}
        said = applied(said, there)
    left = [each for each in (*there, *breaches) if (each in there) != (each in breaches)]
    dice.shuffle(left)
    for step in left:
        there ^= {step}
        said = applied(said, there)

    in_force = {each.repeat for each in said.values() if not each.withdrawn}
    assert in_force == by_definition(breaches)
    assert {each.repeat.id for each in said.values() if not each.withdrawn} == {each.id for each in in_force}


def by_definition(breaches: list[Counted]) -> set[Repeat]:
    """Of each breach all that are not later and whose date is within the year up to its date, pair by pair."""
    found = set()
    for latest in breaches:
        since = year_before(latest.at, SHANGHAI)
        within = [e for e in breaches if since <= e.at and (e.at, e.breach) <= (latest.at, latest.breach)]
        if len(within) >= 2:
            ids = tuple(e.breach for e in sorted(within, key=lambda e: (e.at, e.breach)))
            found.add(Repeat(repeat_id("t", "p1", latest.breach), "t", "p1", since, latest.at, ids))
    return found
