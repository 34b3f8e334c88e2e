"""The kinds of promise, as files say them and as the core has them."""

import pytest

from service import rules
from service.sla.instants import DAY, HOUR, MINUTE
from service.sla.policy import Deemed, Extension, Lapsed, Match, Rung, Stated, Target, Unit, Where
from service.sla.statements import Kind
from tests.rules.test_errors import HEAD, OFFICE, TARGET


def targets(body: str) -> dict[str, Target]:
    return {each.id: each for each in rules.read(HEAD + body + OFFICE, name="test").targets}


def target(more: str) -> Target:
    return targets(TARGET + more)["fix"]


def stated(more: str) -> Target:
    return targets(f"targets:\n  fix:\n    stop: resolved\n{more}")["fix"]


PROMISED = "    start: promise_accepted\n    promised: due\n"
BEFORE = "    start: change_scheduled\n    before: at\n    budget: 24h\n"


def test_a_target_that_says_none_of_it_promises_none_of_it():
    plain = target("")

    assert (plain.extension, plain.deemed, plain.lapsed, plain.stated) == (None, None, None, None)
    assert (plain.stated_by, plain.customers) == ("", False)


def test_extension():
    assert target("    extension: {rank: 3, within: 24h, most: 2}\n").extension == Extension(3, DAY, 2)
    assert target("    extension: {rank: 1, within: 90m}\n").extension == Extension(1, 90 * MINUTE, 1)


def test_deemed_and_lapsed():
    assert target("    deemed: {within: 2h}\n").deemed == Deemed(
        (Match("contact_failed"), Match("visit_failed")), (Match("report_written"),), 2 * HOUR
    )
    assert target(
        "    deemed: {on: visit_failed, report: {event: noted, where: {written: true}}, within: 2h}\n"
    ).deemed == Deemed(
        (Match("visit_failed"),), (Match("noted", (Where("written", frozenset({"true"})),)),), 2 * HOUR
    )
    assert target("    lapsed: {after: 168h}\n").lapsed == Lapsed(
        (Match("documents_requested"),), (Match("documents_complete"),), 7 * DAY
    )
    assert target("    lapsed: {on: noted, unless: [replied, held], after: 1h}\n").lapsed == Lapsed(
        (Match("noted"),), (Match("replied"), Match("held")), HOUR
    )


def test_a_promised_date():
    found = stated(
        PROMISED + "    warn: 2h before\n    ladder: [{at: due, role: a}, {at: 4h after, role: b}]\n"
    )

    assert (found.stated, found.stated_by, found.budget, found.unit) == (
        Stated.PROMISED,
        "due",
        0,
        Unit.TIME,
    )
    assert found.start == (Match("promise_accepted"),)
    assert [(rung.name, rung.amount) for rung in found.rungs] == [
        ("warn 2h before", -2 * HOUR),
        ("due a", 0),
        ("4h after b", 4 * HOUR),
    ]


def test_before_a_known_instant():
    found = stated(BEFORE + "    warn: 48h before\n")

    assert (found.stated, found.stated_by, found.budget) == (Stated.BEFORE, "at", DAY)
    assert [rung.amount for rung in found.rungs] == [-DAY]  # 24 hours less the 48


def test_before_a_known_instant_in_days():
    found = stated(
        BEFORE.replace("24h", "5 working_days") + "    hours: office\n    warn: 7 working_days before\n"
    )

    assert (found.stated, found.budget, found.unit) == (Stated.BEFORE, 5, Unit.WORKING_DAYS)
    assert [rung.amount for rung in found.rungs] == [-2]


def test_the_owner():
    assert target("    owner: customer\n    ladder: [{at: 50%, role: agent}]\n").customers
    assert not target("    owner: service\n    ladder: [{at: due, role: head}]\n").customers


def test_steps_by_urges():
    more = (
        "    warn: [{urges: 1}]\n"
        "    ladder: [{at: 4h after, role: head, urges: 2}, {urges: 3, role: head}, {at: due, role: head}]\n"
    )
    found = target(more.replace("{at: due, role: head}", "{at: 5h after, role: chief}"))

    assert found.rungs == (
        Rung(name="4h after or 2 urges head", kind=Kind.ESCALATION, amount=28 * HOUR, role="head", urges=2),
        Rung(name="5h after chief", kind=Kind.ESCALATION, amount=29 * HOUR, role="chief"),
        Rung(name="warn 1 urge", kind=Kind.WARNING, amount=None, role="holder", urges=1),
        Rung(name="3 urges head", kind=Kind.ESCALATION, amount=None, role="head", urges=3),
    )


