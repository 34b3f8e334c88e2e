"""What figures of a hotline look back on, where its roster comes from, and which series there can be."""

import random

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.app.hotline import Look, _worked_out, asked_of, forget, look, queues_of
from service.hotline import Answer, Mode, coverage
from service.metrics.hotline import ANSWERS
from service.settings import Settings
from service.sla.instants import HOUR, MINUTE, SECOND
from service.store import Database, hotline_events
from service.wire import HOTLINE, publish_structured
from tests.app.hotline_board import CHOSEN, Shown, scene
from tests.app.hotline_scene import NOON, SETTINGS, fact, keep


@pytest.fixture
async def db(database):
    one = Database.open(database, pool_size=2)
    yield one
    await one.close()


async def test_without_facts_nothing_is_claimed(db):
    shown = Shown()
    await shown.board.refresh(db, NOON)

    assert [shown("coverage", answer=each) for each in ANSWERS] == [0, 0, 1]
    assert shown("last_fact_timestamp_seconds", None) == 0
    assert (shown("roster_known", None), shown("planned_gap_seconds")) == (0, 0)
    assert (await look(db, CHOSEN, NOON)).standings[0].gaps is None


async def test_a_roster_that_has_run_out_is_a_gap(db):
    await keep(db, fact("roster.shift", -9000, "u-1", from_=-3600, to=-60))
    (faults, _) = (await look(db, CHOSEN, NOON)).standings

    assert [(gap.start, gap.end, gap.planned, gap.required) for gap in faults.gaps] == [
        (NOON, NOON + 8 * HOUR, 0, 1)
    ]


async def test_a_roster_comes_on_the_topic_and_in_a_file(db, tmp_path):
    file = tmp_path / "roster.jsonl"
    chosen = Settings(**SETTINGS, hotline_roster_file=str(file))
    await keep(db, fact("roster.shift", -9000, "u-1", from_=-3600, to=3600))
    told = [
        fact("roster.shift", -9000, "u-1", from_=-3600, to=3600),  # which came on the topic as well
        fact("roster.shift", -9000, "u-2", from_=1800, to=40_000),
        fact("roster.required", -9000, "faults", from_=0, to=7200, agents=2),
    ]
    file.write_bytes(b"\n".join([*(publish_structured(each.event, HOTLINE).value for each in told), b""]))
    seen = await look(db, chosen, NOON)

    gaps = [(gap.start - NOON, gap.end - NOON, gap.planned) for gap in seen.standings[0].gaps]
    assert gaps == [(0, 1800 * SECOND, 1), (3600 * SECOND, 7200 * SECOND, 1)]
    assert (seen.trouble, len(seen.roster.shifts)) == ("", 2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "line 1: not_json"),
        (
            b"\n" + publish_structured(fact("agent.ready", 0, "u-1").event, HOTLINE).value,
            "line 2: agent.ready is no",
        ),
        (None, "No such file"),
    ],
)
async def test_a_roster_that_cannot_be_read_is_told_and_counts_for_nothing(db, tmp_path, content, words):
    file = tmp_path / "roster.jsonl"
    if content is not None:
        file.write_bytes(content)
    chosen = Settings(**SETTINGS, hotline_roster_file=str(file))
    shown = Shown(chosen)
    with structlog.testing.capture_logs() as lines:
        await shown.board.refresh(db, NOON)

    (line,) = lines
    assert line["event"] == "roster_unreadable"
    assert words in line["detail"]
    assert shown("roster_known", None) == 0


async def test_what_is_too_old_is_forgotten_bit_by_bit(db):
    await scene(db)
    hours = CHOSEN.hotline_retention_hours
    assert not await forget(db, CHOSEN, NOON + round(hours * HOUR))
    seen = await look(db, CHOSEN, NOON)

    assert seen.standings[0].counts.offered == 0
    assert seen.heard == NOON  # the sign of life at noon itself is not older
    assert seen.has_roster  # its spans go on beyond


