"""The API: its routes, and one answer for what nobody foresaw."""

import logging
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from functions.interactions.install.redirect_uris import RedirectURIs
from functions.interactions.parts import Parts
from functions.interactions.routes import (
    health,
    install,
    install_callback,
    interactions,
    landing,
    privacy,
    ready,
    webhook_events,
)

_log = logging.getLogger("discord_clip_saver.interactions")

_ROUTES: Final = (
    health,
    ready,
    interactions,
    webhook_events,
    landing,
    privacy,
    install,
    install_callback,
)


def create_app(parts: Parts) -> FastAPI:
    """The ASGI application on these parts."""
    # A redirect would break Discord's verification, and the API documents itself to nobody.
    app = FastAPI(redirect_slashes=False, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.parts = parts
    forget_answers(app)
    for module in _ROUTES:
        app.include_router(module.router)
    app.add_exception_handler(Exception, _unforeseen)
    return app


def forget_answers(app: FastAPI) -> None:
    """Forget what was kept for a while, of our own answers and of Discord's."""
    parts: Parts = app.state.parts
    app.state.readiness = ready.Readiness(parts)
    app.state.redirect_uris = RedirectURIs(parts)


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    _log.error("Unhandled error on %s", request.url.path, exc_info=error)
    return JSONResponse({"error": "internal error; it has been logged"}, 500)
