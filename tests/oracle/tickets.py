"""Random tickets of an owner: what happened to them, and what was declared for their areas."""

from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any, Final

from tests.oracle.asks import happens, moves_for
from tests.oracle.owners import Policy, Target
from tests.oracle.stories import DAY, HALF_HOUR, Story, pick

Event = dict[str, Any]

PRIOS: Final = (*["high", "low"] * 5, "none", 1, True, None, ["high"])
REASONS: Final = (*["customer"] * 5, "parts", "parts", "", 7, True, None)
AREAS: Final = ("north", "north", "north", "south", None)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CHINA: Final = timezone(timedelta(hours=8))

#: What may happen to a ticket, more often that without which little happens.
_MOVES: Final = (
    *["waits"] * 6, *["stops"] * 6, *["reopens"] * 3, *["regrades"] * 5, *["papers"] * 3, *["rejudge"] * 3,
    "assigned", "noted", "replied", "replied", "dispatched", "split", "merged", "cancelled", "closed",
    "opened", "voids", "voids", "resumed", "unheard_of", "urged", "acknowledged",
)  # fmt: skip

#: Our words in the owners' own, with the names that attributes have there.
_IN_THEIRS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "opened": ("created", {"prio": "urgency", "area": "place"}),
    "reclassified": ("regraded", {"prio": "urgency", "area": "place"}),
    "held": ("waiting", {"reason": "for"}),
    "resolved": ("fixed", {}),
    "documents_complete": ("papers", {"prio": "urgency"}),
    "noted": ("chatter", {"prio": "urgency"}),
    "voided": ("retracted", {"event": "what", "source": "whose"}),
}

#: What is told at the very instant of a due or a statement.
_MEETING: Final = (
    *["resolved"] * 4, "replied", "replied", "closed", *["held"] * 3, "resumed", "cancelled", *["reclassified"] * 2,
    "merged", "rejudge", "rejudge", "documents_complete", "reopened", "excluded", "excluded",
)  # fmt: skip


def text_of(instant: int) -> str:
    """RFC 3339, with the offset of one place or another."""
    moment = _EPOCH + timedelta(microseconds=instant)
    if instant // HALF_HOUR % 3:
        return moment.isoformat().replace("+00:00", "Z")
    return moment.astimezone(_CHINA).isoformat()


