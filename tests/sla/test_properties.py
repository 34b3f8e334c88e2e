"""What holds for every owner and every ticket, tried on random ones.

Each test is one sentence of the theory; `world.py` makes the examples, `census.py` keeps count of what was in them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import event as note
from hypothesis import given, settings
from hypothesis import strategies as st

from service.sla.course import STOP_BEFORE_START
from service.sla.diff import diff
from service.sla.directory import Directory
from service.sla.events import Doubt, Event, as_text
from service.sla.history import History, in_order, key_of
from service.sla.instants import DAY, EARLIEST, NEVER, Instant
from service.sla.judge import explain, judge
from service.sla.pauses import EXCLUDED, HELD, Pause, holds_of
from service.sla.policy import Rules, Stated, Target, Unit
from service.sla.statements import Judgement, Kind, Promise, Said, State, Statement
from service.sla.timeline import Circumstances, Stretch, Timeline
from tests.sla.census import REQUIRED, SEEN, count
from tests.sla.world import AT_LAST, BEGINNINGS, HALF_HOUR, World, odd_events, on_worlds, owners

TRIED = settings.get_profile("worlds")


def at(world: World, upto: Instant) -> Judgement:
    return judge(world.history, world.rules, upto)


def wakings(world: World) -> Iterator[tuple[Instant, Judgement]]:
    """The judgements at -1 and just after every `wake_at` from there on."""
    upto = -1
    while True:
        judgement = at(world, upto)
        yield upto, judgement
        wake_at = next_wake(world, judgement)
        if wake_at is None:
            return
        upto = wake_at + 1


def about(promise: Promise | Statement) -> tuple[str, tuple[str, str]]:
    return promise.target, promise.started_by


# --- order of arrival -------------------------------------------------------------------------------


@on_worlds(TRIED)
def test_any_permutation_and_duplication_of_a_history_is_the_same(world: World, dice: Random):
    def arrival(told: tuple[Event, ...]) -> tuple[Event, ...]:
        twice = dice.choices(told, k=dice.randrange(4)) if told else []
        copies = [replace(event, attributes=dict(event.attributes)) for event in twice]
        heard = [*told, *copies]
        dice.shuffle(heard)
        return tuple(heard)

    events, shared = arrival(world.history.events), arrival(world.history.shared)
    other = replace(
        world.history,
        events=events,
        doubts=tuple(reversed(world.history.doubts)),
        shared=shared,
        gaps=tuple(reversed(world.history.gaps)),
        directory=Directory.of(arrival(tuple(Event(**fact) for fact in world.case["directory"]))),
    )
    upto = world.case["upto"]

    assert judge(other, world.rules, upto) == at(world, upto)


@on_worlds(TRIED)
def test_an_event_that_was_voided_never_was(world: World, dice: Random):
    told = without(world.history.events, world.words("voided"))
    if not told:
        return
    gone = dice.choice(told)
    rest = tuple(event for event in told if event != gone)
    if rest:  # no record at all is no orphan
        voided = world.with_events((*told, void_of(gone, dice)))

        assert at(voided, AT_LAST) == at(world.with_events(rest), AT_LAST)


@on_worlds(TRIED)
def test_a_declaration_that_was_voided_never_was(world: World, dice: Random):
    told = without(world.history.shared, {"voided"})
    if told:
        gone = dice.choice(told)
        voided = world.with_shared((*told, void_of(gone, dice)))
        never = world.with_shared(tuple(event for event in told if event != gone))

        assert at(voided, AT_LAST) == at(never, AT_LAST)


def without(told: Iterable[Event], types: set[str]) -> tuple[Event, ...]:
    return tuple(event for event in told if event.type not in types)


def void_of(event: Event, dice: Random) -> Event:
    instant = dice.choice([0, event.at - 1, event.at, AT_LAST])
    return replace(event, id="void", type="voided", attributes={"event": event.id}, at=instant)


@on_worlds(TRIED)
def test_an_exclusion_that_was_withdrawn_never_was(world: World, dice: Random):
    told = world.history.shared
    if told:
        last = replace(told[0], source="z", type="exclusion_withdrawn", at=AT_LAST)
        withdrawn = [replace(last, id=f"w{name}", attributes={"exclusion": name}) for name in ("x1", "x2")]

        assert at(world.with_shared((*told, *withdrawn)), AT_LAST) == at(world.with_shared(()), AT_LAST)


@on_worlds(TRIED)
def test_what_no_rule_knows_changes_nothing(world: World, dice: Random):
    told = world.history.events
    strangers = tuple(
        replace(event, id=f"x{number}", type="never_heard", attributes={"prio": "high", "reason": "customer"})
        for number, event in enumerate(told)
    )

    assert at(world.with_events((*told, *strangers)), AT_LAST) == at(world, AT_LAST)


# --- the watermark ----------------------------------------------------------------------------------


@on_worlds(TRIED)
def test_nothing_changes_between_wake_ups(world: World, dice: Random):
    for upto, judgement in wakings(world):
        wake_at = next_wake(world, judgement)
        until = AT_LAST if wake_at is None else wake_at
        assert until >= upto
        later = at(world, until if dice.random() < 0.5 else dice.randint(upto, until))

        assert later.statements == judgement.statements
        assert (later.wake_at, later.waits) == (judgement.wake_at, judgement.waits)
        assert stands(later.promises) == stands(judgement.promises)


def next_wake(world: World, judgement: Judgement) -> int | None:
    """When more can be said by itself: what waits for a source waits for ever where the source's cap comes before."""
    caps = world.history.caps
    told = [
        instant
        for sources, instant in judgement.waits.items()
        if all(instant < caps.get(source, NEVER) for source in sources)
    ]
    return min(told + [each for each in (judgement.wake_at,) if each is not None], default=None)


