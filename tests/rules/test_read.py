"""What a file without errors becomes."""

import textwrap
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service import rules
from service.sla.hours import ALWAYS
from service.sla.instants import DAY, HOUR, MINUTE, SECOND
from service.sla.policy import (
    ANY_REASON,
    Boundary,
    DayEnd,
    LastDay,
    Limit,
    Match,
    Meaning,
    Policy,
    Rung,
    Target,
    Unit,
    Where,
)
from service.sla.statements import Kind
from tests.rules.test_errors import HEAD, OFFICE, TARGET

EXAMPLES = Path(__file__).parents[2] / "examples" / "policies"
DOCS = Path(__file__).parents[2] / "docs" / "policy.md"


def read(text: str) -> Policy:
    return rules.read(text, name="test")


def target(more: str = "", *, budget: str = "24h") -> Target:
    return read(HEAD + "events: paid\n" + TARGET.replace("24h", budget) + more + OFFICE).targets[0]


def test_the_smallest_policy_has_the_documented_defaults():
    policy = read(HEAD + TARGET)
    (fix,) = policy.targets

    assert replace(policy, targets=()) == Policy(
        id="desk",
        version="1",
        tenant="desk",
        effective_from=1_767_225_600 * SECOND,
        targets=(),
    )
    assert fix == Target(
        id="fix",
        start=(Match("opened"),),
        stop=(Match("resolved"),),
        cancel=(Match("cancelled"),),
        budget=24 * HOUR,
        unit=Unit.TIME,
        calendar=fix.calendar,
    )
    assert fix.calendar.latest.hours is ALWAYS
    assert fix.calendar.zone == ZoneInfo("Europe/Berlin")
    assert (fix.boundary, fix.day_end, fix.gate, fix.reopen) == (Boundary.CLOSE, DayEnd.MIDNIGHT, (), False)


def test_every_key_of_a_target():
    full = target(
        """\
    clause: "4.3"
    regime: time limit
    applies: {kind: [fault, outage], major: false}
    start: [opened, {event: noted, where: {documents: complete}}]
    cancel: []
    hours: office
    boundary: next_open
    accepts: [customer, "no"]
    reopen: new
    gate: [documents_complete, {any: [paid, {event: noted, where: {waived: true}}]}]
    max_open: {customer: 72h, any: 7 calendar_days}
    exclusions: [typhoon, flood]
    warn: [2h before, {at: 50%, role: agent}]
    ladder: [{at: due, role: head}, {at: 4h after, role: chief, name: second call}]
    grace: 90s
    floor: 1h
    assumed: a guess
"""
    )

    assert full.clause == "4.3"
    assert full.regime == "time limit"
    assert full.applies == (
        Where("kind", frozenset({"fault", "outage"})),
        Where("major", frozenset({"false"})),
    )
    assert full.start == (
        Match("opened"),
        Match("noted", (Where("documents", frozenset({"complete"})),)),
    )
    assert full.cancel == ()
    assert full.boundary is Boundary.NEXT_OPEN
    assert full.accepts == frozenset({"customer", "no"})
    assert full.gate == (
        (Match("documents_complete"),),
        (Match("paid"), Match("noted", (Where("waived", frozenset({"true"})),))),
    )
    assert full.max_open == {
        "customer": Limit(72 * HOUR, Unit.TIME),
        ANY_REASON: Limit(7, Unit.CALENDAR_DAYS),
    }
    assert full.exclusions == frozenset({"typhoon", "flood"})
    assert full.calendar.name == "office"
    assert full.reopen
    assert full.rungs == (
        Rung(name="warn 50% agent", kind=Kind.WARNING, amount=12 * HOUR, role="agent"),
        Rung(name="warn 2h before", kind=Kind.WARNING, amount=22 * HOUR, role="holder"),
        Rung(name="due head", kind=Kind.ESCALATION, amount=24 * HOUR, role="head"),
        Rung(name="second call", kind=Kind.ESCALATION, amount=28 * HOUR, role="chief"),
    )
    assert (full.grace, full.floor, full.assumed) == (90 * SECOND, HOUR, "a guess")


