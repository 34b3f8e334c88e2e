"""Every field of a target that may change a verdict is said by a key."""

from dataclasses import fields

from service.cli.target_words import said
from service.rules import read
from service.rules.fields import FIELDS
from service.sla.policy import Target

#: What is said about a promise, and to whom, and never what becomes of it.
ABOUT = {"id", "rungs", "clause", "regime", "assumed"}


def test_every_field_has_a_key():
    told = {field for key in FIELDS.values() for field in key}

    assert told | ABOUT == {field.name for field in fields(Target)}
    assert not told & ABOUT


def test_every_key_has_words():
    text = """policy: p
version: "1"
effective_from: 2026-01-01T00:00:00Z
tenant: t
zone: UTC
targets:
  repair: {stop: [resolved, {event: noted, where: {outcome: [a, b]}}], gate: [paid, any: [x, y]], budget: 8h,
           accepts: any, max_open: {any: 2h, parts: 3 calendar_days}, extension: {rank: 2, within: 4h},
           deemed: {within: 2h}, lapsed: {after: 3h}, applies: {kind: fault}}
events: [paid, x, y]
""".replace("[paid, any: [x, y]]", "[paid, {any: [x, y]}]")
    (target,) = read(text, name="p").targets

    assert {
        key: said(target, key) for key in ("stop", "gate", "budget", "accepts", "max_open", "extension")
    } == {
        "stop": "resolved or noted {outcome: a or b}",
        "gate": "paid and (x or y)",
        "budget": "8h",
        "accepts": "any",
        "max_open": "any: 2h, parts: 3 calendar days",
        "extension": "rank 2 within 4h, 1 at most",
    }
    assert said(target, "deemed") == "contact_failed or visit_failed, then report_written within 2h"
    assert said(target, "lapsed") == "documents_requested, and no documents_complete within 3h"
    assert all(said(target, key) for key in FIELDS)
