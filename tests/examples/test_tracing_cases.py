"""What a case becomes, whatever arrives in which order."""

import json
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.tracing.cases import (
    Breach,
    Case,
    Repeat,
    Step,
    cases_of,
    in_force,
    line_of,
    line_of_person,
    read,
)

EXAMPLES = Path(__file__).parents[2] / "docs" / "contracts" / "examples"


def value(name: str) -> dict:
    return json.loads((EXAMPLES / f"statement.{name}.json").read_text())["value"]


def revision(rev: int, *, withdrawn: bool = False, breach: int = 1, **data):
    """The breach of the contract's example, as another revision, with `data` changed."""
    made = value("breach.v1.in_force")
    status = "withdrawn" if withdrawn else "in_force"
    made["data"] |= {"statement": str(UUID(int=breach)), "rev": rev, "status": status} | data
    made["data"]["said"] |= {"decided_at": f"2026-03-02T0{rev}:00:00.000000Z"}
    found = read(json.dumps(made).encode())
    assert found is not None
    return found


#: Said, withdrawn after a late proof, said again with a later due.
SAID, TAKEN_BACK, AGAIN = (
    revision(1),
    revision(2, withdrawn=True),
    revision(3, due="2026-03-02T10:00:00.000000Z"),
)


def steps(case: Case) -> list[tuple[Step, int]]:
    return [(step, breach.rev) for step, breach in case.steps]


def case_of(*breaches) -> Case:
    (case,) = cases_of(breaches).values()
    return case


def test_a_case_is_opened_closed_and_reopened():
    assert steps(case_of(SAID)) == [("opened", 1)]
    assert steps(case_of(SAID, TAKEN_BACK)) == [("opened", 1), ("closed", 2)]
    assert steps(case_of(SAID, TAKEN_BACK, AGAIN)) == [("opened", 1), ("closed", 2), ("reopened", 3)]
    assert [case_of(*known).is_open for known in ([SAID], [SAID, TAKEN_BACK], [SAID, TAKEN_BACK, AGAIN])] == [
        True,
        False,
        True,
    ]


def test_what_is_said_otherwise_revises_an_open_case():
    case = case_of(SAID, revision(2, due="2026-03-02T10:00:00.000000Z"))

    assert steps(case) == [("opened", 1), ("revised", 2)]
    assert case.latest.due == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_a_breach_that_is_first_heard_of_as_withdrawn_opens_nothing_and_keeps_its_older_revision_out():
    assert steps(case_of(TAKEN_BACK)) == [("closed", 2)]
    assert not case_of(TAKEN_BACK, SAID).is_open


def test_a_withdrawn_breach_that_is_withdrawn_otherwise_is_not_closed_twice():
    assert steps(case_of(SAID, TAKEN_BACK, revision(3, withdrawn=True))) == [("opened", 1), ("closed", 2)]


@given(st.data())
def test_order_and_repetition_make_no_difference(data):
    """Three breaches, each said, withdrawn and said again, in any order, each revision once or more often."""
    all_of_them = [
        revision(rev, breach=breach, withdrawn=rev == 2) for breach in (1, 2, 3) for rev in (1, 2, 3)
    ]
    more = data.draw(st.lists(st.sampled_from(all_of_them), max_size=12))
    arrived = data.draw(st.permutations(all_of_them + more))

    found = cases_of(arrived)

    assert found.keys() == {UUID(int=breach) for breach in (1, 2, 3)}
    for case in found.values():
        assert steps(case) == [("opened", 1), ("closed", 2), ("reopened", 3)]
        assert [breach.rev for breach in case.revisions] == [1, 2, 3]


@given(
    st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, unique_by=lambda each: each[0]),
    st.data(),
)
def test_the_highest_revision_holds_however_many_are_missing(known, data):
    """A compacted topic may keep the last revision only."""
    arrived = [revision(rev, withdrawn=withdrawn) for rev, withdrawn in data.draw(st.permutations(known))]

    case = case_of(*arrived)

    assert (case.latest.rev, case.is_open) == (max(known)[0], not max(known)[1])


def test_marks_are_shown_and_nothing_is_suggested():
    quiet = value("breach.v1.not_announced")
    quiet["data"] |= {"remarks": ["unproven", "max_open"], "clause": "", "due": None}
    found = read(json.dumps(quiet).encode())

    assert line_of(case_of(found)) == (
        "open | SR-2025-000977 | resolve | - | due - | opened 2026-03-02 01:00:00 +0000"
        " | unproven, max_open, tell nobody"
    )


def test_a_case_in_one_line():
    assert line_of(case_of(AGAIN, SAID, TAKEN_BACK)) == (
        "open | SR-2026-001042 | resolve | 3.2 | due 2026-03-02 10:00:00 +0000"
        " | opened 2026-03-02 01:00:00 +0000, closed 2026-03-02 02:00:00 +0000,"
        " reopened 2026-03-02 03:00:00 +0000 | -"
    )


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("statement.*.json")), ids=lambda path: path.stem)
def test_breaches_of_the_contract_make_cases_and_nothing_else_does(path):
    found = read(json.dumps(json.loads(path.read_text())["value"]).encode())

    assert isinstance(found, Breach) == path.name.startswith("statement.breach.v1.")
    assert isinstance(found, Repeat) == path.name.startswith("statement.repeat.v1.")
    assert (found is None) == (path.name.split(".")[1] not in {"breach", "repeat"})


def test_types_and_fields_that_are_not_known_are_passed_over():
    made = value("breach.v1.in_force")

    assert (
        read(json.dumps({**made, "type": "slaclock.notice.frozen.v1", "data": {"reason": "x"}}).encode())
        is None
    )
    assert read(json.dumps({**made, "type": "slaclock.statement.breach.v2", "data": [1]}).encode()) is None
    made["data"]["chain"] = [{"role": "head"}]
    assert read(json.dumps({**made, "traceparent": "x"}).encode()) is not None


@pytest.mark.parametrize(
    "odd", [None, b"", b"{", b"[]", b"\xff", b'{"type": "slaclock.statement.breach.v1"}']
)
def test_what_cannot_be_read_is_a_value_error(odd):
    with pytest.raises(ValueError):
        read(odd)


def test_a_breach_without_what_the_contract_promises_is_a_value_error():
    for name in ("statement", "rev", "status", "ticket", "remarks", "said"):
        made = value("breach.v1.in_force")
        del made["data"][name]
        with pytest.raises(ValueError, match=name):
            read(json.dumps(made).encode())


def test_of_persons_the_highest_revision_holds_in_any_order():
    said = read(json.dumps(value("repeat.v1.in_force")).encode())
    back = read(json.dumps(value("repeat.v1.withdrawn")).encode())
    again = said.model_copy(update={"rev": 3, "breaches": said.breaches[1:]})

    for arrived in permutations([said, back, again, said]):
        assert in_force(arrived) == [again]
    assert in_force([back, said]) == []
    assert line_of_person(said) == (
        "u-317 | 3 from 2025-03-01 16:00:00 +0000 to 2026-03-02 09:40:00 +0000"
        " | 7f0d1a52-9a51-5d0c-8f3b-2f6c1f0e7a11, a35d4f3e-6a57-5f7e-9d0e-4d1b7a52c9d2,"
        " dda62524-2f8a-52d4-9fa5-0a1fbbf9f5c1 | -"
    )
