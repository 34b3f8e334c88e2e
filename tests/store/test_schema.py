"""The migrated database is the one that the modules describe, and refuses what must not be."""

import asyncio
import importlib
import pkgutil
import random

import pytest
from sqlalchemy import text

from service import store
from service.store import (
    Database,
    StoreError,
    Unavailable,
    calendars,
    marks,
    migrations,
    parked,
    policies,
)
from service.store.keys import BUCKETS, LONGEST_NAME, arrays, bucket_of, is_name
from service.store.schema import METADATA
from service.wire.records import Reason

for module in pkgutil.iter_modules(store.__path__, "service.store."):
    importlib.import_module(module.name)  # that is what makes its tables known

TICKET_BOUND = {
    "awaited",
    "person_breach",
    "ticket_wait",
    "ticket",
    "event",
    "promise",
    "statement",
    "outbox",
}

CATALOG = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
               pg_get_expr(d.adbin, d.adrelid), o.collname, a.attnum
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
        LEFT JOIN pg_collation o ON o.oid = a.attcollation
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
        ORDER BY 1, a.attnum""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 'n' ORDER BY 1, 2""",
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "storage": """
        SELECT relname, reloptions FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        ORDER BY 1""",
}


async def catalog(url: str) -> dict[str, list[str]]:
    db = Database.open(url, pool_size=1)
    try:
        async with db.transaction() as tx:
            return {
                name: [str(row) for row in await tx.run(text(query)) if "alembic_version" not in str(row)]
                for name, query in CATALOG.items()
            }
    finally:
        await db.close()


async def test_the_migrations_make_what_the_modules_describe(dsn):
    migrated = await catalog(dsn)
    db = Database.open(dsn, pool_size=1)
    async with db.transaction() as tx:
        for table in METADATA.sorted_tables:
            await tx.run(text(f"DROP TABLE {table.name}"))
        await tx.run_sync(METADATA.create_all)
    await db.close()

    described = await catalog(dsn)

    for part, rows in described.items():
        assert migrated[part] == rows, part
    assert {row.split("'")[1] for row in described["storage"]} == {
        table.name for table in METADATA.sorted_tables
    }


async def test_keys_bound_to_a_ticket_begin_with_its_bucket(db):
    keys = text("""
        SELECT i.indrelid::regclass::text, a.attname FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indisunique AND i.indrelid IN (SELECT attrelid FROM pg_attribute WHERE attname = 'bucket')
    """)
    async with db.transaction() as tx:
        first = dict(tuple(row) for row in await tx.run(keys))

    assert first.pop("recheck") == "nr"  # about many tickets
    assert first.pop("parked") == "topic"  # by place in the log: a parked record may have no ticket
    assert first == dict.fromkeys(TICKET_BOUND, "bucket")


def test_a_bucket_is_the_same_for_ever():
    """Stored keys begin with it: these values may never change."""
    assert [bucket_of("default", ticket) for ticket in ("INC0000045", "SR-1", "工单7", "")] == [
        218,
        185,
        93,
        6,
    ]
    assert {bucket_of("t", f"T{n}") for n in range(5000)} == set(range(BUCKETS))
    assert bucket_of("a", "b") != bucket_of("b", "a")


def test_keys_are_ordered_and_each_is_there_once():
    made = arrays([("t", "B"), ("t", "A"), ("s", "Z"), ("t", "B")])
    rows = list(zip(made["buckets"], made["tenants"], made["tickets"], strict=True))
    assert rows == sorted({(bucket_of(*k), *k) for k in [("t", "A"), ("t", "B"), ("s", "Z")]})


@pytest.mark.parametrize(
    ("text_", "fits"),
    [("a", True), ("", False), ("a\0b", False), ("\ud800", False), ("长" * 170, True), ("长" * 171, False)],
)
def test_what_can_be_a_name(text_, fits):
    assert is_name(text_) is fits
    assert LONGEST_NAME == 512


async def test_the_longest_names_fit_into_every_key(db, ask):
    """Random characters: an index compresses what repeats, so that repetition would prove nothing."""
    chance = random.Random(1)
    name = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(170))
    async with db.transaction() as tx:
        await tx.run(text("INSERT INTO ticket (bucket, tenant, ticket) VALUES (1, :n, :n)"), {"n": name})
        await tx.run(
            text(
                "INSERT INTO event (bucket, tenant, ticket, source, id, type, at, seq, attributes, digest)"
                " VALUES (1, :n, :n, :n, :n, 'x', 0, 0, '', sha256(''))"
            ),
            {"n": name},
        )
        await tx.run(
            text(
                "INSERT INTO promise (bucket, tenant, ticket, target, started_source, started_id, state, start,"
                " held, in_doubt) VALUES (1, :n, :n, :n, :n, :n, 'open', 0, false, false)"
            ),
            {"n": name},
        )


# --- what was said is history ---------------------------------------------------------------------

SAID = """
    INSERT INTO statement (bucket, tenant, ticket, id, rev, withdrawn, kind, target, at, content, decided_at, event_id)
    VALUES (1, 't', 'A', '00000000-0000-0000-0000-000000000001', {rev}, {withdrawn}, 'breach', 'x', 0, '', 0,
            '00000000-0000-0000-0000-000000000002')