def stands(promises: Iterable[Promise]) -> list[Promise]:
    """Without `held`, which tells of the instant of judging."""
    return [replace(promise, held=False) for promise in promises]


@on_worlds(TRIED)
def test_every_wake_up_has_something_to_say_and_takes_nothing_back(world: World, dice: Random):
    for (_, before), (_, after) in pairwise(wakings(world)):
        SEEN["wake-up"] += 1

        assert before.statements != after.statements
        assert [statement for statement in after.statements if statement in before.statements] == list(
            before.statements
        )
        for was, now in zip(before.promises, after.promises, strict=True):
            assert was.state in {State.OPEN, now.state}


@on_worlds(TRIED)
def test_what_rests_on_absence_waits_and_what_rests_on_an_event_does_not(world: World, dice: Random):
    """A missed due waits longer while something timely is pending; how long, no statement tells.

    A verdict later than its own event rests on what did not come since.
    """
    everything = at(world, AT_LAST)
    if not everything.statements:
        return
    grace = {s.id: world.target(s.version, s.target).grace for s in everything.statements}
    breaches = {about(s): s.at for s in everything.statements if s.kind is Kind.BREACH}
    events = {key_of(event): event for event in world.history.events}
    chosen = dice.choice(everything.statements)
    upto = chosen.at + grace[chosen.id] + dice.choice([-1, 0, 1])
    said = at(world, upto).statements

    for statement in everything.statements:
        proved = statement.at + grace[statement.id] < upto
        if statement.outcome == State.LATE:
            proved = breaches[about(statement)] + grace[statement.id] < upto
        elif statement.kind is Kind.VERDICT and statement.event is not None:
            lapsed = statement.outcome == State.DEEMED and events[statement.event].at < statement.at
            proved = proved or not lapsed

        if may_wait(world.target(statement.version, statement.target)):
            assert proved or statement not in said
        else:
            assert (statement in said) is proved
        if statement.kind is not Kind.VERDICT:
            decided = statement.at + grace[statement.id]
            assert all(decided < doubt.since for doubt in world.history.doubts)


def may_wait(target: Target) -> bool:
    """Whether something may be pending beyond the due."""
    return bool(target.extension or target.deemed) or target.stated is Stated.BEFORE


# --- content ----------------------------------------------------------------------------------------


def known_by(world: World, instant: Instant) -> World:
    """Events up to `instant`, and those that act whatever their own instant.

    Those are voids, what pins the policy, a rejudge of the whole history, the split, and what is told of areas: an
    exclusion may be declared, and taken back, long afterwards. Of kinds of promise it is what is refuted, and what was
    pending at the due: the answer to a request, the report on a failed visit, the instant of a change as last set, which
    what cancels it ends. And what people tell in favour of or against somebody.
    """
    events = world.history.events
    pins = {
        pinning for policy in world.rules.versions if (pinning := first_opened(events, policy.vocabulary))
    }
    always = {"split", *PENDING, *world.words("voided"), *calling_off(world)}
    return world.with_events(
        tuple(
            event
            for event in events
            if event.at <= instant
            or event.type in always
            or key_of(event) in pins
            or (event.type == "rejudge" and event.attributes.get("replace"))
        )
    )


