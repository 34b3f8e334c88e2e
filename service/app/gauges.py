"""Gauges that are counted in the database: the same in every process that shows them."""

from __future__ import annotations

from collections import Counter

from service.metrics import Metrics
from service.sla.instants import SECOND, Instant
from service.store import Database, directory, outbox, parked, promises, tickets


async def refresh(db: Database, metrics: Metrics, *, directory_topic: str) -> bool:
    """Count anew; False, for there is never more to do. Raises what the database raises."""
    async with db.transaction() as tx:
        unfinished = await promises.unfinished(tx)
        waiting = await outbox.waiting(tx)
        backlog = await tickets.backlog(tx)
        trouble = await tickets.trouble(tx)
        standing = await parked.standing(tx)
        lag = await directory.lag(tx, directory_topic)
    open_by_target: Counter[str] = Counter()
    for each in unfinished:
        open_by_target[each.target] += each.count
    metrics.open_by_target(open_by_target)
    metrics.outbox_rows.set(waiting.count)
    metrics.outbox_oldest.set(_seconds(waiting.oldest))
    metrics.directory_lag.set(_seconds(lag))
    metrics.due.set(backlog.due)
    metrics.due_oldest.set(_seconds(backlog.oldest))
    metrics.in_doubt.set(trouble.in_doubt)
    metrics.unjudged.set(trouble.unjudged)
    metrics.parked.set(sum(each.count for each in standing))
    return False


def _seconds(instant: Instant | None) -> float:
    return 0.0 if instant is None else instant / SECOND
