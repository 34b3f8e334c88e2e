"""The page on what users of other engines ask for names every ask once, and tests that exist."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "user-asks.md").read_text(encoding="utf-8")
NUMBERS = list(range(1, 57))
ANSWERS = {"yes", "by choice", "partly", "no"}
LEAST_SHOWN = 40


@dataclass(frozen=True)
class Ask:
    """One row of the page."""

    number: int
    asked: str
    source: str
    answer: str
    does: str
    tests: tuple[str, ...]


def asks(page: str) -> list[Ask]:
    """The rows whose first cell is a number, in the order of the page."""
    found = []
    for line in page.splitlines():
        if re.match(r"\| *\d+ *\|", line):
            cells = [cell.strip() for cell in line.split("|")[1:-1]]
            number, asked, source, answer, does, shown = cells
            tests = tuple(re.findall(r"`([^`]+)`", shown))
            found.append(Ask(int(number), asked, source, answer, does, tests))
    return found


def is_test(name: str) -> bool:
    """Whether `tests/...py::test_name` is a test of this repository."""
    path, _, function = name.partition("::")
    file = ROOT / path
    if not (path.startswith("tests/") and function.startswith("test_") and file.is_file()):
        return False
    tree = ast.parse(file.read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return any(isinstance(node, kinds) and node.name == function for node in tree.body)


def complaints(page: str) -> Iterator[str]:
    """Everything that is wrong with the page."""
    rows = asks(page)
    if sorted(row.number for row in rows) != NUMBERS:
        yield "the numbers are not 1 to 56, each once"
    for row in rows:
        if not (row.asked and row.source and row.does):
            yield f"{row.number}: a cell is empty"
        if row.answer not in ANSWERS:
            yield f"{row.number}: {row.answer!r} is no answer"
        if (row.answer == "no") == bool(row.tests):
            yield f"{row.number}: what is done has a test, and what is not done has none"
        yield from (f"{row.number}: there is no {test}" for test in row.tests if not is_test(test))
    if sum(bool(row.tests) for row in rows) < LEAST_SHOWN:
        yield f"fewer than {LEAST_SHOWN} asks are shown by a test"


def test_every_ask_stands_once_and_is_shown_by_tests_that_exist():
    assert list(complaints(PAGE)) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("| 17 |", "| 18 |", "the numbers are not 1 to 56, each once"),
        ("| no | `assigned`", "| maybe | `assigned`", "38: 'maybe' is no answer"),
        ("| no | `assigned`", "| yes | `assigned`", "38: what is done has a test, and what is not done has none"),
        ("::test_round_the_clock", "::test_round", "21: there is no tests/sla/test_due.py::test_round"),
        ("tests/metrics/test_shown.py::", "tests/metrics.py::", "51: there is no tests/metrics.py::test_one_reason_is_shown_at_a_time"),
        ("::test_split", "::table", "54: there is no tests/sla/test_change_in_flight.py::table"),
        ("zammad/zammad#390", "", "8: a cell is empty"),
    ],
)  # fmt: skip
def test_it_complains(old: str, new: str, complaint: str):
    assert old in PAGE
    assert complaint in list(complaints(PAGE.replace(old, new, 1)))


def test_too_few_tests_are_too_few():
    bare = re.sub(r"`tests/[^`]+`", "", PAGE)

    assert f"fewer than {LEAST_SHOWN} asks are shown by a test" in list(complaints(bare))
