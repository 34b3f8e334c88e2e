"""What became of one promise, folded over all that is known, and what of it was known when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from service.sla.events import Event, EventKey
from service.sla.instants import NEVER, Instant
from service.sla.policy import Target
from service.sla.statements import State
from service.sla.terms import Terms, due_of
from service.sla.timeline import Timeline

STOP_BEFORE_START: Final = "stop_before_start"
OVERDUE_ON_ARRIVAL: Final = "overdue_on_arrival"
MAX_OPEN: Final = "max_open"
SECOND_REQUEST: Final = "second_request"
PROVISIONAL_DUE: Final = "provisional_due"
ASKED_LATE: Final = "extension_asked_late"
APPROVED_LATE: Final = "extension_approved_late"
APPROVED_BELOW: Final = "extension_rank"
REFUSED: Final = "extension_refused"
TOO_MANY: Final = "extension_too_many"
REPORT_MISSING: Final = "report_missing"
REPLACES: Final = "replaces"


@dataclass(frozen=True)
class Course:
    """A promise folded over all that is known.

    `due` is final as far as events tell; None while it cannot be known. `terms` say what settled it besides the clock.
    `decide_at` is when the absence of a stop can be decided, not before the due and the start. `in_force` are the
    half-open spans during which the target applied and the promise was neither stopped nor ended; the last ends at NEVER
    while it is open or breached. `state` is OPEN only while the due is not known: one that nothing else ends is
    BREACHED, however far its due. `begun` is the start event's instant; `ended_by` the event that brought the state,
    at `ended_at`, None for OPEN and BREACHED. `remarks` carry their instants. `armed_by` is the `rejudge` that brought
    the target, when one did. `urges` are the instants at which the customer urged, `acknowledged` when somebody took
    it on.
    """

    target: Target
    started_by: EventKey
    begun: Instant
    timeline: Timeline
    due: Instant | None
    state: State
    in_force: tuple[tuple[Instant, Instant], ...]
    terms: Terms
    decide_at: Instant | None
    ended_by: Event | None
    ended_at: Instant
    remarks: tuple[tuple[Instant, str], ...]
    armed_by: EventKey | None = None
    urges: tuple[Instant, ...] = ()
    acknowledged: Instant = NEVER

    @property
    def start(self) -> Instant:
        """Where its span begins."""
        return self.timeline.start

    @property
    def missed_at(self) -> Instant | None:
        """Where missing its due is told: the due, but not before the events that state it."""
        if self.due is None:
            return None
        return max(self.due, self.start, *(setting.at for setting in self.terms.settings))

    @property
    def is_paused(self) -> bool:
        """Whether a hold or exclusion is open at the end of what is known."""
        pauses = self.timeline.circumstances.pauses
        return bool(pauses) and pauses[-1].end == NEVER

    @property
    def is_lapse(self) -> bool:
        """Whether it ended because something did not come, which has to be proved first."""
        return self.ended_by is not None and self.ended_at > self.ended_by.at

    @property
    def stop(self) -> Instant | None:
        """The instant of the final state's event, not before the start event."""
        return None if self.ended_by is None else max(self.begun, self.ended_at)

    def known_at(self, instant: Instant) -> tuple[Instant | None, tuple[str, ...]]:
        """The due as what was known at `instant` tells it, and what was remarkable by then, each once."""
        terms, timeline = self.terms.known_at(instant), self.timeline.known_at(instant)
        is_all = terms is self.terms and timeline is self.timeline
        due = self.due if is_all else due_of(timeline, terms)
        remarks = {remark for at, remark in self.remarks if at <= instant}
        if due is not None and timeline.is_provisional(due):
            remarks.add(PROVISIONAL_DUE)
        return due, tuple(sorted(remarks))
