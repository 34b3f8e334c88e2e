"""The key of everything bound to a ticket."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Final, TypeAlias

from sqlalchemy import TextClause, text

#: (tenant, ticket)
TicketKey: TypeAlias = tuple[str, str]

#: Fixed for ever: stored keys begin with `bucket_of`, and it is what a database is split by.
BUCKETS: Final = 256

#: Bytes of UTF-8 in a tenant, ticket, source or event id. Four of them fit one B-tree entry (2,704 bytes).
LONGEST_NAME: Final = 512


@lru_cache(maxsize=1 << 16)
def bucket_of(tenant: str, ticket: str) -> int:
    """The bucket of a ticket, in [0, `BUCKETS`): the same in every process and release."""
    return sha256(f"{tenant}\x1f{ticket}".encode()).digest()[0]


def is_name(text: str) -> bool:
    """Whether `text` can stand in a key: not empty, not too long, valid UTF-8 without NUL (which text refuses)."""
    try:
        return 0 < len(text.encode()) <= LONGEST_NAME and "\0" not in text
    except UnicodeEncodeError:  # a lone surrogate
        return False


def storable(line: str, most: int = 500) -> str:
    """`line` as text that Postgres takes, at most so long: no NUL, no lone surrogate."""
    return line[:most].encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def arrays(keys: Iterable[TicketKey]) -> dict[str, list[str] | list[int]]:
    """`keys` as the three array parameters of `by_keys`, in key order, each key once."""
    ordered = sorted({(bucket_of(*key), *key) for key in keys})
    return {
        "buckets": [bucket for bucket, _, _ in ordered],
        "tenants": [tenant for _, tenant, _ in ordered],
        "tickets": [ticket for _, _, ticket in ordered],
    }


def by_keys(sql: str) -> TextClause:
    """`sql` with `{keys}` standing for a table k(bucket, tenant, ticket) of the parameters that `arrays` makes."""
    return text(sql.replace("{keys}", _KEYS))


_KEYS: Final = (
    "unnest(CAST(:buckets AS smallint[]), CAST(:tenants AS text[]), CAST(:tickets AS text[]))"
    " AS k(bucket, tenant, ticket)"
)
