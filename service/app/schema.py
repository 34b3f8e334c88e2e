"""Whether the database has the tables that this release needs."""

from __future__ import annotations

from service.store import migrations


class OldSchemaError(Exception):
    """The schema is not this release's; the message says what to do."""


async def check_schema(url: str) -> None:
    """Raises OldSchemaError, and what the database raises.

    A schema that this release does not know is a later one, made for the release that is about to replace it, and
    later schemas keep what earlier releases need.
    """
    current, head = await migrations.current(url), migrations.head()
    if current is None:
        raise OldSchemaError("the database has no tables of slaclock yet: run `slaclock migrate` first")
    if current != head and migrations.is_known(current):
        raise OldSchemaError(
            f"the schema is at {current} and this release needs {head}: run `slaclock migrate` first"
        )
