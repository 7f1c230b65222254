"""`GET /install/callback`: the way back from Discord's consent page."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from functions.interactions import address
from functions.shared import endpoints

if TYPE_CHECKING:
    from functions.interactions.parts import Parts

router = APIRouter()


@router.get(endpoints.INSTALL_CALLBACK_PATH)
async def install_callback(request: Request) -> Response:
    """Finish an install, and say how it went."""
    # Only here: a PING must not load what an install needs.
    from functions.interactions.install import browser, callback  # noqa: PLC0415
    from functions.interactions.pages import page  # noqa: PLC0415
    from functions.shared.discord import oauth  # noqa: PLC0415

    parts: Parts = request.app.state.parts
    here = address.of(request, parts.environment)
    query = request.query_params
    # Of all that Discord adds, the guild and the permissions could be anybody's invention.
    given = callback.Callback(
        state=query.get("state", ""),
        code=query.get("code", ""),
        error=query.get("error", ""),
        key=browser.key(request, here),
        redirect_uri=here.callback_url,
    )
    ended = await callback.finish(given, parts)
    status = ended.outcome.status
    if ended.guild is None:
        return page.respond(request, here, "notice.html", status, outcome=ended.outcome)
    origin = oauth.discord_origin(parts.environment.discord_api_url)
    return page.respond(
        request,
        here,
        "installed.html",
        status,
        guild=ended.guild.name,
        guild_url=f"{origin}/channels/{ended.guild.id}",
        is_syncing=ended.is_syncing,
    )
