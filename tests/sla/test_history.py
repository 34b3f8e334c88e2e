"""What a history is: its order, what was voided, which policy it is pinned to."""

from itertools import pairwise, permutations

import pytest

from service.sla.history import History, in_order, order
from service.sla.judge import judge
from service.sla.policy import Meaning, Rules
from tests.sla.telling import END, at, event, history, policy, rules, sayings, standing, target

OPENED = "03-01 09:00 opened"
TARGET = target("8h")


def ids(*lines: str) -> list[str]:
    return [each.id for each in in_order(history(*lines).events, {})]


def in_every_order(told: History) -> list[str]:
    """The sayings, when they are the same for every order of arrival."""
    answers = {
        tuple(sayings(judge(History(arrival), rules(TARGET), at(END))))
        for arrival in permutations(told.events)
    }
    (answer,) = answers
    return list(answer)


def test_the_total_order():
    in_this_order = [
        event("03-01 09:00 resolved id=z source=z seq=9"),
        event("03-01 10:00 resolved id=z source=a seq=2"),
        event("03-01 10:00 opened id=z source=b seq=1"),
        event("03-01 10:00 reclassified id=z source=b seq=1"),
        event("03-01 10:00 assigned id=z source=b seq=1"),
        event("03-01 10:00 noted id=a source=b seq=1"),
        event("03-01 10:00 dispatched id=b source=b seq=1"),  # an owner's own stands where noted stands
        event("03-01 10:00 noted id=c source=b seq=1"),
        event("03-01 10:00 replied id=z source=b seq=1"),
        event("03-01 10:00 resumed id=z source=b seq=1"),
        event("03-01 10:00 held id=z source=b seq=1"),
        event("03-01 10:00 resolved id=z source=b seq=1"),
        event("03-01 10:00 closed id=z source=b seq=1"),
        event("03-01 10:00 cancelled id=z source=b seq=1"),
        event("03-01 10:00 reopened id=z source=b seq=1"),
        event("03-01 10:00 voided id=z source=b seq=1"),
        event("03-01 10:00 opened id=z source=b seq=2"),
    ]

    assert all(order(one) < order(two) for one, two in pairwise(in_this_order))


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (["03-01 10:00 resolved"], ["e1", "e2"]),
        (["03-01 10:00 resolved", "03-01 11:00 voided event=e2"], ["e1"]),
        (["03-01 10:00 resolved", "03-01 09:30 voided event=e2"], ["e1"]),  # whatever its instant
        (["03-01 10:00 resolved", "03-01 11:00 voided event=e9"], ["e1", "e2"]),
        (["03-01 10:00 resolved", "03-01 11:00 voided"], ["e1", "e2"]),
        (
            ["03-01 10:00 resolved", "03-01 11:00 voided event=e2 source=crm"],
            ["e1", "e2"],
        ),  # of its own source
        (["03-01 10:00 resolved source=crm", "03-01 11:00 voided event=e2"], ["e1", "e2"]),
        (["03-01 10:00 resolved", "03-01 11:00 voided event=e3"], ["e1", "e2"]),  # itself
        (
            ["03-01 10:00 resolved", "03-01 11:00 voided event=e2", "03-01 12:00 voided event=e3"],
            ["e1", "e2"],
        ),
        (["03-01 10:00 resolved", "03-01 12:00 voided event=e2", "03-01 11:00 voided event=e3"], ["e1"]),
        (
            [
                "03-01 10:00 resolved",
                "03-01 11:00 voided event=e2",
                "03-01 12:00 voided event=e3",
                "03-01 13:00 voided event=e4",
            ],
            ["e1"],
        ),
        (["03-01 10:00 voided event=e3", "03-01 11:00 voided event=e2"], ["e1"]),  # each other
    ],
)
def test_voiding(lines: list[str], kept: list[str]):
    assert ids(OPENED, *lines) == kept


def test_a_void_can_name_a_source():
    crm = event("03-01 10:00 resolved id=e2 source=crm")
    void = event("03-01 11:00 voided id=e3 event=e2")
    void.attributes["source"] = "crm"  # type: ignore[index]

    assert [each.id for each in in_order((event(OPENED), crm, void), {})] == ["e1"]


def test_voids_arrive_in_any_order():
    one = history(OPENED, "03-01 10:00 resolved", "03-01 11:00 voided event=e2")
    two = history(
        OPENED, "03-01 10:00 resolved", "03-01 11:00 voided event=e2", "03-01 12:00 voided event=e3"
    )

    assert in_every_order(one) == ["03-01 17:00 breach"]
    assert in_every_order(two) == ["03-01 10:00 verdict met by e2"]


def test_a_voided_hold_and_a_voided_resumption_never_were():
    patient = target("8h", accepts=("customer",))
    lines = [OPENED, "03-01 10:00 held reason=customer", "03-01 11:00 resumed"]
    no_hold = judge(history(*lines, "03-01 12:00 voided event=e2"), rules(patient), at(END))
    still_held = judge(history(*lines, "03-01 12:00 voided event=e3"), rules(patient), at(END))

    assert standing(no_hold) == ["e1 due 03-01 17:00 breached"]
    assert standing(still_held) == ["e1 due - open"]


