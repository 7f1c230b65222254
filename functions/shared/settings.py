"""What the outside decides: the environment's variables, and the tunables of the settings file.

Nothing else reads `os.environ`. Both arrive as frozen values; a wrong one is told by name, all at
once, before anything is done with it.
"""

import difflib
import ipaddress
import logging
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Self, TypeVar
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from functions.shared import errors

_log = logging.getLogger("discord_clip_saver.settings")

DEFAULT_SETTINGS_PATH: Final = Path(__file__).parents[2] / "settings.default.yml"
DISCORD_API_URL: Final = "https://discord.com/api/v10"
DISCORD_CDN_HOSTS: Final = ("cdn.discordapp.com", "media.discordapp.net")

_PATTERNS: Final[dict[str, tuple[str, str]]] = {
    "DISCORD_PUBLIC_KEY": (r"[0-9a-fA-F]{64}", "64 hexadecimal characters"),
    "DISCORD_APPLICATION_ID": (r"[0-9]{1,20}", "a number"),
    "BOT_TOKEN": (r"\S+", "one word"),
    "DATABASE_URL": (r"(?s)postgres(ql)?://.+", "a URL like postgresql://user:password@host/name"),
    "POSTGRES_PORT": (r"[0-9]{1,5}", "a port number"),
    "DISCORD_API_URL": (r"https?://\S+", "a URL"),
    "LOG_LEVEL": (
        r"(?i)debug|info|warning|error|critical",
        "DEBUG, INFO, WARNING, ERROR, CRITICAL",
    ),
}
_HINT: Final = "see .env.example for what each variable means"
_UNENCRYPTED: Final = frozenset({"disable", "allow", "prefer"})