def test_every():
    found = stated("    every: 48h\n    warn: 75%\n    cancel: closed\n")

    assert found.budget == 2 * DAY
    assert [rung.amount for rung in found.rungs] == [36 * HOUR]


@pytest.mark.parametrize(
    ("more", "start", "cancel"),
    [
        ("", ["opened", "replied"], ["resolved", "closed", "cancelled"]),
        ("    start: [assigned, reopened]\n", ["assigned", "reopened", "replied"], None),
        ("    cancel: merged\n", ["opened", "replied"], ["merged"]),
        ("    cancel: []\n", ["opened", "replied"], []),
    ],
)
def test_every_begins_anew_with_each_stop_until_the_ticket_is_over(more, start, cancel):
    found = targets(f"targets:\n  fix:\n    stop: replied\n    every: 48h\n{more}")["fix"]

    assert [match.type for match in found.start] == start
    assert [match.type for match in found.stop] == ["replied"]
    if cancel is not None:
        assert [match.type for match in found.cancel] == cancel


def test_a_target_that_is_off_is_not_built():
    body = (
        TARGET + "  later: {off: true, why: no number, set: a budget, stop: closed}\n"
        "  on: {off: false, stop: closed, budget: 1h}\n"
    )

    assert set(targets(body)) == {"fix", "on"}


# --- what is wrong --------------------------------------------------------------------------------


def the_error(body: str) -> rules.PolicyError:
    errors = rules.check(HEAD + body + OFFICE)
    assert len(errors) == 1, [str(error) for error in errors]
    return errors[0]


