"""Events that many tickets share come in: each is kept once, while nobody judges.

Applying one is short, however many tickets there are: the event is kept, and the tickets are made due afterwards. Nobody
is missed: the transaction that keeps the event holds alone (`registry`), so whoever judged without it has committed
before, and whoever judges later has it in sight.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace as with_
from typing import ClassVar, Final

from service.apply.deciding import settle
from service.apply.intake import Intake, of_tenant, replaced, take_in
from service.apply.outcome import Applied, Released, Slice, StillUnfit
from service.apply.parking import read_again, row_of_misfit, row_of_refused
from service.apply.slices import Readings, apply_as
from service.apply.tools import Decode, Tools
from service.apply.work import Work
from service.store import Tx, parked, registry
from service.store.car_park import State
from service.store.events import Kept, Past
from service.store.keys import TicketKey
from service.store.parked import Parked
from service.wire.records import Accepted, Reason, Refused


class SharedTopic(ABC):
    """What becomes of the records of one kind of topic."""

    #: Of the organisation: W does not wait for its records that are parked.
    is_directory: ClassVar[bool] = False

    @abstractmethod
    def decode(self, tools: Tools) -> Decode:
        """What reads them."""

    @abstractmethod
    async def past(self, tx: Tx, tenants: Iterable[str]) -> dict[str, Past]:
        """The events that are kept already, by tenant."""

    @abstractmethod
    async def keep(self, tools: Tools, work: Work, new: Collection[Kept]) -> None:
        """Keep new events, and see to it that tickets are judged again that they bear on."""

    async def pass_on(self, work: Work, accepted: Sequence[Accepted]) -> list[Accepted]:  # noqa: ARG002
        """Deal with what is not kept as it was said; what is left."""
        return list(accepted)

    async def apply(self, tools: Tools, piece: Slice) -> Applied:
        """Apply a slice and advance its partition, all or nothing; see `Door.apply_areas`."""
        return await apply_as(tools, piece, self.decode(tools), self._take)

    async def _take(self, tools: Tools, work: Work, readings: Readings) -> Applied:
        decode = self.decode(tools)
        everything = [one for one in readings if isinstance(one, Accepted)]
        refused = [one for one in readings if isinstance(one, Refused)]
        accepted = await self.pass_on(work, everything)
        if accepted or refused:
            await registry.hold_alone(work.tx)
        tools.after_step("held alone")
        intake = take_in(accepted, await self._pasts(work.tx, accepted), None, of_tenant)
        rows = [
            *(row_of_refused(one, work.now, decode, tools.limits) for one in refused),
            *(row_of_misfit(one, work.now) for one in intake.misfits),
        ]
        await parked.add(work.tx, [self._of_nobody(row) for row in rows])
        new = _in_order_of_arrival(intake)
        await self.keep(tools, work, new)
        tools.after_step("appended")
        return Applied(
            applied=len(new) + len(everything) - len(accepted),
            duplicates=len(intake.duplicates),
            parked=Counter(row.reason for row in rows),
            lateness=tuple(one.origin.at - one.event.at for one in new if one.origin),
        )

    async def release(
        self, tools: Tools, work: Work, row: Parked, *, by: str, why: str, replace: bool = False
    ) -> Released:
        """Apply a parked record; see `Door.release`."""
        one = read_again(row.record, self.decode(tools), tools.limits)
        if isinstance(one, Refused):
            raise StillUnfit(one.reason, one.detail)
        await registry.hold_alone(work.tx)
        await settle(work, [row.place], State.RELEASED, by=by, why=why)
        if not await self.pass_on(work, [one]):
            return Released()
        pasts = await self._pasts(work.tx, [one])
        intake = take_in([one], pasts, None, of_tenant)
        new = _in_order_of_arrival(intake)
        if intake.misfits:
            misfit = intake.misfits[0]
            if misfit.reason is not Reason.ID_REUSED or not replace:
                raise StillUnfit(misfit.reason, misfit.detail)
            new = replaced(one, pasts[of_tenant(one.event)], by=by, why=why, at=work.now)
        await self.keep(tools, work, new)
        return Released(duplicate=bool(intake.duplicates))

    def _of_nobody(self, row: Parked) -> Parked:
        """`row` bears on any ticket, not on the one that it may name."""
        return with_(row, ticket=None, shared=not self.is_directory, directory=self.is_directory)

    def is_about(self, tools: Tools, row: Parked) -> bool:
        """Whether the record is of this kind, as far as it can be read."""
        one = read_again(row.record, self.decode(tools), tools.limits)
        return isinstance(one, Accepted) or one.reason is not Reason.UNKNOWN_TYPE

    async def _pasts(self, tx: Tx, arrivals: Collection[Accepted]) -> dict[TicketKey, Past]:
        found = await self.past(tx, {one.event.tenant for one in arrivals}) if arrivals else {}
        return {(tenant, NOBODY): past for tenant, past in found.items()}


#: Stands for the ticket where an event counts once in its tenant.
NOBODY: Final = ""


async def drop(work: Work, row: Parked, *, by: str, why: str) -> Released:
    """Declare a parked record that many tickets share to be of no consequence; see `Door.drop`."""
    await registry.hold_alone(work.tx)
    await settle(work, [row.place], State.DROPPED, by=by, why=why)
    return Released()


def _in_order_of_arrival(intake: Intake) -> list[Kept]:
    """What is new; tenants one after the other, which do not bear on each other."""
    return [kept for new in intake.new.values() for kept in new]
