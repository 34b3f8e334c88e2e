"""Whatever stands in a file of worked histories: histories that can be tried, or PolicyErrors with places in the file."""

import re
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from service import rules
from service.rules.history_lines import Saying
from service.rules.trial import tried
from service.wire import times
from tests.rules.test_histories import OPENED, POLICY, text

OUTLINE = rules.outline(POLICY, name="policy")
RULES = rules.read(POLICY, name="policy")
BREAKS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what ends a line in YAML

INSTANTS = [
    "2026-03-02 09:00",
    "2026-03-02T09:00:00.5Z",
    "2026-03-29 02:30",
    "2026-02-30 09:00",
    "9999-12-31 23:59",
]
WORDS = [
    *INSTANTS,
    *("opened", "created", "resolved", "voided", "excluded", "noted", "rejudge", "held", "reopened", "split"),
    *(
        "fix",
        "fix/big",
        "visit",
        "later",
        "met",
        "open",
        "breach",
        "late",
        "warning",
        "at",
        "due",
        "begun",
        "remarks",
    ),
    *(
        "{kind: fault}",
        "{event: e1}",
        "{start: 2026-01-02 03:04}",
        "{area: [a, b]}",
        "{a: &b c}",
        "{rank: 3}",
        "{}",
    ),
    *(
        "#e1",
        "#n1",
        "#",
        '"due head"',
        "'x'",
        "[]",
        "[max_open]",
        "unknown",
        "nothing",
        "{",
        "}",
        "城",
        "\x85",
        "\u2028",
    ),
]
LINES = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
BLOCKS = st.lists(st.one_of(LINES, st.just(OPENED), st.text(max_size=20)), max_size=4).map("\n".join)


def check(file: str) -> None:
    """Reading ends with histories or with errors that lie in the file, and every history can be tried."""
    try:
        told = rules.read_histories(file, name="file", outline=OUTLINE)
    except rules.PolicyErrors as wrong:
        errors, told = wrong.errors, ()
    else:
        errors = ()
    lines = BREAKS.split(file)
    for error in errors:
        assert 1 <= error.line <= len(lines), error
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1, error
        assert error.message
    for worked in told:
        tried(worked, RULES)


def line(saying: Saying) -> str:
    """What is said, as a line of a file."""
    quoted = f' "{saying.rung}"' if saying.rung else ""
    at = "" if saying.at is None else f" at {times.write(saying.at)}"
    due = "unknown" if saying.due is None else times.write(saying.due)
    begun = "" if saying.begun is None else f" begun {times.write(saying.begun)}"
    remarks = "" if saying.remarks is None else f" remarks [{', '.join(saying.remarks)}]"
    return f"{saying.target} {saying.word}{quoted}{at} due {due}{begun}{remarks}"


@settings(deadline=None)
@given(st.text())
def test_any_text(file: str):
    check(file)
    rules.policy_of_histories(file, name="file")


@settings(deadline=None)
@given(events=BLOCKS, expect=BLOCKS)
@example(events=f"{OPENED}\n2026-03-02 09:00 split {{start: 2026-03-01 09:00}}", expect="fix open")
@example(events=f"{OPENED}\n2026-03-02 09:00 #v voided {{event: v}}", expect="fix open")
def test_any_lines(events: str, expect: str):
    check(text(events, expect))


@settings(deadline=None)
@given(
    events=st.lists(
        st.builds(
            "2026-03-{:02} 0{}:00 {} {}".format,
            st.integers(1, 9),
            st.integers(0, 9),
            st.sampled_from(
                [
                    "created",
                    "closed",
                    "noted",
                    "reopened",
                    "cancelled",
                    "merged",
                    "held",
                    "resumed",
                    "reclassified",
                    "urged",
                ]
            ),
            st.sampled_from(["", "{kind: fault}", "{kind: fault, size: big}", "{visit: arrived}"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_found_can_be_written_down_as_what_is_expected(events: list[str]):
    more = ("only: [fix, fix/big, visit]", "rungs: all")
    (worked,) = rules.read_histories(text("\n".join(events), "fix open", *more), name="file", outline=OUTLINE)
    found = tried(replace(worked, expected=()), RULES).found

    expect = "\n".join(line(each) for each in found) or "nothing"
    again = text("\n".join(events), expect, *more).replace("expect: |\n      nothing", "expect: nothing")
    (worked,) = rules.read_histories(again, name="file", outline=OUTLINE)

    assert len(worked.expected) == len(found)
    assert tried(worked, RULES).as_expected
