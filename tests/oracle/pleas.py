"""What can be pleaded for one target on one ticket: more time, and that a promise is as good as met."""

import re
from typing import Any

from tests.oracle.story import Story
from tests.oracle.told import Event, Key, as_instant, as_text


def as_amount(value: Any, unit: str) -> int | None:
    """So much more, in a target's own unit: `1h30m`, `90m`; for days `3 days`."""
    if not isinstance(value, str):
        return None
    if unit != "time":
        days = re.fullmatch(r"(\d+) days?", value)
        return int(days[1]) or None if days else None
    found = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", value)
    if not found:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return (hours * 3600 + minutes * 60 + seconds) * 1_000_000 or None


class Request:
    """An `extension_requested` with its answer."""

    def __init__(self, event: Event, story: Story, unit: str):
        self.event = event
        self.name = as_text(event.attributes.get("extension")) or event.id
        self.answer = next((e for e in story.since(event) if self.answers(e)), None)
        said = self.answer.attributes if self.answer else {}
        if said.get("until") is None and said.get("by") is None:
            said = event.attributes
        self.until = as_instant(said.get("until"))
        self.by = as_amount(said.get("by"), unit)

    def approved_by(self, instant: int) -> bool:
        return self.answer is not None and self.answer.at <= instant

    def answers(self, event: Event) -> bool:
        answers = event.type in ("extension_approved", "extension_refused")
        return answers and as_text(event.attributes.get("extension")) == self.name

    def fault(self, rule: dict) -> str:
        """Why its answer moves nothing, the first that holds; none: granted."""
        assert self.answer
        if self.answer.type == "extension_refused":
            return "extension_refused"
        rank = self.answer.attributes.get("rank")
        ranked = isinstance(rank, int) and not isinstance(rank, bool) and rank >= rule["rank"]
        if self.answer.at > self.event.at + rule["within"]:
            return "extension_approved_late"
        return "" if ranked else "extension_rank"


class Pleas:
    """What the requests for more time came to: those granted, until when to wait, what is evidence."""

    def __init__(self) -> None:
        self.granted: list[Request] = []  # in their own order
        self.waits: list[int] = []
        self.evidence: list[tuple[int, str]] = []


def heard(leg, until: Key) -> Pleas:
    """The requests from the start event on and before `until`, one after the other, of one name the first."""
    rules, pleas = leg.rules, Pleas()
    rule = rules.target.get("extension")
    if not rule or rules.target.get("stated"):
        return pleas
    names = set()
    for event in rules.story.events:
        if event.type != "extension_requested" or not leg.start.key <= event.key <= until:
            continue
        request = Request(event, rules.story, rules.target["unit"])
        if request.name in names:
            continue
        names.add(request.name)
        if not leg.in_time_by(event, pleas.granted):
            pleas.evidence.append((event.at, "extension_asked_late"))
        elif len(pleas.granted) >= rule["most"]:
            pleas.evidence.append((event.at, "extension_too_many"))
        else:
            consider(request, rule, pleas)
    return pleas


def consider(request: Request, rule: dict, pleas: Pleas) -> None:
    """A request that was made in time and is not one too many."""
    limit = request.event.at + rule["within"]
    pleas.waits.append(min(request.answer.at, limit) if request.answer else limit)
    if request.answer is None:
        return
    fault = request.fault(rule)
    if fault:
        pleas.evidence.append((request.answer.at, fault))
    else:
        pleas.granted.append(request)


class Deeming:
    """Failed contacts with their reports, and demands that came to nothing, since the start of a promise."""

    def __init__(self, leg):
        self.leg, target, story = leg, leg.rules.target, leg.rules.story
        self.rule = target.get("deemed")
        self.lapse = target.get("lapsed")
        self.told = [e for e in [leg.start, *story.since(leg.start)] if e.name not in story.refuted]

    def failed(self) -> list[tuple[Event, Event | None]]:
        """Each contact or visit that failed by the due, with the first report after it in time."""
        if not self.rule:
            return []
        end = min(self.leg.ended or self.leg.over(), self.leg.over())
        told = [e for e in self.told if e.key <= end]
        failed = [e for e in told if e.matches(self.rule["on"]) and self.leg.in_time_at(e)]
        return [(event, self.report(event)) for event in failed]

    def report(self, failed: Event) -> Event | None:
        limit = failed.at + self.rule["within"]
        reports = [e for e in self.told if e.matches(self.rule["report"])]
        return next((e for e in reports if e.key > failed.key and e.at <= limit), None)

    def completed_by(self, event: Event) -> bool:
        """Whether this is the first report, and in time, on something that failed by the due."""
        if not self.rule or event.name in self.leg.rules.story.refuted:
            return False
        if not event.matches(self.rule["report"]):
            return False
        failed = [e for e in self.told if e.matches(self.rule["on"]) and e.key < event.key]
        return any(self.report(e) is event and self.leg.in_time_at(e) for e in failed)

    def missing(self) -> list[int]:
        """From when on a report is missing."""
        return [failed.at + self.rule["within"] for failed, report in self.failed() if report is None]

    def waits(self) -> list[int]:
        """Until when a report may still come; when it is there, until then."""
        return [report.at if report else failed.at + self.rule["within"] for failed, report in self.failed()]

    def lapses(self) -> list[tuple[int, Event]]:
        """When a demand has come to nothing, and which."""
        if not self.lapse:
            return []
        after = self.lapse["after"]
        return [
            (event.at + after, event)
            for event in self.told
            if event.matches(self.lapse["on"])
            and not any(
                e.matches(self.lapse["unless"]) and e.key > event.key and e.at <= event.at + after
                for e in self.told
            )
        ]
