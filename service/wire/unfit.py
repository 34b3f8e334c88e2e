"""How a reader says that what it was given does not fit the contract."""

from __future__ import annotations

from typing import Final

from service.wire.records import Reason

#: Characters of a foreign value that a detail repeats, and characters of a whole detail.
SHOWN: Final = 200
DETAIL: Final = 500


class Unfit(Exception):  # noqa: N818 - said of what was read, not of a program
    """Something written by a publisher that is not as the contract says."""

    def __init__(self, reason: Reason, detail: str) -> None:
        """Keep the typed reason beside a sentence for people."""
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail[:DETAIL]


def shown(value: object) -> str:
    """`value` for a detail: printable, bounded, without characters that a database cannot hold."""
    text = value[: SHOWN + 1] if isinstance(value, str | bytes) else value
    written = repr(text)
    return written if len(written) <= SHOWN else f"{written[: SHOWN - 1]}…"
