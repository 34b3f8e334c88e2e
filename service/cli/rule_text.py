"""The rule of a promise in plain English: what it gives, what does not count, and what else it grants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from service.cli.explanation import Explained
from service.cli.moments import told
from service.cli.words import amount, gate_text, hours
from service.sla.hours import ALWAYS
from service.sla.policy import ANY_REASON, DayEnd, LastDay, Stated, Target, Unit


def rule(this: Explained, zone: ZoneInfo) -> Iterator[str]:
    """The target, where it stands in its source, and what it gives."""
    policy, target = this.policy, this.target
    version = f"version {policy.version} of {policy.id}, for tickets opened from {told(policy.effective_from, zone)}"
    yield f"The rule is target {target.id}{_place(target)} in {version}. {_gives(target)}."
    if target.assumed:
        yield f"Its numbers are assumed, and not those of the source: {target.assumed}."
    if target.customers:
        yield "It is a deadline of the customer's own: it expires, and nobody is blamed."
    yield from _grants(target)


def _place(target: Target) -> str:
    """Where it stands in the words of its source."""
    parts = [
        f"clause {target.clause}" if target.clause else "",
        f"of {target.regime}" if target.regime else "",
    ]
    told_parts = " ".join(part for part in parts if part)
    return f" ({told_parts})" if told_parts else ""


def _gives(target: Target) -> str:
    if target.stated is Stated.PROMISED:
        return f"It is due at the instant that `{target.stated_by}` of its start event states; nothing else moves that"
    if target.stated is Stated.BEFORE:
        instant = f"the instant that `{target.stated_by}` of its start event states"
        return f"It asks for a stop at least {budget(target)} before {instant}; no hold moves that"
    return f"It gives {budget(target)}{_excuses(target)}"


def _grants(target: Target) -> Iterator[str]:
    """More time, and what counts as kept although nothing stopped it."""
    more, deemed, lapsed = target.extension, target.deemed, target.lapsed
    if more is not None:
        times = "once" if more.most == 1 else f"{more.most} times"
        within = hours(more.within)
        yield (
            f"More time can be granted {times}, when it is asked for by the due and approved by rank {more.rank} or"
            f" higher within {within} of that."
        )
    if deemed is not None:
        reported = f"is reported by {gate_text([deemed.report])} within {hours(deemed.within)}"
        yield f"It counts as kept when {gate_text([deemed.on])} comes by the due and {reported}."
    if lapsed is not None:
        missing = f"is not followed by {gate_text([lapsed.unless])} within {hours(lapsed.after)}"
        yield f"It counts as kept when {gate_text([lapsed.on])} {missing}."


def budget(target: Target) -> str:
    """`8h30m of working time`, `24h round the clock`, `5 working days, each to its midnight`."""
    text = amount(target, target.budget)
    if target.unit is Unit.WORKING_DAYS:
        return f"{text}, {_DAY_ENDS[target.day_end]}"
    if target.unit is Unit.CALENDAR_DAYS:
        return f"{text}{_LAST_DAYS[target.last_day]}"
    return f"{text} round the clock" if target.calendar.latest.hours is ALWAYS else f"{text} of working time"


_DAY_ENDS: Final[Mapping[DayEnd, str]] = {
    DayEnd.MIDNIGHT: "each ending at midnight",
    DayEnd.CLOSING: "each ending at closing time",
    DayEnd.SAME_TIME: "each ending at the time of day at which the clock started",
}

_LAST_DAYS: Final[Mapping[LastDay, str]] = {
    LastDay.SAME_TIME: "",
    LastDay.WHOLE: ", the last to its midnight",
    LastDay.WORKING: ", the last to its midnight, or to that of the next working day when it is off",
}


def _excuses(target: Target) -> str:
    if not target.accepts:
        text = "; no hold stops the clock"
    elif ANY_REASON in target.accepts:
        text = "; time on hold does not count, whatever the reason"
    else:
        text = f"; time on hold for {' or '.join(sorted(target.accepts))} does not count"
    if ANY_REASON in target.exclusions:
        return f"{text}; nor does time excluded for the area"
    if target.exclusions:
        return f"{text}; nor does time excluded for {' or '.join(sorted(target.exclusions))}"
    return text
