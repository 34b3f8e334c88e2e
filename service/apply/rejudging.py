"""Tickets are put under another version of the policy: one recorded event a ticket, through the door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid5

from service.apply.intake import own
from service.apply.outcome import Said
from service.apply.tools import Tools
from service.apply.work import transaction
from service.sla.events import Event
from service.sla.history import History
from service.sla.instants import Instant
from service.sla.policy import Rules
from service.sla.succession import Tenure, tenures
from service.store.events import Kept
from service.store.keys import TicketKey

#: Who records what an operator orders.
SOURCE: Final = "slaclock/rejudge"

#: The name space of the ids of those events; it never changes.
_EVENTS: Final = UUID("5a1c6ad0-5a0b-5b53-9f0c-0b1a5c3a7e66")


class UnknownVersion(Exception):  # noqa: N818 - what happened, not that it is an error
    """No version of that name is registered, or two are; the message says which there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Tickets opened in [`opened_from`, `opened_to`) are to be under `version` from `at` on; with `replace` from the beginning.

    `by` and `reason` are kept with each event.
    """

    version: str
    at: Instant
    by: str
    reason: str
    replace: bool = False
    opened_from: Instant | None = None
    opened_to: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """What an order did: so many tickets were put under the version, `changed` of them with something new to be said.

    `unchanged` ones are under it already, were opened at another time, or follow no version at all; `failed` ones could
    not be judged with the event, which was not added, and are as they were.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    said: Said = field(default_factory=dict)
    failed: Mapping[TicketKey, str] = field(default_factory=dict)


async def rejudge(tools: Tools, keys: Iterable[TicketKey], order: Order) -> Rejudged:
    """Carry out `order` for the tickets `keys`, which exist, all or nothing; see `Door.rejudge`."""
    failed: dict[TicketKey, str] = {}

    async def leave(failures: Mapping[TicketKey, str]) -> None:
        failed.update(failures)

    async with transaction(tools) as work:
        await work.begin()
        await work.lock(keys)
        fresh: dict[TicketKey, list[Kept]] = {}
        for key, past in work.pasts.items():
            rules = work.rules_of(key[0])
            check(rules, order.version)
            event = rejudgement(past.events, rules, order)
            if event is not None:
                fresh[key] = [own(past, event)]
        effects = await work.settle(fresh, leave)
        count = len(work.pasts)
    added = len(fresh) - len(failed)
    changed = sum(key in fresh for key in effects.changed)
    return Rejudged(
        added=added, changed=changed, unchanged=count - len(fresh), said=effects.said, failed=failed
    )


def check(rules: Rules, version: str) -> None:
    """Raises UnknownVersion unless `version` names one version of `rules`."""
    named = [policy for policy in rules.versions if policy.version == version]
    if len(named) == 1:
        return
    known = ", ".join(policy.version for policy in rules.versions)
    if named:
        raise UnknownVersion(
            f"several policies have a version {version}: {', '.join(each.id for each in named)}"
        )
    raise UnknownVersion(f"version {version} is not registered: there are {known}")


def rejudgement(events: Sequence[Event], rules: Rules, order: Order) -> Event | None:
    """The event that carries out `order` on a ticket with these `events`; None when there is nothing to do.

    Its id follows from the ticket, the version, and how many such events there are: ordering the same again changes
    nothing, ordering it after another order does.
    """
    governed = tenures(History(tuple(events)), rules)
    if not governed or _is_under(governed, order) or not _is_meant(governed[0], order):
        return None
    tenant, ticket = events[0].tenant, events[0].ticket
    earlier = sum(event.source == SOURCE for event in events)
    name = "\x1f".join((tenant, ticket, order.version, str(earlier)))
    told = {"version": order.version, "by": order.by, "reason": order.reason}
    return Event(
        tenant=tenant,
        ticket=ticket,
        source=SOURCE,
        id=str(uuid5(_EVENTS, name)),
        type="rejudge",
        at=order.at,
        attributes={**told, "replace": True} if order.replace else told,
    )


def _is_under(governed: Sequence[Tenure], order: Order) -> bool:
    if order.replace and len(governed) > 1:
        return False
    return governed[-1].policy.version == order.version


def _is_meant(first: Tenure, order: Order) -> bool:
    opened = next((event.at for event in first.ticket.events if event.type == "opened"), None)
    if opened is None:
        return order.opened_from is None and order.opened_to is None
    is_late = order.opened_to is not None and opened >= order.opened_to
    return not is_late and (order.opened_from is None or opened >= order.opened_from)
