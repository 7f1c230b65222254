"""The job behind *Export* of `/clips mine`: all that is kept of somebody's clips, as JSON."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from functions.jobs import answer
from functions.jobs.answer import Answer
from functions.shared import errors, jobs, models, settings, texts
from functions.shared.db import own_clips
from functions.shared.db.connection import Database
from functions.shared.db.own_clips import Author, ClipRecord
from functions.shared.discord import links
from functions.shared.discord.client import DiscordClient

_MOST_BYTES: Final = 10 * 1024 * 1024 - 64 * 1024
"""What Discord takes of a bot as one file (Discord docs, Uploading Files), less the brackets."""
_CLIPS_PER_BATCH: Final = 1_000
_FILE_NAME: Final = "my-clips.json"
_BETWEEN: Final = b",\n"


async def run(
    job: jobs.Job, discord: DiscordClient, database: Database, tunables: settings.Settings
) -> Answer:
    """Write down every clip of whoever waits, newest first, as far as a file has room.

    Raises:
        DatabaseError: the clips could not be read.
        InvalidEvent: nobody waits for them.
    """
    del discord, tunables
    if job.ticket is None:
        raise errors.InvalidEvent("an export is for whoever waits for it")
    words = texts.of(job.ticket.locale)
    author = Author(job.guild_id, job.ticket.user_id)
    written, total = await _written(author, database)
    if not total:
        return answer.sentence(words.mine_none)
    content = b'{"clips": [\n' + _BETWEEN.join(written) + b"\n]}\n"
    told = words.mine_exported if len(written) == total else words.mine_exported_in_part
    return Answer(
        {"content": told.format(count=len(written), total=total)},
        (models.File(_FILE_NAME, content, "application/json"),),
    )


async def _written(author: Author, database: Database) -> tuple[list[bytes], int]:
    """The clips as JSON, those that there is room for, and how many there are in all."""
    written: list[bytes] = []
    room, last = _MOST_BYTES, None
    async with database.transaction() as transaction:
        total = (await own_clips.select_summary(transaction, author)).clips
        while batch := await own_clips.select_records(transaction, author, last, _CLIPS_PER_BATCH):
            for clip in batch:
                line = json.dumps(_document(author.guild_id, clip), ensure_ascii=False).encode()
                room -= len(line) + len(_BETWEEN)
                if room < 0:
                    return written, total
                written.append(line)
            last = batch[-1]
    return written, total


def _document(guild_id: models.GuildId, clip: ClipRecord) -> dict[str, Any]:
    """A clip with ids as text, which JSON's numbers are too small for."""
    document: dict[str, Any] = {"guild_id": str(guild_id)}
    for name, value in asdict(clip).items():
        if value is not None and (name.endswith("_id") or name == "saved_by"):
            document[name] = str(value)
        elif name == "participant_ids":
            document[name] = [str(each) for each in value]
        elif isinstance(value, datetime):
            document[name] = value.isoformat()
        else:
            document[name] = value
    return document | {"link": links.message(guild_id, clip.channel_id, clip.message_id)}
