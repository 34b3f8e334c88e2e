from service.metrics import FROZEN, KINDS, RESULTS, STATUSES, Metrics
from service.sla.statements import Kind
from service.store.progress import UNPROVED
from service.wire import Reason


def test_every_series_of_a_closed_set_exists_from_the_start():
    metrics = Metrics(reasons=[reason.value for reason in Reason], topics=["a", "b"], roles=["clock"])

    text = metrics.render().decode()

    for kind in KINDS:
        for status in STATUSES:
            assert f'sla_statements_total{{kind="{kind}",status="{status}"}} 0.0' in text
    for result in RESULTS:
        assert f'sla_events_total{{result="{result}"}} 0.0' in text
    for reason in FROZEN:
        assert f'sla_watermark_frozen{{reason="{reason}"}} 0.0' in text
    assert text.count("sla_events_parked_total{") == len(Reason)


def test_the_closed_sets_are_those_of_the_layers_above():
    assert set(KINDS) == {kind.value for kind in Kind}
    assert UNPROVED in FROZEN


def test_one_reason_is_shown_at_a_time():
    metrics = Metrics()
    metrics.freeze("behind")
    metrics.freeze("broker_away")

    shown = [
        r for r in FROZEN if metrics.registry.get_sample_value("sla_watermark_frozen", {"reason": r}) == 1
    ]
    assert shown == ["broker_away"]


def test_revisions_are_counted_by_kind_and_status():
    metrics = Metrics()
    metrics.said({("breach", False): 2, ("breach", True): 1})

    value = metrics.registry.get_sample_value
    assert value("sla_statements_total", {"kind": "breach", "status": "in_force"}) == 2
    assert value("sla_statements_total", {"kind": "breach", "status": "withdrawn"}) == 1


def test_what_is_said_of_people_is_counted_without_naming_them():
    metrics = Metrics()
    value = metrics.registry.get_sample_value
    assert value("sla_repeats_total", {"status": "withdrawn"}) == 0
    metrics.said_of_people({False: 2})
    metrics.said_of_people({False: 1, True: 1})

    assert value("sla_repeats_total", {"status": "in_force"}) == 3
    assert value("sla_repeats_total", {"status": "withdrawn"}) == 1
