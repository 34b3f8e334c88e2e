"""Files of worked histories: what is read, and every kind of error with its exact place."""

import re
from pathlib import Path

import pytest

from service import rules
from service.rules.histories import SOURCE, Worked
from service.sla.instants import DAY, HOUR, LATEST, MINUTE, SECOND

DOCS = Path(__file__).parents[2] / "docs" / "worked-histories.md"

POLICY = """\
policy: desk
version: 1
effective_from: 2026-01-01T00:00:00Z
tenant: desk
zone: Europe/Berlin
vocabulary: {created: opened, closed: resolved}
events: [queued]
targets:
  fix:
    applies: {kind: fault}
    stop: resolved
    budget: 24h
    ladder: [{at: due, role: head}]
    overrides: [{name: big, when: {size: big}, budget: 48h}]
  visit: {start: promise_accepted, promised: due, stop: {event: noted, where: {visit: arrived}}}
  later: {off: true, why: nobody knows, set: a budget, stop: resolved}
"""
HEAD = "policy: policy.yaml\nhistories:\n"
OPENED = "2026-03-02 09:00  created {kind: fault}"

#: 2 March 2026 at midnight in Berlin (UTC+1): 20,514 days after 1 January 1970, less an hour.
MONDAY = 20_514 * DAY - HOUR


def text(events: str = OPENED, expect: str = "fix open", *more: str) -> str:
    """A file with one history; its events begin on line 5, in column 7."""

    def block(lines: str) -> str:
        return "".join(f"      {line}\n" for line in lines.split("\n"))

    others = "".join(f"    {line}\n" for line in more)
    return f"{HEAD}  - name: a\n    events: |\n{block(events)}    expect: |\n{block(expect)}{others}"


def outline() -> rules.Outline:
    return rules.outline(POLICY, name="policy")


def read(file: str) -> tuple[Worked, ...]:
    return rules.read_histories(file, name="file", outline=outline())


def one(*given: str) -> Worked:
    (worked,) = read(text(*given))
    return worked


def errors(file: str) -> list[str]:
    with pytest.raises(rules.PolicyErrors) as wrong:
        read(file)
    return [f"{each.line}:{each.column}: {each.field}: {each.message}" for each in wrong.value.errors]


def the_error(file: str) -> str:
    (error,) = errors(file)
    return error


# --- what is read -----------------------------------------------------------------------------------


def test_an_event_is_one_line():
    worked = one(
        f"{OPENED}\n\n# for the reader\n2026-03-02 10:30:15.000001  #n1 queued {{area: [城东, 城西]}}"
    )

    opened, queued = worked.events
    assert (opened.at, opened.type, opened.id, opened.source) == (MONDAY + 9 * HOUR, "created", "e1", SOURCE)
    assert opened.attributes == {"kind": "fault"}
    assert queued.at == MONDAY + 10 * HOUR + 30 * MINUTE + 15 * SECOND + 1
    assert (queued.id, queued.attributes) == ("n1", {"area": ["城东", "城西"]})


def test_values_of_attributes_stay_text_but_for_instants_ranks_and_flags():
    worked = one(
        f"{OPENED}\n"
        "2026-03-02 10:00 #x extension_requested {by: 2h}\n"
        "2026-03-02 11:00 extension_approved {extension: x, rank: 3, level: 1.10}\n"
        "2026-03-02 12:00 rejudge {version: 1, replace: true}\n"
        "2026-03-02 13:00 promise_accepted {due: 2026-03-05 18:00}"
    )

    assert [dict(event.attributes) for event in worked.events[1:]] == [
        {"by": "2h"},
        {"extension": "x", "rank": 3, "level": "1.10"},
        {"version": "1", "replace": True},
        {"due": "2026-03-05T17:00:00.000000Z"},
    ]


def test_what_happens_to_an_area_is_shared():
    worked = one(
        f"{OPENED}\n"
        "2026-03-02 10:00 #t excluded {area: 城东}\n"
        "2026-03-02 11:00 exclusion_withdrawn {exclusion: t}\n"
        "2026-03-02 12:00 #v voided {event: t}"
    )

    assert [event.type for event in worked.shared] == ["excluded", "exclusion_withdrawn", "voided"]
    assert [event.type for event in worked.events] == ["created", "voided"]


