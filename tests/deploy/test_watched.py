"""The rules and dashboards on a run of the service: real Kafka, Postgres, Prometheus and Alertmanager."""

import asyncio
import json
import math
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from scripts.monitoring.files import MADE
from service.demo.parts import workspace
from service.settings import STANDARD, Role
from tests.deploy import tools
from tests.deploy.watching import Watch, now, watch
from tests.line.test_areas import make
from tests.line.test_hotline import fact, tell
from tests.parts import MissingError, unique
from tests.running import HOUR, MINUTE, SECOND, Bench, bench, opened, replied, running, told, until

pytestmark = [pytest.mark.deploy, pytest.mark.line, pytest.mark.timeout(150)]

RULES = """
policy: watched
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: default
zone: UTC
calendars:
  desk: {week: {mon-sun: [00:00-24:00]}, known_until: 2099-12-31}
targets:
  answer:
    stop: replied
    budget: 1h
    hours: desk
    ladder:
      - {at: 30m after, role: head}
  repair: {stop: resolved, budget: 4h}
"""


@dataclass
class Scene:
    line: Bench
    watch: Watch

    async def query(self, expr):
        return await asyncio.to_thread(self.watch.query, expr)

    async def value(self, expr):
        return await asyncio.to_thread(self.watch.value, expr)

    async def is_at(self, expr, value):
        return await self.value(expr) == value


async def follow(clock):
    while True:
        clock.now = now()
        await asyncio.sleep(0.05)


@asynccontextmanager
async def scene(topics, database):
    try:
        tools.prometheus(), tools.alertmanager()
    except MissingError as missing:
        pytest.skip(str(missing))
    line = await bench(
        topics,
        database,
        rules=RULES,
        hotline_topic=unique("hotline"),
        hotline_queues="faults",
        hotline_look_seconds=0.5,
        canary_seconds=5,
    )
    line.clock.now = now()
    ticking = asyncio.create_task(follow(line.clock))
    app = line.app(roles=(*STANDARD, Role.CANARY))
    try:
        with workspace("watched") as folder:
            async with running(app):
                await until(lambda: app.http_port)
                async with watch(folder, app.http_port) as seen:
                    found = Scene(line, seen)
                    # Every series is there with 0 before anything happens, or the first breach would be no increase.
                    begun = 'sla_breaches_total{status="in_force",target="answer"}'
                    await until(lambda: found.is_at(begun, 0))
                    await until(lambda: found.value("sla_watermark_timestamp_seconds > 0"))
                    yield found
    finally:
        ticking.cancel()
        await line.close()


@pytest.fixture
async def watched(topics, database):
    async with scene(topics, database) as made:
        yield made


async def test_a_breach_is_delivered_and_held_back_while_the_watermark_stands(watched):
    line, heard = watched.line, watched.watch.heard
    await line.publish([opened(f"a{n}", now() - 2 * HOUR) for n in range(3)])

    await until(lambda: heard.firing("SlaBreachesMany", target="answer"), 40)
    assert heard.firing("SlaBreachesMany", target="answer") == {"hotline-lead"}
    assert heard.firing("SlaWatchdog") == {"watchdog"}
    assert heard.firing("SlaWatermarkFrozen") == set()

    line.clock.database_ahead = 10 * SECOND  # two clocks that do not agree: W stands
    await until(lambda: heard.firing("SlaWatermarkFrozen", reason="clocks_differ"), 40)
    assert heard.firing("SlaWatermarkFrozen") == {"on-call"}
    await until(lambda: asyncio.to_thread(watched.watch.suppressed, "SlaBreachesMany"), 20)

    await line.publish([opened(f"b{n}", now() - 3 * HOUR - 59 * MINUTE - 58 * SECOND) for n in range(3)])
    await until(lambda: watched.is_at('sla_promises_undecided{target="repair"}', 3))
    assert await watched.value('sla_breaches_total{status="in_force",target="repair"}') == 0
    assert heard.firing("SlaBreachesMany", target="repair") == set()

    line.clock.database_ahead = 0
    await until(lambda: heard.firing("SlaBreachesMany", target="repair"), 40)
    assert await watched.value('sla_breaches_total{status="in_force",target="repair"}') == 3


def asks():
    """Every query of every dashboard, as Grafana would send it."""
    for path in sorted((MADE / "dashboards").glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                expr = target["expr"].replace("$__rate_interval", "1m").replace("$target", ".*")
                yield f"{path.stem}: {panel['title']}: {expr}", expr


def scores(series):
    return [float(each["value"][1]) for each in series]


def half_an_hour(start):
    """Two calls, one of them given up, and an agent who stays."""
    return (
        fact("agent.ready", start - HOUR, "u-1", queues="faults"),
        fact("agent.alive", start - SECOND, "pbx"),
        fact("call.offered", start - 10 * MINUTE, "c1", queue="faults"),
        fact("call.answered", start - 10 * MINUTE + 10 * SECOND, "c1", agent="u-1"),
        fact("call.hung_up", start - 8 * MINUTE, "c1", by="caller"),
        fact("call.offered", start - 5 * MINUTE, "c2", queue="faults"),
        fact("call.abandoned", start - 4 * MINUTE, "c2"),
    )


async def test_every_query_of_every_dashboard_returns_data(watched):
    line, start = watched.line, now()
    await make(line, line.settings.hotline_topic)
    await tell(line, *half_an_hour(start))
    await line.publish([opened(f"t{n}", start - 2 * HOUR) for n in range(6)])
    await line.publish([opened("soon", now() - HOUR + 5 * SECOND)])  # the clock wakes it at its due
    await line.publish([replied("t0", start - 80 * MINUTE), replied("t1", start - 30 * MINUTE)])
    await line.publish([told("t2", "resolved", start - MINUTE)])
    await until(lambda: watched.query('sla_verdicts_total{outcome="late"} > 0'), 40)
    await until(lambda: watched.query("sla_fire_delay_seconds_count > 0"), 40)
    await until(lambda: watched.query('hotline_window_calls{outcome="abandoned"} > 0'), 40)
    await until(lambda: watched.query("sla_canary_delay_seconds_count > 0"), 40)
    await asyncio.sleep(3)  # two more scrapes and evaluations of the rules

    empty, without_number, count, found = [], [], 0, 0
    for name, expr in asks():
        series = await watched.query(expr)
        count, found = count + 1, found + len(series)
        if not series:
            empty.append(name)
        elif all(math.isnan(score) for score in scores(series)):
            without_number.append(name)

    print(f"{count} queries, {found} series")
    assert empty == []
    assert without_number == []
