"""What settles the due of a promise besides its clock: changes in flight, extensions, instants that events state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from service.sla.events import EventKey
from service.sla.instants import Instant
from service.sla.policy import Stated
from service.sla.ticks import latest_before
from service.sla.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Arrival:
    """A change in flight at `at` brought the promise into force: it is not due before, and the floor runs from there."""

    at: Instant


@dataclass(frozen=True, slots=True)
class Grant:
    """An extension approved at `at` by the event `key`: to `until`, or on by `by` in the target's unit."""

    at: Instant
    key: EventKey
    until: Instant | None
    by: int


@dataclass(frozen=True, slots=True)
class Setting:
    """The event `key` at `at` stated `instant`."""

    at: Instant
    key: EventKey
    instant: Instant


Move: TypeAlias = Arrival | Grant


@dataclass(frozen=True, slots=True)
class Terms:
    """`moves` of the due, in the order in which they were asked for, and the `settings` of a stated instant."""

    moves: tuple[Move, ...] = ()
    settings: tuple[Setting, ...] = ()

    def known_at(self, instant: Instant) -> Terms:
        """As the events up to `instant` tell them; the very same when they tell all."""
        moves = tuple(move for move in self.moves if move.at <= instant)
        settings = tuple(setting for setting in self.settings if setting.at <= instant)
        return self if (moves, settings) == (self.moves, self.settings) else Terms(moves, settings)

    def and_then(self, move: Move) -> Terms:
        """With one move more."""
        return Terms((*self.moves, move), self.settings)


def due_of(timeline: Timeline, terms: Terms) -> Instant | None:
    """When the promise is due; None when that is not known, because the gate is closed or a pause is open."""
    return moved(timeline, own_due(timeline, terms), terms.moves)


def own_due(timeline: Timeline, terms: Terms) -> Instant | None:
    """The due before anything moved it; one that an event states may lie before the promise begins."""
    target = timeline.target
    if target.stated is None:
        return timeline.due(target.budget)
    if not terms.settings:
        return None
    stated = terms.settings[-1].instant
    return stated if target.stated is Stated.PROMISED else latest_before(target, stated, target.budget)


def moved(timeline: Timeline, due: Instant | None, moves: Sequence[Move]) -> Instant | None:
    """`due` after `moves`: never before an arrival and the floor from there on, and never earlier by an extension."""
    for move in moves:
        if due is None:
            return None
        if isinstance(move, Grant):
            by = timeline.further(due, move.by) if move.by else due
            later = by if move.until is None else move.until
        else:
            later = timeline.later(move.at, timeline.target.floor)
        due = None if later is None else max(due, later)
    return due
