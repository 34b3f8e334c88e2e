import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cli import wall
from service.cli.events_check_lines import Terms, taken
from service.sla.instants import SECOND
from service.wire import Accepted, BadLine, Refused, read_events
from service.wire.times import read as instant
from tests.cli.calling import BOSTON, DESK, POLICY, ROOT, call, called, line, written
from tests.wire.making import ANY, HEARD, PATIENT, document, read, structured

EXAMPLES = ROOT / "docs" / "contracts" / "examples"
NOW = "2026-03-10T00:00:00Z"


@pytest.fixture(autouse=True)
def _held_clock(monkeypatch):
    monkeypatch.setattr(wall, "now", lambda: instant(NOW))


def event(**changed: Any) -> str:
    """A CloudEvent of 2 March 2026; a member `...` is left out."""
    return json.dumps(document(**changed), ensure_ascii=False)


def checked(tmp_path: Path, *lines: str, policy: str | None = None, **environ: str) -> list[dict[str, Any]]:
    """The lines of `--json` without the summary."""
    policy_file, events = written(tmp_path, *lines, policy=policy or POLICY)
    more = ["--policy", policy_file] if policy else []
    result = call("events", "check", events, "--json", *more, **environ)
    assert result.stderr == ""
    *told, last = (json.loads(each) for each in result.stdout.splitlines())
    assert result.exit_code == (1 if last["summary"]["refused"] else 0)
    return told


def refusals(tmp_path: Path, *lines: str, **more: Any) -> list[tuple[int, str, str]]:
    found = checked(tmp_path, *lines, **more)
    return [(each["line"], each["reason"], each["field"]) for each in found if each["result"] == "refused"]


def notices(tmp_path: Path, *lines: str, **more: Any) -> list[tuple[int | None, str, str]]:
    found = checked(tmp_path, *lines, **more)
    return [(each["line"], each["reason"], each["detail"]) for each in found if each["result"] == "notice"]


# --- what is refused, where -------------------------------------------------------------------------

HELD = "slaclock.ticket.held.v1"
REQUESTED = "slaclock.ticket.extension_requested.v1"

REFUSED = [
    ("nope", "not_json", ""),
    ("[1]", "bad_data", ""),
    ("{}", "missing_attribute", "specversion, id, source, type, time, subject"),
    (event(specversion=...), "missing_attribute", "specversion"),
    (event(subject=None, id=...), "missing_attribute", "id, subject"),
    (event(specversion="2.0"), "bad_attribute", "specversion"),
    (event(id=""), "bad_attribute", "id"),
    (event(id=7), "bad_attribute", "id"),
    (event(source="x" * 256), "bad_attribute", "source"),
    (event(subject="a\u0007"), "bad_attribute", "subject"),
    (event(tenant=[]), "bad_attribute", "tenant"),
    (event(datacontenttype="text/xml"), "bad_attribute", "datacontenttype"),
    (event(data_base64="e30="), "bad_data", "data_base64"),
    (event(type="opened"), "unknown_type", "type"),
    (event(type="slaclock.ticket.Opened.v1"), "unknown_type", "type"),
    (event(type="slaclock.ticket.opened.v2"), "unknown_version", "type"),
    (event(time="2026-03-02T09:10:00"), "naive_time", "time"),
    (event(time="2.3.2026"), "bad_time", "time"),
    (event(time=1772413800), "bad_time", "time"),
    (event(time="2026-02-30T09:10:00Z"), "bad_time", "time"),
    (event(time="1969-12-31T23:59:59Z"), "time_out_of_range", "time"),
    (event(time="2026-03-10T00:01:00.000001Z"), "ahead_of_record", "time"),
    (event(data=...), "bad_data", "data"),
    (event(data=[]), "bad_data", "data"),
    (event(data={"seq": -1}), "bad_data", "data.seq"),
    (event(data={"attributes": "x"}), "bad_data", "data.attributes"),
    (event(type=HELD, data={"attributes": {"reason": 3}}), "bad_data", "data.attributes.reason"),
    (event(type="slaclock.ticket.rejudge.v1"), "bad_data", "data.attributes.version"),
    (event(type=REQUESTED, data={"attributes": {"until": "2026-03-02"}}), "bad_data", "data.attributes.until"),
    (event(type=REQUESTED, data={"attributes": {"by": "soon"}}), "bad_data", "data.attributes.by"),
    (event(data={"attributes": {"n": 1 << 64}}), "bad_data", ""),
    (event().replace('"seq": 1', '"seq": 1, "seq": 1'), "bad_data", ""),
    (event(data={"attributes": {"x": "y" * 262_144}}), "too_large", ""),
    (event(data={"attributes": {"x": "y" * (1 << 20)}}), "too_large", ""),
    ('{"event_id": "1"}', "missing_attribute", "ticket_id, type, occurred_at"),
    (line("", "opened", "2026-03-02T00:00:00Z"), "bad_attribute", "event_id"),
    (line("1", "opened", "2026-03-02T00:00:00Z", ticket="\t"), "bad_attribute", "ticket_id"),
    (line("1", "Opened", "2026-03-02T00:00:00Z"), "unknown_type", "type"),
    (line("1", "opened", "2026-03-02 00:00"), "bad_time", "occurred_at"),
    (line("1", "opened", "2026-03-02T00:00:00"), "naive_time", "occurred_at"),
    (line("1", "opened", "2026-03-11T00:00:00Z"), "ahead_of_record", "occurred_at"),
    (line("1", "held", "2026-03-02T00:00:00Z", reason=3), "bad_data", "attributes.reason"),
    (line("1", "opened", "2026-03-02T00:00:00Z", seq=-1), "bad_data", "seq"),
    (line("1", "opened", "2026-03-02T00:00:00Z", x="y" * 262_144), "too_large", ""),
]  # fmt: skip


