"""W against a real database, with partitions that the test makes up."""

import asyncio
import json
from functools import partial

import pytest
import structlog

from service.apply import Woken
from service.apply.notices import notify
from service.bus.ends import BrokerAwayError, Extent, TopicMissingError
from service.clock import Clock
from service.clocks import Steadiness
from service.metrics import FROZEN, Metrics
from service.sla.instants import HOUR, MINUTE, SECOND
from service.sla.statements import Kind
from service.store import Database, outbox, parked, progress
from service.store.car_park import State
from service.store.parked import Parked
from service.wire.records import Reason, Record
from tests.running import START, HeldClock


class Log:
    """The partitions of topic `t` as a broker would tell of them; an exception instead of extents is raised."""

    def __init__(self, *ends):
        self.answer = {"t": {part: Extent(0, end) for part, end in enumerate(ends)}}
        self.meanwhile = lambda: None

    async def extents(self, topics, may_lack=()):
        assert list(topics) in (["t"], ["t", "areas"])
        self.meanwhile()
        if missing := set(topics) - set(may_lack) - set(getattr(self.answer, "keys", lambda: topics)()):
            raise TopicMissingError(", ".join(missing))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
async def db(database):
    opened = Database.open(database, pool_size=3)
    yield opened
    await opened.close()


async def nothing_due():
    return Woken()


def clock_of(db, log, held, wake=nothing_due, metrics=None, shared=(), notify=None, stopped_after=None):
    return Clock(
        db, log, wake, metrics or Metrics(), topics=("t",), shared=shared,
        steadiness=Steadiness(held, tolerance=2 * SECOND, settle=HOUR),
        database_now=held.database_now, interval=0.001, behind=10 * SECOND,
        stopped_after=stopped_after,
        **({"notify": notify} if notify else {}),
    )  # fmt: skip


async def apply_to(db, part, to):
    """Say that everything before `to` is applied."""
    async with db.transaction() as tx:
        stands = (await progress.own(tx, "t", [part]))[part]
        assert await progress.advance(tx, "t", part, stands.next_offset, to, stands.epoch)


async def settled(clock):
    found = await clock.prove()
    return found.at, found.frozen


async def test_an_empty_topic_proves_itself(db):
    held, clock = HeldClock(), None
    clock = clock_of(db, Log(0, 0), held)

    assert await settled(clock) == (None, "unknown_partition")
    assert await settled(clock) == (START, "")


async def test_what_is_acknowledged_while_the_ends_are_read_proves_nothing(db):
    held, log = HeldClock(), Log(0)
    clock = clock_of(db, log, held)
    await clock.prove()

    log.meanwhile = lambda: setattr(held, "now", START + MINUTE)

    assert await settled(clock) == (START, ""), "the clock is read before the ends, never after"


async def test_the_slowest_partition_decides(db):
    held, log = HeldClock(), Log(5, 5)
    clock = clock_of(db, log, held)
    await clock.prove()
    await apply_to(db, 0, 5)
    assert await settled(clock) == (None, "unproved")
    await apply_to(db, 1, 4)
    assert await settled(clock) == (None, "unproved")
    await apply_to(db, 1, 5)
    assert await settled(clock) == (START, "")


async def test_under_a_steady_lag_w_follows_at_its_distance(db):
    held, log = HeldClock(), Log(0)
    clock = clock_of(db, log, held)
    await clock.prove()
    lags = []
    for second in range(1, 31):
        held.now += SECOND
        log.answer = {"t": {0: Extent(0, 10 * second)}}
        if second > 5:
            await apply_to(db, 0, 10 * (second - 5))
        at, frozen = await settled(clock)
        lags.append((at and held.now - at, frozen))

    assert lags[10:] == [(5 * SECOND, "")] * 20


