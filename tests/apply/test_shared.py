"""What is looked up by area bears on a ticket exactly as everything together would; who is not touched cannot change."""

from hypothesis import given, settings
from hypothesis import strategies as st

from service.apply.shared import Chronicle, areas_of, words_of
from service.rules import read
from service.sla.events import Event
from service.sla.history import in_order
from service.sla.instants import HOUR, Instant
from service.sla.pauses import Exclusion, bearing_on, exclusions_of
from service.sla.policy import Rules
from service.sla.ticket import attributes_of
from service.store.areas import Told
from service.wire import times
from tests.apply.staging import NINE, TENANT, one_hour
from tests.sla.telling import policy

NAMES, AREAS = ("storm", "flood"), ("north", "south", "west")
HOURS = st.integers(0, 9)
PATIENT = settings(max_examples=800, deadline=None)
PLAIN = words_of(Rules((policy(one_hour()),)))


def fact(id_: str, type_: str, hours: int, **attributes: object) -> Event:
    at = NINE + hours * HOUR
    return Event(tenant=TENANT, ticket="x", source="s", id=id_, type=type_, at=at, attributes=attributes)


@st.composite
def chronicles(draw) -> list[Told]:
    told = []
    for nr in range(1, draw(st.integers(1, 9))):
        kind = draw(st.sampled_from(["excluded", "excluded", "exclusion_withdrawn", "voided"]))
        name, at = draw(st.sampled_from(NAMES)), draw(HOURS)
        if kind == "voided":
            event = fact(f"x{nr}", kind, at, event=f"x{draw(st.integers(1, 9))}")
        elif kind == "excluded":
            start, end = (draw(st.none() | HOURS) for _ in range(2))
            span = {"from": start, "to": end}
            written = {key: times.write(NINE + h * HOUR) for key, h in span.items() if h is not None}
            places = draw(st.lists(st.sampled_from(AREAS), min_size=1, max_size=2))
            event = fact(f"x{nr}", kind, at, exclusion=name, area=places, **written)
        else:
            event = fact(f"x{nr}", kind, at, exclusion=name)
        told.append(Told(2 * nr, event))
    return told


@st.composite
def histories(draw) -> tuple[Event, ...]:
    moves = draw(st.lists(st.tuples(HOURS, st.sampled_from(AREAS)), min_size=1, max_size=3))
    (first, area), *rest = sorted(moves)
    opened = fact("o", "opened", first, area=area)
    return opened, *(fact(f"m{n}", "reclassified", at, area=area) for n, (at, area) in enumerate(rest))


def borne(told: list[Told] | tuple[Told, ...], events: tuple[Event, ...]) -> list[Exclusion]:
    """The parts of exclusions that bear on the ticket, as the core folds `told`."""
    exclusions = exclusions_of(in_order([each.event for each in told], {}))
    return list(bearing_on(exclusions, events, attributes_of(events)))


@PATIENT
@given(chronicles(), histories())
def test_what_is_left_out_changes_nothing(told, events):
    found = Chronicle(told).bearing_on(areas_of(events, PLAIN), events[0].at)

    assert borne(found, events) == borne(told, events)
    assert [each.nr for each in found] == sorted({each.nr for each in found})


@given(chronicles(), histories())
def test_it_is_the_same_read_at_once_or_bit_by_bit(told, events):
    grown = Chronicle()
    for each in told:
        grown.bearing_on(areas_of(events, PLAIN), events[0].at)
        grown = grown.and_then([each])
    places = areas_of(events, PLAIN)

    assert grown.bearing_on(places, 0) == Chronicle(told).bearing_on(places, 0)
    assert grown.upto == (told[-1].nr if told else 0)


@PATIENT
@given(chronicles(), histories(), st.integers(1, 9), st.integers(1, 9))
def test_who_is_not_touched_cannot_change(told, events, first, last):
    """Nor anybody before the instant from which on they are touched."""
    after, upto = 2 * min(first, last), 2 * max(first, last)
    before, now = ([each for each in told if each.nr <= nr] for nr in (after, upto))
    touched = Chronicle(told).touched(after, upto)
    if not before:
        assert touched.everywhere == bool(now)
        return
    then, since = borne(before, events), borne(now, events)
    if not areas_of(events, PLAIN) & touched.areas:
        assert then == since
    assert clipped(then, touched.since) == clipped(since, touched.since)


def clipped(parts: list[Exclusion], until: Instant) -> set[tuple[Instant, Instant]]:
    return {(part.start, min(part.end, until)) for part in parts if part.start < until}


def test_what_is_over_before_a_ticket_begins_is_not_looked_at():
    """Years of storms in a place must not make every judging there slow."""
    told = [
        Told(n, fact(f"x{n}", "excluded", n, exclusion=f"storm {n}", area="north", to=times.write(NINE + (n + 1) * HOUR)))
        for n in range(1, 500)
    ]  # fmt: skip

    assert len(Chronicle(told).bearing_on(frozenset({"north"}), NINE + 498 * HOUR)) == 2


def test_areas_are_told_in_the_words_of_any_version():
    one, other = (
        read(
            f"policy: p\nversion: '{n}'\neffective_from: 2000-01-01T00:00:00Z\ntenant: t\nzone: UTC\n"
            "vocabulary:\n"
            f"  created: {{means: opened, rename: {{{district}: area}}}}\n"
            "  moved: reclassified\n"
            "targets:\n  a: {stop: resolved, budget: 1h}\n",
            name="p",
        )
        for n, district in ((1, "district"), (2, "quarter"))
    )
    words = words_of(Rules((one, other)))
    told = [
        fact("1", "created", 0, district="north", quarter="old town"),
        fact("2", "moved", 1, area="south"),
        fact("3", "opened", 0, area="west"),
        fact("4", "noted", 0, area="east"),
        fact("5", "created", 0, area="harbour"),
    ]

    assert areas_of(told, words) == {"north", "old town", "south", "west", "harbour"}
