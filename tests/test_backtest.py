import gzip
import json
import random
import tracemalloc
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from service.backtest import Backtest, Fault, attributes_read, digest, lines_of
from service.rules import read
from service.sla.directory import Directory
from service.sla.events import Event
from service.sla.history import History
from service.sla.instants import DAY, HOUR, SECOND, instant_of
from service.sla.judge import judge
from service.sla.policy import Deemed, Match, Rules, Where
from service.wire import AreaEvent, BadLine, DirectoryEvent, read_events

EXAMPLES = Path(__file__).parents[1] / "examples"
DESK_EVENTS = EXAMPLES / "data/servicenow_uci_shared.events.jsonl.gz"

POLICY = """
policy: p
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: harbour
zone: UTC
vocabulary:
  graded: {means: reclassified, rename: {to: priority}}
targets:
  repair:
    applies: {priority: ["1", "true"]}
    start: {event: opened, where: {channel: phone}}
    stop: [{event: resolved, where: {result: done}}]
    budget: 1h
    accepts: [parts]
"""
MARCH_10 = instant_of(datetime.fromisoformat("2016-03-10T00:00:00+00:00"))
NINE = instant_of(datetime.fromisoformat("2026-03-02T09:00:00+00:00"))


def rules_in(*names: str) -> Rules:
    return Rules(tuple(read((EXAMPLES / "policies" / name).read_bytes(), name=name) for name in names))


RULES = Rules((read(POLICY, name="p"),))


def event(
    id_: str, type_: str, hours: float, ticket: str = "T", tenant: str = "harbour", **attributes
) -> Event:
    at = NINE + round(hours * HOUR)
    return Event(
        tenant=tenant, ticket=ticket, source="desk", id=id_, type=type_, at=at, attributes=attributes
    )


def opened(id_: str = "1", hours: float = 0, ticket: str = "T", **attributes) -> Event:
    return event(id_, "opened", hours, ticket, **{"channel": "phone", "priority": "1", **attributes})


def run(*items: Event | BadLine, rules: Rules = RULES, **given):
    faults: list[Fault] = []
    test = Backtest(rules, fault=faults.append, **given)
    return list(test.judged(items)), test.summary, faults


# --- the city's own target dates ------------------------------------------------------------------


@pytest.fixture(scope="module")
def boston() -> dict[str, list[dict]]:
    """The promises of the Boston sample by ticket."""
    test = Backtest(rules_in("boston-311.yaml"))
    events = read_events(
        EXAMPLES / "data/boston311_animal_ex2015.events.jsonl.gz", tenant="boston", source="file"
    )
    promises: dict[str, list[dict]] = {}
    for judged in test.judged(events):
        promises.setdefault(judged.key[1], []).extend(lines_of(judged))
    assert not test.summary.faults
    return promises


@pytest.fixture(scope="module")
def labels() -> list[dict]:
    with gzip.open(
        EXAMPLES / "data/boston311_animal_ex2015.labels.jsonl.gz", "rt", encoding="utf-8"
    ) as lines:
        found = [json.loads(line) for line in lines]
    return [label for label in found if label["rule_match"]]


def test_there_are_as_many_labels_as_promised(labels):
    assert len(labels) == 24_803


def test_each_labelled_request_has_one_promise(boston, labels):
    assert [label["ticket_id"] for label in labels if len(boston[label["ticket_id"]]) != 1] == []


def test_dues_are_the_citys_target_dates(boston, labels):
    def apart(label: dict) -> float:
        due = datetime.fromisoformat(boston[label["ticket_id"]][0]["due"])
        return abs((due - datetime.fromisoformat(label["target_due"])).total_seconds())

    assert [label["ticket_id"] for label in labels if apart(label) > 90] == []


def test_verdicts_are_the_citys(boston, labels):
    says = {"met": "ONTIME", "late": "OVERDUE", "breached": "OVERDUE"}
    verdicts = {label["ticket_id"]: boston[label["ticket_id"]][0]["verdict"] for label in labels}

    different = [
        each["ticket_id"] for each in labels if says.get(verdicts[each["ticket_id"]]) != each["source_label"]
    ]

    assert different == []
    assert sum(verdict == "breached" for verdict in verdicts.values()) > 2_000


