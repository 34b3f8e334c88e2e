"""Document, table, schemas, examples, decoder and encoder against each other."""

import json

import msgspec
import pytest

from scripts.contracts.document import document, examples_of, written
from scripts.contracts.folder import DOCUMENT, HERE, SCHEMA, Folder
from scripts.contracts.table import TOPICS, Action, Mode
from service.settings import Settings
from service.sla.events import DIRECTORY as OF_THE_DIRECTORY
from service.sla.events import SHARED, VOCABULARY
from service.sla.instants import SECOND
from service.sla.statements import Kind, Said
from service.wire import decode, decode_area, decode_output, encode, publish_binary, publish_structured, times
from service.wire.hotline import READ as OF_THE_HOTLINE
from service.wire.incoming import decode_directory, decode_hotline, decode_source
from service.wire.outgoing import is_statement
from service.wire.people import decode_repeat, encode_repeat
from service.wire.publishing import AREA, DIRECTORY, HOTLINE, SOURCE, TICKET
from service.wire.records import Accepted, Record
from service.wire.sources import READ
from service.wire.trace import trace_of
from tests.contracts.reading import Document, Example, Message

FOLDER = Folder()
DOC = Document(FOLDER)
MESSAGES = DOC.messages()
RELEASES = sorted((HERE / "released").iterdir(), key=lambda path: int(path.name))
SENT = {topic.name for topic in TOPICS if topic.action is Action.SEND}

ALL = [(message, example) for message in MESSAGES for example in message.examples]
RECEIVED = [(message, example) for message, example in ALL if message.topic not in SENT]
OF_PROMISES = [
    (message, example) for message, example in ALL if message.topic in SENT and "notice" not in message.id
]


DECODERS = {
    "tickets": decode,
    "areas": decode_area,
    "sources": decode_source,
    "directory": decode_directory,
    "hotline": decode_hotline,
}
ABOUT = {"tickets": TICKET, "areas": AREA, "sources": SOURCE, "directory": DIRECTORY, "hotline": HOTLINE}


def ids(found: list[tuple[Message, Example]]) -> list[str]:
    return [f"{message.topic}-{example.name}" for message, example in found]


def read(topic: str, example: Example, value: bytes | None = None) -> Accepted:
    headers = tuple((name, text.encode()) for name, text in example.headers.items())
    written_ = json.dumps(example.payload).encode() if value is None else value
    record = Record(topic, 0, 0, 1 << 60, example.key.encode(), written_, headers)
    found = DECODERS[topic](record, tenant="default", ahead=60 * SECOND, max_bytes=1 << 18)
    assert isinstance(found, Accepted), found
    return found


def test_the_document_is_what_the_table_makes():
    assert (HERE / DOCUMENT).read_text() == written(document(FOLDER)), "run make contracts"


def test_every_message_has_examples_and_every_example_one_message_a_topic():
    assert [message.id for message in MESSAGES if not message.examples] == []
    names = [
        example.name for message, example in ALL if message.topic != "breaches"
    ]  # which repeats statements
    assert sorted(names) == FOLDER.names("examples", ".json")


def test_every_schema_belongs_to_a_message_or_is_what_one_rests_on():
    used = {file for message in MESSAGES for file in message.schema_files}
    for file in list(used):
        used |= {
            f"schemas/{rest['$ref']}"
            for rest in FOLDER.whole(file).get("allOf", ())
            if "#" not in rest["$ref"]
        }

    assert {name.removeprefix("schemas/") for name in used} == {
        name + SCHEMA for name in FOLDER.names("schemas", SCHEMA)
    }


def test_the_table_names_what_the_service_knows():
    named = {topic.name: set(topic.messages) for topic in TOPICS}

    assert named["tickets"] - {"ticket-event.v1"} == {f"ticket.{name}.v1" for name in VOCABULARY}
    assert named["areas"] == {f"area.{name}.v1" for name in SHARED}
    assert named["directory"] == {f"directory.{name}.v1" for name in OF_THE_DIRECTORY}
    assert named["hotline"] == {f"{name}.v1" for name in OF_THE_HOTLINE}
    assert named["sources"] == {f"source.{name}.v1" for name in READ}
    notices = {f"notice.{name}.v1" for name in ("frozen", "moving", "stopped")}
    assert (
        named["statements"] == {f"statement.{kind}.v1" for kind in Kind} | {"statement.repeat.v1"} | notices
    )
    assert named["breaches"] == {f"statement.{Kind.BREACH}.v1"}


