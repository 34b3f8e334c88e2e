"""Every alert. None rests on a recording rule, so that Grafana can evaluate them by itself."""

from __future__ import annotations

from functools import partial
from typing import Final

from scripts.monitoring import hotline
from scripts.monitoring.alert import About, Alert
from scripts.monitoring.records import GOAL, NO_CANARY, age, burns, decided, share

_critical = partial(Alert, severity="critical")
_warning = partial(Alert, severity="warning")

#: From so many decided promises of a target in an hour on their share tells more than their number.
MANY: Final = 20
#: So many breaches of a target in a day are told where there are fewer.
FEW: Final = 3


def _burn(long: str, short: str, factor: float) -> str:
    bound = burns(factor)
    return f"({share(long)} > {bound} and {share(short)} > {bound} and {decided(long)} * 3600 >= {MANY})"


HEALTH: Final = (
    _critical(
        name="SlaclockAbsent",
        expr="absent(sla_watermark_timestamp_seconds)",
        wait="5m",
        about=About.DATA,
        incomplete=True,
        meaning="No clock role is scraped.",
        summary="No clock of slaclock is scraped.",
        description="Nothing tells whether promises are watched. Look at the pods of the clock role, then at the scrape "
        "targets.",
    ),
    Alert(
        name="SlaWatchdog",
        expr=f"{age('sla_watermark_timestamp_seconds')} < 120",
        wait="0s",
        severity="none",
        about=About.SERVICE,
        meaning="Always fires while W moves: send it to a receiver outside that calls when it stays away.",
        summary="The watermark moves.",
        description="This fires while slaclock, Prometheus and Alertmanager work. Route it to a receiver outside that calls "
        "when it stays away.",
    ),
    _critical(
        name="SlaWatermarkFrozen",
        expr="max by (reason) (sla_watermark_frozen) == 1",
        wait="2m",
        about=About.DATA,
        incomplete=True,
        meaning="W stands still, for the reason that is named.",
        summary="The watermark stands still: {{ $labels.reason }}.",
        description="Breaches and warnings wait; what is not said now is unknown, not kept. The reason is "
        "{{ $labels.reason }}.",
    ),
    _critical(
        name="SlaWatermarkLate",
        expr=f"{age('sla_watermark_timestamp_seconds')} > 120",
        wait="3m",
        about=About.DATA,
        incomplete=True,
        meaning="W is more than two minutes behind.",
        summary="The watermark is more than two minutes behind.",
        description="Breaches and warnings come late by as much. Look whether ingest keeps up, and whether the clock role "
        "runs.",
    ),
    _critical(
        name="SlaGaugesStale",
        expr=f"{age('sla_gauges_timestamp_seconds')} > 300",
        wait="2m",
        about=About.DATA,
        incomplete=True,
        meaning="The database has not been counted for five minutes: the gauges stand still.",
        summary="The gauges of slaclock have not been counted for five minutes.",
        description="Every number that comes from the database is old. Look at the clock role's log for the database.",
    ),
    _critical(
        name="SlaDueNotJudged",
        expr=f"{age('sla_tickets_due_oldest_timestamp_seconds')} > 60 and max(sla_tickets_due) > 0",
        wait="2m",
        about=About.DATA,
        incomplete=True,
        meaning="A ticket has been due for more than a minute and is not judged.",
        summary="Tickets are due and not judged.",
        description="The clock role does not keep up or fails: what it has to say comes late. Look at its log and at the "
        "database.",
    ),
    _critical(
        name="SlaTicketsUnjudged",
        expr="max(sla_tickets_unjudged) > 0",
        wait="5m",
        about=About.SERVICE,
        meaning="Judging a ticket failed: a fault of the program or of a policy.",
        summary="Tickets could not be judged.",
        description="Nothing is said about these tickets until the program or the policy is put right. Their rows in the "
        "database hold the error.",
    ),
    _critical(
        name="SlaOutboxOld",
        expr=f"{age('sla_outbox_oldest_timestamp_seconds')} > 60",
        wait="2m",
        about=About.SERVICE,
        meaning="What was decided has not been sent for a minute.",
        summary="Statements are decided and not sent.",
        description="Nobody downstream hears of breaches. Look at the relay role and at the broker.",
    ),
    _critical(
        name="SlaCanaryMissing",
        # Of an hour, so that it fires as well when the canary's own process is gone; without the role there is no series.
        expr="time() - max(max_over_time(sla_canary_fired_timestamp_seconds[1h])) > 180",
        wait="2m",
        about=About.SERVICE,
        meaning="Where the canary role runs, or ran within the hour: no canary has fired for three minutes.",
        summary="The canary has not fired for three minutes.",
        description="The promise that has to be broken every minute was not, or nobody was told. Whatever the gauges say, the "
        "line does not work from end to end. Run `slaclock status`.",
    ),
    _warning(
        name="SlaRelayQuarantined",
        expr="sum by (topic) (increase(sla_relay_quarantined_total[1h])) > 0",
        wait="0s",
        about=About.SERVICE,
        meaning="The broker refuses a record for good.",
        summary="{{ $labels.topic }} refuses a record for good.",
        description="It is too large for the topic, and waits with its ticket's later ones. Raise max.message.bytes of "
        "{{ $labels.topic }}.",
    ),
    _warning(
        name="SlaRecordsParked",
        expr="max by (reason) (sla_parked) > 0",
        wait="15m",
        about=About.SERVICE,
        meaning="Records stand parked.",
        summary="Records stand parked: {{ $labels.reason }}.",
        description="They could not be read or applied. `slaclock parked list` shows them; release or drop each.",
    ),
    _warning(
        name="SlaTicketsInDoubt",
        expr="max(sla_tickets_in_doubt) > 0",
        wait="15m",
        about=About.SERVICE,
        meaning="Tickets have a parked record, and their promises end as indeterminate.",
        summary="Tickets are in doubt because of parked records.",
        description="Their promises come to be indeterminate at their due. Decide about the parked records before that.",
    ),
    _warning(
        name="SlaCalendarEnds",
        expr="min by (tenant, calendar) (sla_calendar_known_until_timestamp_seconds) - time() < 3888000",
        wait="1h",
        about=About.SERVICE,
        meaning="A calendar knows no more than the next 45 days.",
        summary="Calendar {{ $labels.calendar }} of {{ $labels.tenant }} ends within 45 days.",
        description="Promises due beyond it come to be indeterminate. Register a new state of it: `slaclock calendar "
        "register FILE`.",
    ),
)

