"""Facts of a hotline on a stage: the complaint line is answered within four hours, who was not taken is called back within
half an hour. Nine o'clock is the origin of hours.
"""

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from service.apply import Rulebook, Slice
from service.apply.registration import register_policy
from service.rules import read
from service.store import hotline_events, progress
from service.wire import times
from service.wire.records import Record
from tests.apply.staging import NINE, TENANT, after, staged

HOTLINE = "hotline.events.v1"
AUDIT = {"by": "anna", "reason": "asked the exchange"}
POLICY = (
    (Path(__file__).parents[2] / "examples" / "policies" / "hotline.yaml")
    .read_text()
    .replace("tenant: hotline", f"tenant: {TENANT}")
    .replace("2026-01-01T00:00:00+08:00", "2000-01-01T00:00:00Z")
)
MINUTE = 1 / 60


@asynccontextmanager
async def answering(database, **door):
    """A stage with that policy."""
    async with staged(database, policy=False, rules_of=Rulebook(), **door) as one:
        await one.ask(register_policy, read(POLICY, name="hotline"), POLICY, [], at=NINE)
        yield one


def fact(
    type_: str, hours: float, /, subject: str = "c1", *, id_: str = "", tenant: str = TENANT, **told
) -> Record:
    """A record of a fact so many hours after nine, which the broker got `recorded` hours after nine, or then."""
    stamp = after(told.pop("recorded", hours))
    told = {
        name.rstrip("_"): times.write(after(value)) if name in {"from_", "to"} else value
        for name, value in told.items()
    }
    context = {
        "id": id_ or f"{subject}-{type_}-{hours}", "source": "pbx", "specversion": "1.0", "subject": subject,
        "type": f"slaclock.{type_}.v1", "time": times.write(after(hours)), "tenant": tenant,
    }  # fmt: skip
    headers = (("content-type", b"application/json"), *((f"ce_{k}", v.encode()) for k, v in context.items()))
    value = json.dumps({"attributes": told}).encode()
    return Record(HOTLINE, 0, -1, stamp, subject.encode(), value, headers)


def offered(hours: float = 0, subject: str = "c1", queue: str = "faults") -> Record:
    return fact("call.offered", hours, subject, queue=queue)


def broken(hours: float, key_: bytes | None = b"c1", kind: str = "call.offered") -> Record:
    """A record that cannot be read: its data is none."""
    one = fact(kind, hours)
    headers = tuple((n, v) for n, v in one.headers if key_ is not None or n not in {"ce_subject", "ce_type"})
    return replace(one, key=key_, value=b"[", headers=headers)


class Line:
    """The partition of the hotline, on a stage."""

    def __init__(self, stage) -> None:
        self.stage = stage
        self.end = 0

    async def tell(self, *records: Record):
        if not self.end:
            async with self.stage.db.transaction() as tx:
                self.epoch = (await progress.own(tx, HOTLINE, [0]))[0].epoch
        put = tuple(replace(one, offset=self.end + n) for n, one in enumerate(records))
        piece = Slice(
            topic=HOTLINE, part=0, epoch=self.epoch, first=self.end, next=self.end + len(put), records=put
        )
        applied = await self.stage.door.apply_hotline(piece)
        self.end = piece.next
        return applied

    async def kept(self, kind: str) -> set[str]:
        told = await self.stage.ask(hotline_events.told, TENANT, kind, since=0, upto=after(1000))
        return {event.id for event in told}


async def at(stage, hours: float) -> None:
    await stage.prove(hours)
    await stage.settle()