def test_seven_requests_close_before_they_open_and_are_on_time(boston, labels):
    early = [
        each["ticket_id"] for each in labels if each["closed_at"] and each["closed_at"] < each["created_at"]
    ]

    assert len(early) == 7
    assert {boston[ticket][0]["verdict"] for ticket in early} == {"met"}
    assert all(boston[ticket][0]["stop"] == boston[ticket][0]["start"] for ticket in early)


# --- which events count ---------------------------------------------------------------------------


def test_w_is_the_last_event_by_default():
    _, summary, _ = run(opened(), event("2", "noted", 5, "U"))

    assert summary.until == NINE + 5 * HOUR
    assert summary.states == {("repair", "breached"): 1}


def test_what_is_later_than_until_is_left_out():
    judged, summary, _ = run(opened(), event("2", "resolved", 2, result="done"), until=NINE + 2 * HOUR - 1)

    assert (summary.later, summary.states) == (1, {("repair", "breached"): 1})
    assert [s.name for s in judged[0].judgement.statements] == ["breach"]


def test_an_event_at_until_counts():
    _, summary, _ = run(opened(), event("2", "resolved", 1, result="done"), until=NINE + HOUR)

    assert (summary.later, summary.states) == (0, {("repair", "met"): 1})


def test_a_due_at_until_is_not_decided_yet():
    _, summary, _ = run(opened(), until=NINE + HOUR)

    assert summary.states == {("repair", "open"): 1}


def test_an_empty_file_has_no_w():
    judged, summary, _ = run()

    assert (judged, summary.until, summary.tickets) == ([], None, 0)


def test_the_same_event_again_counts_once():
    _, summary, faults = run(opened(), opened(), event("2", "resolved", 0.5, result="done"))

    assert (summary.events, summary.repeated, faults) == (3, 1, [])


@pytest.mark.parametrize("again", [opened(hours=1), opened(priority="2"), opened(channel=None)])
def test_an_id_with_other_content_is_left_out_and_told(again):
    judged, summary, faults = run(opened(), again)

    assert (summary.faults, summary.repeated) == ({"id_reused": 1}, 0)
    assert str(faults[0]) == "id_reused: event 1 of ticket T comes again with other content"
    assert judged[0].judgement.promises[0].start == NINE


def test_events_of_another_tenant_are_left_out_and_told():
    judged, _, faults = run(opened(), event("1", "opened", 0, tenant="city"))

    assert [each.key for each in judged] == [("harbour", "T")]
    assert [fault.reason for fault in faults] == ["unknown_policy"]


def test_a_bad_line_is_told_with_its_number_and_the_rest_is_judged():
    _, summary, faults = run(BadLine(7, "not_json", "no"), opened())

    assert (summary.tickets, summary.faults) == (1, {"not_json": 1})
    assert str(faults[0]) == "line 7: not_json: no"


def test_tickets_without_promise_and_orphans_are_counted():
    _, summary, _ = run(opened(), opened("2", ticket="U", priority="3"), event("3", "noted", 0, "V"))

    assert (summary.tickets, summary.without_promise, summary.orphans, summary.promises) == (3, 1, 1, 1)


# --- what is kept of an event ---------------------------------------------------------------------


def test_only_attributes_that_can_matter_are_kept():
    assert attributes_read(RULES) == {
        "priority",
        "to",
        "channel",
        "result",
        "reason",
        "event",
        "source",
        "by",
        *("area", "exclusion", "from", "start", "version", "replace"),  # read by the engine, as `to` is
        *("at", "due", "extension", "rank", "until"),
        *("team", "present", "window", "receiver_confirmed", "customer_informed", "what"),
    }


