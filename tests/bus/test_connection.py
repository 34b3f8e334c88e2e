import ssl

import pytest
from faststream.kafka.security import parse_security

from service.bus.connection import client_options, security
from service.settings import BadSettingsError, load

SHARED = ("security_protocol", "ssl_context", "sasl_mechanism", "sasl_plain_username", "sasl_plain_password")


def of(**given):
    return load({}, **given)


def test_plain_text_is_the_default():
    options = client_options(of())

    assert options["security_protocol"] == "PLAINTEXT"
    assert "ssl_context" not in options
    assert "sasl_mechanism" not in options


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_clients_and_faststream_are_told_the_same(protocol, mechanism):
    settings = of(
        kafka_security_protocol=protocol,
        kafka_sasl_mechanism=mechanism,
        kafka_username="me",
        kafka_password="hush",
    )

    ours, theirs = client_options(settings), parse_security(security(settings))

    for name in SHARED:
        if name == "ssl_context":
            assert (ours.get(name) is None) == (theirs.get(name) is None)
        else:
            assert ours.get(name) == theirs.get(name)


def test_the_broker_has_to_prove_who_it_is():
    context = client_options(of(kafka_security_protocol="SSL"))["ssl_context"]

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_certificate_that_is_not_there_is_a_bad_setting(tmp_path):
    with pytest.raises(BadSettingsError, match="SLACLOCK_KAFKA_SSL_CA_FILE"):
        of(kafka_ssl_ca_file=tmp_path / "none.pem")


def test_a_certificate_that_is_none_is_an_error(tmp_path):
    (tmp_path / "odd.pem").write_text("odd")

    with pytest.raises(ssl.SSLError):
        client_options(of(kafka_security_protocol="SSL", kafka_ssl_ca_file=tmp_path / "odd.pem"))
