"""What users of other engines ask for, as an owner writes it and as it comes out; `docs/user-asks.md` numbers them.

Instants by hand: opened at 09:00 on Friday 1 March 2024 where a test says nothing else, all in Shanghai.
"""

import pytest

from service import rules
from service.sla.judge import judge
from service.sla.policy import Rules
from service.sla.statements import Judgement
from tests.sla.telling import (
    END,
    SHANGHAI,
    account,
    at,
    escalate,
    history,
    policy,
    saying,
    stand,
    table,
    target,
)

OPENED = "03-01 09:00 opened"
HEAD = """\
policy: desk
version: 1
effective_from: 2000-01-01T00:00:00+08:00
tenant: t
zone: Asia/Shanghai
"""


def judged(text: str, *lines: str, upto: str = END) -> Judgement:
    """What the policy file `text` says of a ticket."""
    return judge(
        history(*lines, zone=SHANGHAI),
        Rules((rules.read(HEAD + text, name="asked"),)),
        at(upto, SHANGHAI),
    )


def sayings(judgement: Judgement) -> list[str]:
    """`answer: 03-01 13:00 breach`, by instant and target."""
    told = sorted((each.at, each.target, saying(each, SHANGHAI)) for each in judgement.statements)
    return [f"{name}: {line}" for _, name, line in told]


def standing(judgement: Judgement) -> list[str]:
    """`answer: e1 due 03-01 13:00 open`."""
    return [f"{each.target}: {stand(each, SHANGHAI)}" for each in judgement.promises]


# --- 6: the time between the solution and the reopening -------------------------------------------------

FIX = """\
targets:
  fix: {stop: resolved, budget: 8h, accepts: [customer], reopen: new}
"""


def test_the_time_between_the_solution_and_the_reopening_is_no_pause():
    judgement = judged(
        FIX,
        OPENED,
        "03-01 10:00 held reason=customer",
        "03-01 11:00 resumed",
        "03-01 12:00 resolved",
        "03-04 09:00 reopened",
        "03-04 10:00 resolved",
    )

    assert [(saying(each, SHANGHAI), account(each)) for each in judgement.statements] == [
        ("03-01 12:00 verdict met by e4", "held 1h, counted 2h"),
        ("03-04 10:00 verdict met by e6", "counted 1h"),
    ]


# --- 9 and 15: the next reply, owed from the customer's oldest unanswered message on ----------------------

NEXT_REPLY = """\
targets:
  answer:
    start: [opened, {event: noted, where: {from: customer}}]
    stop: replied
    cancel: [resolved, closed, cancelled]
    budget: 4h
"""


def test_after_an_answer_nothing_runs_until_the_customer_writes_again():
    judgement = judged(
        NEXT_REPLY,
        OPENED,
        "03-01 10:00 replied",
        "03-02 09:00 noted from=customer",
        "03-02 11:00 noted from=customer",  # the oldest unanswered one counts
        "03-02 12:00 replied",
    )

    assert sayings(judgement) == [
        "answer: 03-01 10:00 verdict met by e2",
        "answer: 03-02 12:00 verdict met by e5",
    ]
    assert standing(judgement)[1] == "answer: e3 due 03-02 13:00 met at 03-02 12:00"


@table(
    "lines, expected",
    [
        ("solved", ["03-02 10:00 resolved"], ["answer: 03-02 10:00 verdict cancelled by e4"]),
        ("not solved", [], ["answer: 03-02 13:00 breach"]),
    ],
)
def test_a_goodbye_of_the_customer_is_not_owed_an_answer_once_it_is_solved(
    lines: list[str], expected: list[str]
):
    judgement = judged(NEXT_REPLY, OPENED, "03-01 10:00 replied", "03-02 09:00 noted from=customer", *lines)

    assert sayings(judgement) == ["answer: 03-01 10:00 verdict met by e2", *expected]


# --- 10: updates are owed from the first answer on --------------------------------------------------------

