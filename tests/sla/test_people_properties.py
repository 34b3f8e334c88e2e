"""What holds of custody, chains and evidence for every owner and every ticket, tried on random ones."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from itertools import pairwise
from random import Random

from hypothesis import settings

from service.sla.chain import ROLES
from service.sla.directory import Directory
from service.sla.events import Event, as_instant, as_text
from service.sla.evidence import Share
from service.sla.history import in_order
from service.sla.instants import Instant
from service.sla.judge import explain, judge
from service.sla.statements import Kind, Statement
from tests.sla.world import AT_LAST, World, on_worlds

TRIED = settings.get_profile("worlds")

PARTS = ("gated", "outside", "excluded", "held", "counted")


def traced(world: World) -> list[Statement]:
    """The breaches and escalations, when all is decided."""
    said = judge(world.history, world.rules, AT_LAST).statements
    return [statement for statement in said if statement.kind in {Kind.BREACH, Kind.ESCALATION}]


# --- conservation -----------------------------------------------------------------------------------


@on_worlds(TRIED)
def test_the_shares_of_all_add_up_to_the_account(world: World, dice: Random):
    for statement in traced(world):
        spans = sorted(span for share in statement.holders for span in share.spans)
        edges = [statement.start, *(edge for span in spans for edge in span), statement.at]

        assert all(start < end for start, end in spans)
        assert edges[::2] == edges[1::2]  # without gaps, from the start to the statement
        for part in PARTS:
            assert sum(getattr(share, part) for share in statement.holders) == getattr(
                statement.account, part
            )
        for share in statement.holders:
            assert share.wall == sum(end - start for start, end in share.spans)
            assert share.wall == sum(getattr(share, part) for part in PARTS)
            assert min(getattr(share, part) for part in PARTS) >= 0
            assert all(one[1] < two[0] for one, two in pairwise(share.spans))


@on_worlds(TRIED)
def test_each_share_is_what_the_explanation_tells_of_its_spans(world: World, dice: Random):
    """The explanation cuts the span opening by opening; where a rejudge changed the rules it is of another version."""
    if any(event.type == "rejudge" for event in world.history.events):
        return
    told = {
        (promise.target, promise.started_by): stretches
        for promise, stretches in explain(world.history, world.rules, AT_LAST)
    }
    for statement in traced(world):
        stretches = told[statement.target, statement.started_by]
        if stretches and stretches[-1].end >= statement.at:
            for share in statement.holders:
                assert columns(share) == summed(share, stretches)


def columns(share: Share) -> dict[str, int]:
    return {part: getattr(share, part) for part in PARTS}


def summed(share: Share, stretches) -> dict[str, int]:
    sums = dict.fromkeys(PARTS, 0)
    for start, end in share.spans:
        for stretch in stretches:
            sums[stretch.what] += max(0, min(end, stretch.end) - max(start, stretch.start))
    return sums


# --- a second way to find the holder ----------------------------------------------------------------


@on_worlds(TRIED)
def test_everybody_held_the_ticket_at_every_instant_of_their_spans(world: World, dice: Random):
    for statement in traced(world):
        told = in_order(world.history.events, world.version(statement.version).vocabulary)
        for share in statement.holders:
            for start, end in share.spans:
                for instant in (start, dice.randrange(start, end), end - 1):
                    assert holder(told, instant, world.history.directory) == (share.person, share.team)


@on_worlds(TRIED)
def test_the_holder_of_the_chain_is_whoever_held_it_until_then(world: World, dice: Random):
    for statement in traced(world):
        told = in_order(world.history.events, world.version(statement.version).vocabulary)
        link = statement.chain[ROLES.index("holder")]

        assert link.person == holder(told, statement.at - 1, world.history.directory)[0]


def holder(told: Sequence[Event], instant: Instant, directory: Directory) -> tuple[str, str]:
    """Found by looking back from `instant`."""
    told = [event for event in told if event.at <= instant]
    if not any(event.type == "opened" for event in told):
        return "", ""
    reopened = False
    for event in reversed(told):
        if event.type in {"released", "resolved", "closed", "cancelled", "merged"} and not reopened:
            return "", ""
        if event.type in {"opened", "assigned", "transferred", "guided", "escalated", "reopened"}:
            to, team = (as_text(event.attributes.get(name)) or "" for name in ("to", "team"))
            if to or team:
                return to, team or home(to, event.at, directory)
            reopened = reopened or event.type == "reopened"
    return "", ""


def home(staff: str, instant: Instant, directory: Directory) -> str:
    known = directory.person(staff, instant)
    return "" if known is None else known.unit


# --- what they rest on ------------------------------------------------------------------------------


@on_worlds(TRIED)
def test_no_fact_of_later_than_a_statement_bears_on_it(world: World, dice: Random):
    facts = [Event(**fact) for fact in world.case["directory"]]
    for statement in traced(world):
        known = Directory.of(fact for fact in facts if since(fact) <= statement.at or fact.type == "voided")
        earlier = replace(world, history=replace(world.history, directory=known))

        assert statement in judge(earlier.history, world.rules, AT_LAST).statements


def since(fact: Event) -> Instant:
    stated = as_instant(fact.attributes.get("from"))
    return fact.at if stated is None else stated


@on_worlds(TRIED)
def test_people_change_nothing_else_of_a_judgement(world: World, dice: Random):
    alone = replace(world.history, directory=Directory(), recorded={})
    judgement, bare = (judge(history, world.rules, AT_LAST) for history in (world.history, alone))

    assert bare.promises == judgement.promises
    assert without_people(bare.statements) == without_people(judgement.statements)


def without_people(statements: Iterable[Statement]) -> list[Statement]:
    return [replace(statement, holders=(), chain=(), evidence=None) for statement in statements]


@on_worlds(TRIED)
def test_every_role_is_told_with_a_person_or_a_reason(world: World, dice: Random):
    everything = judge(world.history, world.rules, AT_LAST).statements
    for statement in everything:
        is_traced = statement.kind in {Kind.BREACH, Kind.ESCALATION}

        assert tuple(link.role for link in statement.chain) == (ROLES if is_traced else ())
        assert all(link.person or link.reason for link in statement.chain)
        assert bool(statement.holders) <= is_traced
        assert (statement.evidence is not None) >= (statement.kind is Kind.BREACH)


@on_worlds(TRIED)
def test_late_proofs_are_those_recorded_late_by_the_instant(world: World, dice: Random):
    for statement in judge(world.history, world.rules, AT_LAST).statements:
        late = () if statement.evidence is None else statement.evidence.told_late
        for each in late:
            assert statement.start <= each.at <= statement.at
            assert each.recorded == world.history.recorded[each.event]
            assert each.recorded - each.at > world.history.backdated_after


def test_a_share_has_the_columns_of_an_account():
    assert [field.name for field in fields(Share)][3:] == ["wall", *PARTS]
