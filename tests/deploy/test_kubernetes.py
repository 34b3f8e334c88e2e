"""Every rendered object against the strict schemas of an old and a new Kubernetes, and the operators' models."""

import json
import subprocess
from collections.abc import Iterable
from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from tests.deploy import tools
from tests.deploy.rendering import CASES, CUSTOM, NEW, OLD, Manifest, invalid, named, of_kind, rendered
from tests.parts import MissingError

#: The cases that `make test` looks at; `make check-deploy` takes all.
FEW = ["policies", "scram"]


def wrong(case: str, helm: int, kubernetes: str) -> list[str]:
    manifests = rendered(case, helm, kubernetes)
    assert manifests
    return [error for one in manifests if one["kind"] not in CUSTOM for error in invalid(one, kubernetes)]


@pytest.mark.parametrize("kubernetes", [OLD, NEW])
@pytest.mark.parametrize("case", FEW)
def test_kubernetes_takes_a_few(case, kubernetes):
    assert wrong(case, 4, kubernetes) == []


@pytest.mark.deploy
@pytest.mark.parametrize("kubernetes", [OLD, NEW])
@pytest.mark.parametrize("helm", [3, 4])
@pytest.mark.parametrize("case", CASES)
def test_kubernetes_takes_everything(case, helm, kubernetes):
    assert wrong(case, helm, kubernetes) == []


def test_a_misspelt_field_would_be_found():
    manifest = deepcopy(named(rendered("minimal"), "Deployment", "desk-slaclock-relay"))
    manifest["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}

    (error,) = invalid(manifest, NEW)

    assert "livenesProbe" in error


# --- custom resources -----------------------------------------------------------------------------


def operators_say(resources: Iterable[Manifest]) -> list[list[str]]:
    """The errors of each, by the operators' validators and types."""
    try:
        home = tools.models()
    except MissingError as missing:
        pytest.skip(str(missing))
    run = subprocess.run(
        ["node", "check.mjs"],
        cwd=home,
        input=json.dumps(list(resources)),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: list[list[str]] = json.loads(run.stdout)
    return found


@cache
def custom_resources() -> list[Manifest]:
    """All of all cases, by both versions of Helm, each once."""
    found = [one for case in CASES for helm in (3, 4) for one in of_kind(rendered(case, helm), *CUSTOM)]
    return [json.loads(text) for text in sorted({json.dumps(one, sort_keys=True) for one in found})]


@pytest.mark.deploy
def test_there_is_one_of_every_kind():
    assert {one["kind"] for one in custom_resources()} == CUSTOM


@pytest.mark.deploy
def test_the_operators_take_their_custom_resources():
    errors = operators_say(custom_resources())

    assert [(one["kind"], bad) for one, bad in zip(custom_resources(), errors, strict=True) if bad] == []


def changed(kind: str, *path: Any, to: Any) -> Manifest:
    resource = deepcopy(next(one for one in custom_resources() if one["kind"] == kind))
    place = resource
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return resource


@pytest.mark.deploy
def test_the_operators_would_find_what_is_wrong():
    broken = [
        changed("ServiceMonitor", "spec", "endpoints", 0, "intervall", to="30s"),
        changed("PodMonitor", "spec", "podMetricsEndpoints", 0, "interval", to="often"),
        changed("PrometheusRule", "spec", "groups", 0, "rules", 0, "for", to="5x"),
        changed("ScaledObject", "spec", "triggers", 0, "metadata", "lagThreshold", to=5),
        changed("TriggerAuthentication", "spec", "secretTargetRef", 0, "keys", to="password"),
    ]

    assert [bool(errors) for errors in operators_say(broken)] == [True] * len(broken)
