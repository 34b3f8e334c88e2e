"""The people around a promise, for people: who held it, who has to be heard, and what was going on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from service.cli.moments import clockwise, told
from service.cli.output import show, table
from service.sla import chain
from service.sla.statements import Kind, Statement

if TYPE_CHECKING:
    from service.cli.explain_people import People, Turn
    from service.cli.explanation import Explained
    from service.sla.events import EventKey
    from service.sla.evidence import Link, Share
    from service.sla.repeats import SaidRepeat

#: Why nobody fills a role, or what else there is to know.
_REASONS: Final[Mapping[str, str]] = {
    chain.NO_CONTACT: "no event names who took the first contact",
    chain.NO_HOLDER: "nobody holds the ticket",
    chain.NO_PERSON: "a team holds it, and no person",
    chain.NO_AREA: "the ticket names no area",
    chain.UNKNOWN_AREA: "the directory does not know its area",
    chain.NO_OWNER: "its area has no owner",
    chain.UNKNOWN_PERSON: "the directory does not know from whose unit the way leads up",
    chain.NO_UNIT: "there is no such unit, or it is not known",
    chain.NO_HEAD: "the unit has no head",
    chain.INACTIVE: "has left",
    chain.UNKNOWN_ROLE: "the chain has no such role",
}


def show_people(this: Explained, people: People, zone: ZoneInfo) -> None:
    """Print who held it and who has to be heard."""
    if people.turns:
        show()
        show("Who held it:")
        heads = ["from", "to", "person", "team", "since", "length", "counted", ""]
        rows = [_turn(this, turn, zone) for turn in people.turns]
        table(heads, rows, right=["length", "counted"])
        _show_shares(this, people)
    for links, statements in groupby((s for s in this.statements if s.chain), key=lambda s: s.chain):
        show()
        show(f"Who has to be heard{_when(list(statements), zone)}:")
        _show_chain(links)


def _turn(this: Explained, turn: Turn, zone: ZoneInfo) -> list[str]:
    share, ((start, end),) = turn.share, turn.share.spans
    since = "" if turn.by is None else _event(this, turn.by)
    note = "< due" if end == this.promise.due else ""
    length, counted = clockwise(share.wall), clockwise(share.counted)
    return [told(start, zone), told(end, zone), _person(share), share.team, since, length, counted, note]


def _show_shares(this: Explained, people: People) -> None:
    """The sums; of a breach those that it carries."""
    breach = next((each for each in this.statements if each.kind is Kind.BREACH), None)
    shares = people.holders if breach is None else breach.holders
    up_to = "so far" if this.promise.stop is None else "up to its stop"
    show()
    show(f"In their hands {'up to the breach' if breach else up_to}:")
    columns = [
        name
        for name in ("gated", "outside", "excluded", "held", "counted")
        if any(getattr(share, name) for share in shares)
    ]
    rows = [
        [
            _person(share),
            share.team,
            *(clockwise(getattr(share, name)) for name in columns),
            clockwise(share.wall),
        ]
        for share in shares
    ]
    table(["person", "team", *columns, "together"], rows, right=[*columns, "together"])


def _when(statements: Sequence[Statement], zone: ZoneInfo) -> str:
    """`, as of 2026-03-09 Mon 18:00:00 +08:00 (breach)`: instants, each with what was said then."""
    parts = []
    for at, same in groupby(statements, key=lambda each: each.at):
        names = ", ".join(dict.fromkeys(each.name for each in same))
        parts.append(f"as of {told(at, zone)} ({names})")
    return f", {'; '.join(parts)}"


def _show_chain(links: Sequence[Link]) -> None:
    has_deputy = any(link.acting_for for link in links)
    rows = [
        [link.role, link.person or "nobody", *([link.acting_for] if has_deputy else []), why(link.reason)]
        for link in links
    ]
    table(["role", "person", *(["stands for"] if has_deputy else []), ""], rows)


def why(reason: str) -> str:
    """`no_owner: its area has no owner`."""
    return f"{reason}: {_REASONS[reason]}" if reason in _REASONS else reason


def who(link: Link | None) -> str:
    """Whoever hears of a rung, or the reason why nobody does."""
    if link is None:
        return ""
    has_left = f" ({link.reason})" if link.person and link.reason else ""
    return f"{link.person}{has_left}" if link.person else link.reason


def _person(share: Share) -> str:
    return share.person or ("-" if share.team else "nobody")


def _event(this: Explained, key: EventKey) -> str:
    return f"{this.events[key][0].type} {key[1]}" if key in this.events else key[1]


# --- what was going on ----------------------------------------------------------------------------


def show_evidence(this: Explained, zone: ZoneInfo) -> None:
    """Print what the breach, or a verdict that came late, has as evidence; of what is told above already nothing."""
    for statement in this.statements:
        lines = list(_evidence(this, statement, zone))
        if lines:
            show()
            show(f"What was going on, says the {statement.name}:")
            for line in lines:
                show(f"  {line}")


def _evidence(this: Explained, statement: Statement, zone: ZoneInfo) -> Iterator[str]:
    found = statement.evidence
    if found is None:
        return
    overs = found.hand_overs
    for what, keys in (
        ("Handed over", overs.made),
        ("Handed back to whoever had it before", overs.returned),
        ("Handed on without a reason", overs.without_reason),
        ("Handed on cold, unconfirmed or without a word to the customer", overs.cold),
    ):
        if keys:
            yield f"{what}: {_events(this, keys)}."
    for each in found.circumstances:
        by = f", says {each.by}" if each.by else ""
        yield f"{each.type.capitalize()} at {told(each.at, zone)}: {each.what or 'nobody says how'}{by}."
    for late in found.told_late:
        recorded = told(late.recorded, zone)
        yield f"Told late: {_event(this, late.event)} of {told(late.at, zone)} was recorded at {recorded}."
    for plea in found.pleas:
        answered = told(plea.answered_at, zone)
        answer = f"{plea.answer} at {answered}" if plea.answer else "no answer by then"
        yield f"More time was asked for with {_event(this, plea.event)} at {told(plea.at, zone)}: {answer}."
    if found.urges:
        yield f"The customer urged at {_instants(found.urges, zone)}."
    if found.second_requests:
        yield f"Documents were asked for again at {_instants(found.second_requests, zone)}."
    if found.households is not None or found.per_owner is not None:
        yield f"Its area has {_count(found.households)} households; one owner is meant for {_count(found.per_owner)}."


def _events(this: Explained, keys: Iterable[EventKey]) -> str:
    return ", ".join(_event(this, key) for key in keys)


def _instants(instants: Iterable[int], zone: ZoneInfo) -> str:
    return ", ".join(told(instant, zone) for instant in instants)


def _count(number: int | None) -> str:
    return "nobody says how many" if number is None else f"{number:,}"


# --- repeats --------------------------------------------------------------------------------------


def show_repeats(repeats: Sequence[SaidRepeat], breaches: frozenset[str], zone: ZoneInfo) -> None:
    """Print what was said of people by several breaches; `breaches` are those of this ticket."""
    show()
    show("Several breaches of one person within twelve months:")
    rows = [
        [
            each.repeat.person,
            told(each.repeat.since, zone),
            told(each.repeat.at, zone),
            str(len(each.repeat.breaches)),
            str(len(breaches & set(each.repeat.breaches))),
            str(each.rev),
            "withdrawn" if each.withdrawn else "",
        ]
        for each in repeats
    ]
    heads = ["person", "from", "to", "breaches", "of this ticket", "rev", ""]
    table(heads, rows, right=["breaches", "of this ticket", "rev"])
