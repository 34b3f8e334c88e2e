"""Who has to be heard: each role as of the day, and the reason when nobody fills it."""

from dataclasses import replace
from itertools import permutations

import pytest

from service.sla.chain import ROLES, chain, contact_of, parties_of, resolve
from service.sla.directory import Directory
from service.sla.events import key_of
from service.sla.evidence import Link
from service.sla.history import History, in_order
from service.sla.instants import DAY
from service.sla.judge import addressed, judge
from service.sla.policy import Meaning, Rules
from service.sla.ticket import ticket_of
from tests.sla.telling import (
    END,
    at,
    clock,
    directory,
    escalate,
    fact,
    history,
    judged,
    policy,
    rules,
    table,
    target,
    the,
    warn,
)

YEAR = "01-01 00:00"

#: anna and ben sit at the desk of the south window; carl heads it, dora the department, emil the branch, fay all.
PEOPLE = (
    f"{YEAR} unit unit=desk kind=team parent=south head=ben",
    f"{YEAR} unit unit=south kind=window parent=service head=carl",
    f"{YEAR} unit unit=service kind=department parent=branch head=dora",
    f"{YEAR} unit unit=branch kind=branch parent=company head=emil",
    f"{YEAR} unit unit=company head=fay",
    f"{YEAR} unit unit=lab kind=team parent=technics head=gus",
    f"{YEAR} unit unit=technics kind=department parent=company head=hal",
    f"{YEAR} unit unit=north kind=window parent=service head=ines",
    f"{YEAR} area area=n1 owner=olga unit=north",
    f"{YEAR} person person=anna unit=desk rank=1",
    f"{YEAR} person person=ben unit=desk rank=2",
    f"{YEAR} person person=lou unit=lab",
)

OPENED = "03-01 09:00 opened to=anna by=anna area=n1"


def links(*lines: str, people: tuple[str, ...] = PEOPLE, instant: str = "03-01 12:00") -> tuple[Link, ...]:
    ticket = ticket_of(in_order(history(*lines).events, {}), ())
    return chain(parties_of(ticket, directory(*people)), at(instant))


def told(link: Link) -> str:
    """`anna`, `ben for anna`, `(no_head)`, `anna (inactive)`."""
    parts = [
        link.person,
        f"for {link.acting_for}" * bool(link.acting_for),
        f"({link.reason})" * bool(link.reason),
    ]
    return " ".join(part for part in parts if part)


def roles(*lines: str, people: tuple[str, ...] = PEOPLE, instant: str = "03-01 12:00") -> dict[str, str]:
    return {link.role: told(link) for link in links(*lines, people=people, instant=instant)}


def test_a_whole_chain():
    assert roles(OPENED) == {
        "first_asked": "anna",
        "holder": "anna",
        "area_owner": "olga",
        "department_head": "dora",
        "window_head": "carl",
        "branch_head": "emil",
        "chief": "fay",
        "reviewer": "ben",
    }
    assert tuple(roles(OPENED)) == ROLES


def test_a_chain_of_nobody():
    assert roles("03-01 09:00 opened", people=()) == {
        "first_asked": "(no_contact)",
        "holder": "(no_holder)",
        "area_owner": "(no_area)",
        "department_head": "(no_holder)",
        "window_head": "(no_contact)",
        "branch_head": "(no_holder)",
        "chief": "(no_holder)",
        "reviewer": "(no_holder)",
    }


# --- first asked ------------------------------------------------------------------------------------

RANKS = (
    f"{YEAR} person person=anna rank=1",
    f"{YEAR} person person=ben rank=2",
    f"{YEAR} person person=carl rank=2",
    "03-01 09:30 person person=anna rank=9",
)


