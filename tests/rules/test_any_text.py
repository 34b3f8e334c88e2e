"""Whatever stands in a file: a policy, or PolicyErrors with places in it."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service import rules
from service.rules.event_shapes import NEGATED, EventShape, PreconditionShape
from service.rules.shapes import (
    CalendarFileShape,
    CalendarShape,
    DeemedShape,
    ExtensionShape,
    LapsedShape,
    MeaningShape,
    OverrideShape,
    PolicyShape,
    RungShape,
    SourceShape,
    TargetShape,
)
from service.sla.calendars import Calendar
from service.sla.policy import Policy

EXAMPLES = [
    path.read_text() for path in sorted((Path(__file__).parents[2] / "examples" / "policies").glob("*.yaml"))
]

SHAPES = (
    *(PolicyShape, SourceShape, MeaningShape, CalendarShape, CalendarFileShape, TargetShape, EventShape),
    *(PreconditionShape, RungShape, ExtensionShape, DeemedShape, LapsedShape, OverrideShape),
)
KEYS = sorted({key for shape in SHAPES for key in shape.model_fields} | {"not", NEGATED})
WORDS = [
    *(
        "24h",
        "3",
        "true",
        "customer",
        "promise_accepted",
        "8h30m",
        "5 working days",
        "3 working_days before",
        "120 calendar_days",
        "0h",
        "-4h",
        "24",
        "75%",
        "due",
        "2h before",
        "4h after",
    ),
    *(
        "3 calendar_days before",
        "opened",
        "resolved",
        "closed",
        "noted",
        "reopened",
        "created",
        "queued",
        "voided",
    ),
    *(
        "24x7",
        "office",
        "close",
        "next_open",
        "new",
        "ignore",
        "any",
        "none",
        "yes",
        "NO",
        "null",
        "~",
        "a",
        "b",
    ),
    *(
        "UTC",
        "Asia/Shanghai",
        "Mars",
        "2026-01-01T00:00:00Z",
        "2026-01-01",
        "2026-02-01 to 2026-02-09",
        "08:30-12:00",
    ),
    *("CN", "DE-BY", "TW", "documents_complete", "closing", "same_time", "office.yaml", "2019-11-21"),
    *("22:00-06:00", "08:30", "mon", "mon-fri", "sat", "window_head", "breach", "*", "故障", "1.10"),
]
_BREAKS = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # what ends a line in YAML
INDICATORS = [
    *":-?,[]{}#&*!|>'\"%@`~ \n\t\r",
    "  ",
    "\n  ",
    "\n- ",
    ": ",
    "---\n",
    "...\n",
    "<<: ",
    "&a ",
    "*a ",
    "!!",
]

scalars = st.sampled_from(WORDS) | st.text(max_size=8)
trees = st.recursive(
    scalars,
    lambda deeper: (
        st.lists(deeper, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS + WORDS) | st.text(max_size=4), deeper, max_size=6)
    ),
    max_leaves=30,
)


def written(tree) -> str:
    """`tree` in YAML's flow style, texts in quotes where they need them."""
    if isinstance(tree, list):
        return "[" + ", ".join(map(written, tree)) + "]"
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{written(key)}: {written(value)}" for key, value in tree.items()) + "}"
    plain = tree in WORDS and tree not in {"*", "~"}
    return tree if plain else '"' + "".join(f"\\U{ord(sign):08x}" for sign in tree) + '"'


def judged(text: str | bytes) -> None:
    """Reading and checking agree, and every error has a place in the text and a sentence of ours."""
    errors = rules.check(text)
    if errors:
        with pytest.raises(rules.PolicyErrors) as raised:
            rules.read(text, name="any")
        assert raised.value.errors == errors == tuple(sorted(errors))
    else:
        assert isinstance(rules.read(text, name="any"), Policy)
    lines = len(_BREAKS.split(text if isinstance(text, str) else text.decode("utf-8", "replace")))
    for error in errors:
        assert 1 <= error.line <= lines
        assert error.column >= 1
        assert error.message
        assert "Input should" not in error.message


@given(st.text())
@settings(deadline=None)
def test_any_text(text):
    judged(text)


@given(st.binary())
@settings(deadline=None)
def test_any_bytes(data):
    judged(data)


@given(st.lists(st.sampled_from(INDICATORS + KEYS + WORDS), max_size=40).map("".join))
@settings(deadline=None)
@example("!<tag:yaml.org,2002:python/object/apply:os.system> [x]")
@example("%YAML 9.9\n---\na: b\n")
@example("a: !%ff b\n")
@example("? [a, {b: c}]\n: d\n? {x: y}\n: [z]\n*a : b\n")
@example("a: &x [*x]\n")
def test_anything_like_yaml(text):
    judged(text)


