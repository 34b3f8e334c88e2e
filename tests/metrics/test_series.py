"""No event, however odd, makes a series outside the product of what is configured."""

from hypothesis import given, settings
from hypothesis import strategies as st

from service.apply.outcome import Decided
from service.metrics import CATALOGUE, MOST, OTHER, STATUSES, InForce, Metrics
from service.sla.judge import judge
from service.sla.statements import Said
from service.wire import Reason
from tests.sla.world import on_worlds

WORDS = st.text(max_size=8) | st.sampled_from(["answer", "repair", "breach", "met", "other"])
KNOWN = InForce(
    targets=["answer", "repair"],
    sources=[("default", "crm")],
    calendars={("default", "desk"): 1.0},
    policies=[("default", "line", "1")],
)


def configured() -> Metrics:
    metrics = Metrics(
        reasons=[reason.value for reason in Reason],
        topics=["statements"],
        inputs=["tickets"],
        shared=["areas"],
        roles=["clock"],
    )
    metrics.know(KNOWN)
    return metrics


def series(metrics):
    """Every series: its metric, and its labels beside the bounds of buckets."""
    return {
        (family.name, tuple(sorted((name, value) for name, value in sample.labels.items() if name != "le")))
        for family in metrics.registry.collect()
        for sample in family.samples
    }


def of(metrics, name, label):
    return {dict(labels).get(label) for family, labels in series(metrics) if family == name}


@settings(max_examples=200)
@given(st.lists(st.tuples(WORDS, WORDS, WORDS, st.booleans()), max_size=20))
def test_any_words_make_the_series_there_are_or_those_of_other(told):
    metrics = configured()
    before = series(metrics)

    for one, two, three, flag in told:
        metrics.decided({(one, flag): 1}, {(two, three): 1}, [0.5], [60.0])
        metrics.said({(one, flag): 1})
        metrics.no_roles({two: 1})
        metrics.freeze(three)
        for family, labels in (
            (metrics.events, (one,)),
            (metrics.parked_by, (two,)),
            (metrics.sent, (three,)),
            (metrics.failures, (one,)),
            (metrics.lag, (two,)),
            (metrics.absent, (three,)),
            (metrics.complete, (one, two)),
            (metrics.known_until, (two, three)),
            (metrics.policy, (one, two, three)),
        ):
            family.labels(*labels)
        metrics.show(metrics.promises_open, {(one, two): 1})
        metrics.show(metrics.due_within, {(two, three): 1})
        metrics.show(metrics.parked, {(three,): 1})

    allowed = {"default", "crm", "desk", "line", "1", OTHER}
    for name, labels in series(metrics) - before:
        assert OTHER in dict(labels).values() or name == "sla_source_complete_timestamp_seconds"
        assert {value for _, value in labels} <= allowed | {value for _, each in before for _, value in each}


@on_worlds(settings(max_examples=60))
def test_the_events_of_any_ticket_make_series_of_its_policy_only(world, dice):
    metrics = Metrics()
    targets = sorted({target.id for policy in world.rules.versions for target in policy.targets})
    metrics.know(InForce(targets=targets[::2]))  # and of half of them nobody has heard
    decided = Decided()
    judgement = judge(world.history, world.rules, world.case["upto"])
    for statement in judgement.statements:
        decided.note(Said(statement=statement, rev=1))
        decided.note(Said(statement=statement, rev=2, withdrawn=True))

    metrics.decided(decided.breaches, decided.verdicts, decided.remaining, decided.overdue)

    for name in ("sla_breaches", "sla_verdicts"):
        assert of(metrics, name, "target") <= {*targets[::2], OTHER}
    assert all(0 <= share <= 1 for share in decided.remaining)
    assert all(late > 0 for late in decided.overdue)


def test_of_a_large_set_the_rest_is_other():
    metrics = configured()
    names = [f"t{number:04}" for number in range(MOST + 50)]
    metrics.know(InForce(targets=names))
    metrics.show(metrics.promises_open, {(name, "running"): 1 for name in names})
    value = metrics.registry.get_sample_value

    assert len(of(metrics, "sla_promises_open", "target")) == MOST + 1
    assert value("sla_promises_open", {"target": "t0000", "state": "running"}) == 1
    assert value("sla_promises_open", {"target": OTHER, "state": "running"}) == 50


def test_a_new_policy_begins_its_series_and_loses_no_count():
    metrics = configured()
    metrics.decided({("answer", False): 3}, {}, [], [])
    metrics.know(InForce(targets=["answer", "call"], policies=[("default", "line", "2")]))
    value = metrics.registry.get_sample_value

    assert value("sla_breaches_total", {"target": "answer", "status": "in_force"}) == 3
    assert value("sla_breaches_total", {"target": "call", "status": "in_force"}) == 0
    assert of(metrics, "sla_promises_open", "target") == {"answer", "call"}
    assert of(metrics, "sla_policy_info", "version") == {"2"}
    assert of(metrics, "sla_calendar_known_until_timestamp_seconds", "calendar") == set()


def test_every_series_that_is_not_sparse_is_there_before_anything_happens():
    there = {name for name, _ in series(configured())}
    wanted = {metric.name.removesuffix("_total") for metric in CATALOGUE.values() if not metric.sparse}

    assert wanted <= there
    assert STATUSES == ("in_force", "withdrawn")
