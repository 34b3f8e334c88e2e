"""Two policies over the same events: which verdicts flip, and which key of the target did it. Reckoned by hand."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from service.backtest import Backtest
from service.backtest.compare import Comparison
from service.rules import read
from service.sla.events import Event
from service.sla.instants import HOUR, instant_of
from service.sla.policy import Rules
from service.wire import read_events

EXAMPLES = Path(__file__).parents[1] / "examples"
NINE = instant_of(datetime.fromisoformat("2026-03-02T09:00:00+00:00"))  # a Monday


def rules(
    *targets: str, version: str = "1", more: str = "", since: str = "2026-01-01", zone: str = "UTC"
) -> Rules:
    """A policy whose targets are written one a line, `name: {…}`."""
    text = f"""
policy: p
version: "{version}"
effective_from: {since}T00:00:00Z
tenant: harbour
zone: {zone}
{more}
targets:
""" + "\n".join(f"  {target}" for target in targets)
    return Rules((read(text, name="p"),))


def event(id_: str, type_: str, hours: float, ticket: str = "T", **attributes) -> Event:
    at = NINE + round(hours * HOUR)
    return Event(
        tenant="harbour", ticket=ticket, source="desk", id=id_, type=type_, at=at, attributes=attributes
    )


def compared(before: Rules, after: Rules, *events: Event, until: float = 240):
    """Every promise that differs: target, verdict and due in hours before and after, and why."""
    comparison = Comparison(before, after, until=NINE + round(until * HOUR))
    return [_line(flip) for _, flip in comparison.flips(events)], comparison.summary


def _line(flip):
    cause = flip.cause
    why = () if cause is None else (cause.change.value, " ".join(cause.keys), cause.together)
    return (flip.target, _side(flip.before), _side(flip.after), *why)


def _side(promise):
    due = None if promise is None or promise.due is None else (promise.due - NINE) / HOUR
    return None if promise is None else f"{promise.state.value} {due:g}"


def turned(before: Rules, after: Rules, *events: Event, **given):
    lines, _ = compared(before, after, *events, **given)
    return lines


def held(begin: float, end: float, reason: str = "parts"):
    return event("h", "held", begin, reason=reason), event("r", "resumed", end)


OPENED = event("1", "opened", 0)
REPAIR = "repair: {stop: resolved, budget: 8h}"


def test_nothing_differs():
    lines, summary = compared(rules(REPAIR), rules(REPAIR, version="2"), OPENED, event("2", "resolved", 7))

    assert lines == []
    assert (summary.tickets, summary.promises, summary.same) == (1, (1, 1), 1)
    assert (summary.flips, summary.moved) == ({}, {})


def test_a_shorter_budget():
    lines, summary = compared(
        rules(REPAIR), rules("repair: {stop: resolved, budget: 6h}"), OPENED, event("2", "resolved", 7)
    )

    assert lines == [("repair", "met 8", "late 6", "changed", "budget", False)]
    assert (summary.flips, summary.same) == ({("repair", "met", "late"): 1}, 0)


def test_a_due_that_moves_without_a_flip():
    lines, summary = compared(
        rules(REPAIR), rules("repair: {stop: resolved, budget: 6h}"), OPENED, event("2", "resolved", 5)
    )

    assert lines == [("repair", "met 8", "met 6")]
    assert (summary.flips, summary.moved, summary.same) == ({}, {"repair": 1}, 0)


def test_the_one_of_two_keys_that_did_it():
    """Five hours counted of six: only without the hold is the stop, after seven, late."""
    before = rules("repair: {stop: resolved, budget: 6h, accepts: [parts]}")
    after = rules("repair: {stop: resolved, budget: 5h30m}")

    assert turned(before, after, OPENED, *held(1, 3), event("2", "resolved", 7)) == [
        ("repair", "met 8", "late 5.5", "changed", "accepts", False)
    ]


def test_keys_that_did_it_together():
    """Stopped after 5:45, half an hour of it on hold: in time by 5:30 with the hold, and by 6:00 without it."""
    before = rules("repair: {stop: resolved, budget: 6h, accepts: [parts], floor: 1h}")
    after = rules("repair: {stop: resolved, budget: 5h30m}")

    assert turned(before, after, OPENED, *held(1, 1.5), event("2", "resolved", 5.75)) == [
        ("repair", "met 6.5", "late 5.5", "changed", "budget accepts", True)
    ]


def test_keys_of_which_each_would_have_done_it():
    before = rules("repair: {stop: resolved, budget: 8h, accepts: [parts]}")
    after = rules("repair: {stop: resolved, budget: 6h}")

    assert turned(before, after, OPENED, *held(1, 3), event("2", "resolved", 9)) == [
        ("repair", "met 10", "late 6", "changed", "budget accepts", False)
    ]


@pytest.mark.parametrize(
    ("old", "new", "keys", "was", "now"),
    [
        ("gate: [documents_complete]", "", "gate", "met 10", "late 8"),
        ("stop: [resolved, noted]", "stop: [resolved]", "stop", "met 8", "late 8"),
        ("max_open: {parts: 2h}, accepts: [parts]", "accepts: [parts]", "max_open", "late 10", "met 12"),
        ("cancel: [urged]", "", "cancel", "cancelled 8", "late 8"),
        ("owner: customer", "", "owner", "expired 8", "late 8"),
    ],
)
def test_other_keys(old, new, keys, was, now):
    """Documents after 2 h, on hold from 3 to 7, noted at 4, urged at 6, resolved at 10 for the gate and 11 otherwise."""

    def target(said: str) -> str:
        return f"repair: {{budget: 8h, {'' if 'stop' in said else 'stop: resolved, '}{said}}}"

    events = [
        OPENED,
        event("d", "documents_complete", 2),
        *held(3, 7),
        event("n", "noted", 4),
        event("u", "urged", 6),
        event("2", "resolved", 10 if keys == "gate" else 11),
    ]

    assert turned(rules(target(old)), rules(target(new)), *events) == [
        ("repair", was, now, "changed", keys, False)
    ]


def test_a_calendar_of_the_same_name():
    week = 'calendars: {office: {week: {mon-fri: "09:00-17:00"}CLOSED}}'
    target = "repair: {stop: resolved, budget: 8h, hours: office}"
    before = rules(target, more=week.replace("CLOSED", ", closed: [2026-03-03]"))
    after = rules(target, more=week.replace("CLOSED", ""))
    began = event("1", "opened", 1)

    assert turned(before, after, began, event("2", "resolved", 30)) == [
        ("repair", "met 49", "late 25", "changed", "hours", False)
    ]


def test_what_event_types_mean():
    before = rules(REPAIR, more="vocabulary: {done: resolved}")
    after = rules(REPAIR, more="vocabulary: {done: noted}")

    assert turned(before, after, OPENED, event("2", "done", 7)) == [
        ("repair", "met 8", "breached 8", "changed", "vocabulary", False)
    ]


def test_a_target_that_no_longer_applies():
    before, after = (
        rules("repair: {stop: resolved, budget: 8h}"),
        rules("repair: {stop: resolved, budget: 8h, applies: {kind: fault}}"),
    )

    assert turned(before, after, event("1", "opened", 0, kind="leak")) == [
        ("repair", "breached 8", None, "changed", "applies", False)
    ]
    assert turned(after, before, event("1", "opened", 0, kind="leak")) == [
        ("repair", None, "breached 8", "changed", "applies", False)
    ]


def test_targets_that_are_gone_and_new():
    answer = "answer: {stop: replied, budget: 2h}"

    assert turned(rules(REPAIR, answer), rules(REPAIR), OPENED) == [
        ("answer", "breached 2", None, "gone", "", False)
    ]
    assert turned(rules(REPAIR), rules(REPAIR, answer), OPENED) == [
        ("answer", None, "breached 2", "new", "", False)
    ]


def test_a_target_with_another_name():
    before, after = rules(REPAIR), rules("mend: {stop: resolved, budget: 8h}")

    lines, summary = compared(before, after, OPENED, event("2", "resolved", 7))

    assert (lines, summary.same) == ([], 1)


def test_another_variant():
    before = rules("repair: {stop: resolved, budget: 8h}")
    after = rules(
        "repair: {stop: resolved, budget: 8h, overrides: [{name: gold, when: {tier: gold}, budget: 4h}]}"
    )

    assert turned(before, after, event("1", "opened", 0, tier="gold"), event("2", "resolved", 5)) == [
        ("repair", "met 8", "late 4", "variant", "budget", False)
    ]


def test_the_first_version_of_a_side_governs_from_the_beginning():
    before = rules(REPAIR, since="2026-01-01")
    after = rules("repair: {stop: resolved, budget: 6h}", version="2", since="2030-01-01")

    assert turned(before, after, OPENED, event("2", "resolved", 7)) == [
        ("repair", "met 8", "late 6", "changed", "budget", False)
    ]


def test_each_ticket_has_the_version_of_its_side():
    first = rules(REPAIR).versions
    second = rules("repair: {stop: resolved, budget: 6h}", version="2", since="2026-03-03").versions
    after = rules("repair: {stop: resolved, budget: 3h}", version="3")
    events = [
        OPENED,
        event("2", "resolved", 7),
        event("1", "opened", 24, "U"),
        event("2", "resolved", 29, "U"),
    ]

    assert turned(Rules(first + second), after, *events) == [
        ("repair", "met 8", "late 3", "changed", "budget", False),
        ("repair", "met 30", "late 27", "changed", "budget", False),
    ]


def test_a_reopening_begins_a_promise_under_one_only():
    before, after = rules(REPAIR), rules("repair: {stop: resolved, budget: 8h, reopen: new}")
    events = [OPENED, event("2", "resolved", 1), event("3", "reopened", 2)]

    assert turned(before, after, *events) == [("repair", None, "breached 10", "changed", "reopen", False)]


@pytest.fixture(scope="module")
def desk():
    text = (EXAMPLES / "policies/service-desk.yaml").read_text(encoding="utf-8")
    policies = [read(each, name="desk") for each in (text, text.replace("budget: 24h", "budget: 12h"))]
    return [Rules((policy,)) for policy in policies]


def test_both_sides_are_what_each_policy_says_alone(desk):
    """All the real tickets of a service desk: counts of verdicts, by themselves and in the comparison."""

    def events():
        return read_events(
            EXAMPLES / "data/servicenow_uci_shared.events.jsonl.gz", tenant="desk", source="file"
        )

    tenant = desk[0].versions[0].tenant
    alone = []
    for each in desk:
        test = Backtest(each)
        assert list(test.judged(_of(tenant, events())))
        alone.append(test.summary.states)
    comparison = Comparison(*desk)
    moves: list[Counter[tuple[str, str]]] = [Counter(), Counter()]
    for _, flip in comparison.flips(_of(tenant, events())):
        for side, promise in zip(moves, (flip.before, flip.after), strict=True):
            if promise is not None and flip.is_flip:
                side[promise.target, promise.state.value] += 1

    assert comparison.summary.flips.total() > 0
    assert alone[0] - moves[0] == alone[1] - moves[1]
    assert comparison.summary.promises == (alone[0].total(), alone[1].total())


def _of(tenant, events):
    return (replace(each, tenant=tenant) for each in events)
