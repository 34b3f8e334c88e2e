"""Where two policy files differ, and what is only written otherwise."""

import pytest

from service.rules.difference import differences
from service.rules.side import side

HEAD = """policy: p
version: "1"
effective_from: 2026-01-01T00:00:00Z
tenant: t
zone: UTC
calendars: {office: {week: {mon-fri: 09:00-17:00}}, counter: {week: {mon: 09:00-12:00}}}
"""


def made(*targets: str, head: str = HEAD):
    """A file whose targets stand one a line, from line 8 on."""
    text = f"{head}targets:\n" + "".join(f"  {each}\n" for each in targets)
    return side(text, name="p", calendars={})


def found(before, after):
    return [(each.field, _said(each.before), _said(each.after)) for each in differences(before, after).keys]


def _said(said):
    return None if said is None else (said.text, said.line)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("stop: resolved, budget: 24h", "budget: 1440m, stop: [resolved]"),
        ("stop: resolved, budget: 24h", "start: opened, cancel: cancelled, stop: resolved, budget: 24 hours"),
        ("stop: [resolved, noted], budget: 24h", "stop: [noted, resolved], budget: 24h"),
        ("stop: resolved, budget: 24h", "stop: resolved, budget: 24h, boundary: close, reopen: ignore"),
        ("stop: resolved, budget: 24h", "stop: resolved, budget: 24h, off: false, grace: 0s, owner: service"),
        (
            "stop: resolved, budget: 24h, applies: {kind: a}",
            "stop: resolved, budget: 24h, applies: {kind: [a]}",
        ),
        (
            "stop: resolved, budget: 24h, warn: 75%",
            "stop: resolved, budget: 24h, warn: {at: 6h before, name: warn 75%}",
        ),
        (
            "stop: resolved, budget: 24h, extension: {rank: 2, within: 24h}",
            "stop: resolved, budget: 24h, extension: {rank: 2, within: 1440m, most: 1}",
        ),
    ],
)
def test_written_otherwise(before, after):
    assert found(made(f"repair: {{{before}}}"), made(f"repair: {{{after}}}")) == []


@pytest.mark.parametrize(
    ("before", "after", "key", "was", "now"),
    [
        ("budget: 24h", "budget: 8h", "budget", "24h", "8h"),
        ("budget: 24h, accepts: [a, b]", "budget: 24h", "accepts", "[a, b]", None),
        ("budget: 8h, hours: office", "budget: 8h, hours: counter", "hours", "office", "counter"),
        ("budget: 8h, clause: 4.1", "budget: 8h, clause: 4.2", "clause", "4.1", "4.2"),
        ("budget: 8h, warn: 1h before", "budget: 8h, warn: 2h before", "warn", "1h before", "2h before"),
        ("budget: 8h", "budget: 8h, grace: 1m", "grace", None, "1m"),
        (
            "budget: 8h, ladder: {at: due, role: a}",
            "budget: 8h, ladder: {at: due, role: b}",
            "ladder",
            "{at: due, role: a}",
            "{at: due, role: b}",
        ),
    ],
)
def test_said_otherwise(before, after, key, was, now):
    one, other = (
        made("other: {stop: closed, budget: 1h}", f"repair: {{stop: resolved, {each}}}")
        for each in (before, after)
    )

    assert found(one, other) == [(f"targets.repair.{key}", was and (was, 9), now and (now, 9))]


def test_the_same_length_again_and_again_is_not_the_same():
    before, after = (
        made("repair: {stop: replied, budget: 24h}"),
        made("repair: {stop: replied, every: 24h}"),
    )

    assert found(before, after) == [
        ("targets.repair.budget", ("24h", 8), None),
        ("targets.repair.every", None, ("24h", 8)),
    ]


def test_a_target_switched_off():
    before = made("repair: {stop: resolved, budget: 8h}", "answer: {stop: replied, budget: 1h}")
    after = made(
        "repair: {stop: resolved, budget: 8h, off: true, why: unmeasured}",
        "answer: {stop: replied, budget: 1h}",
    )

    assert found(before, after) == [
        ("targets.repair.off", None, ("true", 8)),
        ("targets.repair.why", None, ("unmeasured", 8)),
    ]


def test_targets_that_come_go_and_have_another_name():
    before = made("answer: {stop: replied, budget: 2h}", "repair: {stop: resolved, budget: 8h, clause: a}")
    after = made(
        "mend: {stop: resolved, budget: 8h, clause: b}",
        "visit: {stop: noted, budget: 1h}",
        "call: {stop: noted, off: true}",
    )

    told = differences(before, after)

    assert [(each.name, each.line, each.off) for each in told.added] == [
        ("visit", 9, False),
        ("call", 10, True),
    ]
    assert [(each.name, each.line) for each in told.removed] == [("answer", 8)]
    assert [(was.name, now.name) for was, now in told.renamed] == [("repair", "mend")]
    assert found(before, after) == [("targets.mend.clause", ("a", 9), ("b", 8))]


def test_two_that_promise_the_same_have_no_name_to_be_told_by():
    before = made("a: {stop: resolved, budget: 8h}", "b: {stop: resolved, budget: 8h}")
    after = made("c: {stop: resolved, budget: 8h}")

    assert differences(before, after).renamed == ()


VARIANTS = "repair: {{stop: resolved, budget: 24h, overrides: [{}]}}"
GOLD = "{name: gold, when: {tier: gold}, budget: 8h}"
MAJOR = "{name: major, when: {severity: major}, budget: 4h}"


def test_variants():
    before = made(VARIANTS.format(f"{GOLD}, {MAJOR}"))
    after = made(VARIANTS.format(f"{GOLD.replace('8h', '6h')}, {MAJOR.replace('major,', 'grave,')}"))

    assert found(before, after) == [
        ("targets.repair/gold.budget", ("8h", 8), ("6h", 8)),
        ("targets.repair/grave", None, ("{name: grave, when: {severity: major}, budget: 4h}", 8)),
        ("targets.repair/major", (MAJOR, 8), None),
    ]


def test_the_order_of_variants():
    before, after = made(VARIANTS.format(f"{GOLD}, {MAJOR}")), made(VARIANTS.format(f"{MAJOR}, {GOLD}"))

    assert found(before, after) == [
        ("targets.repair.overrides, their order", (f"[{GOLD}, {MAJOR}]", 8), (f"[{MAJOR}, {GOLD}]", 8))
    ]


def test_the_file():
    repair = "repair: {stop: resolved, budget: 8h}"
    head = (
        HEAD.replace('"1"', '"2"').replace("counter", "desk")
        + "vocabulary: {done: resolved}\nadopt_from: 2026-02-01T00:00:00Z\n"
    )

    assert found(made(repair), made(repair, head=head)) == [
        ("version", ("1", 2), ("2", 2)),
        ("adopt_from", None, ("2026-02-01T00:00:00Z", 8)),
        ("vocabulary.done", None, ("resolved", 7)),
        ("calendars.desk", None, ("{week: {mon: 09:00-12:00}}", 6)),
        ("calendars.counter", ("{week: {mon: 09:00-12:00}}", 6), None),
    ]


def test_lines_are_those_of_the_keys():
    before = made("repair:\n    stop: resolved\n    # more\n    budget: 8h")
    after = made(
        "repair:\n    # other\n    # comments\n    # here\n    stop: resolved\n    budget:\n      9h"
    )

    assert found(before, after) == [("targets.repair.budget", ("8h", 11), ("9h", 13))]
