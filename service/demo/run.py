"""`slaclock demo`: starts the parts, replays, compares, explains one breach, and says where to look next."""

from __future__ import annotations

import asyncio
import json as jsonlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from pydantic import SecretStr

from service.app import logs
from service.bus.ends import BrokerAwayError
from service.demo import parts
from service.demo.compare import Difference, Spoken, differences
from service.demo.line import Line, LineError
from service.demo.pack import of_pack
from service.demo.recording import MissingExamplesError, Recording, backtest, load
from service.demo.replay import Spoiled, schedule
from service.demo.show import Screen, look
from service.settings import Settings
from service.sla.statements import Kind, Statement
from service.store import StoreError

EQUAL: Final = 0
DIFFERENT: Final = 1
UNREACHABLE: Final = 3

#: Differences that are printed one by one.
_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    spoken: Spoken
    expected: dict[str, Statement]
    differences: list[Difference]
    spoiled: Spoiled
    published: int
    seconds: float

    @property
    def equal(self) -> bool:
        """Whether the line said what the back-test says, in unbroken revisions."""
        return not self.differences and not self.spoken.gaps


def run(
    *,
    keep: bool,
    kafka: str | None,
    postgres: str | None,
    seconds: float,
    json: bool,
    pack: str | None = None,
) -> int:
    """Run the demo; the exit status: 0 equal, 1 different, 3 a part cannot be reached or started.

    It replays the recorded month, or the worked histories of `pack`. Without `kafka` (host:port) and `postgres` (URL of an empty database) both are started here and end with the demo.
    """
    logs.configure(style="people", level="error", same_per_minute=5)
    try:
        recording = load() if pack is None else of_pack(pack)
        with _settings(kafka, postgres) as settings:
            return asyncio.run(_run(settings, recording, seconds=seconds, keep=keep, json=json))
    except (parts.PartError, MissingExamplesError, LineError, StoreError, BrokerAwayError, OSError) as error:
        _tell(f"slaclock demo: {error}")
        return UNREACHABLE
    except KeyboardInterrupt:
        _tell("slaclock demo: interrupted; its parts are stopped")
        return 130


@contextmanager
def _settings(kafka: str | None, postgres: str | None) -> Iterator[Settings]:
    """The service's settings, with what was not given started for as long as they are used."""
    with ExitStack() as stack:
        if postgres is None:
            _tell("starting Postgres")
            postgres = stack.enter_context(parts.postgres()).dsn
        bootstrap = kafka
        if bootstrap is None:
            _tell("starting a Kafka-compatible broker")
            bootstrap = stack.enter_context(parts.broker()).bootstrap
        run_id = uuid4().hex[:8]
        yield Settings(
            database_url=SecretStr(postgres),
            kafka_bootstrap=bootstrap,
            # The embedded broker has no idempotent producers; a Kafka of one's own has.
            idempotent_producer=kafka is not None,
            group=f"slaclock-demo-{run_id}",
            tickets_topic=f"demo-{run_id}.tickets.events.v1",
            areas_topic=f"demo-{run_id}.areas.events.v1",
            sources_topic=f"demo-{run_id}.sources.events.v1",
            directory_topic=f"demo-{run_id}.directory.events.v1",
            hotline_topic=f"demo-{run_id}.hotline.events.v1",
            statements_topic=f"demo-{run_id}.sla.statements.v1",
            breaches_topic=f"demo-{run_id}.sla.breaches.v1",
            # The embedded broker lets a group start only after half a session.
            kafka_session_ms=6_000,
            kafka_heartbeat_ms=2_000,
            kafka_rebalance_ms=6_000,
            http_port=0,
            probe_interval_ms=200,
            gauges_seconds=1,
            behind_seconds=86_400,  # a step of the replay's clock is an hour
            freeze_notice_seconds=86_400,
            announce_within_hours=876_000,
        )


