"""Every kind of error, with its exact place, its field, and words of its sentence."""

import pytest

from service import rules

HEAD = """\
policy: desk
version: 1
effective_from: 2026-01-01T00:00:00Z
tenant: desk
zone: Europe/Berlin
"""
TARGET = """\
targets:
  fix:
    stop: resolved
    budget: 24h
"""
OFFICE = """\
calendars:
  office:
    week:
      mon-fri: 08:00-16:00
"""


def found(text: str) -> list[tuple[int, int, str]]:
    return [(error.line, error.column, error.field) for error in rules.check(text)]


def the_error(text: str) -> rules.PolicyError:
    errors = rules.check(text)
    assert len(errors) == 1, [str(error) for error in errors]
    return errors[0]


def place(error: rules.PolicyError) -> tuple[int, int, str]:
    return error.line, error.column, error.field


# --- the file itself ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "empty"),
        ("# only a remark\n", 1, 1, "empty"),
        ("- a list\n", 1, 1, "`key: value`"),
        ("just words\n", 1, 1, "`key: value`"),
        ("policy: desk\n\tversion: 1\n", 2, 1, "indent with blanks"),
        ("policy: desk\nclause: a: b\n", 2, 10, "put quotes"),
        ("policy: [a, b\nversion: 1\n", 2, 8, "close every bracket"),
        ("policy: 'desk\n", 2, 1, "close every quote"),
        ("policy: desk\nwords\nversion: 1\n", 3, 1, "each key on a line of its own"),
        ("policy: desk\n  version: 1\n", 2, 10, "put quotes"),
        ("policy: a\n- b\n", 2, 1, "indentation"),
        ("policy: @desk\n", 1, 9, "put quotes around a text that begins with a special sign"),
        ("policy: de\x07sk\n", 1, 11, "control character"),
        ('policy: "\\UFFFFFFFF"\n', 1, 1, "escape"),
        ("policy: " + "[" * 30 + "]" * 30 + "\n", 1, 29, "nested too deeply"),
        ("policy: desk\n" + "#" * 500_001, 1, 1, "longer than 500,000 characters"),
    ],
)
def test_an_unreadable_file_has_one_error_where_reading_ends(text, line, column, words):
    error = the_error(text)

    assert place(error) == (line, column, "")
    assert words in error.message


def test_bytes_that_are_not_utf_8_are_told_where():
    error = the_error("policy: desk\nclause: 故障".encode("gbk"))

    assert place(error) == (2, 9, "")
    assert "UTF-8" in error.message


def test_a_byte_order_mark_does_no_harm():
    assert rules.check(b"\xef\xbb\xbf" + (HEAD + TARGET).encode()) == ()
    assert rules.check("\ufeff" + HEAD + TARGET) == ()


@pytest.mark.parametrize(
    ("more", "line", "column", "field", "words"),
    [
        ("tenant: other\n", 10, 1, "tenant", "`tenant` stands already on line 4"),
        ("  fix: {stop: closed, budget: 1h}\n", 10, 3, "targets.fix", "`fix` stands already on line 7"),
        ("    clause: &name 3\n", 10, 13, "targets.fix.clause", "write the value out"),
        ("    clause: *name\n", 10, 13, "targets.fix.clause", "write the value out"),
        ("    clause: !!str 3\n", 10, 13, "targets.fix.clause", "`!` tags are not read"),
        ("    ? [a]\n    : b\n", 10, 7, "targets.fix", "a key is one word"),
        ('    clause: "\\0"\n', 10, 13, "targets.fix.clause", "control character"),
        ('    clause: "\\ud800"\n', 10, 13, "targets.fix.clause", "control character"),
        ("---\npolicy: second\n", 10, 1, "", "a second document begins here"),
        ("    clause:\n", 10, 12, "targets.fix.clause", "is empty"),
        ("    clause: ~\n", 10, 13, "targets.fix.clause", "is empty"),
        ("    clause: null\n", 10, 13, "targets.fix.clause", "is empty"),
        ("    clause: ' '\n", 10, 13, "targets.fix.clause", "is empty"),
        ("    clause: [a]\n", 10, 5, "targets.fix.clause", "expects one value, not a list"),
        ("    clause: {a: b}\n", 10, 5, "targets.fix.clause", "expects one value, not a mapping"),
        ("    applies: kind\n", 10, 14, "targets.fix.applies", "expects `key: value` lines"),
        ("    applies:\n", 10, 13, "targets.fix.applies", "is empty"),
        (f"    clause: {'x' * 1001}\n", 10, 13, "targets.fix.clause", "longer than 1000 characters"),
    ],
)
def test_what_yaml_would_let_pass_is_refused(more, line, column, field, words):
    error = the_error(HEAD + TARGET + more)

    assert place(error) == (line, column, field)
    assert words in error.message


