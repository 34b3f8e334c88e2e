"""What is said of sources comes in: reports of being complete, and outages with the gaps that they leave."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from service.apply.outages import Outages
from service.apply.rechecking import SLACK
from service.apply.shared_intake import SharedTopic
from service.apply.tools import Decode, Tools
from service.apply.work import Work
from service.sla.events import Event, as_instant
from service.sla.instants import EARLIEST
from service.store import Tx, rechecks, sources
from service.store.events import Kept, Past
from service.store.sources import Report
from service.wire.records import Accepted

#: A report; it is not kept, only what follows from it.
_ALIVE: Final = "alive"


class SourcesTopic(SharedTopic):
    """The topic of sources."""

    def decode(self, tools: Tools) -> Decode:
        return tools.decode_source

    async def past(self, tx: Tx, tenants: Iterable[str]) -> dict[str, Past]:
        return await sources.past(tx, tenants)

    async def pass_on(self, work: Work, accepted: Sequence[Accepted]) -> list[Accepted]:
        alive = [one for one in accepted if one.event.type == _ALIVE]
        await sources.report(work.tx, map(_report, alive))
        return [one for one in accepted if one.event.type != _ALIVE]

    async def keep(self, tools: Tools, work: Work, new: Collection[Kept]) -> None:
        if not new:
            return
        tenants = sorted({kept.event.tenant for kept in new})
        revision = await sources.revision(work.tx)
        before = {tenant: await tools.outages(work.tx, tenant, revision) for tenant in tenants}
        await sources.append(work.tx, new)
        upto = await sources.revision(work.tx)
        for tenant in tenants:
            told = await sources.told(work.tx, tenant, after=before[tenant].upto, upto=upto)
            await _recheck(work.tx, tenant, before[tenant], before[tenant].and_then(told))


async def _recheck(tx: Tx, tenant: str, before: Outages, now: Outages) -> None:
    """Have judged again what a new gap leaves unproven, and what a closed one does no longer."""
    opened, closed = set(now.gaps) - set(before.gaps), set(before.gaps) - set(now.gaps)
    if opened:
        await rechecks.order(tx, tenant, max(EARLIEST, min(gap.start for gap in opened) - SLACK))
    if closed:
        await rechecks.order(tx, tenant, None)


def _report(one: Accepted) -> Report:
    event: Event = one.event
    said = as_instant(event.attributes.get("complete_to"))
    recorded_at = one.record.timestamp
    # Nobody can be complete beyond the instant at which he says so.
    complete_to = recorded_at if said is None else min(said, recorded_at)
    return Report((event.tenant, event.ticket), recorded_at, complete_to)


SOURCES: Final = SourcesTopic()
