"""Histories, targets and instants as a person writes them down, and judgements as a person reads them."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from service.sla.calendars import Calendar, hours_of
from service.sla.events import Doubt, Event
from service.sla.history import History
from service.sla.hours import ALWAYS, Hours
from service.sla.instants import DAY, HOUR, MICROSECOND, MINUTE, SECOND, Instant, instant_of, moment_of
from service.sla.judge import judge
from service.sla.policy import Match, Meaning, Policy, Rules, Rung, Target, Unit, Where
from service.sla.statements import Judgement, Kind, Promise, Statement

UTC = ZoneInfo("UTC")
NEW_YORK = ZoneInfo("America/New_York")
SHANGHAI = ZoneInfo("Asia/Shanghai")

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


def event(line: str, number: int = 1, zone: ZoneInfo = UTC) -> Event:
    """`03-01 09:00 held reason=customer`; id, source and seq may stand among the attributes."""
    day, time_of_day, kind, *words = line.split()
    facts = dict(word.split("=", 1) for word in words)
    return Event(
        tenant="t",
        ticket="k",
        id=facts.pop("id", f"e{number}"),
        source=facts.pop("source", "desk"),
        seq=int(facts.pop("seq", "0")),
        type=kind,
        at=at(f"{day} {time_of_day}", zone),
        attributes=facts,
    )


def history(*lines: str, doubts: Iterable[str] = (), zone: ZoneInfo = UTC) -> History:
    """Events e1, e2... and doubts since the instants given."""
    events = tuple(event(line, number, zone) for number, line in enumerate(lines, start=1))
    return History(events, tuple(Doubt(since=at(since, zone), reason="not_json") for since in doubts))


def calendar(zone: ZoneInfo, day: str, *, weekend: str = "", **dates: str) -> Calendar:
    """`day` is `09:00-12:00 13:00-18:00`, Monday to Friday; `dates` are like `d2024_03_04="..."`, empty for none."""
    return Calendar(
        name="made",
        zone=zone,
        week=(shifts(day),) * 5 + (shifts(weekend),) * 2,
        dates={date(*map(int, name[1:].split("_"))): shifts(text) for name, text in dates.items()},
    )


def shifts(text: str) -> tuple[tuple[int, int], ...]:
    """`09:00-12:00 13:00-18:00` as durations after midnight; hours may exceed 24."""
    pairs = (word.split("-") for word in text.split())
    return tuple((_after_midnight(start), _after_midnight(to)) for start, to in pairs)


def _after_midnight(text: str) -> int:
    hours, minutes = map(int, text.split(":"))
    return hours * HOUR + minutes * MINUTE


def office(zone: ZoneInfo = UTC, day: str = "09:00-12:00 13:00-18:00", **dates: str) -> Hours:
    """Monday to Friday, eight hours with a break at noon."""
    return hours_of(calendar(zone, day, **dates))


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
    rungs: tuple[Rung, ...] = (),
    grace: str = "",
    floor: str = "",
    zone: ZoneInfo = UTC,
    hours: Hours = ALWAYS,
    **others: object,
) -> Target:
    """`budget` is a duration or `3 days`."""
    number, _, days = budget.partition(" days")
    in_days = number.isdigit() and days == ""
    return Target(
        id=name,
        start=tuple(map(match, start)),
        stop=tuple(map(match, stop)),
        cancel=tuple(map(match, cancel)),
        budget=int(number) if in_days else span(budget),
        unit=Unit.CALENDAR_DAYS if in_days else Unit.TIME,
        hours=hours,
        zone=zone,
        applies=where(*applies),
        accepts=frozenset(accepts),
        rungs=rungs,
        grace=span(grace),
        floor=span(floor),
        **others,  # type: ignore[arg-type]
    )


def warn(amount: str, name: str = "soon") -> Rung:
    """Said when `amount` is used up."""
    return Rung(name=name, kind=Kind.WARNING, amount=_amount(amount), role="holder")


def escalate(amount: str, name: str = "up") -> Rung:
    """Said when `amount` is used up, budget and more."""
    return Rung(name=name, kind=Kind.ESCALATION, amount=_amount(amount), role="head")


def _amount(text: str) -> int:
    return int(text.removesuffix(" days")) if text.endswith(" days") else span(text)


def rules(*targets: Target, vocabulary: dict[str, Meaning] | None = None) -> Rules:
    return Rules((policy(*targets, vocabulary=vocabulary),))


def policy(
    *targets: Target,
    version: str = "1",
    since: str = "1970-01-01 00:00",
    vocabulary: dict[str, Meaning] | None = None,
) -> Policy:
    return Policy(
        id="p",
        version=version,
        tenant="t",
        effective_from=at(since),
        targets=targets,
        vocabulary=vocabulary or {},
    )


def judged(told: History, *targets: Target, upto: str = END, zone: ZoneInfo = UTC) -> Judgement:
    return judge(told, rules(*targets), at(upto, zone))


def sayings(judgement: Judgement, zone: ZoneInfo = UTC) -> list[str]:
    """The statements as lines: `03-01 17:00 breach`, `03-01 18:00 verdict late by e2`."""
    return [saying(statement, zone) for statement in judgement.statements]


def saying(statement: Statement, zone: ZoneInfo = UTC) -> str:
    line = f"{clock(statement.at, zone)} {statement.name}"
    if statement.kind is not Kind.VERDICT:
        return line
    line += f" {statement.outcome}"
    return line + (f" {statement.reason}" if statement.event is None else f" by {statement.event[1]}")


def standing(judgement: Judgement, zone: ZoneInfo = UTC) -> list[str]:
    """The promises as lines: `e1 due 03-01 17:00 open`."""
    return [stand(promise, zone) for promise in judgement.promises]


def stand(promise: Promise, zone: ZoneInfo = UTC) -> str:
    line = f"{promise.started_by[1]} due {clock(promise.due, zone)} {promise.state}"
    return line + ("" if promise.stop is None else f" at {clock(promise.stop, zone)}")
