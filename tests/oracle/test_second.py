"""The oracle against a person's arithmetic. 2024-01-01 is a Monday; everything is UTC unless it says Berlin."""

from datetime import datetime
from random import Random

import pytest

from tests.oracle.calendars import Hours
from tests.oracle.clocks import Clock
from tests.oracle.second import answer

H = 3_600_000_000
D = 24 * H
NINE_TO_FIVE = [[9 * H, 17 * H]]
FUTURE = "2030-01-01T00:00"


def t(text):
    return int(datetime.fromisoformat(text + "+00:00").timestamp()) * 1_000_000


def jan(day, hour=0.0):
    return t("2024-01-01T00:00") + (day - 1) * D + int(hour * H)


def event(kind, at, /, source="desk", name=None, **attributes):
    return {
        "tenant": "t", "ticket": "1", "source": source, "id": name or f"{kind}-{at}", "seq": None,
        "type": kind, "at": at, "attributes": attributes,
    }  # fmt: skip


def target(**changed):
    plain = {
        "id": "answer", "start": [{"type": "opened", "where": {}}], "stop": [{"type": "replied", "where": {}}],
        "cancel": [{"type": "cancelled", "where": {}}], "applies": {}, "gate": [], "budget": 4 * H, "unit": "time",
        "day_end": "same_time", "calendar": None, "zone": "UTC", "boundary": "close", "accepts": ["*"],
        "exclusions": ["*"], "max_open": {}, "reopen": False, "rungs": [], "grace": 0, "floor": 0, "clause": "",
        "regime": "",
    }  # fmt: skip
    return {**plain, **changed}


def policy(*targets, version="1", since=0, vocabulary=None):
    return {
        "id": "p", "version": version, "effective_from": since, "adopt_from": None, "vocabulary": vocabulary or {},
        "targets": list(targets),
    }  # fmt: skip


def office(zone="UTC", dates=None, known_until=None):
    version = {
        "known_since": None, "known_until": known_until, "week": [NINE_TO_FIVE] * 5 + [[], []], "dates": dates or {},
    }  # fmt: skip
    return {"zone": zone, "versions": [version]}


def judged(*events, policies=None, upto=FUTURE, shared=(), doubts=(), calendar=None, **changed):
    return answer(
        {
            "calendars": {"office": calendar or office()},
            "policies": policies or [policy(target(**changed))],
            "events": list(events),
            "shared": list(shared),
            "doubts": list(doubts),
            "caps": {},
            "gaps": [],
            "proved": None,
            "upto": t(upto) if isinstance(upto, str) else upto,
        }
    )


def promise(*events, **changed):
    (only,) = judged(*events, **changed)["promises"]
    return only


def said(*events, **changed):
    return [(s["name"], s["at"], s["outcome"]) for s in judged(*events, **changed)["statements"]]


def rung(name, amount, role=""):
    return {"name": name, "kind": "warning", "amount": amount, "role": role}


def opened(at=None, /, **attributes):
    return event("opened", jan(1, 10) if at is None else at, **attributes)


def replied(at, /, **attributes):
    return event("replied", at, **attributes)


def test_elapsed_time_is_met_at_the_due_and_late_a_microsecond_after():
    assert promise(opened(), replied(jan(1, 14)))["state"] == "met"
    late = promise(opened(), replied(jan(1, 14) + 1))
    assert (late["state"], late["due"], late["stop"]) == ("late", jan(1, 14), jan(1, 14) + 1)


def test_a_breach_waits_for_its_grace():
    def state(upto):
        return promise(opened(), replied(jan(1, 16)), upto=upto, grace=H)["state"]

    assert [state(jan(1, 15)), state(jan(1, 15) + 1)] == ["open", "late"]
    assert said(opened(), upto=jan(1, 15) + 1, grace=H) == [("breach", jan(1, 14), "")]


def test_working_hours_begin_at_the_opening_and_go_on_after_the_weekend():
    friday = opened(jan(5, 16))
    only = promise(friday, calendar=office())
    assert only["due"] == jan(5, 20)  # 24x7
    one = judged(friday, policies=[policy(target(calendar="office", budget=4 * H))], upto=jan(8, 13))
    assert one["promises"][0]["due"] == jan(8, 12)
    (breach,) = one["statements"]
    assert breach["account"] == {
        "gated": 0, "outside": 64 * H, "excluded": 0, "held": 0, "counted": 4 * H, "days": 0,
    }  # fmt: skip
    assert promise(opened(jan(6, 3)), policies=[policy(target(calendar="office", budget=H))])["due"] == jan(
        8, 10
    )


