"""How fast the core reckons: additions of working time, judgements by length of history.

Shown beside the fastest library for working time, when it is installed; noisy, so both are measured in one run.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as wall_time
from zoneinfo import ZoneInfo

from service.sla.calendars import Calendar, Version, round_the_clock
from service.sla.events import Event
from service.sla.history import History
from service.sla.instants import DAY, HOUR, MINUTE, Instant, instant_of, moment_of
from service.sla.judge import judge
from service.sla.policy import DayEnd, Match, Policy, Rules, Rung, Target, Unit, Where
from service.sla.statements import Kind

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGINNING = instant_of(datetime(2026, 1, 1, tzinfo=SHANGHAI))
OFF = tuple(date(2026, 1, 1) + timedelta(days=day) for day in (*range(3), *range(45, 54), *range(94, 97)))
SHIFTS = ((9 * HOUR, 12 * HOUR), (13 * HOUR + 30 * MINUTE, 18 * HOUR))
OFFICE = Calendar(
    name="office",
    zone=SHANGHAI,
    versions=(Version(week=(SHIFTS,) * 5 + ((), ()), dates=dict.fromkeys(OFF, ())),),
)
ROUND = 20_000


def main() -> None:
    """Print a line for each figure."""
    _additions()
    for length in (5, 20, 50, 200, 2000):
        _judgements(length)


def _additions() -> None:
    chance = random.Random(1)
    starts = [BEGINNING + chance.randrange(0, 365 * DAY) for _ in range(ROUND)]
    hours = OFFICE.latest.hours
    moments = [moment_of(start) for start in starts]
    ours = _timed(lambda: [hours.after(start, 40 * HOUR) for start in starts])
    print(f"40 h of working time added: {ROUND / ours:,.0f}/s")
    days = Target(id="d", start=(), stop=(), cancel=(), budget=10, unit=Unit.WORKING_DAYS, calendar=OFFICE)
    from service.sla.timeline import Circumstances, Timeline

    counted = _timed(
        lambda: [Timeline(days, start, Circumstances(), OFFICE.latest).due(10) for start in starts]
    )
    print(f"10 working days added: {ROUND / counted:,.0f}/s")
    try:
        from workclock import Holidays, Schedule, WorkDay
    except ImportError:
        print("workclock is not installed: nothing to compare with")
        return
    shifts = [WorkDay(_clock(start), _clock(to)) for start, to in SHIFTS]
    schedule = Schedule([*shifts, Holidays(OFF)], time_zone=SHANGHAI)
    theirs = _timed(lambda: [schedule.add(moment, timedelta(hours=40)) for moment in moments])
    print(f"the same by workclock: {ROUND / theirs:,.0f}/s")
    assert [moment_of(hours.after(start, 40 * HOUR) or 0) for start in starts] == [
        schedule.add(moment, timedelta(hours=40)) for moment in moments
    ]


def _clock(after_midnight: int) -> wall_time:
    return (datetime(2026, 1, 1) + timedelta(microseconds=after_midnight)).time()  # noqa: DTZ001


def _judgements(length: int) -> None:
    rules, history = Rules((_policy(),)), _history(length)
    rounds = max(3, 4000 // length)
    upto = BEGINNING + 400 * DAY
    found = judge(history, rules, upto)
    took = _timed(lambda: [judge(history, rules, upto) for _ in range(rounds)]) / rounds
    said = len(found.statements)
    print(
        f"judge, {length} events x 6 targets: {took * 1e6:,.0f} us ({took * 1e6 / length:.1f} an event, {said} said)"
    )


def _policy() -> Policy:
    elapsed = round_the_clock(SHANGHAI)
    rung = Rung(name="75%", kind=Kind.WARNING, amount=0, role="agent")

    def target(name: str, stop: str, budget: int, unit: Unit, calendar: Calendar, **more: object) -> Target:
        warning = Rung(name="w", kind=rung.kind, amount=budget * 3 // 4, role=rung.role)
        late = Rung(name="e", kind=Kind.ESCALATION, amount=budget + 1, role="head")
        return Target(
            id=name,
            start=(Match("opened"),),
            stop=(Match(stop),),
            cancel=(Match("cancelled"),),
            budget=budget,
            unit=unit,
            calendar=calendar,
            accepts=frozenset({"customer"}),
            reopen=True,
            rungs=(warning, late),
            **more,  # type: ignore[arg-type]
        )

    high = (Where("priority", frozenset({"high"})),)
    return Policy(
        id="p",
        version="1",
        tenant="t",
        effective_from=0,
        targets=(
            target("respond", "replied", 4 * HOUR, Unit.TIME, OFFICE),
            target("resolve", "resolved", 40 * HOUR, Unit.TIME, OFFICE),
            target("resolve.high", "resolved", 8 * HOUR, Unit.TIME, OFFICE, applies=high),
            target("elapsed", "resolved", 24 * HOUR, Unit.TIME, elapsed),
            target("days", "resolved", 5, Unit.WORKING_DAYS, OFFICE, day_end=DayEnd.CLOSING),
            target("close", "closed", 10, Unit.CALENDAR_DAYS, elapsed),
        ),
    )


def _history(length: int) -> History:
    """A ticket that is held, resumed, re-classified, answered, resolved and reopened in turn."""
    kinds = ("held", "resumed", "reclassified", "replied", "noted", "resolved", "reopened", "assigned")
    events = [_event(0, "opened", BEGINNING)]
    for number in range(1, length):
        kind = kinds[(number - 1) % len(kinds)]
        events.append(_event(number, kind, BEGINNING + number * 2 * HOUR))
    return History(tuple(events))


def _event(number: int, kind: str, at: Instant) -> Event:
    facts = {"reason": "customer", "priority": "high" if number % 16 < 8 else "low"}
    return Event(tenant="t", ticket="k", source="s", id=f"e{number}", type=kind, at=at, attributes=facts)


def _timed(run: Callable[[], object]) -> float:
    """Seconds of the fastest of three."""
    found = []
    for _ in range(3):
        begun = time.perf_counter()
        run()
        found.append(time.perf_counter() - begun)
    return min(found)


if __name__ == "__main__":
    main()
