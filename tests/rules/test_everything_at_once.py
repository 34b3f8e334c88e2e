"""One file with every mistake that makes a policy worthless: each is told with its line and field, in one call.

That a version begins before it is registered, only `policy register` can tell (tests/cli/test_policy.py).
"""

from tests.cli.calling import call

POLICY = """\
policy: everything
version: 1
effective_from: 2026-01-01T00:00:00+08:00
tenant: desk
zone: Asia/Shanghai
calendars:
  closed: {week: {}}
  office: {week: {mon-fri: 09:00-17:00}}
targets:
  answer:
    stop: replid
    budget: 1.5 working_days
    hours: office
  repair:
    gate: [documents_complete, resolved]
    stop: resolved
    budget: 24h
    warn: 25h before
    ladder:
      - {at: 4h after, role: head}
      - {at: due, role: chief}
  visit:
    gate: {any: [cancelled]}
    stop: {event: noted, where: {visit: []}}
    budget: 2 working_days
    hours: office
    warn: 75%
    ladder: {at: 0.5 working_days after, role: head}
    overrides:
      - {name: quick, when: {tier: {not: []}}, budget: 1 working_day, warn: []}
      - {name: quick, when: {tier: gold}, budget: 3 working_days, warn: 3 working_days before}
  repair:
    stop: closed
    budget: 1h
"""

#: Line, field, words of the sentence; the lines were counted by hand.
EXPECTED = [
    (7, "calendars.closed.week", "holds no working time"),
    (11, "targets.answer.stop", "`replid` is no known event: did you mean `replied`?"),
    (12, "targets.answer.budget", "is a fraction of a day"),
    (15, "targets.repair.gate[1]", "the clock would never run"),
    (18, "targets.repair.warn", "`25h before` is as long as the budget of 24h or longer"),
    (21, "targets.repair.ladder[1].at", "the ladder goes back in time"),
    (23, "targets.visit.gate", "the clock would never run"),
    (24, "targets.visit.stop.where.visit", "nothing would match"),
    (27, "targets.visit.warn", "75% of 2 working_days is 1.5 days"),
    (28, "targets.visit.ladder.at", "is a fraction of a day"),
    (30, "targets.visit.overrides[0].when.tier.not", "all would match"),
    (31, "targets.visit.overrides[1].name", "is the name of a variant above"),
    (31, "targets.visit.overrides[1].warn", "is as long as the budget of 3 working_days"),
    (32, "targets.repair", "`repair` stands already on line 14"),
]


def test_every_mistake_is_told_in_one_call(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    result = call("policy", "check", path)
    lines = result.stdout.splitlines()

    assert result.exit_code == 1
    assert len(lines) == len(EXPECTED), result.stdout
    for told, (line, field, words) in zip(lines, EXPECTED, strict=True):
        assert told.startswith(f"{path}:{line}:"), told
        assert told.split(": ")[1] == field, told
        assert words in told
