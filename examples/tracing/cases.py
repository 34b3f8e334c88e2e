"""What a record of the topic says, and what becomes of its case. No clock, no broker, no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, PositiveInt

#: The events that make cases, and those about a person; until a consumer knows a type it passes it over.
BREACH: Final = "slaclock.statement.breach.v1"
REPEAT: Final = "slaclock.statement.repeat.v1"

_MODEL: Final = ConfigDict(frozen=True)  # what is not named here is ignored, as the contract asks


class Said(BaseModel):
    """The circumstances of saying it; without `announce` nobody is to be told."""

    model_config = _MODEL
    decided_at: AwareDatetime
    announce: bool = True


class Breach(BaseModel):
    """One revision of one breach, complete."""

    model_config = _MODEL
    statement: UUID
    rev: PositiveInt
    status: Literal["in_force", "withdrawn"]
    tenant: str
    ticket: str
    target: str
    clause: str
    start: AwareDatetime
    due: AwareDatetime | None
    remarks: tuple[str, ...]
    said: Said


class Repeat(BaseModel):
    """One revision of what is said about a person, complete: two breaches or more within twelve months."""

    model_config = _MODEL
    statement: UUID
    rev: PositiveInt
    status: Literal["in_force", "withdrawn"]
    tenant: str
    person: str
    since: AwareDatetime
    at: AwareDatetime
    breaches: tuple[UUID, ...]
    said: Said


class _Envelope(BaseModel):
    type: str
    data: Any = None


class Step(StrEnum):
    """What a revision does to its case."""

    OPENED = "opened"
    REVISED = "revised"
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Case:
    """One breach: its revisions that are known, ascending, each once."""

    revisions: tuple[Breach, ...]

    @property
    def latest(self) -> Breach:
        """What holds now."""
        return self.revisions[-1]

    @property
    def is_open(self) -> bool:
        """Whether there is something to hear a person about; a withdrawn breach was never said."""
        return self.latest.status == "in_force"

    @property
    def steps(self) -> Iterator[tuple[Step, Breach]]:
        """What happened to the case, revision by revision."""
        before = None
        for breach in self.revisions:
            if breach.status == "withdrawn":
                if before != "withdrawn":
                    yield Step.CLOSED, breach
            elif before is None:
                yield Step.OPENED, breach
            else:
                yield Step.REVISED if before == "in_force" else Step.REOPENED, breach
            before = breach.status


_KNOWN: Final[dict[str, type[Breach | Repeat]]] = {BREACH: Breach, REPEAT: Repeat}


def read(value: bytes | None) -> Breach | Repeat | None:
    """What a record's value says; None for what is of no concern. ValueError when it cannot be read."""
    envelope = _Envelope.model_validate_json(value or b"")
    known = _KNOWN.get(envelope.type)
    return known.model_validate(envelope.data) if known else None


def fold(case: Case | None, breach: Breach) -> Case:
    """`case` with `breach`. The order and repetition of breaches make no difference to what comes out."""
    known = {each.rev: each for each in (*(case.revisions if case else ()), breach)}
    return Case(tuple(known[rev] for rev in sorted(known)))


def cases_of(breaches: Iterable[Breach]) -> dict[UUID, Case]:
    """The case of each breach by its id."""
    cases: dict[UUID, Case] = {}
    for breach in breaches:
        cases[breach.statement] = fold(cases.get(breach.statement), breach)
    return cases


def in_force(repeats: Iterable[Repeat]) -> list[Repeat]:
    """What holds about people, whatever the order and repetition of `repeats`: by person, then by time."""
    newest: dict[UUID, Repeat] = {}
    for repeat in repeats:
        known = newest.get(repeat.statement)
        if known is None or known.rev < repeat.rev:
            newest[repeat.statement] = repeat
    holding = [repeat for repeat in newest.values() if repeat.status == "in_force"]
    return sorted(holding, key=lambda repeat: (repeat.tenant, repeat.person, repeat.at, repeat.statement))


def line_of_person(repeat: Repeat) -> str:
    """What is said about a person, for people, in one line."""
    cases = ", ".join(map(str, repeat.breaches))
    quiet = "-" if repeat.said.announce else "tell nobody"
    return f"{repeat.person} | {len(repeat.breaches)} from {_told(repeat.since)} to {_told(repeat.at)} | {cases} | {quiet}"


def line_of(case: Case) -> str:
    """The case for people, in one line. `unproven` is a remark: look for the missing record before asking anybody."""
    said = case.latest
    steps = ", ".join(f"{step} {_told(breach.said.decided_at)}" for step, breach in case.steps)
    marks = [*said.remarks, *([] if said.said.announce else ["tell nobody"])]
    return " | ".join((
        "open" if case.is_open else "closed",
        said.ticket,
        said.target,
        said.clause or "-",
        f"due {_told(said.due)}",
        steps,
        ", ".join(marks) or "-",
    ))  # fmt: skip


def _told(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S %z}"