@pytest.mark.parametrize(("written_so", "reason", "field"), REFUSED)
def test_what_is_refused_and_where(tmp_path, written_so, reason, field):
    assert refusals(tmp_path, written_so) == [(1, reason, field)]


def test_every_refusal_says_what_to_do(tmp_path):
    told = checked(tmp_path, *(written_so for written_so, _, _ in REFUSED))

    assert [each["result"] for each in told] == ["refused"] * len(REFUSED)
    assert all(len(each["advice"]) > 5 and len(each["detail"]) > 1 for each in told)


@pytest.mark.parametrize(
    "written_so",
    [
        event(),
        event(tenant=None, data={}),
        event(time="2026-03-10T00:01:00Z"),
        event(time="2026-03-02t09:10:00z"),
        event(type="slaclock.ticket.my_own.v1", datacontenttype="application/json; charset=utf-8"),
        f"\ufeff{event()}\r",
        line("1", "my_own", "2026-03-02T00:00:00+08:00", seq=3, reason=3),
        *(
            json.dumps(json.loads(path.read_text())["value"])
            for path in sorted(EXAMPLES.glob("ticket.*.v1.structured.json"))
        ),
    ],
)
def test_what_is_accepted(tmp_path, written_so):
    assert [each["result"] for each in checked(tmp_path, written_so)] == ["accepted"]


# --- nothing differs from what the service and the back-test do -------------------------------------

TERMS = Terms(tenant="default", source="file", ahead=60 * SECOND, max_bytes=1 << 18)


@PATIENT
@given(
    st.dictionaries(
        st.sampled_from(["specversion", "id", "source", "type", "time", "subject", "data", "x"]), ANY
    )
)
def test_a_cloudevent_is_taken_as_the_service_takes_it(changed):
    value = document(**{name: changed[name] for name in changed})
    subject = value["subject"]
    key = subject.encode() if isinstance(subject, str) else b"?"
    found, is_plain, _ = taken(json.dumps(value).encode(), TERMS, HEARD)

    service = read(structured(value, key))

    assert not is_plain
    assert type(found) is type(service)
    if isinstance(found, Accepted) and isinstance(service, Accepted):
        assert (found.event, found.digest) == (service.event, service.digest)
    elif isinstance(found, Refused) and isinstance(service, Refused):
        assert (found.reason, found.detail) == (service.reason, service.detail)


