"""The table of a promise: what can happen in which state, and what follows."""

import pytest

from service.sla.statements import State
from service.sla.transitions import ENDED, TRANSITIONS, Happening

SPOKEN = {State.INDETERMINATE, State.EXPIRED}  # how a missed promise is spoken of; nothing happens in it

EXPECTED = """
              enter       leave       early     stop      cancel      deem        replace     due
absent        open        absent      never     never     never       absent      never       absent
open          open        superseded  early     met       cancelled   deemed      replaced    breached
early         early       early       early     met       early       early       early       met
deemed      deemed      deemed      early     met       deemed      deemed      deemed      settled
superseded    open        superseded  replaced  replaced  replaced    superseded  replaced    superseded
breached      breached    breached    late      late      breached    settled     breached    breached
met           met         met         met       met       met         met         met         met
late          late        late        late      late      late        late        late        late
settled       settled     settled     settled   settled   settled     settled     settled     settled
cancelled     cancelled   cancelled   cancelled cancelled cancelled   cancelled   cancelled   cancelled
replaced      replaced    replaced    replaced  replaced  replaced    replaced    replaced    replaced
never         never       never       never     never     never       never       never       never
"""


def test_the_table_is_total():
    assert set(TRANSITIONS) == set(State) - SPOKEN
    assert all(set(row) == set(Happening) for row in TRANSITIONS.values())


def test_it_leads_nowhere_outside_itself():
    assert {state for row in TRANSITIONS.values() for state in row.values()} <= set(TRANSITIONS)


def test_what_has_ended_stays_as_it_is_and_nothing_else_does():
    still = {state for state, row in TRANSITIONS.items() if set(row.values()) == {state}}

    assert still == ENDED


@pytest.mark.parametrize("line", EXPECTED.strip().splitlines()[1:], ids=lambda line: line.split()[0])
def test_the_table_by_hand(line: str):
    happenings = map(Happening, EXPECTED.strip().splitlines()[0].split())
    state, *next_states = line.split()

    assert dict(TRANSITIONS[State(state)]) == dict(zip(happenings, map(State, next_states), strict=True))
