"""The one door between core and store: everything that becomes true goes through `Door`."""

from service.apply.door import Door
from service.apply.outcome import (
    Applied,
    Fenced,
    Limits,
    NotParked,
    Released,
    Said,
    Slice,
    StillUnfit,
    Topics,
    WallClock,
    Woken,
)
from service.apply.overriding import OverrideRefused
from service.apply.rejudging import Order, Rejudged, UnknownVersion
from service.apply.rulebook import Rulebook

__all__ = [
    "Applied",
    "Door",
    "Fenced",
    "Limits",
    "NotParked",
    "Order",
    "OverrideRefused",
    "Rejudged",
    "Released",
    "Rulebook",
    "Said",
    "Slice",
    "StillUnfit",
    "Topics",
    "UnknownVersion",
    "WallClock",
    "Woken",
]
