"""`GET /`: what the bot is, and the way to add it."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from functions.interactions import address

if TYPE_CHECKING:
    from functions.interactions.parts import Parts

router = APIRouter()


@router.get("/")
async def landing(request: Request) -> Response:
    """Show the landing page."""
    # Only here: a PING must not load the template engine.
    from functions.interactions.pages import page  # noqa: PLC0415

    parts: Parts = request.app.state.parts
    here = address.of(request, parts.environment)
    return page.respond(request, here, "landing.html", is_personal=False)
