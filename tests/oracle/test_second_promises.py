"""The kinds of promise against a person's arithmetic. Monday 2024-01-01, opened at 10, due at 14 unless moved."""

from tests.oracle.test_second import (
    FAULTS,
    D,
    H,
    event,
    jan,
    judged,
    opened,
    policy,
    promise,
    rejudge,
    replied,
    rung,
    said,
    second_version,
    target,
)

EXTENSION = {"extension": {"rank": 2, "within": 2 * H, "most": 1}}
DEEMED = {
    "deemed": {
        "on": [{"type": "contact_failed", "where": {}}, {"type": "visit_failed", "where": {}}],
        "report": [{"type": "report_written", "where": {}}],
        "within": 3 * H,
    }
}
LAPSED = {
    "lapsed": {
        "on": [{"type": "documents_requested", "where": {}}],
        "unless": [{"type": "documents_complete", "where": {}}],
        "after": 2 * H,
    }
}
PROMISED = {
    "start": [{"type": "promise_accepted", "where": {}}], "stated": "promised", "stated_by": "due", "budget": 0,
}  # fmt: skip
BEFORE = {
    "start": [{"type": "change_scheduled", "where": {}}], "stated": "before", "stated_by": "when", "budget": 4 * H,
}  # fmt: skip


def clock(day, hour):
    return f"2024-01-{day:02}T{hour:02}:00:00Z"


def asked(at, name="q", **more):
    return event("extension_requested", at, name=name, **(more or {"by": "2h"}))


def approved(at, name="q", rank=2):
    return event("extension_approved", at, name=f"yes-{name}", extension=name, rank=rank)


def accepted(at, day, hour):
    return event("promise_accepted", at, name=f"p{at}", due=clock(day, hour))


def scheduled(at, day, hour):
    return event("change_scheduled", at, when=clock(day, hour))


def failed(at):
    return event("contact_failed", at, name=f"f{at}")


def report(at):
    return event("report_written", at, name="report")


def verdict(*events, **changed):
    (only,) = [s for s in judged(*events, **changed)["statements"] if s["name"] == "verdict"]
    return only["outcome"], only["at"], only["event"] and only["event"][1], only["remarks"]


def remarks(*events, **changed):
    (breach,) = [s for s in judged(*events, **changed)["statements"] if s["name"] == "breach"]
    return breach["at"], breach["remarks"]


def test_an_extension_moves_the_due_by_or_until():
    granted = approved(jan(1, 13))
    assert promise(opened(), asked(jan(1, 12)), granted, **EXTENSION)["due"] == jan(1, 16)
    assert promise(opened(), asked(jan(1, 12), until=clock(2, 9)), granted, **EXTENSION)["due"] == jan(2, 9)
    earlier = asked(jan(1, 12), until=clock(1, 13))
    assert promise(opened(), earlier, granted, **EXTENSION)["due"] == jan(1, 14)
    assert promise(opened(), asked(jan(1, 12)), granted)["due"] == jan(1, 14)


def test_days_are_extended_by_days():
    days = {"unit": "calendar_days", "budget": 2, **EXTENSION}
    more = asked(jan(2, 12), by="3 days")
    assert promise(opened(), more, approved(jan(2, 13)), **days)["due"] == jan(6, 10)


def test_an_extension_at_the_due_is_in_time_and_after_it_is_not():
    assert promise(opened(), asked(jan(1, 14)), approved(jan(1, 16)), **EXTENSION)["due"] == jan(1, 16)
    late = [asked(jan(1, 14) + 1), approved(jan(1, 15))]
    step = [rung("after", 6 * H)]
    answered = judged(opened(), *late, rungs=step, **EXTENSION)["statements"]
    assert [(s["name"], s["at"], s["remarks"]) for s in answered] == [
        ("after", jan(1, 16), ["extension_asked_late"]),
        ("breach", jan(1, 14), []),
    ]


def test_a_breach_waits_for_the_answer_or_its_limit():
    def state(upto, *more):
        return promise(opened(), asked(jan(1, 13)), *more, upto=upto, **EXTENSION)["state"]

    assert [state(jan(1, 15)), state(jan(1, 15) + 1)] == ["open", "breached"]
    refused = event("extension_refused", jan(1, 14.5), extension="q")
    assert [state(jan(1, 14.5), refused), state(jan(1, 14.5) + 1, refused)] == ["open", "breached"]
    assert said(opened(), asked(jan(1, 13)), **EXTENSION) == [("breach", jan(1, 14), "")]


