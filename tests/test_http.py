import asyncio
import time
from http import HTTPStatus

import pytest

from service.http import Answer, Server, alive, prepared
from service.loop import Pulse


async def asked(port, request=b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n"):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    return answer.decode()


@pytest.fixture
async def serving():
    async def fails():
        raise ValueError

    async def fine():
        return Answer(HTTPStatus.OK, b"body", "text/plain")

    server = Server({"/live": fine, "/bad": fails}, host="127.0.0.1", port=0)
    yield await server.start()
    await server.stop()


async def test_a_route_answers(serving):
    answer = await asked(serving)

    assert answer.startswith("HTTP/1.1 200 OK\r\n")
    assert answer.endswith("Connection: close\r\n\r\nbody")
    assert "Content-Length: 4\r\n" in answer


async def test_head_has_no_body(serving):
    assert (await asked(serving, b"HEAD /live?x=1 HTTP/1.1\r\n\r\n")).endswith("\r\n\r\n")


@pytest.mark.parametrize(
    ("request_line", "status"),
    [(b"GET /none HTTP/1.1", "404"), (b"POST /live HTTP/1.1", "405"), (b"GET /bad HTTP/1.1", "500")],
)
async def test_everything_else_gets_its_status(serving, request_line, status):
    assert (await asked(serving, request_line + b"\r\n\r\n")).startswith(f"HTTP/1.1 {status} ")


async def test_what_is_no_request_gets_no_answer_and_harms_nothing(serving):
    assert await asked(serving, b"x" * 100_000) == ""
    assert (await asked(serving)).startswith("HTTP/1.1 200")


async def test_alive_while_every_role_takes_turns():
    fresh, stuck = Pulse("relay"), Pulse("clock")
    stuck._at = time.monotonic() - 100

    assert (await alive([fresh], 10)()).status is HTTPStatus.OK
    answer = await alive([fresh, stuck], 10)()
    assert answer.status is HTTPStatus.SERVICE_UNAVAILABLE
    assert b'"stuck": ["clock"]' in answer.body


async def test_ready_when_no_check_has_a_complaint():
    async def good():
        return ""

    async def bad():
        return "no broker"

    assert (await prepared({"a": good})()).status is HTTPStatus.OK
    answer = await prepared({"a": good, "b": bad})()
    assert answer.status is HTTPStatus.SERVICE_UNAVAILABLE
    assert b"no broker" in answer.body
