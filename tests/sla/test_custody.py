"""Who held the ticket when, what became of a promise's time in their hands, and how it was handed over."""

from itertools import permutations

import pytest

from service.sla.custody import NOBODY, Custody, Holder, custody_of, hand_overs, holder_at, shares
from service.sla.directory import EMPTY, Directory
from service.sla.events import key_of
from service.sla.evidence import Share
from service.sla.history import History, in_order
from service.sla.instants import DAY, NEVER
from service.sla.judge import judge
from service.sla.pauses import EXCLUDED, HELD, Pause
from service.sla.timeline import Circumstances, Timeline
from tests.sla.telling import (
    END,
    NEW_YORK,
    OFFICE_DAY,
    at,
    calendar,
    clock,
    directory,
    escalate,
    fact,
    history,
    judged,
    lasting,
    office,
    rules,
    table,
    target,
    the,
)

OPENED = "03-01 09:00 opened"


def who(holder: Holder | Share) -> str:
    """`anna@desk`, `anna`, `@desk`, `-` for nobody."""
    return (holder.person + (f"@{holder.team}" if holder.team else "")) or "-"


def custody(*lines: str, people: tuple[str, ...] = ()) -> tuple[Custody, ...]:
    return custody_of(in_order(history(*lines).events, {}), directory(*people))


def stretches(*lines: str, people: tuple[str, ...] = ()) -> list[str]:
    """`03-01 09:00 anna@desk by e1`, each to the start of the next; the last goes on."""
    found = custody(*lines, people=people)
    assert [each.end for each in found] == [*(each.start for each in found[1:]), NEVER][: len(found)]
    return [f"{clock(each.start)} {who(each.holder)} by {each.by[1]}" for each in found]


# --- who held it ------------------------------------------------------------------------------------

ANNA = "03-01 09:00 opened to=anna team=desk"
TEN = "03-01 10:00"


@table(
    "event, expected",
    [
        ("assigned to a person", "assigned to=ben team=lab", "ben@lab"),
        ("transferred", "transferred to=ben team=lab", "ben@lab"),
        ("guided", "guided to=ben team=lab", "ben@lab"),
        ("handed upwards", "escalated to=ben team=lab", "ben@lab"),
        ("to a team", "assigned team=lab", "@lab"),
        ("reopened to a person", "reopened to=ben team=lab", "ben@lab"),
        ("opened once more", "opened to=ben team=lab", "ben@lab"),
        ("released", "released", "-"),
        ("resolved", "resolved", "-"),
        ("closed", "closed", "-"),
        ("cancelled", "cancelled", "-"),
        ("merged", "merged", "-"),
        ("a person of whom nobody knows the team", "assigned to=ben", "ben"),
        ("a number is a staff number", "assigned to=7", "7"),
    ],
)
def test_what_changes_hands(event: str, expected: str):
    assert stretches(ANNA, f"{TEN} {event}") == [
        "03-01 09:00 anna@desk by e1",
        f"03-01 10:00 {expected} by e2",
    ]


@pytest.mark.parametrize(
    "event",
    [
        "assigned", "transferred by=anna", "guided", "escalated", "opened", "noted to=ben", "reopened", "held",
        "replied", "reclassified to=ben", "assigned to=anna team=desk", "assigned to= team=", "assigned to=a|b",
    ],
)  # fmt: skip
def test_what_changes_nothing(event: str):
    assert stretches(ANNA, f"{TEN} {event}") == ["03-01 09:00 anna@desk by e1"]


