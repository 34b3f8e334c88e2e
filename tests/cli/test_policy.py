import json

import pytest

from tests.cli.calling import BOSTON, DESK, POLICY, asked, call, called

WRONG = """
policy: harbour
version: "1"
effective_from: 2000-01-01
tenant: harbour
zone: Asia/Shangai
targets:
  repair:
    stop: resolved
    budget: 8 hrs
    chain: holders
"""


@pytest.fixture
def wrong(tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text(WRONG, encoding="utf-8")
    return path


@pytest.fixture
def right(tmp_path):
    path = tmp_path / "right.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return path


def test_the_examples_are_right():
    told = called("policy", "check", BOSTON, DESK).splitlines()

    assert told[0] == (
        f"{BOSTON}: boston-311 version 1 of tenant boston, 2 targets, from 2013-01-01 Tue 00:00:00 -05:00"
    )
    assert len(told) == 2


def test_every_error_has_its_place(wrong, right):
    result = call("policy", "check", wrong, right)
    lines = result.stdout.splitlines()

    assert result.exit_code == 1
    assert [line.rpartition("wrong.yaml")[2].split(": ")[0] for line in lines[:4]] == [
        ":4:17",
        ":6:7",
        ":10:13",
        ":11:5",
    ]
    assert "targets.repair.chain: " in lines[3]
    assert "`chain` is not a key here" in lines[3]
    assert lines[4].startswith(f"{right}: harbour version 1")
    assert result.stderr == "slaclock: 1 of 2 files cannot be used\n"


def test_errors_as_json(wrong):
    result = call("policy", "check", wrong, "--json")
    told = json.loads(result.stdout)

    assert (result.exit_code, told[0]["ok"], len(told[0]["errors"])) == (1, False, 4)
    assert set(told[0]["errors"][0]) == {"line", "column", "field", "message"}


def test_policies_as_json(right):
    assert asked("policy", "check", right) == [
        {
            "file": str(right),
            "ok": True,
            "tenant": "harbour",
            "policy": "harbour",
            "version": "1",
            "effective_from": "2000-01-01T00:00:00.000000Z",
            "targets": ["repair"],
            "errors": [],
        }
    ]


def test_bytes_that_are_no_text_are_an_error_of_the_file(tmp_path):
    (tmp_path / "p.yaml").write_bytes(b"policy: \xff\n")
    result = call("policy", "check", tmp_path / "p.yaml")

    assert result.exit_code == 1
    assert "p.yaml:1:9: " in result.stdout


@pytest.mark.parametrize("command", ["backtest", "explain", "due"])
def test_nothing_starts_with_a_policy_that_is_wrong(command, wrong, tmp_path):
    more = {
        "backtest": ["--events", DESK],
        "explain": ["T", "--events", DESK],
        "due": ["--start", "2026-03-02"],
    }
    result = call(command, "--policy", wrong, *more[command])

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("wrong.yaml:") == 4


def test_the_schema_for_editors():
    schema = json.loads(called("policy", "schema"))

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert set(schema["required"]) == {"policy", "version", "effective_from", "tenant", "zone", "targets"}


def test_registering_needs_a_schema(empty_database, right):
    result = call("policy", "register", right, SLACLOCK_DATABASE_URL=empty_database)

    assert result.exit_code == 1
    assert "`slaclock migrate`" in result.stderr
    assert result.stderr.count("\n") == 1


def test_migrating_twice(empty_database):
    first = asked("migrate", SLACLOCK_DATABASE_URL=empty_database)
    again = asked("migrate", SLACLOCK_DATABASE_URL=empty_database)

    assert first["before"] is None
    assert again == {"before": first["after"], "after": first["after"]}
    assert called("migrate", SLACLOCK_DATABASE_URL=empty_database) == f"at {first['after']} already\n"


def test_a_version_is_registered_once(database, right):
    settings = {"SLACLOCK_DATABASE_URL": database}

    assert asked("policy", "register", right, **settings)["registered"] is True
    assert asked("policy", "register", right, **settings)["registered"] is False
    assert "registered already" in called("policy", "register", right, **settings)


def test_a_policy_is_checked_with_its_calendar_files(tmp_path):
    path = tmp_path / "policy.yaml"
    inline = POLICY[POLICY.index("  office:") : POLICY.index("targets:")]
    path.write_text(POLICY.replace(inline, "  office: {file: office.yaml}\n"), encoding="utf-8")
    (tmp_path / "office.yaml").write_text(
        'calendar: office\nzone: Asia/Shanghai\nweek: {mon-fri: "09:00-12:00"}\n', encoding="utf-8"
    )
    assert called("policy", "check", path).startswith(
        f"{path}: harbour version 1 of tenant harbour, 1 target"
    )

    (tmp_path / "office.yaml").unlink()
    result = call("policy", "check", path)
    assert result.exit_code == 1
    assert "policy.yaml:8:18: calendars.office.file: " in result.stdout


def test_a_version_with_other_content_is_refused(database, right):
    settings = {"SLACLOCK_DATABASE_URL": database}
    called("policy", "register", right, **settings)
    right.write_text(POLICY.replace("budget: 8h", "budget: 9h"), encoding="utf-8")

    result = call("policy", "register", right, **settings)

    assert (result.exit_code, result.stdout) == (1, "")
    told = f"{right}:3:10: version: version 1 of harbour is registered with other content"
    assert result.stderr == f"slaclock: not registered: {told}\n"


def test_a_version_from_before_its_registration_is_refused_with_its_line(database, right):
    settings = {"SLACLOCK_DATABASE_URL": database}
    called("policy", "register", right, **settings)
    right.write_text(
        POLICY.replace('version: "1"', 'version: "2"').replace("2000-01-01T", "2001-01-01T"), encoding="utf-8"
    )

    result = call("policy", "register", right, **settings)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        f"slaclock: not registered: {right}:4:17: effective_from: effective-from must lie after the registration"
    )
