"""The statements of the hot path read as many rows as they are asked for, however large the tables are."""

import re

import pytest
from sqlalchemy import text

from service.store import (
    directory,
    events,
    hotline_events,
    marks,
    outbox,
    parked,
    progress,
    promises,
    statements,
    tickets,
    unfinished,
    waits,
)
from service.store.keys import arrays

ROWS = 50_000

FILL = (
    f"""INSERT INTO ticket (bucket, tenant, ticket, wake_at, areas)
        SELECT n % 256, 't', 'T' || n, n, ARRAY['a' || n % 500] FROM generate_series(1, {ROWS}) n""",
    f"""INSERT INTO event (bucket, tenant, ticket, source, id, type, at, seq, attributes, digest)
        SELECT n % 256, 't', 'T' || n, 's', 'e', 'opened', 0, 0, '', sha256('') FROM generate_series(1, {ROWS}) n""",
    f"""INSERT INTO promise (bucket, tenant, ticket, target, started_source, started_id, state, start, held, in_doubt)
        SELECT n % 256, 't', 'T' || n, 'x', 's', 'e', 'met', 0, false, false FROM generate_series(1, {ROWS}) n""",
    f"""INSERT INTO statement (bucket, tenant, ticket, id, rev, withdrawn, kind, target, at, content, decided_at, event_id)
        SELECT n % 256, 't', 'T' || n, gen_random_uuid(), 1, false, 'breach', 'x', 0, '', 0, gen_random_uuid()
        FROM generate_series(1, {ROWS}) n""",
    f"""INSERT INTO outbox (bucket, topic, key, value, headers, created_at)
        SELECT n % 256, 'o', '', '', '', 0 FROM generate_series(1, {ROWS}) n""",
    f"""INSERT INTO parked (topic, part, record_offset, bucket, tenant, ticket, reason, detail, parked_at, headers, recorded_at)
        SELECT 'o', 0, n, n % 256, 't', 'T' || n, 'not_json', '', 0, '', 0 FROM generate_series(1, {ROWS}) n""",
)

HOTLINE = f"""
    INSERT INTO hotline_event (tenant, source, id, kind, type, subject, at, seq, attributes, digest, until)
    SELECT 't', kind, n, kind, kind || '.x', 'c', n, 0, '', sha256(''), n
    FROM generate_series(1, {ROWS // 2}) n, unnest(ARRAY['call', 'agent']) kind
"""
WAITS = f"""
    INSERT INTO ticket_wait (bucket, tenant, ticket, sources, wake_at)
    SELECT n % 256, 't', 'T' || n, 's' || n % 3, n FROM generate_series(1, {ROWS}) n
"""
COMPLETE = "INSERT INTO source (tenant, source, cap) VALUES ('t', 's0', 1000), ('t', 's1', 100)"

SOME = arrays(("t", f"T{n}") for n in range(1, 2000, 20))

STATEMENTS = {
    "lock": (tickets._LOCK, SOME),
    "claim": (tickets._CLAIM, {"watermark": 300, "limit": 100, "due_now": 0}),
    "claim marked": (tickets._CLAIM_MARKED, {"watermark": 300, "limit": 100, "due_now": 0}),
    "mark areas": (
        marks._MARK_AREAS,
        {"tenant": "t", "areas": ["a7", "a8"], "since": 0, "upto": 1, "limit": 100, "due_now": 0},
    ),
    "mark a bucket": (
        marks._MARK_BUCKET,
        {"tenant": "t", "bucket": 5, "upto": 1, "limit": 100, "due_now": 0},
    ),
    "settle": (
        progress._SETTLE,
        {
            "topics": ["o"],
            "parts": [0],
            "t0": 5,
            "frozen": "",
            "unproved": "u",
            "recreated": "r",
            "shared_parked": "a",
            "is_behind": "b",
            "behind": 10,
            "stopped_after": 10,
        },
    ),
    "claim what waits": (waits._CLAIM, {"watermark": 300, "separator": "\x1f", "limit": 100}),
    "records of nobody": (parked._NOBODYS, {}),
    "history": (events._HISTORY, SOME),
    "said": (statements._SAID, SOME),
    "promises": (promises._CURRENT, SOME),
    "doubts": (parked._DOUBTS, SOME),
    "outbox": (outbox._TAKE, {"buckets": list(range(0, 256, 2)), "limit": 100}),
    "releasable": (parked._RELEASABLE, {"watermark": 300, "limit": 100}),
    "unfinished": (promises._UNFINISHED, {}),
    "ahead": (
        unfinished._AHEAD,
        {"now": 1, "first": 2, "second": 3, "third": 4, "fourth": 5},
    ),
    "unanswered": (unfinished._UNANSWERED, {"most": 100, "tenants": ["t"], "types": ["taken"]}),
    "facts of the hotline": (
        hotline_events._TOLD,
        {"tenant": "t", "kind": "call", "since": ROWS // 2 - 100, "upto": ROWS},
    ),
    "facts of agents": (
        hotline_events._AGENTS,
        {"tenant": "t", "since": ROWS // 2 - 100, "alive": ROWS // 2 - 50, "upto": ROWS},
    ),
    "last fact of the hotline": (hotline_events._LATEST, {"tenant": "t", "upto": ROWS}),
    "forget the hotline": (hotline_events._PURGE, {"before": 300, "limit": 100}),
    "hotline ahead": (hotline_events._AHEAD, {"watermark": 300, "limit": 100}),
    "directory": (directory._STANDING, {"topic": "d", "watermark": 300}),
}


@pytest.fixture
async def full(db):
    async with db.transaction() as tx:
        for fill in (*FILL, HOTLINE, WAITS, COMPLETE):
            await tx.run(text(fill))
    for table in [
        "ticket",
        "event",
        "promise",
        "statement",
        "outbox",
        "parked",
        "ticket_wait",
        "source",
        "hotline_event",
    ]:
        async with db.transaction() as tx:
            await tx.run(text(f"ANALYZE {table}"))
    return db


async def test_no_statement_of_the_hot_path_reads_a_whole_table(full):
    for name, (statement, parameters) in STATEMENTS.items():
        async with full.transaction() as tx:
            rows = await tx.run(
                text(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement.text}"), parameters
            )
            plan = "\n".join(rows.scalars())
        whole = re.findall(r"Seq Scan on (\w+)", plan)
        assert set(whole) <= {"policy", "watermark", "source"}, f"{name}\n{plan}"
        read = [
            int(float(n)) * int(loops) for n, loops in re.findall(r"actual rows=([\d.]+) loops=(\d+)", plan)
        ]
        assert max(read, default=0) <= 500, f"{name}\n{plan}"
