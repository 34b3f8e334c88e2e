"""Worked histories judged by their policy; instants by a person's arithmetic.

2 March 2026 is a Monday. The policy's zone is eight hours ahead of UTC, and its office knows its days up to 31 March.
"""

import pytest

from service import rules
from service.rules.history_lines import Saying
from service.rules.trial import Trial, _pairs, tried

POLICY = """\
policy: desk
version: 1
effective_from: 2026-03-01T00:00:00+08:00
tenant: desk
zone: Asia/Shanghai
calendars:
  office: {week: {mon-fri: 09:00-17:00}, known_until: 2026-03-31}
targets:
  fix:
    applies: {kind: fault}
    stop: resolved
    budget: 24h
    exclusions: [typhoon]
    reopen: new
    warn: 2h before
    ladder: [{at: due, role: head}]
    extension: {rank: 3, within: 24h}
  answer:
    applies: {kind: [fault, enquiry]}
    stop: replied
    budget: 2 working_days
    hours: office
"""
OPENED = "2026-03-02 09:00  opened {kind: fault}\n"
FIXED = "2026-03-02 18:00  resolved\n"
MET = "fix met at 2026-03-02 18:00 due 2026-03-03 09:00"


def trial(events: str, expect: str, more: str = "") -> Trial:
    def block(key: str, lines: str) -> str:
        if not lines:
            return f"    {key}: nothing\n"
        return f"    {key}: |\n" + "".join(f"      {line.strip()}\n" for line in lines.strip().split("\n"))

    text = (
        f"policy: p.yaml\nhistories:\n  - name: a\n{block('events', events)}{block('expect', expect)}{more}"
    )
    (worked,) = rules.read_histories(text, name="h", outline=rules.outline(POLICY, name="p"))
    return tried(worked, rules.read(POLICY, name="p"))


def told(trial: Trial) -> tuple[list[str], list[str]]:
    """The words of what is missing and of what is found."""
    return [each.word for each in trial.missing], [each.word for each in trial.found]


@pytest.mark.parametrize(
    ("events", "expect"),
    [
        (OPENED + FIXED, MET),
        (OPENED + FIXED, "fix met at 2026-03-02 18:00"),
        (OPENED + FIXED, "fix met at 2026-03-02 18:00 begun 2026-03-02 09:00 remarks []"),
        (  # 24 hours from Monday 9:00; the rungs that are not named do not matter
            OPENED + "2026-03-03 09:00:00.000001 resolved",
            "fix breach at 2026-03-03 09:00\nfix late at 2026-03-03 09:00:00.000001 due 2026-03-03 09:00",
        ),
        (
            OPENED,
            (
                'fix warning "warn 2h before" at 2026-03-03 07:00\n'
                'fix escalation "due head" at 2026-03-03 09:00\n'
                "fix breach at 2026-03-03 09:00"
            ),
        ),
        (  # typhoon from Monday noon to Tuesday noon, told on the third; 3 of 24 hours had run
            (
                "2026-03-02 09:00  opened {kind: fault, area: 城东}\n"
                "2026-03-04 08:00  excluded {area: 城东, reason: typhoon, from: 2026-03-02 12:00, to: 2026-03-03 12:00}\n"
                "2026-03-04 09:00  resolved"
            ),
            "fix met at 2026-03-04 09:00 due 2026-03-04 09:00",
        ),
        (  # and taken back: 9:00 on Tuesday again
            (
                "2026-03-02 09:00  opened {kind: fault, area: 城东}\n"
                "2026-03-02 12:00  #t excluded {area: 城东, reason: typhoon}\n"
                "2026-03-02 13:00  voided {event: t}\n"
                "2026-03-03 08:00  resolved"
            ),
            "fix met at 2026-03-03 08:00 due 2026-03-03 09:00",
        ),
        (  # the second promise begins with the reopening
            OPENED + FIXED + "2026-03-05 10:00 reopened\n2026-03-05 11:00 resolved",
            "fix met at 2026-03-05 11:00 begun 2026-03-05 10:00\nfix met at 2026-03-02 18:00 begun 2026-03-02 09:00",
        ),
        (  # more time until Thursday, approved in time by rank enough
            OPENED + "2026-03-02 10:00 #x extension_requested {until: 2026-03-05 09:00}\n"
            "2026-03-02 11:00 #y extension_approved {extension: x, rank: 3}",
            (
                "fix breach at 2026-03-05 09:00 due 2026-03-05 09:00\n"
                'fix escalation "due head @history/y" at 2026-03-05 09:00'
            ),
        ),
        (OPENED + "2026-03-02 10:00 cancelled", "fix cancelled at 2026-03-02 10:00"),
    ],
)
def test_what_ends_as_told(events: str, expect: str):
    assert told(trial(events, expect)) == ([], [])


