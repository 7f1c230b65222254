"""What somebody in Discord reads when an error kept them from what they asked for. Pure."""

from typing import Final

from functions.shared import errors, texts

_SENTENCES: Final = (
    (errors.Paused, "paused"),
    (errors.SchemaMismatch, "being_updated"),
    (errors.DatabaseError, "database_down"),
    (errors.QueueUnavailable, "queue_down"),
    (errors.SecretUnavailable, "credentials_down"),
    (errors.ConfigurationError, "not_set_up"),
    (errors.Unauthorized, "not_set_up"),
    (errors.UnexpectedPayload, "went_wrong"),
    (errors.DiscordError, "discord_down"),
    (errors.OutdatedAccess, "discord_down"),
    (errors.UnknownChannel, "settings_unknown_channel"),
    (errors.UnknownGuild, "never_synced"),
)
"""The first class that fits counts."""


def sentence(error: Exception, words: texts.Texts) -> str:
    """The sentence for an error; it tells what to do, and nothing that is for the operator only."""
    fitting = (name for kind, name in _SENTENCES if isinstance(error, kind))
    return str(getattr(words, next(fitting, "went_wrong")))
