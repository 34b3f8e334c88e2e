"""The history of one ticket: ordered, without duplicates, without what was voided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from service.sla.directory import EMPTY, Directory
from service.sla.events import Doubt, Event, EventKey, Gap, key_of, named_by, once, order, voids
from service.sla.instants import HOUR, NEVER, Duration, Instant
from service.sla.policy import Meaning, Policy, Rules

__all__ = ["History", "in_order", "is_orphan", "key_of", "named_by", "order", "pinned"]


@dataclass(frozen=True, slots=True)
class History:
    """All that is known of one ticket, in any order.

    `doubts` are the records that could not be read, `shared` what was said on behalf of areas and may bear on it.
    Of a source in `caps` only what it has to say of before that instant is sure to be known; of the others all up to
    the instant of judging. `gaps` are where something may be missing for good, and beyond `proved` nothing is proved:
    somebody has vouched for it. `directory` is the organisation. `recorded` is when events were recorded, where that is
    known; one that was recorded more than `backdated_after` after it happened is evidence.
    """

    events: tuple[Event, ...]
    doubts: tuple[Doubt, ...] = ()
    shared: tuple[Event, ...] = ()
    caps: Mapping[str, Instant] = field(default_factory=lambda: MappingProxyType({}))
    gaps: tuple[Gap, ...] = ()
    proved: Instant = NEVER
    directory: Directory = EMPTY
    recorded: Mapping[EventKey, Instant] = field(default_factory=lambda: MappingProxyType({}))
    backdated_after: Duration = HOUR


def in_order(events: Iterable[Event], vocabulary: Mapping[str, Meaning]) -> tuple[Event, ...]:
    """`events` in the words of `vocabulary`, each once, in the total order, without voided ones.

    The result is the same for every permutation and duplication of `events`. `voided` events take effect
    whatever the order of arrival and are left out of the result themselves.
    """
    told = once(_in_words(event, vocabulary) for event in events)
    out = {named_by(void) for void in voids(told)}
    return tuple(event for event in told if event.type != "voided" and key_of(event) not in out)


def pinned(history: History, rules: Rules) -> tuple[Policy, tuple[Event, ...]] | None:
    """The policy version in force at the ticket's earliest `opened`, with the history in its words.

    None when no `opened` is known or the earliest precedes every version. Each version reads the history in its
    own vocabulary; the newest version that finds itself in force is the one.
    """
    for policy in reversed(rules.versions):
        events = in_order(history.events, policy.vocabulary)
        opened = next((event for event in events if event.type == "opened"), None)
        if opened is not None and opened.at >= policy.effective_from:
            return policy, events
    return None


def is_orphan(history: History, rules: Rules) -> bool:
    """Whether no version finds an `opened` in the history."""
    words = [policy.vocabulary for policy in rules.versions] or [{}]
    return not any(event.type == "opened" for told in words for event in in_order(history.events, told))


def _in_words(event: Event, vocabulary: Mapping[str, Meaning]) -> Event:
    meaning = vocabulary.get(event.type)
    if meaning is None:
        return event
    attributes = {meaning.rename.get(name, name): value for name, value in event.attributes.items()}
    return replace(event, type=meaning.type, attributes=attributes)
