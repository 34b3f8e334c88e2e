"""What can happen to a promise, and what follows: here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from service.sla.statements import State


class Happening(StrEnum):
    """What can happen to a promise."""

    ENTER = "enter"  # a change in flight makes its target apply
    LEAVE = "leave"  # a change in flight makes its target apply no more
    EARLY = "early"  # a stop before the clock starts
    STOP = "stop"
    CANCEL = "cancel"
    DEEM = "deem"  # a report in time on a failed contact or visit, or documents that were not supplied
    REPLACE = "replace"  # a new date from the conversation
    DUE = "due"


_ENTER, _LEAVE, _EARLY, _STOP, _CANCEL, _DEEM, _REPLACE, _DUE = Happening

#: (state, happening) -> state. Cancelling and changes in flight act on a promise only up to its stop and its due: after
#: the due the breach stands. A promise that was superseded comes back only while its ticket has not stopped. One met
#: before its clock starts, or deemed met, can still be met properly, up to its due.
TRANSITIONS: Final[Mapping[State, Mapping[Happening, State]]] = {
    State.ABSENT: {
        _ENTER: State.OPEN,
        _LEAVE: State.ABSENT,
        _EARLY: State.NEVER,
        _STOP: State.NEVER,
        _CANCEL: State.NEVER,
        _DEEM: State.ABSENT,
        _REPLACE: State.NEVER,
        _DUE: State.ABSENT,
    },
    State.OPEN: {
        _ENTER: State.OPEN,
        _LEAVE: State.SUPERSEDED,
        _EARLY: State.EARLY,
        _STOP: State.MET,
        _CANCEL: State.CANCELLED,
        _DEEM: State.DEEMED,
        _REPLACE: State.REPLACED,
        _DUE: State.BREACHED,
    },
    State.EARLY: {
        _ENTER: State.EARLY,
        _LEAVE: State.EARLY,
        _EARLY: State.EARLY,
        _STOP: State.MET,
        _CANCEL: State.EARLY,
        _DEEM: State.EARLY,
        _REPLACE: State.EARLY,
        _DUE: State.MET,
    },
    State.DEEMED: {
        _ENTER: State.DEEMED,
        _LEAVE: State.DEEMED,
        _EARLY: State.EARLY,
        _STOP: State.MET,
        _CANCEL: State.DEEMED,
        _DEEM: State.DEEMED,
        _REPLACE: State.DEEMED,
        _DUE: State.SETTLED,
    },
    State.SUPERSEDED: {
        _ENTER: State.OPEN,
        _LEAVE: State.SUPERSEDED,
        _EARLY: State.REPLACED,
        _STOP: State.REPLACED,
        _CANCEL: State.REPLACED,
        _DEEM: State.SUPERSEDED,
        _REPLACE: State.REPLACED,
        _DUE: State.SUPERSEDED,
    },
    State.BREACHED: {
        _ENTER: State.BREACHED,
        _LEAVE: State.BREACHED,
        _EARLY: State.LATE,
        _STOP: State.LATE,
        _CANCEL: State.BREACHED,
        _DEEM: State.SETTLED,
        _REPLACE: State.BREACHED,
        _DUE: State.BREACHED,
    },
    **{
        final: dict.fromkeys(Happening, final)
        for final in (State.MET, State.LATE, State.SETTLED, State.CANCELLED, State.REPLACED, State.NEVER)
    },
}

#: States in which nothing can happen any more: a later start begins a new promise.
ENDED: Final = frozenset({State.MET, State.LATE, State.SETTLED, State.CANCELLED, State.REPLACED, State.NEVER})
