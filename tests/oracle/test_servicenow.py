"""The sample of a real service desk: both implementations say the same of every ticket."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from tests.oracle import second, telling

EVENTS = Path(__file__).parents[2] / "examples" / "data" / "servicenow_uci_shared.events.jsonl.gz"

HOUR = 3_600_000_000
OFFICE = [[9 * HOUR, 12 * HOUR], [13 * HOUR, 18 * HOUR]]
WAITING = ["Awaiting User Info", "Awaiting Evidence", "Awaiting Vendor"]

Plain = dict[str, Any]


def test_every_ticket_of_the_service_desk_equals():
    said: Counter[str] = Counter()
    for ticket, told in _tickets():
        ours = telling.answer(told)
        assert ours == second.answer(told), ticket
        said["tickets"] += 1
        said.update(promise["state"] for promise in ours["promises"])
        said.update(statement["kind"] for statement in ours["statements"])

    assert said["tickets"] == 5_144
    assert all(said[kind] > 100 for kind in ("met", "late", "breach", "warning", "escalation"))
    assert said["superseded"] > 50


def _tickets() -> Iterator[tuple[str, Plain]]:
    with gzip.open(EVENTS, "rt", encoding="utf-8") as lines:
        records = sorted(map(json.loads, lines), key=itemgetter("ticket_id"))
    for ticket, events in groupby(records, key=itemgetter("ticket_id")):
        yield ticket, CASE | {"events": [_event(event) for event in events]}


def _event(record: Plain) -> Plain:
    moment = datetime.fromisoformat(record["occurred_at"])
    return {
        "tenant": "t",
        "ticket": record["ticket_id"],
        "source": "desk",
        "id": record["event_id"],
        "seq": record["attributes"].get("seq", 0),
        "type": record["type"],
        "at": int(moment.timestamp()) * 1_000_000,
        "attributes": record["attributes"],
    }


def _target(name: str, stop: str, budget: int, unit: str = "time", **more: Any) -> Plain:
    return {
        "id": name,
        "start": [_match("opened")],
        "stop": [_match(stop)],
        "cancel": [_match("cancelled")],
        "applies": {},
        "gate": [],
        "budget": budget,
        "unit": unit,
        "day_end": "midnight",
        "calendar": "office",
        "zone": "Europe/Berlin",
        "boundary": "close",
        "accepts": [],
        "exclusions": [],
        "max_open": {},
        "reopen": False,
        "rungs": [],
        "grace": 0,
        "floor": 0,
        "clause": "",
        "regime": "",
    } | more


def _match(kind: str) -> Plain:
    return {"type": kind, "where": {}}


def _rungs(*amounts: int) -> list[Plain]:
    kinds = ["warning", "escalation", "escalation"]
    return [
        {"name": f"r{place}", "kind": kinds[place], "amount": amount, "role": "head"}
        for place, amount in enumerate(amounts)
    ]


CASE: Plain = {
    "calendars": {
        "office": {
            "zone": "Europe/Berlin",
            "versions": [
                {
                    "known_since": None,
                    "known_until": None,
                    "week": [OFFICE] * 5 + [[], []],
                    "dates": {"2016-03-25": [], "2016-03-28": [], "2016-05-05": [], "2016-05-16": []},
                }
            ],
        }
    },
    "policies": [
        {
            "id": "p",
            "version": "1",
            "effective_from": 0,
            "adopt_from": None,
            "vocabulary": {
                "created": {"type": "opened", "rename": {}},
                "reassigned": {"type": "assigned", "rename": {}},
                "paused": {"type": "held", "rename": {}},
                "priority_changed": {"type": "reclassified", "rename": {"to": "priority"}},
            },
            "targets": [
                _target("response", "assigned", HOUR, rungs=_rungs(HOUR // 2, HOUR, 2 * HOUR)),
                _target(
                    "resolution.high",
                    "resolved",
                    16 * HOUR,
                    applies={"priority": ["1 - Critical", "2 - High"]},
                    accepts=WAITING,
                    reopen=True,
                    rungs=_rungs(12 * HOUR, 16 * HOUR, 24 * HOUR),
                    floor=HOUR,
                    boundary="next_open",
                ),
                _target(
                    "resolution",
                    "resolved",
                    3,
                    "working_days",
                    applies={"priority": ["3 - Moderate", "4 - Low"]},
                    accepts=["*"],
                    max_open={"*": [7 * 24 * HOUR, "time"]},
                    reopen=True,
                    rungs=_rungs(2, 3, 5),
                    day_end="closing",
                ),
                _target(
                    "closure",
                    "closed",
                    5,
                    "calendar_days",
                    start=[_match("resolved")],
                    calendar=None,
                    rungs=_rungs(4, 5, 6),
                    grace=HOUR,
                ),
            ],
        }
    ],
    "shared": [],
    "doubts": [],
    "caps": {},
    "gaps": [],
    "proved": None,
    "upto": 1_600_000_000_000_000,
}
