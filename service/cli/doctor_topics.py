"""Whether a topic is as docs/running.md and docs/contracts/README.md ask for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from service.cli.checks import Check, Level, counted
from service.cli.moments import length
from service.sla.instants import DAY, Duration

if TYPE_CHECKING:
    from service.bus.inspect import Topic
    from service.settings import Settings

#: Kafka's number for retention without end.
_WITHOUT_END: Final = -1

#: What is deleted sooner than this is lost to a service that stands over a weekend.
_SHORT: Final[Duration] = 3 * DAY


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a topic; `kept`: nothing may ever be deleted; `is_needed`: nothing runs without it."""

    name: str
    is_needed: bool = True
    is_read: bool = True
    is_kept: bool = False
    is_compacted: bool = False


def asked_of(settings: Settings) -> tuple[Asked, ...]:
    """Every topic of `settings`."""
    return (
        Asked(settings.tickets_topic),
        Asked(settings.areas_topic, is_needed=False, is_kept=True),
        Asked(settings.sources_topic, is_needed=False, is_kept=True),
        Asked(settings.directory_topic, is_needed=False, is_kept=True),
        Asked(settings.hotline_topic, is_needed=False),
        Asked(settings.statements_topic, is_read=False),
        Asked(settings.breaches_topic, is_read=False, is_compacted=True),
    )


def topic_checks(asked: Asked, topic: Topic | None, settings: Settings) -> Iterator[Check]:
    """One line where all is well, else one for each thing that is not."""
    what = f"topic {asked.name}"
    if topic is None:
        if asked.is_needed:
            do = "make it, correct its name in the settings, or let this user see it: the service never makes a topic"
            yield Check(what, Level.CRITICAL, "does not exist", do)
        else:
            yield Check(what, Level.OK, "does not exist; nothing waits for one that never was")
        return
    bad = [*_parts(asked, topic), *_config(asked, topic.config or {}, settings)]
    shape = f"{counted(topic.partitions, 'partition')}, {counted(topic.replication, 'replica')}"
    if not bad:
        yield Check(what, Level.OK, f"{shape}{_retention_text(topic)}")
    for told, do in bad:
        yield Check(what, Level.WARNING, f"{shape}: {told}", do)


def _parts(asked: Asked, topic: Topic) -> Iterator[tuple[str, str]]:
    if asked.is_kept and topic.partitions > 1:
        yield (
            "what is said there is small and has an order",
            "leave it; a new topic of this kind takes one partition",
        )


def _config(asked: Asked, config: Mapping[str, str | None], settings: Settings) -> Iterator[tuple[str, str]]:
    policy = config.get("cleanup.policy")
    compacted = policy is not None and "compact" in policy
    if compacted and not asked.is_compacted:
        told = "it is compacted, which deletes all but the last record of a key"
        yield told, f"kafka-configs --alter --topic {asked.name} --add-config cleanup.policy=delete"
    if policy is not None and asked.is_compacted and not compacted:
        told = "it is not compacted, so that old breaches go away by age"
        yield told, f"kafka-configs --alter --topic {asked.name} --add-config cleanup.policy=compact"
    yield from _retention(asked, config)
    largest = _number(config.get("max.message.bytes"))
    if asked.is_read and largest is not None and largest > settings.kafka_partition_fetch_bytes:
        yield (
            f"it takes records of {largest:,} bytes",
            f"set SLACLOCK_KAFKA_PARTITION_FETCH_BYTES to {largest} or more",
        )


def _retention(asked: Asked, config: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    age, size = _number(config.get("retention.ms")), _number(config.get("retention.bytes"))
    if asked.is_compacted or not asked.is_read or age is None:
        return
    if asked.is_kept:
        if age != _WITHOUT_END or size not in {None, _WITHOUT_END}:
            told = "records are deleted from it, and nothing may be"
            do = f"kafka-configs --alter --topic {asked.name} --add-config retention.ms=-1,retention.bytes=-1"
            yield told, do
    elif age != _WITHOUT_END and age * 1_000 < _SHORT:
        told = f"records are kept for {length(age * 1_000)} only; a longer stop of the service loses some"
        yield told, f"kafka-configs --alter --topic {asked.name} --add-config retention.ms=604800000"


def _retention_text(topic: Topic) -> str:
    config = topic.config or {}
    if "compact" in (config.get("cleanup.policy") or ""):
        return ", compacted"
    age = _number(config.get("retention.ms"))
    if age is None:
        return "; the broker does not tell its settings" if topic.config is None else ""
    return ", kept without end" if age == _WITHOUT_END else f", kept for {length(age * 1_000)}"


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.removeprefix("-").isdecimal() else None
