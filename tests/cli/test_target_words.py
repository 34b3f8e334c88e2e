"""What a target says, in the words of a policy file."""

import pytest

from service.cli.target_words import conditions_text
from service.sla.policy import Where

FAULT = Where("kind", frozenset({"leak", "fault"}))
NOT_GOLD = Where("tier", frozenset({"gold"}), negated=True)
NEITHER = Where("tier", frozenset({"vip", "gold"}), negated=True)


@pytest.mark.parametrize(
    ("conditions", "text"),
    [
        ((), "every ticket"),
        ((FAULT, NOT_GOLD), "{kind: fault or leak, tier: not gold}"),
        ((NEITHER,), "{tier: neither gold nor vip}"),
        (
            (Where("kind", frozenset({"leak"}), negated=True, also=(NOT_GOLD,)),),
            "{not {kind: leak, tier: not gold}}",
        ),
        (
            (Where("tier", frozenset(), negated=True, also=(NOT_GOLD, NEITHER)),),
            "{not {tier: not gold, tier: neither gold nor vip}}",
        ),
    ],
)
def test_conditions(conditions, text):
    assert conditions_text(conditions) == text
