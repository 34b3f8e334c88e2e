"""What holds of every history: order and duplicates change nothing, and everything adds up."""

import itertools
from collections import Counter
from dataclasses import astuple, replace

from hypothesis import given
from hypothesis import strategies as st

from service.hotline import (
    Answer,
    Counts,
    Cover,
    Listening,
    Mode,
    Requirement,
    Roster,
    abandonment,
    count,
    coverage,
    fold_calls,
    in_all,
    occupancy,
    service_level,
    speed_of_answer,
    watch,
    within_rings,
)
from service.hotline.facts import AGENT_FACTS, CALL_FACTS
from tests.hotline.telling import TRIED, S, agent, call

LAST = 60
AT = st.integers(0, LAST)
QUEUES = ("q", "r")


@st.composite
def call_events(draw):
    return [
        call(
            draw(st.sampled_from((*CALL_FACTS, "offered", "answered"))),
            draw(AT),
            draw(st.sampled_from("cde")),
            id=f"{place}",
            seq=draw(st.integers(0, 1)),
            queue=draw(st.sampled_from(("", *QUEUES))),
            agent=draw(st.sampled_from(("", "a", "b"))),
            by=draw(st.sampled_from(("", "caller", "agent", "system"))),
            rating=draw(st.integers(1, 5)),
        )
        for place in range(draw(st.integers(0, 25)))
    ]


@st.composite
def agent_events(draw):
    return [
        agent(
            draw(st.sampled_from(AGENT_FACTS)),
            draw(AT),
            draw(st.sampled_from(("", "a", "b", "c"))),
            draw(st.sampled_from(("acd", "wfm"))),
            id=f"{place}",
            seq=draw(st.integers(0, 1)),
            queues=draw(st.sampled_from(((), ("q",), ("q", "r")))),
            reason=draw(st.sampled_from(("", "wrap_up", "lunch"))),
        )
        for place in range(draw(st.integers(0, 20)))
    ]


LISTENING = st.builds(
    Listening,
    silence=st.integers(1, 30).map(lambda seconds: seconds * S),
    shift=st.integers(1, 60).map(lambda seconds: seconds * S),
    sources=st.sampled_from(((), ("acd",), ("acd", "wfm"), ("other",))),
)
ROSTERS = st.builds(
    lambda spans, least: Roster(
        tuple(Requirement("q", start * S, end * S, agents) for start, end, agents in spans), (), least
    ),
    st.lists(st.tuples(AT, AT, st.integers(0, 3)), max_size=4),
    st.integers(0, 2),
)


def shuffled(data, events):
    """In another order, some of them twice."""
    again = data.draw(st.lists(st.sampled_from(events), max_size=5)) if events else []
    return data.draw(st.permutations([*events, *again]))


@TRIED
@given(st.data(), call_events(), AT)
def test_order_and_duplicates_of_calls_change_nothing(data, events, upto):
    assert fold_calls(shuffled(data, events), upto * S) == fold_calls(events, upto * S)


@TRIED
@given(st.data(), agent_events(), LISTENING, AT)
def test_order_and_duplicates_of_agents_change_nothing(data, events, listening, upto):
    assert watch(shuffled(data, events), upto * S, listening) == watch(events, upto * S, listening)


@TRIED
@given(call_events(), st.lists(AT, max_size=4))
def test_counts_add_up_over_periods_and_queues(events, cuts):
    calls, upto = fold_calls(events), LAST * S
    edges = [0, *sorted(each * S for each in cuts), (LAST + 1) * S]
    parts = [
        count(calls, upto, queue=queue, start=start, end=end)
        for start, end in itertools.pairwise(edges)
        for queue in ("", *QUEUES)
    ]

    assert sum(parts, start=Counts()) == count(calls, upto)
    for figure in (
        *(lambda c, m=mode: service_level(c, m) for mode in Mode),
        abandonment,
        speed_of_answer,
        within_rings,
    ):
        whole = figure(count(calls, upto))
        assert (sum(figure(each).part for each in parts), sum(figure(each).whole for each in parts)) == (
            whole.part,
            whole.whole,
        )


@TRIED
@given(call_events())
def test_every_leg_is_counted_once(events):
    calls = fold_calls(events)

    assert count(calls, LAST * S).offered == sum(len(each.legs) for each in calls)


@TRIED
@given(call_events())
def test_a_call_holds_together(events):
    for each in fold_calls(events):
        waiting = [leg for leg in each.legs if leg.until is None]
        assert waiting in ([], list(each.legs[-1:]))
        assert all(leg.offered_at <= leg.until for leg in each.legs if leg.until is not None)
        assert all(one.until <= two.offered_at for one, two in zip(each.legs, each.legs[1:], strict=False))
        held = Counter(handling.agent for handling in each.handlings if handling.end is None)
        assert each.ended_at is None or not held
        assert set(held.values()) <= {1}
        told = {event.id for event in events if event.call == each.id}
        assert each.strays <= len(told)