def test_a_budget_used_up_at_closing():
    def due(boundary, *more):
        only = target(calendar="office", budget=7 * H, boundary=boundary)
        return promise(opened(jan(5, 10)), *more, policies=[policy(only)])["due"]

    assert (due("close"), due("next_open")) == (jan(5, 17), jan(8, 9))
    hold = [event("held", jan(6, 1), reason="x"), event("resumed", jan(8, 12))]
    assert due("next_open", *hold) == jan(8, 9)


def test_a_hold_moves_the_due_unless_it_begins_there():
    hold = [event("held", jan(1, 12), reason="x"), event("resumed", jan(1, 15), reason="x")]
    assert promise(opened(), *hold)["due"] == jan(1, 17)
    assert promise(opened(), event("held", jan(1, 14), reason="x"))["due"] == jan(1, 14)
    held = promise(opened(), event("held", jan(1, 13), reason="x"), event("resumed", jan(1, 15), reason="y"))
    assert (held["due"], held["held"], held["state"]) == (None, True, "open")
    assert promise(opened(), *hold, accepts=["y"])["due"] == jan(1, 14)


def test_a_hold_replaced_by_a_reason_nobody_accepts_is_over():
    events = [event("held", jan(1, 11), reason="x"), event("held", jan(1, 12), reason="y")]
    only = promise(opened(), *events, accepts=["x"])
    assert (only["due"], only["held"]) == (jan(1, 15), False)


def test_max_open_ends_a_hold_and_is_remarked_from_then_on():
    events = [opened(), event("held", jan(1, 11), reason="x")]
    more = {"max_open": {"*": [2 * H, "time"]}, "rungs": [rung("a", H), rung("b", 3 * H)]}
    assert promise(*events, **more)["due"] == jan(1, 16)
    first, second, breach = sorted(judged(*events, **more)["statements"], key=lambda s: s["at"])
    assert (first["at"], first["due"], first["remarks"]) == (jan(1, 11), jan(1, 16), [])
    assert (second["at"], second["due"], second["remarks"]) == (jan(1, 15), jan(1, 16), ["max_open"])
    assert breach["account"]["held"] == 2 * H


def test_an_exclusion_bears_while_the_ticket_is_in_its_area():
    storm = event("excluded", jan(9), source="areas", exclusion="s", area=["north"], reason="storm",
                  **{"from": "2024-01-01T11:00:00Z", "to": "2024-01-01T15:00:00Z"})  # fmt: skip
    moved = event("reclassified", jan(1, 12), area="south")
    assert promise(opened(area="north"), shared=[storm])["due"] == jan(1, 18)
    assert promise(opened(area="north"), moved, shared=[storm])["due"] == jan(1, 15)
    gone = event("exclusion_withdrawn", jan(9, 1), source="areas", exclusion="s")
    assert promise(opened(area="north"), shared=[gone, storm])["due"] == jan(1, 14)
    assert promise(opened(area="north"), shared=[storm], exclusions=["flood"])["due"] == jan(1, 14)


def test_excluded_goes_before_held_in_the_account():
    storm = event("excluded", jan(1, 12), source="areas", exclusion="s", area="north", reason="storm",
                  to="2024-01-01T13:00:00Z")  # fmt: skip
    hold = [event("held", jan(1, 11), reason="x"), event("resumed", jan(1, 14))]
    (met,) = judged(opened(area="north"), *hold, replied(jan(1, 15)), shared=[storm])["statements"]
    assert met["account"] == {
        "gated": 0,
        "outside": 0,
        "excluded": H,
        "held": 2 * H,
        "counted": 2 * H,
        "days": 0,
    }


def test_calendar_days_over_a_change_of_clocks():
    # Berlin goes from +1 to +2 on 2024-03-31 at 02:00: 02:30 is read as 03:30+02:00
    def due(start, days, zone="Europe/Berlin"):
        return promise(opened(t(start)), unit="calendar_days", budget=days, zone=zone)["due"]

    assert due("2024-03-29T01:30", 2) == t("2024-03-31T01:30")
    assert due("2024-03-29T01:30", 3) == t("2024-04-01T00:30")
    # and back on 2024-10-27 at 03:00: of two 02:30 the first, +2
    assert due("2024-10-26T00:30", 1) == t("2024-10-27T00:30")


def test_working_days_have_three_ticks():
    def due(day_end, *more):
        only = target(unit="working_days", budget=2, calendar="office", day_end=day_end)
        return promise(opened(jan(4, 10)), *more, policies=[policy(only)])["due"]

    assert due("same_time") == jan(8, 10)
    assert due("closing") == jan(8, 17)
    assert due("midnight") == jan(9)
    touching = [event("held", jan(5, 9), reason="x"), event("resumed", jan(5, 10))]
    assert due("same_time", *touching) == jan(9, 10)  # a < tick <= b
    assert due("closing", *touching) == jan(8, 17)
    from_tick = [event("held", jan(5, 10), reason="x"), event("resumed", jan(5, 12))]
    assert due("same_time", *from_tick) == jan(8, 10)


