import pytest

from service.bus.stall import StalledError, StallWatch


def test_a_partition_that_moves_is_never_stalled():
    watch = StallWatch(10)
    for now in range(0, 100, 5):
        watch.check(now, {"p": now})


def test_a_partition_without_more_to_deliver_is_never_stalled():
    watch = StallWatch(10)
    watch.check(0, {"p": 1})
    watch.check(9, {})
    watch.check(15, {"p": 1})
    watch.check(24, {"p": 1})


def test_one_that_stands_still_for_too_long_is_named():
    watch = StallWatch(10)
    watch.check(0, {"p": 1, "q": 5})
    watch.check(8, {"p": 1, "q": 6})
    with pytest.raises(StalledError, match=r"\['p'\]"):
        watch.check(11, {"p": 1, "q": 6})
