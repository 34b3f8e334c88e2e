"""Which kinds of things the random examples held, so that a kind that never came up cannot pass for tested."""

from collections import Counter

from service.sla.events import VOCABULARY
from service.sla.history import in_order, key_of
from service.sla.judge import judge
from service.sla.statements import Judgement, Kind, State
from tests.sla.world import AT_LAST, World

SEEN: Counter[str] = Counter()

#: No promise is ever spoken of in these.
_UNSPOKEN = {State.ABSENT, State.REPLACED, State.NEVER}

EVENTS = [f"event {word}" for word in (*VOCABULARY, "an owner's own")]
STATES = [f"promise {state}" for state in State if state not in _UNSPOKEN]
VERDICTS = [f"verdict {state}" for state in State if state not in {*_UNSPOKEN, State.OPEN, State.BREACHED}]
STATEMENTS = [f"statement {kind}" for kind in Kind]
REMARKS = ["remark stop_before_start", "remark overdue_on_arrival"]
OTHERS = [
    "orphan",
    "no policy",
    "a later version",
    "doubt",
    "void of a void",
    "two events at one instant",
    "stop exactly at the due",
    "due unknown",
    "several promises of one target",
    "statement withdrawn",
    "statement revised",
    "wake-up",
    "due checked by walking",
]
REQUIRED = [*EVENTS, *STATES, *VERDICTS, *STATEMENTS, *REMARKS, *OTHERS]


def counted(world: World) -> Judgement:
    """Judge `world` at its end, and note what was in it: once an example, whatever comes twice."""
    judgement = judge(world.history, world.rules, AT_LAST)
    SEEN["examples"] += 1
    SEEN.update({*_of_history(world), *_of_judgement(world, judgement)})
    return judgement


def _of_history(world: World) -> set[str]:
    words = world.rules.versions[-1].vocabulary
    told = [words[event.type].type if event.type in words else event.type for event in world.history.events]
    seen = {f"event {kind}" if kind in VOCABULARY else "event an owner's own" for kind in told}
    instants = [event.at for event in world.history.events]
    voids = {key_of(event) for event in world.history.events if event.type == "voided"}
    named = {
        (event.attributes.get("source", event.source), event.attributes.get("event"))
        for event in world.history.events
        if event.type == "voided"
    }
    seen |= {"two events at one instant"} if len(set(instants)) < len(instants) else set()
    seen |= {"void of a void"} if voids & named else set()
    seen |= {"doubt"} if world.history.doubts else set()
    return seen


def _of_judgement(world: World, judgement: Judgement) -> set[str]:
    seen = {f"promise {promise.state}" for promise in judgement.promises}
    seen |= {f"statement {statement.kind}" for statement in judgement.statements}
    seen |= {f"verdict {s.outcome}" for s in judgement.statements if s.kind is Kind.VERDICT}
    seen |= {f"remark {remark}" for statement in judgement.statements for remark in statement.remarks}
    seen |= {"due unknown" for promise in judgement.promises if promise.due is None}
    seen |= {
        "stop exactly at the due" for p in judgement.promises if p.stop == p.due and p.state is State.MET
    }
    names = [promise.target for promise in judgement.promises]
    seen |= {"several promises of one target"} if len(set(names)) < len(names) else set()
    seen |= {"orphan"} if judgement.orphan else set()
    if judgement.policy is not None:
        seen |= {"a later version"} if judgement.policy[1] != "1" else set()
    elif not judgement.orphan and any(in_order(world.history.events, {})):
        seen |= {"no policy"}
    return seen


def report() -> list[str]:
    """A line a kind."""
    return [f"{SEEN[kind]:8d}  {kind}" for kind in ("examples", *REQUIRED)]