def test_the_same_fact_told_twice_is_one_fact():
    chained = target("8h", start=("replied",), stop=("replied",))
    told = history(OPENED, "03-01 10:00 replied")
    again = history(OPENED, "03-01 10:00 replied")

    for doubled in (told.events + told.events, told.events + again.events):
        judgement = judge(History(doubled), rules(chained), at("03-01 10:00"))

        assert standing(judgement) == ["e2 due 03-01 18:00 open"]
        assert len(in_order(doubled, {})) == 2


def test_one_id_from_two_sources_is_two_facts():
    assert ids(OPENED, "03-01 10:00 noted id=e1 source=crm") == ["e1", "e1"]


# --- the pin --------------------------------------------------------------------------------------

OLD = policy(target("8h"), version="1", since="02-01 00:00")
NEW = policy(target("4h"), version="2", since="03-02 00:00", vocabulary={"created": Meaning("opened")})


@pytest.mark.parametrize(
    ("lines", "pin", "orphan"),
    [
        (["03-01 09:00 opened"], "1", False),
        (["03-01 23:59:59.999999 opened"], "1", False),
        (["03-02 00:00 opened"], "2", False),
        (["03-03 09:00 opened", "03-01 09:00 opened"], "1", False),  # the earliest counts
        (["03-03 09:00 opened", "03-01 09:00 opened", "03-04 09:00 voided event=e2"], "2", False),
        (["02-01 00:00 opened"], "1", False),
        (["01-31 23:59:59.999999 opened"], None, False),  # before every version: none, yet no orphan
        (["03-03 09:00 created"], "2", False),
        (["03-01 09:00 created"], None, False),  # the newest knows the word but is not in force yet
        (["03-01 09:00 opened", "03-03 09:00 created"], "1", False),
        (["03-01 09:00 created", "03-03 09:00 opened"], "1", False),  # the old version does not know the word
        (["03-01 09:00 noted"], None, True),
        (["03-01 09:00 opened", "03-01 10:00 voided event=e1"], None, True),
        ([], None, False),
    ],
)
def test_the_pin(lines: list[str], pin: str | None, orphan: bool):
    judgement = judge(history(*lines), Rules((OLD, NEW)), at(END))

    assert judgement.policy == (None if pin is None else ("p", pin))
    assert judgement.orphan is orphan


def test_the_pin_does_not_depend_on_the_order_of_arrival():
    told = history("03-03 09:00 opened", "03-01 09:00 opened", "03-04 09:00 voided event=e2")

    pins = {
        judge(History(arrival), Rules((OLD, NEW)), at(END)).policy for arrival in permutations(told.events)
    }

    assert pins == {("p", "2")}


def test_without_rules_there_is_no_promise():
    assert judge(history(OPENED), Rules(()), at(END)).promises == ()
    assert not judge(history(OPENED), Rules(()), at(END)).orphan
    assert judge(history("03-01 09:00 noted"), Rules(()), at(END)).orphan


def test_an_orphan_says_nothing():
    judgement = judge(
        history("03-01 09:00 resolved", "03-01 10:00 held"), rules(target("8h", start=("resolved",))), at(END)
    )

    assert (judgement.statements, judgement.promises, judgement.wake_at) == ((), (), None)


def test_a_ticket_that_no_target_matches_has_no_promise_and_is_no_orphan():
    judgement = judge(history(OPENED), rules(target("8h", applies=("prio=high",))), at(END))

    assert (judgement.promises, judgement.orphan, judgement.policy) == ((), False, ("p", "1"))


def test_an_owners_words():
    words = {
        "created": Meaning("opened", {"severity": "prio"}),
        "waiting": Meaning("held", {"for": "reason"}),
        "goes_on": Meaning("resumed"),
        "fixed": Meaning("resolved"),
    }
    told = history(
        "03-01 09:00 created severity=high",
        "03-01 10:00 waiting for=customer",
        "03-01 12:00 goes_on",
        "03-01 18:00 fixed",
    )
    watched = target("8h", applies=("prio=high",), accepts=("customer",))

    judgement = judge(told, rules(watched, vocabulary=words), at(END))

    assert standing(judgement) == ["e1 due 03-01 19:00 met at 03-01 18:00"]


def test_an_owners_words_stand_in_the_order_of_what_they_mean():
    words = {"fixed": Meaning("resolved")}
    told = history(OPENED, "03-01 10:00 reopened id=a", "03-01 10:00 fixed id=b")
    again = target("8h", reopen=True)

    assert standing(judge(told, rules(again, vocabulary=words), at(END))) == [
        "e1 due 03-01 17:00 met at 03-01 10:00",
        "a due 03-01 18:00 breached",
    ]
