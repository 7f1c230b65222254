"""What the outside decides: the environment's variables, and the tunables of the settings file.

Nothing else reads `os.environ`. Both arrive as frozen values; a wrong one is told by name, all at
once, before anything is done with it.
"""

import logging
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, Self, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from functions.shared import database_url, errors

_log = logging.getLogger("discord_clip_saver.settings")

DEFAULT_SETTINGS_PATH: Final = Path(__file__).parents[2] / "settings.default.yml"
DISCORD_API_URL: Final = "https://discord.com/api/v10"
DISCORD_CDN_HOSTS: Final = ("cdn.discordapp.com", "media.discordapp.net")

METRICS_NAMESPACE: Final = "DiscordClipSaver"

Monitoring = Literal["full", "critical", "off"]
"""How much is measured."""

_PATTERNS: Final[dict[str, tuple[str, str]]] = {
    "DISCORD_PUBLIC_KEY": (r"[0-9a-fA-F]{64}", "64 hexadecimal characters"),
    "DISCORD_APPLICATION_ID": (r"[0-9]{1,20}", "a number"),
    "BOT_TOKEN": (r"[!-~]+", "one word of ASCII characters"),
    "SECRET_ARN": (
        r"arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]+:secret:\S+",
        "the ARN of a secret in Secrets Manager",
    ),
    "PUBLIC_URL": (r"https?://\S+", "a URL"),
    "DISCORD_API_URL": (r"https?://\S+", "a URL"),
    "JOBS_QUEUE_URL": (r"https?://\S+", "a URL"),
    "SCAN_QUEUE_URL": (r"https?://\S+", "a URL"),
    "BACKUP_PLACE": (r"s3://[a-z0-9.-]+/\S+", "a bucket with a prefix, like s3://my-backups/clips"),
    "PAUSED": (r"(?i)(true|false|1|0|yes|no)( since \S+)?", "true or false"),
    "MONITORING": (r"full|critical|off", "full, critical or off"),
    "DATABASE_CAPACITY_MB": (r"[0-9]{1,9}", "a number of megabytes, or 0 where nobody knows"),
    "LOG_LEVEL": (
        r"(?i)debug|info|warning|error|critical",
        "DEBUG, INFO, WARNING, ERROR or CRITICAL",
    ),
}
_RUNNING: Final = re.compile(r"(?i)(false|0|no)( since \S+)?")
"""A value of PAUSED that means that nothing is paused."""
_POSTGRES_PARTS: Final = ("HOST", "USER", "PASSWORD", "DB")
SECRET_VARIABLES: Final = (
    "DISCORD_PUBLIC_KEY",
    "DISCORD_APPLICATION_ID",
    "BOT_TOKEN",
    "DISCORD_CLIENT_SECRET",
    "DATABASE_URL",
    "POSTGRES_PORT",
    *(f"POSTGRES_{part}" for part in _POSTGRES_PARTS),
    "BACKUP_PASSPHRASE",
)
"""What the operator's secret may hold."""
_HINT: Final = "see .env.example for what each variable means"


