"""What the tickets of a tenant are judged on besides their own events: rules, areas, organisation, how far all is proved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from service.apply.judging import Case
from service.apply.organisation import Organisation
from service.apply.outages import Outages
from service.apply.proof import Proof, has_sources, proof_of, proved_by
from service.apply.shared import Chronicle, Words, areas_of, words_of
from service.apply.tools import Tools
from service.sla.events import Doubt, Event, key_of
from service.sla.instants import EARLIEST, Duration
from service.sla.policy import Rules
from service.sla.statements import Said
from service.store import Tx, areas, directory, parked, sources
from service.store.events import Kept, Past
from service.store.progress import Watermark
from service.store.shared_events import Told


@dataclass(frozen=True, slots=True)
class Ground:
    """For one tenant. `heard` is the number of the last event of areas in `chronicle`, of whatever tenant.

    `is_provisional`: something that was said of the organisation before W may be missing.
    """

    rules: Rules
    words: Words
    chronicle: Chronicle
    proof: Proof
    heard: int
    has_sources: bool
    organisation: Organisation
    is_provisional: bool
    backdated_after: Duration

    def areas_of(self, events: Iterable[Event]) -> frozenset[str]:
        """Where a ticket with these events was ever said to be."""
        return areas_of(events, self.words)

    def case(
        self,
        past: Past,
        added: Collection[Kept],
        doubts: tuple[Doubt, ...],
        said: Mapping[str, Said],
        *,
        heard: int,
    ) -> Case:
        """A ticket that was last judged with the first `heard` events of areas."""
        fresh = tuple(kept.event for kept in added)
        everything = (*past.events, *fresh)
        since = min((event.at for event in everything), default=EARLIEST)
        told = self.chronicle.bearing_on(self.areas_of(everything), since)
        news = [each for each in told if each.nr > heard]
        happened: list[Told | Kept] = [*news, *added]
        return Case(
            tuple(past.events),
            fresh,
            doubts,
            said,
            shared=tuple(each.event for each in told if each.nr <= heard),
            news=tuple(each.event for each in news),
            caps=self.proof.caps,
            gaps=self.proof.since(since),
            proved=self.proof.proved,
            organisation=self.organisation,
            recorded=past.recorded,
            backdated_after=self.backdated_after,
            traces={key_of(each.event): each.trace for each in happened if each.trace},
            heard={key_of(each.event): each.recorded_at for each in news if each.recorded_at is not None},
        )


async def grounds(tx: Tx, tools: Tools, rules: Mapping[str, Rules], stands: Watermark) -> dict[str, Ground]:
    """By tenant what its tickets are judged on at W as it `stands`."""
    heard = await areas.revision(tx)
    nobodys = await parked.nobodys(tx)
    sourced = {tenant for tenant, each in rules.items() if has_sources(each)}
    shown = await sources.shown(tx) if sourced else {}
    revision = await sources.revision(tx) if sourced else 0
    known = await directory.standing(tx, tools.limits.directory, stands.at)
    found = {}
    for tenant, each in rules.items():
        outages = await tools.outages(tx, tenant, revision) if tenant in sourced else Outages()
        proof = proof_of(
            tenant, each, shown=shown, outages=outages, nobodys=nobodys, proved=proved_by(stands)
        )
        chronicle = await tools.areas(tx, tenant, heard)
        found[tenant] = Ground(
            each,
            words_of(each),
            chronicle,
            proof,
            heard,
            tenant in sourced,
            await tools.organisations(tx, tenant, known.revision),
            known.is_provisional,
            tools.limits.backdated_after,
        )
    return found


async def proof_as_of(tx: Tx, tenant: str, rules: Rules, stands: Watermark) -> Proof:
    """The proof of `tenant` at W as it `stands`, read for somebody who asks once."""
    told = await sources.told(tx, tenant, after=0, upto=await sources.revision(tx))
    return proof_of(
        tenant,
        rules,
        shown=await sources.shown(tx),
        outages=Outages(told),
        nobodys=await parked.nobodys(tx),
        proved=proved_by(stands),
    )
