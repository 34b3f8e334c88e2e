"""Which promises a ticket has, and what became of each: one pass over the events for every target."""

from collections.abc import Iterator

from tests.oracle.clocks import NEVER, Calendar, Clock, Hours
from tests.oracle.story import Era, Event, Key, Losses, fits

FIRST: Key = (-NEVER, "", 0, 0, "")


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

    def __init__(self, rules: Rules, promise: "Promise"):
        self.rules, self.promise = rules, promise
        self.arrivals: list[int] = []
        self.spans: list[list[int]] = []
        gates = rules.gates
        self.clock_start = None if None in gates else max([promise.start, *(g.at for g in gates if g)])
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
        stated = rules.story.split_start
        self.split = event.type == "opened" and stated is not None and stated < event.at
        self.start = stated if self.split else event.at
        self.may_be_early = first and event.type == "opened"
        self.legs: list[Leg] = []
        self.leg: Leg | None = None  # the last under which it was in force
        self.on = False  # in force, or met early while its target applies
        self.left: tuple[list, int] | None = None  # superseded: by which event, when
        self.outcome = ""  # met, cancelled, superseded; missed: the due went by without a stop
        self.decider: list | None = None
        self.decided_at: int | None = None
        self.early = False
        self.early_key = event.key
        self.resume: tuple[int, Key] | None = None  # era and key from which the next start counts

    def decide(self, outcome: str, name: list, at: int) -> None:
        assert self.leg
        self.outcome, self.decider, self.decided_at = outcome, name, max(at, self.event.at)
        self.leg.end(self.decided_at)