class Ticket:
    """The events of one ticket and of its areas, told one after the other."""

    def __init__(self, dice: Random, story: Story, policies: list[Policy], *, exact: bool) -> None:
        self.dice = dice
        self.beginning = story.beginning
        self.exact = exact
        self.targets = [target for policy in policies for target in policy["targets"]]
        self.kinds = moves_for(self.targets)
        self.words = any(policy["vocabulary"] for policy in policies)
        self.versions = [policy["version"] for policy in policies]
        self.reach = max(8, min(reach(pick(dice, policies[0]["targets"])), 20 * 48))
        self.events: list[Event] = []
        self.shared: list[Event] = []

    def some_time(self) -> int:
        """Mostly on the grid and within the reach of a promise, sometimes before the beginning."""
        chance = self.dice.random()
        if chance < 0.5:
            mark = self.dice.randrange(0, self.reach * 3 // 2)
        elif chance < 0.8:
            mark = self.dice.randrange(0, 48)
        elif chance < 0.88:
            mark = self.dice.randrange(-8, 1)
        else:
            mark = self.dice.randrange(0, 10 * 48)
        return self.nudged(self.beginning + mark * HALF_HOUR)

    def nudged(self, instant: int) -> int:
        """Sometimes a microsecond off."""
        if self.exact or self.dice.random() < 0.8:
            return instant
        return instant + (1 if self.dice.random() < 0.5 else -1)

    def text(self, instant: int) -> str:
        """RFC 3339."""
        return text_of(instant)

    def tell(self, kind: str, at: int, name: str = "", /, **attributes: Any) -> Event:
        """One event, perhaps in the owner's own words."""
        if self.words and kind in _IN_THEIRS and self.dice.random() < 0.3:
            kind, names = _IN_THEIRS[kind]
            attributes = {names.get(key, key): value for key, value in attributes.items()}
        self.events.append(
            {
                "tenant": "t",
                "ticket": "k",
                "source": "a" if self.dice.random() < 0.8 else "b",
                "id": name or f"e{len(self.events)}",
                "seq": 0 if self.dice.random() < 0.8 else pick(self.dice, (1, 2)),
                "type": kind,
                "at": at,
                "attributes": attributes,
            }
        )
        return self.events[-1]

    def declare(self, kind: str, at: int, **attributes: Any) -> None:
        """One event of the areas."""
        self.shared.append(
            {
                "tenant": "t",
                "ticket": "",
                "source": pick(self.dice, ("x", "x", "y")),
                "id": f"s{len(self.shared)}",
                "seq": 0,
                "type": kind,
                "at": at,
                "attributes": attributes,
            }
        )

    def some_version(self) -> str:
        """Mostly one that there is, and not the one that governs from the first."""
        chance = self.dice.random()
        if chance < 0.1:
            return "9"
        later = self.versions[1:] if chance > 0.4 else []
        return pick(self.dice, later or self.versions)

    def facts(self) -> dict[str, Any]:
        """What an event may say of the ticket."""
        facts = {"prio": pick(self.dice, PRIOS)}
        if self.dice.random() < 0.4:
            facts["area"] = pick(self.dice, AREAS)
        return facts

    def moves(self, most: int) -> None:
        """It is opened, mostly, and up to `most` things happen, each one or two events; something always does."""
        if self.dice.random() < 0.97:
            at = self.beginning + (0 if self.dice.random() < 0.5 else self.dice.randrange(48) * HALF_HOUR)
            area = "north" if self.dice.random() < 0.8 else "south"
            self.tell("opened", at, prio=pick(self.dice, PRIOS), area=area)
        for _ in range(min(self.dice.randrange(1, most + 2), most)):
            self.move(pick(self.dice, _MOVES + self.kinds))
        if not self.events:
            self.tell("noted", self.beginning)

    def move(self, move: str) -> None:
        """One thing happens."""
        dice, at = self.dice, self.some_time()
        match move:
            case "waits":
                self.waits(at)
            case "stops":
                self.tell(pick(dice, ("resolved", "resolved", "replied", "closed")), at)
            case "reopens":
                self.tell(pick(dice, ("resolved", "closed")), at)
                self.tell("reopened", max(at, self.some_time()))
            case "regrades":
                self.tell("reclassified", at, **self.facts())
            case "papers":
                for _ in range(pick(dice, (0, 0, 1, 2))):
                    self.tell("documents_requested", self.some_time())
                self.tell("documents_complete", at)
            case "rejudge":
                replace = {} if dice.random() < 0.8 else {"replace": dice.random() < 0.8}
                self.tell("rejudge", at, version=self.some_version(), **replace)
            case "split":
                start = (
                    {}
                    if dice.random() < 0.2
                    else {"start": text_of(self.beginning - dice.randrange(-8, 48) * HALF_HOUR)}
                )
                self.tell("split", at, **start)
            case "voids":
                source = {} if dice.random() < 0.6 else {"source": pick(dice, ("a", "a", "b"))}
                self.tell("voided", at, event=f"e{dice.randrange(len(self.events) + 2)}", **source)
            case "resumed":
                self.tell("resumed", at, reason=pick(dice, REASONS))
            case "assigned" | "noted" | "replied" | "opened":
                self.tell(move, at, **self.facts())
            case _ if move in self.kinds:
                happens(self, move, at)
            case _:
                self.tell(move, at)

    def waits(self, at: int) -> None:
        """A hold, mostly with an end, perhaps with another reason in between."""
        dice = self.dice
        reason = pick(dice, REASONS)
        self.tell("held", at, **({} if dice.random() < 0.1 else {"reason": reason}))
        later = at + dice.randrange(1, 49) * HALF_HOUR
        if dice.random() < 0.2:
            self.tell("held", later, reason=pick(dice, (reason, *REASONS)))
        if dice.random() < 0.75:
            named = {} if dice.random() < 0.6 else {"reason": pick(dice, (reason, *REASONS))}
            self.tell("resumed", at + dice.randrange(1, 97) * HALF_HOUR, **named)

    def excluded(self, at: int) -> None:
        """An exclusion is declared, at once or long afterwards, perhaps twice, perhaps taken back."""
        dice = self.dice
        name = pick(dice, ("x1", "x1", "x2"))
        told = at if dice.random() < 0.6 else at + dice.randrange(20 * 48) * HALF_HOUR
        span = {}
        if told != at or dice.random() < 0.4:
            span["from"] = text_of(at)
        if dice.random() < 0.75:
            span["to"] = text_of(self.nudged(at + dice.randrange(-1, 96) * HALF_HOUR))
        if dice.random() < 0.05:
            span["to"] = None
        areas = pick(dice, ("north", "north", ["north"], ["north", "south"], ["south", 7], "south", []))
        reason = {} if dice.random() < 0.03 else {"reason": pick(dice, ("typhoon", "typhoon", "works"))}
        self.declare("excluded", told, exclusion=name, area=areas, **reason, **span)
        if dice.random() < 0.15:
            self.declare("exclusion_withdrawn", told + dice.randrange(-4, 48) * HALF_HOUR, exclusion=name)
        if dice.random() < 0.15:
            whose = {} if dice.random() < 0.5 else {"source": pick(dice, ("x", "y"))}
            self.declare(
                "voided", self.some_time(), event=f"s{dice.randrange(len(self.shared) + 1)}", **whose
            )

    def meet(self, mark: int) -> None:
        """Something happens at `mark`, or a microsecond beside it."""
        kind, at = pick(self.dice, _MEETING + self.kinds[::2]), mark
        if len(self.versions) > 1 and self.dice.random() < 0.2:
            kind = "rejudge"
        if not self.exact and self.dice.random() < 0.4:
            at += 1 if self.dice.random() < 0.5 else -1
        match kind:
            case "excluded":
                self.excluded(at)
            case "reclassified":
                self.tell(kind, at, **self.facts())
            case "held":
                self.tell(kind, at, reason="customer")
            case "rejudge":
                self.tell(kind, at, version=self.some_version())
            case _ if kind in self.kinds:
                happens(self, kind, at)
            case _:
                self.tell(kind, at)


def reach(target: Target) -> int:
    """About how many half-hours a promise may run."""
    if target["unit"] == "time":
        return target["budget"] // HALF_HOUR * (1 if target["calendar"] is None else 3)
    return target["budget"] * DAY // HALF_HOUR * 3 // 2
