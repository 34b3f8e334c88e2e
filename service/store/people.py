"""Breaches by the person they count against, and the ledger of what was said about persons."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias

import msgspec
from sqlalchemy import (
    UUID,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from service.sla.events import EventKey
from service.sla.instants import Instant
from service.sla.repeats import Counted, Repeat, SaidRepeat
from service.store.database import Tx
from service.store.keys import TicketKey, bucket_of
from service.store.schema import BYTES, INSTANT, METADATA, NAME, ticket_columns

#: (tenant, staff number)
PersonKey: TypeAlias = tuple[str, str]

# What can be made again from the ledger of statements: the breaches in force that count against somebody.
PERSON_BREACH: Final = Table(
    "person_breach",
    METADATA,
    *ticket_columns(),
    Column("breach", UUID(as_uuid=False), nullable=False),  # the id of the statement
    Column("person", NAME, nullable=False),
    Column("at", INSTANT, nullable=False),  # its due
    # A breach counts against one person. Written under the lock of its ticket.
    PrimaryKeyConstraint("bucket", "tenant", "ticket", "breach"),
    # Counted by person, under the lock of the person.
    Index("person_breach_person_idx", "tenant", "person", "at"),
    # A breach that counts against nobody has no row.
    CheckConstraint("person <> ''", name="person"),
)

# A trigger (in the migrations) refuses UPDATE, DELETE and TRUNCATE, as of `statement`.
PERSON_STATEMENT: Final = Table(
    "person_statement",
    METADATA,
    Column("tenant", NAME, nullable=False),
    Column("person", NAME, nullable=False),
    Column("id", UUID(as_uuid=False), nullable=False),
    Column("rev", Integer, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("at", INSTANT, nullable=False),  # the due of the latest breach
    Column("content", BYTES, nullable=False),  # JSON of service.sla.repeats.Repeat
    # The envelope, as of `statement`.
    Column("cause_source", Text),
    Column("cause_id", Text),
    Column("watermark", INSTANT),
    Column("decided_at", INSTANT, nullable=False),
    Column("event_id", UUID(as_uuid=False), nullable=False),
    # Two transactions can never both append a revision. Not bound to a ticket, so without a bucket.
    PrimaryKeyConstraint("tenant", "person", "id", "rev"),
    CheckConstraint("rev >= 1", name="rev"),
    CheckConstraint("NOT (withdrawn AND rev = 1)", name="withdrawn"),
    CheckConstraint("(cause_source IS NULL) = (cause_id IS NULL)", name="cause"),
)

_COUNTED: Final = text("""
    SELECT p.tenant, p.ticket, CAST(p.breach AS text), p.person, p.at
    FROM unnest(CAST(:buckets AS smallint[]), CAST(:tenants AS text[]), CAST(:tickets AS text[]),
                CAST(:breaches AS uuid[])) AS k(bucket, tenant, ticket, breach)
    JOIN person_breach p USING (bucket, tenant, ticket, breach)
""")

# In the order of the numbers: two transactions that lock several people cannot deadlock.
_LOCK: Final = text("""
    SELECT pg_advisory_xact_lock(k.lock)
    FROM (SELECT lock FROM unnest(CAST(:locks AS bigint[])) AS r(lock) ORDER BY lock) k
""")

_REMOVE: Final = text("""
    DELETE FROM person_breach p
    USING unnest(CAST(:buckets AS smallint[]), CAST(:tenants AS text[]), CAST(:tickets AS text[]),
                 CAST(:breaches AS uuid[])) AS k(bucket, tenant, ticket, breach)
    WHERE (p.bucket, p.tenant, p.ticket, p.breach) = (k.bucket, k.tenant, k.ticket, k.breach)
""")

_PUT: Final = text("""
    INSERT INTO person_breach (bucket, tenant, ticket, breach, person, at)
    SELECT * FROM unnest(
        CAST(:buckets AS smallint[]), CAST(:tenants AS text[]), CAST(:tickets AS text[]), CAST(:breaches AS uuid[]),
        CAST(:persons AS text[]), CAST(:ats AS bigint[]))
    ON CONFLICT (bucket, tenant, ticket, breach) DO UPDATE SET (person, at) = (excluded.person, excluded.at)
""")

_OF_PEOPLE: Final = text("""
    SELECT p.tenant, p.person, p.at, CAST(p.breach AS text)
    FROM unnest(CAST(:tenants AS text[]), CAST(:persons AS text[])) AS k(tenant, person)
    JOIN person_breach p USING (tenant, person)
""")

_SAID: Final = text("""
    SELECT DISTINCT ON (s.tenant, s.person, s.id) s.tenant, s.person, s.rev, s.withdrawn, s.content
    FROM unnest(CAST(:tenants AS text[]), CAST(:persons AS text[])) AS k(tenant, person)
    JOIN person_statement s USING (tenant, person)
    ORDER BY s.tenant, s.person, s.id, s.rev DESC
