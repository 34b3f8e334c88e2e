"""Orders to judge tickets again are carried out: after everybody has heard of the change, in slices, beside ingest."""

from __future__ import annotations

from typing import Final

from service.apply.tools import Tools
from service.sla.instants import DAY, Duration
from service.store import rechecks, registry
from service.store.keys import BUCKETS
from service.store.rechecks import WAITING

#: How long after its last due or stop a promise may have been decided: grace, and what was waited for.
SLACK: Final[Duration] = 31 * DAY


async def step(tools: Tools) -> tuple[int, bool]:
    """Make some tickets due now; how many, and whether there may be more."""
    async with tools.db.transaction() as tx:
        order = await rechecks.take(tx)
        if order is None:
            return 0, False
        if order.bucket == WAITING:
            # Once: whoever judged without the change has committed when this is held.
            await registry.hold_alone(tx)
            await rechecks.move(tx, order.nr, 0)
            return 0, True
        marked, bucket = 0, order.bucket
        while bucket < BUCKETS and marked < tools.limits.marked_at_once:
            marked += await rechecks.mark(tx, order, bucket)
            bucket += 1
        if bucket == BUCKETS:
            await rechecks.done(tx, order.nr)
        else:
            await rechecks.move(tx, order.nr, bucket)
    return marked, True
