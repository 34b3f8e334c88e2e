"""`slaclock config`: the settings as a process of the service would have them here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import click

from service.cli.oncall import JSON
from service.cli.output import show_json, table

if TYPE_CHECKING:
    from service.settings import Settings

#: Stands where a secret is.
HIDDEN: Final = "***"


@click.group()
def config() -> None:
    """The settings."""


@config.command(name="show")
@click.option(
    "--redacted", is_flag=True, help="Without secrets. There is no other way: they are never shown."
)
@click.option("--set", "only_set", is_flag=True, help="Only those that are not at their default.")
@JSON
def show_(redacted: bool, only_set: bool, as_json: bool) -> None:  # noqa: ARG001 - there is no other way
    """Show every setting and where it comes from: a variable, a mounted file, or the default."""
    from service.cli.database import settings
    from service.settings import FILE, PREFIX, origins

    chosen, where = settings(), origins()
    rows = []
    for name in type(chosen).model_fields:
        variable = f"{PREFIX}{name.upper()}"
        from_ = {"variable": variable, "file": variable + FILE}.get(where[name], "default")
        if not only_set or from_ != "default":
            rows.append((name.upper(), shown(chosen, name), from_))
    if as_json:
        show_json({name: {"value": value, "from": from_} for name, value, from_ in rows})
        return
    table(["setting", "value", "from"], [(name, _text(value), from_) for name, value, from_ in rows])


def shown(settings: Settings, name: str) -> Any:
    """The value of a setting as JSON has it, without what is secret in it."""
    from pydantic import SecretStr

    value = getattr(settings, name)
    if isinstance(value, SecretStr):
        secret = value.get_secret_value()
        if name == "database_url":
            return without_password(secret)
        return HIDDEN if secret else ""
    return settings.model_dump(mode="json", include={name})[name]


def without_password(url: str) -> str:
    """The address without what lets somebody in."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when there is no telling what is what
    except ValueError:
        return HIDDEN
    user, at, host = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    netloc = f"{name}{colon}{HIDDEN if colon else ''}{at}{host}"
    query = [(key, value if key in _HARMLESS else HIDDEN) for key, value in parse_qsl(parts.query)]
    return urlunsplit((parts.scheme, netloc, parts.path, urlencode(query, safe="*/"), ""))


#: What may stand in the query of an address without being a secret.
_HARMLESS: Final = frozenset({"sslmode", "host", "port", "user", "dbname", "target_session_attrs"})


def _text(value: Any) -> str:
    if value is None or value == "":
        return "-"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
