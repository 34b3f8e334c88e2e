"""What has been decided to be published and is not yet acknowledged by the broker. Never opens a payload."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from service.store.database import Tx
from service.store.keys import BUCKETS
from service.store.schema import BYTES, INSTANT, METADATA

OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("bucket", SmallInteger, nullable=False),
    # Given while the ticket is locked: of one ticket a lower number is always committed first. Of different tickets
    # it may not be, so nobody may read on from the last number seen.
    Column("id", BigInteger, Identity(always=True), nullable=False),
    Column("topic", Text, nullable=False),
    Column("key", BYTES, nullable=False),
    Column("value", BYTES, nullable=False),
    Column("headers", BYTES, nullable=False),  # MessagePack of [[name, value], ...]
    Column("created_at", INSTANT, nullable=False),
    PrimaryKeyConstraint("bucket", "id"),
    # The relay takes the oldest first.
    Index("outbox_id_idx", "id"),
    # Every row is inserted and deleted within a second or so: vacuum by churn, and early, or the oldest end of the
    # index, where the relay reads, fills with dead entries.
    postgresql_with={
        "autovacuum_vacuum_scale_factor": 0,
        "autovacuum_vacuum_threshold": 5_000,
        "autovacuum_vacuum_insert_scale_factor": 0,
        "autovacuum_vacuum_insert_threshold": 50_000,
        "autovacuum_vacuum_cost_delay": 0,
    },
)

#: First half of the advisory lock (two 32-bit keys) that a relay holds on a bucket; "outb" in ASCII.
_LOCK_SPACE: Final = 0x6F757462

_ADD: Final = text("""
    INSERT INTO outbox (bucket, topic, key, value, headers, created_at)
    SELECT bucket, topic, key, value, headers, created_at
    FROM unnest(
        CAST(:buckets AS smallint[]), CAST(:topics AS text[]), CAST(:keys AS bytea[]), CAST(:values AS bytea[]),
        CAST(:headers AS bytea[]), CAST(:created_ats AS bigint[])
    ) WITH ORDINALITY AS r(bucket, topic, key, value, headers, created_at, place)
    ORDER BY place
""")

# In a statement of its own: the rows must be read by a snapshot taken after the locks, or a row that the last
# holder has just deleted would be sent again after its successors.
_HOLD: Final = text("""
    SELECT bucket FROM generate_series(CAST(:shard AS integer), :last, CAST(:shards AS integer)) AS b(bucket)
    WHERE EXISTS (SELECT FROM outbox) AND pg_try_advisory_xact_lock(:space, bucket)
""")

_TAKE: Final = text("""
    SELECT id, topic, key, value, headers, created_at FROM outbox
    WHERE bucket = ANY (CAST(:buckets AS smallint[]))
    ORDER BY id LIMIT :limit
""")

_DELETE: Final = text("DELETE FROM outbox WHERE id = ANY (CAST(:ids AS bigint[]))")

_WAITING: Final = text("SELECT count(*), min(created_at) FROM outbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One record to be published; rows of one ticket go out in the order in which they were added."""

    bucket: int
    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A message waiting in the outbox; every attempt to send it carries these bytes."""

    id: int
    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    created_at: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much is unsent, and the clock's instant of the oldest."""

    count: int
    oldest: int | None


async def add(tx: Tx, messages: Collection[Message]) -> None:
    """Append `messages` in their order; their tickets are locked by this transaction."""
    if not messages:
        return
    await tx.run(
        _ADD,
        {
            "buckets": [m.bucket for m in messages],
            "topics": [m.topic for m in messages],
            "keys": [m.key for m in messages],
            "values": [m.value for m in messages],
            "headers": [msgspec.msgpack.encode(m.headers) for m in messages],
            "created_ats": [m.created_at for m in messages],
        },
    )


async def take(tx: Tx, shard: int, shards: int, limit: int) -> list[Row]:
    """The oldest unsent rows of the buckets b with b % `shards` == `shard`, in order of id; 0 <= shard < shards.

    Holds those buckets until the transaction ends. A bucket that another relay holds is left to it: so two relays
    never send one ticket's rows at the same time, even while their number of shards is being changed.
    """
    held = await tx.run(_HOLD, {"shard": shard, "shards": shards, "last": BUCKETS - 1, "space": _LOCK_SPACE})
    buckets = list(held.scalars())
    if not buckets:
        return []
    rows = await tx.rows(_TAKE, {"buckets": buckets, "limit": limit})
    return [
        Row(id=id_, topic=topic, key=key, value=value, headers=_READ(headers), created_at=created_at)
        for id_, topic, key, value, headers, created_at in rows
    ]


_READ: Final = msgspec.msgpack.Decoder(tuple[tuple[str, bytes], ...]).decode


async def delete(tx: Tx, ids: Iterable[int]) -> int:
    """Forget rows that the broker has acknowledged; the number of rows that were still there."""
    return (await tx.run(_DELETE, {"ids": sorted(ids)})).rowcount


async def waiting(tx: Tx) -> Waiting:
    """What the relay has not got to yet."""
    return Waiting(*(await tx.run(_WAITING)).one())
