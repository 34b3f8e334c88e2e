"""Who held the ticket while a promise ran, who has to be heard and who was told: as values."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from service.cli.explanation import Explained
from service.sla.custody import Custody, Holder, measured
from service.sla.dossier import Dossier
from service.sla.events import EventKey
from service.sla.evidence import Link, Share
from service.sla.judge import addressed
from service.sla.repeats import SaidRepeat
from service.sla.statements import Kind, Statement


@dataclass(frozen=True, slots=True)
class Turn:
    """One stretch of a promise's span in the hands of somebody since the event `by`; None: nobody ever held it before.

    `share` has one span.
    """

    share: Share
    by: EventKey | None


@dataclass(frozen=True, slots=True)
class People:
    """The people around one promise.

    `turns` follow each other from its start to its stop, or to the instant as of which it is explained, cut at the due.
    `holders` are their sums. `told` has, by statement, who hears of a warning or an escalation, or why nobody does.
    `is_known`: anybody ever had to do with the ticket, or there is a directory.
    """

    turns: tuple[Turn, ...]
    holders: tuple[Share, ...]
    told: Mapping[str, Link]
    is_known: bool


def people_of(this: Explained) -> People:
    """The people around `this` promise."""
    subject = this.subject
    dossier = Dossier(subject.ticket, subject.history)
    parties, directory = dossier.parties, subject.history.directory
    holders = dossier.holders(this.course, subject.end)
    is_held = any(stretch.holder != Holder() for stretch in parties.custody)
    has_directory = bool(directory.persons or directory.units or directory.areas)
    rungs = (each for each in this.statements if each.kind in (Kind.WARNING, Kind.ESCALATION) and each.role)
    return People(
        turns=tuple(_turns(this, parties.custody, holders)),
        holders=holders,
        told={each.id: addressed(subject.history, subject.rules, each) for each in rungs},
        is_known=is_held or parties.contact is not None or has_directory,
    )


def _turns(this: Explained, custody: Sequence[Custody], holders: Sequence[Share]) -> Iterator[Turn]:
    marks = () if this.promise.due is None else (this.promise.due,)
    spans = [(span, Holder(share.person, share.team)) for share in holders for span in share.spans]
    for (start, end), holder in sorted(spans, key=lambda each: each[0]):
        place = bisect_right(custody, start, key=lambda stretch: stretch.start)
        by = custody[place - 1].by if place else None
        cuts = [start, *(mark for mark in marks if start < mark < end), end]
        for begin, until in pairwise(cuts):
            yield Turn(measured(this.timeline, holder, begin, until), by)


def people_line(this: Explained) -> dict[str, Any]:
    """The same as JSON: `custody`, `holders`, and the statements with all that they carry."""
    import msgspec

    from service.backtest import statement_line
    from service.wire.attached import holdings_of

    people = people_of(this)
    return {
        "custody": [_turn_line(turn) for turn in people.turns],
        "holders": msgspec.to_builtins(holdings_of(people.holders)),
        "statements": [
            {**statement_line(each), **attached_line(each, people.told.get(each.id))}
            for each in this.statements
        ],
    }


def attached_line(statement: Statement, told: Link | None) -> dict[str, Any]:
    """What `statement` carries for whoever traces responsibility, as in its record, and who hears of it."""
    import msgspec

    from service.wire.attached import holdings_of, roles_of
    from service.wire.proofs import proofs_of

    line: dict[str, Any] = {}
    if told is not None:
        (line["addressed"],) = roles_of([told])
    if statement.chain:
        line |= {"holders": holdings_of(statement.holders), "chain": roles_of(statement.chain)}
    if statement.evidence is not None:
        line["evidence"] = proofs_of(statement.evidence)
    found: dict[str, Any] = msgspec.to_builtins(line)
    return found


def repeat_line(said: SaidRepeat) -> dict[str, Any]:
    """What was said of a person, as JSON."""
    from service.wire import times

    repeat = said.repeat
    return {
        "id": repeat.id,
        "person": repeat.person,
        "since": times.write(repeat.since),
        "at": times.write(repeat.at),
        "breaches": list(repeat.breaches),
        "rev": said.rev,
        "status": "withdrawn" if said.withdrawn else "in_force",
    }


def _turn_line(turn: Turn) -> dict[str, Any]:
    from service.wire import times

    share, ((start, end),) = turn.share, turn.share.spans
    return {
        "from": times.write(start),
        "to": times.write(end),
        "person": share.person,
        "team": share.team,
        "by": None if turn.by is None else {"source": turn.by[0], "id": turn.by[1]},
        "wall_us": share.wall,
        "gated_us": share.gated,
        "outside_us": share.outside,
        "excluded_us": share.excluded,
        "held_us": share.held,
        "counted_us": share.counted,
    }
