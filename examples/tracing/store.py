"""The tables of the cases, in a schema of their own.

What people add to a case belongs into further tables, by the id of the breach.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from examples.tracing.cases import Breach, Case, Repeat, cases_of, in_force

_SCHEMA: Final = sa.MetaData(schema="tracing")

#: What was said, revision by revision. Rows are only added, so that neither order nor repetition leaves a trace.
_REVISION: Final = sa.Table(
    "revision",
    _SCHEMA,
    sa.Column("breach", sa.Uuid, primary_key=True),
    sa.Column("rev", sa.Integer, primary_key=True),
    sa.Column("said", JSONB, nullable=False),
)

#: The same of persons.
_REPEAT: Final = sa.Table(
    "repeat",
    _SCHEMA,
    sa.Column("statement", sa.Uuid, primary_key=True),
    sa.Column("rev", sa.Integer, primary_key=True),
    sa.Column("said", JSONB, nullable=False),
)

#: Records that could not be read, by their place; somebody has to look at them.
_UNREAD: Final = sa.Table(
    "unread",
    _SCHEMA,
    sa.Column("topic", sa.Text, primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("place", sa.BigInteger, primary_key=True),
    sa.Column("value", sa.LargeBinary),
    sa.Column("why", sa.Text, nullable=False),
)


async def create(engine: AsyncEngine) -> None:
    """Make the tables that are missing; processes that start together wait for each other."""
    async with engine.begin() as tx:
        await tx.execute(sa.select(sa.func.pg_advisory_xact_lock(0x74726163696E67)))
        await tx.execute(sa.schema.CreateSchema("tracing", if_not_exists=True))
        await tx.run_sync(_SCHEMA.create_all)


async def keep(
    tx: AsyncConnection, told: Sequence[Breach | Repeat], unread: Sequence[dict[str, Any]]
) -> None:
    """Add what is new."""
    breaches, repeats = (
        [
            {name: each.statement, "rev": each.rev, "said": each.model_dump(mode="json")}
            for each in told
            if isinstance(each, kind)
        ]
        for name, kind in (("breach", Breach), ("statement", Repeat))
    )
    for table, rows in ((_REVISION, breaches), (_REPEAT, repeats), (_UNREAD, unread)):
        if rows:
            await tx.execute(insert(table).on_conflict_do_nothing(), rows)


async def cases(tx: AsyncConnection) -> list[Case]:
    """All cases, in the order of their breaches' ids."""
    rows = await tx.execute(sa.select(_REVISION.c.said).order_by(_REVISION.c.breach, _REVISION.c.rev))
    return list(cases_of(map(Breach.model_validate, rows.scalars())).values())


async def people(tx: AsyncConnection) -> list[Repeat]:
    """What holds about people, by person."""
    rows = await tx.execute(sa.select(_REPEAT.c.said))
    return in_force(map(Repeat.model_validate, rows.scalars()))


async def unread(tx: AsyncConnection) -> int:
    """How many records could not be read."""
    return (await tx.execute(sa.select(sa.func.count()).select_from(_UNREAD))).scalar_one()
