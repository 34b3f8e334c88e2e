"""The tables of the first release. Reasons for columns, checks and indexes stand with each table's module.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Written out, not taken from the modules: this revision must stay what it was when they have moved on.
TABLES: Final = (
    """
    CREATE TABLE ticket (
        bucket SMALLINT NOT NULL,
        tenant TEXT COLLATE "C" NOT NULL,
        ticket TEXT COLLATE "C" NOT NULL,
        wake_at BIGINT,
        judged_at BIGINT,
        latest_at BIGINT,
        policy TEXT COLLATE "C",
        version TEXT COLLATE "C",
        orphan BOOLEAN DEFAULT false NOT NULL,
        in_doubt BOOLEAN DEFAULT false NOT NULL,
        unjudged TEXT,
        CONSTRAINT ticket_pkey PRIMARY KEY (bucket, tenant, ticket)
    ) WITH (
        fillfactor = 80,
        autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 10000,
        autovacuum_analyze_scale_factor = 0.02,
        autovacuum_vacuum_cost_delay = 0
    )
    """,
    """
    CREATE INDEX ticket_due_idx ON ticket (wake_at) WHERE wake_at IS NOT NULL AND unjudged IS NULL
    """,
    """
    CREATE INDEX ticket_in_doubt_idx ON ticket (tenant) WHERE in_doubt
    """,
    """
    CREATE INDEX ticket_unjudged_idx ON ticket (tenant) WHERE unjudged IS NOT NULL
    """,
    """
    CREATE TABLE event (
        bucket SMALLINT NOT NULL,
        tenant TEXT COLLATE "C" NOT NULL,
        ticket TEXT COLLATE "C" NOT NULL,
        source TEXT COLLATE "C" NOT NULL,
        id TEXT COLLATE "C" NOT NULL,
        type TEXT COLLATE "C" NOT NULL,
        at BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        attributes BYTEA NOT NULL,
        digest BYTEA NOT NULL,
        stands_for TEXT COLLATE "C",
        topic TEXT,
        part INTEGER,
        record_offset BIGINT,
        recorded_at BIGINT,
        CONSTRAINT event_pkey PRIMARY KEY (bucket, tenant, ticket, source, id),
        CONSTRAINT event_digest CHECK (octet_length(digest) = 32)
    ) WITH (
        autovacuum_vacuum_insert_scale_factor = 0,
        autovacuum_vacuum_insert_threshold = 100000,
        autovacuum_analyze_scale_factor = 0.02
    )
    """,
    """
    CREATE TABLE promise (
        bucket SMALLINT NOT NULL,
        tenant TEXT COLLATE "C" NOT NULL,
        ticket TEXT COLLATE "C" NOT NULL,
        target TEXT COLLATE "C" NOT NULL,
        started_source TEXT COLLATE "C" NOT NULL,
        started_id TEXT COLLATE "C" NOT NULL,
        state TEXT COLLATE "C" NOT NULL,
        start BIGINT NOT NULL,
        due BIGINT,
        stop BIGINT,
        held BOOLEAN NOT NULL,
        in_doubt BOOLEAN NOT NULL,
        CONSTRAINT promise_pkey PRIMARY KEY (bucket, tenant, ticket, target, started_source, started_id)
    ) WITH (
        fillfactor = 85,
        autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 10000,
        autovacuum_analyze_scale_factor = 0.02,
        autovacuum_vacuum_cost_delay = 0
    )
    """,
    """
    CREATE INDEX promise_unfinished_idx ON promise (tenant, target, state, due)
        WHERE state IN ('open', 'breached')
    """,
    """
    CREATE TABLE statement (
        bucket SMALLINT NOT NULL,
        tenant TEXT COLLATE "C" NOT NULL,
        ticket TEXT COLLATE "C" NOT NULL,
        id UUID NOT NULL,
        rev INTEGER NOT NULL,
        withdrawn BOOLEAN NOT NULL,
        kind TEXT NOT NULL,
        target TEXT NOT NULL,
        at BIGINT NOT NULL,
        content BYTEA NOT NULL,
        cause_source TEXT,
        cause_id TEXT,
        watermark BIGINT,
        decided_at BIGINT NOT NULL,
        event_id UUID NOT NULL,
        CONSTRAINT statement_pkey PRIMARY KEY (bucket, tenant, ticket, id, rev),
        CONSTRAINT statement_rev CHECK (rev >= 1),
        CONSTRAINT statement_withdrawn CHECK (NOT (withdrawn AND rev = 1)),
        CONSTRAINT statement_cause CHECK ((cause_source IS NULL) = (cause_id IS NULL))
    ) WITH (
        autovacuum_vacuum_insert_scale_factor = 0,
        autovacuum_vacuum_insert_threshold = 100000,
        autovacuum_analyze_scale_factor = 0.02
    )
    """,
    """
    CREATE TABLE outbox (
        bucket SMALLINT NOT NULL,
        id BIGINT GENERATED ALWAYS AS IDENTITY,
        topic TEXT NOT NULL,
        key BYTEA NOT NULL,
        value BYTEA NOT NULL,
        headers BYTEA NOT NULL,
        created_at BIGINT NOT NULL,
        CONSTRAINT outbox_pkey PRIMARY KEY (bucket, id)
    ) WITH (
        autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_insert_scale_factor = 0,
        autovacuum_vacuum_insert_threshold = 50000,
        autovacuum_vacuum_cost_delay = 0
    )
    """,
    """
    CREATE INDEX outbox_id_idx ON outbox (id)
    """,
    """
    CREATE TABLE progress (
        topic TEXT COLLATE "C" NOT NULL,
        part INTEGER NOT NULL,
        next_offset BIGINT NOT NULL,
        epoch BIGINT DEFAULT 0 NOT NULL,
        wm BIGINT,
        CONSTRAINT progress_pkey PRIMARY KEY (topic, part),
        CONSTRAINT progress_next_offset CHECK (next_offset >= 0),
        CONSTRAINT progress_epoch CHECK (epoch >= 0)
    ) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
    """,
    """
    CREATE TABLE watermark (
        one BOOLEAN DEFAULT true NOT NULL,
        at BIGINT,
        frozen TEXT DEFAULT '' NOT NULL,
        probed_at BIGINT,
        CONSTRAINT watermark_pkey PRIMARY KEY (one),
        CONSTRAINT watermark_one CHECK (one)
    ) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
    """,
    """
    CREATE TABLE parked (
        topic TEXT COLLATE "C" NOT NULL,
        part INTEGER NOT NULL,
        record_offset BIGINT NOT NULL,
        bucket SMALLINT,
        tenant TEXT COLLATE "C",
        ticket TEXT COLLATE "C",
        reason TEXT NOT NULL,
        detail TEXT NOT NULL,
        occurred_at BIGINT,
        parked_at BIGINT NOT NULL,
        key BYTEA,
        value BYTEA,
        headers BYTEA NOT NULL,
        recorded_at BIGINT NOT NULL,
        state TEXT DEFAULT 'parked' NOT NULL,
        decided_by TEXT,
        decided_at BIGINT,
        decided_why TEXT,
        CONSTRAINT parked_pkey PRIMARY KEY (topic, part, record_offset),
        CONSTRAINT parked_state CHECK (state IN ('parked', 'released', 'dropped')),
        CONSTRAINT parked_decided CHECK ((state = 'parked') = (decided_by IS NULL)
            AND (decided_by IS NULL) = (decided_at IS NULL)
            AND (decided_by IS NULL) = (decided_why IS NULL)
            AND decided_by <> '' AND decided_why <> ''),
        CONSTRAINT parked_attributed CHECK ((ticket IS NULL) = (bucket IS NULL) AND (ticket IS NULL OR tenant IS NOT NULL))
    )
    """,
    """
    CREATE INDEX parked_ahead_idx ON parked (occurred_at)
        WHERE state = 'parked' AND reason = 'ahead_of_record'
    """,
    """
    CREATE INDEX parked_doubt_idx ON parked (bucket, tenant, ticket, reason, recorded_at)
        WHERE state = 'parked' AND ticket IS NOT NULL
    """,
    """
    CREATE INDEX parked_reason_idx ON parked (reason, parked_at) WHERE state = 'parked'
    """,
    """
    CREATE INDEX parked_unknown_policy_idx ON parked (tenant, parked_at)
        WHERE state = 'parked' AND reason = 'unknown_policy'
    """,
    """
    CREATE TABLE policy (
        tenant TEXT COLLATE "C" NOT NULL,
        id TEXT COLLATE "C" NOT NULL,
        version TEXT COLLATE "C" NOT NULL,
        effective_from BIGINT NOT NULL,
        document TEXT NOT NULL,
        registered_at BIGINT NOT NULL,
        nr BIGINT GENERATED ALWAYS AS IDENTITY,
        CONSTRAINT policy_pkey PRIMARY KEY (tenant, id, version),
        CONSTRAINT policy_tenant_effective_from_key UNIQUE (tenant, effective_from),
        CONSTRAINT policy_nr_key UNIQUE (nr)
    )
    """,
)

#: Tables that only grow: what was said, and the rules by which it was said.
APPEND_ONLY: Final = ("statement", "policy")

REFUSE: Final = """
    CREATE FUNCTION slaclock_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
    END $$
"""


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    op.execute("INSERT INTO watermark DEFAULT VALUES")
    op.execute(REFUSE)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION slaclock_append_only()"
        )
