"""What a policy would make of events: types without a meaning, conditions that nothing can satisfy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import Final

from service.backtest.compact import conditions_of, matches_of
from service.cli.events_check_words import Finding
from service.cli.files import content, read_rules
from service.cli.words import listed
from service.rules import reading
from service.sla.events import VOCABULARY, Event, as_text
from service.sla.history import in_order
from service.sla.policy import Target
from service.sla.ticket import DESCRIBES

#: Types without a meaning that are told apart; a publisher that makes up more is told of these.
_MOST: Final = 1000

#: Stands for the type where the ticket as a whole is asked for an attribute.
_TICKET: Final = ""


class Reader:
    """Reads events as the versions of a policy do, and remembers what they look for and did not find."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Read the files; Problem when they cannot be used."""
        self.rules = read_rules(paths)
        self.tenant = self.rules.versions[0].tenant
        meanings = (policy.vocabulary for policy in self.rules.versions)
        self._known = frozenset(chain(VOCABULARY, *meanings, *map(_own_types, paths)))
        self._strange: set[str] = set()
        self._types: set[str] = set()
        self._asked: dict[tuple[str, str], str] = {}
        for policy in self.rules.versions:
            for target in policy.targets:
                for asked in _asked(target):
                    self._asked.setdefault(asked, target.id)

    def strange_type(self, event: Event, line: int) -> Finding | None:
        """A notice on the first event of a type that the policy does not know."""
        if event.type in self._known or event.type in self._strange or len(self._strange) >= _MOST:
            return None
        self._strange.add(event.type)
        near = get_close_matches(event.type, sorted(self._known), n=1)
        hint = f"if `{near[0]}` is meant, write that; " if near else ""
        detail = f"the policy knows no type `{event.type}`, so that it says nothing"
        advice = f"{hint}say under `vocabulary` what it means, or list it under `events`"
        return Finding(line, "no_meaning", "type", detail, advice)

    def opens(self, event: Event) -> bool:
        """Whether a ticket begins with `event`; what it carries is noted."""
        told = [each for policy in self.rules.versions for each in in_order((event,), policy.vocabulary)]
        for each in told:
            self._note(each)
        return any(each.type == "opened" for each in told)

    def _note(self, event: Event) -> None:
        types = {event.type, _TICKET} if event.type in DESCRIBES else {event.type}
        self._types |= types
        for name, value in event.attributes.items():
            if as_text(value) is not None:
                for type_ in types:
                    self._asked.pop((type_, name), None)

    def never_carried(self) -> Iterator[Finding]:
        """A notice for each attribute that a condition looks at and none of the events that it looks at carries."""
        for (type_, attribute), target in sorted(self._asked.items()):
            if type_ not in self._types:
                continue
            words = listed(
                [f"`{word}`" for word in self._written(DESCRIBES if type_ == _TICKET else {type_})]
            )
            detail = f"no {words} carries the attribute `{attribute}` that target `{target}` asks for"
            names = self._written_attributes(attribute)
            advice = f"publish it{f' (as {names})' if names else ''}, or correct the condition"
            yield Finding(None, "never_carried", f"data.attributes.{attribute}", detail, advice)

    def _written(self, types: Iterable[str]) -> list[str]:
        """`types` as publishers write them."""
        meanings = [item for policy in self.rules.versions for item in policy.vocabulary.items()]
        written = {type_: {word for word, means in meanings if means.type == type_} for type_ in types}
        return sorted(set().union(*(words or {type_} for type_, words in written.items())))

    def _written_attributes(self, attribute: str) -> str:
        theirs = {
            name
            for policy in self.rules.versions
            for means in policy.vocabulary.values()
            for name, ours in means.rename.items()
            if ours == attribute
        }
        return listed([f"`{name}`" for name in sorted(theirs)])


def _own_types(path: Path) -> list[str]:
    """The types that the policy file lists under `events`; `read_rules` has found it to be sound."""
    shape = reading.read_policy(content(path).decode("utf-8-sig"), {}).shape
    return [name for name in (shape and shape.events) or () if name is not None]


def _asked(target: Target) -> Iterator[tuple[str, str]]:
    """(type, attribute) of everything that `target` looks at, in the policy's words."""
    yield from ((_TICKET, where.attribute) for where in conditions_of(target.applies))
    for match in matches_of(target):
        yield from ((match.type, where.attribute) for where in conditions_of(match.where))
    if target.stated_by:
        yield from ((match.type, target.stated_by) for match in target.start)