@table(
    "lines, expected",
    [
        ("who opened it", ["03-01 09:00 opened by=anna"], "anna"),
        ("whoever holds it later", ["03-01 09:00 opened by=anna", "03-01 10:00 assigned to=ben by=ben"], "anna"),
        ("also when that was before it was opened", ["03-01 08:00 contacted by=ben", "03-01 09:00 opened by=anna"], "ben"),
        ("the first that is named", ["03-01 09:00 opened", "03-01 09:10 guided by=ben", "03-01 09:20 replied by=anna"],
         "ben"),
        ("by no other kind of event", ["03-01 09:00 opened", "03-01 09:10 noted by=ben", "03-01 09:20 replied by=anna"],
         "anna"),
        ("of those present the highest rank", ["03-01 09:00 opened by=anna present=ben"], "ben"),
        ("of several", ["03-01 09:00 opened by=zoe present=anna|ben|carl"], "ben"),
        ("of equals who acted", ["03-01 09:00 opened by=carl present=ben"], "carl"),
        ("of equals present the lowest number", ["03-01 09:00 opened by=anna present=carl|ben"], "ben"),
        ("of those named by all contacts of that instant",
         ["03-01 09:00 opened by=anna", "03-01 09:00 assigned by=ben to=anna"], "ben"),
        ("of equals the one of the earliest event",
         ["03-01 09:00 opened by=carl", "03-01 09:00 assigned by=ben to=anna"], "carl"),
        ("present without anybody acting is no contact", ["03-01 09:00 opened present=ben", "03-01 09:10 replied by=anna"],
         "anna"),
        ("whoever is unknown has rank 0", ["03-01 09:00 opened by=zoe present=anna"], "anna"),
        ("of the unknown who acted", ["03-01 09:00 opened by=zoe present=ada"], "zoe"),
        ("ranks as of the contact", ["03-01 09:00 opened by=anna present=carl"], "carl"),
        ("nobody", ["03-01 09:00 opened", "03-01 10:00 assigned to=anna"], "(no_contact)"),
        ("not yet", ["03-01 09:00 opened", "03-01 12:00:00.000001 replied by=anna"], "(no_contact)"),
        ("at the very instant", ["03-01 09:00 opened", "03-01 12:00 replied by=anna"], "anna"),
    ],
)  # fmt: skip
def test_first_asked(lines: list[str], expected: str):
    assert roles(*lines, people=RANKS)["first_asked"] == expected


# --- each role --------------------------------------------------------------------------------------


def with_(*lines: str) -> tuple[str, ...]:
    """The organisation, changed at the beginning of March."""
    return (*PEOPLE, *(f"03-01 00:00 {line}" for line in lines))


#: The area belongs to another branch, which is nobody's.
ELSEWHERE = with_("area area=n1 unit=west", "unit unit=west kind=branch head=max")


