"""The gauges of the database, on one."""

import pytest
from sqlalchemy import text

from service.app.gauges import Gauges
from service.app.in_force import Reader
from service.metrics import InForce, Metrics
from service.rules import read
from service.sla.instants import SECOND
from service.store import Database, policies
from service.store.policies import Version
from service.wire import Reason
from tests.apply.staging import NINE, TENANT, after, garbage, record, staged

POLICY = """
policy: {name}
version: "{version}"
effective_from: {since}
tenant: {tenant}
zone: UTC
calendars:
  desk: {{week: {{mon-fri: [09:00-17:00]}}, known_until: 2030-12-31}}
vocabulary:
  taken: acknowledged
targets:
  answer: {{stop: replied, budget: 1h, hours: desk}}
  repair: {{stop: resolved, budget: 24h}}
"""


@pytest.fixture
async def stage(database):
    async with staged(database) as made:
        yield made


@pytest.fixture
async def db(database):
    made = Database.open(database, pool_size=1)
    yield made
    await made.close()


def gauges(db, metrics, now, answers=frozenset()):
    return Gauges(db, metrics, directory_topic="directory", wall=lambda: now, answers=lambda: answers)


async def counted(db, now, **given):
    metrics = Metrics(reasons=[reason.value for reason in Reason])
    metrics.know(InForce(targets=["restore"]))
    await gauges(db, metrics, now, **given).count()
    return metrics.registry.get_sample_value


async def test_unfinished_promises_by_how_they_stand_and_how_soon_they_are_due(stage, db):
    # An hour each: A is due at 1, B at 1.5, C at 4; D is broken since 0.5.
    await stage.send(
        record("A", "opened", 0), record("B", "opened", 0.5), record("C", "opened", 3),
        record("D", "opened", -0.5, recorded=0),
    )  # fmt: skip
    await stage.prove(0.9)
    await stage.door.wake(10)

    value = await counted(db, after(0.9))

    def of(name, **labels):
        return value(name, {"target": "restore", **labels})

    assert [of("sla_promises_open", state=state) for state in ("running", "waiting", "breached")] == [3, 0, 1]
    assert [of("sla_promises_due_within", horizon=each) for each in ("15m", "1h", "4h", "1d")] == [1, 2, 3, 3]
    assert of("sla_promises_undecided") == 0
    assert value("sla_next_due_timestamp_seconds") == after(1) / SECOND
    assert value("sla_breach_oldest_timestamp_seconds") == after(0.5) / SECOND
    assert value("sla_gauges_timestamp_seconds") == after(0.9) / SECOND


async def test_past_the_due_and_not_decided_is_unknown(stage, db):
    await stage.send(record("A", "opened", 0))
    await stage.prove(0.5)
    await stage.door.wake(10)

    value = await counted(db, after(2))

    assert value("sla_promises_undecided", {"target": "restore"}) == 1
    assert value("sla_promises_open", {"target": "restore", "state": "breached"}) == 0
    assert value("sla_next_due_timestamp_seconds") == 0


async def test_an_escalation_is_unanswered_until_somebody_takes_the_ticket_on(stage, db):
    # The rung `head` comes three hours after the start.
    await stage.send(record("A", "opened", 0), record("B", "opened", 1))
    await stage.prove(6)
    await stage.door.wake(10)

    value = await counted(db, after(6))
    assert value("sla_escalations_unacknowledged") == 2
    oldest = value("sla_escalation_unacknowledged_oldest_timestamp_seconds")

    await stage.send(record("A", "acknowledged", 6.5))
    value = await counted(db, after(7))
    assert value("sla_escalations_unacknowledged") == 1
    assert value("sla_escalation_unacknowledged_oldest_timestamp_seconds") == oldest + 3600

    await stage.send(record("B", "taken", 7))
    value = await counted(db, after(8), answers=frozenset({(TENANT, "taken")}))
    assert value("sla_escalations_unacknowledged") == 0
    assert value("sla_escalation_unacknowledged_oldest_timestamp_seconds") == 0


async def test_parked_records_by_reason(stage, db):
    stage.clock.now = after(1)
    await stage.send(garbage("A", 1), garbage("B", 1))

    value = await counted(db, after(2))

    shown = {reason.value: value("sla_parked", {"reason": reason.value}) for reason in Reason}
    assert sum(shown.values()) == 2
    assert max(shown.values()) == 2
    assert value("sla_parked_oldest_timestamp_seconds") == after(1) / SECOND
    assert value("sla_tickets_in_doubt") == 2


async def test_marks_of_a_shared_change_have_no_age(stage, db):
    await stage.send(record("A", "opened", 0))
    await stage.prove(0.2)
    async with db.transaction() as tx:
        await tx.run(text("UPDATE ticket SET wake_at = 0"))

    value = await counted(db, after(1))

    assert value("sla_tickets_due") == 1
    assert value("sla_tickets_due_oldest_timestamp_seconds") == 0


async def test_what_is_in_force_names_targets_calendars_and_versions(db):
    async def register(version, since, at):
        document = POLICY.format(name="line", version=version, since=since, tenant=TENANT)
        policy = read(document, name="line")
        async with db.transaction() as tx:
            await policies.register(
                tx, TENANT, Version(policy.id, policy.version, policy.effective_from, document, at)
            )

    await register("1", "2000-01-01T00:00:00Z", NINE)
    reader = Reader(db, lambda: NINE)
    now = await reader.read()

    assert now is not None
    assert now.targets == {"answer", "repair"}
    # The end of 2030-12-31 in UTC.
    assert now.calendars == {(TENANT, "desk"): 1_924_992_000}
    assert now.policies == ((TENANT, "line", "1"),)
    assert reader.answers == {(TENANT, "taken")}
    assert await reader.read() is None  # nothing has changed
