import pytest

from service.cli.config import without_password
from tests.cli.calling import asked, call, called

SECRET = "sesame-77"


def test_every_setting_with_where_it_comes_from_and_without_secrets(tmp_path):
    (tmp_path / "password").write_text(SECRET)
    settings = {
        "SLACLOCK_DATABASE_URL": f"postgresql://anna:{SECRET}@db.example:5433/sla?sslmode=require",
        "SLACLOCK_KAFKA_USERNAME": "anna",
        "SLACLOCK_KAFKA_PASSWORD_FILE": str(tmp_path / "password"),
        "SLACLOCK_ROLES": "relay,clock",
    }
    told = called("config", "show", "--redacted", **settings)
    found = asked("config", "show", **settings)

    assert SECRET not in told
    assert SECRET not in str(found)
    assert found["DATABASE_URL"] == {
        "value": "postgresql://anna:***@db.example:5433/sla?sslmode=require",
        "from": "SLACLOCK_DATABASE_URL",
    }
    assert found["KAFKA_PASSWORD"] == {"value": "***", "from": "SLACLOCK_KAFKA_PASSWORD_FILE"}
    assert found["KAFKA_SSL_KEY_PASSWORD"] == {"value": "", "from": "default"}
    assert found["ROLES"] == {"value": ["clock", "relay"], "from": "SLACLOCK_ROLES"}
    assert found["WAKE_BATCH"] == {"value": 1000, "from": "default"}
    assert "clock, relay" in told
    assert set(asked("config", "show", "--set", **settings)) == {
        "DATABASE_URL",
        "KAFKA_USERNAME",
        "KAFKA_PASSWORD",
        "ROLES",
    }


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://db/x", "postgresql://db/x"),
        ("postgresql://anna@db/x", "postgresql://anna@db/x"),
        ("postgresql://anna:p@ss:w@db/x", "postgresql://anna:***@db/x"),
        ("postgresql://db/x?user=anna&password=p", "postgresql://db/x?user=anna&password=***"),
        ("postgresql://db/x?sslpassword=p#p", "postgresql://db/x?sslpassword=***"),
        ("postgresql://[::1/x", "***"),
        ("postgresql://anna:p/q@db/x", "***"),
    ],
)
def test_an_address_without_its_password(url, shown):
    assert without_password(url) == shown


def test_wrong_settings_end_it(tmp_path):
    result = call("config", "show", SLACLOCK_TENNANT="x")

    assert result.exit_code == 2
    assert "SLACLOCK_TENNANT is no setting" in result.stderr
