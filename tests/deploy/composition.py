"""deploy/compose.yaml, read."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = DEPLOY / "compose.yaml"

Service = dict[str, Any]


def compose() -> dict[str, Any]:
    """The file with its anchors resolved."""
    read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return read


def services() -> dict[str, Service]:
    found: dict[str, Service] = compose()["services"]
    return found


def ours() -> dict[str, Service]:
    """The services that run our image."""
    return {name: one for name, one in services().items() if one["image"].startswith("slaclock:")}


def mounts(service: Service) -> dict[str, Path]:
    """Folder or file in the container -> ours that is mounted there; volumes of the engine are left out."""
    split = [volume.split(":") for volume in service.get("volumes", [])]
    return {parts[1]: (DEPLOY / parts[0]).resolve() for parts in split if parts[0].startswith(".")}
