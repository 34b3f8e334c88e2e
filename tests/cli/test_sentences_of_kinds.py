"""What is said of each kind of promise; every instant by hand. Instants are of 1 March 2024 where no day is told."""

from dataclasses import replace

import pytest

from service.cli.explanation import explained
from service.cli.sentences import sentences
from service.sla.policy import Match, Meaning, Rules
from tests.sla.kinds import accepted, grants, notice, reported, unsupplied
from tests.sla.telling import END, UTC, at, clock, history, policy, rules, target, where

OPENED = "03-01 09:00 opened"


def found(lines, *targets, upto=END):
    return explained(history(*lines), rules(*targets), at(upto))


def said(lines, *targets, upto=END, number=0):
    """What is said of the only promise, or of one of several, with short instants: `17:00` of the first, `03-02 09:00`."""
    this = found(lines, *targets, upto=upto)[number]
    return [_short(each) for each in sentences(this, UTC)]


def _short(sentence: str) -> str:
    sentence = sentence.replace("2024-03-01 Fri ", "").replace(":00 +00:00", "")
    for day in ("02 Sat", "03 Sun", "04 Mon", "05 Tue"):
        sentence = sentence.replace(f"2024-03-{day}", f"03-{day[:2]}")
    return sentence


def ways(lines, *targets, upto=END, number=0):
    """`extension_granted x due 03-01 19:00 met` for each way to another verdict."""
    this = found(lines, *targets, upto=upto)[number]
    return [
        " ".join(filter(None, (each.change, each.reason, "due", clock(each.due), each.state)))
        for each in this.otherwise
    ]


# --- more time ------------------------------------------------------------------------------------

ASKED = "03-01 16:00 extension_requested extension=x by=4h"
#: Eight hours, and more on request: rank 2 within four hours, twice.
MORE = target(extension=grants())


def test_the_rule_of_more_time():
    assert (
        "More time can be granted 2 times, when it is asked for by the due and approved by rank 2 or higher within 4h of"
        " that."
    ) in said([OPENED], MORE)
    assert "More time can be granted once" in " ".join(said([OPENED], target(extension=grants(most=1))))


def test_granted():
    lines = [OPENED, ASKED, "03-01 18:00 extension_approved extension=x rank=2", "03-01 20:00 resolved"]
    text = said(lines, MORE)

    assert (
        "More time was asked for with `extension_requested` (event e2) at 16:00, in time, and granted with"
        " `extension_approved` (event e3) at 18:00: the due moved from 17:00 to 21:00."
    ) in text
    assert "The budget is used up at 17:00; with what was granted it is due at 21:00." in text
    assert "Kept: ended by `resolved` (event e4) at 20:00, 1h before the due." in text


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            ["03-01 17:01 extension_requested extension=x by=4h"],
            "at 17:01, after the due: that moves nothing.",
        ),
        (
            [ASKED, "03-01 17:00 extension_approved extension=x rank=1"],
            "in time, and approved at 17:00 by a lower rank than 2: that moves nothing.",
        ),
        (
            [ASKED, "03-01 20:01 extension_approved extension=x rank=2"],
            "in time, and approved at 20:01, later than 4h after the request: that moves nothing.",
        ),
        ([ASKED, "03-01 16:30 extension_refused extension=x"], "in time, and refused at 16:30."),
        ([ASKED], "in time, and nobody answered within 4h, until 20:00: that moves nothing."),
    ],
)
def test_not_granted(lines, told):
    """All of them are stopped at seven in the evening, two hours late; with four hours more they would have been in time."""
    lines = [OPENED, *lines, "03-01 19:00 resolved"]
    number = len(lines) - 1
    asked = "More time was asked for with `extension_requested` (event e2)"

    assert any(each.startswith(asked) and each.endswith(told) for each in said(lines, MORE))
    assert (
        f"Broken, and stopped late: ended by `resolved` (event e{number + 1}) at 19:00, 2h after the due."
        in said(lines, MORE)
    )
    assert ways(lines, MORE) == ["extension_granted x due 03-01 21:00 met"]
    assert (
        "Had the time been granted that was asked for (x), it would instead be due at 21:00, and be met."
        in said(lines, MORE)
    )


def test_one_too_many():
    lines = [
        OPENED,
        "03-01 10:00 extension_requested extension=x by=1h",
        "03-01 10:30 extension_approved extension=x rank=2",
        "03-01 11:00 extension_requested extension=y by=4h",
        "03-01 20:00 resolved",
    ]
    once = target(extension=grants(most=1))

    assert (
        "More time was asked for with `extension_requested` (event e4) at 11:00: it is one more than can be granted, and"
        " moves nothing."
    ) in said(lines, once)
    assert ways(lines, once) == ["extension_granted y due 03-01 22:00 met"]


