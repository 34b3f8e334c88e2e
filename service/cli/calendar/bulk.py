"""Questions in bulk: JSON lines in, JSON lines out, one answer a line in the same order, a line at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias

from service.cli.calendar.choice import Choice
from service.cli.calendar.lines import Calendars
from service.cli.calendar.question import Refused
from service.cli.output import say
from service.cli.program import Problem
from service.cli.progress import Shown, shown, size_of
from service.sla.events import Json
from service.wire.strict import parse
from service.wire.unfit import Unfit

#: From a line to its answer; Refused when it has none.
Question: TypeAlias = Callable[[Mapping[str, Json], Calendars], dict[str, Any]]

#: Bytes that a line may have.
LONGEST_LINE: Final = 1 << 20
_BOM: Final = b"\xef\xbb\xbf"

#: Lines from one step of the progress to the next.
_STEP: Final = 1000


def answer_all(source: str, choice: Choice, question: Question) -> int:
    """Answer every line of the file `source`, `-` for stdin, on stdout; the exit status.

    Blank lines have no answer. From stdin each answer is written out before the next line is waited for.
    """
    from msgspec.json import encode

    asked = unanswered = 0
    calendars, out = Calendars(choice), sys.stdout.buffer
    with _opened(source) as file, _progress(source) as progress:
        for number, line in _read(file, progress):
            answer = _answer(number, line, calendars, question)
            asked, unanswered = asked + 1, unanswered + ("error" in answer)
            out.write(encode(answer) + b"\n")
            if source == "-":
                out.flush()
    if unanswered:
        say(f"slaclock: {unanswered:,} of {asked:,} lines have no answer; `error` of each says why")
    return 1 if unanswered else 0


@contextmanager
def _opened(source: str) -> Iterator[BinaryIO]:
    try:
        with nullcontext(sys.stdin.buffer) if source == "-" else Path(source).open("rb") as file:
            yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Problem(f"{source}: {error.strerror or error}") from None


def _progress(source: str) -> AbstractContextManager[Shown]:
    """A bar would stand in the way of answers on the same terminal."""
    return nullcontext(_Nowhere()) if source == "-" or sys.stdout.isatty() else shown()


class _Nowhere:
    """Progress that nobody sees."""

    def step(self, what: str, done: int, total: int | None) -> None:
        """Nothing."""


def _read(file: BinaryIO, progress: Shown) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers from 1; a line that is too long comes cut."""
    done, total = 0, size_of(file)
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        done += len(line)
        rest = line
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE + 1)
            done += len(rest)
        if number % _STEP == 0:
            progress.step("answering", done, total)
        if number == 1:
            line = line.removeprefix(_BOM)
        if len(line) > LONGEST_LINE or line.strip():
            yield number, line


def _answer(number: int, line: bytes, calendars: Calendars, question: Question) -> dict[str, Any]:
    """`id` as in the line, and the answer, or `error` with line, field and what to do."""
    asked: Json = None
    try:
        asked = _parsed(line)
        answer = question(asked, calendars)
    except Refused as refused:
        told = {"line": number, "field": refused.field, "message": refused.message}
        return {"id": asked.get("id") if isinstance(asked, dict) else None, "error": told}
    return {"id": asked.get("id"), **answer}


def _parsed(line: bytes) -> dict[str, Json]:
    if len(line) > LONGEST_LINE:
        raise Refused("", f"the line has more than {LONGEST_LINE:,} bytes: shorten it")
    try:
        found = parse(line.rstrip())
    except Unfit as unfit:
        raise Refused("", f"the line is no JSON object, {unfit.detail}") from None
    if not isinstance(found, dict):
        raise Refused("", "the line is JSON, but no object: write {…}")
    return found
