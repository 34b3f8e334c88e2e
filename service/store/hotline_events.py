"""What happened at the hotline: facts about calls, agents and rosters, each kept once, for a while.

Figures are worked out from them anew, so only what figures look back on is kept. A fact of a call that a policy names is
kept with the events of tickets as well, for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, PrimaryKeyConstraint, Table, Text, text

from service.sla.events import Event
from service.sla.instants import Instant
from service.store.database import Row, Tx
from service.store.events import read_attributes, write_attributes
from service.store.parked import Place
from service.store.schema import BYTES, INSTANT, METADATA, NAME

#: (tenant, source, id): what makes a fact one.
FactKey = tuple[str, str, str]

# Not bound to tickets, so without a bucket. Rows go when nothing looks back on them any more: no trigger.
HOTLINE_EVENT: Final = Table(
    "hotline_event",
    METADATA,
    Column("tenant", NAME, nullable=False),
    Column("source", NAME, nullable=False),
    Column("id", NAME, nullable=False),
    Column("kind", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", NAME, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("attributes", BYTES, nullable=False),  # as in `event`
    Column("digest", BYTES, nullable=False),  # as in `event`
    # The last instant on which it bears: its own, of a roster the end of the span.
    Column("until", INSTANT, nullable=False),
    # A fact has effect once, whatever partition it came from and however often.
    PrimaryKeyConstraint("tenant", "source", "id"),
    # A shorter digest would make other content look the same.
    CheckConstraint("octet_length(digest) = 32", name="digest"),
    # What reads them asks by these; one of another kind would never be read.
    CheckConstraint("kind IN ('call', 'agent', 'roster')", name="kind"),
    CheckConstraint("until >= at", name="until"),
    Index("hotline_event_read_idx", "tenant", "kind", "until"),
    Index("hotline_event_purge_idx", "until"),
)

# In the order of keys, so that two that bring the same facts wait for each other instead of deadlocking.
_ADD: Final = text("""
    INSERT INTO hotline_event (tenant, source, id, kind, type, subject, at, seq, attributes, digest, until)
    SELECT tenant, source, id, split_part(type, '.', 1), type, subject, at, seq, attributes, digest, until
    FROM unnest(
        CAST(:tenants AS text[]), CAST(:sources AS text[]), CAST(:ids AS text[]), CAST(:types AS text[]),
        CAST(:subjects AS text[]), CAST(:ats AS bigint[]), CAST(:seqs AS bigint[]), CAST(:attributes AS bytea[]),
        CAST(:digests AS bytea[]), CAST(:untils AS bigint[]))
        AS r(tenant, source, id, type, subject, at, seq, attributes, digest, until)
    ORDER BY tenant COLLATE "C", source COLLATE "C", id COLLATE "C"
    ON CONFLICT DO NOTHING
    RETURNING tenant, source, id
""")

_DIGESTS: Final = text("""
    SELECT h.tenant, h.source, h.id, h.digest
    FROM unnest(CAST(:tenants AS text[]), CAST(:sources AS text[]), CAST(:ids AS text[])) AS r(tenant, source, id)
    JOIN hotline_event h USING (tenant, source, id)
""")

_DROP: Final = text("DELETE FROM hotline_event WHERE tenant = :tenant AND source = :source AND id = :id")

_TOLD: Final = text("""
    SELECT subject, source, id, type, at, seq, attributes FROM hotline_event
    WHERE tenant = :tenant AND kind = :kind AND until >= :since AND at <= :upto
""")

# Signs of life that say nothing else are most of all: of those before :alive the last of each agent says what they all do.
_AGENTS: Final = text("""
    SELECT subject, source, id, type, at, seq, attributes FROM hotline_event
    WHERE tenant = :tenant AND kind = 'agent' AND until >= :since AND at <= :upto
          AND (type <> 'agent.alive' OR attributes <> '{}' OR at >= :alive)
    UNION ALL
    (SELECT DISTINCT ON (subject, source) subject, source, id, type, at, seq, attributes FROM hotline_event
     WHERE tenant = :tenant AND kind = 'agent' AND until >= :since AND at < least(:alive, :upto + 1)
           AND type = 'agent.alive' AND attributes = '{}'
     ORDER BY subject, source, at DESC)
""")

# Of calls and agents `until` is when they happened. Each is found at one end of an index.
_LATEST: Final = text("""
    SELECT greatest(
        (SELECT max(until) FROM hotline_event WHERE tenant = :tenant AND kind = 'call' AND until <= :upto),
        (SELECT max(until) FROM hotline_event WHERE tenant = :tenant AND kind = 'agent' AND until <= :upto))
