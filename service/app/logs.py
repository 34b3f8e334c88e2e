"""Log lines as JSON or for people, on stderr, each kind limited in rate.

`event` is a stable name; what varies stands in fields. Libraries' own lines pass the same limit: a broker that is
away makes thousands of them.
"""

from __future__ import annotations

import logging
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final, TextIO

import structlog

#: Kinds of lines whose windows are remembered; the least recent is forgotten first.
KINDS: Final = 1_000
WINDOW: Final = 60.0

#: Libraries that speak at INFO about every request or rebalance.
_CHATTY: Final = ("aiokafka", "faststream", "sqlalchemy", "alembic", "asyncio")


class RateLimit(logging.Filter):
    """Lets at most `most` lines of one kind pass in a minute; the first of the next minute counts the others."""

    def __init__(self, most: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._most = most
        self._monotonic = monotonic
        self._kinds: OrderedDict[tuple[str, int, str], tuple[float, int]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        kind = (record.name, record.levelno, _kind_of(record.msg))
        now = self._monotonic()
        began, seen = self._kinds.get(kind, (now, 0))
        if now - began >= WINDOW:
            if seen > self._most:
                record.suppressed = seen - self._most
            began, seen = now, 0
        self._kinds[kind] = (began, seen + 1)
        self._kinds.move_to_end(kind)
        if len(self._kinds) > KINDS:
            self._kinds.popitem(last=False)
        return seen < self._most


def _kind_of(message: object) -> str:
    """The name of our own line, the template of a library's."""
    if isinstance(message, Mapping):
        told = (message.get("event", ""), message.get("role", ""), message.get("what", ""))
        return "\x1f".join(map(str, told))
    return str(message)[:200]


def _told_suppressed(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    record = event.get("_record")
    count = getattr(record, "suppressed", 0)
    if count:
        event["suppressed"] = count
    return event


def configure(*, style: str, level: str, same_per_minute: int, stream: TextIO | None = None) -> None:
    """Route every logger of the process to `stream` (stderr by default); `style` is json or people."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(RateLimit(same_per_minute))
    handler.setFormatter(_formatter(style, shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _CHATTY:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.setLevel(max(logging.WARNING, root.level))


def _formatter(style: str, shared: list[structlog.typing.Processor]) -> logging.Formatter:
    last: list[structlog.typing.Processor] = [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
    if style == "people":
        last = [structlog.dev.ConsoleRenderer(colors=False)]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
        processors=[_told_suppressed, structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
