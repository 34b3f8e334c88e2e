"""How to reach the brokers: the same answer for consumers, producers and the probe."""

from __future__ import annotations

import ssl
from typing import Any

from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from service.settings import Settings

_SASL = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


def client_options(settings: Settings) -> dict[str, Any]:
    """Options that every aiokafka client takes. Raises OSError or ssl.SSLError for unreadable certificates."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap,
        "client_id": "slaclock",
        "request_timeout_ms": settings.kafka_request_ms,
        "retry_backoff_ms": settings.kafka_retry_backoff_ms,
        "metadata_max_age_ms": settings.kafka_metadata_max_age_ms,
        "security_protocol": settings.kafka_security_protocol,
    }
    if settings.kafka_security_protocol.endswith("SSL"):
        options["ssl_context"] = ssl_context(settings)
    if settings.kafka_security_protocol.startswith("SASL"):
        options["sasl_mechanism"] = settings.kafka_sasl_mechanism
        options["sasl_plain_username"] = settings.kafka_username
        options["sasl_plain_password"] = settings.kafka_password.get_secret_value()
    return options


def security(settings: Settings) -> BaseSecurity:
    """The same for FastStream."""
    encrypted = settings.kafka_security_protocol.endswith("SSL")
    context = ssl_context(settings) if encrypted else None
    if not settings.kafka_security_protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=context, use_ssl=encrypted)
    return _SASL[settings.kafka_sasl_mechanism](
        username=settings.kafka_username,
        password=settings.kafka_password.get_secret_value(),
        ssl_context=context,
        use_ssl=encrypted,
    )


def ssl_context(settings: Settings) -> ssl.SSLContext:
    """Verifies the broker against the given authority, or the system's; shows our certificate when there is one."""
    context = ssl.create_default_context(cafile=settings.kafka_ssl_ca_file)
    if settings.kafka_ssl_cert_file is not None:
        context.load_cert_chain(
            settings.kafka_ssl_cert_file,
            settings.kafka_ssl_key_file,
            settings.kafka_ssl_key_password.get_secret_value() or None,
        )
    return context