@given(trees)
@settings(max_examples=300, deadline=None)
def test_any_tree(tree):
    judged(written(tree))


spans = st.sampled_from(["08:00-12:00", "22:00-06:00", "05:00-23:00", "12:00-12:30"])
weeks = st.dictionaries(
    st.sampled_from(["mon", "tue-fri", "sat", "sun"]),
    spans | st.lists(spans, min_size=1, max_size=2),
    min_size=1,
    max_size=3,
)
dates = st.dates(date(2019, 12, 30), date(2020, 1, 10)).map(str)
opened = st.dictionaries(dates, spans, max_size=3)
policies = st.fixed_dictionaries(
    {},
    optional={
        "policy": scalars,
        "version": scalars,
        "effective_from": scalars,
        "tenant": scalars,
        "zone": scalars,
        "grace": scalars,
        "source": trees,
        "vocabulary": st.dictionaries(scalars, trees, max_size=3) | trees,
        "events": st.lists(scalars, max_size=3) | trees,
        "calendars": st.dictionaries(
            scalars, st.dictionaries(st.sampled_from(sorted(CalendarShape.model_fields)), trees), max_size=3
        ),
        "targets": st.dictionaries(
            scalars, st.dictionaries(st.sampled_from(sorted(TargetShape.model_fields)), trees), max_size=4
        ),
    },
)


@given(policies)
@settings(max_examples=300, deadline=None)
def test_any_tree_with_the_right_keys(tree):
    judged(written(tree))


#: What fits a key of a calendar more often than not.
FITTING = {
    "known_since": st.dates(date(2019, 12, 30), date(2026, 1, 1)).map(str),
    "known_until": st.dates(date(2020, 1, 11), date(2026, 12, 31)).map(str),
    "week": weeks,
    "closed": st.lists(dates, max_size=3, unique=True),
    "open": opened,
    "statutory": st.sampled_from(["CN", "CN", "DE-BY"]),
    "makeup": spans,
}


def keys(*names: str) -> dict[str, st.SearchStrategy]:
    return {
        name: st.integers(0, 30).flatmap(lambda n, name=name: FITTING[name] if n else trees) for name in names
    }


versions = st.fixed_dictionaries(
    {}, optional=keys("known_until", "week", "closed", "open", "statutory", "makeup")
)
later = st.fixed_dictionaries(
    keys("known_since", "known_until"), optional=keys("closed", "open", "statutory")
)
named = {"calendar": st.just("office"), "zone": st.sampled_from(["UTC", "Asia/Shanghai"])}
calendar_files = st.one_of(
    st.fixed_dictionaries(
        named | keys("week"), optional=keys("known_until", "closed", "open", "statutory", "makeup")
    ),
    st.fixed_dictionaries(
        named
        | keys("week")
        | {"versions": st.builds(lambda one, more: [one, *more], versions, st.lists(later, max_size=2))}
    ),
)


def outcome(call) -> tuple[rules.PolicyError, ...] | ValueError | Calendar:
    try:
        return call()
    except rules.PolicyErrors as wrong:
        return wrong.errors
    except ValueError as wrong:
        return wrong


@given(calendar_files)
@settings(max_examples=500, deadline=None)
def test_any_calendar_file(tree):
    """A calendar, or errors with a place; and the same calendar when the same is given as JSON."""
    text = written(tree)
    found = outcome(lambda: rules.read_calendar(text, name="any"))
    inline = outcome(lambda: rules.calendar_of(tree))

    assert isinstance(inline, Calendar | ValueError)
    if isinstance(found, Calendar):
        assert isinstance(inline, Calendar)
        assert inline.versions == found.versions
    else:
        assert isinstance(found, tuple)
        assert found
        assert all(error.line == 1 and error.column >= 1 and error.message for error in found)
        assert not any("Input should" in error.message for error in found)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_an_example_with_changed_lines(data):
    lines = data.draw(st.sampled_from(EXAMPLES)).splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        cut = data.draw(st.integers(0, len(line)))
        put = data.draw(st.sampled_from(["", *INDICATORS, *WORDS, *KEYS]))
        change = data.draw(st.sampled_from(["insert", "end", "remove", "twice", "indent", "value"]))
        if change == "insert":
            lines[at] = line[:cut] + put + line[cut:]
        elif change == "end":
            lines[at] = line[:cut] + put
        elif change == "remove" and len(lines) > 1:
            del lines[at]
        elif change == "twice":
            lines.insert(at, line)
        elif change == "indent":
            lines[at] = "  " + line
        elif ": " in line:
            lines[at] = line.partition(": ")[0] + ": " + put
    judged("\n".join(lines))
