"""What is wrong with the targets of a file beyond the shape of single values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.rules import budgets, calendars, rungs
from service.rules.errors import Finding, Path
from service.rules.shapes import EventShape, PolicyShape, TargetShape
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
    yield from budgets.grace_findings(policy.grace, ())
    for name, target in (policy.targets or {}).items():
        if target is not None:
            path: Path = ("targets", name)
            yield from _conditions(target.applies, (*path, "applies"))
            yield from _events(target, words, path)
            yield from _gate(target, words, path)
            yield from budgets.findings(target, weeks, path)
            yield from _reasons(target, path)
            yield from rungs.findings(target, path)


def _conditions(conditions: Mapping[str, object] | None, path: Path) -> Iterator[Finding]:
    if conditions == {}:
        yield path, "holds no condition: leave it out when every ticket or event is meant"
    for attribute, values in (conditions or {}).items():
        if values == []:
            yield (*path, attribute), "holds no value, so that nothing would match: give one, or leave it out"


def _events(target: TargetShape, words: Words, path: Path) -> Iterator[Finding]:
    for key, events in (("start", target.start), ("stop", target.stop), ("cancel", target.cancel)):
        if events == [] and key != "cancel":
            yield (*path, key), "names no event: give at least one"
        for position, event in enumerate(events or ()):
            yield from _event(event, words, (*path, key, position))
    yield from _said_twice(target, path)


def _event(event: EventShape | None, words: Words, path: Path) -> Iterator[Finding]:
    if event is None:
        return
    if event.event is not None and (trouble := words.trouble(event.event)):
        yield (*path, "event"), trouble
    yield from _conditions(event.where, (*path, "where"))


def _said_twice(target: TargetShape, path: Path) -> Iterator[Finding]:
    """One event that begins and ends, or keeps and cancels, a promise."""
    stops = _stops(target)
    start = target.start or [EventShape(event="opened")]
    for key, events, told in (("start", start, "begins"), ("cancel", target.cancel or [], "cancels")):
        for event in events:
            if event in stops and event is not None:
                place: Path = (*path, "stop", stops.index(event))
                yield place, f"`{event.event}` {told} the promise too (`{key}`): one event cannot do both"


def _gate(target: TargetShape, words: Words, path: Path) -> Iterator[Finding]:
    stops = _stops(target)
    if target.gate == []:
        yield (*path, "gate"), "holds no precondition: leave it out when the clock starts at once"
    for position, precondition in enumerate(target.gate or ()):
        if precondition is None or precondition.any is None:
            continue
        place: Path = (*path, "gate", position)
        if not precondition.any:
            yield (*place, "any"), "names no event, so that the clock would never start: give at least one"
        elif all(event in stops and event is not None for event in precondition.any):
            yield place, "only what keeps the promise (`stop`) opens this: the clock would never run"
        for number, event in enumerate(precondition.any):
            yield from _event(event, words, (*place, "any", number))


def _stops(target: TargetShape) -> list[EventShape]:
    return [event for event in target.stop or () if event is not None and event.event is not None]


def _reasons(target: TargetShape, path: Path) -> Iterator[Finding]:
    for key, reasons in (("accepts", target.accepts), ("exclusions", target.exclusions)):
        if reasons is not None and ANY in reasons and len(reasons) > 1:
            yield (*path, key), f"`{ANY}` is every reason: leave the others out"
    if target.max_open == {}:
        yield (*path, "max_open"), "holds no limit: leave it out when holds may last"
    accepts = target.accepts or []
    if "accepts" in target.model_fields_set and (target.accepts is None or None in accepts):
        return
    for reason in target.max_open or {}:
        if ANY not in accepts and reason not in accepts and not (reason == ANY and accepts):
            told = f"holds for {'a reason' if reason == ANY else f'`{reason}`'} do not count anyway"
            yield (*path, "max_open", reason), f"{told}: add it to `accepts`, or leave it out"
