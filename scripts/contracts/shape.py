"""What a schema asks of a value, gathered from all that has to hold together: references, `allOf`, traits."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from scripts.contracts.folder import Folder, Place

#: Schemas that hold together.
Places: TypeAlias = tuple[Place, ...]

#: An enumeration that grows: readers pass over what they do not know.
OPEN: Final = "x-open-enum"

LEAST: Final = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
MOST: Final = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
PARTS: Final = ("items", "additionalProperties", "propertyNames", "contains")
CHOICES: Final = ("anyOf", "oneOf")

_FOLLOWED: Final = {"$ref", "$dynamicRef", "allOf", "type", "const", "enum", "required", "properties"}
_SAYING: Final = {"title", "description", "examples", "default", "deprecated", "$schema", "$comment", "$defs"}
_KNOWN: Final = _FOLLOWED | _SAYING | {"$dynamicAnchor", OPEN, *LEAST, *MOST, *PARTS, *CHOICES}


@dataclass(slots=True)
class Shape:
    """`types` and `values` None: any. `others` are keywords of which only sameness is known, in canonical form."""

    is_never: bool = False
    types: frozenset[str] | None = None
    values: frozenset[str] | None = None
    is_open: bool = False
    required: set[str] = field(default_factory=set)
    properties: defaultdict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    parts: defaultdict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    choices: list[tuple[str, list[Place]]] = field(default_factory=list)
    bounds: dict[str, float] = field(default_factory=dict)
    others: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def shape_of(folder: Folder, places: Iterable[Place]) -> Shape:
    """What the schemas at `places` ask together."""
    shape = Shape()
    for place, schema in _together(folder, places):
        if schema is False:
            shape.is_never = True
        elif schema is not True:
            _gather(shape, place, schema)
    return shape


def _together(folder: Folder, places: Iterable[Place]) -> Iterator[tuple[Place, Any]]:
    for place in places:
        schema = folder.value(place)
        yield place, schema
        if not isinstance(schema, dict):
            continue
        further = [place.at("allOf", n) for n in range(len(schema.get("allOf", ())))]
        if "$ref" in schema:
            further.append(place.leads(schema["$ref"]))
        if "$dynamicRef" in schema:  # there is one anchor of each name, so it leads where a plain one would
            further.append(Place(place.file, "/$defs/" + schema["$dynamicRef"].removeprefix("#")))
        yield from _together(folder, further)


def _gather(shape: Shape, place: Place, schema: dict[str, Any]) -> None:
    if "type" in schema:
        told = schema["type"]
        types = frozenset([told] if isinstance(told, str) else told)
        shape.types = types if shape.types is None else shape.types & types
    if "const" in schema or "enum" in schema:
        told = [schema["const"]] if "const" in schema else schema["enum"]
        values = frozenset(map(canonical, told))
        shape.values = values if shape.values is None else shape.values & values
    shape.is_open |= bool(schema.get(OPEN))
    shape.required |= set(schema.get("required", ()))
    _gather_further(shape, place, schema)
    _gather_limits(shape, schema)


def _gather_further(shape: Shape, place: Place, schema: dict[str, Any]) -> None:
    for name in schema.get("properties", ()):
        shape.properties[name].append(place.at("properties", name))
    for keyword in PARTS:
        if keyword in schema:
            shape.parts[keyword].append(place.at(keyword))
    for keyword in CHOICES:
        if keyword in schema:
            shape.choices.append((keyword, [place.at(keyword, n) for n in range(len(schema[keyword]))]))


def _gather_limits(shape: Shape, schema: dict[str, Any]) -> None:
    for keywords, closest in ((LEAST, max), (MOST, min)):
        for keyword in keywords:
            if keyword in schema:
                shape.bounds[keyword] = closest(schema[keyword], shape.bounds.get(keyword, schema[keyword]))
    for keyword in schema.keys() - _KNOWN:
        if not keyword.startswith("x-"):
            shape.others[keyword].append(canonical(schema[keyword]))


def canonical(value: Any) -> str:
    """One text for equal JSON values."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
