"""What the chart knows of the service, and its files of each other."""

import json
import re
import subprocess
import sys
from fnmatch import fnmatch

import yaml

from tests.deploy.rendering import CHART, NEW, OLD, ROOT, helm, of_kind, parsed


def test_the_chart_knows_todays_settings_and_roles():
    run = subprocess.run(
        [sys.executable, "scripts/chart-settings", "--check"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 0, run.stderr


def test_every_key_of_the_values_stands_in_the_schema():
    schema = json.loads((CHART / "values.schema.json").read_text())

    def missing(value, place, path):
        place = schema["definitions"][place["$ref"].rpartition("/")[2]] if "$ref" in place else place
        if not (isinstance(value, dict) and "properties" in place):
            return
        for key, inner in value.items():
            if key in place["properties"]:
                yield from missing(inner, place["properties"][key], f"{path}.{key}")
            else:
                yield f"{path}.{key}"

    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert list(missing(yaml.safe_load((CHART / "values.yaml").read_text()), schema, "")) == []


def test_the_schema_closes_every_object_that_the_chart_itself_reads():
    schema = json.loads((CHART / "values.schema.json").read_text())

    def with_properties(place):
        if isinstance(place, dict):
            if "properties" in place and place.get("type") == "object":
                yield place
            for inner in place.values():
                yield from with_properties(inner)

    open_ones = [one for one in with_properties(schema) if one.get("additionalProperties") is not False]
    assert {tuple(one["properties"]) for one in open_ones} == {("name",)}  # extraEnv: Kubernetes' own words


def test_version_and_ignored_files():
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    project = (ROOT / "pyproject.toml").read_text()
    ignored = (CHART / ".helmignore").read_text().split()

    assert f'\nversion = "{chart["appVersion"]}"\n' in project
    assert any(fnmatch("ci/", pattern) for pattern in ignored)


def test_the_page_installs_a_chart_that_renders():
    page = (ROOT / "docs" / "deploying.md").read_text().replace("\\\n", " ")
    (command,) = re.findall(r"^helm install slaclock deploy/helm/slaclock (.+)$", page, re.MULTILINE)

    assert of_kind(tuple(parsed(helm(4, "template", *command.split()))), "Deployment")


def test_the_page_names_the_versions_that_are_checked_with():
    page = (ROOT / "docs" / "deploying.md").read_text()
    versions = [helm(major, "version", "--short").partition("+")[0].strip() for major in (3, 4)]

    assert all(version.removeprefix("v") in page for version in versions)
    assert all(one.rpartition(".")[0] in page for one in (OLD, NEW))
