"""Questions in bulk: JSON lines in, JSON lines out."""

import json
import os
import re
import subprocess
import sys
import time

import pytest

from tests.cli.calling import HOUR, OFFICE, ROOT, call

DOCUMENT = (ROOT / "docs/command-line.md").read_text(encoding="utf-8")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "prc-office.yaml"
    path.write_text(OFFICE, encoding="utf-8")
    return path


def answers(command, *lines, more=(), status=0):
    """The answers to these lines, given on stdin."""
    text = "".join(
        f"{each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)}\n" for each in lines
    )
    result = call("calendar", command, "--input", "-", *more, stdin=text.encode())
    assert result.exit_code == status, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def fault(line, *more):
    """What is wrong with one line."""
    answer = answers("due", line, more=more, status=1)[0]
    assert set(answer) == {"id", "error"}
    return answer["error"]


QUESTION = {"start": "2026-03-06T16:00:00+08:00", "budget": "26h"}
WEEK = {"zone": "Asia/Shanghai", "week": {"mon-fri": ["09:00-12:00", "13:00-18:00"]}}


def test_the_example_of_the_documentation(tmp_path):
    section = DOCUMENT.partition("### Questions in bulk")[2]
    given, told = re.findall(r"```jsonl\n(.*?)```", section, re.DOTALL)[:2]
    (tmp_path / "questions.jsonl").write_text(given, encoding="utf-8")
    result = call("calendar", "due", "--input", tmp_path / "questions.jsonl")

    assert result.exit_code == 1  # the last line is wrong on purpose
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        json.loads(line) for line in told.splitlines()
    ]


def test_one_answer_a_line_in_order_with_its_id(file):
    told = answers(
        "due",
        {"id": "第一", "calendar": "prc-office", "start": "2020-01-23T16:00:00+08:00", "budget": "8h"},
        {"id": 7, "calendar": "24x7", **QUESTION},
        {"id": {"a": [1]}, "calendar": WEEK, **QUESTION, "budget": "8h"},
        {**QUESTION, "calendar": "24x7"},
        more=["--calendar-file", file],
    )

    assert [each["id"] for each in told] == ["第一", 7, {"a": [1]}, None]
    assert [each["due_local"] for each in told] == [
        "2020-02-03T16:00:00+08:00",
        "2026-03-07T10:00:00+00:00",
        "2026-03-09T16:00:00+08:00",
        "2026-03-07T10:00:00+00:00",
    ]
    assert told[0] == {
        "id": "第一",
        "calendar": "prc-office",
        "start": "2020-01-23T08:00:00.000000Z",
        "due": "2020-02-03T08:00:00.000000Z",
        "due_local": "2020-02-03T16:00:00+08:00",
        "provisional": False,
        "known_until": "2020-12-31",
    }


def test_everything_that_a_line_can_ask(file):
    """The same questions by hand as in test_calendar."""
    office = {"calendar": "prc-office", "start": "2020-01-20T10:30:00+08:00"}
    told = answers(
        "due",
        {**office, "budget": "5 working_days", "day_end": "closing"},
        {
            **office,
            "budget": "5 working_days",
            "holds": [["2020-01-21T23:59:00+08:00", "2020-01-22T00:00:00+08:00"]],
        },
        {**office, "budget": "2h", "gate": "2020-01-21T17:00:00+08:00"},
        {
            **office,
            "budget": "1h",
            "exclusions": [["2020-01-20T10:00:00+08:00", "2020-01-20T14:00:00+08:00"]],
        },
        {**office, "budget": "6h30m", "boundary": "next_open"},
        {**office, "budget": "8h", "backwards": True, "start": "2020-02-03T11:00:00+08:00"},
        {**office, "budget": "1h", "holds": [["2020-01-20T11:00:00+08:00", None]]},
        {**office, "budget": "30m", "stretches": True, "gate": None, "holds": None, "backwards": False},
        {
            "zone": "America/New_York",
            "start": "2026-03-01T09:00:00-05:00",
            "budget": "10 calendar_days",
            "calendar": "24x7",
        },
        more=["--calendar-file", file],
    )

    assert [each["due_local"] for each in told] == [
        "2020-02-04T18:00:00+08:00",
        "2020-02-06T00:00:00+08:00",
        "2020-01-22T10:00:00+08:00",
        "2020-01-20T15:00:00+08:00",
        "2020-01-21T09:00:00+08:00",
        "2020-01-23T11:00:00+08:00",
        None,
        "2020-01-20T11:00:00+08:00",
        "2026-03-11T09:00:00-04:00",
    ]
    assert told[6]["why"] == "a hold or an exclusion that has not ended comes first"
    assert told[7]["stretches"] == [
        {
            "from": "2020-01-20T02:30:00.000000Z",
            "to": "2020-01-20T03:00:00.000000Z",
            "what": "counted",
            "why": "",
            "length_us": HOUR // 2,
            "total_us": HOUR // 2,
        }
    ]


