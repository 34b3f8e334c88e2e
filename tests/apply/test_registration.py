"""A calendar that is registered anew: what was said is settled, moved or withdrawn, and nothing else is touched.

Nine o'clock is that of Friday, 1 March 2024, UTC. The office is open from nine to five, Monday to Friday: sixteen hours
from then are used up on Monday, the fourth, at five (80 hours later), or on Tuesday at five (104) if Monday is off.
"""

import pytest
from sqlalchemy import text

from service import rules
from service.apply import Rulebook
from service.apply.registration import CalendarFile, CalendarRefused, register_calendar, register_policy
from service.rules import PolicyErrors, read_calendar
from service.store import calendars, policies, promises
from service.store.policies import PolicyRefused
from tests.apply.staging import TENANT, after, record, staged

MONDAY_FIVE, TUESDAY_NINE, TUESDAY_FIVE, WEDNESDAY = 80, 96, 104, 120

POLICY = """
policy: desk
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: harbour
zone: UTC
calendars:
  office: {file: office.yaml}
  factory:
    week: {mon-fri: "09:00-17:00"}
targets:
  repair: {applies: {kind: office}, stop: resolved, budget: 16h, hours: office}
  build: {applies: {kind: factory}, stop: resolved, budget: 16h, hours: factory}
"""


def file(*, until: str = "2024-12-31", closed: str = "", **others: str) -> CalendarFile:
    """The office, known until a date, with dates on which it is closed."""
    keys = {"calendar": "office", "zone": "UTC", "known_until": until, "week": '{mon-fri: "09:00-17:00"}'}
    keys |= {"closed": f"[{closed}]"} if closed else {}
    document = "".join(f"{key}: {value}\n" for key, value in (keys | others).items())
    return CalendarFile(document, read_calendar(document, name="office"))


def read(document: str = POLICY, one: CalendarFile | None = None) -> rules.Policy:
    return rules.read(document, name="desk", calendars={"office": (one or file()).calendar})


@pytest.fixture
async def stage(database):
    async with staged(database, policy=False, rules_of=Rulebook()) as one:
        yield one


async def begin(stage, one: CalendarFile) -> None:
    await stage.ask(register_policy, read(one=one), POLICY, [one], at=after(-1))


async def put(stage, one: CalendarFile, hours: float, **how):
    return await stage.ask(register_calendar, TENANT, one, at=after(hours), **how)


async def due_of(stage, ticket: str) -> tuple[str, float | None, bool]:
    """State, due in hours after nine, and whether that is provisional."""
    asked = text("SELECT state, due, provisional FROM promise WHERE ticket = :ticket")
    async with stage.db.transaction() as tx:
        state, due, provisional = (await tx.run(asked, {"ticket": ticket})).one()
    return state, None if due is None else (due - after(0)) / (after(1) - after(0)), provisional


def opened(ticket: str, hours: float = 0, kind: str = "office"):
    return record(ticket, "opened", hours, kind=kind)


# --- extending ------------------------------------------------------------------------------------


async def test_what_nobody_could_know_is_settled_when_the_calendar_is_extended(stage):
    await begin(stage, file(until="2024-03-03"))
    await stage.send(opened("A"))
    assert await due_of(stage, "A") == ("open", MONDAY_FIVE, True)
    await stage.prove(TUESDAY_NINE)
    await stage.door.wake(10)
    assert await stage.in_force("A") == {"A verdict indeterminate calendar"}

    change = await put(stage, file(), TUESDAY_NINE)

    assert (change.tickets, change.past) == (1, ())
    woken = await stage.door.wake(10)
    assert (woken.claimed, woken.changed) == (1, 1)
    assert sorted(await stage.said("A")) == [
        "breach 1",
        "verdict 1 indeterminate calendar",
        "verdict 2 indeterminate calendar withdrawn",
    ]
    assert await due_of(stage, "A") == ("breached", MONDAY_FIVE, False)


