"""Versions that events name before they are registered: their tickets are judged again when they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from service.sla.events import Event, as_text
from service.sla.policy import Rules
from service.store import Tx
from service.store import awaited as store
from service.store.events import Kept
from service.store.keys import TicketKey

#: What a version can be called; nothing else is ever registered.
_VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", re.ASCII)


async def note(tx: Tx, fresh: Mapping[TicketKey, Collection[Kept]], rules_of: Callable[[str], Rules]) -> None:
    """Remember the unregistered versions that the `fresh` events put their tickets under."""
    words = {tenant: words_of(rules_of(tenant)) for tenant in {tenant for tenant, _ in fresh}}
    named = {
        key: awaited((one.event for one in kept), words[key[0]], rules_of(key[0]))
        for key, kept in fresh.items()
    }
    await store.note(tx, {key: versions for key, versions in named.items() if versions})


def words_of(rules: Rules) -> Mapping[str, str]:
    """The event types that mean `rejudge` to any version, each with the attribute that carries the version."""
    words = {"rejudge": "version"}
    for policy in rules.versions:
        for word, meaning in policy.vocabulary.items():
            if meaning.type == "rejudge":
                theirs = (name for name, ours in meaning.rename.items() if ours == "version")
                words[word] = next(theirs, "version")
    return words


def awaited(events: Iterable[Event], words: Mapping[str, str], rules: Rules) -> set[str]:
    """The versions that `events` put their ticket under and that `rules` do not have; `words` as of `words_of`."""
    told = {as_text(event.attributes.get(words[event.type])) for event in events if event.type in words}
    found = {name for name in told if name is not None and _VERSION.fullmatch(name)}
    return found - {policy.version for policy in rules.versions}