async def test_signs_of_life_that_are_left_out_change_nothing(db):
    chance = random.Random(11)
    facts = {}
    for _ in range(400):
        type_ = chance.choice(["alive"] * 6 + ["ready", "not_ready", "signed_in", "signed_out"])
        subject, at = chance.choice(["u-1", "u-2", "u-3", "pbx"]), -chance.randrange(0, 20 * 3600, 7)
        told = {"queues": chance.choice(["faults", "sales"])} if chance.random() < 0.2 else {}
        source = chance.choice(["pbx", "branch"])
        one = fact(f"agent.{type_}", at, subject, source=source, **told)
        facts[one.key] = one
    await keep(db, *facts.values())
    everything = [one.event for one in facts.values()]
    answers = set()
    for minutes in range(0, 600, 20):
        at, last = NOON - minutes * MINUTE, NOON - (minutes + 45) * MINUTE
        seen = await look(db, CHOSEN, at, last)
        whole = _worked_out(CHOSEN, asked_of(CHOSEN), at, ([], everything, []), None)

        assert [each.cover for each in seen.standings] == [each.cover for each in whole.standings]
        assert [each.occupancy for each in seen.standings] == [each.occupancy for each in whole.standings]
        assert seen.standings[0].now == whole.standings[0].now
        found = coverage(seen.watch, seen.roster, "faults", last, at)
        assert found == coverage(whole.watch, whole.roster, "faults", last, at)
        answers |= {each.answer for each in found}
    assert answers == set(Answer)
    assert len(await facts_of_agents(db)) < len(facts)


async def facts_of_agents(db: Database):
    async with db.transaction() as tx:
        since, alive = NOON - 16 * HOUR, NOON - 40 * MINUTE
        return await hotline_events.agents_told(tx, "default", since=since, alive=alive, upto=NOON)


def test_settings_say_how_it_is_measured():
    chosen = Settings(
        hotline_queues=" faults, sales,faults ,",
        hotline_mode="credit_early",
        hotline_ring_seconds=6,
        hotline_rings=4,
        hotline_wrap_up="acw,notes",
        hotline_sources="pbx",
    )
    asked = asked_of(chosen)

    assert queues_of(chosen).all == ("faults", "sales", "other")
    assert asked.mode is Mode.CREDIT_EARLY
    assert (asked.yardstick.pickup.limit, asked.yardstick.pickup.assumed) == (24 * SECOND, False)
    assert (asked.listening.wrap_up, asked.listening.sources) == (frozenset({"acw", "notes"}), ("pbx",))
    assert (asked.window, asked_of(CHOSEN).yardstick.pickup.assumed) == (30 * MINUTE, True)
    shown = Shown(chosen)
    assert 'mode="credit_early"' in shown.metrics.render().decode()


@settings(
    max_examples=50, derandomize=True, database=None, deadline=None, suppress_health_check=[*HealthCheck]
)
@given(
    told=st.lists(
        st.tuples(
            st.sampled_from(
                ["offered", "answered", "abandoned", "missed", "transferred", "hung_up", "rated"]
            ),
            st.integers(-1500, 0),
            st.sampled_from(["c1", "c2", "客戶-3", "{}"]),
            st.sampled_from(["faults", "sales", "x" * 40, "faults "]),
            st.sampled_from(["caller", "agent", "system", "?"]),
        ),
        max_size=30,
    )
)
def test_no_fact_makes_a_series_beyond_the_configured_ones(told):
    shown = Shown()
    before = set(series(shown))
    events = [
        fact(f"call.{type_}", at, call, queue=queue, agent="u-1", by=by, rating=3).event
        for type_, at, call, queue, by in told
    ]
    for at in (-2000, 0):
        found: Look = _worked_out(CHOSEN, asked_of(CHOSEN), NOON + at * SECOND, (events, [], []), None)
        shown.board.show(found)

    assert set(series(shown)) == before


def series(shown: Shown):
    for family in shown.metrics.registry.collect():
        for sample in family.samples:
            yield sample.name, tuple(sorted(sample.labels.items()))
