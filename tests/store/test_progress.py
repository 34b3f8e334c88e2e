"""Offsets live here, one owner at a time; W is proved, and never goes back."""

import asyncio

import pytest
from sqlalchemy import text

from service.store import StoreError, progress
from service.store.progress import UNPROVED, Position

TOPIC, AREAS = "tickets", "areas"


async def test_a_partition_begins_where_its_log_begins_and_is_registered_once(ask):
    await ask(progress.register, TOPIC, {0: 50, 1: 0})
    await ask(progress.register, TOPIC, [0, 1, 2])

    assert await ask(progress.own, TOPIC, [0, 1, 2]) == {
        0: Position(1, 50),
        1: Position(1, 0),
        2: Position(1, 0),
    }


async def test_each_owner_has_an_epoch_of_its_own(ask):
    await ask(progress.register, TOPIC, [0])
    first = await ask(progress.own, TOPIC, [0])
    second = await ask(progress.own, TOPIC, [0])

    assert (first[0].epoch, second[0].epoch) == (1, 2)
    assert await ask(progress.position, TOPIC, 0) == Position(2, 0)


async def test_owners_at_the_same_time_get_different_epochs(ask):
    await ask(progress.register, TOPIC, range(5))
    told = await asyncio.gather(*(ask(progress.own, TOPIC, [4, 2, 0, 3, 1]) for _ in range(8)))

    for part in range(5):
        assert sorted(each[part].epoch for each in told) == list(range(1, 9))


async def test_an_unknown_partition_is_owned_from_the_beginning(ask):
    assert await ask(progress.own, TOPIC, [7]) == {7: Position(1, 0)}
    assert await ask(progress.own, TOPIC, []) == {}
    assert await ask(progress.position, TOPIC, 8) is None


async def test_only_the_last_owner_advances_and_only_from_where_the_partition_stands(ask):
    await ask(progress.own, TOPIC, [0])
    await ask(progress.own, TOPIC, [0])

    assert not await ask(progress.advance, TOPIC, 0, 0, 5, 1)  # an owner before
    assert not await ask(progress.advance, TOPIC, 0, 1, 5, 2)  # not from there
    assert not await ask(progress.advance, TOPIC, 0, 0, 5, 3)  # never an owner
    assert not await ask(progress.advance, TOPIC, 1, 0, 5, 2)  # unknown
    assert await ask(progress.advance, TOPIC, 0, 0, 5, 2)
    assert not await ask(progress.advance, TOPIC, 0, 0, 5, 2)  # a second time
    assert not await ask(progress.advance, TOPIC, 0, 5, 4, 2)  # backwards
    assert await ask(progress.position, TOPIC, 0) == Position(2, 5)


# --- the proof ------------------------------------------------------------------------------------


async def applied(ask, **upto: int) -> None:
    """Partitions `p0`, `p1`... of the tickets topic, applied up to these offsets."""
    await ask(progress.register, TOPIC, {int(name[1:]): offset for name, offset in upto.items()})


async def settle(ask, t0, *, parts=(0, 1), frozen="", **others):
    return await ask(progress.settle_watermark, {TOPIC: parts, **others}, t0=t0, frozen=frozen)


async def test_nothing_is_proved_at_first(ask):
    assert await ask(progress.watermark) == progress.Watermark(None, "", None)


async def test_a_partition_applied_to_the_end_of_the_probe_is_proved_and_another_is_not(ask):
    await applied(ask, p0=10, p1=9)
    await ask(progress.prove, TOPIC, {0: 10, 1: 10}, 1000)

    assert [(each.part, each.wm) for each in await ask(progress.positions)] == [(0, 1000), (1, None)]
    told = await settle(ask, 1000)
    assert (told.at, told.frozen) == (None, UNPROVED)


async def test_the_watermark_is_the_least_of_the_required_partitions(ask):
    await applied(ask, p0=10, p1=10)
    await ask(progress.prove, TOPIC, {0: 10, 1: 10}, 1000)
    await ask(progress.prove, TOPIC, {0: 10, 1: 11}, 2000)

    assert (await settle(ask, 2000)).at == 1000


async def test_an_idle_partition_is_proved_by_every_probe(ask):
    await applied(ask, p0=0, p1=0)
    for t0 in (1000, 2000):
        await ask(progress.prove, TOPIC, {0: 0, 1: 0}, t0)
        assert (await settle(ask, t0)).at == t0


async def test_a_topic_made_anew_freezes_for_good(ask):
    await applied(ask, p0=10, p1=10)
    await ask(progress.prove, TOPIC, {0: 10, 1: 10}, 1000)
    await settle(ask, 1000)
    await settle(ask, 2000, frozen=progress.RECREATED)
    await ask(progress.prove, TOPIC, {0: 10, 1: 10}, 3000)
    await settle(ask, 3000, frozen="broker_away")

    told = await settle(ask, 3000)
    assert (told.at, told.frozen) == (1000, progress.RECREATED)


