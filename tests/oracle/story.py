"""What happened to a ticket, as one policy version reads it: attributes, holds, exclusions; and which versions hold when."""

from itertools import pairwise
from typing import Any

from tests.oracle.told import Event, as_instant, as_text, in_order
from tests.oracle.walls import NEVER, Span, days_later


class Story:
    """One version's reading of a ticket's history."""

    def __init__(self, policy: dict, events: list[dict], shared: list[dict]):
        self.policy = policy
        self.version = policy["version"]
        self.targets = {t["id"]: t for t in policy["targets"]}
        vocabulary = policy.get("vocabulary") or {}
        self.events = in_order(events, vocabulary)
        self.opened = next((e for e in self.events if e.type == "opened"), None)
        self.states = self.attribute_states()
        self.holds = self.all_holds()
        self.exclusions = self.all_exclusions(in_order(shared, vocabulary))
        split = next((e for e in self.events if e.type == "split"), None)
        self.split_start = split and as_instant(split.attributes.get("start"))
        self.refuted = self.all_refuted()
        requests = [e.at for e in self.events if e.type == "documents_requested"]
        self.second_request = requests[1] if len(requests) > 1 else None

    def attribute_states(self) -> list[tuple[int, dict, Event]]:
        """(from when, the attributes, the last event that made them so)"""
        states: list[tuple[int, dict, Event]] = []
        now: dict = {}
        for event in self.events:
            if event.type in ("opened", "reclassified"):
                now = {**now, **event.attributes}
                if states and states[-1][0] == event.at:
                    states.pop()
                states.append((event.at, now, event))
        return states

    def attributes_at(self, instant: int) -> dict:
        past = [attributes for at, attributes, _ in self.states if at <= instant]
        return past[-1] if past else {}

    def all_holds(self) -> list[tuple[int, int, str]]:
        """(begin, end, reason) of every hold, whoever accepts it."""
        holds: list[tuple[int, int, str]] = []
        current: tuple[int, str] | None = None
        for event in self.events:
            reason = as_text(event.attributes.get("reason"))
            if event.type == "held":
                if current and current[1] == (reason or ""):
                    continue
                if current:
                    holds.append((current[0], event.at, current[1]))
                current = (event.at, reason or "")
            elif current and (
                event.type in ("resolved", "closed", "cancelled")
                or (event.type == "resumed" and reason in (None, "", current[1]))
            ):
                holds.append((current[0], event.at, current[1]))
                current = None
        if current:
            holds.append((current[0], NEVER, current[1]))
        return holds

    def all_exclusions(self, shared: list[Event]) -> list[tuple[int, int, str]]:
        """(begin, end, reason) of every exclusion where it bears on the ticket's area."""
        declared: dict[Any, Event] = {}
        for event in shared:
            name = as_text(event.attributes.get("exclusion"))
            if event.type == "excluded":
                declared[name or (event.source, event.id)] = event
            elif event.type == "exclusion_withdrawn":
                declared.pop(name, None)
        found = []
        for event in declared.values():
            said = event.attributes
            begin = event.at if said.get("from") is None else as_instant(said["from"])
            end = NEVER if said.get("to") is None else as_instant(said["to"])
            area = said.get("area")
            areas = [as_text(a) for a in (area if isinstance(area, list) else [area])]
            if begin is None or end is None:
                continue
            pieces = [(max(a, begin), min(b, end)) for a, b in self.times_in(areas)]
            found += [(a, b, as_text(said.get("reason")) or "") for a, b in pieces if a < b]
        return found

    def times_in(self, areas: list[str | None]) -> list[Span]:
        """When the ticket's area was one of these."""
        times: list[Span] = []
        ends = [*[at for at, _, _ in self.states][1:], NEVER]
        for (at, attributes, _), end in zip(self.states, ends, strict=False):
            area = as_text(attributes.get("area"))
            if area is None or area not in areas:
                continue
            if times and times[-1][1] == at:
                times[-1] = (times[-1][0], end)
            else:
                times.append((at, end))
        return times

    def all_refuted(self) -> list[list[str | None]]:
        """The names of what was shown not to have been."""
        said = [e for e in self.events if e.type == "refuted"]
        return [
            [as_text(e.attributes.get("source")) or e.source, as_text(e.attributes.get("event"))]
            for e in said
        ]

    def read(self, event: Event) -> Event | None:
        """The same event as this version reads it; None: it did not happen."""
        return next((e for e in self.events if e.name == event.name), None)

    def since(self, start: Event) -> list[Event]:
        """What came after an event."""
        return [e for e in self.events if e.key > start.key]

    def first(self, matches: list[dict]) -> Event | None:
        return next((e for e in self.events if e.matches(matches)), None)


def accepted(reason: str, accepts: list[str]) -> bool:
    return "*" in accepts or reason in accepts


class Losses:
    """The time that does not count for one target; a stated due knows none."""

    def __init__(self, story: Story, target: dict):
        if target.get("stated"):
            target = {**target, "accepts": [], "exclusions": []}
        self.excluded = [(a, b) for a, b, why in story.exclusions if accepted(why, target["exclusions"])]
        # (begin, real end, limit)
        self.holds = [
            (a, b, self.limit(target, a, why))
            for a, b, why in story.holds
            if accepted(why, target["accepts"])
        ]
        self.held = [(a, min(b, limit)) for a, b, limit in self.holds]
        self.limits = [limit for _, b, limit in self.holds if b > limit]
        self.open = any(b == NEVER for _, b in [*self.held, *self.excluded])

    @staticmethod
    def limit(target: dict, begin: int, reason: str) -> int:
        limits = target.get("max_open") or {}
        rule = limits.get(reason, limits.get("*"))
        if rule is None:
            return NEVER
        amount, unit = rule
        return begin + amount if unit == "time" else days_later(target["zone"], begin, amount)

    def final(self) -> list[Span]:
        return [*self.excluded, *self.held]

    def known_at(self, at: int) -> list[Span]:
        """What had begun by then; what had not ended is open, or lasts to its limit."""
        known = [(a, NEVER if b > at else b) for a, b in self.excluded if a <= at]
        known += [(a, limit if b > at else min(b, limit)) for a, b, limit in self.holds if a <= at]
        return known


class Era:
    """A time during which one version judges a ticket."""

    def __init__(self, story: Story, since: int, event: Event | None):
        self.story, self.since, self.event = story, since, event
        self.until = NEVER


def eras_of(stories: list[Story]) -> list[Era]:
    """The pinned version and what `rejudge` made of it; empty: no version binds the ticket."""
    bound = [s for s in stories if s.opened and s.opened.at >= s.policy["effective_from"]]
    if not bound:
        return []
    versions = {s.version: s for s in stories}
    last_of_instant: dict[int, Event] = {}
    for event in bound[-1].events:
        if event.type == "rejudge" and as_text(event.attributes.get("version")) in versions:
            last_of_instant[event.at] = event
    eras = [Era(bound[-1], -NEVER, None)]
    for at, event in last_of_instant.items():
        story = versions[str(as_text(event.attributes["version"]))]
        if as_text(event.attributes.get("replace")) == "true":
            eras = [Era(story, -NEVER, None)]
        elif story is not eras[-1].story:
            eras.append(Era(story, at, event))
    for one, following in pairwise(eras):
        one.until = following.since
    return eras
