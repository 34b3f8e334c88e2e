"""What becomes of the promises of one ticket when it is judged in another way: which verdicts flip, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.backtest.causes import About, Cause, Change, Pair, Trials, View
from service.rules.fields import renamed
from service.sla.events import EventKey
from service.sla.judge import judge
from service.sla.policy import Policy, Target
from service.sla.statements import Judgement, Promise, State
from service.sla.succession import promises, tenures


@dataclass(frozen=True, slots=True)
class Flip:
    """A promise before and after, None where there is none. `cause` is told where asked for."""

    before: Promise | None
    after: Promise | None
    cause: Cause | None = None

    @property
    def is_flip(self) -> bool:
        """Whether the verdict is another, or one of the two does not exist."""
        return self.before is None or self.after is None or self.before.state is not self.after.state

    @property
    def is_moved(self) -> bool:
        """Whether the verdict is the same and the due another."""
        return not self.is_flip and _due(self.before) != _due(self.after)

    @property
    def target(self) -> str:
        """The target before, else after."""
        return self._any.target

    @property
    def begun(self) -> EventKey:
        """The event that began it."""
        return self._any.started_by

    @property
    def _any(self) -> Promise:
        found = self.before or self.after
        assert found is not None
        return found


class Comparer:
    """Holds two judgements of a ticket against each other, and tells why verdicts flip; with `moves`, why dues move."""

    def __init__(self, *, moves: bool = False) -> None:
        """Nothing compared yet."""
        self._moves = moves
        self._trials = Trials()
        self._names: dict[tuple[int, int], tuple[Policy, Policy, Mapping[str, str]]] = {}

    def compare(self, before: View, after: View) -> Iterator[Flip]:
        """Every promise of either side once, those of `before` first; each begun by the same event under both."""
        old, new = (judge(view.history, view.rules, view.upto) for view in (before, after))
        governing = _policy(before, old), _policy(after, new)
        names = self._renamed(governing)
        for pair in _paired(old, new, names):
            flip = Flip(*pair)
            is_asked = flip.is_flip or (self._moves and flip.is_moved)
            yield Flip(*pair, self._cause(flip, before, after, governing, names)) if is_asked else flip

    def _renamed(self, governing: tuple[Policy | None, Policy | None]) -> Mapping[str, str]:
        old, new = governing
        if old is None or new is None or old is new:
            return {}
        key = (id(old), id(new))
        if key not in self._names:
            self._names[key] = (old, new, renamed(old, new))
        return self._names[key][2]

    def _cause(
        self,
        flip: Flip,
        before: View,
        after: View,
        governing: tuple[Policy | None, Policy | None],
        names: Mapping[str, str],
    ) -> Cause:
        old = _ruling(before, flip.before) or governing[0]
        new = governing[1] if _is_left(flip.after) else _ruling(after, flip.after)
        new = new or governing[1]
        if old is None or new is None:
            return Cause(Change.UNGOVERNED, _find(old, flip.before), _find(new, flip.after), (old, new))
        one, other = _find(old, flip.before), _find(new, flip.after)
        if other is None and one is not None:
            other = _named(new, names.get(one.id, one.id))
        elif one is None and other is not None:
            one = _named(old, next((was for was, now in names.items() if now == other.id), other.id))
        if one is None or other is None:
            return Cause(Change.NEW if one is None else Change.GONE, one, other, (old, new))
        return self._changed(flip, after, ((old, one), (new, other)))

    def _changed(self, flip: Flip, after: View, pair: Pair) -> Cause:
        (old, one), (new, other) = pair
        keys, together = self._trials.keys(after, pair, (other.id, flip.begun), dues=not flip.is_flip)
        change = Change.KEYS if keys else Change.VERSION
        if one.id != other.id:
            change = Change.VARIANT if _base(one.id) == _base(other.id) else Change.RENAMED
        return Cause(change, one, other, (old, new), keys, together)


def _paired(
    old: Judgement, new: Judgement, names: Mapping[str, str]
) -> Iterator[tuple[Promise | None, Promise | None]]:
    """Promises of the same target and start; of what is left those of another variant of it, or of its new name."""
    left = {_about(promise): promise for promise in new.promises}
    lonely = []
    for promise in old.promises:
        target, begun = _about(promise)
        found = left.pop((names.get(target, target), begun), None)
        if found is None:
            lonely.append(promise)
        else:
            yield promise, found
    for promise in lonely:
        variant = next((about for about in left if _is_variant(about, _about(promise))), None)
        yield promise, None if variant is None else left.pop(variant)
    for promise in left.values():
        yield None, promise


def _is_variant(one: About, other: About) -> bool:
    return one[1] == other[1] and _base(one[0]) == _base(other[0])


def _base(target: str) -> str:
    """`fault.restore` of `fault.restore/major`."""
    return target.partition("/")[0]


def _about(promise: Promise) -> About:
    return promise.target, promise.started_by


def _is_left(promise: Promise | None) -> bool:
    """Whether no target of the version that governs last took it over."""
    return promise is not None and promise.state is State.SUPERSEDED


def _due(promise: Promise | None) -> int | None:
    return None if promise is None else promise.due


def _policy(view: View, judgement: Judgement) -> Policy | None:
    """The version that governs the ticket last."""
    return next((each for each in view.rules.versions if (each.id, each.version) == judgement.policy), None)


def _ruling(view: View, promise: Promise | None) -> Policy | None:
    """The version that judges `promise`."""
    if promise is None:
        return None
    ruled = (each for each in promises(tenures(view.history, view.rules)) if not each.passed_on)
    about = _about(promise)
    return next((e.policy for e in ruled if (e.course.target.id, e.course.started_by) == about), None)


def _find(policy: Policy | None, promise: Promise | None) -> Target | None:
    return None if policy is None or promise is None else _named(policy, promise.target)


def _named(policy: Policy, name: str) -> Target | None:
    return next((target for target in policy.targets if target.id == name), None)
