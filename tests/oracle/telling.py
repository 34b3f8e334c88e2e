"""Cases as the core reads them, and its judgements as plain data."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from service.sla.calendars import Calendar, DaySegments, Version, round_the_clock
from service.sla.events import Doubt, Event, Gap
from service.sla.history import History
from service.sla.instants import NEVER
from service.sla.judge import judge
from service.sla.policy import (
    Boundary,
    DayEnd,
    Deemed,
    Extension,
    Lapsed,
    LastDay,
    Limit,
    Match,
    Meaning,
    Policy,
    Rules,
    Rung,
    Stated,
    Target,
    Unit,
    Where,
)
from service.sla.statements import Judgement, Kind, Promise, Statement
from tests.oracle.cases import AT_LAST
from tests.oracle.kinds import PLAIN

Plain = dict[str, Any]

#: Calendars by their content, so that each is laid out once however many cases keep it.
_CALENDARS: Final[dict[str, Calendar]] = {}


def world(case: Plain) -> tuple[History, Rules]:
    """The case in values of the core."""
    calendars = {name: calendar(name, kept) for name, kept in case["calendars"].items()}
    history = History(
        events=tuple(map(_event, case["events"])),
        doubts=tuple(Doubt(since=doubt["since"], reason=doubt["reason"]) for doubt in case["doubts"]),
        shared=tuple(map(_event, case["shared"])),
        caps=case["caps"],
        gaps=tuple(Gap(**gap) for gap in case["gaps"]),
        proved=NEVER if case["proved"] is None else case["proved"],
    )
    return history, Rules(tuple(_policy(policy, calendars) for policy in case["policies"]))


def answer(case: Plain) -> Plain:
    """What the core says of the case."""
    return plain(judge(*world(case), case["upto"]))


def marks(case: Plain) -> list[int]:
    """The dues of the case and the instants of its statements, when all is decided."""
    judgement = judge(*world(case), AT_LAST)
    dues = {promise.due for promise in judgement.promises if promise.due is not None}
    return sorted(dues | {statement.at for statement in judgement.statements})


def forget() -> None:
    """Lay every calendar out anew."""
    _CALENDARS.clear()
    round_the_clock_in.cache_clear()


# --- there ------------------------------------------------------------------------------------------


def calendar(name: str, kept: Plain) -> Calendar:
    """The same object for the same content."""
    text = json.dumps([name, kept], sort_keys=True)
    known = _CALENDARS.get(text)
    if known is None:
        versions = tuple(map(_version, kept["versions"]))
        known = _CALENDARS[text] = Calendar(name=name, zone=ZoneInfo(kept["zone"]), versions=versions)
    return known


@cache
def round_the_clock_in(zone: str) -> Calendar:
    """24x7; the same object for the same zone."""
    return round_the_clock(ZoneInfo(zone))


def _version(version: Plain) -> Version:
    return Version(
        week=tuple(map(_day, version["week"])),
        dates={date.fromisoformat(day): _day(spans) for day, spans in version["dates"].items()},
        known_since=_date(version["known_since"]),
        known_until=_date(version["known_until"]),
    )


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _day(spans: list[list[int]]) -> DaySegments:
    return tuple((start, to) for start, to in spans)


def _event(event: Plain) -> Event:
    return Event(**event)


def _policy(policy: Plain, calendars: dict[str, Calendar]) -> Policy:
    return Policy(
        id=policy["id"],
        version=policy["version"],
        tenant="t",
        effective_from=policy["effective_from"],
        targets=tuple(_target(target, calendars) for target in policy["targets"]),
        vocabulary={
            word: Meaning(meaning["type"], meaning["rename"])
            for word, meaning in policy["vocabulary"].items()
        },
        adopt_from=policy["adopt_from"],
    )


def _target(target: Plain, calendars: dict[str, Calendar]) -> Target:
    name, unit = target["calendar"], Unit(target["unit"])
    return Target(
        id=target["id"],
        start=_matches(target["start"]),
        stop=_matches(target["stop"]),
        cancel=_matches(target["cancel"]),
        applies=_where(target["applies"]),
        gate=tuple(map(_matches, target["gate"])),
        budget=target["budget"],
        unit=unit,
        day_end=DayEnd(target["day_end"]),
        last_day=LastDay(target.get("last_day", "same_time")),
        calendar=round_the_clock_in(target["zone"]) if name is None else calendars[name],
        boundary=Boundary(target["boundary"]),
        accepts=frozenset(target["accepts"]),
        exclusions=frozenset(target["exclusions"]),
        max_open={
            reason: Limit(amount, Unit(measure)) for reason, (amount, measure) in target["max_open"].items()
        },
        reopen=target["reopen"],
        rungs=tuple(_rung(rung) for rung in target["rungs"]),
        grace=target["grace"],
        floor=target["floor"],
        **_kind(target),
        clause=target["clause"],
        regime=target["regime"],
    )


def _kind(target: Plain) -> Plain:
    """What it promises besides a stop within a budget; what is left out is no such thing."""
    kept = {**PLAIN, **target}
    extension, deemed, lapsed = kept["extension"], kept["deemed"], kept["lapsed"]
    return {
        "extension": extension and Extension(**extension),
        "deemed": deemed and Deemed(_matches(deemed["on"]), _matches(deemed["report"]), deemed["within"]),
        "lapsed": lapsed and Lapsed(_matches(lapsed["on"]), _matches(lapsed["unless"]), lapsed["after"]),
        "stated": kept["stated"] and Stated(kept["stated"]),
        "stated_by": kept["stated_by"],
        "customers": kept["customers"],
        "requires": frozenset(kept["requires"]),
    }


def _rung(rung: Plain) -> Rung:
    return Rung(
        name=rung["name"],
        kind=Kind(rung["kind"]),
        amount=rung["amount"],
        role=rung["role"],
        urges=rung.get("urges", 0),
    )


def _matches(matches: Iterable[Plain]) -> tuple[Match, ...]:
    return tuple(Match(match["type"], _where(match["where"])) for match in matches)


def _where(where: dict[str, list[str]]) -> tuple[Where, ...]:
    return tuple(Where(attribute, frozenset(values)) for attribute, values in where.items())


# --- and back ---------------------------------------------------------------------------------------


def plain(judgement: Judgement) -> Plain:
    """A judgement as an answer."""
    waits = {**judgement.waits, **({} if judgement.wake_at is None else {(): judgement.wake_at})}
    return {
        "policy": None if judgement.policy is None else judgement.policy[1],
        "orphan": judgement.orphan,
        "promises": [_promise(promise) for promise in sorted(judgement.promises, key=_order)],
        "statements": [
            _statement(statement)
            for statement in sorted(judgement.statements, key=lambda each: (*_order(each), each.name))
        ],
        "waits": sorted([list(sources), instant] for sources, instant in waits.items()),
    }


def _order(told: Promise | Statement) -> tuple[str, int, tuple[str, str]]:
    return told.target, told.start, told.started_by


def _promise(promise: Promise) -> Plain:
    return {
        "target": promise.target,
        "started_by": list(promise.started_by),
        "start": promise.start,
        "due": promise.due,
        "state": str(promise.state),
        "stop": promise.stop,
        "stopped_by": _key(promise.stopped_by),
        "held": promise.held,
        "gated": promise.gated,
        "provisional": promise.provisional,
        "in_doubt": promise.in_doubt,
    }


def _statement(statement: Statement) -> Plain:
    return {
        "kind": str(statement.kind),
        "target": statement.target,
        "started_by": list(statement.started_by),
        "name": statement.name,
        "at": statement.at,
        "version": statement.version,
        "start": statement.start,
        "due": statement.due,
        "account": asdict(statement.account),
        "outcome": str(statement.outcome),
        "reason": statement.reason,
        "event": _key(statement.event),
        "role": statement.role,
        "remarks": sorted(statement.remarks),
    }


def _key(key: tuple[str, str] | None) -> list[str] | None:
    return None if key is None else list(key)
