"""Shows how the hotline stands, and counts what has ended since the last look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import structlog

from service.app.hotline import LONGEST_CALL, Look, asked_of, forget, look, queues_of, seconds
from service.hotline import Answer, Call, Outcome, Yardstick, coverage, in_all
from service.hotline.calls import Leg
from service.hotline.standing import Standing
from service.metrics import HotlineMetrics
from service.metrics.hotline import ANSWERS, OUTCOMES, WAITING
from service.settings import Settings
from service.sla.instants import Instant
from service.store import Database

#: (call, place of the leg), or one of these for the call as a whole and its mark, which comes after its end.
_Seen = tuple[str, int]
_WHOLE: Final = -1
_MARK: Final = -2

log = structlog.stdlib.get_logger("slaclock.hotline")


class Board:
    """What one process shows. What had ended at its first look is not counted."""

    def __init__(self, settings: Settings, metrics: HotlineMetrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._asked = asked_of(settings)
        self._queues = queues_of(settings)
        self._seen: dict[_Seen, Instant] | None = None
        self._last: Instant | None = None
        yardstick, rings = self._asked.yardstick, self._asked.yardstick.pickup
        metrics.measure(
            mode=self._asked.mode.value,
            answer_seconds=f"{seconds(yardstick.answer):g}",
            short_seconds=f"{seconds(yardstick.short):g}",
            pickup_seconds=f"{seconds(rings.limit):g}",
            pickup_assumed=str(rings.assumed).lower(),
            window_seconds=f"{seconds(self._asked.window):g}",
        )

    async def refresh(self, db: Database, at: Instant) -> bool:
        """Look at `at`, show and count; whether there may be more to forget. Raises what the database raises."""
        seen = await look(db, self._settings, at, self._last)
        if seen.trouble:
            log.warning("roster_unreadable", detail=seen.trouble)
        self.show(seen)
        return await forget(db, self._settings, at)

    def show(self, seen: Look) -> None:
        """Show gauges, and count what has ended since the look before."""
        metrics = self._metrics
        for each in seen.standings:
            self._show(each)
            if each.queue in self._queues.covered:
                self._show_cover(each)
        metrics.has_roster.set(seen.has_roster)
        metrics.silent.set(seen.is_silent)
        metrics.heard.set(0 if seen.heard is None else seconds(seen.heard))
        metrics.looked.set(seconds(seen.at))
        self._count(seen)

    def _show(self, each: Standing) -> None:
        metrics, counts, queue = self._metrics, each.counts, each.queue
        for outcome in (*OUTCOMES, WAITING):
            metrics.window_calls.labels(queue, outcome).set(getattr(counts, outcome))
        metrics.window_in_time.labels(queue, "answered").set(counts.answered_in_time)
        metrics.window_in_time.labels(queue, "abandoned").set(counts.abandoned_in_time)
        metrics.window_short.labels(queue).set(counts.abandoned_short)
        metrics.window_waiting_late.labels(queue).set(counts.waiting_late)
        metrics.window_waited.labels(queue).set(seconds(counts.waited))
        metrics.window_pickups.labels(queue, "yes").set(counts.picked_up)
        metrics.window_pickups.labels(queue, "no").set(counts.to_pick_up - counts.picked_up)
        metrics.window_handling.labels(queue).set(seconds(each.occupancy.part))
        metrics.window_available.labels(queue).set(seconds(each.occupancy.whole - each.occupancy.part))

    def _show_cover(self, each: Standing) -> None:
        metrics, queue = self._metrics, each.queue
        for answer in ANSWERS:
            metrics.window_coverage.labels(queue, answer).set(seconds(getattr(each.cover, answer)))
            metrics.covered.labels(queue, answer).set(each.now.answer == answer)
        metrics.on_duty.labels(queue).set(each.now.sure)
        metrics.required.labels(queue).set(each.now.required)
        gaps = each.gaps or ()
        metrics.gap.labels(queue).set(seconds(sum(gap.end - gap.start for gap in gaps)))
        metrics.gap_begins.labels(queue).set(seconds(gaps[0].start) if gaps else 0)

    def _count(self, seen: Look) -> None:
        before, self._last = self._last, seen.at
        fresh = dict(_ended(seen.calls))
        known, self._seen = self._seen, self._remembered(fresh, seen.at)
        if known is None or before is None:
            return
        for call in seen.calls:
            for place, leg in enumerate(call.legs):
                if (call.id, place) in fresh and (call.id, place) not in known:
                    self._count_leg(leg, seen.at)
            if (call.id, _WHOLE) in fresh and (call.id, _WHOLE) not in known:
                self._count_call(call)
            if (call.id, _MARK) in fresh and (call.id, _MARK) not in known:
                self._count_mark(call)
        if before < seen.at:
            for queue in self._queues.covered:
                cover = in_all(coverage(seen.watch, seen.roster, queue, before, seen.at))
                for answer in Answer:
                    self._metrics.coverage.labels(queue, answer.value).inc(
                        seconds(getattr(cover, answer.value))
                    )

    def _remembered(self, fresh: dict[_Seen, Instant], at: Instant) -> dict[_Seen, Instant]:
        """What is never counted again; what the next looks cannot see any more is forgotten."""
        back = at - 2 * (self._asked.window + LONGEST_CALL)
        return {key: ended for key, ended in {**(self._seen or {}), **fresh}.items() if ended >= back}

    def _count_leg(self, leg: Leg, at: Instant) -> None:
        metrics, queue, outcome = self._metrics, leg.queue, leg.outcome.value
        yardstick: Yardstick = self._asked.yardstick
        waited, in_rings = leg.waited(at), leg.rang(at) <= yardstick.pickup.limit
        metrics.calls.labels(queue, outcome).inc()
        metrics.wait.labels(queue, outcome).observe(seconds(waited))
        if leg.outcome in {Outcome.ANSWERED, Outcome.ABANDONED} and waited <= yardstick.answer:
            metrics.in_time.labels(queue, outcome).inc()
        if leg.outcome is Outcome.ABANDONED and waited <= yardstick.short:
            metrics.short.labels(queue).inc()
        if leg.outcome is Outcome.ANSWERED and in_rings:
            metrics.pickups.labels(queue, "yes").inc()
        elif leg.outcome in {Outcome.ANSWERED, Outcome.MISSED} or not in_rings:
            metrics.pickups.labels(queue, "no").inc()

    def _count_call(self, call: Call) -> None:
        if call.is_orphan:
            return
        metrics, queue = self._metrics, call.legs[-1].queue
        if call.ended_by:
            metrics.ended.labels(queue, call.ended_by).inc()
        metrics.transfers.labels(queue).inc(call.transfers)
        for each in call.handlings:
            if each.end is not None and each.leg is not None:
                metrics.talk.labels(call.queue_of(each)).observe(seconds(each.end - each.start))

    def _count_mark(self, call: Call) -> None:
        if call.rating is not None and not call.is_orphan:
            self._metrics.ratings.labels(call.legs[-1].queue).inc()
            self._metrics.marks.labels(call.legs[-1].queue).inc(call.rating)


def _ended(calls: tuple[Call, ...]) -> Iterator[tuple[_Seen, Instant]]:
    """What has ended, and when. A call is over as a whole when it has ended."""
    for call in calls:
        for place, leg in enumerate(call.legs):
            if leg.until is not None:
                yield (call.id, place), leg.until
        if call.ended_at is not None:
            yield (call.id, _WHOLE), call.ended_at
            if call.rating is not None:
                yield (call.id, _MARK), call.ended_at
