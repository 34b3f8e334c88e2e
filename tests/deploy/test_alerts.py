"""Every alert fires when it has to and not otherwise, by promtool; Grafana's are the same; amtool takes the example."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from scripts.monitoring.alert import About
from scripts.monitoring.alerts import ALERTS
from scripts.monitoring.files import MADE
from scripts.monitoring.records import RECORDS
from service.metrics import CATALOGUE
from tests.deploy import tools
from tests.deploy.alert_cases import CASES, fires, silent
from tests.deploy.composition import DEPLOY
from tests.parts import MissingError

EVERY = {alert.name: alert for alerts in ALERTS.values() for alert in alerts}


def program(fetch):
    try:
        return fetch()
    except MissingError as missing:
        pytest.skip(str(missing))


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


def told(text, labels):
    return re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: labels[found[1]], text)


def written(case):
    """The case as promtool reads it."""
    alert = EVERY[case.alert]
    expected = [] if case.labels is None else [
        {
            "exp_labels": alert.labels | case.labels,
            "exp_annotations": {name: told(text, case.labels) for name, text in alert.annotations.items()},
        }
    ]  # fmt: skip
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in case.series.items()],
        "alert_rule_test": [{"eval_time": case.at, "alertname": case.alert, "exp_alerts": expected}],
    }


def judged(folder: Path, cases):
    files = [str(path) for path in sorted((MADE / "rules").glob("*.yaml"))]
    (folder / "cases.yaml").write_text(
        yaml.safe_dump(
            {"rule_files": files, "evaluation_interval": "1m", "tests": [written(case) for case in cases]}
        )
    )
    return run(program(tools.promtool), "test", "rules", str(folder / "cases.yaml"))


@pytest.mark.deploy
def test_every_alert_fires_when_it_has_to_and_not_otherwise(tmp_path):
    done = judged(tmp_path, CASES)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.deploy
@pytest.mark.parametrize(
    "case", [fires("SlaOutboxOld", {"up": "1x20"}, "10m"), silent("SlaclockAbsent", {"up": "1x20"}, "10m")]
)
def test_a_case_that_is_wrong_is_found(tmp_path, case):
    assert judged(tmp_path, [case]).returncode == 1


#: ICMI's example, and what each of the five ways makes of it, in per cent.
EXAMPLE = {
    'hotline_window_calls{queue="q",outcome="answered"}': 1000,
    'hotline_window_calls{queue="q",outcome="abandoned"}': 60,
    'hotline_window_calls{queue="q",outcome="missed"}': 0,
    'hotline_window_calls_in_time{queue="q",outcome="answered"}': 860,
    'hotline_window_calls_in_time{queue="q",outcome="abandoned"}': 20,
    'hotline_window_calls_short{queue="q"}': 10,
}
LEVELS = {
    "strict": 81.1,
    "ignore_early": 82.7,
    "credit_early": 83.0,
    "answered_only": 86.0,
    "ignore_short": 81.9,
}


@pytest.mark.deploy
def test_the_recorded_service_levels_are_those_of_the_example(tmp_path):
    cases = {
        "rule_files": [str(MADE / "rules" / "records.yaml")],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                # Two clock roles, which see the same.
                "input_series": [
                    {"series": name.replace("{", f'{{pod="{pod}",'), "values": f"{value}x5"}
                    for name, value in EXAMPLE.items()
                    for pod in "ab"
                ],
                "promql_expr_test": [
                    {
                        "expr": f"round(hotline:service_level:{mode} * 1000)",
                        "eval_time": "5m",
                        "exp_samples": [{"labels": '{queue="q"}', "value": round(level * 10)}],
                    }
                    for mode, level in LEVELS.items()
                ],
            }
        ],
    }
    (tmp_path / "cases.yaml").write_text(yaml.safe_dump(cases))
    done = run(program(tools.promtool), "test", "rules", str(tmp_path / "cases.yaml"))

    assert done.returncode == 0, done.stdout + done.stderr


def test_each_has_a_case_that_fires_and_one_that_does_not():
    assert {case.alert for case in CASES if case.labels is not None} == set(EVERY)
    assert {case.alert for case in CASES if case.labels is None} == set(EVERY)


@pytest.mark.deploy
def test_promtool_finds_nothing_to_say_about_the_rules():
    files = sorted(str(path) for path in (MADE / "rules").glob("*.yaml"))
    done = run(program(tools.promtool), "check", "rules", "--lint=all", "--lint-fatal", *files)

    assert done.returncode == 0, done.stdout + done.stderr


def metrics_in(expr):
    words = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)', " ", expr)
    return {
        word
        for word in re.findall(r"[a-zA-Z_:][\w:]*", words)
        if word.startswith(("sla_", "sla:", "hotline_", "hotline:"))
    }


def test_alerts_and_records_rest_on_metrics_of_the_catalogue():
    named = [alert.expr for alert in EVERY.values()] + [record.expr for record in RECORDS]
    assert all(metrics_in(expr) for expr in named)
    assert {name for expr in named for name in metrics_in(expr)} <= set(CATALOGUE)


def rules_of_prometheus():
    found = {}
    for name in ALERTS:
        for group in yaml.safe_load((MADE / "rules" / f"{name}.yaml").read_text())["groups"]:
            for rule in group["rules"]:
                found[rule["alert"]] = (
                    group["name"], rule["expr"], rule["for"], rule["labels"], rule["annotations"],
                )  # fmt: skip
    return found


def rules_of_grafana():
    found = {}
    for name in ALERTS:
        for group in yaml.safe_load((MADE / "grafana-alerts" / f"{name}.yaml").read_text())["groups"]:
            for rule in group["rules"]:
                query, condition = rule["data"]
                assert condition["refId"] == rule["condition"]
                assert condition["model"]["expression"] == f"is_number(${query['refId']})"
                found[rule["title"]] = (
                    group["name"], query["model"]["expr"], rule["for"], rule["labels"], rule["annotations"],
                )  # fmt: skip
    return found


def test_grafana_has_the_same_alerts_as_prometheus():
    assert rules_of_grafana() == rules_of_prometheus()
    assert set(rules_of_grafana()) == set(EVERY)


def test_grafana_can_keep_the_alerts_apart():
    rules = [
        rule
        for name in ALERTS
        for group in yaml.safe_load((MADE / "grafana-alerts" / f"{name}.yaml").read_text())["groups"]
        for rule in group["rules"]
    ]
    source = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yaml").read_text())

    assert len({rule["uid"] for rule in rules}) == len(rules)
    assert all(len(rule["uid"]) <= 40 for rule in rules)
    assert {rule["data"][0]["datasourceUid"] for rule in rules} == {source["datasources"][0]["uid"]}


def test_every_alert_has_its_page():
    pages = {f"docs/runbooks/{path.name}" for path in (DEPLOY.parent / "docs/runbooks").glob("*.md")}
    named = {alert.annotations["runbook_url"] for alert in EVERY.values()}

    assert not pages or named <= pages, named - pages


@pytest.mark.parametrize("alert", EVERY.values(), ids=EVERY)
def test_an_alert_tells_what_to_do(alert):
    assert alert.labels["severity"] in {"critical", "warning", "none"}
    assert alert.summary.endswith(".")
    assert len(alert.summary) <= 80
    assert alert.description != alert.summary
    assert alert.annotations["runbook_url"].startswith("docs/runbooks/")
    assert not (alert.incomplete and alert.about is About.PROMISES)  # it would hold itself back


# --- Alertmanager -----------------------------------------------------------------------------------


def test_alertmanager_holds_back_what_is_about_promises_while_data_are_incomplete():
    rules = yaml.safe_load((DEPLOY / "alertmanager.yml").read_text())["inhibit_rules"]

    assert {
        "source_matchers": ['incomplete="true"'], "target_matchers": ['about="promises"'],
    } in rules  # fmt: skip
    assert {alert.name for alert in EVERY.values() if alert.incomplete} >= {
        "SlaWatermarkFrozen", "SlaWatermarkLate", "SlaDueNotJudged", "SlaclockAbsent",
    }  # fmt: skip


@pytest.mark.deploy
def test_amtool_takes_the_example():
    done = run(program(tools.amtool), "check-config", str(DEPLOY / "alertmanager.yml"))

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.deploy
@pytest.mark.parametrize(("alert", "receiver"), [
    ("SlaWatchdog", "outside"), ("SlaBreachesMany", "hotline-lead"), ("SlaOutboxOld", "on-call"),
])  # fmt: skip
def test_an_alert_goes_to_its_receiver(alert, receiver):
    labels = [f"{name}={value}" for name, value in EVERY[alert].labels.items()]
    config = f"--config.file={DEPLOY / 'alertmanager.yml'}"
    done = run(program(tools.amtool), "config", "routes", "test", config, f"alertname={alert}", *labels)

    assert done.stdout.split() == [receiver], done.stderr