async def _run(settings: Settings, recording: Recording, *, seconds: float, keep: bool, json: bool) -> int:
    line = Line(settings, recording)
    stop = asyncio.Event()
    await line.set_up()
    serving = asyncio.ensure_future(line.app.run(stop))
    try:
        working = asyncio.ensure_future(_replayed(line, seconds))
        await asyncio.wait({working, serving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            working.cancel()
            raise LineError(f"the service ended by itself with status {await serving}")
        outcome = await working
        await asyncio.to_thread(_report, line, outcome, json)
        if keep:
            _tell(_addresses(line))
            await asyncio.Event().wait()
        return EQUAL if outcome.equal else DIFFERENT
    finally:
        stop.set()
        await asyncio.wait({serving}, timeout=settings.shutdown_seconds)
        await line.close()


async def _replayed(line: Line, seconds: float) -> Outcome:
    recording = line.recording
    sendings, spoiled = schedule((*recording.events, *recording.shared), recording.until)
    _tell("waiting for the service to have read the empty topics to their ends")
    await line.come_up()
    _tell(
        f"replaying {len(recording.events) + len(recording.shared):,} events in about {seconds:.0f} s; on purpose {spoiled.late:,} come late, "
        f"{spoiled.disordered:,} out of order, {spoiled.repeated:,} twice"
    )
    began = time.monotonic()

    def view() -> Any:
        return look(
            line.app.metrics,
            now=line.clock.wall(),
            tickets=len(line.tickets),
            seconds=time.monotonic() - began,
        )

    with Screen(view) as screen:
        await line.replay(sendings, seconds, screen.refresh)
        await line.rest(screen.refresh)
        took = time.monotonic() - began
        screen.refresh(at_once=True)
    _tell("reading back what the topic says, and judging the same events by back-test")
    said = await line.spoken()
    expected = await asyncio.to_thread(backtest, recording)
    return Outcome(said, expected, differences(said.in_force, expected), spoiled, len(sendings), took)


def _report(line: Line, outcome: Outcome, json: bool) -> None:  # noqa: FBT001 - called by to_thread
    if json:
        print(jsonlib.dumps(_as_json(outcome), indent=2))
    else:
        print("\n".join(_sentences(outcome)))
    for difference in outcome.differences[:_SHOWN]:
        _tell(f"different: {difference.id}\n  line:     {difference.line}\n  backtest: {difference.backtest}")
    if not json:
        _explain_one(line, outcome)
        print(_next_steps())


def _sentences(outcome: Outcome) -> Iterator[str]:
    spoken = outcome.spoken
    kinds = ", ".join(
        f"{spoken.said[kind]:,} {kind.value} ({spoken.withdrawn[kind]:,} withdrawn)" for kind in Kind
    )
    yield f"\n{outcome.published:,} records in {outcome.seconds:.0f} s. Said on the topic: {kinds}."
    if spoken.repeats:
        yield f"{spoken.repeats:,} records repeat an earlier one, which consumers pass over."
    if outcome.equal:
        yield f"In force at the end: {len(spoken.in_force):,} statements, the same as the back-test says, id by id."
        return
    yield (
        f"NOT EQUAL: the topic has {len(spoken.in_force):,} statements in force, the back-test "
        f"{len(outcome.expected):,}; {len(outcome.differences):,} differ, {len(spoken.gaps):,} have gaps."
    )


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "equal": outcome.equal,
        "published": outcome.published,
        "seconds": round(outcome.seconds, 1),
        "late": outcome.spoiled.late,
        "disordered": outcome.spoiled.disordered,
        "repeated": outcome.spoiled.repeated,
        "said": {kind.value: outcome.spoken.said[kind] for kind in Kind},
        "withdrawn": {kind.value: outcome.spoken.withdrawn[kind] for kind in Kind},
        "in_force": len(outcome.spoken.in_force),
        "backtest": len(outcome.expected),
        "different": [difference.id for difference in outcome.differences],
        "gaps": list(outcome.spoken.gaps),
    }


def _explain_one(line: Line, outcome: Outcome) -> None:
    """A breach with a hold in it, if there is one, by the command that a person would use."""
    breaches = [one for one in outcome.spoken.in_force.values() if one.kind is Kind.BREACH]
    if not breaches:
        return
    chosen = min(breaches, key=lambda one: (not one.account.held, one.at, one.id))
    command = ["explain", chosen.ticket, "--tenant", chosen.tenant, "--target", chosen.target]
    print(f"\nOne breach, as `slaclock {' '.join(command)}` tells it:\n", flush=True)
    subprocess.run(
        [sys.executable, "-m", "service", *command], check=False, timeout=60, env=_environment(line)
    )


def _environment(line: Line) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLACLOCK_")}  # noqa: TID251 - passed on to a child, not read
    return kept | {"SLACLOCK_DATABASE_URL": line.settings.database_url.get_secret_value()}


def _next_steps() -> str:
    return (
        "\nWhere to look next:\n"
        "  make demo ARGS=--keep           leaves all of this running and prints where\n"
        "  examples/policies/              two policy files; docs/policy.md has every key\n"
        "  slaclock backtest --help        your own events against your own rules, without any server\n"
        "  docs/contracts/README.md        what to publish, what to consume"
    )


def _addresses(line: Line) -> str:
    settings = line.settings
    return (
        "\nRunning until Ctrl-C; in another shell:\n"
        f"  export SLACLOCK_DATABASE_URL='{settings.database_url.get_secret_value()}'\n"
        f"  export SLACLOCK_KAFKA_BOOTSTRAP={settings.kafka_bootstrap}\n"
        f"  curl -s http://{settings.http_host}:{line.app.http_port}/metrics\n"
        f"topics: {settings.tickets_topic}, {settings.statements_topic}, {settings.breaches_topic}"
    )


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
