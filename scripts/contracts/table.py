"""Every topic and its messages. A new message is a line here, a schema and examples; then `make contracts`.

A message has the name of its schema. Its examples are the files whose names begin with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final


class Mode(StrEnum):
    """How a CloudEvent lies in a record."""

    BINARY = "binary"
    STRUCTURED = "structured"


class Action(StrEnum):
    """What slaclock does with a topic."""

    RECEIVE = "receive"
    SEND = "send"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`key` is a JSON Schema, `settings` are the topic's own in Kafka. `address` is the default of a setting.

    `variant` tells messages apart that another topic has too.
    """

    name: str
    address: str
    action: Action
    title: str
    description: str
    key: dict[str, Any]
    partitions: int
    settings: dict[str, Any]
    messages: tuple[str, ...]
    modes: tuple[Mode, ...] = (Mode.STRUCTURED,)
    variant: str = field(default="")


BOTH: Final = (Mode.BINARY, Mode.STRUCTURED)
_KEPT: Final = {"cleanup.policy": ["delete"]}
_NO_REGISTRY: Final = "No schema ids: a value in the wire format of a schema registry is refused."

TOPICS: Final = (
    Topic(
        name="tickets",
        address="tickets.events.v1",
        action=Action.RECEIVE,
        title="Facts about tickets",
        description=f"At least once, in any order. {_NO_REGISTRY}",
        key={
            "description": "The ticket: the same text as the subject, in UTF-8.",
            "$ref": "schemas/ticket-event.v1.schema.json#/$defs/identifier",
        },
        partitions=4,
        settings=_KEPT,
        modes=BOTH,
        messages=(
            "ticket-event.v1",
            "ticket.acknowledged.v1",
            "ticket.aggravated.v1",
            "ticket.assigned.v1",
            "ticket.cancelled.v1",
            "ticket.change_scheduled.v1",
            "ticket.closed.v1",
            "ticket.contact_failed.v1",
            "ticket.contacted.v1",
            "ticket.documents_complete.v1",
            "ticket.documents_requested.v1",
            "ticket.escalated.v1",
            "ticket.extension_approved.v1",
            "ticket.extension_refused.v1",
            "ticket.extension_requested.v1",
            "ticket.guided.v1",
            "ticket.held.v1",
            "ticket.merged.v1",
            "ticket.mitigated.v1",
            "ticket.noted.v1",
            "ticket.opened.v1",
            "ticket.promise_accepted.v1",
            "ticket.reclassified.v1",
            "ticket.refuted.v1",
            "ticket.rejudge.v1",
            "ticket.released.v1",
            "ticket.reopened.v1",
            "ticket.replied.v1",
            "ticket.report_written.v1",
            "ticket.resolved.v1",
            "ticket.resumed.v1",
            "ticket.split.v1",
            "ticket.transferred.v1",
            "ticket.urged.v1",
            "ticket.visit_failed.v1",
            "ticket.voided.v1",
        ),
    ),
    Topic(
        name="areas",
        address="areas.events.v1",
        action=Action.RECEIVE,
        title="Facts about areas, which bear on many tickets",
        description=f"Nothing may be deleted from it. {_NO_REGISTRY}",
        key={"description": "Free.", "type": ["string", "null"]},
        partitions=1,
        settings=_KEPT | {"retention.ms": -1},
        modes=BOTH,
        messages=(
            "area.excluded.v1",
            "area.exclusion_withdrawn.v1",
            "area.voided.v1",
        ),
    ),
    Topic(
        name="sources",
        address="sources.events.v1",
        action=Action.RECEIVE,
        title="How far systems that state events are complete",
        description=f"Nothing may be deleted from it. {_NO_REGISTRY}",
        key={"description": "Free.", "type": ["string", "null"]},
        partitions=1,
        settings=_KEPT | {"retention.ms": -1},
        modes=BOTH,
        messages=(
            "source.alive.v1",
            "source.outage.v1",
            "source.outage_ended.v1",
            "source.voided.v1",
        ),
    ),
    Topic(
        name="directory",
        address="directory.events.v1",
        action=Action.RECEIVE,
        title="Facts about the organisation",
        description=f"Nothing may be deleted from it. {_NO_REGISTRY}",
        key={"description": "Free.", "type": ["string", "null"]},
        partitions=1,
        settings=_KEPT | {"retention.ms": -1},
        modes=BOTH,
        messages=(
            "directory.area.v1",
            "directory.duty.v1",
            "directory.person.v1",
            "directory.unit.v1",
            "directory.voided.v1",
        ),
    ),
    Topic(
        name="hotline",
        address="hotline.events.v1",
        action=Action.RECEIVE,
        title="Facts about calls, agents and rosters",
        description=f"At least once, in any order. {_NO_REGISTRY}",
        key={
            "description": "Of a call the same text as the subject, in UTF-8; else free.",
            "type": ["string", "null"],
        },
        partitions=4,
        settings=_KEPT,
        modes=BOTH,
        messages=(
            "agent.alive.v1",
            "agent.not_ready.v1",
            "agent.ready.v1",
            "agent.signed_in.v1",
            "agent.signed_out.v1",
            "call.abandoned.v1",
            "call.answered.v1",
            "call.called_back.v1",
            "call.hung_up.v1",
            "call.missed.v1",
            "call.offered.v1",
            "call.rated.v1",
            "call.transferred.v1",
            "roster.required.v1",
            "roster.shift.v1",
            "roster.voided.v1",
        ),
    ),
    Topic(
        name="statements",
        address="sla.statements.v1",
        action=Action.SEND,
        title="Everything that is said",
        description="At least once, in order for each ticket; of each statement the highest revision holds.",
        key={
            "description": "The ticket, the person, or `slaclock.notice`.",
            "type": "string",
            "minLength": 1,
        },
        partitions=4,
        settings=_KEPT,
        messages=(
            "notice.frozen.v1",
            "notice.moving.v1",
            "notice.stopped.v1",
            "statement.breach.v1",
            "statement.escalation.v1",
            "statement.repeat.v1",
            "statement.verdict.v1",
            "statement.warning.v1",
        ),
    ),
    Topic(
        name="breaches",
        address="sla.breaches.v1",
        action=Action.SEND,
        title="The latest revision of every breach",
        description="The same values as on the topic of statements. A withdrawn breach is a record, never a tombstone.",
        key={"description": "The statement's id.", "type": "string", "format": "uuid"},
        partitions=4,
        settings={"cleanup.policy": ["compact"], "retention.ms": -1},
        variant="compacted",
        messages=("statement.breach.v1",),
    ),
)

#: Schemas that stand for many types: what their messages are called, and whose examples they have.
NAMES: Final = {"ticket-event.v1": "slaclock.ticket.<name>.v1"}
EXAMPLES: Final = {"ticket-event.v1": "ticket.vendor_called.v1"}
