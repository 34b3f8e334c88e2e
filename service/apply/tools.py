"""What every transaction of the door works with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from service.apply.book import Book
from service.apply.hearing import Heard
from service.apply.judging import Diff, Judge
from service.apply.organisation import Organisation
from service.apply.outages import Outages
from service.apply.outcome import Limits, Topics, WallClock
from service.apply.shared import Chronicle
from service.sla.instants import Duration
from service.sla.policy import Rules
from service.store import Database, Tx
from service.wire.records import Accepted, Record, Refused

#: The rules of a tenant as of a transaction; None when it has no policy.
RulesOf: TypeAlias = Callable[[Tx, str], Awaitable[Rules | None]]


class Decode(Protocol):
    """`service.wire.incoming.decode`, `decode_area`, `decode_source`, `decode_directory` or `decode_hotline`."""

    def __call__(
        self, record: Record, *, tenant: str, ahead: Duration, max_bytes: int
    ) -> Accepted | Refused: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The parts that a door is made of; `after_step` is told the name of each step that is done."""

    db: Database
    rules_of: RulesOf
    clock: WallClock
    limits: Limits
    topics: Topics
    judge: Judge
    diff: Diff
    decode: Decode
    decode_area: Decode
    decode_source: Decode
    decode_directory: Decode
    decode_hotline: Decode
    areas: Book[Chronicle]
    outages: Book[Outages]
    organisations: Book[Organisation]
    heard: Heard
    after_step: Callable[[str], None]
