"""Where `GET /install` sends a browser: to Discord's consent page, with a way back if possible.

The way back needs the client secret, the bot token, the database, and our callback among the
redirect URIs that the operator has registered with Discord. While any of them is missing, or the
operator has paused Clip Saver, the plain bot link still adds the bot: the webhook event or the next
sync then finds the guild.
"""

import logging

from functions.interactions.address import Address
from functions.interactions.install import state as states
from functions.interactions.install.redirect_uris import RedirectURIs
from functions.interactions.parts import Parts
from functions.shared import errors, models
from functions.shared.db import install_intents
from functions.shared.discord import oauth

_log = logging.getLogger("discord_clip_saver.install")


async def link(
    parts: Parts,
    redirect_uris: RedirectURIs,
    address: Address,
    key: str,
    guild_id: models.GuildId | None,
) -> str:
    """The consent page for one install, whose intent is stored when there is a way back.

    Args:
        parts: The environment's parts.
        redirect_uris: What is registered with Discord.
        address: Where this API is reached.
        key: The browser's key.
        guild_id: The guild to preselect.
    """
    api_url = parts.environment.discord_api_url
    application_id = parts.environment.require("DISCORD_APPLICATION_ID")
    try:
        parts.environment.require_running()
        await parts.configuration.require("DISCORD_CLIENT_SECRET")
        await redirect_uris.require(address.callback_url)
        state = states.new_state(key)
        seconds = parts.tunables.database.install_intent_expire_seconds
        async with parts.database.transaction() as transaction:
            await install_intents.insert_intent(transaction, state, guild_id, seconds)
    except errors.ClipSaverError as error:
        _log.warning("This install uses the plain bot link: %s", error)
        return oauth.plain_url(api_url, application_id, guild_id)
    return oauth.consent_url(
        api_url,
        application_id,
        redirect_uri=address.callback_url,
        state=state,
        guild_id=guild_id,
    )
