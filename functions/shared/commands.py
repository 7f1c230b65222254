"""The bot's commands as Discord is told about them: declared once, registered and dispatched.

What a command does stands in `functions/interactions/commands/<name>.py`.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from functions.shared import models


class CommandType(IntEnum):
    """Where a command appears (Discord docs, Application Commands)."""

    CHAT_INPUT = 1
    MESSAGE = 3


@dataclass(frozen=True, slots=True)
class CommandDeclaration:
    """A command of servers, never of direct messages.

    Attributes:
        permissions: Who sees it unless a server decides otherwise; None for everybody. Servers may
            open it to anyone, so the command checks again.
    """

    name: str
    description: str
    type: CommandType = CommandType.CHAT_INPUT
    permissions: models.Permission | None = None

    def payload(self) -> dict[str, Any]:
        """The command as Discord's registration takes it."""
        wanted = self.permissions
        return {
            "name": self.name,
            "type": int(self.type),
            "description": self.description,
            "default_member_permissions": None if wanted is None else str(int(wanted)),
            "integration_types": [0],
            "contexts": [0],
        }


STATUS: Final = CommandDeclaration(
    name="status",
    description="When this server was last synced, and what Clip Saver can see of it",
    permissions=models.Permission.MANAGE_GUILD,
)

COMMANDS: Final = (STATUS,)
