"""What the topic says in the end, held against a back-test of the same events: by id and content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from service.sla.statements import Kind, Statement
from service.wire.outgoing import decode_output, is_statement


@dataclass(frozen=True, slots=True)
class Spoken:
    """The output topic, read to its end.

    `in_force` is the newest revision of each id that is not withdrawn. `revisions` counts records with distinct
    (id, revision), `repeats` those that said the same again. `said` and `withdrawn` count revisions by kind.
    `gaps` are the ids whose revisions do not run from 1 without a gap.
    """

    in_force: dict[str, Statement]
    said: Counter[Kind]
    withdrawn: Counter[Kind]
    repeats: int
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One id on which the line and the back-test do not agree; None where a side says nothing."""

    id: str
    line: Statement | None
    backtest: Statement | None


def spoken(values: Iterable[bytes]) -> Spoken:
    """What `values`, records of the statements topic, say together, notices left out; msgspec.ValidationError for others."""
    newest: dict[str, tuple[int, bool, Statement]] = {}
    revisions: dict[str, set[int]] = {}
    said: Counter[Kind] = Counter()
    withdrawn: Counter[Kind] = Counter()
    repeats = 0
    for value in filter(is_statement, values):
        statement, rev, gone = decode_output(value)
        seen = revisions.setdefault(statement.id, set())
        if rev in seen:
            repeats += 1
            continue
        seen.add(rev)
        (withdrawn if gone else said)[statement.kind] += 1
        if rev > newest.get(statement.id, (0, False, statement))[0]:
            newest[statement.id] = (rev, gone, statement)
    gaps = tuple(id_ for id_, seen in revisions.items() if seen != set(range(1, len(seen) + 1)))
    in_force = {id_: statement for id_, (_, gone, statement) in newest.items() if not gone}
    return Spoken(in_force, said, withdrawn, repeats, gaps)


def differences(line: dict[str, Statement], backtest: dict[str, Statement]) -> list[Difference]:
    """Where the two do not say the same, by id."""
    return [
        Difference(id_, line.get(id_), backtest.get(id_))
        for id_ in sorted(line.keys() | backtest.keys())
        if untimed(line.get(id_)) != untimed(backtest.get(id_))
    ]


def untimed(statement: Statement | None) -> Statement | None:
    """Without what rests on when events were recorded, which a file of events does not tell."""
    if statement is None or statement.evidence is None:
        return statement
    is_verdict = statement.kind is Kind.VERDICT
    return replace(statement, evidence=None if is_verdict else replace(statement.evidence, told_late=()))