"""


OF_AREAS = """
    INSERT INTO area_event (tenant, name, source, id, type, at, seq, attributes, digest)
    VALUES ('t', 'storm', 's', 'a', '{type}', 0, 0, '', {digest})
"""


@pytest.mark.parametrize("wrong", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize(
    ("table", "column"),
    [("statement", "rev"), ("policy", "registered_at"), ("calendar", "registered_at"), ("area_event", "at")],
)
async def test_ledger_policies_calendars_and_what_areas_said_only_grow(db, ask, wrong, table, column):
    async with db.transaction() as tx:
        await tx.run(text(SAID.format(rev=1, withdrawn=False)))
        await policies.register(tx, "t", policies.Version("p", "1", 0, "", 0))
        await calendars.register(tx, "t", calendars.Registered("c", "", 0))
        await tx.run(text(OF_AREAS.format(type="excluded", digest="sha256('')")))
    with pytest.raises(StoreError, match="append-only"):
        async with db.transaction() as tx:
            await tx.run(text(wrong.format(table, column, column)))


@pytest.mark.parametrize(
    ("rev", "withdrawn"), [(0, False), (1, True)], ids=["no revision", "withdrawn unsaid"]
)
async def test_impossible_revisions_are_refused(db, rev, withdrawn):
    with pytest.raises(StoreError, match="violates check"):
        async with db.transaction() as tx:
            await tx.run(text(SAID.format(rev=rev, withdrawn=withdrawn)))


async def test_a_revision_is_said_once(db):
    async with db.transaction() as tx:
        await tx.run(text(SAID.format(rev=1, withdrawn=False)))
    with pytest.raises(StoreError, match="duplicate key"):
        async with db.transaction() as tx:
            await tx.run(text(SAID.format(rev=1, withdrawn=False)))


@pytest.mark.parametrize(
    "values",
    [
        "'released', NULL, NULL, NULL",
        "'dropped', 'anna', 1, ''",
        "'dropped', '', 1, 'x'",
        "'parked', 'anna', 1, 'x'",
        "'lost', 'anna', 1, 'x'",
        "'released', 'anna', NULL, 'x'",
    ],
)
async def test_nothing_leaves_the_car_park_without_a_name_and_a_reason(db, values):
    with pytest.raises(StoreError, match="violates check"):
        async with db.transaction() as tx:
            await tx.run(text(
                "INSERT INTO parked (topic, part, record_offset, reason, detail, parked_at, headers, recorded_at,"
                f" state, decided_by, decided_at, decided_why) VALUES ('t', 0, 0, 'x', '', 0, '', 0, {values})"
            ))  # fmt: skip


@pytest.mark.parametrize(
    "row",
    [
        OF_AREAS.format(type="noted", digest="sha256('')"),
        OF_AREAS.format(type="excluded", digest="'x'"),
        "INSERT INTO area_sweep DEFAULT VALUES",
        "UPDATE area_sweep SET upto = -1",
        (
            "INSERT INTO parked (topic, part, record_offset, bucket, tenant, ticket, reason, detail, parked_at, headers,"
            " recorded_at, shared) VALUES ('t', 0, 0, 1, 't', 'A', 'x', '', 0, '', 0, true)"
        ),
    ],
    ids=[
        "a type of no effect",
        "digest",
        "second sweep",
        "sweep before the first",
        "shared and of one ticket",
    ],
)
async def test_impossible_rows_about_areas_are_refused(db, row):
    with pytest.raises(StoreError):
        async with db.transaction() as tx:
            await tx.run(text(row))


# --- migrations -----------------------------------------------------------------------------------


async def test_any_number_of_migrations_at_once_migrate_once(empty_database):
    assert await migrations.current(empty_database) is None
    told = await asyncio.gather(*(migrations.upgrade(empty_database) for _ in range(5)))

    assert sorted(told, key=str) == [(migrations.head(),) * 2] * 4 + [(None, migrations.head())]
    assert await migrations.current(empty_database) == migrations.head()


async def test_a_migration_gives_up_on_a_table_in_use_and_leaves_nothing_behind(empty_database):
    """Behind a migration that waits for a table every other statement would wait too."""
    db = Database.open(empty_database, pool_size=1)
    async with db.transaction() as tx:
        await tx.run(text("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)"))
    async with db.transaction() as tx:
        await tx.run(text("LOCK TABLE alembic_version IN SHARE MODE"))
        with pytest.raises(Unavailable, match="lock timeout"):
            await migrations.upgrade(empty_database, lock_timeout_s=0.2)
    await db.close()

    assert await migrations.current(empty_database) is None
    assert (await catalog(empty_database))["storage"] == []
    assert await migrations.upgrade(empty_database) == (None, migrations.head())


async def test_a_migration_waits_for_another_no_longer_than_it_was_told(empty_database):
    db = Database.open(empty_database, pool_size=1)
    async with db.transaction() as tx:
        await tx.run(text(f"SELECT pg_advisory_xact_lock({migrations._LOCK})"))
        with pytest.raises(Unavailable):
            await migrations.upgrade(empty_database, wait_s=0.2)
    await db.close()


BEFORE_0002 = """
    INSERT INTO promise (bucket, tenant, ticket, target, started_source, started_id, state, start, due, stop, held,
                         in_doubt)
    VALUES (1, 't', 'A', 'x', 's', 'e', 'open', 0, 5, NULL, :held, false)
    ON CONFLICT (bucket, tenant, ticket, target, started_source, started_id) DO UPDATE
    SET (state, start, due, stop, held, in_doubt) =
        (excluded.state, excluded.start, excluded.due, excluded.stop, excluded.held, excluded.in_doubt)