@dataclass(frozen=True, slots=True, repr=False)
class Environment:
    """The variables Clip Saver reads, checked for shape; what is not set is None or a default.

    A malformed one that the function can start without counts as not set, and has its place in
    `problems`: a PING is answered even if the database's URL has a typing error. Only
    `discord_api_url` stays as it was given, because its default is the real Discord.
    """

    discord_public_key: str | None
    discord_application_id: str | None
    bot_token: str | None
    discord_client_secret: str | None
    database_url: str | None
    secret_arn: str | None
    public_url: str | None
    jobs_queue_url: str | None
    scan_queue_url: str | None
    backup_place: str | None
    """Where the operations function keeps its backups."""

    backup_passphrase: str | None = field(repr=False)
    discord_api_url: str
    discord_cdn_hosts: tuple[str, ...]
    """The only ones that a file may be read from; nothing reads one so far."""

    settings_path: Path
    log_level: str
    on_lambda: bool
    paused: bool
    """Whether the operator wants nothing to be written for now; so does a malformed PAUSED."""

    memory_limit_mb: int | None
    monitoring: Monitoring
    metrics_namespace: str
    database_capacity_mb: int
    """0 where nobody knows."""

    problems: Mapping[str, str]
    """For each malformed variable, what is wrong with it."""

    given: Mapping[str, str]
    """What the environment itself says, without blank values."""

    def value(self, name: str) -> str | None:
        """A variable by its name; None if it is not set, or malformed and not needed at start."""
        value: str | None = getattr(self, name.lower())
        return value

    def has(self, name: str) -> bool:
        """Whether a variable is there, and well-formed."""
        return name not in self.problems and self.value(name) is not None

    def require(self, name: str) -> str:
        """The value of a variable that the caller cannot work without.

        Raises:
            ConfigurationError: it is not set, or malformed.
        """
        value = self.value(name)
        if value is None:
            problem = self.problems.get(name, self._missing(name))
            raise errors.ConfigurationError(f"{problem} ({_HINT})")
        return value

    def require_running(self) -> None:
        """Make sure that nobody has paused Clip Saver.

        Raises:
            Paused: the operator has.
        """
        if self.paused:
            raise errors.Paused(self.problems.get("PAUSED"))

    def check(self, required: Iterable[str]) -> None:
        """Make sure that the caller can start.

        Raises:
            ConfigurationError: one of these is missing or malformed. The message names every such
                variable at once, and any other that is malformed; it holds none of the values.
        """
        missing = {name: self._missing(name) for name in required if not self.has(name)}
        if missing:
            told = "; ".join({**missing, **self.problems}.values())
            raise errors.ConfigurationError(f"{told} ({_HINT})")

    def _missing(self, name: str) -> str:
        nor = ", nor in the secret of SECRET_ARN" * (self.secret_arn is not None)
        return f"{name} is not set{nor}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that no log line may hold."""
        passwords = database_url.passwords(self.database_url) if self.database_url else ()
        found = (
            *(self.bot_token, self.discord_client_secret, self.backup_passphrase),
            *(self.database_url, *passwords),
        )
        return tuple(value for value in found if value)


def from_variables(
    variables: Mapping[str, str] = os.environ,
    *,
    secret: Mapping[str, str] | None = None,
    required: Iterable[str] = (),
) -> Environment:
    """Read the variables, requiring some of them.

    Args:
        variables: Names and values; an empty value counts as missing.
        secret: What the operator's secret adds to them; None before it was read.
        required: Names that must be there; the `POSTGRES_*` parts also satisfy `DATABASE_URL`.

    Raises:
        ConfigurationError: a required one is missing or malformed; see `Environment.check`.
    """
    own = _texts(variables)
    given = own if secret is None else _under(own, _texts(secret))
    problems = {
        name: f"{name} must be {meaning}"
        for name, (pattern, meaning) in _PATTERNS.items()
        if name in given and not re.fullmatch(pattern, given[name])
    }
    found = {name: value for name, value in given.items() if name not in problems}
    # What is missing may stand in the secret.
    is_all = secret is not None or "SECRET_ARN" not in found
    url, problem = _database_url(given, is_all=is_all)
    if problem:
        problems["DATABASE_URL"] = problem
    environment = Environment(
        discord_public_key=found.get("DISCORD_PUBLIC_KEY"),
        discord_application_id=found.get("DISCORD_APPLICATION_ID"),
        bot_token=found.get("BOT_TOKEN"),
        discord_client_secret=found.get("DISCORD_CLIENT_SECRET"),
        database_url=url,
        secret_arn=found.get("SECRET_ARN"),
        public_url=found.get("PUBLIC_URL", "").rstrip("/") or None,
        jobs_queue_url=found.get("JOBS_QUEUE_URL"),
        scan_queue_url=found.get("SCAN_QUEUE_URL"),
        backup_place=found.get("BACKUP_PLACE"),
        backup_passphrase=found.get("BACKUP_PASSPHRASE"),
        discord_api_url=given.get("DISCORD_API_URL", DISCORD_API_URL).rstrip("/"),
        discord_cdn_hosts=tuple(re.findall(r"[^,\s]+", found.get("DISCORD_CDN_HOSTS", "")))
        or DISCORD_CDN_HOSTS,
        settings_path=Path(found.get("DEFAULT_SETTINGS_PATH", DEFAULT_SETTINGS_PATH)),
        log_level=found.get("LOG_LEVEL", "INFO").upper(),
        on_lambda="AWS_LAMBDA_FUNCTION_NAME" in found,
        paused="PAUSED" in given and not _RUNNING.fullmatch(given["PAUSED"]),
        memory_limit_mb=int(found.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "0")) or None,
        monitoring=cast("Monitoring", found.get("MONITORING", "full")),
        metrics_namespace=found.get("METRICS_NAMESPACE", METRICS_NAMESPACE),
        database_capacity_mb=int(found.get("DATABASE_CAPACITY_MB", "0")),
        problems=problems,
        given=own,
    )
    environment.check(required)
    return environment


