"""Calendars with versions, statutory days and files of their own: what they become, and what is refused."""

import json
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service import rules
from service.sla.calendars import Calendar
from service.sla.instants import HOUR, MINUTE
from tests.rules.test_errors import HEAD, TARGET

EXAMPLES = Path(__file__).parents[2] / "examples" / "calendars"

OFFICE_HOURS = ((8 * HOUR + 30 * MINUTE, 12 * HOUR), (13 * HOUR + 30 * MINUTE, 17 * HOUR + 30 * MINUTE))
TOP = """\
calendar: office
zone: Asia/Shanghai
week: {mon-fri: [08:30-12:00, 13:30-17:30]}
"""
#: Two versions of `TOP`, a line each from line 5 on.
TWO = """\
versions:
  - {known_until: 2026-12-31}
  - {known_since: 2026-03-01, known_until: 2027-12-31}
"""


def calendar(text: str) -> Calendar:
    return rules.read_calendar(text, name="office.yaml")


def errors(text: str) -> tuple[rules.PolicyError, ...]:
    with pytest.raises(rules.PolicyErrors) as raised:
        calendar(text)
    return raised.value.errors


def the_error(text: str) -> rules.PolicyError:
    (error,) = errors(text)
    return error


def place(error: rules.PolicyError) -> tuple[int, int, str]:
    return error.line, error.column, error.field


# --- what they become -----------------------------------------------------------------------------


def test_the_smallest_calendar_file():
    found = calendar(TOP)

    assert (found.name, found.zone) == ("office", ZoneInfo("Asia/Shanghai"))
    (version,) = found.versions
    assert version.week == (OFFICE_HOURS,) * 5 + ((), ())
    assert (version.dates, version.known_since, version.known_until) == ({}, None, None)


def test_a_calendar_knows_dates_up_to_its_end():
    (version,) = calendar(TOP + "known_until: 2026-12-31\n").versions

    assert version.known_until == date(2026, 12, 31)


def test_versions_inherit_the_week_or_have_their_own():
    text = TOP + TWO + "  - {known_since: 2026-09-01, known_until: 2027-12-31, week: {sat: 09:00-12:00}}\n"
    first, second, third = calendar(text).versions

    assert first.week == second.week == (OFFICE_HOURS,) * 5 + ((), ())
    assert third.week == ((),) * 5 + (((9 * HOUR, 12 * HOUR),), ())
    assert [each.known_since for each in (first, second, third)] == [None, date(2026, 3, 1), date(2026, 9, 1)]
    assert [each.known_until for each in (first, second, third)] == [
        date(2026, 12, 31),
        date(2027, 12, 31),
        date(2027, 12, 31),
    ]


def test_a_calendar_without_a_week_at_the_top():
    text = "calendar: x\nzone: UTC\nversions:\n  - week: {mon: 08:00-09:00}\n"

    assert calendar(text).versions[0].week == (((8 * HOUR, 9 * HOUR),),) + ((),) * 6


def test_own_dates_prevail_over_statutory_ones():
    # The notice for 2026: 1 to 3 January off, Sunday the 4th worked.
    text = TOP + (
        "known_until: 2026-12-31\nstatutory: CN\nclosed: 2026-01-04\nopen: {2026-01-01: 10:00-11:00}\n"
    )
    (version,) = calendar(text).versions

    assert version.of(date(2026, 1, 1)) == ((10 * HOUR, 11 * HOUR),)
    assert version.of(date(2026, 1, 2)) == ()  # a Friday
    assert version.of(date(2026, 1, 4)) == ()


def test_makeup_days_have_the_hours_of_the_first_weekday_that_has_some():
    week = "week: {tue: 08:00-11:00, wed-fri: 09:00-17:00}\n"
    text = TOP.replace(TOP.splitlines(keepends=True)[2], week) + "known_until: 2026-12-31\nstatutory: CN\n"

    assert calendar(text).versions[0].of(date(2026, 1, 4)) == ((8 * HOUR, 11 * HOUR),)


