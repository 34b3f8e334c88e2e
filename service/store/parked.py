"""Records that could not be read or applied: kept whole, with a typed reason, until somebody decides.

While a record attributed to a ticket stands parked, the ticket is in doubt. While one of a topic whose events are shared
by many tickets does, W stands still.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Select,
    func,
    select,
    text,
    update,
)

from service.sla.events import Doubt
from service.sla.instants import Instant
from service.store.car_park import PARKED, State
from service.store.database import Row, Tx
from service.store.keys import TicketKey, arrays, bucket_of, by_keys, is_name, storable
from service.wire.records import Reason, Record

_ADD: Final = text("""
    INSERT INTO parked (topic, part, record_offset, bucket, tenant, ticket, reason, detail, occurred_at, parked_at,
                        key, value, headers, recorded_at, shared, directory, hotline)
    SELECT * FROM unnest(
        CAST(:topics AS text[]), CAST(:parts AS integer[]), CAST(:offsets AS bigint[]),
        CAST(:buckets AS smallint[]), CAST(:tenants AS text[]), CAST(:tickets AS text[]),
        CAST(:reasons AS text[]), CAST(:details AS text[]), CAST(:occurred_ats AS bigint[]),
        CAST(:parked_ats AS bigint[]), CAST(:keys AS bytea[]), CAST(:values AS bytea[]), CAST(:headers AS bytea[]),
        CAST(:recorded_ats AS bigint[]), CAST(:shareds AS boolean[]),
        CAST(:directories AS boolean[]), CAST(:hotlines AS boolean[]))
    ON CONFLICT DO NOTHING
""")

# Earlier doubts of a reason imply the later ones, so one a reason is enough, however many records stand parked.
_DOUBTS: Final = by_keys("""
    SELECT p.tenant, p.ticket, p.reason, min(p.recorded_at)
    FROM {keys} JOIN parked p USING (bucket, tenant, ticket)
    WHERE p.state = 'parked' AND p.ticket IS NOT NULL
    GROUP BY p.tenant, p.ticket, p.reason
    ORDER BY min(p.recorded_at), p.reason
""")

_NOBODYS: Final = text("""
    SELECT DISTINCT tenant, recorded_at FROM parked
    WHERE state = 'parked' AND ticket IS NULL AND NOT shared AND NOT directory AND NOT hotline
    ORDER BY recorded_at
""")

_RELEASABLE: Final = text("""
    (SELECT topic, part, record_offset FROM parked
     WHERE state = 'parked' AND reason = 'ahead_of_record' AND occurred_at < :watermark AND NOT shared
           AND NOT directory AND NOT hotline
     ORDER BY occurred_at LIMIT :limit)
    UNION ALL
    (SELECT p.topic, p.part, p.record_offset
     FROM (SELECT DISTINCT tenant FROM policy) t
     CROSS JOIN LATERAL (
         SELECT topic, part, record_offset FROM parked
         WHERE state = 'parked' AND reason = 'unknown_policy' AND tenant = t.tenant
         ORDER BY parked_at LIMIT :limit) p)
    LIMIT :limit
""")

_SHARED_AHEAD: Final = text("""
    SELECT topic, part, record_offset FROM parked
    WHERE state = 'parked' AND shared AND reason = 'ahead_of_record' AND occurred_at < :now
    ORDER BY occurred_at LIMIT :limit
""")

_SETTLE: Final = text("""
    UPDATE parked p
    SET state = :state, decided_by = :by, decided_at = :at, decided_why = :why
    FROM unnest(CAST(:topics AS text[]), CAST(:parts AS integer[]), CAST(:offsets AS bigint[]))
         AS r(topic, part, record_offset)
    WHERE (p.topic, p.part, p.record_offset) = (r.topic, r.part, r.record_offset) AND p.state = 'parked'
    RETURNING p.topic, p.part, p.record_offset
