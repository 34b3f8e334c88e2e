"""The scene of a night in which the roster runs empty, and then the hotline is not covered."""

from typing import Any

from service.settings import Role
from service.sla.events import Event
from service.sla.instants import HOUR, MINUTE, SECOND, Instant
from service.wire import HOTLINE, publish_binary, times
from tests.line.night import EVENING, QUEUE, Night
from tests.running import until

MIDNIGHT: Instant = EVENING + 2 * HOUR
MORNING: Instant = MIDNIGHT + 9 * HOUR

STATUS = ("hotline", "status", "--zone", "Asia/Shanghai")


async def plan(made: Night) -> None:
    """The roster as it was published, and who has the evening."""
    await tell(
        made,
        fact("agent.ready", "座席-7", EVENING),
        shift("座席-7", EVENING, EVENING, MIDNIGHT),
        shift("座席-9", EVENING, MIDNIGHT, MORNING),
    )


async def run_empty(made: Night) -> None:
    """A shift is taken out, nobody takes it, and from midnight nobody is there."""
    made.say(
        "## 23:36. The roster runs empty: HotlineGapPlanned",
        "座席-9, who was planned from midnight on, is ill. At 23:30 that shift is taken out of the roster, and nobody is put in: it ends "
        "at midnight. (The exchange of this play speaks only in its scenes. A real one sends a sign of life every few minutes, or "
        "[HotlineSourceSilent](runbooks/HotlineSourceSilent.md) fires.)",
    )
    made.clock.now = EVENING + 90 * MINUTE
    gone = fact("roster.voided", "ill", made.clock.now, event=id_of("座席-9", MIDNIGHT), reason="ill")
    await tell(made, gone, fact("agent.alive", "exchange", made.clock.now))
    gap = (8 * HOUR - 30 * MINUTE) / SECOND
    await shows(made, "hotline_planned_gap_seconds", gap)
    made.say(
        f"The gauge `hotline_planned_gap_seconds` goes from 0 to {gap:,.0f}, the part of the next 8 hours that is not planned. Above 0 for 5 "
        "minutes: [HotlineGapPlanned](runbooks/HotlineGapPlanned.md) fires. When does the gap begin?"
    )
    await made.at(EVENING + 96 * MINUTE)
    await made.run(*STATUS)
    made.say(
        "One agent at any time is asked for. Is one enough for the two calls that half an hour of a night brings?"
    )
    await made.run("hotline", "staff", "--calls", "2", "--handling", "3m")
    await _nobody(made)
    await _filled(made)


async def _nobody(made: Night) -> None:
    await made.at(MIDNIGHT)
    await tell(made, fact("agent.signed_out", "座席-7", MIDNIGHT))
    await made.at(MIDNIGHT + 3 * MINUTE)
    await shows(made, "hotline_coverage", 1, answer="uncovered")
    made.say(
        "## 00:03. Nobody is there: HotlineUncovered",
        "Nobody was found, and at midnight 座席-7 signs out. The gauge `hotline_coverage` of the answer `uncovered` is 1, and after 2 "
        "minutes [HotlineUncovered](runbooks/HotlineUncovered.md) fires. The exchange is heard: that nobody is there is known.",
    )
    await made.run(*STATUS)
    made.say("Is the service itself well?")
    await made.run("status")


async def _filled(made: Night) -> None:
    now = MIDNIGHT + 6 * MINUTE
    made.say("座席-4 is called, signs in at 00:06 and is put into the roster. Both alerts are over.")
    await made.at(now)
    await tell(made, fact("agent.ready", "座席-4", now), shift("座席-4", now, now, MORNING))
    await made.at(now + MINUTE)
    await shows(made, "hotline_coverage", 1, answer="covered")
    await shows(made, "hotline_planned_gap_seconds", 0)
    await made.run(*STATUS)


async def tell(made: Night, *facts: Event) -> None:
    """Publish facts about the hotline."""
    outs = [publish_binary(each, HOTLINE) for each in facts]
    await made.bench._publish(made.bench.settings.hotline_topic, outs, 0)


async def shows(made: Night, name: str, value: float, **labels: str) -> None:
    """Wait until a gauge of the queue has come to `value`."""
    registry = made.parts[Role.CLOCK].metrics.registry
    await until(lambda: registry.get_sample_value(name, {"queue": QUEUE, **labels}) == value)


def id_of(agent: str, start: Instant) -> str:
    return f"{agent}-{start}"


def shift(agent: str, at: Instant, start: Instant, end: Instant) -> Event:
    """Said `at` some time: the agent is planned."""
    told = {"from": times.write(start), "to": times.write(end)}
    return fact("roster.shift", agent, at, id_=id_of(agent, start), **told)


def fact(type_: str, subject: str, at: Instant, *, id_: str | None = None, **told: Any) -> Event:
    return Event(
        tenant="default",
        ticket=subject,
        source="exchange",
        id=id_ or f"{type_}-{subject}-{at}",
        type=type_,
        at=at,
        attributes=told,
    )
