"""Lengths of time and steps on a budget, as a policy file writes them: `8h30m`, `120 calendar_days`, `2h before`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from service.sla.instants import DAY, HOUR, MINUTE, SECOND, Duration
from service.sla.policy import Unit

#: The longest budget and the latest rung.
MAX_DAYS: Final = 3652
_LONGEST: Final = {Unit.TIME: MAX_DAYS * DAY, Unit.CALENDAR_DAYS: MAX_DAYS, Unit.WORKING_DAYS: MAX_DAYS}

_TIME: Final = re.compile(
    r"(?:([0-9]+) ?(?:h|hours?))? ?(?:([0-9]+) ?(?:m|min|minutes?))? ?(?:([0-9]+) ?(?:s|seconds?))?"
)
_DAYS: Final = re.compile(r"([0-9]+) ?(calendar|working)[ _]days?")
_EXAMPLES: Final = "write for example `24h`, `8h30m`, `5 working_days` or `5 calendar_days`"


@dataclass(frozen=True, slots=True)
class Length:
    """An amount of time: microseconds for `Unit.TIME`, whole days for days."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        if self.unit is not Unit.TIME:
            return f"{self.amount} {self.unit.removesuffix('s')}{'' if self.amount == 1 else 's'}"
        seconds = self.amount // SECOND
        parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
        return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


@dataclass(frozen=True, slots=True)
class Step:
    """A place on a budget: so much before it is used up, so much after it, or a percentage of it.

    All three are None at the due itself.
    """

    before: Length | None = None
    after: Length | None = None
    percent: int | None = None

    def __str__(self) -> str:
        if self.before is not None:
            return f"{self.before} before"
        if self.after is not None:
            return f"{self.after} after"
        return "due" if self.percent is None else f"{self.percent}%"

    def used_up(self, budget: Length) -> int:
        """How much of the unit of `budget` is used up at this step; ValueError with a sentence when none fits."""
        if self.percent is not None:
            whole, rest = divmod(budget.amount * self.percent, 100)
            if rest:
                exact = f"{budget.amount * self.percent / 100:g}"
                raise ValueError(
                    f"{self} of {budget} is {exact} days, and days are counted whole: write days before"
                )
            return whole
        away = self.before or self.after
        if away is None:
            return budget.amount
        if away.unit is not budget.unit:
            told = "hours, minutes or seconds" if budget.unit is Unit.TIME else budget.unit
            raise ValueError(f"the budget of {budget} and `{away}` count differently: write {told}")
        return budget.amount - away.amount if self.before else budget.amount + away.amount


def length(text: str) -> Length:
    """A length above zero and up to ten years; ValueError with a sentence otherwise."""
    found = _length(text)
    if found.amount == 0:
        raise ValueError(f"`{text}` is no time at all: {_EXAMPLES}")
    return found


def limit(text: str) -> Length:
    """How long a hold may last: a length that is not in working days; ValueError with a sentence otherwise."""
    found = length(text)
    if found.unit is Unit.WORKING_DAYS:
        raise ValueError(
            f"`{text}` counts working days: write hours, which run round the clock here, or calendar_days"
        )
    return found


def span(text: str) -> Duration:
    """Microseconds from a text such as `90s`, zero allowed; ValueError with a sentence for days and the rest."""
    found = _length("0s" if text == "0" else text)
    if found.unit is not Unit.TIME:
        raise ValueError(f"`{text}` counts days: write hours, minutes or seconds here")
    return found.amount


def elapsed(text: str) -> Duration:
    """Microseconds of elapsed time, above zero; ValueError with a sentence for days and the rest."""
    found = length(text)
    if found.unit is not Unit.TIME:
        raise ValueError(f"`{text}` counts days, and this runs round the clock: write hours, such as `48h`")
    return found.amount


def step(text: str) -> Step:
    """`due`, `2h before`, `4h after` or `75%`; ValueError with a sentence otherwise."""
    told = " ".join(text.lower().split())
    if told == "due":
        return Step()
    if match := re.fullmatch(r"([0-9]+) ?%", told):
        return Step(percent=_percent(int(match[1])))
    if match := re.fullmatch(r"(.+) (before|after)(?: due)?", told):
        away = length(match[1])
        return Step(before=away) if match[2] == "before" else Step(after=away)
    if told.endswith("%"):
        raise ValueError(f"`{text}` is not a whole percentage: write for example `75%`")
    raise ValueError(f"`{text}` is no step of a budget: write `due`, `2h before`, `4h after` or `75%`")


def _percent(number: int) -> int:
    if not 1 <= number <= 1000:
        raise ValueError(f"`{number}%` is outside 1% to 1000%")
    return number


def _length(text: str) -> Length:
    told = " ".join(text.lower().split())
    found = None
    if match := _DAYS.fullmatch(told):
        found = Length(int(match[1]), Unit(f"{match[2]}_days"))
    elif told and (match := _TIME.fullmatch(told)):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        found = Length(hours * HOUR + minutes * MINUTE + seconds * SECOND, Unit.TIME)
    if found is None:
        raise ValueError(f"`{text}` {_trouble(told)}")
    if found.amount > _LONGEST[found.unit]:
        raise ValueError(f"`{text}` is longer than ten years ({MAX_DAYS} days or {MAX_DAYS * 24}h)")
    return found


def _trouble(told: str) -> str:
    """What is wrong with a text that is no length, and what to do."""
    if re.match(r"-\s*[0-9]", told):
        return f"is less than nothing: {_EXAMPLES}"
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", told):
        return f"has no unit: {_EXAMPLES}"
    if re.fullmatch(r"[0-9]+ ?business[ _]days?", told):
        return "is not read: the word here is working_days, `5 working_days`"
    if re.fullmatch(r"[0-9]*\.[0-9]+ ?((calendar|working|business)[ _])?d(ays?)?", told):
        return "is a fraction of a day: days are counted whole, write hours for less"
    if re.fullmatch(r"[0-9]*\.[0-9]+ ?[a-z]+", told):
        return "is a fraction: write it in smaller units, `8h30m` for eight and a half hours"
    if re.fullmatch(r"[0-9]+ ?d(ays?)?", told):
        return "does not say which days: write working_days or calendar_days, or hours such as `24h`"
    if re.fullmatch(r"[0-9]+ ?(w|weeks?|months?|y|years?)", told):
        return "is not counted here: write it in calendar_days, 7 for a week"
    return f"is not a length of time: {_EXAMPLES}"
