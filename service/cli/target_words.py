"""What a target says for each key, in the words of a policy file and on one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from service.cli.words import amount, hours
from service.sla.calendars import Calendar, date_of
from service.sla.instants import Instant
from service.sla.policy import ANY_REASON, Match, Stated, Target, Unit, Where

#: Dates that are told one by one; the others are counted.
_TOLD: Final = 3


def said(target: Target, key: str) -> str:
    """What `target` says for `key`, one of `service.rules.fields.FIELDS`."""
    return _SAID[key](target)


def events_text(patterns: Iterable[Match]) -> str:
    """`resolved or noted {outcome: Fixed}`."""
    return " or ".join(_event(pattern) for pattern in patterns) or "none"


def conditions_text(conditions: Sequence[Where]) -> str:
    """`{kind: fault or leak, tier: not gold}`; `every ticket` without any."""
    return f"{{{', '.join(map(_condition, conditions))}}}" if conditions else "every ticket"


def dates_text(before: Calendar, after: Calendar, start: Instant, end: Instant) -> str:
    """The dates of [start, end] on which the two calendars differ: `2026-04-06, 2026-05-01 and 4 more`; "" for none."""
    first, last = date_of(start, after.zone), date_of(end, after.zone)
    found = [
        each.isoformat() for each in _dates(first, last) if before.latest.of(each) != after.latest.of(each)
    ]
    rest = len(found) - _TOLD
    return ", ".join(found[:_TOLD]) + (f" and {rest} more" if rest > 0 else "")


def _dates(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _event(pattern: Match) -> str:
    return f"{pattern.type} {conditions_text(pattern.where)}" if pattern.where else pattern.type


def _condition(where: Where) -> str:
    values = sorted(where.values)
    if not where.negated:
        return f"{where.attribute}: {' or '.join(values)}"
    if where.also:
        own = (Where(where.attribute, where.values),) if where.values else ()
        return f"not {conditions_text((*own, *where.also))}"
    neither = "neither " if len(values) > 1 else "not "
    return f"{where.attribute}: {neither}{' nor '.join(values)}"


def _budget(target: Target) -> str:
    if target.stated is Stated.PROMISED:
        return f"the instant in `{target.stated_by}`"
    given = amount(target, target.budget)
    return f"{given} before `{target.stated_by}`" if target.stated is Stated.BEFORE else given


def _gate(target: Target) -> str:
    return (
        " and ".join(f"({events_text(each)})" if len(each) > 1 else events_text(each) for each in target.gate)
        or "none"
    )


def _max_open(target: Target) -> str:
    days = "{} calendar days"
    limits = {
        reason: hours(limit.amount) if limit.unit is Unit.TIME else days.format(limit.amount)
        for reason, limit in target.max_open.items()
    }
    return ", ".join(f"{_reason(reason)}: {limits[reason]}" for reason in sorted(limits)) or "none"


def _extension(target: Target) -> str:
    given = target.extension
    if given is None:
        return "none"
    return f"rank {given.rank} within {hours(given.within)}, {given.most} at most"


def _deemed(target: Target) -> str:
    given = target.deemed
    if given is None:
        return "none"
    return f"{events_text(given.on)}, then {events_text(given.report)} within {hours(given.within)}"


def _lapsed(target: Target) -> str:
    given = target.lapsed
    if given is None:
        return "none"
    return f"{events_text(given.on)}, and no {events_text(given.unless)} within {hours(given.after)}"


def _reasons(reasons: Iterable[str]) -> str:
    return ", ".join(map(_reason, sorted(reasons))) or "none"


def _reason(reason: str) -> str:
    return "any" if reason == ANY_REASON else reason


_SAID: Final[Mapping[str, Callable[[Target], str]]] = MappingProxyType(
    {
        "applies": lambda target: conditions_text(target.applies),
        "start": lambda target: events_text(target.start),
        "gate": _gate,
        "stop": lambda target: events_text(target.stop),
        "cancel": lambda target: events_text(target.cancel),
        "budget": _budget,
        "hours": lambda target: f"{target.calendar.name} in {target.calendar.zone.key}",
        "boundary": lambda target: target.boundary.value,
        "day_end": lambda target: target.day_end.value,
        "last_day": lambda target: target.last_day.value,
        "accepts": lambda target: _reasons(target.accepts),
        "max_open": _max_open,
        "exclusions": lambda target: _reasons(target.exclusions),
        "reopen": lambda target: "new" if target.reopen else "ignore",
        "owner": lambda target: "customer" if target.customers else "service",
        "extension": _extension,
        "deemed": _deemed,
        "lapsed": _lapsed,
        "requires": lambda target: ", ".join(sorted(target.requires)) or "none",
        "grace": lambda target: hours(target.grace),
        "floor": lambda target: hours(target.floor),
    }
)