def test_makeup_days_may_have_their_own_hours():
    text = TOP + "known_until: 2026-12-31\nstatutory: CN\nmakeup: [08:30-12:00, 14:00-15:00]\n"
    (version,) = calendar(text).versions

    assert version.of(date(2026, 1, 4)) == ((8 * HOUR + 30 * MINUTE, 12 * HOUR), (14 * HOUR, 15 * HOUR))
    assert version.of(date(2026, 1, 5)) == OFFICE_HOURS  # an ordinary Monday


def test_statutory_days_end_with_what_is_known():
    (version,) = calendar(TOP + "known_until: 2025-06-30\nstatutory: CN\n").versions

    assert max(version.dates) <= date(2025, 6, 30)
    assert date(2025, 6, 2) in version.dates  # Dragon Boat Festival, a Monday


def test_the_office_of_the_examples():
    found = calendar((EXAMPLES / "prc-office.yaml").read_text())

    assert (found.name, found.zone) == ("prc-office", ZoneInfo("Asia/Shanghai"))
    (version,) = found.versions
    assert version.known_until == date(2026, 12, 31)
    assert version.of(date(2026, 2, 28)) == OFFICE_HOURS  # Saturday, worked for Monday 23 February
    assert version.of(date(2026, 2, 23)) == ()
    # 2026 has 248 working days: 261 from Monday to Friday, 19 of which are off, and 6 make-up days.
    assert sum(found.latest.is_working(date.fromordinal(day)) for day in days_of(2026)) == 248


def days_of(year: int) -> range:
    return range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())


# --- in a policy ----------------------------------------------------------------------------------

POLICY = (
    HEAD
    + TARGET.replace("24h", "5 working_days")
    + "    hours: office\ncalendars:\n  office: {file: shared/office.yaml}\n"
)


def test_a_policy_takes_a_calendar_from_a_file():
    office = calendar(TOP)
    policy = rules.read(POLICY, name="desk.yaml", calendars={"office": office, "other": office})

    assert policy.targets[0].calendar is office
    assert rules.read_calendars(POLICY, name="desk.yaml", calendars={"office": office}) == {"office": office}
    assert rules.check(POLICY, calendars={"office": office}) == ()


def test_a_policy_tells_which_files_it_needs():
    more = "  own: {week: {mon: 08:00-09:00}}\n  else: {file: else.yaml}\n"

    assert rules.calendar_files(POLICY + more, name="x") == {
        "office": "shared/office.yaml",
        "else": "else.yaml",
    }
    assert rules.calendar_files("policy: x\ncalendars: {a: {file: a.yaml}, b: 3}\n", name="x") == {
        "a": "a.yaml"
    }
    assert rules.calendar_files(HEAD + TARGET, name="x") == {}
    assert rules.calendar_files("[", name="x") == {}
    with pytest.raises(rules.PolicyErrors):
        rules.calendar_files(b"\xff", name="x")


@pytest.mark.parametrize(
    ("entry", "column", "field", "words"),
    [
        ("{file: else.yaml}", 18, "file", "the file calls its calendar `office`"),
        ("{file: /etc/office.yaml}", 18, "file", "write the path from this file on"),
        ("{file: office.yaml, zone: UTC}", 37, "zone", "leave it out here"),
        ("{file: office.yaml, week: {mon: 08:00-09:00}}", 31, "week", "leave it out here"),
    ],
)
def test_a_file_in_a_policy(entry, column, field, words):
    text = POLICY.replace("office: {file: shared/office.yaml}", f"branch: {entry}").replace(
        "hours: office", "hours: branch"
    )
    known = calendar(TOP if "else" in entry else TOP.replace("calendar: office", "calendar: branch"))
    (error,) = rules.check(text, calendars={"branch": known})

    assert place(error) == (12, column, f"calendars.branch.{field}")
    assert words in error.message


def test_a_file_that_was_not_read():
    (error,) = rules.check(POLICY)

    assert place(error) == (12, 18, "calendars.office.file")
    assert "its file has to begin with `calendar: office`" in error.message


def test_a_budget_is_held_against_the_calendar_of_a_file():
    monday = calendar(TOP.replace("mon-fri", "mon"))
    text = POLICY.replace("5 working_days", "600 working_days")
    (error,) = rules.check(text, calendars={"office": monday})

    assert place(error) == (9, 13, "targets.fix.budget")
    assert "4,200 days" in error.message


