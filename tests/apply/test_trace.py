"""A statement belongs to the trace of the record that is its cause, and to none when time is.

Nine o'clock is the origin of hours; promises are of an hour, with a warning after half an hour.
"""

from dataclasses import replace

from service.apply import Door, Limits, Rulebook
from service.sla.instants import SECOND
from service.wire import times
from service.wire.records import Record
from tests.apply.staging import TENANT, after, area_record, read_rules, record
from tests.apply.test_directory import STAFF, Office, fact, opened

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
STATE = "congo=t61rcWkgMzE"


def traced(one: Record, parent: str = PARENT, state: str | None = STATE) -> Record:
    more = [("traceparent", parent.encode())]
    more += [] if state is None else [("tracestate", state.encode())]
    return replace(one, headers=(*one.headers, *more))


async def traces(stage) -> list[tuple[str | None, str | None]]:
    """The trace in the headers of every record that waits to be sent, in order."""
    found = []
    for row in await stage.outgoing():
        headers = {name: text.decode() for name, text in row.headers}
        assert PARENT.encode() not in row.value
        assert headers["content-type"].startswith("application/cloudevents+json")
        found.append((headers.get("traceparent"), headers.get("tracestate")))
    return found


async def test_what_an_event_causes_belongs_to_its_trace(stage):
    await stage.send(record("A", "opened", 0))
    await stage.send(traced(record("A", "resolved", 0.2)))

    assert await stage.said("A") == ["verdict 1 met"]
    assert await traces(stage) == [(PARENT, STATE)]


async def test_of_several_events_the_cause_is_the_one(stage):
    await stage.send(
        traced(record("A", "opened", 0), OTHER),
        traced(record("A", "resolved", 0.2), state=None),
        traced(record("A", "noted", 0.3), OTHER),
    )

    assert await traces(stage) == [(PARENT, None)]


async def test_what_rests_on_the_clock_belongs_to_no_trace(stage):
    await stage.send(traced(record("A", "opened", 0)))
    await stage.prove(2)
    await stage.settle()

    assert await stage.said("A") == ["half 1", "breach 1"]
    assert await traces(stage) == [(None, None)] * 3  # the breach goes to both topics


async def test_the_same_event_in_another_trace_is_the_same_event(stage):
    await stage.send(record("A", "opened", 0), traced(record("A", "resolved", 0.2)))
    applied = await stage.send(traced(record("A", "resolved", 0.2), OTHER))

    assert applied.duplicates == 1
    assert await traces(stage) == [(PARENT, STATE)]


async def test_a_record_that_was_parked_brings_its_trace(stage):
    await stage.send(record("A", "opened", 0))
    await stage.send(traced(record("A", "resolved", 0.5, recorded=0.1)))
    assert await traces(stage) == []

    await stage.door.release("tickets.events.v1", 0, 1, by="anna", reason="her watch was fast")

    assert await traces(stage) == [(PARENT, STATE)]


async def test_what_is_said_of_areas_hands_its_trace_on_to_every_ticket_even_by_another_process(stage):
    await stage.send(record("A", "opened", 0, area="north"), record("B", "opened", 0, area="north"))
    await stage.prove(1.1)
    await stage.settle()
    clocked = await traces(stage)
    await stage.tell(traced(area_record("excluded", 1.2, span=(0.6, 0.9))))
    limits = Limits(tenant=TENANT, ahead=60 * SECOND)
    stage.door = Door(stage.db, Rulebook(read_rules), clock=stage.clock, limits=limits)

    await stage.prove(1.3)
    await stage.settle()

    assert await stage.said("A") == ["half 1", "breach 1", "breach 2 withdrawn"]
    assert (await traces(stage))[len(clocked) :] == [(PARENT, STATE)] * 4


async def test_what_is_said_of_the_organisation_hands_its_trace_on(stage):
    office = Office(stage)
    await office.tell(*STAFF)
    await stage.send(opened("A"))
    await stage.prove(1.1)
    await stage.settle()
    head = fact("unit", "team", 2, kind="team", head="p8", from_=times.write(after(0.5)))

    await office.tell(traced(head))
    before = len(await stage.outgoing())
    await stage.settle()

    assert "breach 2" in await stage.said("A")
    assert set((await traces(stage))[before:]) == {(PARENT, STATE)}


async def test_what_is_said_of_a_person_belongs_to_the_trace_of_the_breach(stage):
    await stage.send(record("A", "opened", 0, to="p1"), record("B", "opened", 100, to="p1"))
    await stage.prove(300)
    await stage.settle()
    await stage.send(traced(record("A", "resolved", 0.5, recorded=301)))

    rows = [dict(row.headers) for row in await stage.outgoing() if row.key == b"p1"]

    assert [each.get("traceparent") for each in rows] == [None, PARENT.encode()]
