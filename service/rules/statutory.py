"""The statutory days off and make-up working days of a country, from the package `holidays`.

Source: for the People's Republic of China the yearly notices of the General Office of the State Council, as collected
in the package's module `holidays.countries.china` from 2001 on; for other countries the module of their own. Taken are
the public holidays of the whole country, or of a part of it (`DE-BY`), with the days given off in their stead.

Limits:

- The package holds the last word of a notice, not its history: an arrangement that was revised during the year is
  there as revised. What was known before has to be said in a calendar (`examples/calendars/prc-2020.yaml`).
- A Chinese year is known when its notice is in the package. The notice comes in November or December of the year
  before, and may still change that December: 31 December 2005 and 2011 and 30 December 2006 became working days.
- In China, weekends that join a day off are days off as well: notices give whole periods ("1 to 7 October"), some call
  such a weekend an ordinary one. It matters only where the week has working time on weekends.
- Half days off for some people (8 March, 4 May) are left out.
- Refused are other countries that move working days, and those with days that follow the moon, whose dates the
  package partly estimates: nobody has held these data against a second source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from holidays import HolidayBase

#: Countries whose make-up working days are taken from the package.
WITH_MAKEUP: Final = frozenset({"CN"})

#: Groups of the package whose days follow from the Gregorian year and Easter, or are listed.
_RECKONED: Final = frozenset({"ChristianHolidays", "InternationalHolidays", "StaticHolidays"})
_FIRST_YEAR: Final = 1970
_ENTITIES: Final = 64


@dataclass(frozen=True, slots=True)
class Statutory:
    """What the law says of single dates: those of `off` have no working time, those of `makeup` are worked."""

    off: frozenset[date]
    makeup: frozenset[date]


def trouble(country: str) -> str | None:
    """Why the days of `country` (`CN`, `DE-BY`) cannot be taken, in a sentence; None when they can."""
    from holidays import list_supported_countries

    name, _, part = country.partition("-")
    parts = list_supported_countries(include_aliases=False).get(name)
    if parts is None:
        return f"`{name}` is no country of the package `holidays`: write two letters such as `CN`, or give the dates"
    if part and part not in parts:
        told = f"it has {', '.join(parts)}" if parts else f"it has none, write `{name}`"
        return f"`{country}` is no part of `{name}`: {told}"
    if name in WITH_MAKEUP:
        return None
    entity = _entity(country, ())
    if entity.has_substituted_holidays:
        return f"`{name}` moves working days to weekends, and the data on it are not checked: give the dates"
    if not _groups(entity) <= _RECKONED:
        return (
            f"`{name}` has days that follow the moon, and the data on it are partly estimates: give the dates"
        )
    return None


def unknown_year(country: str, until: date) -> int | None:
    """The first year that the package does not know when it does not know that of `until`; else None."""
    years = _years(country)
    return None if until.year in years else min(until.year, years.stop)


@lru_cache(_ENTITIES)
def statutory(country: str, until: date) -> Statutory:
    """The days of `country` from the first year that the package knows up to `until`, inclusive.

    ValueError when `trouble` or `unknown_year` has something to say.
    """
    if trouble(country) is not None or unknown_year(country, until) is not None:
        raise ValueError(f"the days of {country} are not known up to {until}")
    years = range(_years(country).start, until.year + 1)
    entity = _entity(country, years)
    makeup = frozenset(entity.weekend_workdays) if country in WITH_MAKEUP else frozenset()
    off = set(entity) | (_joining(entity, makeup) if country in WITH_MAKEUP else set())
    known = range(date(years.start, 1, 1).toordinal(), until.toordinal() + 1)
    return Statutory(*(frozenset(day for day in days if day.toordinal() in known) for days in (off, makeup)))


def _years(country: str) -> range:
    """The years that the package knows, one after the other."""
    entity = _entity(country, ())
    if country not in WITH_MAKEUP:
        return range(max(_FIRST_YEAR, entity.start_year), entity.end_year + 1)
    noticed = entity.special_public_holidays
    first = last = max(noticed)
    while first - 1 in noticed:
        first -= 1
    return range(first, last + 1)


def _joining(off: Iterable[date], makeup: frozenset[date]) -> set[date]:
    """The weekend days beside those of `off`, as far as no working day lies between."""
    found: set[date] = set()
    for day in off:
        for step in (timedelta(days=1), timedelta(days=-1)):
            beside = day + step
            while beside.weekday() >= 5 and beside not in makeup:
                found.add(beside)
                beside += step
    return found


def _groups(entity: HolidayBase) -> set[str]:
    return {kind.__name__ for kind in type(entity).__mro__ if kind.__module__.startswith("holidays.groups.")}


def _entity(country: str, years: Iterable[int]) -> HolidayBase:
    from holidays import country_holidays

    name, _, part = country.partition("-")
    return country_holidays(name, subdiv=part or None, years=years, expand=False)