@table(
    "lines, expected",
    [
        ("nobody's until somebody has it", [OPENED, "03-01 10:00 assigned to=anna team=desk"],
         ["09:00 - by e1", "10:00 anna@desk by e2"]),
        ("a reopening goes to whoever held it last", [ANNA, "03-01 10:00 closed", "03-01 11:00 reopened"],
         ["09:00 anna@desk by e1", "10:00 - by e2", "11:00 anna@desk by e3"]),
        ("also when it was released before", [ANNA, "03-01 10:00 released", "03-01 11:00 closed", "03-01 12:00 reopened"],
         ["09:00 anna@desk by e1", "10:00 - by e2", "12:00 anna@desk by e4"]),
        ("also to a team", ["03-01 09:00 opened team=desk", "03-01 10:00 resolved", "03-01 11:00 reopened"],
         ["09:00 @desk by e1", "10:00 - by e2", "11:00 @desk by e3"]),
        ("reopened when nobody ever held it", [OPENED, "03-01 10:00 closed", "03-01 11:00 reopened"], ["09:00 - by e1"]),
        ("another team is another stretch", [ANNA, "03-01 10:00 assigned to=anna team=lab"],
         ["09:00 anna@desk by e1", "10:00 anna@lab by e2"]),
        ("of one instant the last in the order of events holds",
         [ANNA, "03-01 10:00 transferred to=ben seq=2", "03-01 10:00 assigned to=carl seq=1", "03-01 10:00 noted seq=3"],
         ["09:00 anna@desk by e1", "10:00 ben by e2"]),
        ("released and taken up at one instant", [ANNA, "03-01 10:00 assigned to=ben", "03-01 10:00 released"],
         ["09:00 anna@desk by e1", "10:00 ben by e2"]),
        ("taken and given back at one instant is no stretch",
         [ANNA, "03-01 10:00 assigned to=ben seq=1", "03-01 10:00 assigned to=anna team=desk seq=2"],
         ["09:00 anna@desk by e1"]),
        ("what comes before the opening says who holds it then",
         ["03-01 08:00 assigned to=ben", "03-01 08:30 assigned to=anna team=desk", OPENED], ["09:00 anna@desk by e3"]),
        ("an opening that names somebody prevails over what came before",
         ["03-01 08:00 assigned to=ben", ANNA], ["09:00 anna@desk by e2"]),
        ("never opened, never held", ["03-01 08:00 assigned to=ben"], []),
    ],
)  # fmt: skip
def test_stretches(lines: list[str], expected: list[str]):
    assert stretches(*lines) == [f"03-01 {each}" for each in expected]


def test_a_person_without_a_team_is_held_to_be_in_that_of_the_directory_at_that_instant():
    people = (
        "01-01 00:00 person person=ben unit=lab",
        "03-01 11:00 person person=ben unit=desk",
    )
    lines = (
        ANNA,
        "03-01 10:00 assigned to=ben",
        "03-01 12:00 assigned to=anna",
        "03-01 13:00 assigned to=ben",
    )

    assert stretches(*lines, people=people) == [
        "03-01 09:00 anna@desk by e1",
        "03-01 10:00 ben@lab by e2",
        "03-01 12:00 anna by e3",
        "03-01 13:00 ben@desk by e4",
    ]


@table(
    "recorded, expected",
    [
        ("within the horizon after the hand-over", "03-11 10:00", "ben@lab"),
        ("later", "03-11 10:00:00.000001", "ben"),
    ],
)
def test_the_team_is_that_which_was_known_by_the_horizon_after_the_hand_over(recorded: str, expected: str):
    known = fact("01-01 00:00 person person=ben unit=lab")
    told = Directory.of([known], {key_of(known): at(recorded)}, 10 * DAY)
    events = history(OPENED, "03-01 10:00 assigned to=ben").events

    assert who(custody_of(events, told)[-1].holder) == expected


@table(
    "instant, expected",
    [
        ("before it was opened", "03-01 08:00", "-"),
        ("at the very instant of the opening", "03-01 09:00", "-"),
        ("right after", "03-01 09:00:00.000001", "anna@desk"),
        ("at the instant of a change whoever held it until then", "03-01 10:00", "anna@desk"),
        ("right after a change", "03-01 10:00:00.000001", "ben"),
        ("long after", "03-09 10:00", "ben"),
    ],
)
def test_who_holds_it_at_an_instant(instant: str, expected: str):
    assert who(holder_at(custody(ANNA, "03-01 10:00 assigned to=ben"), at(instant))) == expected


# --- whose time it was ------------------------------------------------------------------------------


def columns(share: Share) -> str:
    """`anna 3h: outside 1h, counted 2h`, with the wall time in front."""
    parts = [
        f"{name} {lasting(getattr(share, name))}"
        for name in ("gated", "outside", "excluded", "held", "counted")
        if getattr(share, name)
    ]
    return f"{who(share)} {lasting(share.wall)}: {', '.join(parts)}"


