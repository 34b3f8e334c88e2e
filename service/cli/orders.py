"""An order to put tickets under another version: carried out in batches, or tried out without changing anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from service.cli.deciding import door as door_of
from service.cli.deciding import limits as limits_of
from service.cli.files import Sink, registered_rules
from service.cli.flips import Listing, Off, flip_line
from service.cli.moments import Written
from service.cli.program import Problem
from service.cli.progress import Shown

if TYPE_CHECKING:
    from service.apply import Order, Rejudged
    from service.apply.outlook import Outlook
    from service.backtest.compare import Compared
    from service.settings import Settings
    from service.sla.history import History
    from service.sla.instants import Instant
    from service.sla.policy import Rules
    from service.store import Database
    from service.store.keys import TicketKey

#: Tickets of one transaction.
BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says."""

    version: str
    tenant: str | None
    tickets: tuple[str, ...]
    target: str | None
    opened_from: Written | None
    opened_to: Written | None
    every: bool
    replace: bool
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Carried:
    """What came of an order; `missing` are tickets that do not exist."""

    asked: Asked
    tenant: str
    at: Instant
    looked_at: int
    done: Rejudged
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What would come of it."""

    carried: Carried
    summary: Compared
    listing: Listing


@dataclass(frozen=True, slots=True)
class _Task:
    """An order, where it is carried out, and the rules as they are registered."""

    database: Database
    tenant: str
    asked: Asked
    rules: Rules
    off: Off
    order: Order

    async def batches(self) -> AsyncIterator[list[TicketKey]]:
        """The tickets that are asked for and exist."""
        from service.store import chosen

        if self.asked.tickets:
            names = sorted(set(self.asked.tickets))
            for first in range(0, len(names), BATCH):
                keys = [(self.tenant, name) for name in names[first : first + BATCH]]
                async with self.database.transaction() as tx:
                    found = await chosen.existing(tx, keys)
                yield found
            return
        wanted = chosen.Filter(target=self.asked.target, since=self.order.opened_from)
        last: TicketKey | None = None
        while True:
            async with self.database.transaction() as tx:
                page = await chosen.page(tx, self.tenant, wanted, last, BATCH)
            if not page:
                return
            yield page
            last = page[-1]

    def carried(self, looked_at: int, done: Rejudged, seen: set[str]) -> Carried:
        """What came of it, when it looked at so many tickets, and of those named at `seen`."""
        missing = sorted(set(self.asked.tickets) - seen)
        return Carried(self.asked, self.tenant, self.order.at, looked_at, done, tuple(missing))


async def carry_out(database: Database, settings: Settings, asked: Asked, progress: Shown) -> Carried:
    """Do it, batch by batch; each is complete when the next begins, so that it can be interrupted and repeated."""
    task = await _task(database, settings, asked)
    door = door_of(database, settings)
    seen: set[str] = set()
    looked_at, done = 0, _nothing()
    async for keys in task.batches():
        done = _sum(done, await door.rejudge(keys, task.order))
        looked_at += len(keys)
        seen.update(ticket for _, ticket in keys if asked.tickets)
        progress.step("tickets", looked_at, None)
    return task.carried(looked_at, done, seen)


async def try_out(
    database: Database, settings: Settings, asked: Asked, progress: Shown, listed: int, sink: Sink | None
) -> Tried:
    """Judge the tickets with and without the event; nothing is changed."""
    from service.apply.outlook import look

    task = await _task(database, settings, asked)
    async with database.transaction() as tx:
        outlook = await look(tx, task.tenant, task.rules, limits_of(settings))
    trial = _Trial(task, outlook.upto, Listing(listed, _zone(task.rules), task.off), sink)
    seen: set[str] = set()
    async for keys in task.batches():
        for each in await _histories(task, outlook, keys):
            trial.add(*each)
        seen.update(ticket for _, ticket in keys if asked.tickets)
        progress.step("tickets", trial.looked_at, None)
    done = replace(_nothing(), added=trial.added, unchanged=trial.looked_at - trial.added)
    return Tried(task.carried(trial.looked_at, done, seen), trial.summary, trial.listing)


class _Trial:
    """What is counted, listed and written while an order is tried out at W, `upto`; less than 0 without one."""

    def __init__(self, task: _Task, upto: Instant, listing: Listing, sink: Sink | None) -> None:
        import msgspec

        from service.backtest.compare import Compared
        from service.backtest.flips import Comparer

        self.looked_at = self.added = 0
        self.summary = Compared(until=None if upto < 0 else upto)
        self.listing = listing
        self._task = task
        self._upto = upto
        self._comparer = Comparer(moves=True)
        self._sink = sink
        self._encode = msgspec.json.Encoder().encode

    def add(self, key: TicketKey, before: History, after: History) -> None:
        """One ticket, as it is and as it would be."""
        from service.backtest.causes import View

        self.looked_at += 1
        if after is before:
            return
        self.added += 1
        views = (View(history, self._task.rules, self._upto) for history in (before, after))
        for flip in self._comparer.compare(*views):
            self.summary.add(flip)
            if flip.is_flip or flip.is_moved:
                self.listing.add(key[1], flip)
                if self._sink is not None:
                    self._sink.write(self._encode(flip_line(key, flip, self._task.off)) + b"\n")


async def _histories(
    task: _Task, outlook: Outlook, keys: Sequence[TicketKey]
) -> list[tuple[TicketKey, History, History]]:
    """Each ticket as it is, and with the event; the very same where there is none to add."""
    from service.apply.rejudging import rejudgement

    async with task.database.transaction() as tx:
        known = await outlook.histories(tx, keys)
    found = []
    for key in keys:
        before = known[key]
        event = rejudgement(before.events, task.rules, task.order)
        after = before if event is None else replace(before, events=(*before.events, event))
        found.append((key, before, after))
    return found


async def _task(database: Database, settings: Settings, asked: Asked) -> _Task:
    from service.apply import Order, UnknownVersion
    from service.apply.rejudging import check
    from service.rules import switched_off
    from service.store import calendars, policies

    tenant = asked.tenant or settings.tenant
    async with database.transaction() as tx:
        versions = await policies.versions(tx, tenant)
        rules = registered_rules(versions, await calendars.latest(tx, tenant))
    if not versions:
        raise Problem(f"tenant {tenant} has no policy; `slaclock policy register` adds one")
    try:
        check(rules, asked.version)
    except UnknownVersion as unknown:
        raise Problem(f"{unknown}; `slaclock policy register` adds one") from None
    document = next(each.document for each in versions if each.version == asked.version)
    zone = _zone(rules)
    order = Order(
        version=asked.version,
        at=await database.now(),
        by=asked.by,
        reason=asked.reason,
        replace=asked.replace,
        opened_from=None if asked.opened_from is None else asked.opened_from.instant(zone),
        opened_to=None if asked.opened_to is None else asked.opened_to.instant(zone),
    )
    return _Task(database, tenant, asked, rules, switched_off(document, name=asked.version), order)


def _zone(rules: Rules) -> ZoneInfo:
    return rules.versions[-1].targets[0].calendar.zone


def _nothing() -> Rejudged:
    from service.apply import Rejudged

    return Rejudged()


def _sum(one: Rejudged, other: Rejudged) -> Rejudged:
    return replace(
        one,
        added=one.added + other.added,
        changed=one.changed + other.changed,
        unchanged=one.unchanged + other.unchanged,
        said=Counter(one.said) + Counter(other.said),
        failed={**one.failed, **other.failed},
    )
