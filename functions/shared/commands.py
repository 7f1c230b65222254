"""The bot's commands as Discord is told about them: declared once, registered and dispatched.

What a command does stands in `functions/interactions/commands/<module>.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from functions.shared import models

Localized = Mapping[str, str]
"""A text by Discord's locale (Discord docs, Locales); English is the text itself."""


class CommandType(IntEnum):
    """Where a command appears (Discord docs, Application Commands)."""

    CHAT_INPUT = 1
    MESSAGE = 3


class OptionType(IntEnum):
    """What an option takes (Discord docs, Application Command Option Type).

    The value of each is sent as text, ids included.
    """

    SUB_COMMAND = 1
    STRING = 3
    USER = 6
    CHANNEL = 7


@dataclass(frozen=True, slots=True)
class ChoiceDeclaration:
    """One of the values that an option takes."""

    value: str
    name: str
    names: Localized = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """The choice as Discord's registration takes it."""
        return {
            "value": self.value,
            "name": self.name,
            "name_localizations": dict(self.names) or None,
        }


@dataclass(frozen=True, slots=True)
class OptionDeclaration:
    """An option, which nobody has to give.

    Attributes:
        is_completed: Whether it completes itself while it is typed.
        choices: The values there are; empty if any text will do.
    """

    name: str
    description: str
    descriptions: Localized = field(default_factory=dict)
    type: OptionType = OptionType.STRING
    is_completed: bool = False
    choices: tuple[ChoiceDeclaration, ...] = ()

    def payload(self) -> dict[str, Any]:
        """The option as Discord's registration takes it."""
        payload: dict[str, Any] = {
            "type": int(self.type),
            "name": self.name,
            "description": self.description,
            "description_localizations": dict(self.descriptions) or None,
        }
        if self.is_completed:
            payload["autocomplete"] = True
        if self.choices:
            payload["choices"] = [choice.payload() for choice in self.choices]
        return payload


@dataclass(frozen=True, slots=True)
class SubcommandDeclaration:
    """One of the things that a command does, with a name and options of its own.

    Attributes:
        module: As a command's.
    """

    name: str
    module: str
    description: str
    options: tuple[OptionDeclaration, ...] = ()
    names: Localized = field(default_factory=dict)
    descriptions: Localized = field(default_factory=dict)

    def shown_description(self, locale: str) -> str:
        """The description as somebody with this locale sees it."""
        return self.descriptions.get(locale, self.description)

    def payload(self) -> dict[str, Any]:
        """The subcommand as Discord's registration takes it."""
        return {
            "type": int(OptionType.SUB_COMMAND),
            "name": self.name,
            "name_localizations": dict(self.names) or None,
            "description": self.description,
            "description_localizations": dict(self.descriptions) or None,
            "options": [option.payload() for option in self.options],
        }