@PATIENT
@given(
    st.dictionaries(
        st.sampled_from(["event_id", "ticket_id", "type", "occurred_at", "attributes", "seq", "tenant", "source"]), ANY
    )
)  # fmt: skip
def test_a_plain_line_is_taken_as_the_back_test_takes_it(tmp_path_factory, changed):
    value = json.loads(line("1", "opened", "2026-03-02T00:00:00Z")) | changed
    file = tmp_path_factory.mktemp("events") / "events.jsonl"
    file.write_text(json.dumps(value))
    (expected,) = read_events(file, tenant="default", source="file")

    found, is_plain, _ = taken(file.read_bytes(), TERMS, HEARD)

    assert is_plain
    if isinstance(expected, BadLine):
        assert isinstance(found, Refused)
        assert (found.reason, found.detail) == (expected.reason, expected.detail)
    else:
        assert isinstance(found, Accepted)
        assert found.event == expected


def test_the_settings_of_the_service_hold(tmp_path):
    late = event(time="2026-03-10T00:00:30Z")
    none = {"SLACLOCK_AHEAD_TOLERANCE_SECONDS": "0"}

    assert refusals(tmp_path, late) == []
    assert refusals(tmp_path, late, **none) == [(1, "ahead_of_record", "time")]
    assert refusals(tmp_path, event(), SLACLOCK_MAX_RECORD_BYTES="20") == [(1, "too_large", "")]
    (told,) = checked(tmp_path, event(tenant=...), SLACLOCK_TENANT="harbour")
    assert told["tenant"] == "harbour"


# --- one line against the others --------------------------------------------------------------------


def test_the_same_fact_again_is_no_fault_however_it_is_written(tmp_path):
    told = checked(
        tmp_path,
        event(tenant="default", source="file"),
        "",
        event(tenant="default", source="file", time="2026-03-02T01:10:00Z"),
        json.dumps({
            "attributes": {"priority": "2"}, "seq": 1, "type": "opened", "event_id": "e-1", "ticket_id": "SR-1",
            "occurred_at": "2026-03-02T01:10:00.0000009+00:00",
        }),
    )  # fmt: skip

    assert [(each["line"], each["result"], each.get("first")) for each in told] == [
        (1, "accepted", None),
        (3, "repeated", 1),
        (4, "repeated", 1),
    ]


def test_an_id_with_other_content_is_refused_and_the_first_stands(tmp_path):
    assert refusals(
        tmp_path,
        event(),
        event(time="2026-03-02T09:10:01+08:00"),
        event(),
        event(subject="SR-2", data={}),
        event(source="other", data={}),
        event(tenant="other", data={}),
        line("1", "opened", "2026-03-02T00:00:00Z"),
        line("1", "noted", "2026-03-02T00:00:00Z"),
    ) == [(2, "id_reused", "id"), (8, "id_reused", "event_id")]


def test_a_refused_line_does_not_stand(tmp_path):
    """A time without an offset first, the same id with the right one then: that is a correction before publishing."""
    assert refusals(tmp_path, event(time="2026-03-02T09:10:00"), event()) == [(1, "naive_time", "time")]


def test_a_ticket_with_too_many_events(tmp_path):
    lines = [event(id=f"e-{number}") for number in (1, 2, 2, 3)]

    assert refusals(tmp_path, *lines, event(subject="SR-2"), SLACLOCK_MAX_EVENTS_PER_TICKET="2") == [
        (4, "too_many_events", "")
    ]


def test_few_events_far_from_all_others_are_worth_a_look(tmp_path):
    usual = [event(id=f"e-{day}", time=f"2024-03-{day:02}T00:00:00Z") for day in range(1, 21)]
    later = event(id="a", time="2025-03-21T00:00:00Z")  # 366 days after 20 March 2024
    before = event(id="b", time="1970-01-01T00:00:00Z")

    assert notices(tmp_path, *usual, later, before) == [
        (21, "far_from_others", "on 2025-03-21 an event lies, more than a year after all others"),
        (22, "far_from_others", "on 1970-01-01 an event lies, more than a year before all others"),
    ]
    assert notices(tmp_path, *usual, event(id="a", time="2025-03-20T00:00:00Z")) == []
    assert notices(tmp_path, *usual[:9], later) == [
        (10, "far_from_others", "on 2025-03-21 an event lies, more than a year after all others")
    ]
    assert notices(tmp_path, *usual[:8], later) == []


# --- with a policy ----------------------------------------------------------------------------------

OWN_WORDS = POLICY.replace(
    "targets:",
    """vocabulary:
  created: opened
  kind_changed: {means: reclassified, rename: {to: kind}}
events: [queued]
targets:
  call:
    start: {event: noted, where: {outcome: done}}
    stop: {event: noted, where: {call: made}}
    budget: 72h
""",
)


