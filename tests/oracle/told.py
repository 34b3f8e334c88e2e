"""Events as one policy version reads them, in their order, without what was voided."""

from datetime import datetime
from typing import Any

from tests.oracle.walls import EPOCH, MICROSECOND, NEVER, zone_named

TYPES = [
    "opened",
    "split",
    "reclassified",
    "rejudge",
    "assigned",
    "documents_requested",
    "documents_complete",
    "promise_accepted",
    "change_scheduled",
    "extension_requested",
    "extension_approved",
    "extension_refused",
    "contact_failed",
    "visit_failed",
    "report_written",
    "urged",
    "acknowledged",
    "noted",
    "replied",
    "resumed",
    "held",
    "resolved",
    "closed",
    "cancelled",
    "merged",
    "reopened",
    "refuted",
    "voided",
]

Key = tuple[int, str, int, int, str]
FIRST: Key = (-NEVER, "", 0, 0, "")


def before_all(at: int) -> Key:
    """Where something stands that acts at an instant before all its events."""
    return (at, "", 0, -1, "")


def after_all(at: int) -> Key:
    """Where something stands that acts at an instant after all its events."""
    return (at, chr(0x10FFFF), 0, 0, "")


def as_text(value: Any) -> str | None:
    if value is None or isinstance(value, (list, dict)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def as_instant(value: Any) -> int | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        return None
    return (moment.astimezone(zone_named("UTC")).replace(tzinfo=None) - EPOCH) // MICROSECOND


def fits(wanted: dict, attributes: dict) -> bool:
    for name, values in wanted.items():
        text = as_text(attributes.get(name))
        if text is None or text not in [as_text(v) for v in values]:
            return False
    return True


class Event:
    """An event in our words."""

    def __init__(self, plain: dict, vocabulary: dict):
        word = vocabulary.get(plain["type"], {"type": plain["type"], "rename": {}})
        rename = word.get("rename") or {}
        given = plain["attributes"]
        self.type = word["type"]
        self.attributes = {name: v for name, v in given.items() if name not in rename}
        self.attributes.update({rename[name]: v for name, v in given.items() if name in rename})
        self.at, self.source, self.id = plain["at"], plain["source"], plain["id"]
        rank = TYPES.index(self.type if self.type in TYPES else "noted")
        self.key: Key = (self.at, self.source, plain["seq"] or 0, rank, self.id)
        self.name = [self.source, self.id]

    def matches(self, matches: list[dict]) -> bool:
        return any(self.type == m["type"] and fits(m.get("where") or {}, self.attributes) for m in matches)


def in_order(plain: list[dict], vocabulary: dict) -> list[Event]:
    """Every event once, without what was voided."""
    events: list[Event] = []
    seen = set()
    for event in sorted((Event(p, vocabulary) for p in plain), key=lambda e: e.key):
        if (event.source, event.id) not in seen:
            seen.add((event.source, event.id))
            events.append(event)
    gone: set[tuple[str, str | None]] = set()
    places = {(e.source, e.id): place for place, e in enumerate(events)}
    for place, void in reversed(list(enumerate(events))):
        if void.type != "voided" or (void.source, void.id) in gone:
            continue
        named = (as_text(void.attributes.get("source")) or void.source, as_text(void.attributes.get("event")))
        other = places.get(named)
        if other is None or (events[other].type == "voided" and other >= place):
            continue
        gone.add(named)
    return [e for e in events if (e.source, e.id) not in gone]
