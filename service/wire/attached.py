"""What statements carry for whoever traces responsibility, as it stands in a record: holders, chain, evidence."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from service.sla.evidence import (
    Circumstance,
    Evidence,
    HandOvers,
    Link,
    Plea,
    Share,
    ToldLate,
    Uncounted,
)
from service.sla.instants import Duration, Instant
from service.wire import times


class Key(msgspec.Struct, frozen=True, gc=False):
    """An event."""

    source: str
    id: str


class Span(msgspec.Struct, frozen=True, gc=False, rename={"start": "from", "end": "to"}):
    """[from, to)."""

    start: str
    end: str


class Holding(msgspec.Struct, frozen=True, gc=False):
    """A `Share`."""

    person: str
    team: str
    spans: tuple[Span, ...]
    wall_us: Duration
    gated_us: Duration
    outside_us: Duration
    excluded_us: Duration
    held_us: Duration
    counted_us: Duration


class Filled(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A `Link`."""

    role: str
    person: str
    reason: str = ""
    acting_for: str = ""


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


def holdings_of(shares: Iterable[Share]) -> tuple[Holding, ...]:
    """`shares` as they go out."""
    return tuple(
        Holding(
            share.person,
            share.team,
            tuple(Span(times.write(start), times.write(end)) for start, end in share.spans),
            share.wall,
            share.gated,
            share.outside,
            share.excluded,
            share.held,
            share.counted,
        )
        for share in shares
    )


def shares_of(holdings: Iterable[Holding]) -> tuple[Share, ...]:
    """What `holdings_of` was given."""
    return tuple(
        Share(
            person=one.person,
            team=one.team,
            spans=tuple((times.read(span.start), times.read(span.end)) for span in one.spans),
            wall=one.wall_us,
            gated=one.gated_us,
            outside=one.outside_us,
            excluded=one.excluded_us,
            held=one.held_us,
            counted=one.counted_us,
        )
        for one in holdings
    )


def roles_of(links: Iterable[Link]) -> tuple[Filled, ...]:
    """`links` as they go out."""
    return tuple(Filled(link.role, link.person, link.reason, link.acting_for) for link in links)


def links_of(roles: Iterable[Filled]) -> tuple[Link, ...]:
    """What `roles_of` was given."""
    return tuple(Link(role.role, role.person, role.reason, role.acting_for) for role in roles)


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
