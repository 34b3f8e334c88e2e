"""The shape of a file of worked histories: which keys there are, and what one value of each may be."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainValidator

from service.rules import values
from service.rules.event_shapes import Exact, Shape
from service.rules.shapes import File, Prose
from service.rules.values import as_list, choice, one

#: What stands in place of a block where nothing is expected.
NOTHING: Final = "nothing"


class Rungs(StrEnum):
    """Which warnings and escalations a history looks at."""

    NAMED = "named"
    ALL = "all"


def _block(value: object) -> str:
    """A block of lines; that it is one, only the file itself can tell."""
    if not isinstance(value, str):
        raise ValueError("is one text: write `|` behind the key, and below it one line for each")  # noqa: TRY004 - for pydantic
    return value


Block = Annotated[str, PlainValidator(_block)]


class HistoryShape(Shape):
    name: Prose | None
    clause: Prose | None = None
    why: Prose | None = None
    events: Block | None
    expect: Block | None
    only: Annotated[list[Exact | None], BeforeValidator(as_list)] | None = None
    rungs: Annotated[Rungs, one(lambda value: Rungs(choice(*Rungs)(value)))] | None = None
    upto: Annotated[str, one(values.exact)] | None = None


class HistoriesShape(Shape):
    policy: File | None
    histories: list[HistoryShape | None] | None