def test_what_kinds_of_promise_ask_is_kept():
    asked = (Match("away", (Where("who", frozenset({"all"}), also=(Where("where", frozenset({"home"})),)),)),)
    targets = tuple(
        replace(target, deemed=Deemed(asked, (Match("report_written"),), 0), stated_by="promised_for")
        for target in RULES.versions[0].targets
    )

    kept = attributes_read(Rules((replace(RULES.versions[0], targets=targets),)))
    assert {"who", "where", "promised_for"} <= kept


def test_what_a_gate_asks_is_kept():
    targets = tuple(
        replace(target, gate=((Match("paid", (Where("state", frozenset({"whole"})),)),),))
        for target in RULES.versions[0].targets
    )

    assert "state" in attributes_read(Rules((replace(RULES.versions[0], targets=targets),)))


def test_one_and_true_stay_what_they_are():
    """They are equal as keys; a policy tells `1` from `true`, and 1.0 is `1.0`."""
    test = [
        opened("1", ticket="A", priority=1.5),
        opened("2", ticket="B", priority=True),
        opened("3", priority=1),
    ]
    judged, _, _ = run(*test, opened("4", ticket="D", priority=["1"]))

    assert [len(each.judgement.promises) for each in judged] == [0, 1, 1, 0]


@pytest.fixture(scope="module")
def month() -> list[Event]:
    return [
        each
        for each in read_events(DESK_EVENTS, tenant="service-desk", source="file")
        if isinstance(each, Event)
    ]


def test_a_backtest_is_judge_with_nothing_said(month):
    rules, until = rules_in("service-desk.yaml"), MARCH_10
    whole: dict[tuple[str, str], list[Event]] = {}
    for each in month:
        if each.at <= until:
            whole.setdefault((each.tenant, each.ticket), []).append(each)

    judged, _, _ = run(*month, rules=rules, until=until)

    assert len(judged) == len(whole) > 1_000
    assert all(judge(History(tuple(whole[each.key])), rules, until) == each.judgement for each in judged)


def test_the_order_of_the_file_does_not_matter(month):
    rules = rules_in("service-desk.yaml")
    shuffled = random.Random(3).sample(month, len(month)) + month[:1_000]

    one = {each.key: each.judgement for each in run(*month, rules=rules, until=MARCH_10)[0]}
    other = {each.key: each.judgement for each in run(*shuffled, rules=rules, until=MARCH_10)[0]}

    assert one == other


def test_memory_is_bounded_for_each_event():
    """Whatever a publisher writes into an event."""
    count = 20_000

    def many():
        for number in range(count):
            yield opened(
                f"event-{number:09}", ticket=f"T-{number // 10}", text="x" * 2_000, priority=str(number % 5)
            )

    test = Backtest(RULES)
    tracemalloc.start()
    next(test.judged(many()))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept / count < 400


def test_progress_reaches_the_end():
    steps: list[tuple[int, int]] = []
    run(*(opened(f"{n}", ticket=f"T{n}") for n in range(1_200)), progress=lambda *step: steps.append(step))

    assert steps == [(0, 1_200), (500, 1_200), (1_000, 1_200), (1_200, 1_200)]


# --- lines ----------------------------------------------------------------------------------------


def test_a_line_says_how_a_promise_stands():
    judged, _, _ = run(opened(), event("2", "resolved", 2, result="done"))
    line = next(lines_of(judged[0]))
    statements = line.pop("statements")

    assert line == {
        "tenant": "harbour",
        "ticket": "T",
        "target": "repair",
        "started_by": {"source": "desk", "id": "1"},
        "start": "2026-03-02T09:00:00.000000Z",
        "due": "2026-03-02T10:00:00.000000Z",
        "stop": "2026-03-02T11:00:00.000000Z",
        "stopped_by": {"source": "desk", "id": "2"},
        "verdict": "late",
        "held": False,
        "gated": False,
        "provisional": False,
        "in_doubt": False,
    }
    assert [(each["kind"], each["at"], each.get("outcome")) for each in statements] == [
        ("breach", "2026-03-02T10:00:00.000000Z", None),
        ("verdict", "2026-03-02T11:00:00.000000Z", "late"),
    ]
    assert [each["digest"] for each in statements] == [
        digest(each) for each in judged[0].judgement.statements
    ]


