from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.sla.instants import EARLIEST, LATEST, SECOND, instant_of
from service.wire import times
from service.wire.records import Reason
from service.wire.unfit import Unfit
from tests.wire.making import refusal_of


def utc(*parts: int) -> int:
    return instant_of(datetime(*parts, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-02T09:10:00Z", utc(2026, 3, 2, 9, 10)),
        ("2026-03-02t09:10:00z", utc(2026, 3, 2, 9, 10)),
        ("2026-03-02T09:10:00+08:00", utc(2026, 3, 2, 1, 10)),
        ("2026-03-02T09:10:00-00:00", utc(2026, 3, 2, 9, 10)),
        ("2026-03-02T09:10:00+23:59", utc(2026, 3, 1, 9, 11)),
        ("2026-03-02T09:10:00-23:59", utc(2026, 3, 3, 9, 9)),
        ("2026-03-02T09:10:00.5Z", utc(2026, 3, 2, 9, 10, 0, 500_000)),
        ("2026-03-02T09:10:00.000001Z", utc(2026, 3, 2, 9, 10, 0, 1)),
        ("2026-03-02T09:10:00.1234569Z", utc(2026, 3, 2, 9, 10, 0, 123_456)),
        ("2026-03-02T09:10:00.999999999999Z", utc(2026, 3, 2, 9, 10, 0, 999_999)),
        ("2024-02-29T00:00:00Z", utc(2024, 2, 29)),
        ("2016-12-31T23:59:60Z", utc(2017, 1, 1)),
        ("2017-01-01T07:59:60.25+08:00", utc(2017, 1, 1, 0, 0, 0, 250_000)),
        ("1970-01-01T00:00:00Z", EARLIEST),
        ("1969-12-31T23:00:00-01:00", EARLIEST),
        ("2199-12-31T23:59:59.999999Z", LATEST - 1),
    ],
)
def test_reads(text: str, instant: int) -> None:
    assert times.read(text) == instant


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-03-02T09:10:00", Reason.NAIVE_TIME),
        ("2026-03-02T09:10:00.5", Reason.NAIVE_TIME),
        ("", Reason.BAD_TIME),
        ("2026-03-02", Reason.BAD_TIME),
        ("2026-03-02 09:10:00Z", Reason.BAD_TIME),
        ("2026-03-02T09:10Z", Reason.BAD_TIME),
        ("2026-03-02T24:00:00Z", Reason.BAD_TIME),
        ("2026-03-02T23:60:00Z", Reason.BAD_TIME),
        ("2026-03-02T23:59:61Z", Reason.BAD_TIME),
        ("2026-03-02T23:58:60Z", Reason.BAD_TIME),
        ("2016-12-31T23:59:60+08:00", Reason.BAD_TIME),
        ("2026-03-02T09:10:00+24:00", Reason.BAD_TIME),
        ("2026-03-02T09:10:00+08:60", Reason.BAD_TIME),
        ("2026-03-02T09:10:00+0800", Reason.BAD_TIME),
        ("2026-03-02T09:10:00+08", Reason.BAD_TIME),
        ("2026-03-02T09:10:00.Z", Reason.BAD_TIME),
        ("2026-03-02T09:10:00,5Z", Reason.BAD_TIME),
        ("2026-02-29T09:10:00Z", Reason.BAD_TIME),
        ("2026-13-01T09:10:00Z", Reason.BAD_TIME),
        ("0000-01-01T09:10:00Z", Reason.BAD_TIME),
        ("2026-W10-1T09:10:00Z", Reason.BAD_TIME),
        ("20260302T091000Z", Reason.BAD_TIME),
        ("2026-03-02T09:10:00Z\n", Reason.BAD_TIME),
        (" 2026-03-02T09:10:00Z", Reason.BAD_TIME),
        ("２026-03-02T09:10:00Z", Reason.BAD_TIME),
        ("12026-03-02T09:10:00Z", Reason.BAD_TIME),
        ("1772442600", Reason.BAD_TIME),
        ("1970-01-01T00:00:00+00:01", Reason.TIME_OUT_OF_RANGE),
        ("0001-01-01T00:00:00+23:59", Reason.TIME_OUT_OF_RANGE),
        ("2200-01-01T00:00:00Z", Reason.TIME_OUT_OF_RANGE),
        ("9999-12-31T23:59:59.999999-23:59", Reason.TIME_OUT_OF_RANGE),
        ("9999-12-31T23:59:60Z", Reason.TIME_OUT_OF_RANGE),
    ],
)
def test_refuses(text: str, reason: Reason) -> None:
    with pytest.raises(Unfit) as refusal:
        times.read(text)

    assert refusal.value.reason == reason


@given(st.integers(EARLIEST, LATEST - 1))
@example(EARLIEST)
@example(LATEST - 1)
def test_what_is_written_is_read_back(instant: int) -> None:
    written = times.write(instant)

    assert times.read(written) == instant
    assert instant_of(datetime.fromisoformat(written)) == instant


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30)),
    st.integers(-1439, 1439),
)
def test_agrees_with_the_standard_library(wall: datetime, minutes: int) -> None:
    moment = wall.replace(tzinfo=timezone(timedelta(minutes=minutes)))

    assert times.read(moment.isoformat()) == instant_of(moment)


@given(st.text())
@example("2026-03-02T09:10:00." + "9" * 5000 + "Z")
def test_never_raises_anything_else(text: str) -> None:
    refusal = refusal_of(lambda: times.read(text))
    if refusal is None:
        assert EARLIEST <= times.read(text) < LATEST
    else:
        assert refusal.reason in {Reason.NAIVE_TIME, Reason.BAD_TIME, Reason.TIME_OUT_OF_RANGE}
        assert len(refusal.detail) <= 500


def test_writes_instants_before_the_epoch() -> None:
    assert times.write(-1) == "1969-12-31T23:59:59.999999Z"
    assert times.write(SECOND) == "1970-01-01T00:00:01.000000Z"
