"""Required sources: what a file says of them, and what is refused."""

import pytest

from service.rules import PolicyErrors, read
from service.rules.schema import schema
from service.sla.instants import MINUTE
from service.sla.policy import Source
from tests.rules.test_errors import HEAD

CRM, FIELD = "//crm.example/tickets", "//dispatch.example"
SOURCES = f"""
sources:
  crm: {{source: {CRM}, alive: true}}
  dispatch: {{source: {FIELD}, silent_after: 15m}}
"""


def policy(more: str = "requires: crm\n", sources: str = SOURCES, **targets: str):
    told = targets or {"fix": ""}
    lines = "".join(f"  {name}: {{stop: resolved, budget: 1h{extra}}}\n" for name, extra in told.items())
    return read(f"{HEAD}{sources}{more}targets:\n{lines}", name="p")


def errors(*args: str, **named: str) -> list[str]:
    with pytest.raises(PolicyErrors) as found:
        policy(*args, **named)
    return [f"{error.field}: {error.message}" for error in found.value.errors]


def test_sources_are_known_by_what_their_events_call_them():
    assert policy().sources == {CRM: Source(reports=True), FIELD: Source(silent_after=15 * MINUTE)}


def test_a_file_requires_for_all_targets_and_a_target_for_itself():
    found = policy(all="", own=", requires: [crm, dispatch]", none=", requires: []")

    assert {target.id: target.requires for target in found.targets} == {
        "all": {CRM}, "own": {CRM, FIELD}, "none": set(),
    }  # fmt: skip


def test_variants_require_what_their_target_does():
    found = policy("", a=", requires: dispatch, overrides: [{name: b, when: {x: y}, budget: 2h}]")

    assert [target.requires for target in found.targets] == [{FIELD}, {FIELD}]


def test_without_any_nothing_is_required():
    assert (policy("", "").sources, policy("", "").targets[0].requires) == ({}, frozenset())


@pytest.mark.parametrize(
    ("more", "sources", "told"),
    [
        ("requires: crn\n", SOURCES, "requires: `crn` is no source of this file: did you mean `crm`?"),
        ("requires: [crm, crm]\n", SOURCES, "requires[1]: `crm` is required twice: name it once"),
        ("requires: crm\n", "", "requires: `crm` is no source of this file: give it under `sources`"),
        ("", "sources: {}\n", "sources: holds no source: leave it out"),
        ("", "sources:\n  crm: {alive: true}\n", "sources.crm.source: `source` is missing"),
        ("", "sources:\n  crm: {source: x}\n", "sources.crm: does not say how it shows that it is complete"),
        ("", "sources:\n  crm: {source: x, alive: false}\n", "sources.crm: does not say how"),
        (
            "",
            "sources:\n  crm: {source: x, alive: true, silent_after: 1h}\n",
            "sources.crm: shows that it is",
        ),
        ("", "sources:\n  crm: {source: x, silent_after: 0s}\n", "sources.crm.silent_after: "),
        ("", "sources:\n  crm: {source: x, silent_after: 1 day}\n", "sources.crm.silent_after: "),
        ("", "sources:\n  CRM: {source: x, alive: true}\n", "sources.CRM: `CRM` cannot be a name here"),
        (
            "",
            "sources:\n  crm: {source: x, heartbeat: true}\n",
            "sources.crm.heartbeat: `heartbeat` is not a key here",
        ),
        (
            "",
            "sources:\n  a: {source: x, alive: true}\n  b: {source: x, alive: true}\n",
            "sources.b.source: this is the source of `a` above: name it once",
        ),
    ],
)
def test_what_is_refused(more, sources, told):
    assert any(line.startswith(told) for line in errors(more, sources)), errors(more, sources)


def test_what_a_target_requires_is_checked_too():
    assert errors("", a=", requires: dispach") == [
        "targets.a.requires: `dispach` is no source of this file: did you mean `dispatch`?"
    ]


def test_editors_know_the_keys():
    assert {"sources", "requires"} <= set(schema()["properties"])
    assert set(schema()["$defs"]["EventSourceShape"]["properties"]) == {"source", "alive", "silent_after"}
