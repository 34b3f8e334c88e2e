"""From the hotline's topic to statements about calls and to metrics, through every part."""

import pytest

from service.sla.events import Event
from service.sla.instants import SECOND
from service.wire import HOTLINE, publish_binary, publish_structured
from tests.line.test_areas import at, make, sample, says
from tests.parts import unique
from tests.running import HOUR, MINUTE, START, bench, running, until

pytestmark = pytest.mark.line

POLICY = """
policy: line
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: default
zone: UTC
vocabulary: {call_offered: opened}
events: [call_missed, call_abandoned, call_answered, call_called_back]
targets:
  callback:
    start: [call_missed, call_abandoned]
    stop: [call_answered, call_called_back]
    budget: 30m
"""


@pytest.fixture
async def line(topics, database):
    given = {"hotline_topic": unique("hotline"), "hotline_queues": "faults", "hotline_look_seconds": 0.2}
    made = await bench(topics, database, rules=POLICY, **given)
    yield made
    await made.close()


def fact(type_: str, at: int, subject: str, /, **told) -> Event:
    return Event(
        tenant="default",
        ticket=subject,
        source="pbx",
        id=f"{type_}-{subject}-{at}",
        type=type_,
        at=at,
        attributes=told,
    )


async def tell(line, *facts: Event, publish=publish_binary) -> None:
    await line._publish(line.settings.hotline_topic, [publish(fact, HOTLINE) for fact in facts], 0)


async def test_a_missed_call_is_breached_and_the_hotline_is_seen(line):
    app = line.app()
    async with running(app):
        await at(line, START + MINUTE)  # W waits for no topic that never was
        await make(line, line.settings.hotline_topic)
        line.clock.now = START + 2 * MINUTE
        told = (
            fact("agent.ready", START + MINUTE, "u-1"),
            fact("call.offered", START + MINUTE, "c1", queue="faults"),
            fact("call.abandoned", START + 2 * MINUTE, "c1"),
        )
        await tell(line, *told)
        await tell(line, *told, fact("call.nonsense", START, "c2"), publish=publish_structured)
        await until(lambda: value(app, "sla_hotline_events_total", 3, result="duplicate"))
        await at(line, START + 5 * MINUTE)
        await until(lambda: value(app, "hotline_agents_on_duty", 1, queue="faults"))
        await until(lambda: value(app, "hotline_window_calls", 1, queue="faults", outcome="abandoned"))
        assert sample(app, "hotline_coverage", queue="faults", answer="covered") == 1

        await at(line, START + HOUR)
        await until(lambda: says(line, ["call:c1 breach"]))
        await until(lambda: value(app, "hotline_source_silent", 1))
        await tell(line, fact("call.called_back", START + HOUR, "c1", agent="u-1"))
        await until(lambda: says(line, ["call:c1 breach", "call:c1 late"]))
        assert sample(app, "sla_hotline_events_total", result="parked") == 1
        assert sample(app, "sla_statements_total", kind="verdict", status="in_force") == 1
        assert sample(app, "sla_verdicts_total", target="callback", outcome="late") == 1
        assert sample(app, "hotline_look_timestamp_seconds") >= (START + HOUR) / SECOND


async def value(app, name: str, number: float, **labels: str) -> bool:
    return sample(app, name, **labels) == number