def test_why_an_extension_moves_nothing():
    ask = asked(jan(1, 11))
    assert remarks(opened(), ask, approved(jan(1, 13)), **EXTENSION)[0] == jan(1, 16)
    late = approved(jan(1, 13) + 1)
    assert remarks(opened(), ask, late, **EXTENSION) == (jan(1, 14), ["extension_approved_late"])
    low = approved(jan(1, 12), rank=1)
    assert remarks(opened(), ask, low, **EXTENSION) == (jan(1, 14), ["extension_rank"])
    refused = event("extension_refused", jan(1, 12), extension="q")
    assert remarks(opened(), ask, refused, late, **EXTENSION) == (jan(1, 14), ["extension_refused"])


def test_one_too_many_extends_nothing():
    events = [asked(jan(1, 11)), approved(jan(1, 12)), asked(jan(1, 12), "r"), approved(jan(1, 13), "r")]
    assert remarks(opened(), *events, **EXTENSION) == (jan(1, 16), ["extension_too_many"])
    two = {"extension": {**EXTENSION["extension"], "most": 2}}
    assert remarks(opened(), *events, **two) == (jan(1, 18), [])


def test_a_second_request_is_in_time_by_what_was_granted_before_it():
    two = {"extension": {**EXTENSION["extension"], "most": 2}}
    events = [asked(jan(1, 13)), approved(jan(1, 15)), asked(jan(1, 14.5), "r"), approved(jan(1, 16), "r")]
    assert promise(opened(), *events, **two)["due"] == jan(1, 16)
    events[2] = asked(jan(1, 15.5), "r")
    assert promise(opened(), *events, **two)["due"] == jan(1, 18)


def test_a_late_answer_cures_a_stop_after_the_first_due():
    events = [asked(jan(1, 13)), replied(jan(1, 14.5)), approved(jan(1, 15))]
    (only,) = judged(opened(), *events, **EXTENSION)["statements"]
    assert (only["outcome"], only["at"], only["due"]) == ("met", jan(1, 14.5), jan(1, 14))


def test_a_granted_extension_rearms_the_rungs():
    rungs = [rung("three left", H), rung("one left", 3 * H), rung("due", 4 * H), rung("after", 5 * H)]
    events = [asked(jan(1, 11)), approved(jan(1, 12))]
    assert said(opened(), *events, rungs=rungs, **EXTENSION) == [
        ("after @desk/yes-q", jan(1, 17), ""),
        ("breach", jan(1, 16), ""),
        ("due @desk/yes-q", jan(1, 16), ""),
        ("one left @desk/yes-q", jan(1, 15), ""),
        ("three left", jan(1, 11), ""),
        ("three left @desk/yes-q", jan(1, 13), ""),
    ]


def test_a_hold_after_the_extension_moves_what_it_gave():
    hold = [event("held", jan(1, 15), reason="x"), event("resumed", jan(1, 18))]
    assert promise(opened(), asked(jan(1, 11)), approved(jan(1, 12)), *hold, **EXTENSION)["due"] == jan(1, 19)


def test_an_extension_outlives_a_rejudge_and_a_reclassification():
    events = [opened(kind="fault"), asked(jan(1, 11)), approved(jan(1, 12))]
    same = [policy(target(**EXTENSION)), second_version(target(**EXTENSION))]
    assert promise(*events, rejudge(jan(1, 13), "2"), policies=same)["due"] == jan(1, 16)
    away = event("reclassified", jan(1, 12.5), kind="request")
    back = event("reclassified", jan(1, 13), kind="fault")
    assert promise(*events, away, back, applies=FAULTS, **EXTENSION)["due"] == jan(1, 16)


def test_unreachable_with_a_report_is_deemed_met_even_after_the_due():
    assert verdict(opened(), failed(jan(1, 11)), report(jan(1, 12)), **DEEMED) == (
        "deemed", jan(1, 12), "report", [],
    )  # fmt: skip
    assert verdict(opened(), failed(jan(1, 14)), report(jan(1, 17)), **DEEMED)[:2] == ("deemed", jan(1, 17))
    assert promise(opened(), failed(jan(1, 14) + 1), report(jan(1, 15)), **DEEMED)["state"] == "breached"


