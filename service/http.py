"""/live, /ready, /metrics.

Three answers to GET do not need a web framework: this is the part of HTTP/1.1 that probes and Prometheus speak,
with every size and wait bounded, a new connection each time.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from service.loop import Pulse

_LONGEST_HEAD: Final = 16_384
_READ_SECONDS: Final = 5.0
_ANSWER_SECONDS: Final = 10.0
_MOST_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route says."""

    status: HTTPStatus
    body: bytes
    content_type: str = "application/json"


Route = Callable[[], Awaitable[Answer]]


def alive(pulses: Iterable[Pulse], limit: float) -> Route:
    """Alive while every role has taken a turn within `limit` seconds; that the route answers shows that the
    event loop turns. Neither broker nor database matter: their outage must not restart every process.
    """
    watched = tuple(pulses)

    async def live() -> Answer:
        ages = {pulse.name: round(pulse.age(), 1) for pulse in watched}
        stuck = sorted(name for name, age in ages.items() if age > limit)
        status = HTTPStatus.SERVICE_UNAVAILABLE if stuck else HTTPStatus.OK
        return Answer(status, _json({"live": not stuck, "stuck": stuck, "seconds_since_turn": ages}))

    return live


def prepared(checks: dict[str, Callable[[], Awaitable[str]]]) -> Route:
    """Ready when every check gives the empty string; otherwise its sentence is shown. Lag is no check."""

    async def ready() -> Answer:
        said = dict(zip(checks, await asyncio.gather(*(check() for check in checks.values())), strict=True))
        wrong = {name: sentence for name, sentence in said.items() if sentence}
        status = HTTPStatus.SERVICE_UNAVAILABLE if wrong else HTTPStatus.OK
        return Answer(status, _json({"ready": not wrong, "wrong": wrong}))

    return ready


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode() + b"\n"


class Server:
    """Answers GET and HEAD for `routes`, by path."""

    def __init__(self, routes: dict[str, Route], *, host: str, port: int) -> None:
        self._routes = routes
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Begin to listen; the port, which the system chose when it was given as 0."""
        self._server = await asyncio.start_server(self._accept, self._host, self._port, limit=_LONGEST_HEAD)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= _MOST_AT_ONCE:
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_READ_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            method, _, rest = head.decode("latin-1").partition(" ")
            path = rest.partition(" ")[0].partition("?")[0]
            writer.write(_reply(await self._answer(method, path), with_body=method != "HEAD"))
            async with asyncio.timeout(_READ_SECONDS):
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # a client that is slow, gone or no client of HTTP gets no answer
        finally:
            with contextlib.suppress(OSError):
                writer.close()

    async def _answer(self, method: str, path: str) -> Answer:
        if method not in {"GET", "HEAD"}:
            return Answer(HTTPStatus.METHOD_NOT_ALLOWED, _json({"error": "GET only"}))
        route = self._routes.get(path)
        if route is None:
            return Answer(HTTPStatus.NOT_FOUND, _json({"paths": sorted(self._routes)}))
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return await route()
        except TimeoutError:
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, _json({"error": "no answer in time"}))
        except Exception as error:  # noqa: BLE001 - a probe gets an answer, never a dropped connection
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, _json({"error": type(error).__name__}))


def _reply(answer: Answer, *, with_body: bool) -> bytes:
    head = (
        f"HTTP/1.1 {answer.status.value} {answer.status.phrase}\r\n"
        f"Content-Type: {answer.content_type}\r\n"
        f"Content-Length: {len(answer.body)}\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode("latin-1") + (answer.body if with_body else b"")