@pytest.mark.parametrize(
    ("budget", "amount", "unit"),
    [
        ("24h", 24 * HOUR, Unit.TIME),
        ("8h30m", 8 * HOUR + 30 * MINUTE, Unit.TIME),
        ("8 h 30 m", 8 * HOUR + 30 * MINUTE, Unit.TIME),
        ("1 hour 30 minutes 5 seconds", HOUR + 30 * MINUTE + 5 * SECOND, Unit.TIME),
        ("90s", 90 * SECOND, Unit.TIME),
        ("90 MIN", 90 * MINUTE, Unit.TIME),
        ("87648h", 3652 * DAY, Unit.TIME),
        ("120 calendar_days", 120, Unit.CALENDAR_DAYS),
        ("120 calendar days", 120, Unit.CALENDAR_DAYS),
        ("1 calendar_day", 1, Unit.CALENDAR_DAYS),
        ("3652 calendar_days", 3652, Unit.CALENDAR_DAYS),
        ("5 working_days", 5, Unit.WORKING_DAYS),
        ("5 working days", 5, Unit.WORKING_DAYS),
        ("1 Working_Day", 1, Unit.WORKING_DAYS),
    ],
)
def test_budgets(budget, amount, unit):
    hours = "    hours: office\n" if unit is Unit.WORKING_DAYS else ""
    found = target(hours, budget=budget)

    assert (found.budget, found.unit) == (amount, unit)


