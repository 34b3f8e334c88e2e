"""What may change in a released contract, and what may not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from scripts.contracts.compare import compared
from scripts.contracts.document import document
from scripts.contracts.folder import DOCUMENT, HERE, Folder
from scripts.contracts.release import latest, release

NOW = Folder()
EVENT = "schemas/ticket-event.v1.schema.json"
RESOLVED = "schemas/ticket.resolved.v1.schema.json"
VOIDED = "schemas/ticket.voided.v1.schema.json"
STATEMENT = "schemas/statement.v1.schema.json"
VERDICT = "schemas/statement.verdict.v1.schema.json"
WARNING = "schemas/statement.warning.v1.schema.json"

TEXT = {"type": "string"}

#: Changes the content of a file.
Edit = Callable[[Any], object]


def changed(*edits: tuple[str, Edit]) -> Folder:
    """Today's contract with these files changed."""
    folder = Folder()
    for file, edit in edits:
        folder._read[file] = deepcopy(folder.whole(file))
        edit(folder._read[file])
    return folder


def data(schema: Any) -> Any:
    return schema["properties"]["data"]


def fields(schema: Any) -> Any:
    return data(schema)["properties"]


def attributes(schema: Any) -> Any:
    return fields(schema)["attributes"]


def drop(holder: Any, name: str) -> None:
    del holder[name]


def drop_message(channel: str, message: str) -> Edit:
    return lambda doc: drop(doc["channels"][channel]["messages"], message)


def drop_topic(name: str) -> Edit:
    def edit(doc: Any) -> None:
        del doc["channels"][name]
        doc["operations"] = {n: each for n, each in doc["operations"].items() if not n.endswith(name)}

    return edit


def add_message(doc: Any) -> None:
    messages = doc["components"]["messages"]
    messages["statement.praise.v1"] = deepcopy(messages["statement.breach.v1"])
    reference = {"$ref": "#/components/messages/statement.praise.v1"}
    doc["channels"]["statements"]["messages"]["statement.praise.v1"] = reference


def add_topic(doc: Any) -> None:
    doc["channels"]["calls"] = deepcopy(doc["channels"]["areas"])
    doc["operations"]["receive_calls"] = {"action": "receive", "channel": {"$ref": "#/channels/calls"}}


def kafka(doc: Any, channel: str) -> Any:
    return doc["channels"][channel]["bindings"]["kafka"]


ADDITIVE: dict[str, tuple[str, Edit]] = {
    "nothing": (DOCUMENT, lambda _: None),
    "a field that may be left out, in": (VOIDED, lambda s: attributes(s)["properties"].update(note=TEXT)),
    "a field that may be left out, out": (STATEMENT, lambda s: fields(s).update(holder=TEXT)),
    "a field within a field, out": (STATEMENT, lambda s: fields(s)["account"]["properties"].update(x=TEXT)),
    "a message": (DOCUMENT, add_message),
    "a topic": (DOCUMENT, add_topic),
    "partitions": (DOCUMENT, lambda d: kafka(d, "tickets").update(partitions=64)),
    "a kind of statement": (STATEMENT, lambda s: fields(s)["kind"]["enum"].append("praise")),
    "a type of statement": (STATEMENT, lambda s: s["properties"]["type"]["enum"].append("slaclock.x.v1")),
    "what was required of publishers no more": (EVENT, lambda s: s["required"].remove("subject")),
    "a longer text of publishers": (EVENT, lambda s: s["$defs"]["identifier"].update(maxLength=500)),
    "no pattern for publishers": (EVENT, lambda s: drop(s["$defs"]["time"], "pattern")),
    "another type too from publishers": (
        VOIDED,
        lambda s: attributes(s)["properties"]["by"].update(type=["string", "null", "integer"]),
    ),
    "an alternative more for publishers": (
        VOIDED,
        lambda s: attributes(s)["properties"]["source"]["anyOf"].append({"type": "integer"}),
    ),
    "other words": (STATEMENT, lambda s: fields(s)["clause"].update(description="Where it stands.")),
    "the order of what is required": (STATEMENT, lambda s: data(s)["required"].reverse()),
}

