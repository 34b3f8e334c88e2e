"""Edges of the kinds of promise, and doubt, against a person's arithmetic. Monday 2024-01-01, opened at 10, due at 14."""

from tests.oracle.test_second import (
    FAULTS,
    FUTURE,
    H,
    answer,
    event,
    jan,
    judged,
    office,
    opened,
    policy,
    promise,
    rejudge,
    replied,
    rung,
    said,
    second_version,
    t,
    target,
)
from tests.oracle.test_second_promises import (
    BEFORE,
    DEEMED,
    EXTENSION,
    LAPSED,
    PROMISED,
    accepted,
    approved,
    asked,
    clock,
    failed,
    remarks,
    report,
    scheduled,
    verdict,
)

TWO = {"extension": {**EXTENSION["extension"], "most": 2}}
EVERY = {
    "start": [{"type": "opened", "where": {}}, {"type": "replied", "where": {}}],
    "cancel": [{"type": "closed", "where": {}}],
}


def demanded(at):
    return event("documents_requested", at, name="notice")


def rows(*events, **changed):
    return [(p["start"], p["state"]) for p in judged(*events, **changed)["promises"]]


# --- extensions ---------------------------------------------------------------------------------------


def test_several_extensions_move_the_due_in_the_order_of_their_requests():
    until, by = asked(jan(1, 12), until=clock(1, 20)), asked(jan(1, 12.5), "r", by="2h")
    answers = [approved(jan(1, 13), "r"), approved(jan(1, 13.5))]
    assert promise(opened(), until, by, *answers, **TWO)["due"] == jan(1, 22)
    by, until = asked(jan(1, 12), by="2h"), asked(jan(1, 12.5), "r", until=clock(1, 20))
    assert promise(opened(), by, until, *answers, **TWO)["due"] == jan(1, 20)


def test_of_one_name_the_first_is_heard_and_before_the_start_nothing_is():
    first, second = asked(jan(1, 11), "q", by="1h"), {**asked(jan(1, 12), "q", by="5h"), "id": "again"}
    named = [{**e, "attributes": {**e["attributes"], "extension": "q"}} for e in (first, second)]
    assert promise(opened(), *named, approved(jan(1, 12.5)), **TWO)["due"] == jan(1, 15)
    early = [{**named[0], "at": jan(1, 9)}, named[1]]
    assert promise(opened(), *early, approved(jan(1, 12.5)), **TWO)["due"] == jan(1, 19)


def test_an_answer_may_grant_something_else():
    ask, yes = asked(jan(1, 12), by="9h"), approved(jan(1, 13))
    half = {**yes, "attributes": {**yes["attributes"], "by": "30m"}}
    assert promise(opened(), ask, half, **EXTENSION)["due"] == jan(1, 14.5)
    vague = {**yes, "attributes": {**yes["attributes"], "until": "later"}}
    assert promise(opened(), ask, vague, **EXTENSION)["due"] == jan(1, 14)


def test_what_moves_nothing_counts_against_most():
    nothing = [asked(jan(1, 11), until=clock(1, 12)), approved(jan(1, 11.5))]
    more = [asked(jan(1, 12), "r"), approved(jan(1, 13), "r")]
    assert remarks(opened(), *nothing, *more, **EXTENSION) == (jan(1, 14), ["extension_too_many"])
    assert promise(opened(), *nothing, *more, **TWO)["due"] == jan(1, 16)


def test_a_request_without_amount_moves_nothing_not_even_to_the_next_opening():
    weekdays = {"calendar": "office", "boundary": "next_open", "budget": 4 * H, **TWO}
    asks = [asked(jan(5, 12), until=clock(6, 12)), approved(jan(5, 13))]
    asks += [event("extension_requested", jan(5, 14), name="r"), approved(jan(5, 14.5), "r")]
    friday = opened(jan(5, 11))  # due at 15, until Saturday noon
    assert promise(friday, *asks, policies=[policy(target(**weekdays))])["due"] == jan(6, 12)


def test_the_whole_of_rungs_armed_while_no_due_is_known():
    hold = [event("held", jan(1, 11), reason="x"), event("resumed", jan(1, 20))]
    step = [rung("one left", 3 * H)]
    by = [
        asked(jan(1, 12), by="2h"),
        approved(jan(1, 13)),
    ]  # 1 h used, 9 h held, 5 h more: due on the 2nd at 1
    assert said(opened(), *hold, *by, rungs=step, **EXTENSION) == [
        ("breach", jan(2, 1), ""), ("one left @desk/yes-q", jan(2), ""),
    ]  # fmt: skip
    until = [asked(jan(1, 12), until=clock(2, 9)), approved(jan(1, 13))]
    assert said(opened(), *hold, *until, rungs=step, **EXTENSION) == [("breach", jan(2, 9), "")]