def test_an_instant_carries_its_offset_or_is_wall_time_of_the_zone():
    worked = one(
        "2026-07-01 09:00 created\n"  # summer: UTC+2
        "2026-07-01T09:00:00+08:00 queued\n"
        "2026-07-01 09:00Z queued"
    )

    assert [event.at % DAY // HOUR for event in worked.events] == [7, 1, 9]


def test_an_expectation_is_one_line():
    worked = one(
        OPENED,
        "fix late due unknown at 2026-03-02 09:00 remarks [max_open, replaces 2] begun 2026-03-01 09:00\n"
        'fix escalation "due head" at 2026-03-02 10:00\n'
        "fix/big open",
    )
    late, rung, still = worked.expected

    assert (late.target, late.word, late.at) == ("fix", "late", MONDAY + 9 * HOUR)
    assert (late.due, late.due_told, late.begun) == (None, True, MONDAY - 15 * HOUR)
    assert late.remarks == ("max_open", "replaces 2")
    assert (rung.word, rung.rung, rung.due_told, rung.remarks) == ("escalation", "due head", False, None)
    assert (still.target, still.word, still.at) == ("fix/big", "open", None)


def test_what_is_looked_at():
    assert one().looked_at == {"fix"}
    assert one(OPENED, "fix open\nvisit open").looked_at == {"fix", "visit"}
    assert one(OPENED, "fix open", "only: [fix/big, visit]").looked_at == {"fix/big", "visit"}
    (nothing,) = read(text().replace("expect: |\n      fix open", "expect: nothing"))
    assert (nothing.expected, nothing.looked_at) == ((), None)


def test_rungs_and_the_end_of_time():
    assert (one().all_rungs, one().upto) == (False, LATEST)
    worked = one(f"{OPENED}\n2026-03-02 10:01 queued", "fix open", "rungs: all", "upto: 2026-03-02 10:00")
    assert (worked.all_rungs, worked.upto) == (True, MONDAY + 10 * HOUR)
    assert [event.type for event in worked.events] == ["created"]


def test_the_policy_that_a_file_names_is_told_whatever_else_is_wrong():
    assert rules.policy_of_histories(text("nonsense"), name="file") == "policy.yaml"
    assert rules.policy_of_histories("policy: [a]\n", name="file") is None
    assert rules.policy_of_histories("policy: [a\n", name="file") is None


def test_lines_are_counted_as_yaml_counts_them():
    file = text().replace("\n", "\r\n")
    assert len(read(file)) == 1
    assert the_error(file.replace("fix open", "fux open")).startswith("7:7: ")
    assert the_error(text("# 城\u2028      # 東\noops")).startswith("7:7: histories[0].events: ")


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(policy:.*?)```", DOCS.read_text("utf-8"), re.DOTALL))
def test_the_example_of_the_docs_is_read(block: str):
    policy = POLICY.replace("  fix:", "  fault.ordinary.restore:")

    told = rules.read_histories(block, name="docs", outline=rules.outline(policy, name="policy"))

    assert [len(each.expected) for each in told] == [1, 3, 0]


# --- what is refused --------------------------------------------------------------------------------

WHOLE = "policy: p.yaml\nhistories:\n  - {name: a, events: x, expect: nothing}\n"
NOT_A_BLOCK = "3:23: histories[0].events: is no block of lines"


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("", ["1:1: : the file is empty: a file of worked histories begins with `policy: policy.yaml`"]),
        ("- a\n", ["1:1: : a file of worked histories is made of `key: value` lines"]),
        ("policy: p.yaml\n", ["1:1: histories: `histories` is missing: a list of histories"]),
        ("policy: p.yaml\nhistories: []\n", ["2:1: histories: holds no history"]),
        (
            WHOLE.replace("p.yaml", "/p.yaml"),
            ["1:9: policy: `/p.yaml` is a place on one machine", NOT_A_BLOCK],
        ),
        (
            WHOLE.replace("policy: p.yaml\n", "polcy: p.yaml\n"),
            ["1:1: polcy: ", "1:1: policy: `policy` is missing: the policy file that is tried", NOT_A_BLOCK],
        ),
        (
            f"{HEAD}  - {{nam: a, reason: b, on: c}}\n",
            [
                "3:5: histories[0].events: `events` is missing: what happened",
                "3:5: histories[0].expect: `expect` is missing: what has to be said",
                "3:5: histories[0].name: `name` is missing: what the history shows",
                "3:6: histories[0].nam: `nam` is not a key here: did you mean `name`?",
                "3:14: histories[0].reason: `reason` is not a key here: did you mean `why`?",
                "3:25: histories[0].on: `on` is not a key here: did you mean `only`?",
            ],
        ),
    ],
)
def test_the_file_itself(file: str, told: list[str]):
    found = errors(file)

    assert len(found) == len(told), found
    assert [each for each, begins in zip(found, told, strict=True) if not each.startswith(begins)] == []


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("opened", 7, "an event begins with its instant, such as `2026-03-02 09:00`"),
        ("2026-03-02 created", 7, "begins with its instant"),
        ("2026-02-30 09:00 created", 7, "`2026-02-30 09:00` does not exist"),
        ("2026-03-02 24:00 created", 7, "does not exist"),
        ("1969-03-02 09:00 created", 7, "lies outside 1970 to 2199"),
        ("2026-03-29 02:30 created", 7, "is skipped in Europe/Berlin, or comes twice"),
        ("2026-10-25 02:30 created", 7, "such as `2026-10-25T02:30:00+02:00`"),
        ("2026-03-02 09:00, created", 23, "a blank has to follow"),
        ("2026-03-02 09:00", 23, "the type of the event is missing"),
        ("2026-03-02 09:00  #n1", 25, "the type of the event is missing"),
        ("2026-03-02 09:00  Created", 25, "the type of the event is missing"),
        ("2026-03-02 09:00  opend", 25, "did you mean `opened`? If not, list it under `events`"),
        ("2026-03-02 09:00  created kind: fault", 33, "attributes stand in braces"),
        ("2026-03-02 09:00  created {kind: fault", 33, "attributes stand in braces"),
        ("2026-03-02 09:00  created {kind: fault} # why", 33, "nothing else follows"),
        ("2026-03-02 09:00  created {kind: {a: b}}", 33, "`kind` is no text and no list of texts"),
        ("2026-03-02 09:00  created {kind: a, kind: b}", 43, "`kind` stands already"),
        ("2026-03-02 09:00  created {kind: a, b]}", 44, "close every bracket"),
        ("2026-03-02 09:00  created {at: 2026-02-30 09:00}", 33, "does not exist"),
        ("2026-03-02 09:00  split {start: soon}", 25, "start: 'soon' is not an RFC 3339 time"),
        ("2026-03-02 09:00  voided {event: e7}", 7, "names no event of this history"),
        ("2026-03-02 09:00  refuted {reason: x}", 25, "refuted needs event"),
    ],
)
def test_an_event(line: str, column: int, words: str):
    error = the_error(text(f"{OPENED}\n{line}"))

    assert error.startswith(f"6:{column}: histories[0].events: "), error
    assert words in error


def test_an_id_that_stands_twice():
    assert the_error(text(f"{OPENED}\n2026-03-02 10:00 #e1 queued")).startswith(
        "6:7: histories[0].events: `#e1`"
    )


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("fix", 7, "write a target, then one of met, late, deemed"),
        ("fix kept at 2026-03-02 09:00", 11, "write a target, then one of met, late, deemed"),
        ("fax met at 2026-03-02 09:00", 7, "`fax` is no target of the policy: did you mean `fix`?"),
        ("later met at 2026-03-02 09:00", 7, "`later` is off in the policy"),
        ("fix met", 11, "`met` is said at an instant: add `at`"),
        ("fix open at 2026-03-02 09:00", 11, "`open` is not said at an instant"),
        ("fix open remarks []", 11, "carries no remarks"),
        ("fix warning at 2026-03-02 09:00", 11, "`warning` needs its name in quotes"),
        ('fix met "due" at 2026-03-02 09:00', 11, "`met` has no name"),
        ("fix met at soon", 18, "`at` is followed by an instant"),
        ("fix met at 2026-03-02 09:00 due", 38, "`due` is followed by an instant"),
        ("fix met at unknown", 18, "`at` is followed by an instant"),
        ("fix met at 2026-03-02 09:00 due 2026-02-30 09:00", 39, "does not exist"),
        ("fix met at 2026-03-02 09:00 by e2", 35, "`by` is not known here"),
        ("fix met at 2026-03-02 09:00 at 2026-03-02 09:00", 35, "`at` stands twice"),
        ("fix met at 2026-03-02 09:00 remarks late", 43, "remarks stand in brackets"),
    ],
)
def test_an_expectation(line: str, column: int, words: str):
    error = the_error(text(OPENED, f"fix open\n{line}"))

    assert error.startswith(f"8:{column}: histories[0].expect: "), error
    assert words in error


