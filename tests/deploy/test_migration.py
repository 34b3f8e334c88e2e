"""The Job that migrates and registers, in its three modes."""

from pathlib import Path

import pytest
import yaml

from tests.cli.calling import call
from tests.deploy.rendering import (
    containers,
    helm,
    named,
    of_kind,
    parsed,
    pods,
    rendered,
    secret_files,
    values_file,
)


def migration(case):
    manifests = rendered(case)
    return manifests, of_kind(manifests, "Job")


@pytest.mark.parametrize("case", ["trial", "policies"])
def test_a_hook_brings_everything_it_needs_with_it(case):
    manifests, (job,) = migration(case)
    pod = job["spec"]["template"]
    hooks = {
        (one["kind"], one["metadata"]["name"]): int(one["metadata"]["annotations"]["helm.sh/hook-weight"])
        for one in manifests
        if "helm.sh/hook" in one["metadata"].get("annotations", {})
    }
    needs = {("ServiceAccount", pod["spec"]["serviceAccountName"])}
    for container in containers(pod):
        needs |= {("ConfigMap", source["configMapRef"]["name"]) for source in container["envFrom"]}
    needs |= {("Secret", name) for name, _ in secret_files(pod).values() if name.endswith("-trial")}
    needs |= {("ConfigMap", one["configMap"]["name"]) for one in pod["spec"]["volumes"] if "configMap" in one}

    assert needs < hooks.keys()
    assert all(hooks[need] < hooks["Job", job["metadata"]["name"]] for need in needs)


def test_a_plain_job_uses_what_the_release_has_and_the_pods_wait_for_it():
    manifests, (job,) = migration("plain-job")
    waiting = [one["spec"]["template"]["spec"]["initContainers"] for one in of_kind(manifests, "Deployment")]

    assert "helm.sh/hook" not in job["metadata"]["annotations"]
    assert job["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] == "-1"
    assert job["spec"]["ttlSecondsAfterFinished"] == 86400
    assert secret_files(job["spec"]["template"])["/etc/slaclock/secrets/database-url"] == (
        "slaclock-owner",
        "owner-url",
    )
    assert [[one["args"] for one in each] for each in waiting] == [[["migrate", "--wait", "300"]]] * 3


def test_a_plain_job_is_another_one_when_what_it_does_is():
    def name(*options):
        text = helm(4, "template", "-f", values_file("policies"), "--set", "migration.mode=job", *options)
        (job,) = of_kind(tuple(parsed(text)), "Job")
        return job["metadata"]["name"]

    names = [
        name(),
        name("--set", "image.tag=1.2.3"),
        name("--set", "settings.TENANT=cable"),
        name("--set", "policies.files.desk\\.yaml=another"),
    ]

    assert name() == names[0]
    assert len(set(names)) == 4


def test_schema_then_calendars_then_policies():
    manifests, (job,) = migration("policies-configmap")
    pod = job["spec"]["template"]

    assert [one["args"] for one in containers(pod)] == [
        ["migrate"],
        ["calendar", "register", "/etc/slaclock/policies/counter.yaml"],
        ["policy", "register", "/etc/slaclock/policies/desk-2026-1.yaml"],
        ["policy", "register", "/etc/slaclock/policies/desk-2026-2.yaml"],
    ]
    assert "desk-policies" not in {one["metadata"]["name"] for one in manifests}


def test_policies_come_as_they_were_written(tmp_path):
    values = yaml.safe_load(Path(values_file("policies")).read_text())["policies"]
    manifests, (job,) = migration("policies")
    content = named(manifests, "ConfigMap", "desk-slaclock-migration-policies")["data"]
    for name, text in content.items():
        (tmp_path / name).write_text(text)

    assert content == values["files"] | values["calendars"]
    assert call("policy", "check", str(tmp_path / "desk.yaml")).exit_code == 0
    assert "checksum/policies" in job["spec"]["template"]["metadata"]["annotations"]


def test_no_migration_is_none():
    manifests, jobs = migration("no-migration")

    assert jobs == []
    assert of_kind(manifests, "ServiceAccount") == []
    assert {pod["spec"]["serviceAccountName"] for pod in pods(manifests).values()} == {"workers"}
