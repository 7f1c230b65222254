"""A PING and a command in a warm environment, in process, beside the smallest app there is.

The functions take turns, so that whatever else the machine does falls on all of them. What it costs
to invoke any function in this process is measured, too, and taken off before anything is compared.
"""

import asyncio
import json
import random
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from benchmarks import community, filling
from benchmarks.discord_user import DiscordUser
from benchmarks.figures import Figure
from benchmarks.report import Report
from clipsaver.local.lambda_environment import LambdaEnvironment
from clipsaver.local.postgres import Postgres
from functions.deploy import migrations

_DATABASE: Final = "clip_saver"
_ROUNDS: Final = 2_000
_WARMING_ROUNDS: Final = 100
_SHOWN_EVERY: Final = 20
_PING_BUDGET: Final = 1.20
_COMMAND_BUDGET_MS: Final = 5.0
_MILLISECONDS: Final = 1000
_OK: Final = 200


class _Functions(NamedTuple):
    """A function that does nothing, the plain app, and ours."""

    empty: LambdaEnvironment
    plain: LambdaEnvironment
    ours: LambdaEnvironment


class _Medians(NamedTuple):
    """Milliseconds of an empty function, the plain app's PING, our PING, and our /status."""

    empty: float
    plain: float
    ping: float
    status: float


class WrongAnswer(Exception):
    """A function did not do what it was asked to: its time would mean nothing."""


def run(report: Report) -> None:
    """Measure medians over many rounds."""
    world = community.build(1)
    with Postgres() as postgres:
        postgres.create_database(_DATABASE)
        url = postgres.url(_DATABASE)
        migrations.upgrade(url)
        asyncio.run(filling.fill(world, url, lambda _: None))
        variables = {
            "DISCORD_PUBLIC_KEY": world.application.public_key,
            "DISCORD_APPLICATION_ID": str(world.application.id),
            "BOT_TOKEN": world.application.bot_token,
            "DATABASE_URL": url,
            "DISCORD_API_URL": "http://127.0.0.1:9",
            "LOG_LEVEL": "WARNING",
        }
        with _functions(variables) as functions:
            user = DiscordUser(world)
            _check_status(functions.ours.invoke(user.command("status")))
            medians = _medians(report, functions, user)
    report.table("interactions, warm, in process, medians", _figures(medians))


def _figures(medians: _Medians) -> list[Figure]:
    empty = medians.empty
    return [
        Figure(what="invoking an empty function", measured=empty, unit="ms"),
        Figure(
            what="PING, beyond that",
            measured=medians.ping - empty,
            unit="ms",
            reference=medians.plain - empty,
            compared_with="plain app",
            budget=_PING_BUDGET,
        ),
        Figure(
            what="/status, beyond that",
            measured=medians.status - empty,
            unit="ms",
            budget=_COMMAND_BUDGET_MS,
        ),
    ]


@contextmanager
def _functions(variables: Mapping[str, str]) -> Iterator[_Functions]:
    with (
        LambdaEnvironment("empty", variables, module="benchmarks.empty_function") as empty,
        LambdaEnvironment("plain", variables, module="benchmarks.plain_app") as plain,
        LambdaEnvironment("interactions", variables) as ours,
    ):
        yield _Functions(empty, plain, ours)


def _medians(report: Report, functions: _Functions, user: DiscordUser) -> _Medians:
    times: dict[str, list[float]] = {name: [] for name in _Medians._fields}
    # Who comes after whom decides what the processor's caches hold: no order may be the only one.
    shuffler = random.Random(0)  # noqa: S311 -- repeatable, and no secret
    with report.stage(f"{_ROUNDS:,} rounds", _ROUNDS) as advance:
        for number in range(_WARMING_ROUNDS + _ROUNDS):
            ping, status = user.ping(), user.command("status")
            turns = [
                ("empty", functions.empty, ping),
                ("plain", functions.plain, ping),
                ("ping", functions.ours, ping),
                ("status", functions.ours, status),
            ]
            shuffler.shuffle(turns)
            for name, function, event in turns:
                times[name].append(_milliseconds(function, event))
            if number % _SHOWN_EVERY == 0:
                advance(number)
    medians = (statistics.median(each[_WARMING_ROUNDS:]) for each in times.values())
    return _Medians(*medians)


def _check_status(answer: dict[str, Any]) -> None:
    """A command that fails has an answer as well, and is quicker than one that does not."""
    if "embeds" not in json.loads(answer["body"])["data"]:
        raise WrongAnswer(f"/status: {answer}")


def _milliseconds(function: LambdaEnvironment, event: dict[str, Any]) -> float:
    started = time.perf_counter()
    answer = function.invoke(event)
    seconds = time.perf_counter() - started
    if answer["statusCode"] != _OK:
        raise WrongAnswer(f"{function.function}: {answer}")
    return seconds * _MILLISECONDS