def _texts(variables: Mapping[str, str]) -> dict[str, str]:
    """What is not blank, without the blanks around it."""
    return {name: text for name, value in variables.items() if (text := _trimmed(name, value))}


def _under(own: Mapping[str, str], secret: Mapping[str, str]) -> dict[str, str]:
    """Both together; the environment wins, and so does a database that it names in parts."""
    names_database = all(f"POSTGRES_{part}" in own for part in _POSTGRES_PARTS)
    hidden = {"DATABASE_URL"} if names_database else set()
    return {name: text for name, text in secret.items() if name not in hidden} | dict(own)


def _trimmed(name: str, value: str) -> str:
    """A value without the blanks that pasting leaves around it; a password may end in one."""
    return value if name == "POSTGRES_PASSWORD" else value.strip()


def _database_url(given: Mapping[str, str], *, is_all: bool) -> tuple[str | None, str | None]:
    """The URL, or one made of the parts, with TLS asked for; or what is wrong with it.

    Args:
        given: The variables.
        is_all: Whether they are all there will be, so that a part that is missing is wrong.
    """
    url, source = given.get("DATABASE_URL"), "DATABASE_URL"
    if url is None:
        parts = {name: given.get(f"POSTGRES_{name}", "") for name in _POSTGRES_PARTS}
        if not any(parts.values()):
            return None, None
        if not all(parts.values()):
            missing = [f"POSTGRES_{name} is not set" for name in parts if not parts[name]]
            return None, "; ".join(missing) if is_all else None
        url = database_url.from_parts(
            host=parts["HOST"],
            port=given.get("POSTGRES_PORT", "5432"),
            user=parts["USER"],
            password=parts["PASSWORD"],
            database=parts["DB"],
        )
        source = "the URL of POSTGRES_HOST and POSTGRES_PORT"
    try:
        return database_url.with_tls(url), None
    except ValueError as error:
        return None, f"{source} {error}"


class _Section(BaseModel):
    """A section of the settings file: strict types, known keys, defaults as in the shipped file."""

    # A PING needs no tunables: what checks them is built when the first of them is.
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", defer_build=True)

    SECTION: ClassVar[str]


SectionT = TypeVar("SectionT", bound=_Section)


class GuildSettings(_Section):
    """What a guild admin may change."""

    SECTION = "guild_settings_defaults"

    prefix: Annotated[str, Field(min_length=1, max_length=5)] = "!"
    auto_scan: bool = True
    scan_nsfw: bool = False
    max_file_size_mb: Annotated[int, Field(ge=1, le=500)] = 100
    keep_message_text: bool = True

    @classmethod
    def from_stored(cls, stored: object, defaults: Self) -> tuple[Self, dict[str, str]]:
        """Read a guild's JSONB leniently: operators edit it by hand.

        Args:
            stored: The JSONB's value; None for a guild that has none, which is nothing invalid.
            defaults: What the guild has where it decided nothing that makes sense.

        Returns:
            The settings, and for each invalid value its key and what is wrong with it; that key has
            its default. Unknown keys are somebody else's and are left alone.
        """
        if stored is None:
            return defaults, {}
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

    # Only its shape: what it means is read where it is deployed, by clipsaver.
    install_intent_purge_cron: Annotated[
        str, Field(pattern=r"^\s*(@[a-z]+|([\d*/,\-A-Za-z?#]+\s+){4}[\d*/,\-A-Za-z?#]+)\s*$")
    ] = "*/30 * * * *"
    install_intent_purge_grace_seconds: Annotated[int, Field(ge=0, le=86_400)] = 360
    install_intent_expire_seconds: Annotated[int, Field(ge=60, le=86_400)] = 3_600
    scan_run_retention_days: Annotated[int, Field(ge=1, le=3_650)] = 30
    guild_archive_retention_days: Annotated[int, Field(ge=0, le=3_650)] = 30
    batch_size: Annotated[int, Field(ge=1, le=10_000)] = 100
    slow_statement_ms: Annotated[int, Field(ge=1, le=60_000)] = 1_000
    processed_interaction_retention_days: Annotated[int, Field(ge=1, le=365)] = 15
    purge_late_after_seconds: Annotated[int, Field(ge=60, le=604_800)] = 7_200


