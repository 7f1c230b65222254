"""What can go wrong with Clip Saver; each message tells its reader what to do.

ClipSaverError
├── ConfigurationError            a variable, the secret or a settings file is missing or wrong
│   └── SecretUnavailable         Secrets Manager, or the way to it
├── DiscordError                  Discord, or the way to it (status, code, route, retry_after)
│   ├── DiscordUnreachable        no usable answer: refused, reset, timed out, truncated
│   ├── DiscordServerError        5xx, after the retries that fitted into the time left
│   ├── RateLimited               the wait is longer than the time left
│   │   └── InvalidRequestBudget  too many 401/403/429 already: Cloudflare would block this IP
│   ├── Unauthorized              401: the bot token is wrong or was reset
│   ├── Forbidden                 403: the bot may not (50001 Missing Access, ...)
│   ├── NotFound                  404: unknown to Discord (10003 channel, 10004 guild, ...)
│   ├── BadRequest                any other 4xx: this code sent something Discord refuses
│   ├── IndexNotReady             Discord is still indexing a guild for its search
│   └── UnexpectedPayload         a success whose body is not what Discord documents
├── DatabaseError                 PostgreSQL, or the way to it
│   ├── DatabaseUnavailable       no connection, or it was lost and could not be reopened
│   ├── DatabaseTimeout           a statement or a lock outlived its limit
│   └── SchemaMismatch            the schema is older than the code, or excludes this release
│       └── RestoreCutOff         there is none, because a restore was killed on the way
├── MigrationsBusy                another deploy is migrating the database, and went on for too long
├── NoFreshBackup                 a migration can lose data, and there is no backup to bring it back
├── QueueUnavailable              a job could not be handed over
├── LeaseLost                     another run took over: this one must write nothing more
├── UnknownGuild                  a guild that no sync has seen yet
├── UnknownChannel                a channel that is not this guild's
├── GuildBusy                     another run is writing this guild at this moment
├── Paused                        the operator has paused Clip Saver
├── NotWired                      Discord's application is another one, or refuses our URLs
├── NotReady                      the deployed API does not say that it is ready
│   └── NotReachable              it says nothing at all
├── MessageContentOff             the Message Content intent is off: messages come without files
├── OutdatedAccess                what somebody may see was read too long ago to show it
├── BudgetSpent                   a guild's daily requests are spent (until)
├── ScanCanceled                  somebody canceled the scan that is being worked on
├── RecoveryError                 backups and restores; its branch: operations/recovery/errors.py
└── InvalidEvent                  a Lambda event that is none of the documented shapes

An exception by which one module tells another that some input is none, and which ends there, is not
among them.
"""

from datetime import datetime
from typing import Final

_BODY_EXCERPT: Final = 200


class ClipSaverError(Exception):
    """Base of the tree: catch it to catch all that Clip Saver raises knowingly."""


class ConfigurationError(ClipSaverError):
    """A variable, the secret or a settings file is missing or wrong; names all that is at once."""


class SecretUnavailable(ConfigurationError):
    """The secret was not read; the message names it, so it is for the log and not the public."""


class DiscordError(ClipSaverError):
    """A request to Discord that did not succeed.

    Attributes:
        route: Method and route template, `GET /guilds/{guild_id}`; never a token.
        status: HTTP status, or None when there was no answer.
        code: Discord's JSON error code (Discord docs, Opcodes and Status Codes), or None.
        retry_after: Seconds after which a new attempt makes sense, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        route: str,
        status: int | None = None,
        code: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        details = ", ".join(
            f"{name} {value}" for name, value in (("status", status), ("code", code)) if value
        )
        super().__init__(f"{route}: {message[:_BODY_EXCERPT]}" + (f" ({details})" * bool(details)))
        self.route = route
        self.status = status
        self.code = code
        self.retry_after = retry_after


class DiscordUnreachable(DiscordError):
    """No usable answer came back: connection refused, reset, timed out or cut short."""


class DiscordServerError(DiscordError):
    """Discord, or Cloudflare before it, answered 5xx to every attempt."""


class RateLimited(DiscordError):
    """The rate limit asks for a longer wait than the time left; try again after `retry_after`."""


class InvalidRequestBudget(RateLimited):
    """So many 401, 403 and 429 answers that more would get this address blocked."""


class Unauthorized(DiscordError):
    """The bot token is wrong or was reset: nothing else will work until it is replaced."""


class Forbidden(DiscordError):
    """The bot lacks access or a permission; asking again changes nothing."""


class NotFound(DiscordError):
    """Discord does not know it, or the bot is not where it is."""


class BadRequest(DiscordError):
    """Discord refuses the request itself; the message holds its explanation."""


class IndexNotReady(DiscordError):
    """Discord is still indexing a guild; search it again after `retry_after`."""


class UnexpectedPayload(DiscordError):
    """A success whose body lacks what Discord documents."""


class DatabaseError(ClipSaverError):
    """PostgreSQL refused a statement; the cause is the driver's error."""


