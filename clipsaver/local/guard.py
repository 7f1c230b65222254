"""The rule that the demo and the tests touch no Discord and no database but their own.

Three lines of defence: the variables that could point elsewhere are removed, what the functions are
about to see is checked, and Python's sockets refuse every address that is not this machine's. The
last one does not see libpq, which connects on its own: for databases, the first two must hold.
"""

import fnmatch
import ipaddress
import os
import sys
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from psycopg import conninfo

from clipsaver.local import errors

CONTRACT_VARIABLES: Final = (
    "DISCORD_PUBLIC_KEY",
    "DISCORD_APPLICATION_ID",
    "BOT_TOKEN",
    "DISCORD_CLIENT_SECRET",
    "DATABASE_URL",
    "POSTGRES_HOST",
    "POSTGRES_PORT",
    "POSTGRES_USER",
    "POSTGRES_PASSWORD",
    "POSTGRES_DB",
    "SECRET_ARN",
    "PUBLIC_URL",
    "DISCORD_API_URL",
    "DISCORD_CDN_HOSTS",
    "JOBS_QUEUE_URL",
    "SCAN_QUEUE_URL",
    "DEFAULT_SETTINGS_PATH",
    "PAUSED",
    "LOG_LEVEL",
    "MONITORING",
    "METRICS_NAMESPACE",
    "DATABASE_CAPACITY_MB",
    "PG*",
    "AWS_*",
    "POWERTOOLS_*",
    "*_PROXY",
)
"""Patterns of the variables that functions, libpq, AWS's and HTTP clients read; case is ignored."""

_DISCORD: Final = "https://discord.com"
_POSTGRES_PORT: Final = "5432"
_LOOPBACK_NAME: Final = "localhost"
_CONNECTING: Final = frozenset({"socket.connect", "socket.sendto"})
_RESOLVING: Final = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})

_armed = False


def is_contract_variable(name: str) -> bool:
    """Whether the environment variable `name` may change what a function talks to, or how."""
    return any(fnmatch.fnmatchcase(name.upper(), pattern) for pattern in CONTRACT_VARIABLES)


def clean_environment() -> None:
    """Remove every contract variable from this process's environment."""
    for name in filter(is_contract_variable, list(os.environ)):
        del os.environ[name]


def refuse_foreign(environment: Mapping[str, str], *, discord_url: str, postgres_port: int) -> None:
    """Check that functions would talk to the local Discord and the local PostgreSQL only.

    Args:
        environment: The variables that the functions would see.
        discord_url: Any URL of the Discord that this process started.
        postgres_port: The port of the PostgreSQL that this process started.

    Raises:
        ForeignService: They would talk to another one; an absent `DISCORD_API_URL` means the real
            Discord. The message holds no password.
    """
    used = _origin(environment.get("DISCORD_API_URL", _DISCORD))
    if used != _origin(discord_url):
        raise errors.ForeignService(f"DISCORD_API_URL leads to {used}, not to the local Discord.")
    for variable, address in _databases(environment):
        if not _is_own(address, postgres_port):
            raise errors.ForeignService(f"{variable} leads to a PostgreSQL not started here.")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _databases(environment: Mapping[str, str]) -> list[tuple[str, Mapping[str, object]]]:
    """What each way of naming the database says of its address, in libpq's words."""
    named: list[tuple[str, Mapping[str, object]]] = []
    if url := environment.get("DATABASE_URL"):
        named.append(("DATABASE_URL", conninfo.conninfo_to_dict(url)))
    if host := environment.get("POSTGRES_HOST"):
        port = environment.get("POSTGRES_PORT", _POSTGRES_PORT)
        named.append(("POSTGRES_HOST", {"host": host, "port": port}))
    return named


def _is_own(address: Mapping[str, object], postgres_port: int) -> bool:
    hosts = [str(address[key]) for key in ("host", "hostaddr") if address.get(key)]
    own_port = str(address.get("port", _POSTGRES_PORT)) == str(postgres_port)
    # A service's file may say anything, and a list of hosts is none of ours.
    return bool(hosts) and all(map(_is_loopback, hosts)) and own_port and "service" not in address


def arm() -> None:
    """From now on and for good, refuse every address that is not this machine's.

    Python's sockets raise `ForeignService` before a packet or a DNS query leaves; sockets of other
    libraries and other processes are out of reach.
    """
    global _armed  # noqa: PLW0603 - an audit hook cannot be removed, so it must be added only once
    if not _armed:
        _armed = True
        sys.addaudithook(_refuse_elsewhere)


def _refuse_elsewhere(event: str, arguments: tuple[object, ...]) -> None:
    if event in _CONNECTING:
        address = arguments[1]
        # The address of a Unix socket is a path.
        host = address[0] if isinstance(address, tuple) else None
    elif event in _RESOLVING:
        host = arguments[0]
    else:
        return
    if host is not None and not _is_loopback(_text(host)):
        raise errors.ForeignService(
            f"{_text(host)} is not this machine; the demo and the tests talk to nothing else."
        )


def _text(host: object) -> str:
    return host.decode(errors="replace") if isinstance(host, bytes) else str(host)


def _is_loopback(host: str) -> bool:
    if host == _LOOPBACK_NAME:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
