"""The AsyncAPI document, made of the table, the schemas and the examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

import yaml

from scripts.contracts.folder import SCHEMA, Folder, Place
from scripts.contracts.table import EXAMPLES, NAMES, TOPICS, Mode, Topic

Node: TypeAlias = dict[str, Any]

#: What schemas are written in; a reader of draft 07 understands them too.
FORMAT: Final = "application/schema+json;version=draft-2020-12"

_EVENT: Final = "schemas/ticket-event.v1.schema.json#/$defs/"
_SHORT: Final = {"type": "string", "maxLength": 255}
_PARENT: Final = {"description": "W3C Trace Context.", "type": "string"}
_TRACE: Final = {"traceparent": _PARENT, "tracestate": _PARENT}
_STRUCTURED: Final = r"^application/cloudevents\+json\s*(;.*)?$"

_DESCRIPTION: Final = """\
slaclock reads facts about tickets and says what became of the promises made on them.
Names of topics are settings; these are their defaults. Made by `make contracts`; do not edit.
"""


def document(folder: Folder, topics: Sequence[Topic] = TOPICS) -> Node:
    """The document of `topics`; references lead to schemas and examples of `folder`."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "slaclock", "version": "1.0.0", "description": _DESCRIPTION},
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {f"{topic.action}_{topic.name}": _operation(topic) for topic in topics},
        "components": {
            "messages": dict(each for topic in topics for each in _messages(folder, topic)),
            "messageTraits": dict(each for topic in topics for each in _traits(topic)),
        },
    }


def written(found: Node) -> str:
    """The document as a file."""
    return yaml.dump(found, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100)


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - everything is written out
        return True


def message_id(topic: Topic, message: str, mode: Mode) -> str:
    """What the message is called in the document."""
    if len(topic.modes) > 1:
        return f"{message}.{mode}"
    return f"{message}.{topic.variant}" if topic.variant else message


def _channel(topic: Topic) -> Node:
    ids = [message_id(topic, message, mode) for message in topic.messages for mode in topic.modes]
    kafka = {
        "topic": topic.address,
        "partitions": topic.partitions,
        "topicConfiguration": topic.settings,
        "bindingVersion": "0.5.0",
    }
    return {
        "address": topic.address,
        "title": topic.title,
        "description": topic.description,
        "messages": {id_: {"$ref": f"#/components/messages/{id_}"} for id_ in ids},
        "bindings": {"kafka": kafka},
    }


def _operation(topic: Topic) -> Node:
    return {
        "action": str(topic.action),
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": topic.title,
    }


def _messages(folder: Folder, topic: Topic) -> Iterator[tuple[str, Node]]:
    for message in topic.messages:
        for mode in topic.modes:
            yield message_id(topic, message, mode), _message(folder, topic, message, mode)


def _message(folder: Folder, topic: Topic, message: str, mode: Mode) -> Node:
    schema = Place(f"schemas/{message}{SCHEMA}")
    told = folder.value(schema)
    name = NAMES.get(message, f"slaclock.{message}")
    found: Node = {
        "name": name,
        "title": told["title"],
        "summary": told["description"],
        "contentType": "application/json" if mode is Mode.BINARY else "application/cloudevents+json",
        "traits": [{"$ref": f"#/components/messageTraits/{topic.name}.{mode}"}],
    }
    if mode is Mode.BINARY and message not in NAMES:
        found["headers"] = {"type": "object", "properties": {"ce_type": {"const": name}}}
    payload = _data(folder, schema) if mode is Mode.BINARY else [schema]
    found["payload"] = {"schemaFormat": FORMAT, "schema": _all_of(payload)}
    found["examples"] = [_example(each) for each in examples_of(folder, topic, message, mode)]
    return found


def examples_of(folder: Folder, topic: Topic, message: str, mode: Mode) -> list[str]:
    """The names of the examples of a message."""
    begin = EXAMPLES.get(message, message) + "."
    names = [name for name in folder.names("examples", ".json") if f"{name}.".startswith(begin)]
    return [name for name in names if len(topic.modes) == 1 or name.endswith(f".{mode}")]


def _example(name: str) -> Node:
    file = f"examples/{name}.json"
    return {
        "name": name,
        "headers": {"$ref": f"{file}#/headers"},
        "payload": {"$ref": f"{file}#/value"},
    }


def _data(folder: Folder, schema: Place) -> list[Place]:
    """Where a schema and those that it rests on tell of an event's `data`, the most general first."""
    found = folder.value(schema)
    places = [each for rest in found.get("allOf", ()) for each in _data(folder, schema.leads(rest["$ref"]))]
    return [*places, schema.at("properties", "data")] if "data" in found["properties"] else places


def _all_of(places: Sequence[Place]) -> Node:
    references = [{"$ref": place.file + (f"#{place.pointer}" if place.pointer else "")} for place in places]
    return references[0] if len(references) == 1 else {"allOf": references}


def _traits(topic: Topic) -> Iterator[tuple[str, Node]]:
    for mode in topic.modes:
        headers = _binary() if mode is Mode.BINARY else _structured()
        kafka = {"key": topic.key, "bindingVersion": "0.5.0"}
        yield f"{topic.name}.{mode}", {"headers": headers, "bindings": {"kafka": kafka}}


def _binary() -> Node:
    identifier, time = {"$ref": f"{_EVENT}identifier"}, {"$ref": f"{_EVENT}time"}
    context = {
        "ce_specversion": {"const": "1.0"},
        "ce_id": identifier,
        "ce_source": identifier,
        "ce_type": identifier,
        "ce_time": time,
        "ce_subject": identifier,
    }
    more = {"ce_tenant": identifier, "ce_traceparent": _PARENT, "ce_tracestate": _PARENT}
    content = {"content-type": {"description": "Any JSON media type.", **_SHORT}}
    return {
        "type": "object",
        "required": list(context),
        "properties": {**context, **more, **content, **_TRACE},
    }


def _structured() -> Node:
    content = {"content-type": {"type": "string", "pattern": _STRUCTURED}}
    return {"type": "object", "required": ["content-type"], "properties": {**content, **_TRACE}}