def test_not_answered_yet():
    text = said([OPENED, ASKED], MORE, upto="03-01 18:00")

    assert (
        "More time was asked for with `extension_requested` (event e2) at 16:00, in time; an answer counts until 20:00,"
        " and nothing is decided before."
    ) in text
    assert "Open: it is past its due, but not decided before 20:00." in text


def test_what_was_asked_for_when_it_was_over_is_not_told():
    lines = [OPENED, "03-01 10:00 resolved", ASKED]

    assert not any("More time was asked" in each for each in said(lines, MORE))


# --- deemed met -----------------------------------------------------------------------------------

FAILED = "03-01 16:00 contact_failed"
AWAY = target(deemed=reported())


def test_reported():
    lines = [OPENED, FAILED, "03-01 18:00 report_written"]
    text = said(lines, AWAY)

    assert (
        "It counts as kept when `contact_failed` or `visit_failed` comes by the due and is reported by `report_written`"
        " within 4h."
    ) in text
    assert (
        "`contact_failed` (event e2) at 16:00, in time, was reported with `report_written` (event e3) at 18:00, within 4h."
    ) in text
    assert "Deemed kept: ended by `report_written` (event e3) at 18:00, 1h after the due." in text
    assert ways(lines, AWAY) == ["not_deemed due 03-01 17:00 breached"]


def test_not_reported():
    lines = [OPENED, FAILED, "03-01 20:01 report_written"]

    assert (
        "`contact_failed` (event e2) at 16:00, in time, was not reported within 4h, until 20:00: nothing is deemed."
    ) in said(lines, AWAY)
    assert ways(lines, AWAY) == ["reported e2 due 03-01 17:00 deemed"]
    assert (
        "Had the failed contact or visit (event e2) been reported in time, it would still be due at 17:00, and be deemed."
    ) in said(lines, AWAY)


def test_failed_after_the_due():
    lines = [OPENED, "03-01 17:01 contact_failed", "03-01 18:00 report_written"]

    assert "`contact_failed` (event e2) at 17:01 came after the due, and excuses nothing." in said(
        lines, AWAY
    )
    assert ways(lines, AWAY) == []


def test_still_to_be_reported():
    text = said([OPENED, FAILED], AWAY, upto="03-01 18:00")

    assert (
        "`contact_failed` (event e2) at 16:00, in time, can be reported until 20:00, and nothing is decided before."
    ) in text


def test_refuted():
    lines = [OPENED, FAILED, "03-01 18:00 report_written", "03-03 09:00 refuted event=e2"]

    assert "`contact_failed` (event e2) at 16:00 was refuted, and counts for nothing." in said(lines, AWAY)


def test_documents_that_did_not_come():
    lines = [OPENED, "03-01 10:00 documents_requested"]
    waits = target(lapsed=unsupplied())
    text = said(lines, waits)

    assert (
        "It counts as kept when `documents_requested` is not followed by `documents_complete` within 5h."
        in text
    )
    assert (
        "What `documents_requested` (event e2) at 10:00 asked for did not come within 5h, until 15:00."
        in text
    )
    assert (
        "Deemed kept: what `documents_requested` (event e2) asked for had not come by 15:00, 2h before the due."
        in text
    )
    assert ways(lines, waits) == ["not_deemed due 03-01 17:00 breached"]


@pytest.mark.parametrize(
    ("more", "upto", "told"),
    [
        (["03-01 12:00 documents_complete"], END, "at 10:00 asked for came within 5h."),
        (
            [],
            "03-01 12:00",
            "at 10:00 asked for has time until 15:00; if it does not come by then, it counts as kept.",
        ),
    ],
)
def test_documents_that_came_or_may_come(more, upto, told):
    lines = [OPENED, "03-01 10:00 documents_requested", *more]

    assert any(each.endswith(told) for each in said(lines, target(lapsed=unsupplied()), upto=upto))


# --- instants that events state -------------------------------------------------------------------

VISITS = (
    "03-01 09:00 promise_accepted due=03-02T09:00",
    "03-01 12:00 promise_accepted due=03-03T09:00",
    "03-03 10:00 resolved",
    "03-01 08:00 opened",
)