PROMISES: Final = (
    _critical(
        name="SlaBreachBurn",
        expr=f"{_burn('1h', '5m', 14.4)} or {_burn('6h', '30m', 6)}",
        wait="2m",
        about=About.PROMISES,
        meaning=f"Where at least {MANY} promises an hour are decided: so many are broken that what {GOAL} % kept allows for "
        "a month is gone in days.",
        summary="Many promises of {{ $labels.target }} are being broken.",
        description="The share of broken promises of {{ $labels.target }} is far above what is allowed, over a long and a "
        "short window.",
    ),
    _warning(
        name="SlaBreachBurnSlow",
        page="SlaBreachBurn",
        expr=f"{_burn('1d', '2h', 3)} or {_burn('3d', '6h', 1)}",
        wait="15m",
        about=About.PROMISES,
        meaning="The same, slower, over days.",
        summary="Promises of {{ $labels.target }} have been broken too often for days.",
        description="The share of broken promises of {{ $labels.target }} is above what is allowed.",
    ),
    _warning(
        name="SlaBreachesMany",
        expr=f'sum by (target) (increase(sla_breaches_total{{{NO_CANARY},status="in_force"}}[1d])) >= {FEW} '
        f"unless {decided('1d')} * 3600 >= {MANY}",
        wait="0s",
        about=About.PROMISES,
        meaning=f"Where fewer are decided: {FEW} breaches of a target within a day.",
        summary="Several promises of {{ $labels.target }} were broken within a day.",
        description="`slaclock breaches --open` lists those that nobody has stopped yet.",
    ),
    _critical(
        name="SlaEscalationNotAcknowledged",
        expr=f"{age('sla_escalation_unacknowledged_oldest_timestamp_seconds')} > 1800",
        wait="5m",
        about=About.PROMISES,
        meaning="An escalation of a broken promise has been unanswered for half an hour.",
        summary="Nobody has taken on an escalation for half an hour.",
        description="Somebody was told of a broken promise and has neither acknowledged nor ended it. "
        "`slaclock breaches --open` lists the tickets.",
    ),
    _warning(
        name="SlaBreachesWithdrawn",
        expr='sum by (target) (increase(sla_breaches_total{status="withdrawn"}[1h])) >= 3 and '
        'sum by (target) (increase(sla_breaches_total{status="withdrawn"}[1h])) > '
        '0.1 * sum by (target) (increase(sla_breaches_total{status="in_force"}[1h]))',
        wait="0s",
        about=About.PROMISES,
        meaning="Of the breaches of an hour more than a tenth, and at least three, were taken back.",
        summary="Breaches of {{ $labels.target }} are being taken back.",
        description="Events come late: systems that state stops of {{ $labels.target }} publish after the due. Look at the "
        "lateness of events.",
    ),
)

#: By file.
ALERTS: Final = {"health": HEALTH, "promises": PROMISES, "hotline": hotline.ALERTS}
