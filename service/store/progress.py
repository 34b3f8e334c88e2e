"""How far each partition has been applied, and the watermark that is proved from it.

`next_offset` of a partition: every record below it is applied or parked, durably. It moves only by `advance`, in
the transaction of the effects. The offsets that Kafka keeps are hints for lag tools and are never read.

The proof of W (`prove`, `settle_watermark`): a prober reads the clock (t0), *then* the partitions and their end
offsets. A record acknowledged before t0 lies below one of those ends; when `next_offset` has reached the end, its
effects are committed; so whoever reads a `wm` of t0 sees everything acknowledged in that partition before t0.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from service.store.database import Tx
from service.store.schema import INSTANT, METADATA

PROGRESS: Final = Table(
    "progress",
    METADATA,
    Column("topic", Text(collation="C"), nullable=False),
    Column("part", Integer, nullable=False),
    Column("next_offset", BigInteger, nullable=False),
    # Counts owners; only the last may advance.
    Column("epoch", BigInteger, nullable=False, server_default=text("0")),
    # Everything acknowledged before this is below next_offset; null: nothing proved yet.
    Column("wm", INSTANT),
    PrimaryKeyConstraint("topic", "part"),
    CheckConstraint("next_offset >= 0", name="next_offset"),
    CheckConstraint("epoch >= 0", name="epoch"),
    # A handful of rows, each updated many times a second: room for many versions on the page.
    postgresql_with={
        "fillfactor": 20,
        "autovacuum_vacuum_scale_factor": 0,
        "autovacuum_vacuum_threshold": 1_000,
    },
)

WATERMARK: Final = Table(
    "watermark",
    METADATA,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("at", INSTANT),  # W; null: nothing proved yet
    # Why the latest probe could not move it.
    Column("frozen", Text, nullable=False, server_default=text("''")),
    Column("probed_at", INSTANT),  # clock reading of the latest probe that was settled
    # Since the probe of which clock reading it stands; kept until the notice of its moving again has been taken.
    Column("frozen_since", INSTANT),
    Column("noticed", Boolean, nullable=False, server_default=text("false")),  # that it stands was told
    Column("override", INSTANT),  # up to where somebody vouches for it, while he does; see `override`
    # The last probe before a stop of the service, until the notice of it has been taken.
    Column("stopped_since", INSTANT),
    CheckConstraint("one", name="one"),  # there is one row
    postgresql_with={
        "fillfactor": 20,
        "autovacuum_vacuum_scale_factor": 0,
        "autovacuum_vacuum_threshold": 1_000,
    },
)

#: Said when a required partition has never been read, or not to the end of any probe yet.
UNPROVED: Final = "unproved"

#: Said when a partition ends before what was applied. It stays until a person has taken it back: once the new log has
#: grown as long as the old one nothing shows any more that its beginning was never read.
RECREATED: Final = "topic_recreated"

#: Said when W stands where it stood, far back, although nothing is wrong with the proof.
BEHIND: Final = "behind"

#: Said when a record that is shared by many tickets stands parked, followed by its topic:partition:offset: it may bear
#: on any of them.
SHARED_PARKED: Final = "shared_parked"

_REGISTER: Final = text("""
    INSERT INTO progress (topic, part, next_offset)
    SELECT :topic, part, start FROM unnest(CAST(:parts AS integer[]), CAST(:starts AS bigint[])) AS r(part, start)
    ORDER BY part ON CONFLICT DO NOTHING
""")

_OWN: Final = text("""
    INSERT INTO progress AS p (topic, part, next_offset, epoch)
    SELECT :topic, part, 0, 1 FROM unnest(CAST(:parts AS integer[])) AS r(part) ORDER BY part
    ON CONFLICT (topic, part) DO UPDATE SET epoch = p.epoch + 1
    RETURNING part, epoch, next_offset
""")

_ADVANCE: Final = text("""
    UPDATE progress SET next_offset = :new
    WHERE topic = :topic AND part = :part AND next_offset = :old AND epoch = :epoch AND :new >= next_offset