def spans(share: Share) -> list[str]:
    return [f"{clock(start)} to {clock(end)}" for start, end in share.spans]


def test_the_time_until_a_breach_is_told_by_holder():
    """Friday, office 9-12 and 13-18; five hours are used up at 15:00, two of them held."""
    told = history(
        OPENED,
        "03-01 09:30 assigned to=anna team=desk",
        "03-01 10:00 held reason=customer",
        "03-01 11:00 transferred to=ben team=lab",
        "03-01 12:30 resumed",
        "03-01 14:00 transferred to=anna team=desk",
    )
    breach = the(judged(told, target("4h", calendar=office(), accepts=("customer",))), "breach")

    assert clock(breach.at) == "03-01 16:00"
    assert list(map(columns, breach.holders)) == [
        "- 30m: counted 30m",
        "anna@desk 3h 30m: held 1h, counted 2h 30m",
        "ben@lab 3h: outside 1h, held 1h, counted 1h",
    ]
    assert list(map(spans, breach.holders)) == [
        ["03-01 09:00 to 03-01 09:30"],
        ["03-01 09:30 to 03-01 11:00", "03-01 14:00 to 03-01 16:00"],
        ["03-01 11:00 to 03-01 14:00"],
    ]


def test_a_gate_and_an_exclusion_are_told_by_holder():
    """The gate opens at 11:00, three hours from there; the storm takes 12:00 to 14:00, and the hold of then is none."""
    told = history(
        "03-01 09:00 opened to=anna area=north",
        "03-01 10:00 assigned to=ben",
        "03-01 11:00 documents_complete",
        "03-01 12:30 held reason=customer",
        "03-01 13:00 assigned to=anna",
        "03-01 15:00 resumed",
        shared=["03-01 12:00 excluded exclusion=storm area=north reason=storm to=03-01T14:00"],
    )
    gated = target("3h", gate=(("documents_complete",),), accepts=("customer",), exclusions=("storm",))
    breach = the(judged(told, gated), "breach")

    assert clock(breach.at) == "03-01 17:00"
    assert list(map(columns, breach.holders)) == [
        "anna 5h: gated 1h, excluded 1h, held 1h, counted 2h",
        "ben 3h: gated 1h, excluded 1h, counted 1h",
    ]


def test_a_change_over_the_hour_that_clocks_skip_is_told_in_elapsed_time():
    """New York, 10 March: from 01:30 to 03:30 on clocks one hour passes."""
    told = history("03-10 01:00 opened to=anna", "03-10 03:30 assigned to=ben", zone=NEW_YORK)
    breach = the(judged(told, target("3h", zone=NEW_YORK), zone=NEW_YORK), "breach")

    assert list(map(columns, breach.holders)) == ["anna 1h 30m: counted 1h 30m", "ben 1h 30m: counted 1h 30m"]


def test_a_change_between_two_microseconds_is_told_to_the_microsecond():
    told = history("03-01 09:00 opened to=anna", "03-01 09:59:59.999999 assigned to=ben")
    breach = the(judged(told, target("1h")), "breach")

    assert list(map(columns, breach.holders)) == [
        "anna 59m 59s 999999us: counted 59m 59s 999999us",
        "ben 1us: counted 1us",
    ]


def test_what_lies_before_the_opening_of_a_split_is_nobodys():
    told = history("03-01 12:00 opened to=anna", "03-01 12:00 split start=03-01T09:00")
    breach = the(judged(told, target("8h")), "breach")

    assert clock(breach.start) == "03-01 09:00"
    assert list(map(columns, breach.holders)) == ["- 3h: counted 3h", "anna 5h: counted 5h"]


def test_what_lies_before_the_opening_and_nobodys_after_it_are_one_stretch():
    told = history(
        "03-01 12:00 opened", "03-01 12:00 split start=03-01T09:00", "03-01 13:00 assigned to=anna"
    )
    breach = the(judged(told, target("8h")), "breach")

    assert list(map(spans, breach.holders)) == [
        ["03-01 09:00 to 03-01 13:00"],
        ["03-01 13:00 to 03-01 17:00"],
    ]


