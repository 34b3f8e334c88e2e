"""An hour of a small hotline, seen at NOON. Seconds are told from there; the queue is `faults`, `sales` is another.

calls offered in the last half hour, and one before
c0  -1860  answered -1790 by u-1, ended by the caller -1500
c1   -600  answered -590 (10 s) by u-1, ended by the caller -490, mark 5
c2   -500  answered -470 (30 s) by u-1, ended by the agent -410
c3   -400  given up -397 (3 s)
c4   -300  given up -260 (40 s)
c5   -200  taken by nobody -140
c6    -30  waits
c7   -100  in `sales`, answered -95 by u-9
u-1 is ready from -3600 on; the exchange says every five minutes that it is there, last at 0
the roster wants two agents from -900 to 3600; u-1 is planned to 1800, u-3 from 0 on
"""

from hashlib import sha256

from service.hotline import Counts
from service.sla.events import Event
from service.sla.instants import SECOND, Instant
from service.store import Database, hotline_events
from service.store.hotline_events import Fact
from service.wire import times

NOON: Instant = times.read("2026-03-02T12:00:00Z")
SETTINGS = {"hotline_queues": "faults", "hotline_ahead_hours": 8}


def fact(type_: str, at: float, subject: str, /, *, source: str = "pbx", **told) -> Fact:
    """A fact so many seconds after noon; numbers in `from_` and `to` likewise."""
    told = {
        name.rstrip("_"): times.write(NOON + value * SECOND) if name in {"from_", "to"} else value
        for name, value in told.items()
    }
    event = Event(
        tenant="default",
        ticket=subject,
        source=source,
        id=f"{type_}-{subject}-{at}",
        type=type_,
        at=NOON + round(at * SECOND),
        attributes=told,
    )
    end = times.read(told["to"]) if "to" in told else event.at
    return Fact(event, sha256(event.id.encode()).digest(), max(end, event.at))


FACTS = [
    fact("call.offered", -1860, "c0", queue="faults"),
    fact("call.answered", -1790, "c0", agent="u-1"),
    fact("call.hung_up", -1500, "c0", by="caller"),
    fact("call.offered", -600, "c1", queue="faults"),
    fact("call.answered", -590, "c1", agent="u-1"),
    fact("call.hung_up", -490, "c1", by="caller"),
    fact("call.rated", -480, "c1", rating=5),
    fact("call.offered", -500, "c2", queue="faults"),
    fact("call.answered", -470, "c2", agent="u-1"),
    fact("call.hung_up", -410, "c2", by="agent"),
    fact("call.offered", -400, "c3", queue="faults"),
    fact("call.abandoned", -397, "c3"),
    fact("call.offered", -300, "c4", queue="faults"),
    fact("call.abandoned", -260, "c4"),
    fact("call.offered", -200, "c5", queue="faults"),
    fact("call.missed", -140, "c5"),
    fact("call.offered", -30, "c6", queue="faults"),
    fact("call.offered", -100, "c7", queue="sales"),
    fact("call.answered", -95, "c7", agent="u-9"),
    fact("agent.ready", -3600, "u-1", queues="faults"),
    *(fact("agent.alive", at, "pbx") for at in range(-3300, 1, 300)),
    fact("roster.required", -9000, "faults", from_=-900, to=3600, agents=2),
    fact("roster.shift", -9000, "u-1", from_=-3600, to=1800),
    fact("roster.shift", -9000, "u-3", from_=0, to=40_000),
]

#: What is counted of `faults` at noon, by hand.
COUNTS = Counts(
    answered=2,
    answered_in_time=1,
    abandoned=2,
    abandoned_in_time=1,
    abandoned_short=1,
    missed=1,
    waiting=1,
    waiting_late=1,
    waited=40 * SECOND,
    picked_up=1,
    to_pick_up=5,
    ended_by_caller=3,
    ended_by_agent=1,
    ended_by_system=1,
    rated=1,
    stars=5,
)


async def keep(db: Database, *facts: Fact) -> None:
    async with db.transaction() as tx:
        assert await hotline_events.add(tx, facts) == {}
