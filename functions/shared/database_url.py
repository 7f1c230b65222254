"""The database's URL: made of parts where need be, with TLS asked for before anything is sent.

What is accepted here reads the same to everybody: a character that one parser takes for the end of
the password and another for a part of it could send the password to the wrong server, unencrypted.
"""

import ipaddress
import re
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, quote, unquote

_PLAIN: Final = r"(?:[^\s%#@/?]|%(?!00)[0-9A-Fa-f]{2})"
_URL: Final = re.compile(
    rf"postgres(?:ql)?://(?:(?:(?!:){_PLAIN})*(?::(?P<password>{_PLAIN}*))?@)?"
    rf"(?P<hosts>{_PLAIN}*)(?:/(?:{_PLAIN}|/)*)?(?:\?(?P<query>(?:{_PLAIN}|/)*))?"
)
_HOST: Final = re.compile(r"(?:\[(?P<ipv6>[^\[\]]+)\]|(?P<name>[^:\[\]]*))(?::(?P<port>[0-9]*))?")
_SHAPE: Final = (
    "must be a URL like postgresql://user:password@host/name, the special characters of its parts "
    "percent-encoded; POSTGRES_PASSWORD and the other parts are taken as they are"
)
_HIGHEST_PORT: Final = 65_535
_UNENCRYPTED: Final = frozenset({"disable", "allow", "prefer"})
_CA_BUNDLES: Final = (
    "/etc/pki/tls/certs/ca-bundle.crt",  # Amazon Linux, and so Lambda
    "/etc/ssl/certs/ca-certificates.crt",  # Debian
    "/etc/ssl/cert.pem",  # Alpine, macOS
)


def from_parts(*, host: str, port: str, user: str, password: str, database: str) -> str:
    """A URL of parts in which any character may stand."""
    address = f"[{quote(host, safe=':')}]" if ":" in host else quote(host, safe="")
    credentials = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return f"postgresql://{credentials}@{address}:{port}/{quote(database, safe='')}"


def with_tls(url: str) -> str:
    """Ask for verified TLS, unless the URL decides or the server is on this machine.

    Raises:
        ValueError: says what is wrong, and holds nothing of the URL's own text.
    """
    hosts, query = _hosts_and_query(url)
    if all(map(_is_local, hosts)) and "service" not in query:
        return url
    mode = query.get("sslmode", ["verify-full"])[-1]
    if mode in _UNENCRYPTED:
        raise ValueError(
            f"has sslmode={mode}, but the server is not on this machine: "
            "use verify-full, or at least require"
        )
    added = [] if "sslmode" in query else [f"sslmode={mode}"]
    if mode == "verify-full" and query.get("sslrootcert", ["system"])[-1] == "system":
        added.append(f"sslrootcert={_system_certificates()}")
    if not added:
        return url
    given = [url if query else url.removesuffix("?")]
    return ("&" if query else "?").join((*given, "&".join(added)))


def passwords(url: str) -> frozenset[str]:
    """The passwords in a URL, both as they stand there and as they are.

    Raises:
        ValueError: it is no URL that `with_tls` accepts.
    """
    match = _URL.fullmatch(url)
    if match is None:
        raise ValueError(_SHAPE)
    parameters = (pair.partition("=") for pair in (match["query"] or "").split("&"))
    named = (value for key, _, value in parameters if key in {"password", "sslpassword"})
    written = (match["password"] or "", *named)
    return frozenset(form for text in written for form in (text, unquote(text)) if form)


def _hosts_and_query(url: str) -> tuple[list[str], dict[str, list[str]]]:
    """Every host that the URL names, wherever it does, and its query."""
    match = _URL.fullmatch(url)
    if match is None:
        raise ValueError(_SHAPE)
    query = _parameters(match["query"])
    hosts = [_host(address) for address in match["hosts"].split(",")]
    for listed in (*query.get("host", ()), *query.get("hostaddr", ())):
        hosts += listed.split(",")
    return [host for name in hosts for host in unquote(name).split(",") if host], query


def _parameters(query: str | None) -> dict[str, list[str]]:
    """The query's parameters; a plus is a plus, as libpq reads it."""
    try:
        return parse_qs((query or "").replace("+", "%2B"), strict_parsing=bool(query))
    except ValueError as error:
        raise ValueError(_SHAPE) from error


def _host(address: str) -> str:
    match = _HOST.fullmatch(address)
    if match is None or int(match["port"] or 0) > _HIGHEST_PORT:
        raise ValueError(_SHAPE)
    return match["ipv6"] or match["name"]


def _is_local(host: str) -> bool:
    if host.startswith(("/", "@")) or host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _system_certificates() -> str:
    """The machine's certificate authorities, by file.

    The driver's wheels bring an OpenSSL of their own, whose idea of where the system keeps them
    (libpq's `sslrootcert=system`) names a folder that exists nowhere.
    """
    return next((bundle for bundle in _CA_BUNDLES if Path(bundle).is_file()), "system")