async def test_a_holiday_that_was_not_known_moves_the_due(stage):
    await begin(stage, file(until="2024-03-03"))
    await stage.send(opened("A"))
    await stage.prove(TUESDAY_NINE)
    await stage.door.wake(10)
    await put(stage, file(closed="2024-03-04"), TUESDAY_NINE)
    await stage.door.wake(10)
    assert await stage.in_force("A") == set()
    assert await due_of(stage, "A") == ("open", TUESDAY_FIVE, False)

    await stage.prove(WEDNESDAY)
    await stage.door.wake(10)

    assert await stage.in_force("A") == {"A breach"}


async def test_an_extension_wakes_only_what_may_change(stage):
    """Not what was decided within what was known, not what runs by another calendar, nobody of another tenant."""
    await begin(stage, file(until="2024-03-04"))
    await stage.send(
        opened("open"),
        opened("done"),
        record("done", "resolved", 2),
        opened("late", 8),
        record("late", "resolved", 81),
        opened("built", kind="factory"),
    )
    await stage.prove(0.5)
    # `done` was due on Monday at five and stopped on Friday: within what was known. `late` is due on Tuesday at five.
    change = await put(stage, file(), 24)

    assert change.tickets == 2
    assert (await stage.door.wake(10)).claimed == 2


async def test_tickets_stay_asleep_when_nothing_differs(stage):
    """A comment is a new file, not a new calendar."""
    await begin(stage, file())
    await stage.send(opened("A"))
    await stage.prove(1)
    one = file()
    change = await put(stage, CalendarFile(f"# checked\n{one.document}", one.calendar), 2)

    assert (change.registered, change.tickets, change.revision.since) == (True, 0, None)
    assert (await stage.door.wake(10)).claimed == 0


async def test_the_same_file_again_is_nothing_new(stage):
    await begin(stage, file())
    assert (await put(stage, file(), 2)).registered is False
    assert len(await stage.ask(calendars.latest, TENANT)) == 1


# --- correcting -----------------------------------------------------------------------------------


async def test_a_correction_withdraws_a_breach_and_says_it_again(stage):
    await begin(stage, file())
    await stage.send(opened("A"))
    await stage.prove(TUESDAY_NINE)
    await stage.door.wake(10)
    assert await stage.said("A") == ["breach 1"]

    change = await put(stage, file(closed="2024-03-04"), TUESDAY_NINE, correct="4 March was a holiday")
    await stage.door.wake(10)

    assert [f"{day.date}" for day in change.past] == ["2024-03-04"]
    assert await stage.said("A") == ["breach 1", "breach 2 withdrawn"]
    await stage.prove(WEDNESDAY)
    await stage.door.wake(10)
    assert await stage.said("A") == ["breach 1", "breach 2 withdrawn", "breach 3"]
    (kept,) = await stage.ask(calendars.latest, TENANT)
    assert (kept.reason, kept.registered_at) == ("4 March was a holiday", after(TUESDAY_NINE))


async def test_a_correction_without_a_reason_is_refused(stage):
    await begin(stage, file())
    with pytest.raises(CalendarRefused, match="days that are past") as refused:
        await put(stage, file(closed="2024-03-04, 2024-03-05, 2024-03-06"), TUESDAY_NINE)

    assert [f"{day.date}" for day in refused.value.days] == ["2024-03-04", "2024-03-05"]
    assert [each.document for each in await stage.ask(calendars.latest, TENANT)] == [file().document]


async def test_a_reason_that_nothing_needs_is_not_kept(stage):
    await begin(stage, file())
    await put(stage, file(closed="2024-03-08"), TUESDAY_NINE, correct="to be sure")

    assert [each.reason for each in await stage.ask(calendars.latest, TENANT)] == [None]


async def test_today_is_told_by_the_clocks_of_the_calendar(stage):
    """At half past five on Sunday in UTC it is Monday in Shanghai."""
    in_shanghai = {"zone": "Asia/Shanghai"}
    await begin(stage, file(**in_shanghai))
    sunday = 56.5
    with pytest.raises(CalendarRefused):
        await put(stage, file(closed="2024-03-04", **in_shanghai), sunday)
    await put(stage, file(closed="2024-03-05", **in_shanghai), sunday)


