"""Random cases, each the same in every process for the same seed.

Instants lie mostly on a grid of half hours around days on which clocks or offices change, and so do budgets, holds and
hours: events meet each other, dues and closing times at the very microsecond far more often than chance would have it.
Calendars come from a small pool and are shared by the cases that use them: read them only.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from tests.oracle.stories import DAY, HALF_HOUR, Story, pick, stories
from tests.oracle.tickets import Ticket, shared_events, ticket_events

Case = dict[str, Any]

HOUR: Final = 2 * HALF_HOUR

STORIES: Final = stories()

#: 2026-01-01, later than all that can still happen, with every grace.
AT_LAST: Final = 1_767_225_600_000_000

#: Owners' words for ours.
WORDS: Final[dict[str, dict[str, Any]]] = {
    "created": {"type": "opened", "rename": {"urgency": "prio"}},
    "waiting": {"type": "held", "rename": {"for": "reason"}},
    "fixed": {"type": "resolved", "rename": {}},
    "papers": {"type": "documents_complete", "rename": {"urgency": "prio"}},
    "retracted": {"type": "voided", "rename": {"what": "event"}},
    "regraded": {"type": "reclassified", "rename": {"urgency": "prio"}},
    "chatter": {"type": "noted", "rename": {}},
}
#: A known word with another meaning.
OTHER_WORDS: Final = {**WORDS, "closed": {"type": "resolved", "rename": {}}}
