from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.sla.events import Event
from service.wire import times
from service.wire.files import (
    BROKEN_FILE,
    LONGEST_LINE,
    AreaEvent,
    BadLine,
    DirectoryEvent,
    read_events,
)
from service.wire.records import Reason
from tests.wire.making import PATIENT, accepted, document, structured

PLAIN: dict[str, Any] = {
    "event_id": "e-1",
    "ticket_id": "SR-1",
    "type": "opened",
    "occurred_at": "2026-03-02T09:10:00+08:00",
    "attributes": {"seq": 1, "priority": "2"},
}


def lines(*items: object) -> bytes:
    return b"".join(item if isinstance(item, bytes) else json.dumps(item).encode() + b"\n" for item in items)


def found(file: Path | str | BinaryIO | bytes) -> list[Event | BadLine]:
    given_file = io.BytesIO(file) if isinstance(file, bytes) else file
    return list(read_events(given_file, tenant="default", source="desk"))


def only(*items: object) -> Event:
    (event,) = found(lines(*items))
    assert isinstance(event, Event), event
    return event


def why(item: object) -> tuple[str, str]:
    (bad,) = found(lines(item))
    assert isinstance(bad, BadLine), bad
    assert bad.number == 1
    return bad.reason, bad.detail


def test_the_plain_shape() -> None:
    event = only(PLAIN)

    assert (event.tenant, event.source, event.ticket, event.id) == ("default", "desk", "SR-1", "e-1")
    assert (event.type, event.seq, event.attributes) == ("opened", 1, {"priority": "2"})
    assert event.at == times.read("2026-03-02T01:10:00Z")


def test_the_plain_shape_with_everything() -> None:
    event = only({**PLAIN, "tenant": "harbour", "source": "hotline", "seq": 9, "more": 1})

    assert (event.tenant, event.source, event.seq) == ("harbour", "hotline", 9)
    assert event.attributes == {"seq": 1, "priority": "2"}


def test_the_plain_shape_with_next_to_nothing() -> None:
    event = only({name: value for name, value in PLAIN.items() if name != "attributes"})

    assert (event.seq, dict(event.attributes)) == (0, {})


def test_cloudevents_read_as_from_the_topic() -> None:
    assert only(document()) == accepted(structured(document()))
    assert only(document(tenant=...)) == accepted(structured(document(tenant=...)))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_gzip_is_told_by_its_bytes(tmp_path: Path, pack: Any) -> None:
    for name in ("events.jsonl", "events.jsonl.gz"):
        path = tmp_path / name
        path.write_bytes(pack(lines(PLAIN, document())))

        assert [type(item) for item in found(path)] == [Event, Event]
        assert found(str(path)) == found(path)


@pytest.mark.parametrize("piece_size", [1, 3])
def test_a_file_object_stays_open_and_need_not_seek(piece_size: int) -> None:
    class Pipe(io.RawIOBase):
        data = io.BytesIO(gzip.compress(lines(PLAIN)))

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            piece = self.data.read(min(len(buffer), piece_size))
            buffer[: len(piece)] = piece
            return len(piece)

    pipe: Any = Pipe()

    assert len(found(pipe)) == 1
    assert not pipe.closed


def test_a_byte_order_mark_and_blank_lines_are_passed_over() -> None:
    events = found(b"\xef\xbb\xbf" + lines(PLAIN, b"\n", b"  \r\n", document(), b"\r\n") + b" ")

    assert [type(item) for item in events] == [Event, Event]


def test_line_ends_of_any_kind_and_none() -> None:
    one = json.dumps(PLAIN).encode()

    assert [type(item) for item in found(one + b"\r\n" + one)] == [Event, Event]


