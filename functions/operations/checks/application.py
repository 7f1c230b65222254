"""Whether Discord's application is the one of this deployment, and sends its requests here."""

from collections.abc import Iterator
from typing import Final

from functions.operations import finding
from functions.operations.finding import Finding
from functions.operations.parts import Parts
from functions.shared import application as applications
from functions.shared import endpoints, errors, models, registration

_RESET_FIX: Final = (
    "Developer portal, Bot, Reset Token; store the new one in the secret, or .env;"
    " no deploy is needed"
)
_WIRE_FIX: Final = (
    "`make deploy` with WireDiscord true saves it, or paste it in the developer portal"
)
_EVENTS_FIX: Final = (
    "Developer portal, Webhooks: switch events on again once the endpoint answers, or `make deploy`"
)
_INTENT_FIX: Final = "Developer portal, Bot, Privileged Gateway Intents: Message Content"
_REDIRECT_FIX: Final = "Paste it into the developer portal, OAuth2, Redirects"
_NETWORK_FIX: Final = (
    "discordstatus.com; in a VPC, the subnets need a way out to Discord (a NAT gateway)"
)
_COMMANDS_FIX: Final = "`clipsaver commands push`; a deploy does it by itself"


async def check(parts: Parts) -> list[Finding]:
    """Ask Discord for the bot's own application and its commands."""
    try:
        application = await parts.discord.get_application()
        commands = await registration.read_diff(parts.discord, application.id)
    except errors.Unauthorized as error:
        return [finding.failure("bot token", f"Discord refuses BOT_TOKEN ({error})", _RESET_FIX)]
    except errors.DiscordError as error:
        return [finding.failure("Discord", str(error), _NETWORK_FIX)]
    except errors.ConfigurationError:
        # The variables' own check says what is wrong with the token.
        return []
    environment = parts.configuration.environment
    identity = _identity(
        application, environment.discord_application_id, environment.discord_public_key
    )
    return [
        finding.fine("bot token", f"it is that of {application.name}"),
        *identity,
        *_addresses(application, environment.public_url),
        _intent(application),
        _commands(commands),
    ]


def _identity(
    application: models.Application, application_id: str | None, public_key: str | None
) -> Iterator[Finding]:
    if application_id is None or public_key is None:
        return
    try:
        applications.check_identity(application, int(application_id), public_key)
    except errors.NotWired as error:
        yield finding.failure("application", str(error), "Correct the variable, then deploy")
    else:
        yield finding.fine("application", "id and public key are those of the token's application")


def _addresses(application: models.Application, base_url: str | None) -> Iterator[Finding]:
    """Where interactions, events and installs go, if it is known where they should."""
    if application.event_webhooks_status == endpoints.EVENTS_DISABLED_BY_DISCORD:
        yield finding.failure(
            "webhook events", "Discord has disabled them: the endpoint failed often", _EVENTS_FIX
        )
    if base_url is None:
        yield finding.warning(
            "endpoint", "PUBLIC_URL is not set, so URLs are not compared", "Set it to the API's URL"
        )
        return
    yield _url(
        "interactions endpoint",
        application.interactions_endpoint_url,
        base_url + endpoints.INTERACTIONS_PATH,
        is_right=not applications.interactions(application, base_url),
    )
    if application.event_webhooks_status != endpoints.EVENTS_DISABLED_BY_DISCORD:
        yield _url(
            "webhook events",
            application.event_webhooks_url,
            base_url + endpoints.WEBHOOK_EVENTS_PATH,
            is_right=not applications.events(application, base_url),
        )
    yield _redirect(application, base_url + endpoints.INSTALL_CALLBACK_PATH)


def _url(check: str, found: str | None, wanted: str, *, is_right: bool) -> Finding:
    if is_right:
        return finding.fine(check, found or "")
    if found == wanted:
        return finding.failure(check, "APPLICATION_AUTHORIZED is not sent here", _EVENTS_FIX)
    return finding.failure(check, f"it is {found or 'empty'}, it should be {wanted}", _WIRE_FIX)


def _redirect(application: models.Application, wanted: str) -> Finding:
    if wanted in application.redirect_uris:
        return finding.fine("redirect URI", wanted)
    # Without it, the plain link still adds the bot.
    return finding.warning("redirect URI", f"{wanted} is not registered", _REDIRECT_FIX)


def _intent(application: models.Application) -> Finding:
    if application.reads_message_content:
        return finding.fine("message content", "the intent is on")
    return finding.warning(
        "message content", "the intent is off: messages come without their files", _INTENT_FIX
    )


def _commands(found: registration.CommandDiff) -> Finding:
    if not found:
        return finding.fine("commands", "registered as declared")
    names = ", ".join((*found.added, *found.changed, *found.removed))
    return finding.warning("commands", f"not as declared: {names}", _COMMANDS_FIX)
