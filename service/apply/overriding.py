"""W moved on by hand: somebody vouches for what is not proved, and what is decided by that says so."""

from __future__ import annotations

from service.apply.tools import Tools
from service.apply.work import transaction
from service.sla.instants import Instant
from service.store import marks, overrides, progress, rechecks, registry
from service.store.progress import Watermark

#: Who ends an override that the proof has passed.
_SERVICE = "slaclock"
_PASSED = "the proof has passed it"


class OverrideRefused(Exception):  # noqa: N818 - what happened, not that it is an error
    """W cannot be moved so; the message says why, for people."""


async def begin(tools: Tools, upto: Instant, *, by: str, reason: str) -> Watermark:
    """Take W to be at `upto`; see `Door.override`."""
    async with transaction(tools) as work:
        await registry.hold_alone(work.tx)
        stands = await progress.watermark(work.tx)
        if upto > work.now:
            raise OverrideRefused("nobody can vouch for what has not been yet: it lies in the future")
        if stands.at is not None and upto <= stands.at:
            raise OverrideRefused("the watermark is there already")
        if stands.override is not None:
            await overrides.end(work.tx, by=by, why=reason, at=work.now)
        await overrides.begin(work.tx, upto, by=by, reason=reason, at=work.now)
        return await progress.watermark(work.tx)


async def end(tools: Tools, *, by: str, reason: str) -> Watermark:
    """Take W to be where it is proved; see `Door.end_override`."""
    async with transaction(tools) as work:
        await registry.hold_alone(work.tx)
        if await overrides.end(work.tx, by=by, why=reason, at=work.now) is None:
            raise OverrideRefused("no override is in force")
        stands = await progress.watermark(work.tx)
        await marks.unwind(work.tx, stands.proved)
        return stands


async def pass_by(tools: Tools) -> None:
    """The proof has passed the override: it ends, and what was unproven because of it is judged again."""
    async with transaction(tools) as work:
        if await overrides.end(work.tx, by=_SERVICE, why=_PASSED, at=work.now) is not None:
            await rechecks.order(work.tx, None, None)