@pytest.mark.parametrize(
    "file", [b"", b"\n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0), b"\x1f", b"\x1f\x8b"]
)
def test_next_to_nothing(file: bytes) -> None:
    assert all(isinstance(item, BadLine) for item in found(file))
    assert len(found(file)) <= 1


def test_bad_lines_are_told_with_their_numbers() -> None:
    items = found(lines(PLAIN, b"{\n", b"\n", b"\xff\n", document(time="x"), PLAIN))

    assert [type(item) for item in items] == [Event, BadLine, BadLine, BadLine, Event]
    told = [(item.number, item.reason) for item in items if isinstance(item, BadLine)]
    assert told == [(2, Reason.NOT_JSON), (4, Reason.NOT_JSON), (5, Reason.BAD_TIME)]


@pytest.mark.parametrize(
    ("changed", "reason", "detail"),
    [
        ({"event_id": None}, Reason.MISSING_ATTRIBUTE, "event_id"),
        ({"event_id": None, "type": None}, Reason.MISSING_ATTRIBUTE, "event_id, type"),
        ({"event_id": 7}, Reason.BAD_ATTRIBUTE, "event_id is a number, not a text"),
        ({"ticket_id": ""}, Reason.BAD_ATTRIBUTE, "ticket_id has 0 characters"),
        ({"ticket_id": "a\nb"}, Reason.BAD_ATTRIBUTE, "ticket_id"),
        ({"source": "x" * 256}, Reason.BAD_ATTRIBUTE, "source has 256"),
        ({"tenant": ""}, Reason.BAD_ATTRIBUTE, "tenant has 0"),
        ({"type": "Opened"}, Reason.UNKNOWN_TYPE, "'Opened'"),
        ({"type": 7}, Reason.UNKNOWN_TYPE, "7"),
        ({"occurred_at": "2026-03-02 09:10"}, Reason.BAD_TIME, "RFC 3339"),
        ({"occurred_at": "2026-03-02T09:10:00"}, Reason.NAIVE_TIME, "offset"),
        ({"occurred_at": 5}, Reason.BAD_TIME, "occurred_at is a number"),
        ({"attributes": []}, Reason.BAD_DATA, "attributes is an array"),
        ({"attributes": {"seq": "one"}}, Reason.BAD_DATA, "seq 'one'"),
        ({"seq": -1}, Reason.BAD_DATA, "seq -1"),
        ({"type": "voided"}, Reason.BAD_DATA, "voided needs"),
    ],
)
def test_refuses(changed: dict[str, Any], reason: Reason, detail: str) -> None:
    told = why({**PLAIN, **changed})

    assert told[0] == reason
    assert detail in told[1]


@pytest.mark.parametrize("line", [b"[]\n", b"7\n", b'"x"\n', b"null\n"])
def test_a_line_that_is_no_object(line: bytes) -> None:
    assert why(line)[0] == Reason.BAD_DATA


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    endless = b'{"x":"' + b"y" * (3 * LONGEST_LINE) + b'"}\n'
    for file in (lines(endless, PLAIN), gzip.compress(lines(endless, PLAIN))):
        bad, good = found(file)

        assert isinstance(bad, BadLine)
        assert (bad.number, bad.reason) == (1, Reason.TOO_LARGE)
        assert isinstance(good, Event)


def test_a_line_may_be_as_long_as_said() -> None:
    line = json.dumps({**PLAIN, "pad": ""}).encode()
    fits = line.replace(b'"pad": ""', b'"pad": "' + b"x" * (LONGEST_LINE - len(line) - 1) + b'"') + b"\n"

    assert len(fits) == LONGEST_LINE
    assert isinstance(found(fits)[0], Event)
    assert why(b" " + fits)[0] == Reason.TOO_LARGE


@pytest.mark.parametrize("cut", [3, 10, 200, 5_000])
def test_a_truncated_gzip_is_reported(cut: int) -> None:
    whole = lines(*[{**PLAIN, "event_id": f"e-{number * 7919}"} for number in range(2_000)])
    packed = gzip.compress(whole)
    *events, bad = found(packed[:cut])

    assert all(isinstance(event, Event) for event in events)
    assert isinstance(bad, BadLine)
    assert bad.reason == BROKEN_FILE
    assert bad.detail.isprintable()


def test_a_damaged_gzip_is_reported() -> None:
    packed = bytearray(gzip.compress(lines(*[PLAIN] * 2000)))
    packed[-6] ^= 0xFF  # the checksum
    *events, bad = found(bytes(packed))

    assert len(events) == 2000
    assert isinstance(bad, BadLine)
    assert (bad.number, bad.reason) == (2001, BROKEN_FILE)


def test_what_follows_a_gzip_is_reported() -> None:
    good, bad = found(gzip.compress(lines(PLAIN)) + b"junk")

    assert isinstance(good, Event)
    assert isinstance(bad, BadLine)
    assert bad.reason == BROKEN_FILE


def test_joined_gzips_are_one_file() -> None:
    assert len(found(gzip.compress(lines(PLAIN)) + gzip.compress(lines(PLAIN)))) == 2


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        found(tmp_path / "none")


def test_reading_streams() -> None:
    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            line = lines(PLAIN)
            buffer[: len(line)] = line
            return len(line)

    endless: Any = Endless()
    events = read_events(endless, tenant="default", source="desk")

    assert all(isinstance(next(events), Event) for _ in range(10))
    events.close()  # type: ignore[attr-defined]


@PATIENT
@given(st.binary(), st.booleans())
def test_never_raises(junk: bytes, packed: bool) -> None:
    for item in found(gzip.compress(junk) if packed else junk):
        assert isinstance(item, Event) or (item.number >= 1 and len(item.detail) <= 500)


@PATIENT
@given(st.integers(0, 400), st.integers(0, 255))
def test_any_damage_to_a_gzip_is_reported(place: int, value: int) -> None:
    packed = bytearray(gzip.compress(lines(*[{**PLAIN, "event_id": f"e-{number}"} for number in range(50)])))
    packed[place % len(packed)] = value

    found(bytes(packed))


# --- what is said of areas ------------------------------------------------------------------------

STORM: dict[str, Any] = {
    "event_id": "a-1",
    "type": "excluded",
    "occurred_at": "2026-03-02T09:10:00+08:00",
    "attributes": {"area": ["north", "east"], "reason": "typhoon", "exclusion": "storm-7"},
}


def of_areas(item: object) -> Event:
    (found_one,) = found(lines(item))
    assert isinstance(found_one, AreaEvent), found_one
    return found_one.event


def test_a_line_about_areas_names_no_ticket() -> None:
    event = of_areas(STORM)

    assert (event.tenant, event.source, event.id, event.type) == ("default", "desk", "a-1", "excluded")
    assert (event.ticket, event.attributes["area"]) == ("storm-7", ["north", "east"])


def test_without_a_name_an_exclusion_is_called_like_its_event() -> None:
    event = of_areas({**STORM, "attributes": {"area": "north"}})

    assert (event.ticket, event.attributes["exclusion"]) == ("a-1", "a-1")


def test_what_was_said_of_areas_can_be_voided() -> None:
    event = of_areas({**STORM, "type": "voided", "attributes": {"event": "a-0"}})

    assert (event.type, event.attributes) == ("voided", {"event": "a-0"})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ticket_id": "SR-1"}, Reason.UNKNOWN_TYPE),
        ({"attributes": {"reason": "typhoon"}}, Reason.BAD_DATA),
        ({"attributes": {"area": []}}, Reason.BAD_DATA),
        ({"event_id": None}, Reason.MISSING_ATTRIBUTE),
        ({"type": "opened"}, Reason.MISSING_ATTRIBUTE),
        ({"type": "exclusion_withdrawn", "attributes": {"exclusion": 7}}, Reason.BAD_ATTRIBUTE),
    ],
)
def test_a_line_about_areas_that_cannot_be_read(change: dict[str, Any], reason: Reason) -> None:
    assert why({**STORM, **change})[0] == reason


