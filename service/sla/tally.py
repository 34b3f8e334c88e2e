"""What many promises come to: how many were kept, and how long they took. Counts and sums, never a verdict.

Sums are of integers and exact; whatever is divided stays a fraction, so that nothing is kept or missed by rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from service.sla.instants import Instant, moment_of
from service.sla.policy import Aggregate
from service.sla.statements import State

#: (year, month), months from 1.
Month = tuple[int, int]

_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Promises by how they stand; `measured` were stopped, and took `total` together and `longest` at most.

    Time is what was counted until the stop, in the unit of the target: microseconds or days. `revised` are those of which
    something was said otherwise before. Tallies add up.
    """

    met: int = 0
    deemed: int = 0
    late: int = 0
    breached: int = 0
    open: int = 0
    indeterminate: int = 0
    expired: int = 0
    called_off: int = 0  # cancelled or superseded: not owed any more
    measured: int = 0
    total: int = 0
    longest: int = 0
    revised: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        sums = {name: getattr(self, name) + getattr(other, name) for name in _SUMMED}
        return Tally(**sums, longest=max(self.longest, other.longest))

    @property
    def done(self) -> int:
        """How many were performed, in time or late, or count as performed."""
        return self.met + self.deemed + self.late

    @property
    def owed(self) -> int:
        """How many there were to perform; a deadline of the customer's own is nobody's to perform."""
        return self.done + self.breached + self.open + self.indeterminate

    @property
    def decided(self) -> int:
        """How many were kept or broken."""
        return self.done + self.breached

    @property
    def kept(self) -> int:
        """How many of those were kept."""
        return self.met + self.deemed

    @property
    def is_final(self) -> bool:
        """Whether none can still be performed, or turn out to have been."""
        return not self.breached and not self.open and not self.indeterminate

    @property
    def mean(self) -> Fraction | None:
        """What those that were stopped took on the average; None when none was."""
        return Fraction(self.total, self.measured) if self.measured else None

    @property
    def share(self) -> Fraction | None:
        """How many of those decided were kept, from 0 to 1; None when none is decided."""
        return Fraction(self.kept, self.decided) if self.decided else None


@dataclass(frozen=True, slots=True)
class Held:
    """An aggregate held against a tally: for each of its three whether it is kept; None: not asked, or nothing to tell by."""

    aggregate: Aggregate
    mean: bool | None
    maximum: bool | None
    share: bool | None

    @property
    def is_kept(self) -> bool | None:
        """Whether all that is asked is kept; None when nothing can be told yet."""
        told = [each for each in (self.mean, self.maximum, self.share) if each is not None]
        return all(told) if told else None


def one(state: State, used: int | None, *, revised: bool = False) -> Tally:
    """The tally of one promise that took `used` until its stop, None without one."""
    count = {_COUNTED_AS.get(state, "open"): 1, "revised": int(revised)}
    if used is None or state not in (State.MET, State.LATE):
        return Tally(**count)
    return Tally(**count, measured=1, total=used, longest=used)


def held(aggregate: Aggregate, tally: Tally) -> Held:
    """`aggregate` held against what the promises of its period come to."""
    mean, share = tally.mean, tally.share
    return Held(
        aggregate,
        None if aggregate.mean is None or mean is None else mean <= aggregate.mean,
        None if aggregate.maximum is None or not tally.measured else tally.longest <= aggregate.maximum,
        None if aggregate.share is None or share is None else share * _MILLION >= aggregate.share,
    )


def covers(aggregate: Aggregate, target: str) -> bool:
    """Whether promises of `target` count: it is the one named, or a variant of it."""
    return target == aggregate.target or target.startswith(f"{aggregate.target}/")


def month_of(instant: Instant, zone: ZoneInfo) -> Month:
    """The month that clocks in `zone` show."""
    moment = moment_of(instant, zone)
    return moment.year, moment.month


_SUMMED: Final = tuple(field.name for field in fields(Tally) if field.name != "longest")

_COUNTED_AS: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.MET: "met",
        State.DEEMED: "deemed",
        State.LATE: "late",
        State.BREACHED: "breached",
        State.INDETERMINATE: "indeterminate",
        State.EXPIRED: "expired",
        State.CANCELLED: "called_off",
        State.SUPERSEDED: "called_off",
    }
)
