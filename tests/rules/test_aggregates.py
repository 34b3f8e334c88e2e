"""What many promises have to come to, as a policy file says it."""

import pytest

from service.rules import PolicyErrors, check, read
from service.sla.instants import HOUR
from service.sla.policy import Aggregate, Period

HEAD = """policy: p
version: "1"
effective_from: 2026-01-01T00:00:00Z
tenant: t
zone: UTC
calendars: {office: {week: {mon-fri: 09:00-17:00}}}
targets:
  repair: {stop: resolved, budget: 24h, overrides: [{name: gold, when: {tier: gold}, budget: 4h}]}
  answer: {stop: replied, budget: 5 working_days, hours: office}
  mixed: {stop: noted, budget: 2h, hours: office, overrides: [{name: slow, when: {tier: x}, budget: 2 working_days}]}
  call: {stop: noted, budget: 1h, off: true}
  pay: {stop: noted, budget: 90 calendar_days, owner: customer}
aggregates:
"""


def one(said: str):
    return read(f"{HEAD}  - {{{said}}}\n", name="p").aggregates


def errors(*said: str) -> list[str]:
    text = HEAD + "".join(f"  - {{{each}}}\n" for each in said)
    return [f"{error.line}: {error.field}: {error.message}" for error in check(text)]


def test_what_is_asked():
    assert one("target: repair, period: month, mean: 4h, maximum: 24h, share: 99.5%") == (
        Aggregate(target="repair", period=Period.MONTH, mean=4 * HOUR, maximum=24 * HOUR, share=995_000),
    )
    assert one("target: answer, period: year, mean: 3 working_days") == (
        Aggregate(target="answer", period=Period.YEAR, mean=3),
    )


def test_none_is_asked_when_it_is_left_out():
    assert read(HEAD.removesuffix("aggregates:\n"), name="p").aggregates == ()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "target: repairs, period: month, mean: 4h",
            "14: aggregates[0].target: `repairs` is no target of this file: did you mean `repair`?",
        ),
        ("target: repair, period: month", "asks for nothing: give `mean`, `maximum` or `share`"),
        ("target: repair, period: month, mean: 5h, maximum: 4h", "is more than the `maximum` of 4h"),
        ("target: repair, period: week, mean: 5h", "`week` is not known here: write month or year"),
        ("target: repair, mean: 5h", "`period` is missing: over what: `month` or `year`"),
        ("period: month, mean: 5h", "`target` is missing: "),
        ("target: answer, period: month, mean: 5h", "count differently: write working_days"),
        ("target: repair, period: month, maximum: 1 working_days", "count differently: write hours"),
        (
            "target: mixed, period: month, mean: 1h",
            "`1h` and the budget of `mixed` count differently: write working_days",
        ),
        ("target: call, period: month, mean: 1h", "`call` is off and promises nothing"),
        ("target: pay, period: month, share: 90%", "`pay` is a deadline of the customer's own"),
        ("target: repair, period: month, share: 0%", "`0%` is no share"),
        ("target: repair, period: month, share: 101%", "`101%` is no share"),
        ("target: repair, period: month, share: 0.95", "`0.95` is no share"),
        (
            "target: repair, period: month, share: 95%, max: 4h",
            "`max` is not a key here: did you mean `maximum`?",
        ),
    ],
)
def test_what_is_refused(said, told):
    found = errors(said)

    assert len(found) == 1
    assert told in found[0]


def test_one_for_a_target_and_period():
    month, year = "target: repair, period: month, mean: 4h", "target: repair, period: year, mean: 4h"

    assert errors(month, year) == []
    assert "`repair` has an aggregate for the month above" in errors(month, year, month)[0]


def test_an_empty_list():
    with pytest.raises(PolicyErrors, match="holds no aggregate"):
        read(HEAD.replace("aggregates:", "aggregates: []"), name="p")
