"""What is said of areas comes in; `Sweep` makes the tickets due that it bears on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from service.apply.shared_intake import SharedTopic
from service.apply.tools import Decode, Tools
from service.apply.work import Work
from service.store import Tx, areas
from service.store.events import Kept, Past


class AreasTopic(SharedTopic):
    """The topic of areas."""

    def decode(self, tools: Tools) -> Decode:
        return tools.decode_area

    async def past(self, tx: Tx, tenants: Iterable[str]) -> dict[str, Past]:
        return await areas.past(tx, tenants)

    async def keep(self, tools: Tools, work: Work, new: Collection[Kept]) -> None:  # noqa: ARG002
        await areas.append(work.tx, new)


AREAS: Final = AreasTopic()