ANSWER_AND_UPDATES = """\
targets:
  answer: {stop: replied, budget: 8h}
  update:
    start: replied
    stop: {event: noted, where: {update: sent}}
    every: 4h
"""


def test_a_short_update_target_does_not_overtake_the_first_answer():
    never = judged(ANSWER_AND_UPDATES, OPENED)
    answered = judged(
        ANSWER_AND_UPDATES, OPENED, "03-01 12:00 replied", "03-01 15:00 noted update=sent", upto="03-01 20:00"
    )

    assert sayings(never) == ["answer: 03-01 17:00 breach"]  # and nothing at 13:00
    assert standing(answered) == [
        "answer: e1 due 03-01 17:00 met at 03-01 12:00",
        "update: e2 due 03-01 16:00 met at 03-01 15:00",
        "update: e3 due 03-01 19:00 breached",
    ]


# --- 12: a target that was taken out of the rules ---------------------------------------------------------

CLIMBING = policy(target("8h", rungs=(escalate("12h"),)))
WITHOUT = policy(target("24h", name="other"), version="2", since="2024-03-02 00:00")


def of_the_target(judgement: Judgement) -> list[str]:
    return [saying(each) for each in judgement.statements if each.target == "restore"]


@table(
    "lines, expected",
    [
        # Due 17:00, the rung at 21:00. A ticket stays with the version under which it was opened...
        ("a new version alone", [], ["03-01 17:00 breach", "03-01 21:00 up"]),
        # ...until it is judged again: from then on what was decided stands and goes on,
        ("judged again", ["18:00 rejudge version=2"], ["03-01 17:00 breach", "03-01 21:00 up"]),
        (
            "judged again before its due",
            ["16:00 rejudge version=2"],
            ["03-01 16:00 verdict superseded by e2"],
        ),
        # or never was.
        ("judged anew from the beginning", ["18:00 rejudge version=2 replace=true"], []),
    ],
)
def test_a_target_that_was_taken_out_of_the_rules(lines: list[str], expected: list[str]):
    told = history(OPENED, *(f"03-01 {line}" for line in lines))

    assert of_the_target(judge(told, Rules((CLIMBING, WITHOUT)), at(END))) == expected


# --- 22 and 23: what machines send ------------------------------------------------------------------------

BY_PEOPLE = """\
targets:
  answer: {stop: {event: replied, where: {by: [agent, supervisor]}}, budget: 4h}
"""


@table(
    "lines, expected",
    [
        ("a bot", ["09:00 replied by=bot"], ["answer: 03-01 13:00 breach"]),
        ("our own warning mail", ["12:00 replied by=system"], ["answer: 03-01 13:00 breach"]),
        ("nobody says by whom", ["12:00 replied"], ["answer: 03-01 13:00 breach"]),
        ("a person, after the bot", ["09:00 replied by=bot", "12:30 replied by=agent"], ["answer: 03-01 12:30 verdict met by e3"]),
    ],
)  # fmt: skip
def test_only_people_answer(lines: list[str], expected: list[str]):
    assert sayings(judged(BY_PEOPLE, OPENED, *(f"03-01 {line}" for line in lines))) == expected


BY_NO_MACHINE = """\
targets:
  answer: {stop: {event: replied, where: {by: {not: [bot, system]}}}, budget: 4h}
"""


@table(
    "line, expected",
    [
        ("a bot", "12:00 replied by=bot", "answer: 03-01 13:00 breach"),
        ("anybody else", "12:00 replied by=temp", "answer: 03-01 12:00 verdict met by e2"),
        ("nobody says by whom", "12:00 replied", "answer: 03-01 12:00 verdict met by e2"),
    ],
)
def test_no_machine_answers(line: str, expected: str):
    assert sayings(judged(BY_NO_MACHINE, OPENED, f"03-01 {line}")) == [expected]


# --- 26 and 30: hours of their own ------------------------------------------------------------------------