async def test_a_partition_that_does_not_move_is_behind(db):
    held, log = HeldClock(), Log(0, 0)
    clock = clock_of(db, log, held)
    await clock.prove()
    await clock.prove()
    log.answer = {"t": {0: Extent(0, 0), 1: Extent(0, 3)}}
    held.now += 10 * SECOND
    assert await settled(clock) == (START, "")
    held.now += SECOND
    assert await settled(clock) == (START, "behind")
    await apply_to(db, 1, 3)
    assert await settled(clock) == (START + 11 * SECOND, "")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (BrokerAwayError("x"), "broker_away"),
        (TopicMissingError("t"), "topic_missing"),
        ({"t": {0: Extent(4, 9)}}, "lost_beginning"),
    ],
)
async def test_a_doubt_freezes_and_goes(db, answer, reason):
    held, log, metrics = HeldClock(), Log(3), Metrics()
    clock = clock_of(db, log, held, metrics=metrics)
    await clock.prove()
    await apply_to(db, 0, 3)
    await clock.step()

    held.now += MINUTE
    good, log.answer = log.answer, answer
    await asyncio.sleep(0.002)
    await clock.step()
    shown = [r for r in FROZEN if metrics.registry.get_sample_value("sla_watermark_frozen", {"reason": r})]
    assert shown == [reason]
    assert metrics.registry.get_sample_value("sla_watermark_timestamp_seconds") == START / SECOND

    log.answer = good
    assert await settled(clock) == (START + MINUTE, "")


async def test_a_topic_made_anew_freezes_until_a_person_has_looked(db):
    """Once the new log is as long as the old one nothing shows that its beginning was never read."""
    held, log = HeldClock(), Log(3)
    clock = clock_of(db, log, held)
    await clock.prove()
    await apply_to(db, 0, 3)
    await clock.step()

    held.now += MINUTE
    log.answer = {"t": {0: Extent(0, 2)}}
    await clock.prove()
    log.answer = {"t": {0: Extent(0, 3)}}
    assert await settled(clock) == (START, "topic_recreated")


async def test_a_clock_of_another_process_that_knows_fewer_partitions_claims_nothing_beyond_its_own_time(db):
    held = HeldClock()
    old, new = clock_of(db, Log(0), held), clock_of(db, Log(0, 0), held)
    await old.prove()
    await old.prove()
    stale = HeldClock(START)  # it read its clock, then was stopped
    stopped = clock_of(db, Log(0), stale)
    held.now += HOUR
    await new.prove()
    await apply_to(db, 1, 0)
    async with db.transaction() as tx:  # somebody proves the partition that `stopped` knows
        await progress.prove(tx, "t", {0: 0}, held.now)

    assert (await stopped.prove()).at == START


async def test_w_never_goes_back(db):
    held, log = HeldClock(), Log(0)
    clock = clock_of(db, log, held)
    await clock.prove()
    await clock.prove()
    held.wall_ahead = -MINUTE

    assert await settled(clock) == (START, "clock_jumped")


async def test_it_wakes_batch_after_batch_and_counts(db):
    batches = [
        Woken(
            claimed=3,
            changed=1,
            for_nothing=1,
            said={(Kind.BREACH, False): 2},
            repeats={False: 1},
            delays=(SECOND,),
        ),
        Woken(released=1),
        Woken(),
    ]
    metrics = Metrics()

    async def wake():
        return batches.pop(0)

    clock = clock_of(db, Log(0), HeldClock(), wake, metrics)

    assert [await clock.step() for _ in range(3)] == [True, True, False]
    value = metrics.registry.get_sample_value
    assert value("sla_wakeups_total") == 3
    assert value("sla_wakeups_unchanged_total") == 1
    assert value("sla_statements_total", {"kind": "breach", "status": "in_force"}) == 2
    assert value("sla_fire_delay_seconds_count") == 1
    assert value("sla_repeats_total", {"status": "in_force"}) == 1


# --- a topic of shared context --------------------------------------------------------------------


