"""The interactions function as Lambda runs it, cold and warm, beside the smallest app there is.

The built artifacts run under AWS's own client, `awslambdaric`, on Lambda's Python. A cold start
lasts from the start of the process to the answer to its first event. All take turns, so that
whatever else the machine does falls on all of them.
"""

import asyncio
import json
import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import artifacts, community, filling
from benchmarks.artifacts import Artifacts
from benchmarks.discord_user import DiscordUser
from benchmarks.figures import Figure
from benchmarks.report import Report
from clipsaver.local.postgres import Postgres
from clipsaver.local.sqs import JobQueueServer
from functions.deploy import migrations
from tests.infra.runtime_api import Outcome, Sandbox

_DATABASE: Final = "clip_saver"
_COLD_ROUNDS: Final = 25
_WARM_ROUNDS: Final = 1_000
_WARMING_ROUNDS: Final = 100
_MILLISECONDS: Final = 1000

_COLD_PING_BUDGET: Final = 1.10
_COLD_PING_BUDGET_WITHOUT_BYTECODE: Final = 0.55
_COLD_STATUS_BUDGET: Final = 2.2
_COLD_DEFERRED_BUDGET: Final = 1.8
_WARM_PING_BUDGET: Final = 1.20
_WARM_COMMAND_BUDGET_MS: Final = 5.0

_PLAIN: Final = "plain app's PING"
_WITHOUT_BYTECODE: Final = "the same, no bytecode"

Medians = Mapping[str, float]
"""Milliseconds by the name of a call."""


class WrongAnswer(Exception):
    """A function did not do what it was asked to: its time would mean nothing."""


@dataclass(frozen=True, slots=True)
class _Call:
    """What is timed.

    Attributes:
        is_right: Whether this is the reply of somebody who did what they were asked to: a command
            that fails has a reply as well, and is quicker.
    """

    artifact: Path
    handler: str
    event: Callable[[], dict[str, Any]]
    is_right: Callable[[dict[str, Any]], bool]

    def sandbox(self, variables: Mapping[str, str]) -> Sandbox:
        """An environment for it, not yet started."""
        return Sandbox(self.artifact, self.handler, variables)

    def check(self, outcome: Outcome) -> None:
        """Make sure that it was worth timing."""
        answer = outcome.document
        if "body" not in answer or not self.is_right(json.loads(answer["body"])):
            raise WrongAnswer(f"{self.handler}: {answer}")


def run(report: Report) -> None:
    """Measure medians over many rounds."""
    world = community.build(1)
    user = DiscordUser(world)
    with artifacts.built() as built, Postgres() as postgres, JobQueueServer() as queue:
        postgres.create_database(_DATABASE)
        url = postgres.url(_DATABASE)
        migrations.upgrade(url)
        asyncio.run(filling.fill(world, url, lambda _: None))
        # The local queue's own first answer takes long, and is no function's fault.
        queue.dead_letters()
        variables = {
            "DISCORD_PUBLIC_KEY": world.application.public_key,
            "DISCORD_APPLICATION_ID": str(world.application.id),
            "BOT_TOKEN": world.application.bot_token,
            "DATABASE_URL": url,
            "DISCORD_API_URL": "http://127.0.0.1:9",
            "LOG_LEVEL": "WARNING",
            **queue.variables,
        }
        calls = _calls(built, user)
        cold = _cold(report, calls, variables)
        warm = _warm(report, calls, variables)
    report.table("interactions on Lambda's runtime client, medians", _figures(cold, warm))


def _calls(built: Artifacts, user: DiscordUser) -> dict[str, _Call]:
    plain, ours = "plain_app.handler", "functions.interactions.handler.handler"
    return {
        "plain": _Call(built.plain, plain, user.ping, _is_pong),
        "without bytecode": _Call(built.without_bytecode, plain, user.ping, _is_pong),
        "ping": _Call(built.ours, ours, user.ping, _is_pong),
        "status": _Call(built.ours, ours, lambda: user.command("status"), _is_panel),
        "deferred": _Call(built.ours, ours, lambda: user.command("sync"), _is_deferral),
    }