def test_a_budget_is_held_against_the_week_of_every_version():
    office = calendar(TOP + "versions:\n- {}\n- {known_since: 2026-03-01, week: {mon: 08:00-12:00}}\n")
    text = POLICY.replace("5 working_days", "600 working_days")

    assert rules.check(text, calendars={"office": calendar(TOP)}) == ()
    (error,) = rules.check(text, calendars={"office": office})
    assert (error.field, "4,200 days" in error.message) == ("targets.fix.budget", True)


# --- as JSON --------------------------------------------------------------------------------------


def test_a_calendar_given_as_json():
    data = json.loads(
        '{"zone": "UTC", "week": {"mon-fri": ["08:30-12:00", "13:30-17:30"]}, "closed": null,'
        ' "versions": [{"known_until": "2026-12-31"}, {"known_since": "2026-02-01", "known_until": "2026-12-31"}]}'
    )
    found = rules.calendar_of(data)

    assert (found.name, found.zone) == ("inline", ZoneInfo("UTC"))
    assert found.versions[0].week == (OFFICE_HOURS,) * 5 + ((), ())
    assert rules.calendar_of(data | {"calendar": "own"}).name == "own"
    assert rules.calendar_of(data, "told").name == "told"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"week": {"mon": "08:00-09:00"}}, "zone: `zone` is missing: where"),
        ({"zone": "UTC"}, "week: `week` is missing: the working time"),
        ({"zone": "UTC", "week": {"mon": 8}}, "week.mon: 8 is no text: put it in quotes"),
        ({"zone": "UTC", "week": {"mon": "08:00-09:00"}, "open": {"2026-01-01": [True]}}, "True is no text"),
        ({"zone": "UTC", "week": {"mon": "8-9"}}, "week.mon: `8-9` is no span of a day"),
        ({"zone": "UTC", "week": {"mon": "08:00-09:00"}, "x": "y"}, "x: `x` is not a key here"),
        ({"zone": "UTC", "week": {"mon": [[[[]]]]}}, "week.mon[0]: expects one value"),
        ({"zone": 1, "week": 2}, "week: 2 is no text: put it in quotes; zone: 1 is no text"),
        ([], "a calendar is an object"),
        ("office", "a calendar is an object"),
    ],
)
def test_what_is_wrong_with_json_is_told_with_its_field(data, told):
    with pytest.raises(ValueError, match=r"\w") as raised:
        rules.calendar_of(data)

    assert told in str(raised.value)


def test_json_without_end_is_refused():
    nested: list[object] = []
    for _ in range(500):
        nested = [nested]
    with pytest.raises(ValueError, match="nested too deeply"):
        rules.calendar_of({"zone": "UTC", "week": {"mon": nested}})


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "column", "field", "words"),
    [
        ("", 1, 1, "", "a calendar begins with `calendar: its-name`"),
        ("office", 1, 1, "", "a calendar is made of `key: value` lines"),
        (TOP + "---\nx: y\n", 4, 1, "", "one file holds one calendar"),
        (TOP.replace("zone: Asia/Shanghai\n", ""), 1, 1, "zone", "`zone` is missing"),
        (TOP.replace("calendar: office\n", ""), 1, 1, "calendar", "`calendar` is missing: the name"),
        (TOP.replace("office", "24x7"), 1, 11, "calendar", "choose another name"),
        (TOP.replace("office", "Office Hours"), 1, 11, "calendar", "cannot be a name here"),
        ("calendar: x\nzone: UTC\n", 1, 1, "week", "`week` is missing"),
        (TOP + "file: other.yaml\n", 4, 1, "file", "is not a key here"),
        (TOP + "holidays: []\n", 4, 1, "holidays", "did you mean `closed`?"),
        (TOP + "version: []\n", 4, 1, "version", "did you mean `versions`?"),
        (TOP.replace("mon-fri: [08:30-12:00, 13:30-17:30]", ""), 3, 1, "week", "holds no working time"),
    ],
)
def test_a_calendar_file(text, line, column, field, words):
    error = the_error(text)

    assert place(error) == (line, column, field)
    assert words in error.message


