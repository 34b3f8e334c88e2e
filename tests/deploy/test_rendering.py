"""What holds whatever the values are; each test looks at every values file of the chart."""

import json
from pathlib import Path

import pytest

from service.settings import STANDARD, BadSettingsError, load
from tests.cli.calling import call
from tests.deploy.rendering import (
    CASES,
    containers,
    environment,
    of_kind,
    pods,
    rendered,
    secret_files,
    selects,
)


@pytest.fixture(params=CASES)
def manifests(request):
    return rendered(request.param)


@pytest.mark.parametrize("case", CASES)
def test_helm_3_and_4_make_the_same(case):
    def in_any_order(major):
        return sorted(json.dumps(one, sort_keys=True) for one in rendered(case, major))

    assert in_any_order(3) == in_any_order(4)


def test_nothing_may_write_become_root_or_ask_the_cluster(manifests):
    for pod in pods(manifests).values():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] == 10001
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in containers(pod):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert "/tmp" in {mount["mountPath"] for mount in container["volumeMounts"]}
            assert container["resources"]["requests"]["memory"]


def test_no_pod_gets_variables_of_services(manifests):
    """A Service named slaclock would bring SLACLOCK_PORT, and an unknown setting ends the process."""
    assert pods(manifests)
    assert all(pod["spec"]["enableServiceLinks"] is False for pod in pods(manifests).values())


def test_the_service_takes_the_settings_of_every_container(manifests, tmp_path):
    def given(value, files):
        if not isinstance(value, str):
            return "from a Secret"
        if value not in files:
            return value
        path = tmp_path / Path(value).name
        path.write_text("postgresql://u:p@h/d" if "database" in value else "secret")
        return str(path)

    for pod in pods(manifests).values():
        files = secret_files(pod)
        for container in containers(pod):
            told = environment(manifests, container)
            settings = load({name: given(value, files) for name, value in told.items()})

            assert settings.database_url.get_secret_value() == "postgresql://u:p@h/d"
            assert settings.kafka_bootstrap == told["SLACLOCK_KAFKA_BOOTSTRAP"]


def test_a_variable_the_service_does_not_know_would_be_found():
    with pytest.raises(BadSettingsError):
        load({"SLACLOCK_PORT": "tcp://10.0.0.1:8080"})


def test_every_file_that_is_named_is_mounted(manifests):
    for pod in pods(manifests).values():
        for container in containers(pod):
            told = {value for value in environment(manifests, container).values() if isinstance(value, str)}
            paths = {value for value in told if value.startswith("/etc/slaclock/secrets/")}
            assert paths <= secret_files(pod).keys()


def test_every_secret_is_the_users_or_made_before_it_is_needed(manifests):
    made = {one["metadata"]["name"]: one for one in of_kind(manifests, "Secret")}
    for pod in pods(manifests).values():
        for secret, key in secret_files(pod).values():
            if secret.endswith("-trial"):
                assert made[secret]["stringData"][key]
            else:
                assert secret not in made


def test_every_command_is_one_of_the_program(manifests, tmp_path):
    file = tmp_path / "a.yaml"
    file.touch()
    for pod in pods(manifests).values():
        for container in containers(pod):
            arguments = [str(file) if one.startswith("/etc/") else one for one in container["args"]]
            assert call(*arguments, "--help").exit_code == 0, container["args"]


def test_selectors_choose_their_own_pods_and_no_others(manifests):
    labels = {name: pod["metadata"]["labels"] for name, pod in pods(manifests).items()}
    deployments = {one["metadata"]["name"]: one for one in of_kind(manifests, "Deployment")}
    for name, deployment in deployments.items():
        assert [one for one in labels if selects(deployment["spec"]["selector"], labels[one])] == [name]
    for service in of_kind(manifests, "Service"):
        chosen = {one for one in labels if selects({"matchLabels": service["spec"]["selector"]}, labels[one])}
        assert chosen == deployments.keys()
    for budget in of_kind(manifests, "PodDisruptionBudget"):
        chosen = [one for one in labels if selects(budget["spec"]["selector"], labels[one])]
        assert chosen == [budget["metadata"]["name"]]
    for monitor in of_kind(manifests, "PodMonitor"):
        chosen = {one for one in labels if selects(monitor["spec"]["selector"], labels[one])}
        assert chosen == deployments.keys()
    for policy in of_kind(manifests, "NetworkPolicy"):
        assert all(selects(policy["spec"]["podSelector"], one) for one in labels.values())


def test_every_role_is_run_and_asked_for_its_health(manifests):
    run = set()
    for deployment in of_kind(manifests, "Deployment"):
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        run |= set(environment(manifests, container)["SLACLOCK_ROLES"].split(","))
        assert container["args"] == ["serve"]
        assert container["livenessProbe"]["httpGet"] == {"path": "/live", "port": "http"}
        assert container["startupProbe"]["httpGet"] == {"path": "/live", "port": "http"}
        assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "http"}
        port = environment(manifests, container)["SLACLOCK_HTTP_PORT"]
        assert [one["containerPort"] for one in container["ports"]] == [int(port)]

    assert run == {role.value for role in STANDARD}


def test_a_pod_has_time_to_end(manifests):
    for pod in pods(manifests).values():
        if pod["spec"]["containers"][0]["args"] == ["serve"]:
            told = environment(manifests, pod["spec"]["containers"][0])
            shutdown = float(told.get("SLACLOCK_SHUTDOWN_SECONDS", 25))
            assert pod["spec"]["terminationGracePeriodSeconds"] >= shutdown + 5


def test_nothing_is_ever_scaled_to_zero(manifests):
    scaled = set()
    for scaler in of_kind(manifests, "HorizontalPodAutoscaler"):
        scaled.add(scaler["spec"]["scaleTargetRef"]["name"])
        assert scaler["spec"]["minReplicas"] >= 1
    for scaler in of_kind(manifests, "ScaledObject"):
        scaled.add(scaler["spec"]["scaleTargetRef"]["name"])
        assert scaler["spec"]["minReplicaCount"] >= 1
        assert "idleReplicaCount" not in scaler["spec"]
    for deployment in of_kind(manifests, "Deployment"):
        has = "replicas" in deployment["spec"]
        assert has != (deployment["metadata"]["name"] in scaled)
        assert not has or deployment["spec"]["replicas"] >= 1