#: What is changed, and the sentence.
BREAKING: dict[str, tuple[str, Edit, str]] = {
    "a topic goes": (DOCUMENT, drop_topic("areas"), "topic areas: it was removed."),
    "a message goes": (
        DOCUMENT,
        drop_message("tickets", "ticket.held.v1.binary"),
        "ticket.held.v1.binary: it was removed from the topic tickets.",
    ),
    "a topic is called otherwise": (
        DOCUMENT,
        lambda d: d["channels"]["areas"].update(address="areas.events.v2"),
        "topic areas: it was called areas.events.v1 and is called areas.events.v2 now.",
    ),
    "a topic is compacted no more": (
        DOCUMENT,
        lambda d: kafka(d, "breaches")["topicConfiguration"].update({"cleanup.policy": ["delete"]}),
        "topic breaches: its cleanup.policy was ['compact'] and is ['delete'] now.",
    ),
    "a topic goes the other way": (
        DOCUMENT,
        lambda d: d["operations"]["receive_areas"].update(action="send"),
        "topic areas: it goes the other way now.",
    ),
    "a message is called otherwise": (
        DOCUMENT,
        lambda d: d["components"]["messages"]["statement.warning.v1"].update(name="slaclock.warned.v1"),
        "statement.warning.v1: it was called slaclock.statement.warning.v1 and is called slaclock.warned.v1 now.",
    ),
    "the key is another": (
        DOCUMENT,
        lambda d: d["components"]["messageTraits"]["breaches.structured"]["bindings"]["kafka"]["key"].update(
            type="integer"
        ),
        "statement.breach.v1.compacted: key was string and is integer now.",
    ),
    "a header is required": (
        DOCUMENT,
        lambda d: d["components"]["messageTraits"]["areas.structured"]["headers"]["required"].append(
            "traceparent"
        ),
        "area.excluded.v1.structured and 2 more: headers.traceparent was optional and is required now.",
    ),
    "a field goes": (
        STATEMENT,
        lambda s: (drop(fields(s), "clause"), data(s)["required"].remove("clause")),
        "statement.breach.v1 and 4 more: value.data.clause was removed.",
    ),
    "a field within a field goes": (
        STATEMENT,
        lambda s: drop(fields(s)["account"]["properties"], "days"),
        "statement.breach.v1 and 4 more: value.data.account.days was removed.",
    ),
    "a field that is read goes": (
        VOIDED,
        lambda s: drop(attributes(s)["properties"], "source"),
        "ticket.voided.v1.structured: value.data.attributes.source was removed.",
    ),
    "a type changes": (
        STATEMENT,
        lambda s: fields(s)["rev"].update(type="string"),
        "statement.breach.v1 and 4 more: value.data.rev was integer and is string now.",
    ),
    "a type more is sent": (
        STATEMENT,
        lambda s: fields(s)["clause"].update(type=["string", "null"]),
        "statement.breach.v1 and 4 more: value.data.clause was string and is null, string now.",
    ),
    "a type less is read": (
        VOIDED,
        lambda s: attributes(s)["properties"]["by"].update(type="string"),
        "ticket.voided.v1.binary: value.attributes.by was null, string and is string now.",
    ),
    "an optional field is required, in": (
        VOIDED,
        lambda s: attributes(s)["required"].append("by"),
        "ticket.voided.v1.binary: value.attributes.by was optional and is required now.",
    ),
    "an optional field is required, out": (
        STATEMENT,
        lambda s: fields(s)["said"]["required"].append("announce"),
        "statement.breach.v1 and 4 more: value.data.said.announce was optional and is required now.",
    ),
    "a new field is required": (
        STATEMENT,
        lambda s: (fields(s).update(holder=TEXT), data(s)["required"].append("holder")),
        "statement.breach.v1 and 4 more: value.data.holder is new and is required.",
    ),
    "a field that was always sent is not": (
        STATEMENT,
        lambda s: data(s)["required"].remove("clause"),
        "statement.breach.v1 and 4 more: value.data.clause was always there and is optional now.",
    ),
    "a value goes": (
        VERDICT,
        lambda s: fields(s)["outcome"]["enum"].remove("late"),
        'statement.verdict.v1: value.data.outcome cannot be "late" any more.',
    ),
    "a value goes, of an open enumeration": (
        STATEMENT,
        lambda s: fields(s)["kind"]["enum"].remove("warning"),
        'statement.warning.v1: value.data.kind cannot be "warning" any more.',
    ),
    "a value comes where readers were promised a closed list": (
        STATEMENT,
        lambda s: fields(s)["status"]["enum"].append("doubtful"),
        'value.data.status can be "doubtful" now, and readers were not told to expect more than there was.',
    ),
    "a free text is a list": (
        VOIDED,
        lambda s: attributes(s)["properties"]["reason"].update(enum=["error"]),
        'ticket.voided.v1.binary: value.attributes.reason could be anything and is one of "error" now.',
    ),
    "a shorter text": (
        EVENT,
        lambda s: s["$defs"]["identifier"].update(maxLength=100),
        "value.subject had maxLength 255 and has 100 now.",
    ),
    "another pattern": (
        EVENT,
        lambda s: s["$defs"]["time"].update(pattern="^[0-9]+$"),
        "value.time has another `pattern` now.",
    ),
    "deep in any value": (
        EVENT,
        lambda s: s["$defs"]["value"].update(maximum=7),
        "value[additionalProperties] had maximum none and has 7 now.",
    ),
    "what was never sent is not ruled out any more": (
        WARNING,
        lambda s: drop(fields(s), "outcome"),
        "statement.warning.v1: value.data.outcome was never there and may be now.",
    ),
    "what was never sent may be": (
        WARNING,
        lambda s: fields(s).update(outcome=TEXT),
        "statement.warning.v1: value.data.outcome was never there and may be now.",
    ),
    "what was allowed is forbidden": (
        RESOLVED,
        lambda s: s["properties"].update(tenant=False),
        "ticket.resolved.v1.structured: value.tenant was removed.",
    ),
    "an alternative goes": (
        STATEMENT,
        lambda s: fields(s)["due"]["anyOf"].pop(),
        "statement.breach.v1 and 4 more: value.data.due lacks an alternative that it had.",
    ),
    "an alternative more is sent": (
        STATEMENT,
        lambda s: fields(s)["due"]["anyOf"].append({"type": "boolean"}),
        "value.data.due has an alternative more, and readers were not told to expect it.",
    ),
}


