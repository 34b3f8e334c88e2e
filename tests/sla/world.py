"""Random owners, calendars and tickets.

Instants lie mostly on a grid of half hours around days on which clocks change, and so do budgets, holds and hours:
events meet each other, dues and closing times at the very microsecond far more often than chance would have it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from service.sla.calendars import Calendar, hours_of, is_empty
from service.sla.events import Doubt, Event
from service.sla.history import History
from service.sla.hours import ALWAYS, Hours
from service.sla.instants import DAY, HOUR, LATEST, MINUTE, Instant
from service.sla.judge import judge
from service.sla.policy import Boundary, Match, Meaning, Policy, Rules, Rung, Target, Unit, Where
from service.sla.statements import Kind
from tests.sla.telling import NEW_YORK, SHANGHAI, UTC, at, calendar

HALF_HOUR = 30 * MINUTE
BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks change by half an hour
ZONES = (UTC, NEW_YORK, SHANGHAI, BERLIN, LORD_HOWE)

#: Fridays before clocks change, and the end of a leap February.
BEGINNINGS = tuple(
    at(day)
    for day in (
        "2024-03-08 00:00",
        "2024-11-01 00:00",
        "2024-03-29 00:00",
        "2024-10-04 00:00",
        "2024-02-27 00:00",
    )
)

#: Later than all that can still happen, with every grace.
AT_LAST = at("2026-01-01 00:00")

OWNERS_WORDS = {
    "created": Meaning("opened", {"urgency": "prio"}),
    "waiting": Meaning("held", {"for": "reason"}),
    "fixed": Meaning("resolved"),
    "chatter": Meaning("noted"),
}

#: Which types of events there are; more often those without which little happens.
TYPES = (
    "opened", "reclassified", "assigned", "noted", "replied", "held", "resumed", "resolved", "closed", "cancelled",
    "reopened", "voided", "dispatched", "created", "waiting", "fixed", "chatter",
    "reclassified", "reclassified", "held", "resumed", "resolved", "reopened", "replied", "voided",
)  # fmt: skip

_PRIO = st.sampled_from(["high", "low", "high", "low", "high", "low", "none", 1, True, None])
_REASON = st.sampled_from(["customer", "customer", "parts", "", 7, True, None])


@dataclass(frozen=True)
class World:
    """One ticket of one owner, with all that will ever be known of it."""

    rules: Rules
    history: History

    def with_events(self, events: tuple[Event, ...]) -> "World":
        return World(self.rules, History(events, self.history.doubts))

    def targets(self) -> Mapping[str, Target]:
        """By id; every version has the same ids, unless it lacks some."""
        return {target.id: target for policy in self.rules.versions for target in policy.targets}


# --- when time counts -------------------------------------------------------------------------------


@st.composite
def day_segments(draw: DrawFn) -> tuple[tuple[int, int], ...]:
    """Up to three shifts on half hours, the last perhaps over midnight."""
    marks = sorted(draw(st.lists(st.integers(0, 60), max_size=6, unique=True)))
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return tuple((start * HALF_HOUR, to * HALF_HOUR) for start, to in pairs)


@st.composite
def calendars(draw: DrawFn) -> Calendar:
    week = tuple(draw(st.lists(day_segments(), min_size=7, max_size=7)))
    days = st.sampled_from([date(2024, 3, 10), date(2024, 3, 11), date(2024, 11, 3), date(2024, 11, 4)])
    dates = draw(st.dictionaries(days, day_segments(), max_size=2))
    made = Calendar(name="random", zone=draw(st.sampled_from(ZONES)), week=week, dates=dates)
    return calendar(made.zone, "09:00-17:00") if is_empty(made) else made


#: Laid out once and used by many examples; a random calendar is laid out anew.
KNOWN_HOURS: tuple[Hours, ...] = (
    ALWAYS,
    ALWAYS,
    hours_of(calendar(UTC, "09:00-12:00 13:00-18:00")),
    hours_of(calendar(SHANGHAI, "08:30-12:00 13:30-17:00", d2024_03_11="", d2024_03_09="08:30-12:00")),
    hours_of(calendar(NEW_YORK, "22:00-30:00", weekend="00:00-04:00")),
    hours_of(calendar(LORD_HOWE, "00:00-24:00", weekend="01:30-02:30")),
)


def some_hours() -> SearchStrategy[Hours]:
    known = st.sampled_from(KNOWN_HOURS)
    return st.one_of(known, known, known, calendars().map(hours_of))


@st.composite
def instants(draw: DrawFn, beginning: Instant, days: int = 8, *, exact: bool = False) -> Instant:
    """Mostly on the grid, sometimes a microsecond off unless `exact`, more often early, sometimes before."""
    mark = draw(st.one_of(st.integers(-8, 48), st.integers(0, 96), st.integers(0, days * 48)))
    nudge = 0 if exact else draw(st.sampled_from([0, 0, 0, 0, 0, 0, 0, 0, 1, -1]))
    return max(0, beginning + mark * HALF_HOUR + nudge)


# --- what is promised -------------------------------------------------------------------------------


@st.composite
def rungs(draw: DrawFn, budget: int, unit: Unit) -> tuple[Rung, ...]:
    step = HALF_HOUR if unit is Unit.TIME else 1
    amounts = draw(st.lists(st.integers(-4, 8), max_size=4))
    return tuple(
        Rung(
            name=f"r{number}",
            kind=Kind.WARNING if amount < 0 else Kind.ESCALATION,
            amount=budget + amount * step,
            role="head",
        )
        for number, amount in enumerate(amounts)
    )


_STARTS = (*["opened"] * 8, "assigned", "dispatched", "replied")
_STOPS = ("resolved", "resolved", "replied", "closed", "cancelled")


@st.composite
def targets(draw: DrawFn, name: str) -> Target:
    unit = draw(st.sampled_from([Unit.TIME, Unit.TIME, Unit.TIME, Unit.CALENDAR_DAYS]))
    budget = draw(st.integers(1, 48)) * HALF_HOUR if unit is Unit.TIME else draw(st.integers(1, 4))
    start = draw(st.lists(st.sampled_from(_STARTS), min_size=1, max_size=2, unique=True))
    stop = draw(st.lists(st.sampled_from(_STOPS), min_size=1, max_size=2, unique=True))
    answered = Match("noted", (Where("prio", frozenset({"high", "true"})),))
    return Target(
        id=name,
        start=tuple(map(Match, start)),
        stop=(*map(Match, stop), *draw(st.sampled_from([(), (), (answered,)]))),
        cancel=draw(st.sampled_from([(), (Match("cancelled"),), (Match("cancelled"), Match("closed"))])),
        budget=budget,
        unit=unit,
        hours=draw(some_hours()),
        zone=draw(st.sampled_from(ZONES)),
        applies=draw(_applies()),
        boundary=draw(st.sampled_from(Boundary)),
        accepts=frozenset(
            draw(st.sampled_from([(), ("customer",), ("customer",), ("*",), ("parts", "7", "true", "")]))
        ),
        reopen=draw(st.booleans()),
        rungs=draw(rungs(budget, unit)),
        grace=draw(st.sampled_from([0, 0, 1, HALF_HOUR, 2 * HOUR])),
        floor=draw(st.sampled_from([0, HOUR])),
    )


def _applies() -> SearchStrategy[tuple[Where, ...]]:
    return st.sampled_from(
        [
            (),
            (),
            (),
            (),
            (),
            (Where("prio", frozenset({"high"})),),
            (Where("prio", frozenset({"high"})),),
            (Where("prio", frozenset({"low", "1", "true"})),),
            (Where("prio", frozenset({"high", "low"})), Where("area", frozenset({"north"}))),
        ]
    )


@st.composite
def owners(draw: DrawFn, beginning: Instant, *, versions: int = 3) -> Rules:
    """One to three versions; the first is in force for nearly every ticket."""
    count = draw(st.sampled_from([1, 1, 1, 2, versions]))
    since = [draw(st.sampled_from([*[0] * 15, beginning + DAY]))]
    since += sorted(draw(st.lists(instants(beginning), min_size=count - 1, max_size=count - 1)))
    return Rules(
        tuple(
            Policy(
                id="p",
                version=str(number),
                tenant="t",
                effective_from=effective_from,
                targets=tuple(
                    draw(targets(f"t{place}")) for place in range(draw(st.sampled_from([2, 1, 3])))
                ),
                vocabulary=draw(st.sampled_from([{}, OWNERS_WORDS, OWNERS_WORDS])),
            )
            for number, effective_from in enumerate(sorted(since), start=1)
        )
    )


# --- what happened ----------------------------------------------------------------------------------


@st.composite
def events(draw: DrawFn, number: int, kind: str, beginning: Instant, *, exact: bool = False) -> Event:
    attributes: dict[str, Any] = {}
    match kind:
        case "opened" | "reclassified":
            attributes = draw(
                st.fixed_dictionaries({"prio": _PRIO}, optional={"area": st.sampled_from(["north", "south"])})
            )
        case "created":
            attributes = {"urgency": draw(_PRIO)}
        case "held" | "resumed":
            attributes = draw(st.fixed_dictionaries({}, optional={"reason": _REASON}))
        case "waiting":
            attributes = {"for": draw(_REASON)}
        case "noted":
            attributes = {"prio": draw(_PRIO)}
        case "voided":
            attributes = {"event": f"e{draw(st.integers(1, number)) if draw(st.integers(0, 7)) else 0}"}
            if draw(st.booleans()):
                attributes["source"] = draw(st.sampled_from(["a", "a", "b"]))
    return Event(
        tenant="t",
        ticket="k",
        source=draw(st.sampled_from(["a", "a", "a", "b"])),
        id=f"e{number}",
        seq=draw(st.sampled_from([0, 0, 0, 1, 2])),
        type=kind,
        at=draw(instants(beginning, exact=exact)),
        attributes=attributes,
    )


@st.composite
def histories(draw: DrawFn, beginning: Instant, *, doubts: bool = True, exact: bool = False) -> History:
    """Nearly always with an `opened` at the beginning."""
    fewest = draw(st.sampled_from([0, 3, 6, 9]))
    kinds = draw(st.lists(st.sampled_from(TYPES), min_size=fewest, max_size=fewest + 4))
    told = [draw(events(number, kind, beginning, exact=exact)) for number, kind in enumerate(kinds, start=1)]
    if draw(st.integers(0, 15)):
        facts = {"prio": draw(_PRIO), "area": "north"}
        told.append(_event("e0", "opened", beginning + draw(st.sampled_from([0, 0, 2])) * HOUR, facts))
    since = draw(st.lists(instants(beginning), max_size=2)) if doubts and not draw(st.integers(0, 3)) else []
    reasons = ("not_json", "bad_time")
    return History(
        tuple(told), tuple(Doubt(since=each, reason=reasons[place % 2]) for place, each in enumerate(since))
    )


def _event(name: str, kind: str, instant: Instant, facts: dict[str, Any]) -> Event:
    return Event(tenant="t", ticket="k", source="a", id=name, type=kind, at=instant, attributes=facts)


@st.composite
def worlds(draw: DrawFn, *, doubts: bool = True, exact: bool = False) -> World:
    """With `exact`, every event lies on the grid. Often more events meet a due or a statement, to the microsecond."""
    beginning = draw(st.sampled_from(BEGINNINGS))
    world = World(draw(owners(beginning)), draw(histories(beginning, doubts=doubts, exact=exact)))
    judgement = judge(world.history, world.rules, AT_LAST)
    marks = sorted(
        {*(p.due for p in judgement.promises if p.due is not None), *(s.at for s in judgement.statements)}
    )
    if not marks:
        return world
    return world.with_events(
        (*world.history.events, *draw(st.lists(_near(marks, exact), max_size=2, unique_by=_id)))
    )


def _near(marks: list[Instant], exact: bool) -> SearchStrategy[Event]:
    return st.builds(
        lambda kind, mark, nudge, prio: _event(
            f"near {kind}", kind, mark + nudge, {"reason": "customer", "prio": prio}
        ),
        st.sampled_from(["resolved", "resolved", "replied", "held", "held", "cancelled", "reclassified"]),
        st.sampled_from(marks),
        st.just(0) if exact else st.sampled_from([0, 0, 0, 1, -1]),
        _PRIO,
    )


def _id(event: Event) -> str:
    return event.id


# --- what nobody expects ----------------------------------------------------------------------------

ODD_VALUES: SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.just(10**300),
        st.floats(),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        st.sampled_from(["\x00", "e1", "customer", "x" * 100_000]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


@st.composite
def odd_events(draw: DrawFn) -> Event:
    """Of every type, at the edges of time, with attributes of every shape under the names that are read."""
    names = st.sampled_from(["reason", "event", "source", "prio", "area", "for", "urgency", ""])
    text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4)
    return Event(
        tenant="t",
        ticket="k",
        source=draw(text),
        id=draw(text),
        type=draw(st.one_of(st.sampled_from(TYPES), text)),
        at=draw(
            st.one_of(
                st.integers(0, LATEST - 1), st.sampled_from([0, 1, LATEST - 1]), instants(BEGINNINGS[0])
            )
        ),
        seq=draw(st.integers(-(2**62), 2**62)),
        attributes=draw(st.dictionaries(names, ODD_VALUES, max_size=4)),
    )
