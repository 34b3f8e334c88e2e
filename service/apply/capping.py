"""How far each source is complete, worked out in one place: W and what the sources have shown by then."""

from __future__ import annotations

from service.apply.hearing import shown_by
from service.apply.proof import has_sources
from service.apply.tools import Tools
from service.sla.instants import Instant
from service.sla.policy import Source
from service.store import policies, progress, sources
from service.store.sources import Shown, SourceKey


async def cap(tools: Tools) -> dict[SourceKey, Instant]:
    """Move the caps on; the caps of all sources that policies name."""
    async with tools.db.transaction() as tx:
        watermark = (await progress.watermark(tx)).at
        named = {tenant: await tools.rules_of(tx, tenant) for tenant in await policies.tenants(tx)}
        rules = {tenant: each for tenant, each in named.items() if each is not None and has_sources(each)}
        if watermark is None or not rules:
            return {}
        await sources.count_reports(tx, watermark)
        shown = await sources.shown(tx)
        revision = await sources.revision(tx)
        caps: dict[SourceKey, Instant] = {}
        for tenant, each in rules.items():
            lasting = (await tools.outages(tx, tenant, revision)).lasting
            for name, source in shown_by(each).items():
                known = shown.get((tenant, name), Shown())
                caps[tenant, name] = _cap(source, known, watermark, lasting.get(name))
        await sources.cap(tx, caps)
    return caps


def _cap(source: Source, shown: Shown, watermark: Instant, down_since: Instant | None) -> Instant:
    """Where the cap is now; never before where it was."""
    if source.reports:
        complete = shown.complete_to
    elif shown.heard_at is None:
        complete = None
    else:
        # A record from beyond W has been heard, but not proved to be the next one.
        complete = min(shown.heard_at, watermark) + source.silent_after
    if complete is not None and down_since is not None:
        complete = min(complete, down_since)
    return max(complete or 0, shown.cap or 0)
