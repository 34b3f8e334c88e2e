"""What is kept of an event: that which a judgement can see of it.

About 250 bytes an event, however much its publisher wrote.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

from service.sla.events import NOTHING, Event, Json
from service.sla.policy import Match, Meaning, Policy, Rules, Target, Where
from service.wire.attributes import READ

#: Different sets of attributes that are kept once for all events that have them.
_SHARED: Final = 1 << 16

#: What statements tell of people and their circumstances is read from these, whatever the rules say.
OF_PEOPLE: Final = frozenset(
    {
        *("to", "team", "by", "present", "area", "window"),
        *("reason", "receiver_confirmed", "customer_informed", "what"),
    }
)


class Compact:
    """Makes events small; equal parts of them are kept once."""

    def __init__(self, rules: Rules) -> None:
        """For judgements by `rules`."""
        self._read = attributes_read(rules)
        self._attributes: dict[tuple[tuple[str, type, Json], ...], Mapping[str, Json]] = {}

    def __call__(self, event: Event, before: Event | None) -> Event:
        """`event` as a judgement sees it; `before` is another event of its ticket, if there is one."""
        return Event(
            tenant=sys.intern(event.tenant) if before is None else before.tenant,
            ticket=event.ticket if before is None else before.ticket,
            source=sys.intern(event.source),
            id=event.id,
            type=sys.intern(event.type),
            at=event.at,
            seq=event.seq,
            attributes=self._visible(event.attributes),
        )

    def _visible(self, attributes: Mapping[str, Json]) -> Mapping[str, Json]:
        visible = {name: value for name, value in attributes.items() if name in self._read}
        if not visible:
            return NOTHING
        # With the type, since 1 and true are equal keys.
        key = tuple((name, type(value), value) for name, value in visible.items())
        try:
            shared = self._attributes.get(key)
        except TypeError:  # a list or an object
            return visible
        if shared is None and len(self._attributes) < _SHARED:
            self._attributes[key] = visible
        return visible if shared is None else shared


def attributes_read(rules: Rules) -> frozenset[str]:
    """The names of all attributes that a judgement by `rules` can look at, as publishers write them."""
    engine = {name for entries in READ.values() for name, _, _ in entries}
    known = engine | OF_PEOPLE | {name for policy in rules.versions for name in _asked(policy)}
    meanings: Iterable[Meaning] = chain.from_iterable(policy.vocabulary.values() for policy in rules.versions)
    renamed = {theirs for meaning in meanings for theirs, ours in meaning.rename.items() if ours in known}
    return frozenset(known | renamed)


def _asked(policy: Policy) -> Iterator[str]:
    for target in policy.targets:
        yield from (where.attribute for where in conditions_of(target.applies))
        yield from (where.attribute for match in matches_of(target) for where in conditions_of(match.where))
        if target.stated_by:
            yield target.stated_by


def matches_of(target: Target) -> Iterator[Match]:
    """Every event that `target` looks at."""
    deemed, lapsed = target.deemed, target.lapsed
    return chain(
        target.start,
        target.stop,
        target.cancel,
        *target.gate,
        *((deemed.on, deemed.report) if deemed else ()),
        *((lapsed.on, lapsed.unless) if lapsed else ()),
    )


def conditions_of(conditions: Iterable[Where]) -> Iterator[Where]:
    """`conditions` and those inside them."""
    for where in conditions:
        yield where
        yield from conditions_of(where.also)
