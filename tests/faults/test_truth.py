"""The oracle itself: it is content with what is true, and complains of every way in which it may be false."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.sla.diff import diff
from service.sla.history import History
from service.sla.judge import judge
from service.sla.statements import Said
from service.wire.outgoing import encode
from tests.faults.scenario import SPAN, START, by_ticket, scenario, the_rules
from tests.faults.truth import Evidence, Line, Sentence, complaints, stale, untruths

STEPS = 12


@pytest.fixture(scope="module")
def told():
    """A scenario, and the evidence that a right service would leave: judged at twelve instants."""
    drawn, rules = scenario(60, 5), the_rules()
    lines, sentences = [], []
    for ticket, sendings in by_ticket(drawn.arrivals).items():
        said: dict[str, Said] = {}
        for step in range(1, STEPS + 1):
            upto = START + SPAN * step // STEPS
            known = tuple(sending.event for sending in sendings if sending.when <= upto)
            for each in diff(said.values(), judge(History(known), rules, upto)):
                said[each.statement.id] = each
                lines.append(Line(each.statement, each.rev, each.withdrawn, upto))
                out = encode(each, cause=None, watermark=upto, decided_at=upto)
                where = (len(ticket) % 3, len(sentences), out.key, out.value)
                sentences.append(Sentence(*where, each.statement, each.rev, each.withdrawn))
    breaches = tuple(
        replace(s, key=s.statement.id.encode()) for s in sentences if s.statement.kind == "breach"
    )
    kept = tuple((e.tenant, e.ticket, e.source, e.id) for e in drawn.events)
    return drawn, Evidence(tuple(sentences), breaches, tuple(lines), kept, 0)


def complain(drawn, evidence) -> str:
    rules = the_rules()
    found = complaints(evidence, drawn.events, rules, drawn.until)
    return "\n".join([*found, *untruths(evidence, drawn.arrivals, rules)])


def test_it_has_nothing_to_say_of_what_is_true(told):
    drawn, evidence = told
    assert complain(drawn, evidence) == ""
    assert any(line.withdrawn for line in evidence.ledger), (
        "nothing was ever taken back: the scenario is too tame"
    )


def test_repeats_are_no_fault(told):
    drawn, evidence = told
    again = replace(evidence, statements=evidence.statements[:40] + evidence.statements)
    assert complain(drawn, again) == ""
    assert again.repeats == 40


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda e: replace(e, statements=e.statements[:-1]), "on the topic"),
        (lambda e: replace(e, breaches=e.breaches[:-1]), "breaches"),
        (lambda e: replace(e, ledger=e.ledger[:-1]), "in the ledger"),
        (lambda e: replace(e, statements=e.statements[::-1]), "comes after rev"),
        (lambda e: replace(e, events=e.events + e.events[:1]), "is kept 2 times"),
        (lambda e: replace(e, events=e.events[1:]), "is lost"),
        (lambda e: replace(e, events=(*e.events, ("faults", "T", "s", "x"))), "was never published"),
        (lambda e: replace(e, outbox=3), "left in the outbox"),
        (lambda e: replace(e, ledger=tuple(replace(x, rev=x.rev + (x.rev > 1)) for x in e.ledger)), "revisions of"),
        (lambda e: _changed(e, lambda s: replace(s, clause="9")), "clause: found '9', expected"),
        (lambda e: replace(e, statements=(*e.statements, replace(e.statements[0], value=b"{}"))), "other bytes"),
        (lambda e: replace(e, statements=(*e.statements, replace(e.statements[0], part=9))), "in partition 9"),
        (lambda e: replace(e, ledger=tuple(replace(x, watermark=x.watermark - SPAN // 2) for x in e.ledger)), "never true"),
    ],
)  # fmt: skip
def test_it_complains(told, change, words):
    drawn, evidence = told
    assert words in complain(drawn, change(evidence))


def _changed(evidence: Evidence, change) -> Evidence:
    last = evidence.statements[-1]
    return replace(
        evidence, statements=(*evidence.statements[:-1], replace(last, statement=change(last.statement)))
    )


def test_the_last_word_on_a_compacted_topic_has_to_be_the_newest(told):
    _, evidence = told
    assert not list(stale(evidence.breaches))
    revised = next(s for s in evidence.breaches if s.withdrawn)
    first = next(s for s in evidence.breaches if s.key == revised.key)
    assert list(stale((*evidence.breaches, first)))
