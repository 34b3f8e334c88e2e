"""A consumer of a test's own."""

import pytest

from tests.examples.tracer import Tracer


@pytest.fixture
def tracer_of(topics, empty_database):
    made: list[Tracer] = []

    def make(topic: str) -> Tracer:
        made.append(Tracer(topics.bootstrap, topic, empty_database))
        return made[-1]

    yield make
    for tracer in made:
        if tracer.process is not None and tracer.process.poll() is None:
            tracer.end()
