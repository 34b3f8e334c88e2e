"""What is said of the organisation comes in: facts that chains rest on, applied while nobody judges.

In the same transaction the tickets are made due whose breaches and escalations they may change. Nothing waits for a record
that cannot be read: it is parked, and what names people is provisional until somebody decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import ClassVar, Final

from service.apply.organisation import touched
from service.apply.shared_intake import SharedTopic
from service.apply.tools import Decode, Tools
from service.apply.work import Work
from service.sla.events import Event, EventKey, key_of
from service.sla.instants import NEVER, Instant
from service.store import Tx, directory
from service.store.events import Kept, Past


class DirectoryTopic(SharedTopic):
    """The topic of the organisation."""

    is_directory: ClassVar[bool] = True

    def decode(self, tools: Tools) -> Decode:
        return tools.decode_directory

    async def past(self, tx: Tx, tenants: Iterable[str]) -> dict[str, Past]:
        return await directory.past(tx, tenants)

    async def keep(self, tools: Tools, work: Work, new: Collection[Kept]) -> None:
        """Keep facts, and make due whom they may bear on."""
        await directory.append(work.tx, new)
        facts: defaultdict[str, list[tuple[Event, Instant | None]]] = defaultdict(list)
        for kept in new:
            facts[kept.event.tenant].append((kept.event, kept.origin.at if kept.origin else None))
        since = {
            tenant: touched(told, await _known(work.tx, tenant, told), tools.limits.horizon)
            for tenant, told in facts.items()
        }
        changing = {tenant: instant for tenant, instant in since.items() if instant < NEVER}
        await directory.mark(work.tx, changing)
        tools.after_step("marked")


async def _known(tx: Tx, tenant: str, facts: Iterable[tuple[Event, Instant | None]]) -> dict[EventKey, Event]:
    """What may be voided. Not by the book of those who judge: this transaction may still be rolled back."""
    if not any(event.type == "voided" for event, _ in facts):
        return {}
    told = await directory.told(tx, tenant, after=0, upto=await directory.revision(tx))
    return {key_of(one.event): one.event for one in told}


DIRECTORY: Final = DirectoryTopic()
