"""A TCP proxy on loopback that can misbehave.

    async with Proxy(to=server_port) as proxy:
        client = connect("127.0.0.1", proxy.port)
        proxy.blackhole()     # connections stay open, nothing passes, new ones are taken and hear nothing
        proxy.delay(0.2)      # each piece, in each direction, waits so long
        proxy.reset()         # every connection gets a RST; new ones are taken
        proxy.drop()          # every connection is reset and new ones too, until
        proxy.forward()       # all is well again; what a black hole held back is delivered

A subclass may look at every piece (`passes`) and cut a connection at the very byte it wants.

For Kafka use `Proxy(to=kafka.behind, port=kafka.before)` and `proxy.address` as the bootstrap: metadata then
sends clients back to the proxy.
"""

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass, field
from typing import Any, Self

HOST = "127.0.0.1"
PIECE = 65_536
_LINGER_ZERO = struct.pack("ii", 1, 0)


@dataclass
class Link:
    """One connection; a subclass keeps in `notes` what it has seen of it."""

    notes: dict[str, Any] = field(default_factory=dict)


class Proxy:
    def __init__(self, to: int, port: int = 0) -> None:
        self._to = to
        self.port = port
        self.taken = 0  # connections so far
        self._pause = 0.0
        self._dropping = False
        self._open = asyncio.Event()
        self._open.set()
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._take, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.reset()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def forward(self) -> None:
        self._dropping = False
        self._pause = 0.0
        self._open.set()

    def blackhole(self) -> None:
        self._open.clear()

    def delay(self, seconds: float) -> None:
        self._pause = seconds

    def reset(self) -> None:
        for end in tuple(self._ends):
            _abort(end)

    def drop(self) -> None:
        self._dropping = True
        self.reset()

    def passes(self, link: Link, piece: bytes, *, outward: bool) -> bytes | None:
        """What goes on of `piece`, `outward` to the server or back; None: the connection is reset on both sides."""
        return piece

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.taken += 1
        self._ends.add(writer)
        try:
            if not self._dropping:
                await self._join(reader, writer)
        except asyncio.CancelledError:
            pass  # the proxy is closing; asyncio's streams would report it as an error
        finally:
            self._ends.discard(writer)
            _abort(writer)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._open.wait()
        try:
            far_reader, far_writer = await asyncio.open_connection(HOST, self._to)
        except OSError:
            return
        self._ends.add(far_writer)
        link = Link()
        ways = [
            asyncio.ensure_future(self._carry(link, reader, far_writer, outward=True)),
            asyncio.ensure_future(self._carry(link, far_reader, writer, outward=False)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._ends.discard(far_writer)
            _abort(far_writer)

    async def _carry(
        self, link: Link, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, outward: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while piece := await source.read(PIECE):
                await asyncio.sleep(self._pause)
                await self._open.wait()
                kept = self.passes(link, piece, outward=outward)
                if kept is None:
                    return
                sink.write(kept)
                await sink.drain()


def _abort(end: asyncio.StreamWriter) -> None:
    """Close with a RST, so that the other side notices at once."""
    with contextlib.suppress(OSError):
        end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
    end.transport.abort()