def test_a_digest_tells_any_difference_of_content():
    def first(*events: Event) -> str:
        return digest(run(*events, until=NINE + DAY)[0][0].judgement.statements[0])

    assert first(opened()) == first(event("9", "noted", 3), opened())
    assert first(opened()) != first(opened(hours=SECOND / HOUR))


def test_each_promise_has_its_own_statements(month):
    judged, summary, _ = run(*month, rules=rules_in("service-desk.yaml"), until=MARCH_10)
    lines = [line for each in judged for line in lines_of(each)]

    assert len(lines) == summary.promises
    assert sum(len(line["statements"]) for line in lines) == sum(summary.statements.values())


# --- what is said of areas ------------------------------------------------------------------------

BY_AREA = POLICY.replace("accepts: [parts]", "exclusions: [typhoon]").replace(
    "rename: {to: priority}", "rename: {to: priority, place: area}"
)
AREA_RULES = Rules((read(BY_AREA, name="p"),))


def of_area(id_: str, type_: str, hours: float, **attributes) -> AreaEvent:
    name = attributes.setdefault("exclusion", "storm") if type_ != "voided" else id_
    told = event(id_, type_, hours, ticket=name, **attributes)
    return AreaEvent(replace(told, source="areas"))


def storm(id_: str = "x1", hours: float = 0.5, **more) -> AreaEvent:
    """The north is cut off from a quarter past nine to a quarter to ten."""
    span = {"from": "2026-03-02T09:15:00+00:00", "to": "2026-03-02T09:45:00+00:00"}
    return of_area(id_, "excluded", hours, **{"area": "north", "reason": "typhoon", **span, **more})


def dues(*items) -> dict[str, float]:
    """By ticket, in hours after nine."""
    judged, _, faults = run(*items, rules=AREA_RULES, until=NINE + 9 * HOUR)
    assert not faults
    return {one.key[1]: (one.judgement.promises[0].due - NINE) / HOUR for one in judged}


def test_an_exclusion_bears_on_the_tickets_of_its_areas():
    items = [opened(ticket="A", area="north"), opened(ticket="B", area="south"), opened(ticket="C")]

    assert dues(*items, storm()) == dues(storm(), *items) == {"A": 1.5, "B": 1, "C": 1}
    assert dues(*items, storm(area=["south", "west"])) == {"A": 1, "B": 1.5, "C": 1}


def test_the_area_may_have_a_name_of_its_own():
    moved = event("2", "graded", 0.25, "A", to="1", place="north")

    assert dues(opened(ticket="A", area="south"), moved, storm()) == {"A": 1.5}


def test_a_withdrawn_or_voided_exclusion_bears_on_nothing():
    items = [opened(ticket="A", area="north"), storm()]

    assert dues(*items, of_area("x2", "exclusion_withdrawn", 5)) == {"A": 1}
    assert dues(*items, of_area("x2", "voided", 5, event="x1")) == {"A": 1}
    assert dues(*items, of_area("x2", "exclusion_withdrawn", 5), storm("x3", hours=6)) == {"A": 1.5}


def test_areas_are_counted_like_all_events():
    _, summary, faults = run(
        opened(area="north"),
        storm(),
        storm(),
        storm(hours=0.75),
        storm("x2", hours=3),
        rules=AREA_RULES,
        until=NINE + HOUR,
    )

    assert (summary.events, summary.repeated, summary.later, summary.faults) == (5, 1, 1, {"id_reused": 1})
    assert (summary.tickets, len(faults)) == (1, 1)


