"""Under which address the API was called, for the links that lead back to it."""

from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request

from functions.shared import endpoints, settings

_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True)
class Address:
    """The API's address.

    Attributes:
        base_url: Scheme, host and port, without a slash at its end.
    """

    base_url: str

    @property
    def is_secure(self) -> bool:
        """Whether it is reached over TLS, as it always is but on an operator's own machine."""
        return self.base_url.startswith("https://")

    @property
    def callback_url(self) -> str:
        """Where Discord sends a browser back to: the URI that has to be registered there."""
        return self.base_url + endpoints.INSTALL_CALLBACK_PATH


def of(request: Request, environment: settings.Environment) -> Address:
    """The operator's PUBLIC_URL, or what API Gateway says of the request.

    The gateway's `domainName` is one that it serves, whatever a caller claims as its host (API
    Gateway docs, "Create AWS Lambda proxy integrations for HTTP APIs"). It never holds a port.
    """
    if environment.public_url:
        return Address(environment.public_url)
    event: dict[str, Any] = request.scope["aws.event"]
    scheme = "http" if request.headers.get("x-forwarded-proto") == "http" else "https"
    host = event["requestContext"].get("domainName") or request.url.hostname
    port = request.headers.get("x-forwarded-port", "")
    shown_port = f":{port}" if port.isdecimal() and port != _DEFAULT_PORTS[scheme] else ""
    return Address(f"{scheme}://{host}{shown_port}")
