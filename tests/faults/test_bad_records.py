"""Records of every unreadable kind among good ones: parked with their reason, and right verdicts after a decision."""

from __future__ import annotations

import json
import random
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from service.app.parts import read_rules
from service.apply import Door, Limits, Rulebook, Topics
from service.sla.instants import HOUR
from service.store import Database, policies
from service.wire import publish_binary
from service.wire.records import Reason
from tests.faults import truth
from tests.faults.scenario import POLICY, TENANT, fact, scenario

pytestmark = [pytest.mark.line, pytest.mark.timeout(120)]

MOST_EVENTS = 30
NOBODY = "nobody"

#: What the engine itself would have to get wrong.
NOT_BY_INPUT = {Reason.NOT_JUDGED}


def bad_record(reason: Reason, now: int):
    """A record (key, value, headers) of the ticket V-<reason> that is parked for `reason`.

    What it would have said is that the ticket was assigned in time.
    """
    event = fact(f"V-{reason}", "stop", "assigned", now, to="ann")
    if reason is Reason.AHEAD_OF_RECORD:
        event = replace(event, at=now + 2 * HOUR)
    if reason is Reason.ID_REUSED:
        event = replace(event, id=f"V-{reason}-0")
    if reason is Reason.UNKNOWN_POLICY:
        event = replace(event, tenant=NOBODY)
    if reason is Reason.TOO_LARGE:
        event = replace(event, attributes={"to": "ann", "text": "x" * 1_000_000})
    out = publish_binary(event)
    key, value, headers = out.key, out.value, dict(out.headers)
    match reason:
        case Reason.NOT_JSON:
            value = value[:-3]
        case Reason.NOT_UTF8_HEADER:
            headers["ce_note"] = b"\xff\xfe"
        case Reason.NULL_VALUE:
            value = None
        case Reason.NULL_KEY:
            key = None
        case Reason.KEY_MISMATCH:
            key = b"somebody else"
        case Reason.MISSING_ATTRIBUTE:
            del headers["ce_source"]
        case Reason.BAD_ATTRIBUTE:
            headers["ce_specversion"] = b"0.3"
        case Reason.NAIVE_TIME:
            headers["ce_time"] = headers["ce_time"].removesuffix(b"Z")
        case Reason.BAD_TIME:
            headers["ce_time"] = b"yesterday"
        case Reason.TIME_OUT_OF_RANGE:
            headers["ce_time"] = b"1583-10-15T00:00:00Z"
        case Reason.UNKNOWN_TYPE:
            headers["ce_type"] = b"com.example.greeted"
        case Reason.UNKNOWN_VERSION:
            headers["ce_type"] = b"slaclock.ticket.assigned.v2"
        case Reason.BAD_DATA:
            value = json.dumps({"seq": -1, "attributes": {}}).encode()
        case _:
            pass
    return key, value, list(headers.items())


@asynccontextmanager
async def door(scene):
    """The service's door in this process, for what an operator decides."""
    db = Database.open(scene.dsn, pool_size=2)
    try:
        yield (
            db,
            Door(
                db,
                Rulebook(read_rules),
                clock=scene.clock,
                limits=Limits(tenant=TENANT, max_events=MOST_EVENTS),
                topics=Topics(statements=scene.statements, breaches=scene.breaches),
            ),
        )
    finally:
        await db.close()


