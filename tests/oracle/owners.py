"""Random owners: what is promised, in one to three versions."""

from random import Random
from typing import Any, Final

from tests.oracle.kinds import of_a_kind
from tests.oracle.stories import DAY, HALF_HOUR, Story, pick

Target = dict[str, Any]
Policy = dict[str, Any]

HOUR: Final = 2 * HALF_HOUR

#: Owners' words for ours, and the names they have for attributes.
WORDS: Final[dict[str, dict[str, Any]]] = {
    "created": {"type": "opened", "rename": {"urgency": "prio", "place": "area"}},
    "regraded": {"type": "reclassified", "rename": {"urgency": "prio", "place": "area"}},
    "waiting": {"type": "held", "rename": {"for": "reason"}},
    "fixed": {"type": "resolved", "rename": {}},
    "papers": {"type": "documents_complete", "rename": {"urgency": "prio"}},
    "chatter": {"type": "noted", "rename": {"urgency": "prio"}},
    "retracted": {"type": "voided", "rename": {"what": "event", "whose": "source"}},
}
#: The same, and a word of ours that they use otherwise.
OTHER_WORDS: Final = {**WORDS, "closed": {"type": "resolved", "rename": {}}}

UNITS: Final = ("time", "time", "time", "calendar_days", "working_days", "working_days")

_ANSWER: Final = {"type": "noted", "where": {"prio": ["high", "true"]}}
_STARTS: Final = (*["opened"] * 9, "assigned", "dispatched", "replied", "documents_requested", "reclassified")
_STOPS: Final = (*["resolved"] * 6, *["replied"] * 3, "closed", "closed", "cancelled", "assigned", "held")
_CANCELS: Final = ((), ("cancelled",), ("cancelled",), ("cancelled", "closed"))
_APPLIES: Final[tuple[dict[str, list[str]], ...]] = (
    *({},) * 6,
    {"prio": ["high"]},
    {"prio": ["high"]},
    {"prio": ["low", "1", "true"]},
    {"prio": ["high", "low"], "area": ["north"]},
)
_OPENINGS: Final = (
    "documents_complete",
    "documents_complete",
    "assigned",
    "replied",
    "dispatched",
    "reclassified",
)
_ACCEPTS: Final = (
    [],
    ["customer"],
    ["customer"],
    ["customer", "parts"],
    ["*"],
    ["*"],
    ["parts", "7", "true", ""],
)
_EXCLUSIONS: Final = ([], [], ["typhoon"], ["typhoon"], ["typhoon", "works"], ["*"])
_LIMITED: Final = (*((),) * 5, ("customer",), ("*",), ("customer", "*"), ("parts", "customer"))


def owner(
    dice: Random, story: Story, versions: int, units: tuple[str, ...], *, plain: bool = False
) -> list[Policy]:
    """The first version is in force for nearly every ticket. Versions share the ids of targets, and lack some."""
    count = min(versions, pick(dice, (1, 1, 2, 2, 2, 3)))
    since = [story.beginning + DAY if dice.random() < 0.03 else 0]
    since += sorted(story.beginning + dice.randrange(-16, 8 * 48) * HALF_HOUR for _ in range(count - 1))
    words = pick(dice, ({}, WORDS, WORDS, WORDS))
    policies: list[Policy] = []
    for number, effective_from in enumerate(sorted(since), start=1):
        before = {target["id"]: target for policy in policies for target in policy["targets"]}
        ids = [id_ for id_ in ("t0", "t1", "t2") if dice.random() < 0.6] or [pick(dice, ("t0", "t1"))]
        targets = [
            _revised(dice, before[id_])
            if id_ in before and (before[id_]["stated"] or dice.random() < 0.7)
            else of_a_kind(
                dice,
                story,
                _target(dice, story, id_, pick(dice, units)),
                may_state=id_ not in before,
                plain=plain,
            )
            for id_ in ids
        ]
        policies.append(
            {
                "id": "p",
                "version": str(number),
                "effective_from": effective_from,
                "adopt_from": story.beginning + DAY if dice.random() < 0.1 else None,
                "vocabulary": pick(dice, ({}, WORDS, OTHER_WORDS)) if dice.random() < 0.1 else words,
                "targets": targets,
            }
        )
    return policies


