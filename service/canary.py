"""A promise that has to be broken in time, again and again: whether it is tells that the line works from end to end.

A canary goes the way of every ticket: a record on the tickets topic, a promise of one second, a breach in the ledger, records
that the broker acknowledges. Then it is resolved, so that none stays open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from service import rules
from service.apply.registration import register_policy
from service.bus.publish import Row, Sent
from service.metrics import Metrics
from service.sla.events import Event
from service.sla.instants import SECOND, Duration, Instant
from service.store import Database, canaries, policies
from service.wire import publish_binary, times

#: The policy of a tenant that has none. What is said of it is announced to nobody.
POLICY: Final = """\
policy: slaclock-canary
version: "1"
effective_from: 2000-01-01T00:00:00Z
adopt_from: 2199-01-01T00:00:00Z
tenant: "{tenant}"
zone: UTC
targets:
  slaclock-canary:
    stop: resolved
    budget: 1s
    requires: []
"""

_SOURCE: Final = "slaclock-canary"
#: How long after its due a canary is resolved.
_RESOLVED_AFTER: Final = SECOND
#: So many are looked at in one turn.
_AT_ONCE: Final = 500


class CanaryError(Exception):
    """The broker did not take a record; it is published again."""


class Sender(Protocol):
    """What a canary needs of a producer."""

    async def send(self, rows: Iterable[Row]) -> Sent: ...


@dataclass(frozen=True, slots=True)
class Letter:
    """A record to publish."""

    id: int
    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class Canary:
    """Opens a ticket at every whole multiple of `every`, the first one that comes, and looks what became of it.

    Several processes name the same ticket and publish the same facts, which count once.
    """

    def __init__(
        self,
        db: Database,
        sender: Sender,
        metrics: Metrics,
        *,
        tenant: str,
        topic: str,
        every: Duration,
        wall: Callable[[], Instant],
    ) -> None:
        self._db = db
        self._sender = sender
        self._metrics = metrics
        self._tenant = tenant
        self._topic = topic
        self._every = every
        self._wall = wall
        self._has_policy = False
        self._opened = self._multiple()
        self._watched: set[str] = set()
        self._fired: Instant = 0

    async def step(self) -> bool:
        """False: there never is more to do. Raises CanaryError, and what the database raises."""
        if not self._has_policy:
            await self._register()
        await self._look()
        await self._open()
        return False

    async def _register(self) -> None:
        async with self._db.transaction() as tx:
            if not await policies.versions(tx, self._tenant):
                document = POLICY.format(tenant=self._tenant)
                policy = rules.read(document, name="the canary's policy")
                await register_policy(tx, policy, document, (), at=self._wall())
        self._has_policy = True

    async def _look(self) -> None:
        """Tell which breaches have gone out, and resolve their tickets."""
        async with self._db.transaction() as tx:
            gone = await canaries.sent(tx, self._tenant, _AT_ONCE)
        now = self._wall()
        for each in gone:
            self._fired = max(self._fired, each.due)
            if each.ticket in self._watched:
                self._watched.remove(each.ticket)
                self._metrics.canary_delay.observe(max(now - each.due, 0) / SECOND)
        self._metrics.canary_fired.set(self._fired / SECOND)
        ends = ((each.ticket, each.due + _RESOLVED_AFTER) for each in gone)
        await self._publish([self._event(ticket, "resolved", at) for ticket, at in ends if at <= now])

    async def _open(self) -> None:
        """Open the ticket of this multiple of `every`, unless it is open or the process has begun since."""
        at = self._multiple()
        if at <= self._opened:
            return
        ticket = f"canary-{times.write(at)}"
        await self._publish([self._event(ticket, "opened", at)])
        self._watched.add(ticket)
        self._opened = at

    def _multiple(self) -> Instant:
        return self._wall() // self._every * self._every

    def _event(self, ticket: str, type_: str, at: Instant) -> Event:
        id_ = f"{ticket}-{type_}-{at}"
        return Event(tenant=self._tenant, ticket=ticket, source=_SOURCE, id=id_, type=type_, at=at)

    async def _publish(self, events: list[Event]) -> None:
        if not events:
            return
        outs = [publish_binary(event) for event in events]
        sent = await self._sender.send(
            [Letter(id_, self._topic, out.key, out.value, out.headers) for id_, out in enumerate(outs)]
        )
        if len(sent.acknowledged) < len(outs):
            raise CanaryError(f"the broker did not take a canary's record: {sent.trouble}")