@pytest.mark.parametrize(
    ("events", "expect", "missing", "found"),
    [
        (OPENED + FIXED, MET.replace("due 2026-03-03 09:00", "due 2026-03-03 09:01"), ["met"], ["met"]),
        (OPENED + FIXED, MET.replace("due 2026-03-03 09:00", "due unknown"), ["met"], ["met"]),
        (OPENED + FIXED, MET + " begun 2026-03-02 08:00", ["met"], ["met"]),
        (OPENED + FIXED, MET + " remarks [max_open]", ["met"], ["met"]),
        (OPENED + FIXED, MET.replace("18:00", "18:01"), ["met"], ["met"]),
        (OPENED + FIXED, "", [], ["met", "breach"]),  # nothing is expected, of no target
        (OPENED, "fix breach at 2026-03-04 09:00", ["breach"], ["breach"]),
        (OPENED + "2026-03-03 10:00 resolved", "fix late at 2026-03-03 10:00", [], ["breach"]),
        (OPENED + FIXED, MET + "\n" + MET, ["met"], []),
        (
            OPENED,
            'fix breach at 2026-03-03 09:00\nfix escalation "4h after head" at 2026-03-03 13:00',
            ["escalation"],
            ["escalation"],
        ),
        (
            OPENED + FIXED,
            MET + '\nfix warning "warn 2h before" at 2026-03-03 07:00',
            ["warning"],
            [],
        ),
    ],
)
def test_what_differs(events: str, expect: str, missing: list[str], found: list[str]):
    assert told(trial(events, expect)) == (missing, found)


def test_only_the_targets_that_are_looked_at():
    only = "    only: answer\n"
    assert told(trial(OPENED + FIXED, "", only)) == ([], ["breach"])
    assert told(trial("2026-03-02 09:00 opened {kind: fish}", "", only)) == ([], [])


def test_all_rungs_have_to_be_named_when_a_history_says_so():
    expect = 'fix breach at 2026-03-03 09:00\nfix warning "warn 2h before" at 2026-03-03 07:00'

    assert told(trial(OPENED, expect)) == ([], [])
    assert told(trial(OPENED, expect, "    rungs: all\n")) == ([], ["escalation"])


def test_what_is_known_only_up_to_an_instant():
    events = OPENED + "2026-03-03 12:00 resolved"
    upto = "    upto: 2026-03-03 08:00\n"

    assert told(trial(events, "fix open due 2026-03-03 09:00", upto)) == ([], [])
    assert told(trial(events, "fix open due unknown", upto)) == (["open"], ["open"])


def test_beyond_what_the_calendar_knows():
    """Opened on Monday 30 March: day 2 is Wednesday 1 April, which nobody knows yet."""
    opened = "2026-03-30 09:00 opened {kind: enquiry}"

    assert told(trial(opened, "answer indeterminate at 2026-04-02 00:00 due 2026-04-02 00:00")) == ([], [])
    assert told(trial(opened, "answer breach at 2026-04-02 00:00")) == (["breach"], ["indeterminate"])


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (FIXED, "no event opens the ticket"),
        ("2026-02-28 23:59 opened {kind: fault}", "before the policy's `effective_from`"),
        (OPENED + FIXED, ""),
    ],
)
def test_why_nothing_is_said(events: str, words: str):
    assert words in trial(events, MET).note
    assert bool(words) is bool(trial(events, MET).note)


def test_a_vague_line_leaves_to_another_what_that_one_needs():
    first, second = (
        Saying(target="fix", word="met", at=9, due=9, begun=begun, remarks=()) for begun in (1, 2)
    )
    vague = Saying(target="fix", word="met", at=9, due_told=False)
    exact = Saying(target="fix", word="met", at=9, due_told=False, begun=1)

    assert _pairs([vague, exact], [first, second]) == {0: 1, 1: 0}
    assert _pairs([exact, exact], [first, second]) == {0: 0}
