"""`slaclock policy`: check policy files, register a version, print the schema of a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.cli.database import with_database
from service.cli.files import POLICY, content, error_lines, findings, read_policy
from service.cli.moments import UTC, told
from service.cli.outlined import outlined
from service.cli.output import say, show, show_json
from service.cli.packs import packs
from service.cli.places import POLICY_PLACE
from service.cli.program import Problem
from service.cli.worked import test

if TYPE_CHECKING:
    from service.apply.registration import CalendarFile, PolicyChange
    from service.sla.policy import Policy
    from service.store import Database


@click.group()
def policy() -> None:
    """Check policy files, try them on worked histories, and register their versions."""


@policy.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=POLICY_PLACE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(files: tuple[Path, ...], as_json: bool) -> int:
    """Tell every error of the policy files, each with line, column and field.

    FILE is a policy file, or pack:NAME.
    """
    checked = [_checked(path) for path in files]
    if as_json:
        show_json([_as_json(path, found) for path, found in zip(files, checked, strict=True)])
    else:
        for path, found in zip(files, checked, strict=True):
            _show(path, found)
    bad = sum(not _is_policy(found) for found in checked)
    if bad:
        say(f"slaclock: {bad} of {len(files)} {'file' if len(files) == 1 else 'files'} cannot be used")
    return 1 if bad else 0


@policy.command()
def schema() -> None:
    """Print the JSON Schema of a policy file, by which editors complete keys and mark mistakes.

    It knows keys and the form of values; what they mean together only `check` knows.
    """
    from service.rules.schema import schema as of_policies

    show_json(of_policies())


@policy.command()
@click.argument("file", type=POLICY)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def register(file: Path, as_json: bool) -> None:
    """Register the version in FILE: tickets opened from its effective-from on follow it.

    The calendar files that it refers to are registered first when they are new or extend what is registered. Registering
    the same files again changes nothing.
    """
    from service.cli.calendar_register import as_data, lines

    read, files = read_policy(file), _calendar_files(file).values()
    change = with_database(lambda database, _: _register(database, read, file, files))
    if as_json:
        calendars = [as_data(each) for each in change.calendars]
        show_json({**_identity(read), "registered": change.registered, "calendars": calendars})
        return
    for each in change.calendars:
        for line in lines(each, read.tenant):
            show(line)
    done = "is registered" if change.registered else "was registered already"
    show(f"{read.id} version {read.version} of tenant {read.tenant} {done}")


async def _register(
    database: Database, read: Policy, file: Path, files: Iterable[CalendarFile]
) -> PolicyChange:
    from service.apply.registration import CalendarRefused, register_policy
    from service.cli.calendar_register import refusal
    from service.rules import located
    from service.store.policies import PolicyRefused

    document, at = content(file).decode("utf-8-sig"), await database.now()
    try:
        async with database.transaction() as tx:
            return await register_policy(tx, read, document, files, at=at)
    except PolicyRefused as refused:
        (told,) = findings(located(document, str(refused), name=str(file), field=refused.field))
        raise Problem(f"not registered: {told}") from None
    except CalendarRefused as refused:
        advice = "`slaclock calendar register` with --correct does it all the same"
        raise Problem(refusal(refused, advice)) from None


def _calendar_files(path: Path) -> dict[str, CalendarFile]:
    """The calendar files that the policy in the file refers to, by the names that it gives them; missing ones left out.

    Raises PolicyErrors for bytes that are no text.
    """
    from service.cli.calendar_register import calendar_file
    from service.rules import calendar_files

    places = calendar_files(content(path), name=str(path))
    found = {name: path.parent / place for name, place in places.items()}
    return {name: calendar_file(place) for name, place in found.items() if place.is_file()}


def _checked(path: Path) -> Any:
    """The policy in the file, or its PolicyErrors."""
    from service.rules import PolicyErrors, read

    try:
        calendars = {name: file.calendar for name, file in _calendar_files(path).items()}
        return read(content(path), name=str(path), calendars=calendars)
    except PolicyErrors as errors:
        return errors


def _is_policy(found: Any) -> bool:
    from service.sla.policy import Policy

    return isinstance(found, Policy)


def _show(path: Path, found: Any) -> None:
    if not _is_policy(found):
        for line in findings(found):
            show(line)
        return
    since = told(found.effective_from, found.targets[0].calendar.zone if found.targets else UTC)
    targets = f"{len(found.targets)} {'target' if len(found.targets) == 1 else 'targets'}"
    show(f"{path}: {found.id} version {found.version} of tenant {found.tenant}, {targets}, from {since}")


def _as_json(path: Path, found: Any) -> dict[str, Any]:
    if _is_policy(found):
        return {"file": str(path), "ok": True, **_identity(found), "errors": []}
    return {"file": str(path), "ok": False, "errors": error_lines(found)}


def _identity(read: Policy) -> dict[str, Any]:
    from service.wire import times

    return {
        "tenant": read.tenant,
        "policy": read.id,
        "version": read.version,
        "effective_from": times.write(read.effective_from),
        "targets": [target.id for target in read.targets],
    }


for command in (test, outlined, packs):
    policy.add_command(command)