@dataclass(frozen=True, slots=True, repr=False)
class Environment:
    """The variables Clip Saver reads, checked for shape; what is not set is None or a default."""

    discord_public_key: str | None
    discord_application_id: str | None
    bot_token: str | None
    discord_client_secret: str | None
    database_url: str | None
    public_url: str | None
    discord_api_url: str
    discord_cdn_hosts: tuple[str, ...]
    settings_path: Path
    log_level: str
    on_lambda: bool

    def require(self, name: str) -> str:
        """The value of a variable that the caller cannot work without.

        Raises:
            ConfigurationError: it is not set.
        """
        value = {
            "BOT_TOKEN": self.bot_token,
            "DATABASE_URL": self.database_url,
            "DISCORD_APPLICATION_ID": self.discord_application_id,
            "DISCORD_PUBLIC_KEY": self.discord_public_key,
        }[name]
        if value is None:
            raise errors.ConfigurationError(f"{name} is not set ({_HINT})")
        return value

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that no log line may hold."""
        password = urlsplit(self.database_url).password if self.database_url else None
        found = (self.bot_token, self.discord_client_secret, self.database_url, password)
        return tuple(value for value in found if value)


def from_variables(
    variables: Mapping[str, str] = os.environ, *, required: Iterable[str] = ()
) -> Environment:
    """Read the variables, requiring some of them.

    Args:
        variables: Names and values; an empty value counts as missing.
        required: Names that must be there; the `POSTGRES_*` parts also satisfy `DATABASE_URL`.

    Raises:
        ConfigurationError: names every variable that is missing or malformed, at once.
    """
    given = {name: value.strip() for name, value in variables.items() if value.strip()}
    problems = [
        f"{name} must be {meaning}"
        for name, (pattern, meaning) in _PATTERNS.items()
        if name in given and not re.fullmatch(pattern, given[name])
    ]
    database_url, database_problems = _database_url(given)
    problems += database_problems
    found = given | ({"DATABASE_URL": database_url} if database_url else {})
    problems += [f"{name} is not set" for name in required if name not in found]
    if problems:
        raise errors.ConfigurationError(f"{'; '.join(problems)} ({_HINT})")
    hosts = given.get("DISCORD_CDN_HOSTS")
    return Environment(
        discord_public_key=given.get("DISCORD_PUBLIC_KEY"),
        discord_application_id=given.get("DISCORD_APPLICATION_ID"),
        bot_token=given.get("BOT_TOKEN"),
        discord_client_secret=given.get("DISCORD_CLIENT_SECRET"),
        database_url=database_url,
        public_url=given.get("PUBLIC_URL", "").rstrip("/") or None,
        discord_api_url=given.get("DISCORD_API_URL", DISCORD_API_URL).rstrip("/"),
        discord_cdn_hosts=tuple(re.split(r"[,\s]+", hosts)) if hosts else DISCORD_CDN_HOSTS,
        settings_path=Path(given.get("DEFAULT_SETTINGS_PATH", DEFAULT_SETTINGS_PATH)),
        log_level=given.get("LOG_LEVEL", "INFO").upper(),
        on_lambda="AWS_LAMBDA_FUNCTION_NAME" in given,
    )


def _database_url(given: Mapping[str, str]) -> tuple[str | None, list[str]]:
    """The URL, or one made of the parts, with TLS asked for; and what is wrong with it."""
    if url := given.get("DATABASE_URL"):
        return _with_tls(url)
    parts = {name: given.get(f"POSTGRES_{name}") for name in ("HOST", "USER", "PASSWORD", "DB")}
    missing = [f"POSTGRES_{name} is not set" for name, value in parts.items() if not value]
    if len(missing) == len(parts):
        return None, []
    if missing:
        return None, missing
    user, password, database = (
        quote(parts[name] or "", safe="") for name in ("USER", "PASSWORD", "DB")
    )
    port = given.get("POSTGRES_PORT", "5432")
    return _with_tls(f"postgresql://{user}:{password}@{parts['HOST']}:{port}/{database}")


def _with_tls(url: str) -> tuple[str | None, list[str]]:
    """Ask for verified TLS unless the URL decides, or the server is on this machine."""
    hint = "DATABASE_URL cannot be read; percent-encode the password, or set the POSTGRES_* parts"
    try:
        split = urlsplit(url)
        host, _ = split.hostname, split.port
        query = parse_qs(split.query, strict_parsing=bool(split.query))
    except ValueError:
        return None, [hint]
    if _is_local(host or query.get("host", [""])[0]):
        return url, []
    mode = query.get("sslmode", [None])[-1]
    if mode in _UNENCRYPTED:
        problem = f"DATABASE_URL has sslmode={mode}, but {host} is not this machine"
        return None, [f"{problem}: use verify-full, or at least require"]
    if mode is None:
        default = "sslmode=verify-full" + ("" if "sslrootcert" in query else "&sslrootcert=system")
        joined = "&".join(part for part in (split.query, default) if part)
        return urlunsplit(split._replace(query=joined)), []
    return url, []


def _is_local(host: str) -> bool:
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Section(BaseModel):
    """A section of the settings file: strict types, known keys, defaults as in the shipped file."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    SECTION: ClassVar[str]


SectionT = TypeVar("SectionT", bound=_Section)


class GuildSettings(_Section):
    """What a guild admin may change."""

    SECTION = "guild_settings_defaults"

    prefix: Annotated[str, Field(min_length=1, max_length=5)] = "!"
    auto_scan: bool = True
    scan_nsfw: bool = False
    max_file_size_mb: Annotated[int, Field(ge=1, le=500)] = 100

    @classmethod
    def from_stored(cls, stored: object, defaults: Self) -> tuple[Self, dict[str, str]]:
        """Read a guild's JSONB leniently: operators edit it by hand.

        Returns:
            The settings, and for each invalid value its key and what is wrong with it; that key has
            its default. Unknown keys are somebody else's and are left alone.
        """
        if not isinstance(stored, dict):
            return defaults, {"settings": "must be a JSON object"}
        given = {key: stored[key] for key in cls.model_fields if key in stored}
        try:
            return cls.model_validate(defaults.model_dump() | given), {}
        except ValidationError as error:
            problems = {str(item["loc"][0]): item["msg"] for item in error.errors()}
        valid = {key: value for key, value in given.items() if key not in problems}
        return cls.model_validate(defaults.model_dump() | valid), problems


