"""How hard the properties of the core are tried, and what they met.

CORE_EXAMPLES=50000 asks for so many random examples a property, chosen anew each run; without it a run is repeatable.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.sla.census import SEEN, report

LONG_RUN = int(os.environ.get("CORE_EXAMPLES", "0"))

settings.register_profile(
    "ci",
    max_examples=LONG_RUN or 150,
    derandomize=not LONG_RUN,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
#: For examples that are a seed each: cheap to draw, and nothing to shrink.
settings.register_profile(
    "worlds",
    settings.get_profile("ci"),
    max_examples=LONG_RUN or 2_000,
    phases=[Phase.generate],
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A property may take minutes on a busy machine, and as long as it likes when asked for more."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.timeout(0 if LONG_RUN else 600))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if SEEN["examples"]:
        terminalreporter.section("what the random examples of the core held")
        for line in report():
            terminalreporter.write_line(line)
