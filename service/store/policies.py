"""The registered versions of each tenant's policy: immutable, each in force from an instant of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
    text,
)

from service.sla.instants import Instant
from service.store import awaited
from service.store.database import Tx
from service.store.registry import hold_alone
from service.store.schema import INSTANT, METADATA, NAME
from service.store.tickets import DUE_NOW

# A trigger (in the migrations) refuses UPDATE, DELETE and TRUNCATE: tickets are pinned to versions, and a verdict
# must be explicable from the version that it names.
POLICY: Final = Table(
    "policy",
    METADATA,
    Column("tenant", NAME, nullable=False),
    Column("id", NAME, nullable=False),
    Column("version", NAME, nullable=False),
    Column("effective_from", INSTANT, nullable=False),
    Column("document", Text, nullable=False),  # the policy file as it was registered
    Column("registered_at", INSTANT, nullable=False),
    # The order of registrations; see `registry.revision`.
    Column("nr", BigInteger, Identity(always=True), nullable=False),
    PrimaryKeyConstraint("tenant", "id", "version"),
    UniqueConstraint("tenant", "effective_from"),  # which of two would be in force?
    UniqueConstraint("nr"),
)

_DUE_NOW: Final = text("""
    UPDATE ticket SET wake_at = :due_now WHERE tenant = :tenant AND latest_at >= :since
""")


class PolicyRefused(Exception):  # noqa: N818 - what happened, not that it is an error
    """A version that cannot be registered: `field` of its file is why, and the message says it, for people."""

    def __init__(self, field: str, message: str) -> None:
        """Keep what is wrong with the key `field`."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Version:
    """One registered version."""

    id: str
    version: str
    effective_from: Instant
    document: str
    registered_at: Instant


async def versions(tx: Tx, tenant: str) -> list[Version]:
    """The versions of `tenant`, the earliest in force first."""
    chosen = (
        select(
            POLICY.c.id, POLICY.c.version, POLICY.c.effective_from, POLICY.c.document, POLICY.c.registered_at
        )
        .where(POLICY.c.tenant == tenant)
        .order_by(POLICY.c.effective_from)
    )
    return [Version(*row) for row in await tx.rows(chosen)]


async def tenants(tx: Tx) -> list[str]:
    """Every tenant with a version."""
    return list((await tx.run(select(POLICY.c.tenant).distinct().order_by(POLICY.c.tenant))).scalars())


async def register(tx: Tx, tenant: str, new: Version) -> bool:
    """Add a version; False when exactly this one is registered already. Raises PolicyRefused.

    The first version of a tenant may be in force from any instant. A later one only from after its own registration
    and after every other version, so that no ticket is judged by it that was already judged by another; tickets with
    events that lie beyond that instant all the same are made due now, and so are those that wait for the version.
    """
    await hold_alone(tx)
    known = await versions(tx, tenant)
    same = next((each for each in known if (each.id, each.version) == (new.id, new.version)), None)
    if same is not None:
        if (same.document, same.effective_from) == (new.document, new.effective_from):
            return False
        raise PolicyRefused("version", f"version {new.version} of {new.id} is registered with other content")
    _follows(known, new)
    await tx.run(
        insert(POLICY).values(
            tenant=tenant,
            id=new.id,
            version=new.version,
            effective_from=new.effective_from,
            document=new.document,
            registered_at=new.registered_at,
        )
    )
    await tx.run(_DUE_NOW, {"tenant": tenant, "since": new.effective_from, "due_now": DUE_NOW})
    await awaited.come(tx, tenant, new.version)
    return True


def _follows(known: list[Version], new: Version) -> None:
    if known and new.effective_from <= known[-1].effective_from:
        told = f"effective-from must lie after that of version {known[-1].version}, the latest"
        raise PolicyRefused("effective_from", told)
    if known and new.effective_from <= new.registered_at:
        told = "effective-from must lie after the registration: give this version a later one"
        raise PolicyRefused("effective_from", told)
