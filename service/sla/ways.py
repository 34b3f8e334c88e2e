"""What would change a breach: what of it would have kept, called off, excused or moved the promise, had it been known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from service.sla.evidence import Way
from service.sla.policy import Match, Target, Where

STOPPED = "stopped"
CANCELLED = "cancelled"
GATED = "gated"
HELD = "held"
EXCLUDED = "excluded"
EXTENDED = "extended"
DEEMED = "deemed"
LAPSED = "lapsed"
STATED = "stated"
RECLASSIFIED = "reclassified"


def ways(target: Target) -> tuple[Way, ...]:
    """Every way in which the rule itself lets a breach of `target` be changed, those first that end the promise.

    A `Way` is told only where the target has it. That facts are voided, that the organisation or a calendar is
    corrected, holds for all targets and is not told.
    """
    return (*_ends(target), *_moves(target), *_pleas(target), *_others(target))


def _ends(target: Target) -> Iterator[Way]:
    yield Way(what=STOPPED, events=_told(target.stop))
    yield Way(what=CANCELLED, events=(*_told(target.cancel), "merged"))


def _moves(target: Target) -> Iterator[Way]:
    """What moves the due; a due that an event states is moved by nothing of this."""
    if target.stated is not None:
        yield Way(what=STATED, events=_told(target.start))
        return
    for alternatives in target.gate:
        yield Way(what=GATED, events=_told(alternatives))
    if target.accepts:
        yield Way(what=HELD, reasons=tuple(sorted(target.accepts)))
    if target.exclusions:
        yield Way(what=EXCLUDED, reasons=tuple(sorted(target.exclusions)))


def _pleas(target: Target) -> Iterator[Way]:
    more, deemed, lapsed = target.extension, target.deemed, target.lapsed
    if more is not None:
        yield Way(
            what=EXTENDED,
            events=("extension_requested",),
            followed_by=("extension_approved",),
            within=more.within,
            rank=more.rank,
        )
    if deemed is not None:
        report = _told(deemed.report)
        yield Way(what=DEEMED, events=_told(deemed.on), followed_by=report, within=deemed.within)
    if lapsed is not None:
        unless = _told(lapsed.unless)
        yield Way(what=LAPSED, events=_told(lapsed.on), unless=unless, within=lapsed.after)


def _others(target: Target) -> Iterator[Way]:
    names = sorted({name for where in target.applies for name in _names(where)})
    if names:
        yield Way(what=RECLASSIFIED, events=(f"reclassified {{{', '.join(names)}}}",))


def _names(where: Where) -> Iterator[str]:
    yield where.attribute
    for other in where.also:
        yield from _names(other)


def _told(patterns: Iterable[Match]) -> tuple[str, ...]:
    return tuple(_text(pattern) for pattern in patterns)


def _text(pattern: Match) -> str:
    return f"{pattern.type} {{{_conditions(pattern.where)}}}" if pattern.where else pattern.type


def _conditions(conditions: Sequence[Where]) -> str:
    """`followup: done, cause: not customer or staff`."""
    return ", ".join(
        f"{where.attribute}: {'not ' if where.negated else ''}{' or '.join(sorted(where.values))}"
        for where in conditions
    )