@dataclass(frozen=True, slots=True)
class CommandDeclaration:
    """A command of servers, never of direct messages.

    Attributes:
        subcommands: What it does, if it does several things; it then has no options of its own.
        module: Where what it does is written, and the first part of its custom_ids; empty for a
            command with subcommands, which have modules of their own.
        permissions: Who sees it unless a server decides otherwise; None for everybody. Servers may
            open it to anyone, so the dispatcher checks again.
        names: The name in other languages.
        descriptions: The description in other languages.
    """

    name: str
    description: str
    module: str = ""
    type: CommandType = CommandType.CHAT_INPUT
    permissions: models.Permission | None = None
    options: tuple[OptionDeclaration, ...] = ()
    subcommands: tuple[SubcommandDeclaration, ...] = ()
    names: Localized = field(default_factory=dict)
    descriptions: Localized = field(default_factory=dict)

    @property
    def modules(self) -> Mapping[str, str]:
        """The module of everything that somebody may run: by the name, or `command subcommand`."""
        if not self.subcommands:
            return {self.name: self.module}
        return {f"{self.name} {each.name}": each.module for each in self.subcommands}

    def shown_name(self, locale: str) -> str:
        """The name as somebody with this locale sees it."""
        name = self.names.get(locale, self.name)
        return f"/{name}" if self.type is CommandType.CHAT_INPUT else name

    def shown_description(self, locale: str) -> str:
        """The description as somebody with this locale sees it."""
        return self.descriptions.get(locale, self.description)

    def shown_entries(self, locale: str) -> list[tuple[str, str]]:
        """Names and descriptions of everything that it does, as somebody sees them."""
        name = self.shown_name(locale)
        if not self.subcommands:
            return [(name, self.shown_description(locale))]
        return [
            (f"{name} {each.names.get(locale, each.name)}", each.shown_description(locale))
            for each in self.subcommands
        ]

    def payload(self) -> dict[str, Any]:
        """The command as Discord's registration takes it."""
        wanted = self.permissions
        is_typed = self.type is CommandType.CHAT_INPUT
        return {
            "name": self.name,
            "name_localizations": dict(self.names) or None,
            "type": int(self.type),
            # Commands of a message's menu have none (Discord docs, Message Commands).
            "description": self.description if is_typed else "",
            "description_localizations": (dict(self.descriptions) or None) if is_typed else None,
            "options": [each.payload() for each in self.subcommands or self.options],
            "default_member_permissions": None if wanted is None else str(int(wanted)),
            "integration_types": [0],
            "contexts": [0],
        }


STATUS: Final = CommandDeclaration(
    name="status",
    module="status",
    description="What Clip Saver can see of this server, what is wrong, and how to fix it",
    permissions=models.Permission.MANAGE_GUILD,
    descriptions={
        "de": "Was Clip Saver von diesem Server sieht, was nicht stimmt und was hilft",
    },
)

SYNC: Final = CommandDeclaration(
    name="sync",
    module="sync",
    description="Look at this server's channels again, now",
    permissions=models.Permission.MANAGE_GUILD,
    descriptions={"de": "Die Kanäle dieses Servers jetzt neu ansehen"},
)

SETTINGS: Final = CommandDeclaration(
    name="settings",
    module="settings",
    description="Show and change the settings of this server, or of one channel",
    permissions=models.Permission.MANAGE_GUILD,
    options=(
        OptionDeclaration(
            "key",
            "The setting to change",
            {"de": "Die Einstellung, die du ändern willst"},
            is_completed=True,
        ),
        OptionDeclaration(
            "channel", "Only in this channel", {"de": "Nur in diesem Kanal"}, is_completed=True
        ),
    ),
    names={"de": "einstellungen"},
    descriptions={"de": "Die Einstellungen dieses Servers oder eines Kanals zeigen und ändern"},
)

SAVE_CLIP: Final = CommandDeclaration(
    name="Save clip",
    module="save_clip",
    description="On a message, under Apps: save its videos",
    type=CommandType.MESSAGE,
    names={"de": "Clip sichern"},
    descriptions={"de": "Bei einer Nachricht unter Apps: ihre Videos sichern"},
)

_IN_CHANNEL: Final = OptionDeclaration(
    "channel", "Only in this channel", {"de": "Nur in diesem Kanal"}, OptionType.CHANNEL
)
_BY_AUTHOR: Final = OptionDeclaration(
    "author", "Only what they posted", {"de": "Nur, was diese Person gepostet hat"}, OptionType.USER
)
_OF_GAME: Final = OptionDeclaration(
    "game", "Only of this game", {"de": "Nur von diesem Spiel"}, is_completed=True
)