def test_only_the_span_of_the_promise_counts():
    """The second promise begins with the reopening; whoever held the ticket before has no share in it."""
    told = history(
        "03-01 09:00 opened to=anna",
        "03-01 10:00 resolved",
        "03-02 10:00 reopened",
        "03-02 12:00 assigned to=ben",
    )
    again = target("4h", reopen=True)
    (breach,) = (each for each in judged(told, again).statements if each.name == "breach")

    assert list(map(columns, breach.holders)) == ["anna 2h: counted 2h", "ben 2h: counted 2h"]
    assert next(map(spans, breach.holders)) == ["03-02 10:00 to 03-02 12:00"]


def test_after_the_end_of_the_ticket_it_is_nobodys():
    told = history("03-01 09:00 opened to=anna", "03-01 11:00 resolved")
    breach = the(judged(told, target("4h", stop=("closed",))), "breach")

    assert list(map(columns, breach.holders)) == ["anna 2h: counted 2h", "- 2h: counted 2h"]


def test_an_escalation_tells_the_shares_up_to_its_own_instant_and_others_none():
    told = history("03-01 09:00 opened to=anna", "03-01 14:00 assigned to=ben", "03-01 16:00 resolved")
    judgement = judged(told, target("4h", rungs=(escalate("5h"), escalate("6h", "top"))))

    assert list(map(columns, the(judgement, "breach").holders)) == ["anna 4h: counted 4h"]
    assert list(map(columns, the(judgement, "up").holders)) == ["anna 5h: counted 5h"]
    assert list(map(columns, the(judgement, "top").holders)) == ["anna 5h: counted 5h", "ben 1h: counted 1h"]
    assert the(judgement, "verdict").holders == ()


@pytest.mark.parametrize("instant", ["03-01 08:00", "03-01 09:00", "03-01 10:00", "03-01 11:00"])
def test_a_span_without_length_is_in_nobodys_hands(instant: str):
    timeline = Timeline(target("4h"), at(instant), Circumstances(), target("4h").calendar.latest)

    assert shares(timeline, custody(ANNA, "03-01 10:00 released"), at(instant), at(instant)) == ()


@pytest.mark.parametrize("gate", ["03-01 09:00", "03-01 10:30", "03-04 09:30", None])
def test_any_span_cut_anywhere_adds_up_to_the_account(gate: str | None):
    """Over a weekend, with pauses that touch, begin outside hours and do not end."""
    hours = calendar(NEW_YORK, OFFICE_DAY, weekend="10:00-11:00")
    pauses = (
        Pause(at("03-01 10:00"), at("03-01 11:00"), HELD, "x"),
        Pause(at("03-01 11:00"), at("03-01 19:00"), EXCLUDED, "y"),
        Pause(at("03-03 15:00"), at("03-04 15:00"), EXCLUDED, "y"),
        Pause(at("03-05 15:00"), NEVER, HELD, "x"),
    )
    circumstances = Circumstances(NEVER if gate is None else at(gate), pauses)
    start, until = at("03-01 09:00"), at("03-06 12:34:56.789012")
    timeline = Timeline(target("4h", calendar=hours), start, circumstances, hours.latest)
    told = [
        f"03-0{day} {hour:02}:17:29.000003 assigned to=p{(day + hour) % 3}"
        for day in range(1, 7)
        for hour in (10, 15, 20, 23)
    ]
    found = shares(timeline, custody(OPENED, *told), start, until)
    account = timeline.account(until)

    assert {who(share) for share in found} == {"-", "p0", "p1", "p2"}
    for name in ("gated", "outside", "excluded", "held", "counted"):
        assert sum(getattr(share, name) for share in found) == getattr(account, name)
    for share in found:
        assert share.wall == sum(end - begin for begin, end in share.spans)
        assert share.wall == share.gated + share.outside + share.excluded + share.held + share.counted


# --- hand-overs -------------------------------------------------------------------------------------


def handed(*lines: str, until: str = END) -> dict[str, list[str]]:
    events = in_order(history(*lines).events, {})
    found = hand_overs(events, custody_of(events, EMPTY), at(until))
    return {
        name: [key[1] for key in getattr(found, name)]
        for name in ("made", "returned", "without_reason", "cold")
        if getattr(found, name)
    }


