from hypothesis import given
from hypothesis import strategies as st

from service.bus.ends import Extent
from service.bus.readings import MOST, Reading, Readings
from service.clock import doubt_of
from service.clocks import RealClocks, Steadiness
from service.sla.instants import DAY, HOUR, MINUTE, SECOND
from service.store.progress import Progress


class Clocks:
    def __init__(self):
        self.now = self.passed = 1_000 * DAY

    def wall(self):
        return self.now

    def monotonic(self):
        return self.passed

    def run(self, time, jump=0):
        self.passed += time
        self.now += time + jump


async def ticks(clocks, *steps, database=0, tolerance=2 * SECOND, settle=5 * MINUTE):
    steadiness = Steadiness(clocks, tolerance=tolerance, settle=settle)

    async def database_now():
        return clocks.now + database

    found = []
    for time, jump in steps:
        clocks.run(time, jump)
        found.append((await steadiness.read(database_now)).doubt)
    return found


async def test_even_clocks_are_believed_and_drift_is_let_pass():
    assert await ticks(Clocks(), *[(SECOND, SECOND // 1000)] * 5000) == [""] * 5000


async def test_the_earlier_of_two_clocks_counts():
    clocks = Clocks()
    steadiness = Steadiness(clocks, tolerance=2 * SECOND, settle=HOUR)

    async def a_second_behind():
        return clocks.now - SECOND

    assert (await steadiness.read(a_second_behind)).t0 == clocks.now - SECOND


async def test_clocks_that_differ_are_not_believed():
    assert await ticks(Clocks(), (SECOND, 0), database=3 * SECOND) == ["clocks_differ"]
    assert await ticks(Clocks(), (SECOND, 0), database=-3 * SECOND) == ["clocks_differ"]


async def test_a_jump_is_not_believed_until_it_has_lasted():
    found = await ticks(Clocks(), (SECOND, 0), (SECOND, HOUR), *[(MINUTE, 0)] * 5)

    assert found == ["", *["clock_jumped"] * 5, ""]


async def test_a_jump_back_to_the_right_time_is_believed_at_once():
    found = await ticks(Clocks(), (SECOND, 0), (SECOND, HOUR), (SECOND, 0), (SECOND, -HOUR), (SECOND, 0))

    assert found == ["", "clock_jumped", "clock_jumped", "", ""]


async def test_a_process_that_was_stopped_has_not_jumped():
    assert await ticks(Clocks(), (SECOND, 0), (HOUR, 0)) == ["", ""]


def test_this_machine_has_clocks():
    clocks = RealClocks()

    assert clocks.wall() > 50 * 365 * DAY
    assert clocks.monotonic() <= clocks.monotonic()


def known(next_offset):
    return {("t", 0): Progress("t", 0, 1, next_offset, None)}


def test_what_a_probe_may_doubt():
    assert doubt_of({"t": {0: Extent(0, 5)}}, known(3)) == ""
    assert doubt_of({"t": {0: Extent(3, 3)}}, known(3)) == ""
    assert doubt_of({"t": {0: Extent(0, 2)}}, known(3)) == "topic_recreated"
    assert doubt_of({"t": {0: Extent(4, 9)}}, known(3)) == "lost_beginning"
    assert doubt_of({"t": {0: Extent(0, 5), 1: Extent(0, 0)}}, known(3)) == "unknown_partition"


def reading(t0, *ends):
    return Reading(t0, {("t", part): end for part, end in enumerate(ends)})


def test_under_steady_lag_older_readings_are_reached_one_after_the_other():
    readings = Readings()
    reached = []
    for second in range(20):
        readings.add(reading(second, second * 10))
        reached += [r.t0 for r in readings.reached({("t", 0): (second - 5) * 10})]

    assert reached == list(range(15))
    assert len(readings) <= 6


def test_each_partition_has_the_newest_reading_that_it_reached():
    readings = Readings()
    for t0, ends in ((1, (10, 10)), (2, (20, 20)), (3, (30, 30))):
        readings.add(reading(t0, *ends))

    found = {r.t0: set(r.ends) for r in readings.reached({("t", 0): 30, ("t", 1): 15})}

    assert found == {3: {("t", 0)}, 1: {("t", 1)}}


def test_readings_are_bounded_and_keep_the_newest():
    readings = Readings()
    for t0 in range(10 * MOST):
        readings.add(reading(t0, t0))

    assert len(readings) <= MOST
    assert [r.t0 for r in readings.reached({("t", 0): 10 * MOST})] == [10 * MOST - 1]


@given(st.data())
def test_what_is_reached_was_really_reached_and_is_the_most_that_was(data):
    parts = data.draw(st.integers(1, 3))
    readings, given_readings, ends = Readings(), [], [0] * parts
    position = [0] * parts
    best = [-1] * parts
    for t0 in range(data.draw(st.integers(1, 30))):
        ends = [end + data.draw(st.integers(0, 3)) for end in ends]
        readings.add(reading(t0, *ends))
        given_readings.append((t0, list(ends)))
        position = [data.draw(st.integers(at, end)) for at, end in zip(position, ends, strict=True)]
        for found in readings.reached({("t", part): at for part, at in enumerate(position)}):
            for (_, part), end in found.ends.items():
                assert position[part] >= end
                best[part] = max(best[part], found.t0)
    truth = [
        max((t0 for t0, e in given_readings if e[part] <= position[part]), default=-1)
        for part in range(parts)
    ]
    assert best == truth
