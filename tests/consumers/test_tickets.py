import pytest

from service.apply import Applied, Fenced
from service.bus.holdings import Outcome, Portion
from service.consumers.tickets import Tickets
from service.loop import Backoff, Pulse
from service.metrics import Metrics
from service.sla.instants import SECOND
from service.sla.statements import Kind
from service.store import Database, Unavailable, progress
from service.wire import Reason

PORTION = Portion("t", 0, 1, 0, 5, ())


class Door:
    """Answers `apply` with one after the other of `answers`."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    async def apply(self, piece):
        self.asked.append(piece)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            answer = await answer()
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
async def db(database):
    opened = Database.open(database, pool_size=2)
    yield opened
    await opened.close()


def tickets(door, db=None, give_up=5.0):
    metrics = Metrics(reasons=[reason.value for reason in Reason])
    return Tickets(
        db, door, metrics, Pulse("slices"), retry=lambda: Backoff(0.01, 0.02), give_up_seconds=give_up
    )


async def test_a_portion_is_applied_and_counted():
    door = Door(
        Applied(
            applied=3,
            duplicates=1,
            parked={Reason.NOT_JSON: 2},
            lateness=(SECOND, 2 * SECOND),
            said={(Kind.BREACH, True): 1},
            repeats={True: 1, False: 2},
        )
    )
    consumer = tickets(door)

    assert await consumer.take(PORTION, lambda: True) is Outcome.DONE

    value = consumer._metrics.registry.get_sample_value
    assert value("sla_events_total", {"result": "applied"}) == 3
    assert value("sla_events_total", {"result": "parked"}) == 2
    assert value("sla_events_parked_total", {"reason": "not_json"}) == 2
    assert value("sla_event_lateness_seconds_sum") == 3
    assert value("sla_statements_total", {"kind": "breach", "status": "withdrawn"}) == 1
    assert value("sla_repeats_total", {"status": "withdrawn"}) == 1
    assert value("sla_repeats_total", {"status": "in_force"}) == 2
    assert (door.asked[0].first, door.asked[0].next, door.asked[0].epoch) == (0, 5, 1)


async def test_whatever_fails_is_tried_again():
    door = Door(Unavailable("away"), ValueError("odd"), Applied(applied=1))

    assert await tickets(door).take(PORTION, lambda: True) is Outcome.DONE
    assert len(door.asked) == 3


async def test_it_gives_up_in_time_for_the_group_and_when_it_is_not_wanted():
    door = Door(Unavailable("away"))

    assert await tickets(door, give_up=0.05).take(PORTION, lambda: True) is Outcome.LATER
    asked = len(door.asked)
    assert await tickets(door).take(PORTION, lambda: False) is Outcome.LATER
    assert len(door.asked) == asked


async def test_another_owner_fences():
    consumer = tickets(Door(Fenced()))

    assert await consumer.take(PORTION, lambda: True) is Outcome.FENCED
    assert consumer._metrics.registry.get_sample_value("sla_slices_fenced_total") == 1


async def test_a_commit_whose_answer_was_lost_is_found_to_have_succeeded(db):
    async with db.transaction() as tx:
        await progress.own(tx, "t", [0])

    async def commits_and_loses_the_answer():
        async with db.transaction() as tx:
            assert await progress.advance(tx, "t", 0, 0, 5, 1)
        raise Unavailable("connection lost in commit")

    consumer = tickets(Door(commits_and_loses_the_answer, Fenced()), db)

    assert await consumer.take(PORTION, lambda: True) is Outcome.DONE


async def test_a_new_owner_is_told_from_a_lost_answer(db):
    async with db.transaction() as tx:
        await progress.own(tx, "t", [0])
        await progress.own(tx, "t", [0])

    assert await tickets(Door(Unavailable("x"), Fenced()), db).take(PORTION, lambda: True) is Outcome.FENCED


async def test_taking_over_fences_and_a_new_partition_begins_where_its_log_begins(db):
    consumer = tickets(Door(Applied()), db)

    first = await consumer.own("t", {0: 7, 1: 0})
    second = await consumer.own("t", {0: 9})

    assert (first[0].next, first[1].next) == (7, 0)
    assert (second[0].next, second[0].epoch) == (7, first[0].epoch + 1)