# --- keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["policy", "version", "effective_from", "tenant", "zone"])
def test_a_missing_key_of_the_file_is_told_with_its_purpose(key):
    text = "".join(line for line in HEAD.splitlines(keepends=True) if not line.startswith(key)) + TARGET
    error = the_error(text)

    assert place(error) == (1, 1, key)
    assert error.message.startswith(f"`{key}` is missing: ")


@pytest.mark.parametrize(
    ("body", "line", "column", "field"),
    [
        ("", 1, 1, "targets"),
        ("targets:\n  fix: {budget: 1h}\n", 7, 3, "targets.fix.stop"),
        ("targets:\n  fix: {stop: closed}\n", 7, 3, "targets.fix.budget"),
        (TARGET + "    ladder: [due]\n", 10, 14, "targets.fix.ladder[0].role"),
        (TARGET + "    ladder: due\n", 10, 13, "targets.fix.ladder.role"),
        (TARGET + "    ladder:\n      - role: head\n", 11, 9, "targets.fix.ladder[0].at"),
        (TARGET + "    start: {where: {a: b}}\n", 10, 5, "targets.fix.start.event"),
        (TARGET + "calendars: {office: {zone: UTC}}\n", 10, 13, "calendars.office.week"),
        (TARGET + "vocabulary: {created: {rename: {a: b}}}\n", 10, 14, "vocabulary.created.means"),
        (TARGET + "source: {issued_by: us}\n", 10, 1, "source.document"),
    ],
)
def test_a_missing_key_is_told_at_the_mapping_that_lacks_it(body, line, column, field):
    error = the_error(HEAD + body)

    assert place(error) == (line, column, field)
    assert "is missing" in error.message


@pytest.mark.parametrize(
    ("more", "line", "column", "field", "words"),
    [
        ("tennant: x\n", 10, 1, "tennant", "did you mean `tenant`?"),
        ("timezone: UTC\n", 10, 1, "timezone", "did you mean `zone`?"),
        ("xyz: UTC\n", 10, 1, "xyz", "the keys here are policy, version"),
        ("    bugdet: 1h\n", 10, 5, "targets.fix.bugdet", "did you mean `budget`?"),
        ("    escalations: []\n", 10, 5, "targets.fix.escalations", "did you mean `ladder`?"),
        ("    warn: [{at: 1h before, rol: x}]\n", 10, 28, "targets.fix.warn[0].rol", "did you mean `role`?"),
        (
            "    ladder: [{at: due, role: a, nmae: x}]\n",
            *(10, 33, "targets.fix.ladder[0].nmae", "did you mean `name`?"),
        ),
        ("    start: {event: opened, were: {}}\n", 10, 28, "targets.fix.start.were", "did you mean `where`?"),
        (OFFICE + "    holidays: []\n", 14, 5, "calendars.office.holidays", "did you mean `closed`?"),
        ("source: {document: a, adress: b}\n", 10, 23, "source.adress", "did you mean `address`?"),
        (
            "vocabulary: {created: {means: opened, renam: {}}}\n",
            *(10, 39, "vocabulary.created.renam", "did you mean `rename`?"),
        ),
    ],
)
def test_an_unknown_key_is_told_with_the_one_that_may_be_meant(more, line, column, field, words):
    error = the_error(HEAD + TARGET + more)

    assert place(error) == (line, column, field)
    assert words in error.message


def test_people_are_no_business_of_a_target():
    """Who has to be heard is said of every breach and escalation, whatever the policy says."""
    error = the_error(HEAD + TARGET + "    chain: [holder]\n")

    assert place(error) == (10, 5, "targets.fix.chain")
    assert "`chain` is not a key here" in error.message