class DatabaseSettings(_Section):
    """What is kept, for how long, and how it is deleted."""

    SECTION = "database_settings_defaults"

    install_intent_purge_cron: Annotated[
        str, Field(pattern=r"^\s*([\d*/,\-A-Za-z?L#W]+\s+){4}[\d*/,\-A-Za-z?L#W]+\s*$")
    ] = "*/30 * * * *"
    install_intent_purge_grace_seconds: Annotated[int, Field(ge=0, le=86_400)] = 360
    install_intent_expire_seconds: Annotated[int, Field(ge=60, le=86_400)] = 3_600
    scan_run_retention_days: Annotated[int, Field(ge=1, le=3_650)] = 30
    guild_archive_retention_days: Annotated[int, Field(ge=0, le=3_650)] = 30
    batch_size: Annotated[int, Field(ge=1, le=10_000)] = 100
    slow_statement_ms: Annotated[int, Field(ge=1, le=60_000)] = 1_000
    purge_late_after_seconds: Annotated[int, Field(ge=60, le=604_800)] = 7_200


class SyncSettings(_Section):
    """How the sync behaves towards Discord, and when it stops by itself."""

    SECTION = "sync_settings_defaults"

    # A whole number is a fair way to write a share of 1.
    model_config = ConfigDict(strict=False)

    sync_rate_share: Annotated[float, Field(ge=0.02, le=1)] = 0.8
    sync_breaker_guild_share: Annotated[float, Field(ge=0, le=1)] = 0.25
    sync_breaker_guild_minimum: Annotated[int, Field(ge=0, le=100_000, strict=True)] = 3
    sync_breaker_channel_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    sync_breaker_channel_minimum: Annotated[int, Field(ge=0, le=500, strict=True)] = 5
    sync_active_threads: Annotated[bool, Field(strict=True)] = True
    sync_late_after_seconds: Annotated[int, Field(ge=60, le=604_800, strict=True)] = 3_600


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings file, section by section."""

    guild: GuildSettings
    database: DatabaseSettings
    sync: SyncSettings


_SECTIONS: Final = {
    model.SECTION: model for model in (GuildSettings, DatabaseSettings, SyncSettings)
}


def load(path: Path = DEFAULT_SETTINGS_PATH) -> Settings:
    """Read and check the settings file; keys left out keep their defaults.

    Raises:
        ConfigurationError: names the file, and every key with a wrong value and why.
    """
    document = _document(path)
    for name in document.keys() - _SECTIONS.keys():
        _warn_unknown(path, str(name), _SECTIONS)
    problems: list[str] = []
    settings = Settings(
        guild=_section(path, document, GuildSettings, problems),
        database=_section(path, document, DatabaseSettings, problems),
        sync=_section(path, document, SyncSettings, problems),
    )
    if problems:
        raise errors.ConfigurationError(f"{path.name}: {'; '.join(problems)} (file {path})")
    return settings


def _document(path: Path) -> dict[Any, Any]:
    # Only here: reading YAML costs a cold start more than PING has to spend.
    import yaml  # noqa: PLC0415

    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise errors.ConfigurationError(
            f"{path}: cannot be read ({error.strerror}); is DEFAULT_SETTINGS_PATH right?"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise errors.ConfigurationError(f"{path}: is not YAML: {error}") from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise errors.ConfigurationError(f"{path}: must hold sections, each with keys and values")
    return document


def _section(
    path: Path, document: dict[Any, Any], model: type[SectionT], problems: list[str]
) -> SectionT:
    """Check one section; what is wrong with it is appended to `problems`."""
    given = document.get(model.SECTION)
    if given is None:
        return model()
    if not isinstance(given, dict):
        problems.append(f"{model.SECTION} must hold keys and values")
        return model()
    known = [f"{model.SECTION}.{key}" for key in model.model_fields]
    for key in given.keys() - model.model_fields.keys():
        _warn_unknown(path, f"{model.SECTION}.{key}", known)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        problems += [
            f"{model.SECTION}.{item['loc'][0]}: {item['msg']} (it is {item['input']!r})"
            for item in error.errors()
        ]
        return model()


def _warn_unknown(path: Path, name: str, known: Iterable[str]) -> None:
    nearest = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    _log.warning("%s: unknown key %s is ignored%s", path.name, name, hint)
