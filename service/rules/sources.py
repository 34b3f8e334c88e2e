"""Sources of events that verdicts need: what is wrong with `sources` and `requires` of a file, and their core values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from service.rules.errors import Finding, Path
from service.rules.shapes import EventSourceShape, PolicyShape, TargetShape
from service.rules.values import suggested
from service.sla.policy import Source


def findings(policy: PolicyShape) -> Iterator[Finding]:
    """Everything wrong with the sources of `policy`, and with what requires them."""
    if policy.sources == {}:
        yield ("sources",), "holds no source: leave it out"
    names: dict[str, str] = {}
    for name, shape in (policy.sources or {}).items():
        path: Path = ("sources", name)
        if shape is not None:
            yield from _of_one(shape, path)
            if shape.source is not None and names.setdefault(shape.source, name) != name:
                yield (*path, "source"), f"this is the source of `{names[shape.source]}` above: name it once"
    yield from _required(policy.requires, policy, ("requires",))
    for name, target in (policy.targets or {}).items():
        if target is not None:
            yield from _required(target.requires, policy, ("targets", name, "requires"))


def _of_one(shape: EventSourceShape, path: Path) -> Iterator[Finding]:
    if "alive" in shape.model_fields_set and "silent_after" in shape.model_fields_set:
        yield path, "shows that it is complete in two ways: give `alive: true` or `silent_after`"
    elif not shape.alive and "silent_after" not in shape.model_fields_set:
        yield path, "does not say how it shows that it is complete: give `alive: true` or `silent_after`"
    if shape.silent_after == 0:
        yield (*path, "silent_after"), "would call it silent at once: give the longest pause that is normal"


def _required(names: list[str | None] | None, policy: PolicyShape, path: Path) -> Iterator[Finding]:
    known = tuple(policy.sources or ())
    seen: set[str] = set()
    for position, name in enumerate(names or ()):
        if name is None:
            continue
        if name in seen:
            yield (*path, position), f"`{name}` is required twice: name it once"
        elif name not in known:
            hint = suggested(name, known) if known else "give it under `sources`"
            yield (*path, position), f"`{name}` is no source of this file: {hint}"
        seen.add(name)


def build(policy: PolicyShape) -> Mapping[str, Source]:
    """The sources of `policy`, which has no findings, by what CloudEvents call them."""
    return MappingProxyType(
        {
            shape.source: Source(reports=bool(shape.alive), silent_after=shape.silent_after or 0)
            for shape in (policy.sources or {}).values()
            if shape is not None and shape.source is not None
        }
    )


def required(policy: PolicyShape, target: TargetShape) -> frozenset[str]:
    """What `target` requires, by what CloudEvents call it; its own `requires` takes the place of the file's."""
    names = target.requires if "requires" in target.model_fields_set else policy.requires
    shapes = ((policy.sources or {}).get(name) for name in names or () if name is not None)
    return frozenset(shape.source for shape in shapes if shape is not None and shape.source is not None)
