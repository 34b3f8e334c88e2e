"""Where the warnings and escalations of a promise lie: before, at and after each due that it had."""

from dataclasses import dataclass
from typing import Any

from tests.oracle.clocks import NEVER, Clock, backwards
from tests.oracle.legs import Leg
from tests.oracle.pleas import Request


@dataclass
class Step:
    """A rung where it would be said, if that far nothing has ended the promise."""

    rung: dict[str, Any]
    name: str
    at: int
    after: bool  # at or after the due: it says that the promise was broken


def steps(leg: Leg) -> list[Step]:
    """In each stretch between two extensions the rungs are those of the due that held there."""
    stated = bool(leg.rules.stated)
    granted: list[Request] = [] if stated else leg.pleas().granted
    ends = [r.answer.at for r in granted if r.answer] + [NEVER]
    begins = [-NEVER, *ends[:-1]]
    found = []
    budget: int = leg.rules.target["budget"]
    for count, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        if count:
            budget = budget_of(leg, granted[:count], budget)
        for rung in leg.rules.target["rungs"]:
            if stated:
                own = stated_instant(leg, rung)
            else:
                own = instant(leg, rung, granted[:count], budget, last=end == NEVER)
            step = urged(leg, rung, own, last=end == NEVER)
            if step is None or not begin <= step.at < end:
                continue
            if count:
                answer = granted[count - 1].answer
                assert answer
                step.name += " @" + "/".join(answer.name)
            found.append(step)
    return [step for step in found if step.at < silence(leg)]


def silence(leg: Leg) -> int:
    """From when on somebody has taken it on."""
    return min((e.at for e in leg.rules.story.since(leg.start) if e.type == "acknowledged"), default=NEVER)


def budget_of(leg: Leg, granted: list[Request], before: int) -> int:
    """What is used up at the new due, as it was known when it was granted."""
    last = granted[-1]
    assert last.answer
    at = last.answer.at
    due = leg.reckoned(at, granted)
    if due is not None:
        return leg.clock_at(at).used(due)
    due = leg.reckoned(None, granted)
    return leg.clock.used(due) if leg.clock and due is not None else before + (last.by or 0)


def instant(
    leg: Leg, rung: dict, granted: list[Request], budget: int, *, last: bool
) -> tuple[int, bool] | None:
    """Its own instant, and whether that is at or after the due."""
    if leg.clock is None:
        return None
    amount = rung["amount"] - leg.rules.target["budget"]
    due = leg.due() if last else leg.reckoned(None, granted)
    if amount < 0:
        at = leg.clock.reached(budget + amount)
        return (at, False) if at is not None and (due is None or at < due) else None
    if due is None or not last:
        return None
    at = due if amount == 0 else leg.clock.reached(leg.clock.used(due) + amount)
    return None if at is None else (at, True)


def stated_instant(leg: Leg, rung: dict) -> tuple[int, bool] | None:
    """The same for a due that an event states: from the due itself, on a clock that nothing stops."""
    target, due = leg.rules.target, leg.due()
    amount = rung["amount"] - target["budget"]
    assert due is not None
    if amount < 0:
        own = leg.own(None)
        assert own is not None
        at = backwards(target, leg.rules.hours(), own, -amount)
        return (at, False) if at < due else None
    after = due if amount == 0 else Clock(target, leg.rules.hours(), due, []).reached(amount)
    return None if after is None else (after, True)


def urged(leg: Leg, rung: dict, own: tuple[int, bool] | None, *, last: bool) -> Step | None:
    """When the customer has urged so often, if that is earlier."""
    wanted = rung.get("urges") or 0
    times = [e.at for e in leg.rules.story.since(leg.start) if e.type == "urged"]
    if wanted and len(times) >= wanted and (own is None or times[wanted - 1] < own[0]):
        at, due = times[wanted - 1], leg.due()
        return Step(rung, rung["name"], at, after=last and due is not None and at >= due)
    return own and Step(rung, rung["name"], *own)