def test_a_make_up_day_is_a_working_date():
    only = target(unit="working_days", budget=2, calendar="office", day_end="closing")
    calendar = office(dates={"2024-01-06": [[9 * H, 12 * H]], "2024-01-05": []})
    assert promise(opened(jan(4, 10)), policies=[policy(only)], calendar=calendar)["due"] == jan(8, 17)
    assert promise(opened(jan(4, 10)), policies=[policy(only | {"budget": 1})], calendar=calendar)[
        "due"
    ] == jan(6, 12)


def test_a_gate_is_no_pause_and_a_second_request_only_a_remark():
    gate = [[{"type": "documents_complete", "where": {}}]]
    asked = event("documents_requested", jan(1, 11))
    again = event("documents_requested", jan(1, 13))
    full = event("documents_complete", jan(1, 12))
    waiting = promise(opened(), asked, gate=gate)
    assert (waiting["due"], waiting["gated"]) == (None, True)
    (met,) = judged(opened(), asked, full, again, replied(jan(1, 14)), gate=gate)["statements"]
    assert (met["due"], met["remarks"]) == (jan(1, 16), ["second_request"])
    assert (met["account"]["gated"], met["account"]["counted"]) == (2 * H, 2 * H)


def test_a_stop_before_the_start_meets_the_promise_at_its_start():
    events = [opened(), replied(jan(1, 8)), replied(jan(1, 9))]
    only = promise(*events)
    assert (only["state"], only["stop"], only["stopped_by"]) == (
        "met",
        jan(1, 10),
        ["desk", f"replied-{jan(1, 9)}"],
    )
    (verdict,) = judged(*events)["statements"]
    assert verdict["remarks"] == ["stop_before_start"]
    assert promise(*events, replied(jan(1, 13)))["stop"] == jan(1, 13)
    assert promise(*events, replied(jan(1, 15)))["stop"] == jan(1, 10)
    chained = {"start": [{"type": "resolved", "where": {}}]}
    assert (
        promise(opened(), replied(jan(1, 11)), event("resolved", jan(1, 12)), **chained)["state"]
        == "breached"
    )


def test_a_stop_before_the_gate_is_replaced_by_one_in_time_only():
    gate = [[{"type": "documents_complete", "where": {}}]]
    early, full = replied(jan(1, 11)), event("documents_complete", jan(1, 12))
    assert promise(opened(), early, full, gate=gate)["stop"] == jan(1, 11)
    assert promise(opened(), early, full, replied(jan(1, 16)), gate=gate)["stop"] == jan(1, 16)
    assert promise(opened(), early, full, replied(jan(1, 17)), gate=gate)["stop"] == jan(1, 11)


def test_rungs_before_at_and_after_the_due():
    rungs = [rung("half", 2 * H), rung("due", 4 * H, "head"), rung("after", 5 * H), rung("long after", 9 * H)]
    hold = [event("held", jan(1, 14), reason="x"), event("resumed", jan(1, 16))]
    assert said(opened(), *hold, replied(jan(1, 18)), rungs=rungs) == [
        ("after", jan(1, 17), ""),
        ("breach", jan(1, 14), ""),
        ("due", jan(1, 14), ""),
        ("half", jan(1, 12), ""),
        ("verdict", jan(1, 18), "late"),
    ]
    assert [name for name, *_ in said(opened(), replied(jan(1, 12)), rungs=rungs)] == ["verdict"]


def test_a_warning_knows_only_what_was_known_then():
    hold = [event("held", jan(1, 11.5), reason="x"), event("resumed", jan(1, 13))]
    statements = judged(opened(), *hold, rungs=[rung("w", H), rung("v", 1.5 * H)])["statements"]
    assert {s["name"]: s["due"] for s in statements} == {"w": jan(1, 14), "v": None, "breach": jan(1, 15.5)}


def test_a_doubt_silences_and_makes_indeterminate():
    doubts = [{"since": jan(1, 13), "reason": "unreadable"}, {"since": jan(1, 14.5), "reason": "later"}]
    more = {"doubts": doubts, "rungs": [rung("w", H), rung("v", 3 * H), rung("late", 5 * H)]}
    assert said(opened(), **more) == [("verdict", jan(1, 14), "indeterminate"), ("w", jan(1, 11), "")]
    only = promise(opened(), replied(jan(1, 15)), **more)
    assert (only["state"], only["stop"], only["in_doubt"]) == ("indeterminate", None, True)
    (verdict, _) = judged(opened(), grace=H, **more)["statements"]
    assert verdict["reason"] == "later,unreadable"
    assert promise(opened(), replied(jan(1, 14)), **more)["state"] == "met"


