"""What becomes of one promise: a walk through the eras from the one that begins it."""

from tests.oracle.legs import Leg, Promise
from tests.oracle.moments import Instant, moments
from tests.oracle.rules import Rules
from tests.oracle.story import Era
from tests.oracle.told import Event, Key, before_all


class Walk:
    """One promise of a target, in the eras in which it may live."""

    def __init__(self, eras: list[Era], rules: list[Rules | None], promise: Promise, *, succeeds: bool):
        self.eras, self.rules, self.promise = eras, rules, promise
        self.succeeds = succeeds  # the target has had a promise in force before this one

    def go(self, index: int) -> None:
        """From the era that begins it to the one in which it is decided, or to the last."""
        promise, rules = self.promise, self.rules[index]
        assert rules
        leg = Leg(rules, promise, promise.event)
        promise.legs.append(leg)
        if self.begin(leg, index) or self.scan(leg, index):
            return
        for place in range(index + 1, len(self.eras)):
            if promise.leg is None and not self.succeeds:
                promise.resume = (
                    place,
                    promise.event,
                )  # it counts for nothing: the target was never in force
                return
            if self.pass_to(place):
                break
        if promise.left and not promise.outcome:
            self.supersede()

    def supersede(self, end: Event | None = None) -> None:
        """It was superseded when its target ceased to apply, and stays so, whether something ends it or not."""
        assert self.promise.left
        self.promise.decide("superseded", *self.promise.left, end and end.key)

    def begin(self, leg: Leg, index: int) -> bool:
        """True: nothing can come of it."""
        promise, at = self.promise, self.promise.event.at
        if leg.rules.applies_at(at):
            if leg.split:
                leg.arrivals.append(at)
            leg.enter(at)
        early = self.early_stop(leg) if promise.may_be_early else None
        if early is not None and not promise.on:
            promise.resume = (index, promise.event)
            return True
        if early is not None:
            self.meet_early(early)
        return False

    def pass_to(self, place: int) -> bool:
        """A `rejudge` finds it undecided; true: nothing that comes later bears on it."""
        promise, era, rules = self.promise, self.eras[place], self.rules[place]
        if rules is None:
            self.leave(era)
            return False
        start = rules.story.read(promise.event)
        if start and rules.stated and rules.instant_in(start) is None:
            start = None
        leg = start and Leg(rules, promise, start)
        ended = leg and self.ended_before(leg)
        if leg is None or ended is not None:
            self.leave(era)
            promise.resume = (place, ended or promise.event)
            return True
        promise.legs.append(leg)
        if rules.applies_at(era.since):
            if promise.leg:
                promise.leg.end(era.since)
            leg.arrivals.append(era.since)
            leg.enter(era.since)
        else:
            self.leave(era)
        return self.scan(leg, place)

    def leave(self, era: Era) -> None:
        """`rejudge` supersedes a promise that it finds in force."""
        promise = self.promise
        if promise.on:
            assert promise.leg
            assert era.event
            promise.leg.end(era.since)
            promise.on, promise.left = False, (era.event.name, era.since)

    def early_stop(self, leg: Leg) -> Event | None:
        before = [e for e in leg.rules.story.events if e.key < leg.start.key and leg.rules.stops(e)]
        return before[-1] if before else None

    def meet_early(self, stop: Event) -> None:
        promise = self.promise
        promise.decide("met", stop.name, stop.at, stop.key)
        promise.early, promise.deemed, promise.early_end = (
            True,
            False,
            max(promise.event, stop, key=lambda e: e.key),
        )

    def ended_before(self, leg: Leg) -> Event | None:
        """A stop or end in the new version's sense, or a new date, before it took over."""
        rules, start = leg.rules, leg.start.key
        for event in rules.story.events:
            if event.at >= rules.era.since:
                break
            early = self.promise.may_be_early and event.key < start
            if rules.stops(event) and (early or event.key > start):
                return max(event, leg.start, key=lambda e: e.key)
            dated = rules.stated == "promised" and rules.starts(event)
            if (rules.cancels(event) or dated) and event.key > start:
                return event
        return None

    def scan(self, leg: Leg, place: int) -> bool:
        """Goes through one era; true: nothing that comes in a later era bears on the promise."""
        promise = self.promise
        for key, event, name in moments(leg):
            if event is not None:
                done = self.happen(leg, place, event)
            elif isinstance(name, Event):
                done = self.lapse(leg, place, key, name)
            else:
                done = self.change(leg, key, name)
            if done:
                return True
        if promise.early or promise.deemed:
            promise.resume = (place + 1, promise.early_end)
            return True
        due = leg.due(before_all(leg.rules.era.until))
        return promise.on and due is not None and due < leg.rules.era.until and self.miss(leg)

    def lapse(self, leg: Leg, place: int, key: Key, demand: Event) -> bool:
        """A demand has come to nothing; true: the due was past by then."""
        promise = self.promise
        if promise.early or promise.deemed or not promise.on:
            return False
        if not leg.in_time(key):
            return self.miss(leg)
        if not leg.in_time_at(demand):
            return False
        promise.lapsed = True
        self.deem(place, Instant(key), demand.name)
        return False

    def deem(self, place: int, end: "Event | Instant", name: list) -> None:
        promise = self.promise
        promise.decide("deemed", name, end.at, end.key)
        promise.deemed, promise.early_end = True, end
        promise.resume = (place, end)

    def change(self, leg: Leg, key: Key, name: list) -> bool:
        """Attributes change; true: the due was past by then."""
        promise, at = self.promise, key[0]
        on = leg.rules.applies_at(at)
        if promise.early or promise.deemed:
            promise.on = on
        elif on and not promise.on:
            leg.arrivals.append(at)
            leg.enter(at)
        elif promise.on and not on:
            if not leg.in_time(key):
                return self.miss(leg)
            leg.end(at)
            promise.on, promise.left = False, (name, at)
        return False

    def happen(self, leg: Leg, place: int, event: Event) -> bool:
        """An event that may end the promise; true: it is the last that bears on it."""
        promise, rules = self.promise, leg.rules
        stops = rules.stops(event)
        if promise.early or promise.deemed:
            last = self.replace(leg, event, stops)
            promise.resume = (place, event)
            return last
        dated = rules.stated == "promised" and rules.starts(event)
        if not stops and not rules.cancels(event) and not dated:
            return self.report(leg, place, event)
        promise.resume = (place, event)
        if not promise.on:
            if promise.left:
                self.supersede(event)
            return True
        if stops and leg.before_clock(event):
            self.meet_early(event)
            return rules.may_start(event)
        if not leg.in_time(event.key):
            return self.miss(leg)
        outcome = "met" if stops else "cancelled" if rules.cancels(event) else "superseded"
        promise.replaced = outcome == "superseded"
        promise.decide(outcome, event.name, event.at, event.key)
        return True

    def report(self, leg: Leg, place: int, event: Event) -> bool:
        """Perhaps a report in time; true: it begins the next promise as well."""
        if not self.promise.on or not leg.deeming.completed_by(event):
            return False
        self.deem(place, event, event.name)
        return leg.rules.may_start(event)

    def replace(self, leg: Leg, event: Event, stops: bool) -> bool:
        """A later event of a promise met early or deemed met; true: it is the last that bears on it."""
        promise = self.promise
        if stops and leg.before_clock(event):
            self.meet_early(event)
        elif stops and leg.in_time(event.key):
            promise.decide("met", event.name, event.at, event.key)
            promise.early = promise.deemed = False
            return True
        return leg.rules.may_start(event)

    def miss(self, leg: Leg) -> bool:
        """The due went by; only a stop, in the sense of the rules that it went by under, ends what is owed.

        So does where the date was promised the next date. A report on what failed by the due may come even later.
        """
        self.promise.missed = True
        promise, due = self.promise, leg.due()
        promise.outcome, promise.resume = "missed", None
        assert due is not None
        later = [e for e in leg.rules.story.since(leg.start) if e.at > due]
        dated = [e for e in later if leg.rules.stated == "promised" and leg.rules.starts(e)]
        report = next((e for e in later if leg.deeming.completed_by(e)), None)
        end = next((e for e in later if leg.rules.stops(e) or e in dated), None)
        if end is not None:
            leg.last_stop = end.key
            if leg.rules.stops(end):
                promise.decider, promise.decided_at = end.name, end.at
        if report is not None:
            promise.deemed, promise.outcome = True, "deemed"
            promise.decider, promise.decided_at = report.name, report.at
            if end is None or report.key < end.key:
                end = report
                leg.last_stop = end.key
        if end is not None:
            leg.end(end.at)
            places = [n for n, era in enumerate(self.eras) if era.since <= end.at < era.until]
            promise.resume = (places[0], end)
        return True