# --- values of the file ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("policy", "two words", "cannot be a name here"),
        ("version", "1/2", "cannot be a name here"),
        ("tenant", "-x", "cannot be a name here"),
        ("effective_from", "2026-01-01T00:00:00", "has no offset from UTC: add it"),
        ("effective_from", "2026-01-01", "is not an instant"),
        ("effective_from", "2026-02-30T00:00:00Z", "does not exist"),
        ("effective_from", "2026-01-01T00:00:00+25:00", "does not exist"),
        ("effective_from", "1969-12-31T23:59:59Z", "lies outside 1970 to 2199"),
        ("effective_from", "2200-01-01T00:00:00Z", "lies outside 1970 to 2199"),
        ("effective_from", "0001-01-01T00:00:00+10:00", "lies outside 1970 to 2199"),
        ("zone", "Asia/Shangai", "did you mean `Asia/Shanghai`?"),
        ("zone", "+08:00", "is an offset, not a zone"),
        ("zone", "localtime", "not in the list of time zones"),
        ("zone", "../zoneinfo/UTC", "not in the list of time zones"),
    ],
)
def test_a_value_of_the_file_is_told_with_its_line(key, value, words):
    lines = [f"{key}: {value}" if line.startswith(key) else line for line in HEAD.splitlines()]
    error = the_error("\n".join([*lines, TARGET]))

    assert place(error) == (lines.index(f"{key}: {value}") + 1, len(key) + 3, key)
    assert words in error.message


@pytest.mark.parametrize(
    ("more", "line", "column", "field", "words"),
    [
        ("grace: 1 calendar_day\n", 10, 8, "grace", "counts days"),
        ("grace: 32 hours 5\n", 10, 8, "grace", "is not a length of time"),
        ("grace: 745h\n", 10, 8, "grace", "longer than 31 days"),
        ("vocabulary: {created: opend}\n", 10, 23, "vocabulary.created", "did you mean `opened`?"),
        ("vocabulary: {created: {means: x}}\n", 10, 31, "vocabulary.created.means", "write opened or"),
        ("vocabulary: {Created: opened}\n", 10, 14, "vocabulary.Created", "cannot be a name here"),
        (
            "vocabulary: {moved: {means: noted, rename: {a: c, b: c}}}\n",
            *(10, 54, "vocabulary.moved.rename.b", "`a` becomes `c` already"),
        ),
        ("events: Queued\n", 10, 9, "events", "cannot be a name here"),
        ("events: [queued, in-work]\n", 10, 18, "events[1]", "cannot be a name here"),
        (
            "vocabulary: {queued: noted}\nevents: [queued]\n",
            *(11, 10, "events[0]", "has a meaning under `vocabulary`"),
        ),
    ],
)
def test_the_vocabulary_and_the_rest_of_the_file(more, line, column, field, words):
    error = the_error(HEAD + TARGET + more)

    assert place(error) == (line, column, field)
    assert words in error.message


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ("targets: {}\n", "targets", "holds no target"),
        ("targets: []\n", "targets", "is empty"),
        ("targets:\n", "targets", "is empty"),
        ("targets: fix\n", "targets", "expects `key: value` lines"),
        ("targets: {Fix it: {stop: closed, budget: 1h}}\n", "targets.Fix it", "cannot be a name here"),
        ("targets: {fix: 24h}\n", "targets.fix", "expects `key: value` lines"),
    ],
)
def test_targets_that_are_none(body, field, words):
    error = the_error(HEAD + body)

    assert (error.line, error.field) == (6, field)
    assert words in error.message


# --- calendars ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calendar", "line", "column", "field", "words"),
    [
        ("week: {}", 12, 5, "week", "holds no working time"),
        ("week: {mon: []}", 12, 5, "week", "holds no working time"),
        ("week: {mon: []}\n    open: {2026-01-01: 08:00-09:00}", 12, 5, "week", "holds no working time"),
        ("week: mon", 12, 11, "week", "expects `key: value` lines"),
        ("week: {monn: 08:00-09:00}", 12, 12, "week.monn", "is no weekday"),
        ("week: {mon-: 08:00-09:00}", 12, 12, "week.mon-", "is no weekday"),
        ("week: {fri-mon: 08:00-09:00}", 12, 12, "week.fri-mon", "runs backwards"),
        ("week: {mon-fri: 8-9, sat: 9:00-10:00}", 12, 21, "week.mon-fri", "is no span of a day"),
        ("week: {mon-fri: 8:00-9:00, wed: 9:00-10:00}", 12, 37, "week.wed", "wed is in `mon-fri` already"),
        ("week: {mon: 08:00-24:30}", 12, 17, "week.mon", "a time that no clock shows"),
        ("week: {mon: 24:00-08:00}", 12, 17, "week.mon", "a time that no clock shows"),
        ("week: {mon: 08:60-09:00}", 12, 17, "week.mon", "a time that no clock shows"),
        ("week: {mon: 08:00-08:00}", 12, 17, "week.mon", "is empty: write `00:00-24:00`"),
        ("week: {mon: [08:00-12:00, 11:59-13:00]}", 12, 31, "week.mon[1]", "overlaps the one before it"),
        ("week: {mon: [13:00-17:00, 08:00-12:00]}", 12, 31, "week.mon[1]", "is earlier than the one"),
        (
            "week: {mon: 22:00-06:00, tue: 05:59-12:00}",
            *(12, 17, "week.mon", "the last span of mon runs over midnight into the first of tue"),
        ),
        (
            "week: {mon: 05:00-12:00, sun: 22:00-06:00}",
            *(12, 35, "week.sun", "the last span of sun runs over midnight into the first of mon"),
        ),
        ("zone: UTC+8\n    week: {mon: 08:00-09:00}", 12, 11, "zone", "is an offset"),
    ],
)
def test_a_week(calendar, line, column, field, words):
    error = the_error(HEAD + TARGET + f"calendars:\n  office:\n    {calendar}\n")

    assert place(error) == (line, column, f"calendars.office.{field}")
    assert words in error.message


