"""What tickets are judged on, for somebody who only looks: read without a lock, and nothing is changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from service.apply.ground import proof_as_of
from service.apply.judging import UNPROVED
from service.apply.organisation import Organisation
from service.apply.outcome import Limits
from service.apply.proof import Proof
from service.sla.events import Event
from service.sla.history import History
from service.sla.instants import Duration, Instant
from service.sla.policy import Rules
from service.store import Tx, areas, directory, events, parked, progress
from service.store.keys import TicketKey


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the tickets of one tenant are judged on at W, besides their own events; `upto` is W, `UNPROVED` without one.

    `is_provisional`: something that was said of the organisation before W may be missing.
    """

    rules: Rules
    upto: Instant
    shared: tuple[Event, ...]
    proof: Proof
    organisation: Organisation
    is_provisional: bool
    backdated_after: Duration

    async def histories(self, tx: Tx, keys: Collection[TicketKey]) -> dict[TicketKey, History]:
        """The tickets `keys` of the tenant as the service judges them."""
        pasts = await events.past(tx, keys)
        doubts = await parked.doubts(tx, keys)
        return {
            key: History(
                tuple(past.events),
                doubts[key],
                self.shared,
                self.proof.caps,
                self.proof.gaps,
                self.proof.proved,
                directory=self.organisation.directory,
                recorded=past.recorded,
                backdated_after=self.backdated_after,
            )
            for key, past in pasts.items()
        }

    def as_of(self, history: History, until: Instant) -> History:
        """What of `history` had happened by `until`, an instant before W."""
        happened, shared = (
            tuple(event for event in told if event.at <= until) for told in (history.events, history.shared)
        )
        return History(
            happened,
            history.doubts,
            shared,
            directory=self.organisation.until(until).directory,
            recorded=history.recorded,
            backdated_after=history.backdated_after,
        )


async def look(tx: Tx, tenant: str, rules: Rules, limits: Limits) -> Outlook:
    """Everything that the tickets of `tenant` share, as of now."""
    stands = await progress.watermark(tx)
    known = await directory.standing(tx, limits.directory, stands.at)
    return Outlook(
        rules,
        UNPROVED if stands.at is None else stands.at,
        await areas.of_tenant(tx, tenant),
        await proof_as_of(tx, tenant, rules, stands),
        Organisation(await directory.told(tx, tenant, after=0, upto=known.revision), limits.horizon),
        known.is_provisional,
        limits.backdated_after,
    )
