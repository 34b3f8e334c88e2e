"""Dashboards: what Grafana needs of them, and that they ask for metrics that there are."""

import json
import re
from itertools import combinations

import pytest

from scripts.monitoring.board import WIDTH
from scripts.monitoring.boards import BOARDS
from scripts.monitoring.files import MADE
from scripts.monitoring.records import RECORDS
from service.metrics import CATALOGUE, Kind
from tests.deploy.test_alerts import metrics_in

FILES = {path.stem: json.loads(path.read_text()) for path in sorted((MADE / "dashboards").glob("*.json"))}

#: By which somebody's links and bookmarks go.
UIDS = {
    "coverage": "slaclock-coverage",
    "health": "slaclock-health",
    "lead": "slaclock-lead",
    "targets": "slaclock-targets",
    "tracing": "slaclock-way",
}


def series():
    """Everything that can be asked for by name."""
    for metric in CATALOGUE.values():
        if metric.kind is Kind.HISTOGRAM:
            yield from (f"{metric.name}_{part}" for part in ("bucket", "sum", "count"))
        else:
            yield metric.name
    yield from (record.name for record in RECORDS)


def asked(board):
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def overlap(one, other):
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )


def test_their_addresses_stay():
    assert {name: board["uid"] for name, board in FILES.items()} == UIDS
    assert set(BOARDS) == set(UIDS)


@pytest.mark.parametrize("board", FILES.values(), ids=FILES)
def test_every_metric_they_ask_for_exists(board):
    assert {name for expr in asked(board) for name in metrics_in(expr)} <= set(series())
    assert all(metrics_in(expr) for expr in asked(board))
    for variable in board["templating"]["list"][1:]:
        name, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]).groups()
        assert label in {each.name for each in CATALOGUE[name].labels}


@pytest.mark.parametrize("board", FILES.values(), ids=FILES)
def test_panels_have_a_place_of_their_own(board):
    places = [panel["gridPos"] for panel in board["panels"]]

    assert len({panel["id"] for panel in board["panels"]}) == len(places)
    assert all(place["x"] >= 0 and place["x"] + place["w"] <= WIDTH for place in places)
    assert [pair for pair in combinations(places, 2) if overlap(*pair)] == []


@pytest.mark.parametrize("board", FILES.values(), ids=FILES)
def test_panels_say_what_they_show(board):
    for panel in board["panels"]:
        assert panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        refs = [target["refId"] for target in panel["targets"]]
        assert refs
        assert len(set(refs)) == len(refs)
        assert all(target["datasource"] == panel["datasource"] for target in panel["targets"])


@pytest.mark.parametrize("board", FILES.values(), ids=FILES)
def test_what_is_the_same_in_every_process_is_never_added_up_over_processes(board):
    """`sum` stands only around `max by`, which makes one of the processes."""
    fleet = {name for name, metric in CATALOGUE.items() if metric.scope == "fleet"}
    for expr in asked(board):
        for name in metrics_in(expr) & fleet:
            around = re.findall(rf"(\w+)(?: by \([^)]*\))? ?\((?:increase)?\(?{name}\b", expr)
            assert around, expr
            assert set(around) <= {"max", "min"}, expr


def test_the_tokenizer_finds_metrics_and_nothing_else():
    expr = 'sum by (sla_label) (rate(sla_a_total{x="sla_b"}[5m])) / sla:c:rate1h > 3'
    assert metrics_in(expr) == {"sla_a_total", "sla:c:rate1h"}