""")

_ADD: Final = text("""
    INSERT INTO person_statement (tenant, person, id, rev, withdrawn, at, content, cause_source, cause_id, watermark,
                                  decided_at, event_id)
    SELECT * FROM unnest(
        CAST(:tenants AS text[]), CAST(:persons AS text[]), CAST(:ids AS uuid[]), CAST(:revs AS integer[]),
        CAST(:withdrawns AS boolean[]), CAST(:ats AS bigint[]), CAST(:contents AS bytea[]),
        CAST(:cause_sources AS text[]), CAST(:cause_ids AS text[]), CAST(:watermarks AS bigint[]),
        CAST(:decided_ats AS bigint[]), CAST(:event_ids AS uuid[]))
""")

_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DECODER: Final = msgspec.json.Decoder(Repeat)


@dataclass(frozen=True, slots=True)
class Against:
    """A breach of a ticket as it counts against `person`; "" against nobody."""

    key: TicketKey
    counted: Counted
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger; `cause` as of statements about tickets."""

    said: SaidRepeat
    cause: EventKey | None
    watermark: Instant | None
    decided_at: Instant
    event_id: str


async def counting(tx: Tx, breaches: Collection[tuple[TicketKey, str]]) -> dict[str, Against]:
    """How breaches, by ticket and id, count so far, by id; those that count against nobody are left out."""
    rows = await tx.rows(_COUNTED, _which(breaches)) if breaches else []
    return {
        breach: Against((tenant, ticket), Counted(at, breach), person)
        for tenant, ticket, breach, person, at in rows
    }


async def lock(tx: Tx, people: Iterable[PersonKey]) -> None:
    """Be the only one who counts for `people` until the transaction ends. Comes after the tickets are locked."""
    locks = sorted({_number(key) for key in people})
    if locks:
        await tx.run(_LOCK, {"locks": locks})


async def count(tx: Tx, changed: Collection[Against]) -> None:
    """Make breaches count as told. Their tickets and all people concerned are locked."""
    gone = [(each.key, each.counted.breach) for each in changed if not each.person]
    put = sorted((each for each in changed if each.person), key=lambda each: (each.key, each.counted.breach))
    if gone:
        await tx.run(_REMOVE, _which(gone))
    if put:
        which = _which([(each.key, each.counted.breach) for each in put])
        how = {"persons": [each.person for each in put], "ats": [each.counted.at for each in put]}
        await tx.run(_PUT, which | how)


async def breaches_of(tx: Tx, people: Collection[PersonKey]) -> dict[PersonKey, list[Counted]]:
    """The breaches that count against each of `people`."""
    found: dict[PersonKey, list[Counted]] = {key: [] for key in people}
    for tenant, person, at, breach in await tx.rows(_OF_PEOPLE, _people(found)):
        found[tenant, person].append(Counted(at, breach))
    return found


async def said(tx: Tx, people: Collection[PersonKey]) -> dict[PersonKey, dict[str, SaidRepeat]]:
    """The newest revision of everything said about each of `people`, by statement id."""
    found: dict[PersonKey, dict[str, SaidRepeat]] = {key: {} for key in people}
    for tenant, person, rev, withdrawn, content in await tx.rows(_SAID, _people(found)):
        repeat = _DECODER.decode(content)
        found[tenant, person][repeat.id] = SaidRepeat(repeat, rev, withdrawn)
    return found


async def add(tx: Tx, entries: Collection[Entry]) -> None:
    """Append to the ledger of locked people."""
    if not entries:
        return
    told = [entry.said.repeat for entry in entries]
    await tx.run(
        _ADD,
        {
            "tenants": [repeat.tenant for repeat in told],
            "persons": [repeat.person for repeat in told],
            "ids": [repeat.id for repeat in told],
            "revs": [entry.said.rev for entry in entries],
            "withdrawns": [entry.said.withdrawn for entry in entries],
            "ats": [repeat.at for repeat in told],
            "contents": [_ENCODER.encode(repeat) for repeat in told],
            "cause_sources": [entry.cause[0] if entry.cause else None for entry in entries],
            "cause_ids": [entry.cause[1] if entry.cause else None for entry in entries],
            "watermarks": [entry.watermark for entry in entries],
            "decided_ats": [entry.decided_at for entry in entries],
            "event_ids": [entry.event_id for entry in entries],
        },
    )


def _which(breaches: Iterable[tuple[TicketKey, str]]) -> dict[str, list[str] | list[int]]:
    ordered = sorted(breaches)
    return {
        "buckets": [bucket_of(*key) for key, _ in ordered],
        "tenants": [tenant for (tenant, _), _ in ordered],
        "tickets": [ticket for (_, ticket), _ in ordered],
        "breaches": [breach for _, breach in ordered],
    }


def _people(people: Iterable[PersonKey]) -> Mapping[str, list[str]]:
    ordered = sorted(people)
    return {"tenants": [tenant for tenant, _ in ordered], "persons": [person for _, person in ordered]}


def _number(key: PersonKey) -> int:
    """What stands for a person among advisory locks; two people with one number only wait for each other."""
    return int.from_bytes(sha256("person\x1f{}\x1f{}".format(*key).encode()).digest()[:8], "big", signed=True)
