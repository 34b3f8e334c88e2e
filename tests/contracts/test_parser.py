"""The published document is read by the AsyncAPI project's own parser; it comes by npm, with hashes.

It finds structure and references; it does not look into examples (`test_document.py` does).
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.contracts.folder import DOCUMENT, HERE
from tests.contracts.parser import parser_home
from tests.parts import MissingError

#: It recommends the latest version of AsyncAPI; 3.0 is what tools read.
NOT_THE_LATEST = "asyncapi-latest-version"


def found(path: Path) -> list[tuple[str, str]]:
    """What the parser finds in the document: code and place."""
    try:
        home = parser_home()
    except MissingError as missing:
        pytest.skip(str(missing))
    run = subprocess.run(
        ["node", "check.mjs", str(path)], cwd=home, capture_output=True, text=True, timeout=100, check=False
    )
    assert run.returncode == 0, run.stderr
    return [(code, where) for _, code, where, _ in json.loads(run.stdout) if code != NOT_THE_LATEST]


def copied(folder: Path) -> Path:
    for name in ("schemas", "examples"):
        shutil.copytree(HERE / name, folder / name)
    return folder / DOCUMENT


def test_the_published_document_is_valid():
    assert found(HERE / DOCUMENT) == []


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("action: receive", "action: listen", "asyncapi-document-resolved"),
        ("schemas/ticket.held.v1.schema.json", "schemas/gone.schema.json", "invalid-ref"),
    ],
)
def test_a_planted_mistake_is_found(tmp_path, right, wrong, code):
    path = copied(tmp_path)
    path.write_text((HERE / DOCUMENT).read_text().replace(right, wrong))

    assert code in {each for each, _ in found(path)}
