"""The kinds of promise: which keys of a target go together, and the core values of what they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from service.rules.errors import Finding, Path
from service.rules.happenings import events_trouble, matches
from service.rules.hints import NEEDED
from service.rules.lengths import Length
from service.rules.shapes import DeemedShape, ExtensionShape, LapsedShape, Reopen, TargetShape
from service.rules.vocabulary import Words
from service.sla.policy import Deemed, Extension, Lapsed, Match, Stated, Unit

#: What begins a promise, and what ends it without a verdict, when a target does not say.
START: Final = (Match("opened"),)
CANCEL: Final = (Match("cancelled"),)
#: What ends the duty to report again and again: the ticket is over.
OVER: Final = (Match("resolved"), Match("closed"), Match("cancelled"))

_FAILED: Final = (Match("contact_failed"), Match("visit_failed"))
_REPORT: Final = (Match("report_written"),)
_REQUESTED: Final = (Match("documents_requested"),)
_COMPLETE: Final = (Match("documents_complete"),)

#: What would move a due that an event states, or have no meaning beside it.
_MOVES: Final = ("every", "gate", "accepts", "max_open", "exclusions", "boundary", "extension", "floor")
_NOT_BESIDE: Final = {
    "promised": ("budget", "before", "day_end", "last_day", *_MOVES),
    "before": ("last_day", *_MOVES),
}
_STATED: Final = {
    "promised": "the due is the instant that was promised",
    "before": "the due is counted back from the instant in `before`",
}


def stated(target: TargetShape) -> Stated | None:
    """What an instant in the start event means for the due of `target`; None when the due is reckoned from the start."""
    if "promised" in target.model_fields_set:
        return Stated.PROMISED
    return Stated.BEFORE if "before" in target.model_fields_set else None


def with_budget(target: TargetShape) -> TargetShape:
    """`target` with its budget, whatever key gives it, and without what has no meaning beside that key."""
    kind = stated(target)
    if kind is Stated.PROMISED:
        without = dict.fromkeys(_NOT_BESIDE["promised"])
        return target.model_copy(update=without | {"budget": Length(0, Unit.TIME)})
    if kind is Stated.BEFORE:
        return target.model_copy(update=dict.fromkeys(_NOT_BESIDE["before"]))
    return target.model_copy(update={"budget": target.every}) if is_periodic(target) else target


def is_periodic(target: TargetShape) -> bool:
    """Whether a promise of `target` begins anew whenever it was kept."""
    return "every" in target.model_fields_set and stated(target) is None


def missing(target: TargetShape, path: Path) -> Iterator[Finding]:
    """The keys that a target of its kind lacks, each with what it is for."""
    given = target.model_fields_set
    if not given & {"budget", "every", "promised", "off"}:
        yield (*path, "budget"), NEEDED["budget"]
    if stated(target) is not None and "start" not in given:
        yield (*path, "start"), NEEDED["start"]


def findings(target: TargetShape, words: Words, path: Path) -> Iterator[Finding]:
    """Everything wrong with how the keys of `target` go together, and with what extends it or deems it met."""
    given = target.model_fields_set
    for key, others in _NOT_BESIDE.items():
        for other in others if key in given else ():
            if other in given:
                yield (*path, other), f"{_STATED[key]}, and nothing else sets or moves it: leave this out"
    if target.reopen is Reopen.NEW and stated(target) is not None:
        yield (*path, "reopen"), "a reopening states no instant, so that it begins nothing: leave this out"
    if {"every", "budget"} <= given:
        yield (*path, "budget"), "`every` says how much time there is from one to the next: leave this out"
    for key in ("why", "set"):
        if key in given and "off" not in given:
            yield (*path, key), "is for a target that is `off`: leave it out, or write `off: true`"
    yield from _deemed(target.deemed, words, (*path, "deemed"))
    yield from _lapsed(target.lapsed, words, (*path, "lapsed"))


def _deemed(shape: DeemedShape | None, words: Words, path: Path) -> Iterator[Finding]:
    if shape is None:
        return
    yield from events_trouble(shape.on, words, (*path, "on"))
    yield from events_trouble(shape.report, words, (*path, "report"))
    if set(matches(shape.on) or _FAILED) & set(matches(shape.report) or _REPORT):
        yield path, "one event cannot be both what failed (`on`) and the report of it (`report`)"


def _lapsed(shape: LapsedShape | None, words: Words, path: Path) -> Iterator[Finding]:
    if shape is None:
        return
    yield from events_trouble(shape.on, words, (*path, "on"))
    yield from events_trouble(shape.unless, words, (*path, "unless"))
    if set(matches(shape.on) or _REQUESTED) & set(matches(shape.unless) or _COMPLETE):
        yield path, "one event cannot both ask (`on`) and fulfil what was asked (`unless`)"


def start(target: TargetShape) -> tuple[Match, ...]:
    """What begins a promise of `target`: with `every` also what ended the one before."""
    begins = matches(target.start) or START
    return begins if target.every is None else (*begins, *matches(target.stop))


def cancel(target: TargetShape) -> tuple[Match, ...]:
    """What ends a promise of `target` without a verdict."""
    if target.cancel is not None:
        return matches(target.cancel)
    return OVER if is_periodic(target) else CANCEL


def extension(shape: ExtensionShape | None) -> Extension | None:
    """The core value of an `extension` without findings."""
    if shape is None or shape.rank is None or shape.within is None:
        return None
    return Extension(shape.rank, shape.within, shape.most or 1)


def deemed(shape: DeemedShape | None) -> Deemed | None:
    """The core value of a `deemed` without findings."""
    if shape is None or shape.within is None:
        return None
    return Deemed(matches(shape.on) or _FAILED, matches(shape.report) or _REPORT, shape.within)


def lapsed(shape: LapsedShape | None) -> Lapsed | None:
    """The core value of a `lapsed` without findings."""
    if shape is None or shape.after is None:
        return None
    return Lapsed(matches(shape.on) or _REQUESTED, matches(shape.unless) or _COMPLETE, shape.after)