@pytest.mark.parametrize("name", ADDITIVE)
def test_what_adds_only_passes(name):
    assert compared(NOW, changed(ADDITIVE[name])) == []


@pytest.mark.parametrize("name", BREAKING)
def test_what_breaks_a_promise_is_said_in_a_sentence(name):
    file, edit, sentence = BREAKING[name]

    told = compared(NOW, changed((file, edit)))

    assert any(each.endswith(sentence) for each in told), told


def test_a_list_that_readers_know_to_be_open_may_grow_and_not_shrink():
    def opened(schema: Any) -> None:
        fields(schema)["outcome"]["x-open-enum"] = True

    def grown(schema: Any) -> None:
        opened(schema)
        fields(schema)["outcome"]["enum"].append("shelved")

    old, new = changed((VERDICT, opened)), changed((VERDICT, grown))

    assert compared(old, new) == []
    assert compared(new, old) == ['statement.verdict.v1: value.data.outcome cannot be "shelved" any more.']
    assert len(compared(NOW, new)) == 1


def test_the_contract_keeps_what_was_released():
    assert compared(latest(NOW), NOW) == []


def test_the_contract_is_compared_with_itself_by_way_of_each_message():
    """Moving a definition elsewhere changes nothing for anybody."""

    def moved(schema: Any) -> None:
        schema["$defs"]["name"] = schema["$defs"].pop("identifier")
        for place in ("id", "source", "subject"):
            schema["properties"][place]["$ref"] = "#/$defs/name"
        schema["properties"]["type"]["allOf"][0]["$ref"] = "#/$defs/name"
        schema["properties"]["tenant"]["anyOf"][0]["$ref"] = "#/$defs/name"
        schema["$defs"]["identifier"] = {"$ref": "#/$defs/name"}

    assert compared(NOW, changed((EVENT, moved))) == []


def test_nothing_released_is_nothing_promised():
    assert compared(None, NOW) == []


def test_a_release_is_a_copy_under_the_next_number(tmp_path: Path):
    shutil.copy(HERE / DOCUMENT, tmp_path)
    for name in ("schemas", "examples"):
        shutil.copytree(HERE / name, tmp_path / name)
    folder = Folder(tmp_path)

    assert latest(folder) is None
    assert [release(folder), release(folder)] == [tmp_path / "released" / number for number in "12"]

    kept = latest(folder)
    assert kept is not None
    assert kept.home.name == "2"
    assert compared(kept, NOW) == []
    assert document(kept) == NOW.whole(DOCUMENT)
