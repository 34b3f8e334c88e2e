"""What rests on absence waits for W; a wake-up judges once and has something to say."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from service.sla.instants import HOUR
from service.store import events, progress, promises, registry, statements, tickets
from service.store.promises import State
from service.wire.incoming import decode
from service.wire.records import Reason, Refused
from tests.apply.staging import TENANT, TOPIC, after, garbage, key, record, register, staged


async def test_nothing_is_due_while_nothing_is_proved(stage):
    await stage.send(record("A", "opened", 0))
    stage.clock.now = after(100)

    woken = await stage.door.wake(10)

    assert (woken.claimed, await stage.said("A")) == (0, [])


async def test_a_breach_waits_for_the_watermark_not_for_the_clock(stage):
    await stage.send(record("A", "opened", 0))
    await stage.prove(1)  # proved to the due itself: an event at exactly due may still be on its way
    stage.clock.now = after(100)
    await stage.door.wake(10)
    assert await stage.in_force("A") == {"A half"}

    await stage.prove(1 + 1e-9 * 3)
    woken = await stage.door.wake(10)

    assert (woken.claimed, woken.changed) == (1, 1)
    assert await stage.in_force("A") == {"A half", "A breach"}


async def test_a_late_stop_already_there_does_not_make_the_breach_earlier(stage):
    await stage.send(record("A", "opened", 0), record("A", "resolved", 1.5, recorded=1.5))
    assert await stage.in_force("A") == set()

    await stage.prove(2)
    await stage.door.wake(10)

    assert await stage.in_force("A") == {"A half", "A breach", "A verdict late"}


async def test_a_frozen_watermark_says_nothing(stage):
    await stage.send(record("A", "opened", 0))
    await stage.prove(0.1)
    await stage.ask(progress.settle_watermark, {TOPIC: [0]}, t0=after(5), frozen="clock jumped")

    assert (await stage.door.wake(10)).claimed == 0
    assert await stage.said("A") == []


async def test_a_wake_up_is_claimed_once_and_again_only_when_there_is_more(stage):
    await stage.send(record("A", "opened", 0))
    await stage.prove(1.5)
    first = await stage.door.wake(10)
    assert (first.claimed, first.changed, sum(first.said.values())) == (1, 1, 2)
    assert first.delays == (HOUR,)  # half past nine was asked for, half past ten it was
    assert (await stage.door.wake(10)).claimed == 0

    await stage.prove(3.5)
    second = await stage.door.wake(10)
    assert (second.claimed, second.changed) == (1, 1)
    await stage.prove(1000)
    assert (await stage.door.wake(10)).claimed == 0


async def test_a_wake_up_asked_for_in_the_past_is_not_claimed_again_and_again(database):
    """A core whose wake_at is wrong costs a wake-up each time W moves, not a busy loop."""

    def restless(history, rules, upto):
        from service.sla.judge import judge

        return replace(judge(history, rules, upto), wake_at=after(0))

    async with staged(database, judge=restless) as stage:
        await stage.send(record("A", "opened", 0))
        await stage.prove(0.2)
        assert (await stage.door.wake(10)).claimed == 1
        assert (await stage.door.wake(10)).claimed == 0
        await stage.prove(0.3)
        woken = await stage.door.wake(10)
        assert (woken.claimed, woken.changed) == (1, 0)


async def test_batches_are_bounded_and_the_longest_due_come_first(stage):
    await stage.send(*(record(f"T{n}", "opened", n / 100) for n in range(9, -1, -1)))
    await stage.prove(2)

    woken = await stage.door.wake(3)

    assert woken.claimed == 3
    assert await stage.in_force(*(f"T{n}" for n in range(10))) == {
        f"T{n} {name}" for n in range(3) for name in ("half", "breach")
    }


async def test_several_clocks_share_the_work_and_say_everything_once(stage):
    names = [f"T{n}" for n in range(200)]
    await stage.send(*(record(name, "opened", 0) for name in names))
    await stage.prove(2)

    async def sweep() -> int:
        claimed = 0
        while (woken := await stage.door.wake(7)).claimed:
            claimed += woken.claimed
        return claimed

    assert sum(await asyncio.gather(*(sweep() for _ in range(4)))) == 200
    for name in names[::20]:
        assert await stage.said(name) == ["half 1", "breach 1"]
    assert len(await stage.outgoing()) == 200 * 3


async def test_a_ticket_under_lock_stays_due_and_holds_up_nobody(stage):
    await stage.send(record("A", "opened", 0), record("B", "opened", 0))
    await stage.prove(2)
    async with stage.db.transaction() as tx:
        await tickets.lock(tx, [key("A")])
        assert (await stage.door.wake(10)).claimed == 1

    assert await stage.in_force("A", "B") == {"B half", "B breach"}
    assert (await stage.door.wake(10)).claimed == 1


async def test_what_is_derived_can_be_made_anew_from_what_is_kept(stage):
    """Promises and wake-ups are lost; judging again restores them and says nothing twice."""
    await stage.send(record("A", "opened", 0), record("B", "opened", 0), record("B", "resolved", 0.5))
    await stage.prove(2)
    await stage.door.wake(10)

    async def derived() -> list[str]:
        async with stage.db.transaction() as tx:
            told = await tx.run(
                text(
                    "SELECT to_jsonb(t) - 'judged_at' FROM ticket t UNION ALL SELECT to_jsonb(p) FROM promise p"
                )
            )
            return sorted(map(str, told.scalars()))

    before, said = await derived(), await stage.said("A")
    async with stage.db.transaction() as tx:
        await tx.run(text("DELETE FROM promise"))
        await tx.run(text("UPDATE ticket SET wake_at = NULL, policy = NULL, version = NULL"))

    assert await stage.door.judge_again([key("A"), key("B")]) == 0
    assert await derived() == before
    assert await stage.said("A") == said


async def test_the_current_judgement_is_kept_for_questions(stage):
    await stage.send(record("A", "opened", 0), record("B", "opened", 0), record("C", "opened", 0.5))
    await stage.send(record("B", "resolved", 0.5))
    await stage.prove(1.2)
    await stage.door.wake(10)

    assert await stage.ask(promises.unfinished) == [
        promises.Unfinished(TENANT, "restore", State.BREACHED, 1, after(1)),
        promises.Unfinished(TENANT, "restore", State.OPEN, 1, after(1.5)),
    ]


async def test_promises_that_are_no_more_are_gone(stage):
    await stage.send(record("A", "opened", 0))
    assert len(await stage.ask(promises.unfinished)) == 1

    await stage.send(record("A", "voided", 0.1, event="A-opened-0", reason="wrong desk", by="anna"))

    assert await stage.ask(promises.unfinished) == []
    async with stage.db.transaction() as tx:
        assert (await tx.run(text("SELECT count(*) FROM promise"))).scalar_one() == 0


async def test_the_backlog_of_the_clock_is_told(stage):
    await stage.send(record("A", "opened", 0), record("B", "opened", 0.2))
    assert await stage.ask(tickets.backlog) == tickets.Backlog(0, None)
    await stage.prove(2)
    assert await stage.ask(tickets.backlog) == tickets.Backlog(2, after(0.5))
    await stage.door.wake(10)
    assert await stage.ask(tickets.backlog) == tickets.Backlog(0, None)
    assert (await stage.ask(tickets.trouble)).next_wake_at == after(3)


# --- records whose reason goes --------------------------------------------------------------------


async def test_a_record_ahead_of_its_time_is_applied_when_the_watermark_has_passed_it(stage):
    ahead = record("A", "opened", 2, recorded=0)
    applied = await stage.send(ahead)
    assert applied.parked == {Reason.AHEAD_OF_RECORD: 1}
    await stage.prove(2)
    assert (await stage.door.wake(10)).released == 0

    await stage.prove(2.1)
    assert (await stage.door.wake(10)).released == 1

    assert await stage.history("A") == ["A-opened-2"]
    assert await stage.parked() == []
    found = await stage.ask(events.past, [key("A")])
    assert found[key("A")].events[0].at == after(2)


async def test_the_automatic_release_is_on_the_record(stage):
    from service.store import car_park, parked

    await stage.send(record("A", "opened", 2, recorded=0))
    await stage.prove(3)
    await stage.door.wake(10)

    [row] = await stage.ask(parked.browse, state=None)
    assert (row.state, row.decided_by, row.decided_at) == (car_park.State.RELEASED, "slaclock", after(3))
    assert row.decided_why == "the watermark has passed its time"


async def test_automatic_releases_are_bounded(stage):
    await stage.send(*(record(f"T{n}", "opened", 2, recorded=0) for n in range(7)))
    await stage.prove(3)

    assert [(await stage.door.wake(3)).released for _ in range(4)] == [3, 3, 1, 0]


async def test_a_record_that_still_does_not_fit_gets_its_new_reason_and_waits_for_a_person(stage):
    await stage.send(record("A", "opened", 0, id_="1"), record("A", "opened", 2, id_="1", recorded=0))
    await stage.prove(3)

    assert (await stage.door.wake(10)).released == 0
    assert await stage.parked() == [(1, "id_reused")]
    assert await stage.in_force("A") == {"A verdict indeterminate id_reused"}
    assert (await stage.door.wake(10)).released == 0


async def test_a_record_that_cannot_even_be_read_any_more_gets_its_new_reason(database):
    strict = False

    def learning(one, **how):
        found = decode(one, **how)
        if not strict:
            return found
        return Refused(one, Reason.BAD_DATA, "not allowed any more", TENANT, "A")

    async with staged(database, decode=learning) as stage:
        await stage.send(record("A", "opened", 0), record("A", "noted", 2, recorded=0))
        strict = True
        await stage.prove(3)

        assert (await stage.door.wake(10)).released == 0
        assert await stage.parked() == [(1, "bad_data")]
        assert await stage.in_force("A") == {"A verdict indeterminate bad_data"}


async def test_what_waited_for_a_policy_is_applied_when_it_is_registered(database):
    async with staged(database, policy=False) as stage:
        await stage.send(record("A", "opened", 0), record("B", "opened", 0, tenant="forest"))
        await stage.send(record("A", "resolved", 0.5))
        await stage.prove(2)
        assert (await stage.door.wake(10)).released == 0

        await stage.ask(register, TENANT)
        assert (await stage.door.wake(10)).released == 2

        assert await stage.in_force("A") == {"A verdict met"}
        assert await stage.parked() == [(1, "unknown_policy")]


async def test_a_released_record_that_cannot_be_judged_stays_parked(database):
    def touchy(history, rules, upto):
        from service.sla.judge import judge

        if any(event.id == "poison" for event in history.events):
            raise ZeroDivisionError("poison")
        return judge(history, rules, upto)

    async with staged(database, judge=touchy) as stage:
        await stage.send(record("A", "opened", 0), record("A", "noted", 2, id_="poison", recorded=0))
        await stage.prove(3)

        assert (await stage.door.wake(10)).released == 0
        assert await stage.parked() == [(1, "not_judged")]
        assert await stage.history("A") == ["A-opened-0"]
        assert await stage.in_force("A") == {"A verdict indeterminate not_judged"}


async def test_two_clocks_release_a_record_once(stage):
    for n in range(10):
        await stage.send(*(record(f"{n}-{m}", "opened", 2, recorded=0) for m in range(5)))
    await stage.prove(3)

    told = await asyncio.gather(*(stage.door.wake(50) for _ in range(4)), return_exceptions=True)

    assert not [each for each in told if isinstance(each, Exception)]
    assert sum(each.released for each in told) == 50


# --- policies -------------------------------------------------------------------------------------


async def test_a_new_version_makes_tickets_beyond_its_beginning_due_now(stage):
    """Only those: an event may be as far ahead as the tolerance, and none further."""
    await stage.send(record("A", "opened", 0), record("B", "opened", 0.01, recorded=0))
    await stage.prove(0.001)
    await stage.ask(register, version="2", since=after(0.005), at_=after(0.004))
    woken = await stage.door.wake(10)

    assert woken.claimed == 1
    assert woken.delays == ()
    async with stage.db.transaction() as tx:
        pins = await tx.run(text("SELECT ticket, version FROM ticket ORDER BY ticket"))
        assert [tuple(row) for row in pins] == [("A", "1"), ("B", "2")]


async def test_registration_waits_for_who_is_judging(stage):
    async with stage.db.transaction() as tx:
        await registry.hold_still(tx)
        waiting = asyncio.create_task(stage.ask(register, version="2", since=after(5), at_=after(1)))
        await stage.until_blocked()
        assert not waiting.done()
    assert await waiting is True


# --- bookkeeping ----------------------------------------------------------------------------------


async def test_tickets_in_doubt_are_counted_until_the_doubt_is_gone(stage):
    await stage.send(record("A", "opened", 0), garbage("A", 0.1), garbage("B", 0.1))
    assert (await stage.ask(tickets.trouble)).in_doubt == 2

    await stage.door.drop(TOPIC, 0, 1, by="anna", reason="a test message")

    assert (await stage.ask(tickets.trouble)).in_doubt == 1


async def test_revisions_are_contiguous_whatever_happens(stage):
    """A breach said, withdrawn and said again, with stops that are voided."""
    await stage.send(record("A", "opened", 0))
    await stage.prove(2)
    await stage.door.wake(10)
    for n in range(3):
        stop = record("A", "resolved", 0.5 + n / 10, recorded=2)
        await stage.send(stop)
        await stage.send(
            record(
                "A", "voided", 1 + n / 10, recorded=2, event=f"A-resolved-{0.5 + n / 10}", reason="r", by="b"
            )
        )

    entries = await stage.ask(statements.ledger, key("A"))
    revisions = [e.said.rev for e in entries if e.said.statement.name == "breach"]
    assert revisions == list(range(1, 8))
    withdrawn = [e.said.withdrawn for e in entries if e.said.statement.name == "breach"]
    assert withdrawn == [False, True] * 3 + [False]


@pytest.mark.parametrize("ticket", ["工单 №7", "a'b\"c\\", "x" * 255, "🎟" * 128])
async def test_names_of_any_script_pass_through(stage, ticket):
    unheadered = record("A", "opened", 0, id_="e")
    body = (
        '{"specversion": "1.0", "id": "e", "source": "desk", "type": "slaclock.ticket.opened.v1",'
        ' "time": "2024-03-01T09:00:00Z", "tenant": "harbour", "subject": %s, "data": {"attributes": {"a": "\\u0000"}}}'
    )
    import json

    applied = await stage.send(
        replace(
            unheadered,
            key=ticket.encode(),
            headers=(("content-type", b"application/cloudevents+json"),),
            value=(body % json.dumps(ticket)).encode(),
        )
    )

    assert applied.applied + sum(applied.parked.values()) == 1
    assert len(await stage.history(ticket)) == applied.applied
