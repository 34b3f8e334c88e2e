"""The chart as Helm renders it, and what the rendered objects say of each other."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from referencing import Registry, Resource

from tests.deploy import tools
from tests.parts import MissingError

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "slaclock"
CASES = sorted(path.name.removesuffix("-values.yaml") for path in (CHART / "ci").glob("*-values.yaml"))
RELEASE = "desk"

#: The oldest and the newest version of Kubernetes that there are schemas of.
OLD, NEW = "1.25.0", "1.37.0"

#: What the operators bring, and Kubernetes itself does not know.
CUSTOM = {"ServiceMonitor", "PodMonitor", "PrometheusRule", "ScaledObject", "TriggerAuthentication"}

Manifest = dict[str, Any]


class RefusedError(Exception):
    """What Helm says when it refuses."""


def helm(major: int, *arguments: str, chart: Path = CHART) -> str:
    """What Helm prints; RefusedError, or a skip where there is no Helm."""
    try:
        program = tools.helm(major)
    except MissingError as missing:
        pytest.skip(str(missing))
    verb, *options = arguments
    about = {"template": [RELEASE, str(chart)], "lint": [str(chart)]}.get(verb, [])
    command = [str(program), verb, *about, *options]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd="/")
    if run.returncode:
        raise RefusedError(run.stderr + run.stdout)
    return run.stdout


@cache
def rendered(case: str, major: int = 4, kubernetes: str = NEW) -> tuple[Manifest, ...]:
    """The objects of a ci values file, in Helm's order."""
    return tuple(parsed(helm(major, "template", "-f", values_file(case), "--kube-version", kubernetes)))


def values_file(case: str) -> str:
    return str(CHART / "ci" / f"{case}-values.yaml")


def parsed(text: str) -> Iterator[Manifest]:
    return (manifest for manifest in yaml.load_all(text, yaml.CSafeLoader) if manifest)


# --- what is in it --------------------------------------------------------------------------------


def of_kind(manifests: tuple[Manifest, ...], *kinds: str) -> list[Manifest]:
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


def named(manifests: tuple[Manifest, ...], kind: str, name: str) -> Manifest:
    (found,) = [one for one in of_kind(manifests, kind) if one["metadata"]["name"] == name]
    return found


def pods(manifests: tuple[Manifest, ...]) -> dict[str, Manifest]:
    """Pod templates by the name of what makes them."""
    makers = of_kind(manifests, "Deployment", "Job")
    return {maker["metadata"]["name"]: maker["spec"]["template"] for maker in makers}


def containers(pod: Manifest) -> list[Manifest]:
    return [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]


def environment(manifests: tuple[Manifest, ...], container: Manifest) -> dict[str, Any]:
    """Variables as the container gets them: a text, or where the text comes from."""
    found: dict[str, Any] = {}
    for source in container.get("envFrom", []):
        found |= named(manifests, "ConfigMap", source["configMapRef"]["name"])["data"]
    return found | {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in container["env"]}


def secret_files(pod: Manifest) -> dict[str, tuple[str, str]]:
    """Path in the container -> (Secret, key)."""
    (volume,) = [one for one in pod["spec"]["volumes"] if one["name"] == "secrets"]
    sources = [source["secret"] for source in volume["projected"]["sources"]]
    return {
        f"/etc/slaclock/secrets/{item['path']}": (secret["name"], item["key"])
        for secret in sources
        for item in secret["items"]
    }


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a selector in the words of Kubernetes chooses what has the labels."""
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    rules = selector.get("matchExpressions", [])
    assert all(rule["operator"] == "In" for rule in rules)
    return wanted and all(labels.get(rule["key"]) in rule["values"] for rule in rules)


# --- what Kubernetes says of it -------------------------------------------------------------------


def invalid(manifest: Manifest, kubernetes: str) -> list[str]:
    """What the strict schema of that version of Kubernetes has against the object."""
    return [
        f"{manifest['kind']} {manifest['metadata']['name']}: {error.json_path}: {error.message}"
        for error in _validator(manifest["apiVersion"], manifest["kind"], kubernetes).iter_errors(manifest)
    ]


@cache
def _validator(api_version: str, kind: str, kubernetes: str) -> jsonschema.Draft202012Validator:
    try:
        folder = tools.kubernetes_schemas() / f"v{kubernetes}-local-strict"
    except MissingError as missing:
        pytest.skip(str(missing))
    group, _, version = api_version.rpartition("/")
    name = "-".join(part for part in (kind.lower(), group.partition(".")[0], version) if part)
    schema = json.loads((folder / f"{name}.json").read_text())
    registry: Registry[Any] = _definitions(folder) @ Registry()
    return jsonschema.Draft202012Validator(schema, registry=registry)


@cache
def _definitions(folder: Path) -> Resource[Any]:
    return Resource.from_contents(json.loads((folder / "_definitions.json").read_text()))