def test_beyond_the_end_of_knowledge_nothing_rests_on_absence():
    only = target(calendar="office", budget=10 * H, rungs=[rung("w", 9 * H), rung("v", H)])
    more = {"policies": [policy(only)], "calendar": office(known_until="2024-01-01")}
    answered = judged(opened(), **more)
    assert answered["promises"][0]["provisional"]
    assert [(s["name"], s["reason"], s["remarks"]) for s in answered["statements"]] == [
        ("v", "", ["provisional_due"]),
        ("verdict", "calendar", ["provisional_due"]),
    ]
    assert promise(opened(), replied(jan(2, 12)), **more)["state"] == "met"


def test_a_later_version_of_a_calendar_is_not_known_before():
    calendar = office()
    calendar["versions"][0]["known_until"] = "2024-12-31"
    calendar["versions"].append(
        calendar["versions"][0] | {"known_since": "2024-01-02", "dates": {"2024-01-03": []}}
    )
    rungs = [rung("tuesday", 10 * H), rung("thursday", 18 * H)]
    only = target(calendar="office", budget=20 * H, rungs=rungs)
    statements = judged(opened(), policies=[policy(only)], calendar=calendar)["statements"]
    # Monday 7 h, Tuesday 8 h, Wednesday 8 h until the second version closes it; then Thursday
    assert {s["name"]: (s["at"], s["due"]) for s in statements} == {
        "tuesday": (jan(2, 12), jan(3, 14)),
        "thursday": (jan(4, 12), jan(4, 14)),
        "breach": (jan(4, 14), jan(4, 14)),
    }


def test_reclassification_supersedes_brings_back_and_gives_the_floor():
    applies = {"applies": {"kind": ["fault"]}, "rungs": [rung("w", 2 * H)]}
    start, away = opened(kind="fault"), event("reclassified", jan(1, 11), kind="request")
    gone = promise(start, away, **applies)
    assert (gone["state"], gone["stop"], gone["stopped_by"]) == ("superseded", jan(1, 11), name_of(away))
    back = event("reclassified", jan(1, 15), kind="fault")
    only = promise(start, away, back, floor=H, **applies)
    assert (only["state"], only["due"], only["start"]) == ("breached", jan(1, 16), jan(1, 10))
    (breach,) = judged(start, away, back, floor=H, **applies)["statements"]
    assert breach["remarks"] == ["overdue_on_arrival"]
    assert promise(start, away, replied(jan(1, 12)), back, **applies)["state"] == "superseded"
    assert (
        promise(start, event("reclassified", jan(1, 14) + 1, kind="request"), **applies)["state"]
        == "breached"
    )
    assert judged(opened(kind="request"), replied(jan(1, 12)), back, **applies)["promises"] == []


def name_of(plain):
    return [plain["source"], plain["id"]]


def test_two_changes_of_one_instant_act_as_one():
    there = event("reclassified", jan(1, 11), kind="request", source="a")
    back = event("reclassified", jan(1, 11), kind="fault", source="b")
    assert promise(opened(kind="fault"), back, there, applies={"kind": ["fault"]})["state"] == "breached"


def test_cancel_and_merge_act_up_to_the_due():
    assert promise(opened(), event("cancelled", jan(1, 14)))["state"] == "cancelled"
    assert promise(opened(), event("cancelled", jan(1, 14) + 1))["state"] == "breached"
    assert promise(opened(), event("cancelled", jan(1, 12)), cancel=[])["state"] == "breached"
    assert promise(opened(), event("merged", jan(1, 12)), cancel=[])["state"] == "cancelled"
    late = promise(opened(), event("cancelled", jan(1, 15)), replied(jan(1, 16)))
    assert (late["state"], late["stop"]) == ("late", jan(1, 16))


def test_reopening_begins_a_new_promise_once_the_old_one_is_stopped():
    again = event("reopened", jan(2, 10))
    both = judged(opened(), replied(jan(1, 12)), again, replied(jan(2, 15)), reopen=True)["promises"]
    assert [(p["start"], p["state"]) for p in both] == [(jan(1, 10), "met"), (jan(2, 10), "late")]
    assert promise(opened(), again, replied(jan(2, 11)), reopen=True)["state"] == "late"
    assert len(judged(opened(), replied(jan(1, 12)), again)["promises"]) == 1


def test_an_update_ends_one_promise_and_begins_the_next():
    noted = [{"type": "noted", "where": {}}]
    start = [{"type": "opened", "where": {}}, *noted]
    events = [opened(), event("noted", jan(1, 12)), event("noted", jan(1, 17))]
    rows = judged(*events, start=start, stop=noted, upto=jan(1, 18))["promises"]
    assert [(p["start"], p["state"]) for p in rows] == [
        (jan(1, 10), "met"),
        (jan(1, 12), "late"),
        (jan(1, 17), "open"),
    ]


