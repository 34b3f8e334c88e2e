"""A worked history judged by its policy: what was expected and is not said, and what is said and was not expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.rules.histories import Worked
from service.rules.history_lines import RUNGS, Saying
from service.sla.history import History, key_of
from service.sla.instants import Instant
from service.sla.judge import judge
from service.sla.policy import Policy, Rules
from service.sla.statements import Judgement, Kind, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How a history ended: `missing` was expected and is not said, `found` is said and was not expected.

    `found` is about the targets that are looked at. Of warnings and escalations it has those of a target and kind of
    which one is missing, or all that were not expected when all have to be named. `note` tells why nothing at all is
    said, when there is a reason.
    """

    missing: tuple[Saying, ...]
    found: tuple[Saying, ...]
    note: str

    @property
    def as_expected(self) -> bool:
        """Whether nothing differs."""
        return not (self.missing or self.found)


def tried(worked: Worked, policy: Policy) -> Trial:
    """`worked` judged by `policy`, with everything known up to its `upto`."""
    judgement = judge(History(worked.events, shared=worked.shared), Rules((policy,)), worked.upto)
    begun = {key_of(event): event.at for event in worked.events}
    said = [
        each
        for each in _sayings(judgement, begun)
        if worked.looked_at is None or each.target in worked.looked_at
    ]
    taken = _pairs(worked.expected, said)
    missing = [each for place, each in enumerate(worked.expected) if place not in taken]
    wanted = {(each.target, each.word) for each in missing}
    left = [each for place, each in enumerate(said) if place not in set(taken.values())]
    found = [
        each
        for each in left
        if each.word not in RUNGS or worked.all_rungs or (each.target, each.word) in wanted
    ]
    return Trial(missing=tuple(missing), found=tuple(found), note=_note(judgement))


def _note(judgement: Judgement) -> str:
    if judgement.policy is not None:
        return ""
    if judgement.orphan:
        return "nothing is said: no event opens the ticket"
    return "nothing is said: the ticket was opened before the policy's `effective_from`"


def _sayings(judgement: Judgement, begun: dict[tuple[str, str], Instant]) -> Iterator[Saying]:
    for each in judgement.statements:
        yield Saying(
            target=each.target,
            word=each.outcome if each.kind is Kind.VERDICT else each.kind,
            rung=each.name if each.kind in RUNGS else "",
            at=each.at,
            due=each.due,
            begun=begun[each.started_by],
            remarks=each.remarks,
        )
    for promise in judgement.promises:
        if promise.state is State.OPEN:
            started = begun[promise.started_by]
            yield Saying(target=promise.target, word=State.OPEN, due=promise.due, begun=started)


def _pairs(expected: Sequence[Saying], said: Sequence[Saying]) -> dict[int, int]:
    """As many pairs as there can be of what was expected and what is said, by their places; each in one at most."""
    holders: dict[int, int] = {}

    def find(place: int, tried_already: set[int]) -> bool:
        for other, each in enumerate(said):
            if other not in tried_already and _fits(expected[place], each):
                tried_already.add(other)
                if other not in holders or find(holders[other], tried_already):
                    holders[other] = place
                    return True
        return False

    for place in range(len(expected)):
        find(place, set())
    return {place: other for other, place in holders.items()}


def _fits(expected: Saying, said: Saying) -> bool:
    same = (expected.target, expected.word, expected.rung, expected.at)
    return (
        same == (said.target, said.word, said.rung, said.at)
        and (not expected.due_told or expected.due == said.due)
        and expected.begun in {None, said.begun}
        and (expected.remarks is None or set(expected.remarks) == set(said.remarks or ()))
    )
