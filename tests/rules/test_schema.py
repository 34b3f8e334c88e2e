"""The schema for editors: what `check` accepts fits it, and what is plainly wrong does not."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from service import rules
from service.rules.schema import schema
from tests.rules.test_any_text import policies, written
from tests.rules.test_errors import HEAD, OFFICE, TARGET
from tests.rules.test_read import BLOCKS

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "policies").glob("*.yaml"))
VALIDATOR = Draft202012Validator(schema())


def as_text(text: str) -> Any:
    """As this project reads YAML: every value a text."""
    return yaml.load(text, yaml.BaseLoader)


def as_editors(text: str) -> Any:
    """As YAML 1.2 has it: numbers and truth values are none."""

    def typed(value: Any) -> Any:
        if isinstance(value, list):
            return [typed(each) for each in value]
        if isinstance(value, dict):
            return {key: typed(each) for key, each in value.items()}
        if value in {"true", "false"}:
            return value == "true"
        return float(value) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value) else value

    return typed(as_text(text))


def faults(text: str) -> list[str]:
    return [
        "/".join(map(str, error.absolute_path))
        for read in (as_text, as_editors)
        for error in VALIDATOR.iter_errors(read(text))
    ]


def test_it_is_a_schema_that_refers_to_nothing_it_lacks():
    Draft202012Validator.check_schema(VALIDATOR.schema)
    names = set(re.findall(r"'#/\$defs/([^']+)'", str(VALIDATOR.schema)))

    assert names == set(VALIDATOR.schema["$defs"])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_fit(path):
    assert faults(path.read_text()) == []


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.startswith(("policy:", "targets:"))])
def test_what_the_docs_show_fits(block):
    assert faults(block if block.startswith("policy:") else HEAD + block) == []


@given(policies)
@settings(max_examples=300, deadline=None)
def test_what_is_accepted_fits(tree):
    text = HEAD + written(tree)
    if rules.check(text) == ():
        assert faults(text) == []


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ("    bugdet: 1h\n", "targets/fix"),
        ("    clause: [a]\n", "targets/fix/clause"),
        ("    clause:\n      a: b\n", "targets/fix/clause"),
        ("    reopen: maybe\n", "targets/fix/reopen"),
        ("    owner: nobody\n", "targets/fix/owner"),
        ("    off: perhaps\n", "targets/fix/off"),
        ("    day_end: noon\n", "targets/fix/day_end"),
        ("    extension: {rank: 3}\n", "targets/fix/extension"),
        ("    ladder: [{at: due}]\n", "targets/fix/ladder"),
        ("    overrides: [{name: a}]\n", "targets/fix/overrides"),
        ("    gate: [{event: paid, any: [paid]}]\n", "targets/fix/gate"),
        ("tennant: x\n", ""),
    ],
)
def test_what_is_plainly_wrong_does_not(more, place):
    assert rules.check(HEAD + TARGET + more) != ()
    assert set(faults(HEAD + TARGET + more)) == {place}


def test_a_gate_and_a_calendar_fit():
    more = (
        "    gate: [documents_complete, {any: [replied, {event: noted, where: {a: b}}]}, {event: replied}]\n"
    )

    assert faults(HEAD + TARGET + more + OFFICE) == []
