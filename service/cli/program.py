"""The program `slaclock`, and how every run of it ends.

Exit status: 0 it is as it should be; 1 a problem was found in what was looked at; 2 usage or settings are wrong;
3 a part (database, broker) cannot be reached; 70 slaclock itself failed; 130 interrupted; 141 nobody reads any more.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any, Final, NoReturn

import click

PROBLEM: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 3
FAILED: Final = 70
INTERRUPTED: Final = 130
UNREAD: Final = 141


class Problem(click.ClickException):
    """A problem in what was looked at; the message is one sentence or one a line."""

    exit_code = PROBLEM

    def show(self, file: Any = None) -> None:
        """Say it on stderr."""
        click.echo(f"slaclock: {self.format_message()}", file=file or sys.stderr)


class BadSettings(Problem):
    """Settings, or files named on the command line, that cannot be used."""

    exit_code = USAGE


class Unreachable(Problem):
    """A part that cannot be reached."""

    exit_code = UNREACHABLE


class _UnreadError(Exception):
    """Nobody reads what is printed."""


class Program(click.Group):
    """A group whose every run ends with an exit status and never with a traceback that nobody asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order in which they were added."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader that has gone away is told apart from the command's own troubles."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            raise _UnreadError from None
        return result

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run; ends the process with its exit status."""
        extra.pop("standalone_mode", None)
        arguments = list(sys.argv[1:] if args is None else args)
        try:
            result = super().main(arguments, prog_name or "slaclock", standalone_mode=False, **extra)
            status = result if isinstance(result, int) else 0
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - whatever it is, it is told in a sentence
            status = _ended(error, arguments)
        sys.exit(status)


def _ended(error: BaseException, arguments: Sequence[str]) -> int:
    """Tell of `error`; the exit status."""
    if isinstance(error, click.Abort | KeyboardInterrupt):
        click.echo("slaclock: interrupted", err=True)
        return INTERRUPTED
    if isinstance(error, _UnreadError):
        # Python flushes stdout once more when it ends, which would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return UNREAD
    debug = "--debug" in arguments
    if debug:
        traceback.print_exception(error)
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if not debug:
        again = "run `slaclock --debug …` to see where"
        click.echo(f"slaclock: failed: {_sentence(error)}; {again}", err=True)
    return FAILED


def _sentence(error: BaseException) -> str:
    told = " ".join(str(error).split())
    return f"{type(error).__name__}: {told[:300]}" if told else type(error).__name__


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="slaclock", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show a traceback when something fails.")
def slaclock(debug: bool) -> None:
    """Watches the promises of service tickets: what is due, what was broken, who has to hear it, and why.

    Data go to stdout, messages to stderr. Exit status: 0 all right, 1 a problem was found, 2 wrong usage or
    settings, 3 database or broker cannot be reached.
    """
