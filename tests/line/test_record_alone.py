"""What a person can answer who has one record of the topic of breaches, and nothing else."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.line.story import at, story, told
from tests.line.test_stories import CABLE

pytestmark = pytest.mark.line

CHINA = ZoneInfo("Asia/Shanghai")

#: How a reader who knows the contract asks for each way; the names in braces are fields of the way.
WAYS = {
    "stopped": "kept by {events}",
    "cancelled": "called off by {events}",
    "gated": "the clock starts with {events}",
    "held": "on hold for {reasons}",
    "excluded": "the area excluded for {reasons}",
    "extended": "{events}, then {followed_by} by rank {rank} within {within}",
    "deemed": "{events}, then {followed_by} within {within}",
    "lapsed": "{events}, and no {unless} within {within}",
    "stated": "another instant stated by {events}",
    "reclassified": "{events}",
}


def clock(written: str) -> str:
    return f"{datetime.fromisoformat(written).astimezone(CHINA):%m-%d %H:%M}"


def hours(micros: int) -> str:
    minutes, rest = divmod(micros, 60_000_000)
    assert rest == 0
    return f"{minutes // 60}:{minutes % 60:02}"


def holder(share: dict[str, Any]) -> str:
    spans = ", ".join(f"{clock(span['from'])} to {clock(span['to'])}" for span in share["spans"])
    who = " of ".join(filter(None, (share["person"], share["team"]))) or "nobody"
    return f"{who}: {spans}; {hours(share['wall_us'])}, of which {hours(share['counted_us'])} counted"


def way(told: dict[str, Any]) -> str:
    texts = {name: " or ".join(value) for name, value in told.items() if isinstance(value, list)}
    return WAYS[told["what"]].format(
        **texts, rank=told.get("rank"), within=hours(told.get("within_us", 0))
    )  # fmt: skip


def answers(value: bytes) -> dict[str, str | list[str]]:
    """The questions that a person has about a breach, answered out of its record."""
    data = json.loads(value)["data"]
    evidence, links = data["evidence"], data["chain"]
    return {
        "which promise": f"{data['target']} on {data['ticket']}, begun by event {data['started_by']['id']}",
        "by which rules": f"{data['policy']['id']} {data['policy']['version']}",
        "whose words": f"{evidence['document'].split('; ')[1]}: {data['clause'][:24]}",
        "from when to when": f"{clock(data['start'])} to {clock(data['due'])}",
        "how much counted": f"{hours(data['account']['counted_us'])}, {evidence['calendar']}",
        "what did not count": [
            f"{clock(each['from'])} to {clock(each['to'])} {each['what']}: {each['why']}" for each in evidence["uncounted"]
        ],
        "who held it": [holder(share) for share in data["holders"]],
        "who is to be heard": [f"{link['role']} {link['person'] or link['reason']}" for link in links if link["role"] != "reviewer"],
        "who reviews": "".join(link["person"] for link in links if link["role"] == "reviewer"),
        "how far that is": data["said"]["review"],
        "what would change it": [way(each) for each in evidence["would_change"]],
    }  # fmt: skip


async def test_one_record_answers_what_a_person_asks(topics, database):
    """A fault with papers that are missing, a customer who asks to wait, a typhoon, and a request that is refused.

    Opened on Monday 09:00; the papers are complete at 11:00, and the 24 h run from there. The customer asks to wait from
    14:00 to 17:00 (3 h), the typhoon is from 20:00 to 02:00 (6 h): 33 h after 11:00 it is Tuesday 20:00. Of the 35 h
    from 09:00 to then 1017 had the first two hours and five minutes, of which the last five minutes count; 2031 had 32 h
    55, of which 9 h do not count.
    """
    async with story(topics, database, "cable-network", CABLE, "2026-03-02 08:00") as it:
        await it.tell(
            *told(
                "F-1",
                "2026-03-02 09:00 opened kind=fault severity=ordinary documents=missing area=east-lake by=1017 to=1017",
                "2026-03-02 09:05 documents_requested by=1017",
                "2026-03-02 11:00 documents_complete",
                "2026-03-02 11:05 transferred to=2031 by=1017 reason=his_area receiver_confirmed=true customer_informed=true",
                "2026-03-02 14:00 held reason=customer_asked_to_wait by=2031",
                "2026-03-02 17:00 resumed by=2031",
            )
        )
        await it.declare(
            "2026-03-02 20:00 excluded exclusion=ty-9 area=east-lake reason=typhoon from=2026-03-02T20:00 to=2026-03-03T02:00"
        )
        await it.tell(
            *told(
                "F-1",
                "2026-03-03 10:00 extension_requested by=24h",
                "2026-03-03 10:30 extension_refused extension=F-1-7",
                first=7,
            )
        )
        await it.until("2026-03-03 21:00")
        (value,) = [
            each
            for each in await it.line.values(it.line.settings.breaches_topic)
            if json.loads(each)["data"]["target"] == "fault.restore"
        ]

        assert answers(value) == {
            "which promise": "fault.restore on F-1, begun by event F-1-1",
            "by which rules": "cable-network 2026-1",
            "whose words": "江西廣電網路公司: 003 八(四)3 「一般故障要24小時內解決」",
            "from when to when": "03-02 09:00 to 03-03 20:00",
            "how much counted": "24:00, 24x7",
            "what did not count": [
                "03-02 09:00 to 03-02 11:00 gated: preconditions",
                "03-02 14:00 to 03-02 17:00 held: customer_asked_to_wait",
                "03-02 20:00 to 03-03 02:00 excluded: typhoon",
            ],
            "who held it": [
                "1017 of hall-3: 03-02 09:00 to 03-02 11:05; 2:05, of which 0:05 counted",
                "2031 of crew-5: 03-02 11:05 to 03-03 20:00; 32:55, of which 23:55 counted",
            ],
            "who is to be heard": [
                "first_asked 1017",
                "holder 2031",
                "area_owner 2031",
                "department_head 0200",
                "window_head 0300",
                "branch_head 0100",
                "chief 0001",
            ],
            "who reviews": "0500",
            "how far that is": "statement_pending",
            "what would change it": [
                "kept by resolved",
                "called off by cancelled or merged",
                "the clock starts with documents_complete or opened {documents: not missing}",
                "on hold for customer_asked_to_wait or documents_found_missing",
                "the area excluded for earthquake or flood or force_majeure or freezing or landslide or rainstorm or typhoon",
                "extension_requested, then extension_approved by rank 3 within 4:00",
                "contact_failed {cause: customer} or visit_failed {cause: customer}, then report_written within 2:00",
                "documents_requested, and no documents_complete within 168:00",
                "reclassified {area_profile, kind, locality, severity}",
            ],
        }
        # The record says what to look for, and that is what it takes: a proof that it was restored by the due.
        (stop,) = json.loads(value)["data"]["evidence"]["would_change"][0]["events"]
        await it.tell(*told("F-1", f"2026-03-03 20:00 {stop} by=2031", first=9), recorded="2026-03-03 22:00")
        await it.until("2026-03-03 23:00")
        assert await it.revisions("F-1", "fault.restore") == ["1 in_force", "2 withdrawn"]
        (verdict,) = [each for each in (await it.line.in_force()).values() if each.outcome == "met" and each.target == "fault.restore"]  # fmt: skip
        assert verdict.at == at("2026-03-03 20:00")
