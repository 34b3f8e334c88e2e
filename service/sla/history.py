"""The history of one ticket: ordered, without duplicates, without what was voided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from service.sla.events import VOCABULARY, Doubt, Event, EventKey, Gap
from service.sla.instants import NEVER, Instant
from service.sla.policy import Meaning, Policy, Rules

_PRECEDENCE: Final = {word: place for place, word in enumerate(VOCABULARY)}
_OWN_TYPE: Final = _PRECEDENCE["noted"]

Order = tuple[Instant, str, int, int, str]


@dataclass(frozen=True, slots=True)
class History:
    """All that is known of one ticket, in any order.

    `doubts` are the records that could not be read, `shared` what was said on behalf of areas and may bear on it.
    Of a source in `caps` only what it has to say of before that instant is sure to be known; of the others all up to
    the instant of judging. `gaps` are where something may be missing for good, and beyond `proved` nothing is proved:
    somebody has vouched for it.
    """

    events: tuple[Event, ...]
    doubts: tuple[Doubt, ...] = ()
    shared: tuple[Event, ...] = ()
    caps: Mapping[str, Instant] = field(default_factory=lambda: MappingProxyType({}))
    gaps: tuple[Gap, ...] = ()
    proved: Instant = NEVER


def order(event: Event) -> Order:
    """The total order of events: (occurred at, source, sequence number, precedence of the type, id)."""
    return event.at, event.source, event.seq, _PRECEDENCE.get(event.type, _OWN_TYPE), event.id


def key_of(event: Event) -> EventKey:
    """What makes the event one fact of its ticket."""
    return event.source, event.id


def in_order(events: Iterable[Event], vocabulary: Mapping[str, Meaning]) -> tuple[Event, ...]:
    """`events` in the words of `vocabulary`, each once, in the total order, without voided ones.

    The result is the same for every permutation and duplication of `events`. `voided` events take effect
    whatever the order of arrival and are left out of the result themselves.
    """
    told = sorted((_in_words(event, vocabulary) for event in events), key=order)
    unique: dict[EventKey, Event] = {}
    for event in told:
        unique.setdefault(key_of(event), event)
    void = _voided(event for event in reversed(unique.values()) if event.type == "voided")
    return tuple(event for key, event in unique.items() if event.type != "voided" and key not in void)


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


def _voided(voids_from_latest: Iterable[Event]) -> set[EventKey]:
    """The keys taken out. A void can itself be voided, by a later one only, so that the answer is unique."""
    out: set[EventKey] = set()
    for void in voids_from_latest:
        if key_of(void) not in out:
            out.add(named_by(void))
    return out


def named_by(event: Event) -> EventKey:
    """The event that `event` names: by `event`, and `source` when it is not its own."""
    source = event.attributes.get("source") or event.source
    return str(source), str(event.attributes.get("event"))