def test_a_split_begins_at_its_stated_start():
    split = event("split", jan(1, 10), start="2024-01-01T05:00:00Z")
    only = promise(opened(), split, floor=H)
    assert (only["start"], only["due"], only["started_by"]) == (
        jan(1, 5),
        jan(1, 11),
        ["desk", f"opened-{jan(1, 10)}"],
    )
    assert said(opened(), split, floor=H, rungs=[rung("w", 2 * H)]) == [("breach", jan(1, 11), "")]


def test_voids_and_duplicates():
    start, stop = opened(), replied(jan(1, 12))
    void = event("voided", jan(1, 13), event=stop["id"])
    assert promise(start, stop, void)["state"] == "breached"
    assert promise(void, stop | {"at": jan(1, 13)}, stop, start)["state"] == "breached"
    assert promise(start, stop, void, event("voided", jan(1, 14), event=void["id"]))["state"] == "met"
    assert promise(start, stop, void, event("voided", jan(1, 12), event=void["id"]))["state"] == "breached"
    assert promise(start, stop, event("voided", jan(1, 13), source="x", event=stop["id"]))["state"] == "met"
    nothing = judged(start, event("voided", jan(1, 13), event=start["id"]))
    assert nothing == {"policy": None, "orphan": True, "promises": [], "statements": [], "waits": []}


def test_pins_and_the_owners_words():
    old = policy(target(budget=H))
    words = {"created": {"type": "opened", "rename": {"art": "kind"}}}
    new = policy(target(applies={"kind": ["fault"]}), version="2", since=jan(1, 10), vocabulary=words)
    own = event("created", jan(1, 10), art="fault")
    assert judged(own, policies=[old, new])["policy"] == "2"
    assert promise(own, policies=[old, new])["due"] == jan(1, 14)
    before = judged(opened(jan(1, 9)), policies=[old, new])
    assert (before["policy"], before["promises"][0]["due"]) == ("1", jan(1, 10))
    assert judged(opened(), policies=[policy(since=jan(1, 11))])["orphan"] is False


def test_rejudge_takes_over_what_is_open():
    old = policy(target(rungs=[rung("w", 2 * H)]))
    new = policy(target(budget=8 * H, rungs=[rung("w", 6 * H)]), version="2", since=jan(9))
    change = event("rejudge", jan(1, 13), name="r", version="2")
    statements = judged(opened(), change, policies=[old, new])["statements"]
    assert [(s["name"], s["at"], s["version"], s["due"]) for s in statements] == [
        ("breach", jan(1, 18), "2", jan(1, 18)),
        ("w", jan(1, 12), "1", jan(1, 14)),
        ("w @desk/r", jan(1, 16), "2", jan(1, 18)),
    ]
    stands = promise(opened(), change | {"at": jan(1, 15)}, policies=[old, new])
    assert (stands["due"], stands["state"]) == (jan(1, 14), "breached")
    whole = event("rejudge", jan(1, 15), version="2", replace=True)
    assert promise(opened(), whole, policies=[old, new])["due"] == jan(1, 18)
    none = policy(target(id="other"), version="2", since=jan(9))
    rows = judged(opened(), change, policies=[old, none])["promises"]
    assert [(p["target"], p["state"], p["due"]) for p in rows] == [
        ("answer", "superseded", jan(1, 14)),
        ("other", "breached", jan(1, 14)),
    ]


def test_a_stop_in_the_new_sense_before_rejudge_leaves_the_old_promise_superseded():
    new = policy(target(stop=[{"type": "noted", "where": {}}]), version="2", since=jan(9))
    events = [opened(), event("noted", jan(1, 11)), event("rejudge", jan(1, 12), version="2")]
    only = promise(*events, policies=[policy(target()), new])
    assert (only["state"], only["stop"]) == ("superseded", jan(1, 12))


def test_a_shift_over_midnight_belongs_to_the_day_it_begins_on():
    night = {
        "known_since": None,
        "known_until": None,
        "week": [[[22 * H, 30 * H]], [], [], [], [], [], []],
        "dates": {},
    }
    calendar = {"zone": "UTC", "versions": [night]}
    hours = target(calendar="office", budget=7 * H)
    assert promise(opened(), policies=[policy(hours)], calendar=calendar)["due"] == jan(2, 5)
    assert promise(opened(jan(2, 2)), policies=[policy(hours)], calendar=calendar)["due"] == jan(9, 1)
    days = target(calendar="office", budget=1, unit="working_days", day_end="closing")
    assert promise(opened(), policies=[policy(days)], calendar=calendar)["due"] == jan(9, 6)


def test_a_version_governs_the_dates_after_it_became_known():
    calendar = office()
    closed = {"2024-01-02": [], "2024-01-03": []}
    calendar["versions"].append(calendar["versions"][0] | {"known_since": "2024-01-02", "dates": closed})
    only = target(calendar="office", budget=16 * H)
    assert promise(opened(jan(1, 9)), policies=[policy(only)], calendar=calendar)["due"] == jan(2, 17)
    assert promise(opened(jan(1, 10)), policies=[policy(only)], calendar=calendar)["due"] == jan(4, 10)


