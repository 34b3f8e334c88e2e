"""The published document as a reader has it: by message its headers, values and examples, everything resolved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from scripts.contracts.folder import DOCUMENT, Folder, Place


@dataclass(frozen=True, slots=True)
class Example:
    """One example in the document; `key` is what its file has besides."""

    name: str
    headers: dict[str, str]
    payload: Any
    key: str


@dataclass(frozen=True, slots=True)
class Message:
    topic: str
    id: str
    name: str
    headers: tuple[Draft202012Validator, ...]
    payload: Draft202012Validator
    key: Draft202012Validator
    examples: tuple[Example, ...]
    schema_files: frozenset[str]


class Document:
    """Reads the document of `folder`."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.whole = folder.whole(DOCUMENT)
        names = [f"schemas/{name}.json" for name in folder.names("schemas", ".json")]
        contents = [(name, folder.whole(name)) for name in (*names, DOCUMENT)]
        self._registry: Registry[Any] = Registry().with_resources(
            (name, Resource(content, DRAFT202012)) for name, content in contents
        )

    def messages(self) -> list[Message]:
        return [
            self._message(topic, id_)
            for topic, channel in self.whole["channels"].items()
            for id_ in channel["messages"]
        ]

    def _message(self, topic: str, id_: str) -> Message:
        place, found = self.folder.resolved(Place(DOCUMENT).at("channels", topic, "messages", id_))
        trait, told = self.folder.resolved(place.at("traits", 0))
        headers = [trait.at("headers")] + ([place.at("headers")] if "headers" in found else [])
        return Message(
            topic=topic,
            id=id_,
            name=found["name"],
            headers=tuple(map(self._validator, headers)),
            payload=self._validator(place.at("payload", "schema")),
            key=self._validator(trait.at("bindings", "kafka", "key")),
            examples=tuple(self._examples(place, found["examples"])),
            schema_files=frozenset(_files(found["payload"]["schema"]) | _files(told["headers"])),
        )

    def _validator(self, place: Place) -> Draft202012Validator:
        return Draft202012Validator({"$ref": f"{place.file}#{place.pointer}"}, registry=self._registry)

    def _examples(self, message: Place, examples: list[Any]) -> Iterator[Example]:
        for n, example in enumerate(examples):
            at, headers = self.folder.resolved(message.at("examples", n, "headers"))
            _, payload = self.folder.resolved(message.at("examples", n, "payload"))
            yield Example(example["name"], headers, payload, self.folder.whole(at.file)["key"])


def _files(node: Any) -> set[str]:
    """The schemas that references in `node` lead to."""
    if isinstance(node, list):
        return {file for each in node for file in _files(each)}
    if not isinstance(node, dict):
        return set()
    found = {node["$ref"].partition("#")[0]} if "$ref" in node else set()
    return found.union(*map(_files, node.values()))
