"""What became of one promise, folded over all that is known, and what of it was known when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from service.sla.events import Event, EventKey
from service.sla.instants import NEVER, Instant
from service.sla.policy import Target
from service.sla.statements import State
from service.sla.timeline import Circumstances, Timeline, timeline_of

STOP_BEFORE_START: Final = "stop_before_start"
OVERDUE_ON_ARRIVAL: Final = "overdue_on_arrival"
MAX_OPEN: Final = "max_open"
SECOND_REQUEST: Final = "second_request"
PROVISIONAL_DUE: Final = "provisional_due"


@dataclass(frozen=True)
class Course:
    """A promise folded over all that is known.

    `due` is final as far as events tell; None while it cannot be known. `arrivals` are the instants at which changes in
    flight brought it into force. `in_force` are the half-open spans during which the target applied and the promise was
    neither stopped nor ended; the last ends at NEVER while it is open or breached.
    `state` is OPEN only while the due is not known: one that nothing else ends is BREACHED, however far its due.
    `begun` is the start event's instant; `ended_by` the event that brought the state, None for OPEN and BREACHED.
    `remarks` carry their instants. `armed_by` is the `rejudge` that brought the target, when one did.
    """

    target: Target
    started_by: EventKey
    begun: Instant
    timeline: Timeline
    circumstances: Circumstances
    due: Instant | None
    state: State
    in_force: tuple[tuple[Instant, Instant], ...]
    arrivals: tuple[Instant, ...]
    ended_by: Event | None
    remarks: tuple[tuple[Instant, str], ...]
    armed_by: EventKey | None = None

    @property
    def start(self) -> Instant:
        """Where its span begins."""
        return self.timeline.start

    @property
    def is_paused(self) -> bool:
        """Whether a hold or exclusion is open at the end of what is known."""
        pauses = self.circumstances.pauses
        return bool(pauses) and pauses[-1].end == NEVER

    @property
    def stop(self) -> Instant | None:
        """The instant of the final state's event, not before the start event."""
        return None if self.ended_by is None else max(self.begun, self.ended_by.at)

    def known_at(self, instant: Instant) -> tuple[Instant | None, tuple[str, ...]]:
        """The due as what was known at `instant` tells it, and what was remarkable by then, each once."""
        edition = self.target.calendar.known_at(instant)
        arrivals = tuple(at for at in self.arrivals if at <= instant)
        known = self.circumstances.known_at(instant)
        if edition is self.timeline.edition and arrivals == self.arrivals and known is self.circumstances:
            timeline, due = self.timeline, self.due
        else:
            timeline = timeline_of(self.target, self.start, known, edition)
            due = due_of(timeline, arrivals)
        remarks = {remark for at, remark in self.remarks if at <= instant}
        if due is not None and timeline.is_provisional(due):
            remarks.add(PROVISIONAL_DUE)
        return due, tuple(sorted(remarks))


def due_of(timeline: Timeline, arrivals: Sequence[Instant]) -> Instant | None:
    """When the budget is used up, and not before each arrival and the time that the target gives from then on.

    None when that is not known, because the gate is closed or a pause is open.
    """
    due = timeline.due(timeline.target.budget)
    for arrival in arrivals:
        least = timeline.later(arrival, timeline.target.floor)
        if due is None or least is None:
            return None
        due = max(due, least)
    return due