def test_a_hold_that_ends_at_its_limit_or_at_a_warning():
    hold = [event("held", jan(1, 11), reason="x"), event("resumed", jan(1, 13))]
    more = {"max_open": {"x": [2 * H, "time"], "*": [H, "time"]}, "rungs": [rung("w", H + 1), rung("v", H)]}
    assert [
        (s["name"], s["at"], s["due"], s["remarks"]) for s in judged(opened(), *hold, **more)["statements"]
    ] == [
        ("breach", jan(1, 16), jan(1, 16), []),
        ("v", jan(1, 11), jan(1, 16), []),
        ("w", jan(1, 13) + 1, jan(1, 16), []),
    ]
    ended = [*hold, event("held", jan(1, 13), reason="y"), event("resumed", jan(1, 13.5))]
    assert promise(opened(), *ended, replied(jan(1, 13)), **more)["due"] == jan(1, 16.5)
    (verdict,) = judged(opened(), *hold, replied(jan(1, 13)))["statements"]
    assert verdict["due"] == jan(1, 16)
    storm = event("excluded", jan(1, 11), source="areas", exclusion="s", area="n", to="2024-01-01T13:00:00Z")
    (verdict,) = judged(opened(area="n"), replied(jan(1, 13)), shared=[storm])["statements"]
    assert verdict["due"] == jan(1, 16)


def test_a_target_that_rejudge_brings_has_its_floor():
    new = policy(target(floor=3 * H), version="2", since=jan(9))
    change = event("rejudge", jan(1, 13), version="2")
    only = promise(opened(), change, policies=[policy(target()), new])
    assert (only["due"], only["state"]) == (jan(1, 16), "breached")


def test_only_the_first_promise_is_met_before_its_start():
    stops = [replied(jan(1, 8)), replied(jan(1, 12))]
    again = event("opened", jan(1, 14), name="again")
    rows = judged(opened(), *stops, again)["promises"]
    assert [(p["start"], p["state"]) for p in rows] == [(jan(1, 10), "met"), (jan(1, 14), "breached")]


def test_after_a_due_that_was_moved_time_runs_from_the_due_itself():
    rungs = [rung("half", 2 * H), rung("after", 5 * H)]
    changes = [event("reclassified", jan(1, 20), prio="high")]
    late = said(opened(prio="low"), *changes, applies={"prio": ["high"]}, rungs=rungs, floor=H)
    assert late == [("after", jan(1, 22), ""), ("breach", jan(1, 21), "")]


def test_a_doubtful_or_open_promise_says_so():
    doubts = [{"since": jan(1, 15), "reason": "unreadable"}]
    assert not promise(opened(), doubts=doubts)["in_doubt"]
    assert promise(opened(), doubts=doubts, grace=H, upto=jan(1, 14))["in_doubt"]
    assert promise(opened(), event("held", jan(1, 11), reason="x"), doubts=doubts)["in_doubt"]
    assert not promise(opened(), replied(jan(1, 11)), doubts=doubts, grace=H)["in_doubt"]


def test_a_floor_does_not_run_while_gated():
    more = {
        "gate": [[{"type": "documents_complete", "where": {}}]],
        "applies": {"kind": ["fault"]},
        "floor": 6 * H,
    }
    arrives = event("reclassified", jan(1, 11), kind="fault")
    full = event("documents_complete", jan(1, 12))
    assert promise(opened(), arrives, full, **more)["due"] == jan(1, 18)
    assert promise(opened(), arrives, **more)["due"] is None


def test_a_date_that_a_zone_skips_is_no_working_date():
    # Samoa went from Thursday 2011-12-29 to Saturday the 31st; its midnight is 10:00 UTC
    calendar = office("Pacific/Apia")
    days = target(unit="working_days", budget=2, calendar="office", zone="Pacific/Apia", day_end="midnight")
    start = opened(t("2011-12-28T20:00"))  # Wednesday 10:00
    assert promise(start, policies=[policy(days)], calendar=calendar)["due"] == t("2012-01-02T10:00")
    hours = target(calendar="office", budget=16 * H, zone="Pacific/Apia")
    assert promise(start, policies=[policy(hours)], calendar=calendar)["due"] == t("2012-01-01T20:00")


def test_rejudge_looks_back_only_where_nothing_began_before():
    change = event("rejudge", jan(1, 13), version="2")
    new = policy(target(budget=8 * H), version="2", since=jan(9))
    never = policy(target(start=[{"type": "assigned", "where": {}}]))
    assert promise(opened(), change, policies=[never, new])["due"] == jan(1, 18)
    met = [opened(), replied(jan(1, 11)), event("noted", jan(1, 12))]
    noted = policy(target(start=[{"type": "noted", "where": {}}]), version="2", since=jan(9))
    assert promise(*met, change, policies=[policy(target()), noted])["state"] == "met"
    assert (
        len(judged(*met, change, event("noted", jan(1, 13)), policies=[policy(target()), noted])["promises"])
        == 2
    )


