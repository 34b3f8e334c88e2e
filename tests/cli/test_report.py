"""Reports: out of a file, out of the database; the arithmetic stands in tests/sla/test_tally.py."""

import asyncio
import json
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from service.app.parts import read_rules
from service.apply import Rulebook
from service.store import progress
from tests.apply.staging import TOPIC, record, staged
from tests.cli.calling import BOSTON, HOUR, ROOT, asked, call, called, line, written

POLICY = """
policy: harbour
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: harbour
zone: Asia/Shanghai
calendars:
  office: {week: {mon-fri: "09:00-17:00"}}
targets:
  repair: {stop: resolved, budget: 24h, overrides: [{name: gold, when: {tier: gold}, budget: 8h}]}
  answer: {applies: {kind: letter}, stop: replied, budget: 3 working_days, hours: office}
  pay: {applies: {kind: bill}, stop: noted, budget: 48h, owner: customer}
aggregates:
  - {target: repair, period: month, mean: 10h, maximum: 30h, share: 75%}
  - {target: repair, period: year, share: 60%}
  - {target: answer, period: month, mean: 2 working_days}
"""

#: repair in March: 6 h met (gold), 20 h met, 30 h late. answer: Monday to Wednesday and Friday, two and four days on.
MARCH = (
    line("1", "opened", "2026-03-02T10:00:00+08:00", "A", tier="gold"),
    line("2", "resolved", "2026-03-02T16:00:00+08:00", "A"),
    line("1", "opened", "2026-03-02T10:00:00+08:00", "B", kind="letter"),
    line("2", "resolved", "2026-03-03T06:00:00+08:00", "B"),
    line("3", "replied", "2026-03-04T12:00:00+08:00", "B"),
    line("1", "opened", "2026-03-02T10:00:00+08:00", "C", kind="letter"),
    line("2", "resolved", "2026-03-03T16:00:00+08:00", "C"),
    line("3", "replied", "2026-03-06T12:00:00+08:00", "C"),
)
#: Due on the first of April at half past midnight, in Shanghai; met at once. Another is cancelled, a third never paid.
APRIL = (
    line("1", "opened", "2026-03-31T00:30:00+08:00", "D"),
    line("2", "resolved", "2026-03-31T00:30:00+08:00", "D"),
    line("1", "opened", "2026-04-02T00:00:00+08:00", "E", kind="bill"),
    line("2", "cancelled", "2026-04-02T01:00:00+08:00", "E"),
    line("1", "noted", "2026-06-01T00:00:00+08:00", "F"),
)


def rows(told: dict) -> dict:
    """By month and target: owed, done, decided, kept, measured, total, longest."""
    found = {}
    for each in told["promises"]:
        suffix = "us" if "total_us" in each else "days"
        took = (each["measured"], each[f"total_{suffix}"], each[f"longest_{suffix}"])
        found[each["month"], each["target"]] = (
            each["owed"],
            each["done"],
            each["decided"],
            each["kept"],
            *took,
        )
    return found


@pytest.fixture
def files(tmp_path):
    policy, events = written(tmp_path, *MARCH, *APRIL, policy=POLICY)
    return ["report", "--policy", policy, "--events", events]


def test_by_the_local_month_of_the_due(files):
    """Of days count the midnights that passed: by Wednesday noon that of Tuesday, by Friday noon those of three days."""
    assert rows(asked(*files)) == {
        ("2026-03", "repair"): (2, 2, 2, 1, 2, 50 * HOUR, 30 * HOUR),
        ("2026-03", "repair/gold"): (1, 1, 1, 1, 1, 6 * HOUR, 6 * HOUR),
        ("2026-03", "answer"): (2, 2, 2, 1, 2, 1 + 3, 3),
        ("2026-04", "repair"): (1, 1, 1, 1, 1, 0, 0),
        ("2026-04", "pay"): (0, 0, 0, 0, 0, 0, None),
    }


def test_what_is_not_owed_is_counted_apart(files):
    """E was cancelled as a repair and as a bill; its repair would have been due on the third."""
    told = asked(*files, "--month", "2026-04")

    assert [(each["target"], each["owed"], each["called_off"]) for each in told["promises"]] == [
        ("pay", 0, 1),
        ("repair", 1, 1),
    ]


def aggregates(told: dict) -> list[tuple]:
    keys = ("period", "target", "mean_kept", "maximum_kept", "share_kept", "is_kept", "is_final")
    return [tuple(each[key] for key in keys) for each in told["aggregates"]]


def test_aggregates(files):
    """repair in March: 56 h by three, 30 at most, two of three kept. In the year three of four. answer: four days by two."""
    assert aggregates(asked(*files)) == [
        ("2026-03", "repair", False, True, False, False, True),
        ("2026-03", "answer", True, None, None, True, True),
        ("2026-04", "repair", True, True, True, True, True),
        ("2026", "repair", None, None, True, True, False),
    ]


