import pytest

from service.settings import BadSettingsError, Role, Settings, load


def test_defaults_are_settings():
    assert load({}) == Settings()


def test_variables_are_read_and_given_values_prevail():
    environ = {
        "SLACLOCK_TENANT": "acme",
        "SLACLOCK_ROLES": "relay, clock",
        "SLACLOCK_HTTP_PORT": "1",
        "PATH": "x",
    }

    found = load(environ, http_port=2)

    assert (found.tenant, found.roles, found.http_port) == ("acme", (Role.CLOCK, Role.RELAY), 2)


def test_every_mistake_is_told_at_once():
    environ = {"SLACLOCK_TENNANT": "a", "SLACLOCK_HTTP_PORT": "many", "SLACLOCK_ROLES": "cook"}

    with pytest.raises(BadSettingsError) as caught:
        load(environ)

    told = str(caught.value)
    assert "SLACLOCK_TENNANT is no setting" in told
    assert "SLACLOCK_HTTP_PORT: " in told
    assert "SLACLOCK_ROLES: " in told


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"SLACLOCK_KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, "kafka_username is needed"),
        ({"SLACLOCK_KAFKA_HEARTBEAT_MS": "20000"}, "at most a third"),
        ({"SLACLOCK_DRAIN_SECONDS": "60"}, "at least 1.5 times drain_seconds"),
        ({"SLACLOCK_BREACHES_TOPIC": "tickets.events.v1"}, "have to differ"),
        ({"SLACLOCK_TICKETS_TOPIC": "areas.events.v1"}, "have to differ"),
        ({"SLACLOCK_ROLES": ""}, "SLACLOCK_ROLES"),
        ({"SLACLOCK_BATCH_RECORDS": "0"}, "greater than 0"),
    ],
)
def test_values_that_do_not_fit_are_refused(environ, told):
    with pytest.raises(BadSettingsError, match=told):
        load(environ)


def test_a_secret_may_be_a_mounted_file(tmp_path):
    (tmp_path / "password").write_text("  secret\n")

    found = load({"SLACLOCK_KAFKA_PASSWORD_FILE": str(tmp_path / "password")})

    assert found.kafka_password.get_secret_value() == "secret"


def test_a_missing_file_and_a_file_for_what_is_no_secret_are_told(tmp_path):
    environ = {"SLACLOCK_KAFKA_PASSWORD_FILE": str(tmp_path / "none"), "SLACLOCK_TENANT_FILE": "x"}

    with pytest.raises(BadSettingsError, match=r"cannot be read.*; SLACLOCK_TENANT_FILE is no setting"):
        load(environ)


def test_no_secret_is_ever_shown():
    environ = {"SLACLOCK_DATABASE_URL": "postgresql://me:hush@db/x", "SLACLOCK_HTTP_PORT": "hush"}

    with pytest.raises(BadSettingsError) as caught:
        load(environ)

    assert "hush" not in str(caught.value) + repr(
        load({"SLACLOCK_DATABASE_URL": "postgresql://me:hush@db/x"})
    )


def test_the_canary_runs_only_where_it_is_named():
    assert Role.CANARY not in load({}).roles
    assert load({"SLACLOCK_ROLES": "canary,clock"}).roles == (Role.CLOCK, Role.CANARY)


def test_a_canary_has_a_tenant_of_its_own():
    with pytest.raises(BadSettingsError, match="canary_tenant and tenant have to differ"):
        load({"SLACLOCK_TENANT": "slaclock-canary"})
