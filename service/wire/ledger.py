"""How a statement lies in the ledger: JSON that comes back exactly as it went in."""

from __future__ import annotations

from typing import Final

import msgspec

from service.sla.statements import Statement

_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DECODER: Final = msgspec.json.Decoder(Statement)


def store_statement(statement: Statement) -> bytes:
    """`statement` for the ledger."""
    return _ENCODER.encode(statement)


def is_bare(stored: bytes) -> bool:
    """Whether it was written before statements had holders, chain and evidence.

    Those are written also when empty, and a quote inside of a text is escaped: so it can be told by the key.
    """
    return b'"chain":' not in stored


def load_statement(stored: bytes | str) -> Statement:
    """What `store_statement` was given, also when it was written before a field with a default was added."""
    return _DECODER.decode(stored)
