"""A judged ticket as lines of JSON: one for each promise, with what tells its statements apart."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from service.backtest.run import Judged
from service.sla.events import Json
from service.sla.instants import Instant
from service.sla.statements import Promise, Statement
from service.wire import store_statement, times


def lines_of(judged: Judged) -> Iterator[dict[str, Json]]:
    """A line for each promise of the ticket: how it stands, and the statements in force about it."""
    about: dict[tuple[str, tuple[str, str]], list[Statement]] = {}
    for statement in judged.judgement.statements:
        about.setdefault((statement.target, statement.started_by), []).append(statement)
    for promise in judged.judgement.promises:
        statements = about.get((promise.target, promise.started_by), ())
        yield {
            "tenant": judged.key[0],
            "ticket": judged.key[1],
            **promise_line(promise),
            "statements": [statement_line(statement) for statement in statements],
        }


def promise_line(promise: Promise) -> dict[str, Json]:
    """How a promise stands; instants in UTC, null where there is none."""
    return {
        "target": promise.target,
        "started_by": _key(promise.started_by),
        "start": times.write(promise.start),
        "due": _time(promise.due),
        "stop": _time(promise.stop),
        "stopped_by": _key(promise.stopped_by),
        "verdict": promise.state.value,
        "held": promise.held,
        "gated": promise.gated,
        "provisional": promise.provisional,
        "in_doubt": promise.in_doubt,
    }


def statement_line(statement: Statement) -> dict[str, Json]:
    """What tells one statement from another. Equal `digest` means equal content."""
    line: dict[str, Json] = {
        "id": statement.id,
        "kind": statement.kind.value,
        "name": statement.name,
        "at": times.write(statement.at),
    }
    for name in ("outcome", "reason", "role"):
        if value := getattr(statement, name):
            line[name] = str(value)
    line["digest"] = digest(statement)
    return line


def digest(statement: Statement) -> str:
    """SHA-256 of the whole content of `statement`, in hexadecimal."""
    return sha256(store_statement(statement)).hexdigest()


def _key(key: tuple[str, str] | None) -> Json:
    return None if key is None else {"source": key[0], "id": key[1]}


def _time(instant: Instant | None) -> str | None:
    return None if instant is None else times.write(instant)