def calling_off(world: World) -> set[str]:
    """What cancels a promise before a known instant, in the words of every version."""
    targets = (target for policy in world.rules.versions for target in policy.targets)
    before = [target for target in targets if target.stated is Stated.BEFORE]
    kinds = {"merged", *(match.type for target in before for match in target.cancel)} if before else set()
    return {word for kind in kinds for word in world.words(kind)}


PENDING = {
    "aggravated", "mitigated", "refuted", "extension_approved", "extension_refused", "report_written", "change_scheduled", "promise_accepted",
}  # fmt: skip


def first_opened(events, vocabulary):
    """The earliest `opened`, as one version reads it."""
    return next((key_of(event) for event in in_order(events, vocabulary) if event.type == "opened"), None)


@on_worlds(TRIED)
def test_a_statement_rests_on_nothing_later_than_itself(world: World, dice: Random):
    for statement in at(world, AT_LAST).statements:
        assert statement in at(known_by(world, statement.at), AT_LAST).statements


@on_worlds(TRIED)
def test_nothing_later_makes_a_statement_wrong_but_what_the_rules_name(world: World, dice: Random):
    finally_said = at(world, AT_LAST).statements
    for instant in sorted({event.at for event in world.history.events}):
        for statement in at(known_by(world, instant), AT_LAST).statements:
            if statement.at <= instant and statement not in finally_said:
                assert may_be_taken_back(statement, finally_said)


def may_be_taken_back(statement: Statement, finally_said: Sequence[Statement]) -> bool:
    """Superseded when the target comes back or a rejudge takes it over; met before its clock when a stop follows.

    And deemed met when a stop in time follows: it outranks what is only as good as one.
    """
    now = next((each for each in finally_said if each.id == statement.id), None)
    if statement.outcome == State.DEEMED:
        return now is not None and now.outcome == State.MET
    if STOP_BEFORE_START in statement.remarks:
        return now is not None and now.outcome == State.MET and now.event != statement.event
    return statement.outcome == State.SUPERSEDED and (now is None or now.event != statement.event)


@on_worlds(TRIED)
def test_a_calendar_published_later_changes_no_statement_made_before(world: World, dice: Random):
    """As far as the calendar was known then: a new version settles what was open.

    Whether a later stop replaces one before the start, or a deeming, hangs on the due, and so on the new version too.
    """
    calendars = [target.calendar for policy in world.rules.versions for target in policy.targets]
    revised = [calendar for calendar in calendars if len(calendar.versions) > 1]
    if not revised:
        return
    calendar = dice.choice(revised)
    fewer = replace(calendar, versions=calendar.versions[:-1])
    before = replace(world, rules=with_calendar(world.rules, calendar, fewer))
    said_before, said = at(before, AT_LAST).statements, at(world, AT_LAST).statements
    unsettled = {
        about(s)
        for s in (*said, *said_before)
        if "calendar" in s.reason or STOP_BEFORE_START in s.remarks or s.outcome == State.DEEMED
    }

    def made_before(statement: Statement) -> bool:
        return (
            calendar.known_at(statement.at) is not calendar.latest
            and statement.at <= fewer.latest.known_until
            and about(statement) not in unsettled
            and world.target(statement.version, statement.target).calendar is calendar
        )

    assert [s for s in said if made_before(s)] == [s for s in said_before if made_before(s)]


def with_calendar(rules: Rules, calendar, other) -> Rules:
    return Rules(
        tuple(
            replace(
                policy,
                targets=tuple(
                    replace(target, calendar=other) if target.calendar is calendar else target
                    for target in policy.targets
                ),
            )
            for policy in rules.versions
        )
    )


