"""Files of worked histories -> what happened and what has to be said of it, as `docs/worked-histories.md` tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, TypeVar

from service.rules.blocks import Blocks, Line
from service.rules.document import Document
from service.rules.errors import Path, PolicyError
from service.rules.history_lines import Amiss, Happening, Saying, happening, instant, saying
from service.rules.history_shapes import NOTHING, HistoriesShape, HistoryShape, Rungs
from service.rules.outline import Outline
from service.rules.reading import shaped
from service.rules.tree import Unreadable, compose
from service.sla.events import Event, Json, as_text
from service.sla.instants import LATEST, Instant
from service.wire.areas import area_fact
from service.wire.facts import OF_AREAS_ONLY, fact
from service.wire.unfit import Unfit

T = TypeVar("T")

#: The source and the ticket of every event of a history.
SOURCE: Final = "history"
TICKET: Final = "history"

#: What an area says, and not the ticket; `voided` can be about either.
_OF_AREAS: Final = frozenset({"excluded", "exclusion_withdrawn"})
_VOIDED: Final = "voided"
_NAMES_ANOTHER: Final = frozenset({_VOIDED, "refuted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """One history: what happened up to `upto`, in the order of the file, and what has to be said of it.

    `shared` are the events of areas. `looked_at` are the targets that are compared, None for all; `all_rungs` whether
    every warning and escalation of theirs has to be named. `line` is where it begins in its file.
    """

    name: str
    clause: str
    why: str
    line: int
    events: tuple[Event, ...]
    shared: tuple[Event, ...]
    expected: tuple[Saying, ...]
    looked_at: frozenset[str] | None
    all_rungs: bool
    upto: Instant


@dataclass(frozen=True)
class Histories:
    """What came of a file: the policy that it names, its histories, and the errors; without errors it is complete."""

    policy: str | None
    histories: tuple[Worked, ...]
    errors: tuple[PolicyError, ...]


def read(text: str, outline: Outline | None = None) -> Histories:
    """Read the file of worked histories `text`, for the policy that `outline` tells of.

    Without an outline the blocks of lines are not looked at: so one learns which policy the file names.
    """
    try:
        document = compose(text, "file of worked histories", "policy: policy.yaml")
    except Unreadable as unreadable:
        return Histories(None, (), (unreadable.error,))
    shape, errors = shaped(document, HistoriesShape)
    found: list[Worked] = []
    if shape is not None and outline is not None:
        reader = _Reader(Blocks(text, document), document, outline)
        found = list(reader.histories(shape))
        errors += reader.errors
    return Histories(shape.policy if shape else None, tuple(found), tuple(sorted(set(errors))))


class _Reader:
    """One reading of the histories of a file, with everything that is wrong with them."""

    def __init__(self, blocks: Blocks, document: Document, outline: Outline) -> None:
        self.errors: list[PolicyError] = []
        self._blocks = blocks
        self._document = document
        self._outline = outline
        self._on = {entry.id for entry in outline.entries if entry.on}
        self._off = {entry.id for entry in outline.entries} - self._on

    def histories(self, shape: HistoriesShape) -> Iterator[Worked]:
        """What could be read of each."""
        names: set[str] = set()
        if shape.histories == []:
            self._wrong(("histories",), "holds no history: a file tells at least one")
        for position, history in enumerate(shape.histories or ()):
            path: Path = ("histories", position)
            if history is None:
                continue
            if history.name in names:
                self._wrong((*path, "name"), "is the name of a history above: choose another")
            names |= {history.name or ""}
            yield self._history(history, path)

    def _history(self, history: HistoryShape, path: Path) -> Worked:
        upto = self._upto(history, path)
        events = [event for event in self._events(history.events, (*path, "events")) if event.at <= upto]
        expected = self._expected(history.expect, (*path, "expect"))
        only = frozenset(self._only(history, path))
        return Worked(
            name=history.name or "",
            clause=history.clause or "",
            why=history.why or "",
            line=self._document.marks[path][0],
            events=tuple(event for event in events if event.type not in _OF_AREAS),
            shared=tuple(event for event in events if event.type in _OF_AREAS or event.type == _VOIDED),
            expected=expected,
            looked_at=only or frozenset(each.target for each in expected) or None,
            all_rungs=history.rungs is Rungs.ALL,
            upto=upto,
        )

    def _upto(self, history: HistoryShape, path: Path) -> Instant:
        if history.upto is not None:
            try:
                return instant(history.upto, self._outline.zone)
            except ValueError as error:
                self._wrong((*path, "upto"), str(error))
        return LATEST

    def _only(self, history: HistoryShape, path: Path) -> Iterator[str]:
        for position, name in enumerate(history.only or ()):
            if name is not None:
                yield name
                if trouble := self._trouble(name):
                    self._wrong((*path, "only", position), trouble)

    def _events(self, block: str | None, path: Path) -> list[Event]:
        told = self._parsed(block, path, lambda text: happening(text, self._outline.zone))
        events = [
            (line, event)
            for number, (line, found) in enumerate(told, 1)
            if (event := self._event(found, f"e{number}", line)) is not None
        ]
        ids = {event.id for _, event in events}
        seen: set[str] = set()
        for line, event in events:
            if event.id in seen:
                self.errors.append(
                    line.error(0, f"`#{event.id}` is the id of an event above: choose another")
                )
            if event.type in _NAMES_ANOTHER and event.attributes.get("event") not in ids:
                message = (
                    f"`{event.type}` names no event of this history: give the one that is meant an id, `#n1`"
                )
                self.errors.append(line.error(0, message))
            seen.add(event.id)
        return [event for _, event in events]

    def _event(self, found: Happening, id_: str, line: Line) -> Event | None:
        types = self._outline.event_types
        if found.type not in types:
            near = get_close_matches(found.type, sorted(types), n=1)
            hint = f"did you mean `{near[0]}`? If not, " if near else ""
            advice = "list it under `events` of the policy, or say under `vocabulary` what it means"
            told = f"`{found.type}` is no event that the policy knows: {hint}{advice}"
            self.errors.append(line.error(found.type_at, told))
            return None
        try:
            return self._fact(found, found.id or id_)
        except Unfit as unfit:
            self.errors.append(line.error(found.type_at, unfit.detail.replace("data.attributes.", "")))
            return None

    def _fact(self, found: Happening, id_: str) -> Event:
        told = _as_published(found.attributes)
        data: Json = {"attributes": told}
        if found.type in OF_AREAS_ONLY:
            name = as_text(told.get("exclusion")) or id_
            return area_fact(
                tenant=self._outline.tenant,
                name=name,
                source=SOURCE,
                id=id_,
                type=found.type,
                at=found.at,
                data=data,
            )
        return fact(
            tenant=self._outline.tenant,
            ticket=TICKET,
            source=SOURCE,
            id=id_,
            type=found.type,
            at=found.at,
            data=data,
        )

    def _expected(self, block: str | None, path: Path) -> tuple[Saying, ...]:
        if block is not None and block.strip() == NOTHING:
            return ()
        told = self._parsed(block, path, lambda text: saying(text, self._outline.zone))
        for line, found in told:
            if trouble := self._trouble(found.target):
                self.errors.append(line.error(0, trouble))
        return tuple(found for _, found in told)

    def _trouble(self, target: str) -> str | None:
        """Why nothing can be expected of `target`; None when it can."""
        if target in self._on:
            return None
        if target in self._off:
            return f"`{target}` is off in the policy, and nothing is said of it"
        near = get_close_matches(target, sorted(self._on), n=1)
        return f"`{target}` is no target of the policy" + (f": did you mean `{near[0]}`?" if near else "")

    def _parsed(self, block: str | None, path: Path, parse: Callable[[str], T]) -> list[tuple[Line, T]]:
        """What `parse` makes of each line of the block, with its line."""
        found: list[tuple[Line, T]] = []
        if block is None:
            return found
        key = path[-1]
        if not self._blocks.is_block(path):
            self._wrong(path, f"is no block of lines: write `{key}: |`, and below it one line for each")
            return found
        lines = self._blocks.lines(block, path)
        if not lines:
            nothing = f": write `{key}: {NOTHING}` if that is meant" if key == "expect" else ""
            self._wrong(path, f"holds no line{nothing}")
        for line in lines:
            try:
                found.append((line, parse(line.text)))
            except Amiss as amiss:
                self.errors.append(line.error(amiss.offset, amiss.message))
        return found

    def _wrong(self, path: Path, message: str) -> None:
        self.errors.append(self._document.at_value(path, message))


def _as_published(attributes: Mapping[str, Json]) -> dict[str, Json]:
    """`attributes` as a publisher gives them: a rank is a number, and whether to replace is true or false."""
    found = dict(attributes)
    rank, replace = found.get("rank"), found.get("replace")
    if isinstance(rank, str) and re.fullmatch(r"-?[0-9]{1,9}", rank):
        found["rank"] = int(rank)
    if replace in {"true", "false"}:
        found["replace"] = replace == "true"
    return found
