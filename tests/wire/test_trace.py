"""Trace context: read where a publisher may put it, handed on when it is valid, else passed over."""

import pytest

from service.wire.records import Accepted
from service.wire.trace import Trace, trace_of
from tests.wire.making import binary, document, read, structured

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"
OTHER = f"00-{TRACE}-a2fb4a1d1a96d312-00"
STATE = "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"


def held(*headers: tuple[str, str], **attributes: object) -> Trace | None:
    return trace_of(tuple((name, text.encode()) for name, text in headers), attributes)


def test_headers_are_handed_on():
    trace = held(("TraceParent", PARENT), ("tracestate", STATE))

    assert trace == Trace(PARENT, STATE)
    assert trace.headers == (("traceparent", PARENT.encode()), ("tracestate", STATE.encode()))
    assert Trace(PARENT).headers == (("traceparent", PARENT.encode()),)


def test_attributes_of_the_event_are_handed_on():
    assert held(traceparent=PARENT, tracestate=STATE) == Trace(PARENT, STATE)
    assert held(traceparent=PARENT) == Trace(PARENT)
    assert held(tracestate=STATE) is None


def test_the_latest_hop_comes_first_and_its_state_is_not_mixed_with_another():
    assert held(("traceparent", OTHER), traceparent=PARENT, tracestate=STATE) == Trace(OTHER)
    assert held(("traceparent", "broken"), traceparent=PARENT, tracestate=STATE) == Trace(PARENT, STATE)


def test_a_state_in_several_headers_is_one():
    assert held(("traceparent", PARENT), ("tracestate", "a=1"), ("tracestate", "b=2, c=3")) == Trace(
        PARENT, "a=1,b=2,c=3"
    )


@pytest.mark.parametrize(
    "parent",
    [
        "",
        PARENT.upper(),
        PARENT[:-1],
        PARENT + "-01",  # version 00 has four parts
        PARENT + "\n",
        " " + PARENT,
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"01-{TRACE}-{SPAN}-01.more",
        f"01-{TRACE}-{SPAN}-01-{'x' * 201}",
    ],
)
def test_a_parent_that_is_none_is_passed_over(parent: str):
    assert held(("traceparent", parent), ("tracestate", STATE)) is None
    assert held(traceparent=parent) is None


def test_two_parents_are_none_and_neither_are_bytes_of_another_kind():
    assert held(("traceparent", PARENT), ("traceparent", OTHER)) is None
    assert trace_of((("traceparent", b"\xff"), ("traceparent", None)), {}) is None
    assert trace_of((), {"traceparent": 7}) is None


def test_a_later_version_may_say_more():
    later = f"01-{TRACE}-{SPAN}-01-what-comes"

    assert held(("traceparent", later)) == Trace(later)


@pytest.mark.parametrize(
    "state",
    ["", " , ", "a", "a=", "A=1", "a=1,a=2", "a=b=c", "a=\t1", "a=ü", "a=" + "x" * 257, ",".join(f"k{n}=1" for n in range(33))],
)  # fmt: skip
def test_a_state_that_is_none_leaves_the_parent(state: str):
    assert held(traceparent=PARENT, tracestate=state) == Trace(PARENT)


def test_a_state_has_at_most_512_characters():
    fits = f"a={'x' * 253},b={'y' * 254}"
    assert len(fits) == 512

    assert held(traceparent=PARENT, tracestate=fits) == Trace(PARENT, fits)
    assert held(traceparent=PARENT, tracestate=fits + "z") == Trace(PARENT)


def test_both_modes_carry_it_and_the_event_is_the_same():
    plain = read(structured(document()))
    inside = read(structured(document(traceparent=PARENT, tracestate=STATE)))
    outside = read(binary({"seq": 1, "attributes": {"priority": "2"}}, traceparent=PARENT))

    assert isinstance(plain, Accepted)
    assert isinstance(inside, Accepted)
    assert plain.trace is None
    assert inside.trace == Trace(PARENT, STATE)
    assert (inside.event, inside.digest) == (plain.event, plain.digest)
    assert isinstance(outside, Accepted)
    assert outside.trace == Trace(PARENT)
    assert (outside.event, outside.digest) == (plain.event, plain.digest)
