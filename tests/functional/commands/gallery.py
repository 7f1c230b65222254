"""Clips as they lie in the catalogue, and as somebody sees them in Discord."""

import re
from typing import Any, Final

from clipsaver.emulator import component_rules
from clipsaver.emulator.channels import Channel
from clipsaver.emulator.interaction_payloads import OptionValue
from clipsaver.emulator.interaction_record import Interaction
from clipsaver.emulator.messages import Message
from clipsaver.emulator.people import User
from functions.shared import models, snowflakes
from tests.functional.commands.stage import Stage, answered

GET_MESSAGE: Final = "GET /channels/{channel_id}/messages/{message_id}"
MEMBERSHIP: Final = "GET /channels/{channel_id}/thread-members/{user_id}"
_IS_COMPONENTS_V2: Final = 1 << 15


def catalogue(stage: Stage, *posted: Message, **columns: Any) -> None:
    """Put the files of messages into the catalogue, as a scan would."""
    for message in posted:
        channel = stage.world.channels[message.channel_id]
        original = message.referenced if message.is_forward and message.referenced else message
        _know(stage, channel)
        for each in original.attachments:
            plain = {
                "guild_id": channel.guild.id,
                "channel_id": channel.id,
                "message_id": message.id,
                "attachment_id": each.id,
                "author_id": message.author.id,
                "author_name": message.author.global_name or message.author.username,
                "message_text": original.content or None,
                "filename": each.filename,
                "title": each.title,
                "size": each.size,
                "duration_seconds": each.duration_secs,
                "game": each.game,
                "participant_ids": [user.id for user in each.clip_participants],
                "is_native_clip": bool(each.flags & 1),
                "is_spoiler": bool(each.flags & 8),
                "is_forward": message.is_forward,
                "posted_at": snowflakes.made_at(message.id),
            }
            stage.rows.insert("clips", **plain | columns)


def _know(stage: Stage, channel: Channel) -> None:
    stage.rows.sql(
        "INSERT INTO bot_channels (channel_id, guild_id, name, type, parent_id)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        channel.id,
        channel.guild.id,
        channel.name,
        models.channel_type_name(channel.type),
        channel.parent_id,
    )


def catalogued(stage: Stage) -> set[str]:
    """Names of the files that are in the catalogue."""
    return {row["filename"] for row in stage.rows.sql("SELECT filename FROM clips")}


def look(
    stage: Stage,
    user: User,
    command: str = "search",
    channel: Channel | None = None,
    **options: OptionValue,
) -> "Gallery":
    """Somebody uses one of the commands in Arcade, and waits for the answer."""
    used = stage.act.command(
        stage.arcade, user, f"clips {command}", options, channel=channel or stage.channel("clips")
    )
    return shown(stage, answered(used))


def turn(stage: Stage, gallery: "Gallery", user: User, label: str) -> "Gallery":
    """Somebody presses a button, and waits for the page."""
    used = stage.act.click(gallery.used, user, gallery.buttons[label])
    assert used.response_type == 6
    return shown(stage, answered(used))


def shown(stage: Stage, used: Interaction) -> "Gallery":
    assert stage.work() == 0
    return Gallery(used)


class Gallery:
    """A message of clips, as it is now."""

    def __init__(self, used: Interaction) -> None:
        self.used = used
        document = used.shown
        assert document is not None
        assert document["flags"] & _IS_COMPONENTS_V2, used.text
        assert document["flags"] & 64, "others would see it"
        self.components = component_rules.walk(document["components"])

    @property
    def text(self) -> str:
        """Every word, without Markdown's backslashes."""
        texts = [str(each["content"]) for each in self.components if each["type"] == 10]
        return re.sub(r"\\(.)", r"\1", "\n".join(texts))

    @property
    def names(self) -> list[str]:
        """The clips' titles or file names, in their order."""
        return re.findall(r"^\*\*(.+)\*\*$", self.text, re.MULTILINE)

    @property
    def media(self) -> list[dict[str, Any]]:
        """What is in the galleries."""
        return [item for each in self.components if each["type"] == 12 for item in each["items"]]

    @property
    def buttons(self) -> dict[str, str]:
        """custom_ids by label."""
        return {each["label"]: each["custom_id"] for each in self.components if each["type"] == 2}
