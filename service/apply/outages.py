"""What was said of the outages of sources: which last, and where something may be missing for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from service.sla.events import Gap, as_instant, as_text
from service.sla.history import in_order
from service.sla.instants import Instant
from service.store.shared_events import Told


@dataclass(frozen=True, slots=True)
class _Outage:
    """[start, end) without a source; `end` None: not known."""

    start: Instant
    end: Instant | None
    lasts: bool = True
    recovered: bool = False


class Outages:
    """Everything that was said of the outages of one tenant's sources."""

    def __init__(self, told: Sequence[Told] = ()) -> None:
        self._told = tuple(told)
        folded = _folded(self._told)
        lasting: dict[str, Instant] = {}
        for (source, _), outage in folded.items():
            if outage.lasts:
                lasting[source] = min(outage.start, lasting.get(source, outage.start))
        self.lasting: Mapping[str, Instant] = lasting
        self.gaps = tuple(
            Gap(start=outage.start, end=outage.end, source=source)
            for (source, _), outage in folded.items()
            if not outage.lasts
            and not outage.recovered
            and outage.end is not None
            and outage.start < outage.end
        )

    @property
    def upto(self) -> int:
        """The number of the last event; 0 when there is none."""
        return self._told[-1].nr if self._told else 0

    def and_then(self, told: Sequence[Told]) -> Outages:
        """With later events."""
        return Outages((*self._told, *told))


def _folded(told: Sequence[Told]) -> dict[tuple[str, str], _Outage]:
    """By source and name each outage as it was last told, in the order of events."""
    found: dict[tuple[str, str], _Outage] = {}
    for event in in_order([each.event for each in told], {}):
        name = event.ticket, as_text(event.attributes.get("outage")) or event.id
        known = found.get(name)
        end = as_instant(event.attributes.get("to"))
        if event.type == "outage":
            start = as_instant(event.attributes.get("from"))
            found[name] = _Outage(event.at if start is None else start, end)
        elif known is not None and known.lasts:
            told_end = known.end if end is None else end
            found[name] = replace(
                known,
                end=event.at if told_end is None else told_end,
                lasts=False,
                recovered=event.attributes.get("recovered") is True,
            )
    return found