@pytest.mark.parametrize(
    ("more", "line", "column", "field", "words"),
    [
        ("closed: 2026-02-29", 14, 13, "closed", "does not exist"),
        ("closed: 1.1.2026", 14, 13, "closed", "is not a date"),
        ("closed: [1969-12-31]", 14, 14, "closed[0]", "lies outside 1970 to 2199"),
        ("closed: [2026-01-01, 2026-01-01]", 14, 26, "closed[1]", "2026-01-01 is given twice"),
        ("closed: [2026-01-01 to 2026-01-03, 2026-01-02]", 14, 40, "closed[1]", "2026-01-02 is given twice"),
        ("closed: [2026-01-03 to 2026-01-01]", 14, 14, "closed[0]", "runs backwards"),
        ("closed: [2026-01-01 to 2027-01-02]", 14, 14, "closed[0]", "longer than a year"),
        ("closed: [2026-01-01 to]", 14, 14, "closed[0]", "is not a date"),
        ("open: {2026-13-01: 08:00-09:00}", 14, 12, "open.2026-13-01", "does not exist"),
        ("open: {2026-01-01: []}", 14, 12, "open.2026-01-01", "an open day needs its spans"),
        ("open: {2026-01-01: 9-10}", 14, 24, "open.2026-01-01", "is no span of a day"),
        ("open: {2026-01-01: [9:00-10:00, 9:30-11:00]}", 14, 37, "open.2026-01-01[1]", "overlaps"),
        (
            "open: {2026-01-01: 08:00-09:00, 2026-01-01: 09:00-10:00}",
            *(14, 37, "open.2026-01-01", "stands already on line 14"),
        ),
    ],
)
def test_dates(more, line, column, field, words):
    error = the_error(HEAD + TARGET + OFFICE + f"    {more}\n")

    assert place(error) == (line, column, f"calendars.office.{field}")
    assert words in error.message


def test_a_date_both_closed_and_open():
    more = "    closed: 2026-01-01 to 2026-01-03\n    open: {2026-01-02: 08:00-09:00}\n"
    error = the_error(HEAD + TARGET + OFFICE + more)

    assert place(error) == (15, 24, "calendars.office.open.2026-01-02")
    assert "closed above" in error.message


def test_a_calendar_with_the_name_of_round_the_clock():
    error = the_error(HEAD + TARGET + OFFICE.replace("office", "24x7"))

    assert place(error) == (11, 3, "calendars.24x7")
    assert "choose another name" in error.message


# --- targets --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        ("24", "has no unit"),
        ("8.5h", "write it in smaller units"),
        ("0h", "is no time at all"),
        ("-4h", "is less than nothing"),
        ("5 working days", "5 working_days need a calendar that says which days are worked"),
        ("1 working_day", "1 working_day need a calendar"),
        ("3 business days", "the word here is working_days"),
        ("1.5 working_days", "is a fraction of a day"),
        ("0 working_days", "is no time at all"),
        ("3653 working_days", "longer than ten years"),
        ("5 days", "does not say which days"),
        ("5d", "does not say which days"),
        ("1.5 calendar_days", "is a fraction of a day"),
        ("0.5 days", "is a fraction of a day"),
        ("2 weeks", "write it in calendar_days"),
        ("0 calendar_days", "is no time at all"),
        ("3653 calendar_days", "longer than ten years"),
        ("87649h", "longer than ten years"),
        ("30m 8h", "is not a length of time"),
        ("soon", "is not a length of time"),
        ("२४h", "is not a length of time"),
    ],
)
def test_a_budget(budget, words):
    error = the_error(HEAD + f"targets:\n  fix:\n    stop: resolved\n    budget: {budget}\n")

    assert place(error) == (9, 13, "targets.fix.budget")
    assert words in error.message


