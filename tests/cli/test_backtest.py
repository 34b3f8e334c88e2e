import gzip
import json

import pytest

from tests.cli.calling import POLICY, asked, call, called, line, written

OPENED = line("1", "opened", "2026-03-06T16:00:00+08:00", kind="leak")
STOPPED = line("2", "resolved", "2026-03-09T16:00:00+08:00")
LATER = line("3", "noted", "2026-03-20T00:00:00Z", ticket="T-2")


def test_a_summary(tmp_path):
    policy, events = written(tmp_path, OPENED, STOPPED, LATER)

    assert asked("backtest", "--policy", policy, "--events", events) == {
        "until": "2026-03-20T00:00:00.000000Z",
        "events": 3,
        "later": 0,
        "repeated": 0,
        "left_out": {},
        "tickets": 2,
        "orphans": 1,
        "without_promise": 0,
        "promises": 1,
        "verdicts": {"repair": {"met": 1}},
        "statements": {"verdict": 1, "warning": 1},
    }


def test_a_summary_for_people(tmp_path):
    policy, events = written(tmp_path, OPENED, STOPPED, LATER)

    told = called("backtest", "--policy", policy, "--events", events, "--until", "2026-03-09T16:00:00+08:00")

    assert told == (
        "judged at  2026-03-09 Mon 16:00:00 +08:00\n"
        "events     3 (1 later than that)\n"
        "tickets    1, 0 without a promise\n"
        "promises   1\n"
        "statements 1 verdict, 1 warning\n"
        "\n"
        "target   met\n"
        "────────────\n"
        "repair     1\n"
    )


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz"])
def test_a_line_for_each_promise(tmp_path, name):
    policy, events = written(tmp_path, OPENED, STOPPED, LATER)
    out = tmp_path / name

    called("backtest", "--policy", policy, "--events", events, "--out", out)

    content = gzip.decompress(out.read_bytes()) if name.endswith(".gz") else out.read_bytes()
    lines = [json.loads(each) for each in content.splitlines()]
    assert [(each["ticket"], each["verdict"], each["due"]) for each in lines] == [
        ("T-1", "met", "2026-03-09T08:00:00.000000Z")
    ]


def test_lines_on_stdout_send_the_summary_to_stderr(tmp_path):
    policy, events = written(tmp_path, OPENED)

    result = call("backtest", "--policy", policy, "--events", events, "--out", "-", "--json")

    assert json.loads(result.stdout)["ticket"] == "T-1"
    assert json.loads(result.stderr)["promises"] == 1


def test_tenant_and_source_of_events_that_do_not_say(tmp_path):
    policy, events = written(tmp_path, OPENED)

    def ids(*more: str) -> list[str]:
        result = call(*("backtest", "--policy", policy, "--events", events, "--out", "-"), *more)
        return [each["id"] for each in json.loads(result.stdout)["statements"]]

    until = ("--until", "2026-04-01T00:00:00Z")
    assert (
        ids(*until)
        == ids(*until, "--source", "file", "--tenant", "harbour")
        != ids(*until, "--source", "desk")
    )


def test_standard_input_may_be_compressed(tmp_path):
    policy, _ = written(tmp_path)

    told = called(
        "backtest", "--policy", policy, "--events", "-", "--json", stdin=gzip.compress(OPENED.encode())
    )

    assert json.loads(told)["promises"] == 1


def test_bad_lines_are_told_counted_and_left_out(tmp_path):
    policy, events = written(
        tmp_path,
        OPENED,
        "{",
        "",
        line("2", "noted", "2026-03-06T16:00:00"),
        OPENED.replace("leak", "fault"),
        STOPPED,
    )

    result = call("backtest", "--policy", policy, "--events", events, "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["verdicts"] == {"repair": {"met": 1}}
    told = result.stderr.replace(events, "F").splitlines()
    assert told[0].startswith("F: line 2: not_json: ")
    assert told[1].startswith("F: line 4: naive_time: ")
    assert told[2:] == [
        "F: id_reused: event 1 of ticket T-1 comes again with other content",
        "F: 3 left out (id_reused 1, naive_time 1, not_json 1); the rest was used",
    ]


def test_many_bad_lines_are_mostly_counted(tmp_path):
    policy, events = written(tmp_path, *["{"] * 100)

    result = call("backtest", "--policy", policy, "--events", events)

    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 22)
    assert "100 left out (not_json 100)" in result.stderr


def test_a_file_that_breaks_off(tmp_path):
    policy, _ = written(tmp_path)
    whole = gzip.compress("".join(f"{OPENED}\n" for _ in range(100)).encode(), compresslevel=0)
    (tmp_path / "events.gz").write_bytes(whole[: len(whole) // 2])

    result = call("backtest", "--policy", policy, "--events", tmp_path / "events.gz", "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["left_out"] == {"broken_file": 1}


def test_control_characters_of_a_publisher_are_not_obeyed(tmp_path):
    policy, events = written(tmp_path, line("1", "opened", "2026-03-06T16:00:00Z", ticket="\x1b[2J"))

    result = call("backtest", "--policy", policy, "--events", events)

    assert "\x1b" not in result.stderr + result.stdout


@pytest.mark.parametrize("out", ["/nowhere/out", "/dev/full"])
def test_what_cannot_be_written_is_told(tmp_path, out):
    policy, events = written(tmp_path, OPENED)

    result = call("backtest", "--policy", policy, "--events", events, "--out", out)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"slaclock: {out} cannot be written: ")


def test_until_needs_an_offset(tmp_path):
    policy, events = written(tmp_path, OPENED)

    result = call("backtest", "--policy", policy, "--events", events, "--until", "2026-03-06 16:00")

    assert result.exit_code == 2
    assert "has no offset from UTC" in result.stderr


def test_tickets_follow_the_version_in_force_when_they_were_opened(tmp_path):
    first, events = written(
        tmp_path, OPENED, line("1", "opened", "2026-04-06T16:00:00+08:00", "T-2", kind="leak")
    )
    (tmp_path / "second.yaml").write_text(
        POLICY.replace('"1"', '"2"').replace("2000-01-01", "2026-04-01").replace("budget: 8h", "budget: 9h"),
        encoding="utf-8",
    )
    both = ["--policy", tmp_path / "second.yaml", "--policy", first]

    lines = call("backtest", *both, "--events", events, "--out", "-").stdout.splitlines()

    assert [json.loads(each)["due"] for each in lines] == [
        "2026-03-09T08:00:00.000000Z",
        "2026-04-07T09:00:00.000000Z",
    ]


def test_versions_that_cannot_stand_together(tmp_path):
    policy, events = written(tmp_path, OPENED)
    result = call("backtest", "--policy", policy, "--policy", policy, "--events", events)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "in force from the same instant" in result.stderr