def test_of_approvals_at_one_instant_that_of_the_later_request_arms():
    asks = [asked(jan(1, 11), by="1h"), asked(jan(1, 11.5), "r", by="1h")]
    answers = [approved(jan(1, 12), "r"), approved(jan(1, 12))]
    assert said(opened(), *asks, *answers, rungs=[rung("due", 4 * H)], **TWO) == [
        ("breach", jan(1, 16), ""), ("due @desk/yes-r", jan(1, 16), ""),
    ]  # fmt: skip


def test_a_request_after_a_rejudge_is_not_about_what_that_superseded():
    gone = [rejudge(jan(1, 12), "2"), asked(jan(1, 13)), approved(jan(1, 13.5))]
    versions = [policy(target(**EXTENSION)), second_version(target(id="other"))]
    row = next(p for p in judged(opened(), *gone, policies=versions)["promises"] if p["target"] == "answer")
    assert (row["due"], row["state"]) == (jan(1, 14), "superseded")


# --- deemed met ---------------------------------------------------------------------------------------


def test_deemed_and_stopped_before_the_clock_starts():
    gate = [[{"type": "documents_complete", "where": {}}]]
    events = [opened(), failed(jan(1, 11)), report(jan(1, 12)), replied(jan(1, 13))]
    assert verdict(*events, gate=gate, **DEEMED)[::3] == ("met", ["stop_before_start"])
    later = [*events, event("documents_complete", jan(1, 14)), replied(jan(1, 17))]
    assert verdict(*later, gate=gate, **DEEMED)[:2] == ("met", jan(1, 17))


def test_a_demand_after_the_due_comes_to_nothing():
    gate = [[{"type": "documents_complete", "where": {}}]]
    assert promise(opened(), demanded(jan(1, 11)), **LAPSED)["state"] == "deemed"
    assert promise(opened(), demanded(jan(2)), gate=gate, **LAPSED)["state"] == "deemed"
    more = event("held", jan(1, 14.5), reason="x")  # after the due: it moves nothing
    assert promise(opened(), demanded(jan(1, 14) + 1), more, **LAPSED)["state"] == "breached"


def test_an_answer_to_a_demand_can_be_refuted():
    come = event("documents_complete", jan(1, 12), name="papers")
    wrong = event("refuted", jan(3), event="papers")
    assert promise(opened(), demanded(jan(1, 11)), come, **LAPSED)["state"] == "breached"
    assert promise(opened(), demanded(jan(1, 11)), come, wrong, **LAPSED)["state"] == "deemed"


def test_nothing_comes_to_nothing_while_the_target_does_not_apply():
    away, back = (event("reclassified", jan(1, h), kind=k) for h, k in ((12, "request"), (13.5, "fault")))
    first = opened(kind="fault")
    assert promise(first, demanded(jan(1, 11)), away, back, applies=FAULTS, **LAPSED)["state"] == "breached"
    reported = [failed(jan(1, 11)), report(jan(1, 12.5))]
    assert promise(first, *reported, away, back, applies=FAULTS, **DEEMED)["state"] == "breached"
    again = event("report_written", jan(1, 13.7), name="again")
    assert promise(first, *reported, again, away, back, applies=FAULTS, **DEEMED)["state"] == "breached"


def test_after_a_late_stop_the_next_start_does_not_wait_for_a_report():
    again = event("reopened", jan(1, 15.5))
    events = [opened(), failed(jan(1, 13)), replied(jan(1, 15)), again, report(jan(1, 16))]
    assert rows(*events, reopen=True, **DEEMED) == [(jan(1, 10), "deemed"), (jan(1, 15.5), "breached")]


def test_beyond_what_the_calendar_knows_nothing_comes_to_nothing():
    known = office(known_until="2024-01-01")
    days = {"calendar": "office", "unit": "working_days", "budget": 2, "day_end": "midnight", **LAPSED}
    only = judged(opened(), demanded(jan(2, 9)), policies=[policy(target(**days))], calendar=known)[
        "statements"
    ]
    assert [(s["outcome"], s["at"], s["reason"]) for s in only] == [("indeterminate", jan(4), "calendar")]


# --- instants that events state ---------------------------------------------------------------------------


def test_a_due_before_its_start_is_said_at_the_start():
    steps = [rung("due", 0), rung("after", H), rung("later", 3 * H), rung("before", -H)]
    assert said(opened(jan(1, 8)), accepted(jan(1, 12), 1, 10), rungs=steps, **PROMISED) == [
        ("after", jan(1, 12), ""), ("breach", jan(1, 12), ""), ("due", jan(1, 12), ""), ("later", jan(1, 13), ""),
    ]  # fmt: skip
    stopped = [accepted(jan(1, 12), 1, 10), replied(jan(1, 12) + 1)]
    assert promise(opened(jan(1, 8)), *stopped, **PROMISED)["state"] == "late"