WARM = "reason=x receiver_confirmed=true customer_informed=true"


@table(
    "lines, expected",
    [
        ("none", [ANNA], {}),
        ("taken up by the first is none", [OPENED, "03-01 10:00 assigned to=anna"], {}),
        ("one", [ANNA, "03-01 10:00 assigned to=ben"], {"made": ["e2"]}),
        ("from a team to one of its people",
         ["03-01 09:00 opened team=desk", "03-01 10:00 assigned to=anna team=desk"], {"made": ["e2"]}),
        ("the same person in another team is none", [ANNA, "03-01 10:00 assigned to=anna team=lab"], {}),
        ("there and back again", [ANNA, "03-01 10:00 assigned to=ben", "03-01 11:00 assigned to=anna"],
         {"made": ["e2", "e3"], "returned": ["e3"]}),
        ("there, back and there again",
         [ANNA, "03-01 10:00 assigned to=ben", "03-01 11:00 assigned to=anna", "03-01 12:00 assigned to=ben"],
         {"made": ["e2", "e3", "e4"], "returned": ["e3", "e4"]}),
        ("round in a circle of three is no return",
         [ANNA, "03-01 10:00 assigned to=ben", "03-01 11:00 assigned to=carl", "03-01 12:00 assigned to=anna"],
         {"made": ["e2", "e3", "e4"]}),
        ("that nobody held it between is no matter",
         [ANNA, "03-01 10:00 released", "03-01 11:00 assigned to=ben", "03-01 12:00 closed",
          "03-01 13:00 reopened to=anna"],
         {"made": ["e3", "e5"], "returned": ["e5"]}),
        ("reopened to whoever had it is none", [ANNA, "03-01 12:00 closed", "03-01 13:00 reopened"], {}),
        ("without a reason",
         [ANNA, "03-01 10:00 guided to=ben", "03-01 11:00 escalated to=carl", "03-01 12:00 escalated to=dora reason=hard",
          "03-01 13:00 assigned to=anna"],
         {"made": ["e2", "e3", "e4", "e5"], "without_reason": ["e2", "e3"]}),
        ("an empty reason is none", [ANNA, "03-01 10:00 guided to=ben reason="], {"made": ["e2"], "without_reason": ["e2"]}),
        ("warm", [ANNA, f"03-01 10:00 transferred to=ben {WARM}"], {"made": ["e2"]}),
        ("nothing was said", [ANNA, "03-01 10:00 transferred to=ben reason=x"], {"made": ["e2"], "cold": ["e2"]}),
        ("the customer was not told", [ANNA, "03-01 10:00 transferred to=ben reason=x receiver_confirmed=true"],
         {"made": ["e2"], "cold": ["e2"]}),
        ("the receiver did not confirm",
         [ANNA, "03-01 10:00 transferred to=ben reason=x customer_informed=true receiver_confirmed=false"],
         {"made": ["e2"], "cold": ["e2"]}),
    ],
)  # fmt: skip
def test_hand_overs(lines: list[str], expected: dict[str, list[str]]):
    assert handed(*lines) == expected


def test_hand_overs_are_those_before_the_instant():
    lines = (ANNA, "03-01 10:00 transferred to=ben", "03-01 11:00 transferred to=anna")

    assert handed(*lines, until="03-01 10:00") == {}
    assert handed(*lines, until="03-01 11:00") == {"made": ["e2"], "without_reason": ["e2"], "cold": ["e2"]}


# --- the order of arrival ---------------------------------------------------------------------------


def test_the_order_of_arrival_changes_no_share():
    told = history(
        ANNA,
        "03-01 10:00 transferred to=ben",
        "03-01 10:00 released seq=1",
        "03-01 11:00 escalated team=lab",
        "03-01 12:00 voided event=e2",
    )
    eight = rules(target("8h"))
    answers = {judge(History(arrival), eight, at(END)).statements for arrival in permutations(told.events)}
    ((breach,),) = answers

    assert list(map(columns, breach.holders)) == [
        "anna@desk 1h: counted 1h",
        "- 1h: counted 1h",
        "@lab 6h: counted 6h",
    ]
    assert holder_at((), 0) == NOBODY