def test_what_is_given_to_a_judgement_judges_as_everything():
    """Random exclusions of few areas: held against a judgement that sees all of them."""
    dice = random.Random(7)
    for _ in range(300):
        said = [
            storm(
                f"x{n}",
                area=dice.sample(["north", "south", "east"], dice.randint(1, 2)),
                exclusion=f"s{dice.randint(0, 2)}",
            )
            if dice.random() < 0.6
            else of_area(f"x{n}", "exclusion_withdrawn", dice.random(), exclusion=f"s{dice.randint(0, 2)}")
            if dice.random() < 0.6
            else of_area(f"x{n}", "voided", dice.random(), event=f"x{dice.randint(0, 5)}")
            for n in range(dice.randint(0, 5))
        ]
        facts = [opened(area=dice.choice(["north", "south", "west"]))]
        if dice.random() < 0.5:
            facts.append(event("2", "reclassified", 0.3, area=dice.choice(["north", "east"])))
        upto = NINE + 9 * HOUR

        judged, _, _ = run(*facts, *said, rules=AREA_RULES, until=upto)

        whole = History(tuple(facts), shared=tuple(each.event for each in said))
        assert judged[0].judgement == judge(whole, AREA_RULES, upto)


# --- what is said of the organisation -------------------------------------------------------------


def of_organisation(id_: str, type_: str, hours: float = -9, **attributes) -> DirectoryEvent:
    told = event(id_, type_, hours, ticket=str(attributes.get("unit", id_)), **attributes)
    return DirectoryEvent(replace(told, source="staff"))


def heads(*items, until: int = NINE + 9 * HOUR) -> dict[str, str]:
    """By ticket who reviews its breach."""
    judged, _, faults = run(*items, rules=RULES, until=until)
    assert not faults
    return {
        one.key[1]: link.person
        for one in judged
        for statement in one.judgement.statements
        for link in statement.chain
        if link.role == "reviewer"
    }


def test_the_directory_names_people():
    crew = of_organisation("d1", "unit", unit="crew", kind="team", head="p9")
    person = of_organisation("d2", "person", person="p1", unit="crew")
    tickets = [opened(ticket="A", to="p1"), opened(ticket="B", to="p9", team="crew"), opened(ticket="C")]

    assert heads(*tickets, crew, person) == heads(person, crew, *tickets) == {"A": "p9", "B": "", "C": ""}
    void = of_organisation("d3", "voided", event="d1")
    assert heads(*tickets, crew, person, void) == {"A": "", "B": "", "C": ""}
    late = of_organisation("d4", "unit", 5, unit="crew", head="p8", **{"from": "2026-03-02T00:00:00+00:00"})
    assert heads(*tickets, crew, person, late)["A"] == "p8"
    assert heads(*tickets, crew, person, late, until=NINE + 3 * HOUR)["A"] == "p9"


def test_the_organisation_is_counted_like_all_events():
    crew, again, other = (
        of_organisation("d1", "unit", unit="crew", head=head) for head in ("p9", "p9", "p8")
    )
    _, summary, faults = run(opened(), crew, again, other, until=NINE + HOUR)

    assert (summary.events, summary.repeated, summary.faults) == (4, 1, {"id_reused": 1})
    assert (summary.tickets, len(faults)) == (1, 1)


def test_what_is_kept_of_an_event_tells_of_people_as_all_of_it():
    """Random hands: held against a judgement that sees every attribute."""
    dice = random.Random(11)
    named = ("to", "team", "by", "present", "reason", "receiver_confirmed", "customer_informed", "what")
    values = dict.fromkeys(named, ("p1", "p2", "crew", None))
    values |= {"receiver_confirmed": (True, False, None), "customer_informed": (True, None)}
    types = ("assigned", "transferred", "guided", "escalated", "released", "contacted", "aggravated", "noted")
    crew = of_organisation("d1", "unit", unit="crew", kind="window", head="p2")
    for _ in range(200):
        facts = [opened(area="north", window=dice.choice(["crew", None]))]
        for number in range(dice.randint(0, 6)):
            told = {name: dice.choice(values[name]) for name in named if dice.random() < 0.6}
            facts.append(event(f"e{number}", dice.choice(types), dice.random() * 3, junk="x", **told))

        judged, _, _ = run(*facts, crew, until=NINE + 9 * HOUR)

        whole = History(tuple(facts), directory=Directory.of([crew.event]))
        assert judged[0].judgement == judge(whole, RULES, NINE + 9 * HOUR)
