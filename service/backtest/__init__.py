"""A back-test: every ticket of an event file judged once, at one instant, with nothing said before.

The same `judge` as in the service, without database and bus.
"""

from service.backtest.compact import attributes_read
from service.backtest.histories import Fault, Progress
from service.backtest.lines import digest, lines_of, promise_line, statement_line
from service.backtest.run import Backtest, Judged, Summary

__all__ = [
    "Backtest",
    "Fault",
    "Judged",
    "Progress",
    "Summary",
    "attributes_read",
    "digest",
    "lines_of",
    "promise_line",
    "statement_line",
]
