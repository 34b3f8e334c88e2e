"""What would have become of a promise had one thing been otherwise: judged again with a changed rule or history.

Pure: a counterfactual is `judge` over another history or other rules, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

from service.cli.hypotheses import generous, granted, reported
from service.sla.course import Course
from service.sla.events import EventKey
from service.sla.history import History, key_of
from service.sla.instants import Duration, Instant
from service.sla.judge import judge
from service.sla.pauses import Exclusion, Hold, limit_of
from service.sla.policy import ANY_REASON, Policy, Rules, Stated, Target
from service.sla.statements import Promise, State
from service.sla.ticket import Ticket, matches


class Change(StrEnum):
    """What is thought to be otherwise."""

    HOLD = "hold_accepted"  # the target accepts holds for a reason
    LIMIT = "hold_not_limited"  # no `max_open` for a reason
    EXCLUSION = "exclusion_accepted"  # the target accepts exclusions for a reason
    ALL = "all_of_these"
    CANCEL = "not_cancelled"
    LEAVE = "applied_throughout"  # no re-classification took the target away
    REJUDGE = "not_rejudged"
    GRANT = "extension_granted"  # all the time that was asked for
    REPORT = "reported"  # a failed contact or visit, in time
    REAL = "not_deemed"  # only a stop counts
    RENEW = "not_replaced"  # no new date was accepted


@dataclass(frozen=True, slots=True)
class Subject:
    """The promise in question: `course` of `ticket` under `policy`, judged at `upto` by `history` and `rules`."""

    history: History
    rules: Rules
    upto: Instant
    policy: Policy
    ticket: Ticket
    course: Course
    promise: Promise

    @property
    def end(self) -> Instant:
        """Up to where it is looked at: its stop, or `upto`."""
        return self.upto if self.promise.stop is None else self.promise.stop


@dataclass(frozen=True, slots=True)
class Otherwise:
    """One counterfactual: `due` and `state` as they would be; `state` is None where the promise would not exist.

    `reason` names what the change is about, `spans` are the holds or exclusions concerned.
    """

    change: Change
    reason: str
    spans: tuple[tuple[Instant, Instant], ...]
    due: Instant | None
    state: State | None


@dataclass(frozen=True, slots=True)
class Margin:
    """How far `at`, the stop or the instant of judging, lies before the due; negative when it lies after it.

    `wall` is elapsed time, None without a due; `amount` is in the unit of the budget.
    """

    at: Instant
    wall: Duration | None
    amount: int


def margin(subject: Subject) -> Margin:
    """How much was left at the stop, or is left at the instant of judging."""
    due, timeline, at = subject.promise.due, subject.course.timeline, max(subject.end, subject.course.start)
    given = subject.course.target.budget if due is None else timeline.used(due)
    return Margin(at, None if due is None else due - at, given - timeline.used(at))


def otherwise(subject: Subject) -> Iterator[Otherwise]:
    """What would have to be otherwise for another verdict: excuses of a missed due, the end of what was called off."""
    state = subject.promise.state
    if state in {State.BREACHED, State.LATE}:
        yield from _excused(subject)
        yield from _pleaded(subject)
    elif state is State.DEEMED:
        yield _judged(subject, Change.REAL, "", (), [_real])
    elif state in {State.CANCELLED, State.SUPERSEDED}:
        yield _not_ended(subject)


#: From a target to the target that it would have to be.
Edit: TypeAlias = Callable[[Target], Target]


def _excused(subject: Subject) -> Iterator[Otherwise]:
    """Every reason for which time could stand still and does not, then all of them together."""
    target, ticket = subject.course.target, subject.ticket
    unlimited = partial(_without_limit, frozenset(hold.reason for hold in ticket.holds))
    ways: tuple[tuple[Change, Iterable[Hold | Exclusion], Callable[[str, Target], Target]], ...] = (
        (Change.HOLD, _refused(ticket.holds, target.accepts), _accepting),
        (Change.LIMIT, _beyond_limits(subject), unlimited),
        (Change.EXCLUSION, _refused(ticket.exclusions, target.exclusions), _excluding),
    )
    edits: list[Edit] = []
    for change, spans, edit in ways:
        for reason, concerned in _by_reason(subject, spans).items():
            edits.append(partial(edit, reason))
            yield _judged(subject, change, reason, concerned, edits[-1:])
    if len(edits) > 1:
        yield _judged(subject, Change.ALL, "", (), edits)


def _refused(spans: Iterable[Hold | Exclusion], accepted: frozenset[str]) -> Iterator[Hold | Exclusion]:
    return (span for span in spans if ANY_REASON not in accepted and span.reason not in accepted)


def _beyond_limits(subject: Subject) -> Iterator[Hold]:
    """The parts of accepted holds that lie beyond their limits."""
    target = subject.course.target
    for hold in subject.ticket.holds:
        limit = limit_of(hold, target)
        if limit < hold.end and not any(_refused([hold], target.accepts)):
            yield replace(hold, start=limit)


def _by_reason(
    subject: Subject, spans: Iterable[Hold | Exclusion]
) -> Mapping[str, tuple[tuple[Instant, Instant], ...]]:
    """Those that lie between the clock's start and the due; what begins later moves nothing."""
    clock, due = subject.course.timeline.clock, subject.promise.due
    until = subject.end if due is None else min(due, subject.end)
    found: dict[str, tuple[tuple[Instant, Instant], ...]] = {}
    for span in spans:
        if span.end > clock and span.start < until:
            found[span.reason] = (*found.get(span.reason, ()), (span.start, span.end))
    return found


