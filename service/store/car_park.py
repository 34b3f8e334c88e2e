"""The table of records that could not be read or applied."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from service.store.schema import BYTES, INSTANT, METADATA, NAME


class State(StrEnum):
    """What became of a parked record."""

    PARKED = "parked"
    RELEASED = "released"  # read again and applied
    DROPPED = "dropped"  # declared to be of no consequence


PARKED: Final = Table(
    "parked",
    METADATA,
    Column("topic", NAME, nullable=False),
    Column("part", Integer, nullable=False),
    Column("record_offset", BigInteger, nullable=False),
    # Whose record it is; null when that could not be told.
    Column("bucket", SmallInteger),
    Column("tenant", NAME),
    Column("ticket", NAME),
    Column("reason", Text, nullable=False),  # service.wire.records.Reason
    Column("detail", Text, nullable=False),
    Column("occurred_at", INSTANT),  # of the event inside, where that could be read
    Column("parked_at", INSTANT, nullable=False),
    # The record itself, so that a release can read it again.
    Column("key", BYTES),
    Column("value", BYTES),
    Column("headers", BYTES, nullable=False),  # MessagePack of [[name, value or nil], ...]
    # The broker's timestamp; in doubt is what was decided since.
    Column("recorded_at", INSTANT, nullable=False),
    # Who decided what became of it, when and why.
    Column("state", Text, nullable=False, server_default=text("'parked'")),
    Column("decided_by", Text),
    Column("decided_at", INSTANT),
    Column("decided_why", Text),
    # Of a topic whose events bear on many tickets: nobody can tell on which. Kept here, not told by the topic's name,
    # which is a setting.
    Column("shared", Boolean, nullable=False, server_default=text("false")),
    # Of the topic of the directory: it holds nothing up, and chains are provisional meanwhile.
    Column("directory", Boolean, nullable=False, server_default=text("false")),
    # Of the topic of the hotline. One that names no ticket is about an agent or a roster: no promise rests on it.
    Column("hotline", Boolean, nullable=False, server_default=text("false")),
    # A record read twice is parked once. Not bound to a ticket: it may have none.
    PrimaryKeyConstraint("topic", "part", "record_offset"),
    CheckConstraint("state IN ('parked', 'released', 'dropped')", name="state"),
    # Nothing leaves the car park without a name and a reason.
    CheckConstraint(
        "(state = 'parked') = (decided_by IS NULL)"
        " AND (decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (decided_why IS NULL)"
        " AND decided_by <> '' AND decided_why <> ''",
        name="decided",
    ),
    # Half an attribution would put nothing in doubt.
    CheckConstraint(
        "(ticket IS NULL) = (bucket IS NULL) AND (ticket IS NULL OR tenant IS NOT NULL)", name="attributed"
    ),
    # It would put that one ticket in doubt instead of holding W for all.
    CheckConstraint("NOT (shared AND ticket IS NOT NULL)", name="shared"),
    # It is about no single ticket, and W does not wait for it.
    CheckConstraint("NOT (directory AND (shared OR ticket IS NOT NULL))", name="directory"),
    # A release reads it as what it is of.
    CheckConstraint("NOT (hotline AND (shared OR directory))", name="hotline"),
    # Looked at by everyone who judges: nearly always empty.
    Index(
        "parked_directory_idx",
        "reason",
        "occurred_at",
        postgresql_where=text("state = 'parked' AND directory"),
    ),
    Index(
        "parked_hotline_idx",
        "reason",
        "occurred_at",
        postgresql_where=text("state = 'parked' AND hotline"),
    ),
    # Looked at by every proof of W: nearly always empty.
    Index(
        "parked_shared_idx",
        "topic",
        "part",
        "record_offset",
        postgresql_where=text("state = 'parked' AND shared"),
    ),
    # Records of nobody, read at every judging: gaps in the proof of what rests on absence.
    Index(
        "parked_nobody_idx",
        "recorded_at",
        postgresql_where=text(
            "state = 'parked' AND ticket IS NULL AND NOT shared AND NOT directory AND NOT hotline"
        ),
    ),
    # Read at every judging: small, because almost every ticket has none.
    Index(
        "parked_doubt_idx",
        "bucket",
        "tenant",
        "ticket",
        "reason",
        "recorded_at",
        postgresql_where=text("state = 'parked' AND ticket IS NOT NULL"),
    ),
    # What is released without a person: by time, and once a tenant has a policy.
    Index(
        "parked_ahead_idx",
        "occurred_at",
        postgresql_where=text("state = 'parked' AND reason = 'ahead_of_record'"),
    ),
    Index(
        "parked_unknown_policy_idx",
        "tenant",
        "parked_at",
        postgresql_where=text("state = 'parked' AND reason = 'unknown_policy'"),
    ),
    # Counted by metrics, listed for people.
    Index("parked_reason_idx", "reason", "parked_at", postgresql_where=text("state = 'parked'")),
)