@pytest.mark.parametrize(
    ("more", "column", "field", "words"),
    [
        ("known_until: soon", 14, "known_until", "is not a date: write `2026-10-01`"),
        ("known_until: 2026-02-30", 14, "known_until", "does not exist"),
        ("known_since: 2026-01-01", 14, "known_since", "first version governs all dates"),
        ("statutory: CN", 12, "statutory", "needs `known_until`"),
        ("statutory: China", 12, "statutory", "cannot be a name here"),
        ("statutory: cn", 12, "statutory", "cannot be a name here"),
        ("statutory: XX\nknown_until: 2026-12-31", 12, "statutory", "`XX` is no country of the package"),
        ("statutory: TW\nknown_until: 2026-12-31", 12, "statutory", "`TW` moves working days to weekends"),
        ("statutory: SA\nknown_until: 2026-12-31", 12, "statutory", "`SA` has days that follow the moon"),
        (
            "statutory: DE-XX\nknown_until: 2026-12-31",
            12,
            "statutory",
            "`DE-XX` is no part of `DE`: it has BB,",
        ),
        ("statutory: CN-GD\nknown_until: 2026-12-31", 12, "statutory", "it has none, write `CN`"),
        ("makeup: 08:30-12:00", 9, "makeup", "make-up days come with `statutory`"),
        ("versions: []", 1, "versions", "holds no version"),
        ("versions: x", 11, "versions", "expects `key: value` lines"),
    ],
)
def test_a_key_of_a_calendar(more, column, field, words):
    error = the_error(TOP + more + "\n")

    assert place(error) == (4, column, field)
    assert words in error.message


@pytest.mark.parametrize(
    ("country", "until", "year"),
    [
        ("CN", "2031-06-30", 2027),
        ("CN", "2027-01-01", 2027),
        ("CN", "2000-12-31", 2000),
        ("DE", "2150-01-01", 2101),
    ],
)
def test_a_year_without_statutory_days_is_named(country, until, year):
    error = the_error(TOP + f"statutory: {country}\nknown_until: {until}\n")

    assert place(error) == (5, 14, "known_until")
    assert f"the statutory days of `{country}` in {year} are not known to this release" in error.message


@pytest.mark.parametrize(
    ("makeup", "column", "field", "words"),
    [
        ("[]", 1, "makeup", "holds no working time"),
        ("8-9", 9, "makeup", "is no span of a day"),
        ("[08:00-12:00, 11:00-13:00]", 23, "makeup[1]", "overlaps the one before it"),
        ("[13:00-17:00, 08:00-12:00]", 23, "makeup[1]", "is earlier than the one before it"),
    ],
)
def test_the_hours_of_makeup_days(makeup, column, field, words):
    error = the_error(TOP + f"statutory: CN\nknown_until: 2026-12-31\nmakeup: {makeup}\n")

    assert place(error) == (6, column, field)
    assert words in error.message


def test_a_country_without_makeup_days():
    error = the_error(TOP + "statutory: DE-BY\nknown_until: 2026-12-31\nmakeup: 08:00-12:00\n")

    assert place(error) == (6, 9, "makeup")
    assert "`DE-BY` has no make-up working days" in error.message


