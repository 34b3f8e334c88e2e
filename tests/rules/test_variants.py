"""Variants of a target: which tickets each is for, and what is wrong with them."""

import pytest

from service import rules
from service.rules.shapes import OverrideShape
from service.sla.instants import HOUR
from service.sla.policy import Boundary, DayEnd, Extension, LastDay, Match, Target, Unit, Where
from service.sla.statements import State
from service.sla.ticket import holds_true
from tests.rules.test_errors import HEAD
from tests.rules.test_read import DOCS
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
        ("{name: a, when: {a: b}, zone: UTC, floor: 1h}", 33, "[0].zone", "is not a key here"),
        ("{name: a, when: {a: {not: []}}, budget: 3h}", 30, "[0].when.a.not", "all would match"),
        ("{name: a, when: {a: b}, hours: officee}", 40, "[0].hours", "is no calendar of this file"),
        ("{name: a, when: {a: b}, day_end: closing}", 42, "[0].day_end", "24h count none"),
        ("{name: a, when: {a: b}, last_day: whole}", 43, "[0].last_day", "24h count none"),
        ("{name: a, when: {a: b}, boundary: next_open}", 43, "[0].boundary", "round the clock nothing opens"),
        ("{name: a, when: {a: b}, gate: []}", 33, "[0].gate", "holds no precondition"),
        ("{name: a, when: {a: b}, gate: resolved}", 39, "[0].gate", "the clock would never run"),
        ("{name: a, when: {a: b}, gate: reslved}", 39, "[0].gate", "did you mean `resolved`?"),
        ("{name: a, when: {a: b}, accepts: [any, x]}", 33, "[0].accepts", "is every reason"),
        ("{name: a, when: {a: b}, accepts: [], max_open: {parts: 1h}}", 64, "[0].max_open.parts", "not count anyway"),
        ("{name: a, when: {a: b}, extension: {rank: 3}}", 33, "[0].extension.within", "`within` is missing"),
        ("{name: a, when: {a: b}, budget: 5 working_days, warn: []}", 41, "[0].budget", "give its name in `hours`"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_variant(override, column, field, words):
    errors = rules.check(HEAD + TARGET + f"    overrides:\n      - {override}\n")

    assert [(error.line, error.column, error.field) for error in errors] == [
        (15, column, f"targets.fix.overrides{field}")
    ]
    assert words in errors[0].message


def test_a_variant_can_count_otherwise():
    text = TARGET.replace("    warn", "    gate: documents_complete\n    max_open: {parts: 24h}\n    warn")
    more = """\
    overrides:
      - name: law
        when: {place: town}
        budget: 10 calendar_days
        last_day: working
        hours: office
        warn: 2 calendar_days before
        regime: law
        gate: []
        accepts: []
        max_open: {}
        extension: {rank: 3, within: 4h}
      - {name: days, when: {tier: tin}, budget: 3 working_days, hours: office, day_end: closing, warn: [], gate: assigned}
      - {name: next, when: {tier: tan}, hours: office, boundary: next_open}
calendars: {office: {week: {mon-fri: 09:00-17:00}}}
"""
    fix, law, days, following = rules.read(HEAD + text + more, name="test").targets

    assert [each.id for each in (law, days, following)] == ["fix/law", "fix/days", "fix/next"]
    assert (law.budget, law.unit, law.last_day) == (10, Unit.CALENDAR_DAYS, LastDay.WORKING)
    assert [rung.amount for rung in law.rungs] == [8, 10]
    assert (law.gate, law.accepts, dict(law.max_open)) == ((), frozenset(), {})
    assert (law.regime, law.extension) == ("law", Extension(3, 4 * HOUR, 1))
    assert (days.budget, days.day_end, days.gate) == (3, DayEnd.CLOSING, ((Match("assigned"),),))
    assert (following.boundary, following.budget) == (Boundary.NEXT_OPEN, 24 * HOUR)
    assert [each.calendar.name for each in (law, days, following)] == ["office", "office", "office"]
    assert [(each.gate, each.extension) for each in (fix, following)] == [
        (((Match("documents_complete"),),), None)
    ] * 2
    assert [set(each.max_open) for each in (fix, days)] == [{"parts"}, {"parts"}]


@pytest.mark.parametrize("tier", ["gold", "vip", "tin", None])
@pytest.mark.parametrize("kind", ["fault", "leak", None])
@pytest.mark.parametrize(
    ("when", "fits"),
    [
        ("{tier: {not: [gold, vip]}}", lambda kind, tier: tier not in {"gold", "vip"}),
        ("{tier: {not: gold}, kind: fault}", lambda kind, tier: tier != "gold" and kind == "fault"),
        ("{tier: {not: gold}, kind: {not: fault}}", lambda kind, tier: tier != "gold" and kind != "fault"),
    ],
)
def test_a_variant_for_those_who_are_not(when, fits, kind, tier):
    more = f"    overrides: [{{name: other, when: {when}, budget: 8h}}, {{name: any, when: {{kind: leak}}, budget: 9h}}]\n"
    given = {key: value for key, value in (("kind", kind), ("tier", tier)) if value is not None}
    text = HEAD + TARGET.replace("    applies: {kind: fault}\n", "") + more
    found = [each.id for each in rules.read(text, name="test").targets if holds_true(each.applies, given)]

    otherwise = "fix/any" if kind == "leak" else "fix"
    assert found == ["fix/other" if fits(kind, tier) else otherwise]


def test_the_docs_name_what_a_variant_can_say_otherwise():
    text = DOCS.read_text().split("### Variants")[1].split("### ")[0]

    assert [key for key in OverrideShape.model_fields if f"`{key}`" not in text] == []


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
