"""What happens to a ticket for the kinds of promise: requests and answers, failed visits, dates from conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.oracle.stories import DAY, HALF_HOUR, pick

if TYPE_CHECKING:
    from tests.oracle.tickets import Ticket

Target = dict[str, Any]

#: Things that are no instant in the form of RFC 3339, or left out.
_UNREADABLE: Final = ("", "soon", "2024-03-08T00:00:00", 7, True, None, ["2024-03-08T00:00:00Z"])
#: Amounts in the other unit.
_BY_OTHERS: Final = {"time": "3 days", "calendar_days": "24h", "working_days": "90m"}
_RANKS: Final = (-1, 0, 0, 0, 1, 1)


def moves_for(targets: list[Target]) -> tuple[str, ...]:
    """What more may happen to the tickets of an owner with `targets`, the more often the more of them look for it."""
    found: list[str] = []
    for target in targets:
        if target["extension"]:
            found += ["extends"] * 24
        if target["deemed"]:
            found += ["fails"] * 10
        if target["lapsed"]:
            found += ["demands"] * 10
        if target["stated"]:
            found += [target["stated"]] * 20
        if any(rung.get("urges") for rung in target["rungs"]):
            found += ["urges"] * 10
    return tuple(found)


def happens(ticket: Ticket, move: str, at: int) -> None:
    """One of `moves_for` happens."""
    match move:
        case "extends":
            for _ in range(pick(ticket.dice, (1, 1, 1, 2, 3))):
                _extends(ticket, at)
                at += ticket.dice.randrange(8) * HALF_HOUR
        case "fails":
            _fails(ticket, at)
        case "demands":
            _demands(ticket, at)
        case "promised":
            _promises(ticket, at)
        case "before":
            _schedules(ticket, at)
        case _:
            for _ in range(pick(ticket.dice, (1, 1, 2, 3))):
                ticket.tell("urged", at)
                at += ticket.dice.randrange(48) * HALF_HOUR


def _extends(ticket: Ticket, at: int) -> None:
    """A request, mostly answered, around what the rule asks of the answer; some answers say what they grant instead."""
    dice = ticket.dice
    target = pick(dice, [target for target in ticket.targets if target["extension"]])
    rule, named = target["extension"], {}
    if dice.random() < 0.6:
        named = {"extension": "more" if dice.random() < 0.3 else f"more{len(ticket.events)}"}
    request = ticket.tell("extension_requested", at, **named, **_asked(ticket, target, at))
    for _ in range(pick(dice, (0, 1, 1, 1, 1, 1, 1, 2))):
        kind = "extension_approved" if dice.random() < 0.85 else "extension_refused"
        name = named.get("extension", request["id"])
        rank = {} if dice.random() < 0.05 else {"rank": rule["rank"] + pick(dice, _RANKS)}
        when = _around(ticket, at, rule["within"])
        instead = _asked(ticket, target, when) if dice.random() < 0.2 else {}
        ticket.tell(kind, when, extension=name, **rank, **instead)


def _asked(ticket: Ticket, target: Target, at: int) -> dict[str, Any]:
    """Until when, or by how much in the target's unit: `2h`, `90m`, `3 days`; sometimes nothing that can be read."""
    dice = ticket.dice
    if dice.random() < 0.1:
        return pick(
            dice,
            (
                {},
                {"by": "much"},
                {"by": 7},
                {"by": None, "until": ticket.text(at + DAY)},
                {"by": "2h", "until": pick(dice, _UNREADABLE)},
                {"by": _BY_OTHERS[target["unit"]]},
                {"until": pick(dice, _UNREADABLE)},
            ),
        )
    if dice.random() < 0.4:
        return {"until": ticket.text(at + dice.randrange(ticket.reach * 2) * HALF_HOUR)}
    if target["unit"] != "time":
        return {"by": f"{pick(dice, (1, 2, 3))} days"}
    half_hours = dice.randrange(1, 17)
    return {"by": f"{half_hours * 30}m" if half_hours % 2 else f"{half_hours // 2}h"}


