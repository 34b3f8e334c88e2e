from service.hotline import Listening, Ratio, fold_calls, occupancy, watch
from tests.hotline.telling import S, agent, call

QUIET = Listening(silence=10_000 * S)


def ratio(calls, agents, upto=1000, start=0, end=1000, listening=QUIET, **more):
    found = occupancy(fold_calls(calls), watch(agents, upto * S, listening), start * S, end * S, **more)
    return found.part // S, found.whole // S


CALLS = [
    call("offered", 90),
    call("answered", 100, agent="a"),
    call("hung_up", 400, by="caller"),
]


def test_by_hand():
    """Ready 0 to 1000, a call 100 to 400, wrap-up 400 to 500, lunch 700 to 900: 400 of 800 s."""
    agents = [
        agent("ready", 0),
        agent("not_ready", 400, reason="wrap_up"),
        agent("ready", 500),
        agent("not_ready", 700, reason="lunch"),
        agent("ready", 900),
    ]

    assert ratio(CALLS, agents) == (400, 800)


def test_a_call_while_not_ready_is_handling():
    assert ratio(CALLS, [agent("ready", 0), agent("not_ready", 200, reason="lunch")]) == (300, 400)


def test_two_calls_at_once_are_one_time():
    second = [
        call("offered", 150, name="d"),
        call("answered", 200, name="d", agent="a"),
        call("hung_up", 450, name="d"),
    ]

    assert ratio([*CALLS, *second], [agent("ready", 0)]) == (350, 1000)


def test_a_call_that_lasts():
    assert ratio(CALLS[:2], [agent("ready", 0)]) == (900, 1000)


def test_a_window():
    assert ratio(CALLS, [agent("ready", 0)], start=350, end=450) == (50, 100)
    whole = ratio(CALLS, [agent("ready", 0)])
    parts = [ratio(CALLS, [agent("ready", 0)], start=start, end=start + 250) for start in range(0, 1000, 250)]
    assert tuple(map(sum, zip(*parts, strict=True))) == whole


def test_only_time_that_is_sure_is_looked_at():
    """Silent from 200 on: a hundred seconds with the call, a hundred without."""
    assert ratio(CALLS, [agent("ready", 0)], listening=Listening(silence=200 * S)) == (100, 200)


def test_of_agents_whose_state_was_never_told_there_is_no_figure():
    assert occupancy(fold_calls(CALLS), watch([], 1000 * S, QUIET), 0, 1000 * S) == Ratio(0, 0)


def test_several_agents():
    """a: 300 of 1000; b, from 500 on: 0 of 500."""
    agents = [agent("ready", 0), agent("ready", 500, "b", queues=("r",))]

    assert ratio(CALLS, agents) == (300, 1500)
    assert ratio(CALLS, agents, queue="q") == (300, 1000)