@TRIED
@given(call_events(), st.sampled_from(Mode))
def test_a_level_is_a_share_and_early_leavers_never_hurt_by_being_left_out(events, mode):
    counts = count(fold_calls(events), LAST * S)
    for now in (False, True):
        level = service_level(counts, mode, now=now)
        assert 0 <= level.part <= level.whole
    strict, lenient = service_level(counts).value, service_level(counts, mode).value
    assert strict is None or lenient is None or strict <= lenient


def expected_at(moment, events, listening, roster, upto):
    """(answer, sure) in [moment, moment + 1), looked up fact by fact."""
    if moment >= upto:
        known = None
    else:
        known = sorted(
            (each for each in events if each.at <= moment * S),
            key=lambda each: (each.at, each.source, each.seq, AGENT_FACTS.index(each.type), each.id),
        )
    all_told = {each.source for each in events if each.at <= upto * S}
    sources = listening.sources or all_told
    heard = {
        source
        for source in sources
        if known and any(each.source == source and moment * S < each.at + listening.silence for each in known)
    }
    required = max(
        [roster.least, *(each.agents for each in roster.requirements if each.start <= moment * S < each.end)]
    )
    sure = unsure = 0
    for name in "abc":
        mine = [each for each in known or () if each.agent == name]
        state, queues = "out", ()
        for fact in mine:
            if fact.type == "signed_out":
                state = "out"
            elif fact.type == "ready":
                state = "on"
            elif fact.type == "signed_in" and state == "out":
                state = "off"
            elif fact.type == "not_ready" and state != "out":
                state = "on" if fact.reason == "wrap_up" else "off"
            if fact.type == "signed_in" or fact.queues:
                queues = fact.queues
        if state == "on" and (not queues or "q" in queues):
            is_fresh = moment * S < mine[-1].at + listening.shift
            if is_fresh and mine[-1].source in heard:
                sure += 1
            else:
                unsure += 1
    if sure >= required:
        return Answer.COVERED, sure
    if heard != set(sources) or not sources or known is None or sure + unsure >= required:
        return Answer.UNKNOWN, sure
    return Answer.UNCOVERED, sure


@TRIED
@given(agent_events(), LISTENING, ROSTERS, AT)
def test_coverage_second_by_second(events, listening, roster, upto):
    """Against a second way to the answer: each second for itself."""
    found = coverage(watch(events, upto * S, listening), roster, "q", 0, (LAST + 1) * S)
    each = [(one.answer, one.sure) for one in found for _ in range(one.start, one.end, S)]

    assert each == [expected_at(moment, events, listening, roster, upto) for moment in range(LAST + 1)]


@TRIED
@given(agent_events(), LISTENING, ROSTERS, AT, AT)
def test_the_answers_add_up_to_the_span(events, listening, roster, upto, cut):
    seen, end = watch(events, upto * S, listening), (LAST + 1) * S
    whole = in_all(coverage(seen, roster, "q", 0, end))
    left, right = (in_all(coverage(seen, roster, "q", *span)) for span in ((0, cut * S), (cut * S, end)))

    assert left + right == whole
    assert whole.covered + whole.uncovered + whole.unknown == end
    assert (left + Cover()) == left


@TRIED
@given(agent_events(), LISTENING, ROSTERS, AT)
def test_one_more_agent_never_uncovers(events, listening, roster, upto):
    """One who is ready all the time, and whose facts make nobody else better known."""
    quiet = replace(listening, sources=("acd", "wfm"))
    more = [agent("ready", at, "z", id=f"z{at}") for at in range(LAST + 1)]
    plain = [each for each in events if each.source == "acd"]
    ticks = [agent("alive", at, "", id=f"t{at}") for at in range(LAST + 1)]
    before = coverage(watch([*plain, *ticks], upto * S, quiet), roster, "q", 0, LAST * S)
    after = coverage(watch([*plain, *ticks, *more], upto * S, quiet), roster, "q", 0, LAST * S)

    assert in_all(after).covered >= in_all(before).covered
    assert in_all(after).uncovered <= in_all(before).uncovered


@TRIED
@given(call_events(), agent_events(), LISTENING, st.lists(AT, max_size=3))
def test_occupancy_adds_up_and_is_a_share(calls, agents, listening, cuts):
    folded, seen = fold_calls(calls, LAST * S), watch(agents, LAST * S, listening)
    edges = [0, *sorted(each * S for each in cuts), LAST * S]
    whole = occupancy(folded, seen, 0, LAST * S)
    parts = [occupancy(folded, seen, start, end) for start, end in itertools.pairwise(edges)]

    assert astuple(whole) == (sum(each.part for each in parts), sum(each.whole for each in parts))
    assert 0 <= whole.part <= whole.whole


@TRIED
@given(agent_events(), LISTENING, AT)
def test_an_agent_is_in_one_state_at_a_time(events, listening, upto):
    seen = watch(events, upto * S, listening)

    for name in {each.agent for each in seen.presences}:
        mine = [each for each in seen.presences if each.agent == name]
        assert all(one.end <= two.start for one, two in itertools.pairwise(mine))
        assert all(each.start < each.end <= upto * S for each in mine)
