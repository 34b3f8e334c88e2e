import pytest

from tests.apply.staging import record
from tests.cli.calling import call, called
from tests.cli.night import NOW, bad, environment, evening, happens, look, sent


@pytest.fixture
def stored(database, tmp_path):
    settings = environment(database, tmp_path)
    happens(database, evening, sent)
    return settings


def test_all_is_well(stored):
    status, found = look(stored)

    assert (status, found["level"], bad(found)) == (0, "ok", {})
    assert found["watermark"] == {
        "watermark": "2024-03-01T11:00:00.000000Z",
        "proved": "2024-03-01T11:00:00.000000Z",
        "override": None,
        "frozen": "",
        "stands_since": None,
        "age_us": 0,
    }
    assert {each["target"]: (each["open"], each["broken"]) for each in found["targets"]} == {
        "answer": (4, 0),
        "repair": (1, 1),
        "visit": (1, 0),
    }


def test_one_screen_in_local_time(stored):
    told = call("status", "--at", NOW, **stored).stdout.splitlines()

    assert told[0] == "OK; 6 promises open, 1 broken; 2024-03-01 Fri 19:00:00 +08:00"
    assert len(told) < 25
    assert "proved to 2024-03-01 Fri 19:00:00 +08:00, in 0s; moving" in "\n".join(told)
    assert "proved to 2024-03-01 Fri 11:00:00 +00:00" in call("status", "--utc", "--at", NOW, **stored).stdout


@pytest.mark.parametrize(
    ("at", "status", "level"),
    [
        ("2024-03-01T11:00:10Z", 0, None),
        ("2024-03-01T11:00:11Z", 1, "warning"),
        ("2024-03-01T11:01:00Z", 1, "warning"),
        ("2024-03-01T11:01:01Z", 2, "critical"),
    ],
)
def test_a_watermark_that_grows_old(stored, at, status, level):
    """Late after `BEHIND_SECONDS`; when nobody has looked for `FREEZE_NOTICE_SECONDS`, nobody proves anything."""
    assert look(stored, at=at)[0] == status
    assert bad(look(stored, at=at)[1]).get("watermark") == level


@pytest.mark.parametrize(
    ("at", "level"),
    [
        ("2024-11-16T16:00:00Z", "warning"),  # 45 days before the end of 31 December in Shanghai
        ("2024-11-16T15:59:59Z", None),
        ("2024-12-31T16:00:00Z", "critical"),
    ],
)
def test_a_calendar_that_ends(stored, at, level):
    assert bad(look(stored, at=at)[1]).get("calendars") == level


def test_without_a_policy(database):
    result = call("status", "--at", NOW, SLACLOCK_DATABASE_URL=database)

    assert result.exit_code == 2  # nobody has ever proved anything
    assert "none is registered" in result.stdout


@pytest.mark.parametrize(
    ("args", "settings"),
    [
        (("--bogus",), {}),
        (("--at", "noon"), {}),
        ((), {"SLACLOCK_TENNANT": "x"}),
        ((), {"SLACLOCK_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}),
    ],
)
def test_whatever_keeps_it_from_looking_is_unknown(args, settings):
    """2 would say that the service is in a critical state."""
    result = call("status", *args, **settings)

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr != ""


def test_an_old_schema_is_unknown_too(empty_database):
    result = call("status", SLACLOCK_DATABASE_URL=empty_database)

    assert result.exit_code == 3
    assert "slaclock migrate" in result.stderr


def test_more_targets_than_fit_on_a_screen(database, tmp_path):
    many = "".join(f"  target-{n:02}: {{stop: resolved, budget: {n + 1}h}}\n" for n in range(15))
    policy = f'policy: p\nversion: "1"\neffective_from: 2000-01-01T00:00:00Z\ntenant: harbour\nzone: UTC\ntargets:\n{many}'
    (tmp_path / "policy.yaml").write_text(policy, encoding="utf-8")
    settings = {"SLACLOCK_DATABASE_URL": database, "SLACLOCK_TENANT": "harbour"}
    called("policy", "register", tmp_path / "policy.yaml", **settings)

    async def one(stage):
        await stage.send(record("T-1", "opened", 1.9))
        await stage.prove(2)

    happens(database, one)
    told = call("status", "--at", NOW, **settings).stdout.splitlines()

    assert told[-1] == "and 3 more targets: `slaclock top --limit 15`"
    assert sum("target-" in line for line in told) == 12
    assert "target-00" in next(line for line in told if "target-" in line)
    assert call("top", "--limit", "15", "--at", NOW, **settings).stdout.count("target-") == 15


def test_several_tenants_are_told_apart_and_each_in_its_zone(stored, database, tmp_path):
    policy = """
policy: other
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: boston
zone: America/New_York
targets: {repair: {stop: resolved, budget: 1h}}
"""
    (tmp_path / "other.yaml").write_text(policy, encoding="utf-8")
    called("policy", "register", tmp_path / "other.yaml", **stored)

    async def there(stage):
        stage.end = 7
        await stage.send(record("B-1", "opened", 1.9, tenant="boston"))
        await stage.prove(2)

    happens(database, there)
    told = call("near", "--at", NOW, **stored).stdout

    assert "boston    2024-03-01 Fri 06:54:00 -05:00   in 54m   B-1" in told
    assert "harbour   2024-03-01 Fri 19:30:00 +08:00   in 30m   T-2" in told
    assert "B-1" not in call("near", "--tenant", "harbour", "--at", NOW, **stored).stdout
