"""What has to be told about W standing still, and about stops of the service, each thing once: kept with W itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from service.store.database import Tx

_TAKE_FROZEN: Final = text("""
    UPDATE watermark SET noticed = true
    WHERE frozen <> '' AND NOT noticed AND probed_at - frozen_since >= :after
    RETURNING frozen, frozen_since, probed_at, at
""")

_TAKE_MOVING: Final = text("""
    WITH stood AS (SELECT frozen_since FROM watermark WHERE frozen = '' AND noticed FOR UPDATE)
    UPDATE watermark w SET noticed = false, frozen_since = NULL FROM stood
    RETURNING '', stood.frozen_since, w.probed_at, w.at
""")

_TAKE_STOPPED: Final = text("""
    WITH stopped AS (SELECT stopped_since FROM watermark WHERE stopped_since IS NOT NULL FOR UPDATE)
    UPDATE watermark w SET stopped_since = NULL FROM stopped
    RETURNING stopped.stopped_since, w.probed_at, w.at
""")


@dataclass(frozen=True, slots=True)
class Stood:
    """W has stood still, for `reason`, '' when it moves again, from `since` to `until`; it was `proved` to there."""

    reason: str
    since: int
    until: int
    proved: int | None


async def take_stood(tx: Tx, *, after: int) -> Stood | None:
    """What is to be told about W, once: that it has stood still for `after`, or that it moves again after that was told.

    In the transaction that settles it.
    """
    row = (await tx.run(_TAKE_FROZEN, {"after": after})).one_or_none()
    row = row or (await tx.run(_TAKE_MOVING)).one_or_none()
    return None if row is None else Stood(*row)


@dataclass(frozen=True, slots=True)
class Stopped:
    """No process has proved anything from `since` to `until`; W was `proved` to there when that began."""

    since: int
    until: int
    proved: int | None


async def take_stopped(tx: Tx) -> Stopped | None:
    """What is to be told about a stop of the service, once. In the transaction that settles W."""
    row = (await tx.run(_TAKE_STOPPED)).one_or_none()
    return None if row is None else Stopped(*row)