@pytest.mark.parametrize(
    ("more", "column", "field", "words"),
    [
        ("hours: offices", 12, "hours", "did you mean `office`?"),
        ("hours: nights", 12, "hours", "write 24x7 or office"),
        ("zone: Mars", 11, "zone", "not in the list of time zones"),
        ("zone: UTC\n    hours: office", 11, "zone", "has a zone of its own"),
        ("boundary: next-open", 15, "boundary", "did you mean `next_open`?"),
        ("boundary: next_open", 15, "boundary", "round the clock nothing opens"),
        ("reopen: yes", 13, "reopen", "write new or ignore"),
        ("grace: 5", 12, "grace", "has no unit"),
        ("grace: 745h", 12, "grace", "longer than 31 days"),
        ("floor: 25h", 12, "floor", "gives more time than the budget of 24h"),
        ("floor: 1 calendar_day", 12, "floor", "counts days"),
        ("day_end: closing", 14, "day_end", "24h count none"),
        ("day_end: noon", 14, "day_end", "write midnight or closing or same_time"),
        ("last_day: whole", 15, "last_day", "24h count none"),
        ("last_day: sunday", 15, "last_day", "write same_time or whole or working"),
        ("accepts: [any, parts]", 5, "accepts", "is every reason"),
        ("exclusions: [any, typhoon]", 5, "exclusions", "is every reason"),
        ("exclusions: [typhoon, none]", 27, "exclusions[1]", "leave the key out"),
        ("max_open: {}", 5, "max_open", "holds no limit"),
        ("max_open: 72h", 15, "max_open", "expects `key: value` lines"),
        ("max_open: {parts: 72h}", 23, "max_open.parts", "holds for `parts` do not count anyway"),
        ("max_open: {any: 72h}", 21, "max_open.any", "holds for a reason do not count anyway"),
        ("gate: []", 5, "gate", "holds no precondition"),
        ("gate: documents", 11, "gate", "`documents` is no known event"),
        ("gate: [opened, documents_compete]", 20, "gate[1]", "did you mean `documents_complete`?"),
        ("gate: voided", 11, "gate", "takes another event out"),
        ("gate: {any: []}", 12, "gate.any", "the clock would never start"),
        ("gate: {any: [paid, zzz]}", 24, "gate.any[1]", "list it under `events`"),
        ("gate: [{any: [opened]}, [replied]]", 29, "gate[1]", "expects `key: value` lines"),
        ("gate: {event: replied, where: {}}", 28, "gate.where", "holds no condition"),
        ("gate: [{event: replied, wher: {}}]", 29, "gate[0].wher", "did you mean `where`?"),
        ("gate: [{ani: replied, event: opened}]", 13, "gate[0].ani", "did you mean `any`?"),
        ("gate: [{where: {a: b}}]", 12, "gate[0].event", "is missing"),
        ("gate: resolved", 11, "gate", "the clock would never run"),
        ("gate: cancelled", 11, "gate", "the clock would never run"),
        ("gate: [replied, {any: [resolved]}]", 21, "gate[1]", "the clock would never run"),
        ("accepts: none", 14, "accepts", "leave the key out when no reason is meant"),
        ("accepts: ['*']", 15, "accepts[0]", "write `any` for every reason"),
        ("applies: {}", 5, "applies", "holds no condition"),
        ("applies: {kind: []}", 15, "applies.kind", "nothing would match"),
        ("applies: {kind: [a, {b: c}]}", 25, "applies.kind[1]", "expects one value, not a mapping"),
        ("applies: {kind: {not: []}}", 22, "applies.kind.not", "all would match"),
        ("applies: {kind: {not: {a: b}}}", 22, "applies.kind.not", "expects one value, not a mapping"),
        ("applies: {kind: {not: [a, {b: c}]}}", 31, "applies.kind.not[1]", "expects one value"),
        ("applies: {kind: {}}", 15, "applies.kind.not", "`not` is missing"),
        ("applies: {kind: {not: a, nto: b}}", 30, "applies.kind.nto", "did you mean `not`?"),
        ("applies: {kind: {not: a, values: b}}", 30, "applies.kind.values", "did you mean `not`?"),
        ("applies: {kind: {not: a, '[not]': b}}", 30, "applies.kind.[not]", "did you mean `not`?"),
        ("start: {event: opened, where: {kind: {not: ''}}}", 48, "start.where.kind.not", "is empty"),
        ("start: []", 5, "start", "names no event"),
        ("start: openned", 12, "start", "did you mean `opened`?"),
        ("start: [opened, zzz]", 21, "start[1]", "list it under `events`"),
        ("start: voided", 12, "start", "takes another event out"),
        ("start: resolved", 11, "stop", "begins the promise too (`start`)"),
        ("cancel: [cancelled, resolved]", 11, "stop", "cancels the promise too (`cancel`)"),
        ("cancel: {event: noted, where: {}}", 28, "cancel.where", "holds no condition"),
        ("cancel: {event: noted, where: {a: []}}", 36, "cancel.where.a", "nothing would match"),
        ("cancel: {event: notd, where: {a: b}}", 21, "cancel.event", "did you mean `noted`?"),
        ("cancel: 'No'", 13, "cancel", "cannot be a name here"),
    ],
)
def test_a_target(more, column, field, words):
    error = the_error(HEAD + TARGET + f"    {more}\n" + OFFICE + "events: paid\n")

    assert place(error) == (8 if field == "stop" else 10, column, f"targets.fix.{field}")
    assert words in error.message


