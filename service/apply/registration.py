"""Policies and calendars come into force: under one lock, and after a look at what they change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from service.apply.rulebook import read_calendar, read_rules, rules_of
from service.rules import PolicyErrors
from service.rules.revision import Day, Revision, revision
from service.sla.calendars import Calendar, date_of
from service.sla.instants import Instant
from service.sla.policy import Policy
from service.store import Tx, calendars, policies, registry
from service.store.calendars import Registered, Touched


class CalendarRefused(Exception):  # noqa: N818 - what happened, not that it is an error
    """The calendar `name` cannot be registered; the message says why, for people.

    `corrects` tells that it would be with a reason: it changes what is past, in particular `days`.
    """

    def __init__(self, name: str, why: str, *, corrects: bool = False, days: tuple[Day, ...] = ()) -> None:
        super().__init__(why)
        self.name = name
        self.corrects = corrects
        self.days = days


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A calendar file: its text, and the calendar in it."""

    document: str
    calendar: Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChange:
    """What registering `calendar` did, or would do. Not `registered`: this very file is in force already.

    `revision` is what it changes, None when nothing was registered under its name. `past` are the days up to the date
    of the registration that were known and changed: a correction. `tickets` are to be judged again.
    """

    calendar: Calendar
    registered: bool = True
    revision: Revision | None = None
    past: tuple[Day, ...] = ()
    tickets: int = 0


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """What registering a policy did: `registered` is False for a version that was; `calendars` are its files."""

    registered: bool
    calendars: tuple[CalendarChange, ...]


async def register_calendar(
    tx: Tx,
    tenant: str,
    file: CalendarFile,
    *,
    at: Instant,
    correct: str | None = None,
    dry_run: bool = False,
) -> CalendarChange:
    """Put the calendar in `file` in force for the policies of `tenant` from `at`, now, on; what that does.

    Tickets that it may change are made due now. A calendar that changes days which were known and are past, up to the
    date of `at` in its zone inclusive, corrects what was said: CalendarRefused unless `correct` says why. With `dry_run`
    nothing is changed.
    """
    await (registry.hold_still if dry_run else registry.hold_alone)(tx)
    name = file.calendar.name
    known = {each.name: each for each in await calendars.latest(tx, tenant)}
    if name in known and known[name].document == file.document:
        return CalendarChange(calendar=file.calendar, registered=False)
    if name not in known:
        if not dry_run:
            await calendars.register(tx, tenant, Registered(name, file.document, at))
        return CalendarChange(calendar=file.calendar)
    change = revision(read_calendar(known[name]), file.calendar)
    today = date_of(at, file.calendar.zone)
    if change.corrects(today) and correct is None:
        raise CalendarRefused(name, _why_correction(change), corrects=True, days=change.past(today))
    new = Registered(name, file.document, at, correct if change.corrects(today) else None)
    touched = await _touched(tx, tenant, file.calendar, known.values(), change)
    act = (
        calendars.count_touched(tx, tenant, touched)
        if dry_run
        else calendars.register(tx, tenant, new, touched)
    )
    return CalendarChange(calendar=file.calendar, revision=change, past=change.past(today), tickets=await act)


async def register_policy(
    tx: Tx, policy: Policy, document: str, files: Iterable[CalendarFile], *, at: Instant
) -> PolicyChange:
    """Register `policy`, the content of `document`, and first the calendar `files` that it refers to.

    Raises PolicyRefused; CalendarRefused for a file that does more than extend what is registered; PolicyErrors when
    the policy refers to a calendar that is neither registered nor among `files`.
    """
    await registry.hold_alone(tx)
    changes = [await _extend(tx, policy.tenant, file, at) for file in files]
    version = policies.Version(policy.id, policy.version, policy.effective_from, document, at)
    read_rules(policy.tenant, [version], await calendars.latest(tx, policy.tenant))
    return PolicyChange(await policies.register(tx, policy.tenant, version), tuple(changes))


async def _extend(tx: Tx, tenant: str, file: CalendarFile, at: Instant) -> CalendarChange:
    change = await register_calendar(tx, tenant, file, at=at)
    if change.revision is not None and change.revision.forgets:
        before, now = change.revision.known_until
        registered = "without end" if before is None else f"until {before}"
        raise CalendarRefused(
            file.calendar.name,
            f"it is registered as known {registered}, and the file knows it until {now} only",
        )
    return change


async def _touched(
    tx: Tx, tenant: str, calendar: Calendar, registered: Iterable[Registered], change: Revision
) -> Touched:
    """What the new state of `calendar` bears on. Raises CalendarRefused when a policy cannot be read with it."""
    known = {each.name: read_calendar(each) for each in registered} | {calendar.name: calendar}
    try:
        rules = rules_of(await policies.versions(tx, tenant), known)
    except PolicyErrors as errors:
        raise CalendarRefused(
            calendar.name, f"a registered policy cannot be read with it: {errors}"
        ) from None
    targets = {
        target.id for policy in rules.versions for target in policy.targets if target.calendar is calendar
    }
    return Touched(change.since, targets)


def _why_correction(change: Revision) -> str:
    if change.zone is not None:
        return (
            f"its zone becomes {change.zone[1]} instead of {change.zone[0]}, which moves days that are past"
        )
    return "it changes days that are past"
