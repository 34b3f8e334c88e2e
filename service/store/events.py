"""What happened to each ticket: its history, and at the same time the inbox that makes every event count once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, PrimaryKeyConstraint, Table, Text, text

from service.sla.events import NOTHING, Event, EventKey, Json
from service.sla.instants import Instant
from service.store.database import Tx
from service.store.keys import TicketKey, arrays, bucket_of, by_keys
from service.store.schema import BYTES, INSTANT, METADATA, NAME, ticket_columns
from service.wire.trace import Trace

EVENT: Final = Table(
    "event",
    METADATA,
    *ticket_columns(),
    Column("source", NAME, nullable=False),
    Column("id", NAME, nullable=False),
    Column("type", NAME, nullable=False),
    Column("at", INSTANT, nullable=False),  # when it happened
    Column("seq", BigInteger, nullable=False),
    # JSON as bytes: jsonb refuses NUL, reorders and rounds; read it with convert_from(attributes, 'UTF8')::json.
    Column("attributes", BYTES, nullable=False),
    Column("digest", BYTES, nullable=False),  # SHA-256 of type, time and canonical data
    Column("stands_for", NAME),  # the id it was published with, when an operator let it replace that event
    # The record that brought it; null for what an operator recorded.
    Column("topic", Text),
    Column("part", Integer),
    Column("record_offset", BigInteger),
    Column("recorded_at", INSTANT),  # the broker's timestamp of that record
    # An event has effect once, whatever route it took and however often it came.
    PrimaryKeyConstraint("bucket", "tenant", "ticket", "source", "id"),
    # A shorter digest would make other content look the same.
    CheckConstraint("octet_length(digest) = 32", name="digest"),
    # Only inserted into: without this the visibility map, and so index-only scans, would wait for a wraparound.
    postgresql_with={
        "autovacuum_vacuum_insert_scale_factor": 0,
        "autovacuum_vacuum_insert_threshold": 100_000,
        "autovacuum_analyze_scale_factor": 0.02,
    },
)

_HISTORY: Final = by_keys("""
    SELECT e.tenant, e.ticket, e.source, e.id, e.type, e.at, e.seq, e.attributes, e.digest, e.stands_for, e.recorded_at
    FROM {keys} JOIN event e USING (bucket, tenant, ticket)
""")

_APPEND: Final = text("""
    INSERT INTO event (bucket, tenant, ticket, source, id, type, at, seq, attributes, digest, stands_for,
                       topic, part, record_offset, recorded_at)
    SELECT * FROM unnest(
        CAST(:buckets AS smallint[]), CAST(:tenants AS text[]), CAST(:tickets AS text[]),
        CAST(:sources AS text[]), CAST(:ids AS text[]), CAST(:types AS text[]), CAST(:ats AS bigint[]),
        CAST(:seqs AS bigint[]), CAST(:attributes AS bytea[]), CAST(:digests AS bytea[]),
        CAST(:stands_for AS text[]), CAST(:topics AS text[]), CAST(:parts AS integer[]),
        CAST(:offsets AS bigint[]), CAST(:recorded_ats AS bigint[]))
""")


@dataclass(frozen=True, slots=True)
class Origin:
    """The record that brought an event; `at` is the broker's timestamp."""

    topic: str
    part: int
    offset: int
    at: Instant


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as it is stored; `attributes` are those of `event`, by `write_attributes`.

    `origin` None: an operator recorded it. `trace`: the one that its record belongs to; of an event of a ticket it is not
    stored, because what such an event causes is said in the transaction that adds it.
    """

    event: Event
    attributes: bytes
    digest: bytes
    origin: Origin | None
    stands_for: str | None = None
    trace: Trace | None = None


@dataclass(slots=True)
class Past:
    """What is stored of one ticket: its events, the digest of each, what was replaced by an operator.

    `recorded` are the broker's timestamps of the records that brought them.
    """

    events: list[Event] = field(default_factory=list)
    digests: dict[EventKey, bytes] = field(default_factory=dict)
    replacements: dict[EventKey, list[EventKey]] = field(default_factory=dict)
    recorded: dict[EventKey, Instant] = field(default_factory=dict)


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(dict[str, Any])


def write_attributes(attributes: Mapping[str, Json]) -> bytes:
    """The stored form of `attributes`."""
    return _ENCODER.encode(dict(attributes)) if attributes else b"{}"


def read_attributes(stored: bytes) -> Mapping[str, Json]:
    """The attributes that `stored` holds: what `write_attributes` was given."""
    return _DECODER.decode(stored) if stored != b"{}" else NOTHING


async def past(tx: Tx, keys: Iterable[TicketKey]) -> dict[TicketKey, Past]:
    """Everything stored of the tickets `keys`, in no particular order; an empty past for a ticket without events."""
    kept: dict[TicketKey, Past] = {key: Past() for key in keys}
    if not kept:
        return kept
    rows = await tx.rows(_HISTORY, arrays(kept))
    for tenant, ticket, source, id_, type_, at, seq, attributes, digest, stands_for, recorded_at in rows:
        one = kept[tenant, ticket]
        one.events.append(
            Event(
                tenant=tenant,
                ticket=ticket,
                source=source,
                id=id_,
                type=type_,
                at=at,
                seq=seq,
                attributes=read_attributes(attributes),
            )
        )
        one.digests[source, id_] = digest
        if recorded_at is not None:
            one.recorded[source, id_] = recorded_at
        if stands_for is not None:
            one.replacements.setdefault((source, stands_for), []).append((source, id_))
    return kept


async def history(tx: Tx, keys: Iterable[TicketKey]) -> dict[TicketKey, tuple[Event, ...]]:
    """The events of the tickets `keys`, in no particular order."""
    return {key: tuple(one.events) for key, one in (await past(tx, keys)).items()}


async def append(tx: Tx, rows: Collection[Kept]) -> None:
    """Add events of locked tickets, each of them new. An event that is stored already fails the transaction."""
    if not rows:
        return
    events = [row.event for row in rows]
    origins = [row.origin for row in rows]
    await tx.run(
        _APPEND,
        {
            "buckets": [bucket_of(e.tenant, e.ticket) for e in events],
            "tenants": [e.tenant for e in events],
            "tickets": [e.ticket for e in events],
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
