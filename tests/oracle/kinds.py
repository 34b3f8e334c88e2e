"""Kinds of promise for random targets: what they grant, what is as good as met, whose date they keep."""

from random import Random
from typing import Any, Final

from tests.oracle.stories import HALF_HOUR, Story, pick

Target = dict[str, Any]

#: What a target is that promises nothing but a stop within a budget.
PLAIN: Final[Target] = {
    "extension": None,
    "deemed": None,
    "lapsed": None,
    "stated": None,
    "stated_by": "",
    "customers": False,
    "requires": [],
}
#: The systems whose events a target may require.
SOURCES: Final = ("crm", "dispatch")
KINDS: Final = (
    "extension",
    "deemed",
    "lapsed",
    "promised",
    "before",
    "customers",
    "urges",
    "every",
    "requires",
)
STATED: Final = ("promised", "before")

_KINDS: Final = (
    *["extension"] * 14, *["deemed"] * 5, *["lapsed"] * 3, *["promised"] * 4, *["before"] * 4, *["customers"] * 2,
    *["urges"] * 3, *["every"] * 4, *["requires"] * 5,
)  # fmt: skip
_FAILED: Final = (["contact_failed"], ["visit_failed"], ["contact_failed", "visit_failed"])
_SPANS: Final = (0, HALF_HOUR, 2 * HALF_HOUR, 8 * HALF_HOUR, 24 * HALF_HOUR, 96 * HALF_HOUR)


def of_a_kind(dice: Random, story: Story, target: Target, *, may_state: bool, plain: bool) -> Target:
    """`target` as it is, mostly and always when `plain`, or with one or two kinds of promise more.

    With an instant that events state only where `may_state`: across its versions a target has one or never has.
    """
    made = {**target, **PLAIN}
    if plain or dice.random() < 0.4:
        return made
    first = pick(dice, _KINDS)
    for kind in (first, pick(dice, _KINDS)) if dice.random() < 0.4 else (first,):
        if kind in STATED:
            # Nothing moves an instant that events state, so that there is nothing to extend.
            if may_state and made["stated"] is None and made["extension"] is None:
                made |= _stated(dice, story, made, kind)
        elif kind != "extension" or made["stated"] is None:
            made |= _RULES[kind](dice, made)
    return made


def _extension(dice: Random, _: Target) -> Target:
    rule = {"rank": pick(dice, (1, 2, 3)), "within": pick(dice, _SPANS), "most": pick(dice, (1, 1, 2, 3))}
    return {"extension": rule}


def _deemed(dice: Random, _: Target) -> Target:
    rule = {
        "on": _matches(*pick(dice, _FAILED)),
        "report": _matches("report_written"),
        "within": pick(dice, _SPANS),
    }
    return {"deemed": rule}


def _lapsed(dice: Random, _: Target) -> Target:
    rule = {
        "on": _matches("documents_requested"),
        "unless": _matches("documents_complete"),
        "after": pick(dice, _SPANS[1:]),
    }
    return {"lapsed": rule}


def _customers(_: Random, __: Target) -> Target:
    return {"customers": True}


def _urges(dice: Random, target: Target) -> Target:
    """Rungs said by urging if that is earlier, and perhaps one that is said by nothing else."""
    rungs = [{**rung, "urges": pick(dice, (0, 1, 1, 2, 3))} for rung in target["rungs"]]
    if not any(rung["amount"] is None for rung in rungs) and (not rungs or dice.random() < 0.4):
        only = {
            "name": "urged",
            "kind": "escalation",
            "amount": None,
            "role": "head",
            "urges": pick(dice, (1, 2)),
        }
        rungs.append(only)
    return {"rungs": rungs}


def _every(_: Random, target: Target) -> Target:
    """What keeps it begins it again; where an event states its due, nothing else can begin it."""
    if target["stated"]:
        return {}
    begins = [match for match in target["stop"] if match not in target["start"]]
    return {"start": [*target["start"], *begins]}


def _requires(dice: Random, _: Target) -> Target:
    return {"requires": pick(dice, (SOURCES[:1], SOURCES[:1], SOURCES[1:], SOURCES))}


_RULES: Final = {
    "requires": _requires,
    "every": _every,
    "extension": _extension,
    "deemed": _deemed,
    "lapsed": _lapsed,
    "customers": _customers,
    "urges": _urges,
}


def _stated(dice: Random, story: Story, target: Target, kind: str) -> Target:
    """On hours that are all known: no page says what a calendar published later means for an instant counted back from."""
    known = [
        (name, kept)
        for name, kept in story.calendars
        if [version["known_until"] for version in kept["versions"]] == [None]
    ]
    name, zone = target["calendar"], target["zone"]
    if name is not None and name not in dict(known):
        name, kept = pick(dice, known)
        zone = kept["zone"]
    more: Target = {"stated": kind, "calendar": name, "zone": zone, "last_day": "same_time"}
    if kind == "before":
        return more | {"stated_by": "at", "start": _matches("change_scheduled")}
    moved = [
        {**rung, "amount": rung["amount"] and rung["amount"] - target["budget"]} for rung in target["rungs"]
    ]
    return more | {
        "stated_by": "due",
        "start": _matches("promise_accepted"),
        "budget": 0,
        "rungs": moved,
    }


def _matches(*kinds: str) -> list[dict[str, Any]]:
    return [{"type": kind, "where": {}} for kind in kinds]