@table(
    "role, opened, people, expected",
    [
        ("the holder is a team", "holder", "team=desk by=anna", PEOPLE, "(no_person)"),
        ("an area that nobody knows", "area_owner", "to=anna area=n9", PEOPLE, "(unknown_area)"),
        ("an area without an owner", "area_owner", "to=anna area=n1", with_("area area=n1 unit=north"), "(no_owner)"),
        ("an owner who has left", "area_owner", "to=anna area=n1", with_("person person=olga active=false"),
         "olga (inactive)"),
        ("a department further up", "department_head", "to=lou", PEOPLE, "hal"),
        ("a department's own people", "department_head", "to=anna", with_("person person=anna unit=service"), "dora"),
        ("of a team that holds", "department_head", "team=desk", PEOPLE, "dora"),
        ("by the person's unit and not the team that was named", "department_head", "to=lou team=desk", PEOPLE, "hal"),
        ("a holder that nobody knows", "department_head", "to=zoe team=desk", PEOPLE, "(unknown_person)"),
        ("a holder without a unit", "department_head", "to=anna", with_("person person=anna"), "(no_unit)"),
        ("a holder's unit that nobody knows", "department_head", "to=anna", with_("person person=anna unit=moon"),
         "(no_unit)"),
        ("no department above", "department_head", "to=anna", with_("unit unit=south kind=window head=carl"), "(no_unit)"),
        ("a department without a head", "department_head", "to=anna",
         with_("unit unit=service kind=department parent=branch"), "(no_head)"),
        ("a head on leave", "department_head", "to=anna", with_("duty unit=service person=ines to=2024-03-09T00:00"),
         "ines for dora"),
        ("a deputy who has left", "department_head", "to=anna",
         with_("duty unit=service person=ines", "person person=ines active=false"), "ines for dora (inactive)"),
        ("the window that the ticket names", "window_head", "to=anna by=anna window=north", PEOPLE, "ines"),
        ("a window that nobody knows", "window_head", "to=anna by=anna window=west", PEOPLE, "(no_unit)"),
        ("the window of whoever was asked first", "window_head", "to=lou by=anna", PEOPLE, "carl"),
        ("who has none", "window_head", "to=anna by=lou", PEOPLE, "(no_unit)"),
        ("whom nobody knows", "window_head", "to=anna by=zoe", PEOPLE, "(unknown_person)"),
        ("nobody was asked", "window_head", "to=anna", PEOPLE, "(no_contact)"),
        ("a window without a head", "window_head", "by=anna", with_("unit unit=south kind=window parent=service"),
         "(no_head)"),
        ("the branch of the holder", "branch_head", "to=anna area=n1", PEOPLE, "emil"),
        ("the branch of the holder and not that of the area", "branch_head", "to=anna area=n1", ELSEWHERE, "emil"),
        ("else that of the area, though the holder has a unit", "branch_head", "to=lou area=n1", ELSEWHERE, "max"),
        ("else that of the area", "branch_head", "to=lou area=n1", PEOPLE, "emil"),
        ("also when nobody holds it", "branch_head", "area=n1", PEOPLE, "emil"),
        ("neither", "branch_head", "to=lou area=n9", PEOPLE, "(no_unit)"),
        ("neither, and nobody knows the holder", "branch_head", "to=zoe area=n9", PEOPLE, "(unknown_person)"),
        ("a branch without a head is not passed over", "branch_head", "to=anna",
         with_("unit unit=branch kind=branch parent=company"), "(no_head)"),
        ("topmost above the branch", "chief", "to=lou area=n1", PEOPLE, "fay"),
        ("topmost without a branch", "chief", "to=lou", PEOPLE, "fay"),
        ("topmost, whoever holds it", "chief", "area=n1", PEOPLE, "fay"),
        ("topmost above the area, without a holder and a branch", "chief", "area=n1",
         with_("unit unit=north kind=window parent=company"), "fay"),
        ("topmost above the holder, without a branch", "chief", "to=lou area=n1",
         with_("unit unit=north kind=window head=ines"), "fay"),
        ("the branch itself is topmost", "chief", "to=anna", with_("unit unit=branch kind=branch head=emil"), "emil"),
        ("nobody at the top", "chief", "to=anna", with_("unit unit=company"), "(no_head)"),
        ("no top", "chief", "to=zoe", PEOPLE, "(unknown_person)"),
        ("the head of the holder's unit", "reviewer", "to=anna", PEOPLE, "ben"),
        ("who heads the unit is reviewed from above", "reviewer", "to=ben", PEOPLE, "carl"),
        ("also when the units above have the same head", "reviewer", "to=ben",
         with_("unit unit=south kind=window parent=service head=ben"), "dora"),
        ("a unit without a head", "reviewer", "to=anna", with_("unit unit=desk kind=team parent=south"), "carl"),
        ("a head who has left", "reviewer", "to=anna", with_("person person=ben unit=desk active=false"), "carl"),
        ("a deputy", "reviewer", "to=anna", with_("duty unit=desk person=lou"), "lou for ben"),
        ("the deputy does not review what he holds", "reviewer", "to=lou",
         with_("person person=lou unit=desk", "duty unit=desk person=lou"), "carl"),
        ("nor does a deputy review the head", "reviewer", "to=ben", with_("duty unit=desk person=lou"), "carl"),
        ("of a team", "reviewer", "team=desk", PEOPLE, "ben"),
        ("nobody above", "reviewer", "to=fay", with_("person person=fay unit=company"), "(no_head)"),
        ("whom nobody knows, by nobody", "reviewer", "to=zoe", PEOPLE, "(unknown_person)"),
        ("without a unit, by nobody", "reviewer", "to=anna", with_("person person=anna"), "(no_unit)"),
        ("parents in a circle", "reviewer", "to=ben",
         with_("unit unit=desk head=ben parent=south", "unit unit=south head=ben parent=desk"), "(no_head)"),
        ("a circle has a top too", "chief", "to=ben",
         with_("unit unit=desk head=ben parent=south", "unit unit=south head=carl parent=desk"), "carl"),
    ],
)  # fmt: skip
def test_who_fills_a_role(role: str, opened: str, people: tuple[str, ...], expected: str):
    assert roles(f"03-01 09:00 opened {opened}", people=people)[role] == expected


