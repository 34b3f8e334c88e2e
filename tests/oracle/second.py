"""The oracle: what has to be said of a ticket, written from `docs/time.md` and `docs/promises.md` alone, plain and slow."""

from tests.oracle.calendars import Calendar
from tests.oracle.clocks import parts
from tests.oracle.legs import Leg, Promise
from tests.oracle.promises import Fold
from tests.oracle.rules import Rules
from tests.oracle.steps import steps
from tests.oracle.story import Story, eras_of
from tests.oracle.walls import NEVER


def answer(case: dict) -> dict:
    stories = [Story(policy, case["events"], case["shared"]) for policy in case["policies"]]
    orphan = all(story.opened is None for story in stories)
    eras = eras_of(stories)
    if not eras:
        return {"policy": None, "orphan": orphan, "promises": [], "statements": [], "waits": []}
    calendars = {name: Calendar(plain) for name, plain in case["calendars"].items()}
    promises, statements, spoken = [], [], []
    for target in sorted({name for era in eras for name in era.story.targets}):
        rules = [
            Rules(era, era.story.targets[target], calendars) if target in era.story.targets else None
            for era in eras
        ]
        for promise in Fold(eras, rules).promises():
            told = Spoken(promise, case)
            spoken.append(told)
            promises.append(told.summary())
            statements += told.statements()
    promises.sort(key=lambda p: (p["target"], p["start"], p["started_by"]))
    statements.sort(key=lambda s: (s["target"], s["start"], s["started_by"], s["name"]))
    return {
        "policy": eras[-1].story.version,
        "orphan": orphan,
        "promises": promises,
        "statements": statements,
        "waits": waits(spoken),
    }


def waits(spoken: list["Spoken"]) -> list[list]:
    """For each set of required sources the next instant whose passing changes what is said."""
    turns = sorted({turn for told in spoken for turn in told.turns()})
    found: dict[Sources, int] = {}
    for sources, instant in turns:
        if sources not in found and any(told.changes(sources, instant) for told in spoken):
            found[sources] = instant
    return [[list(sources), instant] for sources, instant in sorted(found.items())]


Sources = tuple[str, ...]


