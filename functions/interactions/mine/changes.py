"""What somebody may change about their own clips, and the sentence that tells it.

Each change reaches only the clips of the author, whatever a custom_id names.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from functions.shared import texts
from functions.shared.db import clip_opt_outs, own_clips
from functions.shared.db.connection import Transaction
from functions.shared.db.own_clips import Author, ClipKey

HIDE, SHOW, DELETE = "hide", "show", "erase"
DELETE_ALL, OPT_OUT, OPT_IN, LEAVE = "erase_all", "opt_out", "opt_in", "leave"
"""Custom_ids hold these; `LEAVE` opts out and deletes what there is."""

Change = Callable[[Transaction, Author, texts.Texts], Awaitable[str]]
"""Makes a change and tells what came of it."""


class ClipChange(Protocol):
    """Makes a change of one clip and tells what came of it."""

    async def __call__(
        self, transaction: Transaction, author: Author, words: texts.Texts, *, key: ClipKey
    ) -> str:
        """Make it."""


async def _hide(
    transaction: Transaction, author: Author, words: texts.Texts, *, key: ClipKey
) -> str:
    done = await own_clips.set_hidden(transaction, author, key, is_hidden=True)
    return words.mine_hidden if done else words.mine_unchanged


async def _show(
    transaction: Transaction, author: Author, words: texts.Texts, *, key: ClipKey
) -> str:
    done = await own_clips.set_hidden(transaction, author, key, is_hidden=False)
    return words.mine_shown if done else words.mine_unchanged


async def _delete(
    transaction: Transaction, author: Author, words: texts.Texts, *, key: ClipKey
) -> str:
    count = await own_clips.bury(transaction, author, key)
    return words.mine_deleted.format(count=count)


async def _delete_all(transaction: Transaction, author: Author, words: texts.Texts) -> str:
    count = await own_clips.bury(transaction, author)
    left = (await own_clips.select_summary(transaction, author)).clips
    told = words.mine_deleted_in_part if left else words.mine_deleted
    return told.format(count=count, left=left)


async def _opt_out(transaction: Transaction, author: Author, words: texts.Texts) -> str:
    await clip_opt_outs.insert_opt_out(transaction, author.guild_id, author.author_id)
    return words.mine_opted_out


async def _leave(transaction: Transaction, author: Author, words: texts.Texts) -> str:
    opted_out = await _opt_out(transaction, author, words)
    return f"{opted_out}\n{await _delete_all(transaction, author, words)}"


async def _opt_in(transaction: Transaction, author: Author, words: texts.Texts) -> str:
    await clip_opt_outs.delete_opt_out(transaction, author.guild_id, author.author_id)
    return words.mine_opted_in


OF_A_CLIP: Final[Mapping[str, ClipChange]] = MappingProxyType(
    {HIDE: _hide, SHOW: _show, DELETE: _delete}
)
"""Changes of one clip, by their name in a custom_id."""

OF_ALL: Final[Mapping[str, Change]] = MappingProxyType(
    {DELETE_ALL: _delete_all, OPT_OUT: _opt_out, OPT_IN: _opt_in, LEAVE: _leave}
)
"""Changes of everything that somebody has here, by their name in a custom_id."""