def _fails(ticket: Ticket, at: int) -> None:
    """A failed contact or visit, mostly with a report; either may be refuted."""
    dice = ticket.dice
    rule = pick(dice, [target["deemed"] for target in ticket.targets if target["deemed"]])
    told = [ticket.tell(pick(dice, rule["on"])["type"], at)]
    told += [
        ticket.tell("report_written", _around(ticket, at, rule["within"]))
        for _ in range(pick(dice, (0, 1, 1, 1, 1, 2)))
    ]
    if dice.random() < 0.15:
        _refuted(ticket, pick(dice, told))
    if dice.random() < 0.25:
        stopped = _around(ticket, at, rule["within"])
        ticket.tell(pick(dice, ("resolved", "resolved", "replied")), stopped)
        ticket.tell("reopened", stopped + dice.randrange(8) * HALF_HOUR)


def _demands(ticket: Ticket, at: int) -> None:
    """Documents are asked for, and come in time or not."""
    dice = ticket.dice
    rule = pick(dice, [target["lapsed"] for target in ticket.targets if target["lapsed"]])
    told = [ticket.tell("documents_requested", at)]
    if dice.random() < 0.4:
        told.append(ticket.tell("documents_complete", _around(ticket, at, rule["after"])))
    if dice.random() < 0.15:
        _refuted(ticket, pick(dice, told))


def _refuted(ticket: Ticket, told: dict[str, Any]) -> None:
    source = {} if ticket.dice.random() < 0.2 else {"source": told["source"]}
    at = told["at"] + ticket.dice.randrange(-4, 96) * HALF_HOUR
    ticket.tell("refuted", at, event=told["id"], **source)


def _promises(ticket: Ticket, at: int) -> None:
    """A date from the conversation, and perhaps the next before it, at it, or after it."""
    dice = ticket.dice
    for _ in range(pick(dice, (1, 1, 1, 2, 3))):
        due = ticket.nudged(
            at + (dice.randrange(1, 97) if dice.random() < 0.9 else -dice.randrange(9)) * HALF_HOUR
        )
        ticket.tell("promise_accepted", at, **_instant(ticket, "due", due))
        beside = pick(dice, (-1, 0, 0, 1)) if not ticket.exact else 0
        before = at + dice.randrange(48) * HALF_HOUR
        at = max(at, pick(dice, (due + beside, before, before, due + dice.randrange(1, 48) * HALF_HOUR)))


def _schedules(ticket: Ticket, at: int) -> None:
    """A change is scheduled days ahead, and perhaps put off or brought forward, mostly in time."""
    dice = ticket.dice
    instant = ticket.nudged(at + dice.randrange(10 * 48) * HALF_HOUR)
    for _ in range(pick(dice, (1, 1, 2, 3))):
        ticket.tell("change_scheduled", at, **_instant(ticket, "at", instant))
        beside = pick(dice, (-1, 0, 1)) if not ticket.exact else 0
        at = pick(dice, (instant + beside, *[at + dice.randrange(5 * 48) * HALF_HOUR] * 3))
        instant = ticket.nudged(max(at, instant + dice.randrange(-2 * 48, 5 * 48) * HALF_HOUR))


def _instant(ticket: Ticket, name: str, instant: int) -> dict[str, Any]:
    """Mostly readable."""
    chance = ticket.dice.random()
    if chance < 0.04:
        return {}
    return {name: pick(ticket.dice, _UNREADABLE) if chance < 0.1 else ticket.text(instant)}


def _around(ticket: Ticket, at: int, within: int) -> int:
    """Mostly in time: often at the limit, sometimes a microsecond beside it, sometimes days late or too early."""
    chance = ticket.dice.random()
    if chance < 0.25:
        return ticket.nudged(at + within)
    if chance < 0.75:
        return at + ticket.dice.randrange(within // HALF_HOUR + 1) * HALF_HOUR
    return ticket.nudged(at + within + ticket.dice.randrange(-4, DAY // HALF_HOUR) * HALF_HOUR)
