"""Discord's error codes that something depends on (Discord docs, Opcodes and Status Codes)."""

from typing import Final

UNKNOWN_CHANNEL: Final = 10003
"""Nothing else says that a channel or a thread was deleted."""
UNKNOWN_GUILD: Final = 10004
"""The guild is gone, or the bot is not in it."""
UNKNOWN_MESSAGE: Final = 10008
UNKNOWN_WEBHOOK: Final = 10015
"""Of an interaction, also before Discord has taken its first answer."""
MISSING_PERMISSIONS: Final = 50013
INVALID_FORM: Final = 50035
"""A field of what was sent is not valid."""
