"""What one version makes of a target on a ticket, and a promise as it runs under one version after another."""

from tests.oracle.clocks import NEVER, Calendar, Clock, Hours
from tests.oracle.story import Era, Event, Losses, fits


class Rules:
    """A target as one era judges it, with the time its ticket lost for it."""

    def __init__(self, era: Era, target: dict, calendars: dict[str, Calendar]):
        self.era, self.target, self.story = era, target, era.story
        self.losses = Losses(era.story, target)
        self.calendar = calendars[target["calendar"]] if target["calendar"] else None
        self.gates = [era.story.first(alternatives) for alternatives in target["gate"]]

    def stops(self, event: Event) -> bool:
        return event.matches(self.target["stop"])

    def cancels(self, event: Event) -> bool:
        return event.type == "merged" or event.matches(self.target["cancel"])

    def starts(self, event: Event) -> bool:
        again = event.type == "reopened" and self.target["reopen"]
        return again or event.matches(self.target["start"])

    def applies_at(self, instant: int) -> bool:
        return instant >= self.era.since and fits(self.target["applies"], self.story.attributes_at(instant))

    def hours(self, at: int | None = None) -> Hours | None:
        """By the latest versions, or by those known at an instant."""
        if self.calendar is None:
            return None
        return self.calendar.latest if at is None else self.calendar.known_at(at)

    def end_of_knowledge(self, at: int | None = None) -> int:
        hours = self.hours(at)
        return NEVER if hours is None or self.target["unit"] == "calendar_days" else hours.end


class Leg:
    """A promise under one era's rules: its clock, and when it was in force."""

    def __init__(self, rules: Rules, promise: "Promise", start: Event):
        self.rules, self.promise = rules, promise
        self.start = start  # the start event, in the words of this era's version
        stated = rules.story.split_start
        self.split = promise.by_opened and stated is not None and stated < start.at
        self.begin = stated if self.split else start.at
        self.arrivals: list[int] = []
        self.spans: list[list[int]] = []
        gates = rules.gates
        self.clock_start = None if None in gates else max([self.begin, *(g.at for g in gates if g)])
        self.clock = None
        if self.clock_start is not None:
            self.clock = Clock(rules.target, rules.hours(), self.clock_start, rules.losses.final())
        self.own_due = self.clock and self.clock.own_due()
        self.dues: dict[int, int | None] = {}

    def before_clock(self, event: Event) -> bool:
        return self.clock_start is None or event.at < self.clock_start

    def floor(self, arrival: int, hours: Hours | None, lost: list) -> int | None:
        """The instant by which the floor has run since `arrival`; as the budget it does not run while gated."""
        target = self.rules.target
        if target["unit"] != "time":
            return arrival + target["floor"]
        if self.clock_start is None:
            return None
        return Clock(target, hours, max(arrival, self.clock_start), lost).reached(target["floor"])

    def due(self) -> int | None:
        """As finally known; None: it cannot be known."""
        number = len(self.arrivals)
        if number not in self.dues:
            lost = self.rules.losses.final()
            floors = [self.floor(r, self.rules.hours(), lost) for r in self.arrivals]
            self.dues[number] = latest([self.own_due, *floors])
        return self.dues[number]

    def due_known_at(self, at: int) -> int | None:
        if self.clock_start is None or self.clock_start > at:
            return None
        lost = self.rules.losses.known_at(at)
        hours = self.rules.hours(at)
        own = Clock(self.rules.target, hours, self.clock_start, lost).own_due()
        return latest([own, *(self.floor(r, hours, lost) for r in self.arrivals if r <= at)])

    def in_time(self, instant: int) -> bool:
        due = self.due()
        return due is None or instant <= due

    def enter(self, instant: int) -> None:
        self.spans.append([instant, NEVER])
        self.promise.leg, self.promise.on, self.promise.left = self, True, None

    def end(self, instant: int) -> None:
        if self.spans and self.spans[-1][1] == NEVER:
            self.spans[-1][1] = instant

    def in_force_at(self, instant: int) -> bool:
        return any(a <= instant < b for a, b in self.spans)


def latest(instants: list[int | None]) -> int | None:
    known = [i for i in instants if i is not None]
    return max(known) if len(known) == len(instants) else None


class Promise:
    def __init__(self, rules: Rules, event: Event, first: bool):
        self.target = rules.target["id"]
        self.event = event
        self.by_opened = event.type == "opened"  # in the words of the version that began it
        self.may_be_early = first and self.by_opened
        self.legs: list[Leg] = []
        self.leg: Leg | None = None  # the last under which it was in force
        self.on = False  # in force, or met early while its target applies
        self.left: tuple[list, int] | None = None  # superseded: by which event, when
        self.outcome = ""  # met, cancelled, superseded; missed: the due went by without a stop
        self.decider: list | None = None
        self.decided_at: int | None = None
        self.early = False
        self.early_end = event  # the later of its start and its early stop
        self.resume: tuple[int, Event] | None = None  # era and event from which on the next start counts

    def decide(self, outcome: str, name: list, at: int) -> None:
        assert self.leg
        self.outcome, self.decider, self.decided_at = outcome, name, max(at, self.event.at)
        self.leg.end(self.decided_at)
