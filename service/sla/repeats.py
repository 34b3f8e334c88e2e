"""Breaches of one person within twelve months: what is said about the person, whatever the order in which they came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from service.sla.chain import HOLDER, resolve
from service.sla.instants import Instant, at_wall, moment_of
from service.sla.statements import Kind, Statement
from service.sla.view import NAMESPACE, UNPROVEN

#: The rule, and its name in the ids.
REPEAT: Final = "repeat"

#: So many breaches within the months make a statement.
ENOUGH: Final = 2


@dataclass(frozen=True, slots=True)
class Counted:
    """A breach in force, by its id, that counts against a person; `at` is its due."""

    at: Instant
    breach: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """The breaches of `person` in [since, at], oldest first; the last of them is the one that makes the statement."""

    id: str
    tenant: str
    person: str
    since: Instant
    at: Instant
    breaches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SaidRepeat:
    """The newest revision of one statement about a person as it was put into the ledger."""

    repeat: Repeat
    rev: int
    withdrawn: bool = False


def person_of(statement: Statement) -> str:
    """The staff number of whom a breach in force counts against; "" when against nobody: a team, nobody, or unproven."""
    if statement.kind is not Kind.BREACH or UNPROVEN in statement.remarks:
        return ""
    return resolve(HOLDER, statement.chain).person


def repeats(tenant: str, person: str, breaches: Iterable[Counted], zone: ZoneInfo) -> tuple[Repeat, ...]:
    """What is to be said about `person`, in the order of the latest breaches; dates are those of `zone`.

    Of breaches with the same due the one with the greater id is the later.
    """
    ordered = sorted(set(breaches), key=lambda each: (each.at, each.breach))
    found: list[Repeat] = []
    first = 0
    for place, latest in enumerate(ordered):
        since = year_before(latest.at, zone)
        while ordered[first].at < since:
            first += 1
        within = tuple(each.breach for each in ordered[first : place + 1])
        if len(within) >= ENOUGH:
            id_ = repeat_id(tenant, person, latest.breach)
            found.append(Repeat(id_, tenant, person, since, latest.at, within))
    return tuple(found)


def year_before(instant: Instant, zone: ZoneInfo) -> Instant:
    """The first instant of the same date a year before, in `zone`; of 29 February that is the 28th."""
    day = moment_of(instant, zone).date()
    if (day.month, day.day) == (2, 29):
        return at_wall(date(day.year - 1, 2, 28), 0, zone)
    return at_wall(day.replace(year=day.year - 1), 0, zone)


def revisions(said: Mapping[str, SaidRepeat], repeats: Iterable[Repeat]) -> tuple[SaidRepeat, ...]:
    """What turns `said`, by id, into `repeats`: withdrawals first, then what is new or other than it was."""
    now = {each.id: each for each in repeats}
    gone = sorted(
        (SaidRepeat(each.repeat, each.rev + 1, True) for each in said.values() if not each.withdrawn and each.repeat.id not in now),
        key=lambda each: (each.repeat.at, each.repeat.id),
    )  # fmt: skip
    new = []
    for repeat in now.values():
        last = said.get(repeat.id)
        if last is None or last.withdrawn or last.repeat != repeat:
            new.append(SaidRepeat(repeat, 1 if last is None else last.rev + 1))
    return (*gone, *new)


@lru_cache(maxsize=4_096)
def repeat_id(tenant: str, person: str, breach: str) -> str:
    """The id of what is said about a person by the latest breach: the same for ever."""
    parts = (tenant, person, REPEAT, breach)
    return str(uuid5(_PEOPLE, "".join(f"{len(part)}:{part}" for part in parts)))


#: Apart from the ids of statements about tickets, which are made of the same kind of parts.
_PEOPLE: Final = UUID(str(uuid5(NAMESPACE, "people")))
