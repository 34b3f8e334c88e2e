"""What each feature of the chart makes of its values."""

import json
import re
import shutil

import pytest
import yaml

from tests.deploy.rendering import (
    CHART,
    NEW,
    OLD,
    environment,
    helm,
    named,
    of_kind,
    parsed,
    pods,
    rendered,
    secret_files,
    values_file,
)


def variables(case, deployment):
    manifests = rendered(case)
    (container,) = pods(manifests)[deployment]["spec"]["containers"]
    return environment(manifests, container)


def test_numbers_reach_the_service_as_they_were_written():
    told = variables("settings", "desk-slaclock-relay")

    assert told["SLACLOCK_KAFKA_PARTITION_FETCH_BYTES"] == "8388608"
    assert told["SLACLOCK_RETRY_FIRST_SECONDS"] == "0.25"
    assert told["SLACLOCK_IDEMPOTENT_PRODUCER"] == "true"
    assert told["SLACLOCK_RELAY_SHARDS"] == "4"
    assert told["SLACLOCK_SHUTDOWN_SECONDS"] == "45.5"
    assert "SLACLOCK_RELAY_SHARDS" not in variables("settings", "desk-slaclock-clock")
    assert pods(rendered("settings"))["desk-slaclock-relay"]["spec"]["terminationGracePeriodSeconds"] == 51


def test_a_changed_setting_or_password_restarts_the_pods():
    def annotations(*options):
        text = helm(4, "template", "-f", values_file("trial"), *options)
        return pods(tuple(parsed(text)))["desk-slaclock-clock"]["metadata"]["annotations"]

    before = annotations()
    setting = annotations("--set", "settings.LOG_LEVEL=debug")
    password = annotations("--set", "database.url=postgresql://slaclock:other@postgres/slaclock")

    assert setting["checksum/settings"] != before["checksum/settings"] == password["checksum/settings"]
    assert setting["checksum/secret"] == before["checksum/secret"] != password["checksum/secret"]


def test_sasl_and_tls():
    scram = variables("scram", "desk-slaclock-ingest")
    mutual = variables("mutual-tls", "desk-slaclock-ingest")

    assert scram["SLACLOCK_KAFKA_USERNAME"] == {"secretKeyRef": {"name": "kafka-user", "key": "user"}}
    assert scram["SLACLOCK_KAFKA_SASL_MECHANISM"] == "SCRAM-SHA-512"
    assert secret_files(pods(rendered("scram"))["desk-slaclock-ingest"]) == {
        "/etc/slaclock/secrets/database-url": ("slaclock-database", "uri"),
        "/etc/slaclock/secrets/kafka-password": ("kafka-user", "password"),
        "/etc/slaclock/secrets/kafka-ca.crt": ("kafka-ca", "ca.crt"),
    }
    assert mutual["SLACLOCK_KAFKA_SSL_KEY_PASSWORD_FILE"] == "/etc/slaclock/secrets/kafka-client.password"
    assert "SLACLOCK_KAFKA_SASL_MECHANISM" not in mutual


def test_roles_of_one_process():
    (deployment,) = of_kind(rendered("one-process"), "Deployment")

    assert deployment["metadata"]["name"] == "desk-slaclock-all"
    assert variables("one-process", "desk-slaclock-all")["SLACLOCK_ROLES"] == "ingest,clock,relay"


def test_a_single_replica_has_no_budget_that_would_block_a_node():
    assert of_kind(rendered("trial"), "PodDisruptionBudget") == []
    assert {one["metadata"]["name"] for one in of_kind(rendered("hpa"), "PodDisruptionBudget")} == {
        "desk-slaclock-clock",
        "desk-slaclock-ingest",
    }
    assert [
        one["spec"]["maxUnavailable"] for one in of_kind(rendered("placement"), "PodDisruptionBudget")
    ] == [
        "50%",
        "50%",
    ]


def test_keda_looks_at_what_ingest_reads_with_the_same_credentials():
    manifests = rendered("keda")
    (scaler,), (login,) = of_kind(manifests, "ScaledObject"), of_kind(manifests, "TriggerAuthentication")
    (trigger,) = scaler["spec"]["triggers"]

    assert trigger["metadata"]["consumerGroup"] == "slaclock-blue"
    assert trigger["metadata"]["topic"] == "cable.tickets.v1"
    assert trigger["metadata"]["lagThreshold"] == "20000"
    assert (trigger["metadata"]["sasl"], trigger["metadata"]["tls"]) == ("scram_sha256", "enable")
    assert trigger["authenticationRef"]["name"] == login["metadata"]["name"]
    assert login["spec"] == {
        "secretTargetRef": [
            {"parameter": "password", "name": "kafka-user", "key": "password"},
            {"parameter": "ca", "name": "kafka-ca", "key": "ca.crt"},
        ],
        "env": [{"parameter": "username", "name": "SLACLOCK_KAFKA_USERNAME", "containerName": "slaclock"}],
    }
    assert of_kind(rendered("keda-plain"), "TriggerAuthentication") == []


def test_pods_of_an_update_are_spread_by_themselves_where_kubernetes_can():
    def spread(kubernetes):
        pod = pods(rendered("minimal", 4, kubernetes))["desk-slaclock-ingest"]
        return [one.get("matchLabelKeys") for one in pod["spec"]["topologySpreadConstraints"]]

    assert spread(OLD) == [None, None]
    assert spread(NEW) == [["pod-template-hash"]] * 2