@pytest.mark.parametrize(
    ("options", "periods", "groups"),
    [
        (["--month", "2026-03"], ["2026-03", "2026-03", "2026"], 3),
        (["--month", "2026-03", "--target", "repair"], ["2026-03", "2026"], 2),
        (["--year", "2026"], ["2026-03", "2026-03", "2026-04", "2026"], 5),
        (["--year", "2025"], [], 0),
        (["--target", "pay"], [], 1),
        (["--from", "2026-03-04 00:00", "--to", "2026-04-01T00:30:00+08:00"], [], 1),
        (["--from", "2026-03-04 00:00", "--to", "2026-04-01T00:30:01+08:00"], [], 2),
    ],
)
def test_what_is_asked_for(files, options, periods, groups):
    told = asked(*files, *options)

    assert [each["period"] for each in told["aggregates"]] == periods
    assert len(told["promises"]) == groups


def test_what_is_not_decided_yet(files, tmp_path):
    """As of Monday at six in the evening: B and C are open, A is done."""
    told = asked(*files, "--until", "2026-03-02T18:00:00+08:00", "--month", "2026-03")

    assert rows(told) == {
        ("2026-03", "answer"): (2, 0, 0, 0, 0, 0, None),
        ("2026-03", "repair"): (2, 0, 0, 0, 0, 0, None),
        ("2026-03", "repair/gold"): (1, 1, 1, 1, 1, 6 * HOUR, 6 * HOUR),
    }
    assert aggregates(told)[0] == ("2026-03", "repair", True, True, True, True, False)


def test_a_promise_without_a_due(tmp_path):
    events = (*MARCH[:1], line("h", "held", "2026-03-02T11:00:00+08:00", "A", reason="parts"))
    policy, path = written(
        tmp_path, *events, policy=POLICY.replace("budget: 24h,", "budget: 24h, accepts: parts,")
    )

    told = asked("report", "--policy", policy, "--events", path)

    assert (told["promises"], told["without_due"]) == ([], {"repair/gold": 1})


def test_for_people(files):
    assert called(*files, "--month", "2026-03").splitlines() == [
        "as of 2026-06-01 Mon 00:00:00 +08:00",
        "",
        "month     target        owed   done   coverage   met   late   breached      kept   mean   longest",
        "─────────────────────────────────────────────────────────────────────────────────────────────────",
        "2026-03   answer           2      2    100.00%     1      1          0    50.00%     2d        3d",
        "2026-03   repair           2      2    100.00%     1      1          0    50.00%    25h       30h",
        "2026-03   repair/gold      1      1    100.00%     1      0          0   100.00%     6h        6h",
        "",
        "period    target     mean   at most   maximum   at most     kept   at least",
        "─────────────────────────────────────────────────────────────────────────────────────────",
        "2026-03   repair   18h40m       10h       30h       30h   66.66%     75.00%   not kept",
        "2026-03   answer       2d        2d        3d         -   50.00%          -   kept",
        "2026      repair      14h         -       30h         -   75.00%     60.00%   kept so far",
    ]


def test_a_budget_that_counts_otherwise_from_a_version_on(tmp_path):
    """Until March hours, from April on days: the year's aggregate, which is in days, is about those in days."""
    text = POLICY.partition("aggregates:")[0]
    newer = text.replace('version: "1"', 'version: "2"').replace("2000-01-01", "2026-04-01")
    newer = newer.replace(
        "budget: 24h, overrides: [{name: gold, when: {tier: gold}, budget: 8h}]", "budget: 3 calendar_days"
    )
    (tmp_path / "new.yaml").write_text(
        f"{newer}aggregates: {{target: repair, period: year, mean: 1 calendar_days}}\n", encoding="utf-8"
    )
    april = (
        line("1", "opened", "2026-04-02T10:00:00+08:00", "G"),
        line("2", "resolved", "2026-04-04T11:00:00+08:00", "G"),
        line("1", "noted", "2026-06-01T00:00:00+08:00", "F"),
    )
    policy, events = written(tmp_path, *MARCH, *april, policy=text)

    told = asked(
        "report",
        "--policy",
        policy,
        "--policy",
        tmp_path / "new.yaml",
        "--events",
        events,
        "--target",
        "repair",
    )

    assert [(each["period"], each["mean_kept"], each["found"]) for each in told["aggregates"]] == [
        ("2026", False, {"measured": 1, "total_days": 2, "mean_days": 2.0, "longest_days": 2})
    ]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--month", "2026-03", "--year", "2026"], "give one of"),
        (["--month", "2026-13"], "is no month: write 2026-03"),
        (["--year", "26"], "is no year: write 2026"),
        (["--events", "x.jsonl"], "does not exist"),
    ],
)
def test_wrong_usage(options, why):
    result = call("report", *options)

    assert result.exit_code == 2
    assert why in result.stderr