def _is_pong(reply: dict[str, Any]) -> bool:
    return bool(reply == {"type": 1})


def _is_panel(reply: dict[str, Any]) -> bool:
    return "embeds" in reply["data"]


def _is_deferral(reply: dict[str, Any]) -> bool:
    return bool(reply["type"] == 5)  # noqa: PLR2004 -- Discord docs, Interaction Callback Type


def _cold(report: Report, calls: Mapping[str, _Call], variables: Mapping[str, str]) -> Medians:
    """Each call in an environment of its own, from the start of its process."""

    def seconds(call: _Call) -> float:
        event = call.event()
        started = time.perf_counter()
        with call.sandbox(variables) as sandbox:
            outcome = sandbox.invoke(event)
            taken = time.perf_counter() - started
        call.check(outcome)
        return taken

    # The first round reads the files from the disk, as no later one does.
    return _medians(report, "cold starts", calls, seconds, rounds=_COLD_ROUNDS, warming=1)


def _warm(report: Report, calls: Mapping[str, _Call], variables: Mapping[str, str]) -> Medians:
    """A PING and a command again and again in the same two environments."""
    chosen = {name: calls[name] for name in ("plain", "ping", "status")}
    with (
        chosen["plain"].sandbox(variables) as plain,
        chosen["ping"].sandbox(variables) as ours,
    ):

        def seconds(call: _Call) -> float:
            sandbox = plain if call is chosen["plain"] else ours
            event = call.event()
            started = time.perf_counter()
            outcome = sandbox.invoke(event)
            taken = time.perf_counter() - started
            call.check(outcome)
            return taken

        return _medians(
            report, "warm calls", chosen, seconds, rounds=_WARM_ROUNDS, warming=_WARMING_ROUNDS
        )


def _medians(
    report: Report,
    what: str,
    calls: Mapping[str, _Call],
    seconds: Callable[[_Call], float],
    *,
    rounds: int,
    warming: int,
) -> Medians:
    times: dict[str, list[float]] = {name: [] for name in calls}
    # Who comes after whom decides what the processor's caches hold: no order may be the only one.
    shuffler = random.Random(0)  # noqa: S311 -- repeatable, and no secret
    with report.stage(f"{rounds:,} rounds of {what}", warming + rounds) as advance:
        for number in range(warming + rounds):
            for name in shuffler.sample(list(calls), len(calls)):
                times[name].append(seconds(calls[name]))
            advance(number)
    return {name: statistics.median(each[warming:]) * _MILLISECONDS for name, each in times.items()}


def _figures(cold: Medians, warm: Medians) -> list[Figure]:
    return [
        _ratio("cold start and first PING", cold["ping"], cold["plain"], _COLD_PING_BUDGET),
        _ratio(
            "cold start and first PING",
            cold["ping"],
            cold["without bytecode"],
            _COLD_PING_BUDGET_WITHOUT_BYTECODE,
            compared_with=_WITHOUT_BYTECODE,
        ),
        _ratio(
            "cold start and first /status, connecting included",
            cold["status"],
            cold["plain"],
            _COLD_STATUS_BUDGET,
        ),
        _ratio(
            "cold start and first /sync, queue included",
            cold["deferred"],
            cold["plain"],
            _COLD_DEFERRED_BUDGET,
        ),
        _ratio("warm PING", warm["ping"], warm["plain"], _WARM_PING_BUDGET),
        Figure(
            what="warm /status, eight round trips",
            measured=warm["status"],
            unit="ms",
            budget=_WARM_COMMAND_BUDGET_MS,
        ),
    ]


def _ratio(
    what: str, measured: float, reference: float, budget: float, *, compared_with: str = _PLAIN
) -> Figure:
    return Figure(
        what=what,
        measured=measured,
        unit="ms",
        reference=reference,
        compared_with=compared_with,
        budget=budget,
    )
