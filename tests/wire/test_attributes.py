"""Attributes that the engine itself reads: what fits, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from service.sla.events import SHARED, VOCABULARY, Json, as_instant
from service.wire.attributes import READ, check_attributes
from service.wire.facts import OF_AREAS_ONLY, fact
from service.wire.records import Reason
from service.wire.unfit import Unfit
from tests.wire.making import HEARD, accepted, binary, refusal_of, refused

#: What is enough for each type.
ENOUGH: dict[str, dict[str, Json]] = {
    "split": {},
    "promise_accepted": {},
    "change_scheduled": {},
    "extension_requested": {},
    "extension_approved": {"extension": "x-1"},
    "extension_refused": {"extension": "x-1"},
    "refuted": {"event": "e-1"},
    "rejudge": {"version": "2026-2"},
    "held": {},
    "resumed": {},
    "voided": {"event": "e-1"},
    "excluded": {"area": "harbour"},
    "exclusion_withdrawn": {"exclusion": "typhoon 7"},
}
INSTANTS = [
    *(("split", "start"), ("excluded", "from"), ("excluded", "to"), ("promise_accepted", "due")),
    *(("change_scheduled", "at"), ("extension_requested", "until"), ("extension_approved", "until")),
]


def read(name: str, attributes: dict[str, Any]) -> None:
    if name in OF_AREAS_ONLY:
        check_attributes(name, attributes)
        return
    fact(
        tenant="t",
        ticket="k",
        source="s",
        id="i",
        type=name,
        at=HEARD,
        data={"seq": 0, "attributes": attributes},
    )


def refusal(name: str, attributes: dict[str, Any]) -> Unfit | None:
    return refusal_of(lambda: read(name, attributes))


def test_every_type_with_attributes_of_its_own_is_known() -> None:
    assert set(READ) == set(ENOUGH)
    assert set(READ) <= {*VOCABULARY, *SHARED}


@pytest.mark.parametrize("name", ENOUGH)
def test_null_counts_as_absent(name: str) -> None:
    optional = {attribute: None for attribute, _, is_needed in READ[name] if not is_needed}

    assert refusal(name, ENOUGH[name] | optional) is None
    for attribute in ENOUGH[name]:
        found = refusal(name, ENOUGH[name] | {attribute: None})
        assert found is not None
        assert found.reason == Reason.BAD_DATA
        assert found.detail == f"{name} needs data.attributes.{attribute}"


@pytest.mark.parametrize(("name", "attribute"), INSTANTS)
@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-03-02T09:10:00Z", 1_772_442_600_000_000),
        ("2026-03-02T09:10:00.5+08:00", 1_772_413_800_500_000),
        ("2026-03-02T09:10:00.123456789-00:30", 1_772_444_400_123_456),
        ("1970-01-01T00:00:00Z", 0),
    ],
)
def test_instants_that_the_core_reads(name: str, attribute: str, written: str, instant: int) -> None:
    assert refusal(name, ENOUGH[name] | {attribute: written}) is None
    assert as_instant(written) == instant


@pytest.mark.parametrize(("name", "attribute"), INSTANTS)
@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2026-03-02T09:10:00", "has no UTC offset"),
        ("2026-03-02", "is not an RFC 3339 time"),
        ("2026-03-02 09:10:00Z", "is not an RFC 3339 time"),
        ("20260302T091000Z", "is not an RFC 3339 time"),
        ("2026-02-30T00:00:00Z", "names no day of the calendar"),
        ("2026-03-02T24:00:00Z", "is not an RFC 3339 time"),
        ("1969-12-31T23:59:59Z", "is outside 1970"),
        ("2200-01-01T00:00:00Z", "is outside 1970"),
        ("2016-12-31T23:59:60Z", "is a leap second"),
        ("2026-03-02t09:10:00Z", "has a small t or z"),
        ("2026-03-02T09:10:00z", "has a small t or z"),
        ("", "is not an RFC 3339 time"),
        (1_772_442_600, "is a number, not a text"),
        ({"at": "2026-03-02T09:10:00Z"}, "is an object, not a text"),
    ],
)
def test_instants_that_nobody_can_read(name: str, attribute: str, written: Json, words: str) -> None:
    found = refusal(name, ENOUGH[name] | {attribute: written})

    assert found is not None
    assert found.reason == Reason.BAD_DATA
    assert found.detail.startswith(f"data.attributes.{attribute}")
    assert words in found.detail


@pytest.mark.parametrize(
    ("name", "attributes", "detail"),
    [
        ("rejudge", {"version": 2}, "data.attributes.version is a number, not a text"),
        ("rejudge", {"version": ""}, "data.attributes.version has 0 characters"),
        ("rejudge", {"version": "1", "replace": "true"}, "replace is a text, not true or false"),
        ("rejudge", {"version": "1", "replace": 1}, "replace is a number, not true or false"),
        ("excluded", {"area": []}, "data.attributes.area is empty"),
        ("excluded", {"area": ""}, "data.attributes.area has 0 characters"),
        ("excluded", {"area": ["harbour", 7]}, "data.attributes.area[1] is a number, not a text"),
        ("excluded", {"area": ["harbour", None]}, "data.attributes.area[1] is null, not a text"),
        ("excluded", {"area": {"name": "harbour"}}, "data.attributes.area is an object, not a text"),
        ("excluded", {"area": "harbour", "exclusion": 7}, "exclusion is a number, not a text"),
        ("excluded", {"area": "harbour", "reason": ["storm"]}, "reason is an array, not a text"),
        ("exclusion_withdrawn", {"exclusion": ["a"]}, "exclusion is an array, not a text"),
        ("held", {"reason": False}, "reason is a boolean, not a text"),
        ("voided", {"event": "e\n"}, "has control characters"),
        ("refuted", {"event": ""}, "data.attributes.event has 0 characters"),
        ("refuted", {"event": "e", "source": 7}, "source is a number, not a text"),
        ("extension_requested", {"extension": 1}, "extension is a number, not a text"),
        ("extension_requested", {"by": 24}, "by is a number, not a text"),
        ("extension_requested", {"by": "one day"}, "by 'one day' is no amount such as 24h, 90m or 3 days"),
        ("extension_requested", {"by": "1h30m"}, "is no amount"),
        ("extension_requested", {"by": "1.5h"}, "is no amount"),
        ("extension_requested", {"by": "-1h"}, "is no amount"),
        ("extension_requested", {"by": "24h\n"}, "is no amount"),
        ("extension_requested", {"by": "२h"}, "is no amount"),
        ("extension_requested", {"by": "1000000000s"}, "is no amount"),
        ("extension_approved", {"extension": "x", "rank": "3"}, "rank '3' is not an integer"),
        ("extension_approved", {"extension": "x", "rank": True}, "rank True is not an integer"),
        ("extension_approved", {"extension": "x", "rank": 2.5}, "rank 2.5 is not an integer"),
        ("extension_approved", {"extension": "x", "by": "soon"}, "by 'soon' is no amount"),
    ],
)
def test_attributes_that_nobody_can_read(name: str, attributes: dict[str, Json], detail: str) -> None:
    found = refusal(name, attributes)

    assert found is not None
    assert found.reason == Reason.BAD_DATA
    assert detail in found.detail


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("rejudge", {"version": "2026-2", "replace": True}),
        ("excluded", {"area": ["harbour", "old town"], "reason": "typhoon", "exclusion": "7"}),
        ("extension_requested", {"by": "24h"}),
        ("extension_requested", {"by": "3 days", "extension": "x-1"}),
        ("extension_approved", {"extension": "x-1", "rank": -1, "by": "1 day"}),
        ("refuted", {"event": "e-1", "source": "desk", "reason": "at home", "by": "s-7"}),
        ("acknowledged", {"by": 7}),
        ("noted", {"start": 3, "replace": "x", "from": [], "area": {}}),
    ],
)
def test_attributes_that_fit(name: str, attributes: dict[str, Json]) -> None:
    assert refusal(name, attributes) is None


def test_a_record_is_refused_for_them() -> None:
    kind = "slaclock.ticket.rejudge.v1"
    record = binary({"attributes": {}}, type=kind)

    assert (refused(record).reason, refused(record).ticket) == (Reason.BAD_DATA, "SR-1")
    assert accepted(binary({"attributes": {"version": "2"}}, type=kind)).attributes == {"version": "2"}
