"""What members post in the demo and who is to find it: all that a catalogue has to tell apart."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from clipsaver.demo.stage import Stage
from clipsaver.emulator import messages
from clipsaver.emulator.channels import Channel
from clipsaver.emulator.messages import Attachment, Message
from clipsaver.emulator.people import User

WORD: Final = "showcase"
"""It is in the text of each of these messages, and of no other."""
EVERYBODY: Final = ("Ada", "Grace", "Linus")
NOBODY: Final = ()
_TOO_LARGE: Final = 150 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Post:
    """A file that somebody posted.

    Attributes:
        found_by: Who is to find it.
        reason: Why those, and nobody else.
    """

    name: str
    message: Message
    found_by: tuple[str, ...]
    reason: str


def post_all(stage: Stage) -> list[Post]:
    """Let members post; who they are decides what they see of each other's."""
    return [*_open(stage), *_private(stage), *_refused(stage)]


def _open(stage: Stage) -> list[Post]:
    """Plain, in a thread, in a forum, forwarded, taken with Discord, and one to be deleted."""
    clips, ada, linus = stage.channel("clips"), stage.ada, stage.linus
    moment = stage.discord.world.clock.now() - timedelta(hours=3)
    taken = messages.clip("native.mp4", taken_at=moment, participants=[ada, linus], game="Valorant")
    elsewhere = stage.channel("general", stage.guild("Basement"))
    original = elsewhere.post(ada, WORD, [messages.video("forwarded.mp4")])
    forward = clips.post(linus, "", **messages.forward_of(original))
    thread, topic = stage.channel("Clip of the week"), stage.channel("How to wall-jump")
    return [
        _post(clips, linus, messages.video("plain.mp4"), EVERYBODY, "everybody sees its channel"),
        _post(
            *(thread, stage.grace, messages.video("threaded.mp4"), EVERYBODY),
            "a thread is as open as its channel",
        ),
        _post(topic, linus, messages.video("forum.mp4"), EVERYBODY, "so is a post of a forum"),
        Post("forwarded.mp4", forward, EVERYBODY, "where it was forwarded to"),
        _post(clips, ada, taken, EVERYBODY, "taken with Discord: game and people are known"),
        _post(clips, ada, messages.video("oops.mp4"), EVERYBODY, "everybody sees its channel"),
    ]


def _private(stage: Stage) -> list[Post]:
    """In a channel and in a thread that are not open to all; the bot was let into both."""
    team = stage.arcade.add_role("Team")
    stage.arcade.member(stage.linus).add_role(team)
    bot = stage.arcade.member(stage.application.bot)
    scrims = stage.arcade.add_channel("scrims", private_to=[team, bot])
    judges = stage.thread("Judges")
    judges.add_member(stage.application.bot)
    return [
        _post(
            *(scrims, stage.linus, messages.video("scrim.mp4"), ("Ada", "Linus")),
            "a private channel of the owner and Linus's team",
        ),
        _post(
            *(judges, stage.grace, messages.video("judged.mp4"), ("Ada", "Grace")),
            "a private thread of the owner and Grace",
        ),
    ]


def _refused(stage: Stage) -> list[Post]:
    """What is not saved, each for a reason of its own."""
    clips, ada = stage.channel("clips"), stage.ada
    huge = messages.video("huge.mp4", size=_TOO_LARGE)
    return [
        _post(clips, ada, huge, NOBODY, "larger than 100 MB"),
        _post(clips, ada, Attachment("cat.png", 10, "image/png"), NOBODY, "not a video"),
        _post(
            *(stage.channel("staff"), stage.grace, messages.video("evidence.mp4"), NOBODY),
            "nobody let the bot into this channel",
        ),
        _post(
            *(stage.channel("after-dark"), ada, messages.video("midnight.mp4"), NOBODY),
            "age-restricted channels are not read",
        ),
    ]


def _post(
    channel: Channel, author: User, file: Attachment, found_by: tuple[str, ...], reason: str
) -> Post:
    return Post(file.filename, channel.post(author, WORD, [file]), found_by, reason)
