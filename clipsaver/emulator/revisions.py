"""How a guild notices that something about it changed, so that what was rendered can be kept."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from clipsaver.emulator.guilds import Guild

_REVISIONS: Final = itertools.count(1)


class Revised:
    """Part of a guild: assigning any of its fields gives the guild a new revision.

    A test may thus write `channel.nsfw = True` and every list that shows it is rendered anew. Only
    immutable values are held in such fields, since a change inside one would go unnoticed.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        guild: Guild

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
        touch(self.guild)


def touch(guild: Guild) -> None:
    """Give the guild a new revision."""
    # Past Guild.__setattr__, which would come back here.
    object.__setattr__(guild, "revision", next(_REVISIONS))
