"""The house rules that no linter knows."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = sorted(path for part in ("sla", "hotline") for path in (ROOT / "service" / part).rglob("*.py"))
LOCKS = sorted(ROOT.glob("requirements*.lock"))
LONGEST = 40


def tracked() -> list[Path]:
    """The files git knows, those not yet added included."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=30).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(level=0, module=str(module)):
                yield module
            case ast.ImportFrom():
                yield "service.sla"  # relative: within the core, or import-linter says so


def lengths(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_the_import_contracts_hold():
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)

    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_the_core_imports_the_standard_library_and_itself_only(path: Path):
    strangers = [
        name
        for name in imported(ast.parse(path.read_text()))
        if name.split(".")[0] not in sys.stdlib_module_names
        and ".".join(name.split(".")[:2]) not in {"service.sla", "service.hotline"}
    ]

    assert strangers == []


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_a_function_of_the_core_fits_a_glance(path: Path):
    long = {name: lines for name, lines in lengths(ast.parse(path.read_text())) if lines > LONGEST}

    assert long == {}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_lock_file_has_a_hash_for_every_package_and_no_address_or_path(path: Path):
    text = path.read_text()
    packages = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]

    assert packages
    assert [package.split("\n")[0] for package in packages if "--hash=sha256:" not in package] == []
    assert re.findall(r"https?:|file:|index-url|find-links|(?<![\w.])/\w", text) == []


def test_there_is_a_lock_file():
    assert LOCKS


def test_no_file_points_outside_the_repository():
    needle = b"../" + b"shared"

    assert [path for path in tracked() if needle in path.read_bytes()] == []
