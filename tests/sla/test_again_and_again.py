"""A target whose stop begins it again, by hand: four hours from 1 March 2024, 09:00, cancelled by `resolved`."""

from service.sla.statements import Judgement
from tests.sla.telling import history, judged, standing, table, target

UPDATE = target("4h", start=("opened", "replied"), stop=("replied",), cancel=("resolved",), reopen=True)
OPENED = "03-01 09:00 opened"
FIRST = "e1 due 03-01 13:00"


def told(*lines: str) -> Judgement:
    return judged(history(OPENED, *(f"03-01 {line}" for line in lines)), UPDATE)


@table(
    "lines, expected",
    [
        ("kept once", ["11:00 replied"], [f"{FIRST} met", "e2 due 03-01 15:00 breached"]),
        ("over", ["11:00 resolved"], [f"{FIRST} cancelled"]),
        ("told after it is over", ["11:00 resolved", "12:00 replied"], [f"{FIRST} cancelled"]),
        (
            "kept, over, told",
            ["11:00 replied", "12:00 resolved", "12:30 replied"],
            [f"{FIRST} met", "e2 due 03-01 15:00 cancelled"],
        ),
        ("late after it is over", ["14:00 resolved", "16:00 replied"], [f"{FIRST} late"]),
        (
            "late, and not over",
            ["16:00 replied"],
            [f"{FIRST} late", "e2 due 03-01 20:00 breached"],
        ),
        (
            "reopened",
            ["11:00 resolved", "12:00 replied", "13:00 reopened", "14:00 replied"],
            [f"{FIRST} cancelled", "e4 due 03-01 17:00 met", "e5 due 03-01 18:00 breached"],
        ),
        ("merged", ["11:00 merged", "12:00 replied"], [f"{FIRST} cancelled"]),
    ],
)
def test_after_the_end_nothing_begins_again(lines: list[str], expected: list[str]):
    assert [line.partition(" at ")[0] for line in standing(told(*lines))] == expected
