"""Outages by hand: which last, and where something may be missing for good. Hours after nine."""

from itertools import permutations

import pytest

from service.apply.outages import Outages
from service.sla.events import Event, Gap
from service.store.shared_events import Told
from service.wire import times
from tests.apply.staging import TENANT, after


def told(type_: str, hours: float, about: str = "crm", **attributes: object) -> Told:
    """Numbers among the attributes are hours; the id of an event is its type and hour."""
    written = {
        name.rstrip("_"): times.write(after(value)) if type(value) in (int, float) else value
        for name, value in attributes.items()
    }
    event = Event(
        tenant=TENANT, ticket=about, source="duty", id=f"{type_}-{hours}", type=type_, at=after(hours), attributes=written
    )  # fmt: skip
    return Told(0, event, after(hours))


def gap(start: float, end: float, source: str = "crm") -> Gap:
    return Gap(start=after(start), end=after(end), source=source)


BEGAN = told("outage", 2, outage="o", from_=1, reason="disk")


def over(hours: float = 5, **more: object) -> Told:
    return told("outage_ended", hours, outage="o", **more)


@pytest.mark.parametrize(
    ("said", "lasting", "gaps"),
    [
        ([], {}, []),
        ([BEGAN], {"crm": 1}, []),
        (
            [told("outage", 2, outage="o", from_=1, to=3, reason="x")],
            {"crm": 1},
            [],
        ),  # until it is said to be over
        ([told("outage", 2, outage="o", reason="x")], {"crm": 2}, []),
        ([BEGAN, over(recovered=True)], {}, []),
        ([BEGAN, over(recovered=False, to=4)], {}, [gap(1, 4)]),
        ([BEGAN, over()], {}, [gap(1, 5)]),  # whoever does not say that all was made good has not
        ([told("outage", 2, outage="o", from_=1, to=3, reason="x"), over()], {}, [gap(1, 3)]),
        ([told("outage", 2, outage="o", reason="x"), over(to=4)], {}, [gap(2, 4)]),
        ([told("outage", 2, reason="x"), told("outage_ended", 5, outage="outage-2")], {}, [gap(2, 5)]),
        ([BEGAN, told("outage_ended", 5, outage="p")], {"crm": 1}, []),
        ([BEGAN, told("outage_ended", 5, "field", outage="o")], {"crm": 1}, []),
        ([BEGAN, told("outage", 3, outage="p", reason="x"), over()], {"crm": 3}, [gap(1, 5)]),
        ([BEGAN, told("outage", 3, "field", outage="o", reason="x")], {"crm": 1, "field": 3}, []),
        (
            [BEGAN, told("outage", 3, outage="o", from_=0, reason="x")],
            {"crm": 0},
            [],
        ),  # the last declaration holds
        ([BEGAN, told("outage", 3, outage="o", from_=0, reason="x"), over()], {}, [gap(0, 5)]),
        ([BEGAN, over(), told("outage", 6, outage="o", reason="x")], {"crm": 6}, []),
        ([BEGAN, over(), over(6, recovered=True)], {}, [gap(1, 5)]),  # what is over is over
        ([BEGAN, over(to=1)], {}, []),  # of no length
        ([BEGAN, over(), told("voided", 6, event="outage-2")], {}, []),
        ([BEGAN, over(), told("voided", 6, event="outage_ended-5")], {"crm": 1}, []),
        ([BEGAN, told("voided", 3, event="outage-2")], {}, []),
    ],
)
def test_what_was_said_of_outages(said, lasting, gaps):
    for order in list(permutations(said))[:6]:
        found = Outages(order)

        assert dict(found.lasting) == {source: after(hours) for source, hours in lasting.items()}
        assert list(found.gaps) == gaps
