"""The oracle: what has to be said of a ticket, written from `docs/time.md` alone, plain and slow."""

from tests.oracle.clocks import Calendar, parts
from tests.oracle.legs import Leg, Promise, Rules
from tests.oracle.promises import Fold
from tests.oracle.story import Story, eras_of


def answer(case: dict) -> dict:
    stories = [Story(policy, case["events"], case["shared"]) for policy in case["policies"]]
    orphan = all(story.opened is None for story in stories)
    eras = eras_of(stories)
    if not eras:
        return {"policy": None, "orphan": orphan, "promises": [], "statements": []}
    calendars = {name: Calendar(plain) for name, plain in case["calendars"].items()}
    promises, statements = [], []
    for target in sorted({name for era in eras for name in era.story.targets}):
        rules = [
            Rules(era, era.story.targets[target], calendars) if target in era.story.targets else None
            for era in eras
        ]
        for promise in Fold(eras, rules).promises():
            told = Spoken(promise, case["upto"], case["doubts"])
            promises.append(told.summary())
            statements += told.statements()
    promises.sort(key=lambda p: (p["target"], p["start"], p["started_by"]))
    statements.sort(key=lambda s: (s["target"], s["start"], s["started_by"], s["name"]))
    return {
        "policy": eras[-1].story.version,
        "orphan": orphan,
        "promises": promises,
        "statements": statements,
    }


class Spoken:
    """One promise, as it can be spoken of at the watermark."""

    def __init__(self, promise: Promise, upto: int, doubts: list[dict]):
        assert promise.leg
        self.promise, self.leg, self.upto, self.doubts = promise, promise.leg, upto, doubts
        self.due = self.leg.due()
        self.reasons: list[str] = []
        self.state = self.state_now()
        self.shown = self.state in ("met", "late", "cancelled", "superseded")

    def past(self, leg: Leg, instant: int) -> bool:
        return instant + leg.rules.target["grace"] < self.upto

    def doubts_on(self, leg: Leg, instant: int) -> list[str]:
        return [d["reason"] for d in self.doubts if d["since"] <= instant + leg.rules.target["grace"]]

    def state_now(self) -> str:
        if self.promise.outcome != "missed":
            return self.promise.outcome or "open"
        assert self.due is not None
        if not self.past(self.leg, self.due):
            return "open"
        reasons = set(self.doubts_on(self.leg, self.due))
        if self.due > self.leg.rules.end_of_knowledge():
            reasons.add("calendar")
        self.reasons = sorted(reasons)
        if reasons:
            return "indeterminate"
        return "late" if self.promise.decider else "breached"

    def summary(self) -> dict:
        promise, leg, due = self.promise, self.leg, self.due
        doubtful = bool(self.doubts) and (due is None or bool(self.doubts_on(leg, due)))
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
            said.append(self.statement("breach", "breach", self.leg, self.due))
            if self.state == "late":
                said.append(self.verdict("late"))
        elif self.state == "indeterminate":
            assert self.due is not None
            more = {"outcome": "indeterminate", "reason": ",".join(self.reasons)}
            said.append(self.statement("verdict", "verdict", self.leg, self.due, **more))
        return said + self.rungs()

    def verdict(self, outcome: str) -> dict:
        assert self.promise.decided_at is not None
        more = {"outcome": outcome, "event": self.promise.decider}
        return self.statement("verdict", "verdict", self.leg, self.promise.decided_at, **more)

    def rungs(self) -> list[dict]:
        said, known = [], set()  # names that were right under an earlier version
        for leg in self.promise.legs:
            names = set()
            for rung in leg.rules.target["rungs"]:
                at = self.instant(leg, rung["amount"])
                if at is None or not leg.in_force_at(at):
                    continue
                names.add(rung["name"])
                if not self.past(leg, at) or self.doubts_on(leg, at) or at > leg.rules.end_of_knowledge():
                    continue
                name = rung["name"]
                if name in known:
                    assert leg.rules.era.event
                    name += " @" + "/".join(leg.rules.era.event.name)
                said.append(self.statement(rung["kind"], name, leg, at, role=rung["role"]))
            known |= names
        return said

    def instant(self, leg: Leg, amount: int) -> int | None:
        """Where a rung lies, if it is right there as far as the due goes."""
        if leg.clock is None:
            return None
        budget = leg.rules.target["budget"]
        due = leg.due()
        if amount < budget:
            at = leg.clock.reached(amount)
            return at if at is not None and (due is None or at < due) else None
        if leg is not self.leg or self.state not in ("breached", "late"):
            return None
        assert due is not None
        return due if amount == budget else leg.clock.reached(leg.clock.used(due) + amount - budget)

    def statement(self, kind: str, name: str, leg: Leg, at: int, **more) -> dict:
        due = leg.due_known_at(at)
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
            "remarks": self.remarks(leg, at, due, more.get("outcome", "")),
            **more,
        }

    def account(self, leg: Leg, at: int) -> dict:
        begin = at if leg.clock_start is None else min(leg.clock_start, at)
        rules = leg.rules
        sums = parts(rules.hours(), begin, at, rules.losses.excluded, rules.losses.held)
        days = leg.clock.used(at) if leg.clock and rules.target["unit"] != "time" else 0
        return {"gated": begin - leg.begin, **sums, "days": days}

    def remarks(self, leg: Leg, at: int, due: int | None, outcome: str) -> list[str]:
        rules = leg.rules
        second = rules.story.second_request
        holding = {
            "stop_before_start": outcome == "met" and self.promise.early,
            "overdue_on_arrival": leg.own_due is not None
            and any(leg.own_due < r <= at for r in leg.arrivals),
            "max_open": any(leg.begin < limit <= at for limit in rules.losses.limits),
            "second_request": bool(rules.target["gate"]) and second is not None and second <= at,
            "provisional_due": due is not None and due > rules.end_of_knowledge(at),
        }
        return sorted(name for name, holds in holding.items() if holds)
