"""What happened: facts about a ticket, as their publisher stated them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeAlias

from service.sla.instants import EARLIEST, LATEST, Instant, instant_of

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

#: (source, event id): one fact, whatever route it took (CloudEvents 1.0, `source` and `id`).
EventKey: TypeAlias = tuple[str, str]

NOTHING: Final[Mapping[str, Json]] = MappingProxyType({})

#: The types whose meaning the engine knows, in the order in which facts of one instant, source and sequence
#: number are read. An owner's own types stand where `noted` stands. A stop precedes the reopening that undoes
#: it; a resumption precedes a new hold; what takes a fact out of the history comes last.
VOCABULARY: Final[tuple[str, ...]] = (
    "opened",
    "split",
    "reclassified",
    "rejudge",
    "assigned",
    "documents_requested",
    "documents_complete",
    "promise_accepted",
    "change_scheduled",
    "extension_requested",
    "extension_approved",
    "extension_refused",
    "contact_failed",
    "visit_failed",
    "report_written",
    "urged",
    "acknowledged",
    "noted",
    "replied",
    "resumed",
    "held",
    "resolved",
    "closed",
    "cancelled",
    "merged",
    "reopened",
    "refuted",
    "voided",
)

#: What is said on behalf of an area, and bears on its tickets.
SHARED: Final[tuple[str, ...]] = ("excluded", "exclusion_withdrawn", "voided")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact. Unique by (tenant, ticket, source, id); `at` is when it happened, not when it was heard of."""

    tenant: str
    ticket: str
    source: str
    id: str
    type: str
    at: Instant
    seq: int = 0
    attributes: Mapping[str, Json] = field(default_factory=lambda: NOTHING)


def as_text(value: Json) -> str | None:
    """A value as a policy file writes it: `true`, `false`, numbers and text as they stand.

    None when it is missing, and for lists and objects, which no policy file can write.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None


def as_instant(value: Json) -> Instant | None:
    """The instant of a text in the form of RFC 3339; None for anything else, and for instants not reckoned with."""
    if not isinstance(value, str):
        return None
    try:
        instant = instant_of(datetime.fromisoformat(value))
    except (ValueError, OverflowError):
        return None
    return instant if EARLIEST <= instant < LATEST else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A record of this ticket that could not be read or applied and is neither released nor dropped.

    `since` is the timestamp that the broker keeps for the record: the fact inside may bear on every decision
    from then on.
    """

    since: Instant
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """[start, end) in which something that `source` said, or anybody when it is "", may be missing for good."""

    start: Instant
    end: Instant
    source: str = ""