def test_working_time_in_bulk(file):
    span = {"start": "2020-01-20T09:00:00+08:00", "end": "2020-01-20T18:00:00+08:00"}
    held = [["2020-01-20T11:00:00+08:00", "2020-01-20T14:00:00+08:00"]]
    told = answers(
        "worked",
        {"id": 1, **span, "holds": held, "gate": "2020-01-20T10:00:00+08:00"},
        {"id": 2, "calendar": "24x7", **span, "exclusions": held},
        more=["--calendar-file", file],
    )

    lengths = ("counted_us", "held_us", "excluded_us", "gated_us", "outside_us")
    assert [[each[name] // HOUR for name in lengths] for each in told] == [[5, 2, 0, 1, 1], [6, 0, 3, 0, 0]]
    assert told[0]["end"] == "2020-01-20T10:00:00.000000Z"


@pytest.mark.parametrize(
    ("line", "field", "message"),
    [
        ("nonsense", "", "the line is no JSON object"),
        ("[1]", "", "no object"),
        ('{"id": 1, "id": 2}', "", "key 'id' is given twice"),
        ({}, "start", "is missing: the instant at which it begins"),
        ({"start": "2026-03-06T16:00:00+08:00"}, "budget", 'is missing: how much there is, such as "24h"'),
        ({**QUESTION, "budget": 24}, "budget", '24 is no text: write for example "24h"'),
        ({**QUESTION, "budget": "24"}, "budget", "has no unit"),
        ({**QUESTION, "start": "2026-03-06 16:00"}, "start", 'write for example "2026-10-01T09:00:00+08:00"'),
        ({**QUESTION, "start": "2026-03-06T16:00:00"}, "start", "has no UTC offset"),
        ({**QUESTION, "start": 1772784000}, "start", "is no text"),
        ({**QUESTION, "start": "2026-02-30T16:00:00Z"}, "start", "names no day of the calendar"),
        ({**QUESTION, "start": "2300-02-28T16:00:00Z"}, "start", "is outside"),
        ({**QUESTION, "budgt": "1h"}, "budgt", "did you mean `budget`?"),
        ({**QUESTION, "end": "2026-03-07T16:00:00Z"}, "end", "is no key of this question"),
        ({**QUESTION, "calendar": "office"}, "calendar", "needs the file that has it"),
        ({**QUESTION, "calendar": 7}, "calendar", "is neither a name nor an object"),
        (
            {**QUESTION, "calendar": {**WEEK, "zone": "Asia/Shangai"}},
            "calendar",
            "did you mean `Asia/Shanghai`?",
        ),
        ({**QUESTION, "calendar": {**WEEK, "weeks": {}}}, "calendar", "weeks"),
        ({**QUESTION, "calendar": {"zone": "UTC"}}, "calendar", "week"),
        ({**QUESTION, "zone": "Mars"}, "zone", "is not in the list of time zones"),
        ({**QUESTION, "zone": 8}, "zone", "is not in the list of time zones"),
        ({**QUESTION, "calendar": WEEK, "zone": "UTC"}, "zone", "is that of Asia/Shanghai: leave it out"),
        ({**QUESTION, "boundary": "noon"}, "boundary", "'noon' is none of close, next_open"),
        ({**QUESTION, "day_end": "closing"}, "day_end", "goes with working_days only"),
        ({**QUESTION, "budget": "1 working_days"}, "budget", "name a calendar"),
        ({**QUESTION, "backwards": "yes"}, "backwards", "'yes' is neither true nor false"),
        ({**QUESTION, "backwards": True, "holds": [[QUESTION["start"], None]]}, "holds", "leave it out"),
        ({**QUESTION, "holds": "x"}, "holds", "is no list: write [[from, to], ...]"),
        ({**QUESTION, "holds": [["x"]]}, "holds[0]", "is no span"),
        ({**QUESTION, "holds": [[None, None]]}, "holds[0]", "is no span"),
        ({**QUESTION, "holds": [["2026-03-06T16:00:00Z", "x"]]}, "holds[0][1]", "is not an RFC 3339 time"),
        (
            {**QUESTION, "holds": [["2026-03-06T16:00:00Z", "2026-03-06T15:00:00Z"]]},
            "holds",
            "ends before it begins",
        ),
        (
            {**QUESTION, "holds": [["2026-03-06T16:00:00Z", None], ["2026-03-06T17:00:00Z", None]]},
            "holds",
            "overlap: there is one at a time",
        ),
    ],
)
def test_a_bad_line_has_an_answer_that_says_why(line, field, message):
    error = fault(line)

    assert (error["line"], error["field"]) == (1, field)
    assert message in error["message"]


def test_a_bad_line_does_not_stop_the_others():
    lines = [json.dumps({"id": 1, **QUESTION}), "", "{", json.dumps({"id": 4, **QUESTION})]
    result = call("calendar", "due", "--input", "-", stdin="\ufeff" + "\n".join(lines))
    told = [json.loads(line) for line in result.stdout.splitlines()]

    assert result.exit_code == 1
    assert [("error" in each, each["id"]) for each in told] == [(False, 1), (True, None), (False, 4)]
    assert told[1]["error"]["line"] == 3
    assert result.stderr == "slaclock: 1 of 3 lines have no answer; `error` of each says why\n"


def test_a_line_too_long_is_an_error_of_its_own():
    told = answers("due", " " * (1 << 21) + "{}", {"id": 2, **QUESTION}, status=1)

    assert told[0]["error"]["message"] == "the line has more than 1,048,576 bytes: shorten it"
    assert told[1]["due"] == "2026-03-07T10:00:00.000000Z"


def test_an_inline_calendar_without_a_zone_takes_that_of_its_line():
    told = answers(
        "due", {**QUESTION, "calendar": {"week": WEEK["week"]}, "zone": "Asia/Shanghai", "budget": "8h"}
    )

    assert told[0]["due_local"] == "2026-03-09T16:00:00+08:00"


def test_equal_inline_calendars_are_read_once(monkeypatch):
    from service.cli.calendar import lines

    read = []
    real = lines.calendar_of
    monkeypatch.setattr(lines, "calendar_of", lambda data: read.append(data) or real(data))
    turned = {"week": WEEK["week"], "zone": WEEK["zone"]}
    answers(
        "due",
        *({**QUESTION, "calendar": each} for each in (WEEK, turned, WEEK)),
        {**QUESTION, "calendar": "24x7"},
    )

    assert len(read) == 1


def test_what_was_known_earlier_in_bulk(file):
    told = answers(
        "due",
        {"start": "2020-01-23T16:00:00+08:00", "budget": "8h"},
        more=["--calendar-file", file, "--as-known-at", "2020-01-20"],
    )

    assert told[0]["due_local"] == "2020-01-31T16:00:00+08:00"


def test_questions_do_not_stand_in_options():
    result = call("calendar", "due", "--input", "-", "--budget", "8h", stdin="")

    assert (result.exit_code, result.stdout) == (2, "")


def asking(*arguments, **more):
    return subprocess.Popen(
        [sys.executable, "-m", "service", "calendar", "due", "--input", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **more,
    )


def test_an_answer_comes_before_the_next_question_is_asked():
    with asking("-") as process:
        for number in range(3):
            process.stdin.write(json.dumps({"id": number, **QUESTION}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait(30) == 0


def test_memory_does_not_grow_with_the_file(tmp_path):
    """Thirty thousand lines, each with an inline calendar of its own."""

    def peak(count):
        path = tmp_path / f"{count}.jsonl"
        with path.open("w") as file:
            for number in range(count):
                calendar = {**WEEK, "closed": [f"2026-{number % 12 + 1:02}-{number // 12 % 28 + 1:02}"]}
                if number >= 336:
                    calendar = "24x7"
                file.write(json.dumps({"id": "x" * 200, "calendar": calendar, **QUESTION}) + "\n")
        with asking(path) as process:
            process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        return usage.ru_maxrss / 1024

    assert peak(30_000) < peak(2_000) + 8


def test_no_bar_in_a_log_and_a_line_now_and_then(tmp_path, monkeypatch, capsys):
    path = tmp_path / "many.jsonl"
    path.write_text((json.dumps(QUESTION) + "\n") * 3000)
    now = iter(range(0, 1000, 6))
    monkeypatch.setattr("service.cli.progress.time.monotonic", lambda: float(next(now)))
    result = call("calendar", "due", "--input", path)

    assert (result.exit_code, result.stdout.count("\n")) == (0, 3000)
    assert result.stderr == "answering: 33 %\nanswering: 66 %\nanswering: 100 %\n"


def test_a_thousand_answers_take_well_under_a_second():
    """Of processor time; the first ones lay the calendar out."""
    before = time.process_time()
    answers("due", *({"id": number, "calendar": WEEK, **QUESTION} for number in range(1000)))

    assert time.process_time() - before < 1
