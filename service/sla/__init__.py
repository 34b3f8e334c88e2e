"""The core: what a history says is true of every promise of a ticket.

Theory of operation. `judge(history, rules, upto)` says what is true; `diff(said, judgement)` says what has to be said
so that everybody knows. Both are pure and total: no clock, no input or output, frozen values. Late events, disorder,
replays, holds found out afterwards and withdrawals have no code path of their own: they are a changed history, judged
again. A back-test is a judgement with nothing said; an explanation is a judgement with its stretches shown.

Words, one for one thing: a *target* (in a policy) becomes a *promise* (on a ticket, begun by one event), about which
*statements* are made (warning, breach, escalation, verdict). A *rung* is one step of a target's ladder. A *hold* is
time that does not count for a reason of the ticket, an *exclusion* for a reason of its area. In *doubt* is a promise
about which a record could not be read.

From a history to statements: `history` orders it, `succession` finds which version of the rules governs when, `ticket`
is what all promises share, `promise` finds where each begins, `walk` takes it through the `transitions` on its
`timeline`, by its `terms` and the `hearing` of the `pleas` about it, `course` is what became of it, `ladder` its
rungs, `view` what may be said of it, and `judge` says it of all. To a breach the `dossier` attaches who held the
ticket how long (`custody`), who has to be heard by the `directory` of the day (`chain`), what was going on
(`evidence`), and what would change it (`ways`). `tally` is what many promises come to.
"""

from service.sla.diff import diff
from service.sla.directory import Directory
from service.sla.events import Doubt, Event, Gap
from service.sla.history import History
from service.sla.judge import addressed, explain, judge
from service.sla.policy import Policy, Rules
from service.sla.statements import Judgement, Said, Statement

__all__ = [
    "Directory", "Doubt", "Event", "Gap", "History", "Judgement", "Policy", "Rules", "Said", "Statement", "addressed", "diff",
    "explain", "judge",
]  # fmt: skip
