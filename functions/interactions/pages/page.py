"""From a template to an answer with everything that a browser should know about it."""

import base64
import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import jinja2
from fastapi import Request, Response

from functions.interactions.address import Address
from functions.interactions.pages import language, texts

_TEMPLATES: Final = Path(__file__).with_name("templates")
_HSTS: Final = "max-age=63072000"
"""Two years of HTTPS only (RFC 6797)."""
_NOT_KEPT: Final = "no-store"
_KEPT_SHORTLY: Final = "public, max-age=300"


def respond(
    request: Request,
    address: Address,
    template: str,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    is_personal: bool = True,
    **values: Any,  # noqa: ANN401 -- the template decides
) -> Response:
    """A page in the visitor's language.

    Args:
        request: Whose headers name the languages.
        address: Where the API is reached; links lead there.
        template: The template's file name.
        status: The answer's status.
        is_personal: Whether nobody may keep the page, not even the browser.
        **values: What the template fills in.
    """
    accepted = request.headers.get("accept-language", "")
    told = texts.of(language.preferred(accepted, texts.LANGUAGES))
    html = (
        _environment()
        .get_template(template)
        .render(t=told, base_url=address.base_url, style=_style(), **values)
    )
    response = Response(html, status, security_headers(address), "text/html")
    response.headers["Vary"] = "Accept-Language"
    response.headers["Content-Language"] = told.language
    response.headers["Cache-Control"] = _NOT_KEPT if is_personal else _KEPT_SHORTLY
    return response


def redirect(url: str, address: Address) -> Response:
    """Send the browser elsewhere, by a GET and without a trace of where it was."""
    headers = {**security_headers(address), "Location": url, "Cache-Control": _NOT_KEPT}
    return Response(status_code=HTTPStatus.SEE_OTHER, headers=headers)


def security_headers(address: Address) -> dict[str, str]:
    """What every page forbids: scripts, frames, forms, and everything from elsewhere."""
    policy = (
        "default-src 'none'",
        f"style-src 'sha256-{_style_hash()}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
    headers = {
        "Content-Security-Policy": "; ".join(policy),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return headers | ({"Strict-Transport-Security": _HSTS} if address.is_secure else {})


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Nothing changes in a Lambda's folder.
        auto_reload=False,
    )


@cache
def _style() -> str:
    return (_TEMPLATES / "style.css").read_text(encoding="utf-8")


@cache
def _style_hash() -> str:
    return base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