""")

_STANDING: Final = text("""
    SELECT p.topic, p.part, p.record_offset, p.key, p.value, p.headers, p.recorded_at, p.tenant, p.ticket, p.reason,
           p.detail, p.occurred_at, p.parked_at, p.state, p.decided_by, p.decided_at, p.decided_why, p.shared,
           p.directory, p.hotline
    FROM unnest(CAST(:topics AS text[]), CAST(:parts AS integer[]), CAST(:offsets AS bigint[]))
         WITH ORDINALITY AS r(topic, part, record_offset, place)
    JOIN parked p USING (topic, part, record_offset)
    ORDER BY r.place
""")

#: (topic, partition, offset): where a record stands in its log.
Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A parked record. `tenant` and `ticket` None: not attributable. `occurred_at`: of the event inside, if read.

    `shared`: of a topic whose events bear on many tickets; `directory`: of that of the organisation;
    `hotline`: of that of the hotline.
    """

    record: Record
    reason: Reason
    detail: str
    parked_at: Instant
    tenant: str | None = None
    ticket: str | None = None
    occurred_at: Instant | None = None
    state: State = State.PARKED
    decided_by: str | None = None
    decided_at: Instant | None = None
    decided_why: str | None = None
    shared: bool = False
    directory: bool = False
    hotline: bool = False

    @property
    def place(self) -> Place:
        return self.record.topic, self.record.part, self.record.offset

    @property
    def attributed(self) -> TicketKey | None:
        """The ticket that it puts in doubt; None for a name that no ticket can have."""
        if self.tenant is None or self.ticket is None or not (is_name(self.tenant) and is_name(self.ticket)):
            return None
        return self.tenant, self.ticket


@dataclass(frozen=True, slots=True)
class Standing:
    """Records still parked for one reason; `oldest` by the time of parking."""

    reason: Reason
    count: int
    oldest: Instant


async def add(tx: Tx, rows: Collection[Parked]) -> None:
    """Park records; one that is parked already stays as it is."""
    if not rows:
        return
    owners = [row.attributed for row in rows]
    await tx.run(
        _ADD,
        _places(row.place for row in rows)
        | {
            "buckets": [bucket_of(*owner) if owner else None for owner in owners],
            "tenants": [row.tenant if row.tenant and is_name(row.tenant) else None for row in rows],
            "tickets": [owner[1] if owner else None for owner in owners],
            "reasons": [row.reason.value for row in rows],
            "details": [storable(row.detail) for row in rows],
            "occurred_ats": [row.occurred_at for row in rows],
            "parked_ats": [row.parked_at for row in rows],
            "keys": [row.record.key for row in rows],
            "values": [row.record.value for row in rows],
            "headers": [msgspec.msgpack.encode(row.record.headers) for row in rows],
            "recorded_ats": [row.record.timestamp for row in rows],
            "shareds": [row.shared for row in rows],
            "directories": [row.directory for row in rows],
            "hotlines": [row.hotline for row in rows],
        },
    )


async def doubts(tx: Tx, keys: Iterable[TicketKey]) -> dict[TicketKey, tuple[Doubt, ...]]:
    """The doubts of the tickets `keys`: of each reason the earliest, which implies the later ones."""
    found: dict[TicketKey, tuple[Doubt, ...]] = dict.fromkeys(keys, ())
    if found:
        for tenant, ticket, reason, since in await tx.rows(_DOUBTS, arrays(found)):
            found[tenant, ticket] += (Doubt(since=since, reason=reason),)
    return found


async def nobodys(tx: Tx) -> list[tuple[str | None, Instant]]:
    """The tenant, None when that is not known either, and the broker's timestamp of each record without a ticket.

    Records of shared topics are left out: W waits for them, or nothing that rests on absence does.
    """
    return [(tenant, at) for tenant, at in await tx.rows(_NOBODYS)]


async def releasable(tx: Tx, watermark: Instant, limit: int) -> list[Place]:
    """Up to `limit` parked records whose reason has gone: W has passed their time, or a policy has come."""
    rows = await tx.rows(_RELEASABLE, {"watermark": watermark, "limit": limit})
    return [(topic, part, offset) for topic, part, offset in rows]