@on_worlds(TRIED)
def test_statements_and_promises_agree(world: World, dice: Random):
    """A breach tells another due than it has where the event that set it came later.

    An extension asked for in time may be approved after the due that it leads to, and a change brought forward to an
    instant whose due is over: a statement tells what was known at its own instant. A due before the start, of a change
    scheduled too late for notice, is missed at the start.
    """
    judgement = at(world, AT_LAST)
    count(world, judgement)
    everything = {about(promise): promise for promise in judgement.promises}
    order = [(s.at, s.target, s.id) for s in judgement.statements]

    assert len(everything) == len(judgement.promises)
    assert len({s.id for s in judgement.statements}) == len(judgement.statements)
    assert order == sorted(order)
    assert {about(s) for s in judgement.statements} <= set(everything)
    for key, promise in everything.items():
        said = [s for s in judgement.statements if about(s) == key]
        breaches = [s for s in said if s.kind is Kind.BREACH]
        may_move = any(moves_afterwards(world.target(s.version, s.target)) for s in said)
        verdicts = [s for s in said if s.kind is Kind.VERDICT]

        assert len(breaches) == (promise.state in {State.BREACHED, State.LATE})
        assert len(verdicts) == (promise.state not in {State.BREACHED, State.OPEN})
        assert all(
            s.at == max(promise.due, promise.start) or (may_move and s.at > promise.due) for s in breaches
        )
        assert may_move or all(s.due == promise.due for s in breaches)
        assert all(s.outcome == promise.state for s in verdicts)
        assert all(s.event == promise.stopped_by for s in verdicts)
        if promise.state is State.MET:
            assert promise.due is None or promise.stop <= promise.due
        if promise.state is State.LATE:
            assert promise.stop > promise.due
        for statement in said:
            assert promise.start <= statement.at
            assert statement.start == promise.start
            if statement.name.startswith("r") and promise.state is State.MET:
                assert statement.at < promise.stop


def moves_afterwards(target: Target) -> bool:
    return target.extension is not None or target.stated is Stated.BEFORE


@on_worlds(TRIED)
def test_an_explanation_is_the_judgement_with_its_stretches(world: World, dice: Random):
    upto = dice.choice([AT_LAST, world.case["upto"]])
    explained = explain(world.history, world.rules, upto)

    assert tuple(promise for promise, _ in explained) == at(world, upto).promises
    for promise, stretches in explained:
        assert not stretches or stretches[0].start == promise.start
        assert all(one.end == two.start for one, two in pairwise(stretches))
        assert all(stretch.start < stretch.end for stretch in stretches)


# --- conservation -----------------------------------------------------------------------------------

PARTS = ("gated", "outside", "excluded", "held", "counted")


def summed(stretches: Iterable[Stretch]) -> dict[str, int]:
    sums = dict.fromkeys(PARTS, 0)
    for stretch in stretches:
        sums[stretch.what] += stretch.end - stretch.start
    return sums


@on_worlds(TRIED)
def test_accounts_add_up_to_the_span_and_to_the_stretches(world: World, dice: Random):
    """The stretches are those of the version that judges a promise last, where a rejudge has changed it."""
    spans = {about(promise): spans for promise, spans in explain(world.history, world.rules, AT_LAST)}
    rejudged = any(event.type == "rejudge" for event in world.history.events)
    for statement in at(world, AT_LAST).statements:
        parts = {part: getattr(statement.account, part) for part in PARTS}
        cut = [
            replace(stretch, end=min(stretch.end, statement.at))
            for stretch in spans[about(statement)]
            if stretch.start < statement.at
        ]

        assert sum(parts.values()) == statement.at - statement.start
        assert min(parts.values()) >= 0
        # A rung of a promise in grace may lie after its stop.
        if not rejudged and (cut[-1].end if cut else statement.start) == statement.at:
            assert summed(cut) == parts


@on_worlds(TRIED)
def test_a_clock_is_conserved_and_inverts(world: World, dice: Random):
    timeline, end = clock(world, dice), near(world, dice)
    stretches = list(timeline.stretches(end))
    account = timeline.account(end)

    assert [timeline.start, *(stretch.end for stretch in stretches)] == [
        *(stretch.start for stretch in stretches),
        max(timeline.start, end),
    ]
    assert {part: getattr(account, part) for part in PARTS} == summed(stretches)
    for _ in range(3):
        wanted = some_budget(timeline, dice)
        instant = timeline.used_up(wanted)
        if instant is None:
            continue

        assert timeline.used(instant) >= wanted
        assert timeline.used(instant) == wanted or timeline.target.unit is not Unit.TIME
        assert timeline.used(instant - 1) < wanted


@on_worlds(TRIED)
def test_what_is_used_up_by_an_instant_depends_on_no_pause_from_then_on(world: World, dice: Random):
    timeline = clock(world, dice)
    instant = timeline.used_up(some_budget(timeline, dice))
    if instant is not None:
        before = [pause for pause in timeline.pauses if pause.start < instant]
        other = paused(timeline, (*before, Pause(instant, NEVER, HELD, "customer")))

        assert all(pause.end <= instant for pause in before)
        assert other.used(instant) == timeline.used(instant)
        assert other.account(instant) == timeline.account(instant)
        assert timeline.used(instant - 1) == other.used(instant - 1)