async def test_a_topic_that_never_was_is_not_waited_for_and_is_told_of_once(db):
    held, metrics = HeldClock(), Metrics(shared=["areas"])
    clock = clock_of(db, Log(0), held, metrics=metrics, shared=("areas",))

    with structlog.testing.capture_logs() as lines:
        await clock.prove()
        assert await settled(clock) == (START, "")
        await clock.prove()

    assert [line["topic"] for line in lines if line["event"] == "topic_absent"] == ["areas"]
    assert metrics.registry.get_sample_value("sla_topic_absent", {"topic": "areas"}) == 1


async def test_once_it_is_there_w_waits_for_it_and_goes_on_waiting_when_it_is_gone(db):
    held, log, metrics = HeldClock(), Log(0), Metrics(shared=["areas"])
    clock = clock_of(db, log, held, metrics=metrics, shared=("areas",))
    await clock.prove()
    await clock.prove()

    held.now += MINUTE
    log.answer["areas"] = {0: Extent(0, 2)}
    assert await settled(clock) == (START, "unknown_partition")
    assert metrics.registry.get_sample_value("sla_topic_absent", {"topic": "areas"}) == 0
    assert await settled(clock) == (START, "unproved")
    async with db.transaction() as tx:
        stands = (await progress.own(tx, "areas", [0]))[0]
        assert await progress.advance(tx, "areas", 0, 0, 2, stands.epoch)
    assert await settled(clock) == (START + MINUTE, "")

    held.now += MINUTE
    del log.answer["areas"]
    assert await settled(clock) == (START + MINUTE, "topic_missing")


async def test_a_missing_topic_of_tickets_freezes_although_that_of_areas_may_be_missing(db):
    clock = clock_of(db, Log(), HeldClock(), shared=("areas",))
    clock._prober.answer = {}

    assert await settled(clock) == (None, "topic_missing")


async def test_a_parked_record_about_areas_freezes_and_names_its_place(db):
    held, metrics = HeldClock(), Metrics()
    clock = clock_of(db, Log(0), held, metrics=metrics)
    await clock.prove()
    await clock.prove()
    row = Parked(
        record=Record("areas", 3, 41, START, None, b"{", ()),
        reason=Reason.NOT_JSON,
        detail="x",
        parked_at=START,
        shared=True,
    )
    async with db.transaction() as tx:
        await parked.add(tx, [row])
    held.now += MINUTE
    await asyncio.sleep(0.002)
    await clock.step()

    assert await settled(clock) == (START, "shared_parked areas:3:41")
    assert metrics.registry.get_sample_value("sla_watermark_frozen", {"reason": "shared_parked"}) == 1
    async with db.transaction() as tx:
        await parked.settle(tx, [row.place], State.DROPPED, by="anna", why="x", at=START)
    assert await settled(clock) == (START + MINUTE, "")


# --- notices --------------------------------------------------------------------------------------


