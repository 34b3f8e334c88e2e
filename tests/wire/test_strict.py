from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.wire.records import Reason
from service.wire.strict import LEVELS, parse
from service.wire.unfit import Unfit, shown
from tests.wire.making import ANY, BIGGEST, refusal_of


def why(value: bytes) -> Reason:
    with pytest.raises(Unfit) as refusal:
        parse(value)
    assert len(refusal.value.detail) <= 500
    return refusal.value.reason


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b" ",
        b"{",
        b'{"a":1',
        b'{"a":1,}',
        b"{'a':1}",
        b"nul",
        b"01",
        b"1.",
        b".5",
        b"+1",
        b"0x10",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b'{"a":NaN}',
        b'"\x01"',
        b'"a\nb"',
        b'"\\x41"',
        b'"\\ud8"',
        b"\xff\xfe{}",
        b'"\xed\xa0\x80"',
        b'"\xc0\x80"',
        b"\xef\xbb\xbf{}",
        b"{} {}",
        "\u00a0{}".encode(),
        b"\x00",
    ],
)
def test_what_is_not_json(value: bytes) -> None:
    assert why(value) == Reason.NOT_JSON


@pytest.mark.parametrize(
    "value",
    [
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"c":2,"b":3}}',
        b'{"a":1,"\\u0061":2}',
        b'"\\u0000"',
        b'{"\\u0000":1}',
        b'["x\\u0000y"]',
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'{"\\uDFFF":1}',
        str(BIGGEST + 1).encode(),
        str(-BIGGEST - 2).encode(),
        b"9" * 5000,
        b"-" + b"9" * 5000,
        b"9223372036854775808.0",
        b"1e19",
        b"1e400",
        b"-1e400",
        b"1e99999999999999999999",
    ],
)
def test_what_is_json_with_a_trap(value: bytes) -> None:
    assert why(value) == Reason.BAD_DATA


@pytest.mark.parametrize(
    ("value", "document"),
    [
        (b" {} ", {}),
        (b'"\\\\u0000"', "\\u0000"),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\u00e9"', "é"),
        ('"\u007f\u2028"'.encode(), "\u007f\u2028"),
        (str(BIGGEST).encode(), BIGGEST),
        (str(-BIGGEST - 1).encode(), -BIGGEST - 1),
        (b"-0", 0),
        (b"1e-400", 0),
        (b"0." + b"1" * 5000, 1 / 9),
        (b"[1.5,true,null]", [1.5, True, None]),
    ],
)
def test_what_is_read(value: bytes, document: object) -> None:
    assert parse(value) == document


@pytest.mark.parametrize("written", [b"1", b"1.0", b"1e0", b"10e-1", b"1.000000"])
def test_numbers_without_a_fraction_are_integers(written: bytes) -> None:
    assert type(parse(written)) is int


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
@pytest.mark.parametrize("times", [LEVELS + 1, 1000, 100_000])
def test_depth_is_bounded(opening: bytes, times: int) -> None:
    closing = {b"[": b"]", b'{"a":': b"}", b'[{"a":': b"}]"}[opening]

    assert why(opening * times + b"1" + closing * times) == Reason.BAD_DATA


def test_depth_up_to_the_bound_is_read() -> None:
    assert parse(b"[" * LEVELS + b"]" * LEVELS) is not None
    assert parse(b"[" + b"[]," * 500 + b"[]]") is not None
    assert parse(b'"' + b"[" * 500 + b'"') == "[" * 500


def test_the_confluent_wire_format_is_recognised() -> None:
    with pytest.raises(Unfit, match=r"Confluent wire format.*schema id 258") as refusal:
        parse(b"\0\0\0\x01\x02\x02\x04abc")

    assert refusal.value.reason == Reason.NOT_JSON


@pytest.mark.parametrize(
    "value",
    [
        b"{" + b",".join(b'"%d":0' % n for n in range(60_000)) + b',"59999":1}',
        b"[" * 500_000,
        b'{"a":' * 100_000,
        b'"' + b"\\u0041" * 100_000 + b'\\u0000"',
        b"1." + b"7" * 700_000 + b"e400",
        b"[" + b"{}," * 200_000 + b'"\\ud800"]',
    ],
)
def test_no_value_takes_long(value: bytes) -> None:
    """Compared with an ordinary document as long: what grows with the square of the length takes 100,000 times that."""
    ordinary = b"[" + b",".join([b'"abcdefgh"'] * (len(value) // 11)) + b"]"

    assert seconds(lambda: why(value)) < 3_000 * seconds(lambda: json.loads(ordinary))


def seconds(of: Callable[[], object]) -> float:
    """Processor time, whatever else the machine does."""
    began = time.process_time()
    of()
    return time.process_time() - began


@given(ANY, st.booleans())
def test_agrees_with_the_standard_library(document: object, escaped: bool) -> None:
    written = json.dumps(document, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    refusal = refusal_of(lambda: parse(written))
    if refusal is None:
        assert parse(written) == document
    else:
        assert refusal.reason in {Reason.BAD_DATA, Reason.NOT_JSON}
        assert "\\u0000" in json.dumps(document) or "\\ud" in json.dumps(document)


@given(st.binary())
def test_never_raises_anything_else(value: bytes) -> None:
    refusal = refusal_of(lambda: parse(value))

    assert refusal is None or refusal.detail.isprintable()


@pytest.mark.parametrize("value", ["x" * 10_000, "\0" * 10_000, b"\xff" * 10_000, ["号" * 10_000], "\ud800"])
def test_a_detail_is_bounded_and_can_be_stored(value: object) -> None:
    refusal = Unfit(Reason.BAD_DATA, f"{shown(value)} {shown(value)} {shown(value)}")

    assert len(shown(value)) <= 200
    assert len(refusal.detail) <= 500
    assert refusal.detail.isprintable()
    assert refusal.detail.encode()
