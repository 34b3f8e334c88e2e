"""A parked record as people and programs read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.cli.moments import told
from service.cli.output import show

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from service.store.parked import Parked, Place


def place_of(place: Place) -> str:
    return ":".join(str(part) for part in place)


def line_of(row: Parked, zone: ZoneInfo) -> list[str]:
    recorded = told(row.record.timestamp, zone)
    decided = "" if row.decided_by is None else f" by {row.decided_by}: {row.decided_why}"
    return [
        place_of(row.place),
        row.reason,
        row.tenant or "-",
        row.ticket or "-",
        recorded,
        f"{row.state}{decided}",
    ]


def show_record(row: Parked, zone: ZoneInfo) -> None:
    show(f"{place_of(row.place)}  {row.reason}: {row.detail}")
    show(f"  ticket    {row.ticket or 'not known'} of tenant {row.tenant or 'not known'}")
    show(f"  recorded  {told(row.record.timestamp, zone)}, parked {told(row.parked_at, zone)}")
    if row.decided_by is not None:
        show(f"  {row.state:9} {told(row.decided_at, zone)} by {row.decided_by}: {row.decided_why}")
    content = content_of(row)
    show(f"  key       {content['key']}")
    for name, value in content["headers"]:
        show(f"  header    {name}: {value}")
    show(f"  value     {content['value']}")


def as_json_of(row: Parked) -> dict[str, Any]:
    from service.wire import times

    def written(instant: int | None) -> str | None:
        return None if instant is None else times.write(instant)

    topic, part, offset = row.place
    return {
        "record": place_of(row.place),
        "topic": topic,
        "partition": part,
        "offset": offset,
        "reason": row.reason.value,
        "detail": row.detail,
        "tenant": row.tenant,
        "ticket": row.ticket,
        "recorded_at": times.write(row.record.timestamp),
        "occurred_at": written(row.occurred_at),
        "parked_at": times.write(row.parked_at),
        "state": row.state.value,
        "decided_by": row.decided_by,
        "decided_at": written(row.decided_at),
        "decided_why": row.decided_why,
    }


def content_of(row: Parked) -> dict[str, Any]:
    """The record itself; bytes that are no UTF-8 are escaped as Python does."""

    def text(value: bytes | None) -> str | None:
        return None if value is None else value.decode("utf-8", errors="backslashreplace")

    headers = [[name, text(value)] for name, value in row.record.headers]
    return {"key": text(row.record.key), "headers": headers, "value": text(row.record.value)}
