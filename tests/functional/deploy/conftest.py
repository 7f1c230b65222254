from collections.abc import AsyncIterator, Iterator

import pytest

from clipsaver.emulator.application import Application
from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from clipsaver.local.gateway import Gateway
from clipsaver.local.lambda_environment import LambdaEnvironment
from functions.shared.discord.client import DiscordClient
from tests.functional.deploy.cloudformation import CloudFormation
from tests.functional.deploy.hook import Hook


@pytest.fixture
def discord() -> Iterator[DiscordServer]:
    with DiscordServer(sample_world()) as server:
        yield server


@pytest.fixture
def application(discord: DiscordServer) -> Application:
    return discord.world.application


@pytest.fixture
async def client(discord: DiscordServer) -> AsyncIterator[DiscordClient]:
    """The bot's way to Discord."""
    token = discord.world.application.bot_token
    made = DiscordClient(api_url=discord.api_url, bot_token=token, rate_share=1.0)
    yield made
    await made.aclose()


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    with CloudFormation() as made:
        yield made


@pytest.fixture
def variables(
    discord: DiscordServer, application: Application, database_url: str
) -> dict[str, str]:
    return {
        "DISCORD_PUBLIC_KEY": application.public_key,
        "DISCORD_APPLICATION_ID": str(application.id),
        "BOT_TOKEN": application.bot_token,
        "DATABASE_URL": database_url,
        "DISCORD_API_URL": discord.api_url,
    }


@pytest.fixture
def gateway(variables: dict[str, str]) -> Iterator[Gateway]:
    """The API, with the real interactions function behind it."""
    with Gateway(lambda: LambdaEnvironment("interactions", variables)) as made:
        yield made


@pytest.fixture
def hook(cloudformation: CloudFormation, variables: dict[str, str]) -> Hook:
    return Hook(cloudformation, dict(variables))
