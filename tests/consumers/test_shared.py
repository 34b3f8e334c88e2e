from types import SimpleNamespace

import pytest
import structlog

from service.apply import Applied, Fenced
from service.bus.holdings import Outcome, Portion
from service.consumers.shared import Areas, Directory, Hotline, Sources
from service.loop import Backoff, Pulse
from service.metrics import Metrics
from service.sla.statements import Kind
from service.store import Unavailable
from service.wire import Reason

PORTION = Portion("areas", 0, 1, 0, 5, ())


class Door:
    """Answers `apply_areas` with one after the other of `answers`; knows no other way in."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    async def apply_areas(self, piece):
        self.asked.append(piece)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def areas(door):
    metrics = Metrics(reasons=[reason.value for reason in Reason])
    return Areas(None, door, metrics, Pulse("areas"), retry=lambda: Backoff(0.01, 0.02), give_up_seconds=5)


async def test_a_portion_is_applied_and_counted_and_what_is_parked_is_told():
    consumer = areas(Door(Unavailable("away"), Applied(applied=3, duplicates=1, parked={Reason.NOT_JSON: 2})))

    with structlog.testing.capture_logs() as lines:
        assert await consumer.take(PORTION, lambda: True) is Outcome.DONE

    value = consumer._metrics.registry.get_sample_value
    assert value("sla_area_events_total", {"result": "applied"}) == 3
    assert value("sla_area_events_total", {"result": "duplicate"}) == 1
    assert value("sla_area_events_total", {"result": "parked"}) == 2
    assert value("sla_events_parked_total", {"reason": "not_json"}) == 2
    assert value("sla_events_total", {"result": "applied"}) == 0
    told = [line for line in lines if line["event"] == "shared_records_parked"]
    assert [(line["log_level"], line["topic"], line["reasons"]) for line in told] == [
        ("error", "areas", {"not_json": 2})
    ]


async def test_another_owner_fences():
    assert await areas(Door(Fenced())).take(PORTION, lambda: True) is Outcome.FENCED


@pytest.mark.parametrize(
    ("kind", "way_in", "counter"),
    [
        (Sources, "apply_sources", "source"),
        (Directory, "apply_directory", "directory"),
        (Hotline, "apply_hotline", "hotline"),
    ],
)
async def test_each_topic_has_its_own_way_in_and_counter(kind, way_in, counter):
    async def apply(piece):
        return Applied(applied=2)

    metrics, door = Metrics(), SimpleNamespace(**{way_in: apply})
    consumer = kind(None, door, metrics, Pulse("x"), retry=lambda: Backoff(1, 1), give_up_seconds=5)

    assert await consumer.take(PORTION, lambda: True) is Outcome.DONE
    assert metrics.registry.get_sample_value(f"sla_{counter}_events_total", {"result": "applied"}) == 2
    assert metrics.registry.get_sample_value("sla_area_events_total", {"result": "applied"}) == 0


async def test_what_is_said_of_calls_is_counted_as_of_tickets():
    async def apply_hotline(piece):
        return Applied(
            applied=1, said={(Kind.BREACH, False): 2, (Kind.BREACH, True): 1}, unfilled={"no_area": 3}
        )

    metrics = Metrics()
    door = SimpleNamespace(apply_hotline=apply_hotline)
    consumer = Hotline(None, door, metrics, Pulse("x"), retry=lambda: Backoff(1, 1), give_up_seconds=5)

    assert await consumer.take(PORTION, lambda: True) is Outcome.DONE
    value = metrics.registry.get_sample_value
    assert value("sla_statements_total", {"kind": "breach", "status": "in_force"}) == 2
    assert value("sla_statements_total", {"kind": "breach", "status": "withdrawn"}) == 1
    assert value("sla_roles_unfilled_total", {"reason": "no_area"}) == 3
