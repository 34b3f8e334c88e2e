"""How far what rests on absence is proved: the caps of sources, the gaps, and what somebody vouches for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from service.apply.outages import Outages
from service.sla.events import Gap
from service.sla.instants import EARLIEST, NEVER, Instant
from service.sla.policy import Rules
from service.store.progress import Watermark
from service.store.sources import Shown, SourceKey

#: The tenant, None for all of them, and the instant of a record that nobody could read.
Nobodys: TypeAlias = Sequence[tuple[str | None, Instant]]


@dataclass(frozen=True, slots=True)
class Proof:
    """What the tickets of one tenant are judged by, besides W; the fields of `History` of the same names.

    `gaps` in the order of their ends.
    """

    caps: Mapping[str, Instant] = field(default_factory=lambda: MappingProxyType({}))
    gaps: tuple[Gap, ...] = ()
    proved: Instant = NEVER

    def since(self, instant: Instant) -> tuple[Gap, ...]:
        """The gaps that end after `instant`."""
        if not self.gaps or self.gaps[0].end > instant:
            return self.gaps
        return self.gaps[bisect_right(self.gaps, instant, key=lambda gap: gap.end) :]


def has_sources(rules: Rules) -> bool:
    """Whether any version names sources."""
    return any(policy.sources for policy in rules.versions)


def proof_of(
    tenant: str,
    rules: Rules,
    *,
    shown: Mapping[SourceKey, Shown],
    outages: Outages,
    nobodys: Nobodys,
    proved: Instant,
) -> Proof:
    """The proof of `tenant`. A source that has shown nothing is complete up to nowhere."""
    named = {source for policy in rules.versions for source in policy.sources}
    gaps = [*outages.gaps, *_of_nobody(tenant, nobodys)]
    return Proof(
        caps={source: shown.get((tenant, source), Shown()).cap or EARLIEST for source in named},
        gaps=tuple(sorted(gaps, key=lambda gap: (gap.end, gap.start, gap.source))),
        proved=proved,
    )


def proved_by(stands: Watermark) -> Instant:
    """From where on nothing is proved though W is beyond; NEVER when W is where it was proved."""
    if stands.at is None or stands.at == stands.proved:
        return NEVER
    return EARLIEST if stands.proved is None else stands.proved


def complete(sources: Collection[str], proof: Proof, watermark: Instant) -> Instant:
    """How far all of `sources`, and W, are known."""
    return min([watermark, *(proof.caps[source] for source in sources if source in proof.caps)])


def _of_nobody(tenant: str, nobodys: Nobodys) -> Iterable[Gap]:
    return (Gap(start=at, end=at + 1) for owner, at in nobodys if owner in (None, tenant))
