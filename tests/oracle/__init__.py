"""A second implementation of what slaclock says, and cases to hold it against the first.

Nothing here but `telling` imports the service. A *case* is plain data (dicts, lists, text, integers; JSON holds it):

    {"calendars": {name: {"zone": "Europe/Berlin",
                          "versions": [{"known_since": "2019-11-21" or null (the first), "known_until": date or null,
                                        "week": [day x 7, from Monday], "dates": {"2024-03-10": day}}]}},
     "policies": [{"id", "version", "effective_from", "adopt_from" or null,
                   "vocabulary": {own type: {"type": ours, "rename": {theirs: ours}}},
                   "targets": [target, ...]}],          # oldest version first
     "events": [event, ...], "shared": [event, ...],    # in any order, perhaps twice; `shared` are the areas' events
     "doubts": [{"since": instant, "reason": text}],
     "caps": {source: instant},                         # how far it is complete; left out: it has never said so
     "gaps": [{"start", "end", "source" or ""}],        # half-open; "": whatever anything requires
     "proved": instant or null,                         # from where on W was moved by hand
     "upto": instant}

    day     [[from, to], ...]         microseconds after local midnight, in order; `to` may exceed 24 h
    target  {"id", "start": [match], "stop": [match], "cancel": [match], "applies": {attribute: [values]},
             "gate": [[match, ...], ...],               # every inner list is one precondition, its members alternatives
             "budget": integer, "unit": "time" | "calendar_days" | "working_days",
             "day_end": "midnight" | "closing" | "same_time",        # of working days
             "last_day": "same_time" | "whole" | "working",          # of calendar days
             "calendar": name or null (24x7), "zone", "boundary": "close" | "next_open",
             "accepts": [reasons] or ["*"], "exclusions": [reasons] or ["*"],
             "max_open": {reason or "*": [amount, "time" | "calendar_days"]},  # "*": every reason without its own
             "reopen": bool, "rungs": [{"name", "kind": "warning" | "escalation", "amount", "role"}],  # null: only urging
             "grace": duration, "floor": duration, "clause": text, "regime": text,
             "extension": {"rank": integer, "within": duration, "most": integer} or null,
             "deemed": {"on": [match], "report": [match], "within": duration} or null,
             "lapsed": {"on": [match], "unless": [match], "after": duration} or null,
             "stated": null or "promised" or "before", "stated_by": attribute or "",
             "customers": bool, "requires": [sources]}  # a rung may have "urges": integer (0: none)
    match   {"type", "where": {attribute: [values]}}
    event   {"tenant", "ticket", "source", "id", "seq", "type", "at": instant, "attributes": {name: JSON}}

Instants and durations are integers of microseconds, instants since 1970-01-01T00:00:00Z. Attributes that hold an
instant (`from`, `to` of `excluded`, `start` of `split`) are text, RFC 3339. A target with a calendar has its zone.

An *answer* is plain data too:

    {"policy": version or null, "orphan": bool,
     "promises": [{"target", "started_by": [source, id], "start", "due" or null, "state", "stop" or null,
                   "stopped_by": [source, id] or null, "held", "gated", "provisional", "in_doubt"}],
     "statements": [{"kind", "target", "started_by", "name", "at", "version", "start", "due" or null,
                     "account": {"gated", "outside", "excluded", "held", "counted", "days"},
                     "outcome", "reason", "event": [source, id] or null, "role", "remarks": [sorted]}],

     "waits": [[[sources], instant]]}     # by required sources: what has to pass until something else is said

The first two lists are sorted by (target, start, started_by[, name]).
"""