@on_worlds(TRIED)
def test_a_pause_never_moves_a_due_earlier(world: World, dice: Random):
    timeline = clock(world, dice)
    start, end = sorted([near(world, dice), near(world, dice)])
    if start == end or any(pause.start <= end and start <= pause.end for pause in timeline.pauses):
        return
    added = Pause(start, dice.choice([end, NEVER]), HELD, "customer")
    before = [pause for pause in timeline.pauses if pause.end < start]
    after = [pause for pause in timeline.pauses if pause.start > added.end]
    more = paused(timeline, (*before, added, *after))
    amount = some_budget(timeline, dice)
    for question in (Timeline.used_up, Timeline.due):
        was, now = question(timeline, amount), question(more, amount)

        assert now is None or (was is not None and was <= now)


def paused(timeline: Timeline, pauses: tuple[Pause, ...]) -> Timeline:
    return replace(timeline, circumstances=replace(timeline.circumstances, pauses=pauses))


def clock(world: World, dice: Random) -> Timeline:
    """The clock of one of the targets, with random pauses, the last perhaps without end."""
    target = dice.choice([target for policy in world.rules.versions for target in policy.targets])
    marks = sorted({near(world, dice) for _ in range(dice.randrange(9))})
    ends = [*marks[1::2], NEVER]
    pauses = [
        Pause(start, end, dice.choice([HELD, EXCLUDED]), "customer")
        for start, end in zip(marks[::2], ends, strict=False)
    ]
    gate = dice.choice([EARLIEST, EARLIEST, EARLIEST, near(world, dice), NEVER])
    circumstances = Circumstances(gate, tuple(pauses))
    return Timeline(target, near(world, dice), circumstances, target.calendar.latest)


def near(world: World, dice: Random) -> Instant:
    """On the grid of the world's story, or at one of its events, or at a tick of its first days."""
    first = min((event.at for event in world.history.events), default=BEGINNINGS[0])
    places = [first + dice.randrange(-8, 8 * 48) * HALF_HOUR, first + dice.randrange(7) * DAY]
    places += [event.at for event in world.history.events[:3]]
    return dice.choice(places) + dice.choice([0, 0, 0, 0, 0, 1, -1])


def some_budget(timeline: Timeline, dice: Random) -> int:
    if timeline.target.unit is Unit.TIME:
        return dice.randint(1, 40) * HALF_HOUR - dice.choice([0, 0, 1])
    return dice.randint(1, 10)


@on_worlds(TRIED, doubts=False)
def test_a_hold_found_out_afterwards_never_moves_a_due_earlier(world: World, dice: Random):
    """Unless a rejudge comes between, which takes over what is still open and may give it less time."""
    judgement = at(world, AT_LAST)
    if judgement.policy is None or any(event.type == "rejudge" for event in world.history.events):
        return
    told = in_order(world.history.events, world.version(judgement.policy[1]).vocabulary)
    marks = sorted({event.at for event in told if event.type != "held"})
    if len(marks) < 2:
        return
    start, end = dice.choice(list(pairwise(marks)))
    if any(hold.start <= end and start <= hold.end for hold in holds_of(told)):
        return
    more = world.with_events((*world.history.events, *two_events(start, end)))
    after = {about(promise): promise for promise in at(more, AT_LAST).promises}
    for promise in judgement.promises:
        moved = after.get(about(promise))
        target = world.target(judgement.policy[1], promise.target)
        if moved is not None and promise.due is not None and not speaks_of("held", target):
            note("a hold was added to a promise")

            assert moved.due is None or moved.due >= promise.due


def speaks_of(kind: str, target: Target) -> bool:
    gates = [match for alternatives in target.gate for match in alternatives]
    return any(match.type == kind for match in (*target.start, *target.stop, *target.cancel, *gates))


def two_events(start: Instant, end: Instant) -> list[Event]:
    held = Event(
        tenant="t", ticket="k", source="a", id="h", type="held", at=start, attributes={"reason": "customer"}
    )
    return [held, replace(held, id="g", type="resumed", at=end, attributes={})]


# --- a second way to reckon -------------------------------------------------------------------------