"""


async def test_the_release_before_runs_on_the_schema_of_calendars(empty_database, monkeypatch):
    """It wrote promises before the migration, and writes them after it as it did."""
    with monkeypatch.context() as before:
        before.setattr(migrations, "head", lambda: "0001")
        upgrade = migrations.command.upgrade
        before.setattr(migrations.command, "upgrade", lambda config, _: upgrade(config, "0001"))
        assert await migrations.upgrade(empty_database) == (None, "0001")
    db = Database.open(empty_database, pool_size=1)
    async with db.transaction() as tx:
        await tx.run(text(BEFORE_0002), {"held": False})

    assert await migrations.upgrade(empty_database) == ("0001", migrations.head())

    async with db.transaction() as tx:
        await tx.run(text(BEFORE_0002), {"held": True})
        rows = await tx.rows(text("SELECT held, gated, provisional FROM promise"))
        assert [tuple(row) for row in rows] == [(True, False, False)]
    await db.close()


#: What the release before 0003 says on its hot path, as it says it.
BEFORE_0003 = (
    "INSERT INTO ticket (bucket, tenant, ticket) VALUES (1, 't', 'A') ON CONFLICT DO NOTHING",
    "SELECT t.tenant, t.ticket FROM ticket t ORDER BY t.bucket, t.tenant, t.ticket FOR UPDATE OF t",
    (
        "SELECT tenant, ticket, wake_at FROM ticket WHERE wake_at < 9 AND unjudged IS NULL ORDER BY wake_at LIMIT 1"
        " FOR UPDATE SKIP LOCKED"
    ),
    """UPDATE ticket t
       SET wake_at = s.wake_at, judged_at = s.judged_at, latest_at = s.latest_at, policy = s.policy,
           version = s.version, orphan = s.orphan, in_doubt = s.in_doubt, unjudged = s.unjudged
       FROM (VALUES (1, 't', 'A', 5, 5, 5, NULL, NULL, false, false, NULL)) AS
            s(bucket, tenant, ticket, wake_at, judged_at, latest_at, policy, version, orphan, in_doubt, unjudged)
       WHERE (t.bucket, t.tenant, t.ticket) = (s.bucket, s.tenant, s.ticket)""",
    """INSERT INTO parked (topic, part, record_offset, bucket, tenant, ticket, reason, detail, occurred_at, parked_at,
                           key, value, headers, recorded_at)
       VALUES ('t', 0, 0, 1, 't', 'A', 'not_json', '', NULL, 0, NULL, NULL, '', 0) ON CONFLICT DO NOTHING""",
    "UPDATE watermark w SET at = 5, frozen = '', probed_at = 5 RETURNING w.at, w.frozen, w.probed_at",
)


async def test_the_release_before_runs_on_the_schema_of_areas(db):
    """Its tickets are of no area known, and had heard of nothing: the first event about areas has them judged."""
    for _ in range(2):
        for statement in BEFORE_0003:
            async with db.transaction() as tx:
                await tx.run(text(statement))

    async with db.transaction() as tx:
        rows = await tx.rows(text("SELECT wake_at, areas, shared_upto, settled_at FROM ticket"))
        assert [tuple(row) for row in rows] == [(5, [], 0, None)]
        assert await parked.standing(tx) == [parked.Standing(Reason.NOT_JSON, 1, 0)]
        assert await marks.mark_bucket(tx, "t", 1, upto=1, limit=10) == 1


async def test_where_there_is_no_database_is_unavailable():
    with pytest.raises(Unavailable):
        await migrations.current("postgresql://nobody@127.0.0.1:1/nothing")
