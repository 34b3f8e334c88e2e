"""What is wrong with the targets of a file beyond the shape of single values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from service.rules import budgets, calendars, kinds, rungs, variants
from service.rules.days import Week
from service.rules.errors import Finding, Path
from service.rules.event_shapes import EventShape
from service.rules.happenings import conditions_trouble, event_trouble, events_trouble, matches
from service.rules.shapes import PolicyShape, TargetShape
from service.rules.values import ANY
from service.rules.vocabulary import Words
from service.sla.calendars import Calendar


def findings(policy: PolicyShape, files: Mapping[str, Calendar]) -> Iterator[Finding]:
    """Everything wrong with the targets of `policy`; `files` are the calendars of other files by name."""
    words = Words(policy)
    weeks = {
        name: calendars.weeks_of(files[name] if name in files and shape.file else shape) if shape else []
        for name, shape in (policy.calendars or {}).items()
    }
    if policy.targets == {}:
        yield ("targets",), "holds no target: a policy promises at least one thing"
    elif policy.targets and all(target is not None and target.off for target in policy.targets.values()):
        yield ("targets",), "every target is off: a policy promises at least one thing"
    yield from budgets.grace_findings(policy.grace, ())
    yield from _any_alone(policy.exclusions, ("exclusions",))
    for name, target in (policy.targets or {}).items():
        if target is not None:
            path: Path = ("targets", name)
            yield from _findings(target, words, weeks, path)
            check = partial(_findings, words=words, weeks=weeks, path=())
            yield from variants.findings(target, check, path)


def missing(policy: PolicyShape) -> Iterator[Finding]:
    """The keys that the targets of `policy` lack, each with what it is for."""
    for name, target in (policy.targets or {}).items():
        if target is not None:
            path: Path = ("targets", name)
            yield from kinds.missing(target, path)
            yield from rungs.missing(target, path)
            for position, override in enumerate(target.overrides or ()):
                if override is not None:
                    yield from rungs.missing(override, (*path, "overrides", position))


def _findings(
    target: TargetShape, words: Words, weeks: Mapping[str, Sequence[Week]], path: Path
) -> Iterator[Finding]:
    """Everything wrong with one target but its overrides."""
    yield from conditions_trouble(target.applies, (*path, "applies"))
    yield from _events(target, words, path)
    yield from _gate(target, words, path)
    yield from _reasons(target, path)
    yield from kinds.findings(target, words, path)
    whole = kinds.with_budget(target)
    for place, told in (*budgets.findings(whole, weeks, path), *rungs.findings(whole, path)):
        by_every = place == (*path, "budget") and kinds.is_periodic(target)
        yield (*path, "every") if by_every else place, told


def _events(target: TargetShape, words: Words, path: Path) -> Iterator[Finding]:
    yield from events_trouble(target.start, words, (*path, "start"))
    yield from events_trouble(target.stop, words, (*path, "stop"))
    for position, event in enumerate(target.cancel or ()):
        yield from event_trouble(event, words, (*path, "cancel", position))
    yield from _said_twice(target, path)


def _said_twice(target: TargetShape, path: Path) -> Iterator[Finding]:
    """One event that begins and ends, or keeps and cancels, a promise."""
    stops = _stops(target)
    is_periodic = kinds.is_periodic(target)
    start = target.start or ([] if is_periodic else [EventShape(event="opened")])
    over = [EventShape(event=match.type) for match in kinds.OVER] if is_periodic else []
    cancel = over if target.cancel is None else target.cancel
    for key, events, told in (("start", start, "begins"), ("cancel", cancel, "cancels")):
        for event in events:
            if event in stops and event is not None:
                place: Path = (*path, "stop", stops.index(event))
                yield place, f"`{event.event}` {told} the promise too (`{key}`): one event cannot do both"


def _gate(target: TargetShape, words: Words, path: Path) -> Iterator[Finding]:
    ends = set(matches(target.stop))
    if matches(target.start) in {(), kinds.START}:  # what ends a promise cannot have come before it opened
        ends |= set(kinds.cancel(target))
    if target.gate == []:
        yield (*path, "gate"), "holds no precondition: leave it out when the clock starts at once"
    for position, precondition in enumerate(target.gate or ()):
        if precondition is None or precondition.any is None:
            continue
        place: Path = (*path, "gate", position)
        if not precondition.any:
            yield (*place, "any"), "names no event, so that the clock would never start: give at least one"
        elif ends.issuperset(opens := matches(precondition.any)) and len(opens) == len(precondition.any):
            yield place, "only what ends the promise (`stop`, `cancel`) opens this: the clock would never run"
        for number, event in enumerate(precondition.any):
            yield from event_trouble(event, words, (*place, "any", number))


def _stops(target: TargetShape) -> list[EventShape]:
    return [event for event in target.stop or () if event is not None and event.event is not None]


def _any_alone(reasons: list[str | None] | None, path: Path) -> Iterator[Finding]:
    if reasons is not None and ANY in reasons and len(reasons) > 1:
        yield path, f"`{ANY}` is every reason: leave the others out"


def _reasons(target: TargetShape, path: Path) -> Iterator[Finding]:
    yield from _any_alone(target.accepts, (*path, "accepts"))
    yield from _any_alone(target.exclusions, (*path, "exclusions"))
    if target.max_open == {}:
        yield (*path, "max_open"), "holds no limit: leave it out when holds may last"
    accepts = target.accepts or []
    if "accepts" in target.model_fields_set and (target.accepts is None or None in accepts):
        return
    for reason in target.max_open or {}:
        if ANY not in accepts and reason not in accepts and not (reason == ANY and accepts):
            told = f"holds for {'a reason' if reason == ANY else f'`{reason}`'} do not count anyway"
            yield (*path, "max_open", reason), f"{told}: add it to `accepts`, or leave it out"