async def test_bad_records_of_every_kind(stage):
    kinds = [reason for reason in Reason if reason not in NOT_BY_INPUT]
    async with stage(scenario(100, 71), max_events_per_ticket=MOST_EVENTS) as scene:
        scene.cut(60)
        worker = scene.crew.start()
        await scene.go_on(20)
        now = scene.clock.now
        good = [fact(f"V-{kind}", 0, "opened", now, priority="low") for kind in kinds]
        good += [fact("V-too_many_events", n, "noted", now) for n in range(1, MOST_EVENTS)]
        await scene.say(*good, when=now)
        assert await scene.watermark_follows(30), scene.words()
        places: dict[Reason, tuple[int, int]] = {}
        for kind in random.Random(71).sample(kinds, len(kinds)):
            key, value, headers = bad_record(kind, now)
            places[kind] = await scene.publisher.record(key, value, now, headers)
        lost = await scene.publisher.record(b"\xff\xfe", b"\x00\xff{", now, [("ce_subject", b"\xff")])
        await scene.rest()
        await _parked_by_reason(scene, worker, places, lost)
        await scene.go_on(3)
        await scene.rest()
        await _in_doubt(scene, kinds)
        released = await _decide(scene, places, lost, now)
        await scene.play()
        await scene.rest()
        events = [*scene.scenario.events, *good, *released]
        await scene.verify(events=events, strict=False)
        assert not (await scene.ask("SELECT count(*) FROM parked WHERE state = 'parked'"))[0][0]


async def _parked_by_reason(scene, worker, places, lost) -> None:
    """Every bad record is parked once under its reason, counted, and kept whole; the partitions have moved on."""
    rows = await scene.ask(
        "SELECT reason, part, record_offset, tenant, ticket FROM parked WHERE state = 'parked'"
    )
    assert {(row["part"], row["record_offset"]): row["reason"] for row in rows} == {
        place: kind.value for kind, place in places.items()
    } | {lost: _reason_at(rows, lost)}
    for row in rows:
        if (row["part"], row["record_offset"]) == lost:
            assert row["ticket"] is None
        else:
            tenant = NOBODY if row["reason"] == Reason.UNKNOWN_POLICY else TENANT
            assert (row["tenant"], row["ticket"]) == (tenant, f"V-{row['reason']}")
    shown = await worker.metrics()
    for kind in places:
        counted = 1.0 + (kind.value == _reason_at(rows, lost))
        assert f'sla_events_parked_total{{reason="{kind.value}"}} {counted}' in shown
    assert f'sla_events_total{{result="parked"}} {len(rows)}.0' in shown
    assert "V-" not in shown


def _reason_at(rows, place) -> str:
    return next(row["reason"] for row in rows if (row["part"], row["record_offset"]) == place)


async def _in_doubt(scene, kinds) -> None:
    """The due has passed: where a record of the ticket cannot be read nobody knows, and nobody says that it was missed."""
    told = truth.newest((await scene.evidence()).statements).values()
    verdicts = {
        each.ticket: (each.outcome, each.reason)
        for each in told
        if each.name == "verdict" and each.target == "answer"
    }
    breached = {each.ticket for each in told if each.name == "breach" and each.target == "answer"}
    for kind in kinds:
        ticket = f"V-{kind}"
        if kind is Reason.AHEAD_OF_RECORD:  # its time has come, and it was too late
            assert verdicts[ticket] == ("late", "")
        elif kind is Reason.UNKNOWN_POLICY:  # it is the record of another tenant's ticket
            assert ticket in breached
        else:
            assert verdicts.get(ticket) == ("indeterminate", kind.value), (ticket, verdicts.get(ticket))
            assert ticket not in breached


async def _decide(scene, places, lost, now):
    """Release what can be read, drop the rest; the events that count from now on."""
    async with door(scene) as (db, operator):
        big = places.pop(Reason.TOO_LARGE)
        await operator.release(scene.tickets, *big, by="ann", reason="it is long, and true")
        for kind, place in places.items():
            if kind not in {Reason.AHEAD_OF_RECORD, Reason.UNKNOWN_POLICY}:
                await operator.drop(scene.tickets, *place, by="ann", reason="of no consequence")
        await operator.drop(scene.tickets, *lost, by="ann", reason="nobody's")
        async with db.transaction() as tx:
            document = POLICY.replace(f"tenant: {TENANT}", f"tenant: {NOBODY}")
            await policies.register(tx, NOBODY, policies.Version("faults", "1", 0, document, 0))
    return [
        fact("V-too_large", "stop", "assigned", now, to="ann"),
        fact("V-ahead_of_record", "stop", "assigned", now + 2 * HOUR, to="ann"),
        replace(fact("V-unknown_policy", "stop", "assigned", now, to="ann"), tenant=NOBODY),
    ]
