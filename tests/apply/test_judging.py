"""Which event made a revision necessary: the one with which the statement became what it is."""

import pytest

from service.apply.judging import Bench, Case
from service.sla.diff import diff
from service.sla.events import Doubt, Event
from service.sla.history import History
from service.sla.judge import judge
from service.sla.policy import Rules
from service.sla.statements import Said
from tests.apply.staging import NINE, TENANT, after, one_hour
from tests.sla.telling import policy

RULES = Rules((policy(one_hour()),))


def event(type_: str, hours: float, **attributes: str) -> Event:
    id_ = f"{type_}-{hours}"
    return Event(
        tenant=TENANT, ticket="A", source="desk", id=id_, type=type_, at=after(hours), attributes=attributes
    )


def voided(other: Event) -> Event:
    return event("voided", 9, event=other.id, reason="r", by="b")


OPENED = event("opened", 0)


def said_at(hours: float, *past: Event) -> dict[str, Said]:
    return {each.statement.id: each for each in diff((), judge(History(past), RULES, after(hours)))}


def causes(
    *fresh: Event, past: tuple[Event, ...] = (OPENED,), doubts: tuple[Doubt, ...] = ()
) -> dict[str, str | None]:
    bench = Bench(judge, diff, RULES, after(2))
    found = bench.find(Case(past, fresh, doubts, said_at(2, *past)))
    return {
        f"{c.said.statement.name}{' withdrawn' if c.said.withdrawn else ''}": c.cause and c.cause[1]
        for c in found.changes
    }


def test_the_only_event_is_the_cause():
    assert causes(event("resolved", 0.9)) == {"breach withdrawn": "resolved-0.9", "verdict": "resolved-0.9"}


@pytest.mark.parametrize("place", range(5))
def test_of_several_events_the_one_that_changed_it(place):
    fresh = [event("noted", n / 10) for n in range(1, 5)]
    fresh.insert(place, event("resolved", 0.9))

    assert causes(*fresh) == {"breach withdrawn": "resolved-0.9", "verdict": "resolved-0.9"}


def test_the_last_of_those_that_made_it_so():
    """Proof, its voiding, and proof again: the breach is withdrawn because of the second."""
    first, second = event("resolved", 0.5), event("resolved", 0.7)

    told = causes(first, voided(first), second, event("noted", 0.8))

    assert told["breach withdrawn"] == "resolved-0.7"


def test_without_new_events_there_is_no_cause():
    assert causes(doubts=(Doubt(since=NINE, reason="not_json"),)).keys() == {
        "breach withdrawn",
        "half withdrawn",
        "verdict",
    }
    assert set(causes(doubts=(Doubt(since=NINE, reason="not_json"),)).values()) == {None}


def test_what_a_doubt_did_has_no_cause_among_events_that_came_along():
    told = causes(event("noted", 1), event("noted", 1.1), doubts=(Doubt(since=NINE, reason="not_json"),))
    assert set(told.values()) == {None}


def test_a_first_saying_among_several_events_names_the_event_of_its_verdict_only():
    told = causes(OPENED, event("noted", 1), event("resolved", 1.5), past=())
    assert told == {"half": None, "breach": None, "verdict": "resolved-1.5"}


def test_few_judgements_are_needed_for_many_events():
    """A ticket that gets hundreds of events at once must not be judged hundreds of times."""
    judged = 0

    def counting(history, rules, upto):
        nonlocal judged
        judged += 1
        return judge(history, rules, upto)

    fresh = [event("noted", n / 1000) for n in range(500)]
    fresh.insert(250, event("resolved", 0.9))
    Bench(counting, diff, RULES, after(2)).find(Case((OPENED,), tuple(fresh), (), said_at(2, OPENED)))

    assert judged <= 12
