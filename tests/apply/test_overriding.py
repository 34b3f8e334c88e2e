"""W moved on by hand: what is decided by that is unproven, until the proof has passed it or somebody takes it back."""

import pytest
from sqlalchemy import text

from service.apply import OverrideRefused
from service.store import overrides, progress, rechecks, statements
from tests.apply.staging import TOPIC, after, key, record, staged

AUDIT = {"by": "anna", "reason": "the broker is gone for good, and I have counted"}


@pytest.fixture
async def stage(database):
    async with staged(database) as one:
        yield one


async def override(stage, hours: float) -> None:
    stage.clock.now = max(stage.clock.now, after(hours))
    await stage.door.override(after(hours), **AUDIT)
    await stage.settle()


async def breach(stage, ticket: str = "A") -> tuple[str, ...] | None:
    """The remarks of the breach in force."""
    found = await stage.ask(statements.said, [key(ticket)])
    return next(
        (
            s.statement.remarks
            for s in found[key(ticket)].values()
            if s.statement.name == "breach" and not s.withdrawn
        ),
        None,
    )


async def test_what_is_decided_beyond_the_proof_says_so(stage):
    await stage.send(record("A", "opened", 0), record("B", "opened", 1.5))
    await stage.prove(1.2)
    await stage.settle()
    await override(stage, 3)

    assert (await breach(stage), await breach(stage, "B")) == ((), ("unproven",))
    stands = await stage.ask(progress.watermark)
    assert (stands.at, stands.proved, stands.override) == (after(3), after(1.2), after(3))


async def test_when_the_proof_has_passed_it_everything_is_proved(stage):
    await stage.send(record("A", "opened", 1))
    await stage.prove(1.2)
    await override(stage, 3)
    assert await breach(stage) == ("unproven",)

    await stage.prove(2.5)  # not yet
    await stage.settle()
    assert (await stage.ask(progress.watermark)).override == after(3)
    await stage.prove(3.5)
    await stage.settle()

    assert await breach(stage) == ()
    stands = await stage.ask(progress.watermark)
    assert (stands.at, stands.proved, stands.override) == (after(3.5), after(3.5), None)
    [one] = await stage.ask(overrides.latest)
    assert (one.ended_by, one.ended_why) == ("slaclock", "the proof has passed it")
    assert await stage.ask(rechecks.take) is None


async def test_a_stop_that_was_on_its_way_withdraws_it(stage):
    await stage.send(record("A", "opened", 1))
    await stage.prove(1.2)
    await override(stage, 3)
    await stage.send(record("A", "resolved", 1.5, recorded=1.5))

    assert await breach(stage) is None


async def test_ended_before_that_it_is_taken_back(stage):
    await stage.send(record("A", "opened", 0), record("B", "opened", 1))
    await stage.prove(1.2)
    await stage.settle()
    await override(stage, 3)
    await stage.door.end_override(by="ben", reason="wrong cluster")
    await stage.settle()

    assert (await breach(stage), await breach(stage, "B")) == ((), None)
    assert await stage.said("B") == ["half 1", "half 2 withdrawn", "breach 1", "breach 2 withdrawn"]
    stands = await stage.ask(progress.watermark)
    assert (stands.at, stands.override) == (after(1.2), None)
    await stage.prove(2.5)
    await stage.settle()
    assert await breach(stage, "B") == ()


async def test_before_anything_is_proved(stage):
    await stage.send(record("A", "opened", 0))
    await override(stage, 2)
    assert await breach(stage) == ("unproven",)
    await stage.door.end_override(**AUDIT)
    await stage.settle()
    async with stage.db.transaction() as tx:
        assert (await tx.run(text("SELECT judged_at FROM ticket"))).scalar_one() is None
    await stage.prove(2)
    await stage.settle()
    assert await breach(stage) == ()


async def test_it_can_be_moved_further_and_not_back(stage):
    await stage.prove(1)
    await override(stage, 2)
    with pytest.raises(OverrideRefused, match="there already"):
        await stage.door.override(after(1.5), **AUDIT)
    await override(stage, 3)

    made = await stage.ask(overrides.latest)
    assert [(one.upto, one.ended_by) for one in made] == [(after(3), None), (after(2), "anna")]


async def test_nobody_vouches_for_the_future_or_without_a_word(stage):
    await stage.prove(1)
    with pytest.raises(OverrideRefused, match="future"):
        await stage.door.override(after(2), **AUDIT)
    with pytest.raises(OverrideRefused, match="no override"):
        await stage.door.end_override(**AUDIT)
    for audit in ({"by": " ", "reason": "x"}, {"by": "x", "reason": ""}):
        with pytest.raises(ValueError, match="a name and a reason"):
            await stage.door.override(after(0.5), **audit)


async def test_a_frozen_watermark_stays_frozen_and_the_override_counts(stage):
    await stage.send(record("A", "opened", 0))
    await stage.prove(0.1)
    await stage.ask(progress.settle_watermark, {TOPIC: [0]}, t0=after(2), frozen="broker_away")
    await override(stage, 2)

    assert (await stage.ask(progress.watermark)).frozen == "broker_away"
    assert await breach(stage) == ("unproven",)
