"""Random hands through which a ticket goes, and the organisation that they belong to."""

from collections.abc import Sequence
from random import Random
from typing import Any, Final

from tests.oracle.cases import Case
from tests.oracle.stories import HALF_HOUR, pick
from tests.oracle.tickets import text_of

Plain = dict[str, Any]

STAFF: Final = ("p1", "p2", "p3", "p4", "p5")
UNITS: Final = ("team", "lab", "window", "department", "branch", "company")
_KINDS: Final = ("team", "window", "department", "branch", "company", "")

#: Events that hand a ticket over or take it out of somebody's hands, more often that which a ticket sees more often.
HANDS: Final = (*["assigned"] * 3, *["transferred"] * 3, "guided", "escalated", "released", "released")
OTHERS: Final = ("contacted", "aggravated", "mitigated")

_TRUTHS: Final = (True, True, False, None, "true")


def add(case: Case, dice: Random, marks: Sequence[int] = ()) -> Case:
    """The case with people: events of the ticket, some at `marks`, `case["directory"]` and what was `case["recorded"]` late."""
    given = {
        event["id"]: _given(dice) for event in case["events"] if _may_give(event) and dice.random() < 0.6
    }
    events = [
        {**event, "attributes": {**event["attributes"], **given.get(event["id"], {})}}
        for event in case["events"]
    ]
    instants = [event["at"] for event in events] + list(marks)
    events += [_event(dice, number, _when(dice, instants)) for number in range(dice.randrange(7))]
    recorded = [
        (event["source"], event["id"], event["at"] + dice.randrange(6) * HALF_HOUR) for event in events
    ]
    return {**case, "events": events, "directory": _directory(dice, instants), "recorded": recorded}


def _may_give(event: Plain) -> bool:
    return event["type"] in {"opened", "created", "reopened", "replied"}


def _when(dice: Random, instants: Sequence[int]) -> int:
    """On the grid around what happens, or at it, sometimes a microsecond off."""
    grid = dice.choice([0, 0, dice.randrange(-8, 96)]) * HALF_HOUR
    return max(0, pick(dice, instants) + grid + (pick(dice, (1, -1)) if dice.random() < 0.03 else 0))


def _given(dice: Random) -> Plain:
    """Who gets it from whom, with what is said on such occasions."""
    said: Plain = {"to": pick(dice, (*STAFF, "", None, 7)), "team": pick(dice, (*UNITS, "", None, None))}
    said |= {
        "by": pick(dice, (*STAFF, None)),
        "present": pick(dice, ([], ["p5", "p2"], "p3", None, [7, None])),
    }
    said |= {"reason": pick(dice, ("", "busy", None)), "receiver_confirmed": pick(dice, _TRUTHS)}
    said |= {"customer_informed": pick(dice, _TRUTHS), "window": pick(dice, ("window", None, "none"))}
    return {name: value for name, value in said.items() if dice.random() < 0.7}


def _event(dice: Random, number: int, at: int) -> Plain:
    kind = pick(dice, HANDS) if dice.random() < 0.8 else pick(dice, OTHERS)
    source, seq = pick(dice, ("a", "a", "b")), pick(dice, (0, 0, 0, 1))
    attributes = {**_given(dice), "what": pick(dice, ("apology", None))}
    return {
        "tenant": "t", "ticket": "k", "source": source, "id": f"h{number}", "seq": seq, "type": kind, "at": at,
        "attributes": attributes,
    }  # fmt: skip


def _directory(dice: Random, instants: Sequence[int]) -> list[Plain]:
    """Facts from long before, and some that change while things happen; now and then nothing at all."""
    if dice.random() < 0.2:
        return []
    facts = [_person(dice, staff) for staff in STAFF if dice.random() < 0.8]
    facts += [_unit(dice, name) for name in UNITS if dice.random() < 0.9]
    facts += [_area(dice, name) for name in ("north", "south") if dice.random() < 0.8]
    told = [_fact(kind, attributes, number, 0) for number, (kind, attributes) in enumerate(facts)]
    for number in range(dice.randrange(6)):
        kind, attributes = pick(dice, (_person, _unit, _area, _duty))(dice)
        if dice.random() < 0.4:
            attributes = {**attributes, "from": text_of(_when(dice, instants))}
        if kind == "duty" and dice.random() < 0.7:
            attributes = {**attributes, "to": text_of(_when(dice, instants))}
        told.append(_fact(kind, attributes, 100 + number, _when(dice, instants)))
    if dice.random() < 0.2:
        told.append(_fact("voided", {"event": f"d{pick(dice, (0, 1, 2, 100))}"}, 200, _when(dice, instants)))
    dice.shuffle(told)
    return told


def _fact(kind: str, attributes: Plain, number: int, at: int) -> Plain:
    return {
        "tenant": "t", "ticket": "", "source": "d", "id": f"d{number}", "seq": 0, "type": kind, "at": at,
        "attributes": attributes,
    }  # fmt: skip


def _person(dice: Random, staff: str = "") -> tuple[str, Plain]:
    said = {
        "person": staff or pick(dice, STAFF),
        "unit": pick(dice, (*UNITS[:3], *UNITS)),
        "rank": pick(dice, (0, 1, 1, 2)),
    }
    return "person", {**said, "active": dice.random() < 0.9}


def _unit(dice: Random, name: str = "") -> tuple[str, Plain]:
    name = name or pick(dice, UNITS)
    above = UNITS[min(UNITS.index(name) + 1, len(UNITS) - 1)]
    kind = "team" if name == "lab" else name
    return "unit", {
        "unit": name,
        "kind": kind if dice.random() < 0.9 else pick(dice, _KINDS),
        "parent": above if dice.random() < 0.8 else pick(dice, UNITS),
        "head": pick(dice, (*STAFF, "")),
    }


def _area(dice: Random, name: str = "") -> tuple[str, Plain]:
    said = {
        "owner": pick(dice, (*STAFF, "")),
        "unit": pick(dice, UNITS),
        "households": pick(dice, (4500, None)),
    }
    return "area", {"area": name or pick(dice, ("north", "south")), **said}


def _duty(dice: Random) -> tuple[str, Plain]:
    return "duty", {"unit": pick(dice, UNITS), "person": pick(dice, STAFF)}
