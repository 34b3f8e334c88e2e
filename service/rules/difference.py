"""Where two policy files say something else, key by key; what is only written otherwise is no difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from service.rules.errors import Path, field_of
from service.rules.fields import FIELDS, are_equal, renamed
from service.rules.shapes import OverrideShape, TargetShape
from service.rules.side import Said, Side
from service.sla.policy import Target
from service.sla.statements import Kind

#: Keys of a file that are told as they stand; the others hold names, each with a part of the file.
_OF_FILE: Final = (
    "policy",
    "version",
    "effective_from",
    "tenant",
    "zone",
    "adopt_from",
    "grace",
    "source",
    "events",
    "exclusions",
    "sources",
    "requires",
    "areas",
    "aggregates",
)

#: What a key of the language says, in the keys of `FIELDS`, where it is not the one of the same name.
_SAYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    dict.fromkeys(("budget", "every", "promised", "before"), ("budget", "start", "cancel"))
    | {"zone": ("hours",), "when": ("applies",)}
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A key, with what each file says for it; None where it is left out. `field` is its path, in the file of after."""

    field: str
    before: Said | None
    after: Said | None


@dataclass(frozen=True, slots=True)
class Named:
    """A target, the line where it begins, and whether it is off."""

    name: str
    line: int
    off: bool


@dataclass(frozen=True, slots=True)
class Differences:
    """Where two policies differ. A target that promises the same under another name is `renamed`.

    `keys` are in the order of the file of after; what calendars of the same name say of each date is not among them.
    """

    keys: tuple[Difference, ...]
    added: tuple[Named, ...]
    removed: tuple[Named, ...]
    renamed: tuple[tuple[Named, Named], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A target or a variant where it stands in one of the files; `target` is the core's, None when it is off."""

    side: Side
    path: Path
    name: str
    shape: TargetShape | OverrideShape

    @property
    def target(self) -> Target | None:
        """What it means."""
        return self.side.target(self.name)

    def said(self, key: str = "") -> Said | None:
        """What stands there, or there for `key`."""
        real = self.side.document.real(self.path)
        return self.side.said((*real, key) if key else real)

    def variants(self) -> dict[str, Part]:
        """Its variants by their names."""
        overrides = self.shape.overrides if isinstance(self.shape, TargetShape) else None
        return {
            each.name: Part(self.side, (*self.path, "overrides", place), f"{self.name}/{each.name}", each)
            for place, each in enumerate(overrides or ())
            if each is not None and each.name
        }


def differences(before: Side, after: Side) -> Differences:
    """Everything that the two files say otherwise, but for the dates of calendars that both have."""
    names = renamed(before.policy, after.policy)
    old, new = _targets(before), _targets(after)
    pairs = {names.get(name, name): name for name in old if names.get(name, name) in new}
    keys = list(_of_file(before, after))
    for name, was in pairs.items():
        keys.extend(_of_target(old[was], new[name]))
    return Differences(
        keys=tuple(keys),
        added=tuple(_named(part) for name, part in new.items() if name not in pairs),
        removed=tuple(_named(part) for name, part in old.items() if name not in pairs.values()),
        renamed=tuple((_named(old[was]), _named(new[name])) for name, was in pairs.items() if was != name),
    )


def _of_file(before: Side, after: Side) -> Iterator[Difference]:
    for key in _OF_FILE:
        if getattr(before.shape, key) != getattr(after.shape, key):
            yield Difference(key, before.said((key,)), after.said((key,)))
    for part in ("vocabulary", "calendars"):
        old, new = getattr(before.shape, part) or {}, getattr(after.shape, part) or {}
        for name in _both(old, new):
            if (name in old) != (name in new) or (part == "vocabulary" and old[name] != new[name]):
                yield Difference(field_of((part, name)), before.said((part, name)), after.said((part, name)))


def _of_target(old: Part, new: Part) -> Iterator[Difference]:
    """What a target says otherwise, then what its variants do; where those stand says which wins."""
    yield from _of_part(old, new)
    was, now = old.variants(), new.variants()
    one, other = ([name for name in each if name in was and name in now] for each in (was, now))
    if one != other:
        field = f"targets.{new.name}.overrides, their order"
        yield Difference(field, old.said("overrides"), new.said("overrides"))
    for name in _both(was, now):
        if name in was and name in now:
            yield from _of_part(was[name], now[name])
        else:
            sides = (each[name].said() if name in each else None for each in (was, now))
            yield Difference(f"targets.{new.name}/{name}", *sides)


def _of_part(old: Part, new: Part) -> Iterator[Difference]:
    for key in type(new.shape).model_fields:
        is_told_elsewhere = key == "overrides" or (key == "name" and isinstance(new.shape, OverrideShape))
        if is_told_elsewhere or getattr(old.shape, key) == getattr(new.shape, key):
            continue
        if not _means_the_same(key, old.target, new.target):
            yield Difference(f"targets.{new.name}.{key}", old.said(key), new.said(key))


def _means_the_same(key: str, before: Target | None, after: Target | None) -> bool:
    """Whether `key` is only written otherwise; never known of a target that is off."""
    if before is None or after is None:
        return False
    if key in ("warn", "ladder"):
        kind = Kind.WARNING if key == "warn" else Kind.ESCALATION
        one, other = ([rung for rung in target.rungs if rung.kind is kind] for target in (before, after))
        return one == other
    if key == "off":
        return True
    keys = _SAYS.get(key, (key,) if key in FIELDS else ())
    return bool(keys) and all(are_equal(each, before, after) for each in keys)


def _both(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    """The names of both, those of `new` first."""
    yield from new
    yield from (name for name in old if name not in new)


def _targets(side: Side) -> dict[str, Part]:
    return {
        name: Part(side, ("targets", name), name, shape)
        for name, shape in (side.shape.targets or {}).items()
        if shape is not None
    }


def _named(part: Part) -> Named:
    return Named(part.name, part.side.line(part.path), off=part.target is None)