@table(
    "instant, expected",
    [
        ("until then", "03-01 12:00", "olga"),
        ("at its instant", "03-02 09:00", "(unknown_area)"),
    ],
)
def test_the_area_is_that_of_the_instant(instant: str, expected: str):
    lines = (OPENED, "03-02 09:00 reclassified area=n9")

    assert roles(*lines, instant=instant)["area_owner"] == expected


@pytest.mark.parametrize("lines", [[], [OPENED]])
def test_before_anything_there_is_nobody(lines: list[str]):
    assert set(roles(*lines, instant="03-01 08:00").values()) == {"(no_contact)", "(no_holder)", "(no_area)"}


@table(
    "recorded, expected",
    [("within the horizon", "03-11 17:00", "pia"), ("later", "03-11 17:00:00.000001", "olga")],
)
def test_what_is_learnt_later_than_the_horizon_changes_no_chain(recorded: str, expected: str):
    facts = [
        fact(line, number) for number, line in enumerate((*PEOPLE, "03-01 10:00 area area=n1 owner=pia"))
    ]
    known = Directory.of(facts, {key_of(facts[-1]): at(recorded)}, 10 * DAY)
    breach = the(judged(replace(history(OPENED), directory=known), target("8h")), "breach")

    assert told(resolve("area_owner", breach.chain)) == expected


# --- as of the day ----------------------------------------------------------------------------------

#: The due is on 1 March at 17:00, decided when the grace is past, at 19:00.
PROMISE = target("8h", grace="2h", rungs=(escalate("12h"),))


def at_breach(*more: str, lines: tuple[str, ...] = (OPENED,)) -> dict[str, str]:
    judgement = judged(history(*lines, people=(*PEOPLE, *more)), PROMISE)
    breach = the(judgement, "breach")
    assert clock(breach.at) == "03-01 17:00"
    return {link.role: told(link) for link in breach.chain}


@table(
    "fact, expected",
    [
        ("between opening and due", "03-01 12:00 area area=n1 owner=pia", "pia"),
        ("at the due", "03-01 17:00 area area=n1 owner=pia", "pia"),
        ("between due and decision", "03-01 17:00:00.000001 area area=n1 owner=pia", "olga"),
        (
            "told long afterwards, so since before the due",
            "04-01 00:00 area area=n1 owner=pia from=03-01T10:00",
            "pia",
        ),
        (
            "told long afterwards, so since after it",
            "04-01 00:00 area area=n1 owner=pia from=03-02T10:00",
            "olga",
        ),
        ("told before, to be so after it", "02-01 00:00 area area=n1 owner=pia from=03-02T10:00", "olga"),
    ],
)
def test_the_owner_of_the_area_is_that_of_the_due(fact: str, expected: str):
    assert at_breach(fact)["area_owner"] == expected