def of(type_: str, id_: str, ticket: str = "T-1", **attributes: Any) -> str:
    return line(id_, type_, "2026-03-02T00:00:00Z", ticket, **attributes)


def test_types_that_the_policy_does_not_know(tmp_path):
    lines = [
        of("created", "1", kind="leak"),
        of("queued", "2"),
        of("resolvd", "3"),
        of("resolvd", "4"),
        of("xyz", "5"),
    ]

    assert notices(tmp_path, *lines, policy=OWN_WORDS) == [
        (3, "no_meaning", "the policy knows no type `resolvd`, so that it says nothing"),
        (5, "no_meaning", "the policy knows no type `xyz`, so that it says nothing"),
    ]
    told = checked(tmp_path, *lines, policy=OWN_WORDS)
    assert next(each["advice"] for each in told if each["result"] == "notice").startswith(
        "if `resolved` is meant, write that; "
    )


def test_attributes_that_nothing_carries(tmp_path):
    """`applies` looks at the ticket, `where` at events of its type; a list can satisfy neither."""
    opened_only = of("created", "1", kind=["leak"], call="made")

    assert notices(tmp_path, opened_only, of("noted", "2", outcome="done"), policy=OWN_WORDS) == [
        (
            None,
            "never_carried",
            "no `created` and `kind_changed` carries the attribute `kind` that target `repair` asks for",
        ),
        (None, "never_carried", "no `noted` carries the attribute `call` that target `call` asks for"),
    ]
    assert (
        notices(
            tmp_path,
            opened_only,
            of("kind_changed", "2", to="leak"),
            of("noted", "3", outcome="done"),
            of("noted", "4", call="made"),
            policy=OWN_WORDS,
        )
        == []
    )


def test_the_advice_names_the_attribute_as_publishers_write_it(tmp_path):
    told = checked(tmp_path, of("created", "1"), policy=OWN_WORDS)

    assert [each["advice"] for each in told if each["result"] == "notice"] == [
        "publish it (as `to`), or correct the condition"
    ]


def test_conditions_of_variants_and_stated_dates_are_looked_at_too(tmp_path):
    rules = POLICY.replace(
        "    warn: 2h before\n    ladder:\n      - {at: 4h after, role: head}\n",
        "    overrides: [{name: gold, when: {tier: gold}, budget: 4h}]\n"
        "  visit: {start: promise_accepted, promised: due, stop: replied}\n",
    )
    lines = [of("opened", "1", kind="leak"), of("promise_accepted", "2")]

    assert [detail for _, _, detail in notices(tmp_path, *lines, policy=rules)] == [
        "no `opened` and `reclassified` carries the attribute `tier` that target `repair` asks for",
        "no `promise_accepted` carries the attribute `due` that target `visit` asks for",
    ]


def test_tickets_that_never_began(tmp_path):
    lines = [
        of("noted", "1", "A"),
        of("created", "2", "B", kind="leak"),
        of("noted", "3", "C"),
        of("opened", "4", "A", kind="leak"),
    ]

    found = notices(tmp_path, *lines, policy=POLICY.replace("targets:", "events: [created]\ntargets:"))

    assert found == [
        (2, "not_opened", "ticket B has no `opened`"),
        (3, "not_opened", "ticket C has no `opened`"),
    ]
    assert [each for each in notices(tmp_path, *lines, policy=OWN_WORDS) if each[1] == "not_opened"] == [
        (3, "not_opened", "ticket C has no `opened`")
    ]


def test_many_tickets_that_never_began_are_mostly_counted(tmp_path):
    found = notices(tmp_path, *(of("noted", "1", f"T-{number}") for number in range(30)), policy=POLICY)

    assert len(found) == 21
    assert found[-1] == (None, "not_opened", "10 more tickets have no `opened`")


def test_events_of_a_tenant_whose_policy_was_not_given(tmp_path):
    found = checked(
        tmp_path, event(tenant="other"), event(tenant=...), event(id="2", tenant="harbour"), policy=POLICY
    )

    assert [(each["line"], each.get("reason")) for each in found if each["result"] != "notice"] == [
        (1, "unknown_policy"),
        (2, None),
        (3, None),
    ]


