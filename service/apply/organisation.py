"""The organisation as those who judge look it up: folded once for each revision of a tenant's directory, in each process."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final

from service.sla.directory import EMPTY, Directory
from service.sla.events import Event, EventKey, as_instant, key_of, named_by
from service.sla.instants import EARLIEST, NEVER, Duration, Instant
from service.store.shared_events import Told
from service.wire.trace import Trace

#: Earlier states remembered, to find out which fact changed a statement.
_MOST: Final = 32


class Organisation:
    """Everything that was said of the organisation of one tenant, in the order in which it was applied."""

    def __init__(self, told: Sequence[Told] = (), horizon: Duration = NEVER) -> None:
        self.told = tuple(told)
        self._horizon = horizon
        self._earlier: OrderedDict[int, Directory] = OrderedDict()

    @cached_property
    def directory(self) -> Directory:
        """As it is now."""
        return self._folded(len(self.told))

    @cached_property
    def traces(self) -> Mapping[EventKey, Trace]:
        """The traces that its records belong to."""
        return {key_of(one.event): one.trace for one in self.told if one.trace}

    def and_then(self, told: Sequence[Told]) -> Organisation:
        """With later facts."""
        return Organisation((*self.told, *told), self._horizon)

    def until(self, instant: Instant) -> Organisation:
        """With what was told of by `instant` only."""
        return Organisation([one for one in self.told if one.event.at <= instant], self._horizon)

    def after(self, count: int) -> Directory:
        """When only the first `count` had been told."""
        if count == len(self.told):
            return self.directory
        if count not in self._earlier:
            self._earlier[count] = self._folded(count)
            if len(self._earlier) > _MOST:
                self._earlier.popitem(last=False)
        return self._earlier[count]

    def _folded(self, count: int) -> Directory:
        told = self.told[:count]
        if not told:
            return EMPTY
        recorded = {key_of(one.event): one.recorded_at for one in told if one.recorded_at is not None}
        return Directory.of((one.event for one in told), recorded, self._horizon)

    def cause(self, is_so: Callable[[Directory], bool]) -> EventKey | None:
        """The fact with which something became so that is so; None when it was so before any of them.

        The latest such, looked for backwards, since what changed something is nearly always among the last.
        """
        after, step = len(self.told), 1
        while after and is_so(self.after(before := max(0, after - step))):
            after, step = before, 2 * step
        if not after:
            return None
        place = bisect_left(range(before + 1, after), True, key=lambda count: is_so(self.after(count)))
        return key_of(self.told[before + place].event)


def touched(
    facts: Iterable[tuple[Event, Instant | None]], known: Mapping[EventKey, Event], horizon: Duration
) -> Instant:
    """From which instant on statements may change by `facts`, each with when it was heard of; NEVER when none can.

    None: in time. `known` has at least what they void.
    """
    return min((_since(event, heard, known, horizon) for event, heard in facts), default=NEVER)


def _since(
    event: Event, heard: Instant | None, known: Mapping[EventKey, Event], horizon: Duration
) -> Instant:
    about: Event | None = event
    passed: set[EventKey] = set()
    while about is not None and about.type == "voided" and key_of(about) not in passed:
        passed.add(key_of(about))
        about = known.get(named_by(about))
    if about is None or about.type == "voided":
        return NEVER
    since = as_instant(about.attributes.get("from"))
    oldest = EARLIEST if heard is None else max(EARLIEST, heard - horizon)
    return max(about.at if since is None else since, oldest)
