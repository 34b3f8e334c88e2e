"""What policies and calendars share: who judges does so under registered rules that stand still."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from service.store.database import Tx

#: Advisory lock: shared by everyone who judges, exclusive for who registers; "policies" in ASCII.
_LOCK: Final = 0x706F6C6963696573

_HOLD_STILL: Final = text("SELECT pg_advisory_xact_lock_shared(:lock)")
_HOLD_ALONE: Final = text("SELECT pg_advisory_xact_lock(:lock)")

# Either number grows only, so the sum tells every registration.
_REVISION: Final = text("""
    SELECT (SELECT coalesce(max(nr), 0) FROM policy) + (SELECT coalesce(max(nr), 0) FROM calendar)
""")


async def hold_still(tx: Tx) -> None:
    """Nothing is registered until this transaction ends. Taken before any ticket is locked."""
    await tx.run(_HOLD_STILL, {"lock": _LOCK})


async def hold_alone(tx: Tx) -> None:
    """Nobody judges and nobody else registers until this transaction ends. Taken before any ticket is locked."""
    await tx.run(_HOLD_ALONE, {"lock": _LOCK})


async def revision(tx: Tx) -> int:
    """A number that grows with every registration; 0 when there is none. What was read at the same number holds."""
    return int((await tx.run(_REVISION)).scalar_one())
