"""W3C Trace Context: which trace a record belongs to, handed on from the record that is the cause of a statement.

Part of the envelope: nothing is decided by it, and what is malformed is passed over, never refused.
Source: W3C Trace Context (level 2), sections 3.2 and 3.3; CloudEvents, Distributed Tracing extension.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from service.sla.events import Json

Headers: TypeAlias = tuple[tuple[str, bytes | None], ...]

PARENT: Final = "traceparent"
STATE: Final = "tracestate"

#: Characters of a `tracestate` that are handed on; a longer one is passed over. The least that W3C asks for.
LONGEST_STATE: Final = 512

# Ids of zeros are invalid, and so is version ff. A version later than 00 may say more after a further dash.
_IDS: Final = "-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
_PARENT: Final = re.compile(rf"00{_IDS}|(?!00|ff)[0-9a-f]{{2}}{_IDS}(?:-[!-~]{{1,200}})?")
_MEMBERS: Final = 32
_MEMBER: Final = re.compile(r"([a-z0-9][a-z0-9_*/@-]{0,255})=([ -+\--<>-~]{0,255}[!-+\--<>-~])")


@dataclass(frozen=True, slots=True)
class Trace:
    """A valid `traceparent`, and the `tracestate` that came with it, if it is valid too."""

    parent: str
    state: str | None = None

    @property
    def headers(self) -> tuple[tuple[str, bytes], ...]:
        """The headers of a record that belongs to the trace."""
        parent = (PARENT, self.parent.encode())
        return (parent,) if self.state is None else (parent, (STATE, self.state.encode()))


def trace_of(headers: Headers, attributes: Mapping[str, Json]) -> Trace | None:
    """The trace that a record belongs to, out of its own headers or else the `attributes` of its CloudEvent.

    The headers come first: they tell of the latest hop, the attributes of the one where the event was made.
    """
    parents = [text for name, value in headers if name.lower() == PARENT and (text := _text(value))]
    if len(parents) == 1 and _PARENT.fullmatch(parents[0]):
        states = [text for name, value in headers if name.lower() == STATE and (text := _text(value))]
        return Trace(parents[0], _state(",".join(states)))
    parent, state = attributes.get(PARENT), attributes.get(STATE)
    if isinstance(parent, str) and _PARENT.fullmatch(parent):
        return Trace(parent, _state(state) if isinstance(state, str) else None)
    return None


def _state(told: str) -> str | None:
    """`told` with its members in their order; None when there is none, or anything is wrong with it."""
    if len(told) > LONGEST_STATE:
        return None
    members = [member for part in told.split(",") if (member := part.strip(" \t"))]
    found = [_MEMBER.fullmatch(member) for member in members]
    keys = {match[1] for match in found if match}
    if not members or len(keys) < len(members) or len(members) > _MEMBERS:
        return None
    return ",".join(members)


def _text(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode("ascii")
    except UnicodeDecodeError:
        return None
