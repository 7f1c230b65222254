"""A TCP proxy before the database that can lose every packet, as a dying network does."""

import asyncio
import contextlib
from typing import Self


class Proxy:
    """Listens on 127.0.0.1 and passes on what it hears, until it falls silent.

    While it is silent, it accepts connections and keeps those it has, and nothing comes through.
    """

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._writers: list[asyncio.StreamWriter] = []
        self.silent = False
        self.accepted = 0
        self.heard = b""
        """All that clients said."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.close()
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        self._writers.append(to_client)
        self.accepted += 1
        server, to_server = await asyncio.open_connection("127.0.0.1", self._target_port)
        self._writers.append(to_server)
        await asyncio.gather(
            self._pass_on(client, to_server, listening=True), self._pass_on(server, to_client)
        )

    async def _pass_on(
        self, source: asyncio.StreamReader, to: asyncio.StreamWriter, *, listening: bool = False
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(65_536):
                if listening:
                    self.heard += data
                if not self.silent:
                    to.write(data)
        to.close()