def test_rungs_before_a_promised_date_are_set_by_the_date_whatever_moves_the_due():
    kinds = [event("reclassified", jan(1, h), kind=k) for h, k in ((12, "request"), (14, "fault"))]
    events = [opened(jan(1, 9), kind="fault"), accepted(jan(1, 10), 1, 15), *kinds]
    steps = [rung("hour before", -H), rung("half before", -H // 2)]
    assert said(*events, rungs=steps, applies=FAULTS, floor=3 * H, **PROMISED) == [
        ("breach", jan(1, 17), ""), ("half before", jan(1, 14.5), ""), ("hour before", jan(1, 14), ""),
    ]  # fmt: skip


def test_a_report_still_to_come_when_the_next_date_is_accepted():
    dates = [accepted(jan(1, 10), 1, 14), accepted(jan(1, 15), 1, 20)]
    events = [opened(jan(1, 9)), *dates, failed(jan(1, 13)), report(jan(1, 16))]
    assert rows(*events, **PROMISED, **DEEMED) == [(jan(1, 10), "deemed"), (jan(1, 15), "breached")]


def test_a_date_without_an_instant_ends_nothing():
    vague = event("promise_accepted", jan(1, 12.5), due="soon")
    events = [opened(jan(1, 9)), accepted(jan(1, 10), 1, 14), failed(jan(1, 11)), report(jan(1, 12)), vague]
    assert promise(*events, replied(jan(1, 13)), **PROMISED, **DEEMED)["state"] == "met"


def test_every_setting_of_an_instant_arms_the_rungs_before_it():
    steps = [rung("two before", 2 * H), rung("due", 4 * H)]
    moved = scheduled(jan(2, 9), 3, 12)
    name = f" @desk/{moved['id']}"
    assert said(opened(), scheduled(jan(1, 12), 2, 14), moved, rungs=steps, **BEFORE) == [
        ("breach", jan(3, 8), ""),
        (f"due{name}", jan(3, 8), ""),
        ("two before", jan(2, 8), ""),
        (f"two before{name}", jan(3, 6), ""),
    ]


def test_a_due_that_was_missed_when_it_was_set_is_said_then():
    events = [opened(), scheduled(jan(1, 12), 4, 12), replied(jan(2, 8)), scheduled(jan(2, 9), 2, 11)]
    assert said(*events, **BEFORE) == [("breach", jan(2, 9), ""), ("verdict", jan(2, 9), "late")]


def test_what_was_called_off_is_promised_anew():
    off = event("cancelled", jan(2))
    events = [opened(), scheduled(jan(1, 12), 4, 12), off, scheduled(jan(3), 5, 12)]
    assert rows(*events, **BEFORE) == [(jan(1, 12), "cancelled"), (jan(3), "breached")]


# --- again and again --------------------------------------------------------------------------------------


def test_what_keeps_it_begins_it_again_until_something_cancels_it():
    events = [opened(), replied(jan(1, 12)), event("closed", jan(1, 13)), replied(jan(1, 13.5))]
    assert rows(*events, **EVERY) == [(jan(1, 10), "met"), (jan(1, 12), "cancelled")]
    again = [event("reopened", jan(1, 14)), replied(jan(1, 15))]
    assert rows(*events, *again, **EVERY) == [(jan(1, 10), "met"), (jan(1, 12), "cancelled")]
    assert rows(*events, *again, reopen=True, **EVERY) == [
        (jan(1, 10), "met"), (jan(1, 12), "cancelled"), (jan(1, 14), "met"), (jan(1, 15), "breached"),
    ]  # fmt: skip
    merged = [opened(), replied(jan(1, 12)), event("merged", jan(1, 12.5)), replied(jan(1, 13))]
    assert rows(*merged, **EVERY) == [(jan(1, 10), "met"), (jan(1, 12), "cancelled")]


# --- the last of some calendar days ------------------------------------------------------------------------


def test_how_far_the_last_day_counts():
    def due(day, last_day, **more):
        days = {"unit": "calendar_days", "budget": 2, "calendar": "office", "last_day": last_day, **more}
        return promise(opened(jan(day, 10)), policies=[policy(target(**days))])["due"]

    assert [due(1, last) for last in ("same_time", "whole", "working")] == [jan(3, 10), jan(4), jan(4)]
    assert [due(4, last) for last in ("same_time", "whole", "working")] == [jan(6, 10), jan(7), jan(9)]
    assert due(4, "working", budget=3) == jan(9)


# --- urging -----------------------------------------------------------------------------------------------


def test_a_rung_that_only_urging_brings_is_said_before_and_after_the_due():
    only = [{"name": "loud", "kind": "escalation", "amount": None, "role": "head", "urges": 2}]
    urged = [event("urged", jan(1, 11)), event("urged", jan(1, 15))]
    assert said(opened(), *urged, rungs=only) == [("breach", jan(1, 14), ""), ("loud", jan(1, 15), "")]
    assert said(opened(), urged[0], rungs=only) == [("breach", jan(1, 14), "")]


# --- doubt ------------------------------------------------------------------------------------------------


def doubted(*events, caps=None, gaps=(), proved=None, upto=FUTURE, **changed):
    return answer(
        {
            "calendars": {"office": office()},
            "policies": [policy(target(**changed))],
            "events": list(events),
            "shared": [],
            "doubts": [],
            "caps": caps or {},
            "gaps": list(gaps),
            "proved": proved,
            "upto": t(upto) if isinstance(upto, str) else upto,
        }
    )


def state(*events, **changed):
    return doubted(*events, **changed)["promises"][0]["state"]


def unproven(*events, **changed):
    (only,) = [s for s in doubted(*events, **changed)["statements"] if s["kind"] == "breach" or s["outcome"]]
    return only["remarks"] == ["unproven"]


def gap(start, end, source=""):
    return {"start": start, "end": end, "source": source}


def test_a_target_waits_for_the_sources_that_it_requires_and_for_no_others():
    caps = {"crm": jan(1, 14), "field": jan(1, 15)}
    assert state(opened(), requires=["crm"], caps=caps) == "open"
    assert state(opened(), requires=["crm"], caps={**caps, "crm": jan(1, 14) + 1}) == "breached"
    assert state(opened(), requires=["field"], caps=caps) == "breached"
    assert state(opened(), requires=["field"], caps=caps, grace=H) == "open"
    assert state(opened(), requires=["crm", "field"], caps=caps) == "open"
    assert state(opened(), caps=caps) == "breached"
    assert state(opened(), requires=["nobody"], caps=caps) == "open"
    assert state(opened(), replied(jan(1, 13)), requires=["nobody"], caps=caps) == "met"


def test_what_each_set_of_sources_waits_for():
    steps = {"rungs": [rung("three left", H)], "grace": H // 2}
    caps = {"crm": jan(1, 11)}
    assert doubted(opened(), requires=["crm"], caps=caps, **steps)["waits"] == [[["crm"], jan(1, 11.5)]]
    caps = {"crm": jan(1, 11.5) + 1}
    assert doubted(opened(), requires=["crm"], caps=caps, **steps)["waits"] == [[["crm"], jan(1, 14.5)]]
    assert doubted(opened(), upto=jan(1, 12), **steps)["waits"] == [[[], jan(1, 14.5)]]
    assert doubted(opened(), **steps)["waits"] == []


def test_a_gap_between_the_start_and_the_decision_leaves_a_breach_unproven():
    assert unproven(opened(), gaps=[gap(jan(1, 14), jan(1, 14) + 1)])
    assert not unproven(opened(), gaps=[gap(jan(1, 14) + 1, jan(2))])
    assert unproven(opened(), gaps=[gap(jan(1, 14) + 1, jan(2))], grace=1)
    assert not unproven(opened(), gaps=[gap(jan(1), jan(1, 10))])
    assert unproven(opened(), gaps=[gap(jan(1), jan(1, 10) + 1)])
    late = doubted(opened(), replied(jan(1, 15)), gaps=[gap(jan(1, 12), jan(1, 13))])["statements"]
    assert [(s["name"], s["remarks"]) for s in late] == [("breach", ["unproven"]), ("verdict", [])]


def test_a_gap_of_a_source_concerns_what_requires_it():
    lost = [gap(jan(1, 12), jan(1, 13), "crm")]
    caps = {"crm": jan(9), "field": jan(9)}
    assert unproven(opened(), gaps=lost, caps=caps, requires=["crm"])
    assert not unproven(opened(), gaps=lost, caps=caps, requires=["field"])
    assert not unproven(opened(), gaps=lost)


def test_what_was_decided_beyond_the_proof_is_unproven():
    assert unproven(opened(), proved=jan(1, 14))
    assert not unproven(opened(), proved=jan(1, 14) + 1)
    assert unproven(opened(), proved=jan(1, 14) + 1, grace=1)


def test_what_expired_or_came_to_nothing_is_unproven_too_and_met_is_not():
    lost = [gap(jan(1, 11), jan(1, 11) + 1)]
    assert unproven(opened(), gaps=lost, customers=True)
    assert unproven(opened(), demanded(jan(1, 11)), gaps=lost, **LAPSED)
    after = [gap(jan(1, 13) + 1, jan(1, 14))]  # between the lapse and the due
    assert not unproven(opened(), demanded(jan(1, 11)), gaps=after, **LAPSED)
    assert not unproven(opened(), failed(jan(1, 11)), report(jan(1, 12)), gaps=lost, **DEEMED)
    assert not unproven(opened(), replied(jan(1, 12)), gaps=lost)
