"""What each alert is tried with: one case at least that fires, and one that does not.

Time begins at 0 in promtool's tests, a sample a minute: `0+60x20` is a clock that goes right, `60x20` one that stands.
"""

from dataclasses import dataclass, field

BREACHES = 'sla_breaches_total{target="a",status="in_force"}'
CANARIES = 'sla_breaches_total{target="slaclock-canary",status="in_force"}'
WITHDRAWN = 'sla_breaches_total{target="a",status="withdrawn"}'
KEPT = 'sla_verdicts_total{target="a",outcome="met"}'


@dataclass(frozen=True)
class Case:
    """What there is to see, and after how long; the labels that it fires with, None when it does not."""

    alert: str
    series: dict[str, str]
    at: str
    labels: dict[str, str] | None = field(default_factory=dict)


def fires(alert, series, at, **labels):
    return Case(alert, series, at, labels)


def silent(alert, series, at):
    return Case(alert, series, at, None)


CASES = [
    fires("SlaclockAbsent", {"up": "1x20"}, "10m"),
    silent("SlaclockAbsent", {"sla_watermark_timestamp_seconds": "1x20"}, "10m"),
    fires("SlaWatchdog", {"sla_watermark_timestamp_seconds": "0+60x20"}, "10m"),
    silent("SlaWatchdog", {"sla_watermark_timestamp_seconds": "60x20"}, "10m"),
    fires("SlaWatermarkFrozen", {'sla_watermark_frozen{reason="behind"}': "1x20"}, "5m", reason="behind"),
    silent("SlaWatermarkFrozen", {'sla_watermark_frozen{reason="behind"}': "1 1 0x20"}, "5m"),
    fires("SlaWatermarkLate", {"sla_watermark_timestamp_seconds": "60x20"}, "10m"),
    silent("SlaWatermarkLate", {"sla_watermark_timestamp_seconds": "0+60x20"}, "10m"),
    fires("SlaGaugesStale", {"sla_gauges_timestamp_seconds": "60x20"}, "12m"),
    silent("SlaGaugesStale", {"sla_gauges_timestamp_seconds": "0+60x20"}, "12m"),
    fires(
        "SlaDueNotJudged",
        {"sla_tickets_due_oldest_timestamp_seconds": "60x20", "sla_tickets_due": "3x20"},
        "10m",
    ),
    silent(
        "SlaDueNotJudged",
        {"sla_tickets_due_oldest_timestamp_seconds": "0+60x20", "sla_tickets_due": "3x20"},
        "10m",
    ),
    fires("SlaTicketsUnjudged", {"sla_tickets_unjudged": "1x20"}, "7m"),
    silent("SlaTicketsUnjudged", {"sla_tickets_unjudged": "0x20"}, "7m"),
    fires("SlaOutboxOld", {"sla_outbox_oldest_timestamp_seconds": "60x20"}, "10m"),
    silent("SlaOutboxOld", {"sla_outbox_oldest_timestamp_seconds": "0x20"}, "10m"),
    fires("SlaCanaryMissing", {"sla_canary_fired_timestamp_seconds": "60x20"}, "10m"),
    fires("SlaCanaryMissing", {"sla_canary_fired_timestamp_seconds": "0x20"}, "10m"),  # never fired
    # The canary's own process ends after five minutes, and nothing shows its metrics.
    fires("SlaCanaryMissing", {"sla_canary_fired_timestamp_seconds": "0+60x5 stale"}, "15m"),
    silent("SlaCanaryMissing", {"sla_canary_fired_timestamp_seconds": "0+60x20"}, "10m"),
    # One process sees them all, another has just begun.
    silent(
        "SlaCanaryMissing",
        {
            'sla_canary_fired_timestamp_seconds{pod="a"}': "0+60x20",
            'sla_canary_fired_timestamp_seconds{pod="b"}': "0x20",
        },
        "10m",
    ),
    silent("SlaCanaryMissing", {"up": "1x20"}, "10m"),  # the role does not run
    fires("SlaRelayQuarantined", {'sla_relay_quarantined_total{topic="s"}': "0x5 1x15"}, "10m", topic="s"),
    silent("SlaRelayQuarantined", {'sla_relay_quarantined_total{topic="s"}': "1x20"}, "10m"),
    fires("SlaRecordsParked", {'sla_parked{reason="not_json"}': "1x30"}, "20m", reason="not_json"),
    silent("SlaRecordsParked", {'sla_parked{reason="not_json"}': "1x5 0x30"}, "20m"),
    fires("SlaTicketsInDoubt", {"sla_tickets_in_doubt": "1x30"}, "20m"),
    silent("SlaTicketsInDoubt", {"sla_tickets_in_doubt": "0x30"}, "20m"),
    # 45 days are 3,888,000 seconds.
    fires(
        "SlaCalendarEnds",
        {'sla_calendar_known_until_timestamp_seconds{tenant="t",calendar="c"}': "3888060x120"},
        "90m",
        tenant="t",
        calendar="c",
    ),
    silent(
        "SlaCalendarEnds",
        {'sla_calendar_known_until_timestamp_seconds{tenant="t",calendar="c"}': "3895000x120"},
        "90m",
    ),
    # Nine of ten broken: more than 14.4 times 5 %. A fifth: less than 6 times, more than 3 times 5 %.
    fires("SlaBreachBurn", {BREACHES: "0+9x120", KEPT: "0+1x120"}, "70m", target="a"),
    silent("SlaBreachBurn", {BREACHES: "0+20x120", KEPT: "0+80x120"}, "70m"),
    silent("SlaBreachBurn", {BREACHES: "0x60 1x60", KEPT: "0x120"}, "70m"),  # all of one in an hour
    silent("SlaBreachBurn", {CANARIES: "0+1x120"}, "70m"),
    fires("SlaBreachBurnSlow", {BREACHES: "0+20x120", KEPT: "0+80x120"}, "90m", target="a"),
    silent("SlaBreachBurnSlow", {BREACHES: "0+3x120", KEPT: "0+97x120"}, "90m"),
    fires("SlaBreachesMany", {BREACHES: "0 0 1 2 3x60", KEPT: "0x60"}, "20m", target="a"),
    silent("SlaBreachesMany", {BREACHES: "0 0 1 2x60", KEPT: "0x60"}, "20m"),
    silent("SlaBreachesMany", {CANARIES: "0+1x60"}, "20m"),
    silent("SlaBreachesMany", {BREACHES: "0+5x60", KEPT: "0+95x60"}, "60m"),  # 5 %, and that is allowed
    fires(
        "SlaEscalationNotAcknowledged",
        {"sla_escalation_unacknowledged_oldest_timestamp_seconds": "60x60"},
        "45m",
    ),
    silent(
        "SlaEscalationNotAcknowledged",
        {"sla_escalation_unacknowledged_oldest_timestamp_seconds": "60x30 0x30"},
        "45m",
    ),
    fires("HotlineUncovered", {'hotline_coverage{queue="q",answer="uncovered"}': "0 1x20"}, "5m", queue="q"),
    silent("HotlineUncovered", {'hotline_coverage{queue="q",answer="unknown"}': "1x20"}, "5m"),
    fires("HotlineGapPlanned", {'hotline_planned_gap_seconds{queue="q"}': "900x20"}, "10m", queue="q"),
    silent("HotlineGapPlanned", {'hotline_planned_gap_seconds{queue="q"}': "900 0x20"}, "10m"),
    fires(
        "HotlineSourceSilent",
        {"hotline_source_silent": "1x20", "hotline_last_fact_timestamp_seconds": "60x20"},
        "10m",
    ),
    # None ever spoke: there is no hotline to be watched.
    silent(
        "HotlineSourceSilent",
        {"hotline_source_silent": "1x20", "hotline_last_fact_timestamp_seconds": "0x20"},
        "10m",
    ),
    fires("SlaBreachesWithdrawn", {WITHDRAWN: "0+1x30", BREACHES: "0+2x30"}, "20m", target="a"),
    silent("SlaBreachesWithdrawn", {WITHDRAWN: "0 1 2 3x27", BREACHES: "0+10x30"}, "20m"),
]
