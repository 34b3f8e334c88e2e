"""What somebody on call asks is answered from what is unfinished, however much has been finished."""

import re

import pytest
from sqlalchemy import text

from service.store import on_call
from tests.store.test_plans import FILL

#: Beside fifty thousand that were met.
OPEN = """
    INSERT INTO promise (bucket, tenant, ticket, target, started_source, started_id, state, start, due, held, in_doubt)
    SELECT n % 256, 't', 'T' || n, 'y', 's', 'e', CASE WHEN n % 2 = 0 THEN 'open' ELSE 'breached' END, 0, n, false, false
    FROM generate_series(1, 200) n
"""

QUESTIONS = {
    "near": (on_call._NEAR, {"tenants": ["t"], "until": 300, "target": None, "limit": 100}),
    "busy": (on_call._BUSY, {"until": 300}),
    "breaches": (on_call._SAID, {"tenants": ["t"], "since": 1, "target": None, "limit": 100}),
    "open breaches": (on_call._SAID_OF_OPEN, {"tenants": ["t"], "since": 0, "target": "y", "limit": 100}),
}


@pytest.fixture
async def full(db):
    async with db.transaction() as tx:
        for fill in (*FILL, OPEN):
            await tx.run(text(fill))
    for table in ("ticket", "promise", "statement"):
        async with db.transaction() as tx:
            await tx.run(text(f"ANALYZE {table}"))
    return db


async def test_no_question_reads_a_whole_table_and_what_is_unfinished_is_found(full):
    for name, (statement, parameters) in QUESTIONS.items():
        async with full.transaction() as tx:
            rows = await tx.run(
                text(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement.text}"), parameters
            )
            plan = "\n".join(rows.scalars())
        assert not re.findall(r"Seq Scan on (\w+)", plan), f"{name}\n{plan}"
        read = [
            int(float(n)) * int(loops) for n, loops in re.findall(r"actual rows=([\d.]+) loops=(\d+)", plan)
        ]
        assert max(read, default=0) <= 500, f"{name}\n{plan}"
    async with full.transaction() as tx:
        assert await on_call.busy(tx, 101) == [
            on_call.Busy("t", "y", open=100, near=50, next_due=2, broken=100, oldest_due=1)
        ]
        assert [each.due for each in await on_call.near(tx, ["t"], 101, limit=3)] == [2, 4, 6]
        assert await on_call.near(tx, ["other"], 101) == []
