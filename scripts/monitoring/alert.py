"""What an alert and a recording rule are; both are written for Prometheus and for Grafana from this."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: Where an alert's page lies, from the root of the project.
RUNBOOKS: Final = "docs/runbooks"


class About(StrEnum):
    """What an alert is about. Those about promises are held back while the data are incomplete."""

    PROMISES = "promises"
    DATA = "data"
    SERVICE = "service"
    HOTLINE = "hotline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Fires while `expr` has had a series for `wait`. `incomplete`: while it fires nothing said of promises is whole.

    `summary` is one line for a telephone, `description` what it means and the first thing to do; both may name labels of
    the series. `page` is that of another alert, when both have one. `meaning` is for the page of metrics.
    """

    name: str
    expr: str
    wait: str
    severity: str
    about: About
    meaning: str
    summary: str
    description: str
    incomplete: bool = False
    page: str = ""

    @property
    def labels(self) -> dict[str, str]:
        """Those that every alert of it carries beside its series' own."""
        marks = {"incomplete": "true"} if self.incomplete else {}
        return {"severity": self.severity, "about": self.about.value} | marks

    @property
    def annotations(self) -> dict[str, str]:
        """Text for people, and where the page is."""
        return {
            "summary": self.summary,
            "description": self.description,
            "runbook_url": f"{RUNBOOKS}/{self.page or self.name}.md",
        }


@dataclass(frozen=True, slots=True)
class Record:
    """A recording rule."""

    name: str
    expr: str
