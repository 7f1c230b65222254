"""The work of one request: `python -m functions.deploy.task FD`, with an order on standard input.

The order is `{"event": CloudFormation's request, "seconds": the time there is}`; the outcome is
written to the file descriptor FD.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from functions.deploy import migrations, readiness
from functions.deploy.outcome import Outcome
from functions.deploy.request import Request
from functions.deploy.wire import Wiring, unwire
from functions.shared import errors, observability, settings
from functions.shared.configuration import Configuration
from functions.shared.discord.client import DiscordClient
from functions.shared.event_loop import EventLoop

_log = logging.getLogger("discord_clip_saver.deploy")

_OF_DISCORD: Final = ("BOT_TOKEN", "DISCORD_APPLICATION_ID", "DISCORD_PUBLIC_KEY")
_LONGEST_PATIENCE_SECONDS: Final = 60.0
_PATIENCE_SHARE: Final = 0.25
"""A new API may take a while to answer: to Discord at two addresses, and to the self-test."""
_NETWORK_HINT: Final = (
    "In a VPC, the subnets need a way out to Discord and to the API (a NAT gateway)."
)

T = TypeVar("T")

Work = Callable[[Request, settings.Environment, float], str]


def perform(request: Request, seconds: float) -> Outcome:
    """Do what a request asks for; whatever goes wrong is a sentence without a secret."""
    redacted = observability.Redaction(())
    try:
        required, work = _work(request)
        environment = Configuration.at_start(*required).environment
        redacted = observability.Redaction(environment.secrets)
        return Outcome(succeeded=True, report=redacted(work(request, environment, seconds)))
    except Exception as error:  # noqa: BLE001 -- even a defect must be told to CloudFormation
        _log.exception("%s failed", request.logical_id)
        return Outcome(succeeded=False, report=redacted(_sentence(error)))


def _sentence(error: Exception) -> str:
    """Why the deploy fails, and what helps."""
    match error:
        case errors.DiscordUnreachable() | errors.NotReachable():
            return f"{error}. {_NETWORK_HINT}"
        case errors.Unauthorized():
            return f"Discord refuses BOT_TOKEN: was it reset? ({error})"
        case errors.ClipSaverError():
            return str(error)
        case _:
            return f"The deploy hook failed with {type(error).__name__}; its log says where."


def _work(request: Request) -> tuple[tuple[str, ...], Work]:
    """The work of a request, and the variables that it needs."""
    match request.task, request.kind:
        case "migrate", "Delete":
            return (), _nothing
        case "migrate", _:
            return ("DATABASE_URL",), _migrate
        case "wire", "Create" | "Update" if not request.base_url:
            raise errors.InvalidEvent("BaseUrl is missing: where does the API answer?")
        case "wire", "Delete":
            return (("BOT_TOKEN",), _unwire) if request.wires_discord else ((), _nothing)
        case "wire", _:
            return (_OF_DISCORD, _wire) if request.wires_discord else ((), _test)
        case unknown, _:
            raise errors.InvalidEvent(f"Task is {unknown!r}; it can be migrate or wire")


def _nothing(_request: Request, _environment: settings.Environment, _seconds: float) -> str:
    return "There was nothing to do."


def _migrate(request: Request, environment: settings.Environment, seconds: float) -> str:
    who = f"The deploy of stack {request.stack_name}"
    return migrations.upgrade(environment.require("DATABASE_URL"), held_by=who, seconds=seconds)


def _wire(request: Request, environment: settings.Environment, seconds: float) -> str:
    """Tell Discord of an API that is ready; until then, another stack may be serving it well."""
    give_up = time.monotonic() + seconds
    ready = readiness.wait(request.base_url, _patience(seconds))

    async def work(discord: DiscordClient) -> list[str]:
        return await Wiring(
            discord,
            application_id=int(environment.require("DISCORD_APPLICATION_ID")),
            public_key=environment.require("DISCORD_PUBLIC_KEY"),
            base_url=request.base_url,
            patience_seconds=_patience(seconds),
        ).wire()

    return " ".join([ready, *_with_discord(environment, give_up - time.monotonic(), work)])


def _test(request: Request, _environment: settings.Environment, seconds: float) -> str:
    """Leave Discord alone, and see whether the API is ready."""
    told = "Discord was told nothing, for Enabled is not true."
    try:
        return f"{readiness.wait(request.base_url, _patience(seconds))} {told}"
    except errors.NotReachable as error:
        # Whoever pastes the URLs by hand may have a network that only Discord can cross.
        return f"{error}. {told} {_NETWORK_HINT}"


def _unwire(request: Request, environment: settings.Environment, seconds: float) -> str:
    return _with_discord(environment, seconds, lambda discord: unwire(discord, request.base_url))


def _patience(seconds: float) -> float:
    return min(_LONGEST_PATIENCE_SECONDS, seconds * _PATIENCE_SHARE)


def _with_discord(
    environment: settings.Environment,
    seconds: float,
    work: Callable[[DiscordClient], Coroutine[Any, Any, T]],
) -> T:
    async def run() -> T:
        discord = DiscordClient(
            api_url=environment.discord_api_url,
            bot_token=environment.require("BOT_TOKEN"),
            rate_share=settings.load(environment.settings_path).sync.sync_rate_share,
        )
        discord.deadline = time.monotonic() + seconds
        try:
            return await work(discord)
        finally:
            await discord.aclose()

    loop = EventLoop()
    try:
        return loop.run(run())
    finally:
        loop.close()


def main() -> None:
    """Read the order, do it, and tell the outcome."""
    order = json.load(sys.stdin)
    outcome = perform(Request.parse(order["event"]), order["seconds"])
    with os.fdopen(int(sys.argv[1]), "w") as told:
        told.write(outcome.to_json())


if __name__ == "__main__":
    main()
