import structlog

from service.apply import Applied, Fenced
from service.bus.holdings import Outcome, Portion
from service.consumers.directory import Directory
from service.loop import Backoff, Pulse
from service.metrics import Metrics
from service.store import Unavailable
from service.wire import Reason

PORTION = Portion("directory", 0, 1, 0, 5, ())


class Door:
    """Answers `apply_directory` with one after the other of `answers`; knows no other way in."""

    def __init__(self, *answers):
        self.answers = list(answers)

    async def apply_directory(self, piece):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def directory(door):
    metrics = Metrics(reasons=[reason.value for reason in Reason])
    return Directory(
        None, door, metrics, Pulse("directory"), retry=lambda: Backoff(0.01, 0.02), give_up_seconds=5
    )


async def test_a_portion_is_applied_and_counted_and_what_is_parked_is_told():
    door = Door(Unavailable("away"), Applied(applied=3, duplicates=1, parked={Reason.NOT_JSON: 2}))
    consumer = directory(door)

    with structlog.testing.capture_logs() as lines:
        assert await consumer.take(PORTION, lambda: True) is Outcome.DONE

    value = consumer._metrics.registry.get_sample_value
    assert value("sla_directory_events_total", {"result": "applied"}) == 3
    assert value("sla_directory_events_total", {"result": "duplicate"}) == 1
    assert value("sla_directory_events_total", {"result": "parked"}) == 2
    assert value("sla_events_parked_total", {"reason": "not_json"}) == 2
    assert value("sla_area_events_total", {"result": "applied"}) == 0
    told = [line for line in lines if line["event"] == "directory_records_parked"]
    assert [(line["log_level"], line["reasons"]) for line in told] == [("error", {"not_json": 2})]


async def test_another_owner_fences():
    assert await directory(Door(Fenced())).take(PORTION, lambda: True) is Outcome.FENCED
