"""Nothing is dropped: what cannot be applied stands parked until somebody decides, and its ticket is in doubt."""

import asyncio
from dataclasses import replace

import pytest

from service.apply import Limits, NotParked, StillUnfit
from service.store import events, parked, tickets
from service.store.car_park import State
from service.wire.records import Reason
from tests.apply.staging import TENANT, TOPIC, after, garbage, key, record, staged

AUDIT = {"by": "anna", "reason": "asked the desk"}


async def test_a_record_that_cannot_be_read_puts_its_ticket_in_doubt(stage):
    await stage.send(record("A", "opened", 0), record("B", "opened", 0), garbage("A", 0.2))
    await stage.prove(2)
    await stage.door.wake(10)

    in_force = await stage.in_force("A", "B")
    assert "A breach" not in in_force
    assert "A verdict indeterminate not_json" in in_force
    assert {"B half", "B breach"} <= in_force


async def test_only_what_is_decided_after_the_record_is_in_doubt(stage):
    """A record that the broker kept after the due says nothing about the time before it."""
    await stage.send(record("A", "opened", 0), garbage("A", 1.5))
    await stage.prove(2)
    await stage.door.wake(10)

    assert await stage.in_force("A") == {"A half", "A breach"}


async def test_a_doubt_is_known_to_the_slice_that_brings_it(stage):
    """The broken record and the wake-up race; whoever locks the ticket first, the doubt counts."""
    await stage.send(record("A", "opened", 0))
    await stage.prove(2)
    await stage.send(garbage("A", 0.5))

    assert "A verdict indeterminate not_json" in await stage.in_force("A")
    assert (await stage.door.wake(10)).changed == 0


async def test_present_events_are_said_although_in_doubt(stage):
    await stage.send(record("A", "opened", 0), garbage("A", 0.2), record("A", "resolved", 0.5))

    assert await stage.in_force("A") == {"A verdict met"}


async def test_dropping_lifts_the_doubt_and_judges_at_once(stage):
    await stage.send(record("A", "opened", 0), garbage("A", 0.2))
    await stage.prove(2)
    await stage.door.wake(10)

    await stage.door.drop(TOPIC, 0, 1, **AUDIT)

    assert await stage.in_force("A") == {"A half", "A breach"}
    [row] = await stage.ask(parked.browse, state=None)
    assert (row.state, row.decided_by, row.decided_why, row.decided_at) == (
        State.DROPPED,
        "anna",
        "asked the desk",
        after(2),
    )
    assert row.record.value is not None


async def test_the_ticket_stays_in_doubt_until_its_last_record_is_decided(stage):
    await stage.send(record("A", "opened", 0), garbage("A", 0.2), garbage("A", 0.3))
    await stage.prove(2)
    await stage.door.drop(TOPIC, 0, 1, **AUDIT)
    assert "A breach" not in await stage.in_force("A")

    await stage.door.drop(TOPIC, 0, 2, **AUDIT)
    assert "A breach" in await stage.in_force("A")


async def test_a_release_applies_the_record_at_its_own_instant(stage):
    """Too large for the door, small enough for whoever lets it in."""
    big = record("A", "resolved", 0.9, text="x" * 300_000)
    await stage.send(record("A", "opened", 0), big)
    await stage.prove(2)
    await stage.door.wake(10)
    assert await stage.parked() == [(1, "too_large")]

    released = await stage.door.release(TOPIC, 0, 1, **AUDIT)

    assert not released.duplicate
    assert "A verdict met" in await stage.in_force("A")
    assert "A breach" not in await stage.in_force("A")
    assert await stage.parked() == []


async def test_a_record_ahead_of_its_time_can_be_released_by_hand(stage):
    await stage.send(record("A", "opened", 5, recorded=0))
    await stage.door.release(TOPIC, 0, 0, **AUDIT)

    assert await stage.history("A") == ["A-opened-5"]


