"""`GET /install[?guild_id=]`: on to Discord's consent page."""

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response

from functions.interactions import address
from functions.shared import snowflakes

if TYPE_CHECKING:
    from functions.interactions.parts import Parts

router = APIRouter()

_MOST_DIGITS: Final = 19


@router.get("/install")
async def install(request: Request) -> Response:
    """Begin an install, and send the browser to Discord."""
    # Only here: a PING must not load what an install needs.
    from functions.interactions.install import browser, consent, state  # noqa: PLC0415
    from functions.interactions.pages import page  # noqa: PLC0415

    parts: Parts = request.app.state.parts
    here = address.of(request, parts.environment)
    key = browser.key(request, here) or state.new_key()
    wanted = _snowflake(request.query_params.get("guild_id", ""))
    url = await consent.link(parts, request.app.state.redirect_uris, here, key, wanted)
    response = page.redirect(url, here)
    browser.remember(response, key, here)
    return response


def _snowflake(text: str) -> snowflakes.GuildId | None:
    """A guild to preselect; None for anything else, which is nobody's guild."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        return None
    number = int(text)
    return snowflakes.GuildId(number) if 0 < number <= snowflakes.LARGEST_BIGINT else None
