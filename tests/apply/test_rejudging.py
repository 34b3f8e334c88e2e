"""Tickets put under another version: by an order, or by an event that names a version before it is registered.

Hours are told from nine o'clock on. Under version 1 a repair is due after one hour, under version 2 after three.
"""

import pytest

from service import rules
from service.apply import Order, Rulebook, UnknownVersion
from service.apply.registration import register_policy
from service.sla.judge import judge
from service.store import chosen, events
from service.store.chosen import Filter
from tests.apply.staging import TENANT, after, key, record, staged

POLICY = """
policy: desk
version: "{version}"
effective_from: {since}
tenant: harbour
zone: UTC
vocabulary:
  moved: {{means: rejudge, rename: {{to: version}}}}
targets:
  repair: {{stop: resolved, budget: {budget}}}
"""


async def put(
    stage, version: str, budget: str, since: str = "2030-01-01T00:00:00Z", hours: float = 0
) -> None:
    document = POLICY.format(version=version, since=since, budget=budget)
    policy = rules.read(document, name="desk")
    await stage.ask(register_policy, policy, document, [], at=after(hours))


def order(version: str = "2", hours: float = 0.5, **more) -> Order:
    return Order(
        version=version, at=after(hours), by="clerk", reason="the owner agreed on three hours", **more
    )


async def stored(stage, ticket: str = "A"):
    """What was recorded by orders, in the order of what happened."""
    found = (await stage.ask(events.history, [key(ticket)]))[key(ticket)]
    return sorted((each for each in found if each.source == "slaclock/rejudge"), key=lambda each: each.at)


@pytest.fixture
async def stage(database):
    async with staged(database, policy=False, rules_of=Rulebook()) as one:
        await put(one, "1", "1h", since="2000-01-01T00:00:00Z", hours=-1)
        await put(one, "2", "3h")
        yield one


async def test_an_open_promise_goes_on_under_the_new_version(stage):
    await stage.send(record("A", "opened", 0))
    await stage.prove(0.5)
    done = await stage.door.rejudge([key("A")], order())
    await stage.prove(2)
    await stage.door.wake(10)

    assert (done.added, done.unchanged, done.failed) == (1, 0, {})
    assert await stage.in_force("A") == set()

    await stage.prove(3.1)
    await stage.door.wake(10)

    assert await stage.said("A") == ["breach 1"]


async def test_what_is_kept_of_an_order(stage):
    await stage.send(record("A", "opened", 0))
    await stage.door.rejudge([key("A")], order())
    (event,) = await stored(stage)

    assert (event.type, event.at) == ("rejudge", after(0.5))
    assert event.attributes == {
        "version": "2",
        "by": "clerk",
        "reason": "the owner agreed on three hours",
    }


async def test_the_same_order_again_changes_nothing(stage):
    await stage.send(record("A", "opened", 0))
    await stage.door.rejudge([key("A")], order())
    again = await stage.door.rejudge([key("A")], order(hours=0.75))

    assert (again.added, again.unchanged) == (0, 1)
    assert len(await stored(stage)) == 1


async def test_there_and_back_and_there_again(stage):
    """The last order, at 0.7, is under version 2: due at three."""
    await stage.send(record("A", "opened", 0))
    for version, hours in (("2", 0.5), ("1", 0.6), ("2", 0.7)):
        assert (await stage.door.rejudge([key("A")], order(version, hours))).added == 1
    await stage.prove(2)
    await stage.door.wake(10)

    assert len({each.id for each in await stored(stage)}) == 3
    assert await stage.in_force("A") == set()


async def test_a_decided_promise_stands_unless_it_is_replaced(stage):
    await stage.send(record("A", "opened", 0))
    await stage.prove(1.5)
    await stage.door.wake(10)
    await stage.door.rejudge([key("A")], order(hours=2))

    assert await stage.said("A") == ["breach 1"]

    done = await stage.door.rejudge([key("A")], order(hours=2, replace=True))

    assert (done.added, done.changed, sum(done.said.values())) == (1, 1, 1)
    assert await stage.said("A") == ["breach 1", "breach 2 withdrawn"]
    assert (await stage.door.rejudge([key("A")], order(hours=2, replace=True))).added == 0


