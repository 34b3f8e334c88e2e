import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from tests.faults.proxy import HOST, Proxy


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """A proxy in front of an echo."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(1024):
                writer.write(piece)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, HOST, 0)
    async with Proxy(to=server.sockets[0].getsockname()[1]) as running:
        yield running
    server.close()


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, seconds: float = 2.0) -> bytes:
        self.writer.write(b"x")
        await self.writer.drain()
        return await asyncio.wait_for(self.reader.read(1), seconds)


@contextlib.asynccontextmanager
async def connected(proxy: Proxy) -> AsyncIterator[Client]:
    client = Client(*await asyncio.open_connection(HOST, proxy.port))
    try:
        yield client
    finally:
        client.writer.close()
        with contextlib.suppress(OSError):
            await client.writer.wait_closed()


async def test_it_forwards(proxy):
    async with connected(proxy) as client:
        assert await client.ask() == b"x"


async def test_a_black_hole_keeps_the_connection_and_delivers_later(proxy):
    async with connected(proxy) as client:
        assert await client.ask() == b"x"
        proxy.blackhole()
        with pytest.raises(TimeoutError):
            await client.ask(0.1)
        proxy.forward()
        assert await asyncio.wait_for(client.reader.read(1), 2) == b"x"


async def test_a_delay_holds_in_both_directions(proxy):
    proxy.delay(0.1)
    async with connected(proxy) as client:
        begun = time.monotonic()
        assert await client.ask() == b"x"
        assert time.monotonic() - begun >= 0.19


async def test_a_reset_reaches_the_client_at_once(proxy):
    async with connected(proxy) as client:
        assert await client.ask() == b"x"
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(client.reader.readexactly(1), 2)
    async with connected(proxy) as client:
        assert await client.ask() == b"x"


async def test_while_it_drops_no_connection_lives(proxy):
    proxy.drop()
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        async with connected(proxy) as client:
            await asyncio.wait_for(client.reader.readexactly(1), 2)
    proxy.forward()
    async with connected(proxy) as client:
        assert await client.ask() == b"x"
