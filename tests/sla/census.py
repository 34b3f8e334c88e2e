"""Which kinds of things the random examples held, so that a kind that never came up cannot pass for tested."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields

from service.sla.chain import (
    INACTIVE,
    NO_AREA,
    NO_CONTACT,
    NO_HEAD,
    NO_HOLDER,
    NO_OWNER,
    NO_PERSON,
    NO_UNIT,
    ROLES,
    UNKNOWN_AREA,
    UNKNOWN_PERSON,
)
from service.sla.events import VOCABULARY, Event
from service.sla.evidence import Evidence, HandOvers
from service.sla.history import in_order, key_of
from service.sla.policy import DayEnd, Target, Unit
from service.sla.statements import Judgement, Kind, Promise, State, Statement
from tests.sla.world import World

#: Said on every breach, by every owner of these cases, or part by part.
_NO_EVIDENCE = {"calendar", "per_owner", "hand_overs", "document"}

SEEN: Counter[str] = Counter()

#: No promise is ever shown in these.
_UNSPOKEN = {State.ABSENT, State.REPLACED, State.NEVER, State.EARLY, State.SETTLED}

EVENTS = [f"event {word}" for word in (*VOCABULARY, "an owner's own", "excluded", "exclusion_withdrawn")]
STATES = [f"promise {state}" for state in State if state not in _UNSPOKEN]
VERDICTS = [f"verdict {state}" for state in State if state not in {*_UNSPOKEN, State.OPEN, State.BREACHED}]
STATEMENTS = [f"statement {kind}" for kind in Kind]
UNITS = [f"breach in {unit}" for unit in (Unit.TIME, Unit.CALENDAR_DAYS)]
UNITS += [f"breach in {Unit.WORKING_DAYS} to {day_end}" for day_end in DayEnd]
ACCOUNTS = [f"time {part}" for part in ("gated", "outside", "excluded", "held", "counted", "days")]
REMARKS = [
    f"remark {remark}"
    for remark in (
        "stop_before_start", "overdue_on_arrival", "second_request", "max_open", "provisional_due",
        "extension_asked_late", "extension_approved_late", "extension_rank", "extension_refused", "extension_too_many",
        "report_missing", "replaces", "replaces 2",
    )
]  # fmt: skip
KINDS = [
    f"target {kind}"
    for kind in ("plain", "extension", "deemed", "lapsed", "promised", "before", "customers", "urges")
]
OTHERS = [
    "orphan",
    "no policy",
    "a later version",
    "doubt",
    "void of a void",
    "void of an area's event",
    "two events at one instant",
    "stop exactly at the due",
    "due unknown",
    "promise held",
    "promise gated",
    "promise provisional",
    "promise in doubt",
    "several promises of one target",
    "begun before it was opened",
    "cancelled by a merger",
    "superseded by a rejudge",
    "statements of two versions",
    "a rung again under another version",
    "indeterminate for the calendar",
    "indeterminate for a doubt",
    "statement withdrawn",
    "statement revised",
    "wake-up",
    "due checked by walking",
    "a rung again after an extension",
    "deemed by a report",
    "deemed by a report after the due",
    "deemed by a documents_requested",
    "replaced by a new date",
    "an urged rung",
    "a deputy on duty",
]
FILLED = [f"link {role}" for role in ROLES]
REASONS = [f"reason {reason}" for reason in (
    NO_CONTACT, NO_HOLDER, NO_PERSON, NO_AREA, UNKNOWN_AREA, NO_OWNER, UNKNOWN_PERSON, NO_UNIT, NO_HEAD, INACTIVE,
)]  # fmt: skip
HELD_BY = [f"held by {whom}" for whom in ("a person", "a team", "nobody", "several", "one who had it before")]
EVIDENCE = [
    f"evidence {field.name}"
    for field in (*fields(Evidence), *fields(HandOvers))
    if field.name not in _NO_EVIDENCE
]
REQUIRED = [
    *EVENTS,
    *STATES,
    *VERDICTS,
    *STATEMENTS,
    *UNITS,
    *ACCOUNTS,
    *REMARKS,
    *KINDS,
    *OTHERS,
    *FILLED,
    *REASONS,
    *HELD_BY,
    *EVIDENCE,
]


def count(world: World, judgement: Judgement) -> None:
    """Note what was in `world`, judged at its end: once an example, whatever comes twice."""
    SEEN["examples"] += 1
    SEEN.update({*_of_history(world), *_of_judgement(world, judgement)})
    for promise in judgement.promises:
        SEEN.update({*_of_promise(promise)})
    for statement in judgement.statements:
        SEEN.update({*_of_statement(world, statement)})


def _of_history(world: World) -> Iterator[str]:
    words = world.rules.versions[-1].vocabulary
    told = world.history.events
    for event in told:
        kind = words[event.type].type if event.type in words else event.type
        yield f"event {kind}" if kind in VOCABULARY else "event an owner's own"
    yield from (f"event {event.type}" for event in world.history.shared)
    yield from (
        f"target {kind}"
        for policy in world.rules.versions
        for target in policy.targets
        for kind in [*_kinds(target)] or ["plain"]
    )
    if len({event.at for event in told}) < len({key_of(event) for event in told}):
        yield "two events at one instant"
    if {key_of(event) for event in told if event.type == "voided"} & _voided(told):
        yield "void of a void"
    if {key_of(event) for event in world.history.shared if event.type != "voided"} & _voided(
        world.history.shared
    ):
        yield "void of an area's event"
    if world.history.doubts:
        yield "doubt"


def _kinds(target: Target) -> Iterator[str]:
    yield from (kind for kind in ("extension", "deemed", "lapsed", "customers") if getattr(target, kind))
    if target.stated is not None:
        yield str(target.stated)
    if any(rung.urges for rung in target.rungs):
        yield "urges"


def _voided(told: Iterable[Event]) -> set[tuple[object, object]]:
    return {
        (event.attributes.get("source") or event.source, event.attributes.get("event"))
        for event in told
        if event.type == "voided"
    }


def _of_judgement(world: World, judgement: Judgement) -> Iterator[str]:
    names = [promise.target for promise in judgement.promises]
    if len(set(names)) < len(names):
        yield "several promises of one target"
    if len({statement.version for statement in judgement.statements}) > 1:
        yield "statements of two versions"
    if judgement.orphan:
        yield "orphan"
    elif judgement.policy is None and any(in_order(world.history.events, {})):
        yield "no policy"
    elif judgement.policy is not None and judgement.policy[1] != "1":
        yield "a later version"


def _of_promise(promise: Promise) -> Iterator[str]:
    yield f"promise {promise.state}"
    yield from (
        f"promise {word}"
        for word, is_so in (
            ("held", promise.held),
            ("gated", promise.gated),
            ("provisional", promise.provisional),
            ("in doubt", promise.in_doubt),
        )
        if is_so
    )
    if promise.due is None:
        yield "due unknown"
    elif promise.stop == promise.due and promise.state is State.MET:
        yield "stop exactly at the due"


def _of_statement(world: World, statement: Statement) -> Iterator[str]:
    yield f"statement {statement.kind}"
    yield from (f"remark {remark}" for remark in statement.remarks)
    account = statement.account
    yield from (f"time {part}" for part in account.__slots__ if getattr(account, part))
    started = next(event for event in world.history.events if key_of(event) == statement.started_by)
    if statement.start < started.at:
        yield "begun before it was opened"
    if statement.kind is Kind.BREACH:
        target = world.target(statement.version, statement.target)
        yield f"breach in {target.unit}" + (
            f" to {target.day_end}" if target.unit is Unit.WORKING_DAYS else ""
        )
    types = {key_of(event): event.type for event in world.history.events}
    armed_by = types.get(tuple(statement.name.partition(" @")[2].split("/", 1)))
    if armed_by is not None:
        extended = armed_by == "extension_approved"
        yield "a rung again after an extension" if extended else "a rung again under another version"
    if statement.kind in {Kind.WARNING, Kind.ESCALATION}:
        rungs = world.target(statement.version, statement.target).rungs
        named = [rung for rung in rungs if rung.urges and rung.name == statement.name]
        if named and (statement.at, "urged") in {(event.at, event.type) for event in world.history.events}:
            yield "an urged rung"
    if statement.kind is Kind.VERDICT:
        yield from _of_verdict(world, statement)
    yield from _of_people(statement)


def _of_verdict(world: World, verdict: Statement) -> Iterator[str]:
    yield f"verdict {verdict.outcome}"
    if verdict.outcome == State.INDETERMINATE:
        yield f"indeterminate for {'the calendar' if 'calendar' in verdict.reason else 'a doubt'}"
    by = next((event.type for event in world.history.events if key_of(event) == verdict.event), "")
    if (verdict.outcome, by) == (State.CANCELLED, "merged"):
        yield "cancelled by a merger"
    if (verdict.outcome, by) == (State.SUPERSEDED, "rejudge"):
        yield "superseded by a rejudge"
    if (verdict.outcome, by) == (State.SUPERSEDED, "promise_accepted"):
        yield "replaced by a new date"
    if verdict.outcome == State.DEEMED:
        late = verdict.due is not None and verdict.due < verdict.at
        yield (
            f"deemed by a {by}" if by != "report_written" else f"deemed by a report{' after the due' * late}"
        )


def _of_people(statement: Statement) -> Iterator[str]:
    yield from (f"link {link.role}" for link in statement.chain if link.person)
    yield from (f"reason {link.reason}" for link in statement.chain if link.reason)
    if any(link.acting_for for link in statement.chain):
        yield "a deputy on duty"
    for share in statement.holders:
        yield "held by a person" if share.person else "held by a team" if share.team else "held by nobody"
        if len(share.spans) > 1 and (share.person or share.team):
            yield "held by one who had it before"
    if len(statement.holders) > 2:
        yield "held by several"
    if statement.evidence is not None:
        evidence, handed = statement.evidence, statement.evidence.hand_overs
        yield from (f"evidence {field.name}" for field in fields(evidence) if getattr(evidence, field.name))
        yield from (f"evidence {field.name}" for field in fields(handed) if getattr(handed, field.name))


def report() -> list[str]:
    """A line a kind."""
    return [f"{SEEN[kind]:8d}  {kind}" for kind in ("examples", *REQUIRED)]
