"""What `slaclock doctor` finds at the broker: topics, groups, and how far the topics are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from service.cli.checks import Check, Level, counted
from service.cli.doctor_topics import Asked, asked_of, topic_checks

if TYPE_CHECKING:
    from service.bus.ends import Extent
    from service.bus.inspect import Inspection
    from service.settings import Settings
    from service.store.progress import Progress

#: Asked in one go, each of several round trips.
_SECONDS: Final = 20.0


async def broker_checks(settings: Settings, positions: Sequence[Progress] | None) -> list[Check]:
    """`positions`: how far each partition is applied; None: the database does not tell."""
    from service.bus.connection import client_options
    from service.bus.ends import BrokerAwayError, Probe, TopicMissingError
    from service.bus.inspect import inspect

    asked = asked_of(settings)
    try:
        options = client_options(settings)
    except OSError as error:
        told = f"the certificates cannot be used: {error}"
        return [Check("broker", Level.UNKNOWN, told, "look at the settings SLACLOCK_KAFKA_SSL_...")]
    groups = {each.name: name for each, name in zip(asked, _groups_of(settings), strict=False)}
    probe = Probe(options, timeout=settings.probe_seconds)
    try:
        found = await inspect(options, [each.name for each in asked], groups.values(), seconds=_SECONDS)
        read = [each.name for each in asked if each.is_read and each.name in found.topics]
        ends = await probe.extents(read) if read else {}
        extents = {name: ends[name] for name in read}
    except (BrokerAwayError, TopicMissingError) as error:
        do = f"is SLACLOCK_KAFKA_BOOTSTRAP ({settings.kafka_bootstrap}) right, and is it reachable from here?"
        return [Check("broker", Level.UNKNOWN, f"cannot be reached: {error}", do)]
    finally:
        await probe.close()
    told = f"{settings.kafka_bootstrap}: {counted(found.brokers, 'broker')}"
    return [
        Check("broker", Level.OK, told),
        *(check for each in asked for check in topic_checks(each, found.topics.get(each.name), settings)),
        *_groups(asked, groups, found),
        *(positions_checks(extents, positions) if positions is not None else ()),
    ]


def _groups_of(settings: Settings) -> tuple[str, ...]:
    """The groups of the topics that are read, in their order."""
    return settings.group, *(
        f"{settings.group}.{name}" for name in ("areas", "sources", "directory", "hotline")
    )


def _groups(asked: Sequence[Asked], groups: Mapping[str, str], found: Inspection) -> Iterator[Check]:
    if found.groups is None:
        yield Check("groups", Level.OK, "the broker does not tell of consumer groups")
        return
    for each in asked:
        if not each.is_read or each.name not in found.topics:
            continue
        name = groups[each.name]
        group = found.groups.get(name)
        if group is None or not group.members:
            do = "start a process with the role ingest: `slaclock serve --role ingest`"
            yield Check(f"group {name}", Level.WARNING, f"nobody reads {each.name}", do)
        else:
            told = f"{counted(group.members, 'member')}, {group.state.lower()}"
            yield Check(f"group {name}", Level.OK, told)


def positions_checks(
    extents: Mapping[str, Mapping[int, Extent]], positions: Sequence[Progress]
) -> Iterator[Check]:
    """Where each log begins and ends, held against how far it is applied."""
    applied = {(each.topic, each.part): each.next_offset for each in positions}
    for topic, parts in extents.items():
        behind = 0
        for part, extent in parts.items():
            at = applied.get((topic, part))
            behind += extent.end - (extent.beginning if at is None else at)
            if at is not None and extent.end < at:
                told = f"{topic}:{part} ends at {extent.end}, and {at} was applied: another topic under the old name"
                yield Check(
                    "records", Level.CRITICAL, told, "docs/running.md, When the watermark stands still"
                )
            elif at is not None and extent.beginning > at:
                told = f"{topic}:{part} begins at {extent.beginning}, and only {at} was applied: records were deleted"
                yield Check("records", Level.CRITICAL, told, "make its retention longer; docs/running.md")
        unread = sum((topic, part) not in applied for part in parts)
        told = f"{topic}: {max(behind, 0):,} not applied"
        if unread:
            do = "see whether a process with the role ingest runs"
            yield Check(
                "records",
                Level.WARNING,
                f"{told}; nobody has begun to read {counted(unread, 'partition')}",
                do,
            )
        else:
            yield Check("records", Level.OK, told)