@pytest.mark.parametrize(
    ("more", "place", "words"),
    [
        ("only: [fix, fux]", "8:17: histories[0].only[1]: ", "did you mean `fix`?"),
        ("only: later", "8:11: histories[0].only: ", "`later` is off"),
        ("rungs: some", "8:12: histories[0].rungs: ", "named or all"),
        ("upto: tomorrow", "8:11: histories[0].upto: ", "is no instant"),
    ],
)
def test_other_keys(more: str, place: str, words: str):
    error = the_error(text(OPENED, "fix open", more))

    assert error.startswith(place), error
    assert words in error


@pytest.mark.parametrize(
    ("written", "column", "words"),
    [
        ("expect: fix open", 13, "is no block of lines: write `expect: |`"),
        ("expect: >\n      fix open", 13, "is no block of lines"),
        ('expect: "fix open"', 13, "is no block of lines"),
        ("expect: [fix open]", 5, "write `|` behind the key"),
        ("expect:", 12, "is no block of lines"),
        ("expect: |\n      # fix open", 13, "holds no line: write `expect: nothing`"),
    ],
)
def test_lines_stand_in_a_block(written: str, column: int, words: str):
    error = the_error(text().replace("expect: |\n      fix open", written))

    assert error.startswith(f"6:{column}: histories[0].expect: "), error
    assert words in error


def test_every_error_of_a_file_at_once():
    other = text("opened", "fux open").removeprefix(HEAD)

    assert [error.split(": ")[0] for error in errors(text("oops") + other)] == ["5:7", "8:11", "10:7", "12:7"]


def test_bytes_that_are_no_text():
    with pytest.raises(rules.PolicyErrors) as wrong:
        rules.read_histories(b"policy: \xff", name="file", outline=None)

    assert [(each.line, each.column) for each in wrong.value.errors] == [(1, 9)]


def test_without_a_policy_only_what_does_not_depend_on_it_is_checked():
    assert rules.read_histories(text("oops"), name="file", outline=None) == ()
    with pytest.raises(rules.PolicyErrors):
        rules.read_histories(text().replace("name: a", "nam: a"), name="file", outline=None)