def test_topics_are_called_as_the_settings_have_it():
    for topic in TOPICS:
        assert Settings.model_fields[f"{topic.name}_topic"].default == topic.address
    assert {name for name in Settings.model_fields if name.endswith("_topic")} == {
        f"{topic.name}_topic" for topic in TOPICS
    }


@pytest.mark.parametrize("path", sorted(path.name for path in (HERE / "schemas").iterdir()))
def test_no_reference_stands_beside_what_readers_of_references_would_lose(path: str):
    """A reader of draft 07, as tools of AsyncAPI are, takes nothing that stands beside `$ref`; use `allOf`."""
    saying = {"$ref", "title", "description"}

    def lost(node: object) -> bool:
        if isinstance(node, dict):
            beside = isinstance(node.get("$ref"), str) and node.keys() - saying
            return bool(beside) or any(map(lost, node.values()))
        return isinstance(node, list) and any(map(lost, node))

    assert not lost(FOLDER.whole(f"schemas/{path}"))


@pytest.mark.parametrize(("message", "example"), ALL, ids=ids(ALL))
def test_an_example_in_the_document_fits_its_message(message: Message, example: Example):
    message.payload.validate(example.payload)
    for headers in message.headers:
        headers.validate(example.headers)
    if message.topic != "breaches":  # the files have the key of the other topic
        message.key.validate(example.key)


@pytest.mark.parametrize(("message", "example"), ALL, ids=ids(ALL))
def test_an_example_fits_no_other_message_of_its_topic_and_mode(message: Message, example: Example):
    mode = example.name.rpartition(".")[2]
    others = [
        other
        for other in MESSAGES
        if (other.topic, other.name) != (message.topic, message.name)
        and other.topic == message.topic
        and "<" not in other.name
        and (mode not in set(Mode) or other.id.endswith(mode))
    ]
    fits = [
        other.id
        for other in others
        if other.payload.is_valid(example.payload)
        and all(headers.is_valid(example.headers) for headers in other.headers)
    ]

    assert fits == []


@pytest.mark.parametrize(("message", "example"), RECEIVED, ids=ids(RECEIVED))
def test_the_decoder_reads_an_example_and_what_is_published_fits_the_message(
    message: Message, example: Example
):
    event = read(message.topic, example).event
    about = ABOUT[message.topic]
    publish = publish_binary if example.name.endswith(Mode.BINARY) else publish_structured

    out = publish(event, about)
    again = Example(example.name, {name: text.decode() for name, text in out.headers}, None, out.key.decode())

    assert "<" in message.name or message.name == f"slaclock.{about and about + '.'}{event.type}.v1"
    message.payload.validate(json.loads(out.value))
    for headers in message.headers:
        headers.validate(again.headers)
    assert read(message.topic, again, out.value).event == event


@pytest.mark.parametrize(("message", "example"), OF_PROMISES, ids=ids(OF_PROMISES))
def test_what_the_encoder_writes_fits_the_message(message: Message, example: Example):
    value = msgspec.json.encode(example.payload)
    trace = trace_of((("traceparent", b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01"),), {})
    at = times.read(example.payload["data"]["said"]["decided_at"])

    if is_statement(value):
        statement, rev, withdrawn = decode_output(value)
        said = Said(statement=statement, rev=rev, withdrawn=withdrawn)
        out = encode(said, cause=("desk", "e-1"), watermark=None, decided_at=at, trace=trace)
    else:
        out = encode_repeat(decode_repeat(value), cause=None, watermark=at, decided_at=at, trace=trace)

    message.payload.validate(json.loads(out.value))
    written_ = {name: text.decode() for name, text in out.headers}
    assert written_["traceparent"]
    for headers in message.headers:
        headers.validate(written_)


@pytest.mark.parametrize("home", RELEASES, ids=lambda path: path.name)
def test_what_was_published_under_a_released_contract_is_still_read(home):
    now = {(message.topic, message.id): message for message in MESSAGES}
    for before in Document(Folder(home)).messages():
        message = now[before.topic, before.id]
        for example in before.examples:
            message.payload.validate(example.payload)
            if message.topic in SENT and "notice" not in message.id:
                value = msgspec.json.encode(example.payload)
                assert decode_output(value) if is_statement(value) else decode_repeat(value)
            elif message.topic not in SENT:
                read(message.topic, example)


def test_examples_are_found_by_mode():
    tickets = TOPICS[0]

    assert examples_of(FOLDER, tickets, "ticket.held.v1", Mode.BINARY) == ["ticket.held.v1.binary"]