_CLIPS_SEARCH: Final = SubcommandDeclaration(
    name="search",
    module="clips_search",
    description="Find clips among those that you can see",
    options=(
        OptionDeclaration(
            "text",
            "Words of the title, file name, message, game or author",
            {"de": "Wörter aus Titel, Dateiname, Nachricht, Spiel oder Name"},
        ),
        _IN_CHANNEL,
        _BY_AUTHOR,
        OptionDeclaration(
            "participant",
            "Only clips taken with Discord that they are in",
            {"de": "Nur mit Discord aufgenommene Clips mit dieser Person"},
            OptionType.USER,
        ),
        _OF_GAME,
        OptionDeclaration(
            "after",
            "Posted on this day or later, such as 2026-01-31",
            {"de": "An diesem Tag oder später gepostet, etwa 2026-01-31"},
        ),
        OptionDeclaration(
            "before",
            "Posted before this day, such as 2026-01-31",
            {"de": "Vor diesem Tag gepostet, etwa 2026-01-31"},
        ),
        OptionDeclaration(
            "sort",
            "Which come first",
            {"de": "Welche zuerst kommen"},
            choices=(
                ChoiceDeclaration("newest", "newest", {"de": "neueste"}),
                ChoiceDeclaration("oldest", "oldest", {"de": "älteste"}),
                ChoiceDeclaration("longest", "longest", {"de": "längste"}),
            ),
        ),
    ),
    names={"de": "suche"},
    descriptions={"de": "Clips finden unter denen, die du sehen kannst"},
)

_CLIPS_RANDOM: Final = SubcommandDeclaration(
    name="random",
    module="clips_random",
    description="Any clip among those that you can see",
    options=(_IN_CHANNEL, _BY_AUTHOR, _OF_GAME),
    names={"de": "zufall"},
    descriptions={"de": "Irgendein Clip unter denen, die du sehen kannst"},
)

_CLIPS_STATS: Final = SubcommandDeclaration(
    name="stats",
    module="clips_stats",
    description="How many clips there are, whose, and of which games",
    names={"de": "zahlen"},
    descriptions={"de": "Wie viele Clips es gibt, von wem und von welchen Spielen"},
)

_CLIPS_MINE: Final = SubcommandDeclaration(
    name="mine",
    module="clips_mine",
    description="Your own clips: hide, delete or export them, or stop having them saved",
    names={"de": "meine"},
    descriptions={
        "de": "Deine eigenen Clips: verbergen, löschen, mitnehmen oder nicht mehr sichern",
    },
)

CLIPS: Final = CommandDeclaration(
    name="clips",
    description="The clips of this server",
    subcommands=(_CLIPS_SEARCH, _CLIPS_RANDOM, _CLIPS_STATS, _CLIPS_MINE),
    descriptions={"de": "Die Clips dieses Servers"},
)

SCAN: Final = CommandDeclaration(
    name="scan",
    description="Look through this server's history for clips",
    permissions=models.Permission.MANAGE_GUILD,
    subcommands=(
        SubcommandDeclaration(
            name="start",
            module="scan_start",
            description="What looking through all of history would take, and start it",
            descriptions={"de": "Was es braucht, den ganzen Verlauf anzusehen, und damit beginnen"},
        ),
        SubcommandDeclaration(
            name="status",
            module="scan_status",
            description="How far it is, what it cost, what cannot be read and why",
            descriptions={"de": "Wie weit es ist, was es gekostet hat, was nicht lesbar ist"},
        ),
        SubcommandDeclaration(
            name="cancel",
            module="scan_cancel",
            description="Stop looking through history; what was found stays",
            names={"de": "abbrechen"},
            descriptions={"de": "Den Verlauf nicht weiter ansehen; was gefunden wurde, bleibt"},
        ),
    ),
    names={"de": "suchlauf"},
    descriptions={"de": "Den Verlauf dieses Servers nach Clips ansehen"},
)

START_SCAN: Final = "scan_start:now"
"""custom_id of the button under what a scan would take: one function shows it, another acts."""

HELP: Final = CommandDeclaration(
    name="help",
    module="help",
    description="What Clip Saver does, and its commands",
    names={"de": "hilfe"},
    descriptions={"de": "Was Clip Saver macht, und seine Befehle"},
)

COMMANDS: Final = (CLIPS, STATUS, SYNC, SCAN, SETTINGS, SAVE_CLIP, HELP)
