"""Whether enough agents were there: yes, no, or not known.

At each moment `sure` agents are known to be there and up to `unsure` more may be. Covered: `sure` are enough.
Uncovered: not even all of them together are, and every source was heard. Otherwise it is not known: a silent source
may have more agents than it ever told of, and nothing is known of the future.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from service.hotline.agents import ON_DUTY, State, Watch
from service.hotline.roster import Roster
from service.hotline.spans import Span, Step, stacked, together
from service.sla.instants import NEVER, Duration, Instant


class Answer(StrEnum):
    """Were there enough?"""

    COVERED = "covered"
    UNCOVERED = "uncovered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Stretch:
    """One answer throughout [start, end). `unsure` is None where a source is silent, or the time has not come."""

    start: Instant
    end: Instant
    answer: Answer
    required: int
    sure: int
    unsure: int | None


@dataclass(frozen=True, slots=True)
class Cover:
    """How long there were enough agents, how long not, and how long nobody can tell; together the whole span."""

    covered: Duration = 0
    uncovered: Duration = 0
    unknown: Duration = 0

    def __add__(self, other: Cover) -> Cover:
        return Cover(
            self.covered + other.covered, self.uncovered + other.uncovered, self.unknown + other.unknown
        )


def coverage(
    watch: Watch,
    roster: Roster,
    queue: str,
    start: Instant,
    end: Instant,
    counting: frozenset[State] = ON_DUTY,
) -> tuple[Stretch, ...]:
    """[start, end) cut into stretches, without gaps; agents of `queue` in a state of `counting` are there."""
    numbers = together(
        roster.required(queue, start, end),
        _present(watch, queue, start, end, counting, is_sure=True),
        _present(watch, queue, start, end, counting, is_sure=False),
        stacked((*watch.silent, (watch.upto, NEVER)), start, end),
    )
    return tuple(_stretch(span, *each) for span, each in numbers)


def in_all(stretches: Iterable[Stretch]) -> Cover:
    """The time of each answer; it adds up to the stretches."""
    sums = dict.fromkeys(Answer, 0)
    for stretch in stretches:
        sums[stretch.answer] += stretch.end - stretch.start
    return Cover(sums[Answer.COVERED], sums[Answer.UNCOVERED], sums[Answer.UNKNOWN])


def on_duty(watch: Watch, roster: Roster, queue: str, counting: frozenset[State] = ON_DUTY) -> Stretch | None:
    """How it stands just before `watch.upto`, with the instant since when; None when nothing has happened yet."""
    stretches = coverage(watch, roster, queue, 0, watch.upto, counting)
    return stretches[-1] if stretches else None


def _present(
    watch: Watch, queue: str, start: Instant, end: Instant, counting: frozenset[State], *, is_sure: bool
) -> tuple[Step, ...]:
    spans: Iterator[Span] = (
        (each.start, each.end)
        for each in watch.presences
        if each.is_sure is is_sure and each.state in counting and each.serves(queue)
    )
    return stacked(spans, start, end)


def _stretch(span: Span, required: int, sure: int, unsure: int, silent: int) -> Stretch:
    if sure >= required:
        answer = Answer.COVERED
    elif silent or sure + unsure >= required:
        answer = Answer.UNKNOWN
    else:
        answer = Answer.UNCOVERED
    return Stretch(*span, answer, required, sure, None if silent else unsure)
