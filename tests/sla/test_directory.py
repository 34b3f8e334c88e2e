"""Who works where, who heads what and whose an area is, as of an instant."""

from dataclasses import replace
from itertools import permutations

import pytest

from service.sla.directory import EMPTY, Area, Directory, Head, Person, Unit
from service.sla.events import Event
from service.sla.instants import DAY, Instant
from tests.sla.telling import at, directory, fact, table

YEAR = "01-01 00:00"


def heading(told: Directory, unit: str, instant: str) -> str:
    """`anna`, `ben for anna`, `-` for nobody."""
    head = told.head(unit, at(instant))
    return (head.person or "-") + (f" for {head.acting_for}" if head.acting_for else "")


# --- facts ------------------------------------------------------------------------------------------


def test_what_facts_say():
    told = directory(
        f"{YEAR} person person=anna unit=desk rank=3",
        f"{YEAR} person person=ben active=false",
        f"{YEAR} unit unit=desk kind=team parent=south head=anna",
        f"{YEAR} area area=n1 owner=ben unit=desk households=5200 per_owner=4500",
        f"{YEAR} area area=n2",
    )
    now = at("03-01 09:00")

    assert told.person("anna", now) == Person("desk", 3)
    assert told.person("ben", now) == Person("", 0, active=False)
    assert told.unit("desk", now) == Unit("team", "south", "anna")
    assert told.area("n1", now) == Area("ben", "desk", 5200, 4500)
    assert told.area("n2", now) == Area()
    assert told.head("desk", now) == Head("anna")
    assert [told.person("carl", now), told.unit("n1", now), told.area("desk", now)] == [None, None, None]


@table(
    "instant, expected",
    [
        ("before anything is known", "02-29 23:59:59.999999", None),
        ("at the very instant", "03-01 00:00", "desk"),
        ("just before it changes", "03-04 23:59:59.999999", "desk"),
        ("at the change", "03-05 00:00", "lab"),
        ("for ever after", "2029-12-31 00:00", "lab"),
    ],
)
def test_a_fact_is_in_force_from_its_instant_until_the_next(instant: str, expected: str | None):
    told = directory("03-01 00:00 person person=anna unit=desk", "03-05 00:00 person person=anna unit=lab")
    known = told.person("anna", at(instant))

    assert (known and known.unit) == expected


def test_a_fact_says_all_there_is_and_nothing_is_left_of_the_one_before():
    told = directory(
        "03-01 00:00 person person=anna unit=desk rank=3", "03-05 00:00 person person=anna rank=4"
    )

    assert told.person("anna", at("03-06 00:00")) == Person("", 4)


@table(
    "lines, expected",
    [
        ("from says since when", ["03-09 00:00 unit unit=u head=anna from=03-01T00:00"], "anna"),
        ("not yet", ["03-01 00:00 unit unit=u head=anna from=03-09T00:00"], "-"),
        ("told later, in force earlier",
         ["03-01 00:00 unit unit=u head=anna", "03-20 00:00 unit unit=u head=ben from=02-01T00:00"], "anna"),
        ("told later, in force later",
         ["03-01 00:00 unit unit=u head=anna", "03-20 00:00 unit unit=u head=ben from=03-02T00:00"], "ben"),
        ("of two from one instant the later event holds",
         ["03-20 00:00 unit unit=u head=ben from=03-01T00:00", "03-01 00:00 unit unit=u head=anna"], "ben"),
        ("what cannot be read as an instant is no from", ["03-01 00:00 unit unit=u head=anna from=then"], "anna"),
        ("voided", ["03-01 00:00 unit unit=u head=anna", "03-02 00:00 unit unit=u head=ben", "03-20 00:00 voided event=d2"],
         "anna"),
        ("a void that was voided",
         ["03-01 00:00 unit unit=u head=anna", "03-02 00:00 voided event=d1", "03-03 00:00 voided event=d2"], "anna"),
        ("a fact about nobody", ["03-01 00:00 unit head=anna"], "-"),
        ("a type that nobody knows", ["03-01 00:00 noted unit=u head=anna"], "-"),
    ],
)  # fmt: skip
def test_which_fact_holds_on_the_fifth(lines: list[str], expected: str):
    assert heading(directory(*lines), "u", "03-05 00:00") == expected


@pytest.mark.parametrize("value", [None, True, 2.5, "3", [3], {"a": 3}, 1 << 53, -(1 << 53)])
def test_what_is_no_whole_number_is_none(value: object):
    anna = replace(fact(f"{YEAR} person person=anna"), attributes={"person": "anna", "rank": value})
    north = replace(fact(f"{YEAR} area area=n"), attributes={"area": "n", "households": value})
    told = Directory.of([anna, replace(north, id="d2")])

    assert told.person("anna", at("03-01 00:00")) == Person()
    assert told.area("n", at("03-01 00:00")) == Area()


# --- deputies ---------------------------------------------------------------------------------------

HEAD = f"{YEAR} unit unit=u head=anna"
BEN = "03-04 00:00 duty unit=u person=ben to=03-08T00:00"


