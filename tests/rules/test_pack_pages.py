"""What the pages of the packs say is counted."""

import re

import pytest

from service.cli import slaclock
from service.metrics import CATALOGUE
from service.rules.packs import PACKS
from tests.rules.test_packs import PAGES, quoted, table


@pytest.mark.parametrize("name", PACKS)
def test_what_a_page_says_is_counted_is_counted(name: str):
    """Metrics and commands that a row names are there; nothing is put off."""
    told = [becomes for *_, becomes in table((PAGES / f"{name}.md").read_text(encoding="utf-8"))]
    words = [word for becomes in told for word in quoted(becomes)]
    metrics = {word for word in words if re.fullmatch(r"(sla|hotline)_\w+", word)}
    commands = {word.split()[1] for word in words if word.startswith("slaclock ")}

    assert metrics
    assert metrics <= set(CATALOGUE)
    assert commands <= set(slaclock.commands)
    assert [becomes for becomes in told if re.search(r"\blater: ", becomes)] == []
