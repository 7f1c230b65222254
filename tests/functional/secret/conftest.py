import io
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace

import psycopg
import pytest

from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from clipsaver.local.lambda_environment import LambdaEnvironment
from functions.interactions.routes import ready
from functions.shared import observability, secret
from tests.functional.interactions.function import Function
from tests.functional.secret.stage import Stage
from tests.secrets_manager import SecretsManager

Start = Callable[..., LambdaEnvironment]


@pytest.fixture(scope="package")
def manager() -> Iterator[SecretsManager]:
    with SecretsManager() as manager:
        yield manager


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ARN of each reading, which happens nevertheless."""
    seen: list[str] = []
    really_read = secret.read

    def read(arn: str) -> dict[str, str]:
        seen.append(arn)
        return really_read(arn)

    monkeypatch.setattr(secret, "read", read)
    return seen


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the functions print; pytest's own stream ends with each phase of a test."""
    printed = io.StringIO()
    monkeypatch.setattr(observability, "sys", SimpleNamespace(**{**vars(sys), "stdout": printed}))
    return printed


@pytest.fixture
def stage(
    manager: SecretsManager,
    database_url: str,
    superuser_url: str,
    log: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """A stage; no line that was logged on it holds a value that was ever in the secret."""
    monkeypatch.setattr(ready, "KEPT_SECONDS", 0.0)
    with (
        psycopg.connect(superuser_url, autocommit=True) as superuser,
        DiscordServer(sample_world()) as discord,
    ):
        made = Stage(discord, manager, database_url, superuser)
        yield made
        made.close()
    for value in made.secrets:
        assert value not in log.getvalue()


@pytest.fixture
def start(stage: Stage) -> Iterator[Start]:
    """Starts a cold environment of a function, with some variables more."""
    with ExitStack() as stack:

        def environment(function: str, **more: str) -> LambdaEnvironment:
            made = LambdaEnvironment(function, stage.variables | more, timeout_seconds=60)
            return stack.enter_context(made)

        yield environment


@pytest.fixture
def interactions(stage: Stage) -> Iterator[Function]:
    """The API as it should be set up: the key and the id in the environment, no secret."""
    own = {name: str(stage.content[name]) for name in stage.content if name.startswith("DISCORD_")}
    del own["DISCORD_CLIENT_SECRET"]
    with Function(stage.variables | own) as function:
        yield function
