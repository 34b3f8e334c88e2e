"""Histories, targets and instants as a person writes them down, and judgements as a person reads them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from service.sla.calendars import Calendar, Version, round_the_clock
from service.sla.events import Doubt, Event, Json
from service.sla.history import History
from service.sla.instants import DAY, HOUR, MICROSECOND, MINUTE, SECOND, Instant, instant_of, moment_of
from service.sla.judge import judge
from service.sla.policy import Limit, Match, Meaning, Policy, Rules, Rung, Target, Unit, Where
from service.sla.statements import Judgement, Kind, Promise, Statement
from service.sla.ticks import latest_before

UTC = ZoneInfo("UTC")
NEW_YORK = ZoneInfo("America/New_York")
SHANGHAI = ZoneInfo("Asia/Shanghai")
CAIRO = ZoneInfo("Africa/Cairo")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")

#: Instants without a year are in this one: 1 March is a Friday, clocks in New York change on 10 March and 3 November.
YEAR = 2024

#: Later than anything in the tables.
END = "2030-01-01 00:00"


def at(text: str, zone: ZoneInfo = UTC) -> Instant:
    """The instant of `[YYYY-]MM-DD HH:MM[:SS[.ffffff]]` on clocks in `zone`."""
    day, _, time_of_day = text.partition(" ")
    full = day if day.count("-") == 2 else f"{YEAR}-{day}"
    return instant_of(datetime.fromisoformat(f"{full}T{time_of_day}").replace(tzinfo=zone))


def clock(instant: Instant | None, zone: ZoneInfo = UTC) -> str:
    """`instant` in the form that `at` reads; `-` for None."""
    if instant is None:
        return "-"
    moment = moment_of(instant, zone)
    text = f"{moment:%m-%d %H:%M}" if moment.year == YEAR else f"{moment:%Y-%m-%d %H:%M}"
    rest = f":{moment:%S}" if moment.second or moment.microsecond else ""
    return text + rest + (f".{moment:%f}" if moment.microsecond else "")


_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND, "us": MICROSECOND}


def span(text: str) -> int:
    """The duration of `8h`, `1h 30m`, `1us`; a leading minus counts for all of it."""
    sign = -1 if text.startswith("-") else 1
    total = 0
    for part in text.lstrip("-").split():
        number = part.rstrip("dhmsu")
        total += int(number) * _UNITS[part[len(number) :]]
    return sign * total


def lasting(duration: int) -> str:
    """`duration` in the form that `span` reads: `64h`, `7h 30m`, `1us`."""
    words = []
    for letter in ("h", "m", "s", "us"):
        number, duration = divmod(duration, _UNITS[letter])
        words += [f"{number}{letter}"] if number else []
    return " ".join(words) or "0h"


#: Attributes that hold instants: told as `03-01T09:00` on the clocks of the history, kept as RFC 3339.
_INSTANTS = ("from", "to", "start", "until", "due", "at")
#: Attributes that hold truths.
_TRUTHS = ("replace",)
#: Attributes that hold integers.
_NUMBERS = ("rank",)
#: Attributes that hold amounts: `3_days` is told as `3 days`.
_AMOUNTS = ("by",)


def _fact(name: str, text: str, zone: ZoneInfo) -> Json:
    if name in _INSTANTS and "T" in text:
        return moment_of(at(text.replace("T", " "), zone)).isoformat()
    if name in _TRUTHS:
        return text == "true"
    if name in _NUMBERS:
        return int(text)
    if name in _AMOUNTS:
        return text.replace("_", " ")
    return list(text.split("|")) if "|" in text else text


def event(line: str, number: int = 1, zone: ZoneInfo = UTC) -> Event:
    """`03-01 09:00 held reason=customer`; id, source and seq may stand among the attributes; `a|b` is a list."""
    return _event(line, f"e{number}", "desk", "k", zone)


def area_event(line: str, number: int = 1, zone: ZoneInfo = UTC) -> Event:
    """`03-01 10:00 excluded exclusion=storm area=north reason=weather to=03-01T12:00`, told of an area: x1, x2..."""
    return _event(line, f"x{number}", "areas", "", zone)


def _event(line: str, id_: str, source: str, ticket: str, zone: ZoneInfo) -> Event:
    day, time_of_day, kind, *words = line.split()
    facts = dict(word.split("=", 1) for word in words)
    return Event(
        tenant="t",
        ticket=ticket,
        id=facts.pop("id", id_),
        source=facts.pop("source", source),
        seq=int(facts.pop("seq", "0")),
        type=kind,
        at=at(f"{day} {time_of_day}", zone),
        attributes={name: _fact(name, text, zone) for name, text in facts.items()},
    )


def history(
    *lines: str, doubts: Iterable[str] = (), shared: Iterable[str] = (), zone: ZoneInfo = UTC
) -> History:
    """Events e1, e2..., doubts since the instants given, and what was told of areas: x1, x2..."""
    return History(
        tuple(event(line, number, zone) for number, line in enumerate(lines, start=1)),
        tuple(Doubt(since=at(since, zone), reason="not_json") for since in doubts),
        tuple(area_event(line, number, zone) for number, line in enumerate(shared, start=1)),
    )


def version(
    day: str,
    *,
    weekend: str = "",
    since: str | None = None,
    until: str | None = None,
    **dates: str,
) -> Version:
    """`day` is `09:00-12:00 13:00-18:00`, Monday to Friday; `dates` are like `d2024_03_04="..."`, empty for none.

    Published on the date `since`, known up to the date `until`.
    """
    return Version(
        week=(shifts(day),) * 5 + (shifts(weekend),) * 2,
        dates={date(*map(int, name[1:].split("_"))): shifts(text) for name, text in dates.items()},
        known_since=None if since is None else date.fromisoformat(since),
        known_until=None if until is None else date.fromisoformat(until),
    )


def versions(zone: ZoneInfo, *published: Version) -> Calendar:
    """A calendar that was published in several versions, the earliest first."""
    return Calendar(name="made", zone=zone, versions=published)


def calendar(zone: ZoneInfo, day: str, *, weekend: str = "", **dates: str) -> Calendar:
    """A calendar of one version: `day` Monday to Friday, `dates` like `d2024_03_04="..."`."""
    return versions(zone, version(day, weekend=weekend, **dates))


def shifts(text: str) -> tuple[tuple[int, int], ...]:
    """`09:00-12:00 13:00-18:00` as durations after midnight; hours may exceed 24."""
    pairs = (word.split("-") for word in text.split())
    return tuple((_after_midnight(start), _after_midnight(to)) for start, to in pairs)


def _after_midnight(text: str) -> int:
    hours, minutes = map(int, text.split(":"))
    return hours * HOUR + minutes * MINUTE


#: Eight hours with a break at noon.
OFFICE_DAY = "09:00-12:00 13:00-18:00"


def office(zone: ZoneInfo = UTC, day: str = OFFICE_DAY, **dates: str) -> Calendar:
    """Monday to Friday, eight hours with a break at noon."""
    return calendar(zone, day, **dates)


def spring_festival_2026() -> Calendar:
    """15 to 23 February 2026 off, Saturday 14 and Saturday 28 February worked (State Council of the PRC)."""
    off = {f"d2026_02_{day}": "" for day in range(15, 24)}
    worked = {"d2026_02_14": OFFICE_DAY, "d2026_02_28": OFFICE_DAY}
    return office(SHANGHAI, **off, **worked)


def match(text: str) -> Match:
    """`resolved` or `noted kind=answer|note`."""
    kind, *words = text.split()
    return Match(kind, where(*words))


def where(*words: str) -> tuple[Where, ...]:
    """`prio=high|urgent`, all of them."""
    pairs = (word.split("=", 1) for word in words)
    return tuple(Where(name, frozenset(values.split("|"))) for name, values in pairs)


def target(
    budget: str = "8h",
    *,
    name: str = "restore",
    start: tuple[str, ...] = ("opened",),
    stop: tuple[str, ...] = ("resolved",),
    cancel: tuple[str, ...] = ("cancelled",),
    applies: tuple[str, ...] = (),
    accepts: tuple[str, ...] = (),
    gate: tuple[tuple[str, ...], ...] = (),
    max_open: Mapping[str, str] | None = None,
    exclusions: tuple[str, ...] = (),
    rungs: tuple[Rung, ...] = (),
    grace: str = "",
    floor: str = "",
    zone: ZoneInfo = UTC,
    calendar: Calendar | None = None,
    **others: object,
) -> Target:
    """`budget` is a duration, `3 days` or `5 working days`; without a calendar it runs round the clock in `zone`.

    `gate` holds preconditions, each the alternatives that meet it; `max_open` durations or days by reason. `day_end`,
    `boundary`, `reopen` and the like are passed on.
    """
    amount, unit = _amount(budget)
    limits = {reason: Limit(*_amount(limit)) for reason, limit in (max_open or {}).items()}
    return Target(
        id=name,
        start=tuple(map(match, start)),
        stop=tuple(map(match, stop)),
        cancel=tuple(map(match, cancel)),
        budget=amount,
        unit=unit,
        calendar=calendar or round_the_clock(zone),
        applies=where(*applies),
        gate=tuple(tuple(map(match, alternatives)) for alternatives in gate),
        accepts=frozenset(accepts),
        max_open=limits,
        exclusions=frozenset(exclusions),
        rungs=rungs,
        grace=span(grace),
        floor=span(floor),
        **others,  # type: ignore[arg-type]
    )


def warn(amount: str, name: str = "soon") -> Rung:
    """Said when `amount` is used up."""
    return Rung(name=name, kind=Kind.WARNING, amount=_amount(amount)[0], role="holder")


def escalate(amount: str, name: str = "up") -> Rung:
    """Said when `amount` is used up, budget and more."""
    return Rung(name=name, kind=Kind.ESCALATION, amount=_amount(amount)[0], role="head")


def _amount(text: str) -> tuple[int, Unit]:
    number, *unit = text.split()
    if unit == ["working", "days"]:
        return int(number), Unit.WORKING_DAYS
    return (int(number), Unit.CALENDAR_DAYS) if unit == ["days"] else (span(text), Unit.TIME)


def rules(*targets: Target, vocabulary: dict[str, Meaning] | None = None) -> Rules:
    return Rules((policy(*targets, vocabulary=vocabulary),))


def policy(
    *targets: Target,
    version: str = "1",
    since: str = "1970-01-01 00:00",
    adopt_from: str | None = None,
    vocabulary: dict[str, Meaning] | None = None,
) -> Policy:
    return Policy(
        id="p",
        version=version,
        tenant="t",
        effective_from=at(since),
        targets=targets,
        vocabulary=vocabulary or {},
        adopt_from=None if adopt_from is None else at(adopt_from),
    )


def judged(told: History, *targets: Target, upto: str = END, zone: ZoneInfo = UTC) -> Judgement:
    return judge(told, rules(*targets), at(upto, zone))


def sayings(judgement: Judgement, zone: ZoneInfo = UTC) -> list[str]:
    """The statements as lines: `03-01 17:00 breach`, `03-01 18:00 verdict late by e2`, `03-01 17:00 verdict expired`."""
    return [saying(statement, zone) for statement in judgement.statements]


def saying(statement: Statement, zone: ZoneInfo = UTC) -> str:
    line = f"{clock(statement.at, zone)} {statement.name}"
    if statement.kind is not Kind.VERDICT:
        return line
    line += f" {statement.outcome}"
    if statement.event is not None:
        return f"{line} by {statement.event[1]}"
    return f"{line} {statement.reason}" if statement.reason else line


def standing(judgement: Judgement, zone: ZoneInfo = UTC) -> list[str]:
    """The promises as lines: `e1 due 03-01 17:00 open`."""
    return [stand(promise, zone) for promise in judgement.promises]


def stand(promise: Promise, zone: ZoneInfo = UTC) -> str:
    line = f"{promise.started_by[1]} due {clock(promise.due, zone)} {promise.state}"
    return line + ("" if promise.stop is None else f" at {clock(promise.stop, zone)}")


def due(judgement: Judgement, zone: ZoneInfo = UTC) -> str:
    """The due of the only promise."""
    (promise,) = judgement.promises
    return clock(promise.due, zone)


def the(judgement: Judgement, name: str) -> Statement:
    """The only statement of that name."""
    (statement,) = (each for each in judgement.statements if each.name == name)
    return statement


def account(statement: Statement) -> str:
    """What became of the span, without what is nothing: `gated 2h, outside 64h, counted 8h, 3 days`."""
    parts = [
        f"{name} {lasting(getattr(statement.account, name))}"
        for name in ("gated", "outside", "excluded", "held", "counted")
        if getattr(statement.account, name)
    ]
    days = statement.account.days
    return ", ".join(parts + ([f"{days} days"] if days else []))


def missed(judgement: Judgement, zone: ZoneInfo = UTC) -> tuple[str, str]:
    """The due of the only promise and the account of its breach; `-` and nothing while there is no due."""
    (promise,) = judgement.promises
    breaches = [each for each in judgement.statements if each.kind is Kind.BREACH]
    assert [(each.at, each.due) for each in breaches] == [(promise.due, promise.due)] * (
        promise.due is not None
    )
    return clock(promise.due, zone), "".join(map(account, breaches))


def latest(target: Target, instant: str, amount: str, zone: ZoneInfo = UTC) -> str:
    """The latest instant from which `amount` lies before `instant`, both on clocks in `zone`."""
    return clock(latest_before(target, at(instant, zone), _amount(amount)[0]), zone)


def table(names: str, rows: Sequence[tuple[object, ...]]) -> pytest.MarkDecorator:
    """A table whose first column says what the row is about."""
    return pytest.mark.parametrize(
        names.split(", "), [row[1:] for row in rows], ids=[str(row[0]) for row in rows]
    )