def test_a_policy_needs_events(files):
    result = call(*files[:3])

    assert (result.exit_code, "give both --policy and --events" in result.stderr) == (2, True)


# --- out of the database --------------------------------------------------------------------------


@pytest.fixture
def stored(database, tmp_path):
    """T-1 met after two hours, T-2 late after thirty, T-3 breached; what was said of T-2 comes to be corrected."""
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    settings = {"SLACLOCK_DATABASE_URL": database, "SLACLOCK_TENANT": "harbour"}
    called("policy", "register", tmp_path / "policy.yaml", **settings)

    def send(hours: float, *records) -> None:
        async def happen() -> None:
            async with staged(database, policy=False, rules_of=Rulebook(read_rules)) as stage:
                async with stage.db.transaction() as tx:
                    stage.end = next(
                        each.next_offset for each in await progress.positions(tx) if each.topic == TOPIC
                    )
                await stage.send(*records)
                await stage.prove(hours)
                while (await stage.door.wake(10)).claimed:
                    pass

        asyncio.run(happen())

    send(
        48,
        record("T-1", "opened", 0),
        record("T-1", "resolved", 2),
        record("T-2", "opened", 0),
        record("T-2", "resolved", 30),
        record("T-3", "opened", 0),
    )
    return settings, send


def test_out_of_the_database(stored):
    settings, _ = stored
    told = asked("report", **settings)

    assert rows(told) == {("2024-03", "repair"): (3, 2, 3, 1, 2, 32 * HOUR, 30 * HOUR)}
    assert (told["tenant"], told["upto"], told["promises"][0]["revised"]) == (
        "harbour",
        "2024-03-03T09:00:00.000000Z",
        0,
    )


def test_a_correction_changes_its_month_and_is_told(stored):
    """A record that comes late says that T-2 was resolved after ten hours."""
    settings, send = stored
    send(72, record("T-2", "resolved", 10, recorded=60, id_="late"))

    told = asked("report", "--month", "2024-03", **settings)

    assert rows(told) == {("2024-03", "repair"): (3, 2, 3, 2, 2, 12 * HOUR, 10 * HOUR)}
    assert told["promises"][0]["revised"] == 1
    assert "revised" in called("report", "--month", "2024-03", **settings)


@pytest.mark.parametrize(
    ("options", "groups"),
    [
        (["--month", "2024-03"], 1),
        (["--month", "2024-04"], 0),
        (["--year", "2023"], 0),
        (["--from", "2024-03-02T09:00:00Z", "--to", "2024-03-02T09:00:01Z"], 1),
        (["--to", "2024-03-02T09:00:00Z"], 0),
    ],
)
def test_what_is_asked_of_the_database(stored, options, groups):
    """All of them were due on 2 March at nine, UTC."""
    assert len(asked("report", *options, **stored[0])["promises"]) == groups


def test_the_database_needs_a_policy(stored):
    result = call("report", "--tenant", "city", **stored[0])

    assert (result.exit_code, "tenant city has no policy" in result.stderr) == (1, True)


# --- real requests --------------------------------------------------------------------------------


def test_a_city(tmp_path):
    """The same counted from the lines of a back-test: of `housing` whole days by the clocks on the wall are counted."""
    events = ROOT / "examples/data/boston311_animal_ex2015.events.jsonl.gz"
    options = ["--policy", BOSTON, "--events", events]
    call("backtest", *options, "--out", tmp_path / "out.jsonl")
    counts: Counter[tuple[str, str]] = Counter()
    took: Counter[str] = Counter()
    for each in map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines()):
        if each["target"] == "housing":
            month = f"{_wall(each['due']):%Y-%m}"
            counts[month, each["verdict"]] += 1
            if each["verdict"] in ("met", "late"):
                took[month] += max(0, (_wall(each["stop"]) - _wall(each["start"])).days)

    told = json.loads(call("report", *options, "--target", "housing", "--json").stdout)["promises"]

    assert len(told) > 24
    assert {
        (each["month"], verdict): each[verdict]
        for each in told
        for verdict in ("met", "late", "breached")
        if each[verdict]
    } == dict(counts)
    assert {each["month"]: each["total_days"] for each in told if each["measured"]} == took


def _wall(told: str) -> datetime:
    """What clocks in Boston show."""
    return datetime.fromisoformat(told).astimezone(ZoneInfo("America/New_York")).replace(tzinfo=None)
