"""The examples of docs/command-line.md are run as they stand there."""

import io
import re
import shlex

import pytest

from service.wire import AreaEvent, DirectoryEvent, read_events
from tests.cli.calling import ROOT, call

PAGE = (ROOT / "docs/command-line.md").read_text(encoding="utf-8")
FILES = re.findall(r"`([\w.-]+)`:\n\n```\w+\n(.*?)```", PAGE, re.DOTALL)
EXAMPLES = [
    (command, told)
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for command, told in re.findall(r"^\$ slaclock (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]


def test_there_are_examples():
    assert len(FILES) >= 3
    assert len(EXAMPLES) >= 1


@pytest.mark.parametrize(("command", "told"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_an_example(command, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES:
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert call(*shlex.split(command)).output == told


def test_the_lines_about_areas_and_the_organisation_can_be_read():
    blocks = re.findall(r"```jsonl\n(.*?)```", PAGE, re.DOTALL)
    (said,) = (block for block in blocks if '"excluded"' in block)
    events = list(read_events(io.BytesIO(said.encode()), tenant="t", source="s"))

    assert [(type(each), each.event.type) for each in events] == [
        (AreaEvent, "excluded"),
        (AreaEvent, "exclusion_withdrawn"),
        (DirectoryEvent, "person"),
        (DirectoryEvent, "unit"),
        (DirectoryEvent, "voided"),
    ]
