"""The hour of hotline_scene on a database, and a board that shows it."""

import random

from service.app.hotline import queues_of
from service.app.hotline_board import Board
from service.metrics import Metrics
from service.settings import Settings
from service.store import Database
from tests.app.hotline_scene import FACTS, SETTINGS, keep

CHOSEN = Settings(**SETTINGS)


class Shown:
    """A board with metrics of its own."""

    def __init__(self, chosen: Settings = CHOSEN) -> None:
        self.metrics = Metrics(queues=queues_of(chosen).all)
        self.board = Board(chosen, self.metrics.hotline)

    def __call__(self, name: str, queue: str | None = "faults", **labels: str) -> float | None:
        named = {"queue": queue, **labels} if queue else labels
        return self.metrics.registry.get_sample_value(f"hotline_{name}", named)


async def scene(db: Database) -> None:
    facts = [*FACTS]
    random.Random(7).shuffle(facts)  # the order in which they came is nothing
    await keep(db, *facts)
