"""Elapsed time by hand: a budget of hours round the clock.

1 March 2024 is a Friday. In New York clocks go from 02:00 to 03:00 on 10 March and from 02:00 to 01:00 on 3 November; in
Cairo from 00:00 to 01:00 on 26 April; on Lord Howe from 02:00 to 01:30 on 7 April and to 02:30 on 6 October.
"""

from zoneinfo import ZoneInfo

from service.sla.policy import Boundary
from tests.sla.telling import (
    CAIRO,
    LORD_HOWE,
    NEW_YORK,
    SHANGHAI,
    UTC,
    account,
    history,
    judged,
    latest,
    missed,
    saying,
    sayings,
    spring_festival_2026,
    table,
    target,
)


@table(
    "budget, opened, zone, due",
    [
        ("24h on 24x7 is elapsed time", "24h", "03-01 10:00", UTC, "03-02 10:00"),
        ("over a weekend", "72h", "03-01 10:00", UTC, "03-04 10:00"),
        ("over the leap day", "72h", "02-28 10:00", UTC, "03-02 10:00"),
        ("over the end of a year", "24h", "12-31 23:59", UTC, "2025-01-01 23:59"),
        ("seconds are kept", "24h", "03-01 10:00:59", UTC, "03-02 10:00:59"),
        ("microseconds are kept", "24h", "03-01 10:00:00.000001", UTC, "03-02 10:00:00.000001"),
        ("one microsecond", "1us", "03-01 10:00", UTC, "03-01 10:00:00.000001"),
        ("over Spring Festival", "240h", "2026-02-14 14:00", SHANGHAI, "2026-02-24 14:00"),
        ("New York loses an hour", "24h", "03-09 12:00", NEW_YORK, "03-10 13:00"),
        ("New York, from 02:30", "24h", "03-09 02:30", NEW_YORK, "03-10 03:30"),
        ("New York wins an hour", "24h", "11-02 12:00", NEW_YORK, "11-03 11:00"),
        ("Cairo loses midnight", "24h", "04-25 12:00", CAIRO, "04-26 13:00"),
        ("Lord Howe wins half an hour", "24h", "04-06 12:00", LORD_HOWE, "04-07 11:30"),
        ("Lord Howe loses half an hour", "24h", "10-05 12:00", LORD_HOWE, "10-06 12:30"),
    ],
)
def test_all_of_the_time_counts(budget: str, opened: str, zone: ZoneInfo, due: str):
    told = history(f"{opened} opened", zone=zone)

    for boundary in Boundary:  # nothing closes, and so nothing opens either
        judgement = judged(told, target(budget, zone=zone, boundary=boundary), upto="2031-01-01 00:00")

        assert missed(judgement, zone) == (due, f"counted {budget}")


def test_the_calendar_is_for_other_targets():
    told = history("2026-02-18 10:00 opened", zone=SHANGHAI)
    office_hours = target("24h", calendar=spring_festival_2026(), name="office")
    elapsed = target("24h", zone=SHANGHAI, name="elapsed")

    dues = {promise.target: promise.due for promise in judged(told, office_hours, elapsed).promises}

    assert dues["elapsed"] - told.events[0].at == 24 * 3600 * 1_000_000
    assert dues["office"] != dues["elapsed"]


@table(
    "lines, due, of_the_span",
    [
        ("none", [], "03-01 17:00", "counted 8h"),
        ("inside", ["10:00 held reason=customer", "12:00 resumed"], "03-01 19:00", "held 2h, counted 8h"),
        (
            "two",  # 1 h and 30 min
            ["10:00 held reason=customer", "11:00 resumed", "12:00 held reason=customer", "12:30 resumed"],
            "03-01 18:30",
            "held 1h 30m, counted 8h",
        ),
        ("not accepted", ["10:00 held reason=parts", "12:00 resumed"], "03-01 17:00", "counted 8h"),
        ("across the start", ["08:00 held reason=customer", "10:00 resumed"], "03-01 18:00", "held 1h, counted 8h"),
        ("up to the start", ["07:00 held reason=customer", "09:00 resumed"], "03-01 17:00", "counted 8h"),
        ("across the due", ["16:00 held reason=customer", "18:00 resumed"], "03-01 19:00", "held 2h, counted 8h"),
        ("open at the due", ["16:00 held reason=customer"], "-", ""),
        ("open from a microsecond before", ["16:59:59.999999 held reason=customer"], "-", ""),
        ("that begins exactly at the due", ["17:00 held reason=customer", "18:00 resumed"], "03-01 17:00", "counted 8h"),
        ("open from exactly the due", ["17:00 held reason=customer"], "03-01 17:00", "counted 8h"),
        (
            "of a microsecond",
            ["10:00 held reason=customer", "10:00:00.000001 resumed"],
            "03-01 17:00:00.000001",
            "held 1us, counted 8h",
        ),
        (
            "up to exactly the due moves it no further",  # 7 h 59 min by 16:59; the last minute runs from 17:00
            ["16:59 held reason=customer", "17:00 resumed", "17:01 held reason=customer", "18:00 resumed"],
            "03-01 17:01",
            "held 1m, counted 8h",
        ),
    ],
)  # fmt: skip
def test_a_hold(lines: list[str], due: str, of_the_span: str):
    told = history("03-01 09:00 opened", *(f"03-01 {line}" for line in lines))
    answer = target("8h", stop=("replied",), accepts=("customer",))

    assert missed(judged(told, answer)) == (due, of_the_span)