ASSIGNED = [{"type": "assigned", "where": {}}]
FAULTS = {"kind": ["fault"]}


def rejudge(at, version, /, **more):
    return event("rejudge", at, version=version, **more)


def second_version(*targets, **more):
    return policy(*targets, version="2", since=jan(9), **more)


def rows(*events, policies):
    found = judged(*events, policies=policies)["promises"]
    return [(p["start"], p["state"], p["due"]) for p in found]


def test_a_promise_of_a_target_never_in_force_counts_for_nothing_at_rejudge():
    unheard = policy(target(applies=FAULTS))
    change = rejudge(jan(1, 13), "2")
    assigned = second_version(target(start=ASSIGNED, budget=8 * H))
    assert rows(opened(), change, policies=[unheard, assigned]) == []
    work = event("assigned", jan(1, 11))
    assert rows(opened(), work, change, policies=[unheard, assigned]) == [
        (jan(1, 11), "breached", jan(1, 19))
    ]
    # the first was stopped before the target was in force; the next one is not met by that stop
    new = second_version(target(budget=8 * H))
    again = event("opened", jan(1, 12))
    assert rows(opened(), replied(jan(1, 11)), again, change, policies=[unheard, new]) == [
        (jan(1, 12), "breached", jan(1, 20))
    ]


def test_a_promise_that_waits_is_taken_over_once_its_target_was_in_force():
    old = policy(target(applies=FAULTS, reopen=True))
    assigned = second_version(target(start=ASSIGNED, budget=8 * H))
    events = [opened(kind="fault"), replied(jan(1, 11)), event("reclassified", jan(1, 11.5), kind="request")]
    events += [event("reopened", jan(1, 12)), rejudge(jan(1, 13), "2")]
    assert rows(*events, policies=[old, assigned]) == [
        (jan(1, 10), "met", jan(1, 14)),
        (jan(1, 12), "breached", jan(1, 20)),
    ]
    # in the sense of the new version it was stopped before
    noted = second_version(target(start=ASSIGNED, stop=[{"type": "noted", "where": {}}]))
    events.append(event("noted", jan(1, 12.5)))
    assert rows(*events, policies=[old, noted]) == [(jan(1, 10), "met", jan(1, 14))]


def test_a_version_without_the_target_lies_in_between():
    without = second_version(target(id="other", start=ASSIGNED))
    again = policy(target(budget=8 * H), version="3", since=jan(9))
    gap = [rejudge(jan(1, 12), "2"), rejudge(jan(1, 14), "3")]
    three = [policy(target()), without, again]
    assert rows(opened(), *gap, policies=three) == [(jan(1, 10), "breached", jan(1, 18))]
    # a stop, in the sense of the version that has it again, lies before its instant
    assert rows(opened(), replied(jan(1, 13)), *gap, policies=three) == [
        (jan(1, 10), "superseded", jan(1, 14))
    ]
    # what was decided stands; what began since the end of the version that had it counts
    met, next_one = replied(jan(1, 11)), event("opened", jan(1, 13))
    assert rows(opened(), met, next_one, *gap, policies=three) == [
        (jan(1, 10), "met", jan(1, 14)),
        (jan(1, 13), "breached", jan(1, 21)),
    ]
    early = event("opened", jan(1, 11.5))
    wanting = policy(target(start=[{"type": "opened", "where": {"kind": ["fault"]}}]))
    first = opened(kind="fault")
    assert rows(first, met, early, *gap, policies=[wanting, without, again]) == [
        (jan(1, 10), "met", jan(1, 14))
    ]
    waits = policy(target(applies=FAULTS, reopen=True))
    away, reopened = event("reclassified", jan(1, 11.2), kind="request"), event("reopened", jan(1, 11.5))
    assert rows(first, met, away, reopened, *gap, policies=[waits, without, again]) == [
        (jan(1, 10), "met", jan(1, 14)),
        (jan(1, 11.5), "breached", jan(1, 19.5)),
    ]


def test_what_did_not_happen_in_the_new_words_is_not_taken_over():
    words = {"retracted": {"type": "voided", "rename": {}}}
    new = second_version(target(budget=8 * H), vocabulary=words)
    start = opened()
    taken_back = [event("retracted", jan(1, 11), event=start["id"]), rejudge(jan(1, 12), "2")]
    assert rows(start, *taken_back, policies=[policy(target()), new]) == [
        (jan(1, 10), "superseded", jan(1, 14))
    ]
    again = event("opened", jan(1, 12.5))
    assert rows(start, *taken_back, again, policies=[policy(target()), new]) == [
        (jan(1, 10), "superseded", jan(1, 14)),
        (jan(1, 12.5), "breached", jan(1, 20.5)),
    ]


