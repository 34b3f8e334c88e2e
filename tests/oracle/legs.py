"""A promise as it runs under one version after another: its clocks, its dues, and when it was in force."""

from tests.oracle.calendars import Hours
from tests.oracle.clocks import Clock, backwards
from tests.oracle.pleas import Deeming, Pleas, Request, heard
from tests.oracle.rules import Rules
from tests.oracle.told import FIRST, Event, Key, after_all, before_all
from tests.oracle.walls import NEVER


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
        self.ended: Key | None = None  # what has ended the promise: no request after it is about the promise
        self.last_stop: Key | None = None  # what came after the due and ended it: no request after it either
        self.kept: dict = {}
        self.settings = self.all_settings() if rules.stated else []
        self.own_due = self.own(None) if self.clock else None
        self.deeming = Deeming(self)

    def all_settings(self) -> list[tuple[Event, int]]:
        """Each event that set the stated instant, with the instant."""
        rules, instant = self.rules, self.rules.instant_in(self.start)
        assert instant is not None
        settings = [(self.start, instant)]
        if rules.stated == "before":
            for event in rules.story.since(self.start):
                if rules.cancels(event):
                    break
                if event.at < settings[-1][1] and rules.starts(event):
                    settings.append((event, rules.instant_in(event) or 0))
        return settings

    def stated_due(self, instant: int, hours: Hours | None) -> int:
        target = self.rules.target
        if self.rules.stated == "before":
            instant = backwards(target, hours, instant, target["budget"])
        return instant

    def own(self, at: int | None) -> int | None:
        """The due without floors and extensions, finally or as known at an instant."""
        hours = self.rules.hours(at)
        if self.rules.stated:
            known = [instant for event, instant in self.settings if at is None or event.at <= at]
            return self.stated_due(known[-1] if known else self.settings[0][1], hours)
        assert self.clock_start is not None
        return self.clock_at(at).due(self.rules.target["budget"])

    def clock_at(self, at: int | None) -> Clock:
        assert self.clock
        if at is None:
            return self.clock
        lost = self.rules.losses.known_at(at)
        return Clock(self.rules.target, self.rules.hours(at), self.clock.begin, lost)

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

    def reckoned(self, at: int | None, granted: list[Request]) -> int | None:
        """Floors and granted extensions move the due one after the other; finally, or as known at an instant."""
        if self.clock_start is None or (at is not None and self.clock_start > at and not self.rules.stated):
            return None
        hours = self.rules.hours(at)
        lost = self.rules.losses.final() if at is None else self.rules.losses.known_at(at)
        arrivals = [r for r in self.arrivals if at is None or r <= at]
        steps: list[tuple] = [(r, FIRST, None) for r in arrivals]
        steps += [(r.event.at, r.event.key, r) for r in granted]
        due = self.own(at)
        for arrival, _, request in sorted(steps, key=lambda step: step[:2]):
            if due is None:
                return None
            if request is None:
                due = latest([due, self.floor(arrival, hours, lost)])
            elif request.until is not None:
                due = max(due, request.until)
            elif request.by is not None:
                clock = self.clock_at(at)
                due = clock.due(clock.used(due) + request.by)
        return due

    def pleas(self, key: Key | None = None) -> Pleas:
        """What requests for more time came to, of those before `key` and before the promise ended."""
        until = min(k for k in (key, self.ended, self.last_stop, self.over()) if k)
        place = ("pleas", until, self.standing())
        if place not in self.kept:
            self.kept[place] = heard(self, until)
        return self.kept[place]

    def over(self) -> Key:
        """From where on other rules hold."""
        return after_all(NEVER) if self.promise.missed else before_all(self.rules.era.until)

    def due(self, key: Key | None = None) -> int | None:
        """As finally known (when something at `key` may end the promise); None: it cannot be known."""
        place = ("due", key if self.rules.target.get("extension") else None, self.ended, self.standing())
        if place not in self.kept:
            self.kept[place] = self.reckoned(None, self.pleas(key).granted)
        return self.kept[place]

    def due_known_at(self, at: int) -> int | None:
        return self.reckoned(at, [r for r in self.pleas().granted if r.approved_by(at)])

    def in_time_at(self, event: Event) -> bool:
        return self.in_time_by(event, self.pleas().granted)

    def in_time_by(self, event: Event, granted: list[Request]) -> bool:
        """Whether an event is not after the due as known at it, nor after the final one while that is in force."""
        at = event.at
        known = self.reckoned(at, [r for r in granted if r.approved_by(at)])
        final = self.reckoned(None, granted)
        return (known is None or at <= known) and (final is None or at <= final or self.out_of_force(at))

    def out_of_force(self, at: int) -> bool:
        """Whether the target does not apply, as far as the promise has been followed."""
        left = self.promise.left
        return self.promise.leg is not self or (left is not None and left[1] <= at)

    def decide_at(self) -> int | None:
        """When nothing timely is pending any more."""
        due = self.due()
        if due is None:
            return None
        instant = self.settings[-1][1] if self.rules.stated == "before" else due
        return max(self.said_at(due), instant, *self.pleas().waits, *self.deeming.waits())

    def said_at(self, instant: int) -> int:
        """Nothing of a missed due is said before the event that begins the promise or sets its due last."""
        return max(instant, self.begin, *[event.at for event, _ in self.settings[-1:]])

    def standing(self) -> tuple:
        """What has become of the promise so far, as far as it bears on requests."""
        left = self.promise.left
        return (
            len(self.arrivals),
            self.promise.leg is self,
            left and left[1],
            self.last_stop,
            self.promise.missed,
        )

    def in_time(self, key: Key) -> bool:
        due = self.due(key)
        return due is None or key[0] <= due

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
        self.deemed = False
        self.missed = False  # past its due: it goes on under the rules that it was due by
        self.lapsed = False  # deemed by an absence
        self.replaced = False  # by a new date
        self.replaces = 0  # how many dates one after the other
        self.used: list[list] = []  # events that moved its instant begin no other
        self.early_end = event  # the later of its start and its early stop
        self.resume: tuple[int, Event] | None = None  # era and event from which on the next start counts

    def decide(self, outcome: str, name: list, at: int, key: Key | None) -> None:
        """`key`: from when on no request is about it; None: nothing but its target's not applying has ended it."""
        assert self.leg
        self.outcome, self.decider, self.decided_at = outcome, name, max(at, self.event.at)
        self.leg.ended = self.leg.ended or (key and max(key, self.leg.start.key))
        self.leg.end(self.decided_at)