def _revised(dice: Random, target: Target) -> Target:
    """As it was, but for how much time there is and what does not count; most steps lie as far from the due."""
    unit = target["unit"]
    more = (dice.randrange(-12, 37) * HALF_HOUR) if unit == "time" else pick(dice, (-1, 0, 1, 2, 3))
    budget = max(target["budget"] + more, HALF_HOUR if unit == "time" else 1)
    if target["stated"] == "promised":
        budget = 0
    more = budget - target["budget"]
    moved = [
        rung if rung["amount"] is None else {**rung, "amount": rung["amount"] + more}
        for rung in target["rungs"]
        if target["stated"] or rung["amount"] is None or rung["amount"] + more > 0
    ]
    return {
        **target,
        "budget": budget,
        "rungs": moved if dice.random() < 0.7 else _rungs(dice, budget, unit),
        "accepts": pick(dice, _ACCEPTS),
    }


def _target(dice: Random, story: Story, name: str, unit: str) -> Target:
    calendar, zone = None, pick(dice, story.zones)
    if dice.random() < {"time": 0.65, "calendar_days": 0.25, "working_days": 0.97}[unit]:
        calendar, kept = pick(dice, story.calendars)
        zone = kept["zone"]
    budget = _budget(dice, unit)
    return {
        "id": name,
        "start": _matches(dice, _STARTS, 0.25),
        "stop": [*_matches(dice, _STOPS, 0.4), *([_ANSWER] if dice.random() < 0.25 else [])],
        "cancel": [{"type": kind, "where": {}} for kind in pick(dice, _CANCELS)],
        "applies": pick(dice, _APPLIES),
        "gate": _gate(dice) if dice.random() < 0.3 else [],
        "budget": budget,
        "unit": unit,
        "day_end": pick(dice, ("midnight", "closing", "same_time")),
        "last_day": _last_day(dice, calendar is not None) if unit == "calendar_days" else "same_time",
        "calendar": calendar,
        "zone": zone,
        "boundary": pick(dice, ("close", "close", "next_open")),
        "accepts": pick(dice, _ACCEPTS),
        "exclusions": pick(dice, _EXCLUSIONS),
        "max_open": {reason: _limit(dice) for reason in pick(dice, _LIMITED)},
        "reopen": dice.random() < 0.5,
        "rungs": _rungs(dice, budget, unit),
        "grace": pick(dice, (0, 0, 0, 1, HALF_HOUR, 2 * HOUR)),
        "floor": pick(dice, (0, 0, HALF_HOUR, HOUR, 4 * HOUR)),
        "clause": "4.3",
        "regime": "",
    }


def _last_day(dice: Random, kept: bool) -> str:
    return pick(dice, ("same_time", "same_time", "whole", "working") if kept else ("same_time", "whole"))


def _budget(dice: Random, unit: str) -> int:
    return dice.randrange(1, 49) * HALF_HOUR if unit == "time" else pick(dice, (1, 1, 2, 2, 3, 4, 5))


def _matches(dice: Random, kinds: tuple[str, ...], more: float) -> list[dict[str, Any]]:
    first = pick(dice, kinds)
    found = [{"type": first, "where": {}}]
    if dice.random() < more and (second := pick(dice, kinds)) != first:
        found.append({"type": second, "where": {}})
    return found


def _gate(dice: Random) -> list[list[dict[str, Any]]]:
    preconditions = [_matches(dice, _OPENINGS, 0.4) for _ in range(pick(dice, (1, 1, 2)))]
    if dice.random() < 0.2:
        preconditions[0].append(_ANSWER)
    return preconditions


def _limit(dice: Random) -> list[Any]:
    if dice.random() < 0.3:
        return [pick(dice, (1, 1, 2)), "calendar_days"]
    return [dice.randrange(1, 25) * HALF_HOUR, "time"]


def _rungs(dice: Random, budget: int, unit: str) -> list[dict[str, Any]]:
    """Before, at and after the due; what is said before all is used up may be an escalation too."""
    step = HALF_HOUR if unit == "time" else 1
    rungs = []
    for number in range(pick(dice, (0, 1, 2, 3, 3))):
        amount = budget + dice.randrange(-8, 6) * (step if dice.random() < 0.7 else 4 * step)
        if amount > 0:
            kind = "warning" if amount < budget and dice.random() < 0.7 else "escalation"
            rungs.append(
                {"name": f"r{number}", "kind": kind, "amount": amount, "role": pick(dice, ("head", ""))}
            )
    return rungs
