"""What holds for all programs under examples/."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = sorted((ROOT / "examples").rglob("*.py"))


def imported(tree: ast.AST) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.name)
def test_an_example_stands_on_the_contract_alone(path):
    """Another team has the topics and the pages, and nothing of the service."""
    assert [name for name in imported(ast.parse(path.read_text())) if name.split(".")[0] == "service"] == []


def test_there_are_examples():
    assert {"publish.py", "consumer.py", "cases.py"} <= {path.name for path in PROGRAMS}