def test_a_hold_over_the_hour_that_new_york_loses():
    # 09:00 EST on 9 March is 14:00 UTC. Held from 01:00 EST to 04:00 EDT: two hours, so that 24 hours end 26 later.
    told = history(
        "03-09 09:00 opened", "03-10 01:00 held reason=customer", "03-10 04:00 resumed", zone=NEW_YORK
    )

    assert missed(judged(told, target("24h", accepts=("customer",)))) == (
        "03-10 16:00",
        "held 2h, counted 24h",
    )


@table(
    "lines, expected, of_the_span",
    [
        ("stop exactly on the due", ["17:00 resolved"], ["03-01 17:00 verdict met by e2"], "counted 8h"),
        (
            "one microsecond late",
            ["17:00:00.000001 resolved"],
            ["03-01 17:00 breach", "03-01 17:00:00.000001 verdict late by e2"],
            "counted 8h 1us",
        ),
        ("at the start", ["09:00 resolved seq=1"], ["03-01 09:00 verdict met by e2"], ""),
        (
            "during a hold, which it ends",
            ["10:00 held reason=customer", "12:00 resolved"],
            ["03-01 12:00 verdict met by e3"],
            "held 2h, counted 1h",
        ),
        (
            "exactly on a due that a hold has moved",
            ["10:00 held reason=customer", "12:00 resumed", "19:00 resolved"],
            ["03-01 19:00 verdict met by e4"],
            "held 2h, counted 8h",
        ),
        (
            "one microsecond after a due that a hold has moved",
            ["10:00 held reason=customer", "12:00 resumed", "19:00:00.000001 resolved"],
            ["03-01 19:00 breach", "03-01 19:00:00.000001 verdict late by e4"],
            "held 2h, counted 8h 1us",
        ),
        (
            "late, with a hold after the due",  # 8 h to 17:00, held to 18:00, one more hour
            ["17:00 held reason=customer", "18:00 resumed", "19:00 resolved"],
            ["03-01 17:00 breach", "03-01 19:00 verdict late by e4"],
            "held 1h, counted 9h",
        ),
    ],
)
def test_a_stop(lines: list[str], expected: list[str], of_the_span: str):
    told = history("03-01 09:00 opened", *(f"03-01 {line}" for line in lines))
    judgement = judged(told, target("8h", accepts=("customer",)))

    assert sayings(judgement) == expected
    assert account(judgement.statements[-1]) == of_the_span


def test_an_event_at_the_very_instant_of_the_due_comes_before_it():
    told = history("03-01 09:00 opened", "03-01 17:00 resolved source=zzz seq=99")

    assert [saying(each) for each in judged(told, target("8h")).statements] == [
        "03-01 17:00 verdict met by e2"
    ]


@table(
    "amount, before, zone, expected",
    [
        ("a day", "24h", "03-02 10:00", UTC, "03-01 10:00"),
        ("over a weekend and the leap day", "96h", "03-04 10:00", UTC, "02-29 10:00"),
        ("a microsecond", "1us", "03-01 00:00", UTC, "02-29 23:59:59.999999"),
        ("over the hour that New York loses", "24h", "03-10 13:00", NEW_YORK, "03-09 12:00"),
        ("over the hour that New York wins", "24h", "11-03 11:00", NEW_YORK, "11-02 12:00"),
        ("over the half hour that Lord Howe wins", "24h", "04-07 11:30", LORD_HOWE, "04-06 12:00"),
        ("out of all reckoning", "2h", "1970-01-01 01:00", UTC, "-"),
    ],
)
def test_backwards(amount: str, before: str, zone: ZoneInfo, expected: str):
    assert latest(target("8h", zone=zone), before, amount, zone) == expected
