"""What was said on behalf of areas: it bears on many tickets, is kept once, and is read by everyone who judges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Table, text

from service.sla.events import SHARED, Event
from service.store.database import Tx
from service.store.schema import METADATA
from service.store.shared_events import SharedLog, Told

__all__ = [
    "AREA_EVENT",
    "Pending",
    "Told",
    "append",
    "past",
    "pending",
    "revision",
    "swept",
    "tenants",
    "told",
]

_LOG: Final = SharedLog("area_event", SHARED)
AREA_EVENT: Final = _LOG.table

revision, told, past, append = _LOG.revision, _LOG.told, _LOG.past, _LOG.append

AREA_SWEEP: Final = Table(
    "area_sweep",
    METADATA,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    # Every ticket that an event up to this number bears on has been made due since, or judged with it.
    Column("upto", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("one", name="one"),  # there is one row
    CheckConstraint("upto >= 0", name="upto"),  # numbers begin at 1; less would be swept for ever
)

_PENDING: Final = text("""
    SELECT s.upto, r.revision FROM area_sweep s, (SELECT coalesce(max(nr), 0) AS revision FROM area_event) r
    WHERE s.upto < r.revision
""")

_TENANTS: Final = text(
    "SELECT DISTINCT tenant FROM area_event WHERE nr > :after AND nr <= :upto ORDER BY tenant"
)

_SWEPT: Final = text("UPDATE area_sweep SET upto = :upto WHERE upto < :upto")


@dataclass(frozen=True, slots=True)
class Pending:
    """Events of which not every ticket has heard: those with numbers in (`after`, `upto`]."""

    after: int
    upto: int


async def of_tenant(tx: Tx, tenant: str) -> tuple[Event, ...]:
    """Everything that was said of the areas of `tenant`."""
    return tuple(each.event for each in await told(tx, tenant, after=0, upto=await revision(tx)))


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
