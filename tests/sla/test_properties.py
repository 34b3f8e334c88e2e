"""What holds for every owner and every ticket, tried on random ones.

Each test is one sentence of the theory; `world.py` makes the examples, `census.py` keeps count of what was in them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import event as note
from hypothesis import strategies as st

from service.sla.diff import diff
from service.sla.events import Doubt, Event, EventKey
from service.sla.history import History, in_order, key_of
from service.sla.instants import DAY, NEVER, Instant
from service.sla.judge import explain, judge
from service.sla.policy import Meaning, Target
from service.sla.promise import STOP_BEFORE_START
from service.sla.statements import Account, Judgement, Kind, Promise, Said, State, Statement
from service.sla.timeline import Hold, Stretch, Timeline, holds_of
from tests.sla.census import REQUIRED, SEEN, counted
from tests.sla.world import (
    AT_LAST,
    BEGINNINGS,
    HALF_HOUR,
    World,
    instants,
    odd_events,
    owners,
    targets,
    worlds,
)

TRIED = settings.get_profile("ci")
#: For properties that judge a ticket dozens of times.
TRIED_LESS = settings(TRIED, max_examples=max(60, TRIED.max_examples // 2))


def at(world: World, upto: Instant) -> Judgement:
    return judge(world.history, world.rules, upto)


def wakings(world: World) -> Iterator[tuple[Instant, Judgement]]:
    """The judgements at -1 and just after every `wake_at` from there on."""
    upto = -1
    while True:
        judgement = at(world, upto)
        yield upto, judgement
        if judgement.wake_at is None:
            return
        upto = judgement.wake_at + 1


# --- order of arrival -------------------------------------------------------------------------------


@TRIED
@given(worlds(), st.data())
def test_any_permutation_and_duplication_of_a_history_is_the_same(world: World, data: st.DataObject):
    counted(world)
    told = world.history.events
    twice = data.draw(st.lists(st.sampled_from(told), max_size=4)) if told else []
    copies = [replace(event, attributes=dict(event.attributes)) for event in twice]
    arrival = tuple(data.draw(st.permutations([*told, *twice, *copies])))
    doubts = tuple(reversed(world.history.doubts))
    upto = data.draw(st.one_of(st.just(AT_LAST), instants(data.draw(st.sampled_from(BEGINNINGS)))))

    assert judge(History(arrival, doubts), world.rules, upto) == at(world, upto)


@TRIED
@given(worlds(), st.data())
def test_an_event_that_was_voided_never_was(world: World, data: st.DataObject):
    told = tuple(event for event in world.history.events if event.type != "voided")
    if not told:
        return
    gone = data.draw(st.sampled_from(told))
    void = replace(gone, id="void", type="voided", attributes={"event": gone.id}, at=data.draw(instants(0)))
    rest = tuple(event for event in told if event is not gone)
    assume(rest)  # no record at all is no orphan

    voided = world.with_events((*told, void))
    never = world.with_events(rest)

    assert at(voided, AT_LAST) == at(never, AT_LAST)


@TRIED
@given(worlds())
def test_what_no_rule_knows_changes_nothing(world: World):
    told = world.history.events
    strangers = tuple(
        replace(event, id=f"x{number}", type="unheard_of", attributes={"prio": "high", "reason": "customer"})
        for number, event in enumerate(told)
    )

    assert at(world.with_events((*told, *strangers)), AT_LAST) == at(world, AT_LAST)


# --- the watermark ----------------------------------------------------------------------------------


@TRIED_LESS
@given(worlds(), st.data())
def test_nothing_changes_between_wake_ups(world: World, data: st.DataObject):
    for upto, judgement in wakings(world):
        if judgement.wake_at is None:
            between = st.integers(upto, AT_LAST)
        else:
            assert judgement.wake_at >= upto
            between = st.one_of(st.integers(upto, judgement.wake_at), st.just(judgement.wake_at))
        later = at(world, data.draw(between))

        assert later.statements == judgement.statements
        assert later.wake_at == judgement.wake_at
        assert stands(later.promises) == stands(judgement.promises)


def stands(promises: Iterable[Promise]) -> list[Promise]:
    """Without `held`, which tells of the instant of judging."""
    return [replace(promise, held=False) for promise in promises]


@TRIED_LESS
@given(worlds())
def test_every_wake_up_has_something_to_say(world: World):
    for (_, before), (_, after) in pairwise(wakings(world)):
        SEEN["wake-up"] += 1

        assert before.statements != after.statements


@TRIED_LESS
@given(worlds())
def test_what_was_said_is_not_withdrawn_because_time_passes(world: World):
    counted(world)
    for (_, before), (_, after) in pairwise(wakings(world)):
        assert [statement for statement in after.statements if statement in before.statements] == list(
            before.statements
        )
        for was, now in zip(before.promises, after.promises, strict=True):
            assert was.state in {State.OPEN, now.state}


@TRIED
@given(worlds(), st.data())
def test_what_rests_on_absence_waits_and_what_rests_on_an_event_does_not(world: World, data: st.DataObject):
    everything = counted(world)
    if not everything.statements:
        return
    grace = {name: target.grace for name, target in targets_of(world, everything).items()}
    about = data.draw(st.sampled_from(everything.statements))
    upto = about.at + grace[about.target] + data.draw(st.sampled_from([-1, 0, 1]))
    said = at(world, upto).statements

    for statement in everything.statements:
        proved = statement.at + grace[statement.target] < upto
        if statement.kind is Kind.VERDICT and statement.outcome not in {State.LATE, State.INDETERMINATE}:
            proved = True
        elif statement.outcome == State.LATE:
            proved = statement.due is not None and statement.due + grace[statement.target] < upto

        assert (statement in said) is proved
        if statement.kind is not Kind.VERDICT:
            decided = statement.at + grace[statement.target]
            assert all(decided < doubt.since for doubt in world.history.doubts)


def targets_of(world: World, judgement: Judgement) -> dict[str, Target]:
    (pinned,) = [policy for policy in world.rules.versions if (policy.id, policy.version) == judgement.policy]
    return {target.id: target for target in pinned.targets}


# --- content ----------------------------------------------------------------------------------------


def known_by(world: World, instant: Instant) -> World:
    """Events up to `instant`, and those that act whatever their own instant: voids, and what pins the policy."""
    pins = {pinning(world.history.events, policy.vocabulary) for policy in world.rules.versions}
    return world.with_events(
        tuple(
            event
            for event in world.history.events
            if event.at <= instant or event.type == "voided" or key_of(event) in pins
        )
    )


def pinning(events: Iterable[Event], vocabulary: Mapping[str, Meaning]) -> EventKey | None:
    """The earliest `opened`, as one version reads it."""
    return next((key_of(event) for event in in_order(events, vocabulary) if event.type == "opened"), None)


@TRIED_LESS
@given(worlds())
def test_a_statement_rests_on_nothing_later_than_itself(world: World):
    for statement in counted(world).statements:
        assert statement in at(known_by(world, statement.at), AT_LAST).statements


@TRIED_LESS
@given(worlds())
def test_nothing_later_makes_a_statement_wrong_but_what_the_rules_name(world: World):
    finally_said = counted(world).statements
    for instant in {event.at for event in world.history.events}:
        for statement in at(known_by(world, instant), AT_LAST).statements:
            if statement.at <= instant and statement not in finally_said:
                assert may_be_taken_back(statement, finally_said)


def may_be_taken_back(statement: Statement, finally_said: Sequence[Statement]) -> bool:
    """Superseded when the target comes back; met before its start when a stop in time follows."""
    now = next((each for each in finally_said if each.id == statement.id), None)
    if STOP_BEFORE_START in statement.remarks:
        return now is not None and now.outcome == State.MET and STOP_BEFORE_START not in now.remarks
    return statement.outcome == State.SUPERSEDED and (now is None or now.event != statement.event)


@TRIED
@given(worlds())
def test_statements_and_promises_agree(world: World):
    judgement = counted(world)
    everything = {(p.target, p.started_by): p for p in judgement.promises}
    order = [(s.at, s.target, s.id) for s in judgement.statements]

    assert len(everything) == len(judgement.promises)
    assert len({s.id for s in judgement.statements}) == len(judgement.statements)
    assert order == sorted(order)
    for key, promise in everything.items():
        about = [s for s in judgement.statements if (s.target, s.started_by) == key]
        breaches = [s for s in about if s.kind is Kind.BREACH]
        verdicts = [s for s in about if s.kind is Kind.VERDICT]

        assert len(breaches) == (promise.state in {State.BREACHED, State.LATE})
        assert len(verdicts) == (promise.state not in {State.BREACHED, State.OPEN})
        assert all(s.at == promise.due == s.due for s in breaches)
        assert all(s.outcome == promise.state for s in verdicts)
        assert all(s.event == promise.stopped_by for s in verdicts)
        if promise.state is State.MET:
            assert promise.due is None or promise.stop <= promise.due
        if promise.state is State.LATE:
            assert promise.stop > promise.due
        for statement in about:
            assert promise.start <= statement.at
            assert statement.start == promise.start
            if statement.name.startswith("r") and promise.state is State.MET:
                assert statement.at < promise.stop


@TRIED
@given(worlds(), st.data())
def test_an_explanation_is_the_judgement_with_its_stretches(world: World, data: st.DataObject):
    upto = data.draw(st.one_of(st.just(AT_LAST), st.integers(-1, AT_LAST)))

    assert (
        tuple(promise for promise, _ in explain(world.history, world.rules, upto)) == at(world, upto).promises
    )


# --- conservation -----------------------------------------------------------------------------------


def summed(stretches: Iterable[Stretch]) -> dict[str, int]:
    sums = {"outside": 0, "held": 0, "counted": 0}
    for stretch in stretches:
        sums[stretch.what] += stretch.end - stretch.start
    return sums


def gapless(stretches: Sequence[Stretch], start: Instant, end: Instant) -> bool:
    bounds = [start, *(stretch.end for stretch in stretches)]
    begins = [*(stretch.start for stretch in stretches), end]
    return bounds == begins and all(stretch.start < stretch.end for stretch in stretches)


@TRIED
@given(worlds())
def test_accounts_add_up_to_the_span_and_to_the_stretches(world: World):
    judgement = counted(world)
    spans = {
        (p.target, p.started_by): stretches for p, stretches in explain(world.history, world.rules, AT_LAST)
    }
    for statement in judgement.statements:
        account, key = statement.account, (statement.target, statement.started_by)
        parts = {"outside": account.outside, "held": account.held, "counted": account.counted}
        cut = [
            replace(stretch, end=min(stretch.end, statement.at))
            for stretch in spans[key]
            if stretch.start < statement.at
        ]

        assert sum(parts.values()) == statement.at - statement.start
        assert account.gated == account.excluded == 0
        assert min(parts.values()) >= 0
        if not cut or cut[-1].end == statement.at:  # a rung of a promise in grace may lie after its stop
            assert summed(cut) == parts


@TRIED
@given(st.data())
def test_a_clock_is_conserved_and_inverts(data: st.DataObject):
    timeline, end = data.draw(clocks())
    stretches = list(timeline.stretches(end))
    account = timeline.account(end)

    assert gapless(stretches, timeline.start, max(timeline.start, end))
    assert account == Account(**summed(stretches), days=account.days)
    for amount in data.draw(st.lists(st.integers(1, 20), max_size=4)):
        wanted = (
            amount
            if timeline.target.unit.value != "time"
            else amount * HALF_HOUR - data.draw(st.integers(0, 1))
        )
        instant = timeline.used_up(wanted)
        if instant is None:
            continue

        assert timeline.used(instant) >= wanted
        assert timeline.used(instant) == wanted or timeline.target.unit.value != "time"
        assert timeline.used(instant - 1) < wanted


@st.composite
def clocks(draw: st.DrawFn) -> tuple[Timeline, Instant]:
    """A timeline with random disjoint holds, the last of them perhaps without end, and an instant to ask about."""
    beginning = draw(st.sampled_from(BEGINNINGS))
    start = draw(instants(beginning))
    ticks = st.integers(1, 6).map(lambda days: start + days * DAY)
    marks = sorted(draw(st.lists(st.one_of(instants(beginning), ticks), max_size=8, unique=True)))
    kinds = draw(st.lists(st.sampled_from(["held", "resumed"]), min_size=len(marks), max_size=len(marks)))
    told = [
        Event(tenant="t", ticket="k", source="a", id=str(n), type=kind, at=mark)
        for n, (mark, kind) in enumerate(zip(marks, kinds, strict=True))
    ]
    return Timeline(draw(targets("t0")), start, holds_of(told)), draw(instants(beginning))


@TRIED
@given(st.data())
def test_what_is_used_up_by_an_instant_depends_on_no_hold_from_then_on(data: st.DataObject):
    timeline, _ = data.draw(clocks())
    amount = data.draw(st.integers(1, 40)) * (HALF_HOUR if timeline.target.unit.value == "time" else 1)
    instant = timeline.used_up(amount)
    if instant is not None:
        before = tuple(hold for hold in timeline.holds if hold.start < instant)
        other = replace(timeline, holds=(*before, Hold(instant, NEVER, "customer")))

        assert all(hold.end <= instant for hold in before)
        assert other.used_up(amount) == instant
        assert other.account(instant) == timeline.account(instant)


@TRIED
@given(st.data())
def test_a_hold_never_moves_a_due_earlier(data: st.DataObject):
    timeline, _ = data.draw(clocks())
    free = sorted(data.draw(st.lists(instants(timeline.start, 4), min_size=2, max_size=2, unique=True)))
    added = replace(holds_of(two_events(*free))[0], end=data.draw(st.sampled_from([free[1], NEVER])))
    if any(hold.start <= added.end and added.start <= hold.end for hold in timeline.holds):
        return
    more = replace(timeline, holds=tuple(sorted((*timeline.holds, added), key=lambda hold: hold.start)))
    amount = data.draw(st.integers(1, 40)) * (HALF_HOUR if timeline.target.unit.value == "time" else 1)
    for question in (Timeline.used_up, Timeline.due):
        before, after = question(timeline, amount), question(more, amount)

        assert after is None or (before is not None and before <= after)


def two_events(start: Instant, end: Instant) -> list[Event]:
    held = Event(
        tenant="t", ticket="k", source="a", id="h", type="held", at=start, attributes={"reason": "customer"}
    )
    return [held, replace(held, id="g", type="resumed", at=end, attributes={})]


@TRIED
@given(worlds(doubts=False), st.data())
def test_a_hold_found_out_afterwards_never_moves_a_due_earlier(world: World, data: st.DataObject):
    told = in_order(world.history.events, world.rules.versions[0].vocabulary)
    marks = sorted({event.at for event in told})
    if len(marks) < 2 or len(world.rules.versions) > 1:
        return
    start, end = data.draw(st.sampled_from(list(pairwise(marks))))
    if any(hold.start <= end and start <= hold.end for hold in holds_of(told)):
        return
    more = world.with_events((*world.history.events, *two_events(start, end)))
    after = {(p.target, p.started_by): p for p in at(more, AT_LAST).promises}
    for promise in at(world, AT_LAST).promises:
        moved = after.get((promise.target, promise.started_by))
        if moved is not None and promise.due is not None:
            note("a hold was added to a promise")

            assert moved.due is None or moved.due >= promise.due


# --- a second way to reckon -------------------------------------------------------------------------


@TRIED
@given(worlds(doubts=False, exact=True))
def test_dues_are_where_walking_half_hour_by_half_hour_finds_them(world: World):
    judgement = at(world, AT_LAST)
    if judgement.policy is None or any(event.at % HALF_HOUR for event in world.history.events):
        return
    rules = targets_of(world, judgement)
    (pinned,) = [policy for policy in world.rules.versions if policy.version == judgement.policy[1]]
    told = in_order(world.history.events, pinned.vocabulary)
    for promise in judgement.promises:
        target = rules[promise.target]
        if target.unit.value == "time" and target.boundary.value == "close" and not target.applies:
            SEEN["due checked by walking"] += 1

            assert promise.due == walked(target, promise.start, told)


def walked(target: Target, start: Instant, told: Sequence[Event]) -> Instant | None:
    """The due, found by asking each half hour whether it is open and whether the ticket waits.

    The only other sum is the target's own `hours.worked` of half an hour.
    """
    now, left = start, target.budget
    last = max(event.at for event in told)
    while left > 0:
        open_for = target.hours.worked(now, now + HALF_HOUR)
        if waits(target, now, told):
            if now > last:
                return None
        else:
            left -= open_for
        now += HALF_HOUR
    if left == 0:
        while not target.hours.worked(now - 1, now):
            now -= 1 if now % HALF_HOUR else HALF_HOUR
        return now
    return target.hours.after(now - HALF_HOUR, open_for + left)


def waits(target: Target, now: Instant, told: Sequence[Event]) -> bool:
    """Whether the ticket is on an accepted hold in the half hour that begins `now`."""
    reason: str | None = None
    for event in told:
        if event.at > now:
            break
        named = event.attributes.get("reason")
        text = {True: "true", 7: "7", None: ""}.get(named, named)  # type: ignore[call-overload]
        if event.type == "held":
            reason = text
        elif event.type in {"resolved", "closed", "cancelled"} or (
            event.type == "resumed" and text in {"", reason}
        ):
            reason = None
    return reason is not None and ("*" in target.accepts or reason in target.accepts)


# --- what has to be said ----------------------------------------------------------------------------


def applied(said: Iterable[Said], new: Iterable[Said]) -> dict[str, Said]:
    return {each.statement.id: each for each in (*said, *new)}


def in_force(said: dict[str, Said]) -> list[Statement]:
    return [each.statement for each in said.values() if not each.withdrawn]


def by_id(statements: Iterable[Statement]) -> list[Statement]:
    return sorted(statements, key=lambda statement: statement.id)


@TRIED_LESS
@given(worlds(), st.data())
def test_hearing_of_things_one_by_one_ends_where_hearing_of_all_at_once_does(
    world: World, data: st.DataObject
):
    """Events arrive in any order, doubts come and go, the watermark rises; after each the difference is said."""
    arrival = data.draw(st.permutations(world.history.events))
    pace = data.draw(st.lists(st.integers(0, 4 * 48), min_size=len(arrival), max_size=len(arrival)))
    upto, said = data.draw(st.sampled_from(BEGINNINGS)), dict[str, Said]()
    for heard in range(1, len(arrival) + 2):
        known = History(tuple(arrival[:heard]), world.history.doubts if data.draw(st.booleans()) else ())
        if heard > len(arrival):
            known, upto = world.history, AT_LAST
        said = say(said, judge(known, world.rules, upto))
        upto = min(AT_LAST, upto + (pace[heard - 1] * HALF_HOUR if heard <= len(arrival) else 0))

    assert by_id(in_force(said)) == by_id(at(world, AT_LAST).statements)


def say(said: dict[str, Said], judgement: Judgement) -> dict[str, Said]:
    """Apply the difference and hold it against what every difference has to be."""
    new = diff(said.values(), judgement)
    after = applied(said.values(), new)

    assert by_id(in_force(after)) == by_id(judgement.statements)
    assert diff(after.values(), judgement) == ()
    for each in new:
        before = said.get(each.statement.id)
        assert each.rev == (1 if before is None else before.rev + 1)
        assert before is None or before.withdrawn != each.withdrawn or before.statement != each.statement
        SEEN["statement withdrawn"] += each.withdrawn
        SEEN["statement revised"] += each.rev > 1 and not each.withdrawn
    kinds = [each.withdrawn for each in new]
    assert kinds == sorted(kinds, reverse=True)
    return after


# --- totality ---------------------------------------------------------------------------------------


@settings(TRIED, max_examples=TRIED.max_examples // 3)  # hours are laid out over centuries here
@given(owners(BEGINNINGS[0]), st.lists(odd_events(), max_size=12), st.data())
def test_every_history_has_a_judgement(rules, told: list[Event], data: st.DataObject):
    if data.draw(st.booleans()):
        told.append(
            Event(
                tenant="t", ticket="k", source="a", id="e0", type="opened", at=0, attributes={"prio": "high"}
            )
        )
    unique = {(event.source, event.id): event for event in told}
    since = data.draw(st.lists(st.sampled_from([-1, 0, BEGINNINGS[0], NEVER]), max_size=2))
    history = History(tuple(unique.values()), tuple(Doubt(since=each, reason="x") for each in since))
    for upto in (-1, 0, BEGINNINGS[0], AT_LAST, NEVER, data.draw(st.integers())):
        judgement = judge(history, rules, upto)

        assert diff(diff((), judgement), judgement) == ()
        assert judgement.wake_at is None or judgement.wake_at >= upto
    explain(history, rules, AT_LAST)


# --- the census -------------------------------------------------------------------------------------


def test_every_kind_of_thing_was_tried():
    if SEEN["examples"] < 4 * TRIED.max_examples:
        pytest.skip("the other properties were not tried in this run")

    assert [kind for kind in REQUIRED if not SEEN[kind]] == []
