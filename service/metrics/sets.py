"""The closed sets of labels. Those that belong to layers above are held against them by tests."""

from __future__ import annotations

from typing import Final

#: What a value that is in no set is counted as, and every value of a set beyond `MOST`.
OTHER: Final = "other"

#: How many values of a set from the configuration have series of their own.
MOST: Final = 200

#: What became of a record.
RESULTS: Final = ("applied", "duplicate", "parked")
KINDS: Final = ("warning", "breach", "escalation", "verdict")
STATUSES: Final = ("in_force", "withdrawn")

#: What a verdict says.
OUTCOMES: Final = (
    "met",
    "early",
    "deemed",
    "settled",
    "late",
    "cancelled",
    "superseded",
    "replaced",
    "expired",
    "never",
    "indeterminate",
)

#: How an unfinished promise stands. Waiting: its due cannot be known yet, because of a gate, a hold or an exclusion.
STANDS: Final = ("running", "waiting", "breached")

#: How soon a promise is due, in seconds by name; each holds the nearer ones.
HORIZONS: Final = {"15m": 900, "1h": 3_600, "4h": 14_400, "1d": 86_400}

#: Why the watermark stands still. At most one is set.
FROZEN: Final = (
    "unproved",  # some partition was never read to the end of any probe
    "behind",  # some partition has records that are not applied
    "broker_away",  # the ends of the partitions could not be read
    "clocks_differ",  # this machine's clock and the database's
    "clock_jumped",  # against the time that has passed
    "topic_missing",
    "unknown_partition",  # a partition nobody has begun to read
    "topic_recreated",  # an end before what was applied
    "lost_beginning",  # records were deleted before they were read
    "shared_parked",  # a record that many tickets share could not be read or applied: it may bear on any
)

#: Why a role of a chain is filled by nobody.
UNFILLED: Final = (
    "no_contact",
    "no_holder",
    "no_person",
    "no_area",
    "unknown_area",
    "no_owner",
    "unknown_person",
    "no_unit",
    "no_head",
)

#: Upper bounds of histograms of waiting times, in seconds.
WAITS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400, 604800)

#: The same of how late a promise was kept: a minute to ten days.
LATE: Final = (60, 300, 900, 1800, 3600, 7200, 14400, 28800, 86400, 172800, 432000, 864000)

#: Upper bounds of shares of a budget.
SHARES: Final = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)
