"""Types of events that are a closed set: what `slaclock.<about>.<name>.v1` names."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from service.wire.records import Reason
from service.wire.unfit import Unfit, shown

_TYPE: Final = re.compile(r"slaclock\.((?:[a-z][a-z0-9_]*\.)+)v([1-9][0-9]*)")


def name_in(value: str, about: str, names: Collection[str]) -> str:
    """The one of `names` that the CloudEvents type `value` says of `about`, such as `area`; "" is about all of `names`.

    `Unfit` for another name, and for another version than the first.
    """
    head = f"{about}." if about else ""
    found = _TYPE.fullmatch(value)
    name = found[1][len(head) : -1] if found is not None and found[1].startswith(head) else ""
    if found is None or name not in names:
        known = ", ".join(f"slaclock.{head}{each}.v1" for each in names)
        raise Unfit(Reason.UNKNOWN_TYPE, f"type {shown(value)} is none of {known}")
    if found[2] != "1":
        raise Unfit(Reason.UNKNOWN_VERSION, f"type {shown(value)}: only version 1 is read")
    return name
