from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len

from service.cli.moments import away, clockwise, length, told
from service.cli.output import printable, show, table
from service.sla.instants import DAY, HOUR, MINUTE, SECOND, at_wall, moment_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
LEAP = at_wall(moment_of(0).date().replace(2016, 2, 29), 9 * HOUR + 5 * MINUTE, SHANGHAI)


def test_columns_line_up_when_characters_are_wide(capsys):
    table(["名称", "n"], [["维修", "1"], ["repair", "20"], ["🔧工", "3"]], right=["n"])

    lines = capsys.readouterr().out.splitlines()
    assert {cell_len(line) for line in lines} == {11}


def test_a_long_row_stays_on_one_line_without_a_terminal(capsys):
    table(["a", "b"], [["x" * 500, "y" * 500]])

    assert len(capsys.readouterr().out.splitlines()[2]) > 1000


def test_colours_and_controls_of_a_publisher_do_not_reach_the_terminal(capsys):
    show("\x1b[31mred\x07")
    table(["a"], [["\x1b[2J[bold]x[/bold] :smile:"]])

    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "[bold]x[/bold] :smile:" in printed


def test_printable_keeps_what_people_read():
    assert printable("维修 naïve") == "维修 naïve"
    assert printable("a\tb\u202e") == r"a\tb\u202e"


@pytest.mark.parametrize(
    ("duration", "said"),
    [
        (0, "0s"),
        (90 * SECOND, "1m30s"),
        (8 * HOUR + 30 * MINUTE, "8h30m"),
        (47 * HOUR, "47h"),
        (48 * HOUR, "2d"),
        (5 * DAY + 3 * HOUR, "5d 3h"),
        (1, "0.000001s"),
        (-HOUR, "-1h"),
    ],
)
def test_lengths(duration, said):
    assert length(duration) == said


def test_lengths_on_the_clock():
    assert clockwise(123 * HOUR + 7 * MINUTE + 5 * SECOND) == "123:07:05"
    assert clockwise(HOUR + 1) == "1:00:00.000001"


def test_instants_in_a_zone():
    assert told(LEAP, SHANGHAI) == "2016-02-29 Mon 09:05:00 +08:00"
    assert told(LEAP + 1, ZoneInfo("UTC")) == "2016-02-29 Mon 01:05:00.000001 +00:00"
    assert told(LEAP, ZoneInfo("America/St_Johns")) == "2016-02-28 Sun 21:35:00 -03:30"
    assert told(None, SHANGHAI) == "-"


def test_how_far_away():
    assert away(LEAP + 23 * MINUTE, LEAP) == "in 23m"
    assert away(LEAP, LEAP + 3 * HOUR + 5) == "3h ago"
    assert away(LEAP, LEAP + 9 * DAY + 3 * HOUR + 5 * MINUTE) == "9d 3h ago"