async def test_tickets_opened_at_other_times_are_left(stage):
    await stage.send(record("A", "opened", 0), record("B", "opened", 1), record("C", "opened", 2))
    tickets = [key("A"), key("B"), key("C")]
    done = await stage.door.rejudge(tickets, order(hours=3, opened_from=after(1), opened_to=after(2)))

    assert (done.added, done.unchanged) == (1, 2)
    assert [len(await stored(stage, each)) for each in "ABC"] == [0, 1, 0]


async def test_a_ticket_that_no_version_claims_is_left(stage):
    await stage.send(record("A", "noted", 0))

    assert (await stage.door.rejudge([key("A")], order())).unchanged == 1


async def test_a_version_that_is_not_registered_is_refused(stage):
    await stage.send(record("A", "opened", 0))

    with pytest.raises(UnknownVersion, match="version 3 is not registered: there are 1, 2"):
        await stage.door.rejudge([key("A")], order("3"))
    assert await stored(stage) == []


async def test_an_order_needs_a_name_and_a_reason(stage):
    with pytest.raises(ValueError, match="a name and a reason"):
        await stage.door.rejudge([], Order(version="2", at=0, by="clerk", reason=" "))


async def test_a_ticket_that_cannot_be_judged_so_is_as_it_was(database):
    def fussy(history, policies, upto):
        if any(each.ticket == "B" and each.type == "rejudge" for each in history.events):
            raise RuntimeError("not this one")
        return judge(history, policies, upto)

    async with staged(database, policy=False, rules_of=Rulebook(), judge=fussy) as stage:
        await put(stage, "1", "1h", since="2000-01-01T00:00:00Z", hours=-1)
        await put(stage, "2", "3h")
        await stage.send(record("A", "opened", 0), record("B", "opened", 0))
        done = await stage.door.rejudge([key("A"), key("B")], order())
        await stage.prove(2)
        await stage.door.wake(10)

        assert (done.added, done.failed) == (1, {key("B"): "RuntimeError: not this one"})
        assert await stored(stage, "B") == []
        assert await stage.in_force("A", "B") == {"B breach"}


@pytest.mark.parametrize(("word", "name"), [("rejudge", "version"), ("moved", "to")])
async def test_an_event_may_name_a_version_before_it_is_registered(stage, word, name):
    """The promise of A was open at 0.5, and is under version 3 from there on: due at six, whatever was said before."""
    await stage.send(
        record("A", "opened", 0), record("A", word, 0.5, **{name: "3"}), record("B", "opened", 0)
    )
    await stage.prove(1.5)
    await stage.door.wake(10)
    assert await stage.in_force("A", "B") == {"A breach", "B breach"}

    await put(stage, "3", "6h", since="2031-01-01T00:00:00Z")
    woken = await stage.door.wake(10)

    assert (woken.claimed, woken.changed) == (1, 1)
    assert await stage.said("A") == ["breach 1", "breach 2 withdrawn"]
    assert await stage.in_force("B") == {"B breach"}


async def test_a_version_that_is_registered_already_wakes_nobody(stage):
    await stage.send(record("A", "opened", 0), record("A", "rejudge", 0.5, version="2"))
    await stage.prove(0.75)
    await stage.door.wake(10)
    await put(stage, "3", "6h", since="2031-01-01T00:00:00Z")

    assert (await stage.door.wake(10)).claimed == 0


async def test_pages_of_tickets(stage):
    names = [f"T-{number}" for number in range(20)]
    await stage.send(
        *(record(each, "opened", 0) for each in names),
        record("late", "opened", 5),
        record("orphan", "noted", 0),
    )

    async def pages(limit: int, **wanted) -> list[str]:
        found: list[tuple[str, str]] = []
        while page := await stage.ask(
            chosen.page, TENANT, Filter(**wanted), found[-1] if found else None, limit
        ):
            assert len(page) <= limit
            found.extend(page)
        return [ticket for _, ticket in found]

    assert sorted(await pages(3)) == sorted([*names, "late", "orphan"])
    assert sorted(await pages(7, target="repair")) == sorted([*names, "late"])
    assert await pages(7, since=after(4)) == ["late"]
    assert await pages(7, target="other") == []
    assert await stage.ask(chosen.page, "city", Filter(), None, 10) == []
    assert await stage.ask(chosen.existing, [key("T-1"), key("T-77")]) == [key("T-1")]