def test_cloudevents_about_areas() -> None:
    context = {
        "specversion": "1.0",
        "id": "a-1",
        "source": "areas",
        "type": "slaclock.area.excluded.v1",
        "time": "2026-03-02T01:10:00Z",
        "subject": "storm-7",
        "tenant": "harbour",
        "data": {"attributes": {"area": "north"}},
    }
    event = of_areas(context)

    assert (event.tenant, event.source, event.ticket, event.type) == (
        "harbour",
        "areas",
        "storm-7",
        "excluded",
    )
    assert why({**context, "type": "slaclock.area.opened.v1"})[0] == Reason.UNKNOWN_TYPE


# --- what is said of the organisation -------------------------------------------------------------

LI: dict[str, Any] = {
    "event_id": "d-1",
    "type": "person",
    "occurred_at": "2026-03-02T09:10:00+08:00",
    "attributes": {"person": "4711", "unit": "窗口", "rank": 2},
}


def of_organisation(item: object) -> Event:
    (found_one,) = found(lines(item))
    assert isinstance(found_one, DirectoryEvent), found_one
    return found_one.event


@pytest.mark.parametrize(
    ("type_", "attributes", "subject"),
    [
        ("person", {"person": "4711", "rank": 2}, "4711"),
        ("unit", {"unit": "窗口", "kind": "window"}, "窗口"),
        ("area", {"area": "城东", "owner": "4711"}, "城东"),
        ("duty", {"unit": "窗口", "person": "4711"}, "窗口"),
    ],
)
def test_a_line_about_the_organisation_names_its_subject(
    type_: str, attributes: dict[str, Any], subject: str
) -> None:
    event = of_organisation({**LI, "type": type_, "attributes": attributes})

    assert (event.tenant, event.source, event.id, event.type) == ("default", "desk", "d-1", type_)
    assert (event.ticket, event.attributes) == (subject, attributes)


