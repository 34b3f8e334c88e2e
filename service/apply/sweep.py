"""Tickets that what was said of areas bears on are made due: in slices, beside ingest, and again after a restart.

Nothing here decides what is true: a ticket that is judged for any reason is judged with everything said of its areas.
The sweep sees to it that those are judged which nothing else would wake. How far it has come is one number in the
database; a sweep that broke off begins again, and passes over the tickets that have been made due or judged since.
"""

from __future__ import annotations

from collections import defaultdict

from service.apply.tools import Tools
from service.store import Tx, areas, marks
from service.store.areas import Pending
from service.store.keys import BUCKETS


class Sweep:
    """One process's turns at it; any number of processes may take turns."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._goal: Pending | None = None  # kept until it is reached, however much is said meanwhile
        self._buckets: defaultdict[str, int] = defaultdict(int)

    async def step(self) -> int:
        """Make some tickets due now; how many. 0: the goal is reached."""
        async with self._tools.db.transaction() as tx:
            pending = await areas.pending(tx)
            if pending is None:
                return 0
            if self._goal is None or self._goal.after != pending.after:
                self._goal, self._buckets = pending, defaultdict(int)
            for tenant in await areas.tenants(tx, self._goal):
                # Those of one tenant only: the locks of a transaction are taken in the order of keys.
                if marked := await self._mark(tx, tenant, self._goal):
                    break
            else:
                marked = 0
                await areas.swept(tx, self._goal.upto)
        self._tools.after_step("marked")
        return marked

    async def _mark(self, tx: Tx, tenant: str, goal: Pending) -> int:
        chronicle = await self._tools.areas(tx, tenant, await areas.revision(tx))
        touched = chronicle.touched(goal.after, goal.upto)
        if touched.everywhere:
            return await self._mark_all(tx, tenant, goal.upto)
        if not touched.areas:
            return 0
        return await marks.mark_areas(
            tx, tenant, touched.areas, since=touched.since, upto=goal.upto, limit=self._slice
        )

    async def _mark_all(self, tx: Tx, tenant: str, upto: int) -> int:
        marked = 0
        while self._buckets[tenant] < BUCKETS:
            marked += await marks.mark_bucket(
                tx, tenant, self._buckets[tenant], upto=upto, limit=self._slice - marked
            )
            if marked >= self._slice:
                break
            self._buckets[tenant] += 1
        return marked

    @property
    def _slice(self) -> int:
        return self._tools.limits.marked_at_once
