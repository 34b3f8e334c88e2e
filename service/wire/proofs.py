"""The evidence of a statement as it stands in a record."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from service.sla.evidence import (
    Circumstance,
    Evidence,
    HandOvers,
    Plea,
    ToldLate,
    Uncounted,
    Way,
)
from service.sla.instants import Duration, Instant
from service.wire import times
from service.wire.attached import Key


class _Uncounted(
    msgspec.Struct, frozen=True, gc=False, omit_defaults=True, rename={"start": "from", "end": "to"}
):
    start: str
    end: str
    what: str
    why: str = ""


class _Plea(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    event: Key
    at: str
    answer: str = ""
    answered_at: str | None = None


class _HandOvers(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    made: tuple[Key, ...] = ()
    returned: tuple[Key, ...] = ()
    without_reason: tuple[Key, ...] = ()
    cold: tuple[Key, ...] = ()


#: One object, because a default is left out when it is the very same.
_NO_HAND_OVERS = _HandOvers()


class _Circumstance(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    event: Key
    type: str
    at: str
    what: str = ""
    by: str = ""


class _ToldLate(msgspec.Struct, frozen=True, gc=False):
    event: Key
    type: str
    at: str
    recorded: str


class _Way(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    what: str
    events: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    followed_by: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    within_us: Duration = 0
    rank: int = 0


class Proofs(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """`Evidence`; what is left out was not."""

    calendar: str = ""
    calendar_since: str = ""
    uncounted: tuple[_Uncounted, ...] = ()
    pleas: tuple[_Plea, ...] = ()
    urges: tuple[str, ...] = ()
    second_requests: tuple[str, ...] = ()
    households: int | None = None
    per_owner: int | None = None
    hand_overs: _HandOvers = _NO_HAND_OVERS
    circumstances: tuple[_Circumstance, ...] = ()
    told_late: tuple[_ToldLate, ...] = ()
    document: str = ""
    would_change: tuple[_Way, ...] = ()


def proofs_of(evidence: Evidence) -> Proofs:
    """`evidence` as it goes out."""
    overs = evidence.hand_overs
    return Proofs(
        calendar=evidence.calendar,
        calendar_since=evidence.calendar_since,
        uncounted=tuple(
            _Uncounted(times.write(u.start), times.write(u.end), u.what, u.why) for u in evidence.uncounted
        ),
        pleas=tuple(
            _Plea(Key(*p.event), times.write(p.at), p.answer, _time(p.answered_at)) for p in evidence.pleas
        ),
        urges=tuple(map(times.write, evidence.urges)),
        second_requests=tuple(map(times.write, evidence.second_requests)),
        households=evidence.households,
        per_owner=evidence.per_owner,
        hand_overs=_NO_HAND_OVERS
        if overs == HandOvers()
        else _HandOvers(
            _keys(overs.made), _keys(overs.returned), _keys(overs.without_reason), _keys(overs.cold)
        ),
        circumstances=tuple(
            _Circumstance(Key(*c.event), c.type, times.write(c.at), c.what, c.by)
            for c in evidence.circumstances
        ),
        told_late=tuple(
            _ToldLate(Key(*late.event), late.type, times.write(late.at), times.write(late.recorded))
            for late in evidence.told_late
        ),
        document=evidence.document,
        would_change=tuple(
            _Way(w.what, w.events, w.reasons, w.followed_by, w.unless, w.within, w.rank)
            for w in evidence.would_change
        ),
    )


def evidence_of(proofs: Proofs) -> Evidence:
    """What `proofs_of` was given."""
    overs = proofs.hand_overs
    return Evidence(
        calendar=proofs.calendar,
        calendar_since=proofs.calendar_since,
        uncounted=tuple(
            Uncounted(times.read(u.start), times.read(u.end), u.what, u.why) for u in proofs.uncounted
        ),
        pleas=tuple(
            Plea(_pair(p.event), times.read(p.at), p.answer, _instant(p.answered_at)) for p in proofs.pleas
        ),
        urges=tuple(map(times.read, proofs.urges)),
        second_requests=tuple(map(times.read, proofs.second_requests)),
        households=proofs.households,
        per_owner=proofs.per_owner,
        hand_overs=HandOvers(
            _pairs(overs.made), _pairs(overs.returned), _pairs(overs.without_reason), _pairs(overs.cold)
        ),
        circumstances=tuple(
            Circumstance(_pair(c.event), c.type, times.read(c.at), c.what, c.by) for c in proofs.circumstances
        ),
        told_late=tuple(
            ToldLate(_pair(late.event), late.type, times.read(late.at), times.read(late.recorded))
            for late in proofs.told_late
        ),
        document=proofs.document,
        would_change=tuple(map(_way, proofs.would_change)),
    )


def _way(told: _Way) -> Way:
    return Way(
        what=told.what,
        events=told.events,
        reasons=told.reasons,
        followed_by=told.followed_by,
        unless=told.unless,
        within=told.within_us,
        rank=told.rank,
    )


def _keys(events: Iterable[tuple[str, str]]) -> tuple[Key, ...]:
    return tuple(Key(*event) for event in events)


def _pairs(keys: Iterable[Key]) -> tuple[tuple[str, str], ...]:
    return tuple(map(_pair, keys))


def _pair(key: Key) -> tuple[str, str]:
    return key.source, key.id


def _time(instant: Instant | None) -> str | None:
    return None if instant is None else times.write(instant)


def _instant(written: str | None) -> Instant | None:
    return None if written is None else times.read(written)
