"""Calendar files on the command line. Days far ahead are open to change whenever these tests run; 2001 is past."""

import asyncio

import pytest

from service.apply import Rulebook
from tests.apply.staging import record, staged
from tests.cli.calling import asked, call, called

OFFICE = """
calendar: office
zone: Asia/Shanghai
known_until: {until}
week:
  mon-fri: ["09:00-12:00", "13:00-18:00"]
closed: [{closed}]
"""

POLICY = """
policy: harbour
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: harbour
zone: Asia/Shanghai
calendars:
  office: {file: calendars/office.yaml}
targets:
  repair: {stop: resolved, budget: 8h, hours: office}
"""


@pytest.fixture
def settings(database):
    return {"SLACLOCK_DATABASE_URL": database, "SLACLOCK_TENANT": "harbour"}


@pytest.fixture
def put(tmp_path):
    """Write the calendar file; the path of it."""

    def write(until: str = "2190-12-31", *closed: str) -> str:
        path = tmp_path / "calendars" / "office.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(OFFICE.format(until=until, closed=", ".join(closed)), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def policy(tmp_path, put):
    put("2024-03-03")
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return str(path)


def register(path: str, *more: str, **settings: str):
    return called("calendar", "register", path, *more, **settings).splitlines()


def test_a_calendar_is_registered_once(put, settings):
    assert register(put(), **settings) == [
        "calendar office of tenant harbour is registered, known until 2190-12-31"
    ]
    assert register(put(), **settings) == ["calendar office of tenant harbour was registered already"]


def test_an_extension_tells_the_days_that_change(put, settings):
    register(put("2180-12-31"), **settings)

    assert register(put("2190-12-31", "2180-12-29", "2182-01-01"), **settings) == [
        "calendar office of tenant harbour is registered, known until 2190-12-31 instead of until 2180-12-31",
        "  2180-12-29 Fri: closed instead of 09:00-12:00 13:00-18:00",
        "  tickets to be judged again: 0",
    ]


def test_json(put, settings):
    register(put("2180-12-31"), **settings)

    assert asked(
        "calendar", "register", put("2180-12-28", "2180-12-27"), "--tenant", "harbour", **settings
    ) == {
        "tenant": "harbour",
        "dry_run": False,
        "calendar": "office",
        "registered": True,
        "known_until": "2180-12-28",
        "since": "2180-12-26T16:00:00.000000Z",
        "days_changed": 4,
        "days_corrected": 0,
        "days": [
            {"date": "2180-12-27", "before": ["09:00-12:00", "13:00-18:00"], "after": []},
            {"date": "2180-12-29", "before": ["09:00-12:00", "13:00-18:00"], "after": None},
            {"date": "2180-12-30", "before": [], "after": None},
            {"date": "2180-12-31", "before": [], "after": None},
        ],
        "tickets": 0,
    }


def test_a_correction_needs_a_reason(put, settings):
    register(put(), **settings)
    wrong = put("2190-12-31", "2001-05-01 to 2001-05-31")
    result = call("calendar", "register", wrong, **settings)

    assert (result.exit_code, result.stdout) == (1, "")
    lines = result.stderr.splitlines()
    assert lines[0] == (
        "slaclock: calendar office is not registered: it changes days that are past; --correct REASON does it all the same"
    )
    # May 2001 began on a Tuesday and had 23 weekdays; ten are told.
    assert lines[1] == "  2001-05-01 Tue: closed instead of 09:00-12:00 13:00-18:00"
    assert lines[-1] == "  and 13 more"
    assert len(lines) == 12
    assert call("calendar", "register", wrong, "--dry-run", **settings).exit_code == 1

    told = asked("calendar", "register", wrong, "--correct", "the May holidays of 2001", **settings)
    assert (told["registered"], told["days_corrected"]) == (True, 23)


def test_a_reason_is_words(put, settings):
    assert call("calendar", "register", put(), "--correct", " ", **settings).exit_code == 2


def test_a_trial_changes_nothing(put, settings):
    assert register(put(), "--dry-run", **settings) == [
        "calendar office of tenant harbour would be registered, known until 2190-12-31"
    ]
    assert asked("calendar", "register", put(), **settings)["registered"] is True


def test_a_file_with_errors_is_not_registered(put, settings):
    result = call("calendar", "register", put("soon"), **settings)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "office.yaml:4:14: known_until: " in result.stderr


# --- with a policy --------------------------------------------------------------------------------


def test_a_policy_registers_its_calendars_first(policy, put, settings):
    assert called("policy", "register", policy, **settings).splitlines() == [
        "calendar office of tenant harbour is registered, known until 2024-03-03",
        "harbour version 1 of tenant harbour is registered",
    ]
    put("2024-12-31")
    told = asked("policy", "register", policy, **settings)
    assert told["registered"] is False
    assert [(each["calendar"], each["registered"], each["known_until"]) for each in told["calendars"]] == [
        ("office", True, "2024-12-31")
    ]


def test_a_policy_does_not_correct_its_calendars(policy, put, settings):
    called("policy", "register", policy, **settings)
    put("2024-03-03", "2001-05-01")
    result = call("policy", "register", policy, **settings)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "`slaclock calendar register` with --correct" in result.stderr
    assert "2001-05-01 Tue: closed instead of" in result.stderr


def test_what_waits_for_a_calendar_is_judged_again(policy, put, database, settings):
    """Opened on a Friday at five in Shanghai: one hour then, seven on Monday, which the calendar does not know."""
    called("policy", "register", policy, **settings)

    async def happen() -> list[str]:
        async with staged(database, policy=False, rules_of=Rulebook()) as stage:
            await stage.send(record("T-1", "opened", 0))
            await stage.prove(24 * 5)
            await stage.door.wake(10)
            return await stage.said("T-1")

    async def settle() -> set[str]:
        async with staged(database, policy=False, rules_of=Rulebook()) as stage:
            await stage.door.wake(10)
            return await stage.in_force("T-1")

    assert asyncio.run(happen()) == ["verdict 1 indeterminate calendar"]
    assert register(put("2024-12-31"), **settings) == [
        "calendar office of tenant harbour is registered, known until 2024-12-31 instead of until 2024-03-03",
        "  tickets to be judged again: 1",
    ]
    assert asyncio.run(settle()) == {"T-1 breach"}
