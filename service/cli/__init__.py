"""The command line. One thin file a group of commands; what a command needs is imported when it runs."""

from __future__ import annotations

from service.cli.backtest import backtest
from service.cli.breaches import breaches
from service.cli.calendar import calendar
from service.cli.config import config
from service.cli.demo import demo
from service.cli.diff import diff
from service.cli.doctor import doctor
from service.cli.due import due
from service.cli.events_check import events
from service.cli.explain import explain
from service.cli.hotline import hotline
from service.cli.near import near
from service.cli.parked import parked
from service.cli.policy import policy
from service.cli.program import slaclock
from service.cli.rejudge import rejudge
from service.cli.report import report
from service.cli.serve import migrate, serve
from service.cli.status import status
from service.cli.top import top
from service.cli.watermark import watermark

__all__ = ["slaclock"]

policy.add_command(diff)
for command in (
    serve,
    migrate,
    policy,
    due,
    calendar,
    explain,
    backtest,
    report,
    events,
    hotline,
    rejudge,
    parked,
    watermark,
    status,
    near,
    breaches,
    top,
    doctor,
    config,
    demo,
):
    slaclock.add_command(command)
