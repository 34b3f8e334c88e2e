"""Random cases, each the same in every process for the same seed.

Instants lie mostly on a grid of half-hours around days on which clocks or offices change, and so do budgets, holds and
hours: events meet each other, dues and closing times at the very microsecond far more often than chance would have it.
Calendars and some lists belong to a pool and are shared between cases: read them only.
"""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, Final

from tests.oracle import unsure
from tests.oracle.kinds import PLAIN, SOURCES
from tests.oracle.owners import UNITS, owner
from tests.oracle.stories import HALF_HOUR, Story, pick, stories
from tests.oracle.tickets import Ticket

Case = dict[str, Any]

STORIES: Final = stories()

AT_LAST: Final = unsure.AT_LAST


def case(
    seed: int,
    *,
    exact: bool = False,
    doubts: bool = True,
    versions: int = 3,
    units: tuple[str, ...] = UNITS,
    moves: int = 7,
    plain: bool = False,
    meet: Callable[[Case], Sequence[int]] | None = None,
) -> Case:
    """One owner and one ticket.

    With `exact` every event lies on the grid, or at what `meet` says. `meet` is given the case so far and answers with
    its dues and the instants of its statements; things happen, and the judging is done, at some of them and right
    before and after. `versions` (at most three) and `moves` are the most there are. `plain` targets promise a stop within
    a budget and nothing else.
    """
    dice = Random(seed)
    story = pick(dice, STORIES)
    policies = owner(dice, story, versions, units, plain=plain)
    ticket = Ticket(dice, story, policies, exact=exact)
    ticket.moves(moves)
    if dice.random() < 0.4:
        for _ in range(pick(dice, (1, 1, 2))):
            ticket.excluded(ticket.some_time())
    made: Case = {
        "calendars": _used(story, policies),
        "policies": policies,
        "events": ticket.events,
        "shared": ticket.shared,
        "doubts": unsure.doubts(ticket) if doubts and dice.random() < 0.2 else [],
        "caps": dict.fromkeys(SOURCES, AT_LAST),
        "gaps": [],
        "proved": None,
        "upto": AT_LAST,
    }
    marks = meet(made) if meet is not None and dice.random() < 0.6 else ()
    if marks:
        for _ in range(pick(dice, (0, 1, 1, 2))):
            ticket.meet(pick(dice, marks))
    _shuffle(dice, made)
    made["upto"] = _upto(dice, made, marks)
    if doubts:
        _be_unsure(ticket, made, marks)
    return made


def _used(story: Story, policies: list[dict[str, Any]]) -> dict[str, Any]:
    names = {target["calendar"] for policy in policies for target in policy["targets"]}
    return {name: kept for name, kept in story.calendars if name in names}


def _be_unsure(ticket: Ticket, made: Case, marks: Sequence[int]) -> None:
    """Whether the sources are complete matters only where a target requires them."""
    if any(target["requires"] for target in ticket.targets):
        made["caps"] = unsure.caps(ticket, marks)
    if ticket.dice.random() < 0.2:
        made["gaps"] = unsure.gaps(ticket, marks)
    if ticket.dice.random() < 0.1:
        made["proved"] = unsure.proved(ticket, marks)


def _shuffle(dice: Random, made: Case) -> None:
    """Records come in any order, and some twice."""
    if dice.random() < 0.5:
        for told in (made["events"], made["shared"]):
            if told and dice.random() < 0.3:
                told.append(pick(dice, told))
            dice.shuffle(told)


def _upto(dice: Random, made: Case, marks: Sequence[int]) -> int:
    """Mostly late enough that all is decided, else around something."""
    if dice.random() < 0.7:
        return AT_LAST
    if not marks or dice.random() < 0.3:
        marks = [event["at"] for event in made["events"]] or [0]
    grace = pick(dice, (0, 0, 1, HALF_HOUR, 4 * HALF_HOUR))
    return pick(dice, marks) + grace + pick(dice, (-1, 0, 0, 1, 1, 48 * HALF_HOUR))


