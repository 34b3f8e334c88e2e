"""What time it is, for `in 23m` and `3h ago`; nothing is ever decided by it."""

from __future__ import annotations

from service.sla.instants import Instant


def now() -> Instant:
    """This machine's time."""
    from service.clocks import RealClocks

    return RealClocks().wall()
