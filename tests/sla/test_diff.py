"""What has to be said, by hand."""

from dataclasses import replace

from service.sla.diff import diff
from service.sla.statements import Judgement, Kind, Said
from tests.sla.telling import escalate, history, judged, saying, target, warn

WATCHED = target("8h", rungs=(warn("6h"), escalate("10h")))
OPENED = "03-01 09:00 opened"

BREACHED = judged(history(OPENED), WATCHED)
MET = judged(history(OPENED, "03-01 16:00 resolved"), WATCHED)
EARLY = judged(history(OPENED, "03-01 14:00 resolved"), WATCHED)


def lines(revisions: tuple[Said, ...]) -> list[str]:
    return [
        f"{saying(each.statement)}, rev {each.rev}" + (" withdrawn" if each.withdrawn else "")
        for each in revisions
    ]


def applied(said: tuple[Said, ...], new: tuple[Said, ...]) -> tuple[Said, ...]:
    return tuple({each.statement.id: each for each in (*said, *new)}.values())


def test_the_first_time_everything_is_new_in_the_order_of_its_instants():
    assert lines(diff((), BREACHED)) == [
        "03-01 15:00 soon, rev 1",
        "03-01 17:00 breach, rev 1",
        "03-01 19:00 up, rev 1",
    ]


def test_equal_content_gets_no_revision():
    assert diff(diff((), BREACHED), BREACHED) == ()
    assert diff((), Judgement()) == ()


def test_what_is_no_longer_true_is_withdrawn_first_and_what_stays_is_left_alone():
    said = diff((), BREACHED)

    assert lines(diff(said, MET)) == [
        "03-01 17:00 breach, rev 2 withdrawn",
        "03-01 19:00 up, rev 2 withdrawn",
        "03-01 16:00 verdict met by e2, rev 1",
    ]


def test_a_change_is_a_revision():
    said = diff((), MET)

    assert lines(diff(said, EARLY)) == [
        "03-01 15:00 soon, rev 2 withdrawn",
        "03-01 14:00 verdict met by e2, rev 2",
    ]


def test_what_was_withdrawn_and_comes_back_is_a_revision_even_with_equal_content():
    said = diff((), BREACHED)
    said = applied(said, diff(said, MET))
    again = diff(said, BREACHED)

    assert lines(again) == [
        "03-01 16:00 verdict met by e2, rev 2 withdrawn",
        "03-01 17:00 breach, rev 3",
        "03-01 19:00 up, rev 3",
    ]
    assert diff(applied(said, again), BREACHED) == ()


def test_nothing_is_withdrawn_twice():
    said = applied(diff((), BREACHED), diff(diff((), BREACHED), Judgement()))

    assert diff(said, Judgement()) == ()


def test_every_part_of_the_content_counts():
    (first, *_) = BREACHED.statements
    alone = replace(BREACHED, statements=(first,))
    other = replace(alone, statements=(replace(first, remarks=("new",)),))

    assert lines(diff(diff((), alone), other)) == ["03-01 15:00 soon, rev 2"]


def test_what_a_bare_statement_never_told_is_no_change():
    """It was put into the ledger before statements had holders, chain and evidence."""
    whole = {each.statement.kind: each for each in diff((), BREACHED)}
    breach, warning = whole[Kind.BREACH], whole[Kind.WARNING]
    bare = replace(
        breach, statement=replace(breach.statement, holders=(), chain=(), evidence=None), bare=True
    )
    others = [each for each in whole.values() if each is not breach]

    assert breach.statement.chain
    assert diff((*others, bare), BREACHED) == ()
    moved = replace(bare, statement=replace(bare.statement, clause="old"))
    assert diff((*others, moved), BREACHED) == (replace(breach, rev=2),)
    assert diff((*others, replace(bare, bare=False)), BREACHED) == (replace(breach, rev=2),)
    assert diff(
        (breach, replace(warning, withdrawn=True, bare=True)),
        replace(BREACHED, statements=(warning.statement, breach.statement)),
    ) == (replace(warning, rev=2),)