def test_a_missing_report_keeps_the_breach_waiting_and_is_remarked():
    def state(upto):
        return promise(opened(), failed(jan(1, 12)), upto=upto, **DEEMED)["state"]

    assert [state(jan(1, 15)), state(jan(1, 15) + 1)] == ["open", "breached"]
    assert remarks(opened(), failed(jan(1, 12)), **DEEMED) == (jan(1, 14), [])
    assert remarks(opened(), failed(jan(1, 11)), report(jan(1, 14) + 1), **DEEMED) == (
        jan(1, 14), ["report_missing"],
    )  # fmt: skip


def test_a_stop_in_time_outranks_a_deeming_and_a_late_one_does_not():
    events = [opened(), failed(jan(1, 11)), report(jan(1, 12))]
    assert promise(*events, replied(jan(1, 14)), **DEEMED)["state"] == "met"
    assert promise(*events, replied(jan(1, 14) + 1), **DEEMED)["state"] == "deemed"
    late = [opened(), failed(jan(1, 13)), replied(jan(1, 15)), report(jan(1, 16))]
    assert promise(*late, **DEEMED)["state"] == "deemed"


def test_what_is_refuted_deems_nothing():
    for name in (f"f{jan(1, 11)}", "report"):
        gone = event("refuted", jan(2), event=name)
        assert (
            promise(opened(), failed(jan(1, 11)), report(jan(1, 12)), gone, **DEEMED)["state"] == "breached"
        )
    other = event("refuted", jan(2), event="report", source="elsewhere")
    assert promise(opened(), failed(jan(1, 11)), report(jan(1, 12)), other, **DEEMED)["state"] == "deemed"


def test_a_promise_deemed_met_makes_way_for_the_next():
    events = [
        opened(),
        failed(jan(1, 11)),
        report(jan(1, 12)),
        event("opened", jan(1, 13)),
        replied(jan(1, 13.5)),
    ]
    rows = [(p["start"], p["state"]) for p in judged(*events, **DEEMED)["promises"]]
    assert rows == [(jan(1, 10), "deemed"), (jan(1, 13), "met")]


def test_documents_that_do_not_come_deem_it_met_while_it_is_open():
    request = event("documents_requested", jan(1, 12), name="notice")
    assert verdict(opened(), request, **LAPSED) == ("deemed", jan(1, 14), "notice", [])
    come = event("documents_complete", jan(1, 14))
    assert promise(opened(), request, come, **LAPSED)["state"] == "breached"
    assert promise(opened(), {**request, "at": jan(1, 12) + 1}, **LAPSED)["state"] == "breached"
    gate = [[{"type": "documents_complete", "where": {}}]]
    later = {**request, "at": jan(3)}
    assert verdict(opened(), later, gate=gate, **LAPSED)[:2] == ("deemed", jan(3, 2))


def test_a_lapse_rests_on_absence():
    request = event("documents_requested", jan(1, 11))
    states = [
        promise(opened(), request, upto=jan(1, 13) + H + more, grace=H, **LAPSED)["state"] for more in (0, 1)
    ]
    assert states == ["open", "deemed"]
    doubts = [{"since": jan(1, 13), "reason": "unreadable"}]
    assert promise(opened(), request, doubts=doubts, **LAPSED)["state"] == "indeterminate"


def test_a_promised_date_is_moved_by_nothing():
    hold = [event("held", jan(1, 12), reason="x"), event("resumed", jan(1, 18))]
    more = {**PROMISED, "gate": [[{"type": "documents_complete", "where": {}}]]}
    only = promise(accepted(jan(1, 11), 1, 15), opened(), *hold, **more)
    assert (only["due"], only["state"], only["gated"]) == (jan(1, 15), "breached", False)
    assert promise(opened(), accepted(jan(1, 11), 1, 15), replied(jan(1, 15)), **more)["state"] == "met"
    vague = event("promise_accepted", jan(1, 11), due="tomorrow")
    assert judged(opened(), vague, **more)["promises"] == []


def test_a_new_date_replaces_one_that_is_open():
    dates = [accepted(jan(1, 11), 1, 15), accepted(jan(1, 15), 1, 18), accepted(jan(1, 16), 1, 20)]
    statements = judged(opened(), *dates, **PROMISED)["statements"]
    assert [(s["name"], s["at"], s["outcome"], s["event"], s["remarks"]) for s in statements] == [
        ("verdict", jan(1, 15), "superseded", ["desk", dates[1]["id"]], []),
        ("verdict", jan(1, 16), "superseded", ["desk", dates[2]["id"]], ["replaces"]),
        ("breach", jan(1, 20), "", None, ["replaces 2"]),
    ]