def test_all_versions_of_a_policy_count(tmp_path):
    first, events = written(tmp_path, of("opened", "1", kind="leak"), of("queued", "2"))
    (tmp_path / "second.yaml").write_text(
        POLICY.replace('"1"', '"2"')
        .replace("2000-01-01", "2026-04-01")
        .replace("targets:", "events: [queued]\ntargets:")
    )

    alone = called("events", "check", events, "--policy", first)
    both = called("events", "check", events, "--policy", first, "--policy", tmp_path / "second.yaml")

    assert ("no_meaning" in alone, "no_meaning" in both) == (True, False)


def test_a_policy_with_errors(tmp_path):
    policy, events = written(tmp_path, event(), policy=POLICY.replace("budget: 8h", "budget: 8"))

    result = call("events", "check", events, "--policy", policy)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "has no unit" in result.stderr


@pytest.mark.parametrize(
    ("policy", "name"), [(BOSTON, "boston311_animal_ex2015"), (DESK, "servicenow_uci_shared")]
)
def test_the_beginning_of_the_sample_data_is_accepted(policy, name):
    with gzip.open(ROOT / f"examples/data/{name}.events.jsonl.gz") as file:
        some = b"".join(file.readline() for _ in range(2000))

    told = called("events", "check", "-", "--policy", policy, stdin=some).splitlines()

    assert told[-4:-1] == ["records  2,000", "accepted 2,000", "refused  0"]


# --- the command ------------------------------------------------------------------------------------


def test_for_people(tmp_path):
    _, events = written(tmp_path, event(), event(), event(time="2026-03-02T09:10:00"), "nope")

    result = call("events", "check", events)

    assert result.exit_code == 1
    assert result.stdout.replace(events, "F") == (
        "F: line 3: naive_time: time: '2026-03-02T09:10:00' has no UTC offset:"
        " write the offset from UTC with it, as in 2026-10-01T09:00:00+08:00\n"
        "F: line 4: not_json: Expecting value at character 0: write one JSON object a line, in UTF-8\n"
        "records  4\n"
        "accepted 2 (1 repeated)\n"
        "refused  2 (naive_time 1, not_json 1)\n"
        "notices  0\n"
    )


def test_as_json(tmp_path):
    policy, events = written(tmp_path, event(type="slaclock.ticket.xyz.v1"), "nope")

    result = call("events", "check", events, "--policy", policy, "--json")

    assert [json.loads(each) for each in result.stdout.splitlines()] == [
        {
            "line": 1, "result": "accepted", "tenant": "harbour", "ticket": "SR-1", "source": "desk", "id": "e-1",
            "type": "xyz", "time": "2026-03-02T01:10:00.000000Z",
        },
        {
            "line": 1, "result": "notice", "reason": "no_meaning", "field": "type",
            "detail": "the policy knows no type `xyz`, so that it says nothing",
            "advice": "say under `vocabulary` what it means, or list it under `events`",
        },
        {
            "line": 2, "result": "refused", "reason": "not_json", "field": "",
            "detail": "Expecting value at character 0", "advice": "write one JSON object a line, in UTF-8",
        },
        {
            "line": 1, "result": "notice", "reason": "not_opened", "field": "", "detail": "ticket SR-1 has no `opened`",
            "advice": "publish its `opened`; until then nothing is promised",
        },
        {
            "summary": {
                "records": 2, "accepted": 1, "repeated": 0, "refused": {"not_json": 1},
                "notices": {"no_meaning": 1, "not_opened": 1},
            }
        },
    ]  # fmt: skip


