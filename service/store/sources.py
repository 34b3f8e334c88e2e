"""Systems that state events: what each has shown of how far it is complete, and what was said of their outages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from sqlalchemy import Column, PrimaryKeyConstraint, Table, text

from service.sla.instants import Duration, Instant
from service.store.database import Tx
from service.store.schema import INSTANT, METADATA, NAME
from service.store.shared_events import SharedLog

#: What is said of sources and kept as it was said; reports of being alive are not, only what follows from them.
KEPT: Final = ("outage", "outage_ended", "voided")

_LOG: Final = SharedLog("source_event", KEPT)
SOURCE_EVENT: Final = _LOG.table

revision, told, past, append = _LOG.revision, _LOG.told, _LOG.past, _LOG.append

#: (tenant, source)
SourceKey: TypeAlias = tuple[str, str]

SOURCE: Final = Table(
    "source",
    METADATA,
    Column("tenant", NAME, nullable=False),
    Column("source", NAME, nullable=False),
    Column("heard_at", INSTANT),  # the broker's timestamp of its latest record, within a second or so
    Column("complete_to", INSTANT),  # the greatest that it has reported in a record from before W
    Column("cap", INSTANT),  # complete up to here; never goes back
    PrimaryKeyConstraint("tenant", "source"),
    # A handful of rows, each updated every second: room for many versions on the page.
    postgresql_with={
        "fillfactor": 20,
        "autovacuum_vacuum_scale_factor": 0,
        "autovacuum_vacuum_threshold": 1_000,
    },
)

# Reports that W has not passed yet: a few seconds' worth.
SOURCE_REPORT: Final = Table(
    "source_report",
    METADATA,
    Column("tenant", NAME, nullable=False),
    Column("source", NAME, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),  # the broker's timestamp
    Column("complete_to", INSTANT, nullable=False),
    PrimaryKeyConstraint("tenant", "source", "recorded_at", "complete_to"),
)

_HEARD: Final = text("""
    INSERT INTO source AS s (tenant, source, heard_at)
    SELECT * FROM unnest(CAST(:tenants AS text[]), CAST(:sources AS text[]), CAST(:heard_ats AS bigint[]))
    ON CONFLICT (tenant, source) DO UPDATE SET heard_at = excluded.heard_at
    WHERE s.heard_at IS NULL OR excluded.heard_at > s.heard_at
""")

_REPORT: Final = text("""
    INSERT INTO source_report (tenant, source, recorded_at, complete_to)
    SELECT * FROM unnest(CAST(:tenants AS text[]), CAST(:sources AS text[]), CAST(:recorded_ats AS bigint[]),
                         CAST(:complete_tos AS bigint[]))
    ON CONFLICT DO NOTHING
""")

_COUNT: Final = text("""
    WITH passed AS (
        DELETE FROM source_report WHERE recorded_at < :watermark RETURNING tenant, source, complete_to
    )
    INSERT INTO source AS s (tenant, source, complete_to)
    SELECT tenant, source, max(complete_to) FROM passed GROUP BY tenant, source ORDER BY tenant, source
    ON CONFLICT (tenant, source) DO UPDATE SET complete_to = greatest(s.complete_to, excluded.complete_to)
""")

_SHOWN: Final = text("SELECT tenant, source, heard_at, complete_to, cap FROM source")

_CAP: Final = text("""
    INSERT INTO source AS s (tenant, source, cap)
    SELECT * FROM unnest(CAST(:tenants AS text[]), CAST(:sources AS text[]), CAST(:caps AS bigint[]))
    ON CONFLICT (tenant, source) DO UPDATE SET cap = excluded.cap WHERE s.cap IS NULL OR excluded.cap > s.cap
""")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a source has shown: its row."""

    heard_at: Instant | None = None
    complete_to: Instant | None = None
    cap: Instant | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """`key` has said, in a record with the broker's timestamp `recorded_at`, that it is complete up to `complete_to`."""

    key: SourceKey
    recorded_at: Instant
    complete_to: Instant


async def hear(tx: Tx, heard: Mapping[SourceKey, Instant]) -> None:
    """Note when sources were last heard; one that was heard later stays as it is."""
    if not heard:
        return
    rows = sorted(heard.items())
    await tx.run(
        _HEARD,
        {
            "tenants": [tenant for (tenant, _), _ in rows],
            "sources": [source for (_, source), _ in rows],
            "heard_ats": [at for _, at in rows],
        },
    )


async def report(tx: Tx, reports: Iterable[Report]) -> None:
    """Keep reports until W has passed their records."""
    rows = sorted({(*each.key, each.recorded_at, each.complete_to) for each in reports})
    if not rows:
        return
    tenants, sources, recorded_ats, complete_tos = zip(*rows, strict=True)
    await tx.run(
        _REPORT,
        {
            "tenants": list(tenants),
            "sources": list(sources),
            "recorded_ats": list(recorded_ats),
            "complete_tos": list(complete_tos),
        },
    )


async def count_reports(tx: Tx, watermark: Instant) -> None:
    """Have the reports count whose records lie before `watermark`."""
    await tx.run(_COUNT, {"watermark": watermark})


async def shown(tx: Tx) -> dict[SourceKey, Shown]:
    """What every source has shown."""
    return {(tenant, source): Shown(*row) for tenant, source, *row in await tx.rows(_SHOWN)}


async def cap(tx: Tx, caps: Mapping[SourceKey, Instant]) -> None:
    """Move caps on; none goes back."""
    if not caps:
        return
    rows = sorted(caps.items())
    await tx.run(
        _CAP,
        {
            "tenants": [tenant for (tenant, _), _ in rows],
            "sources": [source for (_, source), _ in rows],
            "caps": [at for _, at in rows],
        },
    )


#: How much later a source has to be heard for its row to be written again: it is one row for all its tickets.
STEP: Final[Duration] = 1_000_000
