"""Ways to break what must stay true, for the tests that see whether the others would notice."""

from __future__ import annotations

from collections.abc import Callable

from tests.faults.timepiece import SharedClock

WAYS: dict[str, Callable[[SharedClock], None]] = {}
