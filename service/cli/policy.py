"""`slaclock policy`: check policy files, register a version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.cli.database import with_database
from service.cli.files import POLICY, content, error_lines, findings, read_policy
from service.cli.moments import UTC, told
from service.cli.output import say, show, show_json
from service.cli.program import Problem

if TYPE_CHECKING:
    from service.sla.policy import Policy
    from service.store import Database


@click.group()
def policy() -> None:
    """Check policy files and register their versions."""


@policy.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=POLICY)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(files: tuple[Path, ...], as_json: bool) -> int:
    """Tell every error of the policy files, each with line, column and field."""
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
@click.argument("file", type=POLICY)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def register(file: Path, as_json: bool) -> None:
    """Register the version in FILE: tickets opened from its effective-from on follow it.

    Registering the same file again changes nothing.
    """
    read = read_policy(file)
    document = content(file).decode("utf-8-sig")
    new = with_database(lambda database, _: _register(database, read, document))
    if as_json:
        show_json({**_identity(read), "registered": new})
    else:
        known = "" if new else " was registered already"
        show(f"{read.id} version {read.version} of tenant {read.tenant}{known or ' is registered'}")


async def _register(database: Database, read: Policy, document: str) -> bool:
    from service.store import policies

    registered_at = await database.now()
    version = policies.Version(read.id, read.version, read.effective_from, document, registered_at)
    try:
        async with database.transaction() as tx:
            return await policies.register(tx, read.tenant, version)
    except policies.PolicyRefused as refused:
        raise Problem(f"not registered: {refused}") from None


def _checked(path: Path) -> Any:
    """The policy in the file, or its PolicyErrors."""
    from service.rules import PolicyErrors, read

    try:
        return read(content(path), name=str(path))
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