def test_a_file_that_breaks_off(tmp_path):
    whole = gzip.compress("".join(f"{event(id=str(n))}\n" for n in range(100)).encode(), compresslevel=0)
    (tmp_path / "events.gz").write_bytes(whole[: len(whole) // 2])

    result = call("events", "check", tmp_path / "events.gz", "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout.splitlines()[-1])["summary"]["refused"] == {"broken_file": 1}


def test_an_empty_file_is_all_right(tmp_path):
    _, events = written(tmp_path)

    assert called("events", "check", events).splitlines()[0] == "records  0"


def test_control_characters_of_a_publisher_are_not_obeyed(tmp_path):
    _, events = written(tmp_path, event(subject="\x1b[2J"), event(time="\x1b[2J"))

    assert "\x1b" not in call("events", "check", events).output


def test_a_folder_is_no_file(tmp_path):
    assert call("events", "check", tmp_path).exit_code == 2


def test_a_scratch_file_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("service.cli.events_check_seen._TABLES", "ATTACH '/nowhere/x' AS x;")
    _, events = written(tmp_path, event())

    result = call("events", "check", events)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "the scratch file in the temporary folder cannot be used" in result.stderr


def test_each_answer_is_there_before_the_next_line_is_written():
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "events", "check", "-", "--json"],
        cwd=ROOT, env=os.environ | {"PYTHONUNBUFFERED": ""}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        for written_so, result in ((event(), "accepted"), ("nope", "refused"), (event(), "repeated")):
            process.stdin.write(f"{written_so}\n".encode())
            assert json.loads(process.stdout.readline())["result"] == result
        process.stdin.close()
        assert json.loads(process.stdout.readline())["summary"]["records"] == 3
        assert process.wait(30) == 1
    finally:
        process.kill()
        process.wait(30)
        process.stdout.close()


# --- what many tickets share ------------------------------------------------------------------------


def shared(type_: str, id_: str = "x-1", time: str = "2026-03-02T09:10:00Z", **attributes: Any) -> str:
    told = {"event_id": id_, "type": type_, "occurred_at": time, "attributes": attributes}
    return json.dumps(told, ensure_ascii=False)


STORM = {"exclusion": "storm", "area": "north", "from": "2026-03-02T00:00:00Z"}


def test_lines_about_areas_and_the_organisation_are_taken_as_on_their_topics(tmp_path):
    told = checked(
        tmp_path,
        shared("excluded", **STORM),
        shared("person", person="4711", unit="窗口"),
        event(type="slaclock.directory.unit.v1", subject="窗口", data={"attributes": {"head": "4711"}}),
        event(type="slaclock.area.exclusion_withdrawn.v1", subject="storm"),
    )

    assert [(each["result"], each["about"], each["ticket"]) for each in told] == [
        ("accepted", "area", "storm"),
        ("accepted", "directory", "4711"),
        ("accepted", "directory", "窗口"),
        ("accepted", "area", "storm"),
    ]


def test_an_identity_counts_once_on_each_topic_whatever_it_is_about(tmp_path):
    """The same id on the topics of areas and of the organisation are two events."""
    told = checked(
        tmp_path,
        shared("person", person="4711", unit="窗口"),
        shared("person", person="4711", unit="窗口"),
        shared("person", person="4712", unit="窗口"),
        shared("excluded", **STORM),
    )

    assert [each["result"] for each in told] == ["accepted", "repeated", "refused", "accepted"]
    assert (told[1]["first"], told[2]["reason"], told[2]["field"]) == (1, "id_reused", "event_id")
    assert "event x-1 about 4712 stands in line 1" in told[2]["detail"]


@pytest.mark.parametrize(
    ("written_so", "reason", "field"),
    [
        (shared("person", unit="窗口"), "missing_attribute", "attributes.person"),
        (shared("person", person="4711", rank="2"), "bad_data", "attributes.rank"),
        (shared("duty", unit="窗口"), "bad_data", "attributes.person"),
        (shared("unit", unit="窗口", time="2026-03-11T00:00:00Z"), "ahead_of_record", "occurred_at"),
        (event(type="slaclock.directory.staff.v1"), "unknown_type", "type"),
        (event(type="slaclock.directory.person.v2"), "unknown_version", "type"),
        (event(type="slaclock.directory.person.v1", data={"attributes": {"active": 1}}), "bad_data",
         "data.attributes.active"),
        (event(type="slaclock.area.excluded.v1"), "bad_data", "data.attributes.area"),
    ],
)  # fmt: skip
def test_what_of_them_is_refused_and_where(tmp_path, written_so, reason, field):
    assert refusals(tmp_path, written_so) == [(1, reason, field)]


def test_no_policy_has_a_word_for_them(tmp_path):
    """They are no tickets without `opened`, and no types that the policy forgot; another tenant's are refused."""
    lines = [shared("person", person="4711"), line("1", "opened", "2026-03-02T00:00:00Z", kind="leak")]
    other = json.dumps({**json.loads(shared("unit", "x-2", unit="a")), "tenant": "city"})

    assert notices(tmp_path, *lines, policy=POLICY) == []
    assert refusals(tmp_path, *lines, other, policy=POLICY) == [(3, "unknown_policy", "tenant")]
