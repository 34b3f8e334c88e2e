"""What the kinds of promise in the docs come to, from the file to what is said; instants by a person's arithmetic.

1 March 2024 is a Friday. All instants are in UTC, all targets run round the clock.
"""

import re
from pathlib import Path

import pytest

from service import rules
from service.sla.policy import Target
from tests.rules.test_errors import HEAD, TARGET
from tests.rules.test_read import BLOCKS
from tests.sla.telling import history, judged, sayings, standing

DOCS = Path(__file__).parents[2] / "docs" / "policy.md"


def shown(name: str) -> Target:
    """The target called `name` that the docs show."""
    (block,) = [each for each in BLOCKS if re.search(rf"^targets:\n(  .*\n)*  {name}:", each)]
    return next(each for each in rules.read(HEAD + block, name="docs").targets if each.id == name)


def target(more: str) -> Target:
    return rules.read(HEAD + TARGET + more, name="test").targets[0]


def test_an_update_every_two_days():
    told = history(
        "03-01 08:00 opened",
        "03-02 20:00 replied",  # after 36 hours; the next one is due on the 4th at 20:00
        "03-05 08:00 replied",  # 12 hours late; the next on the 7th at 8:00
        "03-06 08:00 resolved",  # nothing more to report
    )

    assert standing(judged(told, shown("update"))) == [
        "e1 due 03-03 08:00 met at 03-02 20:00",
        "e2 due 03-04 20:00 late at 03-05 08:00",
        "e3 due 03-07 08:00 cancelled at 03-06 08:00",
    ]


def test_updates_go_on_when_the_ticket_is_reopened():
    told = history("03-01 08:00 opened", "03-01 09:00 resolved", "03-10 10:00 reopened")

    assert standing(judged(told, shown("update"))) == [
        "e1 due 03-03 08:00 cancelled at 03-01 09:00",
        "e3 due 03-12 10:00 breached",
    ]


def test_a_ticket_that_nobody_touches():
    told = history("03-01 08:00 opened", "03-01 12:00 assigned", "03-02 09:00 noted", "03-03 10:00 closed")

    assert sayings(judged(told, shown("idle"))) == [
        "03-01 12:00 verdict met by e2",
        "03-02 08:00 warn 4h before",
        "03-02 09:00 verdict met by e3",
        "03-03 05:00 warn 4h before",
        "03-03 09:00 breach",
    ]


def test_a_call_after_each_repair():
    told = history(
        "03-01 08:00 opened",
        "03-02 08:00 resolved",
        "03-03 08:00 reopened",  # before the call: the duty to make it ends
        "03-04 08:00 resolved",
        "03-05 08:00 noted call=done",
    )

    assert standing(judged(told, shown("callback"))) == [
        "e2 due 03-05 08:00 cancelled at 03-03 08:00",
        "e4 due 03-07 08:00 met at 03-05 08:00",
    ]


def test_a_visit_that_was_promised_and_promised_anew():
    told = history(
        "03-01 08:00 opened",
        "03-01 09:00 promise_accepted due=03-02T10:00",
        "03-02 07:00 promise_accepted due=03-03T10:00",
        "03-03 09:30 noted visit=arrived",
    )

    assert sayings(judged(told, shown("visit"))) == [
        "03-02 07:00 verdict superseded by e3",
        "03-03 08:00 warn 2h before",
        "03-03 09:30 verdict met by e4",
    ]


@pytest.mark.parametrize(
    ("published", "verdict"),
    [("03-05 01:00", "03-05 01:00 verdict met by e3"), ("03-05 01:01", "03-05 01:01 verdict late by e3")],
)
def test_a_notice_24_hours_before_the_change(published, verdict):
    told = history(
        "03-01 07:00 opened",
        "03-01 08:00 change_scheduled at=03-06T01:00",
        f"{published} noted notice=published",
    )

    assert sayings(judged(told, shown("notice")))[-1] == verdict


def test_the_customers_own_deadline():
    """90 days from 1 March are 30 May; 30 and 7 days before are 30 April and 23 May. Wall times are Berlin's."""
    told = history("03-01 07:00 opened", "03-01 08:00 held reason=suspended")

    assert sayings(judged(told, shown("retention"))) == [
        "04-30 07:00 warn 30 calendar_days before",
        "05-23 07:00 warn 7 calendar_days before",
        "05-30 07:00 verdict expired",
    ]


def test_steps_by_urges():
    """The second comes before the four hours have run; the third step has no other moment, and is not said by itself."""
    ladder = "    ladder: [{at: 4h after, role: a, urges: 2}, {urges: 3, role: b}]\n"
    twice = ["03-01 08:00 opened", "03-01 10:00 urged", "03-01 11:00 urged"]

    assert sayings(judged(history(*twice), target(ladder))) == [
        "03-01 11:00 4h after or 2 urges a",
        "03-02 08:00 breach",
    ]
    assert sayings(judged(history(twice[0]), target(ladder))) == [
        "03-02 08:00 breach",
        "03-02 12:00 4h after or 2 urges a",
    ]
    assert sayings(judged(history(*twice, "03-01 12:00 urged", "03-01 13:00 resolved"), target(ladder))) == [
        "03-01 11:00 4h after or 2 urges a",
        "03-01 12:00 3 urges b",
        "03-01 13:00 verdict met by e5",
    ]


def test_more_time_and_deemed_met():
    more = "    extension: {rank: 3, within: 24h}\n    deemed: {within: 2h}\n    lapsed: {after: 12h}\n"
    longer = history(
        "03-01 08:00 opened",
        "03-01 20:00 extension_requested extension=x by=6h",
        "03-02 09:00 extension_approved extension=x rank=3",
    )
    absent = history("03-01 08:00 opened", "03-02 07:00 visit_failed", "03-02 08:30 report_written")
    papers = history("03-01 08:00 opened", "03-01 10:00 documents_requested")

    assert standing(judged(longer, target(more))) == ["e1 due 03-02 14:00 breached"]
    assert sayings(judged(absent, target(more))) == ["03-02 08:30 verdict deemed by e3"]
    assert sayings(judged(papers, target(more))) == ["03-01 22:00 verdict deemed by e2"]
