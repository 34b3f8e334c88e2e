import pytest

from service.hotline import Outcome, fold_calls
from tests.hotline.telling import S, call


def folded(*events, **more):
    (found,) = fold_calls(events, **more)
    return found


def legs(found):
    """(queue, offered, until, outcome), in seconds."""
    return [
        (leg.queue, leg.offered_at // S, None if leg.until is None else leg.until // S, leg.outcome.value)
        for leg in found.legs
    ]


def handlings(found):
    return [
        (each.agent, found.queue_of(each), each.start // S, None if each.end is None else each.end // S)
        for each in found.handlings
    ]


def test_answered_and_ended():
    found = folded(
        call("offered", 0, queue="faults"),
        call("answered", 12, agent="li"),
        call("hung_up", 192, by="caller"),
    )

    assert legs(found) == [("faults", 0, 12, "answered")]
    assert handlings(found) == [("li", "faults", 12, 192)]
    assert (found.ended_at, found.ended_by, found.strays) == (192 * S, "caller", 0)


@pytest.mark.parametrize(
    ("events", "outcome", "until", "by"),
    [
        ([], "waiting", None, ""),
        ([call("abandoned", 9)], "abandoned", 9, "caller"),
        ([call("abandoned", 9), call("hung_up", 10, by="caller")], "abandoned", 9, "caller"),
        ([call("hung_up", 9, by="caller")], "abandoned", 9, "caller"),
        ([call("hung_up", 9)], "abandoned", 9, ""),
        ([call("hung_up", 9, by="system")], "missed", 9, "system"),
        ([call("missed", 9)], "missed", 9, "system"),
        ([call("missed", 9, agent="li")], "waiting", None, ""),
        ([call("missed", 9, agent="li"), call("abandoned", 20)], "abandoned", 20, "caller"),
        ([call("missed", 9, agent="li"), call("answered", 14, agent="wu")], "answered", 14, ""),
    ],
)
def test_what_becomes_of_a_call(events, outcome, until, by):
    found = folded(call("offered", 0, queue="faults"), *events)

    assert legs(found) == [("faults", 0, until, outcome)]
    assert found.ended_by == by


def test_it_rang_in_vain():
    found = folded(
        call("offered", 0),
        call("missed", 15, agent="li"),
        call("missed", 30, agent="wu"),
        call("answered", 33, agent="he"),
    )

    assert found.legs[0].unanswered == 2


def test_transferred_to_another_queue():
    """It waits there anew; told twice, once as `offered`, it is one leg."""
    told = [
        call("offered", 0, queue="faults"),
        call("answered", 5, agent="li"),
        call("transferred", 60, agent="li", queue="bills"),
        call("answered", 70, agent="wu"),
        call("hung_up", 100, by="agent"),
    ]
    expected = [("faults", 0, 5, "answered"), ("bills", 60, 70, "answered")]

    for again in ([], [call("offered", 60, queue="bills")], [call("offered", 61, queue="bills")]):
        found = folded(*told, *again)
        assert legs(found) == expected
        assert handlings(found) == [("li", "faults", 5, 60), ("wu", "bills", 70, 100)]
        assert (found.transfers, found.strays) == (1, 0)


def test_a_warm_transfer():
    """The other queue answers while the first agent still has the call."""
    found = folded(
        call("offered", 0, queue="faults"),
        call("answered", 5, agent="li"),
        call("offered", 50, queue="bills"),
        call("answered", 58, agent="wu"),
        call("transferred", 65, agent="li", queue="bills"),
        call("hung_up", 100, by="caller"),
    )

    assert legs(found) == [("faults", 0, 5, "answered"), ("bills", 50, 58, "answered")]
    assert handlings(found) == [("li", "faults", 5, 65), ("wu", "bills", 58, 100)]


def test_transferred_back_into_its_own_queue():
    found = folded(
        call("offered", 0, queue="faults"),
        call("answered", 5, agent="li"),
        call("transferred", 60, agent="li", queue="faults"),
    )

    assert legs(found) == [("faults", 0, 5, "answered"), ("faults", 60, None, "waiting")]


def test_transferred_straight_to_a_person():
    found = folded(
        call("offered", 0, queue="faults"),
        call("answered", 5, agent="li"),
        call("transferred", 60, agent="li"),
        call("answered", 61, agent="wu"),
        call("hung_up", 90, by="caller"),
    )

    assert legs(found) == [("faults", 0, 5, "answered")]
    assert handlings(found) == [("li", "faults", 5, 60), ("wu", "faults", 61, 90)]
    assert found.strays == 0


@pytest.mark.parametrize("how", ["offered", "transferred"])
def test_an_unanswered_call_that_goes_on_to_another_queue(how):
    found = folded(call("offered", 0, queue="faults"), call(how, 40, queue="bills"), call("abandoned", 50))

    assert legs(found) == [("faults", 0, 40, "moved"), ("bills", 40, 50, "abandoned")]


def test_who_is_not_named_lets_go_first():
    found = folded(
        call("offered", 0),
        call("answered", 5, agent="li"),
        call("transferred", 9, queue="bills"),
        call("answered", 12),
    )

    assert handlings(found) == [("li", "", 5, 9), ("", "bills", 12, None)]


def test_who_was_asked_along_lets_go_alone():
    found = folded(
        call("offered", 0),
        call("answered", 5, agent="li"),
        call("answered", 20, agent="wu"),
        call("transferred", 30, agent="wu"),
    )

    assert handlings(found) == [("li", "", 5, None), ("wu", "", 20, 30)]


def test_ringing_begins_where_it_was_first_heard():
    offered = call("offered", 0)

    assert folded(offered, call("answered", 40)).legs[0].rang(99 * S) == 40 * S
    assert folded(offered, call("answered", 40, rang_at=30)).legs[0].rang(99 * S) == 10 * S
    again = folded(offered, call("missed", 20, agent="li", rang_at=0), call("answered", 40, rang_at=30))
    assert again.legs[0].rang(99 * S) == 40 * S
    assert folded(offered).legs[0].rang(7 * S) == 7 * S


def test_who_is_answered_at_once_has_waited_for_nothing():
    leg = folded(call("offered", 0), call("answered", 0, agent="li")).legs[0]

    assert (leg.waited(9 * S), leg.rang(9 * S)) == (0, 0)


def test_ratings_come_after_the_end_and_the_last_holds():
    found = folded(
        call("offered", 0),
        call("answered", 5),
        call("hung_up", 9, by="caller"),
        call("rated", 20, rating=2),
        call("rated", 30, rating=5),
    )

    assert (found.rating, found.strays) == (5, 0)


@pytest.mark.parametrize(
    ("events", "strays"),
    [
        ([call("answered", 5, agent="li")], 1),
        ([call("answered", 5, agent="li"), call("hung_up", 9, by="caller")], 2),
        ([call("missed", 5, agent="li")], 1),
        ([call("missed", 5)], 1),
        ([call("transferred", 5)], 1),
    ],
)
def test_a_call_that_was_never_offered_is_an_orphan(events, strays):
    found = folded(*events)

    assert (found.is_orphan, found.legs, found.strays) == (True, (), strays)


@pytest.mark.parametrize(
    "event",
    [
        call("missed", 20),  # nobody took it, though somebody did
        call("missed", 20, agent="wu"),
        call("answered", 20, agent="li"),
        call("answered", 50, agent="wu"),
        call("offered", 50, queue="bills"),
        call("transferred", 50, queue="bills"),
    ],
)
def test_what_fits_nowhere_is_counted_and_changes_nothing(event):
    told = [call("offered", 0), call("answered", 5, agent="li"), call("hung_up", 40, by="caller")]
    found, plain = folded(*told, event), folded(*told)

    assert (found.legs, found.handlings, found.ended_at) == (plain.legs, plain.handlings, plain.ended_at)
    assert found.strays == 1


def test_what_happened_later_is_left_out():
    events = [call("offered", 0), call("answered", 5)]

    assert folded(*events, upto=5 * S).legs[0].outcome is Outcome.ANSWERED
    assert folded(*events, upto=5 * S - 1).legs[0].outcome is Outcome.WAITING


def test_at_one_instant_facts_are_read_in_their_own_order():
    """Whatever their ids are."""
    found = folded(
        call("hung_up", 5, id="1", by="caller"),
        call("answered", 5, id="2", agent="li"),
        call("missed", 5, id="3", agent="wu"),
        call("offered", 5, id="4", queue="faults"),
    )

    assert legs(found) == [("faults", 5, 5, "answered")]
    assert (found.legs[0].unanswered, found.strays) == (1, 0)


def test_a_sequence_number_prevails_over_that_order():
    found = folded(call("abandoned", 5, seq=1), call("answered", 5, seq=2), call("offered", 5, seq=0))

    assert legs(found) == [("", 5, 5, "abandoned")]


def test_of_one_id_the_first_fact_holds():
    found = folded(call("offered", 0), call("answered", 9, id="x"), call("hung_up", 5, id="x", by="caller"))

    assert legs(found) == [("", 0, 5, "abandoned")]


def test_an_unknown_word_is_left_out():
    assert fold_calls([call("whispered", 0)]) == ()


def test_calls_come_by_id():
    found = fold_calls([call("offered", 0, name="b"), call("offered", 1, name="a")])

    assert [each.id for each in found] == ["a", "b"]
