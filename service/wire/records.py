"""What the bus hands over, what becomes of it, and what goes out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.sla.events import Event
from service.sla.instants import Instant
from service.wire.trace import Trace


class Reason(StrEnum):
    """Why a record is parked. A closed set: it is stored, counted by, and part of the contract."""

    NOT_JSON = "not_json"
    NOT_UTF8_HEADER = "not_utf8_header"
    NULL_VALUE = "null_value"
    NULL_KEY = "null_key"
    KEY_MISMATCH = "key_mismatch"
    MISSING_ATTRIBUTE = "missing_attribute"
    BAD_ATTRIBUTE = "bad_attribute"
    NAIVE_TIME = "naive_time"
    BAD_TIME = "bad_time"
    TIME_OUT_OF_RANGE = "time_out_of_range"
    AHEAD_OF_RECORD = "ahead_of_record"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_VERSION = "unknown_version"
    TOO_LARGE = "too_large"
    BAD_DATA = "bad_data"
    # Given by `apply`, which knows the policies and the history.
    UNKNOWN_POLICY = "unknown_policy"
    ID_REUSED = "id_reused"
    TOO_MANY_EVENTS = "too_many_events"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a topic, as the broker keeps it. `timestamp` is the broker's, microseconds."""

    topic: str
    part: int
    offset: int
    timestamp: Instant
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A record that holds an event. Equal `digest` means equal content, whatever the record looked like.

    `trace`: the trace that the record belongs to, if any.
    """

    event: Event
    digest: bytes
    record: Record
    trace: Trace | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that cannot be applied. `detail` is one bounded line that Postgres can store.

    `tenant` and `ticket` say whose promises are in doubt; None for what could not be found out.
    """

    record: Record
    reason: Reason
    detail: str
    tenant: str | None
    ticket: str | None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One record to publish; the same statement and revision always has the same `event_id`."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    event_id: str
