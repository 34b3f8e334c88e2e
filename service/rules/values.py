"""How one value of a policy file is read: a text, a name, one of some words.

Every reader takes the text that stands in the file and raises ValueError with a sentence that says what to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, PlainValidator, WithJsonSchema

from service.sla.policy import ANY_REASON
from service.sla.statements import RESERVED_NAMES

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)

MAX_TEXT: Final = 1000

#: Every reason, in `accepts`, `max_open` and `exclusions`.
ANY: Final = "any"


def one(parse: Callable[[str], T], editors: Any = Any) -> PlainValidator:
    """`parse` for a single text; lists, mappings and nothing are refused with a sentence. `editors` see that type."""

    def read(value: object) -> T:
        if not isinstance(value, str):
            raise ValueError(f"expects one value, not a {_kind(value)}")  # noqa: TRY004 - pydantic collects ValueError only
        if not value.strip():
            raise ValueError("is empty: give a value, or leave the key out")
        if len(value) > MAX_TEXT:
            raise ValueError(f"is longer than {MAX_TEXT} characters: shorten it")
        return parse(value)

    return PlainValidator(read, json_schema_input_type=editors)


def _kind(value: object) -> str:
    return "list" if isinstance(value, list) else "mapping"


def named(pattern: str, told: str) -> Callable[[str], str]:
    """A reader of names that match `pattern`; `told` says in words what that is."""

    def read(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"`{value}` cannot be a name here: write {told}")
        return value

    return read


def choice(*words: str) -> Callable[[str], str]:
    """A reader of one of `words`."""

    def read(value: str) -> str:
        if value in words:
            return value
        raise ValueError(f"`{value}` is not known here: {suggested(value, words)}")

    return read


def one_of(*words: object) -> WithJsonSchema:
    """For editors: the value is one of `words`."""
    return WithJsonSchema({"enum": list(words)})


def member(words: type[Word]) -> PlainValidator:
    """One word of `words`, for editors too."""
    read = choice(*words)
    return one(lambda value: words(read(value)), Literal[tuple(words)])


def whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers from `least` to `most`."""

    def read(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise ValueError(f"`{value}` is no whole number from {least} to {most:,}")
        return int(value)

    return read


def share(value: str) -> int:
    """A percentage above 0 and up to 100, `95%` or `99.5%`, in parts per million."""
    found = re.fullmatch(r"([0-9]{1,3})(?:\.([0-9]{1,4}))? ?%", value)
    parts = 0 if found is None else int(found[1]) * 10_000 + int((found[2] or "").ljust(4, "0"))
    if not 0 < parts <= 1_000_000:
        raise ValueError(f"`{value}` is no share: write a percentage up to 100%, such as `95%` or `99.5%`")
    return parts


def flag(value: str) -> bool:
    """`true` or `false`."""
    return choice("true", "false")(value) == "true"


def suggested(word: str, words: tuple[str, ...]) -> str:
    """The one of `words` that may have been meant, or all of them."""
    near = get_close_matches(word, words, n=1)
    return f"did you mean `{near[0]}`?" if near else f"write {' or '.join(words)}"


def exact(value: str) -> str:
    """The text as it stands: it is compared with what events carry."""
    return value


def prose(value: str) -> str:
    """Text for people, on one line."""
    return " ".join(value.split())


def reason(value: str) -> str:
    """A reason of holds or exclusions, as events give it; `any` for all."""
    if value == ANY_REASON:
        raise ValueError(f"`{value}` is no reason: write `{ANY}` for every reason")
    if value == "none":
        raise ValueError("`none` would be a reason of that name: leave the key out when no reason is meant")
    return value


def file(value: str) -> str:
    """A path from the file that names it."""
    if value.startswith("/"):
        raise ValueError(f"`{value}` is a place on one machine: write the path from this file on")
    return value


def rung_name(value: str) -> str:
    """The name of a rung, part of the ids of what it says."""
    name = prose(value)
    if name.casefold() in RESERVED_NAMES:
        raise ValueError(f"`{name}` is taken by the statement of that name: choose another")
    if len(name) > 60:
        raise ValueError("is longer than 60 characters: shorten it")
    return name


def key(parse: Callable[[str], object]) -> AfterValidator:
    """A key that `parse` can read; it stays the text it is, so that its place can be found again."""

    def read(value: str) -> str:
        parse(value)
        return value

    return AfterValidator(read)


def as_list(value: Any) -> Any:
    """One value stands for a list of one."""
    return value if isinstance(value, list) else [value]


def as_mapping(main: str) -> BeforeValidator:
    """One word stands for a mapping with the key `main`."""
    return BeforeValidator(lambda value: {main: value} if isinstance(value, str) else value)


def as_alternatives(value: Any) -> Any:
    """One event stands for the only alternative of a precondition."""
    is_event = isinstance(value, str) or (isinstance(value, dict) and "any" not in value)
    return {"any": [value]} if is_event else value


event_name = named(r"[a-z][a-z0-9_]{0,62}", "small letters, digits and `_`, such as `work_started`")
identifier = named(
    r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", "letters, digits, `_`, `.` and `-`, such as `service-desk`"
)
lower_identifier = named(
    r"[a-z0-9][a-z0-9_.-]{0,99}", "small letters, digits, `_`, `.` and `-`, such as `fault.repair`"
)
