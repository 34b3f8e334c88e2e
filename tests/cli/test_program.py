import json
import os
import subprocess
import sys

import pytest

from service.cli import slaclock
from tests.cli.calling import BOSTON, DESK, DESK_EVENTS, ROOT, call, called

#: What only the commands that need it may import.
HEAVY = [
    "aiokafka",
    "alembic",
    "faststream",
    "msgspec",
    "pydantic",
    "rich",
    "sqlalchemy",
    "structlog",
    "yaml",
]
COMMANDS = [
    "serve",
    "migrate",
    "policy",
    "due",
    "calendar",
    "explain",
    "backtest",
    "events",
    "hotline",
    "parked",
    "demo",
]


def ran(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A process of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SLACLOCK_")}
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        cwd=ROOT,
        env={**clean, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command():
    told = called("--help")

    assert [name for name in COMMANDS if f"\n  {name} " not in told] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    assert called(command, "--help").startswith(f"Usage: slaclock {command}")


def test_help_takes_well_under_half_a_second():
    """Of processor time, which does not depend on what else this machine does."""

    def seconds() -> float:
        before = os.times()
        assert ran("--help").returncode == 0
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    assert min(seconds() for _ in range(5)) < 0.4


def test_help_imports_nothing_heavy():
    program = (
        "import json, sys\n"
        "from service.cli import slaclock\n"
        "try: slaclock.main(['--help'])\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert [name for name in json.loads(done.stderr) if name.partition(".")[0] in HEAVY] == []


def test_version():
    assert called("--version").startswith("slaclock ")


@pytest.mark.parametrize(
    "arguments", [["nothing"], ["due"], ["policy", "check"], ["backtest", "--policy", "no"]]
)
def test_wrong_usage_is_two(arguments):
    result = call(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr


def test_wrong_settings_are_one_message_and_two():
    result = call("parked", "list", SLACLOCK_DATABSE_URL="x", SLACLOCK_WAKE_BATCH="-1")

    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "SLACLOCK_DATABSE_URL is no setting" in result.stderr
    assert "SLACLOCK_WAKE_BATCH" in result.stderr


def test_a_database_url_of_another_kind_is_two():
    result = call("parked", "list", SLACLOCK_DATABASE_URL="mysql://127.0.0.1/x")

    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ["parked", "list"],
        ["parked", "drop", "t:0:1", "--reason", "r"],
        ["explain", "T-1"],
        ["migrate"],
        ["policy", "register", DESK],
    ],
)
def test_a_database_that_is_away_is_three(arguments):
    result = call(*arguments, SLACLOCK_DATABASE_URL="postgresql://nobody@127.0.0.1:1/x")

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("slaclock: the database cannot be reached: ")
    assert result.stderr.count("\n") == 1


@pytest.fixture
def broken(monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the sky\nfell")

    monkeypatch.setattr("service.backtest.Backtest", fail)
    return ["backtest", "--policy", BOSTON, "--events", DESK_EVENTS]


def test_what_nobody_expected_is_a_sentence(broken):
    result = call(*broken)

    assert result.exit_code == 70
    assert (
        result.stderr
        == "slaclock: failed: RuntimeError: the sky fell; run `slaclock --debug …` to see where\n"
    )


def test_the_traceback_is_there_for_the_asking(broken):
    result = call("--debug", *broken)

    assert result.exit_code == 70
    assert "Traceback" in result.stderr


def test_an_interruption_is_told(monkeypatch):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("service.backtest.Backtest", interrupt)
    result = call("backtest", "--policy", BOSTON, "--events", DESK_EVENTS)

    assert (result.exit_code, result.stderr.strip()) == (130, "slaclock: interrupted")


def test_a_reader_that_goes_away_leaves_no_traceback():
    command = f"{sys.executable} -m service backtest --policy {DESK} --events {DESK_EVENTS} --out - | head -1"
    done = subprocess.run(
        ["bash", "-c", f"{command}; echo ${{PIPESTATUS[0]}}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    line, status = done.stdout.splitlines()
    assert json.loads(line)["ticket"]
    assert status == "141"
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_the_module_is_the_program():
    assert ran("--version").stdout.startswith("slaclock ")


def test_every_command_has_a_sentence_for_the_list():
    assert [name for name, command in slaclock.commands.items() if not command.get_short_help_str()] == []