@pytest.mark.parametrize(
    ("versions", "line", "column", "field", "words"),
    [
        ("- {}\n- {known_since: 2026-03-01, week: {}}", 6, 29, "versions[1].week", "holds no working time"),
        ("- {}\n- {known_until: 2026-03-01}", 6, 3, "versions[1].known_since", "`known_since` is missing"),
        ("- {known_since: 2026-03-01}", 5, 17, "versions[0].known_since", "first version governs all dates"),
        (
            "- {}\n- {known_since: 2026-03-01}\n- {known_since: 2026-03-01}",
            *(7, 17, "versions[2].known_since", "is not after 2026-03-01 above"),
        ),
        (
            "- {}\n- {known_since: 2026-03-01}\n- {known_since: 2026-02-01}",
            *(7, 17, "versions[2].known_since", "is not after 2026-03-01 above"),
        ),
        (
            "- {}\n- {known_since: 2026-03-01, known_until: 2026-02-28}",
            *(6, 42, "versions[1].known_until", "is not after 2026-03-01, the `known_since`"),
        ),
        (
            "- {known_until: 2026-12-31}\n- {known_since: 2026-03-01}",
            *(6, 3, "versions[1].known_until", "unlike the one before"),
        ),
        ("- {}\n- {known_since: 2026-03-01, statutory: CN}", 6, 40, "versions[1].statutory", "`known_until`"),
        (
            "- {known_until: 2026-12-31}\n- {known_since: 2026-03-01, known_until: 2027-12-31, statutory: CN}",
            *(6, 42, "versions[1].known_until", "in 2027 are not known"),
        ),
        ("- {holiday: x}", 5, 4, "versions[0].holiday", "is not a key here"),
        ("- {zone: UTC}", 5, 4, "versions[0].zone", "is not a key here: the keys here are known_since"),
        ("- {closed: [2026-01-01, 2026-01-01]}", 5, 25, "versions[0].closed[1]", "is given twice"),
        ("- {open: {2026-01-01: []}}", 5, 11, "versions[0].open.2026-01-01", "an open day needs its spans"),
        (
            "- {}\n- {known_since: 2026-03-01, closed: [2026-02-27 to 2026-03-03]}",
            *(
                6,
                38,
                "versions[1].closed[0]",
                "2026-02-27 is not after 2026-03-01, so that a version above governs",
            ),
        ),
        (
            "- {}\n- {known_since: 2026-03-01, open: {2026-03-01: 08:00-12:00}}",
            *(6, 48, "versions[1].open.2026-03-01", "and says otherwise"),
        ),
        (
            "- {}\n- {known_since: 2026-03-01, closed: 2026-02-03}\n",
            *(6, 37, "versions[1].closed", "2026-02-03 is not after 2026-03-01"),
        ),
    ],
)
def test_a_version(versions, line, column, field, words):
    error = the_error(TOP + f"versions:\n{versions}\n")

    assert place(error) == (line, column, field)
    assert words in error.message


def test_a_version_that_ends_on_the_day_it_was_published_knows_nothing():
    error = the_error(TOP + "versions:\n- {}\n- {known_since: 2026-03-01, known_until: 2026-03-01}\n")

    assert place(error) == (6, 42, "versions[1].known_until")
    assert "the version would know nothing" in error.message


def test_the_date_of_publication_is_governed_by_the_version_before():
    # Monday 2 March 2026 is worked by the first version; only from the 3rd on Mondays are free.
    free = "- {known_since: 2026-03-02, week: {tue-fri: 08:00-12:00}}\n"
    third = "- {known_since: 2026-04-01, closed: [2026-03-02, 2026-03-09]}\n"
    error = the_error(TOP + "versions:\n- {}\n" + free + third)

    assert place(error) == (7, 38, "versions[2].closed[0]")
    assert error.message.startswith("2026-03-02 is not after 2026-04-01")


def test_a_later_version_may_repeat_what_the_one_before_says():
    first = "- {closed: [2026-02-27, 2026-05-01]}\n"
    second = "- {known_since: 2026-03-01, closed: [2026-02-27, 2026-05-01]}\n"
    third = "- {known_since: 2026-04-01, closed: [2026-02-27, 2026-05-04]}\n"

    assert len(calendar(TOP + "versions:\n" + first + second + third).versions) == 3


@pytest.mark.parametrize("key", ["known_since", "known_until", "closed", "open", "statutory", "makeup"])
def test_what_belongs_to_a_version_does_not_stand_beside_versions(key):
    value = {"statutory": "CN", "makeup": "08:00-12:00", "open": "{2026-01-01: 08:00-12:00}"}
    found = errors(TOP + f"{key}: {value.get(key, '2026-12-31')}\nversions:\n  - {{}}\n")

    assert [error.field for error in found] == [key]
    assert "put it under `versions`" in found[0].message


def test_a_week_that_is_missing_in_a_version():
    error = the_error(
        "calendar: x\nzone: UTC\nversions:\n- {week: {mon: 08:00-09:00}}\n- {known_since: 2026-01-01}\n"
    )

    assert place(error) == (5, 3, "versions[1].week")
    assert "`week` is missing" in error.message


# --- spans over midnight --------------------------------------------------------------------------

NIGHTS = "calendar: x\nzone: UTC\nweek: {mon-thu: 22:00-06:00}\n"