@pytest.mark.parametrize("name", ["stop", "start", "cancel"])
def test_an_event_that_the_vocabulary_reads_as_another(name):
    text = (
        HEAD
        + f"vocabulary: {{created: opened}}\ntargets: {{fix: {{budget: 1h, stop: closed, {name}: created}}}}\n"
    )
    if name == "stop":
        text = text.replace("stop: closed, ", "")
    error = the_error(text)

    assert (error.line, error.field) == (7, f"targets.fix.{name}")
    assert "`created` is read as `opened` in this file: write `opened`" in error.message


@pytest.mark.parametrize(
    ("more", "line", "column", "field", "words"),
    [
        ("", 9, 13, "budget", "give its name in `hours`"),
        ("hours: 24x7", 10, 12, "hours", "round the clock every day is worked"),
        ("hours: office\n    zone: UTC", 11, 11, "zone", "has a zone of its own"),
        ("hours: office\n    boundary: next_open", 11, 15, "boundary", "nothing opens then"),
        ("hours: office\n    warn: 75%", 11, 11, "warn", "75% of 5 working_days is 3.75 days"),
        ("hours: office\n    warn: 8h before", 11, 11, "warn", "count differently: write working_days"),
        ("hours: office\n    warn: 1 calendar_day before", 11, 11, "warn", "write working_days"),
        ("hours: office\n    warn: 5 working_days before", 11, 11, "warn", "is as long as the budget"),
        ("hours: office\n    floor: 1 working_day", 11, 12, "floor", "counts days"),
        ("hours: office\n    grace: 1 working_day", 11, 12, "grace", "counts days"),
        (
            "hours: office\n    accepts: any\n    max_open: {any: 2 working_days}",
            *(12, 21, "max_open.any", "counts working days"),
        ),
    ],
)
def test_working_days(more, line, column, field, words):
    error = the_error(HEAD + TARGET.replace("24h", "5 working_days") + f"    {more}\n" + OFFICE)

    assert place(error) == (line, column, f"targets.fix.{field}")
    assert words in error.message


def test_working_days_that_take_more_than_ten_years():
    text = HEAD + TARGET.replace("24h", "2000 working_days") + "    hours: office\n"

    assert rules.check(text + OFFICE) == ()
    error = the_error(text + OFFICE.replace("mon-fri", "mon"))
    assert place(error) == (9, 13, "targets.fix.budget")
    assert "2000 working_days of `office` take 14,000 days" in error.message


def test_a_limit_for_one_reason_is_not_one_for_the_others():
    more = "    accepts: [parts, customer]\n    max_open: {parts: 1h, any: 2h, vendor: 3h, 'none': 4h}\n"

    assert found(HEAD + TARGET + more) == [
        (11, 44, "targets.fix.max_open.vendor"),
        (11, 48, "targets.fix.max_open.none"),
    ]
    assert found(HEAD + TARGET + more.replace("parts, customer", "'none'")) == [
        (10, 15, "targets.fix.accepts[0]"),
        (11, 48, "targets.fix.max_open.none"),
    ]


def test_adopt_from_has_its_offset():
    error = the_error(HEAD + TARGET + "adopt_from: 2026-01-01T00:00:00\n")

    assert place(error) == (10, 13, "adopt_from")
    assert "has no offset from UTC" in error.message


