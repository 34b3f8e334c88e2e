"""Why a promise has another verdict under other rules: judged again with the rule of before, one key exchanged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias

from service.rules.fields import differing, mixed
from service.sla.events import EventKey
from service.sla.history import History
from service.sla.instants import Instant
from service.sla.judge import judge
from service.sla.policy import Policy, Rules, Target
from service.sla.statements import State

#: Stands beside the keys of a target: how the policy reads the owner's event types.
VOCABULARY: Final = "vocabulary"

#: (target, the event that began the promise)
About: TypeAlias = tuple[str, EventKey]

#: The policy and the target that judge a promise before, and those after.
Pair: TypeAlias = "tuple[tuple[Policy, Target], tuple[Policy, Target]]"


class Change(StrEnum):
    """What happened to the target of a promise."""

    KEYS = "changed"  # it says something else
    VARIANT = "variant"  # another variant of it is for the ticket
    RENAMED = "renamed"  # it has another name
    NEW = "new"  # the policy of before has no such target
    GONE = "gone"  # the policy of after has no such target, or it is off
    UNGOVERNED = "ungoverned"  # one of the two policies is not about this ticket
    VERSION = "version"  # the target says the same: another version governs, from another instant or by other events


@dataclass(frozen=True, slots=True)
class Cause:
    """Why: `keys` of the target whose change suffices, each by itself or, `together`, all of them.

    `before` and `after` are the targets on the two sides, None where there is none; `policies` judge them.
    """

    change: Change
    before: Target | None
    after: Target | None
    policies: tuple[Policy | None, Policy | None]
    keys: tuple[str, ...] = ()
    together: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What a ticket is judged by on one side."""

    history: History
    rules: Rules
    upto: Instant


class Trials:
    """What a side says with targets exchanged. Rules are made once for each exchange."""

    def __init__(self) -> None:
        """Nothing exchanged yet."""
        self._rules: dict[tuple[int, str, str, str, str], tuple[Rules, Rules]] = {}

    def keys(
        self, view: View, pair: Pair, about: About, *, dues: bool = False
    ) -> tuple[tuple[str, ...], bool]:
        """The keys whose change brings the verdict that `view`, the side of after, has about `about`; with `dues` the due.

        Each by itself; where none is enough, all without which it would not come, together.
        """
        differences = tuple(_differing(*pair))

        def outcome(keys: Iterable[str]) -> State | Instant | None:
            return self._outcome(view, pair, about, tuple(keys), dues=dues)

        wanted = outcome(differences)
        alone = tuple(key for key in differences if outcome((key,)) == wanted)
        if alone or not differences:
            return alone, False
        needed = tuple(
            key for key in differences if outcome(other for other in differences if other != key) != wanted
        )
        return needed or differences, True

    def _outcome(
        self, view: View, pair: Pair, about: About, keys: tuple[str, ...], *, dues: bool
    ) -> State | Instant | None:
        rules = self._exchanged(view.rules, pair, keys)
        promises = judge(view.history, rules, view.upto).promises
        found = next((each for each in promises if (each.target, each.started_by) == about), None)
        return None if found is None else found.due if dues else found.state

    def _exchanged(self, rules: Rules, pair: Pair, keys: tuple[str, ...]) -> Rules:
        """`rules` whose target of after is that of before but for `keys`."""
        (old, before), (new, after) = pair
        name = (id(rules), old.version, before.id, f"{new.version} {after.id}", " ".join(keys))
        known = self._rules.get(name)
        if known is None or known[0] is not rules:
            known = self._rules[name] = (rules, _exchange(rules, pair, keys))
        return known[1]


def _exchange(rules: Rules, pair: Pair, keys: Iterable[str]) -> Rules:
    (old, before), (new, after) = pair
    chosen = set(keys)
    target = mixed(before, after, chosen - {VOCABULARY})
    policy = replace(
        new,
        targets=(target,),
        vocabulary=new.vocabulary if VOCABULARY in chosen else old.vocabulary,
    )
    return Rules(tuple(policy if each is new else each for each in rules.versions))


def _differing(before: tuple[Policy, Target], after: tuple[Policy, Target]) -> Iterator[str]:
    yield from differing(before[1], after[1])
    if before[0].vocabulary != after[0].vocabulary:
        yield VOCABULARY