async def shared_ahead(tx: Tx, now: Instant, limit: int) -> list[Place]:
    """Up to `limit` records of shared topics that are parked for being ahead of their time, which `now` has reached."""
    rows = await tx.rows(_SHARED_AHEAD, {"now": now, "limit": limit})
    return [(topic, part, offset) for topic, part, offset in rows]


async def find(tx: Tx, places: Iterable[Place]) -> list[Parked]:
    """The records at `places`, in their order; those that were never parked are left out."""
    return [_parked(row) for row in await tx.rows(_STANDING, _places(places))]


async def settle(
    tx: Tx, places: Iterable[Place], state: State, *, by: str, why: str, at: Instant
) -> set[Place]:
    """Release or drop records; the places of those that were still parked. Their tickets are locked."""
    rows = await tx.rows(_SETTLE, _places(places) | {"state": state.value, "by": by, "why": why, "at": at})
    return {(topic, part, offset) for topic, part, offset in rows}


async def give_reason(tx: Tx, place: Place, reason: Reason, detail: str) -> None:
    """Leave a record parked, for another reason than before; also one that this transaction has just released."""
    topic, part, offset = place
    await tx.run(
        update(PARKED)
        .where(PARKED.c.topic == topic, PARKED.c.part == part, PARKED.c.record_offset == offset)
        .values(
            reason=reason.value,
            detail=storable(detail),
            state=State.PARKED.value,
            decided_by=None,
            decided_at=None,
            decided_why=None,
        )
    )


async def browse(
    tx: Tx,
    *,
    state: State | None = State.PARKED,
    reason: Reason | None = None,
    key: TicketKey | None = None,
    limit: int = 100,
) -> list[Parked]:
    """Parked records for people, the longest parked first; `state` None for all, also the decided ones."""
    chosen = _columns().order_by(PARKED.c.parked_at, PARKED.c.topic, PARKED.c.part, PARKED.c.record_offset)
    if state is not None:
        chosen = chosen.where(PARKED.c.state == state.value)
    if reason is not None:
        chosen = chosen.where(PARKED.c.reason == reason.value)
    if key is not None:
        tenant, ticket = key
        chosen = chosen.where(PARKED.c.bucket == bucket_of(*key))
        chosen = chosen.where(PARKED.c.tenant == tenant, PARKED.c.ticket == ticket)
    return [_parked(row) for row in await tx.rows(chosen.limit(limit))]


async def standing(tx: Tx) -> list[Standing]:
    """How many records stand parked, by reason."""
    counted = (
        select(PARKED.c.reason, func.count(), func.min(PARKED.c.parked_at))
        .where(PARKED.c.state == text("'parked'"))  # literal, so that the partial index applies
        .group_by(PARKED.c.reason)
        .order_by(PARKED.c.reason)
    )
    return [Standing(Reason(reason), count, oldest) for reason, count, oldest in await tx.rows(counted)]


def _columns() -> Select[*tuple[Any, ...]]:
    names = (
        "topic part record_offset key value headers recorded_at tenant ticket reason detail occurred_at parked_at"
        " state decided_by decided_at decided_why shared directory hotline"
    )
    return select(*(PARKED.c[name] for name in names.split()))


def _parked(row: Row) -> Parked:
    topic, part, offset, key, value, headers, recorded_at, *rest = row
    tenant, ticket, reason, detail, occurred_at, parked_at, state, by, at, why, *kinds = rest
    shared, directory, hotline = kinds
    return Parked(
        record=Record(topic, part, offset, recorded_at, key, value, _READ(headers)),
        reason=Reason(reason),
        detail=detail,
        parked_at=parked_at,
        tenant=tenant,
        ticket=ticket,
        occurred_at=occurred_at,
        state=State(state),
        decided_by=by,
        decided_at=at,
        decided_why=why,
        shared=shared,
        directory=directory,
        hotline=hotline,
    )


_READ: Final = msgspec.msgpack.Decoder(tuple[tuple[str, bytes | None], ...]).decode


def _places(places: Iterable[Place]) -> dict[str, Any]:
    ordered = list(places)
    return {
        "topics": [topic for topic, _, _ in ordered],
        "parts": [part for _, part, _ in ordered],
        "offsets": [offset for _, _, offset in ordered],
    }
