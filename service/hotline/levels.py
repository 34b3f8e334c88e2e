"""Figures of a hotline from raw counts, each a part with its whole.

There is no one service level. ICMI, "Service Level Calculations" (March 2005), lists five; with `A` answered, `At` of
them within the limit, `B` abandoned, `Bt` within the limit, `Bs` shortly:

    strict         At / (A + B)              every call offered
    ignore_early   At / (A + B - Bt)         who gave up in time could not be answered in time
    credit_early   (At + Bt) / (A + B)       who gave up in time counts as served
    answered_only  At / A                    hides every abandoned call; not recommended
    ignore_short   At / (A + B - Bs)         wrong numbers and second thoughts left out

A call that ended unanswered and not by the caller (`missed`) stands in `A + B` as one that was abandoned late: ICMI
does not know it, and a call that nobody took must not improve a figure. One that moved on to another queue counts
there.
"""

from __future__ import annotations

from enum import StrEnum

from service.hotline.figures import Counts
from service.hotline.ratio import Ratio


class Mode(StrEnum):
    """How abandoned calls bear on the service level."""

    STRICT = "strict"
    IGNORE_EARLY = "ignore_early"
    CREDIT_EARLY = "credit_early"
    ANSWERED_ONLY = "answered_only"
    IGNORE_SHORT = "ignore_short"


def service_level(counts: Counts, mode: Mode = Mode.STRICT, *, now: bool = False) -> Ratio:
    """Calls answered in time, of those that count in this mode.

    With `now` a call that has waited beyond the limit counts as not in time already, though nothing else is known of
    it: Cisco's "service level event" (ICM Software 4.5, service data). That is for a screen; a period that is over is
    counted without, when its calls have ended.
    """
    offered = counts.answered + counts.abandoned + counts.missed + (counts.waiting_late if now else 0)
    match mode:
        case Mode.STRICT:
            return Ratio(counts.answered_in_time, offered)
        case Mode.IGNORE_EARLY:
            return Ratio(counts.answered_in_time, offered - counts.abandoned_in_time)
        case Mode.CREDIT_EARLY:
            return Ratio(counts.answered_in_time + counts.abandoned_in_time, offered)
        case Mode.ANSWERED_ONLY:
            return Ratio(counts.answered_in_time, counts.answered)
        case Mode.IGNORE_SHORT:
            return Ratio(counts.answered_in_time, offered - counts.abandoned_short)


def abandonment(counts: Counts) -> Ratio:
    """(B - Bs) / (A + B - Bs): who gave up, of those who were not gone at once; missed calls stand in the whole."""
    gave_up = counts.abandoned - counts.abandoned_short
    return Ratio(gave_up, counts.answered + counts.missed + gave_up)


def missed_share(counts: Counts) -> Ratio:
    """Calls that ended unanswered, not by the caller, of all that have ended."""
    return Ratio(counts.missed, counts.answered + counts.abandoned + counts.missed)


def speed_of_answer(counts: Counts) -> Ratio:
    """ASA: microseconds waited by answered calls, over their number. Who gave up waited too, and is not in it."""
    return Ratio(counts.waited, counts.answered)


def within_rings(counts: Counts) -> Ratio:
    """Calls picked up within the rings of the yardstick, of those that rang so long or were picked up."""
    return Ratio(counts.picked_up, counts.to_pick_up)


def ended_by_agent(counts: Counts) -> Ratio:
    """Calls that the agent ended, of those of which it was told who did."""
    return Ratio(
        counts.ended_by_agent, counts.ended_by_caller + counts.ended_by_agent + counts.ended_by_system
    )


def rating(counts: Counts) -> Ratio:
    """The sum of the ratings given, over their number."""
    return Ratio(counts.stars, counts.rated)