@table(
    "lines, instant, expected",
    [
        ("before", [HEAD, BEN], "03-03 23:59:59.999999", "anna"),
        ("from the first instant", [HEAD, BEN], "03-04 00:00", "ben for anna"),
        ("up to the last", [HEAD, BEN], "03-07 23:59:59.999999", "ben for anna"),
        ("and no longer", [HEAD, BEN], "03-08 00:00", "anna"),
        ("without an end", [HEAD, "03-04 00:00 duty unit=u person=ben"], "2029-01-01 00:00", "ben for anna"),
        ("ended early by the next fact", [HEAD, BEN, "03-06 00:00 duty unit=u person=ben to=03-06T00:00"],
         "03-06 00:00", "anna"),
        ("prolonged by the next fact", [HEAD, BEN, "03-06 00:00 duty unit=u person=ben to=03-20T00:00"],
         "03-15 00:00", "ben for anna"),
        ("of two the one whose duty began last", [HEAD, BEN, "03-05 00:00 duty unit=u person=carl to=03-06T00:00"],
         "03-05 12:00", "carl for anna"),
        ("and then the other again", [HEAD, BEN, "03-05 00:00 duty unit=u person=carl to=03-06T00:00"],
         "03-06 00:00", "ben for anna"),
        ("a duty that was ended is not taken up again by another's end",
         [HEAD, BEN, "03-05 00:00 duty unit=u person=carl to=03-07T00:00", "03-06 00:00 duty unit=u person=ben to=03-06T00:00"],
         "03-07 00:00", "anna"),
        ("the head's own duty is no deputy's", [HEAD, "03-04 00:00 duty unit=u person=anna"], "03-05 00:00", "anna"),
        ("a unit without a head", [f"{YEAR} unit unit=u", BEN], "03-05 00:00", "ben"),
        ("of another unit", [HEAD, BEN.replace("unit=u", "unit=v")], "03-05 00:00", "anna"),
        ("of nobody", [HEAD, "03-04 00:00 duty unit=u"], "03-05 00:00", "anna"),
    ],
)  # fmt: skip
def test_who_stands_at_the_head(lines: list[str], instant: str, expected: str):
    assert heading(directory(*lines), "u", instant) == expected


# --- what is above ----------------------------------------------------------------------------------


def above(unit: str, *lines: str, instant: str = "03-01 00:00") -> list[str]:
    return [name for name, _ in directory(*lines).upwards(unit, at(instant))]


UP = [f"{YEAR} unit unit=a parent=b", f"{YEAR} unit unit=b parent=c"]


@table(
    "lines, expected",
    [
        ("to the topmost", [*UP, f"{YEAR} unit unit=c"], ["a", "b", "c"]),
        ("as far as units are known", UP, ["a", "b"]),
        ("a circle ends where it closes", [*UP, f"{YEAR} unit unit=c parent=a"], ["a", "b", "c"]),
        ("a circle further up", [*UP, f"{YEAR} unit unit=c parent=b"], ["a", "b", "c"]),
        ("its own parent", [f"{YEAR} unit unit=a parent=a"], ["a"]),
        ("as of the day", [*UP, "02-29 00:00 unit unit=a parent=z", f"{YEAR} unit unit=z"], ["a", "z"]),
        ("not yet", [*UP, "03-02 00:00 unit unit=a parent=z"], ["a", "b"]),
        ("unknown", [], []),
    ],
)
def test_the_units_above(lines: list[str], expected: list[str]):
    assert above("a", *lines) == expected


# --- what was learnt late ---------------------------------------------------------------------------


def heard(lines: dict[str, str], horizon: Instant) -> Directory:
    """Facts with the instants at which they were recorded."""
    events = [fact(line, number) for number, line in enumerate(lines, start=1)]
    recorded = {(e.source, e.id): at(when) for e, when in zip(events, lines.values(), strict=True)}
    return Directory.of(events, recorded, horizon)


LEARNT = {
    "03-01 00:00 unit unit=u head=anna": "03-01 00:00",
    "03-02 00:00 unit unit=u head=ben": "03-20 00:00",
}


@table(
    "instant, expected",
    [
        ("further back than the horizon", "03-09 23:59:59.999999", "anna"),
        ("within the horizon", "03-10 00:00", "ben"),
    ],
)
def test_what_is_learnt_late_bears_on_what_lies_within_the_horizon(instant: str, expected: str):
    told = heard(LEARNT, 10 * DAY)

    assert heading(told.heard_for(at(instant)), "u", instant) == expected
    assert heading(heard(LEARNT, 3650 * DAY).heard_for(at(instant)), "u", instant) == "ben"
    assert heading(directory(*LEARNT).heard_for(at(instant)), "u", instant) == "ben"


@table(
    "instant, expected",
    [
        ("further back than the horizon", "03-09 23:59:59.999999", "ben"),
        ("within the horizon", "03-10 00:00", "anna"),
    ],
)
def test_what_is_taken_out_late_still_stands_further_back(instant: str, expected: str):
    lines = {
        "03-01 00:00 unit unit=u head=anna": "03-01 00:00",
        "03-02 00:00 unit unit=u head=ben": "03-02 00:00",
        "03-10 00:00 voided event=d2": "03-25 00:00",
        "03-15 00:00 voided event=d2 id=again": "03-20 00:00",
    }

    assert heading(heard(lines, 10 * DAY).heard_for(at(instant)), "u", instant) == expected


# --- the order of arrival ---------------------------------------------------------------------------


def test_the_order_of_arrival_and_repetition_change_nothing():
    lines = [
        "03-01 00:00 unit unit=u head=anna", "03-01 00:00 unit unit=u head=ben seq=1",
        "03-02 00:00 voided event=d2", "03-02 00:00 person person=anna unit=u", "03-02 00:00 duty unit=u person=carl",
    ]  # fmt: skip
    events: list[Event] = [fact(line, number) for number, line in enumerate(lines, start=1)]
    (told,) = {repr(Directory.of([*arrival, arrival[0]])) for arrival in permutations(events)}

    assert told == repr(directory(*lines))
    assert heading(directory(*lines), "u", "03-01 12:00") == "anna"
    assert Directory.of([]) == EMPTY