class DatabaseUnavailable(DatabaseError):
    """There is no connection to PostgreSQL and none could be opened in time."""


class DatabaseTimeout(DatabaseError):
    """A statement or a lock outlived its limit; nothing of the transaction was kept."""


class SchemaMismatch(DatabaseError):
    """The database's schema does not fit this release; run the migrations, or deploy newer code."""


class RestoreCutOff(SchemaMismatch):
    """A restore was killed: run it again, before anything else is done with the database."""


class MigrationsBusy(ClipSaverError):
    """Another deploy is migrating the database; deploy again when it is done."""


class NoFreshBackup(ClipSaverError):
    """A migration can lose data: make a full backup first, then migrate again."""


class QueueUnavailable(ClipSaverError):
    """The queue did not take a job: nothing will happen, and whoever waits should be told."""


class LeaseLost(ClipSaverError):
    """Another run holds the lease now; this one stops before it writes anything more."""


class UnknownGuild(ClipSaverError):
    """A guild that no sync has seen yet; the next one will, and `/sync` does it now."""

    def __init__(self, guild_id: int) -> None:
        super().__init__(f"Guild {guild_id} has not been synced yet; run a sync of it")


class UnknownChannel(ClipSaverError):
    """A channel that is not this guild's, or that no sync has seen yet."""

    def __init__(self, channel_id: int | None) -> None:
        super().__init__(f"Channel {channel_id} is no known channel of this guild")


class GuildBusy(ClipSaverError):
    """Another run is writing this guild now; the work goes back to where it came from."""


class Paused(ClipSaverError):
    """The operator has paused Clip Saver: nothing is written until they resume it."""

    def __init__(self, problem: str | None = None) -> None:
        """Say what ends it, and what is wrong with the variable, if something is."""
        told = (
            "Clip Saver is paused and writes nothing; `clipsaver resume` ends that;"
            " on your own machine, take PAUSED out of the environment and .env"
        )
        super().__init__(f"{told} ({problem})" if problem else told)


class NotWired(ClipSaverError):
    """The token's application is not the configured one, or Discord refuses a URL of ours."""


class NotReady(ClipSaverError):
    """The API that was just deployed does not say that it is ready; the message says why."""


class NotReachable(NotReady):
    """The API that was just deployed could not be asked from here."""


class MessageContentOff(ClipSaverError):
    """Messages come without their files until the intent is switched on in the developer portal."""


class OutdatedAccess(ClipSaverError):
    """What somebody may see was read too long ago to show anything by it; asking again helps."""

    def __init__(self) -> None:
        super().__init__("Discord took so long that what may be shown is not known any more")


class ScanCanceled(ClipSaverError):
    """Somebody does not want the rest of a scan; what was read by then is kept."""


class BudgetSpent(ClipSaverError):
    """A guild's requests of today are spent; there are more from `until` on.

    Attributes:
        until: The next midnight (UTC).
    """

    def __init__(self, until: datetime) -> None:
        super().__init__(
            f"The daily requests for this server are spent; it goes on at {until:%Y-%m-%d %H:%M} "
            "UTC (scan_daily_requests_per_guild)"
        )
        self.until = until


class InvalidEvent(ClipSaverError):
    """The Lambda event has none of the shapes this function documents."""
