"""What has to be said: a judgement held against what was said before."""

from __future__ import annotations

from collections.abc import Iterable

from service.sla.statements import Judgement, Said


def diff(said: Iterable[Said], judgement: Judgement) -> tuple[Said, ...]:
    """The revisions that turn `said` into `judgement`, in the order in which they are to be said.

    Withdrawals come first, then new and revised statements by their own instants. `said` holds the newest revision
    of each id. Equal content gets no revision; a statement that comes back after a withdrawal, or changes, is the
    next one. Applying the result to `said` leaves nothing to say.
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
        if last is None or last.withdrawn or last.statement != statement:
            new.append(Said(statement=statement, rev=1 if last is None else last.rev + 1))
    return (*withdrawn, *new)
