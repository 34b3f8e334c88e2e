"""Policy files and event files named on a command line."""

from __future__ import annotations

import gzip
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final, Self, TypeAlias, cast

import click

from service.cli.output import say
from service.cli.program import Problem

if TYPE_CHECKING:
    from service.backtest import Fault
    from service.rules import Outline, PolicyErrors
    from service.sla.calendars import Calendar
    from service.sla.policy import Policy, Rules
    from service.store.calendars import Registered
    from service.store.policies import Version
    from service.wire.files import Item

#: From a file to what is read instead of it.
Watch: TypeAlias = Callable[[BinaryIO], BinaryIO]

POLICY: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
EVENTS: Final = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=str)

#: Faults of an event file that are told one by one; the others are counted.
_TOLD: Final = 20


def read_policy(path: Path) -> Policy:
    """The policy in the file, with the calendar files that it refers to; Problem with a line for each error in it."""
    from service.rules import read

    with readable("policy"):
        return read(content(path), name=str(path), calendars=calendars_beside(path))


def read_outline(path: Path) -> Outline:
    """What the policy in the file says, in words; Problem as `read_policy`."""
    from service.rules import outline

    with readable("policy"):
        return outline(content(path), name=str(path), calendars=calendars_beside(path))


def read_rules(paths: Sequence[Path]) -> Rules:
    """The versions in the files, oldest first; Problem when they cannot stand together."""
    from service.sla.policy import Rules

    policies = sorted((read_policy(path) for path in paths), key=lambda policy: policy.effective_from)
    if len({policy.tenant for policy in policies}) > 1:
        raise Problem("the policies belong to different tenants: " + ", ".join(p.tenant for p in policies))
    if len({policy.effective_from for policy in policies}) < len(policies):
        raise Problem("two versions of the policy are in force from the same instant")
    return Rules(tuple(policies))


def registered_rules(versions: Sequence[Version], calendars: Sequence[Registered]) -> Rules:
    """The rules that were registered as `versions` and `calendars`; Problem when this release cannot read them."""
    from service.apply.rulebook import read_rules
    from service.rules import PolicyErrors

    try:
        return read_rules("", versions, calendars)
    except PolicyErrors as errors:
        raise Problem("\n".join(["a registered policy cannot be read", *findings(errors)])) from None


def read_calendars(path: Path) -> Mapping[str, Calendar]:
    """The calendars in the policy file by name; Problem as `read_policy`."""
    from service.rules import read_calendars as read

    with readable("policy"):
        return read(content(path), name=str(path), calendars=calendars_beside(path))


def read_calendar(path: Path) -> Calendar:
    """The calendar in the calendar file; Problem with a line for each error in it."""
    from service.rules import read_calendar as read

    with readable("calendar"):
        return read(content(path), name=str(path))


def calendars_beside(path: Path) -> dict[str, Calendar]:
    """The calendars of the files that the policy file refers to; one that is missing is for its reader to tell."""
    from service.rules import calendar_files

    places = calendar_files(content(path), name=str(path))
    found = {name: path.parent / place for name, place in places.items()}
    return {name: read_calendar(place) for name, place in found.items() if place.is_file()}


@contextmanager
def readable(what: str) -> Iterator[None]:
    """Turn the PolicyErrors of the block into a Problem with a line for each error."""
    from service.rules import PolicyErrors

    try:
        yield
    except PolicyErrors as errors:
        raise Problem("\n".join([f"the {what} cannot be used", *findings(errors)])) from None


def content(path: Path) -> bytes:
    """What is in the file; Problem when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}") from None


def findings(errors: PolicyErrors) -> list[str]:
    """A line for each error: file:line:column: field: message."""
    return [
        f"{errors.name}:{error.line}:{error.column}: {f'{error.field}: ' if error.field else ''}{error.message}"
        for error in errors.errors
    ]


def error_lines(errors: PolicyErrors) -> list[dict[str, Any]]:
    """The same as JSON."""
    return [
        {"line": error.line, "column": error.column, "field": error.field, "message": error.message}
        for error in errors.errors
    ]


def read_events(path: str, *, tenant: str, source: str, watch: Watch = lambda file: file) -> Iterator[Item]:
    """The events of the file, `-` for stdin, and its bad lines; Problem when it cannot be read.

    `watch` may stand between the file and its reader, to see how far it got.
    """
    from service.wire.files import read_events as read

    try:
        with nullcontext(sys.stdin.buffer) if path == "-" else Path(path).open("rb") as file:
            yield from read(watch(file), tenant=tenant, source=source)
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror or error}") from None


class Sink:
    """A file to write to, `-` for stdout, compressed when its name ends in .gz; Problem when it cannot be written."""

    def __init__(self, path: str) -> None:
        """Begin to write; what was in the file is gone."""
        self._path = path
        with self._typed():
            self._file: IO[bytes] = _opened(path)

    def write(self, line: bytes) -> None:
        """Append `line`."""
        with self._typed():
            self._file.write(line)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Finish."""
        with self._typed():
            self._file.flush() if self._path == "-" else self._file.close()

    @contextmanager
    def _typed(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Problem(f"{self._path} cannot be written: {error.strerror or error}") from None


def _opened(path: str) -> IO[bytes]:
    if path == "-":
        return sys.stdout.buffer
    if path.endswith(".gz"):
        return cast("IO[bytes]", gzip.open(path, "wb", compresslevel=6))
    return Path(path).open("wb")


class Faults:
    """Tells the first faults of a file as they are found, and counts all of them."""

    def __init__(self, name: str) -> None:
        """Nothing found yet in the file called `name`."""
        self._name = name
        self.counts: Counter[str] = Counter()

    def __call__(self, fault: Fault) -> None:
        """Hear of a fault."""
        if self.counts.total() < _TOLD:
            say(f"{self._name}: {fault}")
        elif self.counts.total() == _TOLD:
            say(f"{self._name}: further faults are only counted")
        self.counts[str(fault.reason)] += 1

    def sum_up(self) -> int:
        """Tell how many there were of each kind; the exit status."""
        if not self.counts:
            return 0
        kinds = ", ".join(f"{reason} {count}" for reason, count in sorted(self.counts.items()))
        say(f"{self._name}: {self.counts.total()} left out ({kinds}); the rest was used")
        return 1
