"""Calendars date by date: show, check, diff."""

import json
from datetime import UTC, date, datetime
from importlib import import_module

import pytest

from service.sla.instants import instant_of
from tests.cli.calling import HOUR, OFFICE, POLICY, asked, call, called

#: By hand: the working days from 17 January to 3 February 2020.
SHOWN = """\
date                         spans                       hours   version   why
──────────────────────────────────────────────────────────────────────────────────────
2020-01-17   Fri   working   09:00-12:00 13:00-18:00   8:00:00         1
2020-01-18   Sat   closed    -                                         1
2020-01-19   Sun   working   09:00-12:00 13:00-18:00   8:00:00         1   make-up day
2020-01-20   Mon   working   09:00-12:00 13:00-18:00   8:00:00         1
2020-01-21   Tue   working   09:00-12:00 13:00-18:00   8:00:00         1
2020-01-22   Wed   working   09:00-12:00 13:00-18:00   8:00:00         1
2020-01-23   Thu   working   09:00-12:00 13:00-18:00   8:00:00         1
2020-01-24   Fri   closed    -                                         1   day off
2020-01-25   Sat   closed    -                                         1
2020-01-26   Sun   closed    -                                         1
2020-01-27   Mon   closed    -                                         2   day off
2020-01-28   Tue   closed    -                                         2   day off
2020-01-29   Wed   closed    -                                         2   day off
2020-01-30   Thu   closed    -                                         2   day off
2020-01-31   Fri   closed    -                                         2   day off
2020-02-01   Sat   closed    -                                         2
2020-02-02   Sun   closed    -                                         2
2020-02-03   Mon   working   09:00-12:00 13:00-18:00   8:00:00         2

7 working days, 56h of working time; 11 days closed
prc-office in Asia/Shanghai, known until 2020-12-31
version 2 was published on 2020-01-26 and governs the dates after it
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "prc-office.yaml"
    path.write_text(OFFICE, encoding="utf-8")
    return path


def show(file, *more):
    return asked("calendar", "show", "--calendar-file", file, *more)


def test_a_span_for_people(file):
    span = ["--from", "2020-01-17", "--to", "2020-02-03"]

    assert called("calendar", "show", "--calendar-file", file, *span) == SHOWN


def test_a_month(file):
    """January 2020: 23 weekdays; less the 1st, the 24th and 27th to 31st, and Sunday the 19th on top."""
    told = show(file, "--month", "2020-01")

    assert (told["working_days"], told["working_us"]) == (17, 17 * 8 * HOUR)
    assert (told["dates"][0]["date"], told["dates"][-1]["date"]) == ("2020-01-01", "2020-01-31")
    assert told["dates"][18] == {
        "date": "2020-01-19",
        "weekday": "Sun",
        "working": True,
        "spans": ["09:00-12:00", "13:00-18:00"],
        "working_us": 8 * HOUR,
        "version": 1,
        "known_since": None,
        "why": "make-up day",
        "known": True,
    }
    assert told["dates"][30]["known_since"] == "2020-01-26"


def test_an_earlier_state_of_knowledge(file):
    told = show(file, "--month", "2020-01", "--as-known-at", "2020-01-20 12:00")

    assert told["working_days"] == 18
    assert {day["version"] for day in told["dates"]} == {1}
    assert told["as_known_at"] == "2020-01-20T04:00:00.000000Z"
    assert "as known at 2020-01-20 Mon 12:00:00 +08:00" in called(
        *(
            "calendar",
            "show",
            "--calendar-file",
            file,
            "--month",
            "2020-01",
            "--as-known-at",
            "2020-01-20 12:00",
        )
    )


def test_a_version_is_known_from_the_date_after_its_publication(file):
    before = show(file, "--month", "2020-01", "--as-known-at", "2020-01-26 23:59:59")
    after = show(file, "--month", "2020-01", "--as-known-at", "2020-01-27 00:00")

    assert (before["working_days"], after["working_days"]) == (18, 17)


def test_dates_that_are_not_known_yet_say_so(file):
    told = show(file, "--from", "2020-12-31", "--to", "2021-01-01")

    assert [day["known"] for day in told["dates"]] == [True, False]
    assert "not known yet" in called(
        "calendar", "show", "--calendar-file", file, "--from", "2021-01-01", "--to", "2021-01-01"
    )


def test_by_default_this_month_and_the_next(file, monkeypatch):
    """At four in the afternoon of 31 December in UTC, January begins in Shanghai."""
    moment = datetime(2019, 12, 31, 16, tzinfo=UTC)
    monkeypatch.setattr(import_module("service.cli.calendar.show"), "now", lambda: instant_of(moment))
    told = show(file)

    assert (told["dates"][0]["date"], told["dates"][-1]["date"]) == ("2020-01-01", "2020-02-29")


def test_a_night_and_a_change_of_clocks(tmp_path):
    """New York, 8 March 2026: from 22:00 on Saturday to 06:00 are seven hours."""
    (tmp_path / "p.yaml").write_text(
        POLICY.replace("Asia/Shanghai", "America/New_York").replace(
            'mon-fri: ["09:00-12:00", "13:00-18:00"]', 'mon-fri: 09:00-17:00\n      sat: "22:00-06:00"'
        )
    )
    told = asked(
        "calendar", "show", "--policy", tmp_path / "p.yaml", "--from", "2026-03-07", "--to", "2026-03-07"
    )

    assert (told["dates"][0]["spans"], told["dates"][0]["working_us"]) == (["22:00-06:00"], 7 * HOUR)


def test_a_date_that_a_zone_left_out(tmp_path):
    """Samoa went from Thursday 29 to Saturday 31 December 2011."""
    (tmp_path / "p.yaml").write_text(POLICY.replace("Asia/Shanghai", "Pacific/Apia"))
    told = asked(
        "calendar", "show", "--policy", tmp_path / "p.yaml", "--from", "2011-12-29", "--to", "2011-12-31"
    )

    assert [(day["working"], day["why"]) for day in told["dates"]] == [
        (True, ""),
        (False, "no date of this zone"),
        (False, ""),
    ]


def test_round_the_clock():
    told = asked("calendar", "show", "--zone", "Asia/Shanghai", "--month", "2026-02")

    assert (told["calendar"], told["zone"], told["working_us"]) == ("24x7", "Asia/Shanghai", 28 * 24 * HOUR)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--month", "2026"], "`2026` is no month: write 2026-10"),
        (["--month", "2026-13"], "`2026-13` is no month"),
        (["--month", "2026-10", "--from", "2026-10-01"], "--month is a span of its own"),
        (["--from", "2026-10-01"], "--from and --to go together"),
        (["--from", "2026-10-02", "--to", "2026-10-01"], "--to lies before --from"),
        (["--from", "2026-10-32", "--to", "2026-11-01"], "`2026-10-32` does not exist"),
        (["--from", "1 Oct", "--to", "2026-11-01"], "`1 Oct` is no date: write 2026-10-01"),
        (["--from", "2200-01-01", "--to", "2200-01-02"], "lies outside 1970 to 2199"),
    ],
)
def test_a_span_that_is_none(options, sentence):
    result = call("calendar", "show", *options)

    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr


# --- check ----------------------------------------------------------------------------------------


def test_what_a_file_says_in_short(file):
    """2020: 262 weekdays, less 1, 24, 27 to 31 January, and Sunday 19 January."""
    told = called("calendar", "check", file)

    assert told.splitlines()[0] == f"{file}: prc-office in Asia/Shanghai"
    assert "      2   2020-01-26   2020-12-31" in told
    assert told.splitlines()[-1].split() == ["2020", "256", "2048h"]


def test_the_same_as_json(file):
    assert asked("calendar", "check", file) == [
        {
            "file": str(file),
            "ok": True,
            "calendar": "prc-office",
            "zone": "Asia/Shanghai",
            "versions": [
                {"known_since": None, "known_until": "2020-12-31", "dates": 10},
                {"known_since": "2020-01-26", "known_until": "2020-12-31", "dates": 12},
            ],
            "years": [{"year": 2020, "working_days": 256, "working_us": 2048 * HOUR}],
            "errors": [],
        }
    ]


def test_a_plain_week_has_no_years(tmp_path):
    (tmp_path / "c.yaml").write_text("calendar: plain\nzone: UTC\nweek: {mon-fri: 09:00-17:00}\n")

    assert asked("calendar", "check", tmp_path / "c.yaml")[0]["years"] == []


def test_every_error_of_a_calendar_has_its_place(tmp_path, file):
    (tmp_path / "wrong.yaml").write_text(
        "calendar: wrong\nzone: Asia/Shangai\nweek:\n  mon-fri: 09:00-09:00\n  sunday: 9-12\nclosd: [2026-01-01]\n"
    )
    result = call("calendar", "check", tmp_path / "wrong.yaml", file)
    places = [line.partition("wrong.yaml:")[2].split(": ")[:2] for line in result.stdout.splitlines()[:4]]

    assert result.exit_code == 1
    assert places == [
        ["2:7", "zone"],
        ["4:12", "week.mon-fri"],
        ["5:11", "week.sunday"],
        ["6:1", "closd"],
    ]
    assert result.stderr == "slaclock: 1 of 2 files cannot be used\n"
    assert (
        len(json.loads(call("calendar", "check", tmp_path / "wrong.yaml", "--json").stdout)[0]["errors"]) == 4
    )


def test_nothing_is_reckoned_with_a_calendar_that_is_wrong(tmp_path):
    (tmp_path / "wrong.yaml").write_text("calendar: wrong\nzone: Asia/Shangai\nweek: {mon: 09:00-12:00}\n")
    result = call("calendar", "show", "--calendar-file", tmp_path / "wrong.yaml")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("slaclock: the calendar cannot be used\n")
    assert "wrong.yaml:2:7: zone: " in result.stderr


# --- diff -----------------------------------------------------------------------------------------


def test_what_the_announcement_changed(file):
    known = ["--as-known-at", "2020-01-20", "--as-known-at", "2020-02-10"]
    result = call("calendar", "diff", file, *known)

    assert result.exit_code == 1
    assert result.stdout == (
        "date               before                    after\n"
        "──────────────────────────────────────────────────\n"
        "2020-01-31   Fri   09:00-12:00 13:00-18:00   -\n"
        "2020-02-01   Sat   09:00-12:00 13:00-18:00   -\n"
    )
    assert json.loads(call("calendar", "diff", file, *known, "--json").stdout) == {
        "equal": False,
        "zone": None,
        "known_until": None,
        "dates": [
            {"date": "2020-01-31", "weekday": "Fri", "before": ["09:00-12:00", "13:00-18:00"], "after": []},
            {"date": "2020-02-01", "weekday": "Sat", "before": ["09:00-12:00", "13:00-18:00"], "after": []},
        ],
        "others": 0,
    }


def test_no_difference(file):
    assert called("calendar", "diff", file, file) == "no difference\n"
    assert asked("calendar", "diff", file, file)["equal"] is True


def test_a_longer_knowledge_is_a_difference(file, tmp_path):
    (tmp_path / "b.yaml").write_text(OFFICE.replace("2020-12-31", "2021-12-31"))
    result = call("calendar", "diff", file, tmp_path / "b.yaml")

    assert (result.exit_code, result.stdout) == (1, "known until: 2020-12-31 -> 2021-12-31\n")


def test_another_zone_is_a_difference(file, tmp_path):
    (tmp_path / "b.yaml").write_text(OFFICE.replace("Asia/Shanghai", "Asia/Urumqi"))
    result = call("calendar", "diff", file, tmp_path / "b.yaml")

    assert (result.exit_code, result.stdout) == (1, "zone: Asia/Shanghai -> Asia/Urumqi\n")


def test_dates_outside_what_the_files_name_are_counted(file, tmp_path):
    """The week differs on every Monday: shown are those from 1 January 2020 to 31 December 2020."""
    (tmp_path / "b.yaml").write_text(OFFICE.replace("mon-fri:", "tue-fri:"))
    told = json.loads(call("calendar", "diff", file, tmp_path / "b.yaml", "--json").stdout)
    # 52 Mondays in 2020, 27 January is closed either way; 12,001 Mondays from 5 January 1970 to 30 December 2199.
    mondays = (date(2199, 12, 30) - date(1970, 1, 5)).days // 7 + 1

    assert (len(told["dates"]), told["dates"][0]["date"], told["dates"][-1]["date"]) == (
        51,
        "2020-01-06",
        "2020-12-28",
    )
    assert told["others"] == mondays - 52
    assert (
        "other dates differ; --from and --to show them"
        in call("calendar", "diff", file, tmp_path / "b.yaml").stdout
    )
    more = json.loads(
        call(
            *("calendar", "diff", file, tmp_path / "b.yaml", "--from", "2026-03-01", "--to", "2026-03-31"),
            "--json",
        ).stdout
    )
    assert [each["date"][-2:] for each in more["dates"]] == ["02", "09", "16", "23", "30"]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ([], "give AFTER, or --as-known-at twice"),
        (["--as-known-at", "2020-01-20"], "give AFTER, or --as-known-at twice"),
        (["same", "--as-known-at", "2020-01-20"], "leave AFTER out"),
    ],
)
def test_two_things_are_compared(file, more, sentence):
    result = call("calendar", "diff", file, *(file if each == "same" else each for each in more))

    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr


def test_trouble_is_no_difference(file, tmp_path):
    (tmp_path / "wrong.yaml").write_text("calendar: wrong\n")
    result = call("calendar", "diff", file, tmp_path / "wrong.yaml")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "the calendar cannot be used" in result.stderr
