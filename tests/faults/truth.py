"""What should be true after a scene, worked out beside the service, and what of it is not.

The oracle is the judge over the whole input, uninterrupted; the ledger, the topics and the tables are held against it.
Every check answers with sentences; none is no complaint.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from service.backtest import Backtest
from service.demo.compare import untimed
from service.sla.events import Event
from service.sla.history import History
from service.sla.instants import Instant
from service.sla.judge import judge
from service.sla.policy import Rules
from service.sla.statements import Statement
from service.wire import times
from service.wire.ledger import load_statement
from service.wire.outgoing import decode_output, is_statement
from tests.faults.scenario import Sending, by_ticket

UNPROVED = -1


@dataclass(frozen=True, slots=True)
class Sentence:
    """One record of an output topic."""

    part: int
    offset: int
    key: bytes
    value: bytes
    statement: Statement
    rev: int
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One revision of the ledger."""

    statement: Statement
    rev: int
    withdrawn: bool
    watermark: Instant | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a scene left behind."""

    statements: tuple[Sentence, ...]
    breaches: tuple[Sentence, ...]
    ledger: tuple[Line, ...]
    events: tuple[tuple[str, str, str, str], ...]  # tenant, ticket, source, id
    outbox: int

    @property
    def repeats(self) -> int:
        """Records that said what an earlier one had said."""
        return len(self.statements) - len({(each.statement.id, each.rev) for each in self.statements})


# --- gathering ------------------------------------------------------------------------------------


async def gather(dsn: str, bootstrap: str, statements: str, breaches: str) -> Evidence:
    connection = await asyncpg.connect(dsn.replace("+asyncpg", ""), timeout=10)
    try:
        events = await connection.fetch("SELECT tenant, ticket, source, id FROM event")
        ledger = await connection.fetch("SELECT content, rev, withdrawn, watermark FROM statement")
        outbox = await connection.fetchval("SELECT count(*) FROM outbox")
    finally:
        await connection.close(timeout=5)
    return Evidence(
        statements=tuple([each async for each in _read(bootstrap, statements)]),
        breaches=tuple([each async for each in _read(bootstrap, breaches)]),
        ledger=tuple(Line(load_statement(row[0]), *row[1:]) for row in ledger),
        events=tuple(tuple(row) for row in events),
        outbox=outbox,
    )


async def _read(bootstrap: str, topic: str):
    """Every record of `topic`, each partition in order."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        await consumer.topics()
        partitions = [TopicPartition(topic, part) for part in await _partitions(consumer, topic)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        while any([await consumer.position(part) < ends[part] for part in partitions]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    if not is_statement(record.value):
                        continue  # a notice
                    yield Sentence(
                        record.partition,
                        record.offset,
                        record.key,
                        record.value,
                        *decode_output(record.value),
                    )
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> list[int]:
    cluster = await consumer._client.fetch_all_metadata()
    return sorted(cluster.partitions_for_topic(topic) or ())


# --- the oracle -----------------------------------------------------------------------------------


def in_force(events: Iterable[Event], rules: Rules, until: Instant) -> dict[str, Statement]:
    """Every statement in force at W = `until`, by id."""
    judged = Backtest(rules, until=until).judged(events)
    return {statement.id: statement for each in judged for statement in each.judgement.statements}


def newest(sentences: Iterable[Sentence]) -> dict[str, Statement]:
    """What a consumer that keeps the highest revision of each id believes."""
    kept: dict[str, Sentence] = {}
    for each in sentences:
        known = kept.get(each.statement.id)
        if known is None or each.rev > known.rev:
            kept[each.statement.id] = each
    return {id_: each.statement for id_, each in kept.items() if not each.withdrawn}


# --- complaints -----------------------------------------------------------------------------------


def complaints(evidence: Evidence, events: Collection[Event], rules: Rules, until: Instant) -> list[str]:
    """Everything that is not as it has to be once a scene has come to rest at W = `until`."""
    expected = in_force(events, rules, until)
    breaches = {id_: statement for id_, statement in expected.items() if statement.kind == "breach"}
    return [
        *differences("in force on the statements topic", newest(evidence.statements), expected),
        *differences("in force on the breaches topic", newest(evidence.breaches), breaches),
        *gaps(evidence),
        *disorder("statements", evidence.statements),
        *disorder("breaches", evidence.breaches),
        *stale(evidence.breaches),
        *unfaithful(evidence),
        *miscounted(evidence, events),
    ]


def differences(
    what: str, found: Mapping[str, Statement], expected: Mapping[str, Statement]
) -> Iterator[str]:
    for id_ in sorted(found.keys() | expected.keys()):
        here, there = untimed(found.get(id_)), untimed(expected.get(id_))
        if here != there:
            named = here or there
            assert named is not None
            head = f"{what}: {named.ticket} {named.target} {named.name} {id_}"
            if here is None or there is None:
                who = "expected, but not said" if here is None else "said, but not true"
                yield f"{head}: {who}\n    {_shown(named)}"
            else:
                yield f"{head}: other content" + "".join(
                    f"\n    {field.name}: found {getattr(here, field.name)!r}, expected {getattr(there, field.name)!r}"
                    for field in fields(Statement)
                    if getattr(here, field.name) != getattr(there, field.name)
                )


def gaps(evidence: Evidence) -> Iterator[str]:
    """Revisions that do not run from 1."""
    for what, pairs in (
        ("statements topic", {(s.statement.id, s.rev) for s in evidence.statements}),
        ("ledger", {(line.statement.id, line.rev) for line in evidence.ledger}),
    ):
        revs: dict[str, set[int]] = {}
        for id_, rev in pairs:
            revs.setdefault(id_, set()).add(rev)
        for id_, seen in revs.items():
            if seen != set(range(1, len(seen) + 1)):
                yield f"{what}: revisions of {id_} are {sorted(seen)}"


def disorder(topic: str, sentences: Sequence[Sentence]) -> Iterator[str]:
    """A revision seen for the first time before the one it follows, a repeat with other bytes, a key that moved."""
    last: dict[str, int] = {}
    bytes_of: dict[tuple[str, int], bytes] = {}
    part_of: dict[bytes, int] = {}
    for each in sentences:
        id_ = each.statement.id
        key = id_.encode() if topic == "breaches" else each.statement.ticket.encode()
        if each.key != key or part_of.setdefault(each.key, each.part) != each.part:
            yield f"{topic}: {id_} rev {each.rev} has key {each.key!r} in partition {each.part}"
        if bytes_of.setdefault((id_, each.rev), each.value) != each.value:
            yield f"{topic}: {id_} rev {each.rev} is repeated with other bytes:\n    {bytes_of[id_, each.rev]!r}\n    {each.value!r}"
        if each.rev > last.get(id_, 0) + 1:
            yield f"{topic}: {id_} rev {each.rev} comes after rev {last.get(id_, 0)} at {each.part}/{each.offset}"
        last[id_] = max(last.get(id_, 0), each.rev)


def stale(sentences: Sequence[Sentence]) -> Iterator[str]:
    """Keys whose last record, the one that compaction keeps, is not the highest revision."""
    last = {each.key: each for each in sentences}
    highest: dict[bytes, int] = {}
    for each in sentences:
        highest[each.key] = max(each.rev, highest.get(each.key, 0))
    for key, each in last.items():
        if each.rev != highest[key]:
            yield f"breaches: {key.decode()} ends with rev {each.rev}, and rev {highest[key]} comes before it"


def unfaithful(evidence: Evidence) -> Iterator[str]:
    """What stands in the ledger and not on the topics, or the other way round."""
    ledger = {(line.statement.id, line.rev): (line.statement, line.withdrawn) for line in evidence.ledger}
    breaches = {key: said for key, said in ledger.items() if said[0].kind == "breach"}
    for what, kept, sentences in (
        ("statements", ledger, evidence.statements),
        ("breaches", breaches, evidence.breaches),
    ):
        told = {(each.statement.id, each.rev): (each.statement, each.withdrawn) for each in sentences}
        for key in kept.keys() | told.keys():
            if kept.get(key) != told.get(key):
                yield f"{what}: {key} is {kept.get(key)} in the ledger and {told.get(key)} on the topic"
    if evidence.outbox:
        yield f"{evidence.outbox} rows are left in the outbox"


def miscounted(evidence: Evidence, events: Collection[Event]) -> Iterator[str]:
    """Events kept twice, lost, or never published."""
    kept = Counter(evidence.events)
    published = {(e.tenant, e.ticket, e.source, e.id) for e in events}
    yield from (f"event {key} is kept {count} times" for key, count in kept.items() if count > 1)
    yield from (f"event {key} is lost" for key in sorted(published - kept.keys()))
    yield from (f"event {key} was never published" for key in sorted(kept.keys() - published))


def untruths(evidence: Evidence, arrivals: Sequence[Sending], rules: Rules) -> Iterator[str]:
    """Revisions that were never true of anything the service may have known when it said them.

    A revision said at W rests on every event published before W, and on some of the later ones in the order of their
    arrival: for one such beginning of the ticket's record the judge at W has to say the same. So a breach that an
    event in time disproves can only have been said if that event came after W.
    """
    came = by_ticket(arrivals)
    for line in evidence.ledger:
        sendings = came.get(line.statement.ticket, [])
        upto = UNPROVED if line.watermark is None else line.watermark
        known = bisect_right([sending.when for sending in sendings], upto)
        wanted = None if line.withdrawn else untimed(line.statement)
        if not any(
            untimed(_said(sendings[:count], rules, upto, line.statement.id)) == wanted
            for count in range(known, len(sendings) + 1)
        ):
            yield (
                f"never true: {'withdrawal of ' if line.withdrawn else ''}{line.statement.id} rev {line.rev} at W ="
                f" {times.write(upto)}, {known} of {len(sendings)} events known\n    {_shown(line.statement)}"
            )


def _said(sendings: Sequence[Sending], rules: Rules, upto: Instant, id_: str) -> Statement | None:
    judgement = judge(History(tuple(sending.event for sending in sendings)), rules, upto)
    return next((statement for statement in judgement.statements if statement.id == id_), None)


def _shown(statement: Statement) -> str:
    return (
        f"{statement.kind.value} {statement.outcome or statement.name} of {statement.ticket} at {times.write(statement.at)}"
        f" due {times.write(statement.due) if statement.due is not None else '-'}: {statement}"
    )


def told(found: Sequence[str], more: Callable[[], str] = lambda: "") -> str:
    """`found` for an assertion: the first few whole, the others counted."""
    rest = f"\n... and {len(found) - 12} more" if len(found) > 12 else ""
    return f"{len(found)} complaints:\n" + "\n".join(found[:12]) + rest + "\n" + more()