""")

_POSITION: Final = text("SELECT epoch, next_offset FROM progress WHERE topic = :topic AND part = :part")

_POSITIONS: Final = text("SELECT topic, part, epoch, next_offset, wm FROM progress ORDER BY topic, part")

# Rows are locked in the order of partitions, so that two provers wait for each other instead of deadlocking.
_PROVE: Final = text("""
    WITH reached AS MATERIALIZED (
        SELECT p.topic, p.part
        FROM unnest(CAST(:parts AS integer[]), CAST(:ends AS bigint[])) AS e(part, last)
        JOIN progress p ON p.topic = :topic AND p.part = e.part AND p.next_offset >= e.last
        ORDER BY p.part FOR NO KEY UPDATE OF p
    )
    UPDATE progress p SET wm = :t0 FROM reached r
    WHERE (p.topic, p.part) = (r.topic, r.part) AND (p.wm IS NULL OR p.wm < :t0)
""")

# `held` is seen together with the proof: what parks a record advances its partition in the same transaction.
# `least`: a partition made after t0 is unknown to this prober, so it may claim nothing beyond t0 even when another
# prober has proved the partitions that it does know for later.
_SETTLE: Final = text("""
    WITH required AS (
        SELECT count(*) = count(p.wm) AND count(*) > 0 AS proved, least(CAST(:t0 AS bigint), min(p.wm)) AS at
        FROM unnest(CAST(:topics AS text[]), CAST(:parts AS integer[])) AS r(topic, part)
        LEFT JOIN progress p ON (p.topic, p.part) = (r.topic, r.part)
    ), held AS (
        SELECT min(:shared_parked || ' ' || place) AS frozen
        FROM (SELECT topic || ':' || part || ':' || record_offset AS place FROM parked
              WHERE state = 'parked' AND shared ORDER BY topic, part, record_offset LIMIT 1) p
    ), verdict AS (
        SELECT CASE WHEN :frozen <> '' THEN :frozen WHEN h.frozen IS NOT NULL THEN h.frozen
                    WHEN NOT proved THEN :unproved
                    WHEN greatest(w.at, r.at) = w.at AND :t0 - w.at > CAST(:behind AS bigint) THEN :is_behind
                    ELSE '' END AS frozen, r.at, w.frozen AS before
        FROM required r, held h, watermark w
    )
    UPDATE watermark w
    SET at = CASE WHEN v.frozen = '' AND w.frozen <> :recreated THEN greatest(w.at, v.at) ELSE w.at END,
        frozen = CASE WHEN :recreated IN (v.frozen, w.frozen) THEN :recreated
                      WHEN w.probed_at > :t0 THEN w.frozen ELSE v.frozen END,
        frozen_since = CASE WHEN w.probed_at > :t0 OR w.noticed THEN w.frozen_since
                            WHEN :recreated <> w.frozen AND v.frozen = '' THEN NULL
                            ELSE coalesce(w.frozen_since, :t0) END,
        stopped_since = CASE WHEN :t0 - w.probed_at > CAST(:stopped_after AS bigint) THEN w.probed_at
                             ELSE w.stopped_since END,
        probed_at = greatest(w.probed_at, :t0)
    FROM verdict v
    RETURNING greatest(w.at, w.override), w.frozen, w.probed_at, w.at, w.override
""")

_WATERMARK: Final = text("SELECT greatest(at, override), frozen, probed_at, at, override FROM watermark")


@dataclass(frozen=True, slots=True)
class Position:
    """Where the owner of `epoch` goes on reading a partition."""

    epoch: int
    next_offset: int


@dataclass(frozen=True, slots=True)
class Progress:
    """One partition's row."""

    topic: str
    part: int
    epoch: int
    next_offset: int
    wm: int | None