@pytest.mark.parametrize(
    ("step", "name", "amount"),
    [
        ("2h before", "warn 2h before", 22 * HOUR),
        ("2 hours before due", "warn 2h before", 22 * HOUR),
        ("120m before", "warn 2h before", 22 * HOUR),
        ("1h30m15s before", "warn 1h30m15s before", 24 * HOUR - 90 * MINUTE - 15 * SECOND),
        ("33%", "warn 33%", 24 * HOUR * 33 // 100),
        ("99 %", "warn 99%", 24 * HOUR * 99 // 100),
    ],
)
def test_a_step_is_named_for_what_it_means_not_for_how_it_is_written(step, name, amount):
    (rung,) = target(f"    warn: {step}\n").rungs

    assert (rung.name, rung.amount) == (name, amount)


@pytest.mark.parametrize(
    ("ladder", "name", "amount"),
    [
        ("due", "due a", 4),
        ("75%", "75% a", 3),
        ("1 calendar_day before", "1 calendar_day before a", 3),
        ("150%", "150% a", 6),
        ("2 calendar days after", "2 calendar_days after a", 6),
    ],
)
def test_steps_on_days_are_whole_days(ladder, name, amount):
    (rung,) = target(f"    ladder: [{{at: {ladder}, role: a}}]\n", budget="4 calendar_days").rungs

    assert (rung.name, rung.amount, rung.kind) == (name, amount, Kind.ESCALATION)


def test_steps_on_working_days():
    more = """\
    hours: office
    day_end: closing
    warn: [1 working_day before, 50%]
    ladder: [{at: due, role: a}, {at: 2 working days after, role: b}]
"""
    found = target(more, budget="4 working_days")

    assert (found.budget, found.day_end, found.calendar.name) == (4, DayEnd.CLOSING, "office")
    assert [(rung.name, rung.amount) for rung in found.rungs] == [
        ("warn 50%", 2),
        ("warn 1 working_day before", 3),
        ("due a", 4),
        ("2 working_days after b", 6),
    ]


@pytest.mark.parametrize(
    ("written", "day_end"),
    [("midnight", DayEnd.MIDNIGHT), ("closing", DayEnd.CLOSING), ("same_time", DayEnd.SAME_TIME)],
)
def test_day_ends(written, day_end):
    found = target(f"    hours: office\n    day_end: {written}\n", budget="1 working_day")

    assert found.day_end is day_end


@pytest.mark.parametrize(
    ("written", "last_day"),
    [
        ("", LastDay.SAME_TIME),
        ("    last_day: same_time\n", LastDay.SAME_TIME),
        ("    last_day: whole\n", LastDay.WHOLE),
        ("    last_day: working\n    hours: office\n", LastDay.WORKING),
    ],
)
def test_last_days(written, last_day):
    assert target(written, budget="10 calendar_days").last_day is last_day


@pytest.mark.parametrize(
    ("written", "gate"),
    [
        ("documents_complete", ((Match("documents_complete"),),)),
        ("[paid, documents_complete]", ((Match("paid"),), (Match("documents_complete"),))),
        ("{any: [paid, documents_complete]}", ((Match("paid"), Match("documents_complete")),)),
        ("{any: paid}", ((Match("paid"),),)),
        ("{any: [resolved, paid]}", ((Match("resolved"), Match("paid")),)),
        ("{event: paid, where: {by: [a, b]}}", ((Match("paid", (Where("by", frozenset("ab")),)),),)),
    ],
)
def test_a_gate_is_a_list_of_preconditions_each_with_alternatives(written, gate):
    assert target(f"    gate: {written}\n").gate == gate


def test_conditions_that_say_not():
    text = """\
    applies: {tier: {not: [gold, vip]}, kind: fault, cause: {not: external}}
    gate: {event: noted, where: {papers: {not: missing}}}
"""
    found = target(text)

    assert found.applies == (
        Where("tier", frozenset({"gold", "vip"}), negated=True),
        Where("kind", frozenset({"fault"})),
        Where("cause", frozenset({"external"}), negated=True),
    )
    assert found.gate == ((Match("noted", (Where("papers", frozenset({"missing"}), negated=True),)),),)


def test_limits_of_holds_and_exclusions_for_any_reason():
    found = target("    accepts: any\n    max_open: {any: 90m}\n    exclusions: any\n")

    assert found.accepts == found.exclusions == frozenset({ANY_REASON})
    assert found.max_open == {ANY_REASON: Limit(90 * MINUTE, Unit.TIME)}
    assert target().max_open == {}
    assert target().exclusions == frozenset()


def test_adopt_from():
    policy = read(HEAD + "adopt_from: 2026-01-01T08:00:00+08:00\n" + TARGET)

    assert policy.adopt_from == 1_767_225_600 * SECOND
    assert read(HEAD + TARGET).adopt_from is None


def test_the_same_step_may_address_two_roles():
    rungs = target(
        "    ladder: [{at: due, role: a}, {at: due, role: b}]\n    warn: [1h before, {at: 1h before, role: a}]\n"
    ).rungs

    assert [rung.name for rung in rungs] == ["warn 1h before", "warn 1h before a", "due a", "due b"]


def test_what_yaml_1_1_would_make_something_else_of_stays_text():
    policy = read(
        HEAD.replace("version: 1", "version: 1.10")
        + TARGET
        + "    applies: {country: NO, on: yes, time: 08:30, octal: 010, day: 2026-01-01, exp: 1e3, none: 'null'}\n"
    )

    assert policy.version == "1.10"
    assert {where.attribute: set(where.values) for where in policy.targets[0].applies} == {
        "country": {"NO"},
        "on": {"yes"},
        "time": {"08:30"},
        "octal": {"010"},
        "day": {"2026-01-01"},
        "exp": {"1e3"},
        "none": {"null"},
    }


def test_values_are_kept_letter_by_letter_and_prose_on_one_line():
    found = target('    applies: {kind: " two  blanks "}\n    clause: |\n      first\n      second\n')

    assert found.applies == (Where("kind", frozenset({" two  blanks "})),)
    assert found.clause == "first second"


def test_accepts_any():
    assert target("    accepts: any\n").accepts == frozenset({ANY_REASON})
    assert target("    accepts: []\n").accepts == frozenset()


def test_the_grace_of_the_file_holds_where_a_target_has_none():
    policy = read(HEAD + "grace: 5m\n" + TARGET + "  other: {stop: closed, budget: 1h, grace: 0s}\n")

    assert [target.grace for target in policy.targets] == [5 * MINUTE, 0]


def test_vocabulary_and_own_events():
    policy = read(
        HEAD
        + "vocabulary: {created: opened, closed: resolved, moved: {means: reclassified, rename: {to: kind}}}\n"
        + "events: [queued, opened]\n"
        + "targets: {fix: {stop: [resolved, queued], budget: 1h}}\n"
    )

    assert policy.vocabulary == {
        "created": Meaning("opened"),
        "closed": Meaning("resolved"),
        "moved": Meaning("reclassified", {"to": "kind"}),
    }
    assert policy.targets[0].stop == (Match("resolved"), Match("queued"))


def test_a_source_is_told_in_one_line():
    short = read(HEAD + "source: Service promise\n" + TARGET)
    long = read(HEAD + "source: {document: Service promise, issued_by: us, issued_on: 2012-05-01}\n" + TARGET)

    assert short.source == "Service promise"
    assert long.source == "Service promise; us; 2012-05-01"


def test_calendars():
    text = (
        HEAD
        + TARGET
        + (
            """\
    hours: nights
calendars:
  nights:
    zone: Asia/Shanghai
    week:
      Mon-thu: [22:00-06:00]
      fri, Sunday: 8:00-12:00
      sat: []
    closed: [2026-01-01, 2026-02-15 to 2026-02-17]
    open: {2026-02-14: [08:30-12:00, 13:30-24:00]}
"""
        )
    )
    (calendar,) = rules.read_calendars(text, name="test").values()

    night, morning = ((22 * HOUR, 30 * HOUR),), ((8 * HOUR, 12 * HOUR),)
    assert calendar.name == "nights"
    assert calendar.zone == ZoneInfo("Asia/Shanghai")
    (version,) = calendar.versions
    assert version.week == (night, night, night, night, morning, (), morning)
    assert (version.known_since, version.known_until) == (None, None)
    assert version.dates == {
        date(2026, 1, 1): (),
        date(2026, 2, 15): (),
        date(2026, 2, 16): (),
        date(2026, 2, 17): (),
        date(2026, 2, 14): ((8 * HOUR + 30 * MINUTE, 12 * HOUR), (13 * HOUR + 30 * MINUTE, 24 * HOUR)),
    }
    found = read(text).targets[0].calendar
    assert found.zone == ZoneInfo("Asia/Shanghai")
    friday = 1_767_283_200 * SECOND  # 2026-01-02T00:00:00+08:00, after a Thursday without a night
    assert found.latest.hours.worked(friday, friday + DAY) == 4 * HOUR


def test_targets_with_one_calendar_share_it():
    policy = read(
        HEAD + TARGET + "    hours: office\n  b: {stop: closed, budget: 1h, hours: office}\n" + OFFICE
    )

    assert policy.targets[0].calendar is policy.targets[1].calendar


def test_boston_loads():
    policy = rules.read((EXAMPLES / "boston-311.yaml").read_bytes(), name="boston-311.yaml")

    pickup, housing = policy.targets
    assert (policy.id, policy.tenant) == ("boston-311", "boston")
    assert policy.vocabulary["created"] == Meaning("opened")
    assert (pickup.budget, pickup.boundary) == (8 * HOUR + 30 * MINUTE, Boundary.NEXT_OPEN)
    assert pickup.applies == (Where("category", frozenset({"Pick up Dead Animal"})),)
    assert (housing.budget, housing.unit) == (120, Unit.CALENDAR_DAYS)
    assert housing.calendar.zone == ZoneInfo("America/New_York")
    (offices,) = rules.read_calendars((EXAMPLES / "boston-311.yaml").read_text(), name="b").values()
    (version,) = offices.versions
    assert len(version.dates) == 58
    assert version.week == (((8 * HOUR + 30 * MINUTE, 17 * HOUR),),) * 5 + ((), ())


def test_the_service_desk_loads():
    policy = rules.read((EXAMPLES / "service-desk.yaml").read_bytes(), name="service-desk.yaml")

    assert {target.regime for target in policy.targets} == {"response", "resolution", "closure"}
    assert policy.vocabulary["priority_changed"] == Meaning("reclassified", {"to": "priority"})
    assert all(target.assumed for target in policy.targets)
    assert {rung.kind for target in policy.targets for rung in target.rungs} == {
        Kind.WARNING,
        Kind.ESCALATION,
    }
    assert any(target.reopen for target in policy.targets)
    assert any(ANY_REASON in target.accepts for target in policy.targets)
    assert {target.unit for target in policy.targets} == {Unit.TIME, Unit.CALENDAR_DAYS}


BLOCKS = [block.split("```")[0] for block in DOCS.read_text().split("```yaml\n")[1:]]


@pytest.mark.parametrize("block", BLOCKS, ids=[block.split()[0] for block in BLOCKS])
def test_what_the_docs_show_can_be_read(block):
    """Whole files as they stand, the rest put where it belongs."""
    head = HEAD + "events: paid\n"
    first = block.split(":")[0]
    if first == "policy":
        assert rules.check(block) == ()
    elif first == "calendar":
        assert rules.read_calendar(block, name="docs/policy.md").name == "prc-office"
    elif first in {"targets", "areas", "sources"}:
        assert rules.check(head + block) == ()
    elif first in {"calendars", "vocabulary"}:
        assert rules.check(head + TARGET + block) == ()
    else:
        given = TARGET.replace("    stop: resolved\n", "") if first == "stop" else TARGET
        assert rules.check(head + given + textwrap.indent(block, "    ")) == ()


def test_the_calendar_in_the_docs_is_that_of_the_examples():
    shown = next(block for block in BLOCKS if block.startswith("calendar:"))
    example = (EXAMPLES.parent / "calendars" / "prc-office.yaml").read_text()

    assert shown == "".join(line for line in example.splitlines(keepends=True) if not line.startswith("#"))


def test_the_docs_name_every_key():
    from service.rules import event_shapes, shapes

    text = DOCS.read_text()
    known = {key for shape in (shapes.PolicyShape, shapes.TargetShape) for key in shape.model_fields}

    assert {key for key in known if f"`{key}`" not in text} == set()
    calendars = {
        key
        for shape in (shapes.CalendarShape, shapes.CalendarFileShape, event_shapes.PreconditionShape)
        for key in shape.model_fields
    }
    assert {key for key in calendars if f"{key}:" not in text and f"`{key}`" not in text} == set()
    assert {key for key in shapes.SourceShape.model_fields if f"`{key}`" not in text} == set()
