"""What to say about a key that is missing, or that is not known where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from service.rules.errors import Path
from service.rules.event_shapes import NEGATED, EventShape, NegatedShape, PreconditionShape, Shape
from service.rules.history_shapes import HistoriesShape, HistoryShape
from service.rules.shapes import (
    AggregateShape,
    CalendarShape,
    DeemedShape,
    EscalationShape,
    EventSourceShape,
    ExtensionShape,
    LapsedShape,
    MeaningShape,
    OverrideShape,
    RungShape,
    SourceShape,
    TargetShape,
    VersionShape,
)

#: What a key that has to be there is for.
NEEDED: Final[Mapping[str, str]] = {
    "policy": "the name of this policy, such as `service-desk`",
    "version": "which version of the policy this is, such as `2026-1`",
    "effective_from": "from which instant on tickets follow it, such as `2026-01-01T00:00:00+08:00`",
    "calendar": "the name of this calendar, such as `prc-office`",
    "tenant": "whose policy it is",
    "zone": "where its dates and wall times are read, such as `Asia/Shanghai`",
    "targets": "what is promised, each target under its name",
    "document": "the title of the document the rules come from",
    "source": "what its events have as their CloudEvents `source`",
    "means": "the word of the vocabulary it stands for",
    "week": "the working time of each weekday, such as `mon-fri: [08:30-12:00, 13:30-17:30]`",
    "known_since": "the date this version was published on; it governs the dates after that",
    "known_until": "the last date this version knows; without it, unlike the one before, it would know all dates",
    "event": "the type of the event",
    "at": "when it is said: `due`, `2h before`, `4h after` or `75%`, or after how many `urges`",
    "role": "who is addressed, such as `window_head`",
    "stop": "the event that keeps the promise, such as `resolved`",
    "budget": "how much time there is, such as `24h`",
    "start": "the event that states the instant, such as `promise_accepted` or `change_scheduled`",
    "rank": "the least rank of who approves, a whole number, higher is more",
    "within": "how long it may take, such as `24h`; nobody may guess it",
    "after": "how long the customer has, such as `168h`; nobody may guess it",
    "name": "what this variant is called, such as `major`; it becomes part of the target's name",
    "target": "the target whose promises are counted together, by its name",
    "period": "over what: `month` or `year`",
    "when": "the tickets that are meant: an attribute and its value or values, such as `{severity: major}`",
    "not": "the value or values that are not meant, such as `{not: external}`",
}

#: The same for keys that mean something else in a file of worked histories.
_NEEDED_IN: Final[Mapping[type[Shape], Mapping[str, str]]] = {
    HistoriesShape: {
        "policy": "the policy file that is tried, from this file on, such as `policy.yaml`",
        "histories": "a list of histories, each with `name`, `events` and `expect`",
    },
    HistoryShape: {
        "name": "what the history shows, such as `restored in the last second`",
        "events": "what happened: `|` behind the key, and below it one event a line",
        "expect": "what has to be said: `|` behind the key, and below it one expectation a line; or `nothing`",
    },
}

#: Keys that people bring along from elsewhere.
_ALSO_CALLED: Final[Mapping[str, str]] = {
    "id": "policy",
    "timezone": "zone",
    "tz": "zone",
    "effective": "effective_from",
    "holidays": "closed",
    "workdays": "open",
    "make_up": "makeup",
    "country": "statutory",
    "published": "known_since",
    "until": "known_until",
    "revisions": "versions",
    "backward": "before",
    "customers": "owner",
    "disabled": "off",
    "extensions": "extension",
    "approved_by": "rank",
    "max": "most",
    "unreachable": "deemed",
    "periodic": "every",
    "interval": "every",
    "variants": "overrides",
    "profiles": "overrides",
    "applies": "when",
    "urged": "urges",
    "reason": "why",
    "duration": "budget",
    "deadline": "budget",
    "limit": "budget",
    "calendar": "hours",
    "pauses": "accepts",
    "holds": "accepts",
    "force_majeure": "exclusions",
    "preconditions": "gate",
    "needs": "requires",
    "heartbeat": "alive",
    "go_live": "adopt_from",
    "warnings": "warn",
    "escalations": "ladder",
    "escalation": "ladder",
    "conditions": "applies",
    "when": "at",
    "to": "role",
}


def needed(path: Path, root: type[Shape]) -> str:
    """What the missing key that `path` ends with is for; `root` is the shape of the file."""
    key = str(path[-1])
    return _NEEDED_IN.get(_shape_at(path[:-1], root), {}).get(key) or NEEDED[key]


def unknown(path: Path, root: type[Shape]) -> str:
    """A sentence about the unknown key that `path` ends with; `root` is the shape of the file."""
    key, shape = str(path[-1]), _shape_at(path[:-1], root)
    keys = tuple(field.alias or name for name, field in shape.model_fields.items())
    if path[2:3] == ("gate",):  # an entry is one event or several
        keys = (*PreconditionShape.model_fields, *EventShape.model_fields)
    meant = _ALSO_CALLED.get(key)
    near = [meant] if meant in keys else get_close_matches(key, keys, n=1)
    near = list(keys) if len(keys) == 1 else near
    hint = f"did you mean `{near[0]}`?" if near else f"the keys here are {', '.join(keys)}"
    return f"`{key}` is not a key here: {hint}"


def _shape_at(path: Path, root: type[Shape]) -> type[Shape]:
    match path:
        case (*_, step) if step == NEGATED:
            return NegatedShape
        case ("source",):
            return SourceShape
        case ("vocabulary", _):
            return MeaningShape
        case ("calendars", _):
            return CalendarShape
        case ("aggregates", _):
            return AggregateShape
        case ("sources", _):
            return EventSourceShape
        case ("calendars", _, "versions", _) | ("versions", _):
            return VersionShape
        case ("histories", _):
            return HistoryShape
        case ("targets", _, *rest):
            return _shape_in_target(tuple(rest))
        case _:
            return root


def _shape_in_target(path: Path) -> type[Shape]:
    match path:
        case ("overrides", _):
            return OverrideShape
        case ("warn", _) | ("overrides", _, "warn", _):
            return RungShape
        case ("ladder", _) | ("overrides", _, "ladder", _):
            return EscalationShape
        case ("extension",):
            return ExtensionShape
        case ("deemed",):
            return DeemedShape
        case ("lapsed",):
            return LapsedShape
        case ():
            return TargetShape
        case _:
            return EventShape