async def test_another_zone_is_a_correction(stage):
    await begin(stage, file())
    with pytest.raises(CalendarRefused, match="Asia/Shanghai instead of UTC"):
        await put(stage, file(zone="Asia/Shanghai"), 1)


async def test_a_calendar_with_which_a_policy_cannot_be_read_is_refused(stage, monkeypatch):
    await begin(stage, file())

    def refuse(*_: object, **__: object):
        raise PolicyErrors("desk", ())

    monkeypatch.setattr("service.apply.rulebook.rules.read", refuse)
    with pytest.raises(CalendarRefused, match="cannot be read with it"):
        await put(stage, file(closed="2024-03-08"), 1)


# --- trying ---------------------------------------------------------------------------------------


async def test_a_trial_tells_and_changes_nothing(stage):
    await begin(stage, file(until="2024-03-03"))
    await stage.send(opened("A"))
    await stage.prove(1)

    change = await put(stage, file(), 2, dry_run=True)

    assert (change.registered, change.tickets) == (True, 1)
    assert (await stage.door.wake(10)).claimed == 0
    (kept,) = await stage.ask(calendars.latest, TENANT)
    assert kept.document == file(until="2024-03-03").document


async def test_a_trial_of_a_new_name_changes_nothing(stage):
    await put(stage, file(), 2, dry_run=True)

    assert await stage.ask(calendars.latest, TENANT) == []


async def test_a_trial_keeps_nobody_from_judging(stage):
    await begin(stage, file())
    async with stage.db.transaction() as tx:
        await register_calendar(tx, TENANT, file(until="2025-12-31"), at=after(1), dry_run=True)
        await stage.send(opened("A"))

    assert await stage.history("A")


# --- policies with calendar files -----------------------------------------------------------------


async def test_a_policy_brings_its_calendars(stage):
    change = await stage.ask(register_policy, read(), POLICY, [file()], at=after(0))

    assert (change.registered, [each.registered for each in change.calendars]) == (True, [True])
    again = await stage.ask(register_policy, read(), POLICY, [file()], at=after(1))
    assert (again.registered, [each.registered for each in again.calendars]) == (False, [False])


async def test_a_policy_extends_its_calendars(stage):
    await begin(stage, file())
    longer = file(until="2025-12-31")
    change = await stage.ask(register_policy, read(one=longer), POLICY, [longer], at=after(1))

    assert (change.registered, [each.registered for each in change.calendars]) == (False, [True])
    assert [each.document for each in await stage.ask(calendars.latest, TENANT)] == [longer.document]


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (file(until="2024-12-30"), "known until 2024-12-31, and the file knows it until 2024-12-30 only"),
        (file(closed="2024-03-01"), "days that are past"),
    ],
)
async def test_a_policy_does_no_more_than_extend(stage, one, why):
    await begin(stage, file())
    with pytest.raises(CalendarRefused, match=why):
        await stage.ask(register_policy, read(one=one), POLICY, [one], at=after(1))

    assert [each.document for each in await stage.ask(calendars.latest, TENANT)] == [file().document]


async def test_a_policy_without_its_calendar_is_refused(stage):
    with pytest.raises(PolicyErrors, match="office"):
        await stage.ask(register_policy, read(), POLICY, [], at=after(0))

    assert await stage.ask(policies.versions, TENANT) == []


async def test_with_a_refused_policy_its_calendars_are_not_registered(stage):
    await begin(stage, file())
    other = POLICY.replace("16h", "8h")
    with pytest.raises(PolicyRefused):
        await stage.ask(register_policy, read(other), other, [file(until="2025-12-31")], at=after(1))

    assert [each.document for each in await stage.ask(calendars.latest, TENANT)] == [file().document]


async def test_open_promises_are_counted_as_before(stage):
    await begin(stage, file())
    await stage.send(opened("A"))

    assert [(each.target, each.count) for each in await stage.ask(promises.unfinished)] == [("repair", 1)]
