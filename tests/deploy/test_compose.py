"""compose.yaml and what it mounts, as far as they can be judged without a container engine."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml

from service.app.roles import NEEDS
from service.settings import STANDARD, load
from tests.cli.calling import call
from tests.deploy import tools
from tests.deploy.composition import COMPOSE, DEPLOY, ROOT, compose, mounts, ours, services
from tests.parts import MissingError


def settings_of(name):
    told = services()[name]["environment"]
    return load({variable: str(value) for variable, value in told.items()})


def test_every_image_is_pinned():
    images = {name: one["image"] for name, one in services().items()}
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)

    assert version
    assert {images[name] for name in ours()} == {f"slaclock:{version[1]}"}
    assert all(
        re.fullmatch(r"[a-z/]+:v?\d+\.\d+\.\d+.*|postgres:\d+\.\d+-\w+", image) for image in images.values()
    )


def test_our_containers_may_do_nothing_they_need_not():
    for one in ours().values():
        assert one["read_only"] is True
        assert one["tmpfs"] == ["/tmp"]
        assert one["cap_drop"] == ["ALL"]
        assert one["security_opt"] == ["no-new-privileges:true"]
    assert not [
        name for name, one in services().items() if {"privileged", "network_mode", "user"} & one.keys()
    ]


def test_ports_are_on_this_machine_only():
    ports = [port for one in services().values() for port in one.get("ports", [])]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_service_takes_settings_and_commands():
    for name, one in ours().items():
        settings_of(name)
        arguments = [str(COMPOSE) if part.startswith("/policies/") else part for part in one["command"]]
        assert call(*arguments, "--help").exit_code == 0


def test_every_role_is_run_and_has_its_topics():
    run = [one["command"][2] for one in ours().values() if one["command"][0] == "serve"]
    made = re.findall(r"^topic (\S+)", services()["topics"]["command"][0], re.MULTILINE)
    settings = settings_of("ingest")
    wanted = {getattr(settings, field) for role in STANDARD for field in NEEDS[role]}

    assert sorted(run) == sorted(role.value for role in STANDARD)
    assert wanted <= set(made)
    assert settings.kafka_bootstrap == "kafka:9092"
    assert settings.database_url.get_secret_value() == "postgresql://slaclock:trial@postgres:5432/slaclock"
    assert services()["postgres"]["environment"]["POSTGRES_PASSWORD"] == "trial"


def test_the_policy_is_there_and_belongs_to_the_tenant():
    register = services()["register"]
    path = Path(register["command"][-1])
    policy = mounts(register)[str(path.parent)] / path.name

    assert yaml.safe_load(policy.read_text())["tenant"] == settings_of("ingest").tenant
    assert call("policy", "check", str(policy)).exit_code == 0


def test_what_is_mounted_is_there_and_read_only():
    for one in services().values():
        assert [path for path in mounts(one).values() if not path.exists()] == []
        assert all(volume.endswith(":ro") for volume in one.get("volumes", []) if volume.startswith("."))
    named = {volume.split(":")[0] for one in services().values() for volume in one.get("volumes", [])}
    assert {volume for volume in named if not volume.startswith(".")} == compose()["volumes"].keys()


def test_things_begin_in_their_order():
    def waits(name):
        after = services()[name].get("depends_on", {})
        return set(after) | {further for other in after for further in waits(other)}

    for role in STANDARD:
        assert waits(role.value) == {"postgres", "kafka", "topics", "migrate", "register"}
    conditions = {
        (other, condition["condition"])
        for one in services().values()
        if isinstance(one.get("depends_on"), dict)
        for other, condition in one["depends_on"].items()
    }
    assert conditions
    for other, condition in conditions:
        if condition == "service_healthy":
            assert "healthcheck" in services()[other]
        else:
            assert condition == "service_completed_successfully"
            assert "restart" not in services()[other]


def test_a_role_has_time_to_end():
    for role in STANDARD:
        grace = services()[role.value]["stop_grace_period"]
        assert int(grace.removesuffix("s")) >= settings_of(role.value).shutdown_seconds + 5


def test_prometheus_reads_the_rules_and_scrapes_every_role():
    config = yaml.safe_load((DEPLOY / "prometheus.yaml").read_text())
    mounted = mounts(services()["prometheus"])
    (job,) = config["scrape_configs"]
    (names,) = job["dns_sd_configs"]

    assert mounted["/etc/prometheus/prometheus.yml"] == DEPLOY / "prometheus.yaml"
    assert config["rule_files"] == ["rules/*.yaml"]
    assert list(mounted["/etc/prometheus/rules"].glob("*.yaml"))
    assert set(names["names"]) == {role.value for role in STANDARD}
    assert names["port"] == settings_of("ingest").http_port


def test_grafana_finds_prometheus_and_the_dashboards():
    mounted = mounts(services()["grafana"])
    provisioning = mounted["/etc/grafana/provisioning"]
    (source,) = yaml.safe_load((provisioning / "datasources/prometheus.yaml").read_text())["datasources"]
    (provider,) = yaml.safe_load((provisioning / "dashboards/slaclock.yaml").read_text())["providers"]
    boards = mounted[provider["options"]["path"]]

    assert source["url"] == "http://prometheus:9090"
    assert source["isDefault"] is True
    assert [json.loads(path.read_text())["title"] for path in boards.glob("*.json")]


def test_no_file_names_an_address_outside():
    text = "\n".join(
        path.read_text() for path in DEPLOY.rglob("*") if path.is_file() and path.suffix != ".lock"
    )
    hosts = set(re.findall(r"https?://([^/\s:\"']+)", text))

    # A container's neighbour, the container itself, and the name of the schema's language.
    assert hosts <= {"prometheus", "localhost", "json-schema.org"}


# --- with tools -----------------------------------------------------------------------------------


@pytest.mark.deploy
def test_it_is_a_compose_file():
    try:
        schema = json.loads(tools.compose_schema().read_text())
    except MissingError as missing:
        pytest.skip(str(missing))
    validator = jsonschema.Draft7Validator(schema)

    assert [error.message for error in validator.iter_errors(compose())] == []
    assert not validator.is_valid(compose() | {"servicess": {}})


@pytest.mark.deploy
def test_promtool_takes_configuration_and_rules(tmp_path):
    try:
        program = tools.promtool()
    except MissingError as missing:
        pytest.skip(str(missing))
    shutil.copy(DEPLOY / "prometheus.yaml", tmp_path)
    shutil.copytree(mounts(services()["prometheus"])["/etc/prometheus/rules"], tmp_path / "rules")
    run = subprocess.run(
        [program, "check", "config", str(tmp_path / "prometheus.yaml")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "SUCCESS" in run.stdout
