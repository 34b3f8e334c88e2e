"""When conditions on attributes hold."""

import pytest

from service.sla.policy import Where
from service.sla.ticket import holds_true

MAJOR = Where("severity", frozenset({"major", "grave"}))
NOT_MAJOR = Where("severity", frozenset({"major", "grave"}), negated=True)
GOLD = Where("tier", frozenset({"gold"}))
NOT_BOTH = Where("severity", frozenset({"major", "grave"}), negated=True, also=(GOLD,))


@pytest.mark.parametrize(
    ("attributes", "major", "not_major", "not_both"),
    [
        ({}, False, True, True),
        ({"severity": None, "tier": "gold"}, False, True, True),
        ({"severity": "minor"}, False, True, True),
        ({"severity": "major"}, True, False, True),
        ({"severity": "grave", "tier": "tin"}, True, False, True),
        ({"severity": "grave", "tier": "gold"}, True, False, False),
        ({"severity": ["major"], "tier": "gold"}, False, True, True),
        ({"tier": "gold"}, False, True, True),
    ],
)
def test_a_negated_condition_is_true_where_it_would_not_be(attributes, major, not_major, not_both):
    assert holds_true((MAJOR,), attributes) is major
    assert holds_true((NOT_MAJOR,), attributes) is not_major
    assert holds_true((NOT_BOTH,), attributes) is not_both
    assert holds_true((GOLD, NOT_MAJOR), attributes) is (not_major and attributes.get("tier") == "gold")


@pytest.mark.parametrize(
    ("attributes", "either"),
    [({}, False), ({"tier": "tin"}, False), ({"tier": "gold"}, True), ({"severity": "major"}, True)],
)
def test_a_condition_without_values_asks_only_for_the_others(attributes, either):
    """Not (neither severe nor gold): severe, or gold."""
    others = (NOT_MAJOR, Where("tier", frozenset({"gold"}), negated=True))

    assert holds_true((Where("tier", frozenset(), negated=True, also=others),), attributes) is either
    assert holds_true((Where("tier", frozenset(), also=others),), attributes) is not either


def test_no_condition_holds():
    assert holds_true((), {})
