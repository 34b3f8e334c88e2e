"""Breaches are counted against people, in the transaction that says them and under a lock of each person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from service.apply.judging import Change
from service.sla.events import EventKey
from service.sla.instants import Instant
from service.sla.policy import Rules
from service.sla.repeats import Counted, SaidRepeat, person_of, repeats, revisions
from service.sla.statements import Kind
from service.store import Tx, outbox, people
from service.store.keys import TicketKey, bucket_of
from service.store.outbox import Message
from service.store.people import Against, Entry, PersonKey
from service.wire.people import encode_repeat
from service.wire.trace import Trace
from service.wire.values import is_identifier


@dataclass(frozen=True, slots=True)
class Occasion:
    """As of which W and when something is said, and on which topic."""

    topic: str
    watermark: Instant | None
    now: Instant


@dataclass(slots=True)
class _Why:
    """Why what is said about a person changes."""

    cause: EventKey | None
    trace: Trace | None
    announce: bool


async def recount(
    tx: Tx,
    spoken: Iterable[tuple[TicketKey, Change]],
    rules_of: Callable[[str], Rules],
    occasion: Occasion,
) -> Counter[bool]:
    """Say what the breaches among `spoken` change about people; how many revisions, by whether they withdraw.

    Their tickets are locked, and stay so. A breach counts against whoever holds its ticket at its due, while it is in force
    and proved.
    """
    changes = [(key, change) for key, change in spoken if change.said.statement.kind is Kind.BREACH]
    if not changes:
        return Counter()
    before = await people.counting(tx, [(key, change.said.statement.id) for key, change in changes])
    changed: list[Against] = []
    concerned: dict[PersonKey, _Why] = {}
    for key, change in changes:
        after, was = _against(key, change), before.get(change.said.statement.id)
        if after == was or (was is None and not after.person):
            continue
        changed.append(after)
        for person in {after.person, was.person if was else ""} - {""}:
            why = concerned.setdefault((key[0], person), _Why(change.cause, change.trace, change.announce))
            if why.cause is None:
                why.cause, why.trace = change.cause, change.trace
            why.announce |= change.announce
    if not changed:
        return Counter()
    await people.lock(tx, concerned)
    await people.count(tx, changed)
    return await _say(tx, concerned, rules_of, occasion)


async def _say(
    tx: Tx, concerned: Mapping[PersonKey, _Why], rules_of: Callable[[str], Rules], occasion: Occasion
) -> Counter[bool]:
    counted = await people.breaches_of(tx, concerned)
    said = await people.said(tx, concerned)
    entries: list[Entry] = []
    messages: list[Message] = []
    for key, why in concerned.items():
        for revision in revisions(said[key], repeats(*key, counted[key], zone_of(rules_of(key[0])))):
            entry, message = _written(key, revision, why, occasion)
            entries.append(entry)
            messages.append(message)
    await people.add(tx, entries)
    await outbox.add(tx, messages)
    return Counter(entry.said.withdrawn for entry in entries)


def _written(key: PersonKey, revision: SaidRepeat, why: _Why, occasion: Occasion) -> tuple[Entry, Message]:
    out = encode_repeat(
        revision,
        cause=why.cause,
        watermark=occasion.watermark,
        decided_at=occasion.now,
        announce=why.announce,
        trace=why.trace,
    )
    entry = Entry(
        said=revision,
        cause=why.cause,
        watermark=occasion.watermark,
        decided_at=occasion.now,
        event_id=out.event_id,
    )
    message = Message(
        bucket=bucket_of(*key),
        topic=occasion.topic,
        key=out.key,
        value=out.value,
        headers=out.headers,
        created_at=occasion.now,
    )
    return entry, message


def _against(key: TicketKey, change: Change) -> Against:
    statement = change.said.statement
    person = "" if change.said.withdrawn else person_of(statement)
    # What no staff number can be is nobody's: it could not be a key.
    return Against(key, Counted(statement.at, statement.id), person if is_identifier(person) else "")


def zone_of(rules: Rules) -> ZoneInfo:
    """The zone of a tenant: that of the first target of its last version."""
    targets = rules.versions[-1].targets
    return targets[0].calendar.zone if targets else ZoneInfo("UTC")