async def test_a_ticket_over_its_cap_can_be_let_in_by_hand(database):
    async with staged(database, limits=Limits(tenant=TENANT, max_events=1)) as stage:
        await stage.send(record("A", "opened", 0), record("A", "resolved", 0.5))
        await stage.door.release(TOPIC, 0, 1, **AUDIT)

        assert await stage.in_force("A") == {"A verdict met"}


async def test_what_still_cannot_be_read_says_so_and_stays(stage):
    await stage.send(record("A", "opened", 0), garbage("A", 0.2))

    with pytest.raises(StillUnfit) as told:
        await stage.door.release(TOPIC, 0, 1, **AUDIT)

    assert told.value.reason is Reason.NOT_JSON
    assert await stage.parked() == [(1, "not_json")]


async def test_what_a_later_release_of_the_program_can_read_is_read_again(database):
    from service.wire.incoming import decode

    lesson = False

    def learning(one, **how):
        if lesson and one.value == b"new":
            one = replace(one, value=b'{"attributes": {}}')
        return decode(one, **how)

    async with staged(database, decode=learning) as stage:
        await stage.send(replace(record("A", "opened", 0), value=b"new"))
        lesson = True
        await stage.door.release(TOPIC, 0, 0, **AUDIT)
        assert await stage.history("A") == ["A-opened-0"]


async def test_a_release_without_a_policy_says_so(database):
    async with staged(database, policy=False) as stage:
        await stage.send(record("A", "opened", 0))
        with pytest.raises(StillUnfit) as told:
            await stage.door.release(TOPIC, 0, 0, **AUDIT)
        assert told.value.reason is Reason.UNKNOWN_POLICY
        assert await stage.parked() == [(0, "unknown_policy")]


async def test_a_release_that_cannot_be_judged_changes_nothing(database):
    def touchy(history, rules, upto):
        from service.sla.judge import judge

        if any(event.id == "poison" for event in history.events):
            raise ZeroDivisionError("poison")
        return judge(history, rules, upto)

    async with staged(database, judge=touchy) as stage:
        await stage.send(record("A", "opened", 0))
        await stage.send(record("A", "noted", 0.1, id_="poison"))
        with pytest.raises(StillUnfit) as told:
            await stage.door.release(TOPIC, 0, 1, **AUDIT)
        assert told.value.reason is Reason.NOT_JUDGED
        assert await stage.parked() == [(1, "not_judged")]
        assert await stage.history("A") == ["A-opened-0"]


@pytest.mark.parametrize("decision", ["release", "drop"])
async def test_what_is_decided_is_decided_once(stage, decision):
    await stage.send(record("A", "opened", 5, recorded=0))
    await getattr(stage.door, decision)(TOPIC, 0, 0, **AUDIT)

    for again in (stage.door.release, stage.door.drop):
        with pytest.raises(NotParked, match="by anna"):
            await again(TOPIC, 0, 0, **AUDIT)


async def test_of_two_decisions_at_the_same_time_one_counts(stage):
    await stage.send(record("A", "opened", 5, recorded=0))
    async with stage.db.transaction() as tx:
        await tickets.lock(tx, [key("A")])
        both = [
            asyncio.create_task(stage.door.release(TOPIC, 0, 0, **AUDIT)),
            asyncio.create_task(stage.door.drop(TOPIC, 0, 0, **AUDIT)),
        ]
        await stage.until_blocked(2)

    told = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(each).__name__ for each in told) == ["NotParked", "Released"]


async def test_what_never_stood_parked_cannot_be_decided(stage):
    with pytest.raises(NotParked):
        await stage.door.drop(TOPIC, 0, 77, **AUDIT)


@pytest.mark.parametrize("audit", [{"by": "", "reason": "x"}, {"by": "x", "reason": " "}])
async def test_a_decision_needs_a_name_and_a_reason(stage, audit):
    await stage.send(garbage("A", 0))
    for decide in (stage.door.release, stage.door.drop):
        with pytest.raises(ValueError, match="a name and a reason"):
            await decide(TOPIC, 0, 0, **audit)