@pytest.mark.parametrize(
    ("more", "line", "column", "field", "words"),
    [
        # Friday 2 January 2026 begins before Thursday's night ends.
        (
            "open: {2026-01-02: 05:00-12:00}",
            4,
            20,
            "open.2026-01-02",
            "span of 2026-01-01 runs over midnight",
        ),
        # Saturday's shift runs into Sunday's, both given.
        (
            "open: {2026-01-03: 20:00-04:00, 2026-01-04: [03:59-05:00, 12:00-13:00]}",
            *(
                4,
                20,
                "open.2026-01-03",
                "the last span of 2026-01-03 runs over midnight into the first of 2026-01-04",
            ),
        ),
        # Sunday's shift would run into Monday's of the week if that began at its end.
        ("open: {2026-01-04: 23:00-22:30}", 4, 20, "open.2026-01-04", "into the first of 2026-01-05"),
        # Saturday 9 May 2026 is a make-up day; the Friday before has a night of its own.
        (
            "open: {2026-05-08: 22:00-06:00}\nstatutory: CN\nknown_until: 2026-12-31\nmakeup: 05:00-12:00",
            *(4, 20, "open.2026-05-08", "into the first of 2026-05-09"),
        ),
    ],
)
def test_a_night_that_runs_into_the_next_date(more, line, column, field, words):
    error = the_error(NIGHTS + more + "\n")

    assert place(error) == (line, column, field)
    assert words in error.message


@pytest.mark.parametrize(
    "more",
    [
        "open: {2026-01-02: 06:00-12:00}",  # touching is no overlap
        "open: {2026-01-02: 05:00-12:00}\nclosed: 2026-01-01",
        "open: {2026-01-01: 21:00-05:00, 2026-01-02: 05:00-12:00}",
    ],
)
def test_dates_that_are_kept_apart(more):
    assert calendar(NIGHTS + more + "\n").versions[0].dates


def test_makeup_days_beside_a_night():
    week = NIGHTS.replace("mon-thu: 22:00-06:00", "mon-thu: 08:00-16:00, fri: 22:00-06:00")
    # The first Saturday of the notices that was worked: 20 January 2001.
    own = the_error(week + "statutory: CN\nknown_until: 2026-12-31\nmakeup: [05:00-12:00]\n")
    default = the_error(week.replace("08:00", "05:00") + "statutory: CN\nknown_until: 2026-12-31\n")

    assert place(own) == (6, 1, "makeup")
    assert place(default) == (4, 12, "statutory")
    for error in (own, default):
        assert "the last span of 2001-01-19 runs over midnight into the first of 2001-01-20" in error.message


def test_a_night_from_one_version_into_the_next():
    versions = "versions:\n  - {}\n  - {known_since: 2026-01-01, week: {fri: 05:00-12:00}}\n"
    error = the_error(NIGHTS + versions)

    assert place(error) == (6, 19, "versions[1].known_since")
    assert "the last span of 2026-01-01 runs over midnight into the first of 2026-01-02" in error.message
    assert calendar(NIGHTS + versions.replace("2026-01-01", "2026-01-02")).versions


# --- all at once ----------------------------------------------------------------------------------


def test_every_error_of_a_calendar_at_once():
    text = """\
calendar: Office
zone: Mars
week: {mon: 08:00-07:60}
closed: 2026-01-01
versions:
  - known_since: 2025-01-01
    known_until: 2026-12-31
    closed: [2026-01-01, 2026-01-01, tomorrow]
  - known_until: 2030-12-31
    statutory: CN
    week: {}
  - known_since: 2024-01-01
    statutory: cn
    makeup: [9-10]
    open: {2026-01-01: []}
    colour: red
"""

    assert [place(error) for error in errors(text)] == [
        (1, 11, "calendar"),
        (2, 7, "zone"),
        (3, 13, "week.mon"),
        (4, 9, "closed"),
        (6, 18, "versions[0].known_since"),
        (8, 26, "versions[0].closed[1]"),
        (8, 38, "versions[0].closed[2]"),
        (9, 5, "versions[1].known_since"),
        (9, 18, "versions[1].known_until"),
        (11, 5, "versions[1].week"),
        (12, 5, "versions[2].known_until"),
        (13, 16, "versions[2].statutory"),
        (14, 14, "versions[2].makeup[0]"),
        (15, 12, "versions[2].open.2026-01-01"),
        (16, 5, "versions[2].colour"),
    ]
