"""Ways to break what must stay true, for the tests that see whether the others would notice.

Each is named after what becomes false and is done to the service's modules in a worker, before it starts.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import TextClause, text

from service import clock as service_clock
from service import relay as service_relay
from service.apply import Door, slices
from service.apply.outcome import Fenced
from service.bus.ends import Probe
from service.sla import history
from service.sla.diff import diff
from service.sla.instants import DAY
from service.sla.judge import judge
from service.store import events, outbox, parked, progress
from tests.faults.timepiece import SharedClock

WAYS: Final[dict[str, Callable[[SharedClock], None]]] = {}


def way(work: Callable[[SharedClock], None]) -> Callable[[SharedClock], None]:
    WAYS[work.__name__] = work
    return work


def _rewritten(statement: TextClause, old: str, new: str) -> TextClause:
    assert old in statement.text, old
    return text(statement.text.replace(old, new))


# --- 1 one door, 2 offsets in Postgres, 3 every event once -----------------------------------------


@way
def the_offset_commits_by_itself(_: SharedClock) -> None:
    async def transact(tools: Any, piece: Any, readings: Any) -> Any:
        async with slices.transaction(tools) as work:
            if not await progress.advance(
                work.tx, piece.topic, piece.part, piece.first, piece.next, piece.epoch
            ):
                raise Fenced
        async with slices.transaction(tools) as work:
            return await slices._take(tools, work, readings)

    slices._transact = transact


@way
def positions_are_overwritten(_: SharedClock) -> None:
    progress._ADVANCE = text(
        "UPDATE progress SET next_offset = :new WHERE topic = :topic AND part = :part"
        " AND CAST(:old AS bigint) >= 0 AND CAST(:epoch AS bigint) >= 0"
    )


@way
def events_count_every_time(_: SharedClock) -> None:
    past = events.past

    async def forgetful(tx: Any, keys: Any) -> Any:
        found = await past(tx, keys)
        for each in found.values():
            each.digests.clear()
        return found

    events.past = forgetful


# --- 4 W is proved, 5 what rests on absence waits for it ---------------------------------------------


@way
def every_probe_proves_every_partition(_: SharedClock) -> None:
    service_clock.Readings.reached = lambda self, positions: self._kept[-1:]  # type: ignore[method-assign]
    progress._PROVE = _rewritten(progress._PROVE, "AND p.next_offset >= e.last", "AND e.last >= 0")


@way
def the_clock_is_read_after_the_ends(clock: SharedClock) -> None:
    @dataclass
    class LateTick:
        doubt: str = ""

        @property
        def t0(self) -> int:
            return clock.now

    async def read(self: Any, database_now: Any) -> LateTick:
        return LateTick()

    service_clock.Steadiness.read = read  # type: ignore[method-assign, assignment]
    extents = Probe.extents

    async def slow(self: Any, topics: Any) -> Any:
        found = await extents(self, topics)
        await asyncio.sleep(0.3)
        return found

    Probe.extents = slow  # type: ignore[method-assign]


@way
def the_fastest_partition_decides(_: SharedClock) -> None:
    progress._SETTLE = _rewritten(progress._SETTLE, "min(p.wm)", "max(p.wm)")


@way
def w_may_go_back(_: SharedClock) -> None:
    progress._SETTLE = _rewritten(progress._SETTLE, "greatest(w.at, v.at)", "v.at")


@way
def an_end_before_the_position_is_no_doubt(_: SharedClock) -> None:
    service_clock.doubt_of = lambda extents, known: ""


@way
def absence_is_concluded_from_the_wall_clock(clock: SharedClock) -> None:
    async def watermark(tx: Any) -> progress.Watermark:
        return progress.Watermark(clock.now, "", clock.now)

    progress.watermark = watermark


# --- 6 the order of arrival, 7 wake-ups, 8 the ledger -------------------------------------------------


@way
def events_are_read_as_they_arrive(_: SharedClock) -> None:
    history.order = lambda event: 0  # type: ignore[assignment, return-value]


def _judged(change: Callable[[Any, int], Any]) -> None:
    assert Door.__init__.__kwdefaults__ is not None
    Door.__init__.__kwdefaults__["judge"] = lambda past, rules, upto: change(judge(past, rules, upto), upto)


@way
def tickets_sleep_too_long(_: SharedClock) -> None:
    _judged(lambda told, upto: replace(told, wake_at=None if told.wake_at is None else told.wake_at + DAY))


@way
def content_depends_on_w(_: SharedClock) -> None:
    _judged(
        lambda told, upto: replace(
            told,
            statements=tuple(replace(each, clause=f"{each.clause} at {upto}") for each in told.statements),
        )
    )


@way
def revisions_skip(_: SharedClock) -> None:
    assert Door.__init__.__kwdefaults__ is not None
    Door.__init__.__kwdefaults__["diff"] = lambda said, told: tuple(
        replace(each, rev=each.rev + (each.rev > 1)) for each in diff(said, told)
    )


# --- 9 nothing is dropped ------------------------------------------------------------------------------


@way
def unreadable_records_are_passed_over(_: SharedClock) -> None:
    async def add(tx: Any, rows: Any) -> None:
        """Forget them."""

    parked.add = add


@way
def nothing_is_in_doubt(_: SharedClock) -> None:
    async def doubts(tx: Any, keys: Any) -> Any:
        return dict.fromkeys(keys, ())

    parked.doubts = doubts


# --- 11 the output topic -------------------------------------------------------------------------------


@way
def the_newest_is_sent_first(_: SharedClock) -> None:
    outbox._TAKE = _rewritten(outbox._TAKE, "ORDER BY id LIMIT", "ORDER BY id DESC LIMIT")


@way
def a_repeat_has_other_bytes(_: SharedClock) -> None:
    take = outbox.take

    async def adorned(*arguments: Any) -> Any:
        stamp = b" " * (1 + time.monotonic_ns() % 1_000)
        return [replace(row, value=row.value + stamp) for row in await take(*arguments)]

    outbox.take = adorned


@way
def what_is_sent_is_forgotten_first(_: SharedClock) -> None:
    async def shard(self: Any, shard: int) -> bool:
        async with self._db.transaction() as tx:
            rows = await outbox.take(tx, shard, self._shards, self._batch)
            await outbox.delete(tx, [row.id for row in rows])
        if not rows:
            return False
        self._after_step("taken")
        await self._sender.send(rows, until=self._uptime() + 10)
        self._after_step("sent")
        return True

    service_relay.Relay._shard = shard  # type: ignore[method-assign]


@way
def a_relay_that_wakes_up_goes_on(_: SharedClock) -> None:
    assert service_relay.Relay.__init__.__kwdefaults__ is not None
    init = service_relay.Relay.__init__

    def patient(self: Any, *arguments: Any, **named: Any) -> None:
        init(self, *arguments, **named | {"hold_seconds": 3_600.0})

    service_relay.Relay.__init__ = patient  # type: ignore[method-assign, assignment]
