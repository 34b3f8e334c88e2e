"""What statements carry for whoever traces responsibility, as it stands in a record: holders and chain."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from service.sla.evidence import Link, Share
from service.sla.instants import Duration
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
