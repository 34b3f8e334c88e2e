"""Where the warnings and escalations of a promise lie: armed by its start, and anew by whatever moves its due."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.oracle.clocks import Clock, backwards
from tests.oracle.legs import Leg
from tests.oracle.pleas import Request
from tests.oracle.told import Event
from tests.oracle.walls import NEVER


@dataclass
class Step:
    """A rung where it would be said, if that far nothing has ended the promise."""

    rung: dict[str, Any]
    name: str
    at: int
    after: bool  # at or after the due: it says that the promise was broken


@dataclass
class Arming:
    """From an instant on the rungs lie so."""

    at: int
    by: Event | None  # None: the start
    whole: int | None = None  # what is used up at the due; None: nobody knows, or an event states the due
    due: int | None = None  # the stated due


def steps(leg: Leg) -> list[Step]:
    """Each rung as it lies in the stretch between one arming and the next."""
    arms = stated_armings(leg) if leg.rules.stated else armings(leg)
    found = []
    for arming, following in pairwise([*arms, Arming(NEVER, None)]):
        for rung in leg.rules.target["rungs"]:
            step = lies(leg, rung, arming)
            if step is not None and arming.at <= step.at < following.at:
                step.name += " @" + "/".join(arming.by.name) if arming.by else ""
                found.append(step)
    return [step for step in found if step.at < silence(leg)]


def silence(leg: Leg) -> int:
    """From when on somebody has taken it on."""
    return min((e.at for e in leg.rules.story.since(leg.start) if e.type == "acknowledged"), default=NEVER)


def armings(leg: Leg) -> list[Arming]:
    """By the start and by every approval, in the order of their instants; at one instant in that of the requests."""
    whole: int | None = leg.rules.target["budget"]
    arms = [Arming(-NEVER, None, whole)]
    granted = leg.pleas().granted
    for request in sorted(granted, key=lambda r: r.answer.at if r.answer else NEVER):
        assert request.answer
        whole = whole_at(leg, request, whole)
        arms.append(Arming(request.answer.at, request.answer, whole))
    return arms


def whole_at(leg: Leg, request: Request, before: int | None) -> int | None:
    """What is used up at the due as known at the approval."""
    assert request.answer
    at = request.answer.at
    due = leg.due_known_at(at)
    if due is not None:
        return leg.clock_at(at).used(due)
    if request.until is not None or before is None:
        return None
    return before + (request.by or 0)


def stated_armings(leg: Leg) -> list[Arming]:
    """By every event that set the instant."""
    hours = leg.rules.hours()
    arms = [Arming(event.at, event, due=leg.stated_due(instant, hours)) for event, instant in leg.settings]
    arms[0].at, arms[0].by = -NEVER, None
    return arms


def lies(leg: Leg, rung: dict, arming: Arming) -> Step | None:
    """Where a rung lies, by time or by urging, whichever comes first."""
    amount, due, wanted = rung["amount"], leg.due(), rung.get("urges") or 0
    before = amount is not None and amount < leg.rules.target["budget"]
    own = before_due(leg, rung, arming) if before else after_due(leg, rung)
    if before and own is not None and due is not None and own >= due:
        own = None
    times = [e.at for e in leg.rules.story.since(leg.start) if e.type == "urged"]
    if wanted and len(times) >= wanted and (own is None or times[wanted - 1] < own):
        return Step(rung, rung["name"], times[wanted - 1], after=False)
    return None if own is None else Step(rung, rung["name"], own, after=not before)


def before_due(leg: Leg, rung: dict, arming: Arming) -> int | None:
    """When so much remains."""
    target = leg.rules.target
    left = target["budget"] - rung["amount"]
    if arming.due is not None:
        return backwards(target, leg.rules.hours(), arming.due, left)
    if leg.clock is None or arming.whole is None:
        return None
    return leg.clock.reached(arming.whole - left)


def after_due(leg: Leg, rung: dict) -> int | None:
    """So long after the due; at the start or at the event that set the due, if that is later."""
    target, due = leg.rules.target, leg.due()
    if due is None or rung["amount"] is None:
        return None
    amount = rung["amount"] - target["budget"]
    clock = Clock(target, leg.rules.hours(), due, []) if leg.rules.stated else leg.clock
    assert clock
    at = clock.reached(clock.used(due) + amount) if amount else due
    return None if at is None else leg.said_at(at)