@dataclass(frozen=True, slots=True)
class Watermark:
    """W in microseconds (None: nothing proved yet), why it stands still ('' when it moves), the latest probe's t0.

    `at` is W in effect, which lies beyond `proved` while somebody vouches for all up to `override`.
    """

    at: int | None
    frozen: str
    probed_at: int | None = None
    proved: int | None = None
    override: int | None = None

    @property
    def reason(self) -> str:
        """Why it stands still, as one of a closed set: `frozen` without what it may name."""
        return self.frozen.partition(" ")[0]


async def register(tx: Tx, topic: str, parts: Iterable[int] | Mapping[int, int]) -> None:
    """Know of partitions; those already known stay as they are.

    A mapping gives the offset where each begins (the log's beginning at first sight); without it they begin at 0.
    """
    starts = dict(parts) if isinstance(parts, Mapping) else dict.fromkeys(parts, 0)
    if starts:
        await tx.run(_REGISTER, {"topic": topic, "parts": list(starts), "starts": list(starts.values())})


async def own(tx: Tx, topic: str, parts: Iterable[int]) -> dict[int, Position]:
    """Become the owner of partitions: every earlier owner can advance them no more. An unknown one begins at 0."""
    chosen = sorted(set(parts))
    if not chosen:
        return {}
    rows = await tx.rows(_OWN, {"topic": topic, "parts": chosen})
    return {part: Position(epoch, next_offset) for part, epoch, next_offset in rows}


async def position(tx: Tx, topic: str, part: int) -> Position | None:
    """Where a partition stands; how to learn the outcome of a commit whose answer was lost."""
    row = (await tx.run(_POSITION, {"topic": topic, "part": part})).one_or_none()
    return None if row is None else Position(*row)


async def positions(tx: Tx) -> list[Progress]:
    """Every known partition."""
    return [Progress(*row) for row in await tx.rows(_POSITIONS)]


async def advance(tx: Tx, topic: str, part: int, old: int, new: int, epoch: int) -> bool:
    """Move `next_offset` from `old` to `new`; False when it is not `old` any more or `epoch` is not the last owner's.

    On False the caller must roll back: another owner has applied, or will apply, these records.
    """
    row = {"topic": topic, "part": part, "old": old, "new": new, "epoch": epoch}
    return (await tx.run(_ADVANCE, row)).rowcount == 1


async def prove(tx: Tx, topic: str, ends: Mapping[int, int], t0: int) -> None:
    """Note which partitions have been applied up to the ends of a probe; see the proof above.

    The caller has read the clock (`t0`) before it asked for `ends` (high watermarks), and has made sure that no end
    lies below the `next_offset` read before the probe: such a topic was truncated or made anew.
    """
    if ends:
        await tx.run(_PROVE, {"topic": topic, "parts": list(ends), "ends": list(ends.values()), "t0": t0})


async def settle_watermark(
    tx: Tx,
    required: Mapping[str, Collection[int]],
    *,
    t0: int,
    frozen: str = "",
    behind: int | None = None,
    stopped_after: int | None = None,
) -> Watermark:
    """Move W to the least `wm` of the required partitions, at most `t0` and never back; the new watermark.

    `required` holds every partition of every required topic, from metadata read after the clock showed `t0`. With a
    reason in `frozen`, a parked record that many tickets share, or a partition not proved yet, W stays and the reason is
    kept; `RECREATED` for good. It is `BEHIND` when it does not move and is more than `behind` before `t0`. That nobody has
    probed for more than `stopped_after` is noted.
    """
    pairs = [(topic, part) for topic, parts in required.items() for part in parts]
    row = await tx.run(
        _SETTLE,
        {
            "topics": [topic for topic, _ in pairs],
            "parts": [part for _, part in pairs],
            "t0": t0,
            "frozen": frozen,
            "behind": behind,
            "stopped_after": stopped_after,
            "unproved": UNPROVED,
            "recreated": RECREATED,
            "is_behind": BEHIND,
            "shared_parked": SHARED_PARKED,
        },
    )
    return Watermark(*row.one())


async def watermark(tx: Tx) -> Watermark:
    """W as last proved."""
    return Watermark(*(await tx.run(_WATERMARK)).one())
