"""What `slaclock status` makes of what it has seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from service.cli.checks import Check, Level, counted
from service.cli.status_seen import horizons
from service.cli.status_watermark import watermark_checks
from service.sla.instants import DAY, MINUTE, Duration

if TYPE_CHECKING:
    from service.cli.oncall import View
    from service.cli.status_seen import Seen, Source
    from service.settings import Settings
    from service.sla.instants import Instant
    from service.sla.policy import Rules

#: A calendar that ends sooner is worth a word: the days off of a year are published in the last weeks before it.
AHEAD: Final[Duration] = 45 * DAY

#: What waits for longer than the first is late, than the second a fault.
_LATE: Final[Duration] = MINUTE
_FAULT: Final[Duration] = 10 * MINUTE

#: A source that is complete so much less far than W holds up verdicts that somebody will miss.
_SILENT: Final[Duration] = 15 * MINUTE


def checks_of(seen: Seen, settings: Settings, view: View) -> list[Check]:
    """One at least for each thing that can go wrong, in the order in which it is worth looking at."""
    return [
        *watermark_checks(seen, settings, view),
        _judging(seen, view),
        *_unjudged(seen),
        _parked(seen, view),
        _in_doubt(seen),
        _outbox(seen, view),
        *_sources(seen, view),
        *policy_checks(seen.rules, seen.unread),
        *calendar_checks(seen.rules, view),
    ]


def _waiting(since: Instant | None, now: Instant) -> Level:
    if since is None or now - since <= _LATE:
        return Level.OK
    return Level.WARNING if now - since <= _FAULT else Level.CRITICAL


def _judging(seen: Seen, view: View) -> Check:
    """Held against W: while that stands still nothing more comes to be due."""
    overdue, at = seen.overdue, seen.watermark.at
    if not overdue.count:
        return Check("judging", Level.OK, "nothing is due and not judged")
    told = f"{counted(overdue.count, 'ticket')} due and not judged"
    if overdue.oldest is None:
        return Check("judging", Level.OK, f"{told}, all of them for a change that many share")
    level = _waiting(overdue.oldest, view.now if at is None else at)
    do = "see whether a process with the role clock runs, and what its log says of role_failed"
    return Check("judging", level, f"{told}, the oldest for {view.when(overdue.oldest)}", do if level else "")


def _unjudged(seen: Seen) -> Iterator[Check]:
    for (tenant, ticket), why in seen.unjudged.items():
        told = (
            f"{counted(seen.trouble.unjudged, 'ticket')} could not be judged, so {ticket} of {tenant}: {why}"
        )
        do = "a fault of slaclock: report it with the ticket; it is judged again with its next event"
        yield Check("unjudged", Level.CRITICAL, told, do)


def _parked(seen: Seen, view: View) -> Check:
    if not seen.parked:
        return Check("parked", Level.OK, "nothing is parked")
    reasons = ", ".join(f"{each.reason.value} {each.count:,}" for each in seen.parked)
    oldest = min(each.oldest for each in seen.parked)
    number = counted(sum(each.count for each in seen.parked), "record")
    told = f"{number}: {reasons}; the oldest {view.when(oldest)}"
    return Check("parked", Level.WARNING, told, "`slaclock parked list`")


def _in_doubt(seen: Seen) -> Check:
    count = seen.trouble.in_doubt
    if not count:
        return Check("in doubt", Level.OK, "no ticket is in doubt")
    told = f"{counted(count, 'ticket')} with a parked record: what comes to be due is indeterminate"
    return Check("in doubt", Level.WARNING, told, "release or drop what `slaclock parked list` shows")


def _outbox(seen: Seen, view: View) -> Check:
    waiting = seen.outbox
    if not waiting.count:
        return Check("outbox", Level.OK, "everything decided was sent")
    level = _waiting(waiting.oldest, view.now)
    told = f"{counted(waiting.count, 'record')} not sent, the oldest decided {view.when(waiting.oldest)}"
    do = "see whether a process with the role relay runs, and `slaclock doctor` for the broker"
    return Check("outbox", level, told, do if level else "")


def _sources(seen: Seen, view: View) -> Iterator[Check]:
    bad = [check for each in seen.sources if (check := _source(each, seen, view)) is not None]
    if seen.sources and not bad:
        told = ", ".join(
            f"{each.name} complete to {view.when(each.cap, view.zone_of(each.tenant))}"
            for each in seen.sources
        )
        yield Check("sources", Level.OK, told)
    yield from bad


def _source(each: Source, seen: Seen, view: View) -> Check | None:
    reach = (
        "never heard" if each.cap is None else f"complete to {view.when(each.cap, view.zone_of(each.tenant))}"
    )
    if each.down_since is not None:
        told = f"{reach}; an outage lasts since {view.when(each.down_since, view.zone_of(each.tenant))}"
        return Check(f"source {each.name}", Level.WARNING, told, "publish outage_ended once it works again")
    at = seen.watermark.at
    if each.cap is not None and (at is None or at - each.cap <= _SILENT):
        return None
    do = "look at the system that states these events; promises that require it wait (docs/doubt.md)"
    return Check(f"source {each.name}", Level.WARNING, reach, do)


def policy_checks(rules: Mapping[str, Rules], unread: Mapping[str, str]) -> Iterator[Check]:
    """Whether there are rules, and whether this release can read them; `unread`: why not, by tenant."""
    for tenant, why in unread.items():
        do = "run the release that registered it, or register a version that this one can read"
        yield Check(f"policy of {tenant}", Level.CRITICAL, f"cannot be read: {why}", do)
    if rules:
        count = sum(len(each.versions) for each in rules.values())
        told = f"{counted(count, 'version')} of {', '.join(rules)}"
        yield Check("policies", Level.OK, told)
    elif not unread:
        yield Check("policies", Level.WARNING, "none is registered", "`slaclock policy register FILE`")


def calendar_checks(rules: Mapping[str, Rules], view: View) -> Iterator[Check]:
    """Calendars whose knowledge ends within 45 days; else one line for all."""
    known = horizons(rules, view.now)
    bad = [each for each in known if each.known_until - view.now <= AHEAD]
    for each in bad:
        is_over = each.known_until <= view.now
        until = view.when(each.known_until, view.zone_of(each.tenant))
        told = f"{each.calendar} of {each.tenant} {'was' if is_over else 'is'} known until {until}"
        do = (
            "`slaclock calendar register FILE` with the days of the next year, or a new version of the policy"
        )
        yield Check("calendars", Level.CRITICAL if is_over else Level.WARNING, told, do)
    if not bad:
        first = f"; the first ends {view.when(known[0].known_until)}" if known else ""
        yield Check("calendars", Level.OK, f"{len(known)} with an end{first}" if known else "none has an end")