def test_calendar_days_with_the_hours_of_a_calendar():
    error = the_error(HEAD + TARGET.replace("24h", "3 calendar_days") + "    hours: office\n" + OFFICE)

    assert place(error) == (10, 12, "targets.fix.hours")
    assert "3 calendar_days pass at all hours" in error.message


@pytest.mark.parametrize(
    ("more", "line", "column", "field", "words"),
    [
        ("last_day: working", 10, 15, "last_day", "give its name in `hours`"),
        ("hours: 24x7\n    last_day: working", 11, 15, "last_day", "says which days are worked"),
        ("last_day: whole\n    hours: office", 11, 12, "hours", "3 calendar_days pass at all hours"),
    ],
)
def test_the_last_of_some_calendar_days(more, line, column, field, words):
    text = HEAD + TARGET.replace("24h", "3 calendar_days")
    error = the_error(text + f"    {more}\n" + OFFICE)

    assert place(error) == (line, column, f"targets.fix.{field}")
    assert words in error.message
    assert rules.check(text + "    hours: office\n    last_day: working\n" + OFFICE) == ()
    assert rules.check(text + "    last_day: whole\n") == ()


def test_a_budget_that_its_calendar_stretches_over_ten_years():
    text = HEAD + TARGET + "    hours: office\n" + OFFICE.replace("mon-fri: 08:00-16:00", "mon: 08:00-08:01")
    error = the_error(text)

    assert place(error) == (9, 13, "targets.fix.budget")
    assert "10,080 days" in error.message


@pytest.mark.parametrize(
    ("more", "column", "field", "words"),
    [
        ("warn: soon", 11, "warn", "is no step of a budget"),
        ("warn: [1h before, 2h]", 23, "warn[1]", "is no step of a budget"),
        ("warn: 1.5h before", 11, "warn", "write it in smaller units"),
        ("warn: 12.5%", 11, "warn", "is not a whole percentage"),
        ("warn: 0%", 11, "warn", "is outside 1% to 1000%"),
        ("warn: 0h before", 11, "warn", "is no time at all"),
        ("warn: 24h before", 11, "warn", "is as long as the budget of 24h"),
        ("warn: [{at: 25h before}]", 17, "warn[0].at", "is as long as the budget of 24h"),
        ("warn: 1 calendar_day before", 11, "warn", "count differently: write hours"),
        ("warn: due", 11, "warn", "is no warning"),
        ("warn: 100%", 11, "warn", "is no warning"),
        ("warn: 1h after", 11, "warn", "is no warning"),
        ("warn: [12h before, 50%]", 24, "warn[1]", "is the instant of a step above"),
        ("warn: [{at: 2h before, name: Breach}]", 34, "warn[0].name", "taken by the statement"),
        ("warn: [{at: 2h before, role: Head Nurse}]", 34, "warn[0].role", "cannot be a name here"),
        (f"warn: [{{at: 2h before, name: {'x' * 61}}}]", 34, "warn[0].name", "longer than 60"),
        (
            "warn: [{at: 2h before, name: a}, {at: 1h before, name: a}]",
            *(60, "warn[1].name", "`a` is the name of a step above"),
        ),
        (
            "warn: [{at: 2h before, name: warn 1h before}, 1h before]",
            *(51, "warn[1]", "`warn 1h before` is the name of a step above"),
        ),
        ("ladder: [{at: 24h before, role: a}]", 19, "ladder[0].at", "is as long as the budget"),
        ("ladder: [{at: 87649h after, role: a}]", 19, "ladder[0].at", "longer than ten years"),
        (
            "ladder: [{at: 4h after, role: a}, {at: due, role: b}]",
            *(44, "ladder[1].at", "the ladder goes back in time: `due` comes before `4h after`"),
        ),
        (
            "ladder: [{at: due, role: a}, {at: 100%, role: a}]",
            *(39, "ladder[1].at", "is the instant of a step above, to the same role"),
        ),
        (
            "ladder: [{at: due, role: a}, {at: 1h after, role: a, name: due a}]",
            *(64, "ladder[1].name", "`due a` is the name of a step above"),
        ),
        ("ladder: [{at: due, role: a, name: verdict}]", 39, "ladder[0].name", "taken by the statement"),
    ],
)
def test_a_rung(more, column, field, words):
    error = the_error(HEAD + TARGET + f"    {more}\n")

    assert place(error) == (10, column, f"targets.fix.{field}")
    assert words in error.message


