"""Keys of the policy language whose meaning is not built yet, by the mapping they belong to.

They are fixed so that no file has to be rewritten when their meaning comes. Until then a file that uses one is
refused: a rule that is silently left out would be a wrong promise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from service.rules.event_shapes import Shape
from service.rules.shapes import TargetShape

LATER: Final[Mapping[type[Shape], Mapping[str, str]]] = {
    TargetShape: {
        "chain": "the chain of people responsible",
    },
}
