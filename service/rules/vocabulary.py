"""The event types of a file: the owner's own words, and which words its targets can use."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from service.rules.errors import Finding
from service.rules.shapes import PolicyShape
from service.sla.events import SHARED, VOCABULARY


class Words:
    """Which event types the targets of a file can name."""

    def __init__(self, policy: PolicyShape) -> None:
        """Read the `vocabulary` and `events` of `policy`."""
        meanings = policy.vocabulary or {}
        own = {name for name in policy.events or () if name is not None}
        self.read_as = {name: meaning.means if meaning else None for name, meaning in meanings.items()}
        self.known = {means for means in self.read_as.values() if means is not None} | own
        self.known |= {word for word in VOCABULARY if word not in meanings}
        #: The types that an event of a ticket or an area may have: the owner's words and, where they say nothing, ours.
        self.readable = frozenset({*VOCABULARY, *SHARED, *meanings, *own})

    def trouble(self, name: str) -> str | None:
        """Why a target cannot name the event type `name`; None when it can."""
        if name == "voided":
            return "`voided` takes another event out of the history: name the event itself"
        if name in self.known:
            return None
        if means := self.read_as.get(name):
            return f"`{name}` is read as `{means}` in this file: write `{means}`"
        if name in self.read_as:
            return None  # its meaning is wrong, which was said there
        near = get_close_matches(name, sorted(self.known), n=1)
        hint = f"did you mean `{near[0]}`? If not, " if near else ""
        return f"`{name}` is no known event: {hint}list it under `events`, or say under `vocabulary` what it means"


def findings(policy: PolicyShape) -> Iterator[Finding]:
    """Everything wrong with `vocabulary` and `events` beyond the shape of single values."""
    meanings = policy.vocabulary or {}
    for position, name in enumerate(policy.events or ()):
        if name in meanings:
            told = f"`{name}` has a meaning under `vocabulary`: take it out of one of the two"
            yield ("events", position), told
    for name, meaning in meanings.items():
        seen: dict[str, str] = {}
        for theirs, ours in ((meaning and meaning.rename) or {}).items():
            if ours is not None and ours in seen:
                told = f"`{seen[ours]}` becomes `{ours}` already: two attributes cannot have one name"
                yield ("vocabulary", name, "rename", theirs), told
            elif ours is not None:
                seen[ours] = theirs
