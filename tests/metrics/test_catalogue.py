"""What the catalogue promises: names by the rules of Prometheus, sets as in the layers above, shown by its roles."""

import subprocess
import sys
from pathlib import Path

import pytest

from service.metrics import CATALOGUE, KINDS, OUTCOMES, Configured, Kind, Metrics, Scope
from service.settings import Role
from service.sla.statements import Kind as Said
from service.sla.statements import State

ROOT = Path(__file__).parents[2]

#: Every word that may not be a label: there is one for each ticket, person or text.
UNBOUNDED = {"ticket", "event", "id", "person", "agent", "customer", "error", "exception", "detail", "text"}


def test_page_rules_and_dashboards_are_those_of_the_catalogue():
    run = subprocess.run(
        [sys.executable, "-m", "scripts.monitoring", "check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("metric", CATALOGUE.values(), ids=CATALOGUE)
def test_a_name_says_its_kind_and_unit(metric):
    assert metric.name.startswith(("sla_", "hotline_"))
    assert metric.name.endswith("_total") is (metric.kind is Kind.COUNTER)
    assert metric.name.endswith("_timestamp_seconds") is (metric.unit == "seconds since 1970")
    assert metric.meaning.endswith(".")
    assert {label.name for label in metric.labels} & UNBOUNDED == set()
    if metric.scope is Scope.FLEET:
        assert metric.roles in {("clock",), ("canary",)}
        assert metric.kind is Kind.GAUGE or metric.name.startswith("hotline_")


def test_the_closed_sets_are_those_of_the_layers_above():
    assert set(KINDS) == {kind.value for kind in Said}
    assert set(OUTCOMES) == {state.value for state in State} - {"absent", "open", "breached"}


def families(*roles):
    shown = Metrics(runs=roles or None).registry.collect()
    return {f"{family.name}_total" if family.type == "counter" else family.name for family in shown}


def test_what_is_shown_is_what_is_declared():
    assert families() == set(CATALOGUE)


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_a_process_shows_what_its_role_exports_and_of_the_fleet_only_by_clock_and_canary(role):
    shown = families(role)

    assert shown == {metric.name for metric in CATALOGUE.values() if not metric.roles or role in metric.roles}
    assert any(CATALOGUE[name].scope is Scope.FLEET for name in shown) is (role in {"clock", "canary"})


def test_every_configured_set_is_used():
    used = {label.values for metric in CATALOGUE.values() for label in metric.labels}

    assert set(Configured) <= used
