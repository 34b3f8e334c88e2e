"""What many tickets share, by tenant: read once a process, and read on when there is more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Protocol, Self, TypeVar

from service.store import Tx
from service.store.shared_events import Told


class Chapter(Protocol):
    """What was read of one tenant."""

    def and_then(self, told: Sequence[Told]) -> Self:
        """With later events."""


C = TypeVar("C", bound=Chapter)


class _Read(Protocol):
    def __call__(self, tx: Tx, tenant: str, *, after: int, upto: int) -> Awaitable[list[Told]]: ...


class Book(Generic[C]):
    """Chapters by tenant."""

    def __init__(self, read: _Read, empty: Callable[[], C]) -> None:
        self._told = read
        self._empty = empty
        self._read: dict[str, tuple[int, C]] = {}

    async def __call__(self, tx: Tx, tenant: str, revision: int) -> C:
        """Everything told of `tenant` up to event number `revision`, which is the latest in `tx`."""
        upto, known = self._read.get(tenant) or (0, self._empty())
        if upto < revision:
            told = await self._told(tx, tenant, after=upto, upto=revision)
            known = known.and_then(told) if told else known
            self._read[tenant] = revision, known
        return known
