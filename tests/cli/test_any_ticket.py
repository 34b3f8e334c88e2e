"""Whatever a ticket tells, and under whatever rules: it can be explained, and compared under two versions."""

from service.backtest.causes import View
from service.backtest.compare import from_the_beginning
from service.backtest.flips import Comparer
from service.cli.explanation import as_json, explained
from service.cli.flips import because, flip_line
from service.cli.sentences import sentences
from service.sla.judge import judge
from service.sla.policy import Rules
from tests.oracle import telling
from tests.oracle.cases import case

TICKETS = 400


def test_it_can_be_explained():
    told = 0
    for seed in range(TICKETS):
        made = case(seed, meet=telling.marks)
        for each in explained(*telling.world(made), made["upto"]):
            lines = list(sentences(each, each.target.calendar.zone))
            assert all(line and "None" not in line for line in lines), (seed, lines)
            assert as_json(each)["because"]
            told += len(lines)

    assert told > 5 * TICKETS


def test_two_versions_can_be_compared():
    """Every promise of either side is told once, and a flip has a reason in words."""
    flips = 0
    for seed in range(TICKETS):
        made = case(seed, meet=telling.marks)
        history, rules = telling.world(made)
        sides = [from_the_beginning(Rules((version,))) for version in rules.versions]
        before, after = (View(history, side, made["upto"]) for side in (sides[0], sides[-1]))
        found = list(Comparer(moves=True).compare(before, after))
        for view, told in (
            (before, [each.before for each in found]),
            (after, [each.after for each in found]),
        ):
            expected = judge(view.history, view.rules, view.upto).promises
            assert sorted(map(repr, filter(None, told))) == sorted(map(repr, expected)), seed
        for each in found:
            assert flip_line(("t", "k"), each, {})["target"]
            assert not each.is_flip or because(each, {}), seed
            flips += each.is_flip

    assert flips > TICKETS // 4
