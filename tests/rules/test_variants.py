"""Variants of a target: which tickets each is for, and what is wrong with them."""

import pytest

from service import rules
from service.sla.instants import HOUR
from service.sla.policy import Target, Where
from service.sla.statements import State
from service.sla.ticket import holds_true
from tests.rules.test_errors import HEAD
from tests.sla.telling import history, judged

TARGET = """\
targets:
  fix:
    applies: {kind: fault}
    stop: resolved
    budget: 24h
    warn: 2h before
    ladder: [{at: due, role: head}]
    accepts: [parts]
"""
BOTH = """\
    overrides:
      - {name: key, when: {severity: major, tier: [gold, vip]}, budget: 8h, floor: 1h, clause: "8"}
      - name: major
        when: {severity: major}
        budget: 72h
        warn: []
        ladder: [{at: 4h after, role: chief}]
"""


def targets(more: str = BOTH) -> tuple[Target, ...]:
    return rules.read(HEAD + TARGET + more, name="test").targets


def test_each_variant_is_a_target_of_its_own():
    fix, key, major = targets()

    assert [each.id for each in (fix, key, major)] == ["fix", "fix/key", "fix/major"]
    assert [each.budget // HOUR for each in (fix, key, major)] == [24, 8, 72]
    assert [[rung.name for rung in each.rungs] for each in (fix, key, major)] == [
        ["warn 2h before", "due head"],
        ["warn 2h before", "due head"],
        ["4h after chief"],
    ]
    assert [[rung.amount for rung in each.rungs] for each in (fix, key, major)] == [
        [22 * HOUR, 24 * HOUR],
        [6 * HOUR, 8 * HOUR],
        [76 * HOUR],
    ]
    assert {each.accepts for each in (fix, key, major)} == {frozenset({"parts"})}
    assert [(each.floor, each.clause) for each in (fix, key, major)] == [(0, ""), (HOUR, "8"), (0, "")]


def test_the_conditions():
    kind, major = Where("kind", frozenset({"fault"})), Where("severity", frozenset({"major"}))
    tier = Where("tier", frozenset({"gold", "vip"}))
    no_key = Where("severity", frozenset({"major"}), negated=True, also=(tier,))
    no_major = Where("severity", frozenset({"major"}), negated=True)

    assert [each.applies for each in targets()] == [
        (kind, no_key, no_major),
        (kind, major, tier),
        (kind, major, no_key),
    ]


@pytest.mark.parametrize("kind", ["fault", "enquiry", None])
@pytest.mark.parametrize("severity", ["major", "minor", None])
@pytest.mark.parametrize("tier", ["gold", "vip", "tin", None])
def test_the_first_that_fits_wins_and_the_target_itself_where_none_does(kind, severity, tier):
    attributes = {"kind": kind, "severity": severity, "tier": tier}
    given = {key: value for key, value in attributes.items() if value is not None}
    found = [each.id for each in targets() if holds_true(each.applies, given)]

    if kind != "fault":
        assert found == []
    elif severity == "major":
        assert found == ["fix/key" if tier in {"gold", "vip"} else "fix/major"]
    else:
        assert found == ["fix"]


def test_a_ticket_that_is_re_classified_goes_from_one_to_the_other():
    """Opened at eight; major from ten on, so that the 24 hours give way to 72 from eight."""
    told = history(
        "03-01 08:00 opened kind=fault", "03-01 10:00 reclassified severity=major", "03-02 09:00 resolved"
    )
    found = {promise.target: promise for promise in judged(told, *targets()).promises}

    assert {name: promise.state for name, promise in found.items()} == {
        "fix": State.SUPERSEDED,
        "fix/major": State.MET,
    }
    assert found["fix/major"].due is not None
    assert found["fix/major"].due - found["fix/major"].start == 72 * HOUR


@pytest.mark.parametrize(
    ("override", "column", "field", "words"),
    [
        ("{when: {a: b}, budget: 3h}", 9, "[0].name", "`name` is missing"),
        ("{name: a, budget: 3h}", 9, "[0].when", "`when` is missing"),
        ("{name: A b, when: {a: b}, budget: 3h}", 16, "[0].name", "cannot be a name here"),
        ("{name: a, when: {}, budget: 3h}", 19, "[0].when", "holds no condition"),
        ("{name: a, when: {a: []}, budget: 3h}", 26, "[0].when.a", "nothing would match"),
        ("{name: a, when: {a: b}}", 9, "[0]", "says nothing that the target does not"),
        ("{name: a, when: {a: b}, budget: 3}", 41, "[0].budget", "has no unit"),
        ("{name: a, when: {a: b}, every: 3h}", 40, "[0].every", "the target has no `every`"),
        ("{name: a, when: {a: b}, budget: 1h}", 9, "[0]", "`warn[0].at` of the target does not fit: `2h before` is"),
        ("{name: a, when: {a: b}, budget: 3h, floor: 4h}", 52, "[0].floor", "more time than the budget of 3h"),
        ("{name: a, when: {a: b}, budget: 1h, warn: due}", 51, "[0].warn", "is no warning"),
        ("{name: a, when: {a: b}, ladder: [{role: c}]}", 42, "[0].ladder[0].at", "`at` is missing"),
        ("{name: a, when: {a: b}, ladder: [{at: due, rol: c, role: c}]}", 52, "[0].ladder[0].rol", "`role`?"),
        ("{name: a, when: {a: b}, bugdet: 1h, floor: 1h}", 33, "[0].bugdet", "did you mean `budget`?"),
        ("{name: a, when: {a: b}, hours: office, floor: 1h}", 33, "[0].hours", "is not a key here"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_variant(override, column, field, words):
    errors = rules.check(HEAD + TARGET + f"    overrides:\n      - {override}\n")

    assert [(error.line, error.column, error.field) for error in errors] == [
        (15, column, f"targets.fix.overrides{field}")
    ]
    assert words in errors[0].message


def test_variants_among_each_other():
    more = """\
    overrides:
      - {name: a, when: {a: b, c: [d, e]}, budget: 3h}
      - {name: a, when: {c: [e, d], a: b}, budget: 4h}
"""
    name, when = rules.check(HEAD + TARGET + more)

    assert (name.line, name.column, name.field) == (16, 16, "targets.fix.overrides[1].name")
    assert "is the name of a variant above" in name.message
    assert (when.line, when.column, when.field) == (16, 19, "targets.fix.overrides[1].when")
    assert "the first that fits wins" in when.message


def test_an_error_of_the_target_is_not_told_again_for_its_variants():
    found = rules.check(HEAD + TARGET.replace("2h before", "25h before") + BOTH + "    overides: []\n")

    assert [(error.line, error.field) for error in found] == [
        (11, "targets.fix.warn"),
        (15, "targets.fix.overrides[0]"),
        (21, "targets.fix.overides"),
    ]


@pytest.mark.parametrize(
    ("body", "override", "words"),
    [
        ("    start: promise_accepted\n    promised: due\n", "budget: 1h", "has no `budget`"),
        ("    every: 24h\n", "budget: 1h", "has no `budget`"),
    ],
)
def test_a_variant_of_a_target_without_a_budget(body, override, words):
    text = (
        f"targets:\n  fix:\n    stop: replied\n{body}    overrides: {{name: a, when: {{b: c}}, {override}}}\n"
    )
    (error,) = rules.check(HEAD + text)

    assert error.field == "targets.fix.overrides.budget"
    assert words in error.message


def test_a_variant_of_what_comes_again_and_again():
    text = "targets:\n  fix:\n    stop: replied\n    every: 48h\n"
    policy = rules.read(HEAD + text + "    overrides: {name: a, when: {b: c}, every: 24h}\n", name="test")

    assert [(each.id, each.budget // HOUR) for each in policy.targets] == [("fix", 48), ("fix/a", 24)]
    assert policy.targets[0].start == policy.targets[1].start


def test_no_variants_at_all():
    (error,) = rules.check(HEAD + TARGET + "    overrides: []\n")

    assert (error.line, error.column, error.field) == (14, 5, "targets.fix.overrides")
