"""Settings from the environment, read once and frozen: the only reader of `os.environ`.

Every variable is named SLACLOCK_<FIELD>. A secret may be mounted as a file instead: SLACLOCK_<FIELD>_FILE holds
its path. A variable with the prefix that names no field is an error, so that a misspelt name is never ignored.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FilePath,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

PREFIX: Final = "SLACLOCK_"
FILE: Final = "_FILE"

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Millis = Annotated[int, Field(gt=0, le=86_400_000)]
Count = Annotated[int, Field(gt=0)]
Listed = Annotated[str, Field(max_length=10_000)]
Name = Annotated[str, Field(min_length=1, max_length=249, pattern=r"^[A-Za-z0-9._-]+$")]


class BadSettingsError(Exception):
    """One message that names every variable that is wrong, and why."""


class Role(StrEnum):
    """What a process does; one process may do all, and any number may do the same."""

    INGEST = "ingest"
    CLOCK = "clock"
    RELAY = "relay"
    CANARY = "canary"


#: What a whole service runs: all but what is asked for by name.
STANDARD: Final = (Role.INGEST, Role.CLOCK, Role.RELAY)


class Settings(BaseModel):
    """All settings. Time-outs are in the unit of their name."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    roles: tuple[Role, ...] = STANDARD
    tenant: Name = "default"

    # Postgres; each role has a pool of its own, so that none can starve another.
    database_url: SecretStr = SecretStr("postgresql://postgres@127.0.0.1:5432/slaclock")
    database_connect_seconds: Seconds = 10
    database_statement_seconds: Seconds = 30
    database_lock_seconds: Seconds = 5
    database_idle_seconds: Seconds = 15

    # Kafka
    kafka_bootstrap: Annotated[str, Field(min_length=1)] = "127.0.0.1:9092"
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    kafka_username: str = ""
    kafka_password: SecretStr = SecretStr("")
    kafka_ssl_ca_file: FilePath | None = None
    kafka_ssl_cert_file: FilePath | None = None
    kafka_ssl_key_file: FilePath | None = None
    kafka_ssl_key_password: SecretStr = SecretStr("")
    kafka_request_ms: Millis = 8_000
    kafka_retry_backoff_ms: Millis = 500
    kafka_metadata_max_age_ms: Millis = 30_000
    kafka_session_ms: Millis = 30_000
    kafka_heartbeat_ms: Millis = 3_000
    kafka_rebalance_ms: Millis = 60_000
    kafka_max_poll_ms: Millis = 300_000
    kafka_partition_fetch_bytes: Count = 4 * 1024 * 1024
    group: Name = "slaclock"
    tickets_topic: Name = "tickets.events.v1"
    areas_topic: Name = "areas.events.v1"
    sources_topic: Name = "sources.events.v1"
    directory_topic: Name = "directory.events.v1"
    hotline_topic: Name = "hotline.events.v1"
    statements_topic: Name = "sla.statements.v1"
    breaches_topic: Name = "sla.breaches.v1"

    # Ingest
    batch_records: Count = 2_000
    batch_wait_ms: Millis = 50
    slices_at_once: Annotated[int, Field(ge=1, le=16)] = 2
    hint_commit_seconds: Seconds = 5
    refence_seconds: Seconds = 6
    stall_seconds: Seconds = 120
    ahead_tolerance_seconds: Annotated[float, Field(ge=0, le=86_400)] = 60
    max_record_bytes: Count = 262_144
    max_events_per_ticket: Count = 10_000
    directory_horizon_days: Annotated[float, Field(gt=0, le=3_650)] = 90
    backdated_after_seconds: Annotated[float, Field(ge=0, le=31_536_000)] = 3_600

    # Hotline; lists are separated by commas
    hotline_queues: Listed = ""
    hotline_mode: Literal["strict", "ignore_early", "credit_early", "answered_only", "ignore_short"] = (
        "strict"
    )
    hotline_answer_seconds: Seconds = 20
    hotline_short_seconds: Annotated[float, Field(ge=0, le=86_400)] = 5
    hotline_rings: Count = 3
    hotline_ring_seconds: Annotated[float, Field(ge=0, le=60)] = 0
    hotline_window_minutes: Annotated[float, Field(gt=0, le=1_440)] = 30
    hotline_ahead_hours: Annotated[float, Field(gt=0, le=168)] = 8
    hotline_least_agents: Count = 1
    hotline_roster_file: Annotated[str, Field(max_length=4_096)] = ""
    hotline_sources: Listed = ""
    hotline_silence_seconds: Seconds = 600
    hotline_shift_hours: Annotated[float, Field(gt=0, le=168)] = 16
    hotline_wrap_up: Listed = "wrap_up"
    hotline_look_seconds: Seconds = 15
    hotline_retention_hours: Annotated[float, Field(ge=48, le=87_600)] = 168

    # Clock
    probe_interval_ms: Millis = 500
    probe_seconds: Seconds = 5
    clock_tolerance_seconds: Seconds = 2
    clock_settle_seconds: Seconds = 300
    behind_seconds: Seconds = 10
    freeze_notice_seconds: Seconds = 60
    announce_within_hours: Annotated[float, Field(gt=0, le=876_000)] = 24
    wake_batch: Count = 1_000
    gauges_seconds: Seconds = 5

    # Relay
    idempotent_producer: bool = True
    relay_batch: Count = 2_000
    relay_batch_bytes: Annotated[int, Field(ge=1_024)] = 262_144
    relay_shards: Annotated[int, Field(ge=1, le=256)] = 1
    relay_idle_ms: Millis = 100
    relay_ack_seconds: Seconds = 15
    relay_tries: Count = 5

    # Canary; SlaCanaryMissing knows that there is one a minute
    canary_tenant: Name = "slaclock-canary"
    canary_seconds: Annotated[float, Field(ge=5, le=60)] = 60

    # Process
    http_host: str = "127.0.0.1"
    http_port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    live_seconds: Seconds = 120
    blocked_loop_seconds: Seconds = 60
    drain_seconds: Seconds = 10
    shutdown_seconds: Seconds = 25
    retry_first_seconds: Seconds = 0.2
    retry_most_seconds: Seconds = 10
    log_format: Literal["json", "people"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_same_per_minute: Count = 20

    @field_validator("roles", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value

    @field_validator("roles")
    @classmethod
    def _some_role(cls, value: tuple[Role, ...]) -> tuple[Role, ...]:
        if not value:
            raise ValueError("name at least one role")
        return tuple(role for role in Role if role in value)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.kafka_security_protocol.startswith("SASL") and not self.kafka_username:
            raise ValueError(f"kafka_username is needed with {self.kafka_security_protocol}")
        if self.kafka_heartbeat_ms * 3 > self.kafka_session_ms:
            raise ValueError("kafka_heartbeat_ms has to be at most a third of kafka_session_ms")
        if self.drain_seconds * 1.5 + 9 > self.shutdown_seconds:
            raise ValueError("shutdown_seconds has to be at least 1.5 times drain_seconds and 9 more")
        if self.canary_tenant == self.tenant:
            raise ValueError("canary_tenant and tenant have to differ: a canary is broken on purpose")
        topics = [name for name in type(self).model_fields if name.endswith("_topic")]
        if len({getattr(self, name) for name in topics}) < len(topics):
            raise ValueError(f"{', '.join(topics)} have to differ")
        return self


def listed(text: str) -> tuple[str, ...]:
    """The entries of a setting that is a list, each once, in their order."""
    return tuple(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))


def load(environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """The settings of `environ` (the process's own by default); `given` values prevail.

    BadSettingsError names every unknown variable and every bad value in one message.
    """
    found, problems = _found(os.environ if environ is None else environ)
    try:
        settings = Settings(**{**found, **given})
    except ValidationError as error:
        problems += [_sentence(entry) for entry in error.errors(include_url=False, include_input=False)]
    else:
        if not problems:
            return settings
    raise BadSettingsError("; ".join(problems))


def origins(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Where each setting comes from: `variable`, `file` (a mounted secret) or `default`."""
    given = os.environ if environ is None else environ
    found = dict.fromkeys(Settings.model_fields, "default")
    for field in found:
        variable = PREFIX + field.upper()
        if _is_secret(field) and variable + FILE in given:
            found[field] = "file"
        elif variable in given:
            found[field] = "variable"
    return found


def _found(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Values by field name, and a sentence for each variable that cannot be one."""
    values: dict[str, str] = {}
    problems: list[str] = []
    for variable in sorted(name for name in environ if name.startswith(PREFIX)):
        field = variable.removeprefix(PREFIX).lower()
        if field in Settings.model_fields:
            values[field] = environ[variable]
        elif field.endswith(FILE.lower()) and _is_secret(base := field.removesuffix(FILE.lower())):
            try:
                values[base] = Path(environ[variable]).read_text(encoding="utf-8").strip()
            except (OSError, ValueError) as error:
                problems.append(f"{variable}: cannot be read ({type(error).__name__})")
        else:
            problems.append(f"{variable} is no setting of slaclock")
    return values, problems


def _is_secret(field: str) -> bool:
    known = Settings.model_fields.get(field)
    return known is not None and known.annotation is SecretStr


def _sentence(entry: Mapping[str, Any]) -> str:
    place = "_".join(str(part) for part in entry["loc"][:1])
    message = str(entry["msg"]).removeprefix("Value error, ")
    return f"{PREFIX}{place.upper()}: {message}" if place else message