class PagesSettings(_Section):
    """What the web pages tell."""

    SECTION = "pages_settings_defaults"

    operator_contact: Annotated[
        str, Field(max_length=200, pattern=r"^(|https://[^\s\"'<>]+|[^\s@:/]+@[^\s@:/]+)$")
    ] = ""
    backup_retention_days: Annotated[int, Field(ge=0, le=3_650)] = 30


class SyncSettings(_Section):
    """How the sync behaves towards Discord, and when it stops by itself."""

    SECTION = "sync_settings_defaults"

    sync_rate_share: Annotated[float, Field(ge=0.02, le=1)] = 0.8
    sync_breaker_guild_share: Annotated[float, Field(ge=0, le=1)] = 0.25
    sync_breaker_guild_minimum: Annotated[int, Field(ge=0, le=100_000)] = 3
    sync_breaker_channel_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    sync_breaker_channel_minimum: Annotated[int, Field(ge=0, le=500)] = 5
    sync_active_threads: bool = True
    sync_late_after_seconds: Annotated[int, Field(ge=60, le=604_800)] = 3_600
    sync_command_cooldown_seconds: Annotated[int, Field(ge=0, le=3_600)] = 60


class ScanSettings(_Section):
    """What counts as a clip, and how much is asked of Discord to find them."""

    SECTION = "scan_settings_defaults"

    clip_content_types: Annotated[list[str], Field(min_length=1, max_length=20)] = ["video/"]
    clip_extensions: Annotated[list[str], Field(min_length=1, max_length=50)] = [
        *(".mp4", ".mov", ".qt", ".webm", ".mkv", ".avi", ".m4v")
    ]
    scan_rate_share: Annotated[float, Field(ge=0.02, le=1)] = 0.5
    scan_daily_requests_per_guild: Annotated[int, Field(ge=100, le=500_000)] = 20_000


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings file, section by section."""

    guild: GuildSettings
    database: DatabaseSettings
    sync: SyncSettings
    pages: PagesSettings = field(default_factory=PagesSettings)
    scan: ScanSettings = field(default_factory=ScanSettings)


_SECTIONS: Final = {
    model.SECTION: model
    for model in (GuildSettings, DatabaseSettings, SyncSettings, PagesSettings, ScanSettings)
}


def load(path: Path = DEFAULT_SETTINGS_PATH) -> Settings:
    """Read and check the settings file; keys left out keep their defaults.

    Raises:
        ConfigurationError: names the file, and every key with a wrong value and why.
    """
    document = _document(path)
    for name in document:
        if name not in _SECTIONS:
            _warn_unknown(path, str(name))
    problems: list[str] = []
    settings = Settings(
        guild=_section(path, document, GuildSettings, problems),
        database=_section(path, document, DatabaseSettings, problems),
        sync=_section(path, document, SyncSettings, problems),
        pages=_section(path, document, PagesSettings, problems),
        scan=_section(path, document, ScanSettings, problems),
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
    except (yaml.YAMLError, ValueError) as error:
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
    for key in given:
        if key not in model.model_fields:
            _warn_unknown(path, f"{model.SECTION}.{key}")
    try:
        return model.model_validate(given)
    except ValidationError as error:
        problems += [
            f"{model.SECTION}.{item['loc'][0]}: {item['msg']} (it is {item['input']!r})"
            for item in error.errors()
        ]
        return model()


def _warn_unknown(path: Path, name: str) -> None:
    """Tell a section's or a key's nearest known name, even if that is in another section."""
    import difflib  # noqa: PLC0415 -- as above: only a mistake needs it

    known = {section: section for section in _SECTIONS}
    for section, model in _SECTIONS.items():
        known |= {key: f"{section}.{key}" for key in model.model_fields}
    nearest = difflib.get_close_matches(name.rpartition(".")[2], known, n=1)
    hint = f"; did you mean {known[nearest[0]]}?" if nearest else ""
    _log.warning("%s: unknown key %s is ignored%s", path.name, name, hint)
