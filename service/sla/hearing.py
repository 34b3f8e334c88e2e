"""What was pleaded for one promise on its way: more time, a customer who could not be reached, missing documents."""

from __future__ import annotations

from collections.abc import Callable

from service.sla import pleas
from service.sla.course import ASKED_LATE, REPORT_MISSING, TOO_MANY
from service.sla.events import Event
from service.sla.instants import EARLIEST, Instant
from service.sla.policy import Deemed, Extension, Lapsed, Target
from service.sla.terms import Grant
from service.sla.ticket import Ticket, matches


class Hearing:
    """What counts for a promise of `target`, and what is left of it as evidence.

    `decide_at` is when the last timely plea is settled, `reports` the positions of reports in time on a failed contact or
    visit, `lapses` the instants at which demands will lapse with their events, in order, `remarks` carry their instants.
    """

    def __init__(self, target: Target, ticket: Ticket) -> None:
        self._target = target
        self._ticket = ticket
        self._asked: set[str] = set()
        self._granted = 0
        self.decide_at = EARLIEST
        self.reports: set[int] = set()
        self.lapses: list[tuple[Instant, Event]] = []
        self.remarks: list[tuple[Instant, str]] = []

    def hear(self, place: int, is_in_time: Callable[[], bool]) -> Grant | None:
        """The event at `place`, which is in time when it comes by the due; what it grants."""
        target, event = self._target, self._ticket.events[place]
        if target.deemed is not None and matches(target.deemed.on, event) and is_in_time():
            self._miss(target.deemed, place)
        if target.lapsed is not None and matches(target.lapsed.on, event) and is_in_time():
            self._demand(target.lapsed, place)
        if target.extension is not None and event.type == "extension_requested":
            return self._ask(target.extension, place, is_in_time)
        return None

    def later_report(self, place: int) -> int | None:
        """The position of the first report in time after `place`."""
        return min((report for report in self.reports if report > place), default=None)

    def _ask(self, rule: Extension, place: int, is_in_time: Callable[[], bool]) -> Grant | None:
        plea = pleas.extension(rule, self._target.unit, self._ticket, place)
        if plea.name in self._asked:
            return None
        self._asked.add(plea.name)
        if not is_in_time():
            self.remarks.append((plea.at, ASKED_LATE))
            return None
        if self._granted >= rule.most:
            self.remarks.append((plea.at, TOO_MANY))
            return None
        self.decide_at = max(self.decide_at, plea.settled)
        self.remarks.extend(() if plea.remark is None else (plea.remark,))
        self._granted += plea.grant is not None
        return plea.grant

    def _miss(self, rule: Deemed, place: int) -> None:
        plea = pleas.report(rule, self._ticket, place)
        if plea is None:
            return
        self.decide_at = max(self.decide_at, plea.settled)
        if plea.report is None:
            self.remarks.append((plea.settled, REPORT_MISSING))
        else:
            self.reports.add(plea.report)

    def _demand(self, rule: Lapsed, place: int) -> None:
        lapse = pleas.lapse(rule, self._ticket, place)
        self.lapses.extend(() if lapse is None else (lapse,))
