"""A figure with its denominator."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """`part` of `whole`, both whole numbers (counts, or microseconds per count), so that figures can be added up.

    A sum pools: (1 of 2) + (3 of 4) is 4 of 6. It never is the mean of two shares.
    """

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The quotient; None of nothing, which is neither good nor bad."""
        return self.part / self.whole if self.whole else None

    def __add__(self, other: Ratio) -> Ratio:
        return Ratio(self.part + other.part, self.whole + other.whole)