async def said(db):
    """Type, reason and length in minutes of the notices in the outbox, which is emptied."""
    async with db.transaction() as tx:
        rows = await outbox.take(tx, 0, 1, 100)
        await outbox.delete(tx, [row.id for row in rows])
    told = [json.loads(row.value) for row in rows]
    assert {row.topic for row in rows} <= {"out"}
    return [
        (each["type"].split(".")[2], each["data"].get("reason"), each["data"].get("length_us", 0) // MINUTE)
        for each in told
    ]


def noticing(db, log, held):
    return clock_of(
        db, log, held, notify=partial(notify, topic="out", after=5 * MINUTE), stopped_after=5 * MINUTE
    )


async def test_a_freeze_is_told_once_after_a_while_and_so_is_its_end(db):
    held, log = HeldClock(), Log(0)
    clock = noticing(db, log, held)
    await clock.prove()
    await clock.prove()
    good, log.answer = log.answer, BrokerAwayError("x")
    for _ in range(8):
        held.now += MINUTE
        await clock.prove()
    # Seen to stand at the first minute, told of at the sixth, moving at the eighth.
    assert await said(db) == [("frozen", "broker_away", 0)]
    log.answer = good
    assert await settled(clock) == (START + 8 * MINUTE, "")
    assert await said(db) == [("moving", None, 7)]
    await clock.prove()
    assert await said(db) == []


async def test_a_short_freeze_is_not_told(db):
    held, log = HeldClock(), Log(0)
    clock = noticing(db, log, held)
    await clock.prove()
    await clock.prove()
    for _ in range(3):
        good, log.answer = log.answer, BrokerAwayError("x")
        for _ in range(4):
            held.now += MINUTE
            await clock.prove()
        log.answer = good
        assert (await settled(clock))[1] == ""

    assert await said(db) == []


async def test_whatever_holds_it_in_turn_it_is_one_freeze(db):
    """The notice names what holds it then; a partition that is far behind is a reason like any other."""
    held, log = HeldClock(), Log(0)
    clock = noticing(db, log, held)
    await clock.prove()
    await clock.prove()
    log.answer = {"t": {0: Extent(0, 3)}}
    for answer in (log.answer, BrokerAwayError("x"), TopicMissingError("t"), *[log.answer] * 5):
        log.answer = answer
        held.now += MINUTE
        await clock.prove()
    assert await said(db) == [("frozen", "behind", 0)]
    await apply_to(db, 0, 3)
    assert await settled(clock) == (START + 8 * MINUTE, "")
    assert await said(db) == [("moving", None, 7)]


async def test_several_clocks_tell_it_once(db):
    held, log = HeldClock(), Log(0)
    clocks = [noticing(db, log, held) for _ in range(4)]
    for clock in clocks:
        await clock.prove()
    log.answer = BrokerAwayError("x")
    for _ in range(7):
        held.now += MINUTE
        await asyncio.gather(*(clock.prove() for clock in clocks))

    assert await said(db) == [("frozen", "broker_away", 0)]


async def test_a_stop_of_the_service_is_told_once_with_its_length(db):
    """Whoever comes back first tells of it; one as long as is borne is not told."""
    held, log = HeldClock(), Log(0)
    await noticing(db, log, held).prove()
    held.now += 5 * MINUTE
    await noticing(db, log, held).prove()
    assert await said(db) == []
    held.now += 90 * MINUTE
    await asyncio.gather(*(noticing(db, log, held).prove() for _ in range(3)))

    assert await said(db) == [("stopped", None, 90)]
    held.now += MINUTE
    await noticing(db, log, held).prove()
    assert await said(db) == []


async def test_a_stop_is_told_of_although_the_broker_is_away_when_it_ends(db):
    held, log = HeldClock(), Log(0)
    await noticing(db, log, held).prove()
    await noticing(db, log, held).prove()
    held.now += HOUR
    log.answer = BrokerAwayError("x")
    await noticing(db, log, held).prove()

    assert await said(db) == [("stopped", None, 60)]


async def test_a_clock_in_doubt_does_not_tell_of_stops(db):
    held, log = HeldClock(), Log(0)
    clock = noticing(db, log, held)
    await clock.prove()
    await clock.prove()
    held.wall_ahead = HOUR  # while nothing has passed by the other clock
    await clock.prove()

    assert await said(db) == []


async def test_the_notice_is_told_with_the_proof_or_not_at_all(db):
    held, log = HeldClock(), Log(0)

    async def fail(tx):
        await notify(tx, topic="out", after=0)
        raise ZeroDivisionError

    await clock_of(db, log, held).prove()
    await clock_of(db, log, held).prove()
    log.answer = BrokerAwayError("x")
    with pytest.raises(ZeroDivisionError):
        await clock_of(db, log, held, notify=fail).prove()

    assert await said(db) == []
    async with db.transaction() as tx:
        assert (await progress.watermark(tx)).frozen == ""