OWN_HOURS = """\
calendars:
  bank:
    week: {mon-fri: [09:00-12:00, 13:00-18:00]}
    closed: 2024-03-04
  shop:
    zone: Asia/Tokyo
    week: {mon-sun: 10:00-22:00}
targets:
  bank: {applies: {customer: bank}, stop: resolved, budget: 4h, hours: bank}
  shop: {applies: {customer: shop}, stop: resolved, budget: 4h, hours: shop}
"""


@table(
    "customer, opened, expected",
    [
        # Two hours on Friday, Monday is a holiday, two hours on Tuesday.
        ("a customer with a holiday", "bank", "03-01 16:00", "bank: 03-05 11:00 breach"),
        # In Tokyo it is an hour later: open until 21:00 here, and from 09:00 on Saturdays too.
        ("another one, in the evening", "shop", "03-01 19:00", "shop: 03-02 11:00 breach"),
    ],
)
def test_every_customer_has_hours_and_holidays_of_their_own(customer: str, opened: str, expected: str):
    assert sayings(judged(OWN_HOURS, f"{opened} opened customer={customer}")) == [expected]


# --- 34 and 35: a clock for each team ---------------------------------------------------------------------

LINES_OF_SUPPORT = """\
targets:
  first_line:
    stop: [resolved, {event: assigned, where: {team: second}}]
    budget: 2h
  second_line:
    start: {event: assigned, where: {team: second}}
    stop: resolved
    cancel: [cancelled, {event: assigned, where: {team: first}}]
    budget: 4h
  customer: {stop: resolved, budget: 6h}
"""


def test_the_second_line_does_not_pay_for_the_first():
    judgement = judged(LINES_OF_SUPPORT, OPENED, "03-01 12:30 assigned team=second", "03-01 16:00 resolved")

    assert sayings(judgement) == [
        "first_line: 03-01 11:00 breach",
        "first_line: 03-01 12:30 verdict late by e2",
        "customer: 03-01 15:00 breach",
        "customer: 03-01 16:00 verdict late by e3",
        "second_line: 03-01 16:00 verdict met by e3",  # due at 16:30
    ]


# --- 36: a timer for each assignee ------------------------------------------------------------------------

RETURN_TIMER = """\
targets:
  assignee:
    start: assigned
    stop: replied
    cancel: [assigned, resolved, closed, cancelled]
    budget: 1h
    ladder: [{at: due, role: supervisor}]
"""


@table(
    "lines, expected",
    [
        (
            "handed over in time, and answered",
            ["09:10 assigned to=anna", "09:50 assigned to=ben", "10:40 replied"],
            ["assignee: e2 due 03-01 10:10 cancelled at 03-01 09:50", "assignee: e3 due 03-01 10:50 met at 03-01 10:40"],
        ),
        (
            "handed over in time, and not answered",
            ["09:10 assigned to=anna", "09:50 assigned to=ben"],
            ["assignee: e2 due 03-01 10:10 cancelled at 03-01 09:50", "assignee: e3 due 03-01 10:50 breached"],
        ),
    ],
)  # fmt: skip
def test_a_timer_that_begins_anew_with_each_assignee(lines: list[str], expected: list[str]):
    assert standing(judged(RETURN_TIMER, OPENED, *(f"03-01 {line}" for line in lines))) == expected


# --- 39: taken on by a person -----------------------------------------------------------------------------

OWNED = """\
targets:
  owned: {stop: {event: assigned, where: {kind: person}}, budget: 1h}
"""


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ("09:50", ["owned: 03-01 09:50 verdict met by e3"]),
        ("10:30", ["owned: 03-01 10:00 breach", "owned: 03-01 10:30 verdict late by e3"]),
    ],
)
def test_assigned_to_a_group_is_not_taken_on(person: str, expected: list[str]):
    lines = (OPENED, "03-01 09:30 assigned kind=group", f"03-01 {person} assigned kind=person")

    assert sayings(judged(OWNED, *lines)) == expected
