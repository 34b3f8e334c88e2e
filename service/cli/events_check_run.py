"""One run over a file: every line is taken as the service would, in the order of the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import BinaryIO, Final, Self

from service.cli import wall
from service.cli.events_check_lines import Terms, field_of, taken
from service.cli.events_check_policy import Reader
from service.cli.events_check_seen import Seen
from service.cli.events_check_times import Dates
from service.cli.events_check_words import Finding, refusal
from service.sla.events import Event
from service.wire import TICKET, Accepted, BadLine, Reason
from service.wire.files import numbered

#: Tickets without `opened` that are told one by one.
_TOLD: Final = 20


class Result(StrEnum):
    """What the service does with a record."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"  # accepted, and without effect: it is known
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one line, and what there is to say about it. `first` is the line of the event that it repeats.

    `about` is TICKET, AREA or DIRECTORY.
    """

    line: int
    result: Result
    event: Event | None = None
    first: int | None = None
    findings: tuple[Finding, ...] = ()
    about: str = TICKET


class Check:
    """Counts and remembers what is needed to tell of the next line; memory does not grow with the file."""

    def __init__(self, terms: Terms, *, max_events: int, reader: Reader | None) -> None:
        """`max_events`: of one ticket, as the service's settings say. With `reader` also what its policy would miss."""
        self.results: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.notices: Counter[str] = Counter()
        self._terms = terms
        self._max_events = max_events
        self._reader = reader
        self._seen = Seen()
        self._dates = Dates()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget what was remembered."""
        self._seen.close()

    def outcomes(self, file: BinaryIO) -> Iterator[Outcome]:
        """What becomes of each line that is not blank, before the next one is read."""
        for number, line in numbered(file):
            if isinstance(line, BadLine):
                outcome = _refused(refusal(number, line.reason, "", line.detail))
            else:
                outcome = self._outcome(number, line)
            self.results[outcome.result] += 1
            self._count(outcome.findings)
            yield outcome

    def afterwards(self) -> Iterator[Finding]:
        """What can be told only when all is read."""
        for finding in (*self._dates.apart(), *self._of_policy()):
            self._count((finding,))
            yield finding

    def _outcome(self, number: int, line: bytes) -> Outcome:
        found, is_plain, about = taken(line, self._terms, wall.now())
        if not isinstance(found, Accepted):
            field = field_of(found, is_plain=is_plain)
            return _refused(refusal(number, found.reason, field, found.detail, is_plain=is_plain))
        event = found.event
        if self._reader and event.tenant != self._reader.tenant:
            detail = f"no policy of tenant {event.tenant} was given"
            return _refused(refusal(number, Reason.UNKNOWN_POLICY, "tenant", detail), event)
        before = self._seen.before(event, about)
        if before is None:
            return self._new(found, number) if about == TICKET else self._shared(found, number, about)
        if before.digest == found.digest:
            return Outcome(number, Result.REPEATED, event, before.line, about=about)
        of = f" of ticket {event.ticket}" if about == TICKET else f" about {event.ticket}"
        detail = f"event {event.id}{of} stands in line {before.line} with other content"
        return _refused(refusal(number, Reason.ID_REUSED, "event_id" if is_plain else "id", detail), event)

    def _new(self, found: Accepted, number: int) -> Outcome:
        event = found.event
        if self._seen.facts(event) >= self._max_events:
            detail = f"ticket {event.ticket} has {self._max_events} events"
            return _refused(refusal(number, Reason.TOO_MANY_EVENTS, "", detail), event)
        notice = self._reader and self._reader.strange_type(event, number)
        opens = self._reader is not None and self._reader.opens(event)
        self._seen.add(event, found.digest, number, opens=opens)
        self._dates.add(event.at, number)
        return Outcome(number, Result.ACCEPTED, event, findings=(notice,) if notice else ())

    def _shared(self, found: Accepted, number: int, about: str) -> Outcome:
        """What is said of areas or of the organisation: no ticket's, and in no policy's words."""
        self._seen.add_shared(found.event, about, found.digest, number)
        self._dates.add(found.event.at, number)
        return Outcome(number, Result.ACCEPTED, found.event, about=about)

    def _of_policy(self) -> Iterator[Finding]:
        if self._reader is None:
            return
        yield from self._reader.never_carried()
        tickets = self._seen.not_opened()
        advice = "publish its `opened`; until then nothing is promised"
        for ticket, line in islice(tickets, _TOLD):
            yield Finding(line, "not_opened", "", f"ticket {ticket} has no `opened`", advice)
        if more := sum(1 for _ in tickets):
            detail = f"{more:,} more tickets have no `opened`"
            yield Finding(None, "not_opened", "", detail, advice)

    def _count(self, findings: tuple[Finding, ...]) -> None:
        for finding in findings:
            (self.refused if finding.is_refusal else self.notices)[finding.kind] += 1


def _refused(finding: Finding, event: Event | None = None) -> Outcome:
    return Outcome(finding.line or 0, Result.REFUSED, event, findings=(finding,))
