"""What becomes of one promise: a walk through the eras from the one that begins it."""

from collections.abc import Iterator

from tests.oracle.legs import Leg, Promise, Rules
from tests.oracle.story import FIRST, Era, Event


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
            promise.decide("superseded", *promise.left)

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
        promise.decide("met", stop.name, stop.at)
        promise.early, promise.early_end = True, max(promise.event, stop, key=lambda e: e.key)

    def ended_before(self, leg: Leg) -> Event | None:
        """A stop or end in the new version's sense before it took over."""
        rules, start = leg.rules, leg.start.key
        for event in rules.story.events:
            if event.at >= rules.era.since:
                break
            early = self.promise.may_be_early and event.key < start
            if rules.stops(event) and (early or event.key > start):
                return max(event, leg.start, key=lambda e: e.key)
            if rules.cancels(event) and event.key > start:
                return event
        return None

    def moments(self, leg: Leg) -> Iterator[tuple[int, Event | None, list]]:
        """(instant, event or None: what applies may change, by what), in order."""
        era, begin = leg.rules.era, leg.start.at
        changes = {at: cause.name for at, _, cause in leg.rules.story.states}
        if era.event:
            changes[era.since] = era.event.name
        first = leg is self.promise.legs[0]
        items = [
            (at, 0, FIRST, None, name)
            for at, name in changes.items()
            if at > begin and (at >= era.since if first else at > era.since) and at < era.until
        ]
        since = begin if first else era.since
        items += [
            (e.at, 1, e.key, e, e.name)
            for e in leg.rules.story.events
            if e.key > leg.start.key and since <= e.at < era.until
        ]
        for at, _, _, event, name in sorted(items, key=lambda item: item[:3]):
            yield at, event, name

    def scan(self, leg: Leg, place: int) -> bool:
        """Goes through one era; true: nothing that comes in a later era bears on the promise."""
        promise = self.promise
        for at, event, name in self.moments(leg):
            done = self.change(leg, at, name) if event is None else self.happen(leg, place, event)
            if done:
                return True
        if promise.early:
            promise.resume = (place + 1, promise.early_end)
            return True
        due = leg.due()
        return promise.on and due is not None and due < leg.rules.era.until and self.miss(leg)

    def change(self, leg: Leg, at: int, name: list) -> bool:
        """Attributes change; true: the due was past by then."""
        promise, on = self.promise, leg.rules.applies_at(at)
        if promise.early:
            promise.on = on
        elif on and not promise.on:
            leg.arrivals.append(at)
            leg.enter(at)
        elif promise.on and not on:
            if not leg.in_time(at):
                return self.miss(leg)
            leg.end(at)
            promise.on, promise.left = False, (name, at)
        return False

    def happen(self, leg: Leg, place: int, event: Event) -> bool:
        """An event that may end the promise; true: it is the last that bears on it."""
        promise, rules = self.promise, leg.rules
        stops = rules.stops(event)
        if promise.early:
            last = self.replace(leg, event, stops)
            promise.resume = (place, event)
            return last
        if not stops and not rules.cancels(event):
            return False
        promise.resume = (place, event)
        if not promise.on:
            if promise.left:
                promise.decide("superseded", *promise.left)
            return True
        if stops and leg.before_clock(event):
            self.meet_early(event)
            return rules.starts(event)
        if not leg.in_time(event.at):
            return self.miss(leg)
        promise.decide("met" if stops else "cancelled", event.name, event.at)
        return True

    def replace(self, leg: Leg, event: Event, stops: bool) -> bool:
        """A later event of a promise met early; true: it is the last that bears on it."""
        promise = self.promise
        if stops and leg.before_clock(event):
            self.meet_early(event)
        elif stops and leg.in_time(event.at):
            promise.decide("met", event.name, event.at)
            promise.early = False
            return True
        return leg.rules.starts(event)

    def miss(self, leg: Leg) -> bool:
        """The due went by; only a stop, in the sense of the rules that it went by under, ends what is owed."""
        promise, due = self.promise, leg.due()
        promise.outcome, promise.resume = "missed", None
        assert due is not None
        for event in leg.rules.story.events:
            if event.key > leg.start.key and event.at > due and leg.rules.stops(event):
                promise.decider, promise.decided_at = event.name, event.at
                leg.end(event.at)
                places = [n for n, era in enumerate(self.eras) if era.since <= event.at < era.until]
                promise.resume = (places[0], event)
                break
        return True