def test_own_options_prevail_also_when_they_say_no():
    manifests = rendered("placement")
    clock, relay = (pods(manifests)[f"desk-slaclock-{name}"]["spec"] for name in ("clock", "relay"))

    assert "topologySpreadConstraints" not in clock
    assert "podAntiAffinity" in clock["affinity"]
    assert "affinity" not in relay
    assert relay["terminationGracePeriodSeconds"] == 90
    assert {one["metadata"]["name"] for one in of_kind(manifests, "PodDisruptionBudget")} == {
        "desk-slaclock-clock",
        "desk-slaclock-ingest",
    }


def test_only_what_is_named_goes_in_and_out():
    (policy,) = of_kind(rendered("network-policy"), "NetworkPolicy")
    ports = [[port["port"] for port in rule["ports"]] for rule in policy["spec"]["egress"]]

    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    (ingress,) = policy["spec"]["ingress"]
    (source,) = ingress["from"]  # one entry: both selectors have to fit
    assert source.keys() == {"namespaceSelector", "podSelector"}
    assert ports == [[53, 53], [5432, 6432], [9093], [4317]]
    assert all(rule.get("to") for rule in policy["spec"]["egress"][1:])


def test_rules_and_dashboards_are_the_files_of_the_chart():
    rules = {
        one["metadata"]["name"]: one["spec"] for one in of_kind(rendered("service-monitor"), "PrometheusRule")
    }
    boards = [
        one
        for one in of_kind(rendered("dashboards"), "ConfigMap")
        if "-dashboard-" in one["metadata"]["name"]
    ]

    assert rules == {
        f"desk-slaclock-{path.stem}": yaml.safe_load(path.read_text())
        for path in (CHART / "files" / "rules").glob("*.yaml")
    }
    assert {name: text for one in boards for name, text in one["data"].items()} == {
        path.name: path.read_text().rstrip("\n") for path in (CHART / "files" / "dashboards").glob("*.json")
    }
    assert all(one["metadata"]["labels"]["grafana_dashboard"] == "1" for one in boards)


def test_the_braces_of_prometheus_and_grafana_are_left_alone(tmp_path):
    chart = shutil.copytree(CHART, tmp_path / "slaclock")
    rule = {"alert": "A", "expr": "up == 0", "annotations": {"summary": "{{ $labels.pod }} at {{ $value }}"}}
    (chart / "files/rules/braces.yaml").write_text(
        yaml.safe_dump({"groups": [{"name": "g", "rules": [rule]}]})
    )
    (chart / "files/dashboards/braces.json").write_text('{"legendFormat": "{{pod}}"}\n')
    (chart / "files/grafana-alerts").mkdir(exist_ok=True)
    (chart / "files/grafana-alerts/braces.yaml").write_text(yaml.safe_dump({"groups": [rule]}))

    def with_enabled(*features):
        on = ",".join(f"monitoring.{feature}.enabled=true" for feature in features)
        return tuple(parsed(helm(4, "template", "-f", values_file("minimal"), "--set", on, chart=chart)))

    manifests = with_enabled("prometheusRule", "dashboards")
    alerts = named(with_enabled("grafanaAlerts"), "ConfigMap", "desk-slaclock-alerts-braces")

    assert named(manifests, "PrometheusRule", "desk-slaclock-braces")["spec"]["groups"][0]["rules"] == [rule]
    board = named(manifests, "ConfigMap", "desk-slaclock-dashboard-braces")["data"]["braces.json"]
    assert json.loads(board) == {"legendFormat": "{{pod}}"}
    assert alerts["metadata"]["labels"]["grafana_alert"] == "1"
    assert yaml.safe_load(alerts["data"]["braces.yaml"]) == {"groups": [rule]}


def test_a_config_map_has_room_for_every_file():
    files = [path for path in (CHART / "files").rglob("*") if path.is_file()]

    assert [path for path in files if path.stat().st_size > 900_000] == []


def test_extras():
    manifests = rendered("extras")
    pod = pods(manifests)["desk-promises-relay"]
    (container,) = pod["spec"]["containers"]

    assert container["image"].startswith("registry.example.com/hotline/slaclock@sha256:0123")
    assert environment(manifests, container)["TZ"] == "UTC"
    assert "/usr/share/zoneinfo" in {mount["mountPath"] for mount in container["volumeMounts"]}
    assert named(manifests, "ConfigMap", "desk-note")["data"] == {"release": "desk"}
    assert all(
        one["metadata"]["labels"]["team"] == "hotline"
        for one in manifests
        if one["metadata"]["name"] != "desk-note"
    )


@pytest.mark.parametrize("major", [3, 4])
def test_the_notes_end_with_the_next_three_commands(major, tmp_path):
    chart = shutil.copytree(CHART, tmp_path / "slaclock")  # Helm shows notes only to who has a cluster
    notes = (chart / "templates/NOTES.txt").read_text()
    as_object = (
        'apiVersion: v1\nkind: Notes\nmetadata: {name: notes}\ntext: {{ include "notes" . | quote }}\n'
    )
    (chart / "templates/notes.yaml").write_text(f'{{{{ define "notes" }}}}{notes}{{{{ end }}}}{as_object}')

    manifests = tuple(parsed(helm(major, "template", "-f", values_file("trial"), chart=chart)))

    told = named(manifests, "Notes", "notes")["text"]
    assert [line.split()[0] for line in told.splitlines() if line.startswith("  ")] == ["kubectl"] * 3
    assert "No policy comes with this release" in told
    assert "A password stands in the values" in told
    made = re.findall(r"deploy/([a-z-]+)", told)
    assert made
    assert set(made) <= {one["metadata"]["name"] for one in of_kind(manifests, "Deployment")}


def test_names_stay_short_enough_for_a_label():
    long = helm(4, "template", "-f", values_file("plain-job"), "--set", f"fullnameOverride={'x' * 63}")

    assert max(len(one["metadata"]["name"]) for one in parsed(long)) <= 63
