"""What was said on behalf of areas: it bears on many tickets, is kept once, and is read by everyone who judges."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
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
from service.store.database import Tx
from service.store.events import Kept, Past, read_attributes
from service.store.schema import BYTES, INSTANT, METADATA, NAME

# A trigger (in the migrations) refuses UPDATE, DELETE and TRUNCATE: who reads on from a number must find every later
# event, and a statement may name any of them as its cause. Not bound to tickets, so without a bucket: a reference table.
AREA_EVENT: Final = Table(
    "area_event",
    METADATA,
    # The order in which they were applied. Only one transaction at a time appends, under `registry.hold_alone`, so
    # that numbers become visible in their order.
    Column("nr", BigInteger, Identity(always=True), nullable=False),
    Column("tenant", NAME, nullable=False),
    Column("name", NAME, nullable=False),  # of the exclusion: the subject
    Column("source", NAME, nullable=False),
    Column("id", NAME, nullable=False),
    Column("type", NAME, nullable=False),
    Column("at", INSTANT, nullable=False),  # when it was said
    Column("seq", BigInteger, nullable=False),
    Column("attributes", BYTES, nullable=False),  # as in `event`
    Column("digest", BYTES, nullable=False),  # as in `event`
    Column("stands_for", NAME),  # the id it was published with, when an operator let it replace that event
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
    # The core knows no other facts about areas; one that it does not know would silently bear on nothing.
    CheckConstraint("type IN ('excluded', 'exclusion_withdrawn', 'voided')", name="type"),
)

AREA_SWEEP: Final = Table(
    "area_sweep",
    METADATA,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    # Every ticket that an event up to this number bears on has been made due since, or judged with it.
    Column("upto", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("one", name="one"),  # there is one row
    CheckConstraint("upto >= 0", name="upto"),  # numbers begin at 1; less would be swept for ever
)

_REVISION: Final = text("SELECT coalesce(max(nr), 0) FROM area_event")

_TOLD: Final = text("""
    SELECT nr, name, source, id, type, at, seq, attributes FROM area_event
    WHERE tenant = :tenant AND nr > :after AND nr <= :upto ORDER BY nr
""")

_PAST: Final = text("""
    SELECT tenant, source, id, digest, stands_for FROM area_event WHERE tenant = ANY (CAST(:tenants AS text[]))
""")

_APPEND: Final = text("""
    INSERT INTO area_event (tenant, name, source, id, type, at, seq, attributes, digest, stands_for, topic, part,
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
""")

_PENDING: Final = text("""
    SELECT s.upto, r.revision FROM area_sweep s, (SELECT coalesce(max(nr), 0) AS revision FROM area_event) r
    WHERE s.upto < r.revision
""")

_TENANTS: Final = text(
    "SELECT DISTINCT tenant FROM area_event WHERE nr > :after AND nr <= :upto ORDER BY tenant"
)

_SWEPT: Final = text("UPDATE area_sweep SET upto = :upto WHERE upto < :upto")


@dataclass(frozen=True, slots=True)
class Told:
    """An event of areas, and its place in the order in which they were applied."""

    nr: int
    event: Event


@dataclass(frozen=True, slots=True)
class Pending:
    """Events of which not every ticket has heard: those with numbers in (`after`, `upto`]."""

    after: int
    upto: int


async def revision(tx: Tx) -> int:
    """The number of the latest event, of whatever tenant; 0 when there is none. Under `registry.hold_still` it stays."""
    return int((await tx.run(_REVISION)).scalar_one())


async def told(tx: Tx, tenant: str, *, after: int, upto: int) -> list[Told]:
    """The events of `tenant` with numbers in (`after`, `upto`], in their order."""
    rows = await tx.rows(_TOLD, {"tenant": tenant, "after": after, "upto": upto})
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
        )
        for nr, name, source, id_, type_, at, seq, attributes in rows
    ]


async def of_tenant(tx: Tx, tenant: str) -> tuple[Event, ...]:
    """Everything that was said of the areas of `tenant`."""
    return tuple(each.event for each in await told(tx, tenant, after=0, upto=await revision(tx)))


async def past(tx: Tx, tenants: Iterable[str]) -> dict[str, Past]:
    """By tenant the digest of every stored event, and what was replaced by an operator; without the events."""
    kept = {tenant: Past() for tenant in tenants}
    for tenant, source, id_, digest, stands_for in await tx.rows(_PAST, {"tenants": sorted(kept)}):
        kept[tenant].digests[source, id_] = digest
        if stands_for is not None:
            kept[tenant].replacements.setdefault((source, stands_for), []).append((source, id_))
    return kept


async def append(tx: Tx, rows: Collection[Kept]) -> None:
    """Add events, each of them new, in this order. The transaction holds `registry.hold_alone`."""
    if not rows:
        return
    events = [row.event for row in rows]
    origins = [row.origin for row in rows]
    await tx.run(
        _APPEND,
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


async def pending(tx: Tx) -> Pending | None:
    """The events of which not every ticket has heard; None when there are none."""
    row = (await tx.run(_PENDING)).one_or_none()
    return None if row is None else Pending(*row)


async def tenants(tx: Tx, which: Pending) -> list[str]:
    """Whose events they are."""
    return list((await tx.run(_TENANTS, {"after": which.after, "upto": which.upto})).scalars())


async def swept(tx: Tx, upto: int) -> None:
    """Note that every ticket which an event up to number `upto` bears on was made due or judged with it."""
    await tx.run(_SWEPT, {"upto": upto})