async def test_every_required_topic_counts(ask):
    await applied(ask, p0=10, p1=10)
    await ask(progress.prove, TOPIC, {0: 10, 1: 10}, 1000)

    told = await settle(ask, 1000, **{AREAS: (0,)})
    assert (told.at, told.frozen) == (None, UNPROVED)

    await ask(progress.register, AREAS, {0: 3})
    await ask(progress.prove, AREAS, {0: 3}, 900)
    assert (await settle(ask, 1000, **{AREAS: (0,)})).at == 900


async def test_an_unknown_partition_freezes(ask):
    await applied(ask, p0=10, p1=10)
    await ask(progress.prove, TOPIC, {0: 10, 1: 10}, 1000)
    await settle(ask, 1000)
    await ask(progress.prove, TOPIC, {0: 10, 1: 10, 2: 0}, 2000)

    told = await settle(ask, 2000, parts=(0, 1, 2))
    assert (told.at, told.frozen) == (1000, UNPROVED)


async def test_no_partition_at_all_proves_nothing(ask):
    assert (await settle(ask, 1000, parts=())).frozen == UNPROVED


async def test_a_reason_freezes_and_goes_with_the_next_good_probe(ask):
    await applied(ask, p0=10, p1=10)
    await ask(progress.prove, TOPIC, {0: 10, 1: 10}, 1000)
    await settle(ask, 1000)
    await ask(progress.prove, TOPIC, {0: 10, 1: 10}, 2000)

    frozen = await settle(ask, 2000, frozen="clock_jumped")
    assert (frozen.at, frozen.frozen) == (1000, "clock_jumped")
    assert await ask(progress.watermark) == frozen
    assert await settle(ask, 2001) == progress.Watermark(2000, "", 2001, 2000)


async def test_neither_a_partition_nor_the_watermark_goes_back(ask):
    await applied(ask, p0=10, p1=10)
    await ask(progress.prove, TOPIC, {0: 10, 1: 10}, 2000)
    await settle(ask, 2000)
    await ask(progress.prove, TOPIC, {0: 10, 1: 10}, 1000)
    assert {each.wm for each in await ask(progress.positions)} == {2000}

    late = await settle(ask, 1000)
    assert late.at == 2000
    await ask(progress.register, TOPIC, [2])  # a partition that has proved less is required from now on
    await ask(progress.prove, TOPIC, {2: 0}, 500)
    assert (await settle(ask, 2500, parts=(0, 1, 2))).at == 2000


async def test_an_older_probe_says_nothing_about_why_the_watermark_stands(ask):
    await applied(ask, p0=10, p1=10)
    await ask(progress.prove, TOPIC, {0: 10, 1: 10}, 2000)
    await settle(ask, 2000)

    told = await settle(ask, 1500, frozen="clock_jumped")

    assert (told.at, told.frozen, told.probed_at) == (2000, "", 2000)


async def test_a_prober_claims_nothing_after_its_own_look_at_the_partitions(ask):
    """At 1500 a partition was made. The prober of 1000 does not know it, though the others are proved to 2000."""
    await applied(ask, p0=10, p1=10)
    await ask(progress.prove, TOPIC, {0: 10, 1: 10}, 2000)

    assert (await settle(ask, 1000)).at == 1000


async def test_probers_at_the_same_time_do_not_deadlock(ask):
    parts = list(range(12))
    await ask(progress.register, TOPIC, parts)

    async def probe(n: int) -> None:
        ends = dict.fromkeys(parts if n % 2 else reversed(parts), 0)
        await ask(progress.prove, TOPIC, ends, 1000 + n)
        await settle(ask, 1000 + n, parts=parts)

    await asyncio.gather(*(probe(n) for n in range(60)))

    assert (await ask(progress.watermark)).at == 1059


async def test_who_sees_the_watermark_sees_the_effects(db, ask):
    """A partition whose offsets are still being committed is not proved by a probe meanwhile."""
    await ask(progress.own, TOPIC, [0])
    async with db.transaction() as tx:
        assert await progress.advance(tx, TOPIC, 0, 0, 5, 1)
        proving = asyncio.create_task(ask(progress.prove, TOPIC, {0: 5}, 1000))
        await asyncio.sleep(0.05)
        assert [each.wm for each in await ask(progress.positions)] == [None]
    await proving  # it either saw nothing to prove or waited for the commit


@pytest.mark.parametrize(
    "wrong",
    ["INSERT INTO watermark DEFAULT VALUES", "UPDATE progress SET next_offset = -1"],
    ids=["second", "negative"],
)
async def test_impossible_rows_are_refused(db, ask, wrong):
    await ask(progress.register, TOPIC, [0])
    with pytest.raises(StoreError):
        async with db.transaction() as tx:
            await tx.run(text(wrong))
