"""Bytes to events, statements to bytes: the only place that knows how either is written down."""

from service.wire.files import AreaEvent, BadLine, DirectoryEvent, read_events
from service.wire.incoming import decode, decode_area, decode_directory, decode_hotline, decode_source
from service.wire.ledger import load_statement, store_statement
from service.wire.outgoing import decode_output, encode, is_statement
from service.wire.publishing import (
    AREA,
    DIRECTORY,
    HOTLINE,
    SOURCE,
    TICKET,
    publish_binary,
    publish_structured,
)
from service.wire.records import Accepted, Outgoing, Reason, Record, Refused
from service.wire.unfit import Unfit

__all__ = [
    "AREA",
    "DIRECTORY",
    "HOTLINE",
    "SOURCE",
    "TICKET",
    "Accepted",
    "AreaEvent",
    "BadLine",
    "DirectoryEvent",
    "Outgoing",
    "Reason",
    "Record",
    "Refused",
    "Unfit",
    "decode",
    "decode_area",
    "decode_directory",
    "decode_hotline",
    "decode_output",
    "decode_source",
    "encode",
    "is_statement",
    "load_statement",
    "publish_binary",
    "publish_structured",
    "read_events",
    "store_statement",
]
