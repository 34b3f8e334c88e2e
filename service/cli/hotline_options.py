"""Numbers of a hotline as they are written on a command line; exact, since 21 / 0.7 is 30 and not a little more."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, Final

import click

from service.sla.instants import SECOND, Duration

_NUMBER: Final = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)


class CallsType(click.ParamType[Fraction]):
    """`100`, or `12.5` of a forecast."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """Read it."""
        if isinstance(value, Fraction):
            return value
        if not _NUMBER.fullmatch(value):
            self.fail(f"`{value}` is no number of calls: write 100, or 12.5", param, ctx)
        return Fraction(value)


class PercentType(click.ParamType[Fraction]):
    """`30%` or `30`, never 0.3 for it."""

    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """Read it."""
        if isinstance(value, Fraction):
            return value
        try:
            return _share(value)
        except ValueError as error:
            self.fail(f"{error}", param, ctx)


class TargetType(click.ParamType["tuple[Fraction, Duration]"]):
    """`80/20`: 80% within 20 seconds."""

    name = "percent/seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Fraction, Duration]:
        """Read both."""
        if isinstance(value, tuple):
            return value
        percent, slash, limit = value.partition("/")
        if not slash:
            self.fail(f"`{value}` is no target: write 80/20 for 80% within 20 s, or 90/1m", param, ctx)
        try:
            return _share(percent), _limit(limit)
        except ValueError as error:
            self.fail(f"{error}", param, ctx)


class LengthType(click.ParamType[Duration]):
    """`3m`, `180s`, `4m30s`."""

    name = "length"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Duration:
        """Read it."""
        from service.rules.lengths import elapsed

        if isinstance(value, int):
            return value
        try:
            return elapsed(value)
        except ValueError:
            self.fail(f"`{value}` is no length of time: write 3m, 180s or 4m30s", param, ctx)


def _share(text: str) -> Fraction:
    number = text.strip().removesuffix("%").rstrip()
    if not _NUMBER.fullmatch(number):
        raise ValueError(f"`{text}` is no percentage: write 30%")
    percent = Fraction(number)
    if percent > 100:
        raise ValueError(f"`{text}` is more than all of it: write 0% to 100%")
    if 0 < percent < 1 and not text.strip().endswith("%"):
        raise ValueError(
            f"`{text}` may be a share or a percentage: write {float(percent * 100):g}% or {number}%"
        )
    return percent / 100


def _limit(text: str) -> Duration:
    from service.rules.lengths import span

    number = text.strip()
    if re.fullmatch(r"\d{1,6}", number, re.ASCII):
        return int(number) * SECOND
    try:
        return span(number)
    except ValueError:
        raise ValueError(f"`{text}` is no limit for an answer: write seconds, or 1m") from None


CALLS: Final = CallsType()
PERCENT: Final = PercentType()
TARGET: Final = TargetType()
LENGTH: Final = LengthType()