# --- smaller cases ----------------------------------------------------------------------------------


def reduced(made: Case, fails: Callable[[Case], bool], tries: int = 600) -> Case:
    """The smallest case that leaving out one thing after another finds and that still `fails`."""
    found = True
    while found and tries > 0:
        found = False
        for less in _smaller(made):
            tries -= 1
            if tries < 0:
                break
            if fails(less):
                made, found = less, True
                break
    return made


#: What a target is without a rule.
_PLAIN: Final[dict[str, Any]] = {
    "gate": [], "applies": {}, "max_open": {}, "accepts": [], "exclusions": [], "cancel": [], "rungs": [],
    "grace": 0, "floor": 0, "reopen": False, "boundary": "close", "day_end": "midnight",
    "last_day": "same_time",
    **{name: plain for name, plain in PLAIN.items() if not name.startswith("stated")},
}  # fmt: skip


def _smaller(made: Case) -> Iterator[Case]:
    kept = {target["calendar"] for policy in made["policies"] for target in policy["targets"]}
    if not kept >= set(made["calendars"]):
        yield {
            **made,
            "calendars": {name: made["calendars"][name] for name in made["calendars"] if name in kept},
        }
    if made["proved"] is not None:
        yield {**made, "proved": None}
    for source in SOURCES:
        if made["caps"].get(source) != AT_LAST:
            yield {**made, "caps": {**made["caps"], source: AT_LAST}}
    for part, least in (("events", 1), ("shared", 0), ("doubts", 0), ("gaps", 0)):
        for place in range(len(made[part]) if len(made[part]) > least else 0):
            yield {**made, part: _without(made[part], place)}
    for place, policy in enumerate(made["policies"]):
        if len(made["policies"]) > 1:
            yield {**made, "policies": _without(made["policies"], place)}
        for simpler in _simpler_policies(policy):
            yield {**made, "policies": _with(made["policies"], place, simpler)}
    for name, kept in made["calendars"].items():
        for simpler in _simpler_calendars(kept):
            yield {**made, "calendars": {**made["calendars"], name: simpler}}
    for place, event in enumerate(made["events"]):
        for attribute in event["attributes"]:
            rest = {name: value for name, value in event["attributes"].items() if name != attribute}
            yield {**made, "events": _with(made["events"], place, {**event, "attributes": rest})}
        if event["seq"]:
            yield {**made, "events": _with(made["events"], place, {**event, "seq": 0})}


def _simpler_policies(policy: dict[str, Any]) -> Iterator[dict[str, Any]]:
    targets = policy["targets"]
    if policy["vocabulary"]:
        yield {**policy, "vocabulary": {}}
    for place, target in enumerate(targets):
        if len(targets) > 1:
            yield {**policy, "targets": _without(targets, place)}
        for name, plain in _PLAIN.items():
            if target[name] != plain:
                yield {**policy, "targets": _with(targets, place, {**target, name: plain})}
        for name in ("start", "stop", "gate", "rungs"):
            if len(target[name]) > 1:
                for rung in range(len(target[name])):
                    less = {**target, name: _without(target[name], rung)}
                    yield {**policy, "targets": _with(targets, place, less)}


def _simpler_calendars(kept: dict[str, Any]) -> Iterator[dict[str, Any]]:
    versions = kept["versions"]
    if len(versions) > 1:
        yield {**kept, "versions": versions[:-1]}
    for place, version in enumerate(versions):
        if version["known_until"] is not None:
            yield {**kept, "versions": _with(versions, place, {**version, "known_until": None})}
        for day in version["dates"]:
            dates = {other: spans for other, spans in version["dates"].items() if other != day}
            yield {**kept, "versions": _with(versions, place, {**version, "dates": dates})}


def _without(things: list[Any], place: int) -> list[Any]:
    return [*things[:place], *things[place + 1 :]]


def _with(things: list[Any], place: int, other: Any) -> list[Any]:
    return [*things[:place], other, *things[place + 1 :]]