@on_worlds(TRIED, doubts=False, exact=True, versions=1, units=(Unit.TIME,))
def test_dues_are_where_walking_half_hour_by_half_hour_finds_them(world: World, dice: Random):
    """For targets whose clock starts at once and stands still in holds only."""
    judgement = at(world, AT_LAST)
    events = world.history.events
    if judgement.policy is None or any(
        event.at % HALF_HOUR or event.type in {"split", "rejudge"} for event in events
    ):
        return
    told = in_order(events, world.version(judgement.policy[1]).vocabulary)
    for promise in judgement.promises:
        target = world.target(judgement.policy[1], promise.target)
        if is_plain(target, world) and target.boundary.value == "close":
            SEEN["due checked by walking"] += 1

            assert promise.due == walked(target, promise.start, told)


def is_plain(target: Target, world: World) -> bool:
    excluded = bool(target.exclusions and world.history.shared)
    moved = target.extension or target.stated
    return not (target.applies or target.gate or target.max_open or excluded or moved)


def walked(target: Target, start: Instant, told: Sequence[Event]) -> Instant | None:
    """The due, found by asking each half hour whether it is open and whether the ticket waits.

    The only other sum is the working time of half an hour.
    """
    hours = target.calendar.latest.hours
    now, left = start, target.budget
    last = max(event.at for event in told)
    while left > 0:
        open_for = hours.worked(now, now + HALF_HOUR)
        if waits(target, now, told):
            if now > last:
                return None
        else:
            left -= open_for
        now += HALF_HOUR
    if left == 0:
        while not hours.worked(now - 1, now):
            now -= 1 if now % HALF_HOUR else HALF_HOUR
        return now
    return hours.after(now - HALF_HOUR, open_for + left)


def waits(target: Target, now: Instant, told: Sequence[Event]) -> bool:
    """Whether the ticket is on an accepted hold in the half hour that begins `now`."""
    reason: str | None = None
    for event in told:
        if event.at > now:
            break
        text = as_text(event.attributes.get("reason")) or ""
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


@on_worlds(TRIED)
def test_hearing_of_things_one_by_one_ends_where_hearing_of_all_at_once_does(world: World, dice: Random):
    """Events arrive in any order, doubts come and go, the watermark rises; after each the difference is said."""
    ticket = [(event, False) for event in world.history.events]
    arrival = [*ticket, *((event, True) for event in world.history.shared)]
    dice.shuffle(arrival)
    upto, said = dice.choice(BEGINNINGS), dict[str, Said]()
    for heard in range(1, len(arrival) + 1):
        events = tuple(event for event, of_areas in arrival[:heard] if not of_areas)
        shared = tuple(event for event, of_areas in arrival[:heard] if of_areas)
        doubts = world.history.doubts if dice.random() < 0.5 else ()
        heard_of = replace(world.history, events=events, doubts=doubts, shared=shared)
        said = say(said, judge(heard_of, world.rules, upto))
        upto = min(AT_LAST, upto + dice.randrange(4 * 48) * HALF_HOUR)
    said = say(said, at(world, AT_LAST))

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


@settings(settings.get_profile("ci"))
@given(owners(), st.lists(odd_events(), max_size=12), st.lists(odd_events(), max_size=3), st.data())
def test_every_history_has_a_judgement(
    rules: Rules, told: list[Event], shared: list[Event], data: st.DataObject
):
    if data.draw(st.booleans()):
        facts = {"prio": "high", "area": "north"}
        told.append(Event(tenant="t", ticket="k", source="a", id="e0", type="opened", at=0, attributes=facts))
    since = data.draw(st.lists(st.sampled_from([-1, 0, BEGINNINGS[0], NEVER]), max_size=2))
    history = History(once(told), tuple(Doubt(since=each, reason="x") for each in since), once(shared))
    for upto in (-1, 0, BEGINNINGS[0], AT_LAST, NEVER, data.draw(st.integers())):
        judgement = judge(history, rules, upto)

        assert diff(diff((), judgement), judgement) == ()
        assert judgement.wake_at is None or judgement.wake_at >= upto
    explain(history, rules, AT_LAST)


def once(told: Iterable[Event]) -> tuple[Event, ...]:
    return tuple({(event.source, event.id): event for event in told}.values())


# --- the census -------------------------------------------------------------------------------------


def test_every_kind_of_thing_was_tried():
    if SEEN["examples"] < 2_000:
        pytest.skip("too few random examples were tried in this run")

    assert [kind for kind in REQUIRED if not SEEN[kind]] == []
