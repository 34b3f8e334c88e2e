"""How a ticket system publishes its events: `python -m examples.publish --zone Asia/Shanghai < changes.jsonl`.

A line is a row of the system's own log of changes: {"ticket": "SR-1", "number": 1, "what": "opened", "when":
"2026-03-02T09:10:00", "attributes": {"kind": "fault"}}. Write such a log in the transaction that makes the change,
publish from it, and remember up to where all is acknowledged. After an error publish again from there: the same rows
give the same ids, and an event that slaclock knows already has no effect.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import click
from aiokafka import AIOKafkaProducer

#: Who states these facts: one name for one system, for good. With the id it makes a fact one.
SOURCE: Final = "https://desk.example/tickets"

#: Records that may wait for their acknowledgement at once.
_WAITING: Final = 1000

#: Key, value, headers.
Record: TypeAlias = tuple[bytes, bytes, list[tuple[str, bytes]]]


def record_of(change: dict[str, Any], zone: ZoneInfo) -> Record:
    """A row of the log as a CloudEvent in binary mode. A `when` without offset is wall time of `zone`."""
    ticket, number = change["ticket"], change["number"]
    when = datetime.fromisoformat(change["when"])
    # Of an hour that comes twice when clocks go back the first is meant here: better keep UTC in the log.
    when = when if when.tzinfo else when.replace(tzinfo=zone)
    context = {
        "specversion": "1.0",
        "id": f"{ticket}/{number}",  # from the row, never made anew for another try
        "source": SOURCE,
        "type": f"slaclock.ticket.{change['what']}.v1",
        "time": when.isoformat(),  # when it happened, with its offset; not when it is sent
        "subject": ticket,
    }
    # `seq` tells the order of what happened to a ticket at one instant.
    data = {"seq": number, "attributes": change.get("attributes", {})}
    headers = [(f"ce_{name}", text.encode()) for name, text in context.items()]
    # The key is the ticket: its events keep their order, and what cannot be read is known to be about it.
    return ticket.encode(), json.dumps(data).encode(), [*headers, ("content-type", b"application/json")]


async def publish(records: Iterable[Record], *, bootstrap: str, topic: str) -> int:
    """Send `records` and wait for every acknowledgement; how many there were. After a KafkaError send all again."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",  # acknowledged is what every replica in sync has
        enable_idempotence=True,  # a repetition by the client itself neither doubles nor reorders
    )
    count = 0
    try:
        await producer.start()
        waiting: list[asyncio.Future[Any]] = []
        for key, value, headers in records:
            waiting.append(await producer.send(topic, key=key, value=value, headers=headers))
            count += 1
            if len(waiting) >= _WAITING:
                await asyncio.gather(*waiting)
                waiting.clear()
        await asyncio.gather(*waiting)
    finally:
        await producer.stop()
    return count


@click.command()
@click.option("--bootstrap", default="127.0.0.1:9092", show_default=True)
@click.option("--topic", default="tickets.events.v1", show_default=True)
@click.option("--zone", type=ZoneInfo, required=True, help="Where times without an offset were written down.")
def main(bootstrap: str, topic: str, zone: ZoneInfo) -> None:
    """Publish the changes on standard input, and tell how many are acknowledged."""
    records = (record_of(json.loads(line), zone) for line in sys.stdin)
    click.echo(asyncio.run(publish(records, bootstrap=bootstrap, topic=topic)))


if __name__ == "__main__":
    main()
