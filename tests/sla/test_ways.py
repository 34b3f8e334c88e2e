"""What a breach says would change it: each way is told, and each way that is told does change it."""

from dataclasses import replace

from service.sla import Rules, judge
from service.sla.evidence import Way
from service.sla.instants import HOUR
from service.sla.policy import Match, Target, Where
from service.sla.ways import ways
from tests.sla.kinds import accepted, grants, notice, reported, unsupplied
from tests.sla.telling import END, at, clock, history, judged, match, policy, table, target, the

#: Opened at nine, paid at ten: due on 1 March at 18:00, unless something of what the rule knows comes along.
EVERYTHING = target(
    "8h",
    applies=("kind=fault",),
    gate=(("paid", "waived"),),
    accepts=("customer", "access"),
    exclusions=("storm", "flood"),
    extension=grants(rank=2, within="4h"),
    deemed=reported("4h"),
    lapsed=unsupplied("5h"),
)
TOLD = ("03-01 09:00 opened kind=fault area=n1", "03-01 10:00 paid")


def test_every_way_of_a_rule_is_told_with_what_it_asks_for():
    assert ways(EVERYTHING) == (
        Way(what="stopped", events=("resolved",)),
        Way(what="cancelled", events=("cancelled", "merged")),
        Way(what="gated", events=("paid", "waived")),
        Way(what="held", reasons=("access", "customer")),
        Way(what="excluded", reasons=("flood", "storm")),
        Way(
            what="extended", events=("extension_requested",), followed_by=("extension_approved",), within=4 * HOUR, rank=2
        ),
        Way(
            what="deemed", events=("contact_failed", "visit_failed"), followed_by=("report_written",), within=4 * HOUR
        ),
        Way(what="lapsed", events=("documents_requested",), unless=("documents_complete",), within=5 * HOUR),
        Way(what="reclassified", events=("reclassified {kind}",)),
    )  # fmt: skip


def test_a_rule_that_has_no_way_but_its_end_tells_no_other():
    assert ways(target("8h", cancel=())) == (
        Way(what="stopped", events=("resolved",)),
        Way(what="cancelled", events=("merged",)),
    )


def test_a_due_that_is_stated_is_moved_by_another_statement_only():
    assert ways(replace(accepted(), exclusions=frozenset({"storm"})))[2:] == (
        Way(what="stated", events=("promise_accepted",)),
    )


def test_conditions_are_written_as_in_policies():
    done = match("noted call=done|tried by=anna")
    failed = Match("visit_failed", (Where("cause", frozenset({"staff", "crew"}), negated=True),))
    of = replace(
        target("8h"),
        stop=(done, failed),
        applies=(Where("b", frozenset(), also=(Where("a", frozenset("x")),)),),
    )

    assert ways(of)[0].events == (
        "noted {call: done or tried, by: anna}",
        "visit_failed {cause: not crew or staff}",
    )
    assert ways(of)[-1].events == ("reclassified {a, b}",)


def dues(*lines: str, of: Target = EVERYTHING, shared: tuple[str, ...] = ()) -> list[str]:
    """The instants of the breaches."""
    found = judged(history(*lines, shared=shared), of).statements
    return [clock(each.at) for each in found if each.name == "breach"]


@table(
    "lines, shared, expected",
    [
        ("stopped", ["03-01 18:00 resolved"], [], []),
        ("cancelled", ["03-01 18:00 cancelled"], [], []),
        ("merged", ["03-01 18:00 merged"], [], []),
        # The payment of ten o'clock was none; the one of twelve gives eight hours from then.
        ("gated", ["03-02 09:00 voided event=e2", "03-01 12:00 waived"], [], ["03-01 20:00"]),
        ("held", ["03-01 12:00 held reason=access", "03-01 13:30 resumed"], [], ["03-01 19:30"]),
        ("excluded", [], ["03-02 08:00 excluded area=n1 reason=flood from=03-01T12:00 to=03-01T14:00"],
         ["03-01 20:00"]),
        ("extended", ["03-01 18:00 extension_requested by=2h", "03-01 22:00 extension_approved extension=e3 rank=2"],
         [], ["03-01 20:00"]),
        ("deemed", ["03-01 18:00 visit_failed", "03-01 22:00 report_written"], [], []),
        ("lapsed", ["03-01 13:00 documents_requested"], [], []),
        ("reclassified", ["03-01 17:00 reclassified kind=question"], [], []),
    ],
)  # fmt: skip
def test_each_way_takes_the_breach_back_or_moves_it(lines: list[str], shared: list[str], expected: list[str]):
    assert dues(*TOLD) == ["03-01 18:00"]
    assert dues(*TOLD, *lines, shared=tuple(shared)) == expected


@table(
    "lines",
    [
        ("stopped too late", ["03-01 18:00:00.000001 resolved"]),
        ("held for another reason", ["03-01 12:00 held reason=parts", "03-01 13:30 resumed"]),
        ("approved too low", ["03-01 17:00 extension_requested by=2h", "03-01 17:30 extension_approved extension=e3 rank=1"]),
        ("approved too late", ["03-01 17:00 extension_requested by=2h", "03-01 21:00:01 extension_approved extension=e3 rank=2"]),
        ("reported too late", ["03-01 17:00 visit_failed", "03-01 21:00:01 report_written"]),
        ("supplied", ["03-01 13:00 documents_requested", "03-01 18:00 documents_complete"]),
        ("lapsed after the due", ["03-01 13:00:01 documents_requested"]),
    ],
)  # fmt: skip
def test_what_falls_short_of_a_way_changes_nothing(lines: list[str]):
    assert dues(*TOLD, *lines) == ["03-01 18:00"]


@table(
    "of, first, again, expected",
    [
        ("promised", accepted(), "03-01 09:00 promise_accepted due=03-02T09:00",
         "03-02 09:00 promise_accepted due=03-03T09:00", ["03-03 09:00"]),
        ("before", notice("24h"), "03-01 09:00 change_scheduled at=03-04T09:00",
         "03-02 09:00 change_scheduled at=03-06T09:00", ["03-05 09:00"]),
    ],
)  # fmt: skip
def test_another_instant_that_is_stated_moves_the_due(
    of: Target, first: str, again: str, expected: list[str]
):
    opened = "03-01 08:00 opened"

    assert dues(opened, first, of=of) != expected
    assert dues(opened, first, again, of=of) == expected


def test_a_breach_tells_its_ways_and_in_which_document_the_rule_stands():
    rules = Rules((replace(policy(EVERYTHING), source="Service charter; the harbour office"),))
    breach = the(judge(history(*TOLD), rules, at(END)), "breach")

    assert breach.evidence is not None
    assert breach.evidence.document == "Service charter; the harbour office"
    assert breach.evidence.would_change == ways(EVERYTHING)
