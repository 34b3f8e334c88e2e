"""What has to be said: a judgement held against what was said before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from service.sla.statements import Judgement, Said, Statement


def diff(said: Iterable[Said], judgement: Judgement) -> tuple[Said, ...]:
    """The revisions that turn `said` into `judgement`, in the order in which they are to be said.

    Withdrawals come first, then new and revised statements by their own instants. `said` holds the newest revision
    of each id. Equal content gets no revision; a statement that comes back after a withdrawal, or changes, is the
    next one; what a bare one never told is no change. Applying the result to `said` leaves nothing to say.
    """
    before = {each.statement.id: each for each in said}
    in_force = {statement.id: statement for statement in judgement.statements}
    withdrawn = [
        Said(statement=each.statement, rev=each.rev + 1, withdrawn=True)
        for each in before.values()
        if not each.withdrawn and each.statement.id not in in_force
    ]
    withdrawn.sort(key=lambda each: (each.statement.at, each.statement.target, each.statement.id))
    new = []
    for statement in in_force.values():
        last = before.get(statement.id)
        if last is None or last.withdrawn or _is_other(last, statement):
            new.append(Said(statement=statement, rev=1 if last is None else last.rev + 1))
    return (*withdrawn, *new)


def _is_other(last: Said, statement: Statement) -> bool:
    if not last.bare:
        return last.statement != statement
    told = replace(statement, holders=(), chain=(), evidence=None)
    return replace(last.statement, holders=(), chain=(), evidence=None) != told
