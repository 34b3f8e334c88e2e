"""An event file by ticket: what a judgement can see of it, in memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from service.backtest.compact import Compact
from service.backtest.said import Areas
from service.sla.directory import EMPTY, Directory
from service.sla.events import Event
from service.sla.history import History, key_of
from service.sla.instants import Instant
from service.sla.policy import Rules
from service.wire import AreaEvent, BadLine, DirectoryEvent, Reason
from service.wire.files import Item

#: (tenant, ticket)
TicketKey: TypeAlias = tuple[str, str]

#: Told every `STEP` tickets: how many are judged, of how many.
Progress: TypeAlias = Callable[[int, int], object]
STEP: Final = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """Something of the file that was left out. `line` counts from 1; None when it is told by its event."""

    line: int | None
    reason: str
    detail: str

    def __str__(self) -> str:
        where = "" if self.line is None else f"line {self.line}: "
        return f"{where}{self.reason}: {self.detail}"


@dataclass(slots=True)
class Taken:
    """What was taken from a file up to `until`, and what not.

    `later` events lie after `until` and were left out, `repeated` ones had been read before; `faults` are counted by
    reason.
    """

    until: Instant | None = None
    events: int = 0
    later: int = 0
    repeated: int = 0
    faults: Counter[str] = field(default_factory=Counter)


class Histories:
    """The tickets of one file, read whole before the first is given out; counts go into `taken`."""

    def __init__(
        self,
        rules: Rules,
        taken: Taken,
        *,
        progress: Progress = lambda done, total: None,  # noqa: ARG005
        fault: Callable[[Fault], object] = lambda fault: None,  # noqa: ARG005
    ) -> None:
        """For judgements by any of the versions of `rules`; `fault` hears of each fault."""
        self.taken = taken
        self._tenants = {policy.tenant for policy in rules.versions}
        self._progress = progress
        self._fault = fault
        self._compact = Compact(rules)
        self._tickets: dict[TicketKey, list[Event]] = {}
        self._areas: defaultdict[str, Areas] = defaultdict(Areas)
        self._said: dict[str, list[Event]] = {}
        self._of_organisation: dict[str, list[Event]] = {}
        self._directories: dict[str, Directory] = {}

    @property
    def upto(self) -> Instant:
        """The instant of judging: `until`, by default the instant of the last event."""
        return -1 if self.taken.until is None else self.taken.until

    def of(self, items: Iterable[Item]) -> Iterator[tuple[TicketKey, History]]:
        """Every ticket of `items`, in the order in which they first appear; a ticket given out is not kept."""
        latest = self._take(items)
        if self.taken.until is None:
            self.taken.until = latest
        total = len(self._tickets)
        for done, key in enumerate(list(self._tickets)):
            if done % STEP == 0:
                self._progress(done, total)
            facts = self._facts(self._tickets.pop(key))
            shared = self._areas[key[0]].bearing_on(facts)
            yield key, History(facts, shared=shared, directory=self._directories.get(key[0], EMPTY))
        self._progress(total, total)

    def _take(self, items: Iterable[Item]) -> Instant | None:
        """Keep the events up to `until` by ticket, and what was said of areas and the organisation; the last one's instant."""
        latest = None
        for item in items:
            if isinstance(item, BadLine):
                self._leave_out(Fault(item.number, item.reason, item.detail))
                continue
            event = item if isinstance(item, Event) else item.event
            if not self._is_wanted(event):
                continue
            latest = event.at if latest is None else max(latest, event.at)
            if isinstance(item, AreaEvent):
                self._said.setdefault(event.tenant, []).append(event)
            elif isinstance(item, DirectoryEvent):
                self._of_organisation.setdefault(event.tenant, []).append(event)
            else:
                kept = self._tickets.setdefault((event.tenant, event.ticket), [])
                kept.append(self._compact(event, kept[0] if kept else None))
        self._share()
        return latest

    def _share(self) -> None:
        """Make ready what the tickets of a tenant share."""
        for tenant, said in self._said.items():
            for event in self._facts(said):
                self._areas[tenant].add(event)
        for tenant, told in self._of_organisation.items():
            self._directories[tenant] = Directory.of(self._facts(told))

    def _is_wanted(self, event: Event) -> bool:
        """Count `event`; whether it belongs to a tenant whose policy was given, and is not too late."""
        self.taken.events += 1
        if event.tenant not in self._tenants:
            detail = (
                f"event {event.id} of ticket {event.ticket}: no policy of tenant {event.tenant} was given"
            )
            self._leave_out(Fault(None, Reason.UNKNOWN_POLICY, detail))
            return False
        is_late = self.taken.until is not None and event.at > self.taken.until
        self.taken.later += is_late
        return not is_late

    def _facts(self, events: Sequence[Event]) -> tuple[Event, ...]:
        """`events`, each id once: the first in the file is the one, as the first to arrive is in the service."""
        facts: dict[tuple[str, str], Event] = {}
        for event in events:
            first = facts.setdefault(key_of(event), event)
            if first is event:
                continue
            if first == event:
                self.taken.repeated += 1
            else:
                detail = f"event {event.id} of ticket {event.ticket} comes again with other content"
                self._leave_out(Fault(None, Reason.ID_REUSED, detail))
        return tuple(facts.values())

    def _leave_out(self, fault: Fault) -> None:
        self.taken.faults[str(fault.reason)] += 1
        self._fault(fault)