def test_what_was_said_of_the_organisation_can_be_voided() -> None:
    void = {**LI, "type": "voided", "attributes": {"event": "d-0"}}

    assert of_organisation({**void, "about": "directory"}).attributes == {"event": "d-0"}
    assert of_areas(void).type == "voided"


@pytest.mark.parametrize(
    ("change", "reason", "detail"),
    [
        ({"attributes": {"unit": "窗口"}}, Reason.MISSING_ATTRIBUTE, "attributes.person"),
        ({"attributes": None}, Reason.MISSING_ATTRIBUTE, "attributes.person"),
        ({"attributes": {"person": 7}}, Reason.BAD_ATTRIBUTE, "person"),
        ({"attributes": {"person": "4711", "rank": "2"}}, Reason.BAD_DATA, "rank"),
        ({"type": "duty", "attributes": {"unit": "窗口"}}, Reason.BAD_DATA, "person"),
        ({"event_id": None}, Reason.MISSING_ATTRIBUTE, "event_id"),
    ],
)
def test_a_line_about_the_organisation_that_cannot_be_read(
    change: dict[str, Any], reason: Reason, detail: str
) -> None:
    told, why_not = why({**LI, **change})

    assert (told, detail in why_not) == (reason, True)


def test_a_type_of_ones_own_may_have_such_a_name() -> None:
    (event,) = found(lines({**LI, "ticket_id": "SR-1"}))

    assert isinstance(event, Event)
    assert (event.ticket, event.type) == ("SR-1", "person")


def test_cloudevents_about_the_organisation() -> None:
    context = {
        "specversion": "1.0",
        "id": "d-1",
        "source": "staff",
        "type": "slaclock.directory.person.v1",
        "time": "2026-03-02T01:10:00Z",
        "subject": "4711",
        "tenant": "harbour",
        "data": {"attributes": {"unit": "窗口"}},
    }
    event = of_organisation(context)

    assert (event.tenant, event.source, event.ticket, event.type) == ("harbour", "staff", "4711", "person")
    assert event.attributes == {"person": "4711", "unit": "窗口"}
    assert why({**context, "type": "slaclock.directory.opened.v1"})[0] == Reason.UNKNOWN_TYPE