""")

_PURGE: Final = text("""
    WITH gone AS MATERIALIZED (
        SELECT tenant, source, id FROM hotline_event WHERE until < :before
        ORDER BY until LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    DELETE FROM hotline_event h USING gone g
    WHERE (h.tenant, h.source, h.id) = (g.tenant, g.source, g.id)
""")

_AHEAD: Final = text("""
    SELECT topic, part, record_offset FROM parked
    WHERE state = 'parked' AND hotline AND reason = 'ahead_of_record' AND occurred_at < :watermark
    ORDER BY occurred_at LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact, the digest of what it says, and the last instant on which it bears, not before its own.

    `event.type` is like `call.offered`; its `ticket` is the subject.
    """

    event: Event
    digest: bytes
    until: Instant

    @property
    def key(self) -> FactKey:
        return self.event.tenant, self.event.source, self.event.id


async def add(tx: Tx, facts: Collection[Fact]) -> dict[FactKey, bytes]:
    """Keep facts, no two with one key. Those that were there already, with the digest of what is kept."""
    if not facts:
        return {}
    rows = await tx.rows(_ADD, _parameters(facts))
    added = {(tenant, source, id_) for tenant, source, id_ in rows}
    there = [fact.key for fact in facts if fact.key not in added]
    return await _digests(tx, there) if there else {}


async def replace(tx: Tx, fact: Fact) -> None:
    """Keep `fact` instead of what has its key."""
    tenant, source, id_ = fact.key
    await tx.run(_DROP, {"tenant": tenant, "source": source, "id": id_})
    await tx.rows(_ADD, _parameters([fact]))


async def told(tx: Tx, tenant: str, kind: str, *, since: Instant, upto: Instant) -> list[Event]:
    """The facts of `kind` (call, agent, roster) until `upto`, that instant included, that bear on `since` or later."""
    rows = await tx.rows(_TOLD, {"tenant": tenant, "kind": kind, "since": since, "upto": upto})
    return [_event(tenant, row) for row in rows]


async def agents_told(tx: Tx, tenant: str, *, since: Instant, alive: Instant, upto: Instant) -> list[Event]:
    """As `told` of agents, without those signs of life before `alive` after which there is another of the same agent.

    They would change nothing that is asked of the time from `alive` on.
    """
    asked = {"tenant": tenant, "since": since, "alive": alive, "upto": upto}
    return [_event(tenant, row) for row in await tx.rows(_AGENTS, asked)]


async def latest(tx: Tx, tenant: str, upto: Instant) -> Instant | None:
    """When the last known fact about a call or an agent until `upto` happened; None: there is none."""
    found: Instant | None = (await tx.run(_LATEST, {"tenant": tenant, "upto": upto})).scalar()
    return found


async def purge(tx: Tx, before: Instant, limit: int) -> int:
    """Drop up to `limit` facts that bear on nothing from `before` on; how many went."""
    return (await tx.run(_PURGE, {"before": before, "limit": limit})).rowcount


async def ahead(tx: Tx, watermark: Instant, limit: int) -> list[Place]:
    """Up to `limit` of its records that are parked for being ahead of their time, which W has passed."""
    rows = await tx.rows(_AHEAD, {"watermark": watermark, "limit": limit})
    return [(topic, part, offset) for topic, part, offset in rows]


def _event(tenant: str, row: Row) -> Event:
    subject, source, id_, type_, at, seq, attributes = row
    return Event(
        tenant=tenant,
        ticket=subject,
        source=source,
        id=id_,
        type=type_,
        at=at,
        seq=seq,
        attributes=read_attributes(attributes),
    )


async def _digests(tx: Tx, keys: Collection[FactKey]) -> dict[FactKey, bytes]:
    rows = await tx.rows(_DIGESTS, _keys(keys))
    return {(tenant, source, id_): digest for tenant, source, id_, digest in rows}


def _keys(keys: Iterable[FactKey]) -> dict[str, Any]:
    ordered = sorted(keys)
    return {
        "tenants": [tenant for tenant, _, _ in ordered],
        "sources": [source for _, source, _ in ordered],
        "ids": [id_ for _, _, id_ in ordered],
    }


def _parameters(facts: Collection[Fact]) -> Mapping[str, Any]:
    ordered = sorted(facts, key=lambda fact: fact.key)
    return _keys(fact.key for fact in ordered) | {
        "types": [fact.event.type for fact in ordered],
        "subjects": [fact.event.ticket for fact in ordered],
        "ats": [fact.event.at for fact in ordered],
        "seqs": [fact.event.seq for fact in ordered],
        "attributes": [write_attributes(fact.event.attributes) for fact in ordered],
        "digests": [fact.digest for fact in ordered],
        "untils": [fact.until for fact in ordered],
    }