class Spoken:
    """One promise, as it can be spoken of at the watermark."""

    def __init__(self, promise: Promise, case: dict, passed: tuple[Sources, int] | None = None):
        """As if what the sources of `passed` are complete to had just passed that instant."""
        assert promise.leg
        self.promise, self.leg, self.case, self.just = promise, promise.leg, case, passed
        self.doubts = case["doubts"]
        self.due = self.leg.due()
        self.decide_at = self.leg.decide_at()
        self.reasons: list[str] = []
        self.state = self.state_now()
        self.shown = self.state in ("met", "late", "cancelled", "superseded", "deemed")

    def past(self, leg: Leg, instant: int) -> bool:
        """Whether W and all sources that the target requires have passed it with grace."""
        return instant + leg.rules.target["grace"] < self.complete_to(sources_of(leg))

    def complete_to(self, sources: Sources) -> int:
        if self.just and self.just[0] == sources:
            return self.just[1] + 1
        return min([self.case["upto"], *(self.case["caps"].get(source, -NEVER) for source in sources)])

    def turns(self) -> list[tuple[Sources, int]]:
        """What has not passed yet: decisions and rungs, with grace, and for which sources."""
        instants = [(self.leg, self.decide_at), (self.leg, self.promise.decided_at)]
        instants += [(leg, step.at) for leg in self.promise.legs for step in steps(leg)]
        found = [(sources_of(leg), at + leg.rules.target["grace"]) for leg, at in instants if at is not None]
        return [(sources, at) for sources, at in found if at >= self.complete_to(sources)]

    def changes(self, sources: Sources, instant: int) -> bool:
        return Spoken(self.promise, self.case, (sources, instant)).statements() != self.statements()

    def unproven(self) -> bool:
        """Whether the proof of what rests on absence has a hole, between the start and the decision with grace."""
        leg, target, proved = self.leg, self.leg.rules.target, self.case["proved"]
        decision = self.promise.decided_at if self.state == "deemed" else self.decide_at
        assert decision is not None
        end = decision + target["grace"]
        gaps = [gap for gap in self.case["gaps"] if gap["source"] in ("", *sources_of(leg))]
        return (proved is not None and end >= proved) or any(
            gap["start"] <= end and gap["end"] > leg.begin for gap in gaps
        )

    def doubts_on(self, leg: Leg, instant: int) -> list[str]:
        return [d["reason"] for d in self.doubts if d["since"] <= instant + leg.rules.target["grace"]]

    def state_now(self) -> str:
        promise = self.promise
        if promise.outcome == "deemed" and promise.lapsed:
            assert promise.decided_at is not None
            if not self.past(self.leg, promise.decided_at):
                return "open"
            known = promise.decided_at <= self.leg.rules.end_of_knowledge()
            if known and not self.doubts_on(self.leg, promise.decided_at):
                return "deemed"
        elif promise.outcome != "missed":
            return promise.outcome or "open"
        if self.decide_at is None or not self.past(self.leg, self.decide_at):
            return "open"
        reasons = set(self.doubts_on(self.leg, self.decide_at))
        if (self.due or 0) > self.leg.rules.end_of_knowledge():
            reasons.add("calendar")
        self.reasons = sorted(reasons)
        if reasons:
            return "indeterminate"
        if self.leg.rules.target.get("customers"):
            return "expired"
        return "late" if promise.decider else "breached"

    def summary(self) -> dict:
        promise, leg, due = self.promise, self.leg, self.due
        decide_at = self.decide_at
        doubtful = bool(self.doubts) and (decide_at is None or bool(self.doubts_on(leg, decide_at)))
        return {
            "target": promise.target,
            "started_by": promise.event.name,
            "start": leg.begin,
            "due": due,
            "state": self.state,
            "stop": promise.decided_at if self.shown else None,
            "stopped_by": promise.decider if self.shown else None,
            "held": not self.shown and leg.rules.losses.open,
            "gated": not self.shown and leg.clock_start is None,
            "provisional": due is not None and due > leg.rules.end_of_knowledge(),
            "in_doubt": not self.shown and doubtful,
        }

    def statements(self) -> list[dict]:
        said = []
        if self.shown and self.state != "late":
            said.append(self.verdict(self.state))
        elif self.state in ("breached", "late"):
            assert self.due is not None
            said.append(self.statement("breach", "breach", self.leg, self.leg.said_at(self.due)))
            if self.state == "late":
                said.append(self.verdict("late"))
        elif self.state == "expired":
            assert self.due is not None
            said.append(
                self.statement("verdict", "verdict", self.leg, self.leg.said_at(self.due), outcome="expired")
            )
        elif self.state == "indeterminate":
            assert self.due is not None
            more = {"outcome": "indeterminate", "reason": ",".join(self.reasons)}
            said.append(self.statement("verdict", "verdict", self.leg, self.leg.said_at(self.due), **more))
        return said + self.rungs()

    def verdict(self, outcome: str) -> dict:
        at = self.promise.decided_at
        assert at is not None
        more = {"outcome": outcome, "event": self.promise.decider}
        at = self.leg.said_at(at) if outcome == "late" else at
        return self.statement("verdict", "verdict", self.leg, at, **more)

    def rungs(self) -> list[dict]:
        said, known = [], set()  # names that were right under an earlier version
        for leg in self.promise.legs:
            names = set()
            for step in steps(leg):
                at, name = step.at, step.name
                if (step.after and not self.broken(leg)) or not leg.in_force_at(at):
                    continue
                names.add(name)
                if not self.past(leg, at) or self.doubts_on(leg, at) or at > leg.rules.end_of_knowledge():
                    continue
                if name in known:
                    assert leg.rules.era.event
                    name += " @" + "/".join(leg.rules.era.event.name)
                said.append(self.statement(step.rung["kind"], name, leg, at, role=step.rung["role"]))
            known |= names
        return said

    def broken(self, leg: Leg) -> bool:
        return leg is self.leg and self.state in ("breached", "late", "expired")

    def statement(self, kind: str, name: str, leg: Leg, at: int, **more) -> dict:
        due, outcome = leg.due_known_at(at), more.get("outcome", "")
        absent = kind == "breach" or outcome == "expired" or (outcome == "deemed" and self.promise.lapsed)
        return {
            "kind": kind,
            "target": self.promise.target,
            "started_by": self.promise.event.name,
            "name": name,
            "at": at,
            "version": leg.rules.story.version,
            "start": leg.begin,
            "due": due,
            "account": self.account(leg, at),
            "outcome": "",
            "reason": "",
            "event": None,
            "role": "",
            "remarks": self.remarks(leg, at, due, outcome, absent),
            **more,
        }

    def account(self, leg: Leg, at: int) -> dict:
        begin = at if leg.clock_start is None else min(leg.clock_start, at)
        rules = leg.rules
        sums = parts(rules.hours(), begin, at, rules.losses.excluded, rules.losses.held)
        days = leg.clock.used(at) if leg.clock and rules.target["unit"] != "time" else 0
        return {"gated": begin - leg.begin, **sums, "days": days}

    def remarks(self, leg: Leg, at: int, due: int | None, outcome: str, absent: bool) -> list[str]:
        rules = leg.rules
        second = rules.story.second_request
        holding = {
            "stop_before_start": outcome == "met" and self.promise.early,
            "overdue_on_arrival": leg.own_due is not None
            and any(leg.own_due < r <= at for r in leg.arrivals),
            "max_open": any(leg.begin < limit <= at for limit in rules.losses.limits),
            "second_request": bool(rules.target["gate"]) and second is not None and second <= at,
            "provisional_due": due is not None and due > rules.end_of_knowledge(at),
            "report_missing": any(limit <= at for limit in leg.deeming.missing()),
        }
        evidence = {what for since, what in leg.pleas().evidence if since <= at}
        evidence |= {"unproven"} if absent and self.unproven() else set()
        count = self.promise.replaces
        evidence |= {"replaces" if count == 1 else f"replaces {count}"} if count else set()
        return sorted(evidence | {name for name, holds in holding.items() if holds})


def sources_of(leg: Leg) -> Sources:
    return tuple(sorted(leg.rules.target.get("requires", ())))
