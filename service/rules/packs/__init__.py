"""Packs: policies of real service documents, each with its calendars and the worked histories that show what it means.

A pack is a folder of files beside this module. `rows.csv` lists every passage of the documents that asks for something.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

#: The folder of the packs.
HERE: Final = Path(__file__).parent

#: The passages of the documents: number, file, place, passage, kind.
ROWS: Final = HERE / "rows.csv"

POLICY: Final = "policy.yaml"
HISTORIES: Final = "histories.yaml"


@dataclass(frozen=True, slots=True)
class Pack:
    """A folder of files called `name`; `about` says whom it is for, in a line."""

    name: str
    about: str

    @property
    def files(self) -> tuple[Path, ...]:
        """Everything that belongs to it, by name."""
        return tuple(sorted((HERE / self.name).glob("*.yaml")))

    @property
    def histories(self) -> tuple[Path, ...]:
        """Its files of worked histories."""
        return tuple(path for path in self.files if path.name.endswith(HISTORIES))

    @property
    def policy(self) -> Path:
        """Its policy."""
        return HERE / self.name / POLICY


_PACKS: Final = (
    Pack(
        "cable-network",
        "a cable network's service plan: nine regimes, faults, installation, complaints, follow-up",
    ),
    Pack(
        "appliance-maker",
        "an appliance maker's enquiry and complaint desk: promised visits, call-backs, updates",
    ),
    Pack("mobile-operator", "a mobile operator's hotline: replies in 48 hours, urging, retention of numbers"),
)

#: The packs by name.
PACKS: Final[Mapping[str, Pack]] = MappingProxyType({pack.name: pack for pack in _PACKS})
