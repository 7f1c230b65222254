"""The local Discord as a running server.

with DiscordServer(sample_world()) as discord:
    httpx.get(f"{discord.api_url}/gateway", headers=...)
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from typing import TYPE_CHECKING, Final, Self, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from clipsaver.emulator import interaction_payloads
from clipsaver.emulator.courier import Courier
from clipsaver.emulator.faults import Faults
from clipsaver.emulator.front_door import FrontDoor
from clipsaver.emulator.interaction_book import InteractionBook
from clipsaver.emulator.interactions import Interactions
from clipsaver.emulator.platform import Latency, Platform, Renderings
from clipsaver.emulator.rate_limits import RateLimits
from clipsaver.emulator.request_log import RequestLog
from clipsaver.emulator.routes.table import API, BROWSER
from clipsaver.emulator.routing import Router
from clipsaver.emulator.search_index import SearchIndex
from clipsaver.emulator.webhook_events import WebhookEvents
from clipsaver.emulator.world import CDN_URL

if TYPE_CHECKING:
    from types import TracebackType

    from clipsaver.emulator.world import World

_HOST: Final = "127.0.0.1"
_INTERACTIONS_AGENT: Final = "Discord-Interactions/1.0 (+https://discord.com)"
_WEBHOOKS_AGENT: Final = "Discord-Webhook/1.0 (+https://discord.com)"


class DiscordServer:
    """Serves a world on this machine, in a thread of the calling process.

    Attributes:
        world: What is served; change it whenever you like.
        interactions: Acting as a user.
        webhook_events: Sending events.
        faults: Disturbing routes.
        rate_limits: What is allowed.
        requests: What was asked.
        latency: How long answers take.
        search: The index behind message search.
    """

    def __init__(self, world: World, *, port: int = 0) -> None:
        self.world = world
        self.faults = Faults()
        self.rate_limits = RateLimits(world.clock)
        self.requests = RequestLog()
        self.latency = Latency()
        self.search = SearchIndex()
        self._interaction_courier = Courier(world.application, user_agent=_INTERACTIONS_AGENT)
        self._event_courier = Courier(world.application, user_agent=_WEBHOOKS_AGENT)
        self.webhook_events = WebhookEvents(world, self._event_courier)
        book = InteractionBook(world, self._verify_endpoint)
        self.interactions = Interactions(world, self._interaction_courier, book)
        self._platform = Platform(
            world=world,
            rate_limits=self.rate_limits,
            faults=self.faults,
            requests=self.requests,
            latency=self.latency,
            renderings=Renderings(),
            interactions=book,
            search=self.search,
            webhook_events=self.webhook_events,
        )
        self._port = port
        self._serving: _Serving | None = None

    @property
    def url(self) -> str:
        """The origin: consent page and files are below it."""
        return f"http://{_HOST}:{self._port}"

    @property
    def api_url(self) -> str:
        """The API's base."""
        return f"{self.url}/api/v10"

    def __enter__(self) -> Self:
        listener = _listen(self._port)
        self._port = listener.getsockname()[1]
        self.world.cdn_url = self.url
        self._serving = _Serving(listener, FrontDoor(self._platform, Router(API), Router(BROWSER)))
        self._serving.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.webhook_events.close()
        if self._serving is not None:
            self._serving.stop()
        self._interaction_courier.close()
        self._event_courier.close()
        self.world.cdn_url = CDN_URL

    def _verify_endpoint(self, url: str) -> bool:
        """A PING and a badly signed one, as sent before an interactions endpoint is saved."""
        courier = self._interaction_courier
        body = json.dumps(interaction_payloads.ping(self.world)).encode()
        ping = courier.deliver(url, courier.sign(body))
        forged = courier.deliver(url, courier.forge(body))
        is_pong = ping.status == 200 and ping.media_type == "application/json"
        return (
            is_pong
            and not ping.is_late
            and ping.json() == {"type": 1}
            and forged.status == 401
            and not forged.is_late
        )


def _listen(port: int) -> socket.socket:
    """Bind here and hand over, so that nobody else can take the port in between."""
    # asyncio switches Nagle's delay off only for sockets that name TCP; it costs 40 ms an answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


class _Serving:
    """A thread with an event loop that answers connections to one socket.

    uvicorn's own server looks every tenth of a second whether to stop, and then waits another; with
    its protocol alone, starting and stopping take a few milliseconds.
    """

    def __init__(self, listener: socket.socket, app: FrontDoor) -> None:
        self._listener = listener
        self._config = uvicorn.Config(
            app, log_config=None, log_level="critical", access_log=False, lifespan="off"
        )
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve()), name="local-discord", daemon=True
        )
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._stopping: asyncio.Event

    def start(self) -> None:
        self._thread.start()
        self._started.wait()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._config.load()
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        state = ServerState()
        server = await self._loop.create_server(
            lambda: _Protocol(self._config, state, {}), sock=self._listener
        )
        self._started.set()
        await self._stopping.wait()
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        await server.wait_closed()


class _Protocol(H11Protocol):
    """Lets the application reach the connection, to break it off when a fault asks for that."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self.app_state = {"transport": transport}