def test_replace_by_a_version_that_finds_nothing_opened_leaves_no_orphan():
    words = {"opened": {"type": "noted", "rename": {}}}
    whole = rejudge(jan(1, 12), "2", replace=True)
    nothing = judged(opened(), whole, policies=[policy(target()), second_version(target(), vocabulary=words)])
    assert nothing == {"policy": "2", "orphan": False, "promises": [], "statements": [], "waits": []}
    noted = second_version(target(start=[{"type": "noted", "where": {}}]), vocabulary=words)
    assert rows(opened(), whole, policies=[policy(target()), noted]) == [(jan(1, 10), "breached", jan(1, 14))]


def test_a_stop_of_the_old_version_may_be_a_start_of_the_new_one():
    words = {"replied": {"type": "opened", "rename": {}}}
    events = [opened(), rejudge(jan(1, 15), "2"), replied(jan(1, 16))]
    assert rows(*events, policies=[policy(target()), second_version(target(), vocabulary=words)]) == [
        (jan(1, 10), "late", jan(1, 14)),
        (jan(1, 16), "breached", jan(1, 20)),
    ]


def test_what_began_a_promise_does_not_stop_it_in_other_words():
    words = {"opened": {"type": "replied", "rename": {}}}
    new = second_version(target(budget=8 * H), vocabulary=words)
    events = [opened(), rejudge(jan(1, 12), "2")]
    assert rows(*events, policies=[policy(target()), new]) == [(jan(1, 10), "breached", jan(1, 18))]


def test_a_stop_taken_back_in_the_new_words_still_decided_the_old_promise():
    words = {"retracted": {"type": "voided", "rename": {}}}
    stop = replied(jan(1, 11))
    events = [opened(), stop, event("retracted", jan(1, 11.5), event=stop["id"]), rejudge(jan(1, 12), "2")]
    events.append(event("opened", jan(1, 13)))
    assert rows(*events, policies=[policy(target()), second_version(target(), vocabulary=words)]) == [
        (jan(1, 10), "met", jan(1, 14)),
        (jan(1, 13), "breached", jan(1, 17)),
    ]


def test_a_rejudge_governs_in_the_words_of_the_pinned_version_alone():
    words = {"retracted": {"type": "voided", "rename": {}}}
    change = rejudge(jan(1, 12), "2")
    new = second_version(target(id="other", budget=8 * H), vocabulary=words)
    events = [opened(), change, event("retracted", jan(1, 13), event=change["id"])]
    assert rows(*events, policies=[policy(target()), new]) == [
        (jan(1, 10), "superseded", jan(1, 14)),
        (jan(1, 10), "breached", jan(1, 18)),
    ]


def test_overdue_on_arrival_looks_at_the_due_without_any_floor():
    steps = ((13, "fault"), (13.5, "request"), (15, "fault"))
    changes = [event("reclassified", jan(1, at), kind=kind) for at, kind in steps]
    # by its own rule due at 14; the first floor gives until 17, the second until 19
    (breach,) = judged(opened(kind="request"), *changes, applies=FAULTS, floor=4 * H)["statements"]
    assert (breach["at"], breach["remarks"]) == (jan(1, 19), ["overdue_on_arrival"])


@pytest.mark.parametrize("seed", range(40))
def test_the_clock_against_counting_half_hours(seed):
    dice, half = Random(seed), H // 2
    dates = {f"2024-01-{day:02}": [[9 * H, 13 * H]] for day in dice.sample(range(1, 15), 3)}
    version = {
        "known_since": None,
        "known_until": None,
        "week": [[[8 * H, 12 * H], [13 * H, 26 * H]], *[NINE_TO_FIVE] * 4, [], []],
    }
    hours = Hours("UTC", [version | {"dates": dates}])
    begins = [jan(1) + dice.randrange(500) * half for _ in range(3)]
    lost = [(a, a + dice.randrange(1, 60) * half) for a in begins]
    begin, budget = jan(2) + dice.randrange(200) * half, dice.randrange(1, 50)

    def works(at):
        for day in (1 + (at - jan(1)) // D, (at - jan(1)) // D):
            spans = dates.get(f"2024-01-{day:02}", version["week"][(day - 1) % 7])
            if any(jan(day) + a <= at < jan(day) + b for a, b in spans):
                return not any(a <= at < b for a, b in lost)
        return False

    at, used = begin, 0
    while used < budget:
        used += works(at)
        at += half
    clock = Clock(target(), hours, begin, lost)
    assert clock.reached(budget * half) == at
    assert clock.used(at) == budget * half
