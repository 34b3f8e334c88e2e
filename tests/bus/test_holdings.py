from service.bus.holdings import Holding, not_applied
from service.wire.records import Record


def record(offset):
    return Record("t", 0, offset, 0, b"k", b"v", ())


def test_what_is_applied_is_left_out():
    assert [r.offset for r in not_applied([record(n) for n in (3, 4, 7)], Holding(1, 4))] == [4, 7]


def test_a_partition_is_busy_while_something_given_out_is_not_applied():
    holding = Holding(epoch=1, next=5)
    assert not holding.busy

    holding.handed = 9
    assert holding.busy
    assert holding.again() == 5
    assert not holding.busy

    holding.handed = 9
    holding.moved(9)
    assert not holding.busy


def test_a_gap_is_believed_when_it_is_seen_again_after_a_seek():
    holding = Holding(epoch=1, next=5)

    assert not holding.confirms_gap()
    assert holding.confirms_gap()

    holding.moved(9)
    assert not holding.confirms_gap(), "another gap has to be seen twice as well"
