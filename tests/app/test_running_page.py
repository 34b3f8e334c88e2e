"""docs/running.md names every metric, reason and setting there is, and no other."""

import re
from pathlib import Path

import pytest

from service.metrics import FROZEN, Metrics
from service.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "running.md").read_text()


def section(title):
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_every_metric_and_no_other():
    told = set(re.findall(r"`((?:sla|hotline)_\w+)", section("Metrics")))
    families = Metrics(reasons=["x"], topics=["t"], roles=["r"]).registry.collect()
    there = {f"{family.name}_total" if family.type == "counter" else family.name for family in families}

    assert told == there


def test_every_reason_and_no_other():
    assert set(re.findall(r"^\| `(\w+)`", section("When the watermark stands still"), re.MULTILINE)) == set(
        FROZEN
    )


def test_every_setting_and_no_other():
    told = re.findall(r"`([A-Z_]{4,})`", section("Settings"))
    told = [name for name in told if name not in {"SLACLOCK_", "_FILE"}]

    assert sorted(told) == sorted(name.upper() for name in Settings.model_fields)


@pytest.mark.parametrize("name", ["SHUTDOWN_SECONDS", "CLOCK_SETTLE_SECONDS", "RELAY_SHARDS"])
def test_settings_named_elsewhere_on_the_page_exist(name):
    assert name.lower() in Settings.model_fields