def test_a_date_after_a_broken_one_begins_the_next_and_ends_the_rungs():
    dates = [accepted(jan(1, 11), 1, 12), accepted(jan(1, 13), 1, 15), replied(jan(1, 14))]
    assert said(opened(), *dates, rungs=[rung("near", H // 2), rung("far", 2 * H)], **PROMISED) == [
        ("breach", jan(1, 12), ""),
        ("near", jan(1, 12.5), ""),
        ("verdict", jan(1, 14), "met"),
    ]


def test_rungs_of_a_promised_date_lie_around_it():
    rungs = [rung("two before", -2 * H), rung("due", 0), rung("one after", H)]
    assert said(opened(), accepted(jan(1, 11), 1, 15), rungs=rungs, **PROMISED) == [
        ("breach", jan(1, 15), ""),
        ("due", jan(1, 15), ""),
        ("one after", jan(1, 16), ""),
        ("two before", jan(1, 13), ""),
    ]


def test_before_a_known_instant_counts_back_in_working_time():
    # Monday 10:00 less 4 h of 9 to 5: Friday 14:00
    only = {**BEFORE, "calendar": "office"}
    change = scheduled(jan(4, 9), 8, 10)
    assert promise(opened(), change, policies=[policy(target(**only))])["due"] == jan(5, 14)
    days = {**only, "unit": "working_days", "budget": 3, "day_end": "midnight"}
    appointment = scheduled(jan(4, 9), 12, 10)  # a Friday: the end of Tuesday
    assert promise(opened(), appointment, policies=[policy(target(**days))])["due"] == jan(10)


def test_an_instant_that_is_moved_in_time_decides_later():
    change, moved = scheduled(jan(2), 3, 12), scheduled(jan(3, 11), 4, 12)
    met = promise(opened(), change, replied(jan(3, 10)), moved, **BEFORE)
    assert (met["due"], met["state"]) == (jan(4, 8), "met")
    too_late = scheduled(jan(3, 12), 4, 12)
    assert promise(opened(), change, too_late, **BEFORE)["due"] == jan(3, 8)
    states = [promise(opened(), change, upto=jan(3, 12) + more, **BEFORE)["state"] for more in (0, 1)]
    assert states == ["open", "breached"]
    assert promise(opened(), change, replied(jan(3, 9)), **BEFORE)["state"] == "late"


def test_a_deadline_of_the_customers_own_expires():
    rungs = [rung("soon", 3 * H), rung("due", 4 * H)]
    events = [opened(), replied(jan(1, 16))]
    assert said(*events, rungs=rungs, customers=True) == [
        ("due", jan(1, 14), ""), ("soon", jan(1, 13), ""), ("verdict", jan(1, 14), "expired"),
    ]  # fmt: skip
    only = promise(*events, customers=True)
    assert (only["state"], only["stop"], only["stopped_by"]) == ("expired", None, None)
    assert promise(opened(), replied(jan(1, 14)), customers=True)["state"] == "met"


def test_urging_hastens_a_rung():
    rungs = [{**rung("twice", 3 * H), "urges": 2}, rung("never", 3 * H)]
    urged = [event("urged", jan(1, 9)), event("urged", jan(1, 11)), event("urged", jan(1, 12))]
    assert said(opened(), *urged, rungs=rungs) == [
        ("breach", jan(1, 14), ""), ("never", jan(1, 13), ""), ("twice", jan(1, 12), ""),
    ]  # fmt: skip
    gate = [[{"type": "documents_complete", "where": {}}]]
    assert said(opened(), *urged, rungs=rungs, gate=gate) == [("twice", jan(1, 12), "")]


def test_taking_it_on_stops_the_rungs_from_then_on():
    rungs = [rung("first", H), rung("second", 2 * H), rung("due", 4 * H)]
    events = [event("acknowledged", jan(1, 9)), opened(), event("acknowledged", jan(1, 12))]
    assert said(*events, rungs=rungs) == [("breach", jan(1, 14), ""), ("first", jan(1, 11), "")]


def test_more_days_than_a_hold_takes():
    hold = [event("held", jan(2, 12), reason="x"), event("resumed", jan(3, 12))]
    days = {"unit": "calendar_days", "budget": 2, **EXTENSION}
    # ticks at 10: the 2nd, the 4th (the 3rd is held), then one more
    events = [asked(jan(2, 9), by="1 day"), approved(jan(2, 10))]
    assert promise(opened(), *hold, *events, **days)["due"] == jan(1, 10) + 4 * D
