"""What people see on a terminal, and what a log file gets."""

import os
import pty
import subprocess
import sys

from service.cli.progress import Lines, shown
from tests.cli.calling import DESK, DESK_EVENTS, ROOT, called


def on_terminal(*arguments: str, **environ: str) -> str:
    """What a process prints on a terminal that is both its stdout and its stderr."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "service", *arguments],
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **environ},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    printed = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        printed += part
    os.close(ours)
    assert process.wait(60) == 0
    return printed.decode()


def test_a_bar_on_a_terminal():
    options = ["--policy", DESK, "--events", DESK_EVENTS, "--until", "2016-03-03T00:00:00Z"]
    printed = on_terminal("backtest", *options)

    assert "judging" in printed
    assert "promises   " in printed


def test_no_colour_when_nobody_wants_it():
    options = ["--policy", DESK, "--start", "2016-03-03", "--target", "closure"]
    printed = on_terminal("due", *options, NO_COLOR="1")

    assert "closure" in printed
    assert not any(f"\x1b[{code}m" in printed for code in range(30, 50))


def test_a_row_is_one_line_however_narrow_the_terminal():
    options = ["--policy", DESK, "--start", "2016-03-03", "--target", "closure"]
    printed = on_terminal("due", *options, COLUMNS="40")

    assert len([line for line in printed.splitlines() if "2016-03-17 Thu 00:00:00 +00:00" in line]) == 2


def test_no_bar_and_no_escape_in_a_log(capfd):
    told = called("backtest", "--policy", DESK, "--events", DESK_EVENTS, "--until", "2016-03-03T00:00:00Z")

    assert "\x1b" not in told


def test_lines_come_now_and_then(monkeypatch, capsys):
    now = [100.0]
    monkeypatch.setattr("service.cli.progress.time.monotonic", lambda: now[0])
    lines = Lines()
    for second in range(1, 13):
        now[0] = 100.0 + second
        lines.step("judging", second, 12)
    lines.step("reading", 5_000_000, None)

    assert capsys.readouterr().err == "judging: 41 %\njudging: 83 %\n"


def test_without_a_terminal_there_are_lines():
    with shown() as progress:
        assert isinstance(progress, Lines)
