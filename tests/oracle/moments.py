"""What may turn a promise, in order: events, changes of what applies, demands that come to nothing."""

from collections.abc import Iterator

from tests.oracle.legs import Leg
from tests.oracle.told import Event, Key, after_all, before_all


class Instant:
    """An instant at which nothing happened, after what did."""

    type, name, attributes = "", ["", ""], {}

    def __init__(self, key: Key):
        self.key, self.at = key, key[0]


def moments(leg: Leg) -> Iterator[tuple[Key, Event | None, list]]:
    """(where, event or None: what applies may change or a demand lapses, by what), in order."""
    era, begin = leg.rules.era, leg.start.at
    changes = {at: cause.name for at, _, cause in leg.rules.story.states}
    if era.event:
        changes[era.since] = era.event.name
    first = leg is leg.promise.legs[0]
    items = [
        (before_all(at), None, name)
        for at, name in changes.items()
        if at > begin and (at >= era.since if first else at > era.since) and at < era.until
    ]
    since = begin if first else era.since
    items += [
        (e.key, e, e.name)
        for e in leg.rules.story.events
        if e.key > leg.start.key and since <= e.at < era.until
    ]
    lapses = leg.deeming.lapses()
    items += [(after_all(at), None, e) for at, e in lapses if max(begin, since) <= at < era.until]
    yield from sorted(items, key=lambda item: item[0])
