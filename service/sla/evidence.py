"""Facts attached to a statement for whoever traces responsibility: records, without a word on what should follow.

People are known by their staff number. Spans are half-open, amounts of time are microseconds, events are named by their
key. An empty text says that there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.sla.instants import Duration, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How long a person, or a team without a person, held the ticket within a promise's span; both "": nobody did.

    `spans` are its stretches [from, to) in order. Of their `wall` time the other columns tell what became of it for the
    promise, as in its `Account`; they add up to it.
    """

    person: str
    team: str
    spans: tuple[tuple[Instant, Instant], ...]
    wall: Duration = 0
    gated: Duration = 0
    outside: Duration = 0
    excluded: Duration = 0
    held: Duration = 0
    counted: Duration = 0


@dataclass(frozen=True, slots=True)
class Link:
    """Who has to be heard in a role; `reason` says why nobody, or what else there is to know.

    A deputy on duty stands for the head, `acting_for`.
    """

    role: str
    person: str = ""
    reason: str = ""
    acting_for: str = ""


@dataclass(frozen=True, slots=True)
class HandOvers:
    """The events that handed the ticket over, in order, and those that did so in a way that a reviewer asks about."""

    made: tuple[tuple[str, str], ...] = ()
    returned: tuple[tuple[str, str], ...] = ()
    without_reason: tuple[tuple[str, str], ...] = ()
    cold: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Uncounted:
    """[start, end) that did not count: `what` is gated, excluded or held, `why` in words."""

    start: Instant
    end: Instant
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Plea:
    """More time was asked for at `at`; `answer` is the type of the event that answered, at `answered_at`."""

    event: tuple[str, str]
    at: Instant
    answer: str = ""
    answered_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Circumstance:
    """Something that weighs for or against somebody, as people told it: `type` is aggravated or mitigated."""

    event: tuple[str, str]
    type: str
    at: Instant
    what: str
    by: str


@dataclass(frozen=True, slots=True)
class ToldLate:
    """An event that ends or excuses a promise, of `at`, was recorded only at `recorded`."""

    event: tuple[str, str]
    type: str
    at: Instant
    recorded: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way in which the breach would come to be taken back or moved, by what becomes known of the time up to its due.

    `events` are types with conditions on their attributes, in the words of the vocabulary; one of them is enough. `reasons`
    are those of holds and exclusions that count, `*` any. One of `followed_by` has to come, and none of `unless` may, `within`
    so long; an approval needs `rank`.
    """

    what: str
    events: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    followed_by: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    within: Duration = 0
    rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was going on.

    `document` is where the rule stands, and who issued it. `would_change` is what the rule itself would change it by.
    `calendar` is its name and `calendar_since` the date on which the version that was the last known was published, ""
    for the first. `urges` and `second_requests` are instants. `households` and `per_owner` are the load of the ticket's
    area, None where nobody says.
    """

    calendar: str = ""
    calendar_since: str = ""
    uncounted: tuple[Uncounted, ...] = ()
    pleas: tuple[Plea, ...] = ()
    urges: tuple[Instant, ...] = ()
    second_requests: tuple[Instant, ...] = ()
    households: int | None = None
    per_owner: int | None = None
    hand_overs: HandOvers = HandOvers()
    circumstances: tuple[Circumstance, ...] = ()
    told_late: tuple[ToldLate, ...] = ()
    document: str = ""
    would_change: tuple[Way, ...] = ()
