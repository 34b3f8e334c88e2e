"""Gauges that are counted in the database: the same in every process that shows them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from service.metrics import HORIZONS, Metrics
from service.sla.instants import SECOND, Instant
from service.store import Database, directory, outbox, parked, tickets, unfinished


class Gauges:
    """Counts them anew at each turn."""

    def __init__(
        self,
        db: Database,
        metrics: Metrics,
        *,
        directory_topic: str,
        wall: Callable[[], Instant],
        answers: Callable[[], Collection[tuple[str, str]]],
    ) -> None:
        """`wall`: by which it is told how soon a promise is due. `answers`: what owners call `acknowledged`, by tenant."""
        self._db = db
        self._metrics = metrics
        self._directory = directory_topic
        self._wall = wall
        self._answers = answers

    async def count(self) -> bool:
        """False, for there is never more to do. Raises what the database raises."""
        metrics, now = self._metrics, self._wall()
        async with self._db.transaction() as tx:
            ahead = await unfinished.ahead(tx, now, [seconds * SECOND for seconds in HORIZONS.values()])
            unanswered = await unfinished.unanswered(tx, self._answers())
            waiting = await outbox.waiting(tx)
            backlog = await tickets.backlog(tx)
            trouble = await tickets.trouble(tx)
            standing = await parked.standing(tx)
            lag = await directory.lag(tx, self._directory)
        self._show(ahead)
        metrics.unanswered.set(unanswered.count)
        metrics.unanswered_oldest.set(_seconds(unanswered.oldest))
        metrics.outbox_rows.set(waiting.count)
        metrics.outbox_oldest.set(_seconds(waiting.oldest))
        metrics.directory_lag.set(_seconds(lag))
        metrics.due.set(backlog.due)
        metrics.due_oldest.set(_seconds(backlog.oldest))
        metrics.in_doubt.set(trouble.in_doubt)
        metrics.unjudged.set(trouble.unjudged)
        metrics.show(metrics.parked, {(each.reason.value,): each.count for each in standing})
        metrics.parked_oldest.set(_seconds(min((each.oldest for each in standing), default=None)))
        metrics.counted.set(_seconds(now))
        return False

    def _show(self, ahead: list[unfinished.Ahead]) -> None:
        metrics = self._metrics
        metrics.show(
            metrics.promises_open,
            {
                (each.target, state): count
                for each in ahead
                for state, count in (
                    ("running", each.running),
                    ("waiting", each.waiting),
                    ("breached", each.breached),
                )
            },
        )
        metrics.show(
            metrics.due_within,
            {
                (each.target, name): count
                for each in ahead
                for name, count in zip(HORIZONS, each.within, strict=True)
            },
        )
        metrics.show(metrics.undecided, {(each.target,): each.undecided for each in ahead})
        metrics.next_due.set(_earliest(each.next_due for each in ahead))
        metrics.breach_oldest.set(_earliest(each.oldest_breach for each in ahead))


def _earliest(instants: Iterable[Instant | None]) -> float:
    return _seconds(min((each for each in instants if each is not None), default=None))


def _seconds(instant: Instant | None) -> float:
    return 0.0 if instant is None else instant / SECOND
