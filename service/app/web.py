"""What this process answers over HTTP."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from service.app.parts import Parts
from service.app.roles import Roles
from service.app.schema import OldSchemaError, check_schema
from service.bus.ends import BrokerAwayError, TopicMissingError
from service.http import Answer, Server, alive, prepared
from service.metrics import CONTENT_TYPE, Metrics
from service.settings import Role, Settings
from service.store import StoreError

_DATABASE_SECONDS = 5.0


def server_of(settings: Settings, parts: Parts, roles: Roles, metrics: Metrics) -> Server:
    """/live, /ready and /metrics."""

    async def show() -> Answer:
        return Answer(HTTPStatus.OK, metrics.render(), CONTENT_TYPE)

    async def database() -> str:
        try:
            async with asyncio.timeout(_DATABASE_SECONDS):
                await check_schema(parts.database_url)
        except (StoreError, OldSchemaError, TimeoutError) as error:
            return str(error) or "no answer in time"
        return ""

    async def broker() -> str:
        try:
            await roles.topics_exist(*settings.roles)
        except (BrokerAwayError, TopicMissingError) as error:
            return str(error)
        return ""

    pulses = [*roles.pulses.values(), *(roles.slices if Role.INGEST in settings.roles else ())]
    routes = {
        "/live": alive(pulses, settings.live_seconds),
        "/ready": prepared({"database": database, "broker": broker}),
        "/metrics": show,
    }
    return Server(routes, host=settings.http_host, port=settings.http_port)
