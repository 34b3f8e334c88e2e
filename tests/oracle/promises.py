"""Which promises a target has on a ticket: each from a start event, one after the other."""

from tests.oracle.legs import Promise
from tests.oracle.rules import Rules
from tests.oracle.story import Era, Story
from tests.oracle.told import FIRST, Event, Key
from tests.oracle.walk import Walk
from tests.oracle.walls import NEVER


class Fold:
    """All promises of one target on one ticket."""

    def __init__(self, eras: list[Era], rules: list[Rules | None]):
        self.eras, self.rules = eras, rules

    def promises(self) -> list[Promise]:
        """Those that were ever in force, in order."""
        found: list[Promise] = []
        here: Event | None = None  # what ended the last promise
        begun: Event | None = None  # what began it
        last: Promise | None = None
        index, cycles = 0, 0
        while index < len(self.eras):
            if not found:
                here, begun, last, cycles = None, None, None, 0
            since = self.looks_from(index) if found else -NEVER
            while (event := self.next_start(index, since, here, begun, last)) is not None:
                rules = self.rules[index]
                assert rules
                promise = Promise(rules, event, first=cycles == 0)
                Walk(self.eras, self.rules, promise, succeeds=bool(found)).go(index)
                if last is not None and last.replaced:
                    promise.replaces = last.replaces + 1
                promise.used = [moved.name for moved, _ in (promise.leg or promise.legs[-1]).settings[1:]]
                last = promise
                cycles += 1
                begun = event
                if promise.leg is not None:
                    found.append(promise)
                if promise.resume is None:
                    return found
                place, here = promise.resume
                if place != index:
                    index = place - 1
                    break
            index += 1
        return found

    def looks_from(self, index: int) -> int:
        """The end of the last era that had the target: with a gap in between, before this one."""
        before = [era.until for era, rules in zip(self.eras[:index], self.rules, strict=False) if rules]
        return before[-1] if before else -NEVER

    def next_start(
        self, index: int, since: int, ended: Event | None, begun: Event | None, last: Promise | None
    ) -> Event | None:
        """What ends a promise may begin the next one; what began it may not."""
        rules = self.rules[index]
        if rules is None:
            return None
        used = last.used if last else []
        story, until = rules.story, self.eras[index].until
        from_, beyond = place_of(ended, story), place_of(begun, story)
        for event in story.events:
            after = event.key >= from_ and event.key > beyond and event.name not in used
            if since <= event.at < until and after and rules.starts(event):
                return event
        return None


def place_of(event: Event | None, story: Story) -> Key:
    """Where an event that another version may have read stands among this version's."""
    return FIRST if event is None else (story.read(event) or event).key
