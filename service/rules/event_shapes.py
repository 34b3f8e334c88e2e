"""The shape of the events that targets name, with conditions on attributes; and what every shape is.

Every value may be None: that is what stands where something wrong was cut out, so that the rest can still be checked.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from service.rules import values
from service.rules.values import as_list, as_mapping, one

EventName = Annotated[str, one(values.event_name)]
Exact = Annotated[str, one(values.exact)]
Values = Annotated[list[Exact | None], BeforeValidator(as_list)]

#: In the path of what is wrong, the step to what stands below `not`; no key of a file is written so.
NEGATED: Final = "[not]"
_PLAIN: Final = "[values]"


class Shape(BaseModel):
    """A mapping with known keys only."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class NegatedShape(Shape):
    """The values that an attribute must not have."""

    values: Values | None = Field(alias="not")


def _form(value: object) -> str:
    return NEGATED if isinstance(value, dict | NegatedShape) else _PLAIN


Condition = Annotated[
    Annotated[Values, Tag(_PLAIN)] | Annotated[NegatedShape, Tag(NEGATED)], Discriminator(_form)
]
Conditions = dict[str, Condition | None]


class EventShape(Shape):
    event: EventName | None
    where: Conditions | None = None


Events = Annotated[list[Annotated[EventShape, as_mapping("event")] | None], BeforeValidator(as_list)]


class PreconditionShape(Shape):
    """One entry of a gate: any of some events."""

    any: Events | None


Gate = Annotated[
    list[Annotated[PreconditionShape, BeforeValidator(values.as_alternatives)] | None],
    BeforeValidator(as_list),
]
