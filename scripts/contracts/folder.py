"""A folder of contracts: its document, schemas and examples, and what a reference in one of them leads to."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

HERE: Final = Path(__file__).parents[2] / "docs" / "contracts"
DOCUMENT: Final = "asyncapi.yaml"
SCHEMA: Final = ".schema.json"


@dataclass(frozen=True, slots=True)
class Place:
    """A file of the folder, and a JSON pointer into it."""

    file: str
    pointer: str = ""

    def leads(self, reference: str) -> Place:
        """Where `reference`, written in this file, leads to."""
        file, _, pointer = reference.partition("#")
        if not file:
            return Place(self.file, pointer)
        return Place((Path(self.file).parent / file).as_posix(), pointer)

    def at(self, *steps: str | int) -> Place:
        """What lies further down."""
        escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
        return Place(self.file, "/".join((self.pointer, *escaped)))


@dataclass(slots=True)
class Folder:
    """Reads each file once. Raises FileNotFoundError and KeyError for what is not there."""

    home: Path = HERE
    _read: dict[str, Any] = field(default_factory=dict)

    def whole(self, file: str) -> Any:
        """The content of a file."""
        if file not in self._read:
            text = (self.home / file).read_text()
            self._read[file] = yaml.safe_load(text) if file.endswith(".yaml") else json.loads(text)
        return self._read[file]

    def value(self, place: Place) -> Any:
        """What stands at `place`."""
        found = self.whole(place.file)
        for step in place.pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            found = found[int(name)] if isinstance(found, list) else found[name]
        return found

    def resolved(self, place: Place) -> tuple[Place, Any]:
        """What stands at `place`, and where, after every reference that is all of it."""
        value = self.value(place)
        while isinstance(value, dict) and "$ref" in value:
            place = place.leads(value["$ref"])
            value = self.value(place)
        return place, value

    def names(self, folder: str, ending: str) -> list[str]:
        """The names of the files in a folder of it, without their ending."""
        return sorted(path.name.removesuffix(ending) for path in (self.home / folder).glob(f"*{ending}"))