async def test_a_record_of_nobody_can_be_dropped(stage):
    await stage.send(replace(garbage("A", 0, b"\xff"), key=None))
    [row] = await stage.ask(parked.browse)
    assert row.ticket is None

    await stage.door.drop(TOPIC, 0, 0, **AUDIT)

    assert await stage.parked() == []


async def test_a_released_duplicate_lifts_the_doubt_and_adds_nothing(stage):
    same = record("A", "opened", 2, recorded=0)
    await stage.send(same, replace(same, timestamp=after(2)))
    assert await stage.parked() == [(0, "ahead_of_record")]

    released = await stage.door.release(TOPIC, 0, 0, **AUDIT)

    assert released.duplicate
    assert await stage.history("A") == ["A-opened-2"]


# --- a reused id ----------------------------------------------------------------------------------


async def test_a_reused_id_needs_replace(stage):
    await stage.send(record("A", "opened", 0, id_="1"), record("A", "opened", 0.5, id_="1"))

    with pytest.raises(StillUnfit) as told:
        await stage.door.release(TOPIC, 0, 1, **AUDIT)

    assert told.value.reason is Reason.ID_REUSED
    assert await stage.parked() == [(1, "id_reused")]


async def test_replacing_voids_the_first_event_and_applies_the_other(stage):
    await stage.send(record("A", "opened", 0, id_="1"), record("A", "opened", 0.5, id_="1"))
    await stage.prove(1.2)
    await stage.door.wake(10)
    assert "A verdict indeterminate id_reused" in await stage.in_force("A")

    await stage.door.release(TOPIC, 0, 1, replace=True, **AUDIT)

    assert await stage.in_force("A") == {"A half"}  # from half past nine on there was half an hour by ten
    stored = (await stage.ask(events.past, [key("A")]))[key("A")]
    void = next(event for event in stored.events if event.type == "voided")
    assert void.source == "slaclock/operator"
    assert dict(void.attributes) == {"event": "1", "source": "desk", "reason": "asked the desk", "by": "anna"}
    await stage.prove(2)
    await stage.door.wake(10)
    assert await stage.in_force("A") == {"A half", "A breach"}


async def test_after_a_replacement_both_contents_are_known(stage):
    """The voided event and the one that took its place are duplicates when they are told again."""
    first, other = record("A", "opened", 0, id_="1"), record("A", "opened", 0.5, id_="1")
    await stage.send(first, other)
    await stage.door.release(TOPIC, 0, 1, replace=True, **AUDIT)

    applied = await stage.send(first, other)

    assert (applied.duplicates, applied.applied, dict(applied.parked)) == (2, 0, {})


async def test_a_replacement_can_be_replaced(stage):
    await stage.send(*(record("A", "opened", n / 10, id_="1") for n in range(3)))
    await stage.door.release(TOPIC, 0, 1, replace=True, **AUDIT)
    await stage.door.release(TOPIC, 0, 2, replace=True, **AUDIT)
    await stage.send(record("A", "resolved", 1.15))

    assert await stage.in_force("A") == {"A verdict met"}  # within an hour of the third telling only
    assert len(await stage.history("A")) == 3 + 2 + 1


async def test_dropping_a_reused_id_keeps_the_first(stage):
    await stage.send(record("A", "opened", 0, id_="1"), record("A", "opened", 0.5, id_="1"))
    await stage.door.drop(TOPIC, 0, 1, **AUDIT)
    await stage.prove(1.2)
    await stage.door.wake(10)

    assert await stage.in_force("A") == {"A half", "A breach"}


async def test_many_parked_records_of_one_ticket_are_few_doubts(stage):
    """A flood of broken records must not make every judging of its ticket slow."""
    await stage.send(record("A", "opened", 0), *(garbage("A", 0.1 + n / 1000) for n in range(300)))

    told = await stage.ask(parked.doubts, [key("A")])

    assert [(doubt.since, doubt.reason) for doubt in told[key("A")]] == [(after(0.1), "not_json")]