@pytest.mark.parametrize(
    ("budget", "step", "words"),
    [
        ("5 calendar_days", "75%", "75% of 5 calendar_days is 3.75 days"),
        ("5 calendar_days", "24h before", "count differently: write calendar_days"),
        ("5 calendar_days", "5 calendar_days before", "is as long as the budget"),
    ],
)
def test_a_rung_on_days(budget, step, words):
    error = the_error(HEAD + TARGET.replace("24h", budget) + f"    warn: {step}\n")

    assert place(error) == (10, 11, "targets.fix.warn")
    assert words in error.message


def test_a_rung_more_than_ten_years_late():
    text = HEAD + TARGET.replace("24h", "3652 calendar_days") + "    ladder: [{at: 201%, role: a}]\n"
    error = the_error(text)

    assert place(error) == (10, 19, "targets.fix.ladder[0].at")
    assert "201% of 3652 calendar_days is" in error.message

    error = the_error(text.replace("201%", "300%"))

    assert "more than ten years after the due" in error.message


# --- all at once ----------------------------------------------------------------------------------


def test_every_error_at_once_in_the_order_of_the_file():
    text = """\
policy: two words
version: 1
effective_from: 2026-01-01T00:00:00
zone: Mars
vocabulary: {created: opened, done: reslved}
calendars:
  empty: {week: {}}
  office:
    week:
      mon-fri: [08:30-12:00, 11:00-13:00]
      sat: 9-10
    closed: [2026-01-01, 2026-01-01, 2026-02-30]
targets:
  fix:
    stop: [created, done]
    budget: 24h
    deemed: documents
    gate: [documents, {any: []}]
    max_open: {parts: 0h}
    warn: [nonsense, 25h before]
    ladder: [{at: 1h after, role: a}, {at: due}, {at: due, role: b}]
  fix: {}
  answer:
    stop: replid
    budget: 5 working_days
    day_end: noon
    hours: officee
    warn: due
    wran: 2h before
"""

    assert found(text) == [
        (1, 1, "tenant"),
        (1, 9, "policy"),
        (3, 17, "effective_from"),
        (4, 7, "zone"),
        (5, 37, "vocabulary.done"),
        (7, 11, "calendars.empty.week"),
        (10, 30, "calendars.office.week.mon-fri[1]"),
        (11, 12, "calendars.office.week.sat"),
        (12, 26, "calendars.office.closed[1]"),
        (12, 38, "calendars.office.closed[2]"),
        (15, 12, "targets.fix.stop[0]"),
        (17, 13, "targets.fix.deemed"),
        (18, 12, "targets.fix.gate[0]"),
        (18, 24, "targets.fix.gate[1].any"),
        (19, 23, "targets.fix.max_open.parts"),  # no time at all
        (19, 23, "targets.fix.max_open.parts"),  # and for a reason that is not accepted
        (20, 12, "targets.fix.warn[0]"),
        (20, 22, "targets.fix.warn[1]"),
        (21, 39, "targets.fix.ladder[1].role"),
        (21, 44, "targets.fix.ladder[1].at"),
        (22, 3, "targets.fix"),
        (24, 11, "targets.answer.stop"),
        (26, 14, "targets.answer.day_end"),
        (27, 12, "targets.answer.hours"),
        (28, 11, "targets.answer.warn"),
        (29, 5, "targets.answer.wran"),
    ]


def test_read_raises_all_errors_under_the_name_of_the_file():
    with pytest.raises(rules.PolicyErrors) as raised:
        rules.read(HEAD + "targets: {fix: {stop: closed, budget: 24}, x: {budget: 1h}}\n", name="desk.yaml")

    first, second = str(raised.value).splitlines()
    assert first.startswith(
        "desk.yaml: line 6, column 39: targets.fix.budget: `24` has no unit: write for example"
    )
    assert second.startswith(
        "desk.yaml: line 6, column 44: targets.x.stop: `stop` is missing: the event that"
    )
    with pytest.raises(rules.PolicyErrors):
        rules.read_calendars(HEAD, name="desk.yaml")
    with pytest.raises(rules.PolicyErrors):
        rules.read_calendar(HEAD, name="desk.yaml")


def test_one_mistake_is_told_once_and_not_by_what_follows_from_it():
    assert found(HEAD + TARGET + "    hours:\n    boundary: next_open\n") == [(10, 11, "targets.fix.hours")]
    assert found(HEAD + "vocabulary: {done: reslved}\n" + TARGET.replace("resolved", "done")) == [
        (6, 20, "vocabulary.done")
    ]
