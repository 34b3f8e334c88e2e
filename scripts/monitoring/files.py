"""Which files are made, and what has to be in each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import yaml

from scripts.monitoring.alerts import ALERTS
from scripts.monitoring.boards import BOARDS
from scripts.monitoring.grafana import provisioned
from scripts.monitoring.page import page
from scripts.monitoring.prometheus import alert_groups, record_groups

ROOT: Final = Path(__file__).parents[2]
MADE: Final = ROOT / "deploy" / "helm" / "slaclock" / "files"
_HEAD: Final = "# Made by `make metrics` of scripts/monitoring; a change here is lost.\n"


def files() -> dict[Path, str]:
    """Text by path."""
    found = {
        ROOT / "docs" / "metrics.md": page(),
        MADE / "rules" / "records.yaml": _yaml(record_groups()),
    }
    for group, alerts in ALERTS.items():
        found[MADE / "rules" / f"{group}.yaml"] = _yaml(alert_groups(group, alerts))
        found[MADE / "grafana-alerts" / f"{group}.yaml"] = _yaml(provisioned(group, alerts))
    for name, board in BOARDS.items():
        text = json.dumps(board.model(), indent=1, ensure_ascii=False)
        found[MADE / "dashboards" / f"{name}.json"] = f"{text}\n"
    return found


def strangers() -> list[Path]:
    """Files among the made ones that nothing makes any more."""
    made = files()
    folders = ("rules", "grafana-alerts", "dashboards")
    return [path for folder in folders for path in sorted((MADE / folder).glob("*")) if path not in made]


def _yaml(content: dict[str, Any]) -> str:
    return _HEAD + yaml.safe_dump(content, sort_keys=False, width=110, allow_unicode=True)
