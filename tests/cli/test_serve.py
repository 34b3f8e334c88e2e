import json
import os
import signal
import subprocess
import sys

import pytest

from tests.cli.calling import ROOT, call, called


def started(**environ: str) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SLACLOCK_")}
    return subprocess.Popen(
        [sys.executable, "-m", "service", "serve", "--role", "relay"],
        cwd=ROOT,
        env={**clean, "SLACLOCK_HTTP_PORT": "0", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_an_old_schema_ends_it_with_a_sentence(empty_database):
    process = started(SLACLOCK_DATABASE_URL=empty_database)
    told, messages = process.communicate(timeout=60)

    assert (process.returncode, told) == (1, "")
    assert "run `slaclock migrate` first" in messages
    assert "Traceback" not in messages


def test_it_waits_for_its_parts_and_stops_when_told():
    process = started(SLACLOCK_DATABASE_URL="postgresql://nobody@127.0.0.1:1/x")
    first = ""
    while "not_ready" not in first:
        first = process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    told, messages = process.communicate(timeout=60)

    assert (process.returncode, told) == (0, "")
    assert json.loads(messages.splitlines()[-1])["event"] == "stopped"


def test_roles_come_from_the_command_line(monkeypatch):
    seen = {}
    monkeypatch.setattr(
        "service.app.serve", lambda settings, migrate: seen.update(vars(settings), migrate=migrate) or 0
    )

    called("serve", "--role", "clock", "--role", "relay", "--migrate", SLACLOCK_ROLES="ingest")

    assert ([role.value for role in seen["roles"]], seen["migrate"]) == (["clock", "relay"], True)


@pytest.mark.parametrize("arguments", [["--role", "cook"], ["now"]])
def test_wrong_usage(arguments):
    assert call("serve", *arguments).exit_code == 2


def test_wrong_settings():
    assert call("serve", SLACLOCK_ROLES="cook").exit_code == 2


def test_the_demo_is_called_as_agreed(monkeypatch):
    seen = {}
    monkeypatch.setattr("service.demo.run", lambda **given: seen.update(given) or 1)

    result = call("demo", "--seconds", "20", "--kafka", "h:1", "--json")

    assert result.exit_code == 1
    assert seen == {
        "keep": False,
        "kafka": "h:1",
        "postgres": None,
        "seconds": 20.0,
        "json": True,
        "pack": None,
    }


def test_the_demo_names_the_packs_there_are():
    result = call("demo", "--pack", "no-such")

    assert result.exit_code == 2
    assert "cable-network" in result.stderr