def _accepting(reason: str, target: Target) -> Target:
    return replace(target, accepts=target.accepts | {reason})


def _excluding(reason: str, target: Target) -> Target:
    return replace(target, exclusions=target.exclusions | {reason})


def _without_limit(reasons: Iterable[str], reason: str, target: Target) -> Target:
    """`target` with the limits that holds for `reasons` have, but none for `reason`."""
    limits = {each: target.max_open.get(each) or target.max_open.get(ANY_REASON) for each in reasons}
    return replace(
        target,
        max_open=MappingProxyType(
            {each: limit for each, limit in limits.items() if limit is not None and each != reason}
        ),
    )


def _pleaded(subject: Subject) -> Iterator[Otherwise]:
    """Had more time been granted as it was asked for, or a failed contact been reported."""
    about = subject.course, subject.ticket, subject.history
    if (more := granted(*about)) is not None:
        yield _judged(replace(subject, history=more[0]), Change.GRANT, more[1], (), [generous])
    if (told := reported(*about)) is not None:
        yield _judged(replace(subject, history=told[0]), Change.REPORT, told[1], (), [])


def _real(target: Target) -> Target:
    return replace(target, deemed=None, lapsed=None)


def _not_ended(subject: Subject) -> Otherwise:
    """Without the event that called the promise off."""
    by = subject.course.ended_by
    word = "" if by is None else by.type
    if subject.promise.state is State.CANCELLED:
        history = _without(subject, {key_of(e) for e in subject.ticket.events if e.type == "merged"})
        return _judged(replace(subject, history=history), Change.CANCEL, word, (), [_uncancelled])
    if by is not None and word == "rejudge":
        history = _without(subject, {key_of(by)})
        return _judged(replace(subject, history=history), Change.REJUDGE, word, (), [])
    if (
        by is not None
        and subject.course.target.stated is Stated.PROMISED
        and matches(subject.course.target.start, by)
    ):
        history = _without(subject, {key_of(by)})
        return _judged(replace(subject, history=history), Change.RENEW, word, (), [])
    return _judged(subject, Change.LEAVE, word, (), [_always_applying])


def _uncancelled(target: Target) -> Target:
    return replace(target, cancel=())


def _always_applying(target: Target) -> Target:
    return replace(target, applies=())


def _without(subject: Subject, keys: set[EventKey]) -> History:
    events = tuple(event for event in subject.history.events if key_of(event) not in keys)
    return replace(subject.history, events=events)


def _judged(
    subject: Subject,
    change: Change,
    reason: str,
    spans: tuple[tuple[Instant, Instant], ...],
    edits: Sequence[Edit],
) -> Otherwise:
    """The promise judged with the target changed by `edits`."""
    target = subject.course.target
    for edit in edits:
        target = edit(target)
    promise = _judge_again(subject, target)
    if promise is None:
        return Otherwise(change, reason, spans, None, None)
    return Otherwise(change, reason, spans, promise.due, promise.state)


def _judge_again(subject: Subject, target: Target) -> Promise | None:
    policy = replace(
        subject.policy,
        targets=tuple(target if each.id == target.id else each for each in subject.policy.targets),
    )
    versions = tuple(policy if each is subject.policy else each for each in subject.rules.versions)
    judgement = judge(subject.history, Rules(versions), subject.upto)
    about = (target.id, subject.promise.started_by)
    return next((each for each in judgement.promises if (each.target, each.started_by) == about), None)
