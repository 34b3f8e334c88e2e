"""JSON without its traps.

RFC 8259 leaves to each reader what to do with keys given twice, with numbers beyond its own, with NUL and lone
surrogates, with depth. Here each of them is an error, so that every reader of one record sees the same value.
Numbers are compared by value: 1, 1.0 and 1e0 are the integer 1.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Final

from service.sla.events import Json
from service.wire.records import Reason
from service.wire.unfit import Unfit, shown

#: Objects and arrays inside one another, the outermost counted.
LEVELS: Final = 32

#: Every number lies in [-LIMIT, LIMIT): what a signed 64-bit integer holds.
LIMIT: Final = 1 << 63

_LONGEST: Final = len(str(-LIMIT))
#: NUL cannot be stored by Postgres, a lone surrogate cannot be written as UTF-8.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_CONFLUENT_PREFIX: Final = 5


def parse(value: bytes, levels: int = LEVELS) -> Json:
    """The JSON document in `value`, nested at most `levels` deep; `Unfit` when it is none or holds a trap."""
    if value[:1] == b"\0" and len(value) >= _CONFLUENT_PREFIX:
        schema = int.from_bytes(value[1:_CONFLUENT_PREFIX], "big")
        detail = f"Confluent wire format (magic byte 0, schema id {schema}); only plain JSON is read"
        raise Unfit(Reason.NOT_JSON, detail)
    try:
        text = value.decode("utf-8")
        document: Json = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise Unfit(Reason.NOT_JSON, f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise Unfit(Reason.NOT_JSON, f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise _too_deep(levels) from None
    if "\\u" in text or text.count("{") + text.count("[") > levels:
        _inspect(document, levels)
    return document


def _inspect(document: Json, levels: int) -> None:
    pending: list[tuple[Json, int]] = [(document, 1)]
    while pending:
        value, level = pending.pop()
        if isinstance(value, str):
            _storable(value)
        elif isinstance(value, dict | list):
            if level > levels:
                raise _too_deep(levels)
            if isinstance(value, dict):
                pending.extend((key, level) for key in value)
                pending.extend((inner, level + 1) for inner in value.values())
            else:
                pending.extend((inner, level + 1) for inner in value)


def _storable(text: str) -> None:
    found = _UNSTORABLE.search(text)
    if found:
        detail = f"character U+{ord(found[0]):04X} in {shown(text)} cannot be stored"
        raise Unfit(Reason.BAD_DATA, detail)


def _too_deep(levels: int) -> Unfit:
    return Unfit(Reason.BAD_DATA, f"nested deeper than {levels} levels")


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise Unfit(Reason.BAD_DATA, f"key {shown(twice)} is given twice")
    return found


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST:
        raise _too_great(digits)
    return _within(int(digits), digits)


def _number(written: str) -> int | float:
    number = float(written)
    if not -LIMIT <= number < LIMIT:
        raise _too_great(written)
    return int(number) if number.is_integer() else number


def _within(number: int, written: str) -> int:
    if -LIMIT <= number < LIMIT:
        return number
    raise _too_great(written)


def _too_great(written: str) -> Unfit:
    return Unfit(Reason.BAD_DATA, f"number {shown(written)} is outside [-2^63, 2^63)")


def _no_constant(name: str) -> Json:
    raise Unfit(Reason.NOT_JSON, f"{name} is not JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_number, parse_constant=_no_constant
)
