"""Functions whose variables stand in a secret, and the services that take what stands there."""

from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from clipsaver.emulator.server import DiscordServer
from tests.events import files, signed
from tests.secrets_manager import SecretsManager


class Stage:
    """The secret's side, and the services' side, of each password and token.

    Attributes:
        discord: The local Discord.
        arn: The secret.
        content: What the secret holds, all that a function needs.
        variables: What a function's environment holds: nothing that is secret.
        secrets: Every private value that the secret has ever held.
    """

    def __init__(
        self,
        discord: DiscordServer,
        manager: SecretsManager,
        database_url: str,
        superuser: psycopg.Connection[Any],
    ) -> None:
        application = discord.world.application
        self.discord = discord
        self._manager = manager
        self._superuser = superuser
        self._role = sql.Identifier(f"rotating_{uuid4().hex}")
        self._address = database_url.partition("@")[2]
        superuser.execute(sql.SQL("CREATE ROLE {} SUPERUSER LOGIN").format(self._role))
        self.content: dict[str, object] = {
            "DISCORD_PUBLIC_KEY": signed.PUBLIC_KEY,
            "DISCORD_APPLICATION_ID": files.APPLICATION_ID,
            "BOT_TOKEN": application.bot_token,
            "DISCORD_CLIENT_SECRET": application.client_secret,
            "DATABASE_URL": self.new_password(),
        }
        self.secrets = set(self._private())
        self.arn = manager.store(self.content)
        self.variables = {
            "SECRET_ARN": self.arn,
            "DISCORD_API_URL": discord.api_url,
            "LOG_LEVEL": "DEBUG",
            **manager.variables,
        }

    def close(self) -> None:
        """Remove the role."""
        self._superuser.execute(sql.SQL("DROP ROLE {}").format(self._role))

    def new_password(self) -> str:
        """Change the password, end the connections of whoever has the old one; the new URL."""
        password = f"password-{uuid4().hex}"
        self._superuser.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(self._role, sql.Literal(password))
        )
        role = self._role.as_string()[1:-1]
        self._superuser.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s",
            [role],
        )
        return f"postgresql://{role}:{password}@{self._address}"

    def new_token(self) -> str:
        """Reset the bot token."""
        return self.discord.world.application.reset_token()

    def store(self, **changes: object) -> None:
        """Change values of the secret; None removes one."""
        self.content |= changes
        self.secrets |= set(self._private())
        kept = {name: value for name, value in self.content.items() if value is not None}
        self._manager.replace(self.arn, kept)

    def _private(self) -> list[str]:
        names = ("BOT_TOKEN", "DISCORD_CLIENT_SECRET", "DATABASE_URL")
        return [str(self.content[name]) for name in names if self.content[name]]

    def spoil(self, text: str) -> None:
        """Store something else in the secret's place."""
        self._manager.replace(self.arn, text)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What is in the database."""
        return self._superuser.execute(query.encode()).fetchall()
