"""When each source that must not be silent was last heard: noted with what it said, and not more often than needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from service.sla.instants import Instant
from service.sla.policy import Rules, Source
from service.store import Tx, sources
from service.store.sources import STEP, SourceKey
from service.wire.records import Accepted


def shown_by(rules: Rules) -> dict[str, Source]:
    """How each source shows that it is complete; of one that several versions name as the newest has it."""
    return {name: source for policy in rules.versions for name, source in policy.sources.items()}


class Heard:
    """What this process has noted already: a row that all tickets of a source share is not written for each of them."""

    def __init__(self) -> None:
        self._noted: dict[SourceKey, Instant] = {}

    def news(self, accepted: Iterable[Accepted], rules: Mapping[str, Rules]) -> dict[SourceKey, Instant]:
        """The latest record of each source that must not be silent, where it is later than noted by a second or so."""
        watched = {
            (tenant, name)
            for tenant, each in rules.items()
            for name, source in shown_by(each).items()
            if source.silent_after
        }
        if not watched:
            return {}
        latest: dict[SourceKey, Instant] = {}
        for one in accepted:
            key = one.event.tenant, one.event.source
            if key in watched:
                latest[key] = max(one.record.timestamp, latest.get(key, one.record.timestamp))
        return {key: at for key, at in latest.items() if at >= self._noted.get(key, at - STEP) + STEP}

    def noted(self, news: Mapping[SourceKey, Instant]) -> None:
        """They are committed."""
        self._noted.update(news)


async def hear(tx: Tx, news: Mapping[SourceKey, Instant]) -> None:
    """Note them: last of all in the transaction, since others that hear the same source wait until it ends."""
    await sources.hear(tx, news)