@table(
    "line, expected",
    [
        ("before the due", "03-01 16:00 assigned to=lou", ("lou", "hal", "gus")),
        ("at the due: until then another held it", "03-01 17:00 assigned to=lou", ("anna", "dora", "ben")),
        ("between due and decision", "03-01 18:00 assigned to=lou", ("anna", "dora", "ben")),
    ],
)
def test_the_holder_and_his_heads_are_those_of_the_due(line: str, expected: tuple[str, str, str]):
    found = at_breach(lines=(OPENED, line))

    assert (found["holder"], found["department_head"], found["reviewer"]) == expected


def test_an_escalation_has_the_chain_of_its_own_instant():
    told_of = history(OPENED, "03-01 18:00 assigned to=lou", people=PEOPLE)
    judgement = judged(told_of, PROMISE)

    assert [told(resolve("holder", the(judgement, name).chain)) for name in ("breach", "up")] == [
        "anna",
        "lou",
    ]
    assert [link.role for link in the(judgement, "up").chain] == list(ROLES)


def test_warnings_and_verdicts_have_no_chain():
    judgement = judged(history(OPENED, "03-01 18:00 resolved"), target("8h", rungs=(warn("4h"),)))

    assert [(s.name, bool(s.chain)) for s in judgement.statements] == [
        ("soon", False), ("breach", True), ("verdict", False),
    ]  # fmt: skip


def test_events_are_read_in_the_words_of_the_version_that_judges():
    words = {"handed": Meaning("assigned", {"whom": "to", "group": "team"})}
    told_of = history(OPENED, "03-01 10:00 handed whom=lou group=lab", people=PEOPLE)
    breach = the(judge(told_of, rules(PROMISE, vocabulary=words), at(END)), "breach")

    assert told(resolve("holder", breach.chain)) == "lou"
    assert breach.holders[-1].team == "lab"


def test_the_order_of_arrival_changes_no_chain():
    lines = (
        "03-01 09:00 opened by=anna present=lou", "03-01 09:00 assigned to=ben by=ben", "03-01 10:00 released",
        "03-01 11:00 reopened", "03-01 12:00 voided event=e3",
    )  # fmt: skip
    told_of = history(*lines, people=PEOPLE)
    answers = {
        judge(History(arrival, directory=told_of.directory), rules(PROMISE), at(END)).statements
        for arrival in permutations(told_of.events)
    }
    ((breach, up),) = answers

    assert [told(resolve(role, breach.chain)) for role in ("first_asked", "holder", "reviewer")] == [
        "ben",
        "ben",
        "carl",
    ]
    assert up.chain == breach.chain


# --- who is addressed -------------------------------------------------------------------------------


@table(
    "name, expected",
    [
        ("a warning, whose chain is not told", "soon", ("holder", "anna")),
        ("an escalation", "up", ("head", "(unknown_role)")),
    ],
)
def test_who_is_addressed(name: str, expected: tuple[str, str]):
    told_of = history(OPENED, "03-01 18:00 assigned to=lou", people=PEOPLE)
    ruled = rules(target("8h", rungs=(warn("4h"), escalate("9h"))))
    link = addressed(told_of, ruled, the(judge(told_of, ruled, at(END)), name))

    assert (link.role, told(link)) == expected


def test_who_is_addressed_under_a_version_that_reads_other_words():
    soon = target("8h", rungs=(warn("4h"),))
    words = {"handed": Meaning("assigned", {"whom": "to"})}
    later = policy(soon, version="2", since="2024-03-01 09:45", vocabulary=words)
    both = Rules((policy(target("30h", name="other")), later))
    told_of = history(OPENED, "03-01 09:30 handed whom=lou", "03-01 10:00 rejudge version=2", people=PEOPLE)
    warning = the(judge(told_of, both, at(END)), "soon")

    assert warning.version == "2"
    assert told(addressed(told_of, both, warning)) == "lou"


def test_nobody_is_addressed_twice_in_a_contact():
    contact = contact_of(
        history("03-01 09:00 opened by=anna present=anna|ben", "03-01 09:00 replied by=ben").events
    )

    assert contact is not None
    assert contact.present == ("anna", "ben")