def test_a_date_from_the_conversation():
    assert said(VISITS, accepted(), number=1) == [
        (
            "The rule is target restore in version 1 of p, for tickets opened from 1970-01-01 Thu 00:00. It is due at the"
            " instant that `due` of its start event states; nothing else moves that."
        ),
        "It began with `promise_accepted` (event e2) at 12:00.",
        "`promise_accepted` (event e2) at 12:00 states 03-03 09:00 in `due`.",
        "It is due then: 03-03 09:00.",
        "Broken, and stopped late: ended by `resolved` (event e3) at 03-03 10:00, 1h after the due.",
        "Nothing else asked for time that would not have counted: only an earlier stop would have kept it.",
        "Remark `replaces`: it takes the place of an earlier promise.",
    ]


def test_a_date_that_was_replaced():
    """Without the second date the first, a day after the start, would have been missed by two days and an hour."""
    text = said(VISITS, accepted())

    assert "Replaced: `promise_accepted` (event e2) at 12:00 made a new promise of it." in text
    assert ways(VISITS, accepted()) == ["not_replaced promise_accepted due 03-02 09:00 late"]
    assert "Had no new date been accepted, it would still be due at 03-02 09:00, and be late." in text


def test_before_a_known_instant():
    lines = [
        "03-01 09:00 change_scheduled at=03-04T09:00",
        "03-01 12:00 change_scheduled at=03-05T09:00",
        "03-04 08:00 informed",
        "03-01 08:00 opened",
    ]
    text = said(lines, notice())

    assert (
        "It asks for a stop at least 24h round the clock before the instant that `at` of its start event states; no hold"
        " moves that."
    ) in text[0]
    assert text[1:5] == [
        "It began with `change_scheduled` (event e1) at 09:00.",
        "`change_scheduled` (event e1) at 09:00 states 03-04 09:00 in `at`.",
        "`change_scheduled` (event e2) at 12:00 moved it to 03-05 09:00.",
        "It is due 24h before that: 03-04 09:00.",
    ]
    assert "Kept: ended by `informed` (event e3) at 03-04 08:00, 1h before the due." in text


def test_an_instant_that_may_still_be_moved():
    lines = ["03-01 09:00 change_scheduled at=03-04T09:00", "03-01 08:00 opened"]
    text = said(lines, notice(), upto="03-03 12:00")

    assert "Until then it can be moved again, so that nothing is decided before." in text
    assert "Open: it is past its due, but not decided before 03-04 09:00." in text


# --- the customer's own, urging, the source's words -----------------------------------------------


def test_a_deadline_of_the_customers_own():
    text = said([OPENED], target(customers=True))

    assert "It is a deadline of the customer's own: it expires, and nobody is blamed." in text
    assert "Expired: the customer's own deadline passed, and nothing had stopped it." in text
    assert not any("Broken" in each or "Open" in each for each in text)


def test_urging_and_taking_on():
    lines = [
        OPENED,
        "03-01 10:00 urged",
        "03-01 11:00 urged",
        "03-01 11:30 acknowledged",
        "03-01 12:00 resolved",
    ]
    text = said(lines, target())

    assert "The customer urged 2 times, last at 11:00." in text
    assert "It was taken on at 11:30: no step is said from there on." in text


def test_the_words_of_the_source():
    ours = target(clause="第四条", regime="服务承诺", assumed="the source says `at once`")
    text = said([OPENED], ours)

    assert text[0].startswith("The rule is target restore (clause 第四条 of 服务承诺) in version 1 of p, ")
    assert text[1] == "Its numbers are assumed, and not those of the source: the source says `at once`."


def test_remarks_say_what_they_mean():
    lines = ["03-01 08:00 resolved", OPENED]

    assert said(lines, target())[-1] == "Remark `stop_before_start`: the stop came before the clock started."


def test_owners_words_stay_beside_ours():
    own = policy(target(deemed=reported()), vocabulary={"no_answer": Meaning("contact_failed")})
    (this,) = explained(history(OPENED, "03-01 16:00 no_answer"), Rules((own,)), at(END))

    assert any(
        "`no_answer` (event e2, here `contact_failed`)" in each and "in time, was not reported" in each
        for each in sentences(this, UTC)
    )


def test_conditions_on_a_report():
    """The report that is thought up has what the rule asks of reports."""
    rule = replace(reported(), report=(Match("noted", where("form=A|B")),))
    lines = [OPENED, FAILED]

    assert ways(lines, target(deemed=rule)) == ["reported e2 due 03-01 17:00 deemed"]
