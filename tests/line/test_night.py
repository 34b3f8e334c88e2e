"""The page of the night is what the commands print when it is played again."""

import re

import pytest

from tests.line.night_scenes import PAGE, played

pytestmark = [pytest.mark.line, pytest.mark.timeout(300)]


def comparable(page: str) -> str:
    """Without the numbers of releases."""
    page = re.sub(r"PostgreSQL [\d.]+", "PostgreSQL", page)
    return re.sub(r"at \d{4}, as", "at N, as", page)


async def test_the_night_goes_as_the_page_tells(real_kafka, database):
    page = PAGE.read_text(encoding="utf-8")

    assert "$ slaclock doctor" in page
    assert comparable(await played(real_kafka.bootstrap, database)) == comparable(page)
