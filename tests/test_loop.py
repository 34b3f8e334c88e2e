import asyncio
import threading
import time

from service.loop import BLOCKED, Backoff, Pulse, Watchdog, attempt, run, told, wait


async def taking(steps, *, idle=0.01, backoff=None):
    """Run `steps` (values to give, exceptions to raise), then stop; how many turns it took."""
    stop, turns, pulse = asyncio.Event(), [], Pulse("test")
    left = iter(steps)

    async def step():
        turns.append(time.monotonic())
        found = next(left, None)
        if found is None:
            stop.set()
            return False
        if isinstance(found, Exception):
            raise found
        return found

    await asyncio.wait_for(run(step, stop, pulse=pulse, idle=idle, backoff=backoff or Backoff(0.01, 0.02)), 5)
    return turns


async def test_work_is_followed_at_once_and_idleness_by_a_pause():
    turns = await taking([True, True, False], idle=0.2)

    assert turns[2] - turns[0] < 0.1
    assert turns[3] - turns[2] >= 0.2


async def test_a_failing_step_is_tried_again():
    assert len(await taking([ValueError("x"), OSError(), True])) == 4


async def test_a_stop_ends_a_pause_at_once():
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.05, stop.set)
    began = time.monotonic()

    assert await wait(stop, 30)
    assert time.monotonic() - began < 5
    assert not await wait(asyncio.Event(), 0.01)


async def test_an_attempt_gives_the_first_success():
    results = iter([OSError("away"), OSError("away"), "here"])

    async def action():
        found = next(results)
        if isinstance(found, Exception):
            raise found
        return found

    assert await attempt("part", action, asyncio.Event(), backoff=Backoff(0.01, 0.02)) == "here"


async def test_an_attempt_gives_up_when_stopped():
    stop = asyncio.Event()

    async def action():
        stop.set()
        raise OSError

    assert await attempt("part", action, stop, backoff=Backoff(60, 60)) is None


def test_pauses_grow_to_a_bound_and_begin_again():
    backoff = Backoff(1, 4)

    pauses = [backoff.pause() for _ in range(5)]
    backoff.reset()

    assert [top / 2 <= pause <= top for pause, top in zip(pauses, (1, 2, 4, 4, 4), strict=True)] == [True] * 5
    assert backoff.pause() <= 1


def test_errors_are_told_in_one_bounded_line():
    assert told(ValueError("a\n  b")) == "ValueError: a b"
    assert told(TimeoutError()) == "TimeoutError"
    assert len(told(ValueError("x" * 5000))) < 400


async def test_the_watchdog_ends_a_process_whose_loop_is_blocked(capfd):
    ended = threading.Event()
    statuses = []
    watchdog = Watchdog(0.4, lambda status: (statuses.append(status), ended.set()))
    watchdog.start()
    await asyncio.sleep(1)
    assert not ended.is_set()

    ended.wait(5)  # blocks the loop
    watchdog.stop()

    assert statuses == [BLOCKED]
    assert "event loop is blocked" in capfd.readouterr().err