class Fold:
    """All promises of one target on one ticket."""

    def __init__(self, eras: list[Era], rules: list[Rules | None]):
        self.eras, self.rules = eras, rules

    def promises(self) -> list[Promise]:
        found: list[Promise] = []
        index, here, begun, cycles = 0, FIRST, FIRST, 0
        cursor, last_start = FIRST, FIRST  # since the last promise that was ever in force
        while index < len(self.eras):
            rules = self.rules[index]
            looks_back = index > 0 and (self.rules[index - 1] is None or not cycles)
            if looks_back:
                here, begun, cycles = cursor, last_start, len(found)
            while rules is not None:
                event = self.next_start(rules, here, begun, looks_back)
                if event is None:
                    break
                promise = Promise(rules, event, first=cycles == 0)
                self.follow(promise, index)
                cycles += 1
                begun = event.key
                if promise.leg is not None:
                    found.append(promise)
                if promise.resume is None:
                    return found
                place, here = promise.resume
                if promise.leg is not None:
                    cursor, last_start = here, begun
                if place != index:
                    index = place - 1
                    break
            index += 1
        return found

    def next_start(self, rules: Rules, cursor: Key, last_start: Key, looks_back: bool) -> Event | None:
        """In the whole history only for a target under which nothing began in the version before."""
        era = rules.era
        for event in rules.story.events:
            in_era = event.at < era.until and (looks_back or event.at >= era.since)
            if in_era and event.key >= cursor and event.key > last_start and rules.starts(event):
                return event
        return None

    def follow(self, promise: Promise, index: int) -> None:
        for place in range(index, len(self.eras)):
            era, rules = self.eras[place], self.rules[place]
            if place > index:
                if rules is None and promise.leg is None:
                    promise.resume = (place, promise.event.key)
                    return
                if rules is None:
                    self.leave(promise, era)
                    continue
                ended = self.ended_before(promise, rules)
                if ended is not None:
                    self.leave(promise, era)
                    promise.resume = (place, ended)
                    break
            assert rules
            leg = Leg(rules, promise)
            promise.legs.append(leg)
            if place == index:
                self.begin(promise, leg)
                early = self.early_stop(promise, leg) if promise.may_be_early else None
                if early is not None and not promise.on:
                    promise.resume = (place, promise.event.key)
                    return
                if early is not None:
                    self.meet_early(promise, early)
            elif rules.applies_at(era.since):
                if promise.leg:
                    promise.leg.end(era.since)
                leg.arrivals.append(era.since)
                leg.enter(era.since)
            else:
                self.leave(promise, era)
            if self.scan(promise, leg, place) or promise.outcome:
                if promise.outcome == "met" and promise.early and promise.resume is None:
                    promise.resume = (place + 1, promise.early_key)
                return
        if promise.left and not promise.outcome:
            promise.decide("superseded", *promise.left)

    def leave(self, promise: Promise, era: Era) -> None:
        """`rejudge` supersedes a promise that it finds in force."""
        if promise.on:
            assert promise.leg
            assert era.event
            promise.leg.end(era.since)
            promise.on, promise.left = False, (era.event.name, era.since)

    def begin(self, promise: Promise, leg: Leg) -> None:
        at = promise.event.at
        if leg.rules.applies_at(at):
            if promise.split:
                leg.arrivals.append(at)
            leg.enter(at)

    def early_stop(self, promise: Promise, leg: Leg) -> Event | None:
        before = [e for e in leg.rules.story.events if e.key < promise.event.key and leg.rules.stops(e)]
        return before[-1] if before else None

    def meet_early(self, promise: Promise, stop: Event) -> None:
        promise.decide("met", stop.name, stop.at)
        promise.early, promise.early_key = True, max(promise.event.key, stop.key)

    def ended_before(self, promise: Promise, rules: Rules) -> Key | None:
        """A stop or end in the new version's sense before it took over."""
        for event in rules.story.events:
            if event.at >= rules.era.since:
                break
            if rules.stops(event) and (promise.may_be_early or event.key > promise.event.key):
                return max(event.key, promise.event.key)
            if rules.cancels(event) and event.key > promise.event.key:
                return event.key
        return None

    def moments(self, promise: Promise, leg: Leg) -> Iterator[tuple[int, Event | None, list]]:
        """(instant, event or None: what applies may change, by what), in order."""
        era = leg.rules.era
        begin = promise.event.at
        changes = {at: cause.name for at, _, cause in leg.rules.story.states}
        if era.event:
            changes[era.since] = era.event.name
        items = [
            (at, 0, FIRST, None, name)
            for at, name in changes.items()
            if at > begin
            and (at > era.since if leg is not promise.legs[0] else at >= era.since)
            and at < era.until
        ]
        since = begin if leg is promise.legs[0] else era.since
        items += [
            (e.at, 1, e.key, e, e.name)
            for e in leg.rules.story.events
            if e.key > promise.event.key and since <= e.at < era.until
        ]
        for at, _, _, event, name in sorted(items, key=lambda item: item[:3]):
            yield at, event, name

    def scan(self, promise: Promise, leg: Leg, place: int) -> bool:
        """Goes through one era; true: nothing that comes in a later era bears on the promise."""
        rules = leg.rules
        for at, event, name in self.moments(promise, leg):
            if event is None:
                on = rules.applies_at(at)
                if promise.early:
                    promise.on = on
                elif on and not promise.on:
                    leg.arrivals.append(at)
                    leg.enter(at)
                elif promise.on and not on:
                    if not leg.in_time(at):
                        return self.miss(promise, leg)
                    leg.end(at)
                    promise.on, promise.left = False, (name, at)
                continue
            stops, cancels = rules.stops(event), rules.cancels(event)
            if promise.early:
                if self.replace(promise, leg, event, stops):
                    promise.resume = (place, event.key)
                    return True
            elif stops or cancels:
                promise.resume = (place, event.key)
                if not promise.on:
                    if promise.left:
                        promise.decide("superseded", *promise.left)
                    return True
                if stops and leg.before_clock(event):
                    self.meet_early(promise, event)
                    if not rules.starts(event):
                        promise.resume = None
                        continue
                elif not leg.in_time(at):
                    return self.miss(promise, leg)
                else:
                    promise.decide("met" if stops else "cancelled", name, at)
                return True
        due = leg.due()
        return (
            not promise.early
            and promise.on
            and due is not None
            and due < rules.era.until
            and self.miss(promise, leg)
        )

    def replace(self, promise: Promise, leg: Leg, event: Event, stops: bool) -> bool:
        """A later event of a promise met early; true: it is the last that bears on it."""
        if stops and leg.before_clock(event):
            self.meet_early(promise, event)
        elif stops and leg.in_time(event.at):
            promise.decide("met", event.name, event.at)
            promise.early = False
            return True
        return leg.rules.starts(event)

    def miss(self, promise: Promise, leg: Leg) -> bool:
        """The due went by; only a stop, in the sense of the rules that it went by under, ends what is owed."""
        promise.outcome, promise.resume = "missed", None
        due = leg.due()
        assert due is not None
        for event in leg.rules.story.events:
            if event.key > promise.event.key and event.at > due and leg.rules.stops(event):
                promise.decider, promise.decided_at = event.name, event.at
                leg.end(event.at)
                places = [n for n, era in enumerate(self.eras) if era.since <= event.at < era.until]
                promise.resume = (places[0], event.key)
                break
        return True
