"""What a policy says in words, written down by hand for each kind of promise."""

from dataclasses import asdict

import pytest

from service import rules
from service.rules.lengths import length
from service.rules.outline import Entry, in_words

POLICY = """\
policy: desk
version: 1
effective_from: 2026-01-01T00:00:00Z
tenant: desk
source: {document: Our service, note: of 2026}
zone: Asia/Shanghai
vocabulary: {created: opened}
events: [queued]
calendars:
  office: {week: {mon-fri: 09:00-17:00}}
targets:
  install:
    clause: 第四條
    regime: 限時辦結
    applies: {kind: install, area: [城东, 城西]}
    gate: [{any: [paid, {event: noted, where: {fee: waived}}]}, documents_complete]
    stop: [resolved, {event: noted, where: {line: up}}]
    budget: 5 working days
    hours: office
    assumed: who has to pay
    overrides:
      - {name: rural, when: {locality: rural}, budget: 10 working days}
      - {name: quick, when: {tier: gold}, budget: 1 working day, assumed: how quick, gate: []}
  update: {stop: replied, every: 48h}
  visit: {start: promise_accepted, promised: due, stop: {event: noted, where: {visit: arrived}}}
  notice: {start: change_scheduled, before: at, budget: 24h, stop: queued}
  pay: {start: held, stop: queued, budget: 90 calendar days, owner: customer}
  grace: {stop: queued, budget: 5 calendar days, last_day: whole}
  law: {stop: queued, budget: 10 calendar days, last_day: working, hours: office}
  rest: {stop: queued, budget: 1h, applies: {tier: {not: [gold, vip, tin]}, kind: {not: fault}}}
  once: {gate: paid, stop: resolved, budget: 1h30m, hours: 24x7}
  report: {off: true, why: no number, set: a budget, stop: noted}
""".replace("paid", "queued")


def outline() -> rules.Outline:
    return rules.outline(POLICY, name="policy")


def entries() -> dict[str, Entry]:
    return {entry.id: entry for entry in outline().entries}


def test_the_file():
    told = outline()

    assert (told.policy, told.version, told.tenant, told.source) == ("desk", "1", "desk", "Our service")
    assert told.zone.key == "Asia/Shanghai"
    assert {"created", "opened", "queued", "excluded", "voided"} <= told.event_types
    assert "paid" not in told.event_types


def test_a_target_in_words():
    assert asdict(entries()["install"]) == {
        "id": "install",
        "variant_of": "",
        "on": True,
        "applies": "kind: install, area: 城东 or 城西",
        "budget": "5 working days",
        "hours": "office",
        "start": "opened",
        "gate": "(queued or noted (fee: waived)) and documents_complete",
        "stop": "resolved or noted (line: up)",
        "clause": "第四條",
        "regime": "限時辦結",
        "assumed": "who has to pay",
        "assumed_here": True,
        "why": "",
        "set": "",
    }


def test_variants_stand_below_their_target_and_say_what_is_assumed_there():
    assert list(entries())[:3] == ["install", "install/rural", "install/quick"]
    rural, quick = entries()["install/rural"], entries()["install/quick"]
    assert (rural.variant_of, rural.applies, rural.budget) == (
        "install",
        "locality: rural",
        "10 working days",
    )
    assert (rural.assumed, rural.assumed_here) == ("who has to pay", False)
    assert (quick.budget, quick.assumed, quick.assumed_here) == ("1 working day", "how quick", True)
    assert (rural.gate, quick.gate) == (entries()["install"].gate, "")


@pytest.mark.parametrize(
    ("target", "budget", "hours"),
    [
        ("update", "every 48 hours", "round the clock"),
        ("visit", "until `due`, as promised", ""),
        ("notice", "24 hours before `at`", "round the clock"),
        ("pay", "90 calendar days, the customer's own", "round the clock"),
        ("grace", "5 calendar days, to the last day's end", "round the clock"),
        ("law", "10 calendar days, to a working day's end", "days off of office"),
        ("once", "1 hour 30 minutes", "round the clock"),
        ("report", "", "round the clock"),
    ],
)
def test_how_much_time_there_is(target: str, budget: str, hours: str):
    assert (entries()[target].budget, entries()[target].hours) == (budget, hours)


def test_a_target_without_conditions_is_for_every_ticket_and_a_single_gate_has_no_brackets():
    assert (entries()["once"].applies, entries()["once"].gate) == ("every ticket", "queued")


def test_conditions_that_say_not():
    assert entries()["rest"].applies == "tier: neither gold nor vip nor tin, kind: not fault"


def test_a_target_that_is_off():
    report = entries()["report"]

    assert (report.on, report.why, report.set) == (False, "no number", "a budget")
    assert all(entry.on for name, entry in entries().items() if name != "report")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("24h", "24 hours"),
        ("1h", "1 hour"),
        ("2h1m", "2 hours 1 minute"),
        ("90s", "1 minute 30 seconds"),
        ("1 calendar day", "1 calendar day"),
    ],
)
def test_lengths(written: str, words: str):
    assert in_words(length(written)) == words


def test_a_policy_with_errors_has_no_outline():
    with pytest.raises(rules.PolicyErrors):
        rules.outline(POLICY.replace("budget: 1h30m", "budget: 1.5h"), name="policy")
