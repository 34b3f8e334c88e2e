"""What one version makes of a target on a ticket: what begins, stops and cancels it, and when it applies."""

from tests.oracle.calendars import Calendar, Hours
from tests.oracle.story import Era, Losses
from tests.oracle.told import Event, as_instant, fits
from tests.oracle.walls import NEVER


class Rules:
    """A target as one era judges it, with the time its ticket lost for it."""

    def __init__(self, era: Era, target: dict, calendars: dict[str, Calendar]):
        self.era, self.target, self.story = era, target, era.story
        self.losses = Losses(era.story, target)
        self.calendar = calendars[target["calendar"]] if target["calendar"] else None
        self.stated = target.get("stated")
        gate = [] if self.stated else target["gate"]
        self.gates = [era.story.first(alternatives) for alternatives in gate]
        self.idle = self.all_idle()

    def stops(self, event: Event) -> bool:
        return event.matches(self.target["stop"])

    def cancels(self, event: Event) -> bool:
        return event.type == "merged" or event.matches(self.target["cancel"])

    def starts(self, event: Event) -> bool:
        return self.may_start(event) and event.name not in self.idle

    def may_start(self, event: Event) -> bool:
        if self.stated and self.instant_in(event) is None:
            return False
        again = event.type == "reopened" and self.target["reopen"]
        return again or event.matches(self.target["start"])

    def all_idle(self) -> list[list[str]]:
        """What would both stop and begin the target, but something had cancelled it."""
        idle, over = [], False
        for event in self.story.events:
            if self.cancels(event):
                over = True
            if over and self.may_start(event) and self.stops(event):
                idle.append(event.name)
            if not self.cancels(event) and self.may_start(event) and not self.stops(event):
                over = False
        return idle

    def instant_in(self, event: Event) -> int | None:
        """The instant that an event states for this target."""
        return as_instant(event.attributes.get(self.target["stated_by"]))

    def applies_at(self, instant: int) -> bool:
        return instant >= self.era.since and fits(self.target["applies"], self.story.attributes_at(instant))

    def hours(self, at: int | None = None) -> Hours | None:
        """By the latest versions, or by those known at an instant."""
        if self.calendar is None:
            return None
        return self.calendar.latest if at is None else self.calendar.known_at(at)

    def end_of_knowledge(self, at: int | None = None) -> int:
        hours = self.hours(at)
        dated = self.target["unit"] == "calendar_days" and self.target.get("last_day") != "working"
        return NEVER if hours is None or dated else hours.end
