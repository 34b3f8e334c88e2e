"""Events that are shared by many tickets: kept once, in the order in which they were applied, for ever."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from service.sla.events import Event
from service.sla.instants import Instant
from service.store.database import Tx
from service.store.events import Kept, Past, read_attributes
from service.store.schema import BYTES, INSTANT, METADATA, NAME

_REVISION = "SELECT coalesce(max(nr), 0) FROM {table}"

_TOLD = """
    SELECT nr, name, source, id, type, at, seq, attributes, recorded_at FROM {table}
    WHERE tenant = :tenant AND nr > :after AND nr <= :upto ORDER BY nr
"""

_PAST = """
    SELECT tenant, source, id, digest, stands_for FROM {table} WHERE tenant = ANY (CAST(:tenants AS text[]))
"""

_APPEND = """
    INSERT INTO {table} (tenant, name, source, id, type, at, seq, attributes, digest, stands_for, topic, part,
                         record_offset, recorded_at)
    SELECT tenant, name, source, id, type, at, seq, attributes, digest, stands_for, topic, part, record_offset,
           recorded_at
    FROM unnest(
        CAST(:tenants AS text[]), CAST(:names AS text[]), CAST(:sources AS text[]), CAST(:ids AS text[]),
        CAST(:types AS text[]), CAST(:ats AS bigint[]), CAST(:seqs AS bigint[]), CAST(:attributes AS bytea[]),
        CAST(:digests AS bytea[]), CAST(:stands_for AS text[]), CAST(:topics AS text[]), CAST(:parts AS integer[]),
        CAST(:offsets AS bigint[]), CAST(:recorded_ats AS bigint[])) WITH ORDINALITY
        AS r(tenant, name, source, id, type, at, seq, attributes, digest, stands_for, topic, part, record_offset,
             recorded_at, place)
    ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A shared event, its place in the order in which they were applied, and the broker's timestamp of its record.

    No timestamp: an operator recorded it.
    """

    nr: int
    event: Event
    recorded_at: Instant | None = None


class SharedLog:
    """One table of them. `Event.ticket` is what each is about: an exclusion, a source."""

    def __init__(self, name: str, types: Collection[str]) -> None:
        """`types` are those that the core knows."""
        self.table = _table(name, types)
        self._revision, self._told, self._past, self._append = (
            text(sql.format(table=name)) for sql in (_REVISION, _TOLD, _PAST, _APPEND)
        )

    async def revision(self, tx: Tx) -> int:
        """The number of the latest event, of whatever tenant; 0 when there is none.

        Under `registry.hold_still` it stays.
        """
        return int((await tx.run(self._revision)).scalar_one())

    async def told(self, tx: Tx, tenant: str, *, after: int, upto: int) -> list[Told]:
        """The events of `tenant` with numbers in (`after`, `upto`], in their order."""
        rows = await tx.rows(self._told, {"tenant": tenant, "after": after, "upto": upto})
        return [
            Told(
                nr,
                Event(
                    tenant=tenant,
                    ticket=name,
                    source=source,
                    id=id_,
                    type=type_,
                    at=at,
                    seq=seq,
                    attributes=read_attributes(attributes),
                ),
                recorded_at,
            )
            for nr, name, source, id_, type_, at, seq, attributes, recorded_at in rows
        ]

    async def past(self, tx: Tx, tenants: Iterable[str]) -> dict[str, Past]:
        """By tenant the digest of every stored event, and what was replaced by an operator; without the events."""
        kept = {tenant: Past() for tenant in tenants}
        for tenant, source, id_, digest, stands_for in await tx.rows(self._past, {"tenants": sorted(kept)}):
            kept[tenant].digests[source, id_] = digest
            if stands_for is not None:
                kept[tenant].replacements.setdefault((source, stands_for), []).append((source, id_))
        return kept

    async def append(self, tx: Tx, rows: Collection[Kept]) -> None:
        """Add events, each of them new, in this order. The transaction holds `registry.hold_alone`."""
        if not rows:
            return
        events = [row.event for row in rows]
        origins = [row.origin for row in rows]
        await tx.run(
            self._append,
            {
                "tenants": [e.tenant for e in events],
                "names": [e.ticket for e in events],
                "sources": [e.source for e in events],
                "ids": [e.id for e in events],
                "types": [e.type for e in events],
                "ats": [e.at for e in events],
                "seqs": [e.seq for e in events],
                "attributes": [row.attributes for row in rows],
                "digests": [row.digest for row in rows],
                "stands_for": [row.stands_for for row in rows],
                "topics": [o.topic if o else None for o in origins],
                "parts": [o.part if o else None for o in origins],
                "offsets": [o.offset if o else None for o in origins],
                "recorded_ats": [o.at if o else None for o in origins],
            },
        )


def _table(name: str, types: Collection[str]) -> Table:
    # A trigger (in the migrations) refuses UPDATE, DELETE and TRUNCATE: who reads on from a number must find every
    # later event, and a statement may name any of them as its cause. Not bound to tickets, so without a bucket: a
    # reference table.
    return Table(
        name,
        METADATA,
        # The order in which they were applied. Only one transaction at a time appends, under `registry.hold_alone`, so
        # that numbers become visible in their order.
        Column("nr", BigInteger, Identity(always=True), nullable=False),
        Column("tenant", NAME, nullable=False),
        Column("name", NAME, nullable=False),  # the subject: an exclusion, a source
        Column("source", NAME, nullable=False),
        Column("id", NAME, nullable=False),
        Column("type", NAME, nullable=False),
        Column("at", INSTANT, nullable=False),  # when it was said
        Column("seq", BigInteger, nullable=False),
        Column("attributes", BYTES, nullable=False),  # as in `event`
        Column("digest", BYTES, nullable=False),  # as in `event`
        Column(
            "stands_for", NAME
        ),  # the id it was published with, when an operator let it replace that event
        # The record that brought it; null for what an operator recorded.
        Column("topic", Text),
        Column("part", Integer),
        Column("record_offset", BigInteger),
        Column("recorded_at", INSTANT),
        # An event has effect once, whatever route it took and however often it came.
        PrimaryKeyConstraint("tenant", "source", "id"),
        UniqueConstraint("nr"),
        # A shorter digest would make other content look the same.
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        # The core knows no others; one that it does not know would silently bear on nothing.
        CheckConstraint(f"type IN ({', '.join(map(repr, types))})", name="type"),
    )