@pytest.mark.parametrize(
    ("more", "column", "field", "words"),
    [
        ("extension: yes", 16, "extension", "expects `key: value` lines"),
        ("extension: {within: 24h}", 5, "extension.rank", "`rank` is missing: the least rank"),
        ("extension: {rank: 3}", 5, "extension.within", "`within` is missing"),
        ("extension: {rank: 0, within: 24h}", 23, "extension.rank", "no whole number from 1 to 1,000,000"),
        ("extension: {rank: chief, within: 24h}", 23, "extension.rank", "no whole number"),
        ("extension: {rank: 3, within: 0h}", 34, "extension.within", "is no time at all"),
        ("extension: {rank: 3, within: 1 working_day}", 34, "extension.within", "write hours, such as `48h`"),
        ("extension: {rank: 3, within: 1h, most: 0}", 44, "extension.most", "no whole number from 1"),
        ("extension: {rank: 3, within: 1h, max: 2}", 38, "extension.max", "did you mean `most`?"),
        ("deemed: {on: visit_failed}", 5, "deemed.within", "`within` is missing"),
        ("deemed: {on: visit_faild, within: 2h}", 18, "deemed.on", "did you mean `visit_failed`?"),
        ("deemed: {on: [], within: 2h}", 14, "deemed.on", "names no event"),
        ("deemed: {report: [], within: 2h}", 14, "deemed.report", "names no event"),
        ("deemed: {report: visit_failed, within: 2h}", 5, "deemed", "one event cannot be both"),
        ("deemed: {on: report_written, within: 2h}", 5, "deemed", "one event cannot be both"),
        ("deemed: {within: 2h, report: {event: noted, were: a}}", 49, "deemed.report.were", "`where`?"),
        ("lapsed: {on: documents_requested}", 5, "lapsed.after", "`after` is missing"),
        ("lapsed: {after: 7 calendar_days}", 21, "lapsed.after", "write hours, such as `48h`"),
        ("lapsed: {after: 1h, unless: documents_requested}", 5, "lapsed", "cannot both ask"),
        ("lapsed: {after: 1h, unless: [noted, {event: noted, where: {}}]}", 56, "lapsed.unless[1].where", "no c"),
        ("owner: nobody", 12, "owner", "write service or customer"),
        ("owner: customer\n    ladder: [{at: due, role: a}]", 19, "ladder[0].at", "the customer's own"),
        ("owner: customer\n    ladder: [{urges: 2, role: a}]", 22, "ladder[0].urges", "the customer's own"),
        ("off: perhaps", 10, "off", "write true or false"),
        ("why: no number", 10, "why", "is for a target that is `off`"),
        ("set: a budget", 10, "set", "is for a target that is `off`"),
        ("backward: at", 5, "backward", "did you mean `before`?"),
        ("ladder: [{role: a}]", 14, "ladder[0].at", "`at` is missing"),
        ("warn: [{name: a}]", 12, "warn[0].at", "`at` is missing"),
        ("ladder: [{urges: 0, role: a}]", 22, "ladder[0].urges", "no whole number from 1 to 1,000"),
        ("ladder: [{urges: 2, role: a}, {urges: 2, role: a}]", 43, "ladder[1].urges", "`2 urges` is the instant"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_kind(more, column, field, words):
    error = the_error(TARGET + f"    {more}\n")

    line = 11 if "\n" in more else 10
    assert (error.line, error.column, error.field) == (line, column, f"targets.fix.{field}")
    assert words in error.message


@pytest.mark.parametrize(
    "key",
    [
        *("budget: 1h", "every: 1h", "before: at", "gate: replied", "accepts: any", "exclusions: any"),
        *("boundary: close", "day_end: closing", "extension: {rank: 1, within: 1h}", "floor: 1h"),
    ],
)
def test_what_has_no_meaning_beside_a_promised_date(key):
    error = the_error(f"targets:\n  fix:\n    stop: resolved\n{PROMISED}    {key}\n")

    assert (error.line, error.field) == (11, f"targets.fix.{key.split(':')[0]}")
    assert "leave this out" in error.message


@pytest.mark.parametrize(
    "key",
    [
        *("gate: replied", "accepts: any", "exclusions: any", "boundary: close"),
        *("extension: {rank: 1, within: 1h}", "floor: 1h"),
    ],
)
def test_what_has_no_meaning_before_a_known_instant(key):
    error = the_error(f"targets:\n  fix:\n    stop: resolved\n{BEFORE}    {key}\n")

    assert (error.line, error.field) == (12, f"targets.fix.{key.split(':')[0]}")
    assert "leave this out" in error.message


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("    promised: due\n", (7, 3, "targets.fix.start")),
        ("    start: noted\n    before: at\n", (7, 3, "targets.fix.budget")),
        (PROMISED + "    warn: 50%\n", (11, 11, "targets.fix.warn")),
        (PROMISED + "    warn: 1 calendar_day before\n", (11, 11, "targets.fix.warn")),
        (PROMISED + "    warn: due\n", (11, 11, "targets.fix.warn")),
        (PROMISED + "    warn: 87649h before\n", (11, 11, "targets.fix.warn")),
        (BEFORE + "    warn: 50%\n", (12, 11, "targets.fix.warn")),
        ("    every: 5 working_days\n", (9, 12, "targets.fix.every")),
        ("    every: 2h\n    warn: 2h before\n", (10, 11, "targets.fix.warn")),
        ("    every: 2h\n    start: resolved\n    cancel: []\n", (8, 11, "targets.fix.stop")),
        ("    every: 2h\n", (8, 11, "targets.fix.stop")),  # what ends the ticket is no update
    ],
)
def test_what_is_wrong_with_an_instant_that_is_stated_and_with_every(body, place):
    stop = "resolved" if body.startswith("    every: 2h\n") and "warn" not in body else "replied"
    error = the_error(f"targets:\n  fix:\n    stop: {stop}\n{body}")

    assert (error.line, error.column, error.field) == place


def test_every_takes_the_place_of_the_budget():
    error = the_error(TARGET.replace("resolved", "replied") + "    every: 48h\n")

    assert (error.line, error.column, error.field) == (9, 13, "targets.fix.budget")
    assert "`every` says how much time there is" in error.message


def test_at_least_one_target_is_on():
    error = the_error("targets:\n  fix: {off: true, stop: closed}\n")

    assert (error.line, error.column, error.field) == (6, 1, "targets")
    assert "every target is off" in error.message


def test_a_target_that_is_off_is_checked_as_far_as_it_goes():
    error = the_error(TARGET + "  later: {off: true, stop: closd, hours: office}\n")

    assert (error.line, error.field) == (10, "targets.later.stop")
