"""`GET /privacy`: what is kept, why, how long, and whom to ask."""

import math
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response

from functions.interactions import address

if TYPE_CHECKING:
    from functions.interactions.parts import Parts

router = APIRouter()

_SECONDS_PER_MINUTE: Final = 60


@router.get("/privacy")
async def privacy(request: Request) -> Response:
    """Show the privacy page, with the periods of this deployment's settings."""
    # Only here: a PING must not load the template engine.
    from functions.interactions.pages import page  # noqa: PLC0415

    parts: Parts = request.app.state.parts
    tunables = parts.tunables_or_defaults
    database = tunables.database
    contact = tunables.pages.operator_contact
    return page.respond(
        request,
        address.of(request, parts.environment),
        "privacy.html",
        is_personal=False,
        contact=contact,
        contact_url=contact if contact.startswith("https://") else f"mailto:{contact}",
        archive_days=database.guild_archive_retention_days,
        install_minutes=math.ceil(database.install_intent_expire_seconds / _SECONDS_PER_MINUTE),
        scan_run_days=database.scan_run_retention_days,
        backup_days=tunables.pages.backup_retention_days,
    )
