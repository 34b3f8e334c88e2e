"""What of a released contract does not hold any more, a sentence each.

Of what slaclock receives the new contract has to accept all that the released one did. Of what it sends the records of
before have to fit the new contract, because topics keep them, and new records have to be what readers of the released
one were told to expect: they pass over fields, messages and values of open enumerations that they do not know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from scripts.contracts.folder import DOCUMENT, Folder, Place
from scripts.contracts.shape import LEAST, PARTS, Places, Shape, shape_of
from scripts.contracts.table import Action

_CONFIGURED: Final = "cleanup.policy"
_NEVER_THERE: Final = "was never there and may be now."


def compared(old: Folder | None, new: Folder) -> list[str]:
    """The sentences; none when every promise of `old` is kept, or nothing was released."""
    if old is None:
        return []
    found: defaultdict[str, list[str]] = defaultdict(list)
    for topic in old.whole(DOCUMENT)["channels"]:
        for message, sentence in _Topic(topic, old, new).compared():
            found[sentence].append(message)
    return [f"{_all(names)}: {sentence}" for sentence, names in found.items()]


def _all(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


class _Topic:
    """One topic of the released contract; sentences come with the message or topic that they are about."""

    def __init__(self, name: str, old: Folder, new: Folder) -> None:
        self._name = name
        self._old = old
        self._new = new
        self._place = Place(DOCUMENT).at("channels", name)

    def compared(self) -> Iterator[tuple[str, str]]:
        topic = f"topic {self._name}"
        if self._name not in self._new.whole(DOCUMENT)["channels"]:
            yield topic, "it was removed."
            return
        before, now = self._old.value(self._place), self._new.value(self._place)
        action = _action(self._old, self._name)
        if _action(self._new, self._name) != action:
            yield topic, "it goes the other way now."
        if now["address"] != before["address"]:
            yield topic, f"it was called {before['address']} and is called {now['address']} now."
        was, is_ = (_kafka(each)["topicConfiguration"][_CONFIGURED] for each in (before, now))
        if was != is_:
            yield topic, f"its {_CONFIGURED} was {was} and is {is_} now."
        for message in before["messages"]:
            if message in now["messages"]:
                yield from ((message, each) for each in self._message(message, action))
            else:
                yield message, f"it was removed from the topic {self._name}."

    def _message(self, id_: str, action: Action) -> Iterator[str]:
        (at, before), (there, now) = (
            folder.resolved(self._place.at("messages", id_)) for folder in (self._old, self._new)
        )
        if before["name"] != now["name"]:
            yield f"it was called {before['name']} and is called {now['name']} now."
        of = _Schemas(self._old, self._new, action)
        for path, places_of in (("headers", _headers), ("key", _keys), ("value", _payload)):
            for where, what in of.compared(places_of(self._old, at), places_of(self._new, there), path):
                yield f"{where} {what}"


def _action(folder: Folder, topic: str) -> Action:
    reference = {"$ref": f"#/channels/{topic}"}
    (found,) = (
        Action(each["action"])
        for each in folder.whole(DOCUMENT)["operations"].values()
        if each["channel"] == reference
    )
    return found


def _kafka(node: Any) -> Any:
    return node["bindings"]["kafka"]


def _trait(folder: Folder, message: Place) -> Place:
    place, _ = folder.resolved(message.at("traits", 0))
    return place


def _headers(folder: Folder, message: Place) -> Places:
    trait = _trait(folder, message).at("headers")
    return (trait, message.at("headers")) if "headers" in folder.value(message) else (trait,)


def _keys(folder: Folder, message: Place) -> Places:
    return (_trait(folder, message).at("bindings", "kafka", "key"),)


def _payload(_: Folder, message: Place) -> Places:
    return (message.at("payload", "schema"),)


class _Schemas:
    """Schemas of `old` against those of `new`, for one message."""

    def __init__(self, old: Folder, new: Folder, action: Action) -> None:
        self._old = old
        self._new = new
        self._sent = action is Action.SEND
        self._seen: set[tuple[Places, Places]] = set()

    def compared(self, before: Places, now: Places, path: str) -> list[tuple[str, str]]:
        """What does not hold any more of the value at `path`; a pair that was looked at before has nothing new."""
        if (before, now) in self._seen:
            return []
        self._seen.add((before, now))
        return list(self._shapes(shape_of(self._old, before), shape_of(self._new, now), path))

    def _shapes(self, old: Shape, new: Shape, path: str) -> Iterator[tuple[str, str]]:
        if old.is_never or new.is_never:
            if not old.is_never:
                yield path, "was removed."
            elif not new.is_never and self._sent:
                yield path, _NEVER_THERE
            return
        yield from ((path, each) for each in self._types(old, new))
        yield from ((path, each) for each in self._values(old, new))
        yield from ((path, each) for each in self._bounds(old, new))
        yield from ((path, each) for each in self._others(old, new))
        yield from self._fields(old, new, path)
        yield from self._parts(old, new, path)
        yield from self._choices(old, new, path)

    def _types(self, old: Shape, new: Shape) -> Iterator[str]:
        was, is_ = (_wide(each.types) for each in (old, new))
        if was != is_ if self._sent else not was <= is_:
            yield f"was {_words(old.types)} and is {_words(new.types)} now."

    def _values(self, old: Shape, new: Shape) -> Iterator[str]:
        if new.values is not None and old.values is None:
            yield f"could be anything and is one of {_words(new.values)} now."
        elif old.values is not None:
            gone = old.values - (old.values if new.values is None else new.values)
            if gone:
                yield f"cannot be {_words(gone)} any more."
            more = None if new.values is None else new.values - old.values
            if self._sent and not old.is_open and (more is None or more):
                yield f"can be {_words(more)} now, and readers were not told to expect more than there was."

    def _bounds(self, old: Shape, new: Shape) -> Iterator[str]:
        for keyword in sorted(old.bounds.keys() | new.bounds.keys()):
            was, is_ = old.bounds.get(keyword), new.bounds.get(keyword)
            if was == is_:
                continue
            loosened = is_ is None or (was is not None and (is_ < was if keyword in LEAST else is_ > was))
            if self._sent or not loosened:
                yield f"had {keyword} {_bound(was)} and has {_bound(is_)} now."

    def _others(self, old: Shape, new: Shape) -> Iterator[str]:
        for keyword in sorted(old.others.keys() | new.others.keys()):
            was, is_ = (sorted(each.others.get(keyword, [])) for each in (old, new))
            dropped = not is_ and keyword not in {"if", "then", "else"}
            if was != is_ and (self._sent or not dropped):
                yield f"has another `{keyword}` now."

    def _fields(self, old: Shape, new: Shape, path: str) -> Iterator[tuple[str, str]]:
        for name in sorted(new.required - old.required):
            known = name in old.properties
            yield (
                f"{path}.{name}",
                f"{'was optional' if known else 'is new'} and is required{' now' * known}.",
            )
        if self._sent:
            for name in sorted((old.required - new.required) & new.properties.keys()):
                yield f"{path}.{name}", "was always there and is optional now."
        for name, before in old.properties.items():
            where = f"{path}.{name}"
            if name in new.properties:
                yield from self._deeper(before, new.properties[name], where)
            elif not shape_of(self._old, before).is_never:
                yield where, "was removed."
            elif self._sent:
                yield where, _NEVER_THERE

    def _parts(self, old: Shape, new: Shape, path: str) -> Iterator[tuple[str, str]]:
        for keyword in PARTS:
            if keyword in old.parts and keyword in new.parts:
                yield from self._deeper(old.parts[keyword], new.parts[keyword], f"{path}[{keyword}]")
            elif keyword in new.parts or (keyword in old.parts and self._sent):
                yield path, f"has another `{keyword}` now."

    def _choices(self, old: Shape, new: Shape, path: str) -> Iterator[tuple[str, str]]:
        if [keyword for keyword, _ in old.choices] != [keyword for keyword, _ in new.choices]:
            yield path, "has other alternatives now."
            return
        for (_, were), (_, are) in zip(old.choices, new.choices, strict=True):
            for n, before in enumerate(were):
                if not any(self._fits(before, now) for now in are):
                    same = are[n : n + 1] if len(were) == len(are) else []
                    told = list(self._deeper([before], same, path)) if same else []
                    yield from told or [(path, "lacks an alternative that it had.")]
            if self._sent and any(
                not any(self._fits(before, now) for before in were) for now in are[len(were) :]
            ):
                yield path, "has an alternative more, and readers were not told to expect it."

    def _fits(self, before: Place, now: Place) -> bool:
        kind = Action.SEND if self._sent else Action.RECEIVE
        return not _Schemas(self._old, self._new, kind).compared((before,), (now,), "")

    def _deeper(self, before: list[Place], now: list[Place], path: str) -> Iterator[tuple[str, str]]:
        yield from self.compared(tuple(before), tuple(now), path)


def _wide(types: frozenset[str] | None) -> frozenset[str]:
    everything = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
    if types is None:
        return everything
    return types | {"integer"} if "number" in types else types


def _words(values: frozenset[str] | None) -> str:
    return "anything" if values is None else ", ".join(sorted(values)) or "nothing"


def _bound(value: float | None) -> str:
    return "none" if value is None else str(value)
