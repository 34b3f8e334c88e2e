import io
import json
import logging

import pytest
import structlog

from service.app import logs
from service.app.logs import RateLimit


@pytest.fixture
def lines():
    kept = logging.getLogger().handlers[:], logging.getLogger().level
    stream = io.StringIO()

    def configured(style="json", **changes):
        given = {"level": "info", "same_per_minute": 3, "stream": stream, **changes}
        logs.configure(style=style, **given)
        return lambda: stream.getvalue().splitlines()

    yield configured
    logging.getLogger().handlers[:], level = kept
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


def test_lines_are_json_with_a_stable_event_and_utc_time(lines):
    read = lines()
    structlog.stdlib.get_logger("slaclock.x").warning("probe_failed", error="away")

    told = json.loads(read()[0])
    assert (told["event"], told["level"], told["error"]) == ("probe_failed", "warning", "away")
    assert told["timestamp"].endswith("Z")


def test_lines_for_people_are_no_json(lines):
    read = lines("people")
    structlog.stdlib.get_logger("slaclock.x").info("started", port=1)

    assert "started" in read()[0]
    assert not read()[0].startswith("{")


def test_libraries_speak_through_the_same_door_and_only_when_it_matters(lines):
    read = lines()
    logging.getLogger("aiokafka.client").info("chatter")
    logging.getLogger("aiokafka.client").error("Failed to reach %s", "b1")

    told = [json.loads(line) for line in read()]
    assert [line["event"] for line in told] == ["Failed to reach b1"]
    assert told[0]["logger"] == "aiokafka.client"


def test_the_same_line_passes_a_few_times_a_minute_and_others_are_not_hurt(lines):
    read = lines()
    for n in range(50):
        structlog.stdlib.get_logger("slaclock.x").warning("step_failed", role="clock", n=n)
        logging.getLogger("aiokafka.client").error("Failed to reach %s", n)
    structlog.stdlib.get_logger("slaclock.x").warning("step_failed", role="relay")

    told = [json.loads(line) for line in read()]
    assert len(told) == 3 + 3 + 1


def test_the_next_minute_tells_how_many_were_suppressed():
    now = [0.0]
    limit = RateLimit(2, lambda: now[0])

    def passes():
        record = logging.LogRecord("a", logging.ERROR, "", 0, "same %s", ("x",), None)
        return limit.filter(record), getattr(record, "suppressed", 0)

    assert [passes() for _ in range(5)] == [(True, 0), (True, 0), (False, 0), (False, 0), (False, 0)]
    now[0] = 61.0
    assert passes() == (True, 3)


def test_kinds_are_forgotten_before_they_are_too_many():
    limit = RateLimit(1)
    for n in range(3 * logs.KINDS):
        limit.filter(logging.LogRecord("a", logging.ERROR, "", 0, f"line {n}", (), None))

    assert len(limit._kinds) <= logs.KINDS
